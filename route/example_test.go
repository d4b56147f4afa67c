package route_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/lineroute"
	"github.com/waybill-go/waybill/route/routetest"
)

// roads is a client with a vendor, on its fake, and an estimate as the last resort.
func roads(fake *routetest.Amap) (*route.Client, error) {
	amap, err := amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: fake.URL()})
	if err != nil {
		return nil, err
	}
	line, err := lineroute.New(nil)
	if err != nil {
		return nil, err
	}
	return route.New(route.With(amap, route.In("CN")), route.With(line))
}

func ExampleNew() {
	fake := routetest.NewAmap(nil) // leave BaseURL out for the real one
	defer fake.Close()
	c, err := roads(fake)
	if err != nil {
		fmt.Println(err)
		return
	}
	list, err := c.Explain(route.Request{Points: []geo.Point{mumbai, pune}})
	for _, k := range list {
		fmt.Printf("%s %d %q\n", k.Provider, k.Order, k.Reason)
	}
	fmt.Println(err)
	// Output:
	// lineroute 1 ""
	// amaproute 0 "does not serve this region"
	// <nil>
}

// A driving time may be estimated when no vendor answers; a price never is.
func ExampleClient_Route() {
	fake := routetest.NewAmap(nil)
	defer fake.Close()
	c, err := roads(fake)
	if err != nil {
		fmt.Println(err)
		return
	}
	trip := route.Request{Points: []geo.Point{{Lat: 22.6100, Lng: 114.0245}, {Lat: 22.5392, Lng: 113.9344}}}
	fake.FailCode("10044") // the day's quota is used up
	res, err := c.Route(context.Background(), trip)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Provider, res.Paths[0].Estimated)
	trip.Pricing = true
	_, err = c.Route(context.Background(), trip)
	fmt.Println(err != nil)
	// Output:
	// lineroute true
	// true
}
