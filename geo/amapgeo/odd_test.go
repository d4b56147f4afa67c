package amapgeo_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/internal/fakehttp"
)

// turning answers each request with the body that it holds then.
type turning struct{ body string }

func (s *turning) RoundTrip(r *http.Request) (*http.Response, error) {
	return said(s.body).RoundTrip(r)
}

// Whatever stands in the place of a value, what comes out is a usable place or
// an error that says the reply is to blame.
func TestOddValues(t *testing.T) {
	t.Parallel()
	s := new(turning)
	a, err := amapgeo.New("k", &amapgeo.Options{BaseURL: "http://amap.test", HTTPClient: &http.Client{Transport: s}})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for body := range fakehttp.Odd(whole) {
			s.body = string(body)
			found, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
			blamesTheReply(t, file, err)
			usable(t, err, found.Places...)
			at, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 31.24, Lng: 121.49}, Nearby: 50})
			blamesTheReply(t, file, err)
			usable(t, err, append(at.Nearby, at.Place)...)
			if err == nil && at.Place.Address.IsZero() {
				t.Errorf("%s: an address of nothing", file)
			}
		}
	}
}

func blamesTheReply(t *testing.T, file string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	switch waybill.CodeOf(err) {
	case waybill.DataLoss, waybill.NotFound, waybill.Unknown, waybill.Unavailable, waybill.Internal:
	default:
		t.Errorf("%s: %v", file, err)
	}
}

func TestOddPlaces(t *testing.T) {
	t.Parallel()
	s := new(turning)
	a, err := amapgeo.New("k", &amapgeo.Options{BaseURL: "http://amap.test", HTTPClient: &http.Client{Transport: s}})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/places/*.json")
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for body := range fakehttp.Odd(whole) {
			s.body = string(body)
			every(t, a, func(err error) { blamesTheReply(t, file, err) })
		}
	}
}
