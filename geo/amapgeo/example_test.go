package amapgeo_test

import (
	"context"
	"fmt"
	"log"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

func ExampleNew() {
	// One account for everything that uses the key.
	account := waybill.NewAccount("amap-main", waybill.Limits{QPS: 3})
	amap, err := amapgeo.New("your-web-service-key", &amapgeo.Options{Account: account})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(amap.Name(), amap.Account().Name())
	// Output: amapgeo amap-main
}

func ExampleAdapter_Geocode() {
	fake := geotest.NewAmap(nil) // stands for Amap
	defer fake.Close()
	amap, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		log.Fatal(err)
	}
	res, err := amap.Geocode(context.Background(), geo.GeocodeRequest{Query: "深圳北站", Region: "CN"})
	if err != nil {
		log.Fatal(err)
	}
	place := res.Places[0]
	fmt.Println(place.Address.Formatted, place.Precision)
	fmt.Println("vendor:", place.Point)
	fmt.Println("WGS-84:", place.Point.To(geo.WGS84))
	// Output:
	// 广东省深圳市龙华区深圳北站 place
	// vendor: 22.607212,114.029559 gcj02
	// WGS-84: 22.610000,114.024500
}

func ExampleAdapter_ReverseGeocode() {
	fake := geotest.NewAmap(nil)
	defer fake.Close()
	amap, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		log.Fatal(err)
	}
	pin := geo.Point{Lat: 22.6102, Lng: 114.0245} // from a phone, in WGS-84
	res, err := amap.ReverseGeocode(context.Background(), geo.ReverseGeocodeRequest{Point: pin, Nearby: 3})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Place.Address.Formatted)
	fmt.Printf("%.0f m away\n", res.Place.Distance)
	fmt.Println(res.Nearby[0].Name, res.Nearby[0].ID.Issuer)
	// Output:
	// 广东省深圳市龙华区致远中路28号深圳北站
	// 22 m away
	// 深圳北站 amap
}

func ExampleAdapter_Account() {
	amap, err := amapgeo.New("your-web-service-key", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(amap.Account().Name())
	// Output: amapgeo
}

func ExampleAdapter_Name() {
	amap, err := amapgeo.New("your-web-service-key", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(amap.Name())
	// Output: amapgeo
}
