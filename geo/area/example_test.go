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
