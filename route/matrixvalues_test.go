package route_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

func TestMatrixValidate(t *testing.T) {
	good := func() route.MatrixRequest { return table(2, 2) }
	c := newClient(t, route.With(&tabler{name: "a"}))
	for name, change := range map[string]func(*route.MatrixRequest){
		"no origins":      func(r *route.MatrixRequest) { r.Origins = nil },
		"no destinations": func(r *route.MatrixRequest) { r.Destinations = nil },
		"too many":        func(r *route.MatrixRequest) { r.Origins = numbered(50_001, 0) },
		"zero":            func(r *route.MatrixRequest) { r.Destinations[0] = geo.Point{} },
		"latitude":        func(r *route.MatrixRequest) { r.Origins[0].Lat = 95 },
		"mode":            func(r *route.MatrixRequest) { r.Mode = 9 },
		"vehicle":         func(r *route.MatrixRequest) { r.Vehicle.Hazmat = true },
		"pricing":         func(r *route.MatrixRequest) { r.Pricing, r.Departure = true, time.Now() },
	} {
		r := good()
		change(&r)
		_, err := c.Matrix(t.Context(), r)
		e := waybill.AsError(err)
		if e == nil || e.Code != waybill.InvalidArgument || e.Op != "matrix" || e.Ref != "order-9" || e.Delivery != waybill.NotSent {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := good()
	if p := r.Pair(1, 0); len(p.Points) != 2 || p.Points[0] != r.Origins[1] || p.Points[1] != r.Destinations[0] || p.Key != "order-9" {
		t.Errorf("%+v", p)
	}
}

// A cell without a way has no numbers in JSON, by which it could be taken for one
// of no length.
func TestCellJSON(t *testing.T) {
	for _, c := range []struct {
		cell route.Cell
		want string
	}{
		{route.Cell{Distance: 12.5, Duration: time.Second, Traffic: true, Provider: "a"}, `{"distance":12.5,"duration":1000000000,"traffic":true,"provider":"a"}`},
		{route.Cell{Provider: "a"}, `{"distance":0,"duration":0,"provider":"a"}`},
		{route.Cell{Err: &waybill.Error{Code: waybill.NotFound}}, `{"error":"not_found"}`},
		{route.Cell{Distance: 7, Err: errors.New("x")}, `{"error":"unknown"}`},
	} {
		got, err := json.Marshal(c.cell)
		if err != nil || string(got) != c.want {
			t.Errorf("%s %v, want %s", got, err, c.want)
		}
		var back route.Cell
		if err := json.Unmarshal(got, &back); err != nil || waybill.CodeOf(back.Err) != waybill.CodeOf(c.cell.Err) || (back.Err == nil) != (c.cell.Err == nil) {
			t.Errorf("%s comes back as %+v, %v", got, back, err)
		}
	}
	var c route.Cell
	if err := json.Unmarshal([]byte(`{}`), &c); err != nil || waybill.CodeOf(c.Err) != waybill.Unknown {
		t.Errorf("an empty object: %+v %v", c, err)
	}
	if err := json.Unmarshal([]byte(`[]`), &c); err == nil {
		t.Error("a list")
	}
}

// timed notes how long its slowest request of a call took.
type timed struct {
	tabler
	slowest time.Duration
}

func (s *timed) Matrix(ctx context.Context, r route.MatrixRequest) (route.MatrixResult, error) {
	began := time.Now()
	res, err := s.tabler.Matrix(ctx, r)
	took := time.Since(began)
	s.mu.Lock()
	s.slowest = max(s.slowest, took)
	s.mu.Unlock()
	return res, err
}

// BenchmarkMatrix asks for 25 × 25 cells of a provider that takes 100 at a time
// and 20 ms for each request: with its blocks in parallel the whole takes about
// as long as its slowest one. The metric x-slowest is the ratio of the two, both
// measured in the same calls.
func BenchmarkMatrix(b *testing.B) {
	a := &timed{tabler: tabler{name: "a", limits: route.MatrixLimits{Elements: 100}, took: 20 * time.Millisecond}}
	c, err := route.New(route.With(a))
	if err != nil {
		b.Fatal(err)
	}
	r := table(25, 25)
	b.ReportAllocs()
	if _, err := c.Matrix(b.Context(), r); err != nil { // the table of regions is read once
		b.Fatal(err)
	}
	var whole, slowest time.Duration
	for b.Loop() {
		a.slowest = 0
		began := time.Now()
		if _, err := c.Matrix(b.Context(), r); err != nil {
			b.Fatal(err)
		}
		whole, slowest = whole+time.Since(began), slowest+a.slowest
	}
	b.ReportMetric(whole.Seconds()/slowest.Seconds(), "x-slowest")
}

func ExampleClient_Matrix() {
	a := &tabler{name: "a", limits: route.MatrixLimits{Elements: 100}} // an adapter of yours
	c, err := route.New(route.With(a))
	if err != nil {
		fmt.Println(err)
		return
	}
	drivers := []geo.Point{{Lat: 22.55, Lng: 114.0001}, {Lat: 22.55, Lng: 114.0002}}
	res, err := c.Matrix(context.Background(), route.MatrixRequest{Origins: drivers, Destinations: []geo.Point{{Lat: 22.55, Lng: 114.05}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for driver, row := range res.Cells {
		if row[0].Err == nil {
			fmt.Println(driver, row[0].Distance, row[0].Duration)
		}
	}
	// Output:
	// 0 1500 1s
	// 1 2500 1s
}

func ExampleClient_ExplainMatrix() {
	c, err := route.New(route.With(&tabler{name: "a"}, route.In("CN")), route.With(&tabler{name: "b"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	list, err := c.ExplainMatrix(route.MatrixRequest{Origins: []geo.Point{mumbai}, Destinations: []geo.Point{pune}})
	for _, k := range list {
		fmt.Printf("%s %d %q\n", k.Instance, k.Order, k.Reason)
	}
	fmt.Println(err)
	// Output:
	// b 1 ""
	// a 0 "does not serve this region"
	// <nil>
}
