package sms

import (
	"context"
	"time"

	"github.com/waybill-go/waybill"
)

// RuleStore keeps the lists and counts of [Rules]. Package smstest has the suite
// that every implementation passes. It must be safe for concurrent use.
type RuleStore interface {
	// Reserve takes one decision in one atomic step: the first that holds of
	// RuleBlocked, RuleOptedOut (if q.OptOut), RuleNotAllowed (if
	// q.OnlyAllowed) and RuleFrequency refuses, and else everything is counted
	// once, unless the recipient is on the allow list. A refused message is not
	// counted.
	Reserve(ctx context.Context, q RuleQuery) (RuleAnswer, error)
	// Release takes back what Reserve counted when it answered a to q.
	Release(ctx context.Context, q RuleQuery, a RuleAnswer) error
	// Mark puts a recipient on a list, or off it; either may already be so.
	Mark(ctx context.Context, l RuleList, recipient string, on bool) error
}

// RuleList is one of the lists. The numbers and names are frozen.
type RuleList uint8

// The lists.
const (
	// BlockList is who gets nothing.
	BlockList RuleList = 1
	// OptOutList is who wants nothing.
	OptOutList RuleList = 2
	// AllowList is who is exempt from limits.
	AllowList RuleList = 3
)

// String returns the list's frozen name.
func (l RuleList) String() string {
	switch l {
	case BlockList:
		return "block"
	case OptOutList:
		return "optout"
	case AllowList:
		return "allow"
	}
	return "unknown"
}

// Rule is what refused a message. It is an error, so that errors.As finds it in
// what a client returns. The numbers are frozen.
type Rule uint8

// The rules.
const (
	// RuleBlocked is a number on the block list.
	RuleBlocked Rule = 1
	// RuleOptedOut is a number that wants no messages.
	RuleOptedOut Rule = 2
	// RuleNotAllowed is a number that is not on the allow list while only those are
	// served.
	RuleNotAllowed Rule = 3
	// RuleFrequency is a limit that is reached.
	RuleFrequency Rule = 4
	// RuleHours is a time of day at which this kind is not sent.
	RuleHours Rule = 5
	// RuleOptOutText is marketing without a word on how to stop it.
	RuleOptOutText Rule = 6
)

// Error returns the rule in words.
func (r Rule) Error() string {
	switch r {
	case RuleBlocked:
		return "the number is on the block list"
	case RuleOptedOut:
		return "the recipient has opted out"
	case RuleNotAllowed:
		return "only numbers of the allow list are served"
	case RuleFrequency:
		return "a frequency limit is reached"
	case RuleHours:
		return "messages of this kind are not sent at this time of day there"
	case RuleOptOutText:
		return "marketing to the mainland must say how to opt out"
	}
	return "an unknown rule"
}

func (r Rule) refuse(code waybill.Code, scope waybill.Scope, wait time.Duration) *waybill.Error {
	return &waybill.Error{Code: code, Scope: scope, Delivery: waybill.NotSent, RetryAfter: wait, Message: r.Error(), Err: r}
}

// RuleQuery is what a [RuleStore] is asked.
type RuleQuery struct {
	// Recipient is the number, or its keyed hash.
	Recipient string
	// OnlyAllowed refuses who is not on the allow list, OptOut who opted out.
	OnlyAllowed, OptOut bool
	// Counts are the limits that the message must pass, no two with one Key.
	Counts []RuleCount
}

// RuleCount is a limit as a store counts it: in every Window that ends now there
// are fewer than Max, this one not yet counted.
//
// Time is cut into steps. An event is remembered by its step and forgotten when
// the whole step is older than Window, so that no span of Window ever has more
// than Max, and a place is free at most one Step late. Steps are of 1 ms for up
// to 100, so that nothing is late, and else of a sixtieth of the window, so that
// a count never takes more than 100 entries.
type RuleCount struct {
	// Key names what is counted.
	Key string
	// Window and Step are whole milliseconds.
	Window, Step time.Duration
	Max          int
}

// RuleAnswer is what a [RuleStore] says.
type RuleAnswer struct {
	// Refused is the rule that refuses, 0 if none does.
	Refused Rule
	// Count is the place in RuleQuery.Counts of the limit to wait longest for,
	// and Wait how long, if Refused is RuleFrequency.
	Count int
	Wait  time.Duration
	// Counted says that the message was counted, and At, to the millisecond,
	// when by the store's clock.
	Counted bool
	At      time.Time
}
