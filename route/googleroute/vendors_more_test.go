package googleroute_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/baiduroute"
	"github.com/waybill-go/waybill/route/routetest"
)

func lorry(points ...geo.Point) route.Request {
	return route.Request{Points: points, Mode: route.Truck, Vehicle: route.Vehicle{Length: 12, Width: 2.5, Height: 4, Weight: 18, AxleLoad: 9, Axles: 3}}
}

// A truck gets a truck's way, or it is Unsupported before the network; a car's way
// only where that was allowed, and marked.
func TestTrucksAtAllVendors(t *testing.T) {
	v := newVendors(t)
	home := []geo.Point{place(t, "shenzhen-airport"), place(t, "shenzhen-north-station")}
	abroad := []geo.Point{place(t, "singapore-jewel-changi"), place(t, "singapore-marina-bay-sands")}
	for name, c := range map[string]struct {
		points []geo.Point
		truck  string // where a truck's way is asked for
		none   bool   // has no trucks
	}{
		"amap":     {points: home, truck: "/v4/direction/truck"},
		"baidu":    {points: home, truck: "/logistics_direction/v1/truck"},
		"google":   {points: abroad, none: true},
		"valhalla": {points: abroad, truck: "/route"},
		"osrm":     {points: abroad, none: true},
	} {
		f, client := v.fakes[name], v.client(t, name)
		before := len(f.Log())
		res, err := client.Route(t.Context(), lorry(c.points...))
		asked := f.Log()[before:]
		switch {
		case c.none && (!errors.Is(err, waybill.ErrUnsupported) || len(asked) != 0):
			t.Errorf("%s: %v after %d requests", name, err, len(asked))
		case !c.none && (err != nil || res.Paths[0].Substituted || len(asked) != 1 || asked[0].Path != c.truck):
			t.Errorf("%s: %+v %v by %+v", name, res, err, asked)
		case name == "valhalla" && !strings.Contains(string(asked[0].Body)+asked[0].Query, "truck"):
			t.Errorf("%s: %s", name, asked[0].Body)
		}
		r := lorry(c.points...)
		r.AllowCarForTruck = true
		if res, err = client.Route(t.Context(), r); err != nil || res.Paths[0].Substituted != c.none {
			t.Errorf("%s: where a car's way is allowed: %+v %v", name, res, err)
		}
	}
	// Nor does an estimate pass for one, and a price never rests on it.
	res, err := v.client(t, "line").Route(t.Context(), lorry(home...))
	if err != nil || !res.Paths[0].Estimated || res.Paths[0].Substituted {
		t.Errorf("%+v %v", res, err)
	}
	r := lorry(home...)
	r.Pricing = true
	if _, err := v.client(t, "line").Route(t.Context(), r); !errors.Is(err, waybill.ErrUnsupported) {
		t.Errorf("a price by an estimate: %v", err)
	}
}

// Keys without the truck services, which are sold apart: nobody has a truck's way
// but the one who knows trucks, and with him down there is none.
func TestNoTruckServiceAnywhere(t *testing.T) {
	v := newVendors(t)
	amap, baidu := routetest.NewAmap(nil), routetest.NewBaidu(nil) // whose keys have no trucks
	t.Cleanup(amap.Close)
	t.Cleanup(baidu.Close)
	var e1, e2 error
	v.adapters["amap"], e1 = amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: amap.URL(), HTTPClient: amap.Client()})
	v.adapters["baidu"], e2 = baiduroute.New(routetest.BaiduKey, &baiduroute.Options{BaseURL: baidu.URL(), HTTPClient: baidu.Client()})
	if err := errors.Join(e1, e2); err != nil {
		t.Fatal(err)
	}
	home := []geo.Point{place(t, "shenzhen-airport"), place(t, "shenzhen-north-station")}
	client := v.client(t, "amap", "baidu", "google in the mainland", "osrm", "valhalla")
	res, err := client.Route(t.Context(), lorry(home...))
	if err != nil || res.Provider != "valhallaroute" || res.Paths[0].Substituted {
		t.Errorf("%+v %v", res, err)
	}
	v.fakes["valhalla"].FailCode("199")
	if res, err = client.Route(t.Context(), lorry(home...)); err == nil {
		t.Errorf("somebody gave a lorry a way: %+v", res)
	}
	r := lorry(home...)
	r.AllowCarForTruck = true
	if res, err = client.Route(t.Context(), r); err != nil || !res.Paths[0].Substituted {
		t.Errorf("where a car's way is allowed: %+v %v", res, err)
	}
	if n := baidu.Count("/logistics_direction/v1/truck"); n != 0 {
		t.Errorf("Baidu was asked for trucks %d times", n)
	}
}

// With one vendor after the other down, each next one serves, and the last gives
// an estimate that says so; a price is then not to be had.
func TestEveryVendorFailsOverToTheNext(t *testing.T) {
	for name, c := range map[string]struct {
		points []string
		order  []string
	}{
		"the mainland":    {[]string{"shenzhen-airport", "shenzhen-north-station"}, []string{"amap", "baidu", "valhalla", "osrm", "line"}},
		"over the border": {[]string{"shenzhen-north-station", "hongkong-ifc"}, []string{"amap", "valhalla", "osrm", "line"}},
		"Macau":           {[]string{"macau-airport", "macau-lisboa"}, []string{"amap", "google", "valhalla", "osrm", "line"}},
		"Taiwan":          {[]string{"taipei-101", "taipei-main-station"}, []string{"google", "valhalla", "osrm", "line"}},
		"Singapore":       {[]string{"singapore-jewel-changi", "singapore-marina-bay-sands"}, []string{"google", "valhalla", "osrm", "line"}},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendors(t)
			r := route.Request{Points: []geo.Point{place(t, c.points[0]), place(t, c.points[1])}, Key: "order-1"}
			for i, vendor := range c.order {
				// A new client each time: five tries are all that a call has, and a
				// vendor that failed before is passed over.
				res, err := v.client(t, named...).Route(t.Context(), r)
				if err != nil || res.Instance != vendor || res.Attempts != i+1 || res.Paths[0].Estimated != (vendor == "line") {
					t.Errorf("with %v down: %+v %v", c.order[:i], res.Served, err)
				}
				price := r
				price.Pricing = true
				priced, err := v.client(t, named...).Route(t.Context(), price)
				if vendor == "line" {
					if !errors.Is(err, waybill.ErrUnavailable) && waybill.CodeOf(err) != waybill.Internal {
						t.Errorf("a price with all down: %+v %v", priced, err)
					}
					if n := len(waybill.Attempts(err)); n < i {
						t.Errorf("a price with all down: %d attempts, want %d", n, i)
					}
					continue
				}
				if err != nil || priced.Instance != vendor || priced.Paths[0].Traffic || priced.Paths[0].Estimated {
					t.Errorf("a price with %v down: %+v %v", c.order[:i], priced.Served, err)
				}
				down, ok := geotest.FaultNamed("status_500")
				if !ok {
					t.Fatal("no such fault")
				}
				v.fakes[vendor].Fail(down)
			}
		})
	}
}
