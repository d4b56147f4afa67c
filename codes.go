package waybill

import (
	"fmt"
	"slices"
)

// Code says what kind of failure an [Error] is. It answers "what is it?";
// [Scope] answers "whose fault?", [Delivery] "did it happen?" and
// Error.RetryAfter "how long to wait?".
//
// The numbers are frozen: metrics and records may store them. The names print
// in snake case.
type Code uint8

// The codes. No other value is ever produced by this module; a value that is
// not listed prints as "code_N" and is treated as Unknown.
const (
	// Unknown is a failure that nobody could classify. It is the zero value.
	Unknown Code = 0
	// InvalidArgument is a request that no provider could accept. What only
	// one vendor refuses is Unsupported there.
	InvalidArgument Code = 1
	// Unauthenticated is a missing, wrong or expired credential.
	Unauthenticated Code = 2
	// PermissionDenied is a credential that is known but may not do this, and
	// every wrong setting of the account: path, package, topic, bucket, sign.
	PermissionDenied Code = 3
	// NotFound is an honest empty answer: no such address, object or route.
	NotFound Code = 4
	// AlreadyExists is a write that was told not to overwrite.
	AlreadyExists Code = 5
	// FailedPrecondition is a condition of the request that does not hold.
	FailedPrecondition Code = 6
	// TooLarge is a request that is too large for everybody.
	TooLarge Code = 7
	// RateLimited is a limit per second or minute of a service or account.
	RateLimited Code = 8
	// QuotaExhausted is a used-up day quota, package or credit.
	QuotaExhausted Code = 9
	// RecipientLimited is a limit of this one recipient: too many messages to
	// one number or device, or a time at which it may not be disturbed.
	RecipientLimited Code = 10
	// Unregistered is a dead address or token.
	Unregistered Code = 11
	// OptedOut is a recipient who does not want messages.
	OptedOut Code = 12
	// Unsupported is a request outside what this provider can do: its limits,
	// regions, languages, modes or template mappings.
	Unsupported Code = 13
	// Unavailable is a provider that cannot be reached or is overloaded.
	Unavailable Code = 14
	// Canceled is a call whose caller cancelled it.
	Canceled Code = 15
	// DeadlineExceeded is time running out: an attempt's, or the caller's.
	DeadlineExceeded Code = 16
	// DataLoss is a reply that was cut, garbled or of the wrong shape.
	DataLoss Code = 17
	// Internal is a fault that the provider reports about itself.
	Internal Code = 18
)

var codeNames = [...]string{
	"unknown", "invalid_argument", "unauthenticated", "permission_denied", "not_found",
	"already_exists", "failed_precondition", "too_large", "rate_limited", "quota_exhausted",
	"recipient_limited", "unregistered", "opted_out", "unsupported", "unavailable",
	"canceled", "deadline_exceeded", "data_loss", "internal",
}

var codeTexts = [...]string{
	"unknown error", "invalid argument", "unauthenticated", "permission denied", "not found",
	"already exists", "failed precondition", "too large", "rate limited", "quota exhausted",
	"recipient limited", "unregistered", "opted out", "unsupported", "unavailable",
	"canceled", "deadline exceeded", "data loss", "internal error",
}

// String returns the code's frozen name in snake case, such as "rate_limited".
func (c Code) String() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return fmt.Sprintf("code_%d", uint8(c))
}

// text returns the code as it reads in an error's text, such as "rate limited".
func (c Code) text() string {
	if int(c) < len(codeTexts) {
		return codeTexts[c]
	}
	return c.String()
}

// MarshalText writes the code's name.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a code's name. Any other text is InvalidArgument.
func (c *Code) UnmarshalText(b []byte) error { return readName(c, codeNames[:], b, "code") }

// readName sets v to the place of a name among the names.
func readName[T ~uint8](v *T, names []string, b []byte, what string) error {
	i := slices.Index(names, string(b))
	if i < 0 {
		return Invalid(what, "unknown "+what+" name")
	}
	*v = T(i)
	return nil
}

// Scope says whose fault or whose limit an [Error] is, and so what is made
// idle or ineligible by it. The numbers are frozen.
type Scope uint8

// The scopes, from narrow to wide.
const (
	// ScopeUnknown is the zero value.
	ScopeUnknown Scope = 0
	// ScopeRequest is this one request.
	ScopeRequest Scope = 1
	// ScopeRecipient is this number, token or mail address.
	ScopeRecipient Scope = 2
	// ScopeSender is the sender id, sign name, From address or template.
	ScopeSender Scope = 3
	// ScopeService is this service (API) of the account.
	ScopeService Scope = 4
	// ScopeAccount is the whole account or credential.
	ScopeAccount Scope = 5
	// ScopeProvider is the provider itself, for everybody.
	ScopeProvider Scope = 6
)

var scopeNames = [...]string{"unknown", "request", "recipient", "sender", "service", "account", "provider"}

// String returns the scope's frozen name.
func (s Scope) String() string {
	if int(s) < len(scopeNames) {
		return scopeNames[s]
	}
	return fmt.Sprintf("scope_%d", uint8(s))
}

// MarshalText writes the scope's name.
func (s Scope) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a scope's name. Any other text is InvalidArgument.
func (s *Scope) UnmarshalText(b []byte) error { return readName(s, scopeNames[:], b, "scope") }

// Delivery says whether the thing that was asked for happened. Its zero value
// is Ambiguous, so that forgetting it errs on the safe side: an ambiguous send
// is never repeated unless the caller allowed duplicates. The numbers are
// frozen.
type Delivery uint8

// The three outcomes.
const (
	// Ambiguous: it may have happened.
	Ambiguous Delivery = 0
	// NotSent: it is proven not to have happened.
	NotSent Delivery = 1
	// Sent: it happened, although an error is reported with it.
	Sent Delivery = 2
)

var deliveryNames = [...]string{"ambiguous", "not_sent", "sent"}

// String returns the outcome's frozen name.
func (d Delivery) String() string {
	if int(d) < len(deliveryNames) {
		return deliveryNames[d]
	}
	return fmt.Sprintf("delivery_%d", uint8(d))
}

// MarshalText writes the outcome's name.
func (d Delivery) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads an outcome's name. Any other text is InvalidArgument.
func (d *Delivery) UnmarshalText(b []byte) error {
	return readName(d, deliveryNames[:], b, "delivery")
}

// worse returns the worse of two outcomes of the same call: Sent before
// Ambiguous before NotSent.
func (d Delivery) worse(e Delivery) Delivery {
	switch {
	case d == Sent || e == Sent:
		return Sent
	case d == NotSent && e == NotSent:
		return NotSent
	}
	return Ambiguous
}

// sentinel is an error that stands for a code; errors.Is compares with it.
type sentinel Code

// Error returns the code's text with the module's name before it.
func (s sentinel) Error() string { return "waybill: " + Code(s).text() }

// The sentinels, one per code, for errors.Is. They match the verdict of a call
// only, never one of its attempts.
var (
	ErrUnknown            error = sentinel(Unknown)
	ErrInvalidArgument    error = sentinel(InvalidArgument)
	ErrUnauthenticated    error = sentinel(Unauthenticated)
	ErrPermissionDenied   error = sentinel(PermissionDenied)
	ErrNotFound           error = sentinel(NotFound)
	ErrAlreadyExists      error = sentinel(AlreadyExists)
	ErrFailedPrecondition error = sentinel(FailedPrecondition)
	ErrTooLarge           error = sentinel(TooLarge)
	ErrRateLimited        error = sentinel(RateLimited)
	ErrQuotaExhausted     error = sentinel(QuotaExhausted)
	ErrRecipientLimited   error = sentinel(RecipientLimited)
	ErrUnregistered       error = sentinel(Unregistered)
	ErrOptedOut           error = sentinel(OptedOut)
	ErrUnsupported        error = sentinel(Unsupported)
	ErrUnavailable        error = sentinel(Unavailable)
	ErrDataLoss           error = sentinel(DataLoss)
	ErrInternal           error = sentinel(Internal)
)
