package geo_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/baidugeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

// mainland is a client with two vendors, on their fakes.
func mainland(amapFake *geotest.Amap, baiduFake *geotest.Baidu) (*geo.Client, error) {
	amap, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: amapFake.URL()})
	if err != nil {
		return nil, err
	}
	baidu, err := baidugeo.New(geotest.BaiduKey, &baidugeo.Options{BaseURL: baiduFake.URL()})
	if err != nil {
		return nil, err
	}
	return geo.New(geo.With(amap, geo.In("CN")), geo.With(baidu, geo.In("CN")), geo.WithDefaultRegion("CN"))
}

func ExampleNew() {
	amap, baidu := geotest.NewAmap(nil), geotest.NewBaidu(nil) // leave BaseURL out for the real ones
	defer amap.Close()
	defer baidu.Close()
	maps, err := mainland(amap, baidu)
	if err != nil {
		fmt.Println(err)
		return
	}
	list, err := maps.Explain(geo.GeocodeRequest{Query: "深圳北站"})
	for _, c := range list {
		fmt.Println(c.Order, c.Provider)
	}
	fmt.Println(err)
	// Output:
	// 1 amapgeo
	// 2 baidugeo
	// <nil>
}

// The first vendor is down; the second serves, and the result says so.
func ExampleClient_Geocode() {
	amap, baidu := geotest.NewAmap(nil), geotest.NewBaidu(nil)
	defer amap.Close()
	defer baidu.Close()
	maps, err := mainland(amap, baidu)
	if err != nil {
		fmt.Println(err)
		return
	}
	amap.FailCode("10021") // too many requests a second
	res, err := maps.Geocode(context.Background(), geo.GeocodeRequest{Query: "深圳北站"})
	if err != nil {
		fmt.Println(waybill.CodeOf(err), waybill.RetryAfterOf(err))
		return
	}
	fmt.Println(res.Provider, res.Places[0].Point.Datum, len(res.Places) > 0)
	// Output: baidugeo wgs84 true
}
