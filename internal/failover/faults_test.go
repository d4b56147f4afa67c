package failover

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// A panic of the policy's Classify, or of a hook, gives everything back too.
func TestPanicOfTheApplicationsOwn(t *testing.T) {
	for what, p := range map[string]waybill.Policy{
		"classify": {Classify: func(*waybill.Error) *waybill.Error { panic("classify") }},
		"hook":     {},
	} {
		synctest.Test(t, func(t *testing.T) {
			p.ConsecutiveFailures = 1
			a := newFake("a", fails(down))
			a.account = waybill.NewAccount("a", waybill.Limits{Concurrency: 1})
			g := newRig(t, rigging{policy: p}, a, newFake("b"))
			if what == "hook" {
				g.set.cfg.Hooks = &waybill.Hooks{StartAttempt: func(ctx context.Context, s waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
					return ctx, func(e waybill.AttemptEnd) {
						if e.Err != nil {
							panic("hook")
						}
					}
				}}
			}
			for range 3 {
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("%s: the panic was lost", what)
						}
					}()
					g.times(1)
				}()
			}
			g.quiet()
		})
	}
}

// A panic in StartAttempt or OnFailover leaves no place taken.
func TestPanicBeforeTheAttempt(t *testing.T) {
	for what, h := range map[string]*waybill.Hooks{
		"start": {StartAttempt: func(context.Context, waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) { panic("hook") }},
		"over":  {OnFailover: func(context.Context, waybill.Failover) { panic("hook") }},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := newFake("a", fails(fault(waybill.Unsupported, 0, waybill.NotSent)))
			g := newRig(t, rigging{}, a, newFake("b"))
			g.set.cfg.Hooks = h
			func() {
				defer func() { _ = recover() }()
				g.times(1)
				t.Errorf("%s: no panic", what)
			}()
			g.quiet()
		})
	}
}

// What a request's eligibility says was never sent, whatever its error forgets
// to say: it neither leads a send's verdict nor makes it ambiguous.
func TestIneligibleIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{kind: Send}, newFake("a"), newFake("b", fails(limited(waybill.ScopeAccount, time.Minute))))
		sel := &Select{Eligible: eligibleFunc(func(instance string) *waybill.Error {
			if instance == "a" {
				return &waybill.Error{Code: waybill.Unsupported, Message: "no template"}
			}
			return nil
		})}
		if c := g.lane.Explain(sel); c[1].Err.Delivery != waybill.NotSent {
			t.Errorf("explained as %v", c[1].Err.Delivery)
		}
		e := g.mustFailWith(t.Context(), sel, waybill.RateLimited)
		if e.Delivery != waybill.NotSent {
			t.Errorf("verdict %v", e.Delivery)
		}
	})
}

type eligibleFunc func(string) *waybill.Error

func (f eligibleFunc) Eligible(instance string, _ waybill.Provider) *waybill.Error {
	return f(instance)
}

// An attempt's own end never passes for the caller's, in no node, also when an
// adapter returns the bare error of its context.
func TestAttemptsEndIsNobodysDeadline(t *testing.T) {
	bare := func(ctx context.Context, _ string) (string, error) { <-ctx.Done(); return "", ctx.Err() }
	wrapped := func(ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "", fmt.Errorf("vendor: %w", ctx.Err())
	}
	cancelled := func(context.Context, string) (string, error) { return "", context.Canceled }
	for what, s := range map[string]step{"bare": bare, "wrapped": wrapped, "cancelled by itself": cancelled} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, rigging{kind: Send}, newFake("a", s))
			_, _, err := g.ask(t.Context(), nil)
			for _, a := range append(waybill.Attempts(err), waybill.Attempt{Err: waybill.AsError(err)}, waybill.Attempt{Err: g.tries[0].Err}) {
				if errors.Is(a.Err, context.DeadlineExceeded) || errors.Is(a.Err, context.Canceled) {
					t.Errorf("%s: %v is taken for the caller's end", what, a.Err)
				}
			}
		})
	}
}

// Only items that may be asked again at a provider are: not those that it cannot
// do, nor those that it may have done.
func TestManyRepeatsOnlyWhatMay(t *testing.T) {
	for what, c := range map[string]struct {
		bad        *waybill.Error
		duplicates bool
	}{
		"unsupported":               {bad: fault(waybill.Unsupported, 0, waybill.NotSent)},
		"ambiguous, may be doubled": {bad: maybeSent, duplicates: true},
		"no wait known":             {bad: limited(waybill.ScopeService, 0)},
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			a := &post{name: "a", do: each("a", func(i int) error {
				if i == 0 {
					return c.bad
				}
				if tries++; tries == 1 {
					return down
				}
				return nil
			})}
			set, l := manyLane(t, Send, waybill.Policy{}, a)
			out := Many(t.Context(), l, &Select{AllowDuplicates: c.duplicates}, numbers(2), manyAsker.AskMany)
			if fmt.Sprint(a.asked) != "[[0 1] [1]]" {
				t.Errorf("%s: asked %v", what, a.asked)
			}
			if out[1].Err != nil || out[1].Value != "a1" || waybill.CodeOf(out[0].Err) != c.bad.Code || len(waybill.Attempts(out[0].Err)) != 1 {
				t.Errorf("%s: %+v", what, out)
			}
			if n := set.running.Load(); n != 0 {
				t.Errorf("%d calls are counted", n)
			}
		})
	}
}

// An item that one provider cannot do goes to the next beside one that failed
// there, and comes back to nobody who refused it.
func TestManyComesBackToNobodyWhoRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := map[string]error{"a0": fault(waybill.Unsupported, 0, ns), "a1": down, "b0": down, "b1": fault(waybill.Unsupported, 0, ns)}
		do := func(name string) func(context.Context, []int) []Outcome[string] {
			return each(name, func(i int) error { return fails[fmt.Sprint(name, i)] })
		}
		a, b := &post{name: "a", do: do("a")}, &post{name: "b", do: do("b")}
		_, l := manyLane(t, Send, waybill.Policy{}, a, b)
		out := Many(t.Context(), l, nil, numbers(2), manyAsker.AskMany)
		if fmt.Sprint(a.asked, b.asked) != "[[0 1] [1]] [[0 1] [0]]" {
			t.Errorf("asked %v and %v", a.asked, b.asked)
		}
		for i, o := range out {
			if waybill.CodeOf(o.Err) != waybill.Unavailable || len(waybill.Attempts(o.Err)) != 3 {
				t.Errorf("item %d: %v", i, o.Err)
			}
		}
	})
}

// Clients that share an account hear the same word: what made it idle, not only
// until when.
func TestSharedAccountSaysWhy(t *testing.T) {
	for want, e := range map[waybill.Code]*waybill.Error{
		waybill.Unauthenticated:  badCred,
		waybill.RateLimited:      limited(waybill.ScopeAccount, time.Minute),
		waybill.QuotaExhausted:   {Code: waybill.QuotaExhausted, Scope: waybill.ScopeAccount, Delivery: ns, RetryAfter: time.Hour},
		waybill.PermissionDenied: fault(waybill.PermissionDenied, waybill.ScopeAccount, ns),
	} {
		synctest.Test(t, func(t *testing.T) {
			account := waybill.NewAccount("shared", waybill.Limits{})
			a, b := newFake("a", fails(e)), newFake("b")
			a.account, b.account = account, account
			newRig(t, rigging{domain: "geo"}, a).mustFail(want)
			g := newRig(t, rigging{domain: "route"}, b)
			if v := g.mustFail(want); v.RetryAfter <= 0 || len(waybill.Attempts(v)) != 0 {
				t.Errorf("%v: %v", want, v)
			}
		})
	}
}

// A request whose repeat replaces the first counts as a read in everything: the
// verdict, the division of time, what hooks are told, the mark of a duplicate.
func TestReplacesCountsAsARead(t *testing.T) {
	for what, c := range map[string]struct {
		kind Kind
		sel  *Select
		send bool
	}{
		"a send":           {Send, nil, true},
		"a request's word": {Send, &Select{Replaces: true}, false},
		"a lane's kind":    {Replace, nil, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			limit := limited(waybill.ScopeService, time.Minute)
			g := newRig(t, rigging{kind: c.kind, policy: waybill.Policy{AttemptTimeout: time.Hour, TriesPerProvider: 1}},
				newFake("a", fails(maybeSent)), newFake("b", fails(limit), ok))
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			defer cancel()
			want, share := waybill.RateLimited, 4*time.Second
			if c.send {
				want, share = waybill.Unavailable, 8*time.Second
			}
			g.mustFailWith(ctx, c.sel, want)
			if got := g.fakes[0].budget[0]; got != share {
				t.Errorf("%s: the first try had %v, want %v", what, got, share)
			}
			if g.starts[0].Send != c.send {
				t.Errorf("%s: hooks are told %v", what, g.starts[0].Send)
			}
			if c.send {
				return
			}
			if err := g.set.Restore("b"); err != nil {
				t.Fatal(err)
			}
			if s, err := second(g.ask(ctx, c.sel)); err != nil || s.PossibleDuplicate {
				t.Errorf("%s: %+v, %v", what, s, err)
			}
		})
	}
}

func second(_ string, s Served, err error) (Served, error) { return s, err }
