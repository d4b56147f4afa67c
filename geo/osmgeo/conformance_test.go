package osmgeo_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/osmgeo"
)

const agent = "waybill-tests/1.0 (nobody@example.com)"

var regions = []string{"CN", "HK", "MO", "TW", "SG", "TH", "IN", "BR"}

func codes() []geotest.CodeCase {
	nominatim := []waybill.Verb{geo.Geocode, geo.ReverseGeocode, geo.Search, geo.PlaceByID, geo.Localize}
	return []geotest.CodeCase{
		{Code: "400", Verbs: nominatim, Want: waybill.InvalidArgument, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		{Code: "403", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
		{Code: "429", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
		{Code: "503", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
		{Code: "nothing", Verbs: []waybill.Verb{geo.ReverseGeocode}, Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		{Code: "photon", Verbs: []waybill.Verb{geo.Suggest}, Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	}
}

func TestConformance(t *testing.T) {
	geotest.Run(t, geotest.Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			return osmgeo.New(base+"/nominatim", agent, &osmgeo.Options{PhotonURL: base + "/photon", HTTPClient: hc, MaxReply: 1 << 18})
		},
		Server:   func(testing.TB) geotest.Server { return geotest.NewOSM(nil) },
		Geocode:  geotest.GeocodeCases(geo.VendorOSM, "en", regions...),
		Reverse:  geotest.ReverseCases(geo.VendorOSM, "en", regions...),
		Suggest:  geotest.SuggestCases(geo.VendorOSM, "en", regions...),
		Search:   geotest.SearchCases(geo.VendorOSM, "en", regions...),
		Place:    geotest.PlaceCases(geo.VendorOSM, geo.IssuerNominatim, "en", regions...),
		Localize: append(geotest.LocalizeCases(geo.VendorOSM, geo.IssuerNominatim, []string{"zh", "en"}, "CN", "SG"), geotest.LocalizeCases(geo.VendorOSM, "", []string{"hi", "en"}, "IN")...),
		Codes:    codes(),
		Skip:     empty,
		Unsupported: []geotest.UnsupportedCase{
			{Name: "no words", Search: &geo.SearchRequest{Near: geo.Point{Lat: 22.5, Lng: 114}, Radius: 500}},
			{Name: "another issuer", Place: &geo.PlaceRequest{ID: geo.PlaceID{Issuer: geo.IssuerGoogle, Value: "ChIJ"}}},
			{Name: "another issuer's name", Localize: &geo.LocalizeRequest{ID: geo.PlaceID{Issuer: geo.IssuerAmap, Value: "B0"}, Languages: []string{"en"}}},
		},
	})
}

// The same in the local languages, without a Photon.
func TestConformanceLocal(t *testing.T) {
	geotest.Run(t, geotest.Harness{
		New: func(base string, hc *http.Client) (waybill.Provider, error) {
			return osmgeo.New(base+"/nominatim", agent, &osmgeo.Options{HTTPClient: hc, MaxReply: 1 << 18})
		},
		Server:   func(testing.TB) geotest.Server { return geotest.NewOSM(nil) },
		Geocode:  geotest.GeocodeCases(geo.VendorOSM, "zh", "CN"),
		Reverse:  withoutNearby(geotest.ReverseCases(geo.VendorOSM, "zh", "CN")),
		Search:   geotest.SearchCases(geo.VendorOSM, "zh", "CN"),
		Place:    geotest.PlaceCases(geo.VendorOSM, geo.IssuerNominatim, "zh", "CN"),
		Localize: geotest.LocalizeCases(geo.VendorOSM, geo.IssuerNominatim, []string{"zh", "en"}, "CN"),
		Codes:    codes()[:1],
		Skip:     empty,
	})
}

const nothing = "[] is how Nominatim says that there is nothing"

// empty are the subtests that answer with Nominatim's own word for nothing.
var empty = map[string]string{"geocode/odd/odd_array": nothing, "search/odd/odd_array": nothing, "place/odd/odd_array": nothing, "localize/odd/odd_array": nothing}

func withoutNearby(cases []geotest.ReverseCase) []geotest.ReverseCase {
	for i := range cases {
		cases[i].Nearby = 0
	}
	return cases
}
