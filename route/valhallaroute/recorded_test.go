package valhallaroute_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/valhallaroute"
)

// recorded reads a reply of a real engine. The recordings lie beside a
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
		file            string
		mode            route.Mode
		points          []geo.Point
		metres, seconds float64
		paths           int
		steps, tolls    bool
	}{
		{"valhalla_route_auto.json", route.Car, []geo.Point{wilmington, dover}, 79138, 3062.46, 1, false, true},
		{"valhalla_route_truck.json", route.Truck, []geo.Point{wilmington, dover}, 75798, 3088.634, 1, false, true},
		{"valhalla_route_pedestrian_steps.json", route.Walk, []geo.Point{wilmington, near}, 717, 517.508, 1, true, false},
		{"valhalla_route_via_no_tolls.json", route.Car, []geo.Point{wilmington, newark, dover}, 90805, 4098.733, 1, false, false},
		{"valhalla_route_alternates.json", route.Car, []geo.Point{wilmington, dover}, 79138, 3062.46, 2, false, true},
	} {
		t.Run(c.file, func(t *testing.T) {
			a, _ := canned(t, 200, recorded(t, c.file), valhallaroute.Options{})
			r := trip(c.points...)
			r.Mode, r.Polyline, r.Steps, r.Alternatives, r.Avoid.Tolls = c.mode, true, c.steps, c.paths-1, true
			res, err := a.Route(t.Context(), r)
			if err != nil || len(res.Paths) != c.paths {
				t.Fatalf("%d paths, %v", len(res.Paths), err)
			}
			p := res.Paths[0]
			if p.Distance != c.metres || math.Abs(p.Duration.Seconds()-c.seconds) > 1e-3 || len(p.Legs) != len(c.points)-1 {
				t.Errorf("%.1f m in %v, %d legs", p.Distance, p.Duration, len(p.Legs))
			}
			if (len(p.Warnings) > 0) != c.tolls {
				t.Errorf("warnings %v", p.Warnings)
			}
			if d := geo.Distance(p.Polyline[0], c.points[0]); d > 10 {
				t.Errorf("the line begins %.0f m away", d)
			}
			if d := geo.Distance(p.Polyline[len(p.Polyline)-1], c.points[len(c.points)-1]); d > 100 {
				t.Errorf("the line ends %.0f m away", d)
			}
			if c.steps && (len(p.Legs[0].Steps) < 2 || p.Legs[0].Steps[0].Text != "Walk southwest on North Market Street." || p.Legs[0].Steps[0].Distance != 696) {
				t.Errorf("steps %+v", p.Legs[0].Steps)
			}
		})
	}
}

func TestRecordedTables(t *testing.T) {
	metres := [2][3]float64{{79138, 149321, 21472}, {0, 71874, 75977}}
	seconds := [2][3]float64{{3062, 5958, 930}, {0, 3178, 2962}}
	for _, file := range []string{"valhalla_matrix.json", "valhalla_matrix_compact.json"} {
		a, _ := canned(t, 200, recorded(t, file), valhallaroute.Options{})
		res, err := a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{wilmington, dover}, Destinations: []geo.Point{dover, rehoboth, newark}})
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for i, row := range res.Cells {
			for j, c := range row {
				if c.Err != nil || c.Distance != metres[i][j] || c.Duration.Seconds() != seconds[i][j] {
					t.Errorf("%s: %d to %d: %+v", file, i, j, c)
				}
			}
		}
	}
}

func TestRecordedErrors(t *testing.T) {
	for file, want := range map[string]waybill.Code{
		"valhalla_error_no_edges.json": waybill.NotFound, "valhalla_error_distance.json": waybill.Unsupported,
		"osrm_error_noroute.json": waybill.NotFound, // as Valhalla refuses in OSRM's shape
	} {
		a, _ := canned(t, 400, recorded(t, file), valhallaroute.Options{})
		_, err := a.Route(t.Context(), trip(wilmington, dover))
		if e := waybill.AsError(err); e == nil || e.Code != want || e.VendorCode == "" || e.Ref != "order-7" {
			t.Errorf("%s: %v", file, err)
		}
	}
}
