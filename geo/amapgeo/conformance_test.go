package amapgeo_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

const privateKey = "fedcba9876543210fedcba9876543210"

func harness(private string) geotest.Harness {
	regions := []string{"CN", "HK", "MO"}
	return geotest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: baseURL, HTTPClient: hc, PrivateKey: private, MaxReply: 1 << 18})
		},
		Server: func(testing.TB) geotest.Server {
			return geotest.NewAmap(&geotest.AmapOptions{PrivateKey: private})
		},
		Geocode:   geotest.GeocodeCases(geo.VendorAmap, "zh", regions...),
		Reverse:   geotest.ReverseCases(geo.VendorAmap, "zh", regions...),
		Suggest:   geotest.SuggestCases(geo.VendorAmap, "zh", regions...),
		Search:    geotest.SearchCases(geo.VendorAmap, "zh", regions...),
		Place:     geotest.PlaceCases(geo.VendorAmap, geo.IssuerAmap, "zh", regions...),
		Districts: geotest.DistrictCases(geo.VendorAmap, "zh", regions...),
		Codes:     codes(),
		Unsupported: []geotest.UnsupportedCase{
			{Name: "geocode in Singapore", Geocode: &geo.GeocodeRequest{Query: "Raffles Place", Region: "SG"}},
			{Name: "geocode in Taiwan", Geocode: &geo.GeocodeRequest{Query: "台北101", Region: "TW"}},
			{Name: "only separators", Geocode: &geo.GeocodeRequest{Query: "|||||"}},
			{Name: "suggest in Singapore", Suggest: &geo.SuggestRequest{Query: "Raffles", Region: "SG"}},
			{Name: "suggest beside somebody in Taipei", Suggest: &geo.SuggestRequest{Query: "台北", Near: geo.Point{Lat: 25.0339, Lng: 121.5645}}},
			{Name: "nothing typed but separators", Suggest: &geo.SuggestRequest{Query: "||"}},
			{Name: "search in Taiwan", Search: &geo.SearchRequest{Query: "台北101", Region: "TW"}},
			{Name: "search around Singapore", Search: &geo.SearchRequest{Query: "Raffles", Region: "CN", Near: geo.Point{Lat: 1.2841, Lng: 103.8515}, Radius: 500}},
			{Name: "search for separators", Search: &geo.SearchRequest{Query: "||"}},
			{Name: "a long search", Search: &geo.SearchRequest{Query: strings.Repeat("深", 81)}},
			{Name: "districts of Thailand", Districts: &geo.DistrictRequest{Query: "Bangkok", Region: "TH"}},
			{Name: "districts of nothing", Districts: &geo.DistrictRequest{}},
			{Name: "reverse in Singapore", Reverse: &geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1.2841, Lng: 103.8515}, Region: "SG"}},
		},
		Secrets: []string{geotest.AmapKey, privateKey},
	}
}

// codes are the rows of Amap's table as the verbs of this package must see them.
func codes() []geotest.CodeCase {
	type row struct {
		code  waybill.Code
		scope waybill.Scope
		wait  bool
		codes []string
	}
	var out []geotest.CodeCase
	for _, r := range []row{
		{waybill.Unauthenticated, waybill.ScopeAccount, false, []string{"10001", "10007", "10008", "10009", "10013"}},
		{waybill.PermissionDenied, waybill.ScopeService, false, []string{"10002", "10012", "10041", "40002"}},
		{waybill.PermissionDenied, waybill.ScopeAccount, false, []string{"10005", "10006", "10011", "10026", "20002"}},
		{waybill.RateLimited, waybill.ScopeService, true, []string{"10004", "10014", "10015", "10019", "10020", "10021"}},
		{waybill.QuotaExhausted, waybill.ScopeService, true, []string{"10003"}},
		{waybill.QuotaExhausted, waybill.ScopeAccount, true, []string{"10044"}},
		{waybill.QuotaExhausted, waybill.ScopeRequest, true, []string{"10029", "10045"}},
		{waybill.QuotaExhausted, waybill.ScopeAccount, false, []string{"10010", "40000"}},
		{waybill.QuotaExhausted, waybill.ScopeService, false, []string{"40001"}},
		{waybill.QuotaExhausted, waybill.ScopeRequest, false, []string{"40003"}},
		{waybill.Unavailable, waybill.ScopeProvider, false, []string{"10016", "10017"}},
		{waybill.Unsupported, waybill.ScopeRequest, false, []string{"20000", "20001", "20011", "20012", "20803"}},
		{waybill.Internal, waybill.ScopeProvider, false, []string{"20003", "30000", "30007", "32000"}},
		{waybill.NotFound, waybill.ScopeRequest, false, []string{"20800", "20801", "20802"}},
		{waybill.Unknown, waybill.ScopeUnknown, false, []string{"10099", "99999", "1", "abc"}},
	} {
		for _, code := range r.codes {
			out = append(out, geotest.CodeCase{Code: code, Want: r.code, Scope: r.scope, Delivery: waybill.NotSent, RetryAfter: r.wait})
		}
	}
	// For an address it is the empty answer, for everything else a failure.
	addresses := []waybill.Verb{geo.Geocode, geo.ReverseGeocode}
	others := []waybill.Verb{geo.Suggest, geo.Search, geo.PlaceByID, geo.Districts}
	return append(out,
		geotest.CodeCase{Code: "30001", Verbs: addresses, Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
		geotest.CodeCase{Code: "30001", Verbs: others, Want: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent})
}

func TestConformance(t *testing.T) { geotest.Run(t, harness("")) }

func TestConformanceSigned(t *testing.T) { geotest.Run(t, harness(privateKey)) }
