package oppopush

import (
	"slices"

	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// Class is what a kind of notification is to OPPO.
type Class struct {
	// Channel is the id of the channel, applied for at the vendor's and created
	// by the app; empty is the app's public one, whose messages a device gets
	// few of.
	Channel string
	// Category is the vendor's class, such as "ORDER", "ACCOUNT" or
	// "MARKETING".
	Category string
	// NotifyLevel is how strongly it alerts: 1 in the list, 2 also on the
	// locked screen, 16 with banner, sound and vibration; 0 leaves it to the
	// vendor. It needs a Category.
	NotifyLevel int
	// Template is the id of an approved private message template.
	Template string
}

// levels are the vendor's notify_level.
var levels = []int{0, 1, 2, 16}

func checkClass(_ push.Kind, c Class) string {
	switch {
	case c.Channel == "" && c.Category == "":
		return "there is neither a channel nor a category"
	case !slices.Contains(levels, c.NotifyLevel):
		return "the notify level is not 1, 2 or 16"
	case c.NotifyLevel != 0 && c.Category == "":
		return "a notify level needs a category"
	}
	return ""
}

// Override is what only OPPO knows; see [push.Override]. Fields that are zero
// leave the mapping as it is.
type Override struct {
	// Class, where its fields are set, wins over that of the kind.
	Class Class
	// SubTitle stands under the title, at most 10 characters.
	SubTitle string
	// SmallPicture and BigPicture are ids of pictures that were uploaded to the
	// vendor. A big one makes the picture style, whose body has 50 characters; the
	// vendor takes it in a broadcast only.
	SmallPicture, BigPicture string
	// Activity opens one of the app's activities, Action an intent action, in
	// the place of Click; at most one of them.
	Activity, Action string
	// ShowSeconds is how long it stays in the list, at most 24 hours, or 12 on the
	// public channel.
	ShowSeconds int64
}

// maxShow is the longest time in the list.
const maxShow = 24 * 3600

// fault says what the vendor would refuse, or "".
func (o *Override) fault() string {
	switch {
	case len([]rune(o.SubTitle)) > maxSubTitle:
		return "the subtitle has more than 10 characters"
	case o.Activity != "" && o.Action != "":
		return "both an activity and an action are set"
	case len(o.Activity) > maxURL || len(o.Action) > maxURL:
		return "the activity or action is longer than OPPO takes"
	case o.ShowSeconds < 0 || o.ShowSeconds > maxShow:
		return "the time of showing is longer than 24 hours"
	case !slices.Contains(levels, o.Class.NotifyLevel):
		return "the notify level is not 1, 2 or 16"
	}
	return ""
}

// override puts the override over the mapping.
func (m *notification) override(o *Override, d *pushbatch.Draft) {
	set := func(to *string, v string) {
		if v != "" {
			*to = v
		}
	}
	set(&m.ChannelID, o.Class.Channel)
	set(&m.Category, o.Class.Category)
	set(&m.PrivateMessage, o.Class.Template)
	if o.Class.NotifyLevel != 0 {
		m.NotifyLevel = o.Class.NotifyLevel
	}
	m.SubTitle, m.SmallPicture, m.BigPicture, m.ShowTTL = o.SubTitle, o.SmallPicture, o.BigPicture, o.ShowSeconds
	if o.Activity == "" && o.Action == "" {
		return
	}
	m.ClickType, m.ClickActivity, m.ClickURL = clickActivity, o.Activity, ""
	if o.Action != "" {
		m.ClickType, m.ClickActivity = clickAction, o.Action
	}
	if d.N.Click != "" {
		d.Data[push.Click] = d.N.Click
	}
}

// PushVendor returns push.OPPO.
func (Override) PushVendor() push.Vendor { return push.OPPO }

var _ push.Override = Override{}
