package fakeoss

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"strconv"
)

// ossError is a refusal. ec is the finer code.
type ossError struct {
	code, message, ec string
}

func fail(code string) *ossError { return &ossError{code: code, message: "refused by the fake"} }

// statuses are the HTTP statuses of OSS's codes; 400 for the others.
var statuses = map[string]int{
	"AccessDenied": 403, "InvalidAccessKeyId": 403, "SignatureDoesNotMatch": 403, "RequestTimeTooSkewed": 403, "InvalidSecurityToken": 403,
	"SecurityTokenExpired": 403, "InvalidObjectState": 403, "UserDisable": 403, "SecondLevelDomainForbidden": 403,
	"AccessKeyIdAndSecurityTokenNotMatch": 403, "InDebt": 403, "InDebtOverdue": 403,
	"NoSuchKey": 404, "NoSuchBucket": 404, "NoSuchUpload": 404, "NoSuchVersion": 404,
	"MethodNotAllowed": 405, "FileAlreadyExists": 409, "ObjectNotAppendable": 409, "BucketNotEmpty": 409, "FileImmutable": 409,
	"MissingContentLength": 411, "PreconditionFailed": 412, "InvalidRange": 416, "NotModified": 304,
	"InternalError": 500, "NotImplemented": 501, "ServiceUnavailable": 503, "QpsLimitExceeded": 503, "TotalQpsLimitExceeded": 503,
	"DownloadTrafficRateLimitExceeded": 503, "UploadTrafficRateLimitExceeded": 503, "MetaOperationQpsLimitExceeded": 429,
}

type errorXML struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	RequestID string `xml:"RequestId"`
	HostID    string `xml:"HostId"`
	Key       string `xml:",omitempty"`
	EC        string `xml:",omitempty"`
}

func writeError(w http.ResponseWriter, r *http.Request, e *ossError) {
	status := statuses[e.code]
	if status == 0 {
		status = http.StatusBadRequest
	}
	// OSS echoes what was asked for.
	doc := document(errorXML{Code: e.code, Message: e.message, RequestID: requestID, HostID: r.Host, Key: r.URL.Path, EC: e.ec})
	if e.ec != "" {
		w.Header().Set("X-Oss-Ec", e.ec)
	}
	if r.Method == http.MethodHead || status == http.StatusNotModified {
		if status != http.StatusNotModified {
			w.Header().Set("X-Oss-Err", base64.StdEncoding.EncodeToString(doc))
		}
		w.WriteHeader(status)
		return
	}
	write(w, status, doc)
}

func document(v any) []byte {
	data, err := xml.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append([]byte(xml.Header), data...)
}

func writeXML(w http.ResponseWriter, v any) { write(w, http.StatusOK, document(v)) }

func write(w http.ResponseWriter, status int, data []byte) {
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
