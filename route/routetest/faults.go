package routetest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
)

// faultChecks are one subtest for each fault of the transport, and one for each
// odd body.
func faultChecks() []check {
	var list []check
	for _, f := range fakehttp.AllFaults() {
		list = append(list, check{subtest("faults", f.String()), true, func(b *bench) { b.fault(f, expectation(f)) }})
	}
	for _, f := range fakehttp.OddBodies("application/json") {
		list = append(list, check{subtest("odd", f.String()), true, func(b *bench) { b.fault(f, oddReply) }})
	}
	return list
}

// expect says what a fault must become. Empty lists allow anything.
type expect struct {
	codes, never []waybill.Code
	deliveries   []waybill.Delivery
	wait         time.Duration
	hangs        bool // it ends only with the attempt
}

var (
	broken = []waybill.Code{waybill.Unavailable, waybill.DataLoss, waybill.Internal, waybill.Unknown}
	// honest are the codes by which a vendor answers a request. A fault of the
	// transport must never be mistaken for one.
	honest    = []waybill.Code{waybill.NotFound, waybill.InvalidArgument, waybill.Canceled}
	ambiguous = []waybill.Delivery{waybill.Ambiguous}
	notSent   = []waybill.Delivery{waybill.NotSent}

	// oddReply is for a complete reply of a shape that the vendor never sends.
	// An empty object is how some vendors say that there is no way.
	oddReply = expect{codes: append([]waybill.Code{waybill.NotFound}, broken...)}
)

// expectation is the table of the faults of the transport.
func expectation(f Fault) expect {
	switch f.Kind {
	case fakehttp.RefuseKind:
		return expect{codes: []waybill.Code{waybill.Unavailable}, deliveries: notSent}
	case fakehttp.ResetOnAcceptKind:
		return expect{codes: []waybill.Code{waybill.Unavailable, waybill.DataLoss}}
	case fakehttp.HangBeforeReadKind:
		return expect{codes: []waybill.Code{waybill.DeadlineExceeded}, hangs: true}
	case fakehttp.HangAfterReadKind, fakehttp.SlowBodyKind:
		return expect{codes: []waybill.Code{waybill.DeadlineExceeded}, deliveries: ambiguous, hangs: true}
	case fakehttp.EndlessKind:
		return expect{codes: []waybill.Code{waybill.DataLoss, waybill.TooLarge}, deliveries: ambiguous}
	case fakehttp.StatusKind:
		return statusExpectation(f)
	}
	return expect{codes: broken, deliveries: ambiguous}
}

func statusExpectation(f Fault) expect {
	e := expect{never: honest}
	if f.Header.Get("Retry-After") != "" {
		e.wait = 7 * time.Second // what the faults say
	}
	switch {
	case f.Code >= 500:
		e.codes = []waybill.Code{waybill.Unavailable, waybill.Internal}
	case f.Code == http.StatusTooManyRequests:
		e.codes, e.deliveries = []waybill.Code{waybill.RateLimited, waybill.QuotaExhausted}, notSent
	case f.Code < 300:
		e.codes, e.deliveries = broken, ambiguous
	}
	return e
}

// fault wants a broken exchange to become the error that it is, and the adapter
// to work again afterwards.
func (b *bench) fault(f Fault, want expect) {
	b.server.Fail(f)
	ctx := b.Context()
	if want.hangs {
		c, end := context.WithCancelCause(ctx)
		defer end(nil)
		ctx = c
		go b.whenSeen(ctx, func() { end(waybill.ErrAttemptTimeout) })
	}
	_, err := b.route(ctx, b.pair())
	e := new(waybill.Error)
	if err == nil {
		b.Fatal("no error")
	} else if !asOwn(err, &e) {
		return // checkShape has complained
	}
	if len(want.codes) > 0 && !slices.Contains(want.codes, e.Code) {
		b.Errorf("code %v, want one of %v", e.Code, want.codes)
	}
	if slices.Contains(want.never, e.Code) {
		b.Errorf("code %v, which this fault does not say", e.Code)
	}
	if len(want.deliveries) > 0 && !slices.Contains(want.deliveries, e.Delivery) {
		b.Errorf("delivery %v, want one of %v", e.Delivery, want.deliveries)
	}
	if want.wait != 0 && e.RetryAfter != want.wait {
		b.Errorf("a wait of %v, want %v", e.RetryAfter, want.wait)
	}
	b.server.Heal()
	if !f.Unreached() { // a healed port may still refuse for a moment
		b.must(b.pair())
	}
}

// codeCheck wants one of the vendor's codes mapped to its class.
func codeCheck(c CodeCase) check {
	return check{subtest("codes", c.Code), true, func(b *bench) {
		b.server.FailCode(c.Code)
		_, err := b.route(b.Context(), b.pair())
		e := new(waybill.Error)
		if err == nil {
			b.Fatal("no error")
		} else if !asOwn(err, &e) {
			return
		}
		if e.Code != c.Want || e.Scope != c.Scope || e.Delivery != c.Delivery {
			b.Errorf("%v %v %v, want %v %v %v", e.Code, e.Scope, e.Delivery, c.Want, c.Scope, c.Delivery)
		}
		if (e.RetryAfter > 0) != c.RetryAfter {
			b.Errorf("a wait of %v, want one: %t", e.RetryAfter, c.RetryAfter)
		}
		if e.VendorCode == "" {
			b.Error("the vendor's code is missing")
		}
		b.server.Heal()
		b.must(b.pair())
	}}
}
