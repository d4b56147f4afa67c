package googlegeo_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/googlegeo"
)

// canned is a transport that always gives one reply.
type canned struct {
	status int
	body   []byte
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(bytes.NewReader(c.body)), ContentLength: int64(len(c.body)), Request: r}, nil
}

// FuzzReply: whatever comes back, there is a usable place or an error of ours.
func FuzzReply(f *testing.F) {
	files, _ := filepath.Glob("../../../shared/recorded/google/*.json")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(200, b)
		}
	}
	f.Add(500, []byte(one))
	f.Add(403, []byte(`{"error":{"code":403,"status":"PERMISSION_DENIED","details":[{"@type":"google.rpc.ErrorInfo","reason":"X"}]}}`))
	rt := &canned{}
	a, err := googlegeo.New("fuzz-key-0123", &googlegeo.Options{HTTPClient: &http.Client{Transport: rt}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		rt.status, rt.body = 100+(status%500+500)%500, body
		res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "Main Street"})
		if err != nil {
			checkError(t, err)
		} else {
			if len(res.Places) == 0 || len(res.Places) > 20 {
				t.Fatalf("%d places", len(res.Places))
			}
			for _, p := range res.Places {
				if p.Point.Validate() != nil || p.Point.IsZero() {
					t.Fatal("a place without a usable point")
				}
			}
		}
		rev, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1, Lng: 2}})
		if err != nil {
			checkError(t, err)
		} else if rev.Place.Point.Validate() != nil || rev.Place.Point.IsZero() || rev.Place.Address.Formatted == "" {
			t.Fatal("a reverse result without point or address")
		}
	})
}

func checkError(t *testing.T, err error) {
	e, ok := err.(*waybill.Error)
	if !ok || e.Provider != "googlegeo" || bytes.Contains([]byte(e.Error()), []byte("fuzz-key")) {
		t.Fatalf("%T %v", err, err)
	}
}
