package googleroute_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/googleroute"
)

// recorded reads a reply of the real services. The recordings lie beside a
// development checkout, not in it: they were gathered from public projects.
func recorded(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recorded", "google", file))
	if err != nil {
		t.Skip("the recorded replies are not here")
	}
	return string(b)
}

// replying returns an adapter whose server always gives one reply.
func replying(t testing.TB, status int, body string, o googleroute.Options) *googleroute.Adapter {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	o.BaseURL, o.HTTPClient = s.URL, s.Client()
	a, err := googleroute.New("recorded-key", &o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// trip is a request over n points.
func trip(n int) route.Request {
	r := route.Request{Key: "order-7"}
	for i := range n {
		r.Points = append(r.Points, geo.Point{Lat: 37.4 + float64(i)/100, Lng: -122.08})
	}
	return r
}

func TestRecordedRoutes(t *testing.T) {
	a := replying(t, 200, recorded(t, "routes_compute_routes.json"), googleroute.Options{})
	r := trip(2)
	r.Polyline = true
	res, err := a.Route(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	p := res.Paths[0]
	if p.Distance != 772 || p.Duration != 165*time.Second || len(p.Legs) != 0 || p.Traffic || p.Estimated || res.Provider != "googleroute" {
		t.Errorf("got %+v", p)
	}
	// The documentation's trip is from 37.419734,-122.0827784 to 37.417670,-122.079595.
	first, last := p.Polyline[0], p.Polyline[len(p.Polyline)-1]
	if len(p.Polyline) != 6 || geo.Distance(first, geo.Point{Lat: 37.419734, Lng: -122.0827784}) > 30 || geo.Distance(last, geo.Point{Lat: 37.41767, Lng: -122.079595}) > 30 {
		t.Errorf("polyline of %d points from %v to %v", len(p.Polyline), first, last)
	}
}

func TestRecordedDirections(t *testing.T) {
	for _, c := range []struct {
		file      string
		points    int
		distance  float64
		duration  int
		distances []float64
		durations []int
		line      bool
	}{
		{"directions_drive_sydney_parramatta.json", 2, 23846, 2214, []float64{23846}, []int{2214}, false},
		{"directions_transit_times.json", 2, 24785, 2003, []float64{24785}, []int{2003}, true},
		{"directions_transit_google_sydney.json", 2, 2241, 550, []float64{2241}, []int{550}, false},
		{"spec_directions_boston_concord_waypoints.json", 2, 45307, 3010, []float64{45307}, []int{3010}, true},
		{"spec_directions_boston_concord_waypoints_via.json", 3, 45307, 3010, []float64{2986, 42321}, []int{621, 2389}, true},
		{"spec_directions_waypoints_optimize.json", 6, 1070310, 43893, []float64{39789, 389681, 390182, 103533, 147125}, []int{2373, 14993, 15405, 4758, 6364}, true},
	} {
		t.Run(c.file, func(t *testing.T) {
			a := replying(t, 200, recorded(t, c.file), googleroute.Options{Legacy: true})
			r := trip(c.points)
			r.Polyline, r.Steps = c.line, true
			res, err := a.Route(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			p := res.Paths[0]
			if p.Distance != c.distance || p.Duration != time.Duration(c.duration)*time.Second || p.Traffic {
				t.Errorf("%.0f m in %v", p.Distance, p.Duration)
			}
			for i, l := range p.Legs {
				if l.Distance != c.distances[i] || l.Duration != time.Duration(c.durations[i])*time.Second {
					t.Errorf("leg %d: %.0f m in %v", i, l.Distance, l.Duration)
				}
				for _, s := range l.Steps {
					if strings.ContainsAny(s.Text, "<>") {
						t.Errorf("markup in %q", s.Text)
					}
				}
			}
			if c.line && len(p.Polyline) < 2 {
				t.Error("no polyline")
			}
		})
	}
	// A trip with another number of stops has other legs.
	a := replying(t, 200, recorded(t, "spec_directions_boston_concord_waypoints_via.json"), googleroute.Options{Legacy: true})
	if _, err := a.Route(t.Context(), trip(2)); waybill.CodeOf(err) != waybill.DataLoss {
		t.Errorf("two legs for one pair: %v", err)
	}
}

func TestRecordedTexts(t *testing.T) {
	a := replying(t, 200, recorded(t, "spec_directions_boston_concord_waypoints_via.json"), googleroute.Options{Legacy: true})
	r := trip(3)
	r.Steps = true
	res, err := a.Route(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	steps := res.Paths[0].Legs[0].Steps
	if got := steps[0].Text; got != "Head north on Cambridge St toward Sudbury St" {
		t.Errorf("got %q", got)
	}
	if s := steps[1]; s.Distance != 433 || s.Duration != 147*time.Second {
		t.Errorf("got %.0f m in %v", s.Distance, s.Duration)
	}
	texts := []string{}
	for _, s := range res.Paths[0].Legs[1].Steps {
		texts = append(texts, s.Text)
	}
	if i := slices.IndexFunc(texts, func(s string) bool { return strings.Contains(s, "  ") || strings.Contains(s, "&") }); i >= 0 {
		t.Errorf("%q is not plain", texts[i])
	}
}

func TestRecordedErrors(t *testing.T) {
	for _, c := range []struct {
		file   string
		status int
		legacy bool
		code   waybill.Code
		vendor string
	}{
		{"spec_directions_invalid.json", 200, true, waybill.InvalidArgument, "INVALID_REQUEST"},
		{"spec_directions_zero_results.json", 200, true, waybill.NotFound, "ZERO_RESULTS"},
		{"error_request_denied.json", 200, true, waybill.Unauthenticated, "REQUEST_DENIED"},
		{"error_places_new_key_blocked.json", 403, false, waybill.PermissionDenied, "API_KEY_IOS_APP_BLOCKED"},
		{"error_places_new_key_blocked.json", 403, true, waybill.PermissionDenied, "API_KEY_IOS_APP_BLOCKED"},
		{"error_places_new_key_blocked.json", 200, false, waybill.PermissionDenied, "API_KEY_IOS_APP_BLOCKED"},
	} {
		a := replying(t, c.status, recorded(t, c.file), googleroute.Options{Legacy: c.legacy})
		_, err := a.Route(t.Context(), trip(2))
		e := waybill.AsError(err)
		if e == nil || e.Code != c.code || e.VendorCode != c.vendor || e.Delivery != waybill.NotSent || e.Ref != "order-7" {
			t.Errorf("%s: got %v", c.file, err)
		}
	}
}
