package waybill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Error is the one error type of this module. An adapter returns it for one
// exchange; a client returns it as the verdict over all attempts of a call.
//
// It has no Unwrap on purpose: errors.Is looks at the verdict only, so that an
// attempt's own time-out is never mistaken for the caller's deadline, while
// errors.As finds the vendor's error of any attempt.
//
// No field ever holds a key, a token, a phone number, an address, a message
// text or a URL with its query. An Error must not be changed after it was
// returned; it is then safe for concurrent use.
type Error struct {
	// Code says what it is, Scope whose fault or limit, Delivery whether the
	// thing happened.
	Code     Code
	Scope    Scope
	Delivery Delivery
	// RetryAfter is how long to wait before somebody may serve, 0 when nobody
	// said. Negative means that the vendor named a wait that cannot be used
	// (negative, unreadable, absurdly long): it is not asked again in this call.
	RetryAfter time.Duration

	// Provider is the adapter's name, or the domain's when no provider was
	// asked.
	Provider string
	// Op is the verb, such as "geocode".
	Op string
	// VendorCode is the vendor's own code, such as "10021".
	VendorCode string
	// Message is the vendor's or our explanation, free of secrets and of
	// personal data.
	Message string
	// Ref is the caller's own key of the request, if it gave one. It is not
	// part of the text.
	Ref string

	// Err is the vendor's error when it could be copied without secrets, or
	// nil. It is reached by errors.As, and left out of JSON.
	Err error `json:"-"`

	ctxErr   error
	attempts []Attempt
}

// ErrAttemptTimeout is the cause (see [context.Cause]) of an attempt's own
// time-out, by which an adapter tells it from the caller's deadline.
var ErrAttemptTimeout = errors.New("waybill: attempt timed out")

// FromContext turns the end of ctx into an Error: Canceled, or
// DeadlineExceeded. When the caller's context ended, errors.Is(err, ctx.Err())
// holds; when only the attempt's own time-out did (the cause is
// [ErrAttemptTimeout]), it does not. The outcome is Ambiguous unless the caller
// of this function knows better. It returns nil while ctx is alive.
func FromContext(ctx context.Context) *Error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	e := &Error{Code: Canceled, ctxErr: err}
	if errors.Is(err, context.DeadlineExceeded) {
		e.Code = DeadlineExceeded
	}
	if errors.Is(context.Cause(ctx), ErrAttemptTimeout) {
		e.Code, e.ctxErr = DeadlineExceeded, nil
	}
	return e
}

// Invalid returns an InvalidArgument error of the request: nothing was sent.
// The message must name the field and never its value.
func Invalid(op, message string) *Error {
	return &Error{Code: InvalidArgument, Scope: ScopeRequest, Delivery: NotSent, Op: op, Message: message}
}

// NotSupported returns an Unsupported error for what this provider cannot do
// with this request: nothing was sent, and the next provider may be asked. The
// message must name the limit and never the request's values.
func NotSupported(op, message string) *Error {
	return &Error{Code: Unsupported, Scope: ScopeRequest, Delivery: NotSent, Op: op, Message: message}
}

// Unsent returns e, or a copy of it, with Delivery NotSent. It is for what
// failed before the request began, such as a source of credentials or a context
// that had ended: FromContext and AsError cannot know that, and say Ambiguous.
func (e *Error) Unsent() *Error {
	if e == nil || e.Delivery == NotSent {
		return e
	}
	c := *e
	c.Delivery = NotSent
	return &c
}

// Error returns the text "provider: op: code (vendor code and message)", with a
// note when the thing was sent all the same, and for a verdict of several
// attempts a short list of them. It is "<nil>" for a nil error.
func (e *Error) Error() string {
	if e == nil {
		return "<nil>"
	}
	var b strings.Builder
	if e.Provider != "" {
		b.WriteString(e.Provider)
		b.WriteString(": ")
	} else {
		b.WriteString("waybill: ")
	}
	if e.Op != "" {
		b.WriteString(e.Op)
		b.WriteString(": ")
	}
	b.WriteString(e.Code.text())
	if e.VendorCode != "" || e.Message != "" {
		b.WriteString(" (")
		b.WriteString(e.VendorCode)
		if e.VendorCode != "" && e.Message != "" {
			b.WriteByte(' ')
		}
		b.WriteString(e.Message)
		b.WriteByte(')')
	}
	if e.Delivery == Sent {
		b.WriteString("; it was sent")
	}
	if len(e.attempts) > 1 {
		fmt.Fprintf(&b, "; %d attempts:", len(e.attempts))
		for i, a := range e.attempts {
			if i == maxListed {
				b.WriteString(" …")
				break
			}
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(" " + a.name() + " " + a.outcome())
		}
	}
	return b.String()
}

const maxListed = 5

// Format prints the same text for every verb, so that no field can leak by
// %+v or %#v; %q quotes it.
func (e *Error) Format(s fmt.State, verb rune) {
	text := e.Error()
	if verb == 'q' {
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(s, text)
}

// Is reports whether target is this error's sentinel (such as ErrNotFound), or
// the caller's context error when that ended the call.
func (e *Error) Is(target error) bool {
	if e == nil {
		return false
	}
	if s, ok := target.(sentinel); ok {
		return e.Code == Code(s)
	}
	return e.ctxErr != nil && target == e.ctxErr
}

// As finds the vendor's error, of this error or of any of its attempts in
// order.
func (e *Error) As(target any) bool {
	if e == nil {
		return false
	}
	if e.Err != nil && errors.As(e.Err, target) {
		return true
	}
	for _, a := range e.attempts {
		if a.Err == nil || a.Err == e {
			continue
		}
		if a.Err.As(target) {
			return true
		}
	}
	return false
}

// With returns a copy of e in which provider, op and ref are set where e left
// them empty. Clients and decorators use it to complete what an adapter said.
func (e *Error) With(provider, op, ref string) *Error {
	if (e.Provider != "" || provider == "") && (e.Op != "" || op == "") && (e.Ref != "" || ref == "") {
		return e
	}
	c := *e
	if c.Provider == "" {
		c.Provider = provider
	}
	if c.Op == "" {
		c.Op = op
	}
	if c.Ref == "" {
		c.Ref = ref
	}
	return &c
}

// AsError returns err's *Error, or wraps any other error as Unknown and
// Ambiguous; a context error becomes Canceled or DeadlineExceeded. A foreign
// error's text is not kept, since nobody knows what is in it, but errors.As
// still finds it. It returns nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{Code: Canceled, ctxErr: context.Canceled}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Code: DeadlineExceeded, ctxErr: context.DeadlineExceeded}
	}
	return &Error{Code: Unknown, Delivery: Ambiguous, Err: err}
}

// CodeOf returns err's code: Unknown for an error that is not ours, except that
// a context error is Canceled or DeadlineExceeded. err must not be nil.
func CodeOf(err error) Code { return codeOr(AsError(err)) }

func codeOr(e *Error) Code {
	if e == nil {
		return Unknown
	}
	return e.Code
}

// ScopeOf returns err's scope, ScopeUnknown for an error that is not ours.
func ScopeOf(err error) Scope {
	if e := AsError(err); e != nil {
		return e.Scope
	}
	return ScopeUnknown
}

// DeliveryOf returns whether the thing asked for happened: Sent for nil, and
// Ambiguous for an error that is not ours.
func DeliveryOf(err error) Delivery {
	if e := AsError(err); e != nil {
		return e.Delivery
	}
	return Sent
}

// RetryAfterOf returns how long to wait before trying again, 0 when nobody
// said.
func RetryAfterOf(err error) time.Duration {
	if e := AsError(err); e != nil {
		return e.RetryAfter
	}
	return 0
}

// Retryable reports whether the same request may succeed later without a
// change and without the risk of doing it twice: nothing was sent, and the code
// is one that passes with time.
func Retryable(err error) bool {
	e := AsError(err)
	if e == nil || e.Delivery != NotSent {
		return false
	}
	switch e.Code {
	case RateLimited, QuotaExhausted, RecipientLimited, Unavailable, DeadlineExceeded, Internal, DataLoss, Unknown:
		return true
	}
	return false
}
