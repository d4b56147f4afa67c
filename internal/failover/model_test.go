package failover

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// model is a random set of providers under random calls, and what a judge who
// knows only the rules saw of them.
type model struct {
	*rig
	r        *rand.Rand
	kind     Kind
	policy   waybill.Policy
	moods    []int // per provider, the behaviour that it prefers for a while
	mu       sync.Mutex
	running  map[string]int // per provider
	probes   map[string]int
	attempts int // started less ended
}

// asked is one exchange as the provider saw it.
type asked struct {
	provider string
	items    []string
	errs     []*waybill.Error
	panicked bool // before it was over
}

// trail is what the providers saw of one call.
type trail struct {
	mu    sync.Mutex
	asked []asked
}

type trailKey struct{}

func (m *model) float() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.r.Float64()
}

func (m *model) chance(p float64) bool { return m.float() < p }

func (m *model) upTo(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.r.IntN(n)
}

// behave is one exchange of provider i over the given items.
func (m *model) behave(ctx context.Context, i int, items []string) []*waybill.Error {
	name := fmt.Sprintf("p%d", i)
	m.mu.Lock()
	m.running[name]++
	if limit := m.policy.Concurrency; limit > 0 && m.running[name] > limit {
		m.t.Errorf("%d calls are under way at %s", m.running[name], name)
	}
	mood := m.moods[i]
	m.mu.Unlock()
	errs := make([]*waybill.Error, len(items))
	over := false
	defer func() {
		m.mu.Lock()
		m.running[name]--
		m.mu.Unlock()
		t := ctx.Value(trailKey{}).(*trail)
		t.mu.Lock()
		t.asked = append(t.asked, asked{name, slices.Clone(items), errs, !over})
		t.mu.Unlock()
	}()
	if m.chance(0.3) {
		mood = m.upTo(behaviours)
	}
	for j := range items {
		errs[j] = m.outcome(ctx, mood)
		if m.chance(0.2) {
			mood = m.upTo(behaviours)
		}
	}
	over = true
	return errs
}

const behaviours = 20

func (m *model) outcome(ctx context.Context, mood int) *waybill.Error {
	wait := func(d time.Duration) *waybill.Error {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return nil
		case <-ctx.Done():
			return waybill.FromContext(ctx)
		}
	}
	switch mood {
	default:
		return nil
	case 8, 9:
		return down
	case 10:
		return maybeSent
	case 11:
		return refusal
	case 12:
		return wait(time.Duration(m.upTo(1500)) * time.Millisecond)
	case 13:
		return wait(time.Hour)
	case 14:
		return limited(waybill.Scope(m.upTo(7)), time.Duration(m.upTo(3000))*time.Millisecond)
	case 15:
		return &waybill.Error{Code: waybill.QuotaExhausted, Scope: waybill.ScopeAccount, Delivery: ns, RetryAfter: time.Duration(m.upTo(20)) * time.Second}
	case 16:
		return []*waybill.Error{badCred, fault(waybill.Unsupported, waybill.ScopeRequest, ns), fault(waybill.NotFound, waybill.ScopeRequest, ns)}[m.upTo(3)]
	case 17:
		return []*waybill.Error{fault(waybill.Unregistered, waybill.ScopeRecipient, ns), fault(waybill.InvalidArgument, waybill.ScopeRequest, ns),
			fault(waybill.PermissionDenied, waybill.ScopeSender, ns)}[m.upTo(3)]
	case 18:
		return []*waybill.Error{fault(waybill.Internal, waybill.ScopeProvider, amb), fault(waybill.DataLoss, waybill.ScopeProvider, amb),
			{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: ns, VendorCode: waybill.CodeRefusedStream},
			{Code: waybill.Unavailable, Delivery: ns, RetryAfter: -1}}[m.upTo(4)]
	case 19:
		if m.chance(0.2) {
			panic("the adapter's own fault")
		}
		return nil
	}
}

// one is provider i of the model, for a single value.
func (m *model) one(i int) *fake {
	return newFake(fmt.Sprintf("p%d", i), func(ctx context.Context, q string) (string, error) {
		if e := m.behave(ctx, i, []string{q})[0]; e != nil {
			return "", e
		}
		return "", nil
	})
}

func newModel(t *testing.T, seed uint64, kind Kind) *model {
	m := &model{r: rand.New(rand.NewPCG(seed, 5)), kind: kind, running: map[string]int{}, probes: map[string]int{}}
	pick := func(of ...int) int { return of[m.r.IntN(len(of))] }
	m.policy = waybill.Policy{
		AttemptTimeout:   time.Duration(pick(-1, 400, 1000)) * time.Millisecond,
		MinAttempt:       time.Duration(pick(0, 0, 100, -1)) * time.Millisecond,
		TriesPerProvider: pick(0, 0, -1, 3), Tries: pick(0, 0, 2, 8), Concurrency: pick(0, 2), RetryTokens: pick(0, 0, -1),
		ConsecutiveFailures: pick(0, 2), NextOnNotFound: waybill.Choice(pick(-1, 0, 1)),
		Hedge: time.Duration(pick(0, 0, 1)), HedgeShare: 1,
	}
	var fakes []*fake
	var uses []waybill.Use
	for i := range 1 + m.r.IntN(6) {
		m.moods = append(m.moods, m.r.IntN(behaviours))
		fakes = append(fakes, m.one(i))
		uses = append(uses, waybill.Use{Priority: m.r.IntN(2), Weight: float64(m.r.IntN(3))})
	}
	m.rig = newRig(t, rigging{kind: kind, policy: m.policy, uses: uses, rand: m.float}, fakes...)
	h := *m.set.cfg.Hooks
	start := h.StartAttempt
	h.StartAttempt = func(ctx context.Context, s waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
		m.mu.Lock()
		m.attempts++
		if s.Probe {
			if m.probes[s.Instance]++; m.probes[s.Instance] > 1 {
				t.Errorf("two probes of %s", s.Instance)
			}
		}
		m.mu.Unlock()
		ctx, end := start(ctx, s)
		return ctx, func(e waybill.AttemptEnd) {
			m.mu.Lock()
			m.attempts--
			if s.Probe {
				m.probes[s.Instance]--
			}
			m.mu.Unlock()
			end(e)
		}
	}
	m.set.cfg.Hooks = &h
	return m
}

// call makes one random call and holds it against the rules. alone says that
// nothing else runs, so that what is seen before the call holds within it.
func (m *model) call(alone bool) {
	tr := new(trail)
	ctx := context.WithValue(context.Background(), trailKey{}, tr)
	ctx, rec := waybill.WithRecorder(ctx)
	if m.chance(0.7) {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(50+m.upTo(5000))*time.Millisecond)
		defer cancel()
	}
	sel := &Select{Key: fmt.Sprint(m.upTo(50)), Sender: "s", AllowDuplicates: m.chance(0.2)}
	var order []string
	for _, k := range m.lane.Explain(sel) {
		if k.Order > 0 {
			order = append(order, k.Instance)
		}
	}
	panicked := true
	var served Served
	var err error
	began := time.Now()
	func() {
		defer func() { _ = recover() }()
		_, served, err = m.ask(ctx, sel)
		panicked = false
	}()
	ended := time.Now()
	if hedged := m.policy.Hedge > 0 && m.kind == Read; hedged || panicked {
		return // their losers may still be under way
	}
	log := tr.asked
	fail := func(format string, args ...any) {
		text := fmt.Sprintf(format, args...) + fmt.Sprintf("\n%v of %+v, verdict %v, order %v, wanted %v:", m.kind, m.policy, err, order, sel)
		for _, a := range log {
			text += fmt.Sprintf("\n  %s %v", a.provider, a.errs[0])
		}
		m.t.Fatal(text)
	}
	if n := len(rec.Attempts()); n != len(log) {
		fail("%d attempts are recorded", n)
	}
	e := waybill.AsError(err)
	success := len(log) > 0 && log[len(log)-1].errs[0] == nil
	if success != (e == nil) {
		fail("success: %t", success)
	}
	if e == nil && (served.Provider != log[len(log)-1].provider || served.Attempts != len(log)) {
		fail("served by %+v", served)
	}
	tries := map[string]int{}
	for i, a := range log {
		tries[a.provider]++
		d := waybill.DeliveryOf(orNil(a.errs[0]))
		if last := i == len(log)-1; !last && (d == waybill.Sent || d == waybill.Ambiguous && m.kind == Send && !sel.AllowDuplicates) {
			fail("asked again after %v", d)
		}
	}
	per := m.lane.policy.TriesPerProvider
	for p, n := range tries {
		if n > per+1 { // a refused stream's replay is free
			fail("%d tries at %s", n, p)
		}
	}
	if alone && len(log) > 0 && log[0].provider != order[0] {
		fail("%s was asked first", log[0].provider)
	}
	if e == nil {
		return
	}
	listed := waybill.Attempts(e)
	best, shortest, delivery := 99, time.Duration(0), waybill.NotSent
	for i, a := range listed {
		if i >= len(log) || a.Provider != log[i].provider || a.Number != i+1 {
			fail("attempt %d is %+v", i, a)
		}
		best = min(best, actionable(a.Err.Code))
		if w := a.Err.RetryAfter; w > 0 && (shortest == 0 || w < shortest) {
			shortest = w
		}
		if d := a.Err.Delivery; d == waybill.Ambiguous {
			delivery = d
		}
	}
	over := ctx.Err() != nil
	if e.Delivery != delivery || e.RetryAfter < 0 || shortest > 0 && (e.RetryAfter == 0 || e.RetryAfter > shortest) {
		fail("delivery %v, wait %v", e.Delivery, e.RetryAfter)
	}
	if !over && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		fail("the caller did not leave")
	}
	if over || m.kind == Send && delivery == waybill.Ambiguous {
		return
	}
	if got := actionable(e.Code); got < 0 || got > best {
		fail("an attempt is more actionable")
	}
	if len(log) == 0 || !alone {
		return
	}
	// Nobody was passed over who had been there to serve.
	last := listed[len(listed)-1].Err
	if k := classify(last, rules{kind: m.kind, duplicates: sel.AllowDuplicates, notFound: m.policy.NextOnNotFound == waybill.Yes}); k.stops() {
		return
	}
	repeated := 0
	for _, n := range tries {
		repeated += n - 1
	}
	for i := range log {
		if i > 0 && listed[i-1].Err.StreamRefused() && log[i].provider == log[i-1].provider {
			repeated-- // it may have been free
		}
	}
	floor := max(m.lane.policy.MinAttempt, 1)
	deadline, has := ctx.Deadline()
	for _, p := range order {
		if tries[p] > 0 {
			continue
		}
		inTime := !has || deadline.Sub(ended) >= floor
		if m.kind != Send && repeated > 0 || len(log)-repeated < m.lane.policy.Tries && inTime {
			fail("%s was never asked after %v, %d repeats", p, ended.Sub(began), repeated)
		}
	}
}

func orNil(e *waybill.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// actionable is the place of a code in the order of the verdict's.
func actionable(c waybill.Code) int {
	if c == waybill.Internal || c == waybill.DataLoss || c == waybill.Unknown {
		c = waybill.Unavailable
	}
	return slices.Index([]waybill.Code{waybill.InvalidArgument, waybill.TooLarge, waybill.Unregistered, waybill.RateLimited, waybill.QuotaExhausted,
		waybill.Unauthenticated, waybill.PermissionDenied, waybill.Unavailable, waybill.DeadlineExceeded, waybill.NotFound, waybill.Unsupported}, c)
}

// settled holds what must be true between calls.
func (m *model) settled() {
	m.t.Helper()
	out := 0
	for _, s := range m.set.Status() {
		if s.Health == waybill.Ejected || s.Health == waybill.Probing {
			out++
		}
	}
	if out*2 > len(m.fakes) {
		m.t.Fatalf("%d of %d are ejected", out, len(m.fakes))
	}
	if n := m.set.tokens.spent.Load(); n < 0 || n > 100 {
		m.t.Fatalf("%d tenths of the budget are spent", n)
	}
}

// Random providers, moods, policies and calls, held against the rules.
func TestModel(t *testing.T) {
	rounds := 600
	if testing.Short() {
		rounds = 100
	}
	for i := range rounds {
		synctest.Test(t, func(t *testing.T) {
			m := newModel(t, uint64(i), Kind(i%3))
			alone := i%4 != 0
			workers := 1
			if !alone {
				workers = 5
			}
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for range 40 {
						m.call(alone)
						m.settled()
						if m.chance(0.1) {
							m.mu.Lock()
							m.moods[m.r.IntN(len(m.moods))] = m.r.IntN(behaviours)
							m.mu.Unlock()
						}
						if p := fmt.Sprintf("p%d", m.upTo(len(m.fakes))); !alone && m.chance(0.1) {
							_ = m.set.Drain(p)
							time.Sleep(time.Second)
							m.mu.Lock()
							m.probes[p] = -1 << 30 // one may be under way that counts no more
							m.mu.Unlock()
							_ = m.set.Restore(p)
						}
						time.Sleep(time.Duration(m.upTo(4000)) * time.Millisecond)
					}
				})
			}
			wg.Wait()
			if err := m.set.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			if m.quiet(); m.attempts != 0 {
				t.Fatalf("%d attempts have no end", m.attempts)
			}
		})
		if t.Failed() {
			t.Fatalf("round %d", i)
		}
	}
}

// sender is the provider of a call over many.
type sender interface {
	SendAll(ctx context.Context, items []string) []Outcome[string]
}

type modelSender struct {
	*fake
	m *model
	i int
}

func (s modelSender) SendAll(ctx context.Context, items []string) []Outcome[string] {
	out := make([]Outcome[string], len(items))
	for j, e := range s.m.behave(ctx, s.i, items) {
		out[j] = Outcome[string]{Value: items[j], Err: orNil(e)}
	}
	return out
}

// many makes one random call over many items and holds every item against the
// rules.
func (m *model) many(l *Lane[sender]) {
	tr := new(trail)
	ctx := context.WithValue(context.Background(), trailKey{}, tr)
	if m.chance(0.5) {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(50+m.upTo(8000))*time.Millisecond)
		defer cancel()
	}
	items := make([]string, 1+m.upTo(9))
	for i := range items {
		items[i] = fmt.Sprintf("item %d", i)
	}
	sel := &Select{AllowDuplicates: m.chance(0.2)}
	out := Many(ctx, l, sel, items, sender.SendAll)
	if len(out) != len(items) {
		m.t.Fatalf("%d outcomes of %d items", len(out), len(items))
	}
	for i, item := range items {
		var history []waybill.Delivery
		for _, a := range tr.asked {
			if j := slices.Index(a.items, item); j >= 0 && a.panicked {
				history = append(history, waybill.Ambiguous)
			} else if j >= 0 {
				history = append(history, waybill.DeliveryOf(orNil(a.errs[j])))
			}
		}
		for j, d := range history[:max(0, len(history)-1)] {
			if d == waybill.Sent || d == waybill.Ambiguous && m.kind == Send && !sel.AllowDuplicates {
				m.t.Fatalf("%s was handed on after %v: %v", item, history[j], history)
			}
		}
		sent := slices.Contains(history, waybill.Sent)
		switch e := waybill.AsError(out[i].Err); {
		case e == nil:
			if !sent || out[i].Value != item || out[i].Served.Provider == "" {
				m.t.Fatalf("%s: %+v after %v", item, out[i], history)
			}
		case sent, len(waybill.Attempts(e)) != len(history), slices.Contains(history, waybill.Ambiguous) != (e.Delivery == waybill.Ambiguous):
			m.t.Fatalf("%s: %v after %v", item, e, history)
		}
	}
}

// Random calls over many, held against the rules item by item.
func TestModelMany(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 50
	}
	for i := range rounds {
		synctest.Test(t, func(t *testing.T) {
			m := newModel(t, uint64(i), Kind(i%3))
			for j := range m.set.members {
				m.set.members[j].Provider = modelSender{m.fakes[j], m, j}
			}
			l := NewLane[sender](m.set, "send", m.kind, waybill.Policy{AttemptTimeout: time.Second}, m.policy)
			for range 40 {
				m.many(l)
				m.settled()
				time.Sleep(time.Duration(m.upTo(4000)) * time.Millisecond)
			}
			if m.quiet(); m.attempts != 0 {
				t.Fatalf("%d attempts have no end", m.attempts)
			}
		})
		if t.Failed() {
			t.Fatalf("round %d", i)
		}
	}
}
