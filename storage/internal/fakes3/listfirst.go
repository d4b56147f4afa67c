package fakes3

import (
	"encoding/hex"
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
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
	for _, n := range slices.Sorted(maps.Keys(u.parts)) {
		if n <= after {
			continue
		}
		if len(out.Parts) == limit {
			out.IsTruncated = true
			break
		}
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
	all := slices.SortedFunc(maps.Values(s.in.Open), func(x, y *upload) int {
		if c := strings.Compare(x.key, y.key); c != 0 {
			return c
		}
		return x.begun.Compare(y.begun)
	})
	out := listUploadsXML{Bucket: s.o.Bucket, KeyMarker: q.Get("key-marker"), UploadIDMarker: q.Get("upload-id-marker"), Prefix: q.Get("prefix"), MaxUploads: limit}
	behind := out.UploadIDMarker == "" || out.KeyMarker == ""
	for _, u := range all {
		if !strings.HasPrefix(u.key, out.Prefix) || u.key < out.KeyMarker {
			continue
		}
		if out.KeyMarker != "" && u.key == out.KeyMarker {
			if out.UploadIDMarker == "" || !behind {
				behind = behind || u.id == out.UploadIDMarker
				continue
			}
		}
		if len(out.Uploads) == limit {
			out.IsTruncated = true
			break
		}
		out.Uploads = append(out.Uploads, uploadXML{Key: write(u.key), UploadID: u.id, Initiated: u.begun.UTC().Format(time.RFC3339), Initiator: s.owner(), Owner: s.owner(), StorageClass: "STANDARD"})
		out.NextKeyMarker, out.NextUploadID = write(u.key), u.id
	}
	if !out.IsTruncated {
		out.NextKeyMarker, out.NextUploadID = "", ""
	}
	writeXML(w, http.StatusOK, out)
	return nil
}
