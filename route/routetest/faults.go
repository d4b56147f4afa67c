package routetest

import (
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
)

// faultChecks are one subtest for each fault of the transport, and one for each
// odd body.
func faultChecks() []check {
	var list []check
	for _, f := range fakehttp.AllFaults() {
		list = append(list, check{subtest("faults", f.String()), true, func(b *bench) { b.fault(f, expectation(f)) }})
	}
	for _, f := range fakehttp.OddBodies("application/json") {
		list = append(list, check{subtest("odd", f.String()), true, func(b *bench) { b.fault(f, oddReply()) }})
	}
	return list
}

// oddReply is for a complete reply of a shape that the vendor never sends. An
// empty object is how some vendors say that there is no way.
func oddReply() suitetest.Expect {
	return suitetest.Expect{Codes: append([]waybill.Code{waybill.NotFound}, suitetest.Broken...)}
}

// expectation is the table of the faults of the transport. The codes are those
// by which a vendor answers a request, which no fault may be mistaken for.
func expectation(f Fault) suitetest.Expect {
	return suitetest.Transport(f, waybill.NotFound, waybill.InvalidArgument, waybill.Canceled)
}

// fault wants a broken exchange to become the error that it is, and the adapter
// to work again afterwards.
func (b *bench) fault(f Fault, want suitetest.Expect) {
	b.server.Fail(f)
	ctx, end := want.UntilSeen(b.Context(), b.seen)
	defer end()
	_, err := b.route(ctx, b.pair())
	e := new(waybill.Error)
	if err == nil {
		b.Fatalf("the vendor failed with %s and the adapter reported success", f)
	} else if !asOwn(err, &e) {
		return // checkShape has complained
	}
	want.Check(b, e)
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
			b.Fatalf("the vendor refused with code %s and the adapter reported success", c.Code)
		} else if !asOwn(err, &e) {
			return
		}
		suitetest.Class{Code: c.Want, Scope: c.Scope, Delivery: c.Delivery, RetryAfter: c.RetryAfter}.Check(b, e)
		b.server.Heal()
		b.must(b.pair())
	}}
}
