package fakes3

import (
	"net/http"
	"strings"
	"testing"
)

// want makes a request and checks its answer.
func (s *Server) want(t *testing.T, method, target, payload string, header map[string]string, status int, code string, texts ...string) string {
	t.Helper()
	got, refused, body := send(t, s, signed(t, s, method, target, payload, header))
	if got != status || refused != code {
		t.Errorf("%s %s: %d %s, want %d %s", method, target, got, refused, status, code)
	}
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("%s %s: without %s:\n%s", method, target, text, body)
		}
	}
	return body
}

func TestBuckets(t *testing.T) {
	s := New(Options{})
	t.Cleanup(s.Close)
	s.want(t, "HEAD", "/second", "", nil, 404, "")
	s.want(t, "PUT", "/second", "", nil, 200, "")
	s.want(t, "PUT", "/second", "", nil, 200, "") // in us-east-1
	s.want(t, "HEAD", "/second", "", nil, 200, "")
	s.want(t, "PUT", "/second/k", "x", nil, 200, "")
	if s.Stored("k") {
		t.Error("the object is in the first bucket, too")
	}
	s.want(t, "GET", "/second/k", "", nil, 200, "", "x")
	s.want(t, "GET", "/"+s.Bucket()+"/k", "", nil, 404, "NoSuchKey")
	s.want(t, "PUT", "/"+s.Bucket()+"/copy", "", map[string]string{"X-Amz-Copy-Source": "second/k"}, 200, "")
	if !s.Stored("copy") {
		t.Error("no copy across buckets")
	}
	s.want(t, "DELETE", "/second", "", nil, 409, "BucketNotEmpty")
	s.want(t, "GET", "/", "", nil, 200, "", "<Name>second</Name>", "<Name>"+s.Bucket()+"</Name>")
	s.want(t, "GET", "/second?location=", "", nil, 200, "", "LocationConstraint")
	s.want(t, "DELETE", "/second/k", "", nil, 204, "")
	s.want(t, "DELETE", "/second", "", nil, 204, "")
	s.want(t, "GET", "/second/k", "", nil, 404, "NoSuchBucket")
	s.want(t, "PUT", "/locked", "", map[string]string{"X-Amz-Bucket-Object-Lock-Enabled": "true"}, 501, "NotImplemented")

	frankfurt := New(Options{Region: "eu-central-1"})
	t.Cleanup(frankfurt.Close)
	here := `<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>`
	frankfurt.want(t, "PUT", "/second", here, nil, 200, "")
	frankfurt.want(t, "PUT", "/second", here, nil, 409, "BucketAlreadyOwnedByYou")
	frankfurt.want(t, "PUT", "/third", strings.ReplaceAll(here, "central", "west"), nil, 400, "InvalidLocationConstraint")
	frankfurt.want(t, "PUT", "/third", "<a", nil, 400, "MalformedXML")
	frankfurt.want(t, "GET", "/second?location=", "", nil, 200, "", ">eu-central-1<")
}

func TestBucketNames(t *testing.T) {
	for name, want := range map[string]bool{
		"abc": true, "a.b-c": true, "0ab": true, "ab": false, "Abc": false, "a_b": false, "-abc": false, "abc.": false, "a..b": false,
		"192.168.0.1": false, "xn--abc": false, "abc-s3alias": false, strings.Repeat("a", 64): false, strings.Repeat("a", 63): true,
	} {
		if validBucket(name) != want {
			t.Errorf("%s: %t", name, !want)
		}
	}
}

// The same objects in both kinds of listings, page by page.
func TestListings(t *testing.T) {
	s := New(Options{})
	t.Cleanup(s.Close)
	base := "/" + s.Bucket()
	for _, k := range []string{"a%20b", "b/1", "b/2", "c%2Bd", "e"} {
		s.want(t, "PUT", base+"/"+k, "x", nil, 200, "")
	}
	s.want(t, "GET", base, "", nil, 200, "", "<Key>a b</Key>", "<Key>c+d</Key>", "<DisplayName>", "<IsTruncated>false<")
	body := s.want(t, "GET", base+"?delimiter=%2F&max-keys=2&encoding-type=url", "", nil, 200, "", "<Key>a+b</Key>", "<Prefix>b/</Prefix>", "<NextMarker>b/</NextMarker>")
	if strings.Contains(body, "b/1") {
		t.Errorf("not folded:\n%s", body)
	}
	body = s.want(t, "GET", base+"?delimiter=%2F&marker=b%2F&encoding-type=url", "", nil, 200, "", "<Key>c%2Bd</Key>", "<Key>e</Key>", "<IsTruncated>false<")
	if strings.Contains(body, "CommonPrefixes") {
		t.Errorf("a prefix twice:\n%s", body)
	}
	s.want(t, "GET", base+"?list-type=2&encoding-type=url&fetch-owner=true&start-after=c", "", nil, 200, "", "<Key>c%2Bd</Key>", "<KeyCount>2<", "<Owner>")
	s.want(t, "GET", base+"?list-type=2&max-keys=0", "", nil, 200, "", "<KeyCount>0<", "<IsTruncated>false<")
}

func TestUploadsAndPartsAreListed(t *testing.T) {
	s := New(Options{MinPart: 1})
	t.Cleanup(s.Close)
	base := "/" + s.Bucket()
	ids := map[string]string{}
	for _, k := range []string{"b", "a/1"} {
		body := s.want(t, "POST", base+"/"+k+"?uploads=", "", nil, 200, "")
		_, rest, _ := strings.Cut(body, "<UploadId>")
		ids[k], _, _ = strings.Cut(rest, "</UploadId>")
	}
	s.want(t, "GET", base+"?uploads=", "", nil, 200, "", "<Key>a/1</Key>", "<Key>b</Key>", ids["b"], "<IsTruncated>false<")
	s.want(t, "GET", base+"?uploads=&max-uploads=1", "", nil, 200, "", "<NextKeyMarker>a/1<", "<IsTruncated>true<")
	if body := s.want(t, "GET", base+"?uploads=&key-marker=a%2F1", "", nil, 200, "", "<Key>b</Key>"); strings.Contains(body, "<Key>a/1") {
		t.Errorf("not behind the marker:\n%s", body)
	}
	of := "?uploadId=" + ids["b"]
	for _, n := range []string{"2", "1"} {
		s.want(t, "PUT", base+"/b"+of+"&partNumber="+n, "part"+n, nil, 200, "")
	}
	s.want(t, "GET", base+"/b"+of, "", nil, 200, "", "<PartNumber>1<", "<PartNumber>2<", "<Size>5<")
	s.want(t, "GET", base+"/b"+of+"&max-parts=1", "", nil, 200, "", "<NextPartNumberMarker>1<", "<IsTruncated>true<")
	if body := s.want(t, "GET", base+"/b"+of+"&part-number-marker=1", "", nil, 200, "", "<PartNumber>2<"); strings.Contains(body, "<PartNumber>1<") {
		t.Errorf("not behind the marker:\n%s", body)
	}
	s.want(t, "POST", base+"/b"+of, "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>", nil, 400, "MalformedXML")
	s.want(t, "DELETE", base+"/b"+of, "", nil, 204, "")
	s.want(t, "GET", base+"/b"+of, "", nil, 404, "NoSuchUpload")
}

// A range that is none is ignored, one outside is refused; a copied one is never
// cut.
func TestRangesAndConditions(t *testing.T) {
	s := New(Options{})
	t.Cleanup(s.Close)
	k := "/" + s.Bucket() + "/k"
	s.want(t, "PUT", k, "0123456789", nil, 200, "")
	for v, status := range map[string]int{"bytes=,": 200, "bytes=--1": 200, "bytes=5-2": 200, "bytes=0-0,1-2": 200, "lines=0-1": 200, "bytes=-3": 206, "bytes=8-99": 206} {
		s.want(t, "GET", k, "", map[string]string{"Range": v}, status, "")
	}
	s.want(t, "GET", k, "", map[string]string{"Range": "bytes=10-"}, 416, "InvalidRange")
	s.want(t, "GET", k, "", map[string]string{"If-Match": `"x"`}, 412, "PreconditionFailed")
	s.want(t, "GET", k, "", map[string]string{"If-Unmodified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}, 412, "PreconditionFailed")
	future := s.in.Now().AddDate(0, 0, 1).UTC().Format(http.TimeFormat)
	s.want(t, "GET", k, "", map[string]string{"If-Modified-Since": future}, 304, "")
	source := s.Bucket() + "/k"
	s.want(t, "PUT", k, "", map[string]string{"X-Amz-Copy-Source": source}, 400, "InvalidRequest")
	s.want(t, "PUT", k, "", map[string]string{"X-Amz-Copy-Source": source, "X-Amz-Metadata-Directive": "REPLACE", "X-Amz-Meta-A": "1"}, 200, "")
	s.want(t, "PUT", k+"2", "", map[string]string{"X-Amz-Copy-Source": source, "X-Amz-Copy-Source-If-None-Match": "*"}, 412, "PreconditionFailed")
	body := s.want(t, "POST", k+"?uploads=", "", nil, 200, "")
	_, rest, _ := strings.Cut(body, "<UploadId>")
	id, _, _ := strings.Cut(rest, "</UploadId>")
	for v, code := range map[string]string{"bytes=0-10": "InvalidArgument", "bytes=10-12": "InvalidArgument", "bytes=5-": "InvalidArgument", "bytes=2-9": ""} {
		status := 400
		if code == "" {
			status = 200
		}
		s.want(t, "PUT", k+"?partNumber=1&uploadId="+id, "", map[string]string{"X-Amz-Copy-Source": source, "X-Amz-Copy-Source-Range": v}, status, code)
	}
}
