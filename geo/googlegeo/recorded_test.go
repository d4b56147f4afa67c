package googlegeo_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/googlegeo"
)

// replying returns an adapter whose server always gives one reply.
func replying(t testing.TB, status int, body string, o ...func(*googlegeo.Options)) *googlegeo.Adapter {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	options := &googlegeo.Options{BaseURL: s.URL, HTTPClient: s.Client()}
	for _, f := range o {
		f(options)
	}
	a, err := googlegeo.New("recorded-key", options)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// recorded reads a reply of the real services. The recordings lie beside a
// development checkout, not in it: they were gathered from public projects.
func recorded(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recorded", "google", file))
	if err != nil {
		t.Skip("the recorded replies are not here")
	}
	var text struct {
		Body string `json:"__raw_text_body"` // a reply that was no JSON
	}
	if json.Unmarshal(b, &text) == nil && text.Body != "" {
		return text.Body
	}
	return string(b)
}

func TestRecordedPlaces(t *testing.T) {
	for _, c := range []struct {
		file   string
		places int
		want   geo.Place
	}{
		{"geocode_components_filter_se.json", 1, geo.Place{
			ID: geo.PlaceID{Issuer: "google", Value: "ChIJuSSfYfyjU0YRK-5BbDS1mzw"}, Point: geo.Point{Lat: 55.6069245, Lng: 13.0033279},
			Precision: geo.PrecisionDoor, Types: []string{"church", "establishment", "place_of_worship", "point_of_interest"},
			Address: geo.Address{Formatted: "Göran Olsgatan 4, 211 22 Malmö, Sweden", Region: "SE", Country: "Sweden", Province: "Skåne län",
				City: "Malmö", District: "Gamla Staden", Street: "Göran Olsgatan", Number: "4", Postcode: "211 22"}}},
		{"geocode_no_exact_natural_feature.json", 1, geo.Place{
			ID: geo.PlaceID{Issuer: "google", Value: "ChIJ73t1OUxHTRMRDu6MnXs-VUQ"}, Name: "Durmitor", Point: geo.Point{Lat: 43.149618, Lng: 19.0895813},
			Precision: geo.PrecisionPlace, Types: []string{"establishment", "natural_feature", "park", "point_of_interest"},
			Address: geo.Address{Formatted: "Durmitor, Žabljak, Montenegro", Region: "ME", Country: "Montenegro", City: "Žabljak"}}},
		{"geocode_paris_fr.json", 1, geo.Place{
			ID: geo.PlaceID{Issuer: "google", Value: "ChIJ4b303vJt5kcRF9AQdh4ZjWc"}, Point: geo.Point{Lat: 48.8630842, Lng: 2.3889015},
			Precision: geo.PrecisionDoor, Types: []string{"street_address"},
			Address: geo.Address{Formatted: "10 Avenue Gambetta, 75020 Paris, France", Region: "FR", Country: "France", Province: "Île-de-France",
				City: "Paris", Street: "Avenue Gambetta", Number: "10", Postcode: "75020"}}},
		{"geocode_partial_premise_us.json", 1, geo.Place{
			ID:    geo.PlaceID{Issuer: "google", Value: "EjA2MSwgMjEyMyBXIE1pbmVyYWwgQXZlLCBMaXR0bGV0b24sIENPIDgwMTIwLCBVU0EiIxohChsSGQoUChIJHanaKfSBbIcR8LOLuyFxzA8QyxASAjYx"},
			Point: geo.Point{Lat: 39.5751588, Lng: -105.0135375}, Precision: geo.PrecisionInterpolated, Partial: true, Types: []string{"subpremise"},
			Address: geo.Address{Formatted: "2123 W Mineral Ave #61, Littleton, CO 80120, USA", Region: "US", Country: "United States", Province: "Colorado",
				City: "Littleton", Street: "West Mineral Avenue", Number: "2123", Postcode: "80120"}}},
		{"geocode_postal_code_suffix_us.json", 1, geo.Place{
			ID: geo.PlaceID{Issuer: "google", Value: "ChIJK6OxB5M0DogRla1PTqvu7gk"}, Point: geo.Point{Lat: 41.8718539, Lng: -87.7937566},
			Precision: geo.PrecisionDoor, Types: []string{"street_address"},
			Address: geo.Address{Formatted: "900 S Oak Park Ave, Oak Park, IL 60304, USA", Region: "US", Country: "United States", Province: "Illinois",
				City: "Oak Park", Street: "South Oak Park Avenue", Number: "900", Postcode: "60304-1936"}}},
		{"spec_geocode.json", 1, geo.Place{
			ID: geo.PlaceID{Issuer: "google", Value: "ChIJj38IfwK6j4ARNcyPDnEGa9g"}, Point: geo.Point{Lat: 37.422388, Lng: -122.0841883},
			Precision: geo.PrecisionDoor, Types: []string{"premise"},
			Address: geo.Address{Formatted: "Google Building 40, 1600 Amphitheatre Pkwy, Mountain View, CA 94043, USA", Region: "US", Country: "United States",
				Province: "California", City: "Mountain View", Street: "Amphitheatre Parkway", Number: "1600", Building: "Google Building 40", Postcode: "94043"}}},
		{"spec_geocode_place_id.json", 1, brooklyn()},
		{"spec_geocode_toledo.json", 2, geo.Place{
			ID: geo.PlaceID{Issuer: "google", Value: "ChIJeU4e_C2HO4gRRcM6RZ_IPHw"}, Point: geo.Point{Lat: 41.6528052, Lng: -83.5378674},
			Precision: geo.PrecisionCity, Types: []string{"locality", "political"},
			Address: geo.Address{Formatted: "Toledo, OH, USA", Region: "US", Country: "United States", Province: "Ohio", City: "Toledo"}}},
	} {
		t.Run(c.file, func(t *testing.T) {
			a := replying(t, http.StatusOK, recorded(t, c.file))
			res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "anything"})
			if err != nil {
				t.Fatal(err)
			}
			if len(res.Places) != c.places {
				t.Errorf("%d places, want %d", len(res.Places), c.places)
			}
			same(t, res.Places[0], c.want)
		})
	}
}

// brooklyn is a place without a locality: the borough is the city.
func brooklyn() geo.Place {
	return geo.Place{
		ID: geo.PlaceID{Issuer: "google", Value: "ChIJd8BlQ2BZwokRAFUEcm_qrcA"}, Point: geo.Point{Lat: 40.7142205, Lng: -73.9612903},
		Precision: geo.PrecisionDoor, Types: []string{"street_address"},
		Address: geo.Address{Formatted: "277 Bedford Ave, Brooklyn, NY 11211, USA", Region: "US", Country: "United States", Province: "New York",
			City: "Brooklyn", District: "Williamsburg", Street: "Bedford Avenue", Number: "277", Postcode: "11211"}}
}

// same compares two places by their JSON.
func same(t *testing.T, got, want geo.Place) {
	t.Helper()
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if string(g) != string(w) {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

func TestRecordedReverse(t *testing.T) {
	for _, c := range []struct {
		file     string
		at       geo.Point
		point    geo.Point
		id       string
		text     string
		city     string
		postcode string
	}{
		{"spec_geocode_reverse.json", geo.Point{Lat: 40.714224, Lng: -73.961452}, geo.Point{Lat: 40.7142205, Lng: -73.9612903},
			"google:ChIJd8BlQ2BZwokRAFUEcm_qrcA", "277 Bedford Ave, Brooklyn, NY 11211, USA", "Brooklyn", "11211"},
		{"reverse_japan_en.json", geo.Point{Lat: 36.2745084, Lng: 136.9003169}, geo.Point{Lat: 36.2744833, Lng: 136.9003393},
			"google:ChIJJS4hmuNx-F8R8qXtlEZ9Nc8", "58 Iijima, Shirakawa-mura, Ōno-gun, Gifu-ken 501-5625, Japan", "Shirakawa-mura", "501-5625"},
		{"reverse_paris_default.json", geo.Point{Lat: 48.8631507, Lng: 2.388911}, geo.Point{Lat: 48.8631361, Lng: 2.3889219},
			"google:ChIJ9aLL3vJt5kcR61GCze3v6fg", "12 Avenue Gambetta, 75020 Paris, France", "Paris", "75020"},
		{"geocode_utf8.json", geo.Point{Lat: 46.8023388, Lng: 1.6551867}, geo.Point{Lat: 46.8024498, Lng: 1.6551494},
			"google:ChIJaTxVlWSg-0cR0flO9_azzKY", "1 Rue Fernand Raynaud, 36000 Châteauroux, France", "Châteauroux", "36000"},
	} {
		t.Run(c.file, func(t *testing.T) {
			a := replying(t, http.StatusOK, recorded(t, c.file))
			res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: c.at})
			if err != nil {
				t.Fatal(err)
			}
			p := res.Place
			if p.ID.String() != c.id || p.Point != c.point || p.Address.Formatted != c.text || p.Address.City != c.city || p.Address.Postcode != c.postcode {
				t.Errorf("got %+v", p)
			}
			if d := geo.Distance(c.at, c.point); p.Distance != d || d > 20 {
				t.Errorf("distance %.1f m, want %.1f m", p.Distance, d)
			}
			if len(res.Nearby) != 0 || res.Provider != "googlegeo" {
				t.Errorf("nearby %d, provider %q", len(res.Nearby), res.Provider)
			}
		})
	}
}

func TestRecordedErrors(t *testing.T) {
	for _, c := range []struct {
		file   string
		status int
		code   waybill.Code
		vendor string
	}{
		{"error_request_denied.json", 200, waybill.Unauthenticated, "REQUEST_DENIED"},
		{"error_over_query_limit.json", 200, waybill.RateLimited, "OVER_QUERY_LIMIT"},
		{"error_bad_client_signature_text.json", 403, waybill.Unauthenticated, "403"},
		{"spec_geocode_components_zero_results.json", 200, waybill.NotFound, "ZERO_RESULTS"},
		{"spec_geocode_invalid_place.json", 200, waybill.InvalidArgument, "INVALID_REQUEST"},
	} {
		t.Run(c.file, func(t *testing.T) {
			a := replying(t, c.status, recorded(t, c.file))
			_, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "Columbia University"})
			e := waybill.AsError(err)
			if e == nil || e.Code != c.code || e.VendorCode != c.vendor || e.Delivery != waybill.NotSent {
				t.Errorf("got %v", err)
			}
			_, err = a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1, Lng: 1}})
			if waybill.CodeOf(err) != c.code {
				t.Errorf("reverse: got %v", err)
			}
		})
	}
}

func TestRecordedSuggestions(t *testing.T) {
	for _, c := range []struct {
		file         string
		legacy       bool
		count, index int
		want         geo.Suggestion
	}{
		{"places_new_autocomplete.json", false, 1, 0, geo.Suggestion{ID: geo.PlaceID{Issuer: "google", Value: "ChIJLwPMoJm1RIYRetVp1EtGm10"},
			Text: "Austin, TX", Name: "Austin", Detail: "TX", Types: []string{"geocode", "locality", "political"}}},
		{"spec_places_autocomplete_fr.json", true, 5, 1, geo.Suggestion{ID: geo.PlaceID{Issuer: "google", Value: "ChIJcWGw3Ytzj1QR7Ui7HnTz6Dg"},
			Text: "Victoria, BC, Canada", Name: "Victoria", Detail: "BC, Canada", Types: []string{"locality", "political", "geocode"}}},
		{"spec_places_autocomplete_paris.json", true, 5, 0, geo.Suggestion{}},
		{"spec_places_autocomplete_pt_br.json", true, 5, 0, geo.Suggestion{}},
	} {
		t.Run(c.file, func(t *testing.T) {
			a := replying(t, http.StatusOK, recorded(t, c.file), func(o *googlegeo.Options) { o.LegacyPlaces = c.legacy })
			res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "anything"})
			if err != nil || len(res.Suggestions) != c.count {
				t.Fatalf("%d suggestions, %v", len(res.Suggestions), err)
			}
			for _, s := range res.Suggestions {
				if s.ID.IsZero() || s.Text == "" || s.Name == "" || !s.Point.IsZero() {
					t.Errorf("%+v", s)
				}
			}
			if c.want.Text != "" && !reflect.DeepEqual(res.Suggestions[c.index], c.want) {
				t.Errorf("got %+v\nwant %+v", res.Suggestions[c.index], c.want)
			}
		})
	}
}

func legacyPlaces(o *googlegeo.Options) { o.LegacyPlaces = true }

func TestRecordedDetails(t *testing.T) {
	a := replying(t, http.StatusOK, recorded(t, "spec_places_details.json"), legacyPlaces)
	res, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "google", Value: "ChIJN1t_tDeuEmsRUsoyG83frY4"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Place.Types = nil
	same(t, res.Place, geo.Place{ID: res.Place.ID, Name: "Google Workplace 6", Point: geo.Point{Lat: -33.866489, Lng: 151.1958561}, Precision: geo.PrecisionPlace,
		Address: geo.Address{Formatted: "48 Pirrama Rd, Pyrmont NSW 2009, Australia", Region: "AU", Country: "Australia", Province: "New South Wales",
			City: "Pyrmont", Street: "Pirrama Road", Number: "48", Postcode: "2009"}})
	if res.Place.ID.Value != "ChIJN1t_tDeuEmsRUsoyG83frY4" {
		t.Errorf("id %v", res.Place.ID)
	}
}

func TestRecordedSearch(t *testing.T) {
	a := replying(t, http.StatusOK, recorded(t, "spec_places_textsearch.json"), legacyPlaces)
	res, err := a.Search(t.Context(), geo.SearchRequest{Query: "restaurants in Sydney", Near: geo.Point{Lat: -33.86, Lng: 151.21}})
	if err != nil || len(res.Places) != 20 || res.Next == "" {
		t.Fatalf("%d places, next %q, %v", len(res.Places), res.Next, err)
	}
	p := res.Places[0]
	if p.Name != "Aria Restaurant Sydney" || p.Point != (geo.Point{Lat: -33.8592041, Lng: 151.2132635}) || p.ID.Value != "ChIJdxxU1WeuEmsR11c4fswX-Io" ||
		p.Address.Formatted != "1 Macquarie St, Sydney NSW 2000, Australia" || p.Distance < 200 || p.Distance > 400 {
		t.Errorf("%+v", p)
	}
	// The page after it was asked for too early.
	a = replying(t, http.StatusOK, recorded(t, "spec_places_textsearch_pagetoken.json"), legacyPlaces)
	if _, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Cursor: res.Next}); waybill.CodeOf(err) != waybill.Unavailable || waybill.RetryAfterOf(err) == 0 {
		t.Errorf("got %v", err)
	}
}

func TestRecordedPlacesErrors(t *testing.T) {
	for _, c := range []struct {
		file   string
		status int
		legacy bool
		code   waybill.Code
		vendor string
	}{
		{"error_places_new_key_blocked.json", 403, false, waybill.PermissionDenied, "API_KEY_IOS_APP_BLOCKED"},
		{"error_places_denied.json", 200, true, waybill.Unauthenticated, "REQUEST_DENIED"},
		{"spec_places_findplacefromtext_error.json", 200, true, waybill.InvalidArgument, "INVALID_REQUEST"},
	} {
		t.Run(c.file, func(t *testing.T) {
			a := replying(t, c.status, recorded(t, c.file), func(o *googlegeo.Options) { o.LegacyPlaces = c.legacy })
			_, err1 := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x"})
			_, err2 := a.Search(t.Context(), geo.SearchRequest{Query: "x"})
			for _, err := range []error{err1, err2} {
				if e := waybill.AsError(err); e == nil || e.Code != c.code || e.VendorCode != c.vendor || e.Delivery != waybill.NotSent {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}
