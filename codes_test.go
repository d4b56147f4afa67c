package waybill_test

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/waybill-go/waybill"
)

// TestCodesAreFrozen pins every number and name: metrics and records store them.
func TestCodesAreFrozen(t *testing.T) {
	for i, c := range []struct {
		code     waybill.Code
		name     string
		text     string
		sentinel error
	}{
		{waybill.Unknown, "unknown", "unknown error", waybill.ErrUnknown},
		{waybill.InvalidArgument, "invalid_argument", "invalid argument", waybill.ErrInvalidArgument},
		{waybill.Unauthenticated, "unauthenticated", "unauthenticated", waybill.ErrUnauthenticated},
		{waybill.PermissionDenied, "permission_denied", "permission denied", waybill.ErrPermissionDenied},
		{waybill.NotFound, "not_found", "not found", waybill.ErrNotFound},
		{waybill.AlreadyExists, "already_exists", "already exists", waybill.ErrAlreadyExists},
		{waybill.FailedPrecondition, "failed_precondition", "failed precondition", waybill.ErrFailedPrecondition},
		{waybill.TooLarge, "too_large", "too large", waybill.ErrTooLarge},
		{waybill.RateLimited, "rate_limited", "rate limited", waybill.ErrRateLimited},
		{waybill.QuotaExhausted, "quota_exhausted", "quota exhausted", waybill.ErrQuotaExhausted},
		{waybill.RecipientLimited, "recipient_limited", "recipient limited", waybill.ErrRecipientLimited},
		{waybill.Unregistered, "unregistered", "unregistered", waybill.ErrUnregistered},
		{waybill.OptedOut, "opted_out", "opted out", waybill.ErrOptedOut},
		{waybill.Unsupported, "unsupported", "unsupported", waybill.ErrUnsupported},
		{waybill.Unavailable, "unavailable", "unavailable", waybill.ErrUnavailable},
		{waybill.Canceled, "canceled", "canceled", nil},
		{waybill.DeadlineExceeded, "deadline_exceeded", "deadline exceeded", nil},
		{waybill.DataLoss, "data_loss", "data loss", waybill.ErrDataLoss},
		{waybill.Internal, "internal", "internal error", waybill.ErrInternal},
	} {
		if int(c.code) != i || c.code.String() != c.name {
			t.Errorf("code %d is %d, %q; want %q", i, c.code, c.code, c.name)
		}
		e := &waybill.Error{Code: c.code}
		if want := "waybill: " + c.text; e.Error() != want {
			t.Errorf("text %q, want %q", e.Error(), want)
		}
		if c.sentinel == nil {
			continue // the caller's context errors stand for these two
		}
		if !errors.Is(e, c.sentinel) || c.sentinel.Error() != "waybill: "+c.text {
			t.Errorf("%v is not %v", e, c.sentinel)
		}
		if other := (&waybill.Error{Code: c.code + 1}); errors.Is(other, c.sentinel) {
			t.Errorf("%v is %v", other, c.sentinel)
		}
	}
}

func TestScopesAndOutcomesAreFrozen(t *testing.T) {
	for i, name := range []string{"unknown", "request", "recipient", "sender", "service", "account", "provider"} {
		if s := waybill.Scope(i); s.String() != name {
			t.Errorf("scope %d is %q, want %q", i, s, name)
		}
	}
	for i, s := range []waybill.Scope{waybill.ScopeUnknown, waybill.ScopeRequest, waybill.ScopeRecipient, waybill.ScopeSender,
		waybill.ScopeService, waybill.ScopeAccount, waybill.ScopeProvider} {
		if int(s) != i {
			t.Errorf("%v is %d, want %d", s, s, i)
		}
	}
	for i, d := range []waybill.Delivery{waybill.Ambiguous, waybill.NotSent, waybill.Sent} {
		if int(d) != i || d.String() != [...]string{"ambiguous", "not_sent", "sent"}[i] {
			t.Errorf("outcome %d is %d, %q", i, d, d)
		}
	}
	var zero waybill.Delivery
	if zero != waybill.Ambiguous {
		t.Error("forgetting the outcome does not err on the safe side")
	}
}

// name is what Code, Scope and Delivery are to encoding/json.
type name interface {
	encoding.TextUnmarshaler
	fmt.Stringer
}

// TestNamesRoundTrip: every name reads back as itself, and nothing else reads.
func TestNamesRoundTrip(t *testing.T) {
	for what, c := range map[string]struct {
		last int
		make func(n int) (encoding.TextMarshaler, name)
	}{
		"code":     {18, func(n int) (encoding.TextMarshaler, name) { return waybill.Code(n), new(waybill.Code) }},
		"scope":    {6, func(n int) (encoding.TextMarshaler, name) { return waybill.Scope(n), new(waybill.Scope) }},
		"delivery": {2, func(n int) (encoding.TextMarshaler, name) { return waybill.Delivery(n), new(waybill.Delivery) }},
	} {
		for n := range 256 {
			v, back := c.make(n)
			text, err := v.MarshalText()
			if err != nil || string(text) != fmt.Sprint(v) {
				t.Fatalf("%s %d: %q, %v", what, n, text, err)
			}
			err = back.UnmarshalText(text)
			if n <= c.last {
				if err != nil || back.String() != string(text) {
					t.Errorf("%s %q reads as %v, %v", what, text, back, err)
				}
				continue
			}
			if want := fmt.Sprintf("%s_%d", what, n); string(text) != want {
				t.Errorf("%s %d prints %q, want %q", what, n, text, want)
			}
			if !errors.Is(err, waybill.ErrInvalidArgument) {
				t.Errorf("%s %q reads: %v", what, text, err)
			}
		}
		for _, bad := range []string{"", "NotFound", "NOT_FOUND", "sent ", "1"} {
			_, back := c.make(0)
			before := back.String()
			if err := back.UnmarshalText([]byte(bad)); waybill.DeliveryOf(err) != waybill.NotSent || back.String() != before {
				t.Errorf("%s reads %q as %v, %v", what, bad, back, err)
			}
		}
	}
}

// TestRecordJSON: a record survives JSON, with names and not numbers in it.
func TestRecordJSON(t *testing.T) {
	r := waybill.Record{ID: "1", Domain: "sms", Delivery: waybill.Sent, Code: waybill.RateLimited, Parts: 2}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back waybill.Record
	if err := json.Unmarshal(b, &back); err != nil || back != r {
		t.Errorf("%+v, %v", back, err)
	}
	var names struct{ Delivery, Code string }
	if err := json.Unmarshal(b, &names); err != nil || names.Delivery != "sent" || names.Code != "rate_limited" {
		t.Errorf("%s", b)
	}
}

func TestHealthNames(t *testing.T) {
	for i, h := range []waybill.Health{waybill.Healthy, waybill.Ejected, waybill.Probing, waybill.Idling, waybill.Drained} {
		want := [...]string{"healthy", "ejected", "probing", "idling", "drained"}[i]
		if text, err := h.MarshalText(); int(h) != i || h.String() != want || string(text) != want || err != nil {
			t.Errorf("health %d is %d, %q", i, h, h)
		}
	}
	if got := waybill.Health(9).String(); got != "unknown" {
		t.Errorf("an unlisted state prints %q", got)
	}
}
