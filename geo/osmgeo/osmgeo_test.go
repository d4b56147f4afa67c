package osmgeo_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/osmgeo"
)

// server answers with bodies by path and keeps what was asked.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	asked []*url.URL
	agent string
}

func serve(t testing.TB, status int, bodies map[string]string) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked, s.agent = append(s.asked, r.URL), r.UserAgent()
		s.mu.Unlock()
		w.WriteHeader(status)
		_, _ = w.Write([]byte(bodies[r.URL.Path]))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) last() url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[len(s.asked)-1].Query()
}

func (s *server) adapter(t testing.TB, o osmgeo.Options) *osmgeo.Adapter {
	t.Helper()
	o.HTTPClient = s.Client()
	if o.PhotonURL == "" {
		o.PhotonURL = s.URL
	}
	a, err := osmgeo.New(s.URL, agent, &o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestNew(t *testing.T) {
	for name, c := range map[string]struct {
		base, agent string
		o           *osmgeo.Options
	}{
		"no server": {"", agent, nil}, "no agent": {"https://nominatim.example.com", "", nil}, "go's agent": {"https://nominatim.example.com", "Go-http-client/1.1", nil},
		"ours": {"https://nominatim.example.com", "waybill", nil}, "a browser's": {"https://nominatim.example.com", "Mozilla/5.0 (X11)", nil},
		"two lines": {"https://nominatim.example.com", "acme\r\nX: y", nil}, "a key in the URL": {"https://nominatim.example.com?key=1", agent, nil},
		"no URL": {"nominatim", agent, nil}, "no photon": {"https://nominatim.example.com", agent, &osmgeo.Options{PhotonURL: "ftp://x"}},
	} {
		if _, err := osmgeo.New(c.base, c.agent, c.o); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	for base, qps := range map[string]float64{"https://nominatim.openstreetmap.org": 1, "https://Nominatim.OpenStreetMap.org/": 1, "https://nominatim.example.com": 0} {
		a, err := osmgeo.New(base, agent, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Account().Limits().QPS; got != qps {
			t.Errorf("%s: %v calls a second", base, got)
		}
		if text := fmt.Sprintf("%v %+v %#v %s", a, a, a, a.Name()); text != "osmgeo osmgeo osmgeo osmgeo" {
			t.Errorf("printed: %s", text)
		}
	}
}

// TestVerbs: without a Photon there is no Suggest, and a client knows.
func TestVerbs(t *testing.T) {
	a, err := osmgeo.New("https://nominatim.example.com", agent, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := geo.New(geo.With(a))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range c.Verbs() {
		if v == geo.Suggest || v == geo.Districts {
			t.Errorf("the client offers %s", v)
		}
	}
	if _, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x"}); waybill.CodeOf(err) != waybill.Unsupported || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Error(err)
	}
}

// TestRequests pins what leaves: the User-Agent, the order of coordinates, the
// filters, and no parameter that the servers do not know.
func TestRequests(t *testing.T) {
	s := serve(t, 200, map[string]string{"/search": "[]", "/reverse": `{"error":"Unable to geocode"}`, "/lookup": "[]", "/api": `{"features":[]}`})
	a := s.adapter(t, osmgeo.Options{})
	near := geo.Point{Lat: 22.5, Lng: 114.25}
	for _, c := range []struct {
		name string
		call func() error
		want string
	}{
		{"geocode", func() error {
			_, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: " 10 Nathan Road ", City: "Kowloon", Region: "HK", Language: "zh-Hant", Limit: 3})
			return err
		}, "accept-language=zh-Hant&addressdetails=1&bounded=1&countrycodes=cn&format=jsonv2&limit=6&q=10 Nathan Road, Kowloon&viewbox=113.82,22.57,114.51,22.13"},
		{"geocode in a city by code", func() error {
			_, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "南山区", City: "440300", Region: "TW"})
			return err
		}, "addressdetails=1&countrycodes=tw&format=jsonv2&limit=40&q=南山区"},
		{"reverse", func() error {
			_, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: near.To(geo.BD09)})
			return err
		}, "addressdetails=1&format=jsonv2&lat=22.5000000&lon=114.2500000&zoom=18"},
		{"search around", func() error {
			_, err := a.Search(t.Context(), geo.SearchRequest{Query: "petrol", Near: geo.Point{Lat: 0.5, Lng: 179.9999}, Radius: 1000, Region: "MO", Limit: 50})
			return err
		}, "addressdetails=1&bounded=1&countrycodes=cn&format=jsonv2&limit=40&q=petrol&viewbox=179.9909065,0.5089932,180.0000000,0.4910068"},
		{"search on", func() error {
			_, err := a.Search(t.Context(), geo.SearchRequest{Query: "petrol", Near: near, Cursor: "12,13"})
			return err
		}, "addressdetails=1&exclude_place_ids=12,13&format=jsonv2&limit=10&q=petrol&viewbox=114.0553165,22.6798641,114.4446835,22.3201359"},
		{"place", func() error {
			_, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "osm", Value: "W50637691"}, Language: "de"})
			return err
		}, "accept-language=de&addressdetails=1&format=jsonv2&osm_ids=W50637691"},
		{"suggest", func() error {
			_, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "berl", Near: near, Language: "de-AT", Limit: 4, Session: "s-1"})
			return err
		}, "lang=de&lat=22.5000000&limit=4&lon=114.2500000&q=berl"},
		{"suggest in Hindi", func() error {
			_, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "मुंब", Language: "hi", Region: "IN"})
			return err
		}, "lang=default&limit=30&q=मुंब"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.call()
			if waybill.CodeOf(err) != waybill.NotFound && err != nil {
				t.Fatal(err)
			}
			got, _ := url.QueryUnescape(s.last().Encode())
			if got != c.want {
				t.Errorf("asked %s\nwant  %s", got, c.want)
			}
			if s.agent != agent {
				t.Errorf("user agent %q", s.agent)
			}
		})
	}
}

// TestRegions: Hong Kong and Macau are China to OpenStreetMap and not to us.
func TestRegions(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"by its code":   {`{"lat":"22.3","lon":"114.17","address":{"country_code":"cn","ISO3166-2-lvl3":"CN-HK"}}`, "HK"},
		"by its point":  {`{"lat":"22.19","lon":"113.54","address":{"country_code":"cn"}}`, "MO"},
		"mainland":      {`{"lat":"22.54","lon":"114.05","address":{"country_code":"cn","ISO3166-2-lvl4":"CN-GD"}}`, "CN"},
		"Taiwan":        {`{"lat":"25.03","lon":"121.56","address":{"country_code":"tw","ISO3166-2-lvl4":"TW-TPE"}}`, "TW"},
		"no country":    {`{"lat":"48.86","lon":"2.35","address":{}}`, "FR"},
		"address empty": {`{"lat":48.86,"lon":2.35,"address":[]}`, "FR"},
		"no country's":  {`{"lat":"48.86","lon":"2.35","address":{"country_code":"xyz"}}`, "FR"},
	} {
		a := serve(t, 200, map[string]string{"/reverse": c.body}).adapter(t, osmgeo.Options{})
		res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1, Lng: 1}})
		if err != nil || res.Place.Address.Region != c.want {
			t.Errorf("%s: %q, %v", name, res.Place.Address.Region, err)
		}
	}
}

func TestPrecision(t *testing.T) {
	for body, want := range map[string]geo.Precision{
		`"category":"place","type":"house","place_rank":30`:                                 geo.PrecisionDoor,
		`"category":"amenity","type":"cafe","place_rank":30`:                                geo.PrecisionPlace,
		`"category":"amenity","type":"cafe","place_rank":30,"address":{"house_number":"7"}`: geo.PrecisionDoor,
		`"category":"place","type":"houses","place_rank":30,"address":{"house_number":"7"}`: geo.PrecisionInterpolated,
		`"category":"highway","type":"residential","place_rank":26`:                         geo.PrecisionStreet,
		`"category":"highway","type":"bus_stop","place_rank":30`:                            geo.PrecisionPlace,
		`"category":"place","type":"postcode","place_rank":21`:                              geo.PrecisionDistrict,
		`"category":"boundary","type":"administrative","place_rank":16`:                     geo.PrecisionCity,
		`"category":"boundary","type":"administrative","place_rank":"4"`:                    geo.PrecisionRegion,
		`"category":"place","type":"suburb","place_rank":19`:                                geo.PrecisionDistrict,
		`"class":"place","type":"city_block","place_rank":27`:                               geo.PrecisionPlace,
		`"category":"place","type":"island"`:                                                geo.PrecisionUnknown,
		`"type":"island"`:                                                                   geo.PrecisionUnknown,
	} {
		a := serve(t, 200, map[string]string{"/search": `[{"lat":"1","lon":"2",` + body + `}]`}).adapter(t, osmgeo.Options{})
		res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
		if err != nil || res.Places[0].Precision != want {
			t.Errorf("%s: %v, %v", body, res.Places, err)
		}
	}
}

// TestPhoton: what Photon says of houses, streets, cities and stations.
func TestPhoton(t *testing.T) {
	feature := func(props string) string {
		return `{"features":[{"geometry":{"coordinates":[2.38,48.86]},"properties":{` + props + `}}]}`
	}
	for name, c := range map[string]struct {
		props string
		want  geo.Suggestion
	}{
		"house": {`"osm_type":"N","osm_id":7,"type":"house","housenumber":"10","street":"Avenue Gambetta","city":"Paris","postcode":"75020","countrycode":"FR","country":"France"`,
			geo.Suggestion{ID: geo.PlaceID{Issuer: "osm", Value: "N7"}, Text: "Avenue Gambetta 10, 75020 Paris, France", Name: "Avenue Gambetta 10", Detail: "75020 Paris, France"}},
		"city": {`"osm_type":"R","osm_id":"388255","type":"city","name":"Prešov","postcode":"08001;08005","country":"Slovakia","countrycode":"SK"`,
			geo.Suggestion{ID: geo.PlaceID{Issuer: "osm", Value: "R388255"}, Text: "Prešov, 08001 Prešov, Slovakia", Name: "Prešov", Detail: "08001 Prešov, Slovakia"}},
		"without an id": {`"osm_type":"X","osm_id":0,"name":"Gare"`, geo.Suggestion{Text: "Gare", Name: "Gare"}},
	} {
		a := serve(t, 200, map[string]string{"/api": feature(c.props)}).adapter(t, osmgeo.Options{})
		res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x", Session: "one", Near: geo.Point{Lat: 48.86, Lng: 2.37}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := res.Suggestions[0]
		if got.ID != c.want.ID || got.Text != c.want.Text || got.Name != c.want.Name || got.Detail != c.want.Detail || got.Point.Lat != 48.86 || got.Session != "" || got.Distance < 700 || got.Distance > 800 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestPhotonParts: a result's own name is a part of its address where it stands for
// one, also from servers that do not write the type.
func TestPhotonParts(t *testing.T) {
	for props, want := range map[string]geo.Address{
		`"type":"district","name":"Altona","city":"Hamburg"`:                                                {City: "Hamburg", District: "Altona"},
		`"type":"locality","name":"Schanze","district":"Altona","city":"Hamburg"`:                           {City: "Hamburg", District: "Altona", Township: "Schanze"},
		`"type":"state","name":"Bayern","country":"Deutschland"`:                                            {Province: "Bayern", Country: "Deutschland"},
		`"type":"country","name":"Deutschland"`:                                                             {Country: "Deutschland"},
		`"type":"house","name":"Louvre","street":"Rue de Rivoli","district":"Paris","city":"Paris"`:         {City: "Paris", Street: "Rue de Rivoli"},
		`"type":"locality","osm_key":"place","osm_value":"square","name":"Gänsemarkt","city":"Hamburg"`:     {City: "Hamburg", Street: "Gänsemarkt"},
		`"osm_key":"place","osm_value":"city","name":"Hamburg","state":"Hamburg"`:                           {City: "Hamburg", Province: "Hamburg"},
		`"osm_key":"place","osm_value":"suburb","name":"Altona","city":"Hamburg"`:                           {City: "Hamburg", District: "Altona"},
		`"osm_key":"highway","osm_value":"residential","name":"Elbchaussee","city":"Hamburg"`:               {City: "Hamburg", Street: "Elbchaussee"},
		`"osm_key":"highway","osm_value":"bus_stop","name":"Teufelsbrück","city":"Hamburg"`:                 {City: "Hamburg"},
		`"osm_key":"leisure","osm_value":"park","name":"Jenischpark","city":"Hamburg","locality":"Hochrad"`: {City: "Hamburg", Township: "Hochrad"},
	} {
		a := serve(t, 200, map[string]string{"/api": `{"features":[{"geometry":{"coordinates":[9.9,53.5]},"properties":{"countrycode":"DE",` + props + `}}]}`}).adapter(t, osmgeo.Options{})
		res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x"})
		if err != nil {
			t.Errorf("%s: %v", props, err)
			continue
		}
		want.Region, want.Formatted = "DE", res.Suggestions[0].Text
		if got := res.Suggestions[0].Address; got != want {
			t.Errorf("%s: got\n%+v\nwant\n%+v", props, got, want)
		}
	}
}

// TestNominatimParts: of the names of settlements the largest is the city, and
// those within it are not lost.
func TestNominatimParts(t *testing.T) {
	for parts, want := range map[string]geo.Address{
		`"village":"Wylde","town":"Sutton","city":"Birmingham"`:                    {City: "Birmingham", District: "Sutton", Township: "Wylde"},
		`"hamlet":"Oby","village":"Ashby","county":"Norfolk"`:                      {City: "Ashby", District: "Oby"},
		`"isolated_dwelling":"Einöd","municipality":"Lech","suburb":"Zug"`:         {City: "Lech", District: "Zug", Township: "Einöd"},
		`"town":"Kyle","suburb":"Kyle"`:                                            {City: "Kyle"},
		`"subdivision":"Oaks","city":"Austin","state":"Texas"`:                     {City: "Austin", District: "Oaks", Province: "Texas"},
		`"hamlet":"Hof","suburb":"Nord","neighbourhood":"Mitte","village":"Dorf"`:  {City: "Dorf", District: "Nord", Township: "Mitte"},
		`"allotments":"Abendruh","city":"Berlin","suburb":"Pankow","hamlet":"Neu"`: {City: "Berlin", District: "Pankow", Township: "Abendruh"},
	} {
		a := serve(t, 200, map[string]string{"/reverse": `{"lat":"52.5","lon":"13.4","address":{"country_code":"de",` + parts + `}}`}).adapter(t, osmgeo.Options{})
		res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1, Lng: 1}})
		want.Region = "DE"
		if err != nil || res.Place.Address != want {
			t.Errorf("%s: got\n%+v\nwant\n%+v, %v", parts, res.Place.Address, want, err)
		}
	}
}

// TestOlderNames: servers that do not write the name have it among the parts, under
// the category or the type.
func TestOlderNames(t *testing.T) {
	for body, want := range map[string]string{
		`"class":"leisure","type":"stadium","address":{"stadium":"Volksparkstadion"}`:               "Volksparkstadion",
		`"class":"amenity","type":"cafe","address":{"amenity":"Elbgold","cafe":"x"}`:                "Elbgold",
		`"class":"highway","type":"primary","address":{"primary":"x","road":"Elbchaussee"}`:         "",
		`"class":"amenity","type":"cafe","name":"Transmontana","address":{"cafe":"Transmontana 2"}`: "Transmontana",
	} {
		a := serve(t, 200, map[string]string{"/search": `[{"lat":"53.5","lon":"9.9",` + body + `}]`}).adapter(t, osmgeo.Options{})
		res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
		if err != nil || res.Places[0].Name != want {
			t.Errorf("%s: %+v, %v", body, res.Places, err)
		}
	}
}

// TestNoMoreThanTheCountry: far from everything Nominatim answers with the country
// and its middle, which is no address of the point; a search for it finds it.
func TestNoMoreThanTheCountry(t *testing.T) {
	for _, kind := range []string{`"category":"place","type":"country","place_rank":4`, `"category":"boundary","type":"administrative","place_rank":4,"addresstype":"country"`} {
		item := `{"lat":"-24.7","lon":"134.7","name":"Australia","address":{"country":"Australia","country_code":"au"},` + kind + `}`
		a := serve(t, 200, map[string]string{"/reverse": item, "/search": "[" + item + "]"}).adapter(t, osmgeo.Options{})
		if res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: -31.5, Lng: 128.5}}); waybill.CodeOf(err) != waybill.NotFound || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%s: %+v, %v", kind, res.Place, err)
		}
		if res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "Australia"}); err != nil || res.Places[0].Precision != geo.PrecisionRegion {
			t.Errorf("%s: %+v, %v", kind, res.Places, err)
		}
	}
}

// TestOverused: the page for who asks too often is a limit under every status.
func TestOverused(t *testing.T) {
	for status, body := range map[int]string{200: "<html>\n<head>\n<title>Bandwidth limit exceeded</title>", 429: "<html>", 509: "<html><h1>Bandwidth limit exceeded</h1>"} {
		a := serve(t, status, map[string]string{"/search": body}).adapter(t, osmgeo.Options{})
		_, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
		if waybill.CodeOf(err) != waybill.RateLimited || waybill.ScopeOf(err) != waybill.ScopeService || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestReverseOnly: a Nominatim without a search lacks a verb and is not set up
// wrongly; a page in its place is.
func TestReverseOnly(t *testing.T) {
	for body, want := range map[string]struct {
		code  waybill.Code
		scope waybill.Scope
	}{
		`{"error":{"code":404,"message":"Search not available (reverse-only mode)"}}`: {waybill.Unsupported, waybill.ScopeRequest},
		`<html>404</html>`: {waybill.PermissionDenied, waybill.ScopeAccount},
		`{"title":"Endpoint GET /search not found","status":404}`: {waybill.PermissionDenied, waybill.ScopeAccount},
	} {
		a := serve(t, 404, map[string]string{"/search": body}).adapter(t, osmgeo.Options{})
		_, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
		if waybill.CodeOf(err) != want.code || waybill.ScopeOf(err) != want.scope || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestNearby: places around come from Photon, named ones only, and their failure
// costs nothing else.
func TestNearby(t *testing.T) {
	fake := geotest.NewOSM(nil)
	defer fake.Close()
	a, err := osmgeo.New(fake.NominatimURL(), agent, &osmgeo.Options{PhotonURL: fake.PhotonURL(), HTTPClient: fake.Client()})
	if err != nil {
		t.Fatal(err)
	}
	r := geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1.2841, Lng: 103.8515}, Nearby: 3, Radius: 3000, Language: "en"}
	res, err := a.ReverseGeocode(t.Context(), r)
	if err != nil || len(res.Nearby) == 0 || len(res.Nearby) > 3 {
		t.Fatalf("%d places around, %v", len(res.Nearby), err)
	}
	for i, p := range res.Nearby {
		if p.Name == "" || p.Distance > 3000 || i > 0 && p.Distance < res.Nearby[i-1].Distance {
			t.Errorf("place %d: %+v", i, p)
		}
	}
	fake.FailWhen(func(r *http.Request, _ []byte) bool { return strings.HasPrefix(r.URL.Path, "/photon") }, geotest.Faults()[0])
	if res, err = a.ReverseGeocode(t.Context(), r); err != nil || len(res.Nearby) != 0 || res.Place.Name == "" {
		t.Errorf("with Photon down: %v, %v", res, err)
	}
}

// TestPublic: the public Nominatim is asked for one thing at a time.
func TestPublic(t *testing.T) {
	a, err := osmgeo.New("https://nominatim.openstreetmap.org", agent, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Localize(t.Context(), geo.LocalizeRequest{ID: geo.PlaceID{Issuer: "osm", Value: "N1"}, Languages: []string{"en", "hi"}})
	if waybill.CodeOf(err) != waybill.Unsupported || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Error(err)
	}
}

// TestLocalizeByForeignID: an id of another issuer with a point is found by the
// point, and the rest by what was found there.
func TestLocalizeByForeignID(t *testing.T) {
	fake := geotest.NewOSM(nil)
	defer fake.Close()
	a, err := osmgeo.New(fake.NominatimURL(), agent, &osmgeo.Options{HTTPClient: fake.Client()})
	if err != nil {
		t.Fatal(err)
	}
	res, err := a.Localize(t.Context(), geo.LocalizeRequest{ID: geo.PlaceID{Issuer: geo.IssuerGoogle, Value: "ChIJ"}, Point: geo.Point{Lat: 1.2841, Lng: 103.8515}, Languages: []string{"en", "zh"}})
	if err != nil || len(res.Places) != 2 || res.Places[0].ID != res.Places[1].ID || res.Places[0].Point != res.Places[1].Point || res.Places[0].Name == res.Places[1].Name {
		t.Errorf("%+v, %v", res, err)
	}
	if fake.Accepted("/nominatim/reverse") != 1 || fake.Accepted("/nominatim/lookup") != 1 {
		t.Error("the second language was found anew")
	}
}

// TestOddReplies: whatever comes is an error, or a place with a point.
func TestOddReplies(t *testing.T) {
	for _, body := range []string{"", "null", "{}", "[]", "[{}]", "[1]", `"x"`, `[{"lat":null,"lon":null}]`, `[{"lat":"0","lon":"0"}]`, `[{"lat":"NaN","lon":"Inf"}]`, `[{"lat":"91","lon":"1"}]`,
		`{"error":null}`, `{"error":[]}`, `{"error":{"code":"x"}}`, `{"error":"Unable to geocode"}`, `{"error":"boom"}`, `{"features":null}`, `{"features":{}}`, `{"features":[{}]}`, `{"features":[{"geometry":{"coordinates":["a",1]}}]}`,
		`{"lat":[],"lon":{}}`, `<html>`, `[`, strings.Repeat("[", 20000)} {
		a := serve(t, 200, map[string]string{"/search": body, "/reverse": body, "/lookup": body, "/api": body}).adapter(t, osmgeo.Options{})
		_, e1 := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
		_, e2 := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1, Lng: 1}})
		_, e3 := a.Search(t.Context(), geo.SearchRequest{Query: "x"})
		_, e4 := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "osm", Value: "N1"}})
		_, e5 := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x"})
		_, e6 := a.Localize(t.Context(), geo.LocalizeRequest{Point: geo.Point{Lat: 1, Lng: 1}, Languages: []string{"en"}})
		for i, err := range []error{e1, e2, e3, e4, e5, e6} {
			if err == nil {
				t.Errorf("%.40s, verb %d: no error", body, i)
			}
		}
	}
}

// TestIDs: what cannot be an id is not asked for.
func TestIDs(t *testing.T) {
	s := serve(t, 200, map[string]string{"/lookup": "[]"})
	a := s.adapter(t, osmgeo.Options{})
	for _, v := range []string{"N", "X1", "1", "N01", "N1x", "N123456789012345678901", "R1,W2"} {
		if _, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "osm", Value: v}}); waybill.CodeOf(err) != waybill.NotFound {
			t.Errorf("%s: %v", v, err)
		}
	}
	if len(s.asked) != 0 {
		t.Error("the server was asked")
	}
	for _, cursor := range []string{"a", "1,", ",", "-1", "1;2"} {
		if _, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Cursor: cursor}); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
}
