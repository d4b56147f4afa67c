package valhallaroute_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/routetest"
	"github.com/waybill-go/waybill/route/valhallaroute"
)

func ExampleNew() {
	_, err := valhallaroute.New(nil)
	fmt.Println(err)
	valhalla, err := valhallaroute.New(&valhallaroute.Options{BaseURL: "http://valhalla.internal:8002"})
	fmt.Println(valhalla, err)
	// Output:
	// valhallaroute: new: invalid argument (BaseURL is missing)
	// valhallaroute <nil>
}

// A lorry is planned by its dimensions.
func ExampleAdapter_Route() {
	fake := routetest.NewValhalla(nil)
	defer fake.Close()
	valhalla, err := valhallaroute.New(&valhallaroute.Options{BaseURL: fake.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := valhalla.Route(context.Background(), route.Request{
		Points:  routetest.Singapore().Points(),
		Mode:    route.Truck,
		Vehicle: route.Vehicle{Height: 4, Weight: 18, Axles: 3, Hazmat: true},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f km with %v\n", res.Paths[0].Distance/1000, fake.Options())
	// Output: 27.7 km with map[axle_count:3 hazmat:true height:4 weight:18]
}

func ExampleAdapter_Matrix() {
	fake := routetest.NewValhalla(nil)
	defer fake.Close()
	valhalla, err := valhallaroute.New(&valhallaroute.Options{BaseURL: fake.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	trip := routetest.Singapore()
	res, err := valhalla.Matrix(context.Background(), route.MatrixRequest{
		Origins: []geo.Point{trip.From, trip.Via}, Destinations: []geo.Point{trip.To}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range res.Cells {
		fmt.Printf("%.1f km\n", row[0].Distance/1000)
	}
	// Output:
	// 27.5 km
	// 5.9 km
}
