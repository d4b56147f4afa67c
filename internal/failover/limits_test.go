package failover

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// pair is two sets that share an account, as two domains at one vendor do.
func pair(t *testing.T, a *fake) (*rig, *rig, *Lane[asker]) {
	t.Helper()
	a.account = waybill.NewAccount("shared", waybill.Limits{})
	b := newFake("b")
	b.account = a.account
	one := newRig(t, rigging{domain: "one"}, a)
	two := newRig(t, rigging{domain: "two"}, b)
	other := NewLane[asker](one.set, "other", Read, waybill.Policy{}, waybill.Policy{})
	return one, two, other
}

// Rule: RateLimited and QuotaExhausted idle exactly the scope named.
func TestIdlesExactlyTheScopeNamed(t *testing.T) {
	for _, c := range []struct {
		scope                  waybill.Scope
		ask, other, elsewhere  bool // who is idle
		account, service, name string
	}{
		{scope: waybill.ScopeUnknown, ask: true, account: "shared", service: "one.ask"},
		{scope: waybill.ScopeService, ask: true, account: "shared", service: "one.ask"},
		{scope: waybill.ScopeAccount, ask: true, other: true, elsewhere: true, account: "shared"},
		{scope: waybill.ScopeProvider, ask: true, other: true},
		{scope: waybill.ScopeRequest},
	} {
		for _, code := range []waybill.Code{waybill.RateLimited, waybill.QuotaExhausted} {
			t.Run(fmt.Sprint(code, c.scope), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					e := &waybill.Error{Code: code, Scope: c.scope, Delivery: ns, RetryAfter: 20 * time.Minute}
					a := newFake("a", fails(e), ok)
					one, two, other := pair(t, a)
					one.mustFail(code)
					idle := func(what string, err error, want bool) {
						t.Helper()
						if got := err != nil; got != want {
							t.Errorf("%s is idle: %v; want %v", what, got, want)
						}
						if want && (waybill.RetryAfterOf(err) != 20*time.Minute || waybill.CodeOf(err) != code && waybill.CodeOf(err) != waybill.RateLimited) {
							t.Errorf("%s: %v with a wait of %v", what, err, waybill.RetryAfterOf(err))
						}
					}
					_, _, err := one.ask(t.Context(), nil)
					idle("the verb", err, c.ask)
					_, _, err = One(t.Context(), other, nil, "q", asker.Ask)
					idle("the other verb", err, c.other)
					_, _, err = two.ask(t.Context(), nil)
					idle("the other domain", err, c.elsewhere)
					if c.ask != (len(one.idles) == 1) {
						t.Fatalf("events %+v", one.idles)
					}
					if c.ask {
						i := one.idles[0]
						if i.Account != c.account || i.Service != c.service || i.Code != code || i.Instance != "a" || !i.Until.Equal(time.Now().Add(20*time.Minute)) {
							t.Fatalf("event %+v", i)
						}
					}
					time.Sleep(20 * time.Minute)
					one.must("a")
					two.must("b")
				})
			})
		}
	}
}

// Rule: idle is the vendor's word and is obeyed even by the last provider: the
// call returns RetryAfter at once.
func TestIdleIsObeyedByTheLastProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(limited(waybill.ScopeService, 30*time.Second)), ok)
		g := newRig(t, rigging{}, a)
		g.times(1)
		time.Sleep(12 * time.Second)
		start := time.Now()
		e := g.mustFail(waybill.RateLimited)
		if e.RetryAfter != 18*time.Second || e.Delivery != ns || time.Since(start) != 0 || !waybill.Retryable(e) {
			t.Fatalf("verdict %v, wait %v", e, e.RetryAfter)
		}
		g.tried(1)
		time.Sleep(18 * time.Second)
		g.must("a")
	})
}

// Rule: a day quota idles to the vendor's own midnight, which the adapter names.
func TestDayQuotaUntilMidnight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zone := time.FixedZone("UTC+8", 8*3600)
		midnight := waybill.Midnight(time.Now(), zone)
		e := &waybill.Error{Code: waybill.QuotaExhausted, Scope: waybill.ScopeService, Delivery: ns, RetryAfter: time.Until(midnight)}
		a := newFake("a", fails(e), ok)
		g := newRig(t, rigging{}, a, newFake("b"))
		g.must("b")
		time.Sleep(time.Until(midnight) - time.Second)
		g.must("b")
		g.tried(1, 2)
		time.Sleep(time.Second)
		g.must("a")
	})
}

// A quota without a wait rests for the cool-down, and its verdict stays a quota.
func TestQuotaWithoutAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &waybill.Error{Code: waybill.QuotaExhausted, Scope: waybill.ScopeAccount, Delivery: ns}
		g := newRig(t, rigging{kind: Send}, newFake("a", fails(e), ok))
		g.mustFail(waybill.QuotaExhausted)
		if e := g.mustFail(waybill.QuotaExhausted); e.RetryAfter != 2*time.Minute {
			t.Fatalf("wait %v", e.RetryAfter)
		}
		time.Sleep(2 * time.Minute)
		g.must("a")
	})
}

// A refused credential cools the account for minutes; the verdict meanwhile
// says so.
func TestRefusedCredentialCools(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(badCred), ok)
		one, two, _ := pair(t, a)
		one.mustFail(waybill.Unauthenticated)
		e := one.mustFail(waybill.Unauthenticated)
		if e.RetryAfter != 2*time.Minute || e.Delivery != ns {
			t.Fatalf("verdict %v, wait %v", e, e.RetryAfter)
		}
		two.mustFail(waybill.Unauthenticated) // the other client of the account hears why
		time.Sleep(2 * time.Minute)
		one.must("a")
		two.must("b")
	})
}

func TestCoolDownOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := waybill.Policy{CoolDown: -1, SenderCoolDown: -1}
		a := newFake("a", fails(badCred))
		g := newRig(t, rigging{policy: p}, a, newFake("b"))
		g.times(3)
		g.tried(3, 3)
		a.will(fails(fault(waybill.PermissionDenied, waybill.ScopeSender, ns)))
		for range 2 {
			_, _, _ = g.ask(t.Context(), &Select{Sender: "s"})
		}
		g.tried(5, 5)
	})
}

// A permission refused for one service cools that alone.
func TestPermissionOfAService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, two, other := pair(t, newFake("a", fails(fault(waybill.PermissionDenied, waybill.ScopeService, ns)), ok))
		one.mustFail(waybill.PermissionDenied)
		one.mustFail(waybill.PermissionDenied)
		two.must("b")
		if _, _, err := One(t.Context(), other, nil, "q", asker.Ask); err != nil {
			t.Fatal(err)
		}
	})
}

// The account's own limits: a refused admission is no attempt, and goes on.
func TestAccountLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a")
		a.account = waybill.NewAccount("a", waybill.Limits{QPS: 2, Burst: 1})
		g := newRig(t, rigging{}, a, newFake("b"))
		g.must("a")
		if s := g.must("b"); s.Attempts != 1 {
			t.Fatalf("%d attempts", s.Attempts)
		}
		time.Sleep(500 * time.Millisecond)
		g.must("a")
		_ = g.set.Drain("b")
		e := g.mustFail(waybill.RateLimited)
		if e.RetryAfter != 500*time.Millisecond || e.Delivery != ns || len(waybill.Attempts(e)) != 0 {
			t.Fatalf("verdict %v, wait %v", e, e.RetryAfter)
		}
		g.quiet()
	})
}

func TestAccountConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", slow(time.Second/2, ok))
		a.account = waybill.NewAccount("a", waybill.Limits{Concurrency: 2})
		g := newRig(t, rigging{}, a, newFake("b"))
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() { g.times(1) })
		}
		wg.Wait()
		g.tried(2, 4)
		g.times(2)
		g.tried(4, 4)
	})
}

// A panic gives the account's place back too.
func TestAccountConcurrencyAfterAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", panics, ok)
		a.account = waybill.NewAccount("a", waybill.Limits{Concurrency: 1})
		g := newRig(t, rigging{}, a)
		func() {
			defer func() { _ = recover() }()
			g.times(1)
		}()
		g.must("a")
		g.must("a")
	})
}

// An account that becomes idle during the call is not asked.
func TestIdleDuringTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFake("b")
		a := newFake("a", func(context.Context, string) (string, error) {
			b.account.Idle("", time.Now().Add(time.Minute))
			return "", fault(waybill.Unsupported, 0, ns)
		})
		g := newRig(t, rigging{}, a, b)
		if e := g.mustFail(waybill.RateLimited); e.RetryAfter != time.Minute {
			t.Fatalf("wait %v", e.RetryAfter)
		}
		g.tried(1, 0)
	})
}

// A vendor's word that arrives as the caller leaves is obeyed all the same.
func TestIdleLearntFromACancelledCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", deaf(time.Second/2, fails(limited(waybill.ScopeAccount, time.Minute))))
		g := newRig(t, rigging{}, a)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		g.mustFailWith(ctx, nil, waybill.RateLimited)
		g.health("a", waybill.Idling)
	})
}

// Old refusals of senders are forgotten.
func TestSendersAreForgotten(t *testing.T) {
	var m limits
	now := time.Unix(0, 0)
	for i := range 100 {
		m.refuse(fmt.Sprint(i), now.Add(time.Duration(i)*time.Second), now.Add(time.Duration(i+10)*time.Second))
	}
	if n := len(m.senders); n > 11 {
		t.Fatalf("%d senders are kept", n)
	}
	if m.refused("", now) != 0 || m.refused("99", now.Add(100*time.Second)) != 9*time.Second {
		t.Fatal("the wait is wrong")
	}
}

// Status shows who waits, and until when.
func TestStatusOfIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{}, newFake("a", fails(limited(waybill.ScopeProvider, time.Minute))), newFake("b"))
		g.times(1)
		s := g.status("a")
		if s.Health != waybill.Idling || !s.Until.Equal(time.Now().Add(time.Minute)) || s.Op != "ask" || s.Provider != "a" {
			t.Fatalf("status %+v", s)
		}
	})
}
