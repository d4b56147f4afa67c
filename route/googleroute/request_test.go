package googleroute_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/googleroute"
	"github.com/waybill-go/waybill/route/routetest"
)

// seen is what a server was asked.
type seen struct {
	method, path string
	header       http.Header
	query        url.Values
	body         map[string]any
}

// asking returns an adapter and what its server was asked last.
func asking(t *testing.T, o googleroute.Options) (*googleroute.Adapter, func() seen) {
	t.Helper()
	var mu sync.Mutex
	var last seen
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		last = seen{r.Method, r.URL.Path, r.Header, r.URL.Query(), map[string]any{}}
		b, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(b, &last.body)
		if o.Legacy {
			_, _ = w.Write([]byte(`{"status":"ZERO_RESULTS","routes":[]}`))
			return
		}
		_, _ = w.Write([]byte(`{}`))
	}))
	t.Cleanup(s.Close)
	o.BaseURL, o.HTTPClient = s.URL, s.Client()
	a, err := googleroute.New("key-1234", &o)
	if err != nil {
		t.Fatal(err)
	}
	return a, func() seen { mu.Lock(); defer mu.Unlock(); return last }
}

const base = "routes.distanceMeters,routes.duration,routes.warnings,routes.legs.distanceMeters,routes.legs.duration"

func TestRoutesRequest(t *testing.T) {
	later := time.Now().Add(time.Hour)
	for _, c := range []struct {
		name    string
		options googleroute.Options
		change  func(*route.Request)
		body    string // JSON without the points
		mask    string
	}{
		{"car", googleroute.Options{}, func(*route.Request) {},
			`{"travelMode":"DRIVE","routingPreference":"TRAFFIC_UNAWARE","units":"METRIC"}`, base},
		{"pricing", googleroute.Options{}, func(r *route.Request) { r.Pricing = true },
			`{"travelMode":"DRIVE","routingPreference":"TRAFFIC_UNAWARE","units":"METRIC"}`, base},
		{"motorcycle", googleroute.Options{}, func(r *route.Request) { r.Mode = route.Motorcycle },
			`{"travelMode":"TWO_WHEELER","routingPreference":"TRAFFIC_UNAWARE","units":"METRIC"}`, base},
		{"bicycle", googleroute.Options{Tolls: true}, func(r *route.Request) {
			r.Mode, r.Departure, r.Avoid.Ferries = route.Bicycle, later, true
		}, `{"travelMode":"BICYCLE","units":"METRIC"}`, base},
		{"walk", googleroute.Options{}, func(r *route.Request) { r.Mode = route.Walk }, `{"travelMode":"WALK","units":"METRIC"}`, base},
		{"truck as a car", googleroute.Options{}, func(r *route.Request) { r.Mode, r.AllowCarForTruck = route.Truck, true },
			`{"travelMode":"DRIVE","routingPreference":"TRAFFIC_UNAWARE","units":"METRIC"}`, base},
		{"all fields", googleroute.Options{}, func(r *route.Request) { r.Polyline, r.Steps, r.Language = true, true, "fr-FR" },
			`{"travelMode":"DRIVE","routingPreference":"TRAFFIC_UNAWARE","units":"METRIC","polylineEncoding":"ENCODED_POLYLINE","languageCode":"fr-FR"}`,
			base + ",routes.polyline.encodedPolyline,routes.legs.steps.distanceMeters,routes.legs.steps.staticDuration,routes.legs.steps.navigationInstruction.instructions"},
		{"a departure that has passed", googleroute.Options{}, func(r *route.Request) { r.Departure = time.Now().Add(-time.Hour) },
			`{"travelMode":"DRIVE","routingPreference":"TRAFFIC_AWARE","units":"METRIC"}`, base + ",fallbackInfo"},
		{"a departure about now", googleroute.Options{}, func(r *route.Request) { r.Departure = time.Now().Add(20 * time.Second) },
			`{"travelMode":"DRIVE","routingPreference":"TRAFFIC_AWARE","units":"METRIC"}`, base + ",fallbackInfo"},
		{"a departure to come", googleroute.Options{}, func(r *route.Request) { r.Departure = later },
			`{"travelMode":"DRIVE","routingPreference":"TRAFFIC_AWARE","units":"METRIC","departureTime":"` + later.UTC().Format(time.RFC3339Nano) + `"}`, base + ",fallbackInfo"},
		{"avoid and alternatives", googleroute.Options{}, func(r *route.Request) {
			r.Avoid, r.Alternatives = route.Avoid{Tolls: true, Motorways: true, Ferries: true}, 2
		}, `{"travelMode":"DRIVE","routingPreference":"TRAFFIC_UNAWARE","units":"METRIC","computeAlternativeRoutes":true,
			"routeModifiers":{"avoidTolls":true,"avoidHighways":true,"avoidFerries":true}}`, base},
		{"tolls", googleroute.Options{Tolls: true}, func(*route.Request) {},
			`{"travelMode":"DRIVE","routingPreference":"TRAFFIC_UNAWARE","units":"METRIC","extraComputations":["TOLLS"]}`, base + ",routes.travelAdvisory.tollInfo"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, last := asking(t, c.options)
			r := trip(2)
			c.change(&r)
			if _, err := a.Route(t.Context(), r); waybill.CodeOf(err) != waybill.NotFound {
				t.Fatalf("an empty object: %v", err)
			}
			got := last()
			if got.method != "POST" || got.path != "/directions/v2:computeRoutes" || got.header.Get("X-Goog-Api-Key") != "key-1234" ||
				got.header.Get("Content-Type") != "application/json" || len(got.query) != 0 {
				t.Errorf("asked %s %s %v %v", got.method, got.path, got.header, got.query)
			}
			if mask := got.header.Get("X-Goog-FieldMask"); mask != c.mask {
				t.Errorf("mask\n%s, want\n%s", mask, c.mask)
			}
			point := func(lat float64) any {
				return map[string]any{"location": map[string]any{"latLng": map[string]any{"latitude": lat, "longitude": -122.08}}}
			}
			want := map[string]any{}
			if err := json.Unmarshal([]byte(c.body), &want); err != nil {
				t.Fatal(err)
			}
			want["origin"], want["destination"] = point(37.4), point(37.41)
			g, _ := json.Marshal(got.body)
			w, _ := json.Marshal(want)
			if string(g) != string(w) {
				t.Errorf("body\n%s, want\n%s", g, w)
			}
		})
	}
}

// Stops come in their order, and no alternatives are asked for beside them.
func TestRoutesStops(t *testing.T) {
	a, last := asking(t, googleroute.Options{})
	r := trip(27)
	r.Alternatives = 3
	_, _ = a.Route(t.Context(), r)
	got := last().body
	stops, _ := got["intermediates"].([]any)
	if len(stops) != 25 || got["computeAlternativeRoutes"] != nil {
		t.Fatalf("%d stops, alternatives %v", len(stops), got["computeAlternativeRoutes"])
	}
	for i, s := range stops {
		at := s.(map[string]any)["location"].(map[string]any)["latLng"].(map[string]any)["latitude"].(float64)
		if want := r.Points[i+1].Lat; at < want-1e-6 || at > want+1e-6 {
			t.Errorf("stop %d at %v, want %v", i, at, want)
		}
	}
}

func TestDirectionsRequest(t *testing.T) {
	later := time.Now().Add(time.Hour)
	for _, c := range []struct {
		name   string
		points int
		change func(*route.Request)
		want   map[string]string
	}{
		{"car", 2, func(*route.Request) {}, map[string]string{"origin": "37.4,-122.08", "destination": "37.41,-122.08", "mode": "driving", "units": "metric",
			"key": "key-1234", "waypoints": "", "alternatives": "", "avoid": "", "departure_time": "", "language": ""}},
		{"walk", 2, func(r *route.Request) { r.Mode, r.Departure = route.Walk, later }, map[string]string{"mode": "walking", "departure_time": ""}},
		{"bicycle", 2, func(r *route.Request) { r.Mode = route.Bicycle }, map[string]string{"mode": "bicycling"}},
		{"truck", 2, func(r *route.Request) { r.Mode, r.AllowCarForTruck = route.Truck, true }, map[string]string{"mode": "driving"}},
		{"stops", 4, func(r *route.Request) { r.Alternatives = 1 }, map[string]string{"waypoints": "37.41,-122.08|37.42,-122.08", "alternatives": ""}},
		{"avoid", 2, func(r *route.Request) {
			r.Avoid, r.Alternatives, r.Language = route.Avoid{Tolls: true, Motorways: true, Ferries: true}, 1, "de"
		}, map[string]string{"avoid": "tolls|highways|ferries", "alternatives": "true", "language": "de"}},
		{"now", 2, func(r *route.Request) { r.Departure = time.Now().Add(-time.Minute) }, map[string]string{"departure_time": "now"}},
		{"later", 2, func(r *route.Request) { r.Departure = later }, map[string]string{"departure_time": strconv.FormatInt(later.Unix(), 10)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, last := asking(t, googleroute.Options{Legacy: true})
			r := trip(c.points)
			c.change(&r)
			if _, err := a.Route(t.Context(), r); waybill.CodeOf(err) != waybill.NotFound {
				t.Fatal(err)
			}
			got := last()
			for name, want := range c.want {
				if v := got.query.Get(name); v != want {
					t.Errorf("%s=%q, want %q", name, v, want)
				}
			}
			if got.path != "/maps/api/directions/json" {
				t.Errorf("path %s", got.path)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		key string
		o   *googleroute.Options
	}{
		"no key":           {"", nil},
		"blank":            {"k ey", nil},
		"client of routes": {"", &googleroute.Options{ClientID: "gme-x", SigningSecret: "vNIXE0xscrmjlyV-12Nj_BvUPaw="}},
		"channel":          {"key", &googleroute.Options{Channel: "x"}},
		"tolls of legacy":  {"key", &googleroute.Options{Legacy: true, Tolls: true}},
		"legacy secret":    {"", &googleroute.Options{Legacy: true, ClientID: "gme-x", SigningSecret: "?"}},
		"base":             {"key", &googleroute.Options{BaseURL: "routes.googleapis.com"}},
		"base fragment":    {"key", &googleroute.Options{BaseURL: "https://x#y"}},
		"reply":            {"key", &googleroute.Options{MaxReply: -1}},
	} {
		if a, err := googleroute.New(c.key, c.o); a != nil || waybill.CodeOf(err) != waybill.InvalidArgument || waybill.AsError(err).Provider != "googleroute" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := googleroute.New("", &googleroute.Options{Legacy: true, ClientID: "gme-x", SigningSecret: "vNIXE0xscrmjlyV-12Nj_BvUPaw="}); err != nil {
		t.Error(err)
	}
	a, err := googleroute.New("key", &googleroute.Options{Mainland: true})
	if err != nil || a.DefaultOutside() != nil || a.Account().Name() != "googleroute" {
		t.Errorf("mainland: %v %v", a.DefaultOutside(), err)
	}
	if a, _ = googleroute.New("key", nil); len(a.DefaultOutside()) != 1 {
		t.Error("not kept out of the mainland")
	}
}

// Rotated keys are used at once; one that cannot be had is no request.
func TestRotation(t *testing.T) {
	s := routetest.NewGoogle(nil)
	defer s.Close()
	for _, legacy := range []bool{false, true} {
		keys := []string{routetest.GoogleKey, "an-old-key", "", routetest.GoogleKey}
		want := []waybill.Code{waybill.NotFound, waybill.Unauthenticated, waybill.Unauthenticated, waybill.NotFound}
		a, err := googleroute.New("", &googleroute.Options{BaseURL: s.URL(), HTTPClient: s.Client(), Legacy: legacy,
			Credentials: func(context.Context) (googleroute.Credentials, error) {
				k := keys[0]
				keys = keys[1:]
				return googleroute.Credentials{Key: k}, nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		for i, code := range want {
			_, err := a.Route(t.Context(), trip(2)) // California is not in the fake's world
			if waybill.CodeOf(err) != code || strings.Contains(err.Error(), "old-key") {
				t.Errorf("legacy %t, key %d: %v, want %v", legacy, i, err, code)
			}
		}
	}
}

// The datum of each point is that of its place.
func TestDatumsOfACrossing(t *testing.T) {
	s := routetest.NewGoogle(nil)
	defer s.Close()
	a, _ := googleroute.New(routetest.GoogleKey, &googleroute.Options{BaseURL: s.URL(), HTTPClient: s.Client(), Mainland: true})
	shenzhen, hongKong := geo.Point{Lat: 22.5540, Lng: 114.0830}, geo.Point{Lat: 22.3184, Lng: 114.1687}
	res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{shenzhen, hongKong}, Polyline: true})
	if err != nil {
		t.Fatal(err)
	}
	asked := s.Asked()
	if asked[0].Datum != geo.GCJ02 || asked[1].Datum != geo.WGS84 || geo.Distance(asked[0], shenzhen) > 1 || geo.Distance(asked[1], hongKong) > 1 {
		t.Errorf("asked for %v", asked)
	}
	line := res.Paths[0].Polyline
	if first, last := line[0], line[len(line)-1]; first.Datum != geo.GCJ02 || last.Datum != geo.WGS84 {
		t.Errorf("from %v to %v", first.Datum, last.Datum)
	}
}
