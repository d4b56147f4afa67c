package googleroute_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/googleroute"
)

// BenchmarkDirections compares the legacy adapter with the library that it is
// built on, on one local server with a recorded reply, under a deadline as every
// call of a client has one. BenchmarkRoutes is the Routes API, for which the
// library has nothing.
func BenchmarkDirections(b *testing.B) {
	s := serving(b, recorded(b, "directions_drive_sydney_parramatta.json"))
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	b.Run("library", func(b *testing.B) {
		c, err := maps.NewClient(maps.WithAPIKey("key"), maps.WithBaseURL(s.URL), maps.WithHTTPClient(&http.Client{Transport: s.Client().Transport}), maps.WithRateLimit(0))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			found, _, err := c.Directions(ctx, &maps.DirectionsRequest{Origin: "37.4,-122.08", Destination: "37.41,-122.08", Mode: maps.TravelModeDriving, Units: maps.UnitsMetric})
			if err != nil || len(found) != 1 {
				b.Fatal(err)
			}
		}
	})
	b.Run("adapter", func(b *testing.B) {
		a, err := googleroute.New("key", &googleroute.Options{BaseURL: s.URL, HTTPClient: s.Client(), Legacy: true})
		if err != nil {
			b.Fatal(err)
		}
		benchRoute(ctx, b, a, trip(2))
	})
}

// BenchmarkRoutes measures the Routes API on a local server.
func BenchmarkRoutes(b *testing.B) {
	s := serving(b, recorded(b, "routes_compute_routes.json"))
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	a, err := googleroute.New("key", &googleroute.Options{BaseURL: s.URL, HTTPClient: s.Client()})
	if err != nil {
		b.Fatal(err)
	}
	r := trip(2)
	r.Polyline = true
	benchRoute(ctx, b, a, r)
}

func benchRoute(ctx context.Context, b *testing.B, a *googleroute.Adapter, r route.Request) {
	b.ReportAllocs()
	for b.Loop() {
		if res, err := a.Route(ctx, r); err != nil || len(res.Paths) != 1 {
			b.Fatal(err)
		}
	}
}

func serving(b *testing.B, body string) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(body))
	}))
	b.Cleanup(s.Close)
	return s
}
