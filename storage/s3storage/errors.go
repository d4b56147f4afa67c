package s3storage

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/wire"
)

// class is what one of S3's codes means.
type class struct {
	code     waybill.Code
	scope    waybill.Scope
	delivery waybill.Delivery
}

var (
	wrongSetup  = class{waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent}
	badKeys     = class{waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent}
	notHere     = class{waybill.NotFound, waybill.ScopeRequest, waybill.NotSent}
	unsupported = class{waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent}
	corrupted   = class{waybill.DataLoss, waybill.ScopeProvider, waybill.NotSent}
	tryAgain    = class{waybill.Unavailable, waybill.ScopeRequest, waybill.NotSent}
	refused     = class{waybill.FailedPrecondition, waybill.ScopeRequest, waybill.NotSent}
	slower      = class{waybill.RateLimited, waybill.ScopeService, waybill.NotSent}
	full        = class{waybill.QuotaExhausted, waybill.ScopeAccount, waybill.NotSent}
	internal    = class{waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous}
	unavailable = class{waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous}
)

// byCode is the table of S3's codes ("Error responses"), with those of
// compatible servers that have their own.
func byCode(code string) (class, bool) {
	switch code {
	case "PermanentRedirect", "TemporaryRedirect", "Redirect", "AuthorizationHeaderMalformed", "InvalidBucketName", "NoSuchBucket",
		"IllegalLocationConstraintException", "AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden", "NotSignedUp",
		"InvalidPayer", "InvalidSecurity", "XMinioInvalidRegion":
		return wrongSetup, true
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "TokenRefreshRequired", "ExpiredToken", "InvalidToken",
		"AuthorizationQueryParametersError", "MissingSecurityHeader", "XAdminUserNotFound":
		return badKeys, true
	case "NoSuchKey", "NotFound", "NoSuchVersion":
		return notHere, true
	case "NoSuchUpload", "InvalidObjectState", "PreconditionFailed", "NotModified", "BucketAlreadyExists", "BucketAlreadyOwnedByYou", "BucketNotEmpty":
		return refused, true
	case "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "IncompleteBody", "InvalidDigest":
		return corrupted, true
	case "OperationAborted", "ConditionalRequestConflict":
		return tryAgain, true
	case "RequestTimeout":
		return class{waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent}, true
	case "SlowDown", "TooManyRequests", "RequestLimitExceeded", "BandwidthLimitExceeded", "Throttling", "ThrottlingException", "RequestThrottled",
		"SlowDownRead", "SlowDownWrite", "KMS.ThrottlingException":
		return slower, true
	case "TooManyBuckets", "QuotaExceeded", "ServiceQuotaExceededException", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded":
		return full, true
	case "InternalError", "InternalFailure":
		return internal, true
	case "ServiceUnavailable":
		return unavailable, true
	case "InvalidRange":
		return class{waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent}, true
	case "MethodNotAllowed", "NotImplemented", "InvalidArgument", "InvalidRequest", "KeyTooLongError", "MalformedXML", "MetadataTooLarge",
		"EntityTooLarge", "EntityTooSmall", "InvalidPart", "InvalidPartOrder", "MissingContentLength", "MissingContentMD5", "InvalidURI",
		"ObjectParentIsFile", "XMinioInvalidResourceName", "XMinioInvalidObjectName", "XMinioParentIsObject":
		return unsupported, true
	}
	if strings.HasPrefix(code, "KMS.") { // the bucket's key is disabled, gone or not ours
		return wrongSetup, true
	}
	return class{}, false
}

// byStatus is for replies without a code: to HEAD, and of strangers.
func byStatus(status int, op waybill.Verb, bare bool) (class, bool) {
	if !bare {
		return class{}, false
	}
	head := op == storage.Head || op == storage.Copy
	switch status {
	case http.StatusNotFound:
		return notHere, head
	case http.StatusBadRequest, http.StatusMovedPermanently, http.StatusTemporaryRedirect:
		return wrongSetup, head
	case http.StatusPreconditionFailed, http.StatusNotModified:
		return refused, true
	}
	return class{}, false
}

// classify maps every reply that is a refusal.
func classify(reply *wire.Reply, c exchange.Call) *waybill.Error {
	fault := exchange.ErrorBody(reply.Body)
	code, message := fault.Code, fault.Message
	k, known := byCode(code)
	if !known {
		k, known = byStatus(reply.Status, c.Op, len(reply.Body) == 0)
		if known && code == "" {
			code = strconv.Itoa(reply.Status)
		}
	}
	if !known && reply.OK() {
		return exchange.Lost(reply, "the reply is an error that nobody knows")
	}
	if !known {
		e := *reply.StatusError()
		if code != "" {
			e.VendorCode, e.Message = reply.Scrub(code), reply.Scrub(message)
		}
		return &e
	}
	if c.Exclusive && (code == "PreconditionFailed" || reply.Status == http.StatusPreconditionFailed) {
		k.code = waybill.AlreadyExists
	}
	e := reply.Error(k.code, k.scope, k.delivery, code, message)
	if k.code == waybill.InvalidArgument {
		e.Message = "the range lies outside the object"
	}
	return e
}
