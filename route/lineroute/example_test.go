package lineroute_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/lineroute"
)

func ExampleNew() {
	// Our vans know better how far and how fast they drive around Shenzhen.
	line, err := lineroute.New(&lineroute.Options{
		Detour:   map[string]float64{"CN": 1.5},
		SpeedKmH: map[route.Mode]float64{route.Car: 30},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(line.Name())
	// Output: lineroute
}

func ExampleAdapter_Route() {
	line, err := lineroute.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := line.Route(context.Background(), route.Request{Points: []geo.Point{
		{Lat: 22.543099, Lng: 114.057868}, {Lat: 22.6569, Lng: 114.0211},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := res.Paths[0]
	fmt.Printf("%.0f km, about %.0f min, estimated: %v\n", p.Distance/1000, p.Duration.Minutes(), p.Estimated)
	// Output: 18 km, about 24 min, estimated: true
}

func ExampleAdapter_Route_pricing() {
	line, err := lineroute.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = line.Route(context.Background(), route.Request{
		Points:  []geo.Point{{Lat: 22.543099, Lng: 114.057868}, {Lat: 22.6569, Lng: 114.0211}},
		Pricing: true,
	})
	fmt.Println(err)
	// Output: lineroute: route: unsupported (a price must not rest on an estimate)
}
