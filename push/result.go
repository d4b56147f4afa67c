package push

import (
	"context"
	"time"

	"github.com/waybill-go/waybill"
)

// Result is what became of one token.
type Result struct {
	waybill.Served
	// Token is the one that was asked for.
	Token Token
	// ID is the vendor's id of the accepted notification.
	ID string
	// Err is nil when the vendor accepted it. Its Delivery says whether the
	// device may get it all the same.
	Err *waybill.Error
	// Dead is set when the vendor says that the token is gone for good; Since is
	// when it died, zero if that was not said. Remove the token unless it was
	// registered again later.
	//
	// A bare adapter says what the vendor said of this one token, and a wrong
	// project or key makes vendors say it of all of them. A [Client] therefore
	// says Dead only when the vendor has accepted another token of the same app
	// in this call or within the last hour.
	Dead  bool
	Since time.Time
	// Adjusted tells what the vendor took otherwise than it was asked for, such
	// as a shorter TTL. It is nil when nothing was. The slice is shared by the
	// results of a call and must not be changed.
	Adjusted []Adjustment
}

// Adjustment is one thing that a vendor's limits changed.
type Adjustment struct {
	// Field is the Notification's field in lower case: "ttl", "collapse",
	// "badge", "sound", "image", "click", "priority".
	Field string
	// Asked and Sent are what was wanted and what the vendor was given, empty
	// when it was left out. They hold no text that a person reads and no link:
	// image and click say only whether they were sent.
	Asked, Sent string
}

// String returns "ttl 26h0m0s to 24h0m0s", or "badge 3 left out".
func (a Adjustment) String() string {
	s := a.Field
	if a.Asked != "" {
		s += " " + a.Asked
	}
	if a.Sent == "" {
		return s + " left out"
	}
	return s + " to " + a.Sent
}

// Sender sends one notification to many tokens of its vendor.
//
// It returns exactly one Result per token, in the same order, also when the
// context ends. It makes at most one exchange per token that could send; an
// exchange that the vendor refused for an expired credential may be repeated
// once. A token of another vendor, app or environment is Unsupported, a
// malformed one InvalidArgument, both before the network. Neither the
// notification nor the slice is changed or kept.
//
// An adapter gets from a client a notification and tokens that Validate accepts,
// and only tokens that it Accepts; bare, it gets what an application wrote, so
// Send begins with both Validates and gives every token the notification's
// error, and calls CheckToken for each token. TTL and Priority are taken through
// FitTTL (or Life) and Urgent, the texts through Localize, the vendor's own
// settings through OverrideOf. AllowDuplicates, Tenant, Lane and Region are the
// client's business.
//
// What says something is never left out: a text, data, a key or a class that the
// vendor cannot take is Unsupported, before the network. What decorates it
// (Badge, Sound, Image, Click, Priority, Collapse) is left out where the vendor
// lacks it, or bent to the vendor's limits, and stands in Adjusted.
//
// Of each Result the adapter fills in Token, Served.Provider with its Name,
// Adjusted, and ID, or Err with Provider, Op [Send], Ref (the notification's Key) and the
// vendor's code, without token, title, body or data. Dead and Since are what the
// vendor said of this token; a client believes them only with a proof. The
// client fills in the rest of Served.
type Sender interface {
	Send(ctx context.Context, n *Notification, tokens []Token) []Result
}

// Replacer is implemented by senders whose vendor recognises a repeat in other
// ways than [Notification.Replaces] says: by an idempotency key of its own, or
// not at all.
type Replacer interface {
	// Replaces reports whether sending the notification again to the same token
	// through this sender shows it once only.
	Replaces(n *Notification) bool
}

// Accepts is implemented by senders to say which tokens are theirs.
type Accepts interface {
	// Accepts reports whether a token is of this sender's vendor, app and
	// environment.
	Accepts(Token) bool
}
