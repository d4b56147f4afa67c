package amaproute_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
)

// turning answers each request with the body that it holds then.
type turning struct{ body string }

func (s *turning) RoundTrip(r *http.Request) (*http.Response, error) {
	return said(s.body).RoundTrip(r)
}

// Whatever stands in the place of a value, what comes out is a usable path or an
// error that says the reply is to blame.
func TestOddValues(t *testing.T) {
	s := new(turning)
	a, err := amaproute.New("k", &amaproute.Options{BaseURL: "http://amap.test", HTTPClient: &http.Client{Transport: s}})
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
			for _, points := range [][]geo.Point{{tencent, pingan}, {tencent, between, pingan}} {
				r := route.Request{Points: points, Steps: true, Polyline: true, Alternatives: 3}
				res, err := a.Route(t.Context(), r)
				if err != nil {
					blamesTheReply(t, file, err)
					continue
				}
				checkPaths(t, file, &r, res.Paths)
			}
		}
	}
}

func blamesTheReply(t *testing.T, file string, err error) {
	t.Helper()
	switch waybill.CodeOf(err) {
	case waybill.DataLoss, waybill.NotFound, waybill.Unknown, waybill.Unavailable, waybill.Internal:
	default:
		t.Errorf("%s: %v", file, err)
	}
}

func checkPaths(t *testing.T, file string, r *route.Request, paths []route.Path) {
	t.Helper()
	if len(paths) == 0 || len(paths) > 1+r.Alternatives {
		t.Errorf("%s: %d paths", file, len(paths))
	}
	for _, p := range paths {
		if !(p.Distance > 0 && p.Distance <= 1e9) || p.Duration < 0 || p.Duration == 0 && p.Distance > 1000 || !(p.TollDistance >= 0) {
			t.Errorf("%s: %v m, %v", file, p.Distance, p.Duration)
		}
		if len(p.Legs) != 0 && len(p.Legs) != len(r.Points)-1 || (p.Toll == "") != (p.TollCurrency == "") {
			t.Errorf("%s: %d legs, toll %q %q", file, len(p.Legs), p.Toll, p.TollCurrency)
		}
		for _, l := range p.Legs {
			for _, step := range l.Steps {
				if !(step.Distance >= 0) || step.Duration < 0 {
					t.Errorf("%s: step of %v m, %v", file, step.Distance, step.Duration)
				}
			}
		}
		for _, at := range p.Polyline {
			if at.IsZero() || at.Validate() != nil || at.Datum != geo.GCJ02 {
				t.Errorf("%s: %v", file, at)
			}
		}
	}
}
