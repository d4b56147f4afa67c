package osrmroute_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/osrmroute"
	"github.com/waybill-go/waybill/route/routetest"
)

func ExampleNew() {
	_, err := osrmroute.New(nil)
	fmt.Println(err)
	osrm, err := osrmroute.New(&osrmroute.Options{
		BaseURL: "http://osrm.internal:5000", // cars
		Profiles: map[route.Mode]osrmroute.Profile{
			route.Bicycle: {BaseURL: "http://osrm.internal:5001"}, // each mode has a server of its own
		},
	})
	fmt.Println(osrm, err)
	// Output:
	// osrmroute: new: invalid argument (neither BaseURL nor Profiles is given)
	// osrmroute <nil>
}

func ExampleAdapter_Route() {
	fake := routetest.NewOSRM(nil)
	defer fake.Close()
	osrm, err := osrmroute.New(&osrmroute.Options{BaseURL: fake.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	trip := routetest.Singapore()
	res, err := osrm.Route(context.Background(), route.Request{Points: trip.Points(), Steps: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	path := res.Paths[0]
	fmt.Printf("%.1f km, %d legs\n", path.Distance/1000, len(path.Legs))
	fmt.Println(path.Legs[0].Steps[1].Text)
	_, err = osrm.Route(context.Background(), route.Request{Points: []geo.Point{trip.From, {Lat: 2.5, Lng: 108}}}) // at sea
	fmt.Println(waybill.CodeOf(err))
	// Output:
	// 27.5 km, 2 legs
	// Turn left onto Fish & Ship Road
	// not_found
}

func ExampleAdapter_Matrix() {
	fake := routetest.NewOSRM(nil)
	defer fake.Close()
	osrm, err := osrmroute.New(&osrmroute.Options{BaseURL: fake.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	trip := routetest.Singapore()
	res, err := osrm.Matrix(context.Background(), route.MatrixRequest{
		Origins: []geo.Point{trip.From, {Lat: 2.5, Lng: 108}, trip.To}, Destinations: []geo.Point{trip.Via}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range res.Cells {
		if c := row[0]; c.Err != nil {
			fmt.Println(c.Err)
		} else {
			fmt.Printf("%.1f km\n", c.Distance/1000)
		}
	}
	// Output:
	// 21.7 km
	// osrmroute: matrix: not found (a point is too far from any road)
	// 5.9 km
}
