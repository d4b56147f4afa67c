package amapgeo_test

import (
	"context"
	"fmt"
	"log"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

func ExampleAdapter_Suggest() {
	fake := geotest.NewAmap(nil) // stands for Amap
	defer fake.Close()
	amap, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		log.Fatal(err)
	}
	res, err := amap.Suggest(context.Background(), geo.SuggestRequest{Query: "腾讯大", City: "深圳市", Region: "CN"})
	if err != nil {
		log.Fatal(err)
	}
	s := res.Suggestions[0]
	fmt.Println(s.Name, s.Detail)
	fmt.Println(s.ID.Issuer, s.Point)
	// Output:
	// 腾讯大厦 广东省深圳市南山区深南大道10000号
	// amap 22.540264,113.934464 gcj02
}

func ExampleAdapter_Search() {
	fake := geotest.NewAmap(nil)
	defer fake.Close()
	amap, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		log.Fatal(err)
	}
	driver := geo.Point{Lat: 22.5431, Lng: 114.1060} // from a phone, in WGS-84
	res, err := amap.Search(context.Background(), geo.SearchRequest{Near: driver, Radius: 3000, Limit: 2})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range res.Places {
		fmt.Printf("%s, %.0f m\n", p.Name, p.Distance)
	}
	fmt.Println("more:", res.Next != "")
	// Output:
	// 深圳万象城, 78 m
	// 深圳站, 1243 m
	// more: true
}

func ExampleAdapter_Place() {
	fake := geotest.NewAmap(nil)
	defer fake.Close()
	amap, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		log.Fatal(err)
	}
	found, err := amap.Search(context.Background(), geo.SearchRequest{Query: "广州塔", Region: "CN"})
	if err != nil {
		log.Fatal(err)
	}
	saved := found.Places[0].ID.String() // kept with an order
	id, err := geo.ParsePlaceID(saved)
	if err != nil {
		log.Fatal(err)
	}
	res, err := amap.Place(context.Background(), geo.PlaceRequest{ID: id})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Place.Name, res.Place.Address.Adcode, res.Place.Address.Formatted)
	// Output: 广州塔 440105 广东省广州市海珠区阅江西路222号
}

func ExampleAdapter_Districts() {
	fake := geotest.NewAmap(nil)
	defer fake.Close()
	amap, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		log.Fatal(err)
	}
	res, err := amap.Districts(context.Background(), geo.DistrictRequest{Query: "北京", Children: 1})
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range res.Districts {
		fmt.Println(d.Name, d.Level)
		for _, child := range d.Children {
			fmt.Println("-", child.Name, child.Adcode, child.Level)
		}
	}
	// Output:
	// 北京市 province
	// - 朝阳区 110105 district
	// - 海淀区 110108 district
}

func ExampleAdapter_Issuers() {
	amap, err := amapgeo.New("your-web-service-key", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(amap.Issuers())
	// Output: [amap]
}
