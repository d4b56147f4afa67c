package googleroute_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/googleroute"
	"github.com/waybill-go/waybill/route/routetest"
)

// Two drivers and one pick-up are one request.
func ExampleAdapter_Matrix() {
	fake := routetest.NewGoogle(nil)
	defer fake.Close()
	adapter, err := googleroute.New(routetest.GoogleKey, &googleroute.Options{BaseURL: fake.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	trip := routetest.Singapore()
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
	// driver 0: 27.6 km, estimated: false
	// driver 1: 5.9 km, estimated: false
}
