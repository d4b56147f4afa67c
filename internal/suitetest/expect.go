package suitetest

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
)

// The codes and deliveries of broken exchanges.
var (
	Lost      = []waybill.Code{waybill.Unavailable, waybill.DataLoss}
	Broken    = []waybill.Code{waybill.Unavailable, waybill.DataLoss, waybill.Internal, waybill.Unknown}
	Late      = []waybill.Code{waybill.DeadlineExceeded}
	Ambiguous = []waybill.Delivery{waybill.Ambiguous}
	NotSent   = []waybill.Delivery{waybill.NotSent}
	Either    = []waybill.Delivery{waybill.Ambiguous, waybill.NotSent}
)

// RetryAfter is the wait that the faults of package fakehttp ask for, where they
// ask for one.
const RetryAfter = 7 * time.Second

// Expect says what a fault must become. Empty lists allow anything.
type Expect struct {
	// Codes are the codes allowed, Never those forbidden.
	Codes, Never []waybill.Code
	// Deliveries are the deliveries allowed.
	Deliveries []waybill.Delivery
	// Wait is the RetryAfter wanted; 0 means that any will do.
	Wait time.Duration
	// Hangs is set for a fault that ends only with the attempt.
	Hangs bool
}

// Check compares an error with what is expected.
func (x Expect) Check(t testing.TB, e *waybill.Error) {
	t.Helper()
	if len(x.Codes) > 0 && !slices.Contains(x.Codes, e.Code) {
		t.Errorf("got code %v, want one of %v", e.Code, x.Codes)
	}
	if slices.Contains(x.Never, e.Code) {
		t.Errorf("got code %v, which this fault does not say", e.Code)
	}
	if len(x.Deliveries) > 0 && !slices.Contains(x.Deliveries, e.Delivery) {
		t.Errorf("got delivery %v, want one of %v", e.Delivery, x.Deliveries)
	}
	if x.Wait != 0 && e.RetryAfter != x.Wait {
		t.Errorf("got a wait of %v, want %v", e.RetryAfter, x.Wait)
	}
}

// OddReply is for a complete reply of a shape that the vendor never sends.
func OddReply() Expect { return Expect{Codes: Broken, Deliveries: Ambiguous} }

// Transport is the table of the faults of the transport for a call that only
// asks. verdicts are the codes by which a vendor judges a request: a bare HTTP
// status must never be mistaken for one. Domains that send make it stricter.
func Transport(f fakehttp.Fault, verdicts ...waybill.Code) Expect {
	switch f.Kind {
	case fakehttp.RefuseKind:
		return Expect{Codes: []waybill.Code{waybill.Unavailable}, Deliveries: NotSent}
	case fakehttp.ResetOnAcceptKind:
		return Expect{Codes: Lost, Deliveries: Either}
	case fakehttp.HangBeforeReadKind:
		return Expect{Codes: Late, Deliveries: Either, Hangs: true}
	case fakehttp.HangAfterReadKind, fakehttp.SlowBodyKind:
		return Expect{Codes: Late, Deliveries: Ambiguous, Hangs: true}
	case fakehttp.ResetBeforeReplyKind, fakehttp.ResetMidReplyKind, fakehttp.CutBodyKind:
		return Expect{Codes: Lost, Deliveries: Ambiguous}
	case fakehttp.EndlessKind:
		return Expect{Codes: []waybill.Code{waybill.DataLoss, waybill.TooLarge}, Deliveries: Ambiguous}
	case fakehttp.GarbageKind:
		return Expect{Codes: Broken, Deliveries: Ambiguous}
	case fakehttp.StatusKind:
		return status(f, verdicts)
	}
	return Expect{Never: verdicts}
}

func status(f fakehttp.Fault, verdicts []waybill.Code) Expect {
	x := Expect{Never: verdicts}
	if f.Header.Get("Retry-After") != "" {
		x.Wait = RetryAfter
	}
	switch {
	case f.Code >= 500:
		x.Codes, x.Deliveries = []waybill.Code{waybill.Unavailable, waybill.Internal}, Either
	case f.Code == http.StatusTooManyRequests:
		x.Codes, x.Deliveries = []waybill.Code{waybill.RateLimited, waybill.QuotaExhausted}, NotSent
	case f.Code < 300:
		x.Codes, x.Deliveries = Broken, Ambiguous
	}
	return x
}

// Refusal is the fault that answers with a vendor's refusal of a code, which
// refuse writes in the vendor's shape.
func Refusal(code string, refuse func(w http.ResponseWriter, r *http.Request, code string)) fakehttp.Fault {
	return fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, code)
	}))
}
