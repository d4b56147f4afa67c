package osrmroute_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/osrmroute"
)

// recorded reads a reply of a real server. The recordings lie beside a
// development checkout, not in it.
func recorded(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recorded", "osm", file))
	if err != nil {
		t.Skip("the recorded replies are not here")
	}
	return string(b)
}

func TestRecordedRoutes(t *testing.T) {
	for _, c := range []struct {
		file   string
		points []geo.Point
		metres float64
		took   time.Duration
		legs   []float64
		line   int
	}{
		{"osrm_real_route_exclude_toll.json", []geo.Point{wilmington, dover}, 74574.2, 4121700 * time.Millisecond, []float64{74574.2}, 0},
		{"osrm_real_route_via_legs.json", []geo.Point{wilmington, newark, dover}, 93342.6, 4648500 * time.Millisecond, []float64{21475.1, 71867.5}, 0},
		{"osrm_real_route_steps_geojson.json", []geo.Point{wilmington, newark}, 21475.1, 1106800 * time.Millisecond, []float64{21475.1}, 2},
		{"osrm_real_route_same_point.json", []geo.Point{dover, dover}, 0, 0, []float64{0}, 2},
		{"osrm_real_route_wrong_profile.json", []geo.Point{wilmington, dover}, 75673.1, 3710600 * time.Millisecond, []float64{75673.1}, 0},
		// Valhalla in OSRM's shape writes six decimals though five were asked for.
		{"valhalla_route_osrm_format.json", []geo.Point{wilmington, dover}, 79138.453, 3062461 * time.Millisecond, []float64{79138.453}, 2},
	} {
		t.Run(c.file, func(t *testing.T) {
			a, _ := canned(t, 200, recorded(t, c.file), nil)
			r := trip(c.points...)
			r.Polyline, r.Steps = c.line > 0, true
			res, err := a.Route(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			p := res.Paths[0]
			if p.Distance != c.metres || p.Duration.Round(time.Millisecond) != c.took || len(p.Legs) != len(c.legs) || len(p.Polyline) < c.line || p.Traffic {
				t.Fatalf("%.1f m in %v, %d legs, a line of %d", p.Distance, p.Duration, len(p.Legs), len(p.Polyline))
			}
			for i, l := range p.Legs {
				if l.Distance != c.legs[i] {
					t.Errorf("leg %d: %.1f m", i, l.Distance)
				}
				var sum float64
				for _, s := range l.Steps {
					sum += s.Distance
					if s.Text == "" {
						t.Error("a step without a text")
					}
				}
				if len(l.Steps) > 0 && math.Abs(sum-l.Distance) > 2 {
					t.Errorf("steps of %.0f m in a leg of %.0f m", sum, l.Distance)
				}
			}
			for i, at := range p.Polyline {
				if d := geo.Distance(at, c.points[0]); i == 0 && d > 10 || d > 200e3 {
					t.Fatalf("point %d lies %.0f m from the start", i, d)
				}
			}
		})
	}
}

// A middle point that makes no leg is no stop: the legs do not fit the request.
func TestRecordedVia(t *testing.T) {
	a, _ := canned(t, 200, recorded(t, "osrm_real_route_via_waypoints_param.json"), nil)
	if _, err := a.Route(t.Context(), trip(wilmington, newark, dover)); waybill.CodeOf(err) != waybill.DataLoss {
		t.Error(err)
	}
}

// A car's server asked for a walk answers with a car's way.
func TestRecordedWrongProfile(t *testing.T) {
	o := &osrmroute.Options{Profiles: map[route.Mode]osrmroute.Profile{route.Walk: {}, route.Bicycle: {}}}
	a, _ := canned(t, 200, recorded(t, "osrm_real_route_wrong_profile.json"), o)
	for _, mode := range []route.Mode{route.Walk, route.Bicycle} {
		r := trip(wilmington, dover)
		r.Mode = mode
		_, err := a.Route(t.Context(), r)
		if e := waybill.AsError(err); e == nil || e.Code != waybill.PermissionDenied || e.Scope != waybill.ScopeAccount {
			t.Errorf("%v: %v", mode, err)
		}
	}
}

// Latitude for longitude is no error to OSRM: both points are moved by thousands
// of kilometres to one place.
func TestRecordedSwap(t *testing.T) {
	a, _ := canned(t, 200, recorded(t, "osrm_real_error_latlng_swapped.json"), nil)
	if res, err := a.Route(t.Context(), trip(wilmington, dover)); waybill.CodeOf(err) != waybill.NotFound {
		t.Errorf("%+v %v", res, err)
	}
}

func TestRecordedTable(t *testing.T) {
	a, _ := canned(t, 200, recorded(t, "osrm_real_table_both.json"), nil)
	res, err := a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{wilmington, dover}, Destinations: []geo.Point{dover, rehoboth, newark}})
	if err != nil {
		t.Fatal(err)
	}
	metres := [2][3]float64{{75673.1, 145932.9, 21475.1}, {0, 70412.1, 77322.9}}
	seconds := [2][3]float64{{3710.6, 7277.6, 1106.8}, {0, 3893.3, 3569.1}}
	for i, row := range res.Cells {
		for j, c := range row {
			if c.Err != nil || c.Distance != metres[i][j] || math.Abs(c.Duration.Seconds()-seconds[i][j]) > 1e-6 {
				t.Errorf("%d to %d: %+v", i, j, c)
			}
		}
	}
	// Without distances there is no table.
	a, _ = canned(t, 200, recorded(t, "osrm_real_table_default.json"), nil)
	_, err = a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{wilmington, dover, rehoboth}, Destinations: []geo.Point{wilmington, dover, rehoboth}})
	if waybill.CodeOf(err) != waybill.DataLoss {
		t.Error(err)
	}
	a, _ = canned(t, 200, recorded(t, "valhalla_matrix_osrm_format.json"), nil)
	res, err = a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{wilmington, dover}, Destinations: []geo.Point{dover, rehoboth, newark}})
	if err != nil || res.Cells[0][2].Distance != 21472 || res.Cells[1][1].Duration != 3178*time.Second {
		t.Errorf("%+v %v", res, err)
	}
}

func TestRecordedErrors(t *testing.T) {
	for file, want := range map[string]waybill.Code{
		"osrm_error_noroute.json":               waybill.NotFound,
		"osrm_error_nosegment.json":             waybill.NotFound,
		"osrm_real_error_invalidquery.json":     waybill.InvalidArgument,
		"osrm_real_error_unknown_option.json":   waybill.InvalidArgument,
		"osrm_real_error_lat_out_of_range.json": waybill.InvalidArgument,
		"osrm_real_error_exclude_unknown.json":  waybill.Unsupported,
		"osrm_real_error_service.json":          waybill.PermissionDenied,
		"osrm_real_error_version.json":          waybill.PermissionDenied,
		"osrm_real_error_url.json":              waybill.PermissionDenied,
		"osrm_real_error_toobig_table.json":     waybill.Unsupported,
		"osrm_real_error_nearest_toobig.json":   waybill.Unsupported,
	} {
		a, _ := canned(t, 400, recorded(t, file), nil)
		_, err := a.Route(t.Context(), trip(wilmington, dover))
		e := waybill.AsError(err)
		if e == nil || e.Ref != "order-7" || e.Provider != "osrmroute" {
			t.Fatalf("%s: %v", file, err)
		}
		if e.Code != want {
			t.Errorf("%s: %v", file, err)
		}
	}
}
