// Package fakeoss is a strict fake of Alibaba Cloud OSS on the loopback
// interface. storagetest.NewOSS is its public constructor.
//
// It verifies the signatures V4 and V1 in headers and links, MD5, part sizes and
// order, conditions and ranges; it refuses parameters and x-oss headers that it
// does not know, and answers in OSS's shapes and codes. An address in figures is
// spoken to in path style, as OSS's own libraries do; a host name is the bucket's
// (bucket.endpoint) or the one bound to it.
//
// # Sources
//
// "Include signatures in the Authorization header", "Error codes" and the API
// reference of OSS, and the official library's signers.
//
// # Concurrency
//
// A Server is safe for concurrent use.
package fakeoss

import (
	"net"
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
	// "cn-hangzhou" and the keys that [Server] has. SessionToken, when set, must
	// come with every request.
	Bucket, Region, AccessKey, SecretKey, SessionToken string
	// CName is a host name that is bound to the bucket.
	CName string
	// TLS makes it speak HTTPS.
	TLS bool
	// PageSize bounds a page of a listing; 0 means 1000.
	PageSize int
	// MinPart is the least size of a part that is not the last, MaxCopy the
	// largest source of a copy in one request, in bytes. 0 means OSS's own.
	MinPart, MaxCopy int64
	// Versioned makes the bucket keep versions: it then ignores
	// x-oss-forbid-overwrite.
	Versioned bool
	// HideETags and HideCRC leave these out of the answers, WrongCRC answers
	// writes with another checksum, IgnoreRanges answers every range with the
	// whole object.
	HideETags, HideCRC, WrongCRC, IgnoreRanges bool
}

// The limits of OSS.
const (
	minPart   = 100 << 10
	maxSingle = 5 << 30
	maxPage   = 1000
	stdPage   = 100
	maxParts  = 10000
	maxKey    = 1023
	maxMeta   = 8 << 10
)

// Server is the fake. Its methods beside those of fakehttp.Server look at what
// it holds and change how it answers.
type Server struct {
	*fakehttp.Server
	shelf.State[object, upload]
	in   *shelf.Inner[object, upload]
	o    Options
	next int
}

// New starts a server with one empty bucket. The caller closes it.
func New(o Options) *Server {
	set := func(v *string, d string) {
		if *v == "" {
			*v = d
		}
	}
	set(&o.Bucket, "waybill-fake")
	set(&o.Region, "cn-hangzhou")
	set(&o.AccessKey, "LTFAKEWAYBILL0000001")
	set(&o.SecretKey, "fakeSecretKeyOfTheStrictOSS001")
	if o.PageSize <= 0 || o.PageSize > maxPage {
		o.PageSize = maxPage
	}
	if o.MinPart == 0 {
		o.MinPart = minPart
	}
	if o.MaxCopy == 0 {
		o.MaxCopy = maxSingle
	}
	s := &Server{o: o}
	s.State, s.in = shelf.NewState[object, upload](shelf.Keys{Access: o.AccessKey, Secret: o.SecretKey, Token: o.SessionToken})
	options := []fakehttp.Option{
		fakehttp.MaskParams("x-oss-signature", "x-oss-credential", "x-oss-security-token", "Signature", "OSSAccessKeyId", "security-token"),
		fakehttp.MaskHeaders("X-Oss-Security-Token"),
	}
	if o.TLS {
		options = append(options, fakehttp.TLS())
	}
	s.Server = fakehttp.New("oss", http.HandlerFunc(s.serve), options...)
	return s
}

// Bucket returns the bucket's name, Region its region.
func (s *Server) Bucket() string { return s.o.Bucket }

// Region returns the region that requests must be signed for.
func (s *Server) Region() string { return s.o.Region }

// FailCode makes the server refuse every request with an OSS error code, until
// Heal.
func (s *Server) FailCode(code string) { s.Fail(Refusal(code)) }

// Refusal is the fault that refuses a request with an OSS error code.
func Refusal(code string) fakehttp.Fault {
	return fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Oss-Request-Id", requestID)
		writeError(w, r, &ossError{code: code, message: "refused by the test", ec: "0000-00000000"})
	}))
}

const requestID = "FAKE0000000000000REQUEST"

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "AliyunOSS")
	w.Header().Set("X-Oss-Request-Id", requestID)
	w.Header().Set("Date", s.in.Now().UTC().Format(http.TimeFormat))
	if e := s.route(w, r); e != nil {
		writeError(w, r, e)
	}
}

// target finds bucket and key of a request; ok is false for a path style that
// OSS refuses.
func (s *Server) target(r *http.Request) (bucket, key string, ok bool) {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	path := strings.TrimPrefix(r.URL.Path, "/")
	if net.ParseIP(host) != nil {
		bucket, key, _ = strings.Cut(path, "/")
		return bucket, key, true
	}
	if host == s.o.CName {
		return s.o.Bucket, path, true
	}
	first, rest, _ := strings.Cut(host, ".")
	// oss-cn-hangzhou.aliyuncs.com alone is no bucket's name.
	return first, path, rest != "" && !strings.HasPrefix(first, "oss-")
}

func (s *Server) route(w http.ResponseWriter, r *http.Request) *ossError {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fail("InvalidArgument")
	}
	for _, values := range q {
		if len(values) != 1 {
			return fail("InvalidArgument")
		}
	}
	bucket, key, ok := s.target(r)
	if !ok {
		return fail("SecondLevelDomainForbidden")
	}
	if e := s.authenticate(r, q, bucket, key); e != nil {
		return e
	}
	if e := knownHeaders(r); e != nil {
		return e
	}
	switch {
	case bucket == "":
		return fail("NotImplemented")
	case bucket != s.o.Bucket:
		return fail("NoSuchBucket")
	case len(key) > maxKey || strings.HasPrefix(key, "/") || strings.HasPrefix(key, `\`):
		return fail("InvalidObjectName")
	case key == "":
		return s.bucketVerb(w, r, q)
	}
	return s.objectVerb(w, r, q, key)
}

func (s *Server) bucketVerb(w http.ResponseWriter, r *http.Request, q url.Values) *ossError {
	switch {
	case r.Method == http.MethodGet && q.Get("list-type") == "2":
		return s.list(w, q)
	case r.Method == http.MethodGet && q.Has("uploads"):
		return s.listUploads(w, q)
	case r.Method == http.MethodGet && !q.Has("list-type") && only(q, "prefix", "delimiter", "max-keys", "marker", "encoding-type") == nil:
		return s.listFirst(w, q)
	case r.Method == http.MethodPost && q.Has("delete"):
		return s.deleteMany(w, r, q)
	}
	return fail("NotImplemented")
}

// objectVerb is what is done to one object.
func (s *Server) objectVerb(w http.ResponseWriter, r *http.Request, q url.Values, key string) *ossError {
	switch {
	case r.Method == http.MethodGet && q.Has("uploadId"):
		return s.listParts(w, q, key)
	case r.Method == http.MethodHead && q.Has("objectMeta"):
		if e := only(q, "objectMeta"); e != nil {
			return e
		}
		return s.meta(w, key)
	}
	for name := range q {
		if !allowedParam(name) {
			return fail("InvalidArgument")
		}
	}
	copied := r.Header.Get("X-Oss-Copy-Source") != ""
	switch part := q.Has("uploadId"); {
	case r.Method == http.MethodPut && part && copied:
		return s.copyPart(w, r, q, key)
	case r.Method == http.MethodPut && part:
		return s.putPart(w, r, q, key)
	case r.Method == http.MethodPut && copied:
		return s.copy(w, r, key)
	case r.Method == http.MethodPut:
		return s.put(w, r, key)
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
		return s.complete(w, r, q, key)
	}
	return fail("MethodNotAllowed")
}

func allowedParam(name string) bool {
	switch name {
	case "uploads", "uploadId", "partNumber", "encoding-type", "response-content-type", "response-content-disposition", "response-cache-control",
		"response-expires", "response-content-encoding", "response-content-language":
		return true
	}
	return authParam(name)
}

// knownHeaders refuses headers for what the fake cannot do, and conditions on
// writes, which OSS has not.
func knownHeaders(r *http.Request) *ossError {
	for name := range r.Header {
		low := strings.ToLower(name)
		write := r.Method == http.MethodPut || r.Method == http.MethodPost
		if write && (low == "if-match" || low == "if-none-match") {
			return &ossError{code: "NotImplemented", message: "A header you provided implies functionality that is not implemented."}
		}
		if !strings.HasPrefix(low, "x-oss-") || strings.HasPrefix(low, "x-oss-meta-") {
			continue
		}
		switch low {
		case "x-oss-date", "x-oss-content-sha256", "x-oss-security-token", "x-oss-range-behavior", "x-oss-copy-source",
			"x-oss-copy-source-if-match", "x-oss-copy-source-range", "x-oss-metadata-directive":
		case "x-oss-storage-class", "x-oss-object-acl": // there is but one of each
			if v := r.Header.Get(name); v != "Standard" && v != "default" {
				return fail("NotImplemented")
			}
		case "x-oss-forbid-overwrite":
			if v := r.Header.Get(name); v != "true" && v != "false" {
				return &ossError{code: "InvalidArgument", ec: "0017-00000279"}
			}
		default:
			return fail("NotImplemented")
		}
	}
	return nil
}

// stamp is a time as OSS's documents have it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
