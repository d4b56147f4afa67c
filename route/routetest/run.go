package routetest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/route"
)

// check is one subtest.
type check struct {
	name string
	// network is set when it needs a server.
	network bool
	run     func(*bench)
}

// Run runs the whole suite. It fails t where the adapter breaks a rule, and
// skips what Harness.Skip names.
func Run(t *testing.T, h Harness) {
	t.Helper()
	run(suitetest.Of(t), h, h.checks())
}

func run(t suitetest.T, h Harness, checks []check) {
	skips := suitetest.Skips(h.Skip)
	halt := new(suitetest.Halt)
	for _, c := range checks {
		one := func(t suitetest.T) {
			group, _, _ := strings.Cut(c.name, "/")
			if why := cmp.Or(skips.Why(c.name), skips.Why(group)); why != "" {
				t.Skip(why)
			}
			halt.Skip(t)
			b := h.start(t, halt)
			defer b.stop()
			c.run(b)
		}
		switch {
		case !c.first():
			t.Sub(c.name, one)
		case !t.Group(c.name, one) && c.name == goodAnswer:
			halt.Stop("the answer to a plain question is wrong")
		}
	}
}

// goodAnswer is the subtest without which all others would only repeat its
// finding.
const goodAnswer = "values/pair"

// first reports whether a subtest runs before the others, alone: whether calls
// end when they should, then whether they answer at all.
func (c check) first() bool { return strings.HasPrefix(c.name, "context/") || c.name == goodAnswer }

// checks lists the subtests of this harness.
func (h Harness) checks() []check {
	all := slices.Concat(errorChecks(), valueChecks(), modeChecks(), h.matrixChecks())
	if h.Server == nil {
		all = slices.DeleteFunc(all, func(c check) bool { return c.network })
	} else {
		all = append(all, faultChecks()...)
		all = append(all, h.privacyChecks()...)
		for _, c := range h.Codes {
			all = append(all, codeCheck(c))
		}
	}
	return all
}

// bench is what one subtest works on: an adapter of its own, and a server of its
// own.
type bench struct {
	testing.TB
	h        Harness
	trip     Trip
	server   Server
	name     string
	provider waybill.Provider
	router   route.Router
	halt     *suitetest.Halt

	mu   sync.Mutex
	errs []error // every error seen, for the search for leaks
}

func (h Harness) start(t testing.TB, halt *suitetest.Halt) *bench {
	return h.startWith(t, halt, func(hc *http.Client) *http.Client { return hc })
}

// startWith makes a bench whose adapter gets another HTTP client.
func (h Harness) startWith(t testing.TB, halt *suitetest.Halt, client func(*http.Client) *http.Client) *bench {
	b := &bench{TB: t, h: h, trip: h.Trip, halt: halt}
	if b.trip == (Trip{}) {
		b.trip = Shenzhen()
	}
	base := ""
	var hc *http.Client
	if h.Server != nil {
		b.server = h.Server(t)
		base, hc = b.server.URL(), client(b.server.Client())
	}
	p, err := h.New(base, hc)
	if err != nil {
		b.stop()
		t.Fatalf("New: %v", err)
	}
	r, ok := p.(route.Router)
	if !ok {
		b.stop()
		t.Fatalf("%T is no route.Router", p)
	}
	b.name, b.provider, b.router = p.Name(), p, r
	return b
}

// stop closes the server and looks for secrets in the errors seen.
func (b *bench) stop() {
	b.checkLeaks()
	if b.server != nil {
		b.server.Close()
	}
}

// route asks the adapter and checks what holds of every answer.
func (b *bench) route(ctx context.Context, r route.Request) (route.Result, error) {
	b.Helper()
	res, err := suitetest.Within(b.TB, b.halt, b.h.patience, "Route", func() (route.Result, error) { return b.router.Route(ctx, r) })
	if err != nil {
		b.mu.Lock()
		b.errs = append(b.errs, err)
		b.mu.Unlock()
		b.checkShape(err)
		return res, err
	}
	b.checkResult(r, res)
	return res, nil
}

// must asks and fails the subtest when there is no answer.
func (b *bench) must(r route.Request) route.Result {
	b.Helper()
	res, err := b.route(b.Context(), r)
	if err != nil {
		b.Fatalf("Route: %s", suitetest.Why(err))
	}
	return res
}

// refused asks for what must fail before the network.
func (b *bench) refused(what string, r route.Request, want waybill.Code) {
	b.Helper()
	before := b.requests()
	_, err := b.route(b.Context(), r)
	switch {
	case err == nil:
		b.Errorf("%s: the adapter reported success, want %v before the network", what, want)
	case waybill.CodeOf(err) != want || waybill.DeliveryOf(err) != waybill.NotSent:
		b.Errorf("%s: %v and %v, want %v and not_sent: %v", what, waybill.CodeOf(err), waybill.DeliveryOf(err), want, err)
	}
	if n := b.requests() - before; n != 0 {
		b.Errorf("%s: %d requests reached the server, want none", what, n)
	}
}

func (b *bench) requests() int {
	if b.server == nil {
		return 0
	}
	return b.server.Count("")
}

// ref is the key of every request.
const ref = "conformance-ref"

// modes returns what the vendor serves.
func (b *bench) modes() []route.Mode {
	if len(b.h.Modes) == 0 {
		return []route.Mode{route.Car}
	}
	return b.h.Modes
}

// pair is a request for the trip's first leg, whole a request for all of it.
func (b *bench) pair() route.Request {
	return route.Request{Points: []geo.Point{b.trip.From, b.trip.Via}, Mode: b.modes()[0], Key: ref}
}

func (b *bench) whole() route.Request {
	return route.Request{Points: b.trip.Points(), Mode: b.modes()[0], Key: ref}
}

// checkShape checks what holds of every error.
func (b *bench) checkShape(err error) {
	b.Helper()
	suitetest.Error(b, err, b.name, route.Route, ref)
}

func asOwn(err error, to **waybill.Error) bool {
	e, ok := err.(*waybill.Error)
	if ok {
		*to = e
	}
	return ok && e != nil
}

// subtest makes a name fit for a path.
func subtest(group, name string) string {
	return group + "/" + strings.ReplaceAll(fmt.Sprint(name), " ", "_")
}
