package amaproute_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/routetest"
)

const privateKey = "fedcba9876543210fedcba9876543210"

func harness(o routetest.AmapOptions, modes ...route.Mode) routetest.Harness {
	return routetest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: baseURL, HTTPClient: hc, PrivateKey: o.PrivateKey, NoTruck: !o.Truck, MaxReply: 1 << 18})
		},
		Server:      func(testing.TB) routetest.Server { return routetest.NewAmap(&o) },
		Vendor:      geo.VendorAmap,
		Modes:       modes,
		MaxPoints:   18,
		MatrixModes: []route.Mode{route.Car, route.Walk},
		Nowhere:     geo.Point{Lat: 33.5, Lng: 88.5},
		Codes:       codes(),
		Secrets:     []string{routetest.AmapKey, privateKey},
	}
}

func codes() []routetest.CodeCase {
	one := func(code string, want waybill.Code, scope waybill.Scope, wait bool) routetest.CodeCase {
		return routetest.CodeCase{Code: code, Want: want, Scope: scope, Delivery: waybill.NotSent, RetryAfter: wait}
	}
	return []routetest.CodeCase{
		one("10001", waybill.Unauthenticated, waybill.ScopeAccount, false),
		one("10002", waybill.PermissionDenied, waybill.ScopeService, false),
		one("10003", waybill.QuotaExhausted, waybill.ScopeService, true),
		one("10004", waybill.RateLimited, waybill.ScopeService, true),
		one("10007", waybill.Unauthenticated, waybill.ScopeAccount, false),
		one("10016", waybill.Unavailable, waybill.ScopeProvider, false),
		one("10021", waybill.RateLimited, waybill.ScopeService, true),
		one("10044", waybill.QuotaExhausted, waybill.ScopeAccount, true),
		one("20000", waybill.Unsupported, waybill.ScopeRequest, false),
		one("20003", waybill.Internal, waybill.ScopeProvider, false),
		one("20011", waybill.Unsupported, waybill.ScopeRequest, false),
		one("20800", waybill.NotFound, waybill.ScopeRequest, false),
		one("20801", waybill.NotFound, waybill.ScopeRequest, false),
		one("20802", waybill.NotFound, waybill.ScopeRequest, false),
		one("20803", waybill.Unsupported, waybill.ScopeRequest, false),
		one("30001", waybill.Internal, waybill.ScopeProvider, false),
		one("40000", waybill.QuotaExhausted, waybill.ScopeAccount, false),
	}
}

func TestConformance(t *testing.T) {
	routetest.Run(t, harness(routetest.AmapOptions{}, route.Car, route.Bicycle, route.Walk))
}

func TestConformanceSignedWithTrucks(t *testing.T) {
	routetest.Run(t, harness(routetest.AmapOptions{PrivateKey: privateKey, Truck: true}, route.Car, route.Truck, route.Bicycle, route.Walk))
}
