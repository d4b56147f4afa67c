package route_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

type stub struct {
	name  string
	calls int
	path  route.Path
	err   *waybill.Error
}

func (s *stub) Name() string { return s.name }

func (s *stub) Route(context.Context, route.Request) (route.Result, error) {
	s.calls++
	if s.err != nil {
		return route.Result{}, s.err
	}
	p := s.path
	p.Polyline = append([]geo.Point(nil), p.Polyline...)
	return route.Result{Served: waybill.Served{Provider: s.name}, Paths: []route.Path{p}}, nil
}

var (
	shenzhen  = geo.Point{Lat: 22.5431, Lng: 114.0579}
	guangzhou = geo.Point{Lat: 23.1291, Lng: 113.2644}
	hongkong  = geo.Point{Lat: 22.2819, Lng: 114.1582}
	mumbai    = geo.Point{Lat: 18.9400, Lng: 72.8353}
	pune      = geo.Point{Lat: 18.5286, Lng: 73.8744}
	pacific   = geo.Point{Lat: 0, Lng: -140}
)

func trip(points ...geo.Point) route.Request { return route.Request{Points: points} }

func newClient(t *testing.T, options ...route.Option) *route.Client {
	t.Helper()
	c, err := route.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.WithoutCancel(t.Context())) })
	return c
}

func km(n float64) route.Path { return route.Path{Distance: n * 1000, Duration: time.Hour} }

func TestTripLiesInARegionOnlyIfAllItsPointsDo(t *testing.T) {
	home := &stub{name: "home", path: km(1)}
	border := &stub{name: "border", path: km(2)}
	world := &stub{name: "world", path: km(3)}
	c := newClient(t, route.With(home, route.In("CN")), route.With(border, route.In("CN", "HK", "MO")), route.With(world, route.Outside("CN", "HK", "MO")))
	for name, test := range map[string]struct {
		r    route.Request
		want string
	}{
		"within the mainland":   {trip(shenzhen, guangzhou), "home"},
		"Shenzhen to Hong Kong": {trip(shenzhen, hongkong), "border"},
		"within India":          {trip(mumbai, pune), "world"},
		"told by the caller":    {route.Request{Points: []geo.Point{shenzhen, hongkong}, Region: "IN"}, "world"},
	} {
		res, err := c.Route(t.Context(), test.r)
		if err != nil || res.Provider != test.want {
			t.Errorf("%s: %q, %v; want %s", name, res.Provider, err, test.want)
		}
	}
	_, err := c.Route(t.Context(), trip(shenzhen, mumbai))
	if !errors.Is(err, waybill.ErrUnsupported) || !strings.Contains(err.Error(), "CN") || !strings.Contains(err.Error(), "IN") {
		t.Errorf("nobody covers both: %v", err)
	}
	_, err = c.Route(t.Context(), trip(pacific, pacific))
	if !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Errorf("no region at all: %v", err)
	}
}

func TestPricingNeverGetsAnEstimate(t *testing.T) {
	estimate := km(5)
	estimate.Estimated = true
	line := &stub{name: "line", path: estimate}
	real := &stub{name: "real", path: km(6)}
	c := newClient(t, route.With(line), route.With(real))
	if res, err := c.Route(t.Context(), trip(mumbai, pune)); err != nil || !res.Paths[0].Estimated {
		t.Errorf("a driving time may be an estimate: %+v, %v", res, err)
	}
	r := trip(mumbai, pune)
	r.Pricing = true
	if res, err := c.Route(t.Context(), r); err != nil || res.Provider != "real" {
		t.Errorf("pricing: %+v, %v", res, err)
	}
	c = newClient(t, route.With(line))
	if _, err := c.Route(t.Context(), r); !errors.Is(err, waybill.ErrUnsupported) {
		t.Errorf("only an estimate: %v", err)
	}
}

func TestTruckNeverSilentlyGetsACarsRoute(t *testing.T) {
	p := km(7)
	p.Substituted = true
	c := newClient(t, route.With(&stub{name: "car", path: p}))
	r := trip(mumbai, pune)
	r.Mode = route.Truck
	if _, err := c.Route(t.Context(), r); !errors.Is(err, waybill.ErrUnsupported) {
		t.Errorf("not allowed: %v", err)
	}
	r.AllowCarForTruck = true
	if res, err := c.Route(t.Context(), r); err != nil || !res.Paths[0].Substituted {
		t.Errorf("allowed: %+v, %v", res, err)
	}
}

func TestRouteFailsOverAndConverts(t *testing.T) {
	down := &stub{name: "down", err: &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent}}
	p := km(8)
	p.Polyline = []geo.Point{shenzhen.To(geo.GCJ02), guangzhou.To(geo.GCJ02)}
	up := &stub{name: "up", path: p}
	c := newClient(t, route.With(down), route.With(up))
	res, err := c.Route(t.Context(), trip(shenzhen, guangzhou))
	if err != nil || res.Provider != "up" || res.Attempts < 2 {
		t.Fatalf("%+v, %v", res.Served, err)
	}
	for i, want := range []geo.Point{shenzhen, guangzhou} {
		if got := res.Paths[0].Polyline[i]; got.Datum != geo.WGS84 || geo.Distance(got, want) > 0.01 {
			t.Errorf("point %d: %v", i, got)
		}
	}
}

func TestRouteRefusesBadInputBeforeAnyCall(t *testing.T) {
	s := &stub{name: "a", path: km(1)}
	c := newClient(t, route.With(s))
	many := make([]geo.Point, route.MaxPoints+1)
	for i := range many {
		many[i] = mumbai
	}
	ok := []geo.Point{mumbai, pune}
	for name, r := range map[string]route.Request{
		"no points":       {},
		"one point":       trip(mumbai),
		"too many":        trip(many...),
		"impossible":      trip(mumbai, geo.Point{Lat: 99}),
		"zero point":      trip(mumbai, geo.Point{}),
		"mode":            {Points: ok, Mode: 9},
		"alternatives":    {Points: ok, Alternatives: 4},
		"region":          {Points: ok, Region: "in"},
		"datum":           {Points: ok, Datum: 7},
		"language":        {Points: ok, Language: "en\nGB"},
		"language digits": {Points: ok, Language: "12"},
		"long language":   {Points: ok, Language: strings.Repeat("en-", 20) + "en"},
		"plate":           {Points: ok, Vehicle: route.Vehicle{Plate: "粤B\r\n"}},
		"long plate":      {Points: ok, Vehicle: route.Vehicle{Plate: strings.Repeat("A", 33)}},
		"broken plate":    {Points: ok, Vehicle: route.Vehicle{Plate: "\xff"}},
		"not a number":    {Points: ok, Mode: route.Truck, Vehicle: route.Vehicle{Weight: math.NaN()}},
		"infinite":        {Points: ok, Mode: route.Truck, Vehicle: route.Vehicle{Length: math.Inf(1)}},
		"axles":           {Points: ok, Mode: route.Truck, Vehicle: route.Vehicle{Axles: -2}},
		"height":          {Points: ok, Mode: route.Truck, Vehicle: route.Vehicle{Height: -1}},
		"weight":          {Points: ok, Mode: route.Truck, Vehicle: route.Vehicle{Weight: 5000}},
		"truck on a car":  {Points: ok, Vehicle: route.Vehicle{Height: 3}},
		"priced by clock": {Points: ok, Pricing: true, Departure: time.Unix(1e9, 0)},
	} {
		if _, err := c.Route(t.Context(), r); !errors.Is(err, waybill.ErrInvalidArgument) || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s.calls != 0 {
		t.Errorf("%d calls", s.calls)
	}
}

func TestRouteExplains(t *testing.T) {
	c := newClient(t, route.With(&stub{name: "a"}, route.In("CN")), route.With(&stub{name: "b"}, route.Outside("CN")), route.WithDefaultRegion("CN"))
	got, err := c.Explain(trip(mumbai, pune))
	if err != nil || len(got) != 2 || got[0].Provider != "b" || got[0].Order != 1 || got[1].Order != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := c.Explain(route.Request{}); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Error(err)
	}
	if got, _ = c.Explain(trip(pacific, pacific)); got[0].Provider != "a" {
		t.Errorf("at sea the default region holds: %+v", got)
	}
	if v := c.Verbs(); len(v) != 1 || v[0] != route.Route {
		t.Errorf("%v", v)
	}
	if c.Name() != "route" || len(c.Status()) != 2 || c.Drain("a") != nil || c.Restore("a") != nil {
		t.Error("name, status, drain or restore")
	}
}

func TestNewRefusesAProviderWithoutRoutes(t *testing.T) {
	if _, err := route.New(route.With(nameOnly{})); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Error(err)
	}
	if _, err := route.New(); !errors.Is(err, waybill.ErrInvalidArgument) {
		t.Error(err)
	}
}

type nameOnly struct{}

func (nameOnly) Name() string { return "nothing" }
