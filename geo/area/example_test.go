package area_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/area"
)

func rectangle(west, south, east, north float64) []area.Polygon {
	return []area.Polygon{{{
		{Lng: west, Lat: south}, {Lng: east, Lat: south}, {Lng: east, Lat: north}, {Lng: west, Lat: north}, {Lng: west, Lat: south},
	}}}
}

// Intercity trips of Mumbai start in Mumbai and may finish in Pune, and nowhere else; within Mumbai everything is
// allowed. Plain fields say it: the area around Pune has Mumbai's city code.
func Example_intercity() {
	mumbai, pune := rectangle(72.75, 18.88, 73.05, 19.30), rectangle(73.72, 18.40, 74.00, 18.65)
	areas, err := area.New(context.Background(), area.Fixed(
		area.Area{ID: "mum", CityCode: "Mumbai", Polygons: mumbai, AllowStart: true, AllowMiddle: true, AllowFinish: true},
		area.Area{ID: "mum-out", CityCode: "Mumbai", ServiceType: "intercity", Polygons: mumbai, AllowStart: true},
		area.Area{ID: "pune-in", CityCode: "Mumbai", ServiceType: "intercity", Polygons: pune, AllowFinish: true},
	), geo.WGS84, nil)
	if err != nil {
		log.Fatal(err)
	}
	fort, bandra, shivajinagar := geo.Point{Lat: 18.933, Lng: 72.836}, geo.Point{Lat: 19.055, Lng: 72.84}, geo.Point{Lat: 18.531, Lng: 73.845}
	for _, trip := range []struct {
		what, service string
		from, to      geo.Point
	}{
		{"Mumbai to Pune, intercity", "intercity", fort, shivajinagar},
		{"Pune to Mumbai, intercity", "intercity", shivajinagar, fort},
		{"within Mumbai, intercity", "intercity", fort, bandra},
		{"within Mumbai", "", fort, bandra},
		{"Mumbai to Pune", "", fort, shivajinagar},
	} {
		v, err := areas.CheckTrip("Mumbai", trip.service, []area.Stop{{Point: trip.from}, {Point: trip.to}})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %v", trip.what, v.Allowed)
		for _, s := range v.Stops {
			if !s.Allowed {
				fmt.Printf("; %v: %v", s.Role, s.Rule)
				if s.Area != nil {
					fmt.Print(" in ", s.Area.ID)
				}
			}
		}
		fmt.Println()
	}
	// Output:
	// Mumbai to Pune, intercity: true
	// Pune to Mumbai, intercity: false; start: role_not_allowed in pune-in; finish: role_not_allowed in mum-out
	// within Mumbai, intercity: false; finish: role_not_allowed in mum-out
	// within Mumbai: true
	// Mumbai to Pune: false; finish: no_area
}

func ExampleNew() {
	areas, err := area.New(context.Background(), area.Fixed(area.Area{ID: "a", CityCode: "SIN", Polygons: rectangle(103.6, 1.2, 104, 1.5)}), geo.WGS84, nil)
	if err != nil {
		log.Fatal(err)
	}
	found, err := areas.Lookup("SIN", geo.Point{Lat: 1.2844, Lng: 103.8511}, "van")
	fmt.Println(len(found), found[0].ID, err)
	// Output: 1 a <nil>
}

func ExampleNewIndex() {
	x, problems, err := area.NewIndex(geo.WGS84, []area.Area{
		{ID: "good", Polygons: rectangle(0, 0, 1, 1)},
		{ID: "bow tie", Polygons: []area.Polygon{{{{Lng: 0, Lat: 0}, {Lng: 2, Lat: 1}, {Lng: 2, Lat: 0}, {Lng: 0, Lat: 1}, {Lng: 0, Lat: 0}}}}},
	})
	fmt.Println(x, problems, err)
	// Output: area.Index(1 areas, wgs84) [area bow tie: polygon 0: ring 0: ring meets itself; left out] <nil>
}

func ExampleNewCities() {
	cities, err := area.NewCities([]area.City{{Adcode: "440300", Name: "Shenzhen", AllowStart: true, AllowFinish: true}})
	if err != nil {
		log.Fatal(err)
	}
	v, err := cities.CheckTrip("440300", "van", []area.Stop{{CityCode: "440305"}, {CityCode: "310115"}})
	fmt.Println(v.Stops[0].Rule, v.Stops[1].Rule, err)
	// Output: allowed city_not_opened <nil>
}

func ExampleReadCities() {
	cities, err := area.ReadCities(strings.NewReader(`[{"cityCode":"SZX","serviceType":"truck","allowFinish":true}]`))
	fmt.Println(cities.Len(), cities.City("SZX", "truck").Allows(area.Finish), cities.City("SZX", "van"), err)
	// Output: 1 true <nil> <nil>
}

func ExampleNewByRegion() {
	cities, err1 := area.NewCities([]area.City{{CityCode: "SZX", AllowStart: true}})
	polygons, _, err2 := area.NewIndex(geo.WGS84, []area.Area{{ID: "kl", CityCode: "KUL", AllowStart: true, Polygons: rectangle(101.6, 3, 101.8, 3.2)}})
	checker, err3 := area.NewByRegion(polygons, map[string]area.Checker{"CN": cities})
	if err1 != nil || err2 != nil || err3 != nil {
		log.Fatal(err1, err2, err3)
	}
	inShenzhen, _ := checker.CheckTrip("SZX", "", []area.Stop{{Point: geo.Point{Lat: 22.54, Lng: 114.06}}})
	inKualaLumpur, _ := checker.CheckTrip("KUL", "", []area.Stop{{Point: geo.Point{Lat: 3.14, Lng: 101.69}}})
	fmt.Println(inShenzhen.Allowed, inKualaLumpur.Allowed)
	// Output: true true
}

func ExampleNewHandler() {
	x, _, err := area.NewIndex(geo.WGS84, []area.Area{{ID: "a", Name: "Fort", CityCode: "MUM", AllowStart: true, Polygons: rectangle(72.8, 18.9, 72.9, 19)}})
	if err != nil {
		log.Fatal(err)
	}
	h, err := area.NewHandler(x, geo.WGS84, nil)
	if err != nil {
		log.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/areas?cityCode=MUM&lon=72.836&lat=18.933", nil))
	fmt.Println(w.Body)
	// Output: {"ret":0,"msg":"success","data":{"count":1,"areas":[{"name":"Fort","allowStart":true,"allowMiddle":false,"allowFinish":false,"cityCode":"MUM","serviceType":"","remarks":"","extField":{}}]}}
}

func ExampleReadGeoJSON() {
	b, err := area.ReadGeoJSON(context.Background(), strings.NewReader(`{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"id":"a","allowStart":true},"geometry":{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,3],[0,0]]]}},
		{"type":"Feature","properties":{"id":"b"},"geometry":{"type":"Point","coordinates":[0,0]}}]}`), nil)
	fmt.Println(b, b.Problems, err)
	// Output: area.Batch(1 areas, 1 problems) [area b: record cannot be read (the geometry is no polygon); left out] <nil>
}

func ExampleParseGeometry() {
	polygons, err := area.ParseGeometry([]byte("SRID=4326;POLYGON((0 0,4 0,4 3,0 0))"))
	fmt.Println(string(area.AppendWKT(nil, polygons)), err)
	// Output: MULTIPOLYGON(((0 0,4 0,4 3,0 0))) <nil>
}

func ExampleWriteGeoJSON() {
	err := area.WriteGeoJSON(os.Stdout, []*area.Area{{ID: "a", Polygons: rectangle(0, 0, 2, 1)}})
	fmt.Println(err)
	// Output:
	// {"type":"FeatureCollection","features":[
	// {"type":"Feature","properties":{"allowFinish":false,"allowMiddle":false,"allowStart":false,"cityCode":"","deny":false,"extField":{},"id":"a","name":"","priority":0,"remarks":"","serviceType":"","version":0},"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[2,0],[2,1],[0,1],[0,0]]]]}}
	// ]}
	// <nil>
}

// harbour is a small set of areas: a city, a harbour in it where nothing may
// start, and a van service with an area of its own.
func harbour() *area.Index {
	all := area.Area{ID: "city", Name: "City", CityCode: "SIN", AllowStart: true, AllowMiddle: true, AllowFinish: true, Polygons: rectangle(103.6, 1.2, 104, 1.5)}
	port := area.Area{ID: "port", Name: "Port", CityCode: "SIN", Deny: true, Priority: -1, Polygons: rectangle(103.6, 1.2, 103.7, 1.3)}
	vans := area.Area{ID: "vans", Name: "Centre", CityCode: "SIN", ServiceType: "van", AllowStart: true, Polygons: rectangle(103.8, 1.25, 103.9, 1.35)}
	x, _, err := area.NewIndex(geo.WGS84, []area.Area{all, port, vans})
	if err != nil {
		log.Fatal(err)
	}
	return x
}

// A service type with polygons of its own in a city uses only those; the denied
// areas of the others hold for it all the same.
func ExampleIndex_Lookup() {
	x := harbour()
	for _, q := range []struct {
		service string
		at      geo.Point
	}{
		{"truck", geo.Point{Lat: 1.30, Lng: 103.85}},
		{"van", geo.Point{Lat: 1.30, Lng: 103.85}},
		{"truck", geo.Point{Lat: 1.25, Lng: 103.65}},
		{"van", geo.Point{Lat: 1.25, Lng: 103.65}},
		{"van", geo.Point{Lat: 1.45, Lng: 103.95}},
	} {
		found, err := x.Lookup("SIN", q.at, q.service)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(q.service, ":")
		for _, a := range found {
			fmt.Print(" ", a.ID)
		}
		fmt.Println()
	}
	// Output:
	// truck: city
	// van: vans
	// truck: port city
	// van: port
	// van:
}

// With room in the slice it is given, a lookup allocates nothing.
func ExampleIndex_AppendLookup() {
	x := harbour()
	room := make([]*area.Area, 0, 8)
	for _, lng := range []float64{103.65, 103.85} {
		found, err := x.AppendLookup(room[:0], "", geo.Point{Lat: 1.25, Lng: lng}, "") // no city code: everywhere
		fmt.Println(len(found), found[0].Name, err)
	}
	// Output:
	// 2 Port <nil>
	// 1 City <nil>
}

// What covers a point, whatever it is for: this is what a map shows.
func ExampleIndex_AppendCovering() {
	found, err := harbour().AppendCovering(nil, "SIN", geo.Point{Lat: 1.30, Lng: 103.85})
	for _, a := range found {
		fmt.Printf("%s %q\n", a.ID, a.ServiceType)
	}
	fmt.Println(err)
	// Output:
	// city ""
	// vans "van"
	// <nil>
}

func ExampleIndex_CheckTrip() {
	port, centre := geo.Point{Lat: 1.25, Lng: 103.65}, geo.Point{Lat: 1.30, Lng: 103.85}
	v, err := harbour().CheckTrip("SIN", "truck", []area.Stop{{Point: centre}, {Point: port}, {Point: centre}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(v.Allowed)
	for _, s := range v.Stops {
		fmt.Println(s.Role, s.Allowed, s.Rule)
	}
	// Output:
	// false
	// start true allowed
	// middle false deny_area
	// finish true allowed
}

// A reload that loses most of the areas is refused, and the old ones stay.
func ExampleService_Reload() {
	ctx := context.Background()
	now := []area.Area{{ID: "a", Polygons: rectangle(0, 0, 1, 1)}, {ID: "b", Polygons: rectangle(1, 0, 2, 1)}}
	source := area.SourceFunc(func(context.Context) (area.Batch, error) { return area.Batch{Areas: now}, nil })
	areas, err := area.New(ctx, source, geo.WGS84, nil)
	if err != nil {
		log.Fatal(err)
	}
	now = nil // somebody emptied the table
	fmt.Println(areas.Reload(ctx) != nil, areas.Index().Len())
	now = []area.Area{{ID: "c", Polygons: rectangle(0, 0, 1, 1)}, {ID: "d", Polygons: rectangle(1, 0, 2, 1)}}
	fmt.Println(areas.Reload(ctx), areas.Index().Area("c") != nil)
	now = now[:0]
	fmt.Println(areas.ForceReload(ctx), areas.Index().Len())
	// Output:
	// true 2
	// <nil> true
	// <nil> 0
}
