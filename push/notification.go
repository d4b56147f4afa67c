package push

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// Notification is said once for all vendors; each adapter maps it with the
// vendor's units and says in [Result].Adjusted what it could not keep to the
// letter.
type Notification struct {
	// Kind is what it is about, Display whether the system or the app shows it.
	Kind    Kind
	Display Display
	// Title, Body and Image (an https URL) are what is shown.
	Title, Body, Image string
	// Texts are title and body by language (BCP 47), for the tokens that name a
	// [Token].Language; see [Notification.TextFor] for who gets which. Title and
	// Body are what the others get; they may be empty if Texts holds the
	// notification's own Language, or only one text.
	Texts map[string]Text
	// TitleKey and BodyKey name texts in the app's own resources, which the
	// device shows in its language, with the arguments put in. Where the vendor
	// has them they take the place of title or body; the others get the text,
	// and refuse (Unsupported) a notification that has none.
	TitleKey, BodyKey   string
	TitleArgs, BodyArgs []string
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
	// most 28 days. The payload carries the absolute expiry. A vendor with a
	// longer minimum gets that, reported, up to twice the TTL; above that it is
	// Unsupported, unless AllowLongerTTL. See [Notification.FitTTL].
	TTL            time.Duration
	AllowLongerTTL bool
	// Collapse replaces an earlier notification with the same value on the
	// device; at most 64 bytes. Then a repeat does no harm and is allowed.
	Collapse string
	// Key is the caller's own id: stickiness, Ref in errors and the source of
	// the vendors' idempotency keys (see [DeriveID]), without personal data. The
	// same Key must mean the same notification.
	Key string
	// AllowDuplicates accepts that a device may get it twice.
	AllowDuplicates bool
	// Tenant, Lane and Region choose among providers.
	Tenant, Lane, Region string
	// Language is the language (BCP 47) of Title and Body, and that of tokens
	// without one.
	Language string
	// Overrides are what only one vendor knows, at most one for each vendor.
	Overrides []Override
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
// the device: it is shown, and has a Collapse. Data are handed to the app as
// often as they arrive. See [Replacer] for vendors that know better.
func (n *Notification) Replaces() bool { return n.Collapse != "" && n.Display == Alert }

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
	case n.Display == Alert && !n.hasText():
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
	case !plain(n.Key):
		msg = "key is not plain text"
	case !plain(n.Click) || !plain(n.Sound):
		msg = "click or sound is not plain text"
	case n.Image != "" && !strings.HasPrefix(n.Image, "https://"):
		msg = "image is not an https URL"
	case n.Badge != nil && *n.Badge < 0:
		msg = "badge is negative"
	case n.Region != "" && !waybill.ValidRegion(n.Region):
		msg = "region is not two capital letters"
	}
	if why := n.checkTexts(); why != "" && msg == "" {
		msg = why
	}
	if why := checkOverrides(n.Overrides); why != "" && msg == "" {
		msg = why
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

// CheckToken checks what holds for the notification and a token together, after
// both Validates: data alone reach an Apple device as a background push, which
// the system delays and drops as it likes, so a notification of kind order that
// is DataOnly is Unsupported for a token that is known to be one (see
// [Token.Apple]). Adapters call it for each token.
func (n *Notification) CheckToken(t Token) error {
	if n.Display == DataOnly && n.Kind == KindOrder && t.Apple() {
		return waybill.NotSupported(string(Send), "data only is a background push on an Apple device, too uncertain for kind order").With("", "", n.Key)
	}
	return nil
}

// Private returns what the notification says to a person: none of it may stand
// in an error. Adapters hand it to wire's Request.Private.
func (n *Notification) Private() []string {
	out := make([]string, 0, 8+len(n.Data)+2*len(n.Texts)+len(n.TitleArgs)+len(n.BodyArgs))
	add := func(list ...string) {
		for _, s := range list {
			if s != "" {
				out = append(out, s)
			}
		}
	}
	add(n.Title, n.Body, n.Image, n.Click)
	for _, t := range n.Texts {
		add(t.Title, t.Body)
	}
	add(n.TitleArgs...)
	add(n.BodyArgs...)
	for _, v := range n.Data {
		add(v)
	}
	return out
}

// plain reports whether s is UTF-8 without control characters.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
