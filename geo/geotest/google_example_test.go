package geotest_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
)

func ExampleNewGoogle() {
	fake := geotest.NewGoogle(nil)
	defer fake.Close()
	google, err := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		fmt.Println(err)
		return
	}
	ask := func() {
		_, err := google.Geocode(context.Background(), geo.GeocodeRequest{Query: "Taipei", Region: "TW", Language: "en"})
		fmt.Println(err, fake.Accepted(""))
	}
	ask()
	fake.FailCode("OVER_QUERY_LIMIT")
	ask()
	// Output:
	// <nil> 1
	// googlegeo: geocode: rate limited (OVER_QUERY_LIMIT too many requests) 1
}
