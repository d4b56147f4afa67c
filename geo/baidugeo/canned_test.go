package baidugeo

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/waybill-go/waybill"
)

const testKey = "ak0123456789abcdefghijklmnop"

// canned answers every request with one body and keeps the query.
type canned struct {
	body  string
	path  string
	query url.Values
	calls int
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	c.path, c.query = r.URL.Path, r.URL.Query()
	c.calls++
	rec := httptest.NewRecorder()
	_, _ = rec.WriteString(c.body)
	resp := rec.Result()
	resp.Request = r
	return resp, nil
}

// adapter returns an adapter that is answered with body.
func adapter(t testing.TB, body string, change ...func(*Options)) (*Adapter, *canned) {
	t.Helper()
	c := &canned{body: body}
	o := &Options{HTTPClient: &http.Client{Transport: c}}
	for _, f := range change {
		f(o)
	}
	a, err := New(testKey, o)
	if err != nil {
		t.Fatal(err)
	}
	return a, c
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// recorded reads a reply of the real service from the folder of recordings that
// lies beside a development checkout.
func recorded(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recorded", "baidu", name))
	if err != nil {
		t.Skip("the recorded replies are not here")
	}
	return string(b)
}

func wantError(t *testing.T, err error, code waybill.Code, delivery waybill.Delivery) *waybill.Error {
	t.Helper()
	e, ok := err.(*waybill.Error)
	if !ok {
		t.Fatalf("got %v, want a *waybill.Error", err)
	}
	if e.Code != code || e.Delivery != delivery || e.Provider != Name {
		t.Errorf("got %v %v from %q, want %v %v", e.Code, e.Delivery, e.Provider, code, delivery)
	}
	return e
}
