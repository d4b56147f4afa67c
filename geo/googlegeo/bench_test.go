package googlegeo_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/googlegeo"
)

// BenchmarkGeocode compares the adapter with the library that it is built on,
// on one local server with a recorded reply, under a deadline as every call of a
// client has one.
//
//	go test -bench Geocode -count 10 ./geo/googlegeo
func BenchmarkGeocode(b *testing.B) {
	body := []byte(recorded(b, "geocode_postal_code_suffix_us.json"))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	defer s.Close()
	b.Run("library", func(b *testing.B) {
		c, err := maps.NewClient(maps.WithAPIKey("key"), maps.WithBaseURL(s.URL), maps.WithHTTPClient(&http.Client{Transport: s.Client().Transport}), maps.WithRateLimit(0))
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
		defer cancel()
		b.ReportAllocs()
		for b.Loop() {
			found, err := c.Geocode(ctx, &maps.GeocodingRequest{Address: "900 S Oak Park Ave", Language: "en"})
			if err != nil || len(found) != 1 {
				b.Fatal(err)
			}
		}
	})
	b.Run("adapter", func(b *testing.B) {
		a, err := googlegeo.New("key", &googlegeo.Options{BaseURL: s.URL, HTTPClient: s.Client()})
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
		defer cancel()
		b.ReportAllocs()
		for b.Loop() {
			res, err := a.Geocode(ctx, geo.GeocodeRequest{Query: "900 S Oak Park Ave", Language: "en"})
			if err != nil || len(res.Places) != 1 {
				b.Fatal(err)
			}
		}
	})
}
