package failover

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// outcomeOf makes a step of one byte of a script.
func outcomeOf(b byte, sent *atomic.Int64) (step, waybill.Delivery) {
	codes := []waybill.Code{waybill.Unknown, waybill.InvalidArgument, waybill.Unauthenticated, waybill.PermissionDenied,
		waybill.NotFound, waybill.RateLimited, waybill.QuotaExhausted, waybill.Unregistered, waybill.Unsupported,
		waybill.Unavailable, waybill.Unavailable, waybill.Internal, waybill.DataLoss, waybill.DeadlineExceeded, waybill.Canceled}
	if b < 60 {
		return func(context.Context, string) (string, error) { sent.Add(1); return "", nil }, waybill.Sent
	}
	b -= 60
	e := &waybill.Error{Code: codes[int(b)%len(codes)], Delivery: waybill.Delivery(b / 15 % 3), Scope: waybill.Scope(b % 7), VendorCode: "x"}
	switch b % 11 {
	case 3:
		e.RetryAfter = time.Duration(b) * 20 * time.Millisecond
	case 5:
		e.VendorCode = waybill.CodeDial
	case 7:
		e.VendorCode = waybill.CodeRefusedStream
	}
	return func(context.Context, string) (string, error) {
		if e.Delivery == waybill.Sent {
			sent.Add(1)
		}
		return "", e
	}, e.Delivery
}

// checkScript drives one script and asserts what must hold of any.
func checkScript(t *testing.T, script []byte, kind Kind, providers int, duplicates bool) {
	t.Helper()
	var sent atomic.Int64
	var fakes []*fake
	var history []waybill.Delivery // of the present call
	at := 0
	for i := range providers {
		f := newFake(fmt.Sprintf("p%d", i))
		f.script = []step{func(ctx context.Context, q string) (string, error) {
			if kind == Send && !duplicates {
				for _, d := range history {
					if d != waybill.NotSent {
						t.Fatalf("asked again after %v: %v", d, history)
					}
				}
			}
			for _, d := range history {
				if d == waybill.Sent {
					t.Fatalf("asked again after a success: %v", history)
				}
			}
			b := byte(0)
			if at < len(script) {
				b = script[at]
				at++
			}
			s, d := outcomeOf(b, &sent)
			history = append(history, d)
			return s(ctx, q)
		}}
		fakes = append(fakes, f)
	}
	g := newRig(t, rigging{kind: kind, policy: waybill.Policy{NextOnNotFound: waybill.Yes}}, fakes...)
	for n := 0; at < len(script) && n < 200; n++ {
		history = history[:0]
		before := sent.Load()
		ctx, rec := waybill.WithRecorder(t.Context())
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		_, served, err := g.ask(ctx, &Select{AllowDuplicates: duplicates, Sender: "s"})
		cancel()
		made := len(history)
		if made > 5+providers { // a refused stream's replay is free, once per provider
			t.Fatalf("%d tries", made)
		}
		if got := len(rec.Attempts()); got != made {
			t.Fatalf("%d attempts recorded of %d", got, made)
		}
		happened := sent.Load() > before
		switch e := waybill.AsError(err); {
		case e == nil:
			if !happened || served.Attempts != made || served.Provider == "" {
				t.Fatalf("success %+v after %v", served, history)
			}
		default:
			if happened && e.Delivery != waybill.Sent {
				t.Fatalf("a success was lost: %v after %v", e, history)
			}
			if len(waybill.Attempts(e)) != made {
				t.Fatalf("%d attempts listed of %d", len(waybill.Attempts(e)), made)
			}
			for _, d := range history {
				if d == waybill.Ambiguous && e.Delivery == waybill.NotSent {
					t.Fatalf("an ambiguous attempt is hidden: %v", e)
				}
			}
			if made == 0 && (e.Delivery != waybill.NotSent || e.RetryAfter <= 0) {
				t.Fatalf("nobody was asked: %v, wait %v", e, e.RetryAfter)
			}
			if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
				t.Fatalf("the caller did not leave: %v", err)
			}
			if e.RetryAfter < 0 || e.Provider == "" || e.Op == "" {
				t.Fatalf("verdict %+v", *e)
			}
		}
		out := 0
		for _, s := range g.set.Status() {
			if s.Health == waybill.Ejected {
				out++
			}
		}
		if out*2 > providers {
			t.Fatalf("%d of %d are ejected", out, providers)
		}
		if kind == Send && !duplicates && served.PossibleDuplicate {
			t.Fatal("a duplicate without leave")
		}
		if n := g.set.tokens.spent.Load(); n < 0 || n > 100 {
			t.Fatalf("%d tenths of the budget are spent", n)
		}
		g.quiet()
		time.Sleep(time.Duration(n%7) * time.Second)
	}
}

// Random scripts of outcomes over one to four providers.
func TestRandomScripts(t *testing.T) {
	rounds := 1500
	if testing.Short() {
		rounds = 200
	}
	r := rand.New(rand.NewPCG(7, 11))
	for i := range rounds {
		script := make([]byte, 1+r.IntN(120))
		for j := range script {
			script[j] = byte(r.IntN(256))
		}
		synctest.Test(t, func(t *testing.T) {
			checkScript(t, script, Kind(i%3), 1+i%4, i%5 == 0)
		})
		if t.Failed() {
			t.Fatalf("script %d: %v", i, script)
		}
	}
}

func FuzzScripts(f *testing.F) {
	f.Add([]byte{0, 255, 100, 61, 62, 75, 90, 105}, uint8(1), uint8(2), false)
	f.Add([]byte{70, 70, 70, 70, 70, 70, 70}, uint8(0), uint8(3), true)
	f.Add([]byte{69, 84, 99, 114, 129, 144}, uint8(2), uint8(4), false)
	f.Fuzz(func(t *testing.T, script []byte, kind, providers uint8, duplicates bool) {
		if len(script) > 500 {
			script = script[:500]
		}
		synctest.Test(t, func(t *testing.T) {
			checkScript(t, script, Kind(kind%3), 1+int(providers%4), duplicates)
		})
	})
}

// The classification holds for every error there can be: a send that may have
// happened never goes on by itself, Sent never does, and a class that stops
// wants nothing else.
func TestEveryErrorThereCanBe(t *testing.T) {
	for c := waybill.Code(0); c < 25; c++ {
		for s := waybill.Scope(0); s < 9; s++ {
			for d := waybill.Delivery(0); d < 4; d++ {
				for kind := Read; kind <= Replace; kind++ {
					for _, dup := range []bool{false, true} {
						for _, vendor := range []string{"", "x", waybill.CodeDial, waybill.CodeRefusedStream} {
							e := &waybill.Error{Code: c, Scope: s, Delivery: d, VendorCode: vendor, RetryAfter: time.Second}
							k := classify(e, rules{kind: kind, duplicates: dup, notFound: true})
							switch {
							case d == waybill.Sent && !k.stops():
								t.Errorf("%v goes on after Sent", c)
							case kind == Send && d == waybill.Ambiguous && (k.again || k.replay || k.next && !dup):
								t.Errorf("an ambiguous send of %v goes on", c)
							case k.replay && !k.again, k.replay && d != waybill.NotSent:
								t.Errorf("%v is replayed", c)
							case k.effect == failed && (s == waybill.ScopeRecipient || s == waybill.ScopeSender):
								t.Errorf("%v of one recipient or sender is the provider's failure", c)
							}
						}
					}
				}
			}
		}
	}
}

// 100 goroutines, all kinds of outcomes, drain, restore and Status beside them.
func TestRace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fakes []*fake
		for i := range 4 {
			r := rand.New(rand.NewPCG(uint64(i), 3))
			var mu sync.Mutex
			var sent atomic.Int64
			fakes = append(fakes, newFake(fmt.Sprintf("p%d", i), func(ctx context.Context, q string) (string, error) {
				mu.Lock()
				b, d := byte(r.IntN(256)), time.Duration(r.IntN(300))*time.Millisecond
				mu.Unlock()
				s, _ := outcomeOf(b, &sent)
				return slow(d, s)(ctx, q)
			}))
		}
		p := waybill.Policy{Hedge: 50 * time.Millisecond, HedgeShare: 0.5}
		g := newRig(t, rigging{policy: p, uses: []waybill.Use{{Weight: 1}, {Weight: 1}, {Weight: 2}, {Concurrency: 30}}, rand: rand.Float64}, fakes...)
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				for n := range 20 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+i%9)*300*time.Millisecond)
					_, _, _ = g.ask(ctx, &Select{Key: fmt.Sprint(i), Sender: "s"})
					cancel()
					if i == n {
						_ = g.set.Drain("p1")
						g.lane.Explain(nil)
						_ = g.set.Restore("p1")
					}
				}
			})
		}
		wg.Wait()
		if err := g.set.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		g.quiet()
	})
}

// No goroutine outlives the calls: the bubble would not end.
func TestNoGoroutineIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, rigging{}, newFake("a", hangs), newFake("b", slow(200*time.Millisecond, ok)))
		for range 20 {
			g.times(1)
		}
		g.quiet()
	})
}

// The success path makes at most eight allocations, with two providers, a
// cancellable parent and one set of hooks.
func TestAllocations(t *testing.T) {
	hooks := &waybill.Hooks{
		StartCall: func(ctx context.Context, _ waybill.Call) (context.Context, func(waybill.CallEnd)) {
			return ctx, func(waybill.CallEnd) {}
		},
		StartAttempt: func(ctx context.Context, _ waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
			return ctx, func(waybill.AttemptEnd) {}
		},
	}
	for name, s := range map[string]asker{"quick": plain{}, "asks for Done": plain{wait: true}} {
		for kind, verb := range map[Kind]string{Read: "read", Send: "send"} {
			t.Run(name+" "+verb, func(t *testing.T) {
				set, err := NewSet(Config{Domain: "test", Hooks: hooks}, []Member{
					{Provider: s.(waybill.Provider), Use: waybill.Use{Instance: "a"}}, {Provider: s.(waybill.Provider), Use: waybill.Use{Instance: "b"}}})
				if err != nil {
					t.Fatal(err)
				}
				l := NewLane[asker](set, "ask", kind, waybill.Policy{AttemptTimeout: time.Second}, waybill.Policy{})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				n := testing.AllocsPerRun(200, func() {
					if _, _, err := One(ctx, l, &Select{Key: "k", Ref: "r"}, "q", asker.Ask); err != nil {
						t.Fatal(err)
					}
				})
				if n > 8 {
					t.Errorf("%v allocations", n)
				}
			})
		}
	}
}

// plain is a provider without bookkeeping.
type plain struct{ wait bool }

func (plain) Name() string { return "plain" }

func (p plain) Ask(ctx context.Context, _ string) (string, error) {
	if p.wait {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		default:
		}
	}
	return "v", nil
}
