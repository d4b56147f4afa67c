package googlegeo_test

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
	"github.com/waybill-go/waybill/internal/fakehttp"
)

// sent is a request as a server saw it.
type sent struct {
	method, path, query, key, mask string
	body                           map[string]any
}

// watching returns an adapter whose server gives one reply, and what the server
// was asked last.
func watching(t *testing.T, reply string, o googlegeo.Options) (*googlegeo.Adapter, func() sent) {
	t.Helper()
	var mu sync.Mutex
	var last sent
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		last = sent{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("X-Goog-Api-Key"), r.Header.Get("X-Goog-FieldMask"), nil}
		b, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(b, &last.body)
		_, _ = w.Write([]byte(reply))
	}))
	t.Cleanup(s.Close)
	o.BaseURL, o.HTTPClient = s.URL, s.Client()
	a, err := googlegeo.New("the-key", &o)
	if err != nil {
		t.Fatal(err)
	}
	return a, func() sent { mu.Lock(); defer mu.Unlock(); return last }
}

// sentBody compares what was sent with a JSON text.
func sentBody(t *testing.T, name string, got sent, want string) {
	t.Helper()
	var w map[string]any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(got.body)
	b, _ := json.Marshal(w)
	if string(a) != string(b) {
		t.Errorf("%s: sent\n%s\nwant\n%s", name, a, b)
	}
}

const world = `{"rectangle":{"low":{"latitude":-90,"longitude":-180},"high":{"latitude":90,"longitude":180}}}`

func TestAutocompleteRequest(t *testing.T) {
	box := &googlegeo.Bounds{SouthWest: geo.Point{Lat: 1, Lng: 103}, NorthEast: geo.Point{Lat: 2, Lng: 104}}
	for name, c := range map[string]struct {
		o    googlegeo.Options
		r    geo.SuggestRequest
		want string
	}{
		// Without a bias Google would prefer what is around the server.
		"plain": {googlegeo.Options{}, geo.SuggestRequest{Query: "raff"}, `{"input":"raff","locationBias":` + world + `}`},
		"session, region, language": {googlegeo.Options{Bounds: box}, geo.SuggestRequest{Query: "raff", Session: "s-1", Region: "GB", Language: "en"},
			`{"input":"raff","sessionToken":"s-1","regionCode":"gb","includedRegionCodes":["gb"],"languageCode":"en","locationBias":` + world + `}`},
		"near": {googlegeo.Options{}, geo.SuggestRequest{Query: "raff", Near: geo.Point{Lat: 1.3, Lng: 103.8}},
			`{"input":"raff","origin":{"latitude":1.3,"longitude":103.8},"locationBias":{"circle":{"center":{"latitude":1.3,"longitude":103.8},"radius":50000}}}`},
		"on the equator": {googlegeo.Options{}, geo.SuggestRequest{Query: "raff", Near: geo.Point{Lat: 0, Lng: 9.4}},
			`{"input":"raff","origin":{"latitude":0,"longitude":9.4},"locationBias":{"circle":{"center":{"latitude":0,"longitude":9.4},"radius":50000}}}`},
		"box": {googlegeo.Options{Bounds: box}, geo.SuggestRequest{Query: "raff"},
			`{"input":"raff","locationBias":{"rectangle":{"low":{"latitude":1,"longitude":103},"high":{"latitude":2,"longitude":104}}}}`},
	} {
		a, last := watching(t, `{"suggestions":[{"placePrediction":{"placeId":"ChIJ1","text":{"text":"Raffles"}}}]}`, c.o)
		if _, err := a.Suggest(t.Context(), c.r); err != nil {
			t.Fatal(err)
		}
		got := last()
		sentBody(t, name, got, c.want)
		if got.method != "POST" || got.path != "/v1/places:autocomplete" || got.query != "" || got.key != "the-key" || !strings.Contains(got.mask, "suggestions.placePrediction.text") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestSearchRequest(t *testing.T) {
	at := geo.Point{Lat: 1.3, Lng: 103.8}
	for name, c := range map[string]struct {
		r          geo.SearchRequest
		path, want string
	}{
		"text": {geo.SearchRequest{Query: "hotel", Region: "SG", City: "Singapore", Language: "en", Limit: 50}, "/v1/places:searchText",
			`{"textQuery":"hotel, Singapore","regionCode":"sg","languageCode":"en","pageSize":20,"locationBias":` + world + `}`},
		"an adcode is no city": {geo.SearchRequest{Query: "hotel", City: "440300", Cursor: "p1.tok"}, "/v1/places:searchText",
			`{"textQuery":"hotel","pageToken":"tok","locationBias":` + world + `}`},
		"near": {geo.SearchRequest{Query: "hotel", Near: at}, "/v1/places:searchText",
			`{"textQuery":"hotel","locationBias":{"circle":{"center":{"latitude":1.3,"longitude":103.8},"radius":50000}}}`},
		"around": {geo.SearchRequest{Near: at, Radius: 800, Limit: 3}, "/v1/places:searchNearby",
			`{"maxResultCount":3,"rankPreference":"DISTANCE","locationRestriction":{"circle":{"center":{"latitude":1.3,"longitude":103.8},"radius":800}}}`},
	} {
		a, last := watching(t, onePlace, googlegeo.Options{})
		if _, err := a.Search(t.Context(), c.r); err != nil && waybill.CodeOf(err) != waybill.NotFound {
			t.Fatal(err)
		}
		got := last()
		sentBody(t, name, got, c.want)
		if got.path != c.path || !strings.Contains(got.mask, "places.addressComponents") || strings.Contains(got.mask, "nextPageToken") != strings.HasSuffix(c.path, "Text") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// onePlace is a search reply of our own making.
const onePlace = `{"places":[{"id":"ChIJ1","displayName":{"text":"Raffles Hotel","languageCode":"en"},"formattedAddress":"1 Beach Rd, Singapore 189673",
"location":{"latitude":1.2949,"longitude":103.8545},"types":["hotel","lodging"],"addressComponents":[
{"longText":"1","shortText":"1","types":["street_number"],"languageCode":"en-US"},{"longText":"Beach Road","shortText":"Beach Rd","types":["route"],"languageCode":"en"},
{"longText":"Singapore","shortText":"SG","types":["country","political"],"languageCode":"en"}]}]}`

// A text search can be restricted to boxes only; what lies in the box and not in
// the circle is dropped.
func TestSearchWithinARadius(t *testing.T) {
	for _, c := range []struct {
		near geo.Point
		want int
	}{{geo.Point{Lat: 1.2949, Lng: 103.8600}, 1}, {geo.Point{Lat: 1.2949 + 0.0085, Lng: 103.8545 + 0.0085}, 0}} {
		a, last := watching(t, onePlace, googlegeo.Options{})
		res, err := a.Search(t.Context(), geo.SearchRequest{Query: "hotel", Near: c.near, Radius: 1000})
		if len(res.Places) != c.want || (err == nil) != (c.want == 1) {
			t.Errorf("%v: %+v, %v", c.near, res, err)
		}
		r, _ := last().body["locationRestriction"].(map[string]any)["rectangle"].(map[string]any)
		low, high := r["low"].(map[string]any), r["high"].(map[string]any)
		if d := high["latitude"].(float64) - low["latitude"].(float64); math.Abs(d-2*0.00908) > 1e-4 {
			t.Errorf("the box is %v degrees high", d)
		}
	}
	// Over the date line the box's west is east of its east; at the pole it
	// goes all the way round.
	a, last := watching(t, `{}`, googlegeo.Options{})
	for _, c := range []struct {
		near      geo.Point
		low, high float64
	}{{geo.Point{Lat: -17, Lng: 179.999}, 179.9895, -179.9915}, {geo.Point{Lat: 89.999, Lng: 10}, -180, 180}} {
		_, _ = a.Search(t.Context(), geo.SearchRequest{Query: "x", Near: c.near, Radius: 1000})
		r := last().body["locationRestriction"].(map[string]any)["rectangle"].(map[string]any)
		low, high := r["low"].(map[string]any)["longitude"].(float64), r["high"].(map[string]any)["longitude"].(float64)
		if math.Abs(low-c.low) > 2e-4 || math.Abs(high-c.high) > 2e-4 {
			t.Errorf("%v: from %v to %v", c.near, low, high)
		}
	}
}

func TestPlaceRequest(t *testing.T) {
	a, last := watching(t, onePlace[len(`{"places":[`):len(onePlace)-2], googlegeo.Options{})
	res, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "google", Value: "ChIJ-old_1"}, Session: "s-1", Language: "en", Region: "SG"})
	if err != nil {
		t.Fatal(err)
	}
	got := last()
	if got.method != "GET" || got.path != "/v1/places/ChIJ-old_1" || got.query != "languageCode=en&regionCode=sg&sessionToken=s-1" || got.mask != "id,displayName,formattedAddress,location,addressComponents,types" {
		t.Errorf("%+v", got)
	}
	p := res.Place
	if p.ID.Value != "ChIJ1" || p.Name != "Raffles Hotel" || p.Point != (geo.Point{Lat: 1.2949, Lng: 103.8545}) || p.Precision != geo.PrecisionPlace ||
		p.Address != (geo.Address{Formatted: "1 Beach Rd, Singapore 189673", Region: "SG", Country: "Singapore", Street: "Beach Road", Number: "1", Language: "en"}) {
		t.Errorf("%+v", p)
	}
}

func TestPlacesWithoutAnything(t *testing.T) {
	id := geo.PlaceID{Issuer: "google", Value: "ChIJ1"}
	for body, want := range map[string]waybill.Code{
		`{}`:                           waybill.DataLoss,
		`{"id":"ChIJ1"}`:               waybill.NotFound, // a business without premises
		`{"id":"ChIJ1","location":{}}`: waybill.NotFound, // 0,0
		`{"id":"ChIJ1","location":{"latitude":91,"longitude":1}}`: waybill.NotFound,
		`{"id":"ChIJ1","location":7}`:                             waybill.DataLoss,
		`[]`:                                                      waybill.DataLoss,
	} {
		if _, err := replying(t, 200, body).Place(t.Context(), geo.PlaceRequest{ID: id}); err == nil || waybill.CodeOf(err) != want {
			t.Errorf("%s: %v, want %v", body, err, want)
		}
	}
	// Numbers as strings are read all the same.
	res, err := replying(t, 200, `{"id":"ChIJ1","location":{"latitude":"1.5","longitude":"103.5"},"displayName":null}`).Place(t.Context(), geo.PlaceRequest{ID: id})
	if err != nil || res.Place.Point != (geo.Point{Lat: 1.5, Lng: 103.5}) {
		t.Errorf("%+v, %v", res, err)
	}
	for _, value := range []string{"../x", "ChIJ 1", "ChIJ/1", "ä", "a:b"} {
		a, last := watching(t, onePlace, googlegeo.Options{})
		_, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "google", Value: value}})
		if !errors.Is(err, waybill.ErrNotFound) || waybill.DeliveryOf(err) != waybill.NotSent || last().path != "" {
			t.Errorf("%q: %v", value, err)
		}
	}
	for _, call := range []func(*googlegeo.Adapter) error{
		func(a *googlegeo.Adapter) error {
			_, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x"})
			return err
		},
		func(a *googlegeo.Adapter) error {
			_, err := a.Search(t.Context(), geo.SearchRequest{Query: "x"})
			return err
		},
	} {
		if err := call(replying(t, 200, `{}`)); !errors.Is(err, waybill.ErrNotFound) {
			t.Errorf("nothing: %v", err)
		}
	}
	// A client id is no use here.
	a, err := googlegeo.New("", &googlegeo.Options{ClientID: clientID, SigningSecret: secret})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x"}); !errors.Is(err, waybill.ErrUnsupported) {
		t.Errorf("client id: %v", err)
	}
}

// One person's one search, letter by letter, and the choice: one session, and
// nothing billed beside it. Both generations.
func TestOneSearchIsOneSession(t *testing.T) {
	for _, legacy := range []bool{false, true} {
		fake := geotest.NewGoogle(nil)
		t.Cleanup(fake.Close)
		a, err := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client(), LegacyPlaces: legacy})
		if err != nil {
			t.Fatal(err)
		}
		maps, err := geo.New(geo.With(a))
		if err != nil {
			t.Fatal(err)
		}
		for _, session := range []string{"d1f9c9f6-1c3e-4e0a-8a55-3f2f3b9f0001", "order-17"} {
			var chosen geo.Suggestion
			for _, typed := range []string{"Mari", "Marina", "Marina Bay Sa"} {
				res, err := maps.Suggest(t.Context(), geo.SuggestRequest{Query: typed, Session: session, Region: "SG", Language: "en"})
				if err != nil {
					t.Fatal(err)
				}
				chosen = res.Suggestions[0]
			}
			got, err := maps.Resolve(t.Context(), geo.ResolveRequest{Suggestion: chosen, Language: "en"})
			if err != nil || got.Place.Name != "Marina Bay Sands" || got.Refound {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		if s := fake.Sessions(); s.Closed != 2 || s.Open != 0 || s.Single != 0 {
			t.Errorf("legacy %v: billed %+v", legacy, s)
		}
		// The same token once more is billed singly.
		if _, err := maps.Suggest(t.Context(), geo.SuggestRequest{Query: "Mari", Session: "order-17", Region: "SG"}); err != nil {
			t.Fatal(err)
		}
		if s := fake.Sessions(); s.Single != 1 {
			t.Errorf("billed %+v", s)
		}
	}
}

func TestNearbyDoesNotLoseTheAddress(t *testing.T) {
	fake := geotest.NewGoogle(nil)
	t.Cleanup(fake.Close)
	a, err := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		t.Fatal(err)
	}
	r := geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1.2844, Lng: 103.8513}, Nearby: 3, Radius: 3000, Language: "en"}
	res, err := a.ReverseGeocode(t.Context(), r)
	if err != nil || len(res.Nearby) != 2 || res.Nearby[0].Name != "One Raffles Place" || res.Nearby[0].Distance > res.Nearby[1].Distance {
		t.Errorf("%+v, %v", res, err)
	}
	fake.FailWhen(func(r *http.Request, _ []byte) bool { return strings.HasPrefix(r.URL.Path, "/v1/") }, fakehttp.HTML(503))
	res, err = a.ReverseGeocode(t.Context(), r)
	if err != nil || len(res.Nearby) != 0 || res.Place.Address.Region != "SG" {
		t.Errorf("%+v, %v", res, err)
	}
}

// A page token of the legacy service is good after two seconds only.
func TestLegacyPages(t *testing.T) {
	var last string
	var early bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch last = r.URL.Query().Get("pagetoken"); {
		case early:
			_, _ = w.Write([]byte(`{"status":"INVALID_REQUEST","results":[]}`))
		case last == "":
			_, _ = w.Write([]byte(`{"status":"OK","next_page_token":"tok.2","results":[{"name":"a","place_id":"ChIJa","geometry":{"location":{"lat":1,"lng":103}}},{"name":"b","place_id":"ChIJb","geometry":{"location":{"lat":1,"lng":103.1}}}]}`))
		default:
			_, _ = w.Write([]byte(`{"status":"OK","results":[{"name":"c","place_id":"ChIJc","vicinity":"there","geometry":{"location":{"lat":1,"lng":103.2}}}]}`))
		}
	}))
	t.Cleanup(s.Close)
	a, err := googlegeo.New("k", &googlegeo.Options{BaseURL: s.URL, HTTPClient: s.Client(), LegacyPlaces: true})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	r := geo.SearchRequest{Query: "x", Limit: 1}
	for {
		res, err := a.Search(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range res.Places {
			names = append(names, p.Name)
		}
		if r.Cursor = res.Next; r.Cursor == "" {
			break
		}
	}
	if strings.Join(names, "") != "abc" || last != "tok.2" {
		t.Errorf("found %v, asked for page %q", names, last)
	}
	early = true
	_, err = a.Search(t.Context(), geo.SearchRequest{Query: "x", Cursor: "p0.0.tok.2"})
	if !errors.Is(err, waybill.ErrUnavailable) || waybill.RetryAfterOf(err) != 2*time.Second || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("early: %v", err)
	}
	// The query is taken out of errors, but not out of a code that has the word.
	_, err = a.Search(t.Context(), geo.SearchRequest{Query: "Request", Cursor: "p0.0.tok.2"})
	if !errors.Is(err, waybill.ErrUnavailable) || waybill.AsError(err).VendorCode != "INVALID_REQUEST" {
		t.Errorf("early, for a word that the code has: %v", err)
	}
	for _, cursor := range []string{"p1.x", "p0.", "p0.x", "p0.-1.x", "p0.1e9.x", "p0.99999.x"} {
		if _, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Cursor: cursor}); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Errorf("%s: %v", cursor, err)
		}
	}
}

func TestLocalizeFindsOnce(t *testing.T) {
	fake := geotest.NewGoogle(nil)
	t.Cleanup(fake.Close)
	a, err := googlegeo.New(geotest.GoogleKey, &googlegeo.Options{BaseURL: fake.URL(), HTTPClient: fake.Client()})
	if err != nil {
		t.Fatal(err)
	}
	res, err := a.Localize(t.Context(), geo.LocalizeRequest{Point: geo.Point{Lat: 22.2784, Lng: 114.1822}, Languages: []string{"en", "zh-HK"}})
	if err != nil || len(res.Places) != 2 {
		t.Fatalf("%+v, %v", res, err)
	}
	if en, zh := res.Places[0], res.Places[1]; en.Address.City == zh.Address.City && en.Address.Street == zh.Address.Street || en.ID != zh.ID || en.Point != zh.Point || zh.Address.Region != "HK" {
		t.Errorf("%+v\n%+v", en, zh)
	}
	if n := fake.Count(""); n != 2 {
		t.Errorf("%d requests for two languages", n)
	}
}

// Whatever stands in the place of a value, what comes out is a usable place or
// an error that says the reply is to blame.
func TestOddPlaces(t *testing.T) {
	rt := &canned{status: 200}
	for _, legacy := range []bool{false, true} {
		a, err := googlegeo.New("k", &googlegeo.Options{HTTPClient: &http.Client{Transport: rt}, LegacyPlaces: legacy})
		if err != nil {
			t.Fatal(err)
		}
		for _, whole := range []string{onePlace, onePlace[len(`{"places":[`) : len(onePlace)-2],
			`{"suggestions":[{"placePrediction":{"placeId":"ChIJ1","place":"places/ChIJ1","text":{"text":"a, b"},"structuredFormat":{"mainText":{"text":"a"}},"distanceMeters":3,"types":["x"]}}]}`,
			`{"status":"OK","predictions":[{"description":"a, b","place_id":"ChIJ1","distance_meters":5,"structured_formatting":{"main_text":"a"}}]}`,
			`{"status":"OK","results":[{"name":"a","place_id":"ChIJ1","geometry":{"location":{"lat":1,"lng":103}}}],"next_page_token":"x"}`,
			`{"status":"OK","result":{"name":"a","place_id":"ChIJ1","formatted_address":"b","geometry":{"location":{"lat":1,"lng":103}}}}`,
		} {
			for body := range fakehttp.Odd([]byte(whole)) {
				rt.body = body
				askForPlaces(t, a)
			}
		}
	}
}

// askForPlaces tries every verb of places on whatever the server says.
func askForPlaces(t *testing.T, a *googlegeo.Adapter) {
	t.Helper()
	usable := func(err error, places ...geo.Place) {
		t.Helper()
		if err != nil {
			switch waybill.CodeOf(err) {
			case waybill.InvalidArgument, waybill.Canceled:
				if waybill.DeliveryOf(err) == waybill.Ambiguous {
					t.Fatalf("%v", err)
				}
			}
			return
		}
		for _, p := range places {
			if p.Point.IsZero() || p.Point.Validate() != nil {
				t.Fatal("a place without a usable point")
			}
		}
	}
	s, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x"})
	usable(err)
	if err == nil && len(s.Suggestions) == 0 {
		t.Fatal("no suggestion and no error")
	}
	for _, x := range s.Suggestions {
		if strings.TrimSpace(x.Text) == "" || !(x.Distance >= 0) {
			t.Fatalf("%+v", x)
		}
	}
	f, err := a.Search(t.Context(), geo.SearchRequest{Query: "x"})
	usable(err, f.Places...)
	f, err = a.Search(t.Context(), geo.SearchRequest{Near: geo.Point{Lat: 1, Lng: 103}, Radius: 50000})
	usable(err, f.Places...)
	id := geo.PlaceID{Issuer: "google", Value: "ChIJ1"}
	p, err := a.Place(t.Context(), geo.PlaceRequest{ID: id})
	usable(err, p.Place)
	l, err := a.Localize(t.Context(), geo.LocalizeRequest{ID: id, Languages: []string{"en", "zh"}})
	usable(err, l.Places...)
}

// FuzzPlaces: whatever comes back, there is a usable place or an error of ours.
func FuzzPlaces(f *testing.F) {
	files, _ := filepath.Glob("../../../shared/recorded/google/*place*.json")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(200, b)
		}
	}
	f.Add(200, []byte(onePlace))
	f.Add(404, []byte(`{"error":{"code":404,"status":"NOT_FOUND"}}`))
	rt := &canned{}
	newer, err1 := googlegeo.New("fuzz-key-0123", &googlegeo.Options{HTTPClient: &http.Client{Transport: rt}})
	older, err2 := googlegeo.New("fuzz-key-0123", &googlegeo.Options{HTTPClient: &http.Client{Transport: rt}, LegacyPlaces: true})
	if err := errors.Join(err1, err2); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		rt.status, rt.body = 100+(status%500+500)%500, body
		askForPlaces(t, newer)
		askForPlaces(t, older)
	})
}
