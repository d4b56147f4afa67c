package amaproute_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/routetest"
)

// Two drivers and one pick-up are one request.
func ExampleAdapter_Matrix() {
	fake := routetest.NewAmap(nil)
	defer fake.Close()
	adapter, err := amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: fake.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	trip := routetest.Shenzhen()
	res, err := adapter.Matrix(context.Background(), route.MatrixRequest{
		Origins: []geo.Point{trip.From, trip.Via}, Destinations: []geo.Point{trip.To}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for driver, row := range res.Cells {
		fmt.Printf("driver %d: %.1f km, estimated: %t\n", driver, row[0].Distance/1000, row[0].Estimated)
	}
	// Output:
	// driver 0: 43.9 km, estimated: false
	// driver 1: 8.2 km, estimated: false
}
