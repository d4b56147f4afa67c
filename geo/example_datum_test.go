package geo_test

import (
	"fmt"

	"github.com/waybill-go/waybill/geo"
)

func ExamplePoint_To() {
	shenzhen := geo.Point{Lat: 22.543099, Lng: 114.057868} // WGS-84, from a GPS receiver
	fmt.Println(shenzhen.To(geo.GCJ02))
	fmt.Println(shenzhen.To(geo.BD09))
	fmt.Println(shenzhen.To(geo.BD09).To(geo.WGS84))
	// Output:
	// 22.540382,114.062982 gcj02
	// 22.546040,114.069532 bd09
	// 22.543099,114.057868
}

func ExamplePoint_Validate() {
	swapped := geo.Point{Lat: 114.057868, Lng: 22.543099}
	fmt.Println(swapped.Validate())
	// Output:
	// geo: point: invalid argument (latitude is outside -90 to 90 degrees)
}

func ExampleDistance() {
	shenzhen := geo.Point{Lat: 22.543099, Lng: 114.057868}
	pin := geo.Point{Lat: 22.279180, Lng: 114.163294, Datum: geo.GCJ02} // dragged on a Chinese map
	fmt.Printf("%.1f km\n", geo.Distance(shenzhen, pin)/1000)
	// Output:
	// 30.8 km
}

func ExampleRegionOf() {
	for _, p := range []geo.Point{
		{Lat: 22.5322, Lng: 114.1130}, // Luohu, north of the Shenzhen river
		{Lat: 22.5281, Lng: 114.1131}, // Lo Wu, south of it
		{Lat: 24.4320, Lng: 118.3170}, // Kinmen
		{Lat: 0, Lng: -150},           // the Pacific
	} {
		region, ok := geo.RegionOf(p)
		fmt.Printf("%q %v\n", region, ok)
	}
	// Output:
	// "CN" true
	// "HK" true
	// "TW" true
	// "" false
}

func ExampleDefaultDatums() {
	table := geo.DefaultDatums()
	fmt.Println(table.Datum(geo.VendorAmap, "CN"), table.Datum(geo.VendorAmap, "JP"))
	fmt.Println(table.Datum(geo.VendorGoogle, "CN"), table.Datum(geo.VendorGoogle, "HK"))
	// Output:
	// gcj02 wgs84
	// gcj02 wgs84
}

func ExampleDatumTable_With() {
	table := geo.DefaultDatums().With(geo.VendorAmap, geo.ZoneTaiwan, geo.GCJ02)
	fmt.Println(geo.DefaultDatums().Datum(geo.VendorAmap, "TW"), table.Datum(geo.VendorAmap, "TW"))
	// Output:
	// wgs84 gcj02
}

func ExampleDatumTable_Out() {
	table := geo.DefaultDatums()
	beijing := geo.Point{Lat: 39.9075, Lng: 116.391389}
	seoul := geo.Point{Lat: 37.5663, Lng: 126.9778}
	fmt.Println(table.Out(geo.VendorAmap, beijing, ""))
	fmt.Println(table.Out(geo.VendorAmap, seoul, ""))
	// Output:
	// 39.908901,116.397630 gcj02
	// 37.566300,126.977800
}

func ExampleDatumTable_In() {
	table := geo.DefaultDatums()
	fmt.Println(table.In(geo.VendorAmap, 39.908901, 116.397630))
	fmt.Println(table.In(geo.VendorAmap, 37.566300, 126.977800))
	// Output:
	// 39.908901,116.397630 gcj02
	// 37.566300,126.977800
}

func ExampleAsAsked() {
	fmt.Println(geo.AsAsked(geo.Point{Lat: 39.9075, Lng: 116.391389}, geo.GCJ02))
	fmt.Println(geo.AsAsked(geo.Point{Lat: 37.5663, Lng: 126.9778}, geo.GCJ02))
	// Output:
	// 39.908901,116.397630 gcj02
	// 37.566300,126.977800
}

func ExampleZoneOf() {
	fmt.Println(geo.ZoneOf("CN"), geo.ZoneOf("MO"), geo.ZoneOf("TW"), geo.ZoneOf("SG"))
	// Output:
	// mainland hk_mo taiwan elsewhere
}
