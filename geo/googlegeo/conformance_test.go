package googlegeo_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
)

const (
	clientID = "gme-fake"
	secret   = "vNIXE0xscrmjlyV-12Nj_BvUPaw="
)

// codes are the statuses of the geocoder and what they must become.
func codes() []geotest.CodeCase {
	return []geotest.CodeCase{
		{Code: "ZERO_RESULTS", Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		{Code: "NOT_FOUND", Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		{Code: "INVALID_REQUEST", Want: waybill.InvalidArgument, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		{Code: "OVER_QUERY_LIMIT", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
		{Code: "OVER_QUERY_LIMIT/day", Want: waybill.QuotaExhausted, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: true},
		{Code: "OVER_DAILY_LIMIT", Want: waybill.QuotaExhausted, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: true},
		{Code: "OVER_DAILY_LIMIT/billing", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "REQUEST_DENIED", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "REQUEST_DENIED/key", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "REQUEST_DENIED/missing", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "REQUEST_DENIED/disabled", Want: waybill.PermissionDenied, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
		{Code: "REQUEST_DENIED/restriction", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "SIGNATURE", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "UNKNOWN_ERROR", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent},
		{Code: "SOMETHING_NEW", Want: waybill.Unknown, Scope: waybill.ScopeUnknown, Delivery: waybill.Ambiguous},
	}
}

// reverseCases expects no places around, which the geocoder does not know.
func reverseCases(language string, regions ...string) []geotest.ReverseCase {
	cases := geotest.ReverseCases(geo.VendorGoogle, language, regions...)
	for i := range cases {
		cases[i].Nearby = 0
	}
	return cases
}

var regions = []string{"HK", "MO", "TW", "SG", "TH", "IN", "BR", "CN"}

func TestConformance(t *testing.T) {
	geotest.Run(t, geotest.Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			return googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: base, HTTPClient: hc})
		},
		Server:  func(testing.TB) geotest.Server { return geotest.NewGoogle(nil) },
		Geocode: geotest.GeocodeCases(geo.VendorGoogle, "en", regions...),
		Reverse: reverseCases("en", regions...),
		Codes:   codes(),
		Secrets: []string{geotest.GoogleKey},
	})
}

// The same with a client id and a signing secret, in Chinese.
func TestConformanceSigned(t *testing.T) {
	geotest.Run(t, geotest.Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			return googlegeo.New("", &googlegeo.Options{BaseURL: base, HTTPClient: hc, ClientID: clientID, SigningSecret: secret, Channel: "orders"})
		},
		Server: func(testing.TB) geotest.Server {
			return geotest.NewGoogle(&geotest.GoogleOptions{ClientID: clientID, SigningSecret: secret})
		},
		Geocode: geotest.GeocodeCases(geo.VendorGoogle, "zh-TW", "TW", "HK"),
		Reverse: reverseCases("zh-TW", "TW", "HK"),
		Codes:   codes()[:1],
		Secrets: []string{clientID, secret},
	})
}
