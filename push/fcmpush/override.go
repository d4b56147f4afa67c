package fcmpush

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"firebase.google.com/go/v4/messaging"

	"github.com/waybill-go/waybill/push"
)

// Override is what only FCM knows; see [push.Override]. Fields that are zero
// leave the mapping as it is. Names are those of
// https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages.
type Override struct {
	// AnalyticsLabel names the message in the vendor's reports: at most 50
	// characters of a-z, A-Z, 0-9 and -_.~%.
	AnalyticsLabel string

	// Channel is the Android channel, in the place of the class's.
	Channel string
	// RestrictedPackage is the only Android package that may get it.
	RestrictedPackage string
	// DirectBoot lets it through while the device is locked after a restart.
	DirectBoot bool
	// Icon and Color (#rrggbb) are the Android notification's, Ticker what
	// accessibility services say.
	Icon, Color, Ticker string
	// Sticky keeps it when it is tapped, LocalOnly keeps it off other devices.
	Sticky, LocalOnly bool
	// Visibility is "private", "public" or "secret" on a locked screen.
	Visibility string
	// Tag replaces a shown Android notification of the same tag, in the place of
	// Collapse.
	Tag string

	// Headers are APNs headers in lower case, put over the mapped ones.
	Headers map[string]string
	// Subtitle, Thread, Category, InterruptionLevel ("passive", "active",
	// "time-sensitive", "critical") and MutableContent are members of Apple's
	// aps.
	Subtitle, Thread, Category, InterruptionLevel string
	MutableContent                                bool
	// Apple are further members of the Apple payload, beside aps. A value that
	// is no JSON is Unsupported.
	Apple map[string]json.RawMessage

	// Web is the Web Notification's options, in the place of the mapped ones.
	Web *messaging.WebpushNotification
	// Link is the https link that a click on a web notification opens.
	Link string
}

var visibilities = map[string]messaging.AndroidNotificationVisibility{
	"private": messaging.VisibilityPrivate, "public": messaging.VisibilityPublic, "secret": messaging.VisibilitySecret,
}

var (
	labelForm = regexp.MustCompile(`^[a-zA-Z0-9\-_.~%]{1,50}$`)
	colorForm = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

// fault says what the vendor would refuse, or "".
func (o *Override) fault() string {
	switch {
	case o.AnalyticsLabel != "" && !labelForm.MatchString(o.AnalyticsLabel):
		return "the analytics label is not 1 to 50 of a-z, A-Z, 0-9 and -_.~%"
	case o.Color != "" && !colorForm.MatchString(o.Color):
		return "the color is not of the form #rrggbb"
	case o.Visibility != "" && visibilities[o.Visibility] == 0:
		return "the visibility is unknown"
	case o.InterruptionLevel != "" && !slices.Contains(levels, o.InterruptionLevel):
		return "the interruption level is unknown"
	}
	if o.Link != "" {
		if u, err := url.ParseRequestURI(o.Link); err != nil || u.Scheme != "https" || u.Host == "" {
			return "the link is not an https URL"
		}
	}
	for k, v := range o.Headers {
		if k != strings.ToLower(k) || !strings.HasPrefix(k, "apns-") || v == "" {
			return "a header is not one of APNs in lower case, or empty"
		}
	}
	for k, v := range o.Apple {
		if k == "" || k == "aps" || !json.Valid(v) {
			return "a member of the Apple payload is aps, has no name or is no JSON"
		}
	}
	return ""
}

// PushVendor returns push.FCM.
func (Override) PushVendor() push.Vendor { return push.FCM }

var _ push.Override = Override{}
