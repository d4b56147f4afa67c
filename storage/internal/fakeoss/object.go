package fakeoss

import (
	"compress/gzip"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"hash/crc64"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill/storage/internal/shelf"
)

var ecma = crc64.MakeTable(crc64.ECMA)

// object is one version of an object.
type object struct {
	blob     shelf.Blob
	etag     string // with its quotes
	header   http.Header
	modified time.Time
	crc      uint64
}

// content is a received payload.
type content struct {
	blob shelf.Blob
	md5  []byte
	crc  uint64
	at   time.Time // when it came, as a part
}

func (c *content) etag() string { return `"` + strings.ToUpper(hex.EncodeToString(c.md5)) + `"` }

// receive reads and verifies a request's payload.
func receive(r *http.Request) (*content, *ossError) {
	if r.ContentLength < 0 && len(r.TransferEncoding) == 0 {
		return nil, fail("MissingContentLength")
	}
	if r.ContentLength > maxSingle {
		return nil, fail("EntityTooLarge")
	}
	sum, crc := md5.New(), crc64.New(ecma)
	p, err := shelf.Store(io.TeeReader(r.Body, io.MultiWriter(sum, crc)), r.ContentLength)
	if err != nil || r.ContentLength >= 0 && p.Len() != r.ContentLength {
		return nil, fail("IncompleteBody")
	}
	c := &content{blob: shelf.Blob{p}, md5: sum.Sum(nil), crc: crc.Sum64()}
	if given := r.Header.Get("Content-Md5"); given != "" && given != base64.StdEncoding.EncodeToString(c.md5) {
		return nil, &ossError{code: "InvalidDigest", message: "The Content-MD5 you specified was invalid.", ec: "0017-00000110"}
	}
	return c, nil
}

// kept are the request's headers that come back with the object.
func kept(h http.Header) (http.Header, *ossError) {
	out, meta := http.Header{}, 0
	for name, values := range h {
		switch low := strings.ToLower(name); {
		case strings.HasPrefix(low, "x-oss-meta-"):
			meta += len(low) - len("x-oss-meta-") + len(values[0])
			if strings.ContainsFunc(values[0], func(r rune) bool { return r > '~' }) {
				return nil, fail("InvalidArgument")
			}
			out[name] = values
		case low == "content-type", low == "content-disposition", low == "cache-control", low == "expires", low == "content-language", low == "content-encoding":
			out[name] = values
		}
	}
	if meta > maxMeta {
		return nil, fail("InvalidArgument")
	}
	if out.Get("Content-Type") == "" {
		out.Set("Content-Type", "application/octet-stream")
	}
	return out, nil
}

// forbidden checks x-oss-forbid-overwrite. The lock is held.
func (s *Server) forbidden(r *http.Request, key string) *ossError {
	if r.Header.Get("X-Oss-Forbid-Overwrite") == "true" && !s.o.Versioned && s.in.Objects[key] != nil {
		return &ossError{code: "FileAlreadyExists", message: "The object you specified already exists and can not be overwritten.", ec: "0026-00000002"}
	}
	return nil
}

func (s *Server) put(w http.ResponseWriter, r *http.Request, key string) *ossError {
	header, e := kept(r.Header)
	if e != nil {
		return e
	}
	c, e := receive(r)
	if e != nil {
		return e
	}
	o := &object{blob: c.blob, etag: c.etag(), header: header, crc: c.crc}
	if e := s.publish(r, key, o); e != nil {
		return e
	}
	s.written(w, o)
	w.Header().Set("Content-Md5", base64.StdEncoding.EncodeToString(c.md5))
	w.WriteHeader(http.StatusOK)
	return nil
}

// publish makes an object visible, if nothing forbids it.
func (s *Server) publish(r *http.Request, key string, o *object) *ossError {
	now := s.in.Now()
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	if e := s.forbidden(r, key); e != nil {
		return e
	}
	o.modified = now.UTC().Truncate(time.Second)
	s.in.Objects[key] = o
	s.Ledger().Accept(key)
	return nil
}

// written sets the headers of a reply to a write.
func (s *Server) written(w http.ResponseWriter, o *object) {
	s.tag(w, o.etag)
	s.sum(w, o.crc)
	if s.o.Versioned {
		w.Header().Set("X-Oss-Version-Id", "CAEQfakeversion0001")
	}
}

func (s *Server) tag(w http.ResponseWriter, etag string) {
	if !s.o.HideETags {
		w.Header()["ETag"] = []string{etag}
	}
}

func (s *Server) sum(w http.ResponseWriter, crc uint64) {
	if s.o.WrongCRC {
		crc++
	}
	if !s.o.HideCRC {
		w.Header().Set("X-Oss-Hash-Crc64ecma", strconv.FormatUint(crc, 10))
	}
}

// meta is GetObjectMeta: what a listing says of an object.
func (s *Server) meta(w http.ResponseWriter, key string) *ossError {
	o, _ := s.in.Lookup(key)
	if o == nil {
		return noSuchKey
	}
	s.tag(w, o.etag)
	s.sum(w, o.crc)
	w.Header().Set("Last-Modified", o.modified.Format(http.TimeFormat))
	w.Header().Set("Content-Length", strconv.FormatInt(o.blob.Size(), 10))
	w.WriteHeader(http.StatusOK)
	return nil
}

var noSuchKey = &ossError{code: "NoSuchKey", message: "The specified key does not exist.", ec: "0026-00000001"}

func (s *Server) get(w http.ResponseWriter, r *http.Request, q url.Values, key string) *ossError {
	o, corrupt := s.in.Lookup(key)
	if o == nil {
		return noSuchKey
	}
	switch shelf.Conditions(r.Header, "", o.etag, o.modified) {
	case http.StatusPreconditionFailed:
		return fail("PreconditionFailed")
	case http.StatusNotModified:
		return fail("NotModified")
	}
	size := o.blob.Size()
	from, n, partial := int64(0), size, false
	if v := r.Header.Get("Range"); v != "" && !s.o.IgnoreRanges {
		var ok bool
		if from, n, ok = shelf.Range(v, size); ok && s.inside(v, size, r) {
			partial = true
		} else if r.Header.Get("X-Oss-Range-Behavior") == "standard" {
			return fail("InvalidRange")
		} else {
			from, n = 0, size // OSS ignores what it cannot serve
		}
	}
	h := w.Header()
	for name, values := range o.header {
		h[name] = values
	}
	for name, values := range q {
		if as, ok := strings.CutPrefix(name, "response-"); ok {
			h[http.CanonicalHeaderKey(as)] = values
		}
	}
	s.tag(w, o.etag)
	if !s.o.HideCRC {
		h.Set("X-Oss-Hash-Crc64ecma", strconv.FormatUint(o.crc, 10))
	}
	h.Set("X-Oss-Object-Type", "Normal")
	h.Set("X-Oss-Storage-Class", "Standard")
	h.Set("Last-Modified", o.modified.Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(n, 10))
	status := http.StatusOK
	if partial {
		status = http.StatusPartialContent
		h.Set("Content-Range", "bytes "+strconv.FormatInt(from, 10)+"-"+strconv.FormatInt(from+n-1, 10)+"/"+strconv.FormatInt(size, 10))
	}
	if zipped(r, h, n) && status == http.StatusOK {
		h.Del("Content-Length")
		h.Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.Copy(z, o.blob.Reader(from, n))
		_ = z.Close()
		return nil
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

// zipped reports whether OSS compresses an answer on the way: texts of 1 KiB and
// more, for those who say that they take it.
func zipped(r *http.Request, h http.Header, n int64) bool {
	if r.Method != http.MethodGet || n < 1<<10 || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return false
	}
	switch kind, _, _ := strings.Cut(h.Get("Content-Type"), ";"); kind {
	case "text/cache-manifest", "text/xml", "text/plain", "text/css", "application/javascript", "application/json", "text/html":
		return true
	}
	return false
}

// inside reports whether a range that reaches beyond the object is served all
// the same: only under the standard behaviour.
func (s *Server) inside(v string, size int64, r *http.Request) bool {
	if r.Header.Get("X-Oss-Range-Behavior") == "standard" {
		return true
	}
	_, last, _ := strings.Cut(strings.TrimPrefix(v, "bytes="), "-")
	to, err := strconv.ParseInt(last, 10, 64)
	return err != nil || to < size || strings.HasPrefix(v, "bytes=-") && to <= size
}

// source finds what a copy is made of.
func (s *Server) source(r *http.Request) (*object, *ossError) {
	path, err := url.PathUnescape(r.Header.Get("X-Oss-Copy-Source"))
	rest, rooted := strings.CutPrefix(path, "/")
	bucket, key, ok := strings.Cut(rest, "/")
	if err != nil || !ok || !rooted {
		return nil, fail("InvalidArgument")
	}
	if bucket != s.o.Bucket {
		return nil, fail("NoSuchBucket")
	}
	o, _ := s.in.Lookup(key)
	if o == nil {
		return nil, fail("NoSuchKey")
	}
	if v := r.Header.Get("X-Oss-Copy-Source-If-Match"); v != "" && v != o.etag {
		return nil, fail("PreconditionFailed")
	}
	return o, nil
}

type copyXML struct {
	XMLName      xml.Name
	LastModified string
	ETag         string
}

func (s *Server) copy(w http.ResponseWriter, r *http.Request, key string) *ossError {
	src, e := s.source(r)
	if e != nil {
		return e
	}
	d := r.Header.Get("X-Oss-Metadata-Directive")
	if d != "" && d != "COPY" && d != "REPLACE" {
		return fail("InvalidArgument")
	}
	if src.blob.Size() > s.o.MaxCopy {
		return fail("EntityTooLarge")
	}
	o := *src
	if d == "REPLACE" {
		if o.header, e = kept(r.Header); e != nil {
			return e
		}
	}
	if e := s.publish(r, key, &o); e != nil {
		return e
	}
	s.sum(w, o.crc)
	writeXML(w, copyXML{XMLName: xml.Name{Local: "CopyObjectResult"}, LastModified: stamp(o.modified), ETag: o.etag})
	return nil
}
