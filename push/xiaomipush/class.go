package xiaomipush

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// Class is what a kind of notification is to Xiaomi.
type Class struct {
	// Channel is the id of a channel that was applied for at the vendor's.
	Channel string
	// NoChannel says that there is none on purpose: in the mainland a device
	// gets one such message of an app a day. Overseas it need not be set.
	NoChannel bool
	// Private is set for a channel of private messages, which the vendor keeps
	// for 10 days and of which it does not limit the number; all other channels
	// are public. There are none overseas.
	Private bool
	// Template is the id of the template, which a private channel needs.
	Template string
	// Params say of each of the template's variables where it comes from: at
	// least 1 and at most 9.
	Params map[string]Source
}

// Source is where a template's variable comes from: [Title], [Body] or what
// [Data] returns.
type Source string

// The sources that every notification has.
const (
	Title Source = "title"
	Body  Source = "body"
)

// Data is the source of a variable in Notification.Data.
func Data(key string) Source { return Source(dataSource + key) }

const dataSource = "data:"

// The vendor's limits of templates.
const (
	maxVariables = 9
	maxVariable  = 128
)

func (a *Adapter) checkClass(_ push.Kind, c Class) string {
	switch {
	case c.Channel == "" && !c.NoChannel && !a.overseas:
		return "there is no channel; NoChannel says that this is on purpose"
	case c.Channel != "" && c.NoChannel:
		return "there is a channel, and NoChannel is set"
	case c.Private && a.overseas:
		return "there are no private channels overseas"
	case c.Private && c.Channel == "":
		return "a private message needs a channel"
	case c.Private && c.Template == "":
		return "a private channel needs a template"
	case c.Template != "" && c.Channel == "":
		return "a template needs a channel"
	case (c.Template == "") != (len(c.Params) == 0):
		return "a template and its Params need each other"
	case len(c.Params) > maxVariables:
		return "a template has at most 9 variables"
	}
	for variable, s := range c.Params {
		if variable == "" || s != Title && s != Body && (!strings.HasPrefix(string(s), dataSource) || len(s) == len(dataSource)) {
			return "a variable of the template has no name or no source"
		}
	}
	return ""
}

// params fills in the template's variables. What the vendor would refuse is said
// in why, without the value.
func (c *Class) params(d *pushbatch.Draft) (text, why string) {
	values := make(map[string]string, len(c.Params))
	for variable, s := range c.Params {
		v := ""
		switch s {
		case Title:
			v = d.Title
		case Body:
			v = d.Body
		default:
			v = d.N.Data[strings.TrimPrefix(string(s), dataSource)]
		}
		switch {
		case strings.TrimSpace(v) == "":
			return "", "a variable of the template is empty"
		case utf8.RuneCountInString(v) > maxVariable:
			return "", "a variable of the template has more than 128 characters"
		case strings.ContainsFunc(v, refused):
			return "", "a variable of the template has an emoji or another symbol that Xiaomi refuses"
		}
		values[variable] = v
	}
	return string(pushbatch.Marshal(values)), ""
}

// refused reports whether the vendor takes a character in no variable: symbols of
// the class So, and what Unicode has not assigned.
func refused(r rune) bool {
	return unicode.In(r, unicode.So, unicode.Cn)
}

// Override is what only Xiaomi knows; see [push.Override]. Fields that are zero
// leave the mapping as it is.
type Override struct {
	// Class takes the place of the kind's when its Channel or NoChannel is set.
	Class Class
	// NotifyType is 1 for sound, 2 vibration, 4 lights, or a sum of them; the
	// default is all.
	NotifyType int
	// BackgroundOnly does not show it while the app is in the foreground.
	BackgroundOnly bool
	// OnlineOnly sends it once, to devices that are online, and keeps it for
	// nobody.
	OnlineOnly bool
	// BigText shows a long body unfolded, BigPicture a picture: the address that
	// the vendor gave it when it was uploaded. At most one of them.
	BigText    bool
	BigPicture string
	// LargeIcon is the address of an icon that was uploaded to the vendor.
	LargeIcon string
	// PerSecond bounds the speed of a topic or broadcast, from 1000 to 100,000
	// devices a second.
	PerSecond int
}

// PushVendor returns push.Xiaomi.
func (Override) PushVendor() push.Vendor { return push.Xiaomi }

// fault says what the vendor would refuse, or "".
func (o *Override) fault() string {
	switch {
	case o.NotifyType < 0 || o.NotifyType > 7:
		return "the notify type is no sum of 1, 2 and 4"
	case o.BigText && o.BigPicture != "":
		return "both a long text and a picture are set"
	case o.PerSecond != 0 && (o.PerSecond < 1000 || o.PerSecond > 100_000):
		return "the speed is not from 1000 to 100,000 a second"
	}
	return ""
}

// put writes the override over the mapping.
func (o *Override) put(m url.Values) {
	if o.NotifyType != 0 {
		m.Set("notify_type", strconv.Itoa(o.NotifyType))
	}
	if o.BackgroundOnly {
		m.Set("extra.notify_foreground", "0")
	}
	if o.OnlineOnly {
		m.Set("extra.only_send_once", "1")
	}
	if o.BigText {
		m.Set("extra.notification_style_type", "1")
	}
	if o.BigPicture != "" {
		m.Set("extra.notification_style_type", "2")
		m.Set("extra.notification_bigPic_uri", o.BigPicture)
	}
	if o.LargeIcon != "" {
		m.Set("extra.notification_large_icon_uri", o.LargeIcon)
	}
	if o.PerSecond != 0 {
		m.Set("extra.flow_control", strconv.Itoa(o.PerSecond))
	}
}

var _ push.Override = Override{}
