package valhallaroute_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/routetest"
	"github.com/waybill-go/waybill/route/valhallaroute"
)

func TestConformance(t *testing.T) {
	h := routetest.Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			return valhallaroute.New(&valhallaroute.Options{BaseURL: base, HTTPClient: hc, MaxReply: 1 << 18})
		},
		Server:    func(testing.TB) routetest.Server { return routetest.NewValhalla(nil) },
		Trip:      routetest.Singapore(),
		Modes:     []route.Mode{route.Car, route.Truck, route.Motorcycle, route.Bicycle, route.Walk},
		MaxPoints: 20,
		Nowhere:   geo.Point{Lat: -23.55, Lng: -46.63},
		Orders:    true,
	}
	add := func(want waybill.Code, scope waybill.Scope, delivery waybill.Delivery, codes ...string) {
		for _, c := range codes {
			h.Codes = append(h.Codes, routetest.CodeCase{Code: c, Want: want, Scope: scope, Delivery: delivery})
		}
	}
	add(waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, "170", "171", "440", "442", "444")
	add(waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, "100", "103", "110", "115", "128", "137", "144", "158", "165", "168", "420", "424", "445")
	add(waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, "150", "154", "157", "166", "167", "172", "430")
	add(waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, "101", "106", "107", "400")
	add(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, "102", "203", "402", "446")
	add(waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, "199", "202", "299", "401", "499")
	routetest.Run(t, h)
}
