package ossstorage

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/wire"
)

// class is what one of OSS's codes means.
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
	refused     = class{waybill.FailedPrecondition, waybill.ScopeRequest, waybill.NotSent}
	exists      = class{waybill.AlreadyExists, waybill.ScopeRequest, waybill.NotSent}
	slower      = class{waybill.RateLimited, waybill.ScopeService, waybill.NotSent}
	full        = class{waybill.QuotaExhausted, waybill.ScopeAccount, waybill.NotSent}
	internal    = class{waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous}
	unavailable = class{waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous}
)

// byCode is the table of OSS's codes ("Error codes", and the pages of each HTTP
// status).
func byCode(code string) (class, bool) {
	switch code {
	case "AccessDenied", "NoSuchBucket", "InvalidBucketName", "SecondLevelDomainForbidden", "UserDisable", "AccountDisabled",
		"PublicEndpointForbidden", "InvalidTargetBucketForLogging":
		return wrongSetup, true
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "InvalidSecurityToken", "SecurityTokenExpired",
		"SecurityTokenNotSupported":
		return badKeys, true
	case "NoSuchKey", "NoSuchVersion", "NotFound":
		return notHere, true
	case "FileAlreadyExists", "ObjectAlreadyExists":
		return exists, true
	case "NoSuchUpload", "InvalidObjectState", "PreconditionFailed", "NotModified", "ObjectNotAppendable", "PositionNotEqualToLength",
		"FileImmutable", "BucketAlreadyExists", "BucketNotEmpty":
		return refused, true
	case "InvalidDigest", "FilePartInterity", "IncompleteBody":
		return corrupted, true
	case "RequestTimeout":
		return class{waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent}, true
	case "QpsLimitExceeded", "TotalQpsLimitExceeded", "MetaOperationQpsLimitExceeded", "UploadTrafficRateLimitExceeded",
		"DownloadTrafficRateLimitExceeded", "TooManyRequests", "SlowDown":
		return slower, true
	case "TooManyBuckets", "QuotaExceeded":
		return full, true
	case "InternalError":
		return internal, true
	case "ServiceUnavailable":
		return unavailable, true
	case "InvalidRange":
		return class{waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent}, true
	case "MethodNotAllowed", "NotImplemented", "InvalidArgument", "InvalidObjectName", "MalformedXML", "EntityTooLarge", "EntityTooSmall",
		"InvalidPart", "InvalidPartOrder", "MissingArgument", "MissingContentLength", "FilePartNotExist", "FilePartStale", "FieldItemTooLong",
		"FileGroupTooLarge":
		return unsupported, true
	}
	return class{}, false
}

// ecRegion is the finer code of an InvalidArgument that is about our settings:
// the request was signed for another region.
const ecRegion = "0002-00000226"

// byStatus is for replies without a code: those to HEAD of who sends no
// x-oss-err, and conditions.
func byStatus(status int, op waybill.Verb) (class, bool) {
	switch status {
	case http.StatusNotFound:
		return notHere, op == storage.Head || op == storage.Copy
	case http.StatusPreconditionFailed, http.StatusNotModified:
		return refused, true
	}
	return class{}, false
}

// failure reads what OSS says of its refusal; after a HEAD that is in a header.
func failure(reply *wire.Reply) exchange.Failure {
	if f := exchange.ErrorBody(reply.Body); f.Code != "" || len(reply.Body) > 0 {
		return f
	}
	body, err := base64.StdEncoding.DecodeString(reply.Header.Get("X-Oss-Err"))
	if err != nil {
		return exchange.Failure{}
	}
	return exchange.ErrorBody(body)
}

// classify maps every reply that is a refusal.
func classify(reply *wire.Reply, c exchange.Call) *waybill.Error {
	f := failure(reply)
	k, known := byCode(f.Code)
	switch {
	case f.EC == ecRegion:
		k, known = wrongSetup, true
	case !known && len(reply.Body) == 0:
		if k, known = byStatus(reply.Status, c.Op); known && f.Code == "" {
			f.Code = strconv.Itoa(reply.Status)
		}
	}
	if !known && reply.OK() {
		return exchange.Lost(reply, "the reply is an error that nobody knows")
	}
	if !known {
		e := *reply.StatusError()
		if f.Code != "" {
			e.VendorCode, e.Message = reply.Scrub(f.Code), finer(f, reply.Scrub(f.Message))
		}
		return &e
	}
	e := reply.Error(k.code, k.scope, k.delivery, f.Code, f.Message)
	if k.code == waybill.InvalidArgument {
		e.Message = "the range lies outside the object"
	}
	e.Message = finer(f, e.Message)
	return e
}

// finer puts OSS's finer code before a message, if it is one: four digits, a
// hyphen and eight, by which its documentation explains what happened.
func finer(f exchange.Failure, message string) string {
	if len(f.EC) != 13 || f.EC[4] != '-' || strings.Trim(f.EC, "0123456789-") != "" {
		return message
	}
	return strings.TrimSuffix("EC "+f.EC+": "+message, ": ")
}
