package osmgeo_test

import (
	"context"
	"fmt"
	"log"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/osmgeo"
)

// osm returns an adapter for a fake Nominatim and Photon.
func osm() (*osmgeo.Adapter, func()) {
	fake := geotest.NewOSM(nil) // your own servers in production
	a, err := osmgeo.New(fake.NominatimURL(), "acme-dispatch/2.1 (maps@acme.example)", &osmgeo.Options{PhotonURL: fake.PhotonURL()})
	if err != nil {
		log.Fatal(err)
	}
	return a, fake.Close
}

func ExampleNew() {
	a, stop := osm()
	defer stop()
	maps, err := geo.New(geo.With(a, geo.Outside("CN")))
	if err != nil {
		log.Fatal(err)
	}
	res, err := maps.Geocode(context.Background(), geo.GeocodeRequest{Query: "Raffles Place", Region: "SG", Language: "en"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Places[0].Name, res.Places[0].Point, res.Provider)
	// Output: One Raffles Place 1.284400,103.851100 osmgeo
}

func ExampleAdapter_Geocode() {
	a, stop := osm()
	defer stop()
	res, err := a.Geocode(context.Background(), geo.GeocodeRequest{Query: "Raffles Place", Region: "SG"})
	fmt.Println(res.Places[0].Address.Region, res.Places[0].Precision, err)
	// Output: SG door <nil>
}

func ExampleAdapter_ReverseGeocode() {
	a, stop := osm()
	defer stop()
	res, err := a.ReverseGeocode(context.Background(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1.2841, Lng: 103.8515}, Language: "en", Nearby: 1})
	fmt.Println(res.Place.Name, len(res.Nearby), err)
	// Output: One Raffles Place 1 <nil>
}

// A suggestion of Photon has its point: resolving it asks nobody.
func ExampleAdapter_Suggest() {
	a, stop := osm()
	defer stop()
	res, err := a.Suggest(context.Background(), geo.SuggestRequest{Query: "Raffles Pl", Language: "en"})
	fmt.Println(res.Suggestions[0].Name, res.Suggestions[0].Point.IsZero(), err)
	// Output: One Raffles Place false <nil>
}

func ExampleAdapter_Search() {
	a, stop := osm()
	defer stop()
	near := geo.Point{Lat: 1.2841, Lng: 103.8515}
	res, err := a.Search(context.Background(), geo.SearchRequest{Query: "Raffles Place", Near: near, Radius: 1000, Language: "en"})
	fmt.Printf("%s at %.0f m, %v\n", res.Places[0].Name, res.Places[0].Distance, err)
	// Output: One Raffles Place at 56 m, <nil>
}

func ExampleAdapter_Place() {
	a, stop := osm()
	defer stop()
	found, _ := a.Geocode(context.Background(), geo.GeocodeRequest{Query: "Raffles Place", Region: "SG"})
	res, err := a.Place(context.Background(), geo.PlaceRequest{ID: found.Places[0].ID, Language: "en"})
	fmt.Println(res.Place.Name, err)
	// Output: One Raffles Place <nil>
}

func ExampleAdapter_Localize() {
	a, stop := osm()
	defer stop()
	found, _ := a.Geocode(context.Background(), geo.GeocodeRequest{Query: "Raffles Place", Region: "SG"})
	res, err := a.Localize(context.Background(), geo.LocalizeRequest{ID: found.Places[0].ID, Languages: []string{"en", "zh"}})
	fmt.Println(res.Places[0].Name, res.Places[1].Name, err)
	// Output: One Raffles Place 莱佛士坊一号 <nil>
}
