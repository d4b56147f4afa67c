package failover

import "github.com/waybill-go/waybill"

// Kind says what a repeated call would do.
type Kind uint8

// The kinds of verbs.
const (
	// Read changes nothing at the provider.
	Read Kind = iota
	// Send does something that must not be done twice.
	Send
	// Replace is a send whose repeat takes the place of the first, such as a
	// push with a collapse key; it is repeated like a read.
	Replace
)

// effect is what an attempt says about the provider's health.
type effect uint8

const (
	neutral effect = iota // nothing: the slot of a probe is given back
	healthy               // the provider answered as it should
	failed                // it did not
)

// class is what follows from an attempt's error.
type class struct {
	again  bool // the same provider may be asked again
	once   bool // but only one more time
	later  bool // and rather after the others
	next   bool // the next provider may be asked
	replay bool // a refused stream: asked again at once, at no cost
	effect effect
}

// stops reports whether the call ends with this error.
func (c class) stops() bool { return !c.again && !c.next }

// rules is what the classification depends on beside the error.
type rules struct {
	kind       Kind
	duplicates bool // the caller accepts that a send is done twice
	notFound   bool // reads go on after an honest empty answer
}

// classify is the table of the engine. The caller's own end of time is looked at
// before; the rest is tried from the top: something was sent; the recipient;
// the sender; then the code. Whatever the row says, a send that may have
// happened is repeated only if the caller accepts duplicates.
func classify(e *waybill.Error, r rules) class {
	c := byCode(e, r)
	if r.kind == Send && e.Delivery == waybill.Ambiguous {
		c.again, c.replay = false, false
		c.next = c.next && r.duplicates
	}
	return c
}

func byCode(e *waybill.Error, r rules) class {
	if e.Delivery == waybill.Sent {
		return class{}
	}
	switch e.Scope {
	case waybill.ScopeRecipient:
		return class{}
	case waybill.ScopeSender:
		return class{next: true}
	}
	switch e.Code {
	case waybill.InvalidArgument, waybill.TooLarge:
		return class{}
	case waybill.Unsupported:
		return class{next: true}
	case waybill.Unauthenticated, waybill.PermissionDenied:
		return class{next: e.Scope != waybill.ScopeRequest}
	case waybill.NotFound, waybill.FailedPrecondition, waybill.AlreadyExists:
		return class{next: r.kind == Read && r.notFound, effect: healthy}
	case waybill.Unregistered, waybill.OptedOut, waybill.RecipientLimited:
		return class{}
	case waybill.RateLimited, waybill.QuotaExhausted:
		return class{again: e.RetryAfter > 0, later: true, next: true}
	}
	c := class{again: true, next: true, effect: failed, once: e.Delivery == waybill.NotSent}
	// Who let the time run out, or named a time to wait, is asked again only
	// after the others.
	c.later = e.Code == waybill.DeadlineExceeded || e.RetryAfter > 0
	c.replay = e.Delivery == waybill.NotSent && e.StreamRefused()
	return c
}
