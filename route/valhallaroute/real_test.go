package valhallaroute_test

import (
	"math"
	"os"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/valhallaroute"
)

// real returns an adapter for a real Valhalla with the data of Delaware.
func real(t *testing.T, o valhallaroute.Options) *valhallaroute.Adapter {
	t.Helper()
	if o.BaseURL = os.Getenv("WAYBILL_TEST_VALHALLA"); o.BaseURL == "" {
		t.Skip("WAYBILL_TEST_VALHALLA is not set; .ci/servers start DIR sets it")
	}
	a, err := valhallaroute.New(&o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// within reports whether a value is within one per cent of another.
func within(got, want float64) bool { return math.Abs(got-want) <= want/100 }

func TestRealRoutes(t *testing.T) {
	a := real(t, valhallaroute.Options{})
	for name, c := range map[string]struct {
		r               route.Request
		metres, seconds float64
	}{
		"car":      {route.Request{Points: []geo.Point{wilmington, dover}}, 79138, 3062},
		"truck":    {route.Request{Points: []geo.Point{wilmington, dover}, Mode: route.Truck}, 75798, 3089},
		"no tolls": {route.Request{Points: []geo.Point{wilmington, newark, dover}, Avoid: route.Avoid{Tolls: true}}, 90805, 4099},
		"walk":     {route.Request{Points: []geo.Point{wilmington, near}, Mode: route.Walk}, 717, 517.5},
	} {
		c.r.Polyline, c.r.Steps = true, true
		res, err := a.Route(t.Context(), c.r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p := res.Paths[0]
		if !within(p.Distance, c.metres) || !within(p.Duration.Seconds(), c.seconds) {
			t.Errorf("%s: %.0f m in %v, want %.0f m in %.0f s", name, p.Distance, p.Duration, c.metres, c.seconds)
		}
		var sum, long float64
		for _, l := range p.Legs {
			sum += l.Distance
			if len(l.Steps) < 2 || l.Steps[0].Text == "" {
				t.Errorf("%s: steps %+v", name, l.Steps)
			}
		}
		for i := range len(p.Polyline) - 1 {
			long += geo.Distance(p.Polyline[i], p.Polyline[i+1])
		}
		if !within(sum, p.Distance) || !within(long, p.Distance) {
			t.Errorf("%s: legs of %.0f m, a line of %.0f m, a way of %.0f m", name, sum, long, p.Distance)
		}
	}
}

// The engine takes a truck's numbers, in a table too.
func TestRealTruckNumbers(t *testing.T) {
	a := real(t, valhallaroute.Options{})
	r := route.Request{Points: []geo.Point{wilmington, dover}, Mode: route.Truck,
		Vehicle: route.Vehicle{Length: 12, Width: 2.5, Height: 4, Weight: 18, AxleLoad: 9, Axles: 3, Hazmat: true}}
	if _, err := a.Route(t.Context(), r); err != nil {
		t.Error(err)
	}
	if _, err := a.Matrix(t.Context(), route.MatrixRequest{Origins: r.Points[:1], Destinations: r.Points[1:], Mode: r.Mode, Vehicle: r.Vehicle}); err != nil {
		t.Error(err)
	}
}

func TestRealOrder(t *testing.T) {
	a := real(t, valhallaroute.Options{})
	r := route.Request{Points: []geo.Point{wilmington, rehoboth, newark, wilmington}, OptimizeStops: true}
	res, err := a.Route(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if p := res.Paths[0]; len(p.StopOrder) != 2 || len(p.Legs) != 3 {
		t.Errorf("%+v", p)
	}
}

func TestRealMatrix(t *testing.T) {
	a := real(t, valhallaroute.Options{})
	metres := [2][3]float64{{79138, 149321, 21472}, {0, 71874, 75977}}
	seconds := [2][3]float64{{3062, 5958, 930}, {0, 3178, 2962}}
	res, err := a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{wilmington, dover}, Destinations: []geo.Point{dover, rehoboth, newark}})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range res.Cells {
		for j, c := range row {
			if c.Err != nil || !within(c.Distance, metres[i][j]) || !within(c.Duration.Seconds(), seconds[i][j]) {
				t.Errorf("%d to %d: %+v, want %.0f m in %.0f s", i, j, c, metres[i][j], seconds[i][j])
			}
		}
	}
}

// A point in the ocean is an error of its own; one beside it stays.
func TestRealSea(t *testing.T) {
	a := real(t, valhallaroute.Options{})
	sea := geo.Point{Lat: 38.5, Lng: -73}
	if _, err := a.Route(t.Context(), route.Request{Points: []geo.Point{wilmington, sea}}); waybill.CodeOf(err) != waybill.NotFound {
		t.Error(err)
	}
	res, err := a.Matrix(t.Context(), route.MatrixRequest{Origins: []geo.Point{wilmington, sea, newark}, Destinations: []geo.Point{dover}})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range res.Cells {
		if (waybill.CodeOf(row[0].Err) == waybill.NotFound) != (i == 1) || i != 1 && row[0].Err != nil {
			t.Errorf("%d: %+v", i, row[0])
		}
	}
	// The bay is nearer to a road than Valhalla's 35 km, and farther than a kilometre.
	bay := geo.Point{Lat: 39.02, Lng: -75.20}
	if _, err := a.Route(t.Context(), route.Request{Points: []geo.Point{wilmington, bay}}); waybill.CodeOf(err) != waybill.NotFound {
		t.Errorf("the bay: %v", err)
	}
	if _, err := real(t, valhallaroute.Options{MaxSnap: -1}).Route(t.Context(), route.Request{Points: []geo.Point{wilmington, bay}}); err != nil {
		t.Errorf("the bay, at any distance: %v", err)
	}
}

func TestRealExclude(t *testing.T) {
	a := real(t, valhallaroute.Options{Exclude: true})
	res, err := a.Route(t.Context(), route.Request{Points: []geo.Point{wilmington, dover}, Avoid: route.Avoid{Tolls: true}})
	if err != nil || len(res.Paths[0].Warnings) != 0 {
		t.Errorf("%+v %v", res, err)
	}
}

func TestRealRefusals(t *testing.T) {
	a := real(t, valhallaroute.Options{MaxPoints: 100})
	r := route.Request{}
	for range 21 {
		r.Points = append(r.Points, dover)
	}
	if _, err := a.Route(t.Context(), r); waybill.CodeOf(err) != waybill.Unsupported {
		t.Errorf("21 points: %v", err)
	}
}
