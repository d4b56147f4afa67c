package amaproute_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// recorded reads a reply of the real services. They lie beside the repository,
// not in it: gathered from public projects, each with its source in index.json.
func recorded(t *testing.T, name string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recorded", "amap", name))
	if err != nil {
		t.Skip("the recorded replies are not here")
	}
	return map[string]string{"": string(b)}
}

func TestRecordedRoutes(t *testing.T) {
	for _, v := range []struct {
		file    string
		mode    route.Mode
		metres  float64
		took    time.Duration
		steps   int
		toll    string
		summing bool
	}{
		{"driving_v3_beijing.json", route.Car, 14571, 2255 * time.Second, 11, "0", true},
		{"driving_v5_constructed.json", route.Car, 1800, 420 * time.Second, 2, "0", true},
		{"walking_v3_beijing.json", route.Walk, 11280, 9024 * time.Second, 24, "", true},
		{"walking_v5_minimal.json", route.Walk, 148, 118 * time.Second, 2, "", true},
		{"bicycling_v4_zero_route.json", route.Bicycle, 1, 0, 1, "", true},
	} {
		t.Run(v.file, func(t *testing.T) {
			a, _ := canned(t, recorded(t, v.file), nil)
			res, err := a.Route(t.Context(), pair(func(r *route.Request) { r.Mode, r.Steps, r.Polyline = v.mode, true, true }))
			if err != nil || len(res.Paths) != 1 {
				t.Fatalf("%d paths, %v", len(res.Paths), err)
			}
			p := res.Paths[0]
			if p.Distance != v.metres || p.Duration != v.took || p.Toll != v.toll || len(p.Legs) != 1 || len(p.Legs[0].Steps) != v.steps {
				t.Fatalf("got %.0f m in %v, toll %q, %d legs", p.Distance, p.Duration, p.Toll, len(p.Legs))
			}
			var sum float64
			for _, s := range p.Legs[0].Steps {
				sum += s.Distance
				if s.Text == "" {
					t.Error("a step without a text")
				}
			}
			if math.Abs(sum-v.metres) > 1 {
				t.Errorf("steps of %.0f m together", sum)
			}
			for _, at := range p.Polyline {
				if at.Datum != geo.GCJ02 || at.Validate() != nil || at.IsZero() {
					t.Fatal("a point of the polyline is none")
				}
			}
			if v.file == "driving_v5_constructed.json" && (p.Polyline[0].Lng != 116.410244 || p.Polyline[1].Lat != 39.92 || len(p.Polyline) != 3) {
				t.Errorf("polyline of %d points", len(p.Polyline))
			}
		})
	}
}

func TestRecordedErrors(t *testing.T) {
	for _, file := range []string{"error_invalid_key_10001.json", "error_platform_mismatch_10009.json"} {
		a, _ := canned(t, recorded(t, file), nil)
		if _, err := a.Route(t.Context(), pair(nil)); !errors.Is(err, waybill.ErrUnauthenticated) {
			t.Errorf("%s: %v", file, err)
		}
	}
}
