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

// single is a policy of one try per provider, so that one call is one sample.
var single = waybill.Policy{TriesPerProvider: -1}

// Knob: 5 consecutive failures eject, local ones (dial, DNS, TLS) after 3.
func TestConsecutiveFailuresEject(t *testing.T) {
	for name, c := range map[string]struct {
		err    *waybill.Error
		n      int
		reason string
	}{
		"unavailable": {maybeSent, 5, "consecutive"},
		"data loss":   {fault(waybill.DataLoss, 0, amb), 5, "consecutive"},
		"dial":        {refusal, 3, "local"},
		"dns":         {&waybill.Error{Code: waybill.Unavailable, Delivery: ns, VendorCode: waybill.CodeDNS}, 3, "local"},
		"tls":         {&waybill.Error{Code: waybill.Unavailable, Delivery: ns, VendorCode: waybill.CodeTLS}, 3, "local"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := newFake("a", fails(c.err)), newFake("b")
				g := newRig(t, rigging{policy: single}, a, b)
				g.times(c.n - 1)
				g.health("a", waybill.Healthy)
				g.times(1)
				g.health("a", waybill.Ejected)
				if len(g.ejects) != 1 || g.ejects[0].Reason != c.reason || g.ejects[0].For != 10*time.Second || g.ejects[0].Instance != "a" ||
					!g.ejects[0].Until.Equal(time.Now().Add(10*time.Second)) || g.ejects[0].Op != "ask" {
					t.Fatalf("ejections %+v", g.ejects)
				}
				g.times(10)
				g.tried(c.n, c.n+10)
			})
		})
	}
}

// A success between them starts the count again.
func TestSuccessResetsTheCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := fails(maybeSent)
		a := newFake("a", bad, bad, bad, bad, ok, bad, bad, bad, bad, ok)
		g := newRig(t, rigging{policy: single}, a, newFake("b"))
		g.times(10)
		g.health("a", waybill.Healthy)
	})
}

// Local failures count only in a row of their own kind.
func TestLocalFailuresInARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(refusal), fails(refusal), fails(maybeSent), fails(refusal), ok)
		g := newRig(t, rigging{policy: single}, a, newFake("b"))
		g.times(4)
		g.health("a", waybill.Healthy)
	})
}

// Neutral outcomes neither eject nor reset; a healthy answer is healthy.
func TestNeutralOutcomesDoNotCount(t *testing.T) {
	for name, c := range map[string]struct {
		err     *waybill.Error
		ejected bool
	}{
		"recipient":   {fault(waybill.Unregistered, waybill.ScopeRecipient, ns), true},
		"sender":      {fault(waybill.PermissionDenied, waybill.ScopeSender, ns), true},
		"unsupported": {fault(waybill.Unsupported, 0, ns), true},
		"invalid":     {fault(waybill.InvalidArgument, 0, ns), true},
		"limited":     {limited(0, 0), true},
		"not found":   {fault(waybill.NotFound, 0, ns), false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bad := fails(maybeSent)
				a := newFake("a", bad, bad, bad, bad, fails(c.err), bad)
				g := newRig(t, rigging{kind: Send, policy: single}, a, newFake("b"))
				g.times(6)
				if ejected := g.status("a").Health == waybill.Ejected; ejected != c.ejected {
					t.Fatalf("ejected is %v", ejected)
				}
			})
		})
	}
}

// Knob: failure share, 50 % of ≥ 20 in 30 s.
func TestFailureShare(t *testing.T) {
	mixed := func(n int, badShare float64) []step {
		var out []step
		acc := 0.0
		for range n {
			if acc += badShare; acc >= 1 {
				acc--
				out = append(out, fails(maybeSent))
			} else {
				out = append(out, ok)
			}
		}
		return append(out, ok)
	}
	for _, c := range []struct {
		name  string
		n     int
		share float64
		pause time.Duration // between calls
		want  bool
	}{
		{"half of twenty", 20, 0.5, 0, true},
		{"half of eighteen", 18, 0.5, 0, false},
		{"a third of sixty", 60, 1.0 / 3, 0, false},
		{"half of twenty within the window", 20, 0.5, time.Second, true},
		{"half of twenty, but spread over a minute", 40, 0.5, 3 * time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, rigging{policy: single}, newFake("a", mixed(c.n, c.share)...), newFake("b"))
				for range c.n {
					g.times(1)
					time.Sleep(c.pause)
				}
				ejected := len(g.ejects) > 0
				if ejected != c.want || (ejected && g.ejects[0].Reason != "share") {
					t.Fatalf("ejections %+v; want %v", g.ejects, c.want)
				}
			})
		})
	}
}

// Every way of ejecting can be switched off.
func TestEjectionOff(t *testing.T) {
	for name, p := range map[string]waybill.Policy{
		"altogether": {Ejection: -1},
		"each":       {ConsecutiveFailures: -1, LocalFailures: -1, FailureShare: -1},
		"no sample":  {ConsecutiveFailures: -1, LocalFailures: -1, FailureSample: -1},
		"no window":  {ConsecutiveFailures: -1, LocalFailures: -1, FailureWindow: -1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, rigging{policy: p}, newFake("a", fails(refusal)), newFake("b"))
				g.times(50)
				g.health("a", waybill.Healthy)
			})
		})
	}
}

// Knob: ejection 10 s × 2ⁿ, cap 300 s: every failed probe doubles it.
func TestEjectionDoubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(maybeSent))
		g := newRig(t, rigging{policy: single}, a, newFake("b"))
		g.times(5)
		for _, want := range []time.Duration{10, 20, 40, 80, 160, 300, 300} {
			want *= time.Second
			e := g.ejects[len(g.ejects)-1]
			if e.For != want {
				t.Fatalf("ejected for %v; want %v", e.For, want)
			}
			time.Sleep(want - time.Nanosecond)
			a.forget()
			g.times(1)
			g.tried(0)
			time.Sleep(time.Nanosecond)
			g.times(1)
			g.tried(1)
		}
	})
}

// Knob: ± 20 %, and never above the cap.
func TestEjectionJitter(t *testing.T) {
	for r, want := range map[float64]time.Duration{0: 8 * time.Second, 0.5: 10 * time.Second, 0.9999999999: 12 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, rigging{policy: single, rand: func() float64 { return r }}, newFake("a", fails(maybeSent)), newFake("b"))
			g.times(5)
			if d := g.ejects[0].For; (d - want).Abs() > time.Millisecond {
				t.Fatalf("ejected for %v; want %v", d, want)
			}
			for range 8 {
				time.Sleep(301 * time.Second)
				g.times(1)
			}
			if d := g.ejects[len(g.ejects)-1].For; d > 300*time.Second || d < 240*time.Second {
				t.Fatalf("ejected for %v; the cap is 300 s", d)
			}
		})
	}
}

// Knob: one step down per clean interval.
func TestEjectionStepsDown(t *testing.T) {
	for clean, want := range map[time.Duration]time.Duration{
		0:                40 * time.Second,
		11 * time.Second: 20 * time.Second,
		21 * time.Second: 10 * time.Second,
		time.Hour:        10 * time.Second,
	} {
		t.Run(clean.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newFake("a", fails(maybeSent))
				g := newRig(t, rigging{policy: single}, a, newFake("b"))
				g.times(5)
				time.Sleep(10 * time.Second)
				g.times(1) // failed probe: 20 s
				time.Sleep(20 * time.Second)
				a.will(ok)
				g.times(1) // recovered
				g.health("a", waybill.Healthy)
				if e := g.ejects[2]; !e.Recovered || e.For != 0 || !e.Until.IsZero() {
					t.Fatalf("ejections %+v", g.ejects)
				}
				time.Sleep(clean)
				a.will(fails(maybeSent))
				g.times(5)
				if d := g.ejects[3].For; d != want {
					t.Fatalf("after %v clean it was ejected for %v; want %v", clean, d, want)
				}
			})
		})
	}
}

// Knob: at most 50 % of the set, counted after ejecting.
// Regression: Envoy #27066 lost all hosts by counting before ejecting.
func TestEnvoy27066ShareIsCountedAfterEjecting(t *testing.T) {
	for n, want := range map[int]int{1: 0, 2: 1, 3: 1, 4: 2, 5: 2, 7: 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fakes := make([]*fake, n)
				for i := range fakes {
					fakes[i] = newFake(fmt.Sprintf("p%d", i), fails(maybeSent))
				}
				p := single
				p.Tries = 10
				g := newRig(t, rigging{policy: p}, fakes...)
				for range 30 {
					g.times(1)
					out := 0
					for _, s := range g.set.Status() {
						if s.Health == waybill.Ejected {
							out++
						}
					}
					if out > want {
						t.Fatalf("%d of %d are ejected; at most %d may be", out, n, want)
					}
				}
				if len(g.ejects) != want {
					t.Fatalf("%d ejections; want %d", len(g.ejects), want)
				}
			})
		})
	}
}

// The same in parallel: the bound holds however many fail at once.
func TestEnvoy27066InParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fakes []*fake
		for i := range 4 {
			fakes = append(fakes, newFake(fmt.Sprintf("p%d", i), slow(time.Millisecond, fails(maybeSent))))
		}
		g := newRig(t, rigging{policy: single}, fakes...)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { g.times(3) })
		}
		wg.Wait()
		if len(g.ejects) != 2 {
			t.Fatalf("%d of 4 were ejected; want 2", len(g.ejects))
		}
	})
}

// The share can be raised, but the last eligible provider of a lane stays.
func TestLastProviderIsNeverEjected(t *testing.T) {
	p := single
	p.EjectShare = 1
	off := single
	off.EjectShare = -1
	for _, p := range []waybill.Policy{p, off} {
		synctest.Test(t, func(t *testing.T) {
			g := newRig(t, rigging{policy: p}, newFake("a", fails(maybeSent)), newFake("b", fails(maybeSent)), newFake("c", fails(maybeSent)))
			g.times(30)
			if len(g.ejects) != 2 {
				t.Fatalf("%d were ejected; want 2 of 3", len(g.ejects))
			}
		})
	}
}

// Drained and idle ones are not eligible, so the one beside them stays.
func TestLastEligibleBesideDrainedAndIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, c := newFake("a", fails(maybeSent)), newFake("b"), newFake("c")
		g := newRig(t, rigging{policy: single}, a, b, c)
		if err := g.set.Drain("b"); err != nil {
			t.Fatal(err)
		}
		c.account.Idle("", time.Now().Add(time.Hour))
		g.times(20)
		g.health("a", waybill.Healthy)
		if err := g.set.Restore("b"); err != nil {
			t.Fatal(err)
		}
		g.times(1)
		g.health("a", waybill.Ejected)
	})
}

// Rule: a request's list all ejected is tried in order of recovery; these tries
// are no probes.
func TestAllEjectedInOrderOfRecovery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, c, d := newFake("a", fails(maybeSent)), newFake("b", fails(maybeSent)), newFake("c"), newFake("d")
		g := newRig(t, rigging{policy: single}, a, b, c, d)
		only := func(names ...string) *Select { return &Select{Eligible: among(names)} }
		try := func(n int, sel *Select) {
			for range n {
				_, _, _ = g.ask(t.Context(), sel)
			}
		}
		try(5, only("b"))
		time.Sleep(3 * time.Second)
		try(5, only("a"))
		g.health("a", waybill.Ejected)
		g.health("b", waybill.Ejected)
		e := g.mustFailWith(t.Context(), only("a", "b"), waybill.Unavailable)
		if l := waybill.Attempts(e); len(l) != 2 || l[0].Provider != "b" || l[1].Provider != "a" {
			t.Fatalf("attempts %+v; want b, which recovers first, then a", l)
		}
		for _, s := range g.starts[len(g.starts)-2:] {
			if s.Probe {
				t.Fatal("a try for want of others is no probe")
			}
		}
		// A success of such a try changes no state.
		a.will(ok)
		b.will(ok)
		try(3, only("a", "b"))
		g.health("a", waybill.Ejected)
		g.health("b", waybill.Ejected)
		if len(g.ejects) != 2 {
			t.Fatalf("ejections %+v", g.ejects)
		}
	})
}

// Ejected ones come after everybody else, before giving up.
func TestEjectedAreTheLastResort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", fails(maybeSent)), newFake("b")
		g := newRig(t, rigging{policy: single}, a, b)
		g.times(5)
		g.health("a", waybill.Ejected)
		a.will(ok)
		b.will(fails(fault(waybill.Unsupported, 0, ns)))
		g.must("a")
		g.health("a", waybill.Ejected)
	})
}

// among admits the named instances.
type among []string

func (a among) Eligible(instance string, _ waybill.Provider) *waybill.Error {
	for _, n := range a {
		if n == instance {
			return nil
		}
	}
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent, Message: "not among them"}
}

// ejected returns a rig whose provider a is ejected and may be probed now.
func ejected(t *testing.T, kind Kind) (*rig, *fake, *fake) {
	t.Helper()
	a, b := newFake("a", fails(maybeSent)), newFake("b")
	g := newRig(t, rigging{kind: kind, policy: single}, a, b)
	g.times(5)
	g.health("a", waybill.Ejected)
	time.Sleep(10 * time.Second)
	a.forget()
	b.forget()
	return g, a, b
}

// Rule: exactly one probe, by a live call that may still fail over.
func TestExactlyOneProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, a, b := ejected(t, Read)
		a.will(slow(500*time.Millisecond, fails(maybeSent)))
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { g.must("b") }) // the probing call fails over
		}
		synctest.Wait()
		if a.tries() != 1 {
			t.Fatalf("%d probes", a.tries())
		}
		g.health("a", waybill.Probing)
		wg.Wait()
		if b.tries() != 20 {
			t.Fatalf("b served %d", b.tries())
		}
		g.health("a", waybill.Ejected)
		if d := g.ejects[1].For; d != 20*time.Second {
			t.Fatalf("ejected again for %v", d)
		}
		probes := 0
		for _, s := range g.starts {
			if s.Probe {
				probes++
			}
		}
		if probes != 1 {
			t.Fatalf("hooks saw %d probes", probes)
		}
	})
}

// A good probe brings the provider back.
func TestGoodProbeRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, a, _ := ejected(t, Read)
		a.will(ok)
		g.must("a")
		g.health("a", waybill.Healthy)
		if e := g.ejects[len(g.ejects)-1]; !e.Recovered || e.Instance != "a" {
			t.Fatalf("event %+v", e)
		}
		g.times(3)
		g.tried(4, 0)
	})
}

// An honest empty answer is a good probe.
func TestNotFoundProbeRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, a, _ := ejected(t, Read)
		a.will(fails(fault(waybill.NotFound, waybill.ScopeRequest, ns)))
		g.mustFail(waybill.NotFound)
		g.health("a", waybill.Healthy)
	})
}

// Rule: neutral outcomes give the slot back; the next call probes.
// Regression: resilience4j #544 got stuck half-open on ignored exceptions.
func TestResilience4j544NeutralProbeGivesTheSlotBack(t *testing.T) {
	for name, s := range map[string]step{
		"unsupported": fails(fault(waybill.Unsupported, 0, ns)),
		"recipient":   fails(fault(waybill.Unregistered, waybill.ScopeRecipient, ns)),
		"sender":      fails(fault(waybill.PermissionDenied, waybill.ScopeSender, ns)),
		"invalid":     fails(fault(waybill.InvalidArgument, 0, ns)),
		"limited":     fails(limited(0, 0)),
		"sent":        fails(fault(waybill.Unknown, 0, waybill.Sent)),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, a, _ := ejected(t, Send)
				a.will(s)
				for range 5 {
					g.times(1)
				}
				if a.tries() != 5 {
					t.Fatalf("probed %d times; want by every call", a.tries())
				}
				g.health("a", waybill.Ejected)
				a.will(ok)
				g.must("a")
				g.health("a", waybill.Healthy)
			})
		})
	}
}

// The same for the caller's own end, and for a panic, which goes on.
func TestResilience4j544CallersEndAndPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, a, _ := ejected(t, Read)
		a.will(hangs)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		g.mustFailWith(ctx, nil, waybill.Canceled)
		g.quiet()
		a.will(panics)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			g.times(1)
		}()
		g.quiet()
		a.will(ok)
		g.must("a")
		g.health("a", waybill.Healthy)
	})
}

// A probe whose account does not admit it gives the slot back too.
func TestProbeGivesTheSlotBackWithoutAdmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, a, _ := ejected(t, Read)
		a.account.Idle("test.other", time.Now().Add(time.Hour)) // another service: no matter
		a.will(ok)
		g.set.members[0].inUse.Store(1 << 20) // full
		g.must("b")
		g.set.members[0].inUse.Store(0)
		g.must("a")
	})
}

// Rule: generations. A result of a call begun before the last change is ignored.
func TestGenerations(t *testing.T) {
	late := func(result step) step { return deaf(900*time.Millisecond, result) }
	t.Run("a late success does not recover", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a := newFake("a", late(ok), fails(maybeSent))
			g := newRig(t, rigging{policy: single}, a, newFake("b"))
			go g.times(1)
			synctest.Wait()
			g.times(5)
			g.health("a", waybill.Ejected)
			time.Sleep(time.Second)
			g.health("a", waybill.Ejected)
		})
	})
	t.Run("late failures do not eject one that recovered", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := late(fails(maybeSent))
			a := newFake("a", s, s, s, s, s, fails(maybeSent))
			p := single
			p.AttemptTimeout = time.Minute
			g := newRig(t, rigging{policy: p}, a, newFake("b"))
			for range 5 {
				go g.times(1)
			}
			synctest.Wait()
			g.times(5)
			g.health("a", waybill.Ejected)
			if err := g.set.Restore("a"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			g.health("a", waybill.Healthy)
			if n := g.status("a").Failures; n != 10 {
				t.Fatalf("%d failures are counted; want all 10", n)
			}
		})
	})
	t.Run("a late probe does not disturb a restored one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g, a, _ := ejected(t, Read)
			a.will(slow(900*time.Millisecond, fails(maybeSent)))
			go g.times(1)
			synctest.Wait()
			g.health("a", waybill.Probing)
			_ = g.set.Restore("a")
			time.Sleep(time.Second)
			g.health("a", waybill.Healthy)
		})
	})
}

// Health is per instance and verb.
func TestHealthPerVerb(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{policy: single}, newFake("a", fails(maybeSent)), newFake("b"))
		other := NewLane[asker](g.set, "other", Read, waybill.Policy{}, single)
		g.times(5)
		for _, s := range g.set.Status() {
			if want := s.Instance == "a" && s.Op == "ask"; (s.Health == waybill.Ejected) != want {
				t.Fatalf("status %+v", s)
			}
		}
		if got := other.Explain(nil); got[0].Instance != "a" || got[0].Order != 1 || got[0].Reason != "" {
			t.Fatalf("the other verb: %+v", got)
		}
	})
}

// State changes lazily: nothing happens without a call.
func TestNoBackgroundWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _, _ := ejected(t, Read)
		time.Sleep(24 * time.Hour)
		g.health("a", waybill.Ejected)
		if got := g.lane.Explain(nil); got[0].Instance != "a" || got[0].Reason == "" {
			t.Fatalf("Explain %+v", got)
		}
	})
}

// Drain and restore by hand.
func TestDrainAndRestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{}, newFake("a"), newFake("b"))
		if g.set.Drain("x") == nil || g.set.Restore("x") == nil {
			t.Fatal("an unknown instance must be an error")
		}
		_ = g.set.Drain("a")
		g.must("b")
		g.health("a", waybill.Drained)
		_ = g.set.Drain("b")
		if e := g.mustFail(waybill.Unavailable); e.Delivery != ns || len(waybill.Attempts(e)) != 0 {
			t.Fatalf("verdict %v", e)
		}
		_ = g.set.Restore("a")
		g.must("a")
	})
}

// Restore ends whatever keeps a provider out.
func TestRestoreEndsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", fails(badCred), ok)
		g := newRig(t, rigging{}, a, newFake("b"))
		g.times(1)
		g.health("a", waybill.Idling)
		_ = g.set.Restore("a")
		g.must("a")
		a.will(fails(limited(waybill.ScopeProvider, time.Hour)), ok)
		g.times(1)
		g.health("a", waybill.Idling)
		_ = g.set.Restore("a")
		g.must("a")
	})
}

// The window forgets bucket by bucket.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w window
		const length = 30 * time.Second
		for i := range 30 {
			w.add(time.Now(), length, i%2 == 0)
			time.Sleep(time.Second)
		}
		good, bad := w.sum()
		if good+bad < 27 || good+bad > 30 {
			t.Fatalf("%d good, %d bad", good, bad)
		}
		time.Sleep(15 * time.Second)
		w.add(time.Now(), length, true)
		if good, bad = w.sum(); good+bad < 12 || good+bad > 17 {
			t.Fatalf("after a pause %d good, %d bad", good, bad)
		}
		time.Sleep(time.Hour)
		w.add(time.Now(), length, false)
		if good, bad = w.sum(); good != 0 || bad != 1 {
			t.Fatalf("after an hour %d good, %d bad", good, bad)
		}
		w.add(time.Now().Add(-time.Minute), length, false) // a clock that goes back
		if _, bad = w.sum(); bad != 2 {
			t.Fatalf("%d bad", bad)
		}
		w.add(time.Now(), 0, true)
	})
}

func TestDoubledNeverOverflows(t *testing.T) {
	for n := range 100 {
		for _, d := range []time.Duration{0, 1, time.Second, time.Hour, 1 << 62} {
			if got := doubled(d, n); got < d && d < 1<<61 || got < 0 {
				t.Fatalf("doubled(%v, %d) = %v", d, n, got)
			}
		}
	}
}
