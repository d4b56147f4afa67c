package amaproute_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/routetest"
)

func truck(f func(*route.Request)) route.Request {
	return pair(func(r *route.Request) {
		r.Mode = route.Truck
		if f != nil {
			f(r)
		}
	})
}

func TestTruckParameters(t *testing.T) {
	a, last := canned(t, fixture(t, "truck_v4.json"), nil)
	for _, v := range []struct {
		v    route.Vehicle
		want string
	}{
		{route.Vehicle{}, "size=2 height=1.6 width=2.5 load=10 weight=0.9 axis=2"},
		{route.Vehicle{Weight: 1.5, Length: 3.4}, "size=1 height=1.6 width=2.5 load=1.5 weight=1.5 axis=2"},
		{route.Vehicle{Weight: 1.5}, "size=2 height=1.6 width=2.5 load=1.5 weight=1.5 axis=2"},
		{route.Vehicle{Weight: 4.49, Length: 5.9, Height: 2.8, Width: 2.1}, "size=2 height=2.8 width=2.1 load=4.49 weight=4.49 axis=2"},
		{route.Vehicle{Weight: 4.5}, "size=3 height=1.6 width=2.5 load=4.5 weight=4.5 axis=2"},
		{route.Vehicle{Length: 6}, "size=3 height=1.6 width=2.5 load=10 weight=0.9 axis=2"},
		{route.Vehicle{Weight: 12, Axles: 3}, "size=4 height=1.6 width=2.5 load=12 weight=12 axis=3"},
		{route.Vehicle{Weight: 49, Height: 4, Width: 2.55, Length: 17, Axles: 6, Plate: "粤B12345"}, "size=4 height=4 width=2.55 load=49 weight=49 axis=6 province=粤 number=B12345"},
	} {
		if _, err := a.Route(t.Context(), truck(func(r *route.Request) { r.Vehicle = v.v })); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, name := range []string{"size", "height", "width", "load", "weight", "axis", "province", "number"} {
			if last.query.Has(name) {
				got = append(got, name+"="+last.query.Get(name))
			}
		}
		if text := strings.Join(got, " "); text != v.want {
			t.Errorf("got  %s\nwant %s", text, v.want)
		}
	}
}

func TestTruckStrategies(t *testing.T) {
	a, last := canned(t, fixture(t, "truck_v4.json"), nil)
	now := time.Now()
	for _, v := range []struct {
		avoid route.Avoid
		at    time.Time
		want  string
	}{
		{route.Avoid{}, time.Time{}, "10"}, {route.Avoid{}, now, "1"},
		{route.Avoid{Motorways: true}, time.Time{}, "2"}, {route.Avoid{Motorways: true}, now, "4"},
		{route.Avoid{Tolls: true}, time.Time{}, "3"}, {route.Avoid{Tolls: true}, now, "6"},
		{route.Avoid{Tolls: true, Motorways: true}, time.Time{}, "5"}, {route.Avoid{Tolls: true, Motorways: true}, now, "7"},
	} {
		res, err := a.Route(t.Context(), truck(func(r *route.Request) { r.Avoid, r.Departure = v.avoid, v.at }))
		if err != nil || last.query.Get("strategy") != v.want || res.Paths[0].Traffic != !v.at.IsZero() {
			t.Errorf("%+v: sent %q, %v", v, last.query.Get("strategy"), err)
		}
	}
}

// The page says of every strategy but the fastest and the shortest that it counts
// the traffic.
func TestTruckPricesDoNotDependOnTheTraffic(t *testing.T) {
	bodies := fixture(t, "driving_v3.json")
	bodies["/v4/direction/truck"] = fixture(t, "truck_v4.json")[""]
	a, last := canned(t, bodies, nil)
	if _, err := a.Route(t.Context(), truck(func(r *route.Request) { r.Pricing = true })); err != nil || last.query.Get("strategy") != "10" {
		t.Errorf("sent %q, %v", last.query.Get("strategy"), err)
	}
	for _, avoid := range []route.Avoid{{Tolls: true}, {Motorways: true}, {Tolls: true, Motorways: true}} {
		asked := len(last.all)
		_, err := a.Route(t.Context(), truck(func(r *route.Request) { r.Pricing, r.Avoid = true, avoid }))
		if e := waybill.AsError(err); e == nil || e.Code != waybill.Unsupported || e.Delivery != waybill.NotSent || len(last.all) != asked {
			t.Errorf("%+v: %v", avoid, err)
		}
		res, err := a.Route(t.Context(), truck(func(r *route.Request) { r.Pricing, r.Avoid, r.AllowCarForTruck = true, avoid, true }))
		if err != nil || !res.Paths[0].Substituted || last.path != "/v5/direction/driving" {
			t.Errorf("%+v: asked %s, %v", avoid, last.path, err)
		}
	}
}

func TestTruckAsksForWhatIsNeeded(t *testing.T) {
	a, last := canned(t, fixture(t, "truck_v4.json"), nil)
	for _, v := range []struct {
		steps, polyline bool
		shown, nosteps  string
	}{{false, false, "0", "1"}, {true, false, "0", ""}, {false, true, "1", ""}} {
		res, err := a.Route(t.Context(), truck(func(r *route.Request) { r.Steps, r.Polyline = v.steps, v.polyline }))
		if err != nil || last.query.Get("showpolyline") != v.shown || last.query.Get("nosteps") != v.nosteps {
			t.Errorf("%+v: %v, sent %v", v, err, last.query)
		}
		if p := res.Paths[0]; p.Distance != 15000 || p.Duration != 40*time.Minute || (len(p.Polyline) > 0) != v.polyline || (len(p.Legs[0].Steps) > 0) != v.steps {
			t.Errorf("%+v: %+v", v, p)
		}
	}
}

func TestTruckWarnsOfWhatWasLeftOut(t *testing.T) {
	a, _ := canned(t, fixture(t, "truck_v4.json"), nil)
	res, err := a.Route(t.Context(), truck(func(r *route.Request) {
		r.Vehicle, r.Avoid.Ferries = route.Vehicle{Length: 12, AxleLoad: 10}, true
	}))
	if err != nil || len(res.Paths[0].Warnings) != 3 {
		t.Errorf("%v %v", res.Paths, err)
	}
}

const refusedTruck = `{"errcode":10012,"errmsg":"INSUFFICIENT_PRIVILEGES","errdetail":null,"data":""}`

func TestTruckWithoutTheRight(t *testing.T) {
	bodies := fixture(t, "driving_v3.json")
	for _, code := range []string{"10012", "10002", "10041", "40002"} {
		bodies["/v4/direction/truck"] = strings.Replace(refusedTruck, "10012", code, 1)
		a, last := canned(t, bodies, nil)
		_, err := a.Route(t.Context(), truck(nil))
		e := waybill.AsError(err)
		// The account is not cooled: cars and addresses go on.
		if e.Code != waybill.Unsupported || e.Scope != waybill.ScopeRequest || e.Delivery != waybill.NotSent || e.VendorCode != code {
			t.Errorf("%s: %v %v", code, err, e.Scope)
		}
		res, err := a.Route(t.Context(), truck(func(r *route.Request) { r.AllowCarForTruck = true }))
		if err != nil || !res.Paths[0].Substituted || len(res.Paths[0].Warnings) != 2 {
			t.Errorf("%s: %+v %v", code, res, err)
		}
		if want := []string{"/v4/direction/truck", "/v4/direction/truck", "/v5/direction/driving"}; !slices.Equal(last.all, want) {
			t.Errorf("asked %v", last.all)
		}
	}
}

func TestTruckErrorsAreNoReasonForACar(t *testing.T) {
	for code, want := range map[string]error{"10021": waybill.ErrRateLimited, "10001": waybill.ErrUnauthenticated, "20802": waybill.ErrNotFound, "10026": waybill.ErrPermissionDenied} {
		a, last := canned(t, map[string]string{"": strings.Replace(refusedTruck, "10012", code, 1)}, nil)
		_, err := a.Route(t.Context(), truck(func(r *route.Request) { r.AllowCarForTruck = true }))
		if !errors.Is(err, want) || len(last.all) != 1 {
			t.Errorf("%s: %v after %v", code, err, last.all)
		}
	}
}

func TestNoTruck(t *testing.T) {
	a, last := canned(t, fixture(t, "driving_v3.json"), &amaproute.Options{NoTruck: true})
	if _, err := a.Route(t.Context(), truck(nil)); !errors.Is(err, waybill.ErrUnsupported) || last.path != "" {
		t.Errorf("got %v, asked %q", err, last.path)
	}
	res, err := a.Route(t.Context(), truck(func(r *route.Request) { r.AllowCarForTruck = true }))
	if err != nil || !res.Paths[0].Substituted || len(last.all) != 1 {
		t.Errorf("%+v %v after %v", res, err, last.all)
	}
}

func TestAcrossTheBorder(t *testing.T) {
	s := routetest.NewAmap(&routetest.AmapOptions{Truck: true})
	defer s.Close()
	a, err := amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: s.URL(), HTTPClient: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	yantian, ifc := geo.Point{Lat: 22.5722, Lng: 114.264}, geo.Point{Lat: 22.285, Lng: 114.1592}
	for _, mode := range []route.Mode{route.Car, route.Truck} {
		res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{yantian, ifc}, Mode: mode, Polyline: true})
		if err != nil {
			t.Fatalf("%v: %v", mode, err)
		}
		line := res.Paths[0].Polyline
		if d := geo.Distance(line[0], yantian); d > 1 {
			t.Errorf("%v begins %.0f m off", mode, d)
		}
		if d := geo.Distance(line[len(line)-1], ifc); d > 1 {
			t.Errorf("%v ends %.0f m off", mode, d)
		}
	}
	_, err = a.Route(t.Context(), route.Request{Points: []geo.Point{yantian, ifc}, Mode: route.Bicycle})
	if !errors.Is(err, waybill.ErrNotFound) {
		t.Errorf("cycling across: %v", err)
	}
}
