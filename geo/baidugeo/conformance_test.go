package baidugeo_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/baidugeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

const (
	testAK = "fakeAk0123456789abcdefABCDEF"
	testSK = "fakeSk9876543210zyxwvutsZYXW"
)

var regions = []string{"CN", "HK", "MO", "TW"}

// uncentred are the divisions of the little world without their centres, which
// Baidu does not give.
func uncentred() []geotest.DistrictCase {
	cases := geotest.DistrictCases(geo.VendorBaidu, "zh", "CN", "HK", "MO")
	for i := range cases {
		cases[i].Division.Center = geo.Point{}
	}
	return cases
}

// translated are addresses in two languages: of the English one Baidu translates
// the divisions alone.
func translated() []geotest.LocalizeCase {
	cases := geotest.LocalizeCases(geo.VendorBaidu, "", []string{"zh", "en"}, "CN")
	english := geotest.LocalizeCases(geo.VendorBaidu, "", []string{"zh", "zh"}, "CN")
	for i := range cases {
		cases[i].Contains = english[i].Contains
	}
	return cases
}

func harness(sk string) geotest.Harness {
	return geotest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return baidugeo.New(testAK, &baidugeo.Options{SK: sk, BaseURL: baseURL, HTTPClient: hc, MaxReply: 1 << 18})
		},
		Server: func(testing.TB) geotest.Server { return geotest.NewBaidu(&geotest.BaiduOptions{AK: testAK, SK: sk}) },
		Geocode: []geotest.GeocodeCase{
			{
				Name: "office", Request: geo.GeocodeRequest{Query: "腾讯大厦", Region: "CN", City: "深圳市"},
				Want: geo.Point{Lat: 22.5433, Lng: 113.9296}, Datum: geo.GCJ02, Region: "CN",
			},
			{
				Name: "door", Request: geo.GeocodeRequest{Query: "深圳市龙华区致远中路28号", Limit: 1, Datum: geo.BD09},
				Want: geo.Point{Lat: 22.6100, Lng: 114.0245}, Datum: geo.GCJ02, Region: "CN",
			},
			{
				Name: "Hong Kong", Request: geo.GeocodeRequest{Query: "朗豪坊", Region: "HK"},
				Want: geo.Point{Lat: 22.3184, Lng: 114.1687}, Datum: geo.GCJ02, Region: "HK",
			},
		},
		Reverse: []geotest.ReverseCase{
			{
				Name: "pin", Request: geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 22.5431, Lng: 113.9299}},
				Region: "CN", Contains: "深南大道",
			},
			{
				Name: "pin in BD-09 with places around",
				Request: geo.ReverseGeocodeRequest{
					Point: geo.Point{Lat: 22.5361, Lng: 114.0503}.To(geo.BD09), Nearby: 5, Radius: 800, Language: "en",
				},
				Region: "CN", Contains: "Futian", Nearby: 1,
			},
			{
				Name:    "Hong Kong is no part of CN",
				Request: geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 22.2782, Lng: 114.1822, Datum: geo.WGS84}, Language: "zh-HK"},
				Region:  "HK", Contains: "勿地臣街",
			},
			{
				Name:    "abroad",
				Request: geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1.2845, Lng: 103.8610}, Language: "en"},
				Region:  "SG",
			},
		},
		Suggest:   geotest.SuggestCases(geo.VendorBaidu, "zh", regions...),
		Search:    geotest.SearchCases(geo.VendorBaidu, "zh", regions...),
		Place:     geotest.PlaceCases(geo.VendorBaidu, geo.IssuerBaidu, "zh", regions...),
		Localize:  translated(),
		Districts: uncentred(),
		Codes:     codes(),
		Unsupported: []geotest.UnsupportedCase{
			{Name: "abroad", Geocode: &geo.GeocodeRequest{Query: "Raffles Place", Region: "SG"}},
			{Name: "suggest abroad", Suggest: &geo.SuggestRequest{Query: "Raffles", Region: "SG"}},
			{Name: "suggest beside somebody abroad", Suggest: &geo.SuggestRequest{Query: "Raffles", Near: geo.Point{Lat: 1.2841, Lng: 103.8515}}},
			{Name: "search abroad", Search: &geo.SearchRequest{Query: "Raffles", Region: "SG"}},
			{Name: "search around a place abroad", Search: &geo.SearchRequest{Query: "Raffles", Region: "CN", Near: geo.Point{Lat: 1.2841, Lng: 103.8515}, Radius: 500}},
			{Name: "search without words", Search: &geo.SearchRequest{Near: geo.Point{Lat: 22.5431, Lng: 113.9299}, Radius: 500}},
			{Name: "search for separators", Search: &geo.SearchRequest{Query: "$$"}},
			{Name: "a long search", Search: &geo.SearchRequest{Query: strings.Repeat("深", 46)}},
			{Name: "a name in English", Localize: &geo.LocalizeRequest{ID: geo.PlaceID{Issuer: geo.IssuerBaidu, Value: "45d8aa46648681673a13fd63"}, Languages: []string{"en"}}},
			{Name: "districts abroad", Districts: &geo.DistrictRequest{Query: "Bangkok", Region: "TH"}},
			{Name: "districts of nothing", Districts: &geo.DistrictRequest{}},
			{Name: "long", Geocode: &geo.GeocodeRequest{Query: strings.Repeat("深", 29)}},
		},
		Secrets: []string{testAK, testSK},
	}
}

func codes() []geotest.CodeCase {
	var out []geotest.CodeCase
	add := func(want waybill.Code, scope waybill.Scope, wait bool, codes ...string) {
		for _, c := range codes {
			out = append(out, geotest.CodeCase{Code: c, Want: want, Scope: scope, Delivery: waybill.NotSent, RetryAfter: wait})
		}
	}
	add(waybill.Unavailable, waybill.ScopeProvider, false, "1")
	// Of a look-up by id only the id can be wrong.
	others := []waybill.Verb{geo.Geocode, geo.ReverseGeocode, geo.Suggest, geo.Search, geo.Localize, geo.Districts}
	for _, code := range []string{"2", "8"} {
		out = append(out,
			geotest.CodeCase{Code: code, Verbs: others, Want: waybill.InvalidArgument, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
			geotest.CodeCase{Code: code, Verbs: []waybill.Verb{geo.PlaceByID}, Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent})
	}
	add(waybill.PermissionDenied, waybill.ScopeService, false, "3", "9", "240")
	add(waybill.QuotaExhausted, waybill.ScopeService, true, "4", "302")
	add(waybill.QuotaExhausted, waybill.ScopeService, false, "301", "399")
	add(waybill.RateLimited, waybill.ScopeService, true, "401", "402")
	add(waybill.RateLimited, waybill.ScopeService, false, "499")
	add(waybill.Unauthenticated, waybill.ScopeAccount, false, "5", "101", "102", "200", "201", "203", "211", "220", "230", "250", "251", "299")
	add(waybill.PermissionDenied, waybill.ScopeAccount, false, "202", "210", "252", "1001")
	add(waybill.Internal, waybill.ScopeService, false, "260")
	add(waybill.Unavailable, waybill.ScopeService, false, "261")
	add(waybill.NotFound, waybill.ScopeRequest, false, "7")
	add(waybill.Unknown, waybill.ScopeProvider, false, "9999")
	return out
}

func TestConformance(t *testing.T) { geotest.Run(t, harness("")) }

func TestConformanceSigned(t *testing.T) { geotest.Run(t, harness(testSK)) }

func TestConformanceRotating(t *testing.T) {
	h := harness(testSK)
	h.New = func(baseURL string, hc *http.Client) (waybill.Provider, error) {
		return baidugeo.New("", &baidugeo.Options{BaseURL: baseURL, HTTPClient: hc, MaxReply: 1 << 18,
			Credentials: func(context.Context) (string, string, error) { return testAK, testSK, nil }})
	}
	geotest.Run(t, h)
}
