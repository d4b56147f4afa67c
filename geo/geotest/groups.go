package geotest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// skips are the subtests left out.
func (h *Harness) skips() suitetest.Skips { return h.Skip }

// bench is one adapter on one server.
type bench struct {
	s Server
	p waybill.Provider
}

func (h *Harness) bench(t tester) bench {
	t.Helper()
	s := h.Server(t)
	t.Cleanup(s.Close)
	p, err := h.New(s.URL(), s.Client())
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return bench{s, p}
}

func (h *Harness) runVerb(t tester, v verb) {
	each := func(group string, f func(t tester, sub suitetest.Sub)) {
		h.skips().Group(t, string(v.op)+"/"+group, f)
	}
	each("answers", func(t tester, sub suitetest.Sub) {
		for _, c := range v.good {
			sub(c.name, func(t tester) { b := h.bench(t); c.check(t, t.Context(), b.p) })
		}
		sub("concurrently", func(t tester) { h.concurrently(t, v) })
	})
	each("invalid", func(t tester, sub suitetest.Sub) {
		for _, c := range v.bad {
			sub(c.name, func(t tester) { h.unseen(t, v, c, waybill.InvalidArgument) })
		}
	})
	each("unsupported", func(t tester, sub suitetest.Sub) {
		for _, c := range v.refused {
			sub(c.name, func(t tester) { h.unseen(t, v, c, waybill.Unsupported) })
		}
	})
	each("codes", func(t tester, sub suitetest.Sub) {
		for _, c := range h.Codes {
			if len(c.Verbs) == 0 || slices.Contains(c.Verbs, v.op) {
				sub(c.Code, func(t tester) { h.code(t, v, c) })
			}
		}
	})
	each("faults", func(t tester, sub suitetest.Sub) {
		for _, f := range Faults() {
			sub(f.String(), func(t tester) { h.fault(t, v, f, expectation(f)) })
		}
	})
	each("odd", func(t tester, sub suitetest.Sub) {
		for _, f := range fakehttp.OddBodies("application/json") {
			sub(f.String(), func(t tester) { h.fault(t, v, f, suitetest.OddReply()) })
		}
	})
	each("context", func(t tester, sub suitetest.Sub) {
		sub("canceled_before", func(t tester) { h.canceledBefore(t, v) })
		sub("canceled_during", func(t tester) { h.canceledDuring(t, v) })
		sub("deadline", func(t tester) { h.deadline(t, v) })
		sub("attempt_timeout", func(t tester) { h.attemptTimeout(t, v) })
	})
}

// concurrently asks everything at once and wants the same good answers.
func (h *Harness) concurrently(t tester, v verb) {
	b := h.bench(t)
	var wg sync.WaitGroup
	for i := range 24 {
		c := v.good[i%len(v.good)]
		wg.Go(func() { c.check(t, t.Context(), b.p) })
	}
	wg.Wait()
}

// unseen wants a request refused without the server having seen anything.
func (h *Harness) unseen(t tester, v verb, c call, want waybill.Code) {
	b := h.bench(t)
	_, err := c.do(t.Context(), b.p)
	e := h.checkError(t, b, v, c, err)
	if e == nil {
		return
	}
	if e.Code != want || e.Scope != waybill.ScopeRequest || e.Delivery != waybill.NotSent {
		t.Errorf("got %v %v %v, want %v request not_sent", e.Code, e.Scope, e.Delivery, want)
	}
	if n := b.s.Count(""); n != 0 {
		t.Errorf("the server saw %d requests", n)
	}
}

// code wants a vendor's code mapped to its class.
func (h *Harness) code(t tester, v verb, want CodeCase) {
	b := h.bench(t)
	b.s.FailCode(want.Code)
	c := v.good[0]
	_, err := c.do(t.Context(), b.p)
	e := h.checkError(t, b, v, c, err)
	if e == nil {
		return
	}
	suitetest.Class{Code: want.Want, Scope: want.Scope, Delivery: want.Delivery, RetryAfter: want.RetryAfter}.Check(t, e)
	b.s.Heal()
	c.check(t, t.Context(), b.p)
}

// fault wants a broken exchange to become the error that it is, and the
// adapter to work again afterwards.
func (h *Harness) fault(t tester, v verb, f Fault, want suitetest.Expect) {
	b := h.bench(t)
	b.s.Fail(f)
	c := v.good[0]
	ctx, end := want.UntilSeen(t.Context(), b.seen)
	defer end()
	_, err := c.do(ctx, b.p)
	e := h.checkError(t, b, v, c, err)
	if e == nil {
		return
	}
	want.Check(t, e)
	b.s.Heal()
	if f.Unreached() {
		return // a healed port may still be refusing for a moment
	}
	c.check(t, t.Context(), b.p)
}

// seen reports whether the server has a request in its log.
func (b bench) seen() bool { return len(b.s.Log()) > 0 }

func (h *Harness) canceledBefore(t tester, v verb) {
	b := h.bench(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := v.good[0].do(ctx, b.p)
	h.ended(t, b, v, err, context.Canceled, waybill.Canceled)
	if n := b.s.Count(""); n != 0 {
		t.Errorf("the server saw %d requests of a cancelled call", n)
	}
}

func (h *Harness) canceledDuring(t tester, v verb) {
	b := h.bench(t)
	b.s.Fail(fakehttp.HangAfterRead())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go suitetest.When(ctx, b.seen, cancel)
	_, err := v.good[0].do(ctx, b.p)
	h.ended(t, b, v, err, context.Canceled, waybill.Canceled)
}

func (h *Harness) deadline(t tester, v verb) {
	b := h.bench(t)
	b.s.Fail(fakehttp.HangAfterRead())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := v.good[0].do(ctx, b.p)
	h.ended(t, b, v, err, context.DeadlineExceeded, waybill.DeadlineExceeded)
}

// ended wants the caller's own end of a call to be told as such.
func (h *Harness) ended(t tester, b bench, v verb, err, want error, code waybill.Code) {
	t.Helper()
	if h.checkError(t, b, v, v.good[0], err) != nil {
		suitetest.Ended(t, err, want, code)
	}
}

// attemptTimeout wants an attempt's own end not to be taken for the caller's.
func (h *Harness) attemptTimeout(t tester, v verb) {
	b := h.bench(t)
	b.s.Fail(fakehttp.HangAfterRead())
	ctx, end := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, waybill.ErrAttemptTimeout)
	defer end()
	_, err := v.good[0].do(ctx, b.p)
	if h.checkError(t, b, v, v.good[0], err) != nil {
		suitetest.AttemptEnded(t, err)
	}
}
