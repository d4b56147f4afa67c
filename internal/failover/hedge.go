package failover

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
)

const (
	leastHedge = 50 * time.Millisecond
	samples    = 64
	// mostSaved bounds the hedges that quick calls save up for slow ones: when
	// everything is slow, hedging all of it would make that worse.
	mostSaved = 10
)

// latency remembers the recent successes of a provider.
type latency struct {
	mu   sync.Mutex
	ring [samples]time.Duration
	n    int
}

func (t *latency) add(d time.Duration) {
	t.mu.Lock()
	t.ring[t.n%samples] = d
	t.n++
	t.mu.Unlock()
}

// p95 returns the 95th percentile, 0 when nothing is known.
func (t *latency) p95() time.Duration {
	t.mu.Lock()
	s := t.ring
	n := min(t.n, samples)
	t.mu.Unlock()
	if n == 0 {
		return 0
	}
	slices.Sort(s[:n])
	return s[(n*95-1)/100]
}

// mayHedge counts a hedge in if it stays within the share of the calls.
func (l *lane) mayHedge() bool {
	for {
		h := l.hedges.Load()
		if float64(h+1) > l.policy.HedgeShare*float64(l.calls.Load()) {
			return false
		}
		if l.hedges.CompareAndSwap(h, h+1) {
			return true
		}
	}
}

// result is what an attempt's goroutine sends.
type result[R any] struct {
	a     *attempt
	v     R
	o     outcome
	panic any
}

// hedged makes an attempt and, when it takes longer than usual, a second one at
// the next healthy provider. The first success wins; a failure of one waits for
// the other, but a conclusive answer of the first attempt ends both. It returns
// the attempt that decides.
func hedged[P, Q, R any](c *call, l *Lane[P], first *attempt, req Q, fn func(P, context.Context, Q) (R, error)) (R, *attempt, outcome) {
	if first.number == 1 && l.policy.HedgeShare*float64(l.calls.Load())-float64(l.hedges.Load()) < mostSaved {
		l.calls.Add(1)
	}
	results := make(chan result[R], 2)
	launch := func(a *attempt) {
		l.set.running.Add(1)
		go func() {
			defer l.set.leave()
			r := result[R]{a: a, panic: errors.New("the adapter ended its goroutine")}
			defer func() {
				if p := recover(); p != nil {
					r.panic = p
				}
				results <- r
			}()
			r.v, r.o = ask(a, l.impl[a.n.index], req, fn)
			r.panic = nil
		}()
	}
	var second *attempt
	decided := false
	defer func() {
		if !decided { // a hook panicked: nobody waits for the answers
			first.lose()
			if second != nil {
				second.lose()
			}
		}
	}()
	launch(first)
	timer := time.NewTimer(max(l.policy.Hedge, first.n.latency.p95(), leastHedge))
	defer timer.Stop()
	for running := 1; ; {
		select {
		case r := <-results:
			running--
			other := second
			if r.a == second {
				other = first
			}
			decides := r.panic != nil || r.o.err == nil || running == 0 ||
				(r.a == first && r.o.class.stops() && !r.o.ended)
			if !decides {
				c.note(r.a, r.o, 0)
				continue
			}
			if running > 0 {
				other.lose()
				c.loser(other)
			}
			if r.panic != nil {
				panic(r.panic)
			}
			decided = true
			return r.v, r.a, r.o
		case <-timer.C:
			if second = c.second(); second != nil {
				launch(second)
				running++
			}
		}
	}
}

// loser lists the attempt that was cancelled for the other's answer; it still
// reports itself, to hooks and recorder, when it is over.
func (c *call) loser(a *attempt) {
	e := &waybill.Error{Code: waybill.Canceled, Delivery: waybill.NotSent, Provider: a.n.m.name, Op: a.l.op, Ref: c.sel.Ref,
		Message: "the other attempt of a hedged read answered"}
	c.list(a.record(outcome{err: e, at: time.Now()}, 0))
}

// second begins a hedge, or returns nil.
func (c *call) second() *attempt {
	i := slices.IndexFunc(c.cands, func(k cand) bool { return k.reason == usable && k.tries == 0 && !k.forced && !k.probe })
	if i < 0 || c.stop || c.tried >= c.l.policy.Tries || c.ctx.Err() != nil {
		return nil
	}
	if !c.l.mayHedge() {
		return nil
	}
	if c.now = time.Now(); !c.fits(0) {
		c.l.hedges.Add(-1)
		return nil
	}
	a := c.try(i, true)
	if a == nil {
		c.l.hedges.Add(-1)
	}
	return a
}
