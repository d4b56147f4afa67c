package googleroute_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/googleroute"
	"github.com/waybill-go/waybill/route/routetest"
)

// denied and its like shorten the tables.
func class(code string, want waybill.Code, scope waybill.Scope, delivery waybill.Delivery, wait bool) routetest.CodeCase {
	return routetest.CodeCase{Code: code, Want: want, Scope: scope, Delivery: delivery, RetryAfter: wait}
}

func TestConformance(t *testing.T) {
	routetest.Run(t, routetest.Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			return googleroute.New(routetest.GoogleKey, &googleroute.Options{BaseURL: base, HTTPClient: hc, MaxReply: 1 << 18})
		},
		Server: func(testing.TB) routetest.Server {
			return routetest.NewGoogle(&routetest.GoogleOptions{NoLegacy: true})
		},
		Trip:      routetest.Singapore(),
		Vendor:    geo.VendorGoogle,
		Modes:     []route.Mode{route.Car, route.Motorcycle, route.Bicycle, route.Walk},
		MaxPoints: 27,
		Orders:    true,
		Nowhere:   geo.Point{Lat: -23.55, Lng: -46.63},
		Secrets:   []string{routetest.GoogleKey},
		Codes: []routetest.CodeCase{
			class("API_KEY_INVALID", waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false),
			class("CREDENTIALS_MISSING", waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false),
			class("ACCESS_TOKEN_EXPIRED", waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false),
			class("UNREGISTERED", waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false),
			class("INVALID_ARGUMENT", waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, false),
			class("FAILED_PRECONDITION", waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, false),
			class("SERVICE_DISABLED", waybill.PermissionDenied, waybill.ScopeService, waybill.NotSent, false),
			class("API_KEY_SERVICE_BLOCKED", waybill.PermissionDenied, waybill.ScopeService, waybill.NotSent, false),
			class("API_KEY_IP_ADDRESS_BLOCKED", waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false),
			class("API_KEY_IOS_APP_BLOCKED", waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false),
			class("API_KEY_HTTP_REFERRER_BLOCKED", waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false),
			class("BILLING_DISABLED", waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false),
			class("CONSUMER_SUSPENDED", waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false),
			class("PERMISSION_DENIED", waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false),
			class("NOT_FOUND", waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, false),
			class("RATE_LIMIT_EXCEEDED", waybill.RateLimited, waybill.ScopeService, waybill.NotSent, false),
			class("RATE_LIMIT_EXCEEDED/day", waybill.QuotaExhausted, waybill.ScopeService, waybill.NotSent, true),
			class("RESOURCE_EXHAUSTED", waybill.RateLimited, waybill.ScopeService, waybill.NotSent, false),
			class("ABORTED", waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, false),
			class("CANCELLED", waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, false),
			class("INTERNAL", waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, false),
			class("UNAVAILABLE", waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous, false),
			class("DEADLINE_EXCEEDED", waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous, false),
		},
	})
}

func TestConformanceLegacy(t *testing.T) {
	routetest.Run(t, routetest.Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			return googleroute.New(routetest.GoogleKey, &googleroute.Options{BaseURL: base, HTTPClient: hc, MaxReply: 1 << 18, Legacy: true})
		},
		Server:    func(testing.TB) routetest.Server { return routetest.NewGoogle(nil) },
		Trip:      routetest.Singapore(),
		Vendor:    geo.VendorGoogle,
		Modes:     []route.Mode{route.Car, route.Bicycle, route.Walk},
		MaxPoints: 27,
		Orders:    true,
		Nowhere:   geo.Point{Lat: -23.55, Lng: -46.63},
		Secrets:   []string{routetest.GoogleKey},
		Codes: []routetest.CodeCase{
			class("ZERO_RESULTS", waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, false),
			class("NOT_FOUND", waybill.NotFound, waybill.ScopeRequest, waybill.NotSent, false),
			class("INVALID_REQUEST", waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, false),
			class("MAX_WAYPOINTS_EXCEEDED", waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false),
			class("MAX_ROUTE_LENGTH_EXCEEDED", waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false),
			class("OVER_QUERY_LIMIT", waybill.RateLimited, waybill.ScopeService, waybill.NotSent, false),
			class("OVER_DAILY_LIMIT", waybill.QuotaExhausted, waybill.ScopeService, waybill.NotSent, true),
			class("REQUEST_DENIED/key", waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false),
			class("REQUEST_DENIED/legacy", waybill.PermissionDenied, waybill.ScopeService, waybill.NotSent, false),
			class("UNKNOWN_ERROR", waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, false),
		},
	})
}

// In mainland China Google is taken to speak GCJ-02, to be asked for.
func TestConformanceMainland(t *testing.T) {
	h := routetest.Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			return googleroute.New(routetest.GoogleKey, &googleroute.Options{BaseURL: base, HTTPClient: hc, MaxReply: 1 << 18, Mainland: true})
		},
		Server:  func(testing.TB) routetest.Server { return routetest.NewGoogle(nil) },
		Vendor:  geo.VendorGoogle,
		Modes:   []route.Mode{route.Car, route.Motorcycle, route.Bicycle, route.Walk},
		Orders:  true,
		Secrets: []string{routetest.GoogleKey},
	}
	h.Trip = routetest.Shenzhen()
	h.Trip.To = geo.Point{Lat: 22.5540, Lng: 114.0830} // away from the border, along which the numbers can be read both ways
	routetest.Run(t, h)
}
