package fakes3

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill/storage/internal/shelf"
)

// object is one version of an object.
type object struct {
	blob     shelf.Blob
	etag     string // with its quotes
	header   http.Header
	modified time.Time
	parts    []int64 // their sizes in bytes; nil when it was written in one request
	sum      sum
}

// kept are the request's headers that come back with the object.
func kept(h http.Header) http.Header {
	out := http.Header{}
	for name, values := range h {
		switch low := strings.ToLower(name); {
		case low == "content-type", low == "content-disposition", low == "cache-control", low == "expires", low == "content-language":
			out[name] = values
		case strings.HasPrefix(low, "x-amz-meta-"):
			out[name] = values
		case low == "content-encoding" && values[0] != "aws-chunked":
			out[name] = []string{strings.TrimPrefix(values[0], "aws-chunked,")}
		}
	}
	if out.Get("Content-Type") == "" {
		out.Set("Content-Type", "binary/octet-stream")
	}
	return out
}

// metaFits checks the 2 KiB of user metadata.
func metaFits(h http.Header) *s3Error {
	n := 0
	for name, values := range h {
		if low := strings.ToLower(name); strings.HasPrefix(low, "x-amz-meta-") {
			n += len(low) - len("x-amz-meta-") + len(values[0])
			if strings.ContainsFunc(values[0], func(r rune) bool { return r > 0x7e }) {
				return fail("InvalidArgument") // S3 would keep it, but give it back encoded
			}
		}
	}
	if n > 2048 {
		return fail("MetadataTooLarge")
	}
	return nil
}

// condition checks If-None-Match and If-Match of a write. The lock is held.
func (s *Server) condition(r *http.Request, key string) *s3Error {
	old := s.in.Objects[key]
	if v := r.Header.Get("If-None-Match"); v != "" {
		if v != "*" {
			return fail("NotImplemented")
		}
		if old != nil {
			return fail("PreconditionFailed")
		}
	}
	if v := r.Header.Get("If-Match"); v != "" {
		if old == nil {
			return fail("NoSuchKey")
		}
		if old.etag != v {
			return fail("PreconditionFailed")
		}
	}
	return nil
}

func (s *Server) put(w http.ResponseWriter, r *http.Request, key string, a *auth) *s3Error {
	if e := metaFits(r.Header); e != nil {
		return e
	}
	c, e := receive(r, a)
	if e != nil {
		return e
	}
	o := &object{blob: c.blob, etag: `"` + hex.EncodeToString(c.md5) + `"`, header: kept(r.Header)}
	if c.claimed || !s.o.PlainObjects {
		o.sum = c.sum
	}
	if e := s.publish(r, key, o); e != nil {
		return e
	}
	s.tag(w, o)
	o.sum.set(w.Header())
	if o.sum.kind != "" {
		w.Header().Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// publish makes an object visible, if its conditions hold.
func (s *Server) publish(r *http.Request, key string, o *object) *s3Error {
	now := s.now()
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	if e := s.condition(r, key); e != nil {
		return e
	}
	o.modified = now.UTC().Truncate(time.Second)
	s.in.Objects[key] = o
	s.Ledger().Accept(key)
	return nil
}

func (s *Server) tag(w http.ResponseWriter, o *object) {
	if !s.o.HideETags {
		w.Header()["ETag"] = []string{o.etag}
	}
}

func (s *Server) get(w http.ResponseWriter, r *http.Request, q url.Values, key string) *s3Error {
	o, corrupt := s.in.Lookup(key)
	if o == nil {
		return fail("NoSuchKey")
	}
	switch shelf.Conditions(r.Header, "", o.etag, o.modified) {
	case http.StatusPreconditionFailed:
		return fail("PreconditionFailed")
	case http.StatusNotModified:
		return fail("NotModified")
	}
	size := o.blob.Size()
	from, n, partial := int64(0), size, false
	if v := r.Header.Get("Range"); shelf.Readable(v) && !s.o.IgnoreRanges {
		var ok bool
		if from, n, ok = shelf.Range(v, size); !ok {
			return fail("InvalidRange")
		}
		partial = true
	}
	h := w.Header()
	if q.Has("partNumber") {
		var e *s3Error
		if from, n, e = o.part(r.Header, q); e != nil {
			return e
		}
		partial = n > 0
		if len(o.parts) > 0 {
			h.Set("X-Amz-Mp-Parts-Count", strconv.Itoa(len(o.parts)))
		}
	}
	for name, values := range o.header {
		if low := strings.ToLower(name); strings.HasPrefix(low, "x-amz-meta-") {
			name = low // as S3 writes them, and clients show them
		}
		h[name] = values
	}
	for name, values := range q {
		if as, ok := strings.CutPrefix(name, "response-"); ok {
			h[http.CanonicalHeaderKey(as)] = values
		}
	}
	s.tag(w, o)
	h.Set("Last-Modified", o.modified.Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(n, 10))
	if o.sum.kind != "" && r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" && !partial {
		o.sum.set(h)
		h.Set("X-Amz-Checksum-Type", o.sum.of())
	}
	status := http.StatusOK
	if partial {
		status = http.StatusPartialContent
		h.Set("Content-Range", "bytes "+strconv.FormatInt(from, 10)+"-"+strconv.FormatInt(from+n-1, 10)+"/"+strconv.FormatInt(size, 10))
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	body := o.blob.Reader(from, n)
	if corrupt {
		body = shelf.Flip(body)
	}
	_, _ = io.Copy(w, body)
	return nil
}

// part is where one of the object's parts lies.
func (o *object) part(h http.Header, q url.Values) (from, n int64, e *s3Error) {
	number, e := partNumber(q)
	sizes := o.parts
	if len(sizes) == 0 {
		sizes = []int64{o.blob.Size()}
	}
	switch {
	case e != nil:
		return 0, 0, e
	case h.Get("Range") != "":
		return 0, 0, &s3Error{code: "InvalidRequest", message: "Cannot specify both Range header and partNumber query parameter"}
	case number > len(sizes):
		return 0, 0, fail("InvalidPartNumber")
	}
	for _, size := range sizes[:number-1] {
		from += size
	}
	return from, sizes[number-1], nil
}

// source finds what a copy is made of.
func (s *Server) source(r *http.Request) (*object, *s3Error) {
	path, err := url.PathUnescape(strings.TrimPrefix(r.Header.Get("X-Amz-Copy-Source"), "/"))
	bucket, key, ok := strings.Cut(path, "/")
	if err != nil || !ok {
		return nil, fail("InvalidArgument")
	}
	from := s.named(bucket)
	if from == nil {
		return nil, fail("NoSuchBucket")
	}
	o, _ := from.in.Lookup(key)
	if o == nil {
		return nil, fail("NoSuchKey")
	}
	if shelf.Conditions(r.Header, "X-Amz-Copy-Source-", o.etag, o.modified) != http.StatusOK {
		return nil, fail("PreconditionFailed")
	}
	return o, nil
}

type copyXML struct {
	XMLName      xml.Name
	LastModified string
	ETag         string
	sumsXML
}

func (s *Server) copy(w http.ResponseWriter, r *http.Request, key string) *s3Error {
	src, e := s.source(r)
	if e != nil {
		return e
	}
	d := r.Header.Get("X-Amz-Metadata-Directive")
	switch path, _ := url.PathUnescape(strings.TrimPrefix(r.Header.Get("X-Amz-Copy-Source"), "/")); {
	case d != "" && d != "COPY" && d != "REPLACE":
		return &s3Error{code: "InvalidArgument", message: "Unknown metadata directive."}
	case d != "REPLACE" && path == s.o.Bucket+"/"+key:
		return &s3Error{code: "InvalidRequest", message: "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."}
	}
	if src.blob.Size() > s.o.MaxCopy {
		return &s3Error{code: "InvalidRequest", message: "The specified copy source is larger than the maximum allowable size for a copy source"}
	}
	o, e := s.copied(r, src, d == "REPLACE")
	if e != nil {
		return e
	}
	if e := s.publish(r, key, o); e != nil {
		return e
	}
	writeXML(w, http.StatusOK, copyXML{XMLName: xml.Name{Local: "CopyObjectResult"}, LastModified: o.modified.Format(time.RFC3339), ETag: o.etag, sumsXML: o.sum.xml()})
	return nil
}

// copied is a copy in one piece, whatever the source was made of. It has a
// checksum of the kind that is asked for, or else of the source's.
func (s *Server) copied(r *http.Request, src *object, replace bool) (*object, *s3Error) {
	o := *src
	if replace {
		if e := metaFits(r.Header); e != nil {
			return nil, e
		}
		o.header = kept(r.Header)
	}
	o.parts = nil
	kind := cmp.Or(r.Header.Get("X-Amz-Checksum-Algorithm"), src.sum.kind)
	if !slices.Contains(kinds[:], cmp.Or(kind, usual)) {
		return nil, fail("NotImplemented")
	}
	tag, check := md5.New(), hasher(kind)
	_, _ = io.Copy(io.MultiWriter(tag, check), src.blob.Reader(0, src.blob.Size()))
	o.etag = `"` + hex.EncodeToString(tag.Sum(nil)) + `"`
	if kind != "" {
		o.sum = encoded(kind, check)
	}
	return &o, nil
}
