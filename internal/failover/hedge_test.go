package failover

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// always is a policy that hedges every call.
var always = waybill.Policy{Hedge: 50 * time.Millisecond, HedgeShare: 1, AttemptTimeout: 5 * time.Second}

// Rule: off by default.
func TestHedgeOffByDefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{}, newFake("a", slow(900*time.Millisecond, ok)), newFake("b"))
		g.must("a")
		g.tried(1, 0)
	})
}

// Rule: reads only.
func TestHedgeReadsOnly(t *testing.T) {
	for _, kind := range []Kind{Send, Replace} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, rigging{kind: kind, policy: always}, newFake("a", slow(900*time.Millisecond, ok)), newFake("b"))
			g.must("a")
			g.tried(1, 0)
		})
	}
}

// Rule: after the recent p95, at least 50 ms, one hedge; the first success wins,
// the loser is cancelled, neutral and awaited by Close.
func TestHedgeWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var gone atomic.Bool
		a := newFake("a", func(ctx context.Context, _ string) (string, error) {
			<-ctx.Done()
			time.Sleep(700 * time.Millisecond) // slow to notice
			gone.Store(true)
			return "", waybill.FromContext(ctx)
		})
		g := newRig(t, rigging{policy: always}, a, newFake("b", slow(10*time.Millisecond, ok)), newFake("c"))
		ctx, rec := waybill.WithRecorder(t.Context())
		start := time.Now()
		v, s, err := g.ask(ctx, nil)
		if err != nil || v != "b" || s.Attempts != 2 || time.Since(start) != 60*time.Millisecond {
			t.Fatalf("%q, %+v, %v after %v", v, s, err, time.Since(start))
		}
		if gone.Load() {
			t.Fatal("the call waited for the loser")
		}
		if err := g.set.Close(t.Context()); err != nil || !gone.Load() {
			t.Fatalf("Close did not wait for the loser: %v", err)
		}
		g.tried(1, 1, 0)
		if s := g.status("a"); s.Failures != 0 || s.Successes != 0 || s.InUse != 0 {
			t.Fatalf("the loser is not neutral: %+v", s)
		}
		if all := rec.Attempts(); len(all) != 2 || !all[0].Hedge || all[1].Provider != "a" || all[1].Hedge {
			t.Fatalf("attempts %+v", all)
		}
		if !g.starts[1].Hedge || g.starts[0].Hedge || len(g.overs) != 0 {
			t.Fatal("hooks do not tell the hedge")
		}
	})
}

// The primary wins when it is first.
func TestPrimaryWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{policy: always}, newFake("a", slow(100*time.Millisecond, ok)), newFake("b", slow(time.Second, ok)))
		g.must("a")
		g.tried(1, 1)
		if err := g.set.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := g.status("b"); s.Failures != 0 || s.Successes != 0 {
			t.Fatalf("the loser is not neutral: %+v", s)
		}
	})
}

// Rule: a failed hedge never beats a running primary.
func TestFailedHedgeNeverBeatsThePrimary(t *testing.T) {
	for _, e := range []*waybill.Error{down, maybeSent, fault(waybill.NotFound, 0, ns), fault(waybill.InvalidArgument, 0, ns), fault(waybill.Unknown, 0, waybill.Sent)} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, rigging{policy: always}, newFake("a", slow(900*time.Millisecond, ok)), newFake("b", fails(e)))
			start := time.Now()
			if g.must("a"); time.Since(start) != 900*time.Millisecond {
				t.Fatalf("%v: after %v", e, time.Since(start))
			}
		})
	}
}

// A failed primary waits for the hedge; when both fail the call goes on.
func TestPrimaryFailsBesideAHedge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{policy: always}, newFake("a", slow(100*time.Millisecond, fails(down))), newFake("b", slow(300*time.Millisecond, ok)))
		if s := g.must("b"); s.Attempts != 2 {
			t.Fatalf("%d attempts", s.Attempts)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{policy: always}, newFake("a", slow(100*time.Millisecond, fails(down))),
			newFake("b", slow(300*time.Millisecond, fails(maybeSent))), newFake("c"))
		s := g.must("c")
		if s.Attempts < 3 {
			t.Fatalf("%d attempts", s.Attempts)
		}
		g.quiet()
	})
}

// A conclusive answer of the primary ends both.
func TestConclusivePrimaryEndsBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{policy: always}, newFake("a", slow(100*time.Millisecond, fails(fault(waybill.NotFound, 0, ns)))), newFake("b", hangs))
		start := time.Now()
		e := g.mustFail(waybill.NotFound)
		if time.Since(start) != 100*time.Millisecond {
			t.Fatalf("%v after %v", e, time.Since(start))
		}
		if all := waybill.Attempts(e); len(all) != 2 || !all[1].Hedge || all[1].Err.Code != waybill.Canceled || e.Delivery != ns {
			t.Fatalf("attempts %+v of %v", all, e)
		}
		_ = g.set.Close(t.Context())
		g.quiet()
	})
}

// Rule: at most 5 % of the calls.
func TestHedgeShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", slow(200*time.Millisecond, ok)), newFake("b", hangs)
		g := newRig(t, rigging{policy: waybill.Policy{Hedge: 50 * time.Millisecond}}, a, b)
		// A usual latency that is below the wait, so that each call would hedge.
		for i := range 200 {
			g.times(1)
			if n := b.tries(); float64(n) > 0.05*float64(i+1) {
				t.Fatalf("%d hedges in %d calls", n, i+1)
			}
			g.lane.nodes[0].latency = latency{}
		}
		if n := b.tries(); n != 10 {
			t.Fatalf("%d hedges in 200 calls; want 10", n)
		}
		_ = g.set.Close(t.Context())
	})
}

// Many quick calls do not save up hedges for all of a brown-out's.
func TestHedgesAreNotSavedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", ok), newFake("b", hangs)
		g := newRig(t, rigging{policy: waybill.Policy{Hedge: 50 * time.Millisecond}}, a, b)
		g.times(2000)
		a.will(slow(200*time.Millisecond, ok))
		for range 100 {
			g.times(1)
			g.lane.nodes[0].latency = latency{}
		}
		if n := b.tries(); n < 10 || n > 15 {
			t.Fatalf("%d hedges in 100 slow calls", n)
		}
		_ = g.set.Close(t.Context())
	})
}

// The wait is the recent p95, and 50 ms at least.
func TestHedgeDelay(t *testing.T) {
	for _, c := range []struct{ usual, want time.Duration }{
		{0, 50 * time.Millisecond}, {10 * time.Millisecond, 50 * time.Millisecond}, {300 * time.Millisecond, 300 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := always
			p.Hedge = 1
			a := newFake("a", hangs)
			g := newRig(t, rigging{policy: p}, a, newFake("b"))
			for range 30 {
				g.lane.nodes[0].latency.add(c.usual)
			}
			start := time.Now()
			g.must("b")
			if d := time.Since(start); d != c.want {
				t.Fatalf("hedged after %v; want %v", d, c.want)
			}
			_ = g.set.Close(t.Context())
		})
	}
}

func TestLatencyPercentile(t *testing.T) {
	var l latency
	if l.p95() != 0 {
		t.Fatal("nothing is known yet")
	}
	for i := range 1000 {
		l.add(time.Duration(i))
	}
	if got := l.p95(); got < 990 || got > 999 {
		t.Fatalf("p95 of the last 64 is %d", got)
	}
}

// Nobody to hedge with, or only ejected ones: no hedge.
func TestHedgeOnlyAtAHealthyOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{policy: always}, newFake("a", slow(time.Second, ok)))
		g.must("a")
	})
	synctest.Test(t, func(t *testing.T) {
		p := always
		p.TriesPerProvider = -1
		a, b := newFake("a", slow(time.Second, ok)), newFake("b", fails(maybeSent))
		g := newRig(t, rigging{policy: p}, a, b)
		for range 5 {
			_, _, _ = g.ask(t.Context(), &Select{Only: "b"})
		}
		g.health("b", waybill.Ejected)
		b.will(ok)
		g.must("a")
		time.Sleep(10 * time.Second)
		g.must("a") // it might be probed now, but not by a hedge
		g.tried(2, 5)
	})
	synctest.Test(t, func(t *testing.T) { // beyond the one to be probed
		p := always
		p.TriesPerProvider = -1
		b, c := newFake("b", fails(maybeSent)), newFake("c")
		g := newRig(t, rigging{policy: p}, newFake("a", slow(time.Second, ok)), b, c)
		for range 5 {
			_, _, _ = g.ask(t.Context(), &Select{Only: "b"})
		}
		time.Sleep(10 * time.Second)
		g.must("c")
		g.tried(1, 5, 1)
		synctest.Wait()
	})
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", slow(time.Second, ok)), newFake("b")
		b.account = waybill.NewAccount("b", waybill.Limits{QPS: 0.001, Burst: 1})
		b.account.Admit("test.ask")
		g := newRig(t, rigging{policy: always}, a, b)
		g.must("a")
		g.tried(1, 0)
		if g.lane.hedges.Load() != 0 {
			t.Fatal("a hedge that was not made is counted")
		}
	})
}

// The caller's end reaches both.
func TestHedgeCallersEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{policy: always}, newFake("a", hangs), newFake("b", hangs))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(200*time.Millisecond, cancel)
		e := g.mustFailWith(ctx, nil, waybill.Canceled)
		if !errors.Is(e, context.Canceled) || len(waybill.Attempts(e)) != 2 {
			t.Fatalf("verdict %v", e)
		}
		g.quiet()
	})
}

// A panic in a hedged call reaches the caller; a loser's panic is nobody's.
func TestHedgePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{policy: always}, newFake("a", panics), newFake("b"))
		func() {
			defer func() {
				if p := recover(); fmt.Sprint(p) != "the adapter's own fault" {
					t.Errorf("recovered %v", p)
				}
			}()
			g.times(1)
		}()
		g.quiet()
	})
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", func(ctx context.Context, _ string) (string, error) { <-ctx.Done(); panic("late") })
		g := newRig(t, rigging{policy: always}, a, newFake("b"))
		g.must("b")
		if err := g.set.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		g.quiet()
	})
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", func(context.Context, string) (string, error) { runtime.Goexit(); return "", nil })
		g := newRig(t, rigging{policy: always}, a, newFake("b"))
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a goroutine that ended was taken for an answer")
				}
			}()
			g.times(1)
		}()
		g.quiet()
	})
}

// With hedging on, the other rules hold as without.
func TestHedgeLaneStillRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", fails(down)), newFake("b", slow(10*time.Millisecond, ok))
		g := newRig(t, rigging{policy: always}, a, b)
		g.must("b")
		g.tried(2, 1)
		g.quiet()
	})
}
