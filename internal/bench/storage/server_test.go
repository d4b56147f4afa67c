package storage

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
)

// small and large are the objects' sizes in bytes.
const (
	small = 4 << 10
	large = 64 << 20
)

// start runs a server in this process that takes and gives objects with as
// little work as possible, as S3 and OSS do it.
func start(tb testing.TB) string {
	tb.Helper()
	data := make([]byte, 1<<20)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		h, q := w.Header(), r.URL.Query()
		h["ETag"] = []string{`"0123456789abcdef0123456789abcdef"`}
		switch {
		case r.Method == http.MethodPost && q.Has("uploads"):
			_, _ = io.WriteString(w, `<?xml version="1.0"?><InitiateMultipartUploadResult><Bucket>bench</Bucket><Key>k</Key><UploadId>1</UploadId></InitiateMultipartUploadResult>`)
		case r.Method == http.MethodPost:
			_, _ = io.WriteString(w, `<?xml version="1.0"?><CompleteMultipartUploadResult><Bucket>bench</Bucket><Key>k</Key><ETag>"1-2"</ETag></CompleteMultipartUploadResult>`)
		case r.Method == http.MethodGet:
			size := small
			if r.URL.Path == "/bench/large" {
				size = large
			}
			h["Last-Modified"] = []string{"Wed, 01 May 2024 12:00:00 GMT"}
			h["Content-Length"] = []string{strconv.Itoa(size)}
			h["Content-Type"] = []string{"application/pdf"}
			for size > 0 {
				n, err := w.Write(data[:min(size, len(data))])
				if err != nil {
					return
				}
				size -= n
			}
		}
	}))
	tb.Cleanup(s.Close)
	return s.URL
}
