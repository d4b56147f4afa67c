package geotest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
)

// skippable runs a group of subtests unless the harness skips it.
func (h *Harness) skippable(t tester, path string, f func(tester)) {
	name := path[strings.LastIndexByte(path, '/')+1:]
	t.Sub(name, func(t tester) {
		if why := h.skipped(path); why != "" {
			t.Skip(why)
		}
		f(t)
	})
}

// skipped looks a subtest up, spelled with spaces or with underscores.
func (h *Harness) skipped(path string) string {
	for have, why := range h.Skip {
		if strings.ReplaceAll(have, " ", "_") == strings.ReplaceAll(path, " ", "_") {
			return why
		}
	}
	return ""
}

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
	path := string(v.op)
	each := func(group string, f func(t tester, sub func(name string, f func(tester)))) {
		t.Group(group, func(t tester) {
			if why := h.skipped(path + "/" + group); why != "" {
				t.Skip(why)
			}
			f(t, func(name string, f func(tester)) { h.skippable(t, path+"/"+group+"/"+name, f) })
		})
	}
	each("answers", func(t tester, sub func(string, func(tester))) {
		for _, c := range v.good {
			sub(c.name, func(t tester) { b := h.bench(t); c.check(t, t.Context(), b.p) })
		}
		sub("concurrently", func(t tester) { h.concurrently(t, v) })
	})
	each("invalid", func(t tester, sub func(string, func(tester))) {
		for _, c := range v.bad {
			sub(c.name, func(t tester) { h.unseen(t, v, c, waybill.InvalidArgument) })
		}
	})
	each("unsupported", func(t tester, sub func(string, func(tester))) {
		for _, c := range v.refused {
			sub(c.name, func(t tester) { h.unseen(t, v, c, waybill.Unsupported) })
		}
	})
	each("codes", func(t tester, sub func(string, func(tester))) {
		for _, c := range h.Codes {
			if len(c.Verbs) == 0 || slices.Contains(c.Verbs, v.op) {
				sub(c.Code, func(t tester) { h.code(t, v, c) })
			}
		}
	})
	each("faults", func(t tester, sub func(string, func(tester))) {
		for _, f := range Faults() {
			sub(f.String(), func(t tester) { h.fault(t, v, f, expectation(f)) })
		}
	})
	each("odd", func(t tester, sub func(string, func(tester))) {
		for _, f := range fakehttp.OddBodies("application/json") {
			sub(f.String(), func(t tester) { h.fault(t, v, f, oddReply) })
		}
	})
	each("context", func(t tester, sub func(string, func(tester))) {
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
	if e.Code != want.Want || e.Scope != want.Scope || e.Delivery != want.Delivery {
		t.Errorf("got %v %v %v, want %v %v %v", e.Code, e.Scope, e.Delivery, want.Want, want.Scope, want.Delivery)
	}
	if (e.RetryAfter > 0) != want.RetryAfter {
		t.Errorf("wait %v, want one: %t", e.RetryAfter, want.RetryAfter)
	}
	if e.VendorCode == "" {
		t.Error("the vendor's code is missing")
	}
	b.s.Heal()
	c.check(t, t.Context(), b.p)
}

// fault wants a broken exchange to become the error that it is, and the
// adapter to work again afterwards.
func (h *Harness) fault(t tester, v verb, f Fault, want expect) {
	b := h.bench(t)
	b.s.Fail(f)
	c := v.good[0]
	ctx := t.Context()
	if want.hangs {
		var end context.CancelCauseFunc
		ctx, end = context.WithCancelCause(ctx)
		defer end(nil)
		go whenSeen(ctx, b.s, func() { end(waybill.ErrAttemptTimeout) })
	}
	_, err := c.do(ctx, b.p)
	e := h.checkError(t, b, v, c, err)
	if e == nil {
		return
	}
	if len(want.codes) > 0 && !slices.Contains(want.codes, e.Code) {
		t.Errorf("got code %v, want one of %v", e.Code, want.codes)
	}
	if slices.Contains(want.never, e.Code) {
		t.Errorf("got code %v, which this fault does not say", e.Code)
	}
	if len(want.deliveries) > 0 && !slices.Contains(want.deliveries, e.Delivery) {
		t.Errorf("got delivery %v, want one of %v", e.Delivery, want.deliveries)
	}
	if want.wait != 0 && e.RetryAfter != want.wait {
		t.Errorf("got a wait of %v, want %v", e.RetryAfter, want.wait)
	}
	b.s.Heal()
	if f.Unreached() {
		return // a healed port may still be refusing for a moment
	}
	c.check(t, t.Context(), b.p)
}

// whenSeen calls f once the server has a request in its log.
func whenSeen(ctx context.Context, s Server, f func()) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for len(s.Log()) == 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	f()
}

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
	go whenSeen(ctx, b.s, cancel)
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
	e := h.checkError(t, b, v, v.good[0], err)
	if e == nil {
		return
	}
	if e.Code != code {
		t.Errorf("got code %v, want %v", e.Code, code)
	}
	if !errors.Is(err, want) {
		t.Errorf("errors.Is(err, %v) does not hold", want)
	}
}

// attemptTimeout wants an attempt's own end not to be taken for the caller's.
func (h *Harness) attemptTimeout(t tester, v verb) {
	b := h.bench(t)
	b.s.Fail(fakehttp.HangAfterRead())
	ctx, end := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, waybill.ErrAttemptTimeout)
	defer end()
	_, err := v.good[0].do(ctx, b.p)
	e := h.checkError(t, b, v, v.good[0], err)
	if e == nil {
		return
	}
	if e.Code != waybill.DeadlineExceeded {
		t.Errorf("got code %v, want deadline_exceeded", e.Code)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		t.Error("the attempt's own time-out looks like the caller's")
	}
}
