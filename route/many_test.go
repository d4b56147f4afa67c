package route_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// paced is a provider with an account, whose ways are as long as the first point's
// number says.
type paced struct {
	name    string
	account *waybill.Account
	took    time.Duration
	fail    func(n int) error // of the n-th call, from 1

	mu    sync.Mutex
	calls int
	most  int
	now   int
}

func (p *paced) Name() string              { return p.name }
func (p *paced) Account() *waybill.Account { return p.account }

func (p *paced) Route(_ context.Context, r route.Request) (route.Result, error) {
	p.mu.Lock()
	p.calls++
	p.now++
	p.most = max(p.most, p.now)
	n := p.calls
	p.mu.Unlock()
	time.Sleep(p.took)
	p.mu.Lock()
	p.now--
	p.mu.Unlock()
	if p.fail != nil {
		if err := p.fail(n); err != nil {
			return route.Result{}, err
		}
	}
	return route.Result{Paths: []route.Path{{Distance: float64(number(r.Points[0])), Duration: time.Second}}}, nil
}

func trips(n int) []route.Request {
	out := make([]route.Request, n)
	for i, p := range numbered(n, 1) {
		out[i] = route.Request{Points: []geo.Point{p, shenzhen}, Key: fmt.Sprint("order-", i)}
	}
	return out
}

func TestManyKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &paced{name: "a", took: time.Second}
		requests := trips(20)
		requests[7].Points = nil
		began := time.Now()
		out := newClient(t, route.With(a)).Many(t.Context(), requests)
		if took := time.Since(began); len(out) != 20 || took != 3*time.Second || a.most != 8 {
			t.Errorf("%d trips in %v, %d at once", len(out), took, a.most)
		}
		for i, trip := range out {
			if i == 7 {
				if e := waybill.AsError(trip.Err); e == nil || e.Code != waybill.InvalidArgument || e.Ref != "order-7" {
					t.Errorf("trip 7: %v", trip.Err)
				}
				continue
			}
			if trip.Err != nil || trip.Provider != "a" || trip.Paths[0].Distance != float64(i+1) {
				t.Errorf("trip %d: %+v", i, trip)
			}
		}
		if out := newClient(t, route.With(a)).Many(t.Context(), nil); len(out) != 0 {
			t.Errorf("%+v", out)
		}
	})
}

// Trips wait for their turn within the account's rate and are not passed over.
func TestManyWithinTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &paced{name: "a", account: waybill.NewAccount("a", waybill.Limits{QPS: 3})}
		b := &paced{name: "b"}
		began := time.Now()
		for i, trip := range newClient(t, route.With(a), route.With(b)).Many(t.Context(), trips(30)) {
			if trip.Err != nil || trip.Provider != "a" {
				t.Errorf("trip %d: %q %v", i, trip.Provider, trip.Err)
			}
		}
		if took := time.Since(began).Round(time.Millisecond); took != 9*time.Second {
			t.Errorf("30 trips of 3 a second took %v", took)
		}
		// A call of Route does not wait.
		if res, err := newClient(t, route.With(a), route.With(b)).Route(t.Context(), trips(1)[0]); err != nil || res.Provider != "b" {
			t.Errorf("%q %v", res.Provider, err)
		}
	})
}

// The wait has a bound: who cannot be served within it goes to the next provider,
// or fails as a limit.
func TestManyWaitsNoLongerThanSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &paced{name: "a", account: waybill.NewAccount("a", waybill.Limits{QPS: 0.1, Burst: 1})}
		b := &paced{name: "b"}
		served := map[string]int{}
		for _, trip := range newClient(t, route.With(a), route.With(b), route.WithWait(15*time.Second)).Many(t.Context(), trips(8)) {
			served[trip.Provider]++
		}
		if served["a"] != 2 || served["b"] != 6 {
			t.Errorf("served %v", served)
		}
		out := newClient(t, route.With(a), route.WithWait(-1)).Many(t.Context(), trips(3))
		for _, trip := range out {
			if waybill.CodeOf(trip.Err) != waybill.RateLimited {
				t.Error(trip.Err)
			}
		}
	})
}

// A vendor's own word to wait is waited for when nobody else can serve.
func TestManyWaitsForTheVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &paced{name: "a", account: waybill.NewAccount("a", waybill.Limits{}), fail: func(n int) error {
			if n%4 == 0 {
				return &waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: time.Second}
			}
			return nil
		}}
		for i, trip := range newClient(t, route.With(a)).Many(t.Context(), trips(20)) {
			if trip.Err != nil {
				t.Errorf("trip %d: %v", i, trip.Err)
			}
		}
	})
}

func TestManyEndsWithTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &paced{name: "a", account: waybill.NewAccount("a", waybill.Limits{QPS: 1, Burst: 1})}
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		good := 0
		for _, trip := range newClient(t, route.With(a)).Many(ctx, trips(20)) {
			if trip.Err == nil {
				good++
			} else if c := waybill.CodeOf(trip.Err); c != waybill.DeadlineExceeded && c != waybill.RateLimited {
				t.Error(trip.Err)
			}
		}
		if good != 4 {
			t.Errorf("%d trips in 3.5 s of one a second", good)
		}
	})
}

func ExampleClient_Many() {
	a := &paced{name: "a"} // an adapter of yours
	c, err := route.New(route.With(a))
	if err != nil {
		fmt.Println(err)
		return
	}
	from := geo.Point{Lat: 22.55, Lng: 114.0120}
	for i, trip := range c.Many(context.Background(), []route.Request{{Points: []geo.Point{from, shenzhen}}, {Points: []geo.Point{from}}}) {
		if trip.Err != nil {
			fmt.Println(i, trip.Err)
			continue
		}
		fmt.Println(i, trip.Paths[0].Distance, "m by", trip.Provider)
	}
	// Output:
	// 0 120 m by a
	// 1 route: route: invalid argument (fewer than two points)
}
