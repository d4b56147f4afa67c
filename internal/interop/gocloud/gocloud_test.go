package gocloud

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"

	"gocloud.dev/blob/driver"
	"gocloud.dev/blob/drivertest"

	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/filestorage"
	"github.com/waybill-go/waybill/storage/memstorage"
	"github.com/waybill-go/waybill/storage/ossstorage"
	"github.com/waybill-go/waybill/storage/s3storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// harness is one bucket under the suite of others, and one that is missing.
type harness struct {
	bucket, missing storage.Bucket
	client          *http.Client
	mu              sync.Mutex
	headers         map[string]map[string]string // what must be sent, by URL
}

func (h *harness) MakeDriver(context.Context) (driver.Bucket, error) {
	return &Bucket{h.bucket, func(l storage.Link) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.headers[l.URL] = l.Header
	}}, nil
}

func (h *harness) MakeDriverForNonexistentBucket(context.Context) (driver.Bucket, error) {
	if h.missing == nil {
		return nil, nil
	}
	return &Bucket{b: h.missing}, nil
}

func (h *harness) HTTPClient() *http.Client         { return &http.Client{Transport: h} }
func (h *harness) SupportsCopy() bool               { return true }
func (h *harness) SupportsNonSlashDelimiters() bool { return false }
func (h *harness) Close()                           {}

// RoundTrip sends a content type that a link says must be sent although none was
// asked for, as OSS's links do. The suite knows no such links.
func (h *harness) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	t := h.headers[r.URL.String()]["Content-Type"]
	h.mu.Unlock()
	if t == "application/octet-stream" && r.Header.Get("Content-Type") == "" {
		r = r.Clone(r.Context())
		r.Header.Set("Content-Type", t)
	}
	return h.client.Transport.RoundTrip(r)
}

var secret = []byte("0123456789abcdef")

// served is the base of a bucket's own links.
func served(t *testing.T, handler func() http.Handler) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler().ServeHTTP(w, r) }))
	t.Cleanup(s.Close)
	return s.URL
}

func TestMemory(t *testing.T) {
	var b *memstorage.Bucket
	b, err := memstorage.New("memory", &memstorage.Options{BaseURL: served(t, func() http.Handler { return b.Handler() }), Secret: secret})
	judge(t, b, nil, http.DefaultClient, err)
}

func TestFile(t *testing.T) {
	var b *filestorage.Bucket
	b, err := filestorage.New(t.TempDir(), &filestorage.Options{BaseURL: served(t, func() http.Handler { return b.Handler() }), Secret: secret})
	judge(t, b, nil, http.DefaultClient, err)
}

func TestS3(t *testing.T) {
	s := storagetest.NewS3(nil)
	t.Cleanup(s.Close)
	access, secret, _ := s.Keys()
	bucket := func(name string) (*s3storage.Bucket, error) {
		return s3storage.New(name, access, secret, &s3storage.Options{BaseURL: s.URL(), PathStyle: true, HTTPClient: s.Client()})
	}
	missing, _ := bucket("nobodys")
	b, err := bucket(s.Bucket())
	judge(t, b, missing, s.Client(), err)
}

func TestOSS(t *testing.T) {
	s := storagetest.NewOSS(nil)
	t.Cleanup(s.Close)
	access, secret, _ := s.Keys()
	bucket := func(name string) (*ossstorage.Bucket, error) {
		return ossstorage.New(name, access, secret, &ossstorage.Options{BaseURL: s.URL(), HTTPClient: s.Client()})
	}
	missing, _ := bucket("nobodys")
	b, err := bucket(s.Bucket())
	judge(t, b, missing, s.Client(), err)
}

func TestS3OnARealServer(t *testing.T) {
	endpoint := os.Getenv("WAYBILL_TEST_S3_ENDPOINT")
	if endpoint == "" {
		t.Skip("WAYBILL_TEST_S3_ENDPOINT is not set")
	}
	bucket := func(name string) (*s3storage.Bucket, error) {
		return s3storage.New(name, os.Getenv("WAYBILL_TEST_S3_KEY"), os.Getenv("WAYBILL_TEST_S3_SECRET"),
			&s3storage.Options{BaseURL: endpoint, Region: os.Getenv("WAYBILL_TEST_S3_REGION"), PathStyle: true})
	}
	missing, _ := bucket("nobodys")
	b, err := bucket(os.Getenv("WAYBILL_TEST_S3_BUCKET"))
	judge(t, b, missing, http.DefaultClient, err)
}

// judge runs the suite.
func judge(t *testing.T, b, missing storage.Bucket, client *http.Client, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	client = &http.Client{Transport: cmp.Or(client.Transport, http.DefaultTransport)}
	prefix := "gocloud-" + rand.Text() + "/"
	t.Cleanup(func() {
		for o, err := range b.List(context.Background(), storage.ListOptions{Prefix: prefix}) {
			if err == nil {
				err = b.Delete(context.Background(), o.Key)
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	h := &harness{bucket: b, missing: missing, client: client, headers: map[string]map[string]string{}}
	drivertest.RunConformanceTests(t, func(context.Context, *testing.T) (drivertest.Harness, error) { return prefixed{h, prefix}, nil }, nil)
}

// prefixed keeps the suite's objects together.
type prefixed struct {
	*harness
	prefix string
}

func (p prefixed) MakeDriver(ctx context.Context) (driver.Bucket, error) {
	b, err := p.harness.MakeDriver(ctx)
	return driver.NewPrefixedBucket(b, p.prefix), err
}
