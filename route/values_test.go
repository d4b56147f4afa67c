package route_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

func TestModesHaveFrozenNames(t *testing.T) {
	for m, want := range map[route.Mode]string{route.Car: "car", route.Truck: "truck", route.Motorcycle: "motorcycle",
		route.Bicycle: "bicycle", route.Walk: "walk", 9: "unknown"} {
		if m.String() != want {
			t.Errorf("%d is %s, want %s", m, m, want)
		}
	}
}

func TestValidRequestsPass(t *testing.T) {
	ok := []geo.Point{mumbai, pune}
	for name, r := range map[string]route.Request{
		"least":    {Points: ok},
		"language": {Points: ok, Language: "zh-Hant-TW"},
		"plate":    {Points: ok, Vehicle: route.Vehicle{Plate: "粤Z1234港"}},
		"truck":    {Points: ok, Mode: route.Truck, Vehicle: route.Vehicle{Length: 12, Width: 2.5, Height: 4, Weight: 25, AxleLoad: 10, Axles: 3}},
		"no truck": {Points: ok, Mode: route.Truck},
		"pricing":  {Points: ok, Pricing: true, Avoid: route.Avoid{Tolls: true}},
		"past":     {Points: ok, Departure: time.Unix(1, 0)},
		"datums":   {Points: []geo.Point{mumbai, shenzhen.To(geo.BD09)}, Datum: geo.GCJ02},
		"there":    {Points: []geo.Point{mumbai, mumbai}},
	} {
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Where nobody shifts the map, nothing is shifted, whatever was asked; each
// point of a line over a border counts by itself.
func TestPolylineComesAsAsked(t *testing.T) {
	seoul, hanoi, delhi := geo.Point{Lat: 37.5665, Lng: 126.978}, geo.Point{Lat: 21.0285, Lng: 105.8542}, geo.Point{Lat: 28.6139, Lng: 77.209}
	p := km(8)
	p.Polyline = []geo.Point{seoul, hanoi, delhi, shenzhen.To(geo.GCJ02), hongkong.To(geo.GCJ02)}
	c := newClient(t, route.With(&stub{name: "a", path: p}))
	for _, d := range []geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09} {
		r := trip(mumbai, pune)
		r.Datum = d
		res, err := c.Route(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		line := res.Paths[0].Polyline
		if line[0] != seoul || line[1] != hanoi || line[2] != delhi {
			t.Errorf("%v: moved to %v", d, line[:3])
		}
		for i, want := range []geo.Point{shenzhen, hongkong} {
			if got := line[3+i]; got.Datum != d || geo.Distance(got, want) > 0.01 {
				t.Errorf("%v: %v, want %v", d, got, want.To(d))
			}
		}
	}
}

func TestClientNests(t *testing.T) {
	down := &stub{name: "down", err: &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent}}
	inner := newClient(t, route.With(down), route.WithName("inner"))
	outer := newClient(t, route.With(inner), route.With(&stub{name: "up", path: km(3)}))
	ctx, rec := waybill.WithRecorder(t.Context())
	res, err := outer.Route(ctx, trip(mumbai, pune))
	if err != nil || res.Provider != "up" || inner.Name() != "inner" {
		t.Fatalf("%+v %v", res.Served, err)
	}
	var asked []string
	for _, a := range rec.Attempts() {
		asked = append(asked, a.Provider)
	}
	if len(asked) < 2 || asked[0] != "down" || asked[len(asked)-1] != "up" {
		t.Errorf("asked %v", asked)
	}
}

func TestWhatNobodyCoversNamesTheRegions(t *testing.T) {
	c := newClient(t, route.With(&stub{name: "a", path: km(1)}, route.In("CN", "HK")), route.With(&stub{name: "b", path: km(1)}, route.In("IN")))
	_, err := c.Route(t.Context(), trip(shenzhen, mumbai))
	if !errors.Is(err, waybill.ErrUnsupported) || !strings.Contains(err.Error(), "CN") || !strings.Contains(err.Error(), "IN") {
		t.Errorf("%v", err)
	}
	_, err = c.Route(t.Context(), trip(pacific, pacific))
	if !errors.Is(err, waybill.ErrInvalidArgument) || !strings.Contains(err.Error(), "Region") {
		t.Errorf("%v", err)
	}
}

// A router that serves a region only when it is asked for there stays out of it.
func TestDefaultOutside(t *testing.T) {
	shy := shyStub{&stub{name: "shy", path: km(1)}}
	c := newClient(t, route.With(shy))
	if _, err := c.Route(t.Context(), trip(shenzhen, guangzhou)); err == nil || shy.calls != 0 {
		t.Errorf("%v after %d calls", err, shy.calls)
	}
	if _, err := c.Route(t.Context(), trip(mumbai, pune)); err != nil {
		t.Error(err)
	}
	c = newClient(t, route.With(shy, route.In("CN")))
	if _, err := c.Route(t.Context(), trip(shenzhen, guangzhou)); err != nil || shy.calls != 2 {
		t.Errorf("asked for: %v after %d calls", err, shy.calls)
	}
}

type shyStub struct{ *stub }

func (shyStub) DefaultOutside() []string { return []string{"CN"} }

func TestPricesStayWithOneProvider(t *testing.T) {
	a, b := &stub{name: "a", path: km(1)}, &stub{name: "b", path: km(2)}
	c := newClient(t, route.With(a, waybill.Weight(1)), route.With(b, waybill.Weight(1)))
	for _, key := range []string{"order-1", "order-2", "order-3"} {
		first := ""
		for range 10 {
			r := trip(mumbai, pune)
			r.Pricing, r.Key = true, key
			res, err := c.Route(t.Context(), r)
			if err != nil || first != "" && res.Provider != first {
				t.Fatalf("%s: %s after %s, %v", key, res.Provider, first, err)
			}
			first = res.Provider
		}
	}
}

func TestPathSurvivesJSON(t *testing.T) {
	in := route.Path{Distance: 1, Duration: time.Second, Traffic: true, Toll: "12.5", TollCurrency: "CNY", TollDistance: 3,
		Legs:     []route.Leg{{Distance: 1, Duration: time.Second, Steps: []route.Step{{Text: "t", Road: "r", Distance: 1, Duration: time.Second}}}},
		Polyline: []geo.Point{shenzhen.To(geo.GCJ02), hongkong}, Substituted: true, Estimated: true, Warnings: []string{"w"}}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out route.Path
	if err := json.Unmarshal(b, &out); err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("%s came back as %+v, %v", b, out, err)
	}
}

func TestClosedClientRefuses(t *testing.T) {
	s := &stub{name: "a", path: km(1)}
	c := newClient(t, route.With(s))
	if err := c.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Route(t.Context(), trip(mumbai, pune)); err == nil || s.calls != 0 || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("%v after %d calls", err, s.calls)
	}
}
