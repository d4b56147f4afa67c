package amapgeo_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
)

// said is a transport that answers everything with one body.
type said string

func (s said) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(s)))}, nil
}

// FuzzReply feeds replies of any shape to both verbs: each becomes a result
// with usable points, or a *waybill.Error.
func FuzzReply(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.json")
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(string(b))
		}
	}
	f.Add(`{"status":"1","infocode":"10000","geocodes":[{"location":"1e400,2","level":7}]}`)
	f.Add(`{"status":"1","infocode":"10000","regeocode":[]}`)
	f.Add(`{"errcode":0,"errmsg":"OK","data":""}`)
	f.Fuzz(func(t *testing.T, body string) {
		a, err := amapgeo.New("k", &amapgeo.Options{BaseURL: "http://amap.test", HTTPClient: &http.Client{Transport: said(body)}})
		if err != nil {
			t.Fatal(err)
		}
		found, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
		usable(t, err, found.Places...)
		at, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 22.5, Lng: 114}, Region: "CN", Nearby: 50})
		usable(t, err, append(at.Nearby, at.Place)...)
	})
}

func usable(t *testing.T, err error, places ...geo.Place) {
	t.Helper()
	if err != nil {
		if _, ok := err.(*waybill.Error); !ok {
			t.Errorf("the error is a %T", err)
		}
		return
	}
	if len(places) == 0 {
		t.Error("neither an error nor a place")
	}
	for _, p := range places {
		if p.Point.IsZero() || p.Point.Validate() != nil || !(p.Distance >= 0) {
			t.Error("a place without a usable point or distance")
		}
	}
}
