package sms

import (
	"context"
	"time"

	"github.com/waybill-go/waybill"
)

// Reconcile is the verb of [Reconciler].
const Reconcile waybill.Verb = "reconcile"

// ReconcileRequest asks what became of a send whose outcome is ambiguous.
type ReconcileRequest struct {
	// Message is the message as it was given to Send. Its Key is what most
	// gateways recognise it by.
	Message Message
	// Gateway is the instance whose attempt was ambiguous. A client needs it, an
	// adapter ignores it. See [ReconcileOf].
	Gateway string
	// ID is the gateway's id, where it is known after all.
	ID string
	// Begun and Ended bracket the attempt, by the caller's clock.
	Begun, Ended time.Time
	// AbsentAfter says how old an attempt must be for a message that the gateway
	// does not list to count as not sent. 0, the default, means never: no
	// gateway promises when a message appears in its list.
	AbsentAfter time.Duration
}

// Validate checks the request before any network traffic.
func (r ReconcileRequest) Validate() error {
	if err := r.Message.Validate(); err != nil {
		return err
	}
	msg := ""
	switch {
	case r.Begun.IsZero():
		msg = "the time of the attempt is not given"
	case !r.Ended.IsZero() && r.Ended.Before(r.Begun):
		msg = "the attempt ended before it began"
	case r.AbsentAfter < 0:
		msg = "the age of absence is negative"
	}
	if msg == "" {
		return nil
	}
	return waybill.Invalid(string(Reconcile), msg).With("sms", "", r.Message.Key)
}

// Outcome is the answer to a ReconcileRequest.
type Outcome struct {
	waybill.Served
	// Delivery is Sent when the gateway has the message, NotSent when it
	// certainly has not, and Ambiguous, the zero value, when it cannot tell.
	Delivery waybill.Delivery
	// ID is the gateway's id of the message, Status what became of it, where
	// the gateway says so. Parts, Price and Currency are as in a Receipt.
	ID              string
	Status          Status
	Code            waybill.Code
	Scope           waybill.Scope
	VendorCode      string
	Parts           int
	Price, Currency string
	// Why says in a few words what the answer rests on.
	Why string
}

// Reconciler is implemented by gateways that can look a message up. It sends
// nothing and may be repeated.
//
// Sent needs a proof: the caller's reference, or the same recipient, sender and
// text within the time of the attempt and no other message that could be meant.
// NotSent needs one too; that a message is not listed is none, unless the request
// says after what time it is. Everything else is Ambiguous without an error. An
// error means that the gateway could not be asked, or is Unsupported where this
// message cannot be looked up.
type Reconciler interface {
	Reconcile(ctx context.Context, r ReconcileRequest) (Outcome, error)
}

// ReconcileOf returns the request for a message whose Send ended with err: the
// instance, the times and the message of the attempt that may have sent it. ok is
// false when no attempt was ambiguous. With several, the last one is meant.
func ReconcileOf(m Message, err error) (r ReconcileRequest, ok bool) {
	for _, a := range waybill.Attempts(err) {
		if a.Err == nil || a.Err.Delivery != waybill.Ambiguous {
			continue
		}
		r = ReconcileRequest{Message: m, Gateway: a.Instance, Begun: a.Start, Ended: a.Start.Add(a.Duration)}
		if r.Gateway == "" {
			r.Gateway = a.Provider
		}
		ok = true
	}
	return r, ok
}
