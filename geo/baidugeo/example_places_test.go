package baidugeo_test

import (
	"context"
	"fmt"
	"log"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/baidugeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

func ExampleAdapter_Suggest() {
	server := geotest.NewBaidu(nil)
	defer server.Close()
	baidu, err := baidugeo.New(geotest.BaiduKey, &baidugeo.Options{BaseURL: server.URL()})
	if err != nil {
		log.Fatal(err)
	}
	res, err := baidu.Suggest(context.Background(), geo.SuggestRequest{Query: "腾讯大", City: "深圳市", Region: "CN"})
	if err != nil {
		log.Fatal(err)
	}
	s := res.Suggestions[0]
	fmt.Println(s.Name, s.Detail)
	fmt.Println(s.ID.Issuer, s.Point.To(geo.WGS84))
	// Output:
	// 腾讯大厦 广东省深圳市南山区深南大道10000号
	// baidu 22.543300,113.929600
}

func ExampleAdapter_Search() {
	server := geotest.NewBaidu(nil)
	defer server.Close()
	baidu, err := baidugeo.New(geotest.BaiduKey, &baidugeo.Options{BaseURL: server.URL()})
	if err != nil {
		log.Fatal(err)
	}
	driver := geo.Point{Lat: 22.5431, Lng: 114.1060}
	res, err := baidu.Search(context.Background(), geo.SearchRequest{Query: "深圳站", Near: driver, Radius: 3000})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range res.Places {
		fmt.Printf("%s, %.0f m\n", p.Name, p.Distance)
	}
	// Output: 深圳站, 1243 m
}

func ExampleAdapter_Place() {
	server := geotest.NewBaidu(nil)
	defer server.Close()
	baidu, err := baidugeo.New(geotest.BaiduKey, &baidugeo.Options{BaseURL: server.URL()})
	if err != nil {
		log.Fatal(err)
	}
	found, err := baidu.Search(context.Background(), geo.SearchRequest{Query: "广州塔", Region: "CN"})
	if err != nil {
		log.Fatal(err)
	}
	res, err := baidu.Place(context.Background(), geo.PlaceRequest{ID: found.Places[0].ID})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Place.Name, res.Place.Address.Adcode, res.Place.Address.Formatted)
	// Output: 广州塔 440105 广东省广州市海珠区阅江西路222号
}

func ExampleAdapter_Localize() {
	server := geotest.NewBaidu(nil)
	defer server.Close()
	baidu, err := baidugeo.New(geotest.BaiduKey, &baidugeo.Options{BaseURL: server.URL()})
	if err != nil {
		log.Fatal(err)
	}
	pin := geo.Point{Lat: 22.5431, Lng: 113.9299}
	res, err := baidu.Localize(context.Background(), geo.LocalizeRequest{Point: pin, Languages: []string{"zh", "en"}})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range res.Places {
		fmt.Println(p.Address.Language, p.Address.City, p.Address.District)
	}
	// Output:
	// zh 深圳市 南山区
	// en Shenzhen Nanshan District
}

func ExampleAdapter_Districts() {
	server := geotest.NewBaidu(nil)
	defer server.Close()
	baidu, err := baidugeo.New(geotest.BaiduKey, &baidugeo.Options{BaseURL: server.URL()})
	if err != nil {
		log.Fatal(err)
	}
	res, err := baidu.Districts(context.Background(), geo.DistrictRequest{Query: "朝阳"})
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range res.Districts {
		fmt.Println(d.Name, d.Adcode, d.Level)
	}
	// Output:
	// 朝阳区 110105 district
	// 朝阳市 211300 city
	// 朝阳县 211321 district
}

func ExampleAdapter_Issuers() {
	baidu, err := baidugeo.New("your-ak", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(baidu.Issuers())
	// Output: [baidu]
}
