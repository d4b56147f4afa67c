package osmgeo_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/osmgeo"
)

// recorded reads a reply of the real servers. The recordings lie beside a
// development checkout, not in it: they were gathered from public projects.
func recorded(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recorded", "osm", file))
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

func TestRecordedSearch(t *testing.T) {
	for _, c := range []struct {
		file      string
		places    int
		id        string
		lat, lng  float64
		region    string
		postcode  string
		formatted string
		precision geo.Precision
	}{
		{"nominatim_search_warsaw_quarter.json", 1, "osm:N8945017937", 52.188724, 21.0112069, "PL", "02-625", "17, Jana Pawła Woronicza, Ksawerów, Mokotów, Warszawa, województwo mazowieckie, 02-625, Polska", geo.PrecisionDoor},
		{"nominatim_search_viewbox.json", 2, "osm:R3299902", 50.8419916, 4.3619888303182375, "BE", "1000", "", geo.PrecisionDoor},
		{"nominatim_search_downing.json", 2, "osm:R1879842", 51.50344025, -0.12770820958562096, "GB", "SW1A 2AA", "Prime Minister’s Office, 10, Downing Street, Westminster, London, Greater London, England, SW1A 2AA, United Kingdom", geo.PrecisionDoor},
		{"nominatim_search_no_osm_id.json", 1, "", 34.09508267309781, -118.39932247264571, "US", "90210", "Beverly Hills, California, 90210, United States", geo.PrecisionDistrict},
	} {
		t.Run(c.file, func(t *testing.T) {
			a := serve(t, 200, map[string]string{"/search": recorded(t, c.file)}).adapter(t, osmgeo.Options{})
			res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"})
			if err != nil || len(res.Places) != c.places {
				t.Fatalf("%d places, %v", len(res.Places), err)
			}
			p := res.Places[0]
			if p.ID.String() != c.id || p.Point != (geo.Point{Lat: c.lat, Lng: c.lng}) || p.Address.Region != c.region || p.Address.Postcode != c.postcode ||
				c.formatted != "" && p.Address.Formatted != c.formatted || p.Precision != c.precision {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestRecordedReverse(t *testing.T) {
	a := serve(t, 200, map[string]string{"/reverse": recorded(t, "nominatim_reverse_paris.json")}).adapter(t, osmgeo.Options{})
	res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 48.86, Lng: 2.35}})
	p := res.Place
	if err != nil || p.ID.String() != "osm:N855292284" || p.Name != "Starbucks" || p.Address.Street != "Rue Quincampoix" || p.Address.City != "Paris" || p.Address.Region != "FR" ||
		p.Address.Postcode != "75004" || p.Point != (geo.Point{Lat: 48.8604416, Lng: 2.3503543}) || p.Distance < 50 || p.Distance > 60 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestRecordedErrors(t *testing.T) {
	for file, c := range map[string]struct {
		status   int
		code     waybill.Code
		delivery waybill.Delivery
	}{
		"nominatim_reverse_nothing.json": {200, waybill.NotFound, waybill.NotSent},
		"nominatim_error_400.json":       {400, waybill.InvalidArgument, waybill.NotSent},
		"nominatim_timeout_503.json":     {503, waybill.Unavailable, waybill.Ambiguous},
	} {
		a := serve(t, c.status, map[string]string{"/reverse": recorded(t, file)}).adapter(t, osmgeo.Options{})
		_, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: -80, Lng: -170}})
		if waybill.CodeOf(err) != c.code || waybill.DeliveryOf(err) != c.delivery {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestRecordedPhoton(t *testing.T) {
	for _, c := range []struct {
		file     string
		places   int
		id       string
		lat, lng float64
		name     string
		street   string
		number   string
		city     string
		region   string
	}{
		{"photon_search_house.json", 1, "osm:N1988097192", 48.8631927, 2.3890894, "Avenue Gambetta 10", "Avenue Gambetta", "10", "Paris", "FR"},
		{"photon_search_bias_texas.json", 1, "osm:R115357", 33.6617962, -95.555513, "Paris", "", "", "Paris", "US"},
		{"photon_reverse_multi.json", 3, "osm:N380498298", 52.5185603, 13.3879579, "Dorotheenstadt Apotheke", "Friedrichstraße", "151", "Berlin", "DE"},
		{"photon_reverse_layers.json", 2, "osm:R388255", 49.0000074, 21.2392122, "Prešov", "", "", "Prešov", "SK"},
	} {
		t.Run(c.file, func(t *testing.T) {
			a := serve(t, 200, map[string]string{"/api": recorded(t, c.file)}).adapter(t, osmgeo.Options{})
			res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x"})
			if err != nil || len(res.Suggestions) != c.places {
				t.Fatalf("%d suggestions, %v", len(res.Suggestions), err)
			}
			s := res.Suggestions[0]
			if s.ID.String() != c.id || s.Point != (geo.Point{Lat: c.lat, Lng: c.lng}) || s.Name != c.name || s.Address.Street != c.street || s.Address.Number != c.number || s.Address.City != c.city || s.Address.Region != c.region {
				t.Errorf("%+v", s)
			}
		})
	}
	a := serve(t, 200, map[string]string{"/api": recorded(t, "photon_empty.json")}).adapter(t, osmgeo.Options{})
	if _, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x"}); waybill.CodeOf(err) != waybill.NotFound {
		t.Error(err)
	}
}

// FuzzReplies: whatever the servers say, there is an error or places with points.
func FuzzReplies(f *testing.F) {
	for _, seed := range []string{`[{"lat":"1","lon":"2","osm_type":"node","osm_id":3,"address":{"country_code":"cn"}}]`, `{"error":"Unable to geocode"}`, `{"error":{"message":"x"}}`,
		`{"features":[{"geometry":{"coordinates":[1,2]},"properties":{"name":"a","postcode":"1;2"}}]}`, `{"lat":"1","lon":"2","display_name":"x"}`} {
		f.Add(200, seed)
	}
	f.Add(503, "x")
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			t.Skip()
		}
		a := serve(t, status, map[string]string{"/search": body, "/reverse": body, "/api": body}).adapter(t, osmgeo.Options{})
		good := func(p geo.Point) bool { return p.Validate() == nil && !p.IsZero() }
		if res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "x"}); err == nil && (len(res.Places) == 0 || !good(res.Places[0].Point)) {
			t.Error("geocode")
		}
		if res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1, Lng: 1}, Nearby: 2}); err == nil && !good(res.Place.Point) {
			t.Error("reverse")
		}
		if res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x"}); err == nil && (len(res.Suggestions) == 0 || res.Suggestions[0].Text == "" || !good(res.Suggestions[0].Point)) {
			t.Error("suggest")
		}
	})
}
