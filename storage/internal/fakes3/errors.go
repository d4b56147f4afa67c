package fakes3

import (
	"encoding/xml"
	"net/http"
	"strconv"
)

// s3Error is a refusal.
type s3Error struct {
	code, message string
	region        string // the right one, when another was asked
}

func fail(code string) *s3Error { return &s3Error{code: code, message: text(code)} }

// text is the message of "Error responses" for a code.
func text(code string) string {
	switch code {
	case "AccessDenied":
		return "Access Denied."
	case "BadDigest":
		return "The Content-MD5 you specified did not match what we received."
	case "BucketNotEmpty":
		return "The bucket you tried to delete is not empty."
	case "EntityTooSmall":
		return "Your proposed upload is smaller than the minimum allowed size"
	case "IncompleteBody":
		return "You did not provide the number of bytes specified by the Content-Length HTTP header"
	case "InvalidAccessKeyId":
		return "The AWS Access Key Id you provided does not exist in our records."
	case "InvalidBucketName":
		return "The specified bucket is not valid."
	case "InvalidChunkSizeError":
		return "Only the last chunk is allowed to have a size less than 8192 bytes"
	case "InvalidDigest":
		return "The Content-Md5 you specified is not valid."
	case "InvalidPart":
		return "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
	case "InvalidPartNumber":
		return "The requested partnumber is not satisfiable."
	case "InvalidPartOrder":
		return "The list of parts was not in ascending order. Parts must be ordered by part number."
	case "InvalidRange":
		return "The requested range is not satisfiable"
	case "KeyTooLongError":
		return "Your key is too long."
	case "MalformedTrailerError":
		return "The request contained trailing data that was not well-formed or did not conform to our published schema."
	case "MalformedXML":
		return "The XML you provided was not well-formed or did not validate against our published schema."
	case "MetadataTooLarge":
		return "Your metadata headers exceed the maximum allowed metadata size"
	case "MethodNotAllowed":
		return "The specified method is not allowed against this resource."
	case "NoSuchBucket":
		return "The specified bucket does not exist."
	case "NoSuchKey":
		return "The specified key does not exist."
	case "NoSuchUpload":
		return "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
	case "NotImplemented":
		return "A header you provided implies functionality that is not implemented."
	case "PreconditionFailed":
		return "At least one of the pre-conditions you specified did not hold."
	case "SignatureDoesNotMatch":
		return "The request signature we calculated does not match the signature you provided. Check your key and signing method."
	}
	return "refused by the fake"
}

// statuses are the HTTP statuses of S3's codes; 400 for the others.
var statuses = map[string]int{
	"AccessDenied": 403, "AccountProblem": 403, "AllAccessDisabled": 403, "InvalidAccessKeyId": 403, "SignatureDoesNotMatch": 403,
	"RequestTimeTooSkewed": 403, "InvalidObjectState": 403, "TokenRefreshRequired": 403,
	"NoSuchKey": 404, "NoSuchBucket": 404, "NoSuchUpload": 404, "NoSuchVersion": 404, "NotFound": 404, "XAdminUserNotFound": 404,
	"MethodNotAllowed": 405, "NotImplemented": 501, "MissingContentLength": 411, "PreconditionFailed": 412, "InvalidRange": 416, "InvalidPartNumber": 416,
	"BucketAlreadyExists": 409, "BucketNotEmpty": 409, "BucketAlreadyOwnedByYou": 409, "OperationAborted": 409, "ConditionalRequestConflict": 409, "ObjectParentIsFile": 409,
	"InternalError": 500, "SlowDown": 503, "ServiceUnavailable": 503, "TooManyRequests": 429, "PermanentRedirect": 301, "TemporaryRedirect": 307,
	"NotModified": 304, "XMinioStorageFull": 507,
}

type errorXML struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	Resource  string `xml:",omitempty"`
	Region    string `xml:",omitempty"`
	RequestID string `xml:"RequestId"`
}

func writeError(w http.ResponseWriter, r *http.Request, e *s3Error) {
	status := statuses[e.code]
	if status == 0 {
		status = http.StatusBadRequest
	}
	if e.code == "SlowDown" || e.code == "TooManyRequests" {
		w.Header().Set("Retry-After", "3")
	}
	if r.Method == http.MethodHead || status == http.StatusNotModified {
		w.WriteHeader(status)
		return
	}
	// S3 echoes what was asked for, and who asked with which key.
	writeXML(w, status, errorXML{Code: e.code, Message: e.message, Resource: r.URL.Path, Region: e.region, RequestID: "FAKE0000REQUEST"})
}

func writeXML(w http.ResponseWriter, status int, v any) {
	data, err := xml.Marshal(v)
	if err != nil {
		panic(err)
	}
	data = append([]byte(xml.Header), data...)
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
