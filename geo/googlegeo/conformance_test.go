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

// rpcCodes are the reasons and statuses of the Places API (New).
func rpcCodes() []geotest.CodeCase {
	return []geotest.CodeCase{
		{Code: "API_KEY_INVALID", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "INVALID_ARGUMENT", Verbs: []waybill.Verb{geo.Suggest, geo.Search}, Want: waybill.InvalidArgument, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		{Code: "INVALID_ARGUMENT", Verbs: []waybill.Verb{geo.PlaceByID, geo.Localize}, Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		{Code: "NOT_FOUND", Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		{Code: "SERVICE_DISABLED", Want: waybill.PermissionDenied, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
		{Code: "API_KEY_IOS_APP_BLOCKED", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "BILLING_DISABLED", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "UNREGISTERED", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "RATE_LIMIT_EXCEEDED", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
		{Code: "RATE_LIMIT_EXCEEDED/day", Want: waybill.QuotaExhausted, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: true},
		{Code: "INTERNAL", Want: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
		{Code: "UNAVAILABLE", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
	}
}

var (
	older = []waybill.Verb{geo.Geocode, geo.ReverseGeocode}
	newer = []waybill.Verb{geo.Suggest, geo.Search, geo.PlaceByID, geo.Localize}
)

// forVerbs restricts cases to verbs, where they are not yet.
func forVerbs(cases []geotest.CodeCase, verbs ...waybill.Verb) []geotest.CodeCase {
	for i := range cases {
		if cases[i].Verbs == nil {
			cases[i].Verbs = verbs
		}
	}
	return cases
}

var regions = []string{"HK", "MO", "TW", "SG", "TH", "IN", "BR", "CN"}

func TestConformance(t *testing.T) {
	geotest.Run(t, geotest.Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			return googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: base, HTTPClient: hc, MaxReply: 1 << 18})
		},
		Server:   func(testing.TB) geotest.Server { return geotest.NewGoogle(nil) },
		Geocode:  geotest.GeocodeCases(geo.VendorGoogle, "en", regions...),
		Reverse:  geotest.ReverseCases(geo.VendorGoogle, "en", regions...),
		Suggest:  geotest.SuggestCases(geo.VendorGoogle, "en", regions...),
		Search:   geotest.SearchCases(geo.VendorGoogle, "en", regions...),
		Place:    geotest.PlaceCases(geo.VendorGoogle, geo.IssuerGoogle, "en", regions...),
		Localize: append(geotest.LocalizeCases(geo.VendorGoogle, geo.IssuerGoogle, []string{"zh", "en"}, "SG"), byPoint("TW")...),
		Codes:    append(forVerbs(codes(), older...), forVerbs(rpcCodes(), newer...)...),
		Secrets:  []string{geotest.GoogleKey},
		Skip: map[string]string{
			"suggest/odd/odd_object": "{} is how the Places API says that there is nothing",
			"search/odd/odd_object":  "{} is how the Places API says that there is nothing",
		},
	})
}

// byPoint are places to localize by their points.
func byPoint(regions ...string) []geotest.LocalizeCase {
	return geotest.LocalizeCases(geo.VendorGoogle, "", []string{"zh-Hant", "en"}, regions...)
}

// The same with a client id and a signing secret, the legacy Places API, in
// Chinese.
func TestConformanceLegacy(t *testing.T) {
	places := geotest.PlaceCases(geo.VendorGoogle, geo.IssuerGoogle, "zh-TW", "TW", "HK")
	search := geotest.SearchCases(geo.VendorGoogle, "zh-TW", "TW", "HK")
	for i := range search {
		search[i].Region = "" // the legacy searches give no address in parts
	}
	all := codes()[:1]
	all = append(all, forVerbs([]geotest.CodeCase{
		{Code: "INVALID_REQUEST", Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	}, geo.PlaceByID)...)
	geotest.Run(t, geotest.Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			return googlegeo.New("", &googlegeo.Options{BaseURL: base, HTTPClient: hc, MaxReply: 1 << 18, ClientID: clientID, SigningSecret: secret, Channel: "orders", LegacyPlaces: true})
		},
		Server: func(testing.TB) geotest.Server {
			return geotest.NewGoogle(&geotest.GoogleOptions{ClientID: clientID, SigningSecret: secret})
		},
		Geocode:  geotest.GeocodeCases(geo.VendorGoogle, "zh-TW", "TW", "HK"),
		Reverse:  geotest.ReverseCases(geo.VendorGoogle, "zh-TW", "TW", "HK"),
		Suggest:  geotest.SuggestCases(geo.VendorGoogle, "zh-TW", "TW", "HK"),
		Search:   search,
		Place:    places,
		Localize: geotest.LocalizeCases(geo.VendorGoogle, geo.IssuerGoogle, []string{"zh-Hant", "en"}, "HK"),
		Codes:    all,
		Secrets:  []string{clientID, secret},
	})
}
