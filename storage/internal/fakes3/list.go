package fakes3

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill/storage/internal/shelf"
)

type listXML struct {
	XMLName xml.Name `xml:"ListBucketResult"`
	page
	StartAfter            string `xml:",omitempty"`
	KeyCount              int
	ContinuationToken     string `xml:",omitempty"`
	NextContinuationToken string `xml:",omitempty"`
}

type entryXML struct {
	Key, LastModified, ETag string
	Size                    int64
	StorageClass            string
	Owner                   *ownerXML `xml:",omitempty"`
}

type prefixXML struct{ Prefix string }

// list is ListObjectsV2.
func (s *Server) list(w http.ResponseWriter, q url.Values) *s3Error {
	for name, values := range q {
		switch name {
		case "list-type", "prefix", "delimiter", "max-keys", "start-after", "continuation-token", "fetch-owner", "encoding-type", "x-id":
		default:
			return fail("InvalidArgument")
		}
		if len(values) != 1 {
			return fail("InvalidArgument")
		}
	}
	limit, e := s.limit(q, "max-keys")
	if e != nil {
		return e
	}
	write, e := encoding(q)
	if e != nil {
		return e
	}
	out := listXML{page: page{Name: s.o.Bucket, Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter"), MaxKeys: limit},
		StartAfter: q.Get("start-after"), ContinuationToken: q.Get("continuation-token")}
	after := out.StartAfter
	if out.ContinuationToken != "" {
		token, err := base64.URLEncoding.DecodeString(out.ContinuationToken)
		if err != nil {
			return &s3Error{code: "InvalidArgument", message: "The continuation token provided is incorrect"}
		}
		after = string(token)
	}
	next := s.page(&out.page, after, out.ContinuationToken != "", limit, q.Get("fetch-owner") == "true")
	out.KeyCount = len(out.Contents) + len(out.CommonPrefixes)
	if next != "" {
		out.NextContinuationToken = base64.URLEncoding.EncodeToString([]byte(next))
	}
	out.StartAfter = write(out.StartAfter)
	out.encode(q.Get("encoding-type"), write)
	writeXML(w, http.StatusOK, out)
	return nil
}

// page is what the two kinds of listings share.
type page struct {
	Name           string
	Prefix         string
	Delimiter      string `xml:",omitempty"`
	MaxKeys        int
	EncodingType   string `xml:",omitempty"`
	IsTruncated    bool
	Contents       []entryXML  `xml:",omitempty"`
	CommonPrefixes []prefixXML `xml:",omitempty"`
}

// encode writes the keys as was asked.
func (p *page) encode(kind string, write func(string) string) {
	p.EncodingType, p.Prefix, p.Delimiter = kind, write(p.Prefix), write(p.Delimiter)
	for i := range p.Contents {
		p.Contents[i].Key = write(p.Contents[i].Key)
	}
	for i := range p.CommonPrefixes {
		p.CommonPrefixes[i].Prefix = write(p.CommonPrefixes[i].Prefix)
	}
}

// page fills in what comes after a key or a folded prefix, and returns where the
// next page begins.
func (s *Server) page(out *page, after string, resumed bool, limit int, owner bool) (next string) {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	if limit == 0 {
		return ""
	}
	entries, next := shelf.Page(s.in.Objects, out.Prefix, out.Delimiter, after, resumed, limit)
	out.IsTruncated = next != ""
	for _, e := range entries {
		if e.Folded {
			out.CommonPrefixes = append(out.CommonPrefixes, prefixXML{e.Key})
			continue
		}
		o := s.in.Objects[e.Key]
		x := entryXML{Key: e.Key, LastModified: o.modified.Format(time.RFC3339), ETag: o.etag, Size: o.blob.Size(), StorageClass: "STANDARD"}
		if owner {
			who := s.owner()
			x.Owner = &who
		}
		out.Contents = append(out.Contents, x)
	}
	return next
}

// limit reads how many entries a page may have.
func (s *Server) limit(q url.Values, name string) (int, *s3Error) {
	v := q.Get(name)
	if v == "" {
		return s.o.PageSize, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, &s3Error{code: "InvalidArgument", message: "Argument " + name + " must be an integer between 0 and 2147483647"}
	}
	return min(s.o.PageSize, n), nil
}

// encoding returns how keys are written: as they are, or as in a URL, since XML
// cannot carry each.
func encoding(q url.Values) (func(string) string, *s3Error) {
	switch q.Get("encoding-type") {
	case "":
		return func(k string) string { return k }, nil
	case "url":
		return func(k string) string { return strings.ReplaceAll(encode(k, true), "%20", "+") }, nil
	}
	return nil, &s3Error{code: "InvalidArgument", message: "Invalid Encoding Method specified in Request"}
}
