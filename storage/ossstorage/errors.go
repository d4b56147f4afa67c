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

// byCode is the table of OSS's codes ("Error codes", and the pages of each HTTP
// status).
func byCode(code string) (exchange.Class, bool) {
	switch code {
	case "AccessDenied", "NoSuchBucket", "InvalidBucketName", "SecondLevelDomainForbidden", "UserDisable", "AccountDisabled",
		"PublicEndpointForbidden", "InvalidTargetBucketForLogging":
		return exchange.WrongSetup, true
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "InvalidSecurityToken", "SecurityTokenExpired",
		"SecurityTokenNotSupported", "AccessKeyIdAndSecurityTokenNotMatch":
		return exchange.BadKeys, true
	case "NoSuchKey", "NoSuchVersion", "NotFound":
		return exchange.NotHere, true
	case "FileAlreadyExists", "ObjectAlreadyExists":
		return exchange.Exists, true
	case "NoSuchUpload", "InvalidObjectState", "PreconditionFailed", "NotModified", "ObjectNotAppendable", "PositionNotEqualToLength",
		"FileImmutable", "BucketAlreadyExists", "BucketNotEmpty":
		return exchange.Precondition, true
	case "InvalidDigest", "FilePartInterity", "IncompleteBody":
		return exchange.Corrupted, true
	case "RequestTimeout":
		return exchange.TimedOut, true
	case "QpsLimitExceeded", "TotalQpsLimitExceeded", "MetaOperationQpsLimitExceeded", "UploadTrafficRateLimitExceeded",
		"DownloadTrafficRateLimitExceeded", "TooManyRequests", "SlowDown":
		return exchange.Slower, true
	case "TooManyBuckets", "QuotaExceeded", "InDebt", "InDebtOverdue":
		return exchange.Full, true
	case "InternalError":
		return exchange.Internal, true
	case "ServiceUnavailable":
		return exchange.Unavailable, true
	case "InvalidRange":
		return exchange.BadRange, true
	case "MethodNotAllowed", "NotImplemented", "InvalidArgument", "InvalidObjectName", "MalformedXML", "EntityTooLarge", "EntityTooSmall",
		"InvalidPart", "InvalidPartOrder", "MissingArgument", "MissingContentLength", "FilePartNotExist", "FilePartStale", "FieldItemTooLong",
		"FileGroupTooLarge":
		return exchange.Unsupported, true
	}
	return exchange.Class{}, false
}

// The finer codes that are about our settings: of an InvalidArgument that the
// request was signed for another region, and those of encryption, which we do not
// ask for but the bucket may, with a key that is disabled, gone or not ours.
const (
	ecRegion     = "0002-00000226"
	ecEncryption = "0005-"
)

// byStatus is for replies without a code: those to HEAD of who sends no
// x-oss-err, and conditions.
func byStatus(status int, op waybill.Verb) (exchange.Class, bool) {
	switch status {
	case http.StatusNotFound:
		return exchange.NotHere, op == storage.Head || op == storage.Copy
	case http.StatusPreconditionFailed, http.StatusNotModified:
		return exchange.Precondition, true
	}
	return exchange.Class{}, false
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
	case f.EC == ecRegion, !known && strings.HasPrefix(f.EC, ecEncryption):
		k, known = exchange.WrongSetup, true
	case !known && len(reply.Body) == 0:
		if k, known = byStatus(reply.Status, c.Op); known && f.Code == "" {
			f.Code = strconv.Itoa(reply.Status)
		}
	}
	if known {
		e := k.Error(reply, f.Code, f.Message)
		e.Message = finer(f, e.Message)
		return e
	}
	e := exchange.Unclassed(reply, f.Code, f.Message)
	if f.Code != "" && !reply.OK() {
		e.Message = finer(f, e.Message)
	}
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
