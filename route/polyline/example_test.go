package polyline_test

import (
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route/polyline"
)

func ExampleDecode() {
	points, err := polyline.Decode("_p~iF~ps|U_ulLnnqC_mqNvxq`@", polyline.Precision5, geo.WGS84)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range points {
		fmt.Println(p)
	}
	// Output:
	// 38.500000,-120.200000
	// 40.700000,-120.950000
	// 43.252000,-126.453000
}

func ExampleEncode() {
	s, err := polyline.Encode([]geo.Point{{Lat: 38.5, Lng: -120.2}, {Lat: 40.7, Lng: -120.95}}, polyline.Precision5)
	fmt.Println(s, err)
	// Output: _p~iF~ps|U_ulLnnqC <nil>
}

func ExampleDecode_damaged() {
	_, err := polyline.Decode("_p~iF~ps|", polyline.Precision5, geo.WGS84)
	fmt.Println(err)
	// Output: route: polyline: data loss (the polyline is cut off)
}
