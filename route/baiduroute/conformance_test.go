package baiduroute_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/baiduroute"
	"github.com/waybill-go/waybill/route/routetest"
)

const (
	testAK = "fakeAk0123456789abcdefABCDEF"
	testSK = "fakeSk9876543210zyxwvutsZYXW"
)

func harness(sk string, opened baiduroute.Opened) routetest.Harness {
	h := routetest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return baiduroute.New(testAK, &baiduroute.Options{SK: sk, BaseURL: baseURL, HTTPClient: hc, MaxReply: 1 << 18, Opened: opened})
		},
		Server: func(testing.TB) routetest.Server {
			return routetest.NewBaidu(&routetest.BaiduOptions{AK: testAK, SK: sk})
		},
		Vendor: geo.VendorBaidu,
		// Bao'an airport, the civic centre, Luohu's railway station.
		Trip: routetest.Trip{
			From: geo.Point{Lat: 22.633888, Lng: 113.812088},
			Via:  geo.Point{Lat: 22.543099, Lng: 114.057868},
			To:   geo.Point{Lat: 22.533500, Lng: 114.112200},
		},
		Modes:     []route.Mode{route.Car, route.Bicycle, route.Walk},
		MaxPoints: 20,
		Nowhere:   geo.Point{Lat: 33.5, Lng: 88.5},
		Secrets:   []string{testAK, testSK},
	}
	if opened.Truck {
		h.Modes = append(h.Modes, route.Truck)
	}
	if opened.Motorcycle {
		h.Modes = append(h.Modes, route.Motorcycle)
	}
	add := func(want waybill.Code, scope waybill.Scope, wait bool, codes ...string) {
		for _, c := range codes {
			h.Codes = append(h.Codes, routetest.CodeCase{Code: c, Want: want, Scope: scope, Delivery: waybill.NotSent, RetryAfter: wait})
		}
	}
	add(waybill.Unavailable, waybill.ScopeProvider, false, "1")
	add(waybill.InvalidArgument, waybill.ScopeRequest, false, "2")
	add(waybill.NotFound, waybill.ScopeRequest, false, "7", "2001")
	add(waybill.PermissionDenied, waybill.ScopeService, false, "3", "240")
	add(waybill.QuotaExhausted, waybill.ScopeService, true, "4", "302")
	add(waybill.RateLimited, waybill.ScopeService, true, "401", "402")
	add(waybill.Unauthenticated, waybill.ScopeAccount, false, "101", "200", "211")
	add(waybill.PermissionDenied, waybill.ScopeAccount, false, "210")
	return h
}

func TestConformance(t *testing.T) { routetest.Run(t, harness("", baiduroute.Opened{})) }

func TestConformanceSigned(t *testing.T) {
	routetest.Run(t, harness(testSK, baiduroute.Opened{Truck: true, Motorcycle: true, Departure: true}))
}
