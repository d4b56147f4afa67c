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

// every asks the verbs that look for places, and checks what comes.
func every(t *testing.T, a *amapgeo.Adapter, check func(error)) {
	t.Helper()
	sug, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x", Near: geo.Point{Lat: 31.24, Lng: 121.49}})
	check(err)
	if err == nil && len(sug.Suggestions) == 0 {
		t.Error("neither an error nor a suggestion")
	}
	for _, s := range sug.Suggestions {
		if s.Text == "" || s.Point.Validate() != nil || !(s.Distance >= 0) {
			t.Errorf("a suggestion without a text or with a bad point: %+v", s)
		}
	}
	page, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Near: geo.Point{Lat: 31.24, Lng: 121.49}})
	check(err)
	usable(t, err, page.Places...)
	at, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "amap", Value: "B0"}})
	check(err)
	usable(t, err, at.Place)
	found, err := a.Districts(t.Context(), geo.DistrictRequest{Query: "上海", Children: 3, Boundary: true})
	check(err)
	if err == nil && len(found.Districts) == 0 {
		t.Error("neither an error nor a division")
	}
	for _, d := range found.Districts {
		sound(t, d, 4)
	}
}

// sound checks a division and those within.
func sound(t *testing.T, d geo.District, deep int) {
	t.Helper()
	if d.Name == "" || d.Center.Validate() != nil || deep == 0 {
		t.Errorf("a division without a name, with a bad centre or too deep: %+v", d)
	}
	for _, ring := range d.Boundary {
		if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
			t.Error("a ring that is not closed")
		}
		usable(t, nil, places(ring)...)
	}
	for _, child := range d.Children {
		sound(t, child, deep-1)
	}
}

func places(ring []geo.Point) []geo.Place {
	out := make([]geo.Place, len(ring))
	for i, p := range ring {
		out[i].Point = p
	}
	return out
}

// FuzzPlaces feeds replies of any shape to the verbs that look for places.
func FuzzPlaces(f *testing.F) {
	files, _ := filepath.Glob("testdata/places/*.json")
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(string(b))
		}
	}
	f.Add(`{"status":"1","infocode":"10000","pois":[{"name":"n","location":"1e400,2"}],"tips":{"name":7},"districts":[{"name":"上海","polyline":"NaN,1;2,2;3,3"}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		a, err := amapgeo.New("k", &amapgeo.Options{BaseURL: "http://amap.test", HTTPClient: &http.Client{Transport: said(body)}})
		if err != nil {
			t.Fatal(err)
		}
		every(t, a, func(err error) {
			if _, ok := err.(*waybill.Error); err != nil && !ok {
				t.Errorf("the error is a %T", err)
			}
		})
	})
}
