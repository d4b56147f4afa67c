package amaproute_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/routetest"
)

func ExampleNew() {
	// The same account as for amapgeo, since the key is the same.
	account := waybill.NewAccount("amap-main", waybill.Limits{QPS: 3})
	amap, err := amaproute.New("your-web-service-key", &amaproute.Options{Account: account, NoTruck: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(amap.Name(), amap.Account().Name())
	// Output: amaproute amap-main
}

// The distance that a price rests on: it does not change with the traffic.
func ExampleAdapter_Route() {
	fake := routetest.NewAmap(nil) // stands for Amap
	defer fake.Close()
	amap, err := amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		log.Fatal(err)
	}
	res, err := amap.Route(context.Background(), route.Request{
		Points: []geo.Point{
			{Lat: 22.6100, Lng: 114.0245}, // Shenzhen's north station
			{Lat: 22.5361, Lng: 114.0503}, // Ping An Finance Centre
			{Lat: 22.5722, Lng: 114.2640}, // the port of Yantian
		},
		Pricing: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	path := res.Paths[0]
	fmt.Printf("%.1f km in %v, %d legs\n", path.Distance/1000, path.Duration.Round(time.Minute), len(path.Legs))
	fmt.Println("tolls:", path.Toll, path.TollCurrency)
	// Output:
	// 40.8 km in 45m0s, 2 legs
	// tolls: 18 CNY
}

// A lorry gets a lorry's route, or a car's that says so.
func ExampleAdapter_Route_truck() {
	fake := routetest.NewAmap(nil) // whose key has no truck service
	defer fake.Close()
	amap, err := amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		log.Fatal(err)
	}
	r := route.Request{
		Points:  []geo.Point{{Lat: 22.5722, Lng: 114.2640}, {Lat: 22.6480, Lng: 113.6750}}, // Yantian to Nansha
		Mode:    route.Truck,
		Vehicle: route.Vehicle{Weight: 18, Height: 4, Axles: 3},
	}
	_, err = amap.Route(context.Background(), r)
	fmt.Println(err)
	r.AllowCarForTruck = true
	res, err := amap.Route(context.Background(), r)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Paths[0].Substituted, res.Paths[0].Warnings)
	// Output:
	// amaproute: route: unsupported (10012 INSUFFICIENT_PRIVILEGES)
	// true [the vehicle was not considered: this is a car's route]
}

func ExampleAdapter_Account() {
	amap, err := amaproute.New("your-web-service-key", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(amap.Name(), amap.Account().Name())
	// Output: amaproute amaproute
}
