package baiduroute

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

const testKey = "ak0123456789abcdefghijklmnop"

var (
	airport = geo.Point{Lat: 22.633888, Lng: 113.812088}
	civic   = geo.Point{Lat: 22.543099, Lng: 114.057868}
	luohu   = geo.Point{Lat: 22.533500, Lng: 114.112200}
	lorry   = route.Vehicle{Length: 12, Width: 2.5, Height: 4, Weight: 18, AxleLoad: 10, Axles: 3}
)

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

// adapter returns an adapter, with all services opened, that is answered with
// body.
func adapter(t testing.TB, body string, change ...func(*Options)) (*Adapter, *canned) {
	t.Helper()
	c := &canned{body: body}
	o := &Options{HTTPClient: &http.Client{Transport: c}, Opened: Opened{Truck: true, Motorcycle: true, Departure: true}}
	for _, f := range change {
		f(o)
	}
	a, err := New(testKey, o)
	if err != nil {
		t.Fatal(err)
	}
	return a, c
}

func closed(o *Options) { o.Opened = Opened{} }

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
	if e.Code != code || e.Delivery != delivery || e.Provider != Name || e.Op != "route" {
		t.Errorf("got %v %v from %q, want %v %v: %v", e.Code, e.Delivery, e.Provider, code, delivery, e)
	}
	return e
}
