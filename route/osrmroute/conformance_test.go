package osrmroute_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/osrmroute"
	"github.com/waybill-go/waybill/route/routetest"
)

func harness(mode route.Mode) routetest.Harness {
	h := routetest.Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			o := &osrmroute.Options{BaseURL: base, HTTPClient: hc, MaxReply: 1 << 18, Profiles: map[route.Mode]osrmroute.Profile{mode: {}}}
			if mode != route.Car {
				o = &osrmroute.Options{HTTPClient: hc, MaxReply: 1 << 18, Profiles: map[route.Mode]osrmroute.Profile{mode: {BaseURL: base}}}
			}
			return osrmroute.New(o)
		},
		Server:    func(testing.TB) routetest.Server { return routetest.NewOSRM(&routetest.OSRMOptions{Mode: mode}) },
		Trip:      routetest.Singapore(),
		Modes:     []route.Mode{mode},
		MaxPoints: 0,
		Nowhere:   geo.Point{Lat: -23.55, Lng: -46.63},
		Orders:    true,
	}
	add := func(want waybill.Code, scope waybill.Scope, codes ...string) {
		for _, c := range codes {
			h.Codes = append(h.Codes, routetest.CodeCase{Code: c, Want: want, Scope: scope, Delivery: waybill.NotSent})
		}
	}
	add(waybill.NotFound, waybill.ScopeRequest, "NoRoute", "NoTable", "NoSegment", "NoTrips", "NoMatch")
	add(waybill.InvalidArgument, waybill.ScopeRequest, "InvalidQuery", "InvalidOptions", "InvalidValue")
	add(waybill.PermissionDenied, waybill.ScopeAccount, "InvalidUrl", "InvalidService", "InvalidVersion")
	add(waybill.Unsupported, waybill.ScopeRequest, "TooBig", "NotImplemented", "DisabledDataset", "DistanceExceeded", "PerimeterExceeded")
	add(waybill.Unavailable, waybill.ScopeProvider, "ServiceUnavailable")
	return h
}

func TestConformance(t *testing.T) { routetest.Run(t, harness(route.Car)) }

// The other modes differ in what is asked for, not in how replies are read.
func TestConformanceOfOthers(t *testing.T) {
	for _, mode := range []route.Mode{route.Truck, route.Motorcycle, route.Bicycle, route.Walk} {
		t.Run(mode.String(), func(t *testing.T) {
			h := harness(mode)
			h.Codes = nil
			h.Skip = map[string]string{}
			for _, group := range []string{"faults", "odd", "privacy", "matrix_faults", "matrix_odd"} {
				h.Skip[group] = "as for cars"
			}
			routetest.Run(t, h)
		})
	}
}
