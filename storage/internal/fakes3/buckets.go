package fakes3

import (
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill/storage/internal/shelf"
)

// buckets are those that clients made beside the server's own, which stays.
type buckets struct {
	mu sync.Mutex
	by map[string]*Server // see mu
}

// named finds a bucket; each is a Server of its own without a listener.
func (s *Server) named(bucket string) *Server {
	if bucket == s.o.Bucket {
		return s
	}
	s.others.mu.Lock()
	defer s.others.mu.Unlock()
	return s.others.by[bucket]
}

type createBucketXML struct {
	XMLName            xml.Name `xml:"CreateBucketConfiguration"`
	LocationConstraint string
}

// createBucket is CreateBucket. In us-east-1 making one's own bucket again is a
// success.
func (s *Server) createBucket(w http.ResponseWriter, r *http.Request, bucket string, a *auth) *s3Error {
	if !validBucket(bucket) {
		return fail("InvalidBucketName")
	}
	if v := r.Header.Get("X-Amz-Bucket-Object-Lock-Enabled"); v != "" && !strings.EqualFold(v, "false") {
		return fail("NotImplemented")
	}
	c, e := receive(r, a)
	if e != nil {
		return e
	}
	if body, _ := io.ReadAll(c.blob.Reader(0, c.blob.Size())); len(body) > 0 {
		var in createBucketXML
		if xml.Unmarshal(body, &in) != nil {
			return fail("MalformedXML")
		}
		if in.LocationConstraint != "" && (in.LocationConstraint != s.o.Region || in.LocationConstraint == "us-east-1") {
			return fail("InvalidLocationConstraint")
		}
	}
	s.others.mu.Lock()
	defer s.others.mu.Unlock()
	if bucket == s.o.Bucket || s.others.by[bucket] != nil {
		if s.o.Region != "us-east-1" {
			return fail("BucketAlreadyOwnedByYou")
		}
	} else {
		made := &Server{Server: s.Server, o: s.o, now: s.now, others: s.others, made: s.now()}
		made.o.Bucket = bucket
		made.State, made.in = shelf.NewState[object, upload](shelf.Keys{})
		s.others.by[bucket] = made
	}
	w.Header().Set("Location", "/"+bucket)
	w.WriteHeader(http.StatusOK)
	return nil
}

// deleteBucket is DeleteBucket. The server's own bucket is everybody's.
func (s *Server) deleteBucket(w http.ResponseWriter, bucket *Server) *s3Error {
	bucket.in.Mu.Lock()
	left := len(bucket.in.Objects)
	bucket.in.Mu.Unlock()
	switch {
	case left > 0:
		return fail("BucketNotEmpty")
	case bucket == s:
		return fail("AccessDenied")
	}
	s.others.mu.Lock()
	defer s.others.mu.Unlock()
	delete(s.others.by, bucket.o.Bucket)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

type listBucketsXML struct {
	XMLName xml.Name    `xml:"ListAllMyBucketsResult"`
	Owner   ownerXML    `xml:"Owner"`
	Buckets []bucketXML `xml:"Buckets>Bucket"`
}

type bucketXML struct{ Name, CreationDate, BucketRegion string }

type ownerXML struct{ ID, DisplayName string }

func (s *Server) owner() ownerXML { return ownerXML{ID: s.o.AccessKey, DisplayName: s.o.AccessKey} }

// listBuckets is ListBuckets, without pages.
func (s *Server) listBuckets(w http.ResponseWriter) *s3Error {
	s.others.mu.Lock()
	all := maps.Clone(s.others.by)
	s.others.mu.Unlock()
	all[s.o.Bucket] = s
	out := listBucketsXML{Owner: s.owner()}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out.Buckets = append(out.Buckets, bucketXML{Name: name, CreationDate: all[name].made.UTC().Format(time.RFC3339), BucketRegion: s.o.Region})
	}
	writeXML(w, http.StatusOK, out)
	return nil
}

type locationXML struct {
	XMLName xml.Name `xml:"LocationConstraint"`
	Region  string   `xml:",chardata"`
}

// location is GetBucketLocation, which says nothing in us-east-1.
func (s *Server) location(w http.ResponseWriter) *s3Error {
	out := locationXML{Region: s.o.Region}
	if out.Region == "us-east-1" {
		out.Region = ""
	}
	writeXML(w, http.StatusOK, out)
	return nil
}

// validBucket checks the rules for general purpose buckets.
func validBucket(name string) bool {
	if len(name) < 3 || len(name) > 63 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" || strings.Contains(name, "..") {
		return false
	}
	if strings.Trim(name[:1]+name[len(name)-1:], ".-") != name[:1]+name[len(name)-1:] {
		return false
	}
	for _, prefix := range [...]string{"xn--", "sthree-", "amzn-s3-demo-"} {
		if strings.HasPrefix(name, prefix) {
			return false
		}
	}
	for _, suffix := range [...]string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"} {
		if strings.HasSuffix(name, suffix) {
			return false
		}
	}
	_, err := netip.ParseAddr(name)
	return err != nil
}
