package failover

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// neverEject switches ejection off, for tests of the other rules.
var neverEject = waybill.Policy{Ejection: -1}

// Rule: at most 2 tries per provider and 5 per call.
func TestTriesAreBounded(t *testing.T) {
	for _, c := range []struct {
		providers int
		policy    waybill.Policy
		each      []int
	}{
		{1, waybill.Policy{}, []int{2}},
		{2, waybill.Policy{}, []int{2, 2}},
		{3, waybill.Policy{}, []int{2, 2, 1}},
		{4, waybill.Policy{}, []int{2, 1, 1, 1}},
		{5, waybill.Policy{}, []int{1, 1, 1, 1, 1}},
		{6, waybill.Policy{}, []int{1, 1, 1, 1, 1, 0}},
		{6, waybill.Policy{TriesPerProvider: -1}, []int{1, 1, 1, 1, 1, 0}},
		{6, waybill.Policy{TriesPerProvider: 1, Tries: 3}, []int{1, 1, 1, 0, 0, 0}},
		{3, waybill.Policy{Tries: -1}, []int{1, 0, 0}},
	} {
		t.Run(fmt.Sprint(c.providers, c.policy.Tries, c.policy.TriesPerProvider), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fakes := make([]*fake, c.providers)
				for i := range fakes {
					fakes[i] = newFake(fmt.Sprintf("p%d", i), fails(maybeSent))
				}
				c.policy.RetryTokens = 100
				g := newRig(t, rigging{policy: c.policy}, fakes...)
				e := g.mustFail(waybill.Unavailable)
				g.tried(c.each...)
				sum := 0
				for _, n := range c.each {
					sum += n
				}
				if n := len(waybill.Attempts(e)); n != sum {
					t.Fatalf("%d attempts listed; want %d", n, sum)
				}
				for i, a := range waybill.Attempts(e) {
					if a.Number != i+1 {
						t.Fatalf("attempt %d has number %d", i+1, a.Number)
					}
				}
			})
		})
	}
}

// Repeats at providers that fail never take the tries of one that would serve.
func TestRepeatsLeaveTheOthersTheirTries(t *testing.T) {
	for _, e := range []*waybill.Error{down, refusal, maybeSent} {
		synctest.Test(t, func(t *testing.T) {
			fakes := []*fake{newFake("a", fails(e)), newFake("b", fails(e)), newFake("c", fails(e)), newFake("d", ok)}
			g := newRig(t, rigging{}, fakes...)
			g.must("d")
			g.tried(2, 1, 1, 1)
		})
	}
}

// Rule: retry tokens. Start 10, retryable failure −1, no retry at or below half.
func TestRetryTokensRunOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(down))
		g := newRig(t, rigging{policy: neverEject}, a)
		// 10 → 9, repeat, 8; 7, repeat, 6; 5: no repeat any more.
		var tries []int
		for range 4 {
			a.forget()
			g.times(1)
			tries = append(tries, a.tries())
		}
		if fmt.Sprint(tries) != "[2 2 1 1]" {
			t.Fatalf("tries per call %v", tries)
		}
	})
}

// Rule: a success gives a tenth back.
func TestRetryTokensComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(down))
		g := newRig(t, rigging{policy: neverEject}, a)
		g.times(3) // five spent
		if n := g.set.tokens.spent.Load(); n != 50 {
			t.Fatalf("%d tenths are spent; want 50", n)
		}
		a.will(ok)
		g.times(9)
		a.will(fails(down))
		a.forget()
		g.times(1) // 4.1 spent, 5.1 after the failure: no repeat
		g.tried(1)
		a.will(ok)
		g.times(20)
		a.will(fails(down))
		a.forget()
		g.times(1) // 3.1 spent, 4.1 after the failure: a repeat
		g.tried(2)
	})
}

// The tokens belong to the set: one verb's outage spends another's.
func TestRetryTokensAreTheSets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(down))
		g := newRig(t, rigging{policy: neverEject}, a)
		other := NewLane[asker](g.set, "other", Read, waybill.Policy{}, neverEject)
		g.times(3)
		a.forget()
		_, _, _ = One(t.Context(), other, nil, "q", asker.Ask)
		g.tried(1)
	})
}

// A negative size switches the budget off.
func TestRetryTokensOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(down))
		p := neverEject
		p.RetryTokens = -1
		g := newRig(t, rigging{policy: p}, a)
		g.times(20)
		g.tried(40)
	})
}

// The tokens never sink below what the largest budget allows.
func TestTokensStayInBounds(t *testing.T) {
	var k tokens
	for range 100 {
		k.fail(10)
	}
	if k.spent.Load() != 100 {
		t.Fatalf("spent %d", k.spent.Load())
	}
	k.fail(2) // a smaller budget does not give back
	if k.spent.Load() != 100 || k.allow(2) || k.allow(10) || !k.allow(-1) || !k.allow(30) {
		t.Fatalf("spent %d", k.spent.Load())
	}
	for range 2000 {
		k.succeed()
	}
	if k.spent.Load() != 0 {
		t.Fatalf("spent %d", k.spent.Load())
	}
}

// Rule: tries at one provider divided by calls stay ≤ 1.2 over 50 calls or more
// at 100 % failure, sequential or parallel, however the provider fails.
func TestTriesPerCallStayBelowOnePointTwo(t *testing.T) {
	kinds := map[string]*waybill.Error{
		"unavailable":  down,
		"ambiguous":    maybeSent,
		"dial":         refusal,
		"rate limited": limited(waybill.ScopeRequest, 10*time.Millisecond),
		"timeout":      fault(waybill.DeadlineExceeded, waybill.ScopeProvider, amb),
	}
	for name, e := range kinds {
		for _, providers := range []int{1, 2, 3} {
			for _, parallel := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%d/parallel=%v", name, providers, parallel), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						fakes := make([]*fake, providers)
						for i := range fakes {
							fakes[i] = newFake(fmt.Sprintf("p%d", i), fails(e))
						}
						g := newRig(t, rigging{}, fakes...)
						const calls = 50
						if parallel {
							var wg sync.WaitGroup
							for range calls {
								wg.Go(func() { g.times(1) })
							}
							wg.Wait()
						} else {
							g.times(calls)
						}
						for _, f := range fakes {
							if n := f.tries(); float64(n) > 1.2*calls {
								t.Errorf("%s was tried %d times in %d calls", f.name, n, calls)
							}
						}
					})
				})
			}
		}
	}
}

// Rule: back-off ± 20 % jitter, min × 2ⁿ.
func TestBackoffDoublesWithJitter(t *testing.T) {
	for _, r := range []float64{0, 0.5, 0.999999} {
		synctest.Test(t, func(t *testing.T) {
			a := newFake("a", fails(maybeSent))
			p := waybill.Policy{TriesPerProvider: 4, Tries: 9, RetryTokens: -1, Backoff: 100 * time.Millisecond}
			g := newRig(t, rigging{policy: p, rand: func() float64 { return r }}, a)
			g.times(1)
			g.tried(4)
			for i := 1; i < 4; i++ {
				want := time.Duration(float64(100*time.Millisecond<<(i-1)) * (0.8 + 0.4*r))
				if got := a.asked[i].Sub(a.asked[i-1]); (got - want).Abs() > time.Microsecond {
					t.Errorf("wait %d was %v; want %v", i, got, want)
				}
			}
		})
	}
}

func TestBackoffOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(down))
		g := newRig(t, rigging{policy: waybill.Policy{Backoff: -1}}, a)
		start := time.Now()
		g.times(1)
		if g.tried(2); time.Since(start) != 0 {
			t.Fatalf("waited %v", time.Since(start))
		}
	})
}

// Rule: no wait before the first try of a different provider.
func TestNoWaitBeforeAnotherProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", fails(down)), newFake("b")
		g := newRig(t, rigging{policy: waybill.Policy{TriesPerProvider: 1}}, a, b)
		g.must("b")
		if d := b.asked[0].Sub(a.asked[0]); d != 0 {
			t.Fatalf("waited %v", d)
		}
	})
}

// Who let the time-out pass is asked again only after the others.
func TestSlowProviderIsRepeatedLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", hangs), newFake("b", fails(down))
		g := newRig(t, rigging{}, a, b)
		e := g.mustFail(waybill.Unavailable)
		var order string
		for _, k := range waybill.Attempts(e) {
			order += k.Provider
		}
		if order != "abba" {
			t.Fatalf("asked in order %s", order)
		}
	})
}

// Rule: the time-out of a read is min(policy, remaining ÷ tries left).
func TestReadTimeoutIsDivided(t *testing.T) {
	for _, c := range []struct {
		name      string
		policy    time.Duration
		deadline  time.Duration
		providers int
		want      time.Duration // of the first attempt
	}{
		{"no deadline", time.Second, 0, 2, time.Second},
		{"plenty", time.Second, time.Minute, 2, time.Second},
		{"divided by the four tries of two providers", 10 * time.Second, 8 * time.Second, 2, 2 * time.Second},
		{"divided by the two of one", 10 * time.Second, 8 * time.Second, 1, 4 * time.Second},
		{"divided by five at most", 10 * time.Second, 10 * time.Second, 6, 2 * time.Second},
		{"only as many as the floor allows", 10 * time.Second, 1200 * time.Millisecond, 3, 600 * time.Millisecond},
		{"one only", 10 * time.Second, 800 * time.Millisecond, 3, 800 * time.Millisecond},
		{"no time-out of its own", -1, 8 * time.Second, 2, 2 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fakes := make([]*fake, c.providers)
				for i := range fakes {
					fakes[i] = newFake(fmt.Sprintf("p%d", i))
				}
				g := newRig(t, rigging{policy: waybill.Policy{AttemptTimeout: c.policy}}, fakes...)
				ctx, cancel := context.WithCancel(t.Context())
				if c.deadline > 0 {
					ctx, cancel = context.WithTimeout(t.Context(), c.deadline)
				}
				defer cancel()
				if _, _, err := g.ask(ctx, nil); err != nil {
					t.Fatal(err)
				}
				if got := fakes[0].budget[0]; got != c.want {
					t.Fatalf("the attempt had %v; want %v", got, c.want)
				}
			})
		})
	}
}

// Rule: a send's is min(policy, remaining), never divided.
func TestSendTimeoutIsNeverDivided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", fails(down)), newFake("b")
		g := newRig(t, rigging{kind: Send, policy: waybill.Policy{AttemptTimeout: 10 * time.Second}}, a, b)
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		if _, _, err := g.ask(ctx, nil); err != nil {
			t.Fatal(err)
		}
		if a.budget[0] != 8*time.Second || b.budget[0] < 7800*time.Millisecond {
			t.Fatalf("had %v and %v", a.budget[0], b.budget[0])
		}
	})
}

// Rule: the floor of 500 ms holds from the second try on; if less remains, the
// real verdict is returned now. The first try is made however little remains.
func TestFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", slow(600*time.Millisecond, fails(down))), newFake("b")
		g := newRig(t, rigging{kind: Send}, a, b)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		e := g.mustFailWith(ctx, nil, waybill.Unavailable)
		if g.tried(1, 0); time.Since(start) != 600*time.Millisecond || errors.Is(e, context.DeadlineExceeded) {
			t.Fatalf("%v after %v", e, time.Since(start))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a")
		g := newRig(t, rigging{}, a)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if _, _, err := g.ask(ctx, nil); err != nil {
			t.Fatal(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", slow(600*time.Millisecond, fails(down))), newFake("b")
		g := newRig(t, rigging{kind: Send, policy: waybill.Policy{MinAttempt: -1, TriesPerProvider: -1}}, a, b)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := g.ask(ctx, nil); err != nil {
			t.Fatal(err)
		}
		g.tried(1, 1)
	})
}

// Rule: Retry-After that is negative, or absurd without being a day quota, means
// no retry; and nobody is idled by it.
func TestAbsurdRetryAfter(t *testing.T) {
	for name, c := range map[string]struct {
		err  *waybill.Error
		idle bool
	}{
		"negative":               {limited(waybill.ScopeService, -time.Second), false},
		"absurd":                 {limited(waybill.ScopeService, 61*time.Minute), false},
		"most negative":          {limited(waybill.ScopeService, math.MinInt64), false},
		"most positive":          {limited(waybill.ScopeService, math.MaxInt64), false},
		"absurd unavailable":     {&waybill.Error{Code: waybill.Unavailable, Delivery: ns, RetryAfter: 2 * time.Hour}, false},
		"negative unavailable":   {&waybill.Error{Code: waybill.Unavailable, Delivery: ns, RetryAfter: -1}, false},
		"an hour":                {limited(waybill.ScopeService, time.Hour), true},
		"a quota until midnight": {&waybill.Error{Code: waybill.QuotaExhausted, Delivery: ns, RetryAfter: 23 * time.Hour}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newFake("a", fails(c.err))
				g := newRig(t, rigging{}, a)
				start := time.Now()
				_, _, err := g.ask(t.Context(), nil)
				if g.tried(1); time.Since(start) != 0 {
					t.Fatalf("waited %v", time.Since(start))
				}
				if idle := g.status("a").Health == waybill.Idling; idle != c.idle {
					t.Fatalf("idle is %v", idle)
				}
				if r := waybill.RetryAfterOf(err); r < 0 || (r > 0) != c.idle {
					t.Fatalf("the verdict says to wait %v", r)
				}
			})
		})
	}
}

// A 503 with a wait: the next provider at once, the same one only after it.
func TestUnavailableWithRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &waybill.Error{Code: waybill.Unavailable, Delivery: ns, RetryAfter: 2 * time.Second, VendorCode: "503"}
		a, b := newFake("a", fails(e), ok), newFake("b", fails(fault(waybill.Unsupported, 0, ns)))
		g := newRig(t, rigging{kind: Send}, a, b)
		start := time.Now()
		g.must("a")
		if g.tried(2, 1); time.Since(start) < 2*time.Second {
			t.Fatalf("asked again after %v", time.Since(start))
		}
		g.health("a", waybill.Healthy) // unavailable idles nobody
	})
}

// Rule: a replay of a refused stream costs neither budget nor health, and is
// made once.
func TestRefusedStreamReplay(t *testing.T) {
	stream := &waybill.Error{Code: waybill.Unavailable, Delivery: ns, VendorCode: waybill.CodeRefusedStream}
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(stream), ok)
		g := newRig(t, rigging{kind: Send, policy: waybill.Policy{Tries: -1, TriesPerProvider: -1}}, a)
		start := time.Now()
		if s := g.must("a"); s.Attempts != 2 {
			t.Fatalf("%d attempts", s.Attempts)
		}
		if time.Since(start) != 0 || g.set.tokens.spent.Load() != 0 || g.status("a").Failures != 0 {
			t.Fatal("the replay cost something")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", fails(stream)), newFake("b")
		g := newRig(t, rigging{kind: Send}, a, b)
		g.must("b")
		// The first, its replay, and one repeat of an unavailable provider.
		g.tried(3, 1)
		if f := g.status("a").Failures; f != 2 {
			t.Fatalf("%d failures; want 2: only the replayed one is free", f)
		}
		g.quiet()
	})
	synctest.Test(t, func(t *testing.T) {
		e := *stream
		e.Delivery = amb
		a, b := newFake("a", fails(&e)), newFake("b")
		g := newRig(t, rigging{kind: Send}, a, b)
		g.mustFail(waybill.Unavailable)
		g.tried(1, 0)
	})
}

// A replay that the account does not admit any more ends the call; it once went
// round for ever.
func TestRefusedStreamReplayNotAdmitted(t *testing.T) {
	for name, gone := range map[string]func(*rig){
		"idle":    func(g *rig) { g.fakes[0].account.Idle("", time.Now().Add(time.Minute)) },
		"drained": func(g *rig) { _ = g.set.Drain("a") },
		"full":    func(g *rig) { g.set.members[0].inUse.Add(1 << 20) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stream := &waybill.Error{Code: waybill.Unavailable, Delivery: ns, VendorCode: waybill.CodeRefusedStream}
				a := newFake("a")
				g := newRig(t, rigging{kind: Send}, a, newFake("b"))
				a.will(func(context.Context, string) (string, error) {
					gone(g)
					return "", stream
				})
				g.must("b")
				g.tried(1, 1)
			})
		})
	}
}

// Rule: a bulkhead per provider.
func TestBulkhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", slow(900*time.Millisecond, ok)), newFake("b")
		g := newRig(t, rigging{uses: []waybill.Use{{Concurrency: 2}}}, a, b)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, _, err := g.ask(t.Context(), nil); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		g.tried(2, 8)
		g.quiet()
		if len(g.overs) != 0 {
			t.Fatal("a full provider was not asked: no failover")
		}
	})
}

// With nobody else a full bulkhead fails at once, with nothing sent.
func TestBulkheadOfTheOnlyProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", slow(time.Second/2, ok))
		g := newRig(t, rigging{kind: Send, policy: waybill.Policy{Concurrency: 1}}, a)
		go g.times(1)
		synctest.Wait()
		e := g.mustFail(waybill.RateLimited)
		if e.Delivery != ns || len(waybill.Attempts(e)) != 0 {
			t.Fatalf("verdict %v", e)
		}
		g.tried(1)
		time.Sleep(time.Second)
		g.must("a")
	})
}

func TestBulkheadOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", slow(time.Second/2, ok))
		g := newRig(t, rigging{policy: waybill.Policy{Concurrency: -1}}, a)
		var wg sync.WaitGroup
		for range 300 {
			wg.Go(func() { g.times(1) })
		}
		wg.Wait()
		g.tried(300)
	})
}

// A success that arrives late is returned.
func TestLateSuccessIsReturned(t *testing.T) {
	for _, kind := range []Kind{Read, Send, Replace} {
		synctest.Test(t, func(t *testing.T) { // after the attempt's time-out
			a := newFake("a", deaf(3*time.Second, ok))
			g := newRig(t, rigging{kind: kind}, a, newFake("b"))
			if g.must("a"); g.status("a").Successes != 1 {
				t.Fatal("not a success")
			}
		})
		synctest.Test(t, func(t *testing.T) { // after the caller's deadline
			a := newFake("a", deaf(3*time.Second, ok))
			g := newRig(t, rigging{kind: kind}, a, newFake("b"))
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if v, _, err := g.ask(ctx, nil); err != nil || v != "a" {
				t.Fatalf("%q, %v", v, err)
			}
		})
		synctest.Test(t, func(t *testing.T) { // after the caller left
			a := newFake("a", deaf(time.Second, ok))
			g := newRig(t, rigging{kind: kind}, a)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Millisecond, cancel)
			if v, _, err := g.ask(ctx, nil); err != nil || v != "a" {
				t.Fatalf("%q, %v", v, err)
			}
		})
	}
}

// An ambiguous send that went on by the caller's leave says so.
func TestPossibleDuplicate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{kind: Send}, newFake("a", fails(maybeSent), ok), newFake("b"))
		_, s, err := g.ask(t.Context(), &Select{AllowDuplicates: true})
		if err != nil || !s.PossibleDuplicate || s.Attempts != 2 {
			t.Fatalf("%+v, %v", s, err)
		}
		if s := g.must("a"); s.PossibleDuplicate {
			t.Fatal("one attempt cannot be a duplicate")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{kind: Send}, newFake("a", fails(down)), newFake("b"))
		if s := g.must("b"); s.PossibleDuplicate {
			t.Fatal("nothing was sent before")
		}
	})
}

// A request that cannot be rewound is not sent again; the verdict stays.
func TestRewind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		g := newRig(t, rigging{kind: Send}, newFake("a", fails(down)), newFake("b"))
		sel := &Select{Rewind: func() error { asked++; return errors.New("read already") }}
		g.mustFailWith(t.Context(), sel, waybill.Unavailable)
		if g.tried(1, 0); asked != 1 {
			t.Fatalf("asked %d times", asked)
		}
		sel.Rewind = func() error { asked++; return nil }
		if _, _, err := g.ask(t.Context(), sel); err != nil || asked != 3 {
			t.Fatalf("%v, asked %d times", err, asked)
		}
	})
}
