package lineroute

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

var (
	futian  = geo.Point{Lat: 22.543099, Lng: 114.057868}
	tianhe  = geo.Point{Lat: 23.132, Lng: 113.327}
	longhua = geo.Point{Lat: 22.6569, Lng: 114.0211}
)

func adapter(t *testing.T, o *Options) *Adapter {
	t.Helper()
	a, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func wantError(t *testing.T, err error, code waybill.Code) *waybill.Error {
	t.Helper()
	var e *waybill.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *waybill.Error", err)
	}
	if e.Code != code || e.Delivery != waybill.NotSent || e.Provider != Name {
		t.Errorf("got %v %v from %q, want %v", e.Code, e.Delivery, e.Provider, code)
	}
	return e
}

func TestEstimate(t *testing.T) {
	a := adapter(t, &Options{Detour: map[string]float64{"CN": 1.5}, SpeedKmH: map[route.Mode]float64{route.Car: 36}})
	res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{futian, longhua, tianhe}, Polyline: true})
	if err != nil {
		t.Fatal(err)
	}
	if res.Provider != "lineroute" || len(res.Paths) != 1 {
		t.Fatalf("served by %q with %d paths", res.Provider, len(res.Paths))
	}
	p := res.Paths[0]
	if !p.Estimated || p.Substituted || p.Traffic || p.Toll != "" {
		t.Errorf("marks are wrong: %+v", p)
	}
	if len(p.Legs) != 2 {
		t.Fatalf("%d legs", len(p.Legs))
	}
	for i, want := range []float64{geo.Distance(futian, longhua) * 1.5, geo.Distance(longhua, tianhe) * 1.5} {
		if math.Abs(p.Legs[i].Distance-want) > 0.5 {
			t.Errorf("leg %d has %.0f m, want %.0f", i, p.Legs[i].Distance, want)
		}
		if got := p.Legs[i].Duration; math.Abs(got.Seconds()-want/10) > 1 {
			t.Errorf("leg %d takes %v at 10 m/s over %.0f m", i, got, want)
		}
	}
	if p.Distance != p.Legs[0].Distance+p.Legs[1].Distance || p.Duration != p.Legs[0].Duration+p.Legs[1].Duration {
		t.Error("the path is not the sum of its legs")
	}
	if len(p.Polyline) != 3 || p.Polyline[0] != futian || p.Polyline[2] != tianhe {
		t.Error("the polyline is not the straight line")
	}
	if len(p.Warnings) != 0 {
		t.Errorf("warnings %q", p.Warnings)
	}
}

func TestPolylineOnlyWhenAsked(t *testing.T) {
	res, err := adapter(t, nil).Route(t.Context(), route.Request{Points: []geo.Point{futian, tianhe}, Steps: true, Alternatives: 3})
	if err != nil {
		t.Fatal(err)
	}
	if p := res.Paths[0]; p.Polyline != nil || p.Legs[0].Steps != nil || len(res.Paths) != 1 {
		t.Error("an estimate has one path, no steps, and no polyline unless asked for")
	}
}

func TestDatumsMayBeMixed(t *testing.T) {
	a := adapter(t, nil)
	plain, err := a.Route(t.Context(), route.Request{Points: []geo.Point{futian, tianhe}})
	if err != nil {
		t.Fatal(err)
	}
	mixed, err := a.Route(t.Context(), route.Request{Points: []geo.Point{futian.To(geo.BD09), tianhe.To(geo.GCJ02)}, Polyline: true})
	if err != nil {
		t.Fatal(err)
	}
	if plain.Paths[0].Distance != mixed.Paths[0].Distance {
		t.Error("the datum changed the distance")
	}
	for i, want := range []geo.Point{futian, tianhe} {
		got := mixed.Paths[0].Polyline[i]
		if got.Datum != geo.WGS84 || geo.Distance(got, want) > 0.01 {
			t.Errorf("point %d is not the same place in WGS-84", i)
		}
	}
}

func TestRegionOfTheRequestWins(t *testing.T) {
	a := adapter(t, &Options{Detour: map[string]float64{"XA": 2, "XB": 4, Elsewhere: 3}})
	line := geo.Distance(futian, tianhe)
	for region, factor := range map[string]float64{"XA": 2, "XB": 4, "XC": 3} {
		res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{futian, tianhe}, Region: region})
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Paths[0].Distance / line; math.Abs(got-factor) > 1e-3 {
			t.Errorf("%s: factor %.3f, want %g", region, got, factor)
		}
	}
}

func TestLargerFactorAcrossRegions(t *testing.T) {
	pacific := geo.Point{Lat: 0, Lng: -150} // in no region
	for _, f := range []float64{2, 7} {
		a := adapter(t, &Options{Detour: map[string]float64{"CN": f, Elsewhere: 5}})
		for _, points := range [][]geo.Point{{futian, pacific}, {pacific, futian}} {
			res, err := a.Route(t.Context(), route.Request{Points: points})
			if err != nil {
				t.Fatal(err)
			}
			if got := res.Paths[0].Distance / geo.Distance(points[0], points[1]); math.Abs(got-max(f, 5)) > 1e-3 {
				t.Errorf("factor %.3f, want %g", got, max(f, 5))
			}
		}
	}
}

func TestModesHaveTheirSpeeds(t *testing.T) {
	a := adapter(t, nil)
	last := time.Duration(0)
	for _, mode := range []route.Mode{route.Car, route.Truck, route.Motorcycle, route.Bicycle, route.Walk} {
		res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{futian, tianhe}, Mode: mode})
		if err != nil {
			t.Fatalf("%v: %v", mode, err)
		}
		p := res.Paths[0]
		if p.Duration <= last {
			t.Errorf("%v is not slower than the mode before", mode)
		}
		last = p.Duration
		kmh := p.Distance / p.Duration.Seconds() * 3.6
		if want := DefaultSpeedKmH()[mode]; math.Abs(kmh-want) > 0.01*want {
			t.Errorf("%v moves at %.1f km/h, want %.1f", mode, kmh, want)
		}
	}
}

func TestTruckIsAnEstimateOfATruck(t *testing.T) {
	a := adapter(t, nil)
	for _, allow := range []bool{false, true} {
		res, err := a.Route(t.Context(), route.Request{
			Points: []geo.Point{futian, tianhe}, Mode: route.Truck, AllowCarForTruck: allow, Vehicle: route.Vehicle{Height: 4},
		})
		if err != nil {
			t.Fatal(err)
		}
		p := res.Paths[0]
		if p.Substituted || !p.Estimated || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "truck") {
			t.Errorf("marks are wrong: %+v", p)
		}
	}
}

func TestWarnsOfWhatItCannotRespect(t *testing.T) {
	res, err := adapter(t, nil).Route(t.Context(), route.Request{
		Points: []geo.Point{futian, tianhe}, Avoid: route.Avoid{Ferries: true}, Departure: time.Unix(1.8e9, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(res.Paths[0].Warnings, ";"); !strings.Contains(got, "avoided") || !strings.Contains(got, "traffic") {
		t.Errorf("warnings %q", got)
	}
}

func TestPricingIsUnsupported(t *testing.T) {
	_, err := adapter(t, nil).Route(t.Context(), route.Request{Points: []geo.Point{futian, tianhe}, Pricing: true, Key: "order-1"})
	e := wantError(t, err, waybill.Unsupported)
	if e.Ref != "order-1" || e.Op != "route" || e.Scope != waybill.ScopeRequest {
		t.Errorf("got %q %q %v", e.Ref, e.Op, e.Scope)
	}
}

func TestInvalidRequest(t *testing.T) {
	a := adapter(t, nil)
	for name, r := range map[string]route.Request{
		"one point":     {Points: []geo.Point{futian}},
		"missing point": {Points: []geo.Point{futian, {}}},
		"not a number":  {Points: []geo.Point{futian, {Lat: math.NaN()}}},
		"mode":          {Points: []geo.Point{futian, tianhe}, Mode: 9},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := a.Route(t.Context(), r)
			if e := wantError(t, err, waybill.InvalidArgument); e.Op != "route" || e.Message == "" {
				t.Errorf("got %v", e)
			}
		})
	}
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := adapter(t, nil).Route(ctx, route.Request{Points: []geo.Point{futian, tianhe}})
	wantError(t, err, waybill.Canceled)
	if !errors.Is(err, context.Canceled) {
		t.Error("the caller's own error is not found")
	}
}

func TestOptions(t *testing.T) {
	nan := math.NaN()
	for name, o := range map[string]*Options{
		"region":          {Detour: map[string]float64{"cn": 2}},
		"factor below 1":  {Detour: map[string]float64{"CN": 0.9}},
		"factor too big":  {Detour: map[string]float64{"CN": 11}},
		"factor no value": {Detour: map[string]float64{Elsewhere: nan}},
		"mode":            {SpeedKmH: map[route.Mode]float64{7: 10}},
		"speed zero":      {SpeedKmH: map[route.Mode]float64{route.Car: 0}},
		"speed too big":   {SpeedKmH: map[route.Mode]float64{route.Car: 1001}},
		"speed no value":  {SpeedKmH: map[route.Mode]float64{route.Walk: nan}},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := New(o)
			wantError(t, err, waybill.InvalidArgument)
			if a != nil {
				t.Error("an adapter came with the error")
			}
		})
	}
	account := waybill.NewAccount("estimates", waybill.Limits{})
	if got := adapter(t, &Options{Account: account}).Account(); got != account {
		t.Error("the account is not the given one")
	}
	if got := adapter(t, nil).Account(); got == nil || got.Name() != Name {
		t.Error("no account of its own")
	}
	DefaultDetour()["CN"] = 99
	if DefaultDetour()["CN"] == 99 {
		t.Error("the defaults can be changed")
	}
}

func TestOptionsAreCopied(t *testing.T) {
	o := &Options{Detour: map[string]float64{"CN": 2}}
	a := adapter(t, o)
	o.Detour["CN"] = 9
	res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{futian, tianhe}})
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Paths[0].Distance / geo.Distance(futian, tianhe); math.Abs(got-2) > 1e-3 {
		t.Errorf("factor %.2f after the caller changed its map", got)
	}
}

func TestConcurrentUse(t *testing.T) {
	a := adapter(t, nil)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 50 {
				if _, err := a.Route(t.Context(), route.Request{Points: []geo.Point{futian, tianhe}, Polyline: true}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkRoute(b *testing.B) {
	a, err := New(nil)
	if err != nil {
		b.Fatal(err)
	}
	r := route.Request{Points: []geo.Point{futian, longhua, tianhe}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Route(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
