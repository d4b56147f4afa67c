package waybill_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

// TestErrorText pins the form of an error's text.
func TestErrorText(t *testing.T) {
	limited := waybill.Error{Provider: "amapgeo", Op: "geocode", Code: waybill.RateLimited, VendorCode: "10021", Message: "CUQPS_HAS_EXCEEDED_THE_LIMIT"}
	sent := waybill.Error{Provider: "nexmosms", Op: "send", Code: waybill.Unavailable, Delivery: waybill.Sent, Message: "2 of 3 parts"}
	for _, c := range []struct {
		e    *waybill.Error
		text string
	}{
		{&limited, "amapgeo: geocode: rate limited (10021 CUQPS_HAS_EXCEEDED_THE_LIMIT)"},
		{&sent, "nexmosms: send: unavailable (2 of 3 parts); it was sent"},
		{&waybill.Error{}, "waybill: unknown error"},
		{&waybill.Error{Op: "send", Code: waybill.OptedOut}, "waybill: send: opted out"},
		{&waybill.Error{Provider: "x", VendorCode: "7", Code: waybill.Code(99)}, "x: code_99 (7)"},
		{&waybill.Error{Provider: "x", Ref: "order-7", Err: errors.New("secret"), RetryAfter: time.Second}, "x: unknown error"},
		{nil, "<nil>"},
	} {
		if c.e.Error() != c.text {
			t.Errorf("text %q, want %q", c.e.Error(), c.text)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%20v"} {
			if got := fmt.Sprintf(verb, c.e); got != c.text {
				t.Errorf("%s prints %q", verb, got)
			}
		}
		if got, want := fmt.Sprintf("%q", c.e), fmt.Sprintf("%q", c.text); got != want {
			t.Errorf("%%q prints %s", got)
		}
	}
}

// TestErrorTextListsAttempts: some of them, and not all of a hundred.
func TestErrorTextListsAttempts(t *testing.T) {
	var tries []waybill.Attempt
	for i := range 7 {
		tries = append(tries, waybill.Attempt{Provider: "p", Instance: fmt.Sprint("p", i), Err: &waybill.Error{Code: waybill.Unavailable}})
	}
	tries[1].Instance = ""
	tries[2].Err = nil
	text := waybill.NewVerdict(tries, waybill.VerdictInfo{Provider: "geo", Op: "geocode"}).Error()
	if want := "geo: geocode: unavailable; 7 attempts: p0 unavailable, p unavailable, p2 ok, p3 unavailable, p4 unavailable …"; text != want {
		t.Errorf("text %q, want %q", text, want)
	}
	if one := waybill.NewVerdict(tries[:1], waybill.VerdictInfo{Provider: "geo"}).Error(); strings.Contains(one, "attempts") {
		t.Errorf("a single attempt is listed: %q", one)
	}
}

// TestFromContext: the caller's end is found by errors.Is, an attempt's own
// time-out is not.
func TestFromContext(t *testing.T) {
	if e := waybill.FromContext(t.Context()); e != nil {
		t.Fatalf("a living context: %v", e)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	why, stop := context.WithCancelCause(t.Context())
	stop(errors.New("the caller's own reason"))
	late, done := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer done()
	attempt, end := context.WithDeadlineCause(t.Context(), time.Now().Add(-time.Second), waybill.ErrAttemptTimeout)
	defer end()
	ended, finish := context.WithCancelCause(t.Context())
	finish(fmt.Errorf("wrapped: %w", waybill.ErrAttemptTimeout))
	below, stopBelow := context.WithTimeout(attempt, time.Hour)
	defer stopBelow()
	for what, c := range map[string]struct {
		ctx  context.Context
		code waybill.Code
		is   error
	}{
		"cancelled":           {cancelled, waybill.Canceled, context.Canceled},
		"cancelled, with why": {why, waybill.Canceled, context.Canceled},
		"late":                {late, waybill.DeadlineExceeded, context.DeadlineExceeded},
		"attempt":             {attempt, waybill.DeadlineExceeded, nil},
		"attempt, by cancel":  {ended, waybill.DeadlineExceeded, nil},
		"below an attempt":    {below, waybill.DeadlineExceeded, nil},
	} {
		e := waybill.FromContext(c.ctx)
		if e.Code != c.code || e.Delivery != waybill.Ambiguous {
			t.Errorf("%s: %v, %v", what, e.Code, e.Delivery)
		}
		for _, target := range []error{context.Canceled, context.DeadlineExceeded} {
			if got := errors.Is(e, target); got != (target == c.is) {
				t.Errorf("%s: Is(%v) = %v", what, target, got)
			}
		}
		if errors.Is(e, waybill.ErrAttemptTimeout) || errors.Unwrap(e) != nil {
			t.Errorf("%s: the cause shows", what)
		}
	}
}

// TestIs: sentinels and the caller's end, of the verdict and of nothing below.
func TestIs(t *testing.T) {
	tries := []waybill.Attempt{
		{Provider: "a", Err: &waybill.Error{Code: waybill.NotFound, Delivery: waybill.NotSent}},
		{Provider: "b", Err: &waybill.Error{Code: waybill.RateLimited, Delivery: waybill.NotSent, Err: context.DeadlineExceeded}},
	}
	v := waybill.NewVerdict(tries, waybill.VerdictInfo{})
	for target, want := range map[error]bool{
		waybill.ErrRateLimited: true, waybill.ErrNotFound: false, context.DeadlineExceeded: false, context.Canceled: false,
		waybill.ErrAttemptTimeout: false, nil: false, errors.ErrUnsupported: false,
	} {
		for what, err := range map[string]error{"plain": v, "wrapped": fmt.Errorf("order 7: %w", v), "joined": errors.Join(errors.New("x"), v)} {
			if errors.Is(err, target) != want {
				t.Errorf("%s: Is(%v) = %v", what, target, !want)
			}
		}
	}
	if !errors.Is(v, v) || v.Is(error(v)) {
		t.Error("an error is itself by errors.Is alone")
	}
	if (*waybill.Error)(nil).Is(waybill.ErrUnknown) || (*waybill.Error)(nil).As(new(*url.Error)) {
		t.Error("a nil error is something")
	}
}

// TestAs: the vendor's error of any attempt, the first one that fits.
func TestAs(t *testing.T) {
	first, second := vendorError{1}, vendorError{2}
	tries := []waybill.Attempt{
		{Provider: "ok"},
		{Provider: "a", Err: &waybill.Error{Code: waybill.NotFound}},
		{Provider: "b", Err: &waybill.Error{Code: waybill.Unavailable, Err: fmt.Errorf("x: %w", first)}},
		{Provider: "c", Err: &waybill.Error{Code: waybill.RateLimited, Err: second}},
	}
	for what, c := range map[string]struct {
		err  error
		want int
	}{
		"own error":          {tries[3].Err, 2},
		"verdict's own":      {waybill.NewVerdict(tries, waybill.VerdictInfo{}), 2},
		"an attempt's":       {waybill.NewVerdict(tries[:3], waybill.VerdictInfo{Ended: waybill.Invalid("x", "y"), Running: true}), 1},
		"a nested verdict's": {waybill.NewVerdict([]waybill.Attempt{{Err: waybill.NewVerdict(tries[:3], waybill.VerdictInfo{})}}, waybill.VerdictInfo{}), 1},
	} {
		var v vendorError
		if !errors.As(c.err, &v) || v.code != c.want {
			t.Errorf("%s: %+v", what, v)
		}
		var u *url.Error
		if errors.As(c.err, &u) {
			t.Errorf("%s: found what is not there", what)
		}
	}
}

// TestAsError: what is ours is kept, a context error named, anything else is
// Unknown and Ambiguous and its text unseen.
func TestAsError(t *testing.T) {
	ours := &waybill.Error{Code: waybill.NotFound, Delivery: waybill.NotSent}
	secret := &url.Error{Op: "Get", URL: "https://example.test/?key=SECRET", Err: errors.New("SECRET")}
	for what, c := range map[string]struct {
		err      error
		same     bool
		code     waybill.Code
		delivery waybill.Delivery
		is       error
	}{
		"ours":            {err: ours, same: true, code: waybill.NotFound, delivery: waybill.NotSent},
		"ours, wrapped":   {err: fmt.Errorf("x: %w", ours), same: true, code: waybill.NotFound, delivery: waybill.NotSent},
		"ours, joined":    {err: errors.Join(secret, ours), same: true, code: waybill.NotFound, delivery: waybill.NotSent},
		"cancelled":       {err: context.Canceled, code: waybill.Canceled, is: context.Canceled},
		"late, wrapped":   {err: fmt.Errorf("x: %w", context.DeadlineExceeded), code: waybill.DeadlineExceeded, is: context.DeadlineExceeded},
		"foreign":         {err: secret, code: waybill.Unknown},
		"foreign, joined": {err: errors.Join(errors.New("SECRET"), secret), code: waybill.Unknown},
	} {
		e := waybill.AsError(c.err)
		if c.same != (e == ours) || e.Code != c.code || e.Delivery != c.delivery || c.is != nil && !errors.Is(e, c.is) {
			t.Errorf("%s: %v, %v", what, e, e.Delivery)
		}
		if b, err := json.Marshal(e); err != nil || strings.Contains(string(b), "SECRET") {
			t.Errorf("%s: as JSON %s, %v", what, b, err)
		}
		if text := fmt.Sprintf("%v %+v %#v %q", e, e, e, e); strings.Contains(text, "SECRET") {
			t.Errorf("%s: %s", what, text)
		}
		if waybill.CodeOf(c.err) != c.code || waybill.DeliveryOf(c.err) != c.delivery || waybill.ScopeOf(c.err) != waybill.ScopeUnknown {
			t.Errorf("%s: helpers say %v, %v", what, waybill.CodeOf(c.err), waybill.DeliveryOf(c.err))
		}
	}
	var u *url.Error
	if !errors.As(waybill.AsError(secret), &u) {
		t.Error("a foreign error cannot be reached")
	}
}

func TestHelpersOnNil(t *testing.T) {
	var typed *waybill.Error
	for _, err := range []error{nil, typed} {
		if waybill.AsError(err) != nil || waybill.DeliveryOf(err) != waybill.Sent || waybill.Retryable(err) || waybill.RetryAfterOf(err) != 0 ||
			waybill.ScopeOf(err) != waybill.ScopeUnknown || waybill.CodeOf(err) != waybill.Unknown || waybill.Attempts(err) != nil {
			t.Errorf("helpers on %T", err)
		}
	}
}

func TestRetryable(t *testing.T) {
	passing := map[waybill.Code]bool{waybill.RateLimited: true, waybill.QuotaExhausted: true, waybill.RecipientLimited: true, waybill.Unavailable: true,
		waybill.DeadlineExceeded: true, waybill.Internal: true, waybill.DataLoss: true, waybill.Unknown: true}
	for c := waybill.Unknown; c <= waybill.Internal; c++ {
		for _, d := range []waybill.Delivery{waybill.Ambiguous, waybill.NotSent, waybill.Sent} {
			e := &waybill.Error{Code: c, Delivery: d, RetryAfter: time.Minute, Scope: waybill.ScopeAccount}
			if got := waybill.Retryable(e); got != (passing[c] && d == waybill.NotSent) {
				t.Errorf("%v, %v: %v", c, d, got)
			}
			if waybill.RetryAfterOf(e) != time.Minute || waybill.ScopeOf(e) != waybill.ScopeAccount {
				t.Errorf("%v: wait or scope lost", c)
			}
		}
	}
	if waybill.Retryable(errors.New("x")) {
		t.Error("a foreign error is not known to be harmless")
	}
}

// TestWith fills in what is missing, in a copy, and keeps what is there.
func TestWith(t *testing.T) {
	e := &waybill.Error{Code: waybill.NotFound, Provider: "amapgeo", Err: vendorError{7}}
	w := e.With("geo", "geocode", "order-7")
	if w == e || w.Provider != "amapgeo" || w.Op != "geocode" || w.Ref != "order-7" || e.Op != "" || !errors.As(w, new(vendorError)) {
		t.Errorf("%+v, %+v", w, e)
	}
	if w.With("x", "y", "z") != w || e.With("x", "", "") != e {
		t.Error("nothing to do made a copy")
	}
	if v := waybill.Invalid("send", "the text is empty"); v.Code != waybill.InvalidArgument || v.Scope != waybill.ScopeRequest || v.Delivery != waybill.NotSent || v.Op != "send" {
		t.Errorf("%+v", v)
	}
}

func TestNotSupportedAndUnsent(t *testing.T) {
	e := waybill.NotSupported("send", "no templates")
	if e.Code != waybill.Unsupported || e.Scope != waybill.ScopeRequest || e.Delivery != waybill.NotSent || e.Unsent() != e {
		t.Errorf("%+v", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before := waybill.FromContext(ctx)
	after := before.Unsent()
	if before.Delivery != waybill.Ambiguous || after.Delivery != waybill.NotSent || !errors.Is(after, context.Canceled) {
		t.Errorf("%v %v", before.Delivery, after.Delivery)
	}
	var none *waybill.Error
	if none.Unsent() != nil {
		t.Error("nil became an error")
	}
}

func ExampleNotSupported() {
	err := waybill.NotSupported("send", "templates are not supported").With("acmesms", "", "")
	fmt.Println(err)
	// Output: acmesms: send: unsupported (templates are not supported)
}

func ExampleError_Unsent() {
	// The source of credentials failed: nothing can have been sent.
	err := waybill.AsError(errors.New("the vault is sealed"))
	fmt.Println(err.Delivery, err.Unsent().Delivery)
	// Output: ambiguous not_sent
}
