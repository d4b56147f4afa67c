package lineroute_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/lineroute"
	"github.com/waybill-go/waybill/route/routetest"
)

func harness(trip routetest.Trip) routetest.Harness {
	return routetest.Harness{
		New:       func(string, *http.Client) (waybill.Provider, error) { return lineroute.New(nil) },
		Trip:      trip,
		Modes:     []route.Mode{route.Car, route.Truck, route.Motorcycle, route.Bicycle, route.Walk},
		Estimates: true,
	}
}

func TestConformance(t *testing.T) { routetest.Run(t, harness(routetest.Shenzhen())) }

func TestConformanceAbroad(t *testing.T) { routetest.Run(t, harness(routetest.Singapore())) }
