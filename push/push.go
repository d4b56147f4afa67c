package push

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// Send is the verb of this domain.
const Send waybill.Verb = "send"

// Vendor names the push service that issued a token. The names are frozen.
type Vendor string

// The vendors.
const (
	FCM    Vendor = "fcm"
	APNs   Vendor = "apns"
	Huawei Vendor = "huawei"
	Honor  Vendor = "honor"
	Xiaomi Vendor = "xiaomi"
	OPPO   Vendor = "oppo"
	Vivo   Vendor = "vivo"
	Meizu  Vendor = "meizu"
)

// The environments of a token. Empty means Production.
const (
	Production = "production"
	Sandbox    = "sandbox"
)

// Token addresses one installation of one app. Value is personal data and a
// secret of the device: it stands in no error and no log.
type Token struct {
	// Vendor is whose token it is.
	Vendor Vendor
	// App is the application's id (bundle, package, project); empty means the
	// only one.
	App string
	// Env is [Production] (also when empty) or [Sandbox], which only APNs
	// knows.
	Env   string
	Value string
}

// maxToken bounds a token's value, far above what any vendor issues.
const maxToken = 4096

// Validate checks what holds for the tokens of every vendor. The error is
// InvalidArgument with scope Recipient; nothing was sent.
func (t Token) Validate() error {
	msg := ""
	switch {
	case t.Vendor == "":
		msg = "the token names no vendor"
	case t.Value == "":
		msg = "the token is empty"
	case len(t.Value) > maxToken:
		msg = "the token is longer than 4096 bytes"
	case strings.ContainsFunc(t.Value, func(r rune) bool { return r <= ' ' || r > '~' }):
		msg = "the token holds characters that no vendor uses"
	case t.Env != "" && t.Env != Production && t.Env != Sandbox:
		msg = "the token's environment is unknown"
	}
	if msg == "" {
		return nil
	}
	return &waybill.Error{Code: waybill.InvalidArgument, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent,
		Provider: "push", Op: string(Send), Message: msg}
}

// same returns the token in the one spelling of its environment, so that equal
// tokens compare equal.
func (t Token) same() Token {
	if t.Env == Production {
		t.Env = ""
	}
	return t
}

// String masks the token's value.
func (t Token) String() string { return string(t.Vendor) + ":" + mask(t.Value) }

// GoString masks the token's value.
func (t Token) GoString() string { return t.String() }

func mask(v string) string {
	if len(v) <= 12 {
		return "…"
	}
	return v[:4] + "…"
}

// Kind says what a notification is about. It decides each vendor's class and
// channel.
type Kind uint8

// The kinds. The numbers are frozen; the zero value is invalid on purpose, so
// that nothing is marketing, or an order, by oversight.
const (
	KindUnset     Kind = 0
	KindOrder     Kind = 1
	KindStatus    Kind = 2
	KindCoupon    Kind = 3
	KindMarketing Kind = 4
)

var kindNames = [...]string{"unset", "order", "status", "coupon", "marketing"}

// String returns the kind's frozen name.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Display says who shows the notification.
type Display uint8

// The displays.
const (
	// Alert is drawn by the system.
	Alert Display = 0
	// DataOnly is handed to the app without being shown.
	DataOnly Display = 1
)

// Priority says how urgent the delivery is.
type Priority uint8

// The priorities. The zero value is High for kind order and Normal otherwise.
const (
	PriorityDefault Priority = 0
	Normal          Priority = 1
	High            Priority = 2
)

// Notification is said once for all vendors; each adapter maps it with the
// vendor's units.
type Notification struct {
	// Kind is what it is about, Display whether the system or the app shows it.
	Kind    Kind
	Display Display
	// Title, Body and Image (an https URL) are what is shown.
	Title, Body, Image string
	// Data is handed to the app. Keys that begin with "waybill_" are reserved.
	Data map[string]string
	// Click is the deep link or intent that a tap opens.
	Click string
	// Badge is the number on the app's icon, nil to leave it alone. Sound names
	// a sound, empty for the default.
	Badge    *int
	Sound    string
	Priority Priority
	// TTL is how long the notification is worth delivering, 0 for 24 hours; at
	// most 28 days. It is never raised silently, and the payload carries the
	// absolute expiry.
	TTL time.Duration
	// Collapse replaces an earlier notification with the same value on the
	// device; at most 64 bytes. Then a repeat does no harm and is allowed.
	Collapse string
	// Key is the caller's own id: stickiness and Ref in errors, without
	// personal data.
	Key string
	// AllowDuplicates accepts that a device may get it twice.
	AllowDuplicates bool
	// Tenant, Lane and Region choose among providers.
	Tenant, Lane, Region string
	// Language is the language of Title and Body, for the record.
	Language string
}

// The keys of the data that adapters add.
const (
	// Expiry holds the absolute expiry in Unix seconds, so that an app can drop
	// what came late.
	Expiry = "waybill_expires"
	// Click holds Notification.Click where the vendor cannot open it by itself.
	Click = "waybill_click"
	// Reserved is how all keys begin that an adapter may add.
	Reserved = "waybill_"
)

// Limits of a notification.
const (
	MaxTTL     = 28 * 24 * time.Hour
	DefaultTTL = 24 * time.Hour
)

// Replaces reports whether a repeat of the notification replaces the first on
// the device.
func (n *Notification) Replaces() bool { return n.Collapse != "" }

// Life returns the TTL with the default filled in.
func (n *Notification) Life() time.Duration {
	if n.TTL == 0 {
		return DefaultTTL
	}
	return n.TTL
}

// Urgent reports whether the delivery is of high priority.
func (n *Notification) Urgent() bool {
	return n.Priority == High || n.Priority == PriorityDefault && n.Kind == KindOrder
}

// Validate checks the notification before any network traffic.
func (n *Notification) Validate() error {
	if n == nil {
		return waybill.Invalid(string(Send), "the notification is nil").With("push", "", "")
	}
	msg := ""
	switch {
	case n.Kind == KindUnset || n.Kind > KindMarketing:
		msg = "kind is not set"
	case n.Display > DataOnly || n.Priority > High:
		msg = "display or priority is unknown"
	case n.Display == Alert && n.Title == "" && n.Body == "":
		msg = "an alert has neither title nor body"
	case n.Display == DataOnly && len(n.Data) == 0:
		msg = "a data notification has no data"
	case !utf8.ValidString(n.Title) || !utf8.ValidString(n.Body):
		msg = "title or body is not valid UTF-8"
	case n.TTL < 0 || n.TTL > MaxTTL:
		msg = "ttl is not between 0 and 28 days"
	case n.TTL != 0 && n.TTL < time.Second:
		msg = "ttl is below a second"
	case len(n.Collapse) > 64 || !plain(n.Collapse):
		msg = "collapse is longer than 64 bytes or not plain text"
	case !plain(n.Click) || !plain(n.Sound):
		msg = "click or sound is not plain text"
	case n.Image != "" && !strings.HasPrefix(n.Image, "https://"):
		msg = "image is not an https URL"
	case n.Badge != nil && *n.Badge < 0:
		msg = "badge is negative"
	case n.Region != "" && !waybill.ValidRegion(n.Region):
		msg = "region is not two capital letters"
	}
	for k, v := range n.Data {
		if k == "" || !utf8.ValidString(k) || !utf8.ValidString(v) {
			msg = "a data key is empty or a value not valid UTF-8"
		}
		if strings.HasPrefix(k, Reserved) {
			msg = "data keys that begin with " + Reserved + " are reserved"
		}
	}
	if msg == "" {
		return nil
	}
	return waybill.Invalid(string(Send), msg).With("push", "", n.Key)
}

// plain reports whether s is UTF-8 without control characters.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

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
// error. TTL and Priority are taken through Life and Urgent. AllowDuplicates,
// Tenant, Lane, Region and Language are the client's business.
//
// Of each Result the adapter fills in Token, Served.Provider with its Name, and
// ID, or Err with Provider, Op [Send], Ref (the notification's Key) and the
// vendor's code, without token, title, body or data. Dead and Since are what the
// vendor said of this token; a client believes them only with a proof. The
// client fills in the rest of Served.
type Sender interface {
	Send(ctx context.Context, n *Notification, tokens []Token) []Result
}

// Accepts is implemented by senders to say which tokens are theirs.
type Accepts interface {
	// Accepts reports whether a token is of this sender's vendor, app and
	// environment.
	Accepts(Token) bool
}
