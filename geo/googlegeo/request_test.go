package googlegeo_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
	"github.com/waybill-go/waybill/geo/googlegeo"
)

// asking returns an adapter and what its server was asked last.
func asking(t *testing.T, key string, o googlegeo.Options) (*googlegeo.Adapter, func() url.Values) {
	t.Helper()
	var mu sync.Mutex
	var last url.Values
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		last = r.URL.Query()
		last.Set("path", r.URL.Path)
		last.Set("agent", r.UserAgent())
		mu.Unlock()
		_, _ = w.Write([]byte(one))
	}))
	t.Cleanup(s.Close)
	o.BaseURL, o.HTTPClient = s.URL+"/", s.Client()
	a, err := googlegeo.New(key, &o)
	if err != nil {
		t.Fatal(err)
	}
	return a, func() url.Values { mu.Lock(); defer mu.Unlock(); return last }
}

func TestGeocodeParameters(t *testing.T) {
	box := &googlegeo.Bounds{SouthWest: geo.Point{Lat: 1, Lng: 103}, NorthEast: geo.Point{Lat: 2, Lng: 104}}
	for _, c := range []struct {
		name    string
		options googlegeo.Options
		request geo.GeocodeRequest
		want    map[string]string
	}{
		{"plain", googlegeo.Options{}, geo.GeocodeRequest{Query: "A & B | C"},
			map[string]string{"address": "A & B | C", "key": "key-1234", "components": "", "region": "", "bounds": "", "language": "", "path": "/maps/api/geocode/json"}},
		{"region and city", googlegeo.Options{BiasRegion: "GB", Bounds: box}, geo.GeocodeRequest{Query: "Sankt Petri", Region: "SE", City: "Malmö", Language: "sv"},
			map[string]string{"components": "country:SE|locality:Malmö", "language": "sv", "region": "", "bounds": ""}},
		{"no way into the filters", googlegeo.Options{}, geo.GeocodeRequest{Query: "x", Region: "SG", City: "a|country:CN"},
			map[string]string{"components": "country:SG|locality:a country CN"}},
		{"an adcode is no name", googlegeo.Options{}, geo.GeocodeRequest{Query: "x", City: "440300"}, map[string]string{"components": ""}},
		{"bias", googlegeo.Options{BiasRegion: "GB", Bounds: box}, geo.GeocodeRequest{Query: "Toledo"},
			map[string]string{"region": "uk", "bounds": "1,103|2,104", "components": ""}},
		{"bias of Spain", googlegeo.Options{BiasRegion: "ES"}, geo.GeocodeRequest{Query: "Toledo"}, map[string]string{"region": "es"}},
		{"user agent", googlegeo.Options{UserAgent: "orders/1"}, geo.GeocodeRequest{Query: "x"}, map[string]string{"agent": "orders/1 GoogleGeoApiClientGo/0.1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, last := asking(t, "key-1234", c.options)
			// The same request is written in the same way each time.
			for range 8 {
				if _, err := a.Geocode(t.Context(), c.request); err != nil && waybill.CodeOf(err) != waybill.NotFound {
					t.Fatal(err)
				}
				for name, want := range c.want {
					if got := last().Get(name); got != want {
						t.Fatalf("%s is %q, want %q", name, got, want)
					}
				}
			}
		})
	}
}

func TestReverseParameters(t *testing.T) {
	tiananmen := geo.Point{Lat: 39.907500, Lng: 116.391389}
	for _, c := range []struct {
		name string
		r    geo.ReverseGeocodeRequest
		want string
	}{
		{"abroad nothing is shifted", geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 37.5663, Lng: 126.9778}}, "37.5663,126.9778"},
		{"rounded to a decimetre", geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 1.23456789, Lng: 103.98765432}}, "1.234568,103.987654"},
		{"the mainland is shifted", geo.ReverseGeocodeRequest{Point: tiananmen}, "39.908901,116.39763"},
		{"from BD-09", geo.ReverseGeocodeRequest{Point: tiananmen.To(geo.BD09)}, "39.908901,116.39763"},
		{"as is", geo.ReverseGeocodeRequest{Point: tiananmen.To(geo.GCJ02)}, "39.908901,116.39763"},
		{"Hong Kong is not", geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 22.2819, Lng: 114.1583}}, "22.2819,114.1583"},
		{"the region given wins", geo.ReverseGeocodeRequest{Point: tiananmen, Region: "HK"}, "39.9075,116.391389"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, last := asking(t, "key-1234", googlegeo.Options{})
			if _, err := a.ReverseGeocode(t.Context(), c.r); err != nil {
				t.Fatal(err)
			}
			if got := last().Get("latlng"); got != c.want {
				t.Errorf("latlng=%s, want %s", got, c.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		key string
		o   *googlegeo.Options
	}{
		"no key":           {"", nil},
		"blank":            {" key", nil},
		"line break":       {"key\n", nil},
		"both":             {"key", &googlegeo.Options{ClientID: "gme-x", SigningSecret: secret}},
		"no secret":        {"", &googlegeo.Options{ClientID: "gme-x"}},
		"no client":        {"", &googlegeo.Options{SigningSecret: secret}},
		"secret no base64": {"", &googlegeo.Options{ClientID: "gme-x", SigningSecret: "???"}},
		"client blank":     {"", &googlegeo.Options{ClientID: "gme x", SigningSecret: secret}},
		"base relative":    {"key", &googlegeo.Options{BaseURL: "/maps"}},
		"base scheme":      {"key", &googlegeo.Options{BaseURL: "ftp://x"}},
		"base user":        {"key", &googlegeo.Options{BaseURL: "http://u:p@x"}},
		"base query":       {"key", &googlegeo.Options{BaseURL: "http://x?a=b"}},
		"bias":             {"key", &googlegeo.Options{BiasRegion: "es"}},
		"bounds":           {"key", &googlegeo.Options{Bounds: &googlegeo.Bounds{SouthWest: geo.Point{Lat: 2}, NorthEast: geo.Point{Lat: 1}}}},
		"reply":            {"key", &googlegeo.Options{MaxReply: -1}},
	} {
		a, err := googlegeo.New(c.key, c.o)
		if e := waybill.AsError(err); a != nil || e == nil || e.Code != waybill.InvalidArgument || e.Provider != "googlegeo" {
			t.Errorf("%s: got %v", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), secret) || c.key != "" && strings.Contains(err.Error(), "key\n")) {
			t.Errorf("%s: the error holds a secret", name)
		}
	}
}

// Rotated credentials are used at once, wrong ones never leave.
func TestRotation(t *testing.T) {
	s := geotest.NewGoogle(&geotest.GoogleOptions{ClientID: clientID, SigningSecret: secret})
	defer s.Close()
	next := googlegeo.Credentials{}
	var fail error
	a, err := googlegeo.New("ignored", &googlegeo.Options{BaseURL: s.URL(), HTTPClient: s.Client(),
		Credentials: func(context.Context) (googlegeo.Credentials, error) { return next, fail }})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() error {
		_, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "Singapore", Region: "SG"})
		return err
	}
	if err := ask(); waybill.CodeOf(err) != waybill.Unauthenticated || waybill.DeliveryOf(err) != waybill.NotSent || s.Count("") != 0 {
		t.Errorf("no credentials: %v, %d requests", err, s.Count(""))
	}
	for _, next = range []googlegeo.Credentials{{Key: geotest.GoogleKey}, {ClientID: clientID, SigningSecret: secret}, {Key: geotest.GoogleKey}} {
		if err := ask(); err != nil {
			t.Errorf("%v", err)
		}
	}
	if s.Count("signed") != 1 {
		t.Errorf("%d signed requests, want 1", s.Count("signed"))
	}
	next = googlegeo.Credentials{Key: "an-old-key"}
	if err := ask(); waybill.CodeOf(err) != waybill.Unauthenticated || strings.Contains(err.Error(), "an-old-key") {
		t.Errorf("an old key: %v", err)
	}
	fail = errors.New("the vault says an-old-key")
	if err := ask(); waybill.CodeOf(err) != waybill.Unauthenticated || strings.Contains(err.Error(), "vault") {
		t.Errorf("no vault: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Geocode(ctx, geo.GeocodeRequest{Query: "Singapore"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestRegions(t *testing.T) {
	a, _ := googlegeo.New("key", nil)
	if got := a.DefaultOutside(); len(got) != 1 || got[0] != "CN" {
		t.Errorf("DefaultOutside() = %v, want CN", got)
	}
	if a.Name() != "googlegeo" || a.Account().Name() != "googlegeo" {
		t.Error("wrong name")
	}
	mine := waybill.NewAccount("maps", waybill.Limits{})
	if a, _ = googlegeo.New("key", &googlegeo.Options{Mainland: true, Account: mine}); a.DefaultOutside() != nil || a.Account() != mine {
		t.Error("Mainland or Account is not heeded")
	}
}

// Where nothing is found in the region, Google may answer with the region.
func TestRegionItselfIsNoAnswer(t *testing.T) {
	body := func(partial, types, code string) string {
		return `{"status":"OK","results":[{"formatted_address":"Singapore"` + partial + `,"types":[` + types + `],"geometry":{"location":{"lat":1.35,"lng":103.8},"location_type":"APPROXIMATE"},
			"address_components":[{"long_name":"Singapore","short_name":"` + code + `","types":["country","political"]}]}]}`
	}
	r := geo.GeocodeRequest{Query: "no such street", Region: "SG"}
	if _, err := replying(t, 200, body(`,"partial_match":true`, `"country","political"`, "SG")).Geocode(t.Context(), r); waybill.CodeOf(err) != waybill.NotFound {
		t.Errorf("the country for a street: %v", err)
	}
	if _, err := replying(t, 200, body(``, `"country","political"`, "SG")).Geocode(t.Context(), r); err != nil {
		t.Errorf("the country itself: %v", err)
	}
	if _, err := replying(t, 200, body(``, `"locality"`, "MY")).Geocode(t.Context(), r); waybill.CodeOf(err) != waybill.NotFound {
		t.Errorf("another region: %v", err)
	}
}
