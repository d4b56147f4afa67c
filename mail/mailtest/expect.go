package mailtest

import (
	"context"
	"errors"
	"testing"

	"github.com/waybill-go/waybill"
)

// ReplyCase is a reply of the relay and what it must become.
type ReplyCase struct {
	// Stage is where the relay gives the Reply; Want, Scope and Delivery are what
	// it means.
	Stage    Stage
	Reply    string
	Want     waybill.Code
	Scope    waybill.Scope
	Delivery waybill.Delivery
}

// ReplyCases returns the replies that the suite tries, at each step of the
// dialogue. The outcome is NotSent for all: a refusal proves it.
func ReplyCases() []ReplyCase {
	const n = waybill.NotSent
	return []ReplyCase{
		{AtConnect, "421 4.3.2 closing", waybill.Unavailable, waybill.ScopeProvider, n},
		{AtConnect, "554 5.7.1 your host is listed", waybill.PermissionDenied, waybill.ScopeAccount, n},
		{AtEHLO, "421 4.7.0 try later", waybill.Unavailable, waybill.ScopeProvider, n},
		{AtSTARTTLS, "454 4.7.0 TLS not available", waybill.Unavailable, waybill.ScopeProvider, n},
		{AtAUTH, "454 4.7.0 temporary failure", waybill.Unavailable, waybill.ScopeAccount, n},
		{AtAUTH, "535 5.7.8 bad credentials for " + User, waybill.Unauthenticated, waybill.ScopeAccount, n},
		{AtMAIL, "421 4.3.0 closing", waybill.Unavailable, waybill.ScopeProvider, n},
		{AtMAIL, "421 4.7.28 rate limit of " + senderAddress, waybill.RateLimited, waybill.ScopeAccount, n},
		{AtMAIL, "451 4.3.0 local error", waybill.Unavailable, waybill.ScopeProvider, n},
		{AtMAIL, "452 4.3.1 no space", waybill.Unavailable, waybill.ScopeProvider, n},
		{AtMAIL, "530 5.7.0 authentication required", waybill.Unauthenticated, waybill.ScopeAccount, n},
		{AtMAIL, "552 5.3.4 too big", waybill.TooLarge, waybill.ScopeRequest, n},
		{AtMAIL, "553 5.1.7 bad sender " + senderAddress, waybill.PermissionDenied, waybill.ScopeSender, n},
		{AtMAIL, "550 5.7.1 not allowed", waybill.PermissionDenied, waybill.ScopeRequest, n},
		{AtRCPT, "550 5.1.1 <" + goodRecipient + ">: unknown", waybill.Unregistered, waybill.ScopeRecipient, n},
		{AtRCPT, "550 annabel.larch is unknown", waybill.Unregistered, waybill.ScopeRecipient, n},
		{AtRCPT, "550 5.2.1 mailbox disabled", waybill.Unregistered, waybill.ScopeRecipient, n},
		{AtRCPT, "552 5.2.2 mailbox full", waybill.RecipientLimited, waybill.ScopeRecipient, n},
		{AtRCPT, "450 4.2.1 receives mail at too high a rate", waybill.RecipientLimited, waybill.ScopeRecipient, n},
		{AtRCPT, "450 4.2.0 greylisted", waybill.Unavailable, waybill.ScopeRecipient, n},
		{AtRCPT, "550 5.4.5 daily sending quota exceeded", waybill.QuotaExhausted, waybill.ScopeAccount, n},
		{AtRCPT, "421 4.2.1 closing", waybill.Unavailable, waybill.ScopeProvider, n},
		{AtRCPT, "451 4.3.0 local error", waybill.Unavailable, waybill.ScopeProvider, n},
		{AtRCPT, "554 5.7.1 relay access denied", waybill.PermissionDenied, waybill.ScopeRequest, n},
		{AtDATA, "451 4.3.0 local error", waybill.Unavailable, waybill.ScopeProvider, n},
		{AtDATA, "554 5.7.1 no", waybill.PermissionDenied, waybill.ScopeRequest, n},
		{AtDot, "421 4.3.2 closing", waybill.Unavailable, waybill.ScopeProvider, n},
		{AtDot, "451 4.3.0 local error", waybill.Unavailable, waybill.ScopeProvider, n},
		{AtDot, "454 4.7.0 maximum sending rate exceeded", waybill.RateLimited, waybill.ScopeAccount, n},
		{AtDot, "552 5.3.4 too big", waybill.TooLarge, waybill.ScopeRequest, n},
		{AtDot, "550 5.7.26 no DMARC for " + senderAddress, waybill.PermissionDenied, waybill.ScopeRequest, n},
		{AtDot, "554 5.7.1 looks like spam: " + privateText, waybill.PermissionDenied, waybill.ScopeRequest, n},
	}
}

// expect checks an error of the adapter.
func (h *Harness) expect(t testing.TB, err error, want waybill.Code, d waybill.Delivery) *waybill.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("the adapter reported success, want %v", want)
	}
	var e *waybill.Error
	if !errors.As(err, &e) {
		t.Fatalf("got a %T, want a *waybill.Error", err)
	}
	if e.Code != want || e.Delivery != d {
		t.Errorf("got %v %v (%v), want %v %v", e.Code, e.Delivery, e, want, d)
	}
	h.clean(t, err)
	return e
}

// clean checks that nothing secret or private is in any node of an error.
func (h *Harness) clean(t testing.TB, err error) {
	t.Helper()
	h.leaks().Error(t, err)
}

// accepted checks how often the server took the mail.
func accepted(t testing.TB, s endpoint, id string, want int) {
	t.Helper()
	if got := s.Accepted(id); got != want {
		t.Errorf("the server accepted the mail %d times, want %d", got, want)
	}
	for _, v := range s.Violations() {
		t.Errorf("the client broke the protocol: %s", v)
	}
}

// endsWith checks that a context's own end comes out of an error.
func endsWith(t testing.TB, err error, ctx context.Context) {
	t.Helper()
	if !errors.Is(err, ctx.Err()) {
		t.Errorf("errors.Is(%v, %v) is false", err, ctx.Err())
	}
}
