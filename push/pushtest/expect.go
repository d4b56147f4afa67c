package pushtest

import (
	"net/http"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
)

// expect says what a fault must become. Empty lists allow anything.
type expect struct {
	codes      []waybill.Code
	never      []waybill.Code
	deliveries []waybill.Delivery
	wait       time.Duration
	hangs      bool // it ends only with the attempt
}

var (
	lost   = []waybill.Code{waybill.Unavailable, waybill.DataLoss}
	broken = []waybill.Code{waybill.Unavailable, waybill.DataLoss, waybill.Internal, waybill.Unknown}
	late   = []waybill.Code{waybill.DeadlineExceeded}
	// honest are the codes by which a vendor judges a token or a notification. A
	// fault of the transport must never be mistaken for one.
	honest    = []waybill.Code{waybill.Unregistered, waybill.OptedOut, waybill.InvalidArgument, waybill.TooLarge, waybill.Canceled}
	ambiguous = []waybill.Delivery{waybill.Ambiguous}
	either    = []waybill.Delivery{waybill.Ambiguous, waybill.NotSent}
	notSent   = []waybill.Delivery{waybill.NotSent}

	// oddReply is for a complete reply of a shape that the vendor never sends.
	oddReply = expect{codes: broken, deliveries: ambiguous}
)

// expectation is the table of the faults of the transport.
func expectation(f Fault) expect {
	switch f.Kind {
	case fakehttp.RefuseKind:
		return expect{codes: []waybill.Code{waybill.Unavailable}, deliveries: notSent}
	case fakehttp.ResetOnAcceptKind:
		return expect{codes: lost, deliveries: either}
	case fakehttp.HangBeforeReadKind, fakehttp.HangAfterReadKind, fakehttp.SlowBodyKind:
		return expect{codes: late, deliveries: ambiguous, hangs: true}
	case fakehttp.ResetBeforeReplyKind, fakehttp.ResetMidReplyKind, fakehttp.CutBodyKind:
		return expect{codes: lost, deliveries: ambiguous}
	case fakehttp.EndlessKind:
		return expect{codes: []waybill.Code{waybill.DataLoss}, deliveries: ambiguous}
	case fakehttp.GarbageKind:
		return expect{codes: broken, deliveries: ambiguous}
	case fakehttp.StatusKind:
		return statusExpectation(f)
	}
	return expect{never: honest}
}

func statusExpectation(f Fault) expect {
	e := expect{never: honest}
	if f.Header.Get("Retry-After") != "" {
		e.wait = 7 * time.Second // what the faults say
	}
	switch {
	case f.Code >= 500:
		// The body does not say that nothing was sent.
		e.codes, e.deliveries = []waybill.Code{waybill.Unavailable, waybill.Internal}, ambiguous
	case f.Code == http.StatusTooManyRequests:
		e.codes, e.deliveries = []waybill.Code{waybill.RateLimited, waybill.QuotaExhausted}, notSent
	case f.Code >= 400:
		e.deliveries = notSent
	case f.Code < 300:
		e.codes, e.deliveries = broken, ambiguous
	case f.Code < 400:
		e.codes, e.deliveries = broken, ambiguous
	}
	return e
}
