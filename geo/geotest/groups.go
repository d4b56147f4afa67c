package geotest

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// skips are the subtests left out.
func (h *suite) skips() suitetest.Skips { return h.Skip }

// bench is one adapter on one server.
type bench struct {
	s Server
	p waybill.Provider
}

func (h *suite) bench(t tester) bench {
	t.Helper()
	return h.benchWith(t, func(hc *http.Client) *http.Client { return hc })
}

// benchWith makes a bench whose adapter gets another HTTP client.
func (h *suite) benchWith(t tester, client func(*http.Client) *http.Client) bench {
	t.Helper()
	h.halt.Skip(t)
	var b bench
	var err error
	if h.Server == nil {
		b.p, err = h.New("", nil)
	} else {
		b.s = h.Server(t)
		t.Cleanup(b.s.Close)
		b.p, err = h.New(b.s.URL(), client(b.s.Client()))
	}
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return b
}

// count returns how many requests reached the server.
func (b bench) count() int {
	if b.s == nil {
		return 0
	}
	return b.s.Count("")
}

// do asks, and does not wait for ever.
func (h *suite) do(t tester, ctx context.Context, b bench, c call) error {
	t.Helper()
	_, err := suitetest.Within(t, h.halt, h.patience, c.name, func() (waybill.Served, error) { return c.do(ctx, b.p) })
	return err
}

// works asks for the first known answer.
func (h *suite) works(t tester, b bench, c call) {
	t.Helper()
	_, _ = suitetest.Within(t, h.halt, h.patience, c.name, func() (struct{}, error) {
		c.check(t, t.Context(), b.p)
		return struct{}{}, nil
	})
}

func (h *suite) runVerb(t tester, v verb) {
	each := func(group string, f func(t tester, sub suitetest.Sub)) {
		h.skips().Group(t, string(v.op)+"/"+group, func(t tester, sub suitetest.Sub) {
			h.halt.Skip(t)
			f(t, sub)
		})
	}
	each("context", func(t tester, sub suitetest.Sub) {
		sub("canceled_before", func(t tester) { h.canceledBefore(t, v) })
		if h.Server != nil {
			sub("canceled_during", func(t tester) { h.canceledDuring(t, v) })
			sub("deadline", func(t tester) { h.deadline(t, v) })
			sub("attempt_timeout", func(t tester) { h.attemptTimeout(t, v) })
		}
	})
	each("answers", func(t tester, sub suitetest.Sub) {
		if !h.first(t, v) {
			return
		}
		for _, c := range v.good[1:] {
			sub(c.name, func(t tester) { h.works(t, h.bench(t), c) })
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
	if h.Server == nil {
		return
	}
	each("codes", func(t tester, sub suitetest.Sub) {
		for _, c := range h.Codes {
			if len(c.Verbs) == 0 || slices.Contains(c.Verbs, v.op) {
				sub(c.Code, func(t tester) { h.code(t, v, c) })
			}
		}
	})
	each("privacy", func(t tester, sub suitetest.Sub) {
		for part, name := range suitetest.EchoParts {
			sub("echoed_"+name, func(t tester) { h.refusedWithEcho(t, v, part) })
		}
		for _, c := range h.Codes {
			if len(c.Verbs) == 0 || slices.Contains(c.Verbs, v.op) {
				sub("code_"+c.Code, func(t tester) { h.codeWithEcho(t, v, c) })
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
}

// first asks for the first known answer and reports whether to go on: were it
// wrong, every subtest after it would only say so again.
func (h *suite) first(t tester, v verb) bool {
	c := v.good[0]
	if h.skips().Why(string(v.op)+"/answers/"+c.name) != "" {
		return true
	}
	if t.Group(c.name, func(t tester) { h.works(t, h.bench(t), c) }) {
		return true
	}
	h.halt.Stop("the first known answer is wrong")
	return false
}

// concurrently asks everything at once and wants the same good answers.
func (h *suite) concurrently(t tester, v verb) {
	b := h.bench(t)
	var wg sync.WaitGroup
	for i := range 24 {
		c := v.good[i%len(v.good)]
		wg.Go(func() { h.works(t, b, c) })
	}
	wg.Wait()
}

// unseen wants a request refused without the server having seen anything.
func (h *suite) unseen(t tester, v verb, c call, want waybill.Code) {
	b := h.bench(t)
	err := h.do(t, t.Context(), b, c)
	if err == nil {
		t.Fatalf("the adapter reported success, want %v before the network: does it begin with Validate?", want)
	}
	e := h.checkError(t, b, v, c, err)
	if e == nil {
		return
	}
	if e.Code != want || e.Scope != waybill.ScopeRequest || e.Delivery != waybill.NotSent {
		t.Errorf("got %v %v %v, want %v request not_sent", e.Code, e.Scope, e.Delivery, want)
	}
	if n := b.count(); n != 0 {
		t.Errorf("the server saw %d requests", n)
	}
}

// code wants a vendor's code mapped to its class.
func (h *suite) code(t tester, v verb, want CodeCase) {
	b := h.bench(t)
	b.s.FailCode(want.Code)
	c := v.good[0]
	err := h.do(t, t.Context(), b, c)
	if err == nil {
		t.Fatalf("the vendor refused with code %s and the adapter reported success", want.Code)
	}
	e := h.checkError(t, b, v, c, err)
	if e == nil {
		return
	}
	suitetest.Class{Code: want.Want, Scope: want.Scope, Delivery: want.Delivery, RetryAfter: want.RetryAfter}.Check(t, e)
	b.s.Heal()
	h.works(t, b, c)
}

// fault wants a broken exchange to become the error that it is, and the
// adapter to work again afterwards.
func (h *suite) fault(t tester, v verb, f Fault, want suitetest.Expect) {
	b := h.bench(t)
	b.s.Fail(f)
	c := v.good[0]
	ctx, end := want.UntilSeen(t.Context(), b.seen)
	defer end()
	err := h.do(t, ctx, b, c)
	if err == nil {
		t.Fatalf("the vendor failed with %s and the adapter reported success", f)
	}
	e := h.checkError(t, b, v, c, err)
	if e == nil {
		return
	}
	want.Check(t, e)
	b.s.Heal()
	if f.Unreached() {
		return // a healed port may still be refusing for a moment
	}
	h.works(t, b, c)
}

// seen reports whether the server has a request in its log.
func (b bench) seen() bool { return len(b.s.Log()) > 0 }

func (h *suite) canceledBefore(t tester, v verb) {
	b := h.bench(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := h.do(t, ctx, b, v.good[0])
	h.ended(t, b, v, err, context.Canceled, waybill.Canceled)
	if n := b.count(); n != 0 {
		t.Errorf("the server saw %d requests of a cancelled call", n)
	}
}

func (h *suite) canceledDuring(t tester, v verb) {
	b := h.bench(t)
	b.s.Fail(fakehttp.HangAfterRead())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go suitetest.When(ctx, b.seen, cancel)
	err := h.do(t, ctx, b, v.good[0])
	h.ended(t, b, v, err, context.Canceled, waybill.Canceled)
}

func (h *suite) deadline(t tester, v verb) {
	b := h.bench(t)
	b.s.Fail(fakehttp.HangAfterRead())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := h.do(t, ctx, b, v.good[0])
	h.ended(t, b, v, err, context.DeadlineExceeded, waybill.DeadlineExceeded)
}

// ended wants the caller's own end of a call to be told as such.
func (h *suite) ended(t tester, b bench, v verb, err, want error, code waybill.Code) {
	t.Helper()
	if err == nil {
		t.Fatalf("the call ended with %v and the adapter reported success", want)
	}
	if h.checkError(t, b, v, v.good[0], err) != nil {
		suitetest.Ended(t, err, want, code)
	}
}

// attemptTimeout wants an attempt's own end not to be taken for the caller's.
func (h *suite) attemptTimeout(t tester, v verb) {
	b := h.bench(t)
	b.s.Fail(fakehttp.HangAfterRead())
	ctx, end := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, waybill.ErrAttemptTimeout)
	defer end()
	err := h.do(t, ctx, b, v.good[0])
	if err == nil {
		t.Fatal("the attempt's time was up and the adapter reported success")
	}
	if h.checkError(t, b, v, v.good[0], err) != nil {
		suitetest.AttemptEnded(t, err)
	}
}
