package amaproute_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
)

// asked is the last request of a canned server.
type asked struct {
	path  string
	query url.Values
	all   []string
}

// canned is an adapter whose server answers with bodies by path; "" is for
// every other path.
func canned(t *testing.T, bodies map[string]string, o *amaproute.Options) (*amaproute.Adapter, *asked) {
	t.Helper()
	last := new(asked)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last.path, last.query = r.URL.Path, r.URL.Query()
		last.all = append(last.all, r.URL.Path)
		body, ok := bodies[r.URL.Path]
		if !ok {
			body = bodies[""]
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	if o == nil {
		o = new(amaproute.Options)
	}
	o.BaseURL, o.HTTPClient = s.URL, s.Client()
	a, err := amaproute.New("secret-key-of-the-test", o)
	if err != nil {
		t.Fatal(err)
	}
	return a, last
}

func fixture(t *testing.T, name string) map[string]string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"": string(b)}
}

// Three points of Shenzhen, in the datum that Amap speaks there.
var (
	tencent = geo.Point{Lat: 22.5404, Lng: 113.9346, Datum: geo.GCJ02}
	between = geo.Point{Lat: 22.54, Lng: 113.95, Datum: geo.GCJ02}
	pingan  = geo.Point{Lat: 22.5333, Lng: 114.0553, Datum: geo.GCJ02}
)

func pair(f func(*route.Request)) route.Request {
	r := route.Request{Points: []geo.Point{tencent, pingan}, Key: "order-9"}
	if f != nil {
		f(&r)
	}
	return r
}

func TestNewRefuses(t *testing.T) {
	for what, o := range map[string]*amaproute.Options{
		"scheme": {BaseURL: "ftp://a.test"}, "relative": {BaseURL: "/v5"}, "user": {BaseURL: "https://u:p@a.test"}, "query": {BaseURL: "https://a.test/?key=x"},
	} {
		if _, err := amaproute.New("k", o); err == nil || waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := amaproute.New("", nil); err == nil || waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("no key: %v", err)
	}
	a, err := amaproute.New("k", nil)
	if err != nil || a.Name() != "amaproute" || a.Account().Name() != "amaproute" {
		t.Errorf("defaults: %v %v", a, err)
	}
}

func TestReadsTheOlderDriving(t *testing.T) {
	a, _ := canned(t, fixture(t, "driving_v3.json"), nil)
	res, err := a.Route(t.Context(), pair(func(r *route.Request) { r.Steps, r.Polyline, r.Alternatives = true, true, 3 }))
	if err != nil || len(res.Paths) != 1 || res.Provider != "amaproute" {
		t.Fatalf("%+v %v", res, err)
	}
	p := res.Paths[0]
	if p.Distance != 14571 || p.Duration != 2255*time.Second || p.Toll != "12.5" || p.TollCurrency != "CNY" || p.TollDistance != 9000 || p.Traffic {
		t.Errorf("got %+v", p)
	}
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "restriction") {
		t.Errorf("warnings: %v", p.Warnings)
	}
	if len(p.Legs) != 1 || p.Legs[0].Distance != 14571 || len(p.Legs[0].Steps) != 2 {
		t.Fatalf("legs: %+v", p.Legs)
	}
	want := route.Step{Text: "沿深南大道行驶14527米到达目的地", Road: "深南大道", Distance: 14527, Duration: 2242 * time.Second}
	if p.Legs[0].Steps[1] != want || p.Legs[0].Steps[0].Road != "" {
		t.Errorf("steps: %+v", p.Legs[0].Steps)
	}
	if len(p.Polyline) != 3 || p.Polyline[0] != tencent || p.Polyline[2] != pingan {
		t.Errorf("polyline: %v", p.Polyline)
	}
}

func TestLegsAreToldApartByTheMarks(t *testing.T) {
	a, last := canned(t, fixture(t, "driving_v5_stops.json"), nil)
	r := pair(func(r *route.Request) { r.Points, r.Alternatives = []geo.Point{tencent, between, pingan}, 1 })
	res, err := a.Route(t.Context(), r)
	if err != nil || len(res.Paths) != 2 {
		t.Fatalf("%+v %v", res, err)
	}
	if last.query.Get("waypoints") != "113.950000,22.540000" || last.query.Get("show_fields") != "cost,navi" {
		t.Errorf("sent %v", last.query)
	}
	legs := res.Paths[0].Legs
	if len(legs) != 2 || legs[0].Distance != 1500 || legs[0].Duration != 300*time.Second || legs[1].Distance != 1500 || legs[0].Steps != nil {
		t.Errorf("legs: %+v", legs)
	}
	if res.Paths[0].Polyline != nil {
		t.Error("a polyline that nobody asked for")
	}
	if p := res.Paths[0]; p.Toll != "0" || p.TollCurrency != "CNY" {
		t.Errorf("no toll roads: %q %q", p.Toll, p.TollCurrency)
	}
	// The second path has no steps, so no legs; and a toll of 0 on toll roads.
	if p := res.Paths[1]; p.Legs != nil || p.Toll != "" || p.TollCurrency != "" || p.TollDistance != 2500 {
		t.Errorf("the second path: %+v", p)
	}
	r.Points = append(r.Points, tencent) // three legs, and one mark
	res, err = a.Route(t.Context(), r)
	if err != nil || res.Paths[0].Legs != nil {
		t.Errorf("marks that do not fit: %+v %v", res, err)
	}
}

func TestCarStrategies(t *testing.T) {
	a, last := canned(t, fixture(t, "driving_v5_stops.json"), nil)
	for _, v := range []struct {
		avoid    route.Avoid
		pricing  bool
		strategy string
	}{
		{route.Avoid{}, false, "32"}, {route.Avoid{}, true, "2"},
		{route.Avoid{Tolls: true}, false, "36"}, {route.Avoid{Tolls: true}, true, "1"},
		{route.Avoid{Motorways: true}, false, "35"}, {route.Avoid{Motorways: true}, true, "35"},
		{route.Avoid{Tolls: true, Motorways: true}, false, "42"}, {route.Avoid{Tolls: true, Motorways: true, Ferries: true}, true, "42"},
	} {
		if _, err := a.Route(t.Context(), pair(func(r *route.Request) { r.Avoid, r.Pricing = v.avoid, v.pricing })); err != nil {
			t.Fatal(err)
		}
		ferry := map[bool]string{true: "1"}[v.avoid.Ferries]
		if last.query.Get("strategy") != v.strategy || last.query.Get("ferry") != ferry || last.path != "/v5/direction/driving" {
			t.Errorf("%+v: sent %v", v, last.query)
		}
	}
}

func TestPlates(t *testing.T) {
	a, last := canned(t, fixture(t, "driving_v5_stops.json"), nil)
	for _, plate := range []string{"粤B12345", "粤BD12345"} {
		res, err := a.Route(t.Context(), pair(func(r *route.Request) { r.Vehicle.Plate = plate }))
		if err != nil || last.query.Get("plate") != plate || res.Paths[0].Warnings != nil {
			t.Errorf("%v, sent %q", err, last.query.Get("plate"))
		}
	}
	for _, plate := range []string{"B12345", "HK1234", "粤B1234", "粤b12345", "粤B123456789", "粤", "粤B港2345", "粤Z1234港"} {
		res, err := a.Route(t.Context(), pair(func(r *route.Request) { r.Vehicle.Plate = plate }))
		if err != nil || last.query.Has("plate") || len(res.Paths[0].Warnings) != 1 {
			t.Errorf("a plate of another form: %v %v", res, err)
		}
	}
}

func TestTraffic(t *testing.T) {
	a, _ := canned(t, fixture(t, "driving_v5_stops.json"), nil)
	now := time.Now()
	for _, v := range []struct {
		at   time.Time
		want bool
	}{{time.Time{}, false}, {now, true}, {now.Add(10 * time.Minute), true}, {now.Add(time.Hour), false}, {now.Add(-time.Hour), false}} {
		res, err := a.Route(t.Context(), pair(func(r *route.Request) { r.Departure = v.at }))
		if err != nil || res.Paths[0].Traffic != v.want {
			t.Errorf("departure %v from now: %t %v", v.at.Sub(now), !v.want, err)
		}
	}
}

func TestWalkingAndCycling(t *testing.T) {
	a, last := canned(t, fixture(t, "bicycling_v4.json"), nil)
	for mode, path := range map[route.Mode]string{route.Walk: "/v5/direction/walking", route.Bicycle: "/v5/direction/bicycling"} {
		res, err := a.Route(t.Context(), pair(func(r *route.Request) { r.Mode, r.Alternatives, r.Avoid.Ferries = mode, 3, true }))
		if err != nil || last.path != path || last.query.Get("alternative_route") != "3" || last.query.Has("strategy") {
			t.Fatalf("%v: %v, sent %s %v", mode, err, last.path, last.query)
		}
		if p := res.Paths[0]; p.Distance != 1 || p.Duration != 0 || len(p.Legs) != 1 || p.Toll != "" || len(p.Warnings) != 1 {
			t.Errorf("%v: %+v", mode, p)
		}
	}
}

func TestUnsupported(t *testing.T) {
	a, last := canned(t, nil, nil)
	beijing := geo.Point{Lat: 39.9, Lng: 116.4}
	singapore := geo.Point{Lat: 1.2841, Lng: 103.8515}
	for name, r := range map[string]route.Request{
		"motorcycle":    pair(func(r *route.Request) { r.Mode = route.Motorcycle }),
		"stops on foot": pair(func(r *route.Request) { r.Mode, r.Points = route.Walk, []geo.Point{tencent, between, pingan} }),
		"stops by bike": pair(func(r *route.Request) { r.Mode, r.Points = route.Bicycle, []geo.Point{tencent, between, pingan} }),
		"far on foot":   pair(func(r *route.Request) { r.Mode, r.Points = route.Walk, []geo.Point{tencent, beijing} }),
		"far by bike":   pair(func(r *route.Request) { r.Mode, r.Points = route.Bicycle, []geo.Point{tencent, beijing} }),
		"abroad":        pair(func(r *route.Request) { r.Points = []geo.Point{tencent, singapore} }),
		"region":        pair(func(r *route.Request) { r.Region = "TW" }),
		"many stops":    pair(func(r *route.Request) { r.Points = make19() }),
	} {
		_, err := a.Route(t.Context(), r)
		e := waybill.AsError(err)
		if e == nil || e.Code != waybill.Unsupported || e.Scope != waybill.ScopeRequest || e.Delivery != waybill.NotSent || e.Ref != "order-9" || last.path != "" {
			t.Errorf("%s: %v, sent %q", name, err, last.path)
		}
	}
}

func make19() []geo.Point {
	var out []geo.Point
	for range 19 {
		out = append(out, tencent)
	}
	return out
}

func TestOtherReplies(t *testing.T) {
	ok := `{"status":"1","info":"OK","infocode":"10000"`
	for name, v := range map[string]struct {
		body string
		code waybill.Code
	}{
		"no route":          {ok + `}`, waybill.NotFound},
		"empty route":       {ok + `,"route":[]}`, waybill.NotFound},
		"no paths":          {ok + `,"route":{"paths":[]}}`, waybill.NotFound},
		"not connected":     {`{"status":"0","info":"ROUTE_FAIL","infocode":"20802"}`, waybill.NotFound},
		"engine":            {`{"status":"0","info":"ENGINE_RESPONSE_DATA_ERROR","infocode":"30001"}`, waybill.Internal},
		"route is a number": {ok + `,"route":5}`, waybill.DataLoss},
		"paths are a word":  {ok + `,"route":{"paths":"none"}}`, waybill.DataLoss},
		"no duration":       {ok + `,"route":{"paths":[{"distance":"100","cost":{}}]}}`, waybill.DataLoss},
		"no distance":       {ok + `,"route":{"paths":[{"cost":{"duration":"1"}}]}}`, waybill.DataLoss},
		"negative":          {ok + `,"route":{"paths":[{"distance":"-1","cost":{"duration":"-1"}}]}}`, waybill.DataLoss},
		"endless":           {ok + `,"route":{"paths":[{"distance":"1e300","cost":{"duration":"1e300"}}]}}`, waybill.DataLoss},
		"v4 data of junk":   {`{"errcode":20800,"errmsg":"OUT_OF_SERVICE","data":7}`, waybill.NotFound},
	} {
		a, _ := canned(t, map[string]string{"": v.body}, nil)
		if res, err := a.Route(t.Context(), pair(nil)); err == nil || waybill.CodeOf(err) != v.code {
			t.Errorf("%s: %v %v, want %v", name, res, err, v.code)
		}
	}
}

func TestMixedDatumsAreTaggedByPlace(t *testing.T) {
	table := geo.DefaultDatums().With(geo.VendorAmap, geo.ZoneHKMO, geo.WGS84)
	a, last := canned(t, map[string]string{"": `{"status":"1","infocode":"10000","route":{"paths":[{"distance":"1","cost":{"duration":"1"},"steps":[
		{"polyline":"113.934600,22.540400;114.158300,22.281900;x;0,0"}]}]}}`}, &amaproute.Options{Datums: table})
	central := geo.Point{Lat: 22.2819, Lng: 114.1583}
	res, err := a.Route(t.Context(), pair(func(r *route.Request) { r.Points, r.Polyline = []geo.Point{tencent, central}, true }))
	if err != nil {
		t.Fatal(err)
	}
	if last.query.Get("destination") != "114.158300,22.281900" {
		t.Errorf("sent %v", last.query)
	}
	line := res.Paths[0].Polyline
	if len(line) != 2 || line[0].Datum != geo.GCJ02 || line[1].Datum != geo.WGS84 {
		t.Errorf("polyline: %v", line)
	}
}

// A path of no length between distant points is no path, and one that takes no
// time is none either.
func TestZeroIsNoRoute(t *testing.T) {
	const head = `{"status":"1","info":"OK","infocode":"10000","route":{"paths":[`
	spot := func(r *route.Request) { r.Points = []geo.Point{tencent, tencent} }
	for _, v := range []struct {
		paths  string
		change func(*route.Request)
		want   waybill.Code // none: a result
	}{
		{`{"distance":"0","cost":{"duration":"0"},"steps":[]}`, nil, waybill.NotFound},
		{`{"distance":"0","cost":{"duration":"60"},"steps":[]}`, nil, waybill.NotFound},
		{`{"distance":"0","cost":{"duration":"0"},"steps":[]}`, spot, 0},
		{`{"distance":"1","cost":{"duration":"0"},"steps":[]}`, spot, 0},
		{`{"distance":"0","cost":{"duration":"0"}},{"distance":"14571","cost":{"duration":"2255"}}`, nil, 0},
		{`{"distance":"14571","cost":{"duration":"0"}}`, nil, waybill.DataLoss},
		{`{"distance":"14571","cost":{}}`, nil, waybill.DataLoss},
		{`{"distance":"-1","cost":{"duration":"-1"}}`, nil, waybill.DataLoss},
	} {
		a, _ := canned(t, map[string]string{"": head + v.paths + `]}}`}, nil)
		res, err := a.Route(t.Context(), pair(v.change))
		if v.want == 0 && (err != nil || len(res.Paths) != 1) || v.want != 0 && (err == nil || waybill.CodeOf(err) != v.want) {
			t.Errorf("%s: %+v %v, want %v", v.paths, res.Paths, err, v.want)
		}
	}
}
