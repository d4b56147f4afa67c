package world_test

import (
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

func ExampleWorld_Find() {
	w := world.Default()
	p := w.Find("深圳市南山区深南大道10000号", "CN", "zh")[0]
	fmt.Println(p.Name("en"), p.Point(geo.WGS84))
	fmt.Println(p.Address("zh").Text)
	// Output:
	// Tencent Building 22.543300,113.929600
	// 广东省深圳市南山区深南大道10000号
}

func ExampleWorld_Drive() {
	w := world.Default()
	a, b := w.Place("shenzhen-pingan"), w.Place("hongkong-ifc")
	for _, vendor := range []string{"amap", "baidu"} {
		trip, _ := w.Drive(a.Lat, a.Lng, b.Lat, b.Lng, world.Bias(vendor))
		fmt.Printf("%s: %.1f km by %s\n", vendor, trip.Metres/1000, trip.Crossings[0])
	}
	// Output:
	// amap: 43.5 km by Huanggang
	// baidu: 44.1 km by Huanggang
}

func ExampleWorld_Nearest() {
	p, metres := world.Default().Nearest(22.3185, 114.1690, 200)
	fmt.Printf("%s, %.0f m\n", p.Name("en"), metres)
	// Output: Langham Place, 33 m
}
