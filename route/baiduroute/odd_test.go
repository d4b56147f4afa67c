package baiduroute

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/route"
)

// Whatever stands in the place of a value, what comes out is a usable path or an
// error that says the reply is to blame.
func TestOddValues(t *testing.T) {
	a, s := adapter(t, "")
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	mid := geo.Point{Lat: 22.55, Lng: 114.0}
	far := geo.Point{Lat: 22.61, Lng: 114.02}
	for _, file := range files {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for body := range fakehttp.Odd(whole) {
			s.body = string(body)
			for _, points := range [][]geo.Point{{civic, far}, {civic, mid, far}} {
				r := route.Request{Points: points, Steps: true, Polyline: true, Alternatives: 2}
				res, err := a.Route(t.Context(), r)
				if err != nil {
					blamesTheReply(t, file, err)
					continue
				}
				checkOdd(t, file, &r, res.Paths)
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

func checkOdd(t *testing.T, file string, r *route.Request, paths []route.Path) {
	t.Helper()
	if len(paths) == 0 || len(paths) > 1+r.Alternatives {
		t.Errorf("%s: %d paths", file, len(paths))
	}
	for _, p := range paths {
		if !(p.Distance > 0 && p.Distance <= maxMetres) || p.Duration < 0 || p.Duration > maxSeconds*time.Second || !(p.TollDistance >= 0) {
			t.Errorf("%s: %v m, %v", file, p.Distance, p.Duration)
		}
		if len(p.Legs) != 0 && len(p.Legs) != len(r.Points)-1 || (p.Toll == "") != (p.TollCurrency == "") {
			t.Errorf("%s: %d legs, toll %q %q", file, len(p.Legs), p.Toll, p.TollCurrency)
		}
		for _, l := range p.Legs {
			if !(l.Distance >= 0) || l.Duration < 0 {
				t.Errorf("%s: leg of %v m, %v", file, l.Distance, l.Duration)
			}
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

// Every parameter that Baidu counts in metres, tons or seconds leaves as a plain
// decimal number, latitude first and with six decimals at most.
func TestNumbersAsSent(t *testing.T) {
	a, s := adapter(t, fixture(t, "truck_unavoided.json"))
	r := route.Request{Points: []geo.Point{{Lat: 22.54312345678, Lng: 114.05791234567, Datum: geo.GCJ02}, {Lat: 22.6, Lng: 114, Datum: geo.GCJ02}},
		Mode: route.Truck, Vehicle: route.Vehicle{Length: 12.5, Width: 2.55, Height: 4, Weight: 25, AxleLoad: 0.1 + 0.2, Axles: 3}}
	if _, err := a.Route(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"origin": "22.543123,114.057912", "destination": "22.600000,114.000000", "length": "12.5", "width": "2.55",
		"height": "4", "weight": "25", "axle_weight": "0.3", "axle_count": "3", "truck_type": "4", "coord_type": "gcj02", "ret_coordtype": "gcj02", "output": "json"} {
		if got := s.query.Get(name); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
	if s.query.Has("callback") || s.query.Has("sn") || s.query.Has("timestamp") || s.query.Get("ak") != testKey {
		t.Errorf("sent %v", s.query)
	}
}
