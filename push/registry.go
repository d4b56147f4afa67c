package push

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// Registration is one token of one device of one user, as the app reported it.
type Registration struct {
	// User is the caller's own id of the user. Device is one of the user's
	// devices, by an id that is the user's own affair: two users' devices of the
	// same id have nothing in common. Empty is a device too, for apps that know
	// one only.
	User, Device string
	// Token is the device's at this vendor, for this app and environment. In a
	// report an empty Value says that it has none any more.
	Token Token
	// At is when the app reported it, to the millisecond.
	At time.Time
}

// maxID bounds a user's or device's id in bytes.
const maxID = 255

// Validate checks a report. The error is InvalidArgument.
func (r Registration) Validate() error {
	why := ""
	switch {
	case r.User == "" || !validID(r.User):
		why = "the user's id is empty, longer than 255 bytes or not plain text"
	case !validID(r.Device):
		why = "the device's id is longer than 255 bytes or not plain text"
	case r.At.IsZero() || r.At.UnixMilli() <= 0:
		why = "the report has no time"
	case !validID(r.Token.App):
		why = "the token's app is longer than 255 bytes or not plain text"
	case len(r.Token.Vendor) > 32 || !plain(string(r.Token.Vendor)):
		why = "the token's vendor is longer than 32 bytes or not plain text"
	}
	if why != "" {
		return waybill.Invalid("report", why).With("push", "", "")
	}
	t := r.Token
	if t.Value == "" {
		t.Value = "x" // an empty one is allowed here
	}
	return t.Validate()
}

func validID(s string) bool {
	return len(s) <= maxID && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// String masks the ids and the token.
func (r Registration) String() string { return mask(r.User) + "/" + r.Token.String() }

// GoString masks the ids and the token.
func (r Registration) GoString() string { return r.String() }

// Registry knows which tokens a user has. There is one in memory
// ([NewMemoryRegistry]), one on Redis (redispush) and one on database/sql
// (sqlpush); pushtest.RunRegistry holds them to this contract. A Registry is safe
// for concurrent use, by several processes too.
type Registry interface {
	// Report takes what an app reported. A device has one token for each vendor,
	// app and environment: the newer replaces the older, and an empty one takes
	// it away. Times decide, not the order of arrival: an older report changes
	// nothing and is no error; of two at the same millisecond the later call
	// wins, but none brings back what was taken away at that millisecond. A
	// token that another user or device had leaves it, unless that one reported
	// it later.
	//
	// An invalid report is InvalidArgument.
	Report(ctx context.Context, r Registration) error

	// Tokens returns the tokens of each user, in the order of users: the device
	// that reported last first, and of each device the vendors' own channels
	// before FCM; see [SortRegistrations]. A user without any has none; an
	// unknown one is no error.
	Tokens(ctx context.Context, users []string) ([][]Registration, error)

	// Remove takes a dead token away, whoever has it, unless it was reported
	// after the given time: a vendor speaks of what it knew then. It says
	// whether it was removed.
	Remove(ctx context.Context, t Token, notAfter time.Time) (bool, error)
}

// SortRegistrations sorts the registrations of one user as [Registry].Tokens
// returns them: devices by their last report, the latest first; in a device the
// vendors' own channels, then FCM, which may not reach a phone in China; among
// those the latest first. What is left is by vendor, app and value.
func SortRegistrations(list []Registration) {
	last := make(map[string]time.Time, len(list))
	for _, r := range list {
		if r.At.After(last[r.Device]) {
			last[r.Device] = r.At
		}
	}
	slices.SortFunc(list, func(a, b Registration) int {
		return cmp.Or(
			last[b.Device].Compare(last[a.Device]),
			cmp.Compare(a.Device, b.Device),
			cmp.Compare(rank(a.Token), rank(b.Token)),
			b.At.Compare(a.At),
			cmp.Compare(a.Token.Vendor, b.Token.Vendor),
			cmp.Compare(a.Token.App, b.Token.App),
			cmp.Compare(a.Token.Env, b.Token.Env),
			cmp.Compare(a.Token.Value, b.Token.Value),
		)
	})
}

func rank(t Token) int {
	if t.Vendor == FCM {
		return 1
	}
	return 0
}

// Slot names what a device has one token for: user, device, vendor, app and
// environment, as 64 hexadecimal digits. Registries may keep their rows by it. It
// is frozen.
func (r Registration) Slot() string {
	t := r.Token.same()
	return Derive("slot", r.User, r.Device, string(t.Vendor), t.App, t.Env).Hex(64)
}

// Normal returns the registration with its time in whole milliseconds of UTC and
// its environment spelled as the registries keep it.
func (r Registration) Normal() Registration {
	r.At = time.UnixMilli(r.At.UnixMilli()).UTC()
	if r.Token.Env == Production {
		r.Token.Env = ""
	}
	return r
}

// ID returns the same text for the same token and no other, without the token in
// it: 64 hexadecimal digits. OS and Language do not matter. Registries keep
// tokens by it. It is frozen.
func (t Token) ID() string {
	t = t.same()
	return Derive("token", string(t.Vendor), t.App, t.Env, t.Value).Hex(64)
}
