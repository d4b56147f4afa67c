package lineroute_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/lineroute"
	"github.com/waybill-go/waybill/route/routetest"
)

// Two drivers and one pick-up.
func ExampleAdapter_Matrix() {
	adapter, err := lineroute.New(nil)
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
	// driver 0: 28.9 km, estimated: true
	// driver 1: 6.2 km, estimated: true
}
