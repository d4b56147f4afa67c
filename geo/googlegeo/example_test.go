package googlegeo_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
)

func ExampleNew() {
	google, err := googlegeo.New("your-api-key", &googlegeo.Options{BiasRegion: "GB"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(google.Name(), "is kept out of", google.DefaultOutside())
	_, err = googlegeo.New("", nil)
	fmt.Println(err)
	// Output:
	// googlegeo is kept out of [CN]
	// googlegeo: new: invalid argument (the API key is missing)
}

// A contract of the older premium plan signs its requests in place of a key.
func ExampleNew_signed() {
	google, err := googlegeo.New("", &googlegeo.Options{ClientID: "gme-acme", SigningSecret: "vNIXE0xscrmjlyV-12Nj_BvUPaw="})
	fmt.Println(google.Name(), err)
	// Output: googlegeo <nil>
}

func ExampleAdapter_Geocode() {
	fake := geotest.NewGoogle(nil) // in place of Google
	defer fake.Close()
	google, err := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := google.Geocode(context.Background(), geo.GeocodeRequest{Query: "Times Square", Region: "HK", Language: "en"})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := res.Places[0]
	fmt.Println(p.Name, p.Point, p.Precision)
	fmt.Println(p.Address.Formatted, p.Address.Region)
	// Output:
	// Times Square 22.278200,114.182200 door
	// 1 Matheson Street, Wan Chai District, Hong Kong HK
}

func ExampleAdapter_ReverseGeocode() {
	fake := geotest.NewGoogle(nil)
	defer fake.Close()
	google, err := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		fmt.Println(err)
		return
	}
	pin := geo.Point{Lat: 22.2784, Lng: 114.1822}
	res, err := google.ReverseGeocode(context.Background(), geo.ReverseGeocodeRequest{Point: pin, Language: "zh-HK"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s, %.0f m away\n", res.Place.Address.Formatted, res.Place.Distance)
	// Output: 香港灣仔區勿地臣街1號, 22 m away
}

func ExampleAdapter_DefaultOutside() {
	google, _ := googlegeo.New("your-api-key", &googlegeo.Options{Mainland: true})
	fmt.Println(len(google.DefaultOutside()))
	// Output: 0
}
