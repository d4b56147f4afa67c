package meizupush

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// Class is what a kind of notification is to Meizu.
type Class struct {
	// Private makes it a private message, about one person; otherwise it is a
	// public one, of which a device gets few a day.
	Private bool
}

// Override is what only Meizu knows; see [push.Override]. Fields that are zero
// leave the mapping as it is.
type Override struct {
	// Class takes the place of the kind's.
	Class *Class
	// Activity opens one of the app's activities, such as
	// "com.example.OrderActivity", in the place of Click; at most 1000
	// characters.
	Activity string
	// BigText is shown when the notification is unfolded, BigPicture a picture
	// that was uploaded to the vendor, for apps with that right. At most one of
	// them.
	BigText, BigPicture string
	// Subtitle has at most 16 characters; for apps with that right.
	Subtitle string
	// Silent makes neither sound nor vibration, Quiet no banner.
	Silent, Quiet bool
	// Sticky stays in the list until it is tapped.
	Sticky bool
	// Native has the look of Android, not of Flyme.
	Native bool
}

// PushVendor returns push.Meizu.
func (Override) PushVendor() push.Vendor { return push.Meizu }

// fault says what the vendor would refuse, or "".
func (o *Override) fault() string {
	switch {
	case utf8.RuneCountInString(o.Activity) > maxURL:
		return "the activity has more than 1000 characters"
	case o.BigText != "" && o.BigPicture != "":
		return "both a long text and a picture are set"
	case utf8.RuneCountInString(o.Subtitle) > maxSubtitle:
		return "the subtitle has more than 16 characters"
	}
	return ""
}

// The vendor's limits, in characters where nothing else is said.
const (
	maxTitle    = 32
	maxContent  = 100
	maxSubtitle = 16
	maxURL      = 1000
	maxParam    = 64   // bytes
	maxData     = 4096 // bytes
	notifyKey   = 8
)

// lives is the range of validTime.
var lives = push.TTLRange{Unit: time.Hour, Min: time.Hour, Max: 72 * time.Hour}

// The actions of a tap, the ways of unfolding, the looks and the receipts.
const (
	clickActivity = 1
	clickURL      = 2
	expandText    = 1
	expandPicture = 2
	lookNative    = 2
	allReceipts   = "3"
)

// message is the vendor's messageJson.
type message struct {
	Bar     bar      `json:"noticeBarInfo"`
	Expand  *expand  `json:"noticeExpandInfo,omitempty"`
	Click   click    `json:"clickTypeInfo"`
	Time    life     `json:"pushTimeInfo"`
	Advance advance  `json:"advanceInfo"`
	VIP     *vip     `json:"vipInfo,omitempty"`
	Extra   *receipt `json:"extra,omitempty"`
}

type bar struct {
	MsgType int    `json:"noticeMsgType"`
	BarType int    `json:"noticeBarType"`
	Title   string `json:"title"`
	Content string `json:"content"`
}

type expand struct {
	Type    int    `json:"noticeExpandType"`
	Content string `json:"noticeExpandContent,omitempty"`
	Image   string `json:"noticeExpandImgUrl,omitempty"`
}

type click struct {
	Type       int               `json:"clickType"`
	URL        string            `json:"url,omitempty"`
	Activity   string            `json:"activity,omitempty"`
	Parameters map[string]string `json:"parameters"`
}

type life struct {
	OffLine   int   `json:"offLine"`
	ValidTime int64 `json:"validTime"`
	// TimeType is for tasks only: 0 sends at once.
	TimeType *int `json:"pushTimeType,omitempty"`
}

type advance struct {
	Suspend   int    `json:"suspend"`
	Clear     int    `json:"clearNoticeBar"`
	Alert     alert  `json:"notificationType"`
	NotifyKey string `json:"notifyKey,omitempty"`
}

type alert struct {
	Vibrate int `json:"vibrate"`
	Lights  int `json:"lights"`
	Sound   int `json:"sound"`
}

type vip struct {
	Subtitle string `json:"subtitle,omitempty"`
}

type receipt struct {
	Callback string `json:"callback"`
	Param    string `json:"callback.param,omitempty"`
	Type     string `json:"callback.type"`
}

// bit is 1 for true.
func bit(v bool) int {
	if v {
		return 1
	}
	return 0
}

// compose maps a notification. Its errors are NotSent.
func (a *Adapter) compose(n *push.Notification, now time.Time) (m message, adjusted []push.Adjustment, e *waybill.Error) {
	if n.Display == push.DataOnly {
		return m, nil, pushbatch.Unsupported("Meizu shows every push, and data alone show nothing")
	}
	o, e := push.OverrideOf[Override](n)
	if e != nil {
		return m, nil, e
	}
	if why := o.fault(); why != "" {
		return m, nil, pushbatch.Unsupported(why)
	}
	d, e := pushbatch.NewDraft(n, now)
	if e != nil {
		return m, nil, e
	}
	if e := d.Limit(maxTitle, maxContent); e != nil {
		return m, nil, e
	}
	c := a.classes[n.Kind]
	if o.Class != nil {
		c = *o.Class
	}
	m.Bar = bar{MsgType: bit(c.Private), Title: d.Title, Content: d.Body}
	m.Time.OffLine = 1
	if m.Time.ValidTime, e = d.TTL(lives); e != nil {
		return m, nil, e
	}
	d.DropDecorations()
	m.tap(d, o.Activity)
	m.Advance = advance{Suspend: 1, Clear: 1, Alert: alert{1, 1, 1}, NotifyKey: key(n)}
	if a.CallbackURL != "" {
		m.Extra = &receipt{Callback: a.CallbackURL, Type: allReceipts}
		if len(n.Key) <= maxParam {
			m.Extra.Param = n.Key
		}
	}
	m.override(&o)
	m.Click.Parameters = d.Data
	if size := len(pushbatch.Marshal(d.Data)); size > maxData {
		return m, nil, pushbatch.Unsupported("the data have " + strconv.Itoa(size) + " bytes, the vendor takes 4096")
	}
	return m, d.Adjusted, nil
}

// key is what a device replaces a message by: the same for the same Collapse,
// else for the same Key, else none.
func key(n *push.Notification) string {
	switch {
	case n.Collapse != "":
		return push.Derive("meizu.notifyKey", n.Collapse).Hex(notifyKey)
	case n.Key != "":
		return push.Derive("meizu.notifyKey.key", n.Key).Hex(notifyKey)
	}
	return ""
}

// tap is what a tap opens: an activity, a page or a link into the app, else the
// app.
func (m *message) tap(d *pushbatch.Draft, activity string) {
	link := d.N.Click
	switch {
	case activity != "":
		m.Click.Type, m.Click.Activity = clickActivity, activity
		if link != "" {
			d.Data[push.Click] = link
		}
	case link == "":
	case utf8.RuneCountInString(link) > maxURL || !strings.Contains(link, ":"):
		d.KeepClick()
	default:
		m.Click.Type, m.Click.URL = clickURL, link
	}
}

// override puts the override over the mapping.
func (m *message) override(o *Override) {
	switch {
	case o.BigText != "":
		m.Expand = &expand{Type: expandText, Content: o.BigText}
	case o.BigPicture != "":
		m.Expand = &expand{Type: expandPicture, Image: o.BigPicture}
	}
	if o.Subtitle != "" {
		m.VIP = &vip{o.Subtitle}
	}
	if o.Silent {
		m.Advance.Alert.Sound, m.Advance.Alert.Vibrate = 0, 0
	}
	if o.Native {
		m.Bar.BarType = lookNative
	}
	m.Advance.Suspend, m.Advance.Clear = bit(!o.Quiet), bit(!o.Sticky)
}

var _ push.Override = Override{}
