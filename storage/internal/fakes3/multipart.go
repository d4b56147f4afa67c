package fakes3

import (
	"cmp"
	"crypto/md5"
	"encoding/base64"
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

// upload is an open multipart upload.
type upload struct {
	key    string
	header http.Header
	kind   string // of the checksums; "" when none was said
	whole  bool   // the checksum is to be that of the whole object
	parts  map[int]*content
	id     string
	begun  time.Time
}

type createXML struct {
	XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
	Bucket   string
	Key      string
	UploadID string `xml:"UploadId"`
}

func (s *Server) create(w http.ResponseWriter, r *http.Request, key string) *s3Error {
	if e := metaFits(r.Header); e != nil {
		return e
	}
	u := &upload{key: key, header: kept(r.Header), parts: map[int]*content{}}
	if e := u.checks(r.Header); e != nil {
		return e
	}
	begun := s.now()
	s.in.Mu.Lock()
	s.next++
	id := "upload-" + strconv.Itoa(s.next) + "-" + hex.EncodeToString([]byte(strconv.Itoa(s.next*7919)))
	u.id, u.begun = id, begun
	s.in.Open[id] = u
	s.in.Mu.Unlock()
	if u.kind != "" {
		w.Header().Set("X-Amz-Checksum-Algorithm", u.kind)
		w.Header().Set("X-Amz-Checksum-Type", map[bool]string{true: "FULL_OBJECT", false: "COMPOSITE"}[u.whole])
	}
	writeXML(w, http.StatusOK, createXML{Bucket: s.o.Bucket, Key: key, UploadID: id})
	return nil
}

// checks reads which checksums there are to be. That of a CRC may be of the whole
// object, that of CRC64NVME must be, those of SHA cannot.
func (u *upload) checks(h http.Header) *s3Error {
	u.kind = strings.ToUpper(h.Get("X-Amz-Checksum-Algorithm"))
	of := h.Get("X-Amz-Checksum-Type")
	u.whole = of == "FULL_OBJECT" || of == "" && u.kind == usual
	switch {
	case u.kind != "" && !slices.Contains(kinds[:], u.kind):
		return fail("NotImplemented")
	case of != "" && of != "COMPOSITE" && of != "FULL_OBJECT":
		return fail("InvalidRequest")
	case of != "" && u.kind == "":
		return &s3Error{code: "InvalidRequest", message: "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."}
	case u.whole && strings.HasPrefix(u.kind, "SHA"), !u.whole && u.kind == usual:
		return &s3Error{code: "InvalidRequest", message: "The " + of + " checksum type cannot be used with the " + strings.ToLower(u.kind) + " checksum algorithm."}
	}
	return nil
}

// open finds an upload.
func (s *Server) open(q url.Values, key string) (*upload, *s3Error) {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	u := s.in.Open[q.Get("uploadId")]
	if u == nil || u.key != key {
		return nil, fail("NoSuchUpload")
	}
	return u, nil
}

func partNumber(q url.Values) (int, *s3Error) {
	n, err := strconv.Atoi(q.Get("partNumber"))
	if err != nil || n < 1 || n > maxParts {
		return 0, &s3Error{code: "InvalidArgument", message: "Part number must be an integer between 1 and 10000, inclusive."}
	}
	return n, nil
}

func (s *Server) putPart(w http.ResponseWriter, r *http.Request, q url.Values, key string, a *auth) *s3Error {
	n, e := partNumber(q)
	if e != nil {
		return e
	}
	u, e := s.open(q, key)
	if e != nil {
		return e
	}
	if e := u.fits(r.Header); e != nil {
		return e
	}
	c, e := receive(r, a)
	if e != nil {
		return e
	}
	if u.kind != "" && !c.claimed {
		c.sum, c.claimed = u.summed(c.blob), true // S3 computes it
	}
	c.at = s.now()
	s.in.Mu.Lock()
	u.parts[n] = c
	s.in.Mu.Unlock()
	w.Header()["ETag"] = []string{`"` + hex.EncodeToString(c.md5) + `"`}
	if c.claimed {
		c.sum.set(w.Header())
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// fits refuses a part that has not the checksum that was announced. That of the
// whole object needs none of its parts, and what was not announced is one more
// check.
func (u *upload) fits(h http.Header) *s3Error {
	given, e := claimed(h)
	switch {
	case e != nil, u.kind == "", given.kind == u.kind, given.kind == "" && u.whole:
		return e
	case given.kind == "":
		given.kind = "null"
	}
	return &s3Error{code: "InvalidRequest", message: "Checksum Type mismatch occurred, expected checksum Type: " + strings.ToLower(u.kind) + ", actual checksum Type: " + strings.ToLower(given.kind)}
}

// summed is the checksum of a content of the upload's kind.
func (u *upload) summed(b shelf.Blob) sum {
	h := hasher(u.kind)
	_, _ = io.Copy(h, b.Reader(0, b.Size()))
	return encoded(u.kind, h)
}

func (s *Server) copyPart(w http.ResponseWriter, r *http.Request, q url.Values, key string) *s3Error {
	n, e := partNumber(q)
	if e != nil {
		return e
	}
	u, e := s.open(q, key)
	if e != nil {
		return e
	}
	src, e := s.source(r)
	if e != nil {
		return e
	}
	from, size := int64(0), src.blob.Size()
	if v := r.Header.Get("X-Amz-Copy-Source-Range"); v != "" {
		whole := size
		var ok bool
		switch from, size, ok = shelf.Range(v, whole); {
		case !shelf.Readable(v) || strings.HasPrefix(v, "bytes=-") || strings.HasSuffix(v, "-"):
			return &s3Error{code: "InvalidArgument", message: "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy"}
		case !ok || !strings.HasSuffix(v, "-"+strconv.FormatInt(from+size-1, 10)): // it is not cut at the end
			return &s3Error{code: "InvalidArgument", message: "Range specified is not valid for source object of size: " + strconv.FormatInt(whole, 10)}
		}
	}
	if size > s.o.MaxCopy {
		return fail("InvalidRequest")
	}
	tag := md5.New()
	p, err := shelf.Store(src.blob.Reader(from, size), size)
	if err != nil {
		return fail("InternalError")
	}
	_, _ = tag.Write([]byte(src.etag + strconv.FormatInt(from, 10)))
	c := &content{blob: shelf.Blob{p}, md5: tag.Sum(nil), at: s.now()}
	if u.kind != "" {
		c.sum = u.summed(c.blob)
	}
	s.in.Mu.Lock()
	u.parts[n] = c
	s.in.Mu.Unlock()
	writeXML(w, http.StatusOK, copyXML{XMLName: xml.Name{Local: "CopyPartResult"}, LastModified: s.now().UTC().Format(time.RFC3339),
		ETag: `"` + hex.EncodeToString(c.md5) + `"`, sumsXML: c.sum.xml()})
	return nil
}

type completeXML struct {
	XMLName xml.Name `xml:"CompleteMultipartUpload"`
	Parts   []struct {
		PartNumber int
		ETag       string
		sumsXML
	} `xml:"Part"`
}

type completedXML struct {
	XMLName  xml.Name `xml:"CompleteMultipartUploadResult"`
	Location string
	Bucket   string
	Key      string
	ETag     string
	sumsXML
	ChecksumType string `xml:",omitempty"`
}

func (s *Server) complete(w http.ResponseWriter, r *http.Request, q url.Values, key string, a *auth) *s3Error {
	u, e := s.open(q, key)
	if e != nil {
		return e
	}
	// Here the header is the checksum of the object.
	given, e := claimed(r.Header)
	if e != nil {
		return e
	}
	r.Header.Del(sumHeader(given.kind))
	r.Header.Del("X-Amz-Sdk-Checksum-Algorithm")
	c, e := receive(r, a)
	if e != nil {
		return e
	}
	var in completeXML
	if xml.NewDecoder(c.blob.Reader(0, c.blob.Size())).Decode(&in) != nil || len(in.Parts) == 0 {
		return fail("MalformedXML")
	}
	o, e := s.assemble(u, in)
	if e != nil {
		return e
	}
	if v := r.Header.Get("X-Amz-Mp-Object-Size"); v != "" && v != strconv.FormatInt(o.blob.Size(), 10) {
		return &s3Error{code: "InvalidRequest", message: "The provided 'x-amz-mp-object-size' header value " + v + " does not match what was computed."}
	}
	switch kind := r.Header.Get("X-Amz-Checksum-Type"); {
	case kind != "" && (kind == "FULL_OBJECT") != u.whole:
		return fail("InvalidRequest")
	case u.kind != "" && given.kind != "" && given != o.sum && (given.kind != o.sum.kind || given.text+"-"+strconv.Itoa(len(in.Parts)) != o.sum.text):
		return wrongSum(given.kind)
	}
	if e := s.publish(r, key, o); e != nil {
		return e
	}
	s.in.Mu.Lock()
	delete(s.in.Open, q.Get("uploadId"))
	s.in.Mu.Unlock()
	out := completedXML{Location: s.URL() + r.URL.Path, Bucket: s.o.Bucket, Key: key, sumsXML: o.sum.xml()}
	if o.sum.kind != "" {
		out.ChecksumType = o.sum.of()
	}
	if !s.o.HideETags {
		out.ETag = o.etag
	}
	writeXML(w, http.StatusOK, out)
	return nil
}

// assemble makes the object of its parts.
func (s *Server) assemble(u *upload, in completeXML) (*object, *s3Error) {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	o := &object{header: u.header}
	tag := md5.New()
	last := 0
	var parts []*content
	for i, p := range in.Parts {
		c := u.parts[p.PartNumber]
		switch {
		case p.ETag == "" || p.PartNumber == 0:
			return nil, fail("MalformedXML")
		case p.PartNumber < 1 || p.PartNumber > maxParts:
			return nil, &s3Error{code: "InvalidArgument", message: "PartNumber must be >= 1"}
		case p.PartNumber <= last:
			return nil, fail("InvalidPartOrder")
		case c == nil || strings.Trim(p.ETag, `"`) != hex.EncodeToString(c.md5):
			return nil, fail("InvalidPart")
		case u.kind != "" && !u.whole && *p.at(u.kind) == "":
			return nil, &s3Error{code: "InvalidRequest", message: "The upload was created using a " + strings.ToLower(u.kind) + " checksum. The complete request must include the checksum for each part. It was missing for part " + strconv.Itoa(p.PartNumber) + " in the request."}
		case u.kind != "" && *p.at(u.kind) != "" && *p.at(u.kind) != c.sum.text:
			return nil, fail("InvalidPart")
		case i < len(in.Parts)-1 && c.blob.Size() < s.o.MinPart:
			return nil, fail("EntityTooSmall")
		}
		last = p.PartNumber
		tag.Write(c.md5)
		o.blob = append(o.blob, c.blob...)
		o.parts = append(o.parts, c.blob.Size())
		parts = append(parts, c)
	}
	switch {
	case u.whole, u.kind == "" && !s.o.PlainObjects:
		h := hasher(u.kind)
		_, _ = io.Copy(h, o.blob.Reader(0, o.blob.Size()))
		o.sum = encoded(cmp.Or(u.kind, usual), h)
	case u.kind != "":
		o.sum = composite(u.kind, parts)
	}
	o.etag = `"` + hex.EncodeToString(tag.Sum(nil)) + "-" + strconv.Itoa(len(parts)) + `"`
	return o, nil
}

func (s *Server) abort(w http.ResponseWriter, q url.Values, key string) *s3Error {
	if _, e := s.open(q, key); e != nil {
		return e
	}
	s.in.Mu.Lock()
	delete(s.in.Open, q.Get("uploadId"))
	s.in.Mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// deleteXML is the request and the reply of DeleteObjects.
type deleteXML struct {
	XMLName xml.Name `xml:"Delete"`
	Quiet   bool
	Objects []struct{ Key string } `xml:"Object"`
}

type deletedXML struct {
	XMLName xml.Name `xml:"DeleteResult"`
	Deleted []struct{ Key string }
	Errors  []deleteErrorXML `xml:"Error"`
}

type deleteErrorXML struct{ Key, Code, Message string }

// locked is the word in a key that makes its deletion fail in a DeleteObjects.
const locked = "object-lock"

func (s *Server) deleteMany(w http.ResponseWriter, r *http.Request, a *auth) *s3Error {
	c, e := receive(r, a)
	if e != nil {
		return e
	}
	if r.Header.Get("Content-Md5") == "" && !c.claimed {
		return &s3Error{code: "InvalidRequest", message: "Missing required header for this request: Content-MD5"}
	}
	if given := r.Header.Get("Content-Md5"); given != "" && given != base64.StdEncoding.EncodeToString(c.md5) {
		return fail("BadDigest")
	}
	var in deleteXML
	if xml.NewDecoder(c.blob.Reader(0, c.blob.Size())).Decode(&in) != nil || len(in.Objects) == 0 || len(in.Objects) > maxPage {
		return fail("MalformedXML")
	}
	var out deletedXML
	s.in.Mu.Lock()
	for _, o := range in.Objects {
		if strings.Contains(o.Key, locked) {
			out.Errors = append(out.Errors, deleteErrorXML{o.Key, "AccessDenied", "Access Denied"})
			continue
		}
		delete(s.in.Objects, o.Key)
		if !in.Quiet {
			out.Deleted = append(out.Deleted, struct{ Key string }{o.Key})
		}
	}
	s.in.Mu.Unlock()
	writeXML(w, http.StatusOK, out)
	return nil
}
