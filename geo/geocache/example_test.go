package geocache_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geocache"
	"github.com/waybill-go/waybill/geo/geotest"
)

// Google's points may be kept, its texts may not.
func ExampleNew() {
	google := &vendor{name: "googlegeo"} // in place of the adapter of that name
	cached, err := geocache.New(google, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		res, err := cached.Geocode(context.Background(), geo.GeocodeRequest{Query: "Marina Bay Sands"})
		if err != nil {
			fmt.Println(err)
			return
		}
		p := res.Places[0]
		fmt.Printf("%v %q reduced: %v\n", p.Point, p.Name, res.Reduced)
	}
	fmt.Println("asked", google.calls.Load(), "time")
	// Output:
	// 1.283400,103.860700 "Marina Bay Sands" reduced: false
	// 1.283400,103.860700 "" reduced: true
	// 1.283400,103.860700 "" reduced: true
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
