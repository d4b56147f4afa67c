package failover

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

// asker is the one-method interface of the tests' domain.
type asker interface {
	Ask(ctx context.Context, q string) (string, error)
}

// step is what a fake does when it is asked.
type step func(ctx context.Context, q string) (string, error)

// fake is a provider that follows a script; at its end the last step repeats.
type fake struct {
	name    string
	account *waybill.Account

	mu     sync.Mutex
	script []step
	asked  []time.Time
	budget []time.Duration // what Deadline left at each try, 0 without one
}

func newFake(name string, script ...step) *fake {
	if len(script) == 0 {
		script = []step{ok}
	}
	return &fake{name: name, script: script}
}

func (f *fake) Name() string { return f.name }

func (f *fake) Account() *waybill.Account { return f.account }

func (f *fake) Ask(ctx context.Context, q string) (string, error) {
	f.mu.Lock()
	s := f.script[0]
	if len(f.script) > 1 {
		f.script = f.script[1:]
	}
	f.asked = append(f.asked, time.Now())
	left := time.Duration(0)
	if d, has := ctx.Deadline(); has {
		left = time.Until(d)
	}
	f.budget = append(f.budget, left)
	f.mu.Unlock()
	v, err := s(ctx, q)
	if v == "" && err == nil {
		v = f.name
	}
	return v, err
}

// will replaces the script.
func (f *fake) will(script ...step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script = script
}

func (f *fake) tries() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked)
}

func (f *fake) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.budget = nil, nil
}

func ok(context.Context, string) (string, error) { return "", nil }

func fails(e *waybill.Error) step {
	return func(context.Context, string) (string, error) { return "", e }
}

// hangs waits for its context, as a provider that never answers makes an
// adapter do.
func hangs(ctx context.Context, _ string) (string, error) {
	<-ctx.Done()
	return "", waybill.FromContext(ctx)
}

// slow answers by the next step after d, or gives up with its context.
func slow(d time.Duration, next step) step {
	return func(ctx context.Context, q string) (string, error) {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return next(ctx, q)
		case <-ctx.Done():
			return "", waybill.FromContext(ctx)
		}
	}
}

// deaf answers by the next step after d, whatever its context says.
func deaf(d time.Duration, next step) step {
	return func(ctx context.Context, q string) (string, error) {
		time.Sleep(d)
		return next(ctx, q)
	}
}

func panics(context.Context, string) (string, error) { panic("the adapter's own fault") }

func fault(c waybill.Code, s waybill.Scope, d waybill.Delivery) *waybill.Error {
	return &waybill.Error{Code: c, Scope: s, Delivery: d, VendorCode: "v1"}
}

func limited(s waybill.Scope, wait time.Duration) *waybill.Error {
	return &waybill.Error{Code: waybill.RateLimited, Scope: s, Delivery: waybill.NotSent, RetryAfter: wait, VendorCode: "429"}
}

var (
	down      = fault(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)
	maybeSent = fault(waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous)
	refusal   = &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent, VendorCode: waybill.CodeDial}
	badCred   = fault(waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent)
)

// middle is a source of chance that always answers the middle, so that jitter
// adds nothing.
func middle() float64 { return 0.5 }

// rig is a set with one lane over fakes, and what its hooks saw.
type rig struct {
	t     *testing.T
	set   *Set
	lane  *Lane[asker]
	fakes []*fake

	mu     sync.Mutex
	events []string
	calls  []waybill.CallEnd
	tries  []waybill.AttemptEnd
	starts []waybill.AttemptStart
	ejects []waybill.Ejection
	idles  []waybill.Idle
	overs  []waybill.Failover
}

// rigging says how a rig is built.
type rigging struct {
	kind   Kind
	policy waybill.Policy
	uses   []waybill.Use
	rand   func() float64
	domain string
}

func newRig(t *testing.T, r rigging, fakes ...*fake) *rig {
	t.Helper()
	g := &rig{t: t, fakes: fakes}
	if r.rand == nil {
		r.rand = middle
	}
	if r.domain == "" {
		r.domain = "test"
	}
	members := make([]Member, len(fakes))
	for i, f := range fakes {
		if f.account == nil {
			f.account = waybill.NewAccount(f.name+"-account", waybill.Limits{})
		}
		members[i].Provider = f
		if i < len(r.uses) {
			members[i].Use = r.uses[i]
		}
	}
	set, err := NewSet(Config{Domain: r.domain, Name: "client", Hooks: g.hooks(), Rand: r.rand}, members)
	if err != nil {
		t.Fatal(err)
	}
	g.set = set
	g.lane = NewLane[asker](set, "ask", r.kind, waybill.Policy{AttemptTimeout: time.Second}, r.policy)
	return g
}

// hooks notes everything, and calls back into the set to prove that no lock is
// held.
func (g *rig) hooks() *waybill.Hooks {
	note := func(s string) {
		g.set.Status()
		g.lane.Explain(nil)
		g.events = append(g.events, s)
	}
	return &waybill.Hooks{
		StartCall: func(ctx context.Context, c waybill.Call) (context.Context, func(waybill.CallEnd)) {
			return ctx, func(e waybill.CallEnd) {
				g.mu.Lock()
				defer g.mu.Unlock()
				note("call " + code(e.Err))
				g.calls = append(g.calls, e)
			}
		},
		StartAttempt: func(ctx context.Context, s waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
			g.mu.Lock()
			g.starts = append(g.starts, s)
			g.mu.Unlock()
			return ctx, func(e waybill.AttemptEnd) {
				g.mu.Lock()
				defer g.mu.Unlock()
				note("attempt " + s.Instance + " " + code(e.Err))
				g.tries = append(g.tries, e)
			}
		},
		OnFailover: func(_ context.Context, f waybill.Failover) {
			g.mu.Lock()
			defer g.mu.Unlock()
			note("failover " + f.From + " " + f.To)
			g.overs = append(g.overs, f)
		},
		OnEject: func(_ context.Context, e waybill.Ejection) {
			g.mu.Lock()
			defer g.mu.Unlock()
			note(fmt.Sprintf("eject %s %v %s", e.Instance, !e.Recovered, e.Reason))
			g.ejects = append(g.ejects, e)
		},
		OnIdle: func(_ context.Context, i waybill.Idle) {
			g.mu.Lock()
			defer g.mu.Unlock()
			note("idle " + i.Instance)
			g.idles = append(g.idles, i)
		},
	}
}

func code(e *waybill.Error) string {
	if e == nil {
		return "ok"
	}
	return e.Code.String()
}

func (g *rig) ask(ctx context.Context, sel *Select) (string, Served, error) {
	return One(ctx, g.lane, sel, "q", asker.Ask)
}

// must asks and expects the given provider to serve.
func (g *rig) must(want string) Served {
	g.t.Helper()
	v, s, err := g.ask(g.t.Context(), nil)
	if err != nil || v != want {
		g.t.Fatalf("served by %q, %v; want %q", v, err, want)
	}
	return s
}

// mustFail asks and expects a verdict of the given code.
func (g *rig) mustFail(want waybill.Code) *waybill.Error {
	g.t.Helper()
	return g.mustFailWith(g.t.Context(), nil, want)
}

func (g *rig) mustFailWith(ctx context.Context, sel *Select, want waybill.Code) *waybill.Error {
	g.t.Helper()
	v, _, err := g.ask(ctx, sel)
	if err == nil {
		g.t.Fatalf("served by %q; want %v", v, want)
	}
	var e *waybill.Error
	if !errors.As(err, &e) {
		g.t.Fatalf("not a verdict: %T", err)
	}
	if e.Code != want {
		g.t.Fatalf("verdict %v; want %v", err, want)
	}
	return e
}

// times asks n times and drops the answers.
func (g *rig) times(n int) {
	for range n {
		_, _, _ = g.ask(g.t.Context(), nil)
	}
}

func (g *rig) status(instance string) waybill.Status {
	g.t.Helper()
	for _, s := range g.set.Status() {
		if s.Instance == instance {
			return s
		}
	}
	g.t.Fatalf("no status of %q", instance)
	return waybill.Status{}
}

func (g *rig) health(instance string, want waybill.Health) {
	g.t.Helper()
	if s := g.status(instance); s.Health != want {
		g.t.Fatalf("%s is %v; want %v", instance, s.Health, want)
	}
}

// tried compares how often each fake was asked.
func (g *rig) tried(want ...int) {
	g.t.Helper()
	for i, w := range want {
		if n := g.fakes[i].tries(); n != w {
			g.t.Fatalf("%s was asked %d times; want %d", g.fakes[i].name, n, w)
		}
	}
}

// quiet proves that nothing is left under way.
func (g *rig) quiet() {
	g.t.Helper()
	if n := g.set.running.Load(); n != 0 {
		g.t.Fatalf("%d calls are still counted", n)
	}
	for _, s := range g.set.Status() {
		if s.InUse != 0 {
			g.t.Fatalf("%s has %d attempts under way", s.Instance, s.InUse)
		}
		if s.Health == waybill.Probing {
			g.t.Fatalf("%s keeps the slot of a probe", s.Instance)
		}
	}
	for _, m := range g.set.members {
		if n := m.inUse.Load(); n != 0 {
			g.t.Fatalf("%s has %d places taken", m.instance, n)
		}
	}
}
