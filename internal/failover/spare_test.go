package failover

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// A repeat at a provider that fails never takes the time of one that would
// serve: with too little left for both, the next is asked at once.
func TestRepeatsLeaveTheOthersTheirTime(t *testing.T) {
	for _, c := range []struct {
		left time.Duration
		a, b int
	}{{700 * time.Millisecond, 1, 1}, {1050 * time.Millisecond, 1, 1}, {1100 * time.Millisecond, 2, 1}, {3 * time.Second, 2, 1}} {
		synctest.Test(t, func(t *testing.T) {
			a, b := newFake("a", fails(down), hangs), newFake("b")
			g := newRig(t, rigging{}, a, b)
			ctx, cancel := context.WithTimeout(t.Context(), c.left)
			defer cancel()
			if _, _, err := g.ask(ctx, nil); err != nil {
				t.Fatalf("%v: %v", c.left, err)
			}
			g.tried(c.a, c.b)
		})
	}
}

// A nested client's repeats leave their tries to the providers that the outer
// call has not asked yet.
func TestNestedRepeatsLeaveTheOutersTries(t *testing.T) {
	for _, e := range []*waybill.Error{down, maybeSent, fault(waybill.DeadlineExceeded, 0, ns)} {
		synctest.Test(t, func(t *testing.T) {
			in := newRig(t, rigging{}, newFake("x", fails(e)), newFake("y", fails(e)))
			z, w := newFake("z", fails(down)), newFake("w")
			set, err := NewSet(Config{Domain: "test", Rand: middle}, []Member{{Provider: client{in, "inner"}}, {Provider: z}, {Provider: w}})
			if err != nil {
				t.Fatal(err)
			}
			l := NewLane[asker](set, "ask", Read, waybill.Policy{AttemptTimeout: 20 * time.Second}, waybill.Policy{})
			v, _, err := One(t.Context(), l, nil, "q", asker.Ask)
			if err != nil || v != "w" {
				t.Fatalf("served by %q, %v", v, err)
			}
		})
	}
}

// An ejected provider gets exactly one probe a time: its failure is not repeated
// while others can serve.
func TestFailedProbeIsNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", fails(down)), newFake("b")
		g := newRig(t, rigging{policy: waybill.Policy{ConsecutiveFailures: 1}}, a, b)
		g.must("b")
		g.tried(1, 1) // nor is the failure that ejects
		time.Sleep(10 * time.Second)
		g.must("b")
		g.tried(2, 2)
		b.will(fails(fault(waybill.Unsupported, 0, ns)))
		time.Sleep(20 * time.Second)
		g.mustFail(waybill.Unavailable)
		if g.tried(4, 3); len(g.ejects) != 3 {
			t.Fatalf("%d ejections", len(g.ejects))
		}
	})
}

// A panic of what the request brings along leaves no place taken.
func TestPanicOfTheRequestsOwn(t *testing.T) {
	for what, sel := range map[string]*Select{
		"eligible": {Eligible: picky{}},
		"calls":    {Calls: func(waybill.Provider) int { panic("calls") }},
		"rewind":   {Rewind: func() error { panic("rewind") }},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, rigging{}, newFake("a", fails(down)), newFake("b"))
			func() {
				defer func() { _ = recover() }()
				_, _, _ = g.ask(t.Context(), sel)
				t.Errorf("%s: no panic", what)
			}()
			if g.quiet(); len(g.calls) != 1 || g.calls[0].Err == nil {
				t.Errorf("%s: the call's end: %+v", what, g.calls)
			}
			if err := g.set.Close(t.Context()); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
}

type picky struct{}

func (picky) Eligible(string, waybill.Provider) *waybill.Error { panic("eligible") }

// A listing under way is a call under way: it goes on beyond a drain.
func TestPagesGoOnBeyondADrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{}, newFake("a"), newFake("b"))
		fetch := func(p asker, ctx context.Context, at int) ([]string, int, bool, error) {
			v, err := p.Ask(ctx, "q")
			return []string{v}, at + 1, at < 2, err
		}
		n := 0
		for v, err := range Pages(t.Context(), g.lane, nil, 0, fetch) {
			if err != nil || v != "a" {
				t.Fatalf("page %d: %q, %v", n, v, err)
			}
			if n++; n == 1 {
				if err := g.set.Drain("a"); err != nil {
					t.Fatal(err)
				}
			}
		}
		if n != 3 {
			t.Fatalf("%d pages", n)
		}
		g.must("b")
	})
}

// A panic of a hook beside a hedged attempt ends the attempt.
func TestHedgeHookPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{policy: waybill.Policy{AttemptTimeout: -1, Hedge: 50 * time.Millisecond, HedgeShare: 1}}, newFake("a", hangs), newFake("b"))
		g.set.cfg.Hooks = &waybill.Hooks{StartAttempt: func(ctx context.Context, s waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
			if s.Hedge {
				panic("hook")
			}
			return ctx, nil
		}}
		func() {
			defer func() { _ = recover() }()
			_, _, _ = g.ask(context.WithoutCancel(t.Context()), nil)
			t.Error("no panic")
		}()
		if err := g.set.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		g.quiet()
	})
}

// The attempts stand in the order of their numbers, also a hedge's that ended
// first.
func TestHedgesAreListedInOrder(t *testing.T) {
	for what, a := range map[string]step{
		"both fail":  slow(200*time.Millisecond, fails(down)),
		"conclusive": slow(70*time.Millisecond, fails(fault(waybill.InvalidArgument, waybill.ScopeRequest, ns))),
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, rigging{policy: waybill.Policy{Hedge: 50 * time.Millisecond, HedgeShare: 1}},
				newFake("a", a), newFake("b", slow(50*time.Millisecond, fails(down))))
			_, _, err := g.ask(t.Context(), nil)
			for i, try := range waybill.Attempts(err) {
				if try.Number != i+1 {
					t.Errorf("%s: attempt %d stands at %d", what, try.Number, i+1)
				}
			}
			synctest.Wait()
		})
	}
}

// What a nested client tried stays listed when a decorator's own time cut it
// short.
func TestNestedAttemptsUnderADecoratorsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newRig(t, rigging{}, newFake("x", fails(fault(waybill.Unsupported, 0, ns))), newFake("y", hangs))
		deco := newFake("deco", func(ctx context.Context, q string) (string, error) {
			ctx, cancel := context.WithTimeout(ctx, 600*time.Millisecond)
			defer cancel()
			return client{in, "inner"}.Ask(ctx, q)
		})
		g := newRig(t, rigging{kind: Send}, deco)
		e := g.mustFail(waybill.DeadlineExceeded)
		if tries := waybill.Attempts(e); len(tries) != 2 || tries[0].Provider != "x" || tries[1].Provider != "y" {
			t.Fatalf("listed %+v", tries)
		}
	})
}

// What a nested client had found counts for the verdict also when the outer
// attempt's time-out ended it.
func TestNestedVerdictBehindATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newRig(t, rigging{}, newFake("x", fails(limited(waybill.ScopeService, time.Minute))), newFake("y", hangs))
		set, err := NewSet(Config{Domain: "test", Rand: middle}, []Member{{Provider: client{in, "inner"}}, {Provider: newFake("z", fails(down))}})
		if err != nil {
			t.Fatal(err)
		}
		l := NewLane[asker](set, "ask", Read, waybill.Policy{AttemptTimeout: 800 * time.Millisecond}, waybill.Policy{})
		_, _, err = One(t.Context(), l, nil, "q", asker.Ask)
		if e := waybill.AsError(err); e.Code != waybill.RateLimited || e.RetryAfter != time.Minute || e.Provider != "x" {
			t.Fatalf("%v, wait %v", e, e.RetryAfter)
		}
	})
}

// Who was idle when the call began, and is so no more, may be asked after all.
func TestIdlenessThatPassesDuringTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", slow(900*time.Millisecond, fails(maybeSent))), newFake("b")
		g := newRig(t, rigging{policy: waybill.Policy{TriesPerProvider: -1}}, a, b)
		b.account.Idle("test.ask", time.Now().Add(500*time.Millisecond))
		g.must("b")
		b.account.Idle("test.ask", time.Now().Add(time.Second)) // longer than the call lasts
		if e := g.mustFail(waybill.RateLimited); e.RetryAfter != 100*time.Millisecond {
			t.Fatalf("wait %v", e.RetryAfter)
		}
		g.tried(2, 1)
	})
}

// Who is told meanwhile, by another call, to stay idle for longer is not asked.
func TestIdlenessThatIsMadeLongerDuringTheCall(t *testing.T) {
	for what, longer := range map[string]func(m *member){
		"provider": func(m *member) { m.limits.until(time.Now().Add(5*time.Second), waybill.RateLimited) },
		"account":  func(m *member) { m.account.Idle("test.ask", time.Now().Add(5*time.Second)) },
		"sender":   func(m *member) { m.limits.refuse("s", time.Now(), time.Now().Add(5*time.Second)) },
	} {
		synctest.Test(t, func(t *testing.T) {
			a, b := newFake("a"), newFake("b")
			g := newRig(t, rigging{policy: waybill.Policy{TriesPerProvider: -1}}, a, b)
			m := g.lane.nodes[1].m
			a.will(slow(900*time.Millisecond, func(ctx context.Context, q string) (string, error) {
				longer(m)
				return fails(maybeSent)(ctx, q)
			}))
			if what == "sender" {
				m.limits.refuse("s", time.Now(), time.Now().Add(500*time.Millisecond))
			} else {
				m.limits.until(time.Now().Add(500*time.Millisecond), waybill.RateLimited)
			}
			if _, _, err := g.ask(t.Context(), &Select{Sender: "s"}); err == nil || b.tries() != 0 {
				t.Errorf("%s: %v after %d tries", what, err, b.tries())
			}
		})
	}
}
