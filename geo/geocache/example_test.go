package geocache_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geocache"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
)

// Google's points may be kept, its texts may not.
func ExampleNew() {
	fake := geotest.NewGoogle(nil) // in place of Google
	defer fake.Close()
	google, err := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: fake.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	cached, err := geocache.New(google, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		res, err := cached.Geocode(context.Background(), geo.GeocodeRequest{Query: "Times Square", Region: "HK", Language: "en"})
		if err != nil {
			fmt.Println(err)
			return
		}
		p := res.Places[0]
		fmt.Printf("%v %q cached: %v\n", p.Point, p.Name, res.Age > 0)
	}
	fmt.Println("asked", fake.Count(""), "time")
	// Output:
	// 22.278200,114.182200 "Times Square" cached: false
	// 22.278200,114.182200 "" cached: true
	// 22.278200,114.182200 "" cached: true
	// asked 1 time
}

// A pin that is moved by some metres has the same address.
func ExampleCache_ReverseGeocode() {
	fake := geotest.NewAmap(nil)
	defer fake.Close()
	cached, err := geocache.New(newAmap(fake.URL()), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, lat := range []float64{22.61005, 22.61006, 22.61007} {
		res, err := cached.ReverseGeocode(context.Background(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: lat, Lng: 114.0245}})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(res.Place.Address.District, res.Place.Address.Adcode)
	}
	fmt.Println("asked", fake.Count(""), "time")
	// Output:
	// 龙华区 440309
	// 龙华区 440309
	// 龙华区 440309
	// asked 1 time
}
