package link_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/link"
	"github.com/waybill-go/waybill/storage/memstorage"
)

var (
	key16 = []byte("0123456789abcdef")
	noon  = time.Date(2024, 5, 1, 12, 0, 0, 500, time.UTC)
)

func signer(t testing.TB, base, bucket string, now *time.Time) *link.Signer {
	t.Helper()
	s, err := link.NewSigner(base, bucket, key16, func() time.Time { return *now })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func verify(s *link.Signer, address string) (link.Grant, bool) {
	u, err := url.Parse(address)
	if err != nil {
		return link.Grant{}, false
	}
	return s.Verify(u.Path, u.RawQuery)
}

func TestNewSignerRefuses(t *testing.T) {
	for _, base := range []string{"", "/files", "files.example.com", "ftp://a", "https://u:p@a", "https://a?x=1", "https://a?", "https://a#b", "https://"} {
		if _, err := link.NewSigner(base, "b", key16, nil); waybill.CodeOf(err) != waybill.InvalidArgument || err == nil {
			t.Errorf("%q: %v", base, err)
		}
	}
	if _, err := link.NewSigner("https://a", "b", key16[:15], nil); err == nil {
		t.Error("a short secret")
	}
}

func TestSignAndVerify(t *testing.T) {
	now := noon
	for _, base := range []string{"https://files.example.com", "https://files.example.com/", "http://localhost:8080/base/path/", "https://a/%E6%96%87"} {
		s := signer(t, base, "b", &now)
		for _, key := range []string{"a", "a/b c/d?e=f&g#h%", "附件/发票.pdf", "..a/b..", "a+b;c"} {
			l := s.Sign(key, storage.SignOptions{ContentDisposition: `attachment; filename="x & y"`, ContentType: "a/b", Expires: time.Minute})
			g, ok := verify(s, l.URL)
			if !ok || g.Key != key || g.Method != "GET" || g.Disposition != `attachment; filename="x & y"` || g.Type != "a/b" {
				t.Errorf("%s %q: %+v, %t", base, key, g, ok)
			}
			if l.Expires.After(noon.Add(time.Minute)) || l.Key != key {
				t.Errorf("expires %v", l.Expires)
			}
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	now := noon
	s := signer(t, "https://a/base", "b", &now)
	l := s.Sign("k", storage.SignOptions{Expires: time.Minute, ContentType: "x"})
	if _, ok := verify(signer(t, "https://a/base", "another", &now), l.URL); ok {
		t.Error("another bucket's link")
	}
	other, _ := link.NewSigner("https://a/base", "b", []byte("another secret of ours"), func() time.Time { return now })
	if _, ok := verify(other, l.URL); ok {
		t.Error("another secret's link")
	}
	for name, change := range map[string]string{
		"key": strings.Replace(l.URL, "/base/k?", "/base/kk?", 1), "expires": strings.Replace(l.URL, "expires=", "expires=9", 1),
		"method": l.URL + "&method=PUT", "type": strings.Replace(l.URL, "type=x", "type=y", 1), "twice": l.URL + "&type=x",
		"unknown": l.URL + "&x=y", "outside": strings.Replace(l.URL, "/base/", "/other/", 1), "moved": strings.Replace(l.URL, "type=x", "disposition=x", 1),
		"zero": strings.Replace(l.URL, "expires=", "expires=0", 1), "half": l.URL[:len(l.URL)-1], "query": l.URL + "%zz",
	} {
		if _, ok := verify(s, change); ok {
			t.Errorf("%s: accepted", name)
		}
	}
	now = noon.Add(59 * time.Second)
	if _, ok := verify(s, l.URL); !ok {
		t.Error("expired too early")
	}
	now = noon.Add(time.Minute)
	if _, ok := verify(s, l.URL); ok {
		t.Error("not expired")
	}
}

// liar is a bucket whose content does not have its checksum.
type liar struct{ storage.Bucket }

func (b liar) Get(ctx context.Context, key string, o storage.GetOptions) (*storage.Reader, error) {
	r, err := b.Bucket.Get(ctx, key, o)
	if err == nil {
		r.ReadCloser = io.NopCloser(io.MultiReader(io.LimitReader(r.ReadCloser, 3), broken{}))
	}
	return r, err
}

type broken struct{}

func (broken) Read([]byte) (int, error) {
	return 0, &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeRequest}
}

func TestHandler(t *testing.T) {
	now := noon
	b, err := memstorage.New("b", &memstorage.Options{MaxObject: 20})
	if err != nil {
		t.Fatal(err)
	}
	s := signer(t, "https://a/base", "b", &now)
	h := link.Handler(s, b)
	send := func(h http.Handler, method, address, body string, header ...string) *http.Response {
		r := httptest.NewRequest(method, address, strings.NewReader(body))
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	put := s.Sign("k", storage.SignOptions{Method: "PUT", ContentType: "text/plain"})
	get := s.Sign("k", storage.SignOptions{})
	etag := ""
	for _, c := range []struct {
		name, method, url, body string
		header                  []string
		status                  int
	}{
		{"missing", "GET", get.URL, "", nil, 404},
		{"type", "PUT", put.URL, "0123456789", []string{"Content-Type", "text/html"}, 403},
		{"put", "PUT", put.URL, "0123456789", []string{"Content-Type", "text/plain"}, 200},
		{"too large", "PUT", put.URL, strings.Repeat("x", 30), []string{"Content-Type", "text/plain"}, 413},
		{"get", "GET", get.URL, "", nil, 200},
		{"head", "HEAD", get.URL, "", nil, 200},
		{"range", "GET", get.URL, "", []string{"Range", "bytes=1-2"}, 206},
		{"suffix", "GET", get.URL, "", []string{"Range", "bytes=-3"}, 206},
		{"over the end", "GET", get.URL, "", []string{"Range", "bytes=8-20"}, 206},
		{"ranges", "GET", get.URL, "", []string{"Range", "bytes=0-1, 5-6"}, 206},
		{"bad range", "GET", get.URL, "", []string{"Range", "bytes=50-"}, 416},
		{"another unit", "GET", get.URL, "", []string{"Range", "lines=1-2"}, 200},
		{"range of it", "GET", get.URL, "", []string{"Range", "bytes=1-2", "If-Range", "TAG"}, 206},
		{"range of another", "GET", get.URL, "", []string{"Range", "bytes=1-2", "If-Range", `"x"`}, 200},
		{"have it", "GET", get.URL, "", []string{"If-None-Match", `"x", TAG`}, 304},
		{"have another", "HEAD", get.URL, "", []string{"If-None-Match", `"x"`}, 200},
		{"want another", "GET", get.URL, "", []string{"If-Match", `"x"`}, 412},
		{"post", "POST", get.URL, "x", nil, 405},
		{"delete", "DELETE", put.URL, "", nil, 405},
		{"unsigned", "GET", "https://a/base/k", "", nil, 403},
		{"bad key", "GET", s.Sign("a/../k", storage.SignOptions{}).URL, "", nil, 400},
	} {
		if o, err := b.Head(t.Context(), "k"); err == nil {
			etag = o.ETag
		}
		for i := range c.header {
			c.header[i] = strings.ReplaceAll(c.header[i], "TAG", `"`+etag+`"`)
		}
		if got := send(h, c.method, c.url, c.body, c.header...); got.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", c.name, got.StatusCode, c.status)
		}
	}
	res := send(h, "GET", get.URL, "")
	if got, _ := io.ReadAll(res.Body); string(got) != "0123456789" || res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("%q, %v", got, res.Header)
	}
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("a body that turned out wrong ended as if it were whole")
		}
	}()
	send(link.Handler(s, liar{b}), "GET", get.URL, "")
}

func FuzzVerify(f *testing.F) {
	now := noon
	s := signer(f, "https://a/base", "b", &now)
	l := s.Sign("k", storage.SignOptions{ContentType: "x"})
	u, _ := url.Parse(l.URL)
	f.Add(u.Path, u.RawQuery)
	f.Add("/base/k", "expires=1&signature=00")
	f.Fuzz(func(t *testing.T, path, query string) {
		g, ok := s.Verify(path, query)
		if ok && (g.Key != "k" || g.Method != "GET" || g.Type != "x" || g.Disposition != "") {
			t.Fatalf("%+v was never signed", g)
		}
	})
}
