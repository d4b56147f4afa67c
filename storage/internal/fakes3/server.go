// Package fakes3 is a strict fake of Amazon S3 on the loopback interface, with
// path-style addresses. storagetest.NewS3 is its public constructor.
//
// It verifies Signature Version 4 in headers and links, the payload's hash,
// MD5 and checksums, those of chunks, part sizes and order, conditions and ranges; it refuses
// parameters and x-amz headers that it does not know, and answers in S3's
// shapes and codes.
//
// # Sources
//
// "Authenticating Requests (AWS Signature Version 4)", "Error responses" and the
// API reference of Amazon S3.
//
// # Concurrency
//
// A Server is safe for concurrent use.
package fakes3

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/storage/internal/shelf"
)

// Options of [New]. The zero value is ready.
type Options struct {
	// Bucket, Region, AccessKey and SecretKey default to "waybill-fake",
	// "us-east-1" and the keys that [Server] has. SessionToken, when set, must
	// come with every request.
	Bucket, Region, AccessKey, SecretKey, SessionToken string
	// TLS makes it speak HTTPS.
	TLS bool
	// PageSize bounds a page of a listing; 0 means 1000.
	PageSize int
	// MinPart is the least size of a part that is not the last, MaxCopy the
	// largest source of a copy in one request, in bytes. 0 means S3's own.
	MinPart, MaxCopy int64
	// PlainObjects have no checksum but one that they came with, as on other servers
	// and in older S3.
	PlainObjects bool
	// HideETags leaves the ETag out of the answers, as no S3 server does, and
	// IgnoreRanges answers every range with the whole object.
	HideETags, IgnoreRanges bool
}

// The limits of S3.
const (
	minPart   = 5 << 20
	maxSingle = 5 << 30
	maxPage   = 1000
	maxParts  = 10000
)

// Server is the fake. Its methods beside those of fakehttp.Server look at what
// it holds and change how it answers.
type Server struct {
	*fakehttp.Server
	shelf.State[object, upload]
	in     *shelf.Inner[object, upload]
	o      Options
	next   int
	now    func() time.Time
	made   time.Time
	others *buckets
}

// New starts a server with one empty bucket. The caller closes it.
func New(o Options) *Server {
	set := func(v *string, d string) {
		if *v == "" {
			*v = d
		}
	}
	set(&o.Bucket, "waybill-fake")
	set(&o.Region, "us-east-1")
	set(&o.AccessKey, "AKFAKEWAYBILL0000001")
	set(&o.SecretKey, "fake-secret-key/of+the/strict+server0001")
	if o.PageSize <= 0 || o.PageSize > maxPage {
		o.PageSize = maxPage
	}
	if o.MinPart == 0 {
		o.MinPart = minPart
	}
	if o.MaxCopy == 0 {
		o.MaxCopy = maxSingle
	}
	s := &Server{o: o, others: &buckets{by: map[string]*Server{}}, made: time.Now()}
	s.State, s.in = shelf.NewState[object, upload](shelf.Keys{Access: o.AccessKey, Secret: o.SecretKey, Token: o.SessionToken})
	s.now = s.in.Now
	options := []fakehttp.Option{
		fakehttp.MaskParams("X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token"),
		fakehttp.MaskHeaders("X-Amz-Security-Token"),
	}
	if o.TLS {
		options = append(options, fakehttp.TLS())
	}
	s.Server = fakehttp.New("s3", http.HandlerFunc(s.serve), options...)
	return s
}

// Bucket returns the bucket's name, Region its region.
func (s *Server) Bucket() string { return s.o.Bucket }

// Region returns the region that requests must be signed for.
func (s *Server) Region() string { return s.o.Region }

// FailCode makes the server refuse every request with an S3 error code, until
// Heal.
func (s *Server) FailCode(code string) { s.Fail(Refusal(code)) }

// Refusal is the fault that refuses a request with an S3 error code.
func Refusal(code string) fakehttp.Fault {
	return fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeError(w, r, &s3Error{code: code, message: "refused by the test"})
	}))
}

// serve is the whole protocol.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "AmazonS3")
	w.Header().Set("X-Amz-Request-Id", "FAKE0000REQUEST")
	if e := s.route(w, r); e != nil {
		writeError(w, r, e)
	}
}

func (s *Server) route(w http.ResponseWriter, r *http.Request) *s3Error {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fail("InvalidURI")
	}
	auth, e := s.authenticate(r, q)
	if e != nil {
		return e
	}
	if e := knownHeaders(r.Header); e != nil {
		return e
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	b := s.named(bucket)
	switch plain := len(q) == 0 || len(q) == 1 && q.Has("x-id"); {
	case bucket == "" && r.Method == http.MethodGet && plain:
		return s.listBuckets(w)
	case bucket == "":
		return fail("NotImplemented")
	case key == "" && r.Method == http.MethodPut && plain:
		return s.createBucket(w, r, bucket, auth)
	case b == nil:
		return fail("NoSuchBucket")
	case key == "" && r.Method == http.MethodDelete && plain:
		return s.deleteBucket(w, b)
	case len(key) > 1024:
		return fail("KeyTooLongError")
	}
	if key == "" {
		return b.bucketVerb(w, r, q, auth)
	}
	return b.objectVerb(w, r, q, key, auth)
}

func (s *Server) bucketVerb(w http.ResponseWriter, r *http.Request, q url.Values, auth *auth) *s3Error {
	switch {
	case r.Method == http.MethodGet && q.Get("list-type") == "2":
		return s.list(w, q)
	case r.Method == http.MethodGet && q.Has("uploads"):
		return s.listUploads(w, q)
	case r.Method == http.MethodGet && (plain(q) || q.Get("list-type") == "1"):
		return s.listFirst(w, q)
	case r.Method == http.MethodPost && q.Has("delete"):
		return s.deleteMany(w, r, auth)
	case r.Method == http.MethodGet && q.Has("location"):
		return s.location(w)
	case r.Method == http.MethodHead && len(q) == 0:
		w.Header().Set("X-Amz-Bucket-Region", s.o.Region)
		w.WriteHeader(http.StatusOK)
		return nil
	}
	return fail("NotImplemented")
}

// sub are the parameters of object requests by what they turn the request into.
func (s *Server) objectVerb(w http.ResponseWriter, r *http.Request, q url.Values, key string, auth *auth) *s3Error {
	for name := range q {
		if !allowedParam(name) {
			return fail("NotImplemented")
		}
	}
	copied := r.Header.Get("X-Amz-Copy-Source") != ""
	switch part := q.Has("uploadId"); {
	case r.Method == http.MethodPut && part && copied:
		return s.copyPart(w, r, q, key)
	case r.Method == http.MethodPut && part:
		return s.putPart(w, r, q, key, auth)
	case r.Method == http.MethodPut && copied:
		return s.copy(w, r, key)
	case r.Method == http.MethodPut:
		return s.put(w, r, key, auth)
	case r.Method == http.MethodGet && part:
		return s.listParts(w, q, key)
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		return s.get(w, r, q, key)
	case r.Method == http.MethodDelete && part:
		return s.abort(w, q, key)
	case r.Method == http.MethodDelete:
		s.in.Remove(key)
		w.WriteHeader(http.StatusNoContent)
		return nil
	case r.Method == http.MethodPost && q.Has("uploads"):
		return s.create(w, r, key)
	case r.Method == http.MethodPost && part:
		return s.complete(w, r, q, key, auth)
	}
	return fail("MethodNotAllowed")
}

func allowedParam(name string) bool {
	switch name {
	case "x-id", "uploads", "max-parts", "part-number-marker", "uploadId", "partNumber", "response-content-type", "response-content-disposition", "response-cache-control",
		"response-expires", "response-content-encoding", "response-content-language":
		return true
	}
	return strings.HasPrefix(name, "X-Amz-")
}

// knownHeaders refuses x-amz headers for what the fake cannot do.
func knownHeaders(h http.Header) *s3Error {
	for name := range h {
		low := strings.ToLower(name)
		if !strings.HasPrefix(low, "x-amz-") || strings.HasPrefix(low, "x-amz-meta-") {
			continue
		}
		switch low {
		case "x-amz-acl": // buckets have none unless their owner asks for it
			if h.Get(name) != "bucket-owner-full-control" {
				return &s3Error{code: "AccessControlListNotSupported", message: "The bucket does not allow ACLs"}
			}
		case "x-amz-storage-class": // there is but one
			if h.Get(name) != "STANDARD" {
				return fail("NotImplemented")
			}
		case "x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "x-amz-checksum-mode",
			"x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1", "x-amz-checksum-sha256", "x-amz-checksum-algorithm",
			"x-amz-sdk-checksum-algorithm", "x-amz-decoded-content-length", "x-amz-trailer", "x-amz-user-agent", "x-amz-copy-source",
			"x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match", "x-amz-copy-source-if-modified-since",
			"x-amz-copy-source-if-unmodified-since", "x-amz-copy-source-range", "x-amz-metadata-directive",
			"x-amz-bucket-object-lock-enabled", "x-amz-mp-object-size", "x-amz-checksum-type", "x-amz-bypass-governance-retention":
		default:
			return &s3Error{code: "NotImplemented", message: "a header implies functionality that is not implemented"}
		}
	}
	return nil
}
