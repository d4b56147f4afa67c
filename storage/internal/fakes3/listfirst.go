package fakes3

import (
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill/storage/internal/shelf"
)

// plain reports whether a request for a bucket is the first kind of listing.
func plain(q url.Values) bool {
	for name := range q {
		switch name {
		case "prefix", "delimiter", "max-keys", "marker", "encoding-type", "x-id":
		default:
			return strings.HasPrefix(name, "X-Amz-")
		}
	}
	return true
}

type listFirstXML struct {
	XMLName xml.Name `xml:"ListBucketResult"`
	page
	Marker     string
	NextMarker string `xml:",omitempty"`
}

// listFirst is ListObjects, which older clients use.
func (s *Server) listFirst(w http.ResponseWriter, q url.Values) *s3Error {
	limit, e := s.limit(q, "max-keys")
	if e != nil {
		return e
	}
	write, e := encoding(q)
	if e != nil {
		return e
	}
	out := listFirstXML{page: page{Name: s.o.Bucket, Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter"), MaxKeys: limit}, Marker: q.Get("marker")}
	folded := out.Delimiter != "" && strings.HasSuffix(out.Marker, out.Delimiter)
	if next := s.page(&out.page, out.Marker, folded, limit, true); next != "" && out.Delimiter != "" {
		out.NextMarker = write(next) // without a delimiter it is the last key
	}
	out.Marker = write(out.Marker)
	out.encode(q.Get("encoding-type"), write)
	writeXML(w, http.StatusOK, out)
	return nil
}

type listPartsXML struct {
	XMLName              xml.Name `xml:"ListPartsResult"`
	Bucket, Key          string
	UploadID             string `xml:"UploadId"`
	PartNumberMarker     int
	NextPartNumberMarker int `xml:",omitempty"`
	MaxParts             int
	IsTruncated          bool
	Parts                []partXML `xml:"Part"`
	Initiator, Owner     ownerXML
	StorageClass         string
}

type partXML struct {
	PartNumber   int
	LastModified string
	ETag         string
	Size         int64
	sumsXML
}

// listParts is ListParts.
func (s *Server) listParts(w http.ResponseWriter, q url.Values, key string) *s3Error {
	u, e := s.open(q, key)
	if e != nil {
		return e
	}
	limit, e := s.limit(q, "max-parts")
	if e != nil {
		return e
	}
	after := 0
	if v := q.Get("part-number-marker"); v != "" {
		var err error
		if after, err = strconv.Atoi(v); err != nil || after < 0 {
			return &s3Error{code: "InvalidArgument", message: "Argument part-number-marker must be an integer between 0 and 2147483647"}
		}
	}
	out := listPartsXML{Bucket: s.o.Bucket, Key: key, UploadID: u.id, PartNumberMarker: after, MaxParts: limit, Initiator: s.owner(), Owner: s.owner(), StorageClass: "STANDARD"}
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	var page []int
	page, out.IsTruncated = shelf.Numbers(u.parts, after, limit)
	for _, n := range page {
		c := u.parts[n]
		p := partXML{PartNumber: n, LastModified: c.at.UTC().Format(time.RFC3339), ETag: `"` + hex.EncodeToString(c.md5) + `"`, Size: c.blob.Size()}
		if c.claimed {
			p.sumsXML = c.sum.xml()
		}
		out.Parts = append(out.Parts, p)
		out.NextPartNumberMarker = n
	}
	writeXML(w, http.StatusOK, out)
	return nil
}

type listUploadsXML struct {
	XMLName        xml.Name `xml:"ListMultipartUploadsResult"`
	Bucket         string
	KeyMarker      string
	UploadIDMarker string `xml:"UploadIdMarker"`
	Prefix         string `xml:",omitempty"`
	MaxUploads     int
	IsTruncated    bool
	NextKeyMarker  string      `xml:",omitempty"`
	NextUploadID   string      `xml:"NextUploadIdMarker,omitempty"`
	Uploads        []uploadXML `xml:"Upload"`
}

type uploadXML struct {
	Key              string
	UploadID         string `xml:"UploadId"`
	Initiated        string
	Initiator, Owner ownerXML
	StorageClass     string
}

// listUploads is ListMultipartUploads, without a delimiter.
func (s *Server) listUploads(w http.ResponseWriter, q url.Values) *s3Error {
	if q.Get("delimiter") != "" {
		return fail("NotImplemented")
	}
	limit, e := s.limit(q, "max-uploads")
	if e != nil {
		return e
	}
	write, e := encoding(q)
	if e != nil {
		return e
	}
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	all := make([]shelf.Upload, 0, len(s.in.Open))
	for _, u := range s.in.Open {
		all = append(all, shelf.Upload{Key: u.key, ID: u.id, Begun: u.begun})
	}
	out := listUploadsXML{Bucket: s.o.Bucket, KeyMarker: q.Get("key-marker"), UploadIDMarker: q.Get("upload-id-marker"), Prefix: q.Get("prefix"), MaxUploads: limit}
	page, cut := shelf.Uploads(all, out.Prefix, out.KeyMarker, out.UploadIDMarker, limit)
	for _, u := range page {
		out.Uploads = append(out.Uploads, uploadXML{Key: write(u.Key), UploadID: u.ID, Initiated: u.Begun.UTC().Format(time.RFC3339), Initiator: s.owner(), Owner: s.owner(), StorageClass: "STANDARD"})
		if out.IsTruncated = cut; cut {
			out.NextKeyMarker, out.NextUploadID = write(u.Key), u.ID
		}
	}
	writeXML(w, http.StatusOK, out)
	return nil
}
