package routetest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/amaproute"
	"github.com/waybill-go/waybill/route/routetest"
)

// An adapter's own test runs the suite. Here it is the function Test of a test
// file.
func ExampleRun() {
	test := func(t *testing.T) {
		routetest.Run(t, routetest.Harness{
			New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
				return amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: baseURL, HTTPClient: hc})
			},
			Server:  func(testing.TB) routetest.Server { return routetest.NewAmap(nil) },
			Trip:    routetest.Shenzhen(),
			Vendor:  geo.VendorAmap,
			Modes:   []route.Mode{route.Car, route.Bicycle, route.Walk},
			Secrets: []string{routetest.AmapKey},
		})
	}
	fmt.Printf("%T\n", test)
	// Output: func(*testing.T)
}

// A fake of one's own vendor is a handler that speaks its protocol.
func ExampleNewServer() {
	fake := routetest.NewServer("acme",
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"metres":1200}`) }),
		func(w http.ResponseWriter, _ *http.Request, code string) { fmt.Fprintf(w, `{"error":%q}`, code) },
		"key")
	defer fake.Close()
	resp, err := fake.Client().Get(fake.URL() + "/way?key=secret")
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	fmt.Println(fake.Count("/way"), fake.Log()[0].Query, fake.Log()[0].Reply)
	fake.FailCode("E7")
	if resp, err = fake.Client().Get(fake.URL() + "/way"); err == nil {
		resp.Body.Close()
	}
	fmt.Println(fake.Log()[1].Reply)
	// Output:
	// 1 key=*** {"metres":1200}
	// {"error":"E7"}
}

func ExampleNewAmap() {
	fake := routetest.NewAmap(nil)
	defer fake.Close()
	amap, err := amaproute.New(routetest.AmapKey, &amaproute.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		fmt.Println(err)
		return
	}
	trip := routetest.Shenzhen()
	ask := func() {
		_, err := amap.Route(context.Background(), route.Request{Points: trip.Points()})
		fmt.Println(waybill.AsError(err) == nil, fake.Accepted(""))
	}
	ask()
	fake.FailCode("10021")
	ask()
	fake.Heal()
	ask()
	// Output:
	// true 1
	// false 1
	// true 2
}

func ExampleShenzhen() {
	t := routetest.Shenzhen()
	fmt.Println(len(t.Points()), t.From.Datum)
	// Output: 3 wgs84
}

func ExampleSingapore() {
	t := routetest.Singapore()
	fmt.Printf("%.0f km, then %.0f\n", geo.Distance(t.From, t.Via)/1000, geo.Distance(t.Via, t.To)/1000)
	// Output: 17 km, then 5
}

func ExampleNewOSRM() {
	fake := routetest.NewOSRM(nil)
	defer fake.Close()
	resp, err := fake.Client().Get(fake.URL() + "/table/v1/driving/103.989,1.359;103.852,1.293?sources=0&destinations=1&foo=1")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, fake.Accepted("table")) // an unknown option is an error
	// Output: 400 0
}

func ExampleNewValhalla() {
	fake := routetest.NewValhalla(nil)
	defer fake.Close()
	body := `{"locations":[{"lat":1.359,"lon":103.989},{"lat":1.293,"lon":103.852}],"costing":"auto"}`
	resp, err := fake.Client().Post(fake.URL()+"/route", "application/json", strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, fake.Accepted("/route"), len(fake.Asked()))
	// Output: 200 1 2
}
