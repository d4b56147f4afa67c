package waybill_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

type vendorError struct{ code int }

func (e vendorError) Error() string { return fmt.Sprint("vendor ", e.code) }

func attempt(provider string, e *waybill.Error) waybill.Attempt {
	return waybill.Attempt{Provider: provider, Op: "op", Err: e}
}

// The most actionable code wins, whatever the order of the attempts.
func TestVerdictCodeOrder(t *testing.T) {
	order := []waybill.Code{waybill.InvalidArgument, waybill.TooLarge, waybill.Unregistered, waybill.RateLimited,
		waybill.QuotaExhausted, waybill.Unauthenticated, waybill.PermissionDenied, waybill.Unavailable,
		waybill.DeadlineExceeded, waybill.FailedPrecondition, waybill.NotFound, waybill.Unsupported}
	for i, better := range order {
		for _, worse := range order[i+1:] {
			a := attempt("a", &waybill.Error{Code: better, Delivery: waybill.NotSent})
			b := attempt("b", &waybill.Error{Code: worse, Delivery: waybill.NotSent})
			for _, all := range [][]waybill.Attempt{{a, b}, {b, a}} {
				if v := waybill.NewVerdict(all, waybill.VerdictInfo{}); v.Code != better {
					t.Errorf("%v and %v make %v", better, worse, v.Code)
				}
			}
		}
	}
}

// The delivery is the worst of all attempts.
func TestVerdictDelivery(t *testing.T) {
	const a, n, s = waybill.Ambiguous, waybill.NotSent, waybill.Sent
	for _, c := range []struct {
		in   []waybill.Delivery
		want waybill.Delivery
	}{{nil, n}, {[]waybill.Delivery{n, n}, n}, {[]waybill.Delivery{n, a}, a}, {[]waybill.Delivery{a, n}, a}, {[]waybill.Delivery{a, s, n}, s}} {
		var all []waybill.Attempt
		for _, d := range c.in {
			all = append(all, attempt("a", &waybill.Error{Code: waybill.Unavailable, Delivery: d}))
		}
		if v := waybill.NewVerdict(all, waybill.VerdictInfo{}); v.Delivery != c.want {
			t.Errorf("%v make %v", c.in, v.Delivery)
		}
	}
}

// A send's ambiguous attempt decides its code; a read's does not.
func TestVerdictOfAnAmbiguousSend(t *testing.T) {
	all := []waybill.Attempt{
		attempt("a", &waybill.Error{Code: waybill.RateLimited, Delivery: waybill.NotSent, RetryAfter: time.Minute}),
		attempt("b", &waybill.Error{Code: waybill.Internal}),
	}
	if v := waybill.NewVerdict(all, waybill.VerdictInfo{Send: true}); v.Code != waybill.Internal || v.Provider != "" && v.Provider != "b" {
		t.Errorf("a send: %v", v)
	}
	if v := waybill.NewVerdict(all, waybill.VerdictInfo{}); v.Code != waybill.RateLimited || v.RetryAfter != time.Minute {
		t.Errorf("a read: %v", v)
	}
}

// The caller's end is the code only if nothing was tried or something was
// running; an attempt's own time-out is never the caller's.
func TestVerdictOfTheCallersEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ended := waybill.FromContext(ctx)
	none := waybill.NewVerdict(nil, waybill.VerdictInfo{Ended: ended, Provider: "geo", Op: "geocode"})
	if none.Code != waybill.Canceled || none.Delivery != waybill.NotSent || !errors.Is(none, context.Canceled) || none.Provider != "geo" {
		t.Errorf("before any attempt: %v", none)
	}
	down := attempt("a", &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent})
	if v := waybill.NewVerdict([]waybill.Attempt{down}, waybill.VerdictInfo{Ended: ended}); v.Code != waybill.Unavailable || errors.Is(v, context.Canceled) {
		t.Errorf("between attempts: %v", v)
	}
	running := attempt("a", ended)
	if v := waybill.NewVerdict([]waybill.Attempt{down, running}, waybill.VerdictInfo{Ended: ended, Running: true}); v.Code != waybill.Canceled ||
		!errors.Is(v, context.Canceled) || v.Delivery != waybill.Ambiguous {
		t.Errorf("during an attempt: %v", v)
	}
	late := attempt("a", waybill.AsError(context.DeadlineExceeded))
	if v := waybill.NewVerdict([]waybill.Attempt{late}, waybill.VerdictInfo{}); v.Code != waybill.DeadlineExceeded || errors.Is(v, context.DeadlineExceeded) {
		t.Errorf("an attempt's time-out: %v", v)
	}
}

// A hedge's loser is listed and decides nothing.
func TestVerdictIgnoresALoser(t *testing.T) {
	for c := waybill.Unknown; c <= waybill.Internal; c++ {
		if c == waybill.Canceled {
			continue
		}
		all := []waybill.Attempt{attempt("a", &waybill.Error{Code: waybill.Canceled, Delivery: waybill.NotSent}), attempt("b", &waybill.Error{Code: c, Delivery: waybill.NotSent})}
		if v := waybill.NewVerdict(all, waybill.VerdictInfo{}); v.Code != c || len(waybill.Attempts(v)) != 2 {
			t.Errorf("%v", v)
		}
	}
}

// Those who were skipped count for code and wait, but are no attempts.
func TestVerdictSkipped(t *testing.T) {
	v := waybill.NewVerdict([]waybill.Attempt{attempt("a", &waybill.Error{Code: waybill.NotFound, Delivery: waybill.NotSent})},
		waybill.VerdictInfo{Ref: "r", Skipped: []*waybill.Error{{Code: waybill.RateLimited, Delivery: waybill.NotSent, RetryAfter: time.Second, Provider: "b"}}})
	if v.Code != waybill.RateLimited || v.Provider != "b" || v.RetryAfter != time.Second || v.Ref != "r" || len(waybill.Attempts(v)) != 1 {
		t.Errorf("%v", v)
	}
	v = waybill.NewVerdict(nil, waybill.VerdictInfo{Provider: "geo", Op: "search"})
	if v.Code != waybill.Unsupported || v.Delivery != waybill.NotSent || v.Error() != "geo: search: unsupported (no provider offers this)" {
		t.Errorf("nobody: %v", v)
	}
}

// Is looks at the verdict only, As at every attempt.
func TestVerdictIsAndAs(t *testing.T) {
	all := []waybill.Attempt{
		attempt("a", &waybill.Error{Code: waybill.NotFound, Delivery: waybill.NotSent}),
		attempt("b", &waybill.Error{Code: waybill.RateLimited, Delivery: waybill.NotSent}),
		attempt("c", &waybill.Error{Code: waybill.Unsupported, Delivery: waybill.NotSent, Err: vendorError{7}}),
	}
	err := fmt.Errorf("wrapped: %w", waybill.NewVerdict(all, waybill.VerdictInfo{}))
	var v vendorError
	if !errors.Is(err, waybill.ErrRateLimited) || errors.Is(err, waybill.ErrNotFound) || !errors.As(err, &v) || v.code != 7 {
		t.Errorf("%v", err)
	}
	if text := err.Error(); !strings.HasSuffix(text, "3 attempts: a not_found, b rate_limited, c unsupported") {
		t.Errorf("text %q", text)
	}
}

// A nested client's attempts stand in the place of the one that asked it.
func TestVerdictFlattens(t *testing.T) {
	inner := waybill.NewVerdict([]waybill.Attempt{
		attempt("x", &waybill.Error{Code: waybill.Unavailable}), attempt("y", &waybill.Error{Code: waybill.Unavailable}),
	}, waybill.VerdictInfo{})
	v := waybill.NewVerdict([]waybill.Attempt{attempt("nested", inner), attempt("z", &waybill.Error{Code: waybill.Unavailable})}, waybill.VerdictInfo{})
	var got []string
	for i, a := range waybill.Attempts(v) {
		if got = append(got, a.Provider); a.Number != i+1 {
			t.Errorf("number %d at place %d", a.Number, i)
		}
	}
	if fmt.Sprint(got) != "[x y z]" {
		t.Errorf("attempts %v", got)
	}
}

func ExampleNewVerdict() {
	v := waybill.NewVerdict([]waybill.Attempt{
		{Provider: "amapgeo", Err: &waybill.Error{Code: waybill.Unavailable, Provider: "amapgeo", Op: "geocode"}},
		{Provider: "baidugeo", Err: &waybill.Error{Code: waybill.RateLimited, Delivery: waybill.NotSent, Provider: "baidugeo", Op: "geocode", RetryAfter: time.Second}},
	}, waybill.VerdictInfo{})
	fmt.Println(v)
	fmt.Println(v.Delivery, v.RetryAfter, waybill.Retryable(v))
	// Output:
	// baidugeo: geocode: rate limited; 2 attempts: amapgeo unavailable, baidugeo rate_limited
	// ambiguous 1s false
}
