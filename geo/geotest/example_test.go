package geotest_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

// An application's test lets its vendor fail and looks at what becomes of it.
func ExampleNewAmap() {
	fake := geotest.NewAmap(nil)
	defer fake.Close()
	amap, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		log.Fatal(err)
	}
	ask := func() {
		res, err := amap.Geocode(context.Background(), geo.GeocodeRequest{Query: "腾讯大厦"})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(res.Places[0].Address.Formatted)
	}
	ask()
	fake.FailCode("10021")
	ask()
	fake.Heal()
	ask()
	fmt.Println("asked", fake.Count("/v3/geocode/geo"), "accepted", fake.Accepted("/v3/geocode/geo"))
	// Output:
	// 广东省深圳市南山区腾讯大厦
	// amapgeo: geocode: rate limited (10021 CUQPS_HAS_EXCEEDED_THE_LIMIT)
	// 广东省深圳市南山区腾讯大厦
	// asked 3 accepted 2
}

// A fake of a vendor of one's own is a handler with a way to refuse.
func ExampleNewServer() {
	fake := geotest.NewServer("acme",
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `{"places":[]}`) }),
		func(w http.ResponseWriter, r *http.Request, code string) { fmt.Fprintf(w, `{"error":%q}`, code) },
		"apikey")
	defer fake.Close()
	get := func() {
		resp, err := fake.Client().Get(fake.URL() + "/find?apikey=secret&q=pier")
		if err != nil {
			log.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		fmt.Println(string(body))
	}
	get()
	fake.FailCode("quota")
	get()
	fmt.Println(fake.Log()[0].Query)
	// Output:
	// {"places":[]}
	// {"error":"quota"}
	// apikey=***&q=pier
}

func ExampleFaults() {
	for _, f := range geotest.Faults()[:4] {
		fmt.Println(f)
	}
	// Output:
	// refuse
	// reset_on_accept
	// hang_before_read
	// hang_after_read
}

func ExampleGeocodeCases() {
	c := geotest.GeocodeCases(geo.VendorAmap, "zh", "HK")[0]
	fmt.Println(c.Name, c.Request.Query, c.Region, c.Datum)
	// Output: hongkong-airport 香港国际机场 HK gcj02
}

func ExampleReverseCases() {
	c := geotest.ReverseCases(geo.VendorAmap, "zh", "CN")[0]
	fmt.Println(c.Name, c.Contains, c.Region)
	// Output: shenzhen-north-station 致远中路 CN
}

// A code of the vendor, and what it must become.
func ExampleCodeCase() {
	c := geotest.CodeCase{Code: "10021", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: true}
	fmt.Println(c.Code, c.Want, c.Scope)
	// Output: 10021 rate_limited service
}
