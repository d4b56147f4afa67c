package pushbatch

import (
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// Class is what one of a vendor's codes means.
type Class struct {
	// Code, Scope and Delivery are those of the error.
	Code     waybill.Code
	Scope    waybill.Scope
	Delivery waybill.Delivery
	// Wait is the wait where the reply names none; until, when set, works it
	// out from the present time.
	Wait  time.Duration
	Until func(time.Time) time.Time
	// Dead is set when the code says that the token is gone for good.
	Dead bool
	// Text takes the place of the vendor's words.
	Text string
}

// The classes that all tables share.
var (
	Parameter   = Class{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent}
	Credential  = Class{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent}
	Denied      = Class{Code: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent}
	Busy        = Class{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent, Wait: 10 * time.Second}
	Broken      = Class{Code: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous, Wait: 10 * time.Second}
	DayQuota    = Class{Code: waybill.QuotaExhausted, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Until: Midnight}
	Gone        = Class{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true, Text: "the token is not registered"}
	DeviceLimit = Class{Code: waybill.RecipientLimited, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent}
	// unknown is a code that no table has: nobody knows what happened.
	unknown = Class{Code: waybill.Unknown, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous}
)

// TooFast is a quota of calls that is full for a while.
func TooFast(wait time.Duration) Class {
	return Class{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, Wait: wait}
}

// Table makes a table of classes and the codes that have them.
func Table(rows map[*Class][]string) map[string]Class {
	out := map[string]Class{}
	for c, codes := range rows {
		for _, code := range codes {
			out[code] = *c
		}
	}
	return out
}

// Beijing is the zone of the vendors' days.
var Beijing = time.FixedZone("CST", 8*60*60)

// Midnight is when a day's quota begins anew.
func Midnight(now time.Time) time.Time { return waybill.Midnight(now, Beijing) }

// Morning returns the next time that it is the hour in Beijing.
func Morning(hour int) func(time.Time) time.Time {
	return func(now time.Time) time.Time {
		y, m, d := now.In(Beijing).Date()
		at := time.Date(y, m, d, hour, 0, 0, 0, Beijing)
		if !at.After(now) {
			at = at.AddDate(0, 0, 1)
		}
		return at
	}
}

// Refusal is the error of a code by a table, and whether the token is dead. A
// code that is not in the table is judged by the HTTP status, else unknown.
func Refusal(r *wire.Reply, table map[string]Class, code, message string) Outcome {
	c, known := table[code]
	if !known {
		if e := r.StatusError(); e != nil {
			return Outcome{Err: e}
		}
		c = unknown
	}
	if c.Text != "" {
		message = c.Text
	}
	e := r.Error(c.Code, c.Scope, c.Delivery, code, message)
	if known {
		e.VendorCode = code // from our own table
	}
	if e.RetryAfter == 0 {
		e.RetryAfter = c.Wait
		if c.Until != nil {
			now := time.Now()
			e.RetryAfter = c.Until(now).Sub(now)
		}
	}
	return Outcome{Err: e, Dead: c.Dead}
}

// Lost is a reply that does not say what happened.
func Lost(r *wire.Reply, why string) *waybill.Error {
	if e := r.StatusError(); e != nil {
		return e
	}
	return r.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, why)
}

// Unsent is the error of an exchange before the one that sends: whatever became
// of it, nothing was sent.
func Unsent(e *waybill.Error) *waybill.Error { return e.Unsent() }
