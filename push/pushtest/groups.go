package pushtest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/push"
)

// answers are the ways in which all goes well, dead tokens included.
func (h *Harness) answers(sub suitetest.Sub) {
	for name, n := range goodNotifications() {
		sub(name, func(t tester) {
			b := h.bench(t)
			b.good(t, n, h.tokens(1))
		})
	}
	sub("many", func(t tester) {
		b := h.bench(t)
		results := b.good(t, order(), h.tokens(5*h.Many))
		ids := map[string]bool{}
		for _, r := range results {
			ids[r.ID] = true
		}
		if len(ids) < 1 {
			t.Error("no ids")
		}
	})
	sub("dead_among_good", h.deadAmongGood)
	sub("all_dead", h.allDead)
	sub("concurrently", h.concurrently)
}

// good sends and wants every token accepted exactly once.
func (b bench) good(t tester, n *push.Notification, tokens []push.Token) []push.Result {
	t.Helper()
	results := b.send(t, t.Context(), n, tokens)
	for i := range results {
		if e := results[i].Err; e != nil {
			t.Errorf("token %d: %v", i, e)
		}
	}
	b.ledger(t, results)
	return results
}

func (h *Harness) deadAmongGood(t tester) {
	b := h.bench(t)
	tokens := h.tokens(h.Many)
	for i := 1; i < len(tokens); i += 3 {
		b.s.Kill(tokens[i].Value)
	}
	results := b.send(t, t.Context(), order(), tokens)
	for i := range results {
		r := &results[i]
		if i%3 != 1 {
			if r.Err != nil {
				t.Errorf("living token %d: %v", i, r.Err)
			}
			continue
		}
		want(t, "a dead token", r.Err, waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent)
		if !r.Dead {
			t.Errorf("dead token %d is not reported as dead", i)
		}
	}
	b.ledger(t, results)
}

// allDead wants a client in front of the adapter to believe nobody when all is
// dead, and the adapter's word once one was accepted.
func (h *Harness) allDead(t tester) {
	b := h.bench(t)
	c, err := push.New(push.With(b.p))
	if err != nil {
		t.Fatal(err)
	}
	tokens := h.tokens(3)
	b.s.Kill(tokens[0].Value, tokens[1].Value)
	for _, r := range c.Send(t.Context(), order(), tokens[:2]) {
		if r.Err == nil || r.Err.Code != waybill.Unregistered || r.Dead {
			t.Errorf("everything failed: got %v, dead %t; want unregistered, not declared dead", r.Err, r.Dead)
		}
	}
	results := c.Send(t.Context(), order(), tokens)
	if !results[0].Dead || !results[1].Dead || results[2].Err != nil {
		t.Errorf("with one success: dead %t %t, %v", results[0].Dead, results[1].Dead, results[2].Err)
	}
}

func (h *Harness) concurrently(t tester) {
	b := h.bench(t)
	all := h.tokens(8 * h.Many)
	var wg sync.WaitGroup
	for part := range slices.Chunk(all, h.Many) {
		wg.Go(func() { b.good(t, order(), part) })
	}
	wg.Wait()
}

// unseen wants a notification refused without the server having seen anything.
func (h *Harness) unseen(t tester, n *push.Notification, code waybill.Code) {
	b := h.bench(t)
	for _, r := range b.send(t, t.Context(), n, h.tokens(3)) {
		want(t, "a notification", r.Err, code, waybill.ScopeRequest, waybill.NotSent)
	}
	if n := b.s.Sends(); n != 0 {
		t.Errorf("the server saw %d requests", n)
	}
}

// badToken wants one bad token refused and the good ones around it served.
func (h *Harness) badToken(t tester, bad push.Token) {
	b := h.bench(t)
	tokens := h.tokens(3)
	tokens[1] = bad
	results := b.send(t, t.Context(), order(), tokens)
	want(t, "a bad token", results[1].Err, waybill.InvalidArgument, waybill.ScopeRecipient, waybill.NotSent)
	if results[0].Err != nil || results[2].Err != nil {
		t.Errorf("the good ones: %v, %v", results[0].Err, results[2].Err)
	}
	if n := b.s.Sends(); n > 2 {
		t.Errorf("the server saw %d requests", n)
	}
}

// foreign wants the tokens of others refused and the own ones served.
func (h *Harness) foreign(t tester) {
	b := h.bench(t)
	others := h.foreigners()
	tokens := append(h.tokens(1), others...)
	results := b.send(t, t.Context(), order(), tokens)
	if results[0].Err != nil {
		t.Errorf("the own token: %v", results[0].Err)
	}
	for _, r := range results[1:] {
		want(t, "a foreign token", r.Err, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent)
	}
	if n := b.s.Sends(); n > 1 {
		t.Errorf("the server saw %d requests", n)
	}
}

// code wants a vendor's code mapped to its class, at one token and at many.
func (h *Harness) code(t tester, c CodeCase) {
	for _, n := range []int{1, h.Many} {
		b := h.bench(t)
		b.s.FailCode(c.Code)
		tokens := h.tokens(n)
		for _, r := range b.send(t, t.Context(), order(), tokens) {
			if r.Err == nil {
				t.Errorf("the vendor refused with code %s and the adapter reported success", c.Code)
				continue
			}
			suitetest.Class{Code: c.Want, Scope: c.Scope, Delivery: c.Delivery, RetryAfter: c.RetryAfter}.Check(t, r.Err)
			if r.Dead != c.Dead {
				t.Errorf("dead %t, want %t", r.Dead, c.Dead)
			}
		}
		b.s.Heal()
		b.good(t, order(), tokens)
	}
}

// fault wants broken exchanges to become the errors that they are, what is
// reported to agree with the ledger, and the adapter to work again afterwards.
func (h *Harness) fault(t tester, f Fault, x suitetest.Expect, n int) {
	b := h.bench(t)
	tokens := h.tokens(n + 1)
	if !f.Unreached() { // on a standing connection a refusal may look like a reset
		b.good(t, order(), tokens[n:]) // credentials are there, and a connection
	}
	b.s.Fail(f)
	before := len(b.s.Log())
	ctx, end := x.UntilSeen(t.Context(), func() bool { return len(b.s.Log()) > before })
	defer end()
	if n > 1 && !f.Replied() && len(x.Deliveries) > 0 {
		// Of many tokens some may not have been begun when the time was over or
		// their common connection broke.
		x.Deliveries = append(slices.Clip(x.Deliveries), waybill.NotSent)
	}
	results := b.send(t, ctx, order(), tokens[:n])
	for i := range results {
		if e := results[i].Err; e == nil {
			t.Errorf("the vendor failed with %s and the adapter reported success", f)
		} else {
			x.Check(t, e)
		}
		if results[i].Dead {
			t.Errorf("token %d was declared dead by a fault", i)
		}
	}
	b.ledger(t, results)
	b.s.Heal()
	if f.Unreached() {
		return // a healed port may still be refusing for a moment
	}
	fresh := make([]push.Token, n)
	for i := range fresh {
		fresh[i] = h.Token(1000 + i)
	}
	b.good(t, order(), fresh)
}

func (h *Harness) canceledBefore(t tester) {
	b := h.bench(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range b.send(t, ctx, order(), h.tokens(h.Many)) {
		suitetest.Ended(t, r.Err, context.Canceled, waybill.Canceled)
		if r.Err != nil && r.Err.Delivery != waybill.NotSent {
			t.Errorf("got delivery %v, want not_sent", r.Err.Delivery)
		}
	}
	if n := b.s.Sends(); n != 0 {
		t.Errorf("the server saw %d requests of a cancelled call", n)
	}
}

func (h *Harness) canceledDuring(t tester) {
	b := h.bench(t)
	b.s.Fail(fakehttp.HangAfterRead())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go suitetest.When(ctx, func() bool { return b.s.Sends() > 0 }, cancel)
	results := b.send(t, ctx, order(), h.tokens(20*h.Many))
	for _, r := range results {
		suitetest.Ended(t, r.Err, context.Canceled, waybill.Canceled)
	}
	b.ledger(t, results)
}

func (h *Harness) deadline(t tester) {
	b := h.bench(t)
	b.s.Fail(fakehttp.After(fakehttp.HangAfterRead()))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	results := b.send(t, ctx, order(), h.tokens(h.Many))
	for _, r := range results {
		suitetest.Ended(t, r.Err, context.DeadlineExceeded, waybill.DeadlineExceeded)
	}
	b.ledger(t, results)
}

// attemptTimeout wants an attempt's own end not to be taken for the caller's.
func (h *Harness) attemptTimeout(t tester) {
	b := h.bench(t)
	b.s.Fail(fakehttp.HangAfterRead())
	ctx, end := context.WithTimeoutCause(t.Context(), 200*time.Millisecond, waybill.ErrAttemptTimeout)
	defer end()
	for _, r := range b.send(t, ctx, order(), h.tokens(h.Many)) {
		suitetest.AttemptEnded(t, r.Err)
	}
}
