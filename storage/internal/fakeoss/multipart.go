package fakeoss

import (
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

// upload is an open multipart upload.
type upload struct {
	key    string
	header http.Header
	parts  map[int]*content
	begun  time.Time
}

type createXML struct {
	XMLName      xml.Name `xml:"InitiateMultipartUploadResult"`
	EncodingType string   `xml:",omitempty"`
	Bucket       string
	Key          string
	UploadID     string `xml:"UploadId"`
}

func (s *Server) create(w http.ResponseWriter, r *http.Request, key string) *ossError {
	header, e := kept(r.Header)
	if e != nil {
		return e
	}
	if _, e := receive(r); e != nil {
		return e
	}
	begun := s.in.Now()
	s.in.Mu.Lock()
	if e := s.forbidden(r, key); e != nil {
		s.in.Mu.Unlock()
		return e
	}
	s.next++
	id := strings.ToUpper(hex.EncodeToString([]byte("upload-" + strconv.Itoa(s.next))))
	s.in.Open[id] = &upload{key: key, header: header, parts: map[int]*content{}, begun: begun}
	s.in.Mu.Unlock()
	coding, shown := coded(r.URL.Query(), key)
	writeXML(w, createXML{EncodingType: coding, Bucket: s.o.Bucket, Key: shown, UploadID: id})
	return nil
}

// coded returns a key as encoding-type wants it.
func coded(q url.Values, key string) (coding, shown string) {
	if q.Get("encoding-type") == "url" {
		return "url", strings.ReplaceAll(url.QueryEscape(key), "+", "%20")
	}
	return "", key
}

// open finds an upload.
func (s *Server) open(q url.Values, key string) (*upload, *ossError) {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	u := s.in.Open[q.Get("uploadId")]
	if u == nil || u.key != key {
		return nil, &ossError{code: "NoSuchUpload", message: "The specified upload does not exist.", ec: "0042-00000002"}
	}
	return u, nil
}

// part finds the upload and the number of a part.
func (s *Server) part(q url.Values, key string) (*upload, int, *ossError) {
	n, err := strconv.Atoi(q.Get("partNumber"))
	if err != nil || n < 1 || n > maxParts {
		return nil, 0, fail("InvalidArgument")
	}
	u, e := s.open(q, key)
	return u, n, e
}

func (s *Server) keep(u *upload, n int, c *content) {
	c.at = s.in.Now()
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	u.parts[n] = c
}

func (s *Server) putPart(w http.ResponseWriter, r *http.Request, q url.Values, key string) *ossError {
	u, n, e := s.part(q, key)
	if e != nil {
		return e
	}
	c, e := receive(r)
	if e != nil {
		return e
	}
	s.keep(u, n, c)
	s.tag(w, c.etag())
	s.sum(w, c.crc)
	w.Header().Set("Content-Md5", base64.StdEncoding.EncodeToString(c.md5))
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) copyPart(w http.ResponseWriter, r *http.Request, q url.Values, key string) *ossError {
	u, n, e := s.part(q, key)
	if e != nil {
		return e
	}
	src, e := s.source(r)
	if e != nil {
		return e
	}
	from, size := int64(0), src.blob.Size()
	if v := r.Header.Get("X-Oss-Copy-Source-Range"); v != "" {
		var ok bool
		if from, size, ok = shelf.Range(v, size); !ok {
			return fail("InvalidArgument")
		}
	}
	if size > s.o.MaxCopy {
		return fail("EntityTooLarge")
	}
	sum, crc := md5.New(), crc64.New(ecma)
	p, err := shelf.Store(io.TeeReader(src.blob.Reader(from, size), io.MultiWriter(sum, crc)), size)
	if err != nil {
		return fail("InternalError")
	}
	c := &content{blob: shelf.Blob{p}, md5: sum.Sum(nil), crc: crc.Sum64()}
	s.keep(u, n, c)
	writeXML(w, copyXML{XMLName: xml.Name{Local: "CopyPartResult"}, LastModified: stamp(s.in.Now()), ETag: c.etag()})
	return nil
}

type completeXML struct {
	XMLName xml.Name `xml:"CompleteMultipartUpload"`
	Parts   []struct {
		PartNumber int
		ETag       string
	} `xml:"Part"`
}

type completedXML struct {
	XMLName      xml.Name `xml:"CompleteMultipartUploadResult"`
	EncodingType string   `xml:",omitempty"`
	Location     string
	Bucket       string
	Key          string
	ETag         string `xml:",omitempty"`
}

func (s *Server) complete(w http.ResponseWriter, r *http.Request, q url.Values, key string) *ossError {
	u, e := s.open(q, key)
	if e != nil {
		return e
	}
	c, e := receive(r)
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
	if e := s.publish(r, key, o); e != nil {
		return e
	}
	s.in.Mu.Lock()
	delete(s.in.Open, q.Get("uploadId"))
	s.in.Mu.Unlock()
	s.written(w, o)
	coding, shown := coded(q, key)
	out := completedXML{EncodingType: coding, Location: "http://" + r.Host + r.URL.Path, Bucket: s.o.Bucket, Key: shown}
	if !s.o.HideETags {
		out.ETag = o.etag
	}
	writeXML(w, out)
	return nil
}

// assemble makes the object of its parts.
func (s *Server) assemble(u *upload, in completeXML) (*object, *ossError) {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	o := &object{header: u.header}
	sum := md5.New()
	last := 0
	for i, p := range in.Parts {
		c := u.parts[p.PartNumber]
		switch {
		case p.PartNumber <= last:
			return nil, fail("InvalidPartOrder")
		case c == nil || p.ETag != c.etag():
			return nil, fail("InvalidPart")
		case i < len(in.Parts)-1 && c.blob.Size() < s.o.MinPart:
			return nil, fail("EntityTooSmall")
		}
		last = p.PartNumber
		sum.Write(c.md5)
		o.blob = append(o.blob, c.blob...)
	}
	crc := crc64.New(ecma)
	if _, err := io.Copy(crc, o.blob.Reader(0, o.blob.Size())); err != nil {
		return nil, fail("InternalError")
	}
	o.crc = crc.Sum64()
	o.etag = `"` + strings.ToUpper(hex.EncodeToString(sum.Sum(nil))) + "-" + strconv.Itoa(len(in.Parts)) + `"`
	return o, nil
}

func (s *Server) abort(w http.ResponseWriter, q url.Values, key string) *ossError {
	if _, e := s.open(q, key); e != nil {
		return e
	}
	s.in.Mu.Lock()
	delete(s.in.Open, q.Get("uploadId"))
	s.in.Mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
	return nil
}
