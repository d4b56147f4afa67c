package bench

import (
	"context"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"github.com/failsafe-go/failsafe-go/timeout"
	"github.com/sony/gobreaker/v2"
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// The work of every benchmark is one call that answers at once, with a
// cancellable parent. The engine has two providers, their health, their
// accounts, a per-attempt time-out and one set of hooks; failsafe-go a retry
// policy around a breaker around a time-out; gobreaker, which knows neither
// retries nor time-outs, its breaker alone.

type request struct{ query string }
type reply struct{ n int }

type asker interface {
	Ask(ctx context.Context, r request) (reply, error)
}

// quick answers without looking at its context; waiting also asks for Done, as
// an adapter that goes to the network does.
type quick struct{ name string }

func (q quick) Name() string { return q.name }
func (q quick) Ask(context.Context, request) (reply, error) {
	return reply{1}, nil
}

type waiting struct{ name string }

func (w waiting) Name() string { return w.name }
func (w waiting) Ask(ctx context.Context, _ request) (reply, error) {
	select {
	case <-ctx.Done():
		return reply{}, ctx.Err()
	default:
		return reply{1}, nil
	}
}

func hooks(n *atomic.Int64) *waybill.Hooks {
	endCall, endAttempt := func(waybill.CallEnd) { n.Add(1) }, func(waybill.AttemptEnd) { n.Add(1) }
	return &waybill.Hooks{
		StartCall: func(ctx context.Context, _ waybill.Call) (context.Context, func(waybill.CallEnd)) {
			return ctx, endCall
		},
		StartAttempt: func(ctx context.Context, _ waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) {
			return ctx, endAttempt
		},
	}
}

func lane(tb testing.TB, kind failover.Kind, a, b waybill.Provider) *failover.Lane[asker] {
	tb.Helper()
	set, err := failover.NewSet(failover.Config{Domain: "bench", Hooks: hooks(new(atomic.Int64))}, []failover.Member{{Provider: a}, {Provider: b}})
	if err != nil {
		tb.Fatal(err)
	}
	return failover.NewLane[asker](set, "ask", kind, waybill.Policy{AttemptTimeout: time.Second}, waybill.Policy{})
}

func ours(b *testing.B, kind failover.Kind, first, second waybill.Provider) {
	l := lane(b, kind, first, second)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		r, _, err := failover.One(ctx, l, &failover.Select{Key: "order-7"}, request{"q"}, asker.Ask)
		if err != nil || r.n != 1 {
			b.Fatal(err)
		}
	}
}

func theirs(b *testing.B, p asker) {
	retry := retrypolicy.NewBuilder[reply]().WithMaxRetries(1).WithBackoff(100*time.Millisecond, time.Second).Build()
	breaker := circuitbreaker.NewBuilder[reply]().WithFailureThreshold(5).WithDelay(10 * time.Second).Build()
	limit := timeout.New[reply](time.Second)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	executor := failsafe.With(retry, breaker, limit).WithContext(ctx)
	b.ReportAllocs()
	for b.Loop() {
		r, err := executor.GetWithExecution(func(e failsafe.Execution[reply]) (reply, error) {
			return p.Ask(e.Context(), request{"q"})
		})
		if err != nil || r.n != 1 {
			b.Fatal(err)
		}
	}
}

func BenchmarkSuccessEngine(b *testing.B)     { ours(b, failover.Read, quick{"a"}, quick{"b"}) }
func BenchmarkSuccessEngineSend(b *testing.B) { ours(b, failover.Send, quick{"a"}, quick{"b"}) }
func BenchmarkSuccessFailsafe(b *testing.B)   { theirs(b, quick{"a"}) }

func BenchmarkSuccessGobreaker(b *testing.B) {
	cb := gobreaker.NewCircuitBreaker[reply](gobreaker.Settings{Name: "a"})
	p := asker(quick{"a"})
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		r, err := cb.Execute(func() (reply, error) { return p.Ask(ctx, request{"q"}) })
		if err != nil || r.n != 1 {
			b.Fatal(err)
		}
	}
}

// With an adapter that watches its context the engine makes the time-out too.
func BenchmarkWaitingEngine(b *testing.B)   { ours(b, failover.Read, waiting{"a"}, waiting{"b"}) }
func BenchmarkWaitingFailsafe(b *testing.B) { theirs(b, waiting{"a"}) }

func BenchmarkParallelEngine(b *testing.B) {
	l := lane(b, failover.Read, quick{"a"}, quick{"b"})
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, _, err := failover.One(ctx, l, &failover.Select{Key: "order-7"}, request{"q"}, asker.Ask); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// down refuses every call; the second provider serves.
type down struct{ name string }

func (d down) Name() string { return d.name }
func (d down) Ask(context.Context, request) (reply, error) {
	return reply{}, &waybill.Error{Code: waybill.Unsupported, Delivery: waybill.NotSent, Message: "not here"}
}

func BenchmarkFailoverEngine(b *testing.B) { ours(b, failover.Read, down{"a"}, quick{"b"}) }

// TestSuccessPathBar holds the engine to eight allocations, and logs its time
// beside failsafe-go's: rounds of the two are interleaved, and the best of each
// counts. Half of failsafe-go's time is the bar of the quick adapter; it is
// asserted only when WAYBILL_BENCH_BARS is set, on a machine that has nothing
// else to do. What a waiting adapter adds is the standard library's own price for
// a context with a deadline, and is logged.
func TestSuccessPathBar(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement")
	}
	rounds := 1
	if os.Getenv("WAYBILL_BENCH_BARS") != "" {
		rounds = 5
	}
	for _, c := range []struct {
		name         string
		engine, peer func(*testing.B)
		bar          float64
	}{
		{"quick", BenchmarkSuccessEngine, BenchmarkSuccessFailsafe, 0.5},
		{"waiting", BenchmarkWaitingEngine, BenchmarkWaitingFailsafe, 0},
	} {
		var engine, peer testing.BenchmarkResult
		for range rounds {
			for _, side := range []struct {
				best *testing.BenchmarkResult
				run  func(*testing.B)
			}{{&engine, c.engine}, {&peer, c.peer}} {
				if r := testing.Benchmark(side.run); side.best.N == 0 || r.NsPerOp() < side.best.NsPerOp() {
					*side.best = r
				}
			}
		}
		if engine.N == 0 || peer.N == 0 {
			t.Fatalf("%s: a benchmark did not run", c.name)
		}
		ratio := float64(engine.NsPerOp()) / float64(peer.NsPerOp())
		t.Logf("%s: engine %v, %v; failsafe-go %v, %v; ratio %.2f", c.name, engine, engine.MemString(), peer, peer.MemString(), ratio)
		if n := engine.AllocsPerOp(); n > 8 {
			t.Errorf("%s: the engine makes %d allocations, more than 8", c.name, n)
		}
		if rounds > 1 && c.bar > 0 && ratio > c.bar {
			t.Errorf("%s: the engine takes %.2f of failsafe-go's time, more than %.2f", c.name, ratio, c.bar)
		}
	}
}
