package baiduroute_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/baiduroute"
	"github.com/waybill-go/waybill/route/routetest"
)

func ExampleNew() {
	baidu, err := baiduroute.New("our-ak", &baiduroute.Options{SK: "our-sk", Opened: baiduroute.Opened{Truck: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(baidu.Name())
	// Output: baiduroute
}

func ExampleAdapter_Route() {
	server := routetest.NewBaidu(&routetest.BaiduOptions{AK: "our-ak", SK: "our-sk"})
	defer server.Close()
	baidu, err := baiduroute.New("our-ak", &baiduroute.Options{SK: "our-sk", BaseURL: server.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := baidu.Route(context.Background(), route.Request{
		Points:  []geo.Point{{Lat: 22.6338, Lng: 113.8095}, {Lat: 22.5433, Lng: 113.9296}}, // the airport, Nanshan
		Pricing: true,
		Key:     "order-1",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := res.Paths[0]
	fmt.Printf("%.1f km, toll %s %s, counts the traffic: %v\n", p.Distance/1000, p.Toll, p.TollCurrency, p.Traffic)
	// Output: 21.3 km, toll 5 CNY, counts the traffic: false
}

func ExampleAdapter_Route_truck() {
	server := routetest.NewBaidu(&routetest.BaiduOptions{AK: "our-ak"})
	defer server.Close()
	baidu, err := baiduroute.New("our-ak", &baiduroute.Options{BaseURL: server.URL(), Opened: baiduroute.Opened{Truck: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := baidu.Route(context.Background(), route.Request{
		Points:  []geo.Point{{Lat: 22.5722, Lng: 114.2640}, {Lat: 22.6100, Lng: 114.0245}}, // Yantian port, Longhua
		Mode:    route.Truck,
		Vehicle: route.Vehicle{Length: 17, Width: 2.5, Height: 4.6, Weight: 40, AxleLoad: 10, Axles: 6},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Paths[0].Warnings)
	// Output: [not avoided: height limits (1)]
}
