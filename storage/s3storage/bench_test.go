package s3storage_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/s3storage"
)

// small is the size of the objects in bytes.
const small = 4 << 10

// benchServer answers puts and gets with as little work as possible, so that
// what is measured is the client.
func benchServer(b *testing.B) *httptest.Server {
	data := make([]byte, small)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["ETag"] = []string{`"0123456789abcdef0123456789abcdef"`}
		if r.Method == http.MethodPut {
			_, _ = io.Copy(io.Discard, r.Body)
			return
		}
		h["Last-Modified"] = []string{"Wed, 01 May 2024 12:00:00 GMT"}
		h["Content-Length"] = []string{strconv.Itoa(small)}
		h["Content-Type"] = []string{"application/pdf"}
		_, _ = w.Write(data)
	}))
	b.Cleanup(s.Close)
	return s
}

// BenchmarkSmall compares this package with the bare SDK, set up alike.
func BenchmarkSmall(b *testing.B) {
	s := benchServer(b)
	transport := func() *http.Client { return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}} }
	ours, err := s3storage.New("bench", "key-of-the-benchmark", "secret-of-the-benchmark", &s3storage.Options{BaseURL: s.URL, PathStyle: true, HTTPClient: transport()})
	if err != nil {
		b.Fatal(err)
	}
	raw := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: aws.String(s.URL), UsePathStyle: true, HTTPClient: transport(),
		Credentials:                credentials.NewStaticCredentialsProvider("key-of-the-benchmark", "secret-of-the-benchmark", ""),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired, ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired})
	data := make([]byte, small)
	b.Run("put/sdk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := raw.PutObject(b.Context(), &s3.PutObjectInput{Bucket: aws.String("bench"), Key: aws.String("a/b"), Body: bytes.NewReader(data), ContentType: aws.String("application/pdf")})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("put/ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ours.Put(b.Context(), "a/b", bytes.NewReader(data), storage.PutOptions{ContentType: "application/pdf"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("get/sdk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			out, err := raw.GetObject(b.Context(), &s3.GetObjectInput{Bucket: aws.String("bench"), Key: aws.String("a/b")})
			if err != nil {
				b.Fatal(err)
			}
			drain(b, out.Body)
		}
	})
	b.Run("get/ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r, err := ours.Get(b.Context(), "a/b", storage.GetOptions{})
			if err != nil {
				b.Fatal(err)
			}
			drain(b, r)
		}
	})
}

func drain(b *testing.B, r io.ReadCloser) {
	if n, err := io.Copy(io.Discard, r); err != nil || n != small {
		b.Fatalf("%d bytes, %v", n, err)
	}
	_ = r.Close()
}
