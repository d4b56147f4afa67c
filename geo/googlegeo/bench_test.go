package googlegeo_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/googlegeo"
)

// BenchmarkGeocode compares the adapter with the library that it is built on,
// on one local server with a recorded reply, under a deadline as every call of a
// client has one. "both" takes turns, so that whatever else the machine does
// meets both alike, and reports the medians and their ratios: of the time of the
// clock, and of the CPU time of the whole process, the server's part included,
// which a busy machine disturbs less.
//
//	go test -bench Geocode -count 10 ./geo/googlegeo
func BenchmarkGeocode(b *testing.B) {
	body := []byte(recorded(b, "geocode_postal_code_suffix_us.json"))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	defer s.Close()
	c, err := maps.NewClient(maps.WithAPIKey("key"), maps.WithBaseURL(s.URL), maps.WithHTTPClient(&http.Client{Transport: s.Client().Transport}), maps.WithRateLimit(0))
	if err != nil {
		b.Fatal(err)
	}
	a, err := googlegeo.New("key", &googlegeo.Options{BaseURL: s.URL, HTTPClient: s.Client()})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	library := func() {
		found, err := c.Geocode(ctx, &maps.GeocodingRequest{Address: "900 S Oak Park Ave", Language: "en"})
		if err != nil || len(found) != 1 {
			b.Fatal(err)
		}
	}
	adapter := func() {
		res, err := a.Geocode(ctx, geo.GeocodeRequest{Query: "900 S Oak Park Ave", Language: "en"})
		if err != nil || len(res.Places) != 1 {
			b.Fatal(err)
		}
	}
	for name, call := range map[string]func(){"library": library, "adapter": adapter} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				call()
			}
		})
	}
	b.Run("both", func(b *testing.B) {
		var took, worked [2][]time.Duration
		for first := 0; b.Loop(); first = 1 - first {
			for _, who := range [2]int{first, 1 - first} {
				began, cpu := time.Now(), processTime()
				if who == 0 {
					library()
				} else {
					adapter()
				}
				took[who] = append(took[who], time.Since(began))
				worked[who] = append(worked[who], processTime()-cpu)
			}
		}
		b.ReportMetric(median(took[0]), "ns/library")
		b.ReportMetric(median(took[1]), "ns/adapter")
		b.ReportMetric(median(took[1])/median(took[0]), "times")
		b.ReportMetric(median(worked[1])/median(worked[0]), "times-cpu")
	})
}

func median(list []time.Duration) float64 {
	slices.Sort(list)
	return float64(list[len(list)/2])
}
