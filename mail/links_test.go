package mail_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
)

const linkSecret = "a secret of sixteen bytes or more"

// linkRig is a bucket with links of our own before it, under one clock.
type linkRig struct {
	now    time.Time
	bucket storage.Bucket
	links  *mail.LinkHandler
	srv    *httptest.Server
}

func newLinkRig(t *testing.T, change func(*mail.LinkOptions)) *linkRig {
	t.Helper()
	r := &linkRig{now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	r.bucket, _ = bucket(t, func() time.Time { return r.now })
	r.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { r.links.ServeHTTP(w, q) }))
	t.Cleanup(r.srv.Close)
	o := mail.LinkOptions{Bucket: r.bucket, BaseURL: r.srv.URL + "/m", Secrets: [][]byte{[]byte(linkSecret)}, Now: func() time.Time { return r.now }}
	if change != nil {
		change(&o)
	}
	var err error
	if r.links, err = mail.NewLinkHandler(o); err != nil {
		t.Fatal(err)
	}
	return r
}

// ask makes one request and does not follow where it leads.
func ask(t *testing.T, method, url string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res, string(b)
}

// TestLinksOutliveTheSignature sends a mail whose link works after the 7 days of
// a signed URL, as often as it is opened, and not after its own end.
func TestLinksOutliveTheSignature(t *testing.T) {
	r := newLinkRig(t, nil)
	one := &relay{name: "one"}
	c := client(t, mail.With(one), mail.WithOffload(mail.Offload{Bucket: r.bucket, Limit: 1000, Expires: mail.DefaultLinkLife,
		Link: func(ctx context.Context, o storage.Object) (string, time.Time, error) {
			url, _, err := r.links.Link(ctx, o)
			return url, time.Now().Add(mail.DefaultLinkLife), err // the mail is told real time
		}}))
	m := note()
	m.Attachments = []mail.Attachment{file("报告 2026.pdf", 50_000)}
	res, err := c.Send(t.Context(), m)
	if err != nil || len(res.Links) != 1 {
		t.Fatal(err, res.Links)
	}
	url := res.Links[0].URL
	if !strings.Contains(one.mails[0].Text, url) || strings.Contains(url, "报告") || !strings.HasPrefix(url, r.srv.URL+"/m/") {
		t.Errorf("the link is %s", url)
	}
	for _, day := range []int{0, 8, 29} {
		r.now = time.Date(2026, 3, 4+day, 6, 0, 0, 0, time.UTC)
		for range 2 { // a scanner, then the person
			res, _ := ask(t, http.MethodHead, url)
			if res.StatusCode != 200 || res.ContentLength != 50_000 || res.Header.Get("Location") != "" || !strings.Contains(res.Header.Get("Content-Disposition"), "filename*=UTF-8''%E6%8A%A5") {
				t.Errorf("day %d: HEAD %d %v", day, res.StatusCode, res.Header)
			}
			res, body := ask(t, http.MethodGet, url)
			if res.StatusCode != http.StatusFound || body != "" {
				t.Fatalf("day %d: GET %d %q", day, res.StatusCode, body)
			}
			for k, v := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"} {
				if res.Header.Get(k) != v {
					t.Errorf("%s is %q", k, res.Header.Get(k))
				}
			}
			res, body = ask(t, http.MethodGet, res.Header.Get("Location"))
			if res.StatusCode != 200 || len(body) != 50_000 || !strings.Contains(res.Header.Get("Content-Disposition"), "%E6%8A%A5") {
				t.Errorf("day %d: the bucket answered %d with %d bytes, %v", day, res.StatusCode, len(body), res.Header)
			}
		}
	}
	r.now = time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC)
	if res, body := ask(t, http.MethodGet, url); res.StatusCode != http.StatusGone || !strings.Contains(body, "expired") {
		t.Errorf("after the end: %d %q", res.StatusCode, body)
	}
}

func TestLinksThatAreNone(t *testing.T) {
	r := newLinkRig(t, nil)
	if _, err := r.bucket.Put(t.Context(), "mail/a", strings.NewReader("x"), storage.PutOptions{Size: 1}); err != nil {
		t.Fatal(err)
	}
	url, _, err := r.links.Link(t.Context(), storage.Object{Key: "mail/a"})
	if err != nil {
		t.Fatal(err)
	}
	gone, _, _ := r.links.Link(t.Context(), storage.Object{Key: "mail/b"})
	other, err := mail.NewLinkHandler(mail.LinkOptions{Bucket: r.bucket, BaseURL: r.srv.URL, Secrets: [][]byte{[]byte("another secret of some length")}})
	if err != nil {
		t.Fatal(err)
	}
	forged, _, _ := other.Link(t.Context(), storage.Object{Key: "mail/a"})
	i := strings.LastIndexByte(url, '/') + 60
	flip := "A"
	if url[i] == 'A' {
		flip = "B"
	}
	for name, c := range map[string]struct {
		method, url string
		status      int
	}{
		"good":            {"GET", url, 302},
		"no object":       {"GET", gone, 404},
		"no object, HEAD": {"HEAD", gone, 404},
		"forged":          {"GET", forged, 404},
		"changed":         {"GET", url[:i] + flip + url[i+1:], 404},
		"cut":             {"GET", url[:len(url)-3], 404},
		"empty":           {"GET", r.srv.URL + "/m/", 404},
		"no token":        {"HEAD", r.srv.URL + "/m/favicon.ico", 404},
		"post":            {"POST", url, 405},
		"delete":          {"DELETE", url, 405},
	} {
		if res, body := ask(t, c.method, c.url); res.StatusCode != c.status || strings.Contains(body, "mail/") {
			t.Errorf("%s: %d %q, want %d", name, res.StatusCode, body, c.status)
		}
	}
	if _, _, err := r.links.Link(t.Context(), storage.Object{Key: "../x"}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("a key that is none: %v", err)
	}
}

// TestLinkSecretsRotate changes the secret while links live.
func TestLinkSecretsRotate(t *testing.T) {
	r := newLinkRig(t, nil)
	_, _ = r.bucket.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{Size: 1, ContentDisposition: "attachment; filename=k"})
	url, _, _ := r.links.Link(t.Context(), storage.Object{Key: "k"})
	for _, c := range []struct {
		secrets []string
		status  int
	}{{[]string{"the new secret of the links", linkSecret}, 302}, {[]string{"the new secret of the links"}, 404}} {
		o := mail.LinkOptions{Bucket: r.bucket, BaseURL: r.srv.URL, Now: func() time.Time { return r.now }}
		for _, s := range c.secrets {
			o.Secrets = append(o.Secrets, []byte(s))
		}
		h, err := mail.NewLinkHandler(o)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
		if w.Code != c.status {
			t.Errorf("%d secrets: %d", len(c.secrets), w.Code)
		}
	}
}

// lame is a bucket that cannot be asked.
type lame struct{ storage.Bucket }

func (lame) Head(context.Context, string) (storage.Object, error) {
	return storage.Object{}, &waybill.Error{Code: waybill.Unavailable, Message: "secret-endpoint", RetryAfter: 90 * time.Second}
}

func TestLinksOfABucketThatIsDown(t *testing.T) {
	r := newLinkRig(t, func(o *mail.LinkOptions) { o.Bucket = lame{o.Bucket} })
	url, _, _ := r.links.Link(t.Context(), storage.Object{Key: "k"})
	res, body := ask(t, "GET", url)
	if res.StatusCode != 503 || res.Header.Get("Retry-After") != "90" || strings.Contains(body, "endpoint") {
		t.Errorf("%d %v %q", res.StatusCode, res.Header, body)
	}
	w, q := httptest.NewRecorder(), httptest.NewRequest("GET", url, nil)
	q.Header.Set("Accept-Language", "zh-CN,zh;q=0.9")
	r.links.ServeHTTP(w, q)
	if !strings.Contains(w.Body.String(), "稍后") {
		t.Errorf("%q", w.Body)
	}
}

func TestNewLinkHandlerRefuses(t *testing.T) {
	b, _ := bucket(t, nil)
	good := mail.LinkOptions{Bucket: b, BaseURL: "https://x.example/m", Secrets: [][]byte{[]byte(linkSecret)}}
	for name, spoil := range map[string]func(*mail.LinkOptions){
		"no bucket":    func(o *mail.LinkOptions) { o.Bucket = nil },
		"no secret":    func(o *mail.LinkOptions) { o.Secrets = nil },
		"short secret": func(o *mail.LinkOptions) { o.Secrets = [][]byte{[]byte("short")} },
		"no URL":       func(o *mail.LinkOptions) { o.BaseURL = "/m" },
		"query":        func(o *mail.LinkOptions) { o.BaseURL += "?a=b" },
		"life":         func(o *mail.LinkOptions) { o.Life = -1 },
		"click":        func(o *mail.LinkOptions) { o.ClickLife = 8 * 24 * time.Hour },
	} {
		o := good
		spoil(&o)
		if _, err := mail.NewLinkHandler(o); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := mail.NewLinkHandler(good); err != nil {
		t.Error(err)
	}
}

func FuzzLinkToken(f *testing.F) {
	f.Add("AAAA")
	f.Add(strings.Repeat("A", 80))
	h := newFuzzLinks(f)
	url, _, _ := h.Link(context.Background(), storage.Object{Key: "k"})
	f.Add(url[strings.LastIndexByte(url, '/')+1:])
	f.Fuzz(func(t *testing.T, token string) {
		w := httptest.NewRecorder()
		q := httptest.NewRequest("GET", "/m/x", nil)
		q.URL.Path, q.URL.RawPath = "/m/"+token, ""
		h.ServeHTTP(w, q)
		if w.Code != 404 { // the bucket is empty, so a good token is 404, too
			t.Errorf("%d", w.Code)
		}
	})
}

func newFuzzLinks(f *testing.F) *mail.LinkHandler {
	b, _ := bucket(f, nil)
	h, err := mail.NewLinkHandler(mail.LinkOptions{Bucket: b, BaseURL: "https://x.example/m", Secrets: [][]byte{[]byte(linkSecret)}})
	if err != nil {
		f.Fatal(err)
	}
	return h
}

func ExampleNewLinkHandler() {
	bucket, err := memstorage.New("attachments", &memstorage.Options{BaseURL: "https://bucket.acme.example", Secret: []byte("at least sixteen bytes")})
	if err != nil {
		fmt.Println(err)
		return
	}
	links, err := mail.NewLinkHandler(mail.LinkOptions{Bucket: bucket, BaseURL: "https://files.acme.example/m", Secrets: [][]byte{[]byte("sixteen bytes at least")}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	_, _ = bucket.Put(ctx, "reports/7.pdf", strings.NewReader("%PDF"), storage.PutOptions{Size: 4})
	url, _, err := links.Link(ctx, storage.Object{Key: "reports/7.pdf"})
	click := httptest.NewRecorder()
	links.ServeHTTP(click, httptest.NewRequest("GET", url, nil))
	fmt.Println(click.Code, strings.HasPrefix(click.Header().Get("Location"), "https://bucket.acme.example/"), err)
	// Output: 302 true <nil>
}
