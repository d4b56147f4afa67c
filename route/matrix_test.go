package route_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// tabler is a provider whose ways are as long as its points' numbers say: from
// origin a to destination b it is 1000a+b metres, back it is not.
type tabler struct {
	name    string
	limits  route.MatrixLimits
	account *waybill.Account
	took    time.Duration
	// fail returns the error of a request or of a pair, nil for none.
	fail func(r *route.MatrixRequest) error
	cell func(from, to int) error

	mu     sync.Mutex
	sizes  [][2]int
	starts []time.Time
}

func (s *tabler) Name() string                                         { return s.name }
func (s *tabler) Account() *waybill.Account                            { return s.account }
func (s *tabler) MatrixLimits(*route.MatrixRequest) route.MatrixLimits { return s.limits }
func (s *tabler) Route(context.Context, route.Request) (route.Result, error) {
	return route.Result{}, errors.New("no")
}

func (s *tabler) Matrix(ctx context.Context, r route.MatrixRequest) (route.MatrixResult, error) {
	s.mu.Lock()
	s.sizes = append(s.sizes, [2]int{len(r.Origins), len(r.Destinations)})
	s.starts = append(s.starts, time.Now())
	s.mu.Unlock()
	if s.took > 0 {
		select {
		case <-time.After(s.took):
		case <-ctx.Done():
			return route.MatrixResult{}, waybill.FromContext(ctx)
		}
	}
	if why := s.limits.Exceeded(len(r.Origins), len(r.Destinations)); why != "" {
		return route.MatrixResult{}, waybill.NotSupported("matrix", why)
	}
	if s.fail != nil {
		if err := s.fail(&r); err != nil {
			return route.MatrixResult{}, err
		}
	}
	out := route.MatrixResult{Served: waybill.Served{Provider: s.name}, Cells: route.NewCells(len(r.Origins), len(r.Destinations), nil)}
	for i, row := range out.Cells {
		for j := range row {
			from, to := number(r.Origins[i]), number(r.Destinations[j])
			row[j] = route.Cell{Distance: float64(1000*from + to), Duration: time.Second}
			if s.cell != nil {
				if err := s.cell(from, to); err != nil {
					row[j] = route.Cell{Err: err}
				}
			}
		}
	}
	return out, nil
}

func (s *tabler) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sizes)
}

// numbered are n points of Shenzhen that carry a number each.
func numbered(n, first int) []geo.Point {
	out := make([]geo.Point, n)
	for i := range out {
		out[i] = geo.Point{Lat: 22.55, Lng: 114.0 + float64(first+i)/10000}
	}
	return out
}

func number(p geo.Point) int { return int((p.Lng-114)*10000 + 0.5) }

func table(rows, columns int) route.MatrixRequest {
	return route.MatrixRequest{Origins: numbered(rows, 1), Destinations: numbered(columns, 500), Key: "order-9"}
}

// checkTable holds that every cell is in its place.
func checkTable(t *testing.T, r route.MatrixRequest, res route.MatrixResult) {
	t.Helper()
	if len(res.Cells) != len(r.Origins) {
		t.Fatalf("%d rows", len(res.Cells))
	}
	for i, row := range res.Cells {
		if len(row) != len(r.Destinations) {
			t.Fatalf("a row of %d cells", len(row))
		}
		for j, c := range row {
			if want := float64(1000*number(r.Origins[i]) + number(r.Destinations[j])); c.Err != nil || c.Distance != want {
				t.Errorf("from %d to %d: %+v, want %.0f m", i, j, c, want)
			}
		}
	}
}

func TestMatrixIsSplitAndPutTogether(t *testing.T) {
	for _, c := range []struct {
		rows, columns int
		l             route.MatrixLimits
		requests      int
	}{
		{20, 1, route.MatrixLimits{Origins: 100, Destinations: 1, Elements: 100}, 1},
		{25, 25, route.MatrixLimits{Origins: 25, Destinations: 25, Elements: 100}, 7},
		{3, 4, route.MatrixLimits{}, 1},
		{30, 4, route.MatrixLimits{Elements: 7}, 20},
	} {
		s := &tabler{name: "a", limits: c.l}
		r := table(c.rows, c.columns)
		res, err := newClient(t, route.With(s)).Matrix(t.Context(), r)
		if err != nil || s.requests() != c.requests || res.Provider != "a" {
			t.Errorf("%d×%d: %d requests, %v", c.rows, c.columns, s.requests(), err)
		}
		checkTable(t, r, res)
		if res.Cells[0][0].Provider != "a" {
			t.Errorf("served by %q", res.Cells[0][0].Provider)
		}
	}
}

// A block that fails goes to the next provider, cut to its limits; the others
// stay where they are.
func TestAFailedBlockFailsOver(t *testing.T) {
	down := &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent, Scope: waybill.ScopeProvider}
	a := &tabler{name: "a", limits: route.MatrixLimits{Elements: 20}, fail: func(r *route.MatrixRequest) error {
		if number(r.Origins[0]) == 5 {
			return down
		}
		return nil
	}}
	b := &tabler{name: "b", limits: route.MatrixLimits{Elements: 5}}
	c := newClient(t, route.With(a), route.With(b), route.WithPolicy(waybill.Policy{TriesPerProvider: 1}))
	r := table(8, 5)
	res, err := c.Matrix(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	checkTable(t, r, res)
	if a.requests() != 2 || b.requests() != 4 {
		t.Errorf("%d and %d requests", a.requests(), b.requests())
	}
	for i, row := range res.Cells {
		if want := map[bool]string{true: "b", false: "a"}[i >= 4]; row[0].Provider != want {
			t.Errorf("row %d was served by %q", i, row[0].Provider)
		}
	}
}

// A cell that fails by the provider's fault is asked for again alone; one without
// a way is not.
func TestCells(t *testing.T) {
	var mu sync.Mutex
	failures := 0
	a := &tabler{name: "a", cell: func(from, to int) error {
		switch {
		case from == 2 && to == 500:
			return &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent}
		case from == 3 && to == 501:
			mu.Lock()
			defer mu.Unlock()
			if failures++; failures == 1 {
				return &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent}
			}
		}
		return nil
	}}
	b := &tabler{name: "b"}
	c := newClient(t, route.With(a), route.With(b), route.WithPolicy(waybill.Policy{Backoff: time.Nanosecond}))
	res, err := c.Matrix(t.Context(), table(4, 2))
	if err != nil {
		t.Fatal(err)
	}
	e := waybill.AsError(res.Cells[1][0].Err)
	if e == nil || e.Code != waybill.NotFound || e.Op != "matrix" || e.Ref != "order-9" {
		t.Errorf("no way: %v", e)
	}
	if got := res.Cells[2][1]; got.Err != nil || got.Distance != 3501 {
		t.Errorf("asked again: %+v", got)
	}
	if a.requests()+b.requests() != 2 {
		t.Errorf("%d and %d requests", a.requests(), b.requests())
	}
	// Nothing but no ways is an answer.
	a.cell = func(int, int) error { return &waybill.Error{Code: waybill.NotFound, Delivery: waybill.NotSent} }
	if res, err := c.Matrix(t.Context(), table(2, 2)); err != nil || waybill.CodeOf(res.Cells[1][1].Err) != waybill.NotFound {
		t.Errorf("%+v %v", res, err)
	}
}

func TestMatrixFailsAsAWholeOnlyWithoutAnAnswer(t *testing.T) {
	denied := &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, VendorCode: "K1"}
	a := &tabler{name: "a", limits: route.MatrixLimits{Elements: 2}, fail: func(*route.MatrixRequest) error { return denied }}
	_, err := newClient(t, route.With(a)).Matrix(t.Context(), table(4, 2))
	if waybill.CodeOf(err) != waybill.Unauthenticated {
		t.Error(err)
	}
	a = &tabler{name: "a", limits: route.MatrixLimits{Elements: 2}, fail: func(r *route.MatrixRequest) error {
		if number(r.Origins[0]) == 1 {
			return &waybill.Error{Code: waybill.Internal, Scope: waybill.ScopeProvider}
		}
		return nil
	}}
	res, err := newClient(t, route.With(a), route.WithPolicy(waybill.Policy{TriesPerProvider: 1})).Matrix(t.Context(), table(4, 2))
	if err != nil || waybill.CodeOf(res.Cells[0][0].Err) != waybill.Internal || res.Cells[3][1].Err != nil {
		t.Errorf("%+v %v", res, err)
	}
}

func TestMatrixGuards(t *testing.T) {
	estimate := &matrixFunc{"line", func(r route.MatrixRequest) (route.MatrixResult, error) {
		cells := route.NewCells(len(r.Origins), len(r.Destinations), nil)
		for _, row := range cells {
			for j := range row {
				row[j] = route.Cell{Distance: 1, Duration: 1, Estimated: true, Substituted: r.Mode == route.Truck}
			}
		}
		return route.MatrixResult{Cells: cells}, nil
	}}
	c := newClient(t, route.With(estimate))
	r := table(1, 2)
	if res, err := c.Matrix(t.Context(), r); err != nil || !res.Cells[0][1].Estimated {
		t.Errorf("%+v %v", res, err)
	}
	r.Pricing = true
	if _, err := c.Matrix(t.Context(), r); waybill.CodeOf(err) != waybill.Unsupported {
		t.Errorf("a price on an estimate: %v", err)
	}
	r.Pricing, r.Mode = false, route.Truck
	if _, err := c.Matrix(t.Context(), r); waybill.CodeOf(err) != waybill.Unsupported {
		t.Errorf("a car's way for a truck: %v", err)
	}
	r.AllowCarForTruck = true
	if res, err := c.Matrix(t.Context(), r); err != nil || !res.Cells[0][0].Substituted {
		t.Errorf("%+v %v", res, err)
	}
	for name, f := range map[string]func(route.MatrixRequest) (route.MatrixResult, error){
		"no rows": func(route.MatrixRequest) (route.MatrixResult, error) { return route.MatrixResult{}, nil },
		"one cell": func(route.MatrixRequest) (route.MatrixResult, error) {
			return route.MatrixResult{Cells: route.NewCells(1, 1, nil)}, nil
		},
		"negative": func(route.MatrixRequest) (route.MatrixResult, error) {
			cells := route.NewCells(1, 2, nil)
			cells[0][0].Distance, cells[0][1].Distance = -1, -1
			return route.MatrixResult{Cells: cells}, nil
		},
	} {
		c := newClient(t, route.With(&matrixFunc{"odd", f}), route.WithPolicy(waybill.Policy{TriesPerProvider: 1}))
		if _, err := c.Matrix(t.Context(), table(1, 2)); waybill.CodeOf(err) != waybill.DataLoss {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type matrixFunc struct {
	name string
	f    func(route.MatrixRequest) (route.MatrixResult, error)
}

func (m *matrixFunc) Name() string { return m.name }

func (m *matrixFunc) Matrix(_ context.Context, r route.MatrixRequest) (route.MatrixResult, error) {
	return m.f(r)
}

// A table lies in a region only if all its points do.
func TestMatrixRegions(t *testing.T) {
	home, border := &tabler{name: "home"}, &tabler{name: "border"}
	c := newClient(t, route.With(home, route.In("CN")), route.With(border, route.In("CN", "HK")))
	r := route.MatrixRequest{Origins: []geo.Point{shenzhen, guangzhou}, Destinations: []geo.Point{shenzhen}}
	for _, v := range []struct {
		to   geo.Point
		want string
	}{{shenzhen, "home"}, {hongkong, "border"}} {
		r.Destinations[0] = v.to
		if res, err := c.Matrix(t.Context(), r); err != nil || res.Provider != v.want {
			t.Errorf("%v: served by %q, %v", v.to, res.Provider, err)
		}
		list, err := c.ExplainMatrix(r)
		if err != nil || list[0].Instance != v.want {
			t.Errorf("%+v %v", list, err)
		}
	}
	r.Destinations[0] = mumbai
	if _, err := c.Matrix(t.Context(), r); waybill.CodeOf(err) != waybill.Unsupported {
		t.Error(err)
	}
	if _, err := c.ExplainMatrix(route.MatrixRequest{}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Error(err)
	}
}

// Blocks wait for their turn within the account's rate, at the same provider.
func TestMatrixWithinTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &tabler{name: "a", limits: route.MatrixLimits{Destinations: 1}, account: waybill.NewAccount("a", waybill.Limits{QPS: 2, Burst: 1})}
		b := &tabler{name: "b"}
		began := time.Now()
		r := table(3, 9)
		res, err := newClient(t, route.With(a), route.With(b)).Matrix(t.Context(), r)
		if err != nil || b.requests() != 0 || time.Since(began) != 4*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		checkTable(t, r, res)
		// A vendor that counts cells: 6 cells are 3 seconds of 2 a second.
		began = time.Now()
		a.limits = route.MatrixLimits{Elements: 3, PerCell: true}
		if _, err := newClient(t, route.With(a), route.WithWait(time.Minute)).Matrix(t.Context(), table(3, 2)); err != nil || time.Since(began) < 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// A provider with smaller limits that takes over a block stays within its rate
// too.
func TestPartsOfABlockWithinTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &tabler{name: "a", fail: func(*route.MatrixRequest) error {
			return &waybill.Error{Code: waybill.Internal, Scope: waybill.ScopeProvider}
		}}
		b := &tabler{name: "b", limits: route.MatrixLimits{Elements: 2}, account: waybill.NewAccount("b", waybill.Limits{QPS: 4, Burst: 1})}
		c := newClient(t, route.With(a), route.With(b), route.WithPolicy(waybill.Policy{TriesPerProvider: 1}))
		r := table(4, 2)
		res, err := c.Matrix(t.Context(), r)
		if err != nil || b.requests() != 4 {
			t.Fatalf("%d requests, %v", b.requests(), err)
		}
		checkTable(t, r, res)
		for i := range len(b.starts) - 1 {
			if d := b.starts[i+1].Sub(b.starts[i]); d < 250*time.Millisecond {
				t.Errorf("requests %v apart", d)
			}
		}
		// Without waiting, what has no turn is a limit of the account.
		b.account = waybill.NewAccount("b", waybill.Limits{QPS: 4, Burst: 1})
		c = newClient(t, route.With(b), route.WithWait(-1))
		if res, err := c.Matrix(t.Context(), r); err != nil || waybill.CodeOf(res.Cells[3][1].Err) != waybill.RateLimited {
			t.Errorf("%+v %v", res.Cells, err)
		}
	})
}

func TestMatrixEndsWithTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &tabler{name: "a", took: time.Hour, limits: route.MatrixLimits{Elements: 1}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := newClient(t, route.With(a), route.WithPolicy(waybill.Policy{TriesPerProvider: 1})).Matrix(ctx, table(5, 5))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestClientInAClientMatrix(t *testing.T) {
	inner, err := route.New(route.With(&tabler{name: "a", limits: route.MatrixLimits{Elements: 3}}), route.WithName("inner"))
	if err != nil {
		t.Fatal(err)
	}
	r := table(4, 2)
	res, err := newClient(t, route.With(inner)).Matrix(t.Context(), r)
	if err != nil || res.Provider != "inner" {
		t.Fatalf("%q %v", res.Provider, err)
	}
	checkTable(t, r, res)
}
