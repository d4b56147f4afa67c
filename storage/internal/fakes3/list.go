package fakes3

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/waybill-go/waybill/storage/internal/shelf"
)

type listXML struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	Name                  string
	Prefix                string
	Delimiter             string `xml:",omitempty"`
	StartAfter            string `xml:",omitempty"`
	KeyCount, MaxKeys     int
	IsTruncated           bool
	ContinuationToken     string      `xml:",omitempty"`
	NextContinuationToken string      `xml:",omitempty"`
	Contents              []entryXML  `xml:",omitempty"`
	CommonPrefixes        []prefixXML `xml:",omitempty"`
}

type entryXML struct {
	Key, LastModified, ETag string
	Size                    int64
	StorageClass            string
}

type prefixXML struct{ Prefix string }

// list is ListObjectsV2.
func (s *Server) list(w http.ResponseWriter, q url.Values) *s3Error {
	for name, values := range q {
		switch name {
		case "list-type", "prefix", "delimiter", "max-keys", "start-after", "continuation-token", "fetch-owner", "x-id":
		default:
			return fail("InvalidArgument")
		}
		if len(values) != 1 {
			return fail("InvalidArgument")
		}
	}
	limit := s.o.PageSize
	if v := q.Get("max-keys"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 {
			return fail("InvalidArgument")
		}
		limit = min(limit, n)
	}
	out := listXML{Name: s.o.Bucket, Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter"), StartAfter: q.Get("start-after"),
		MaxKeys: limit, ContinuationToken: q.Get("continuation-token")}
	after := out.StartAfter
	if out.ContinuationToken != "" {
		token, err := base64.URLEncoding.DecodeString(out.ContinuationToken)
		if err != nil {
			return fail("InvalidArgument")
		}
		after = string(token)
	}
	s.page(&out, after, limit)
	writeXML(w, http.StatusOK, out)
	return nil
}

// page fills in what comes after a key or a folded prefix.
func (s *Server) page(out *listXML, after string, limit int) {
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	entries, next := shelf.Page(s.in.Objects, out.Prefix, out.Delimiter, after, out.ContinuationToken != "", limit)
	out.KeyCount = len(entries)
	if next != "" {
		out.IsTruncated = true
		out.NextContinuationToken = base64.URLEncoding.EncodeToString([]byte(next))
	}
	for _, e := range entries {
		if e.Folded {
			out.CommonPrefixes = append(out.CommonPrefixes, prefixXML{e.Key})
			continue
		}
		o := s.in.Objects[e.Key]
		out.Contents = append(out.Contents, entryXML{Key: e.Key, LastModified: o.modified.Format(time.RFC3339), ETag: o.etag, Size: o.blob.Size(), StorageClass: "STANDARD"})
	}
}
