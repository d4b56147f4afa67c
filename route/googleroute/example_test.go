package googleroute_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/googleroute"
	"github.com/waybill-go/waybill/route/routetest"
)

var (
	changi    = geo.Point{Lat: 1.359167, Lng: 103.989441}
	cityHall  = geo.Point{Lat: 1.293056, Lng: 103.852222}
	mountains = geo.Point{Lat: 46.8, Lng: 8.2}
)

func ExampleNew() {
	google, err := googleroute.New("your-api-key", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(google.Name())
	_, err = googleroute.New("your-api-key", &googleroute.Options{Channel: "orders"})
	fmt.Println(err)
	// Output:
	// googleroute
	// googleroute: new: invalid argument (ClientID, SigningSecret and Channel are for Legacy)
}

// Projects that still have the legacy Directions API may use it.
func ExampleNew_legacy() {
	google, err := googleroute.New("your-api-key", &googleroute.Options{Legacy: true})
	fmt.Println(google.Name(), err)
	// Output: googleroute <nil>
}

func ExampleAdapter_Route() {
	fake := routetest.NewGoogle(nil) // in place of Google
	defer fake.Close()
	google, err := googleroute.New(routetest.GoogleKey, &googleroute.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	res, err := google.Route(ctx, route.Request{Points: []geo.Point{changi, cityHall}, Pricing: true, Key: "order-4711"})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := res.Paths[0]
	fmt.Printf("%.1f km, %.0f minutes, traffic counted: %t\n", p.Distance/1000, p.Duration.Minutes(), p.Traffic)

	_, err = google.Route(ctx, route.Request{Points: []geo.Point{changi, mountains}})
	fmt.Println(errors.Is(err, waybill.ErrNotFound))

	_, err = google.Route(ctx, route.Request{Points: []geo.Point{changi, cityHall}, Mode: route.Truck})
	fmt.Println(err)
	// Output:
	// 21.8 km, 24 minutes, traffic counted: false
	// true
	// googleroute: route: unsupported (no routes for trucks)
}
