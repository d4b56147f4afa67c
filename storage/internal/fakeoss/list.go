package fakeoss

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill/storage/internal/shelf"
)

type listXML struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	Name                  string
	Prefix                string
	StartAfter            string `xml:",omitempty"`
	MaxKeys               int
	Delimiter             string `xml:",omitempty"`
	EncodingType          string `xml:",omitempty"`
	IsTruncated           bool
	ContinuationToken     string      `xml:",omitempty"`
	NextContinuationToken string      `xml:",omitempty"`
	Contents              []entryXML  `xml:",omitempty"`
	CommonPrefixes        []prefixXML `xml:",omitempty"`
	KeyCount              int
}

type entryXML struct {
	Key, LastModified, ETag, Type string
	Size                          int64
	StorageClass                  string
}

type prefixXML struct{ Prefix string }

// list is ListObjectsV2.
func (s *Server) list(w http.ResponseWriter, q url.Values) *ossError {
	if e := only(q, "list-type", "prefix", "delimiter", "max-keys", "start-after", "continuation-token", "fetch-owner", "encoding-type"); e != nil {
		return e
	}
	limit, e := number(q, "max-keys", stdPage, maxPage)
	if e != nil {
		return e
	}
	show := func(key string) string { _, shown := coded(q, key); return shown }
	coding, _ := coded(q, "")
	prefix, delimiter, after := q.Get("prefix"), q.Get("delimiter"), q.Get("start-after")
	token := q.Get("continuation-token")
	out := listXML{Name: s.o.Bucket, Prefix: show(prefix), StartAfter: show(after), MaxKeys: limit, Delimiter: show(delimiter), EncodingType: coding, ContinuationToken: token}
	if token != "" {
		place, err := base64.StdEncoding.DecodeString(token)
		if err != nil {
			return fail("InvalidArgument")
		}
		after = string(place)
	}
	var next string
	out.Contents, out.CommonPrefixes, next = s.page(prefix, delimiter, after, token != "", limit, show)
	out.KeyCount = len(out.Contents) + len(out.CommonPrefixes)
	if next != "" {
		out.IsTruncated = true
		out.NextContinuationToken = base64.StdEncoding.EncodeToString([]byte(next))
	}
	writeXML(w, out)
	return nil
}

// page returns what comes after a key or a folded prefix, and where the next page
// begins.
func (s *Server) page(prefix, delimiter, after string, resumed bool, limit int, show func(string) string) (objects []entryXML, prefixes []prefixXML, next string) {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	entries, next := shelf.Page(s.in.Objects, prefix, delimiter, after, resumed, min(limit, s.o.PageSize))
	for _, e := range entries {
		if e.Folded {
			prefixes = append(prefixes, prefixXML{show(e.Key)})
			continue
		}
		o := s.in.Objects[e.Key]
		objects = append(objects, entryXML{Key: show(e.Key), LastModified: stamp(o.modified), ETag: o.etag, Type: "Normal", Size: o.blob.Size(), StorageClass: "Standard"})
	}
	return objects, prefixes, next
}

type deleteXML struct {
	XMLName xml.Name `xml:"Delete"`
	Quiet   bool
	Objects []struct{ Key string } `xml:"Object"`
}

type deletedXML struct {
	XMLName      xml.Name `xml:"DeleteResult"`
	EncodingType string   `xml:",omitempty"`
	Deleted      []struct{ Key string }
}

// locked is the word in a key that makes its deletion fail in a
// DeleteMultipleObjects, which then does not name it.
const locked = "object-lock"

func (s *Server) deleteMany(w http.ResponseWriter, r *http.Request, q url.Values) *ossError {
	if e := only(q, "delete", "encoding-type"); e != nil {
		return e
	}
	if r.Header.Get("Content-Md5") == "" || r.ContentLength < 0 {
		return fail("MissingArgument")
	}
	c, e := receive(r)
	if e != nil {
		return e
	}
	var in deleteXML
	if xml.NewDecoder(c.blob.Reader(0, c.blob.Size())).Decode(&in) != nil || len(in.Objects) == 0 || len(in.Objects) > maxPage {
		return fail("MalformedXML")
	}
	var out deletedXML
	for _, o := range in.Objects {
		if strings.Contains(o.Key, locked) {
			continue
		}
		s.in.Remove(o.Key)
		if !in.Quiet {
			coding, shown := coded(q, o.Key)
			out.EncodingType = coding
			out.Deleted = append(out.Deleted, struct{ Key string }{shown})
		}
	}
	writeXML(w, out)
	return nil
}
