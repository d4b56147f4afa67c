package ossstorage_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/ossstorage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// small is the size of the small objects in bytes, large that of the large ones.
const (
	small = 4 << 10
	large = 96 << 20
)

// benchServer answers puts and gets with as little work as possible, so that
// what is measured is the client.
func benchServer(b *testing.B) *httptest.Server {
	data := make([]byte, small)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["ETag"] = []string{`"0123456789ABCDEF0123456789ABCDEF"`}
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

// pairOn returns this package and the bare library on one server, set up alike.
func pairOn(tb testing.TB, url, bucket, access, secret string) (*ossstorage.Bucket, *oss.Client) {
	transport := func() *http.Client { return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}} }
	ours, err := ossstorage.New(bucket, access, secret, &ossstorage.Options{BaseURL: url, HTTPClient: transport()})
	if err != nil {
		tb.Fatal(err)
	}
	return ours, oss.NewClient(&oss.Config{Region: oss.Ptr("cn-hangzhou"), Endpoint: &url, HttpClient: transport(),
		CredentialsProvider: credentials.NewStaticCredentialsProvider(access, secret)})
}

// BenchmarkSmall compares this package with the bare library.
func BenchmarkSmall(b *testing.B) {
	ours, raw := pairOn(b, benchServer(b).URL, "bench", "key-of-the-benchmark", "secret-of-the-benchmark")
	data := make([]byte, small)
	b.Run("put/sdk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := raw.PutObject(b.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr("bench"), Key: oss.Ptr("a/b"), Body: bytes.NewReader(data), ContentType: oss.Ptr("application/pdf")})
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
			out, err := raw.GetObject(b.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr("bench"), Key: oss.Ptr("a/b")})
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

// BenchmarkLarge reports the peak of the heap while a stream of unknown length
// is stored.
func BenchmarkLarge(b *testing.B) {
	s := storagetest.NewOSS(nil)
	b.Cleanup(s.Close)
	access, secret, _ := s.Keys()
	ours, raw := pairOn(b, s.URL(), s.Bucket(), access, secret)
	b.Run("sdk", func(b *testing.B) {
		peak := watchHeap(b)
		for b.Loop() {
			if _, err := raw.NewUploader().UploadFrom(b.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(s.Bucket()), Key: oss.Ptr("large")}, zeros(large)); err != nil {
				b.Fatal(err)
			}
		}
		peak()
	})
	b.Run("ours", func(b *testing.B) {
		peak := watchHeap(b)
		for b.Loop() {
			if _, err := ours.Put(b.Context(), "large", zeros(large), storage.PutOptions{Size: -1}); err != nil {
				b.Fatal(err)
			}
		}
		peak()
	})
}

// watchHeap reports the largest heap beside what was there before.
func watchHeap(b *testing.B) func() {
	b.ReportAllocs()
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var most atomic.Uint64
	stop := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most.Store(max(most.Load(), m.HeapAlloc-min(m.HeapAlloc, before.HeapAlloc)))
			}
		}
	}()
	return func() {
		close(stop)
		<-ended
		b.ReportMetric(float64(most.Load())/(1<<20), "peak-MiB")
	}
}
