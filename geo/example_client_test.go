package geo_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
	"github.com/waybill-go/waybill/geo/geotest"
)

// A pin is dragged on a map that shows BD-09. What comes back is in BD-09, too:
// the address with its adcode, and named places around with their distances.
func Example_pickPoint() {
	fake := geotest.NewAmap(nil) // leave BaseURL out for the real one
	defer fake.Close()
	amap, err := amapgeo.New(geotest.AmapKey, &amapgeo.Options{BaseURL: fake.URL()})
	if err != nil {
		fmt.Println(err)
		return
	}
	maps, err := geo.New(geo.With(amap, geo.In("CN", "HK", "MO")))
	if err != nil {
		fmt.Println(err)
		return
	}
	pin := geo.Point{Lat: 22.5454, Lng: 114.1176, Datum: geo.BD09}
	res, err := maps.ReverseGeocode(context.Background(), geo.ReverseGeocodeRequest{Point: pin, Nearby: 3, Radius: 5000})
	if err != nil {
		fmt.Println(err)
		return
	}
	a := res.Place.Address
	fmt.Println(a.City, a.District, a.Street, a.Adcode)
	for _, p := range res.Nearby {
		fmt.Printf("%s, %.0f m, %v\n", p.Name, p.Distance, p.Point.Datum)
	}
	// Output:
	// 深圳市 罗湖区 宝安南路 440303
	// 深圳万象城, 93 m, bd09
	// 深圳站, 1116 m, bd09
	// 赛格广场, 2388 m, bd09
}

// From letters to a place: the app gets suggestions as JSON and sends one back,
// to whichever server.
func ExampleClient_Suggest() {
	maps, err := geo.New(geo.With(google())) // an adapter in place of Google's
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	session := "0b9cf0b0-4f2e-4a51-9d55-1c2a4e1f9a01" // a new one for each search
	res, err := maps.Suggest(ctx, geo.SuggestRequest{Query: "raff", Session: session, Region: "SG"})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, _ := json.Marshal(res.Suggestions[0])
	fmt.Println(string(text))

	var chosen geo.Suggestion // what comes back
	if err := json.Unmarshal(text, &chosen); err != nil {
		fmt.Println(err)
		return
	}
	place, err := maps.Resolve(ctx, geo.ResolveRequest{Suggestion: chosen})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(place.Place.Name, place.Place.Point)
	// Output:
	// {"id":"google:ChIJ1","text":"Raffles Hotel, Beach Road, Singapore","name":"Raffles Hotel","session":"0b9cf0b0-4f2e-4a51-9d55-1c2a4e1f9a01","provider":"googlegeo","instance":"googlegeo","region":"SG"}
	// Raffles Hotel 1.294900,103.854500
}

// With its vendor down a suggestion's place is found again, and marked.
func ExampleClient_Resolve() {
	broken := google()
	broken.place = func(geo.PlaceRequest) (geo.PlaceResult, error) { return geo.PlaceResult{}, downError }
	maps, err := geo.New(geo.With(broken), geo.With(finder("osmgeo")), geo.WithPolicy(waybill.Policy{TriesPerProvider: 1}))
	if err != nil {
		fmt.Println(err)
		return
	}
	s := geo.Suggestion{ID: geo.PlaceID{Issuer: "google", Value: "ChIJ1"}, Text: "Raffles Hotel, Beach Road, Singapore", Name: "Raffles Hotel", Region: "SG"}
	res, err := maps.Resolve(context.Background(), geo.ResolveRequest{Suggestion: s})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Place.Name, res.Place.ID, res.Provider, "refound:", res.Refound)
	// Output: Raffles hotel osm:N2 osmgeo refound: true
}

func ExampleClient_Place() {
	maps, err := geo.New(geo.With(google()))
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err := geo.ParsePlaceID("google:ChIJ1") // from a database
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := maps.Place(context.Background(), geo.PlaceRequest{ID: id})
	fmt.Println(res.Place.Name, res.Place.Point, err)
	_, err = maps.Place(context.Background(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "amap", Value: "B0FFG9L5PE"}})
	fmt.Println(err)
	// Output:
	// Raffles Hotel 1.294900,103.854500 <nil>
	// geo: place: unavailable (nobody in this client takes the ids of this issuer)
}

func ExampleClient_Search() {
	maps, err := geo.New(geo.With(pages("osmgeo", 2, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	r := geo.SearchRequest{Query: "hotel", Region: "SG"}
	for {
		res, err := maps.Search(context.Background(), r)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(res.Places), "places, the last page:", res.Next == "")
		if r.Cursor = res.Next; r.Cursor == "" {
			break
		}
	}
	// Output:
	// 2 places, the last page: false
	// 2 places, the last page: true
}

func ExampleClient_SearchAll() {
	maps, err := geo.New(geo.With(pages("osmgeo", 3, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	for p, err := range maps.SearchAll(context.Background(), geo.SearchRequest{Query: "hotel", Region: "SG"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(p.ID)
		if p.ID.Value == "1/0" {
			break // the third page is not asked for
		}
	}
	// Output:
	// x:0/0
	// x:0/1
	// x:1/0
}

func ExampleClient_Localize() {
	v := google()
	v.localize = func(r geo.LocalizeRequest) (geo.LocalizeResult, error) {
		names := map[string]string{"en": "Raffles Hotel", "zh": "莱佛士酒店"}
		var res geo.LocalizeResult
		for _, l := range r.Languages {
			res.Places = append(res.Places, geo.Place{Name: names[l], Point: raffles})
		}
		return res, nil
	}
	maps, err := geo.New(geo.With(v))
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := maps.Localize(context.Background(), geo.LocalizeRequest{ID: hotel.ID, Languages: []string{"zh", "en"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Places[0].Name, "/", res.Places[1].Name)
	// Output: 莱佛士酒店 / Raffles Hotel
}

func ExampleClient_Districts() {
	v := &vendor{name: "amapgeo", districts: func(geo.DistrictRequest) (geo.DistrictResult, error) {
		return geo.DistrictResult{Districts: []geo.District{{Name: "深圳市", Adcode: "440300", Level: geo.LevelCity, Region: "CN",
			Children: []geo.District{{Name: "南山区", Adcode: "440305", Level: geo.LevelDistrict}}}}}, nil
	}}
	maps, err := geo.New(geo.With(v), geo.WithDefaultRegion("CN"))
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := maps.Districts(context.Background(), geo.DistrictRequest{Query: "440300", Children: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	city := res.Districts[0]
	fmt.Println(city.Name, city.Level, city.Children[0].Name, city.Children[0].Adcode)
	// Output: 深圳市 city 南山区 440305
}
