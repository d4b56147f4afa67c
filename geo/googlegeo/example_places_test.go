package googlegeo_test

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
)

// faked is an adapter that speaks to a fake Google.
func faked(fake *geotest.Google) *googlegeo.Adapter {
	a, err := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		panic(err)
	}
	return a
}

// One session: what is typed, and the choice that closes it.
func ExampleAdapter_Suggest() {
	fake := geotest.NewGoogle(nil)
	defer fake.Close()
	google := faked(fake)
	res, err := google.Suggest(context.Background(), geo.SuggestRequest{
		Query: "marina bay", Session: "5b6e2c1a-8b0e-4c6e-9d1b-0d7b4a9f2f10", Region: "SG", Language: "en"})
	if err != nil {
		fmt.Println(err)
		return
	}
	s := res.Suggestions[0]
	fmt.Println(s.Name, "|", s.Detail, "|", s.Point.IsZero())
	place, err := google.Place(context.Background(), geo.PlaceRequest{ID: s.ID, Session: s.Session, Language: "en"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(place.Place.Point)
	fmt.Printf("%+v\n", fake.Sessions())
	// Output:
	// Marina Bay Sands | Bayfront Avenue, Singapore, Singapore | true
	// 1.283400,103.860700
	// {Closed:1 Open:0 Single:0}
}

func ExampleAdapter_Search() {
	fake := geotest.NewGoogle(nil)
	defer fake.Close()
	res, err := faked(fake).Search(context.Background(), geo.SearchRequest{
		Near: geo.Point{Lat: 1.2840, Lng: 103.8520}, Radius: 1500, Language: "en"}) // any place around
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range res.Places {
		fmt.Printf("%s, %.0f m\n", p.Name, p.Distance)
	}
	// Output:
	// One Raffles Place, 109 m
	// Marina Bay Sands, 969 m
}

func ExampleAdapter_Place() {
	fake := geotest.NewGoogle(nil)
	defer fake.Close()
	google := faked(fake)
	found, err := google.Geocode(context.Background(), geo.GeocodeRequest{Query: "Times Square", Region: "HK", Language: "en"})
	if err != nil {
		fmt.Println(err)
		return
	}
	id := found.Places[0].ID // it may be kept for as long as you like
	res, err := google.Place(context.Background(), geo.PlaceRequest{ID: id, Language: "en"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Place.Name, res.Place.Point, res.Place.ID == id)
	_, err = google.Place(context.Background(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "amap", Value: "B0FFG9L5PE"}})
	fmt.Println(err)
	// Output:
	// Times Square 22.278200,114.182200 true
	// googlegeo: place: unsupported (the id is of another issuer)
}

// The customer's language and the driver's.
func ExampleAdapter_Localize() {
	fake := geotest.NewGoogle(nil)
	defer fake.Close()
	res, err := faked(fake).Localize(context.Background(), geo.LocalizeRequest{
		Point: geo.Point{Lat: 22.2784, Lng: 114.1822}, Languages: []string{"en", "zh-HK"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range res.Places {
		fmt.Println(p.Address.Formatted)
	}
	// Output:
	// 1 Matheson Street, Wan Chai District, Hong Kong
	// 香港灣仔區勿地臣街1號
}
