package baidugeo_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/baidugeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

func ExampleNew() {
	// A key with signature check, whose limits two adapters share.
	account := waybill.NewAccount("baidu-main", waybill.Limits{QPS: 30})
	baidu, err := baidugeo.New("our-ak", &baidugeo.Options{SK: "our-sk", Account: account})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(baidu.Name(), baidu.Account().Name())
	// Output: baidugeo baidu-main
}

func ExampleAdapter_Geocode() {
	server := geotest.NewBaidu(&geotest.BaiduOptions{AK: "our-ak", SK: "our-sk"})
	defer server.Close()
	baidu, err := baidugeo.New("our-ak", &baidugeo.Options{SK: "our-sk", BaseURL: server.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := baidu.Geocode(context.Background(), geo.GeocodeRequest{Query: "腾讯大厦", City: "深圳市", Region: "CN"})
	if err != nil {
		fmt.Println(err)
		return
	}
	place := res.Places[0]
	fmt.Println(place.Point)
	fmt.Println(place.Point.To(geo.WGS84))
	fmt.Println(place.Precision, place.Address.Region)
	// Output:
	// 22.540264,113.934464 gcj02
	// 22.543300,113.929600
	// place CN
}

func ExampleAdapter_ReverseGeocode() {
	server := geotest.NewBaidu(&geotest.BaiduOptions{AK: "our-ak"})
	defer server.Close()
	baidu, err := baidugeo.New("our-ak", &baidugeo.Options{BaseURL: server.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	pin := geo.Point{Lat: 22.5431, Lng: 113.9299} // where the driver's phone says it is
	res, err := baidu.ReverseGeocode(context.Background(), geo.ReverseGeocodeRequest{Point: pin, Nearby: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Place.Address.Formatted)
	fmt.Printf("%s, %.0f m away\n", res.Nearby[0].Name, res.Nearby[0].Distance)
	// Output:
	// 广东省深圳市南山区深南大道10000号
	// 腾讯大厦, 38 m away
}

func ExampleAdapter_Geocode_error() {
	server := geotest.NewBaidu(&geotest.BaiduOptions{AK: "our-ak"})
	defer server.Close()
	baidu, err := baidugeo.New("our-ak", &baidugeo.Options{BaseURL: server.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	server.FailCode("401")
	_, err = baidu.Geocode(context.Background(), geo.GeocodeRequest{Query: "腾讯大厦"})
	fmt.Println(err)
	fmt.Println("wait", waybill.RetryAfterOf(err))
	// Output:
	// baidugeo: geocode: rate limited (401 too many requests at once)
	// wait 1s
}
