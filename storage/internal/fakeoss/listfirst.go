package fakeoss

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/storage/internal/shelf"
)

// number reads a parameter that is a number of at least 1, or takes another one.
func number(q url.Values, name string, usual, most int) (int, *ossError) {
	v := q.Get(name)
	if v == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > most {
		return 0, &ossError{code: "InvalidArgument", message: "Argument " + name + " must be an integer between 1 and " + strconv.Itoa(most) + "."}
	}
	return n, nil
}

// only refuses parameters but those.
func only(q url.Values, names ...string) *ossError {
	for name := range q {
		if !authParam(name) && !strings.Contains(" "+strings.Join(names, " ")+" ", " "+name+" ") {
			return fail("InvalidArgument")
		}
	}
	return nil
}

type listFirstXML struct {
	XMLName        xml.Name `xml:"ListBucketResult"`
	Name           string
	Prefix         string
	Marker         string
	MaxKeys        int
	Delimiter      string `xml:",omitempty"`
	EncodingType   string `xml:",omitempty"`
	IsTruncated    bool
	NextMarker     string      `xml:",omitempty"`
	Contents       []entryXML  `xml:",omitempty"`
	CommonPrefixes []prefixXML `xml:",omitempty"`
}

// listFirst is GetBucket, or ListObjects, which older clients use.
func (s *Server) listFirst(w http.ResponseWriter, q url.Values) *ossError {
	if e := only(q, "prefix", "delimiter", "max-keys", "marker", "encoding-type"); e != nil {
		return e
	}
	limit, e := number(q, "max-keys", stdPage, maxPage)
	if e != nil {
		return e
	}
	show := func(key string) string { _, shown := coded(q, key); return shown }
	coding, _ := coded(q, "")
	marker, delimiter := q.Get("marker"), q.Get("delimiter")
	out := listFirstXML{Name: s.o.Bucket, Prefix: show(q.Get("prefix")), Marker: show(marker), MaxKeys: limit, Delimiter: show(delimiter), EncodingType: coding}
	var next string
	out.Contents, out.CommonPrefixes, next = s.page(q.Get("prefix"), delimiter, marker, delimiter != "" && strings.HasSuffix(marker, delimiter), limit, show)
	out.IsTruncated, out.NextMarker = next != "", show(next)
	writeXML(w, out)
	return nil
}

type listPartsXML struct {
	XMLName              xml.Name `xml:"ListPartsResult"`
	EncodingType         string   `xml:",omitempty"`
	Bucket, Key          string
	UploadID             string `xml:"UploadId"`
	StorageClass         string
	PartNumberMarker     int
	NextPartNumberMarker int
	MaxParts             int
	IsTruncated          bool
	Parts                []partXML `xml:"Part"`
}

type partXML struct {
	PartNumber         int
	LastModified, ETag string
	CRC                uint64 `xml:"HashCrc64ecma"`
	Size               int64
}

// listParts is ListParts.
func (s *Server) listParts(w http.ResponseWriter, q url.Values, key string) *ossError {
	if e := only(q, "uploadId", "max-parts", "part-number-marker", "encoding-type"); e != nil {
		return e
	}
	u, e := s.open(q, key)
	if e != nil {
		return e
	}
	limit, e := number(q, "max-parts", maxPage, maxPage)
	if e != nil {
		return e
	}
	after := 0
	if q.Get("part-number-marker") != "0" { // which Alibaba's library for Python begins with
		if after, e = number(q, "part-number-marker", 0, maxParts); e != nil {
			return e
		}
	}
	coding, shown := coded(q, key)
	out := listPartsXML{EncodingType: coding, Bucket: s.o.Bucket, Key: shown, UploadID: q.Get("uploadId"), StorageClass: "Standard", PartNumberMarker: after, MaxParts: limit}
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	page, cut := shelf.Numbers(u.parts, after, limit)
	out.IsTruncated = cut
	for _, n := range page {
		c := u.parts[n]
		out.Parts = append(out.Parts, partXML{PartNumber: n, LastModified: stamp(c.at), ETag: c.etag(), CRC: c.crc, Size: c.blob.Size()})
		out.NextPartNumberMarker = n
	}
	writeXML(w, out)
	return nil
}

type listUploadsXML struct {
	XMLName        xml.Name `xml:"ListMultipartUploadsResult"`
	EncodingType   string   `xml:",omitempty"`
	Bucket         string
	KeyMarker      string
	UploadIDMarker string `xml:"UploadIdMarker"`
	NextKeyMarker  string
	NextUploadID   string `xml:"NextUploadIdMarker"`
	Prefix         string `xml:",omitempty"`
	MaxUploads     int
	IsTruncated    bool
	Uploads        []uploadXML `xml:"Upload"`
}

type uploadXML struct {
	Key                     string
	UploadID                string `xml:"UploadId"`
	StorageClass, Initiated string
}

// listUploads is ListMultipartUploads, without a delimiter.
func (s *Server) listUploads(w http.ResponseWriter, q url.Values) *ossError {
	if e := only(q, "uploads", "prefix", "max-uploads", "key-marker", "upload-id-marker", "encoding-type"); e != nil {
		return e
	}
	limit, e := number(q, "max-uploads", maxPage, maxPage)
	if e != nil {
		return e
	}
	show := func(key string) string { _, shown := coded(q, key); return shown }
	coding, _ := coded(q, "")
	out := listUploadsXML{EncodingType: coding, Bucket: s.o.Bucket, KeyMarker: show(q.Get("key-marker")), UploadIDMarker: q.Get("upload-id-marker"),
		Prefix: show(q.Get("prefix")), MaxUploads: limit}
	s.in.Mu.Lock()
	defer s.in.Mu.Unlock()
	all := make([]shelf.Upload, 0, len(s.in.Open))
	for id, u := range s.in.Open {
		all = append(all, shelf.Upload{Key: u.key, ID: id, Begun: u.begun})
	}
	page, cut := shelf.Uploads(all, q.Get("prefix"), q.Get("key-marker"), out.UploadIDMarker, limit)
	for _, u := range page {
		out.Uploads = append(out.Uploads, uploadXML{Key: show(u.Key), UploadID: u.ID, StorageClass: "Standard", Initiated: stamp(u.Begun)})
		if out.IsTruncated = cut; cut {
			out.NextKeyMarker, out.NextUploadID = show(u.Key), u.ID
		}
	}
	writeXML(w, out)
	return nil
}
