package googleroute_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/baiduroute"
	"github.com/waybill-go/waybill/route/googleroute"
	"github.com/waybill-go/waybill/route/lineroute"
	"github.com/waybill-go/waybill/route/osrmroute"
	"github.com/waybill-go/waybill/route/routetest"
	"github.com/waybill-go/waybill/route/valhallaroute"
)

// vendors are all route vendors, each on its fake. All fakes know the same roads,
// each in its own datum and measured a stated per cent apart. These tests stand
// here, since this is the only adapter of the six that needs a library.
type vendors struct {
	fakes    map[string]fake
	adapters map[string]waybill.Provider
}

type fake interface {
	routetest.Server
	Accepted(path string) int
}

// named are the vendors in the order in which a client of all of them asks.
var named = []string{"amap", "baidu", "google", "valhalla", "osrm", "line"}

func newVendors(t *testing.T) *vendors {
	t.Helper()
	amap, baidu, google := routetest.NewAmap(&routetest.AmapOptions{Truck: true}), routetest.NewBaidu(nil), routetest.NewGoogle(nil)
	valhalla, osrm := routetest.NewValhalla(nil), routetest.NewOSRM(nil)
	v := &vendors{fakes: map[string]fake{"amap": amap, "google": google, "valhalla": valhalla, "osrm": osrm, "baidu": counting{baidu}}, adapters: map[string]waybill.Provider{}}
	for _, f := range v.fakes {
		t.Cleanup(f.Close)
	}
	add := func(name string, p waybill.Provider, err error) {
		if err != nil {
			t.Fatal(err)
		}
		v.adapters[name] = p
	}
	a, err := amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: amap.URL(), HTTPClient: amap.Client()})
	add("amap", a, err)
	b, err := baiduroute.New(routetest.BaiduKey, &baiduroute.Options{BaseURL: baidu.URL(), HTTPClient: baidu.Client(), Opened: baiduroute.Opened{Truck: true, Motorcycle: true}})
	add("baidu", b, err)
	g, err := googleroute.New(routetest.GoogleKey, &googleroute.Options{BaseURL: google.URL(), HTTPClient: google.Client()})
	add("google", g, err)
	asked, err := googleroute.New(routetest.GoogleKey, &googleroute.Options{BaseURL: google.URL(), HTTPClient: google.Client(), Mainland: true})
	add("google in the mainland", asked, err)
	w, err := valhallaroute.New(&valhallaroute.Options{BaseURL: valhalla.URL(), HTTPClient: valhalla.Client()})
	add("valhalla", w, err)
	o, err := osrmroute.New(&osrmroute.Options{BaseURL: osrm.URL(), HTTPClient: osrm.Client()})
	add("osrm", o, err)
	l, err := lineroute.New(nil)
	add("line", l, err)
	return v
}

// counting gives Baidu's fake the count that the others have.
type counting struct{ *routetest.Baidu }

func (c counting) Accepted(path string) int { return c.Count(path) }

// client is a client of the named vendors, where each serves.
func (v *vendors) client(t *testing.T, names ...string) *route.Client {
	t.Helper()
	options := []route.Option{route.WithPolicy(waybill.Policy{TriesPerProvider: 1})}
	for _, name := range names {
		use := []waybill.UseOption{route.As(name)}
		switch name {
		case "amap":
			use = append(use, route.In("CN", "HK", "MO"))
		case "baidu":
			use = append(use, route.In("CN"))
		}
		options = append(options, route.With(v.adapters[name], use...))
	}
	c, err := route.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// place is a point of the little world.
func place(t *testing.T, id string) geo.Point {
	t.Helper()
	p := world.Default().Place(id)
	if p == nil {
		t.Fatalf("the little world has no %s", id)
	}
	return p.Point(geo.WGS84)
}

// trips are ways over the little world's roads, and who serves them.
var trips = []struct {
	name, from, to string
	shown          bool // where maps show points in GCJ-02 or BD-09
	border         bool // leads over or along the mainland's border, not within it
	vendors        []string
}{
	{"within Shenzhen", "shenzhen-airport", "shenzhen-north-station", true, false, []string{"amap", "baidu", "google in the mainland", "valhalla", "osrm", "line"}},
	// Along the border Google's numbers of the destination mean a place in Hong Kong too.
	{"to the border", "shenzhen-airport", "shenzhen-station", true, false, []string{"amap", "baidu", "valhalla", "osrm", "line"}},
	{"along the border", "shenzhen-shekou", "shenzhen-pingan", true, false, []string{"amap", "baidu", "google in the mainland", "valhalla", "osrm", "line"}},
	{"Shenzhen to Guangzhou", "shenzhen-north-station", "guangzhou-canton-tower", true, false, []string{"amap", "baidu", "google in the mainland", "valhalla", "osrm", "line"}},
	{"within Hong Kong", "hongkong-airport", "hongkong-ifc", true, false, []string{"amap", "google", "valhalla", "osrm", "line"}},
	{"within Macau", "macau-airport", "macau-lisboa", true, false, []string{"amap", "google", "valhalla", "osrm", "line"}},
	{"Shenzhen to Hong Kong", "shenzhen-north-station", "hongkong-ifc", true, true, []string{"amap", "google in the mainland", "valhalla", "osrm", "line"}},
	{"Hong Kong to Macau", "hongkong-airport", "macau-lisboa", true, true, []string{"amap", "google", "valhalla", "osrm", "line"}},
	{"within Taiwan", "taipei-101", "taipei-main-station", false, false, []string{"google", "valhalla", "osrm", "line"}},
	{"within Singapore", "singapore-jewel-changi", "singapore-marina-bay-sands", false, false, []string{"google", "valhalla", "osrm", "line"}},
	{"Singapore to Bangkok", "singapore-jewel-changi", "bangkok-suvarnabhumi", false, false, []string{"google", "valhalla", "osrm", "line"}},
	{"Mumbai to Pune", "mumbai-airport", "pune-junction", false, false, []string{"google", "valhalla", "osrm", "line"}},
}

// bias is by which fraction the vendor's fake measures ways longer than they are.
func bias(vendor string) float64 {
	name, _, _ := strings.Cut(vendor, " ")
	return world.Bias(name)
}

// agree is how far the vendors' points of one way may be from the road in metres:
// the conversions are exact, and the coarsest geometry has five decimals, 0.6 m.
const agree = 2

// The same trips through all vendors, in whichever datum is asked for and wanted:
// every point of every way lies on the same road, and the lengths differ by what
// the vendors are known to differ.
func TestVendorsAgreeOnTrips(t *testing.T) {
	v := newVendors(t)
	for _, trip := range trips {
		from, to := place(t, trip.from), place(t, trip.to)
		road, ok := world.Default().Drive(from.Lat, from.Lng, to.Lat, to.Lng, 0)
		if !ok {
			t.Fatalf("%s: the little world has no way", trip.name)
		}
		line := make([]geo.Point, len(road.Line))
		for i, p := range road.Line {
			line[i] = geo.Point{Lat: p.Lat, Lng: p.Lng}
		}
		for _, name := range trip.vendors {
			c := v.client(t, name)
			for _, datum := range []geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09} {
				what := fmt.Sprintf("%s, %s, %v", trip.name, name, datum)
				r := route.Request{Points: []geo.Point{from, to.To(datum)}, Polyline: true, Datum: datum}
				res, err := c.Route(t.Context(), r)
				if err != nil {
					t.Errorf("%s: %v", what, err)
					continue
				}
				want := geo.WGS84
				if trip.shown {
					want = datum
				}
				path := res.Paths[0]
				switch {
				case name == "line": // the straight one
					checkLine(t, what, path.Polyline, []geo.Point{from, to}, want)
				case strings.HasPrefix(name, "google") && trip.border:
					checkDoubtful(t, what, path.Polyline, line, want)
				default:
					checkLine(t, what, path.Polyline, line, want)
				}
				if name == "line" {
					if !path.Estimated {
						t.Errorf("%s: an estimate that does not say so", what)
					}
					continue
				}
				if off := math.Abs(path.Distance/(road.Metres*(1+bias(name))) - 1); off > 0.005 || path.Estimated || path.Substituted {
					t.Errorf("%s: %.0f m for %.0f m", what, path.Distance, road.Metres)
				}
			}
		}
	}
}

// checkDoubtful is checkLine for Google on a way over the mainland's border. It
// shifts on one side alone, so that in a band as wide as the shift its numbers
// mean two places; see [geo.DatumTable.In]. Those points are not looked at, and
// must be few.
func checkDoubtful(t *testing.T, what string, got, road []geo.Point, datum geo.Datum) {
	t.Helper()
	if len(got) != len(road) {
		t.Errorf("%s: %d points, the road has %d", what, len(got), len(road))
		return
	}
	table, doubtful := geo.DefaultDatums(), 0
	for i, p := range road {
		shown := table.Out(geo.VendorGoogle, p, "")
		if geo.Distance(table.In(geo.VendorGoogle, shown.Lat, shown.Lng), p) > 1 {
			doubtful++
			continue
		}
		if d := geo.Distance(got[i], p); !(d <= agree) || got[i].Datum != datum {
			t.Errorf("%s: point %d: %.1f m off the road, in %v", what, i, d, got[i].Datum)
		}
	}
	if doubtful*5 > len(road) {
		t.Errorf("%s: %d of %d points are doubtful", what, doubtful, len(road))
	}
}

// checkLine holds that got runs along the road from end to end, in a datum.
func checkLine(t *testing.T, what string, got, road []geo.Point, datum geo.Datum) {
	t.Helper()
	if len(got) < 2 {
		t.Errorf("%s: %d points", what, len(got))
		return
	}
	worst := 0.0
	for i, p := range got {
		if p.Datum != datum {
			t.Errorf("%s: a point in %v, want %v", what, p.Datum, datum)
			return
		}
		got[i] = p.To(geo.WGS84)
	}
	for _, p := range got {
		worst = max(worst, offLine(p, road))
	}
	for _, p := range road { // and leaves none of its bends out
		worst = max(worst, offLine(p, got))
	}
	worst = max(worst, geo.Distance(got[0], road[0]), geo.Distance(got[len(got)-1], road[len(road)-1]))
	if !(worst <= agree) {
		t.Errorf("%s: %.1f m off the road", what, worst)
	}
}

// offLine is how far p lies from a line in metres, both in WGS-84, measured on the
// plane that touches the Earth at p.
func offLine(p geo.Point, line []geo.Point) float64 {
	scale := math.Cos(p.Lat * math.Pi / 180)
	flat := func(q geo.Point) (x, y float64) {
		const metres = math.Pi * geo.EarthRadius / 180
		return (q.Lng - p.Lng) * scale * metres, (q.Lat - p.Lat) * metres
	}
	best := math.Inf(1)
	ax, ay := flat(line[0])
	for _, q := range line[1:] {
		bx, by := flat(q)
		dx, dy := bx-ax, by-ay
		at := 0.0
		if long := dx*dx + dy*dy; long > 0 {
			at = min(1, max(0, -(ax*dx+ay*dy)/long))
		}
		best = min(best, math.Hypot(ax+at*dx, ay+at*dy))
		ax, ay = bx, by
	}
	return best
}

// The same tables through all vendors.
func TestVendorsAgreeOnTables(t *testing.T) {
	v := newVendors(t)
	origins := []geo.Point{place(t, "shenzhen-airport"), place(t, "shenzhen-tencent").To(geo.GCJ02), place(t, "shenzhen-mixc").To(geo.BD09)}
	to := place(t, "shenzhen-north-station")
	for _, name := range []string{"amap", "baidu", "google in the mainland", "valhalla", "osrm", "line"} {
		res, err := v.client(t, name).Matrix(t.Context(), route.MatrixRequest{Origins: origins, Destinations: []geo.Point{to}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, p := range origins {
			p = p.To(geo.WGS84)
			road, _ := world.Default().Drive(p.Lat, p.Lng, to.Lat, to.Lng, 0)
			cell := res.Cells[i][0]
			if within := map[bool]float64{true: 0.2, false: 0.005}[name == "line"]; cell.Err != nil || math.Abs(cell.Distance/(road.Metres*(1+bias(name)))-1) > within {
				t.Errorf("%s: driver %d: %+v for %.0f m", name, i, cell, road.Metres)
			}
			if cell.Estimated != (name == "line") {
				t.Errorf("%s: driver %d: %+v", name, i, cell)
			}
		}
	}
}

// Korea, Vietnam and India lie within the rectangles by which others decide.
// Nothing is converted there: what is sent is what was given, to the last digit.
func TestNothingMovesAbroad(t *testing.T) {
	v := newVendors(t)
	for city, at := range map[string]geo.Point{"Seoul": {Lat: 37.566536, Lng: 126.977966}, "Hanoi": {Lat: 21.027764, Lng: 105.834162}, "Delhi": {Lat: 28.613939, Lng: 77.209021}} {
		to := at
		to.Lat += 0.05
		for _, name := range []string{"google", "google in the mainland", "valhalla", "osrm"} {
			f := v.fakes[strings.Fields(name)[0]]
			// These fakes know nothing there; what counts is what they were sent.
			_, _ = v.adapters[name].(route.Router).Route(t.Context(), route.Request{Points: []geo.Point{at, to}})
			log := f.Log()
			last := log[len(log)-1]
			sent := last.Path + last.Query + string(last.Body)
			for _, number := range []float64{at.Lat, at.Lng, to.Lat, to.Lng} {
				if !strings.Contains(sent, fmt.Sprintf("%.6f", number)) && !strings.Contains(sent, fmt.Sprint(number)) {
					t.Errorf("%s: %s was not sent %v but %s", city, name, number, sent)
				}
			}
		}
		for _, name := range []string{"amap", "baidu"} { // serve at home, and are not asked at all
			before := len(v.fakes[name].Log())
			if _, err := v.adapters[name].(route.Router).Route(t.Context(), route.Request{Points: []geo.Point{at, to}}); !errors.Is(err, waybill.ErrUnsupported) {
				t.Errorf("%s: %s: %v", city, name, err)
			}
			if len(v.fakes[name].Log()) != before {
				t.Errorf("%s: %s was asked", city, name)
			}
		}
		for _, d := range []geo.Datum{geo.GCJ02, geo.BD09} { // nor on the way back
			res, err := v.client(t, "line").Route(t.Context(), route.Request{Points: []geo.Point{at, to}, Polyline: true, Datum: d})
			if err != nil || res.Paths[0].Polyline[0] != at || res.Paths[0].Polyline[1] != to {
				t.Errorf("%s: %+v %v", city, res, err)
			}
		}
	}
}

// Who is asked where: the mainland, Hong Kong, Macau, Taiwan, and over borders.
func TestRegionsOfTrips(t *testing.T) {
	v := newVendors(t)
	all := v.client(t, named...)
	for _, trip := range trips {
		points := []geo.Point{place(t, trip.from), place(t, trip.to)}
		list, err := all.Explain(route.Request{Points: points})
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, name := range trip.vendors {
			if name != "google in the mainland" { // must be asked for
				want = append(want, name)
			}
		}
		for _, c := range list {
			if c.Order > 0 {
				got = append(got, c.Instance)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v are asked, want %v", trip.name, got, want)
		}
	}
	// What nobody covers is Unsupported and names where the points are.
	few := v.client(t, "baidu", "google")
	for name, c := range map[string]struct {
		from, to string
		regions  []string
	}{
		"over the border":      {"shenzhen-north-station", "hongkong-ifc", []string{"CN", "HK"}},
		"over the other":       {"shenzhen-north-station", "macau-lisboa", []string{"CN", "MO"}},
		"from another country": {"singapore-jewel-changi", "shenzhen-north-station", []string{"CN", "SG"}},
		"over the strait":      {"shenzhen-north-station", "taipei-101", []string{"CN", "TW"}},
	} {
		_, err := few.Route(t.Context(), route.Request{Points: []geo.Point{place(t, c.from), place(t, c.to)}})
		if !errors.Is(err, waybill.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, region := range c.regions {
			if !strings.Contains(err.Error(), region) {
				t.Errorf("%s: %v does not name %s", name, err, region)
			}
		}
	}
	if n := v.fakes["baidu"].Accepted("") + v.fakes["google"].Accepted(""); n != 0 {
		t.Errorf("%d requests went out for trips that nobody covers", n)
	}
	// No road leads from Taiwan to the mainland, nor from there to Brazil.
	for _, to := range []string{"taipei-101", "saopaulo-luz"} {
		if _, err := v.client(t, "valhalla", "osrm").Route(t.Context(), route.Request{Points: []geo.Point{place(t, "shenzhen-north-station"), place(t, to)}}); !errors.Is(err, waybill.ErrNotFound) {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// Google serves in the mainland only when somebody asked for that: by In, by
// Outside, or by Options.Mainland.
func TestGoogleInTheMainland(t *testing.T) {
	v := newVendors(t)
	at := []geo.Point{place(t, "shenzhen-airport"), place(t, "shenzhen-north-station")}
	for name, c := range map[string]struct {
		use   route.Option
		asked bool
	}{
		"by itself":          {route.With(v.adapters["google"]), false},
		"for other regions":  {route.With(v.adapters["google"], route.In("HK", "SG")), false},
		"with In":            {route.With(v.adapters["google"], route.In("CN")), true},
		"with Outside":       {route.With(v.adapters["google"], route.Outside("US")), true},
		"with its option":    {route.With(v.adapters["google in the mainland"]), true},
		"the border's lane":  {route.With(v.adapters["google in the mainland"], waybill.ForLanes("border")), false},
		"option and Outside": {route.With(v.adapters["google in the mainland"], route.Outside("CN")), false},
	} {
		client, err := route.New(c.use)
		if err != nil {
			t.Fatal(err)
		}
		before := v.fakes["google"].Accepted("")
		res, err := client.Route(t.Context(), route.Request{Points: at, Polyline: true})
		if (err == nil) != c.asked || err != nil && !errors.Is(err, waybill.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
		if n := v.fakes["google"].Accepted("") - before; (n == 1) != c.asked {
			t.Errorf("%s: asked %d times", name, n)
		}
		if err == nil && geo.Distance(res.Paths[0].Polyline[0], at[0]) > agree {
			t.Errorf("%s: begins %.0f m off", name, geo.Distance(res.Paths[0].Polyline[0], at[0]))
		}
	}
}
