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

// byCode is the table of S3's codes ("Error responses"), with those of
// compatible servers that have their own.
func byCode(code string) (exchange.Class, bool) {
	switch code {
	case "PermanentRedirect", "TemporaryRedirect", "Redirect", "AuthorizationHeaderMalformed", "InvalidBucketName", "NoSuchBucket",
		"IllegalLocationConstraintException", "AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden", "NotSignedUp",
		"InvalidPayer", "InvalidSecurity", "XMinioInvalidRegion":
		return exchange.WrongSetup, true
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "TokenRefreshRequired", "ExpiredToken", "InvalidToken",
		"AuthorizationQueryParametersError", "MissingSecurityHeader", "XAdminUserNotFound":
		return exchange.BadKeys, true
	case "NoSuchKey", "NotFound", "NoSuchVersion":
		return exchange.NotHere, true
	case "NoSuchUpload", "InvalidObjectState", "PreconditionFailed", "NotModified", "BucketAlreadyExists", "BucketAlreadyOwnedByYou", "BucketNotEmpty":
		return exchange.Precondition, true
	case "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "IncompleteBody", "InvalidDigest":
		return exchange.Corrupted, true
	case "OperationAborted", "ConditionalRequestConflict":
		return exchange.TryAgain, true
	case "RequestTimeout":
		return exchange.TimedOut, true
	case "SlowDown", "TooManyRequests", "RequestLimitExceeded", "BandwidthLimitExceeded", "Throttling", "ThrottlingException", "RequestThrottled",
		"SlowDownRead", "SlowDownWrite", "KMS.ThrottlingException":
		return exchange.Slower, true
	case "TooManyBuckets", "QuotaExceeded", "ServiceQuotaExceededException", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded":
		return exchange.Full, true
	case "InternalError", "InternalFailure":
		return exchange.Internal, true
	case "ServiceUnavailable":
		return exchange.Unavailable, true
	case "InvalidRange":
		return exchange.BadRange, true
	case "MethodNotAllowed", "NotImplemented", "InvalidArgument", "InvalidRequest", "KeyTooLongError", "MalformedXML", "MetadataTooLarge",
		"EntityTooLarge", "EntityTooSmall", "InvalidPart", "InvalidPartOrder", "MissingContentLength", "MissingContentMD5", "InvalidURI",
		"ObjectParentIsFile", "XMinioInvalidResourceName", "XMinioInvalidObjectName", "XMinioParentIsObject":
		return exchange.Unsupported, true
	}
	if strings.HasPrefix(code, "KMS.") { // the bucket's key is disabled, gone or not ours
		return exchange.WrongSetup, true
	}
	return exchange.Class{}, false
}

// byStatus is for replies without a code: to HEAD, and of strangers.
func byStatus(status int, op waybill.Verb, bare bool) (exchange.Class, bool) {
	if !bare {
		return exchange.Class{}, false
	}
	head := op == storage.Head || op == storage.Copy
	switch status {
	case http.StatusNotFound:
		return exchange.NotHere, head
	case http.StatusBadRequest, http.StatusMovedPermanently, http.StatusTemporaryRedirect:
		return exchange.WrongSetup, head
	case http.StatusPreconditionFailed, http.StatusNotModified:
		return exchange.Precondition, true
	}
	return exchange.Class{}, false
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
	if !known {
		return exchange.Unclassed(reply, code, message)
	}
	if c.Exclusive && (code == "PreconditionFailed" || reply.Status == http.StatusPreconditionFailed) {
		k = exchange.Exists
	}
	return k.Error(reply, code, message)
}
