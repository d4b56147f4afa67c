package huaweipush

import (
	"cmp"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

const (
	maxPayload = 4096
	maxTag     = 64
	maxBadge   = 99
	maxTTL     = 15 * 24 * time.Hour
)

// playVoice is the category of spoken messages.
const playVoice = "PLAY_VOICE"

// Override is what only Huawei knows. Fields that are set win over the class's.
type Override struct {
	// Category, Importance and Channel are as in [Class].
	Category, Importance, Channel string
	// Receipt is the id of a receipt's configuration.
	Receipt string
	// Group bundles notifications, in versions 1 and 2.
	Group string
	// Test marks a test message, of which there are 500 a day, in version 3 1000,
	// to 10 tokens in an exchange.
	Test bool
}

// PushVendor returns push.Huawei.
func (Override) PushVendor() push.Vendor { return push.Huawei }

// QuickOverride is [Override] for quick apps.
type QuickOverride Override

// PushVendor returns push.HuaweiQuick.
func (QuickOverride) PushVendor() push.Vendor { return push.HuaweiQuick }

// override returns the override for the adapter's vendor.
func (a *Adapter) override(n *push.Notification) (Override, *waybill.Error) {
	if a.o.QuickApp == NoQuickApp {
		return push.OverrideOf[Override](n)
	}
	o, e := push.OverrideOf[QuickOverride](n)
	return Override(o), e
}

// request is what a notification becomes in one of the interface's versions.
type request interface {
	// body is the request's body for these tokens, topic is it for a topic.
	body(tokens []string) []byte
	topic(t push.Topic) []byte
	// kind is the header push-type, empty where there is none.
	kind() string
	// limit is how many tokens one exchange takes.
	limit() int
}

// message is the message of versions 1 and 2:
// https://developer.huawei.com/consumer/cn/doc/HMSCore-References/https-send-api-0000001050986197.
type message struct {
	Data      string   `json:"data,omitempty"`
	Android   android  `json:"android"`
	Token     []string `json:"token,omitempty"`
	Topic     string   `json:"topic,omitempty"`
	Condition string   `json:"condition,omitempty"`
}

type android struct {
	Category     string        `json:"category,omitempty"`
	Urgency      string        `json:"urgency,omitempty"`
	TTL          string        `json:"ttl"`
	BiTag        string        `json:"bi_tag,omitempty"`
	ReceiptID    string        `json:"receipt_id,omitempty"`
	TargetUser   int           `json:"target_user_type,omitempty"`
	FastApp      QuickApp      `json:"fast_app_target,omitempty"`
	Notification *notification `json:"notification,omitempty"`
}

// notification is what is shown. The default of default_sound is true, with which
// the vendor ignores a sound: it is always sent.
type notification struct {
	Title        string   `json:"title"`
	Body         string   `json:"body"`
	Image        string   `json:"image,omitempty"`
	ClickAction  click    `json:"click_action"`
	ChannelID    string   `json:"channel_id,omitempty"`
	Importance   string   `json:"importance,omitempty"`
	NotifyID     int64    `json:"notify_id,omitempty"`
	Group        string   `json:"group,omitempty"`
	Sound        string   `json:"sound,omitempty"`
	DefaultSound bool     `json:"default_sound"`
	Badge        *badge   `json:"badge,omitempty"`
	TitleKey     string   `json:"title_loc_key,omitempty"`
	TitleArgs    []string `json:"title_loc_args,omitempty"`
	BodyKey      string   `json:"body_loc_key,omitempty"`
	BodyArgs     []string `json:"body_loc_args,omitempty"`
}

type click struct {
	Type   int    `json:"type"`
	Intent string `json:"intent,omitempty"`
	URL    string `json:"url,omitempty"`
}

type badge struct {
	Set   int    `json:"set_num"`
	Class string `json:"class"`
}

// envelope is a request of versions 1 and 2.
type envelope struct {
	ValidateOnly bool    `json:"validate_only"`
	Message      message `json:"message"`
}

func (r envelope) kind() string { return "" }
func (r envelope) limit() int   { return maxTokens }

func (r envelope) body(tokens []string) []byte {
	r.Message.Token = tokens
	return pushbatch.Marshal(r)
}

func (r envelope) topic(t push.Topic) []byte {
	r.Message.Topic, r.Message.Condition = t.Name, t.Condition
	return pushbatch.Marshal(r)
}

// mapping is a notification under way to a request.
type mapping struct {
	*pushbatch.Draft
	a       *Adapter
	class   Class
	o       Override
	seconds int64
	tag     string
}

// compose maps a notification. Its errors are NotSent.
func (a *Adapter) compose(n *push.Notification, now time.Time) (request, []push.Adjustment, *waybill.Error) {
	o, e := a.override(n)
	if e != nil {
		return nil, nil, e
	}
	d, e := pushbatch.NewDraft(n, now)
	if e != nil {
		return nil, nil, e
	}
	m := &mapping{Draft: d, a: a, o: o, class: a.classes[n.Kind]}
	m.class = Class{cmp.Or(o.Category, m.class.Category), cmp.Or(o.Importance, m.class.Importance), cmp.Or(o.Channel, m.class.Channel)}
	if why := checkClass(n.Kind, m.class); why != "" {
		return nil, nil, pushbatch.Unsupported(why)
	}
	if m.class.Category == playVoice && (n.Display == push.Alert || a.version == 3) {
		return nil, nil, pushbatch.Unsupported("a notification cannot be of the category PLAY_VOICE")
	}
	if m.seconds, e = d.TTL(push.TTLRange{Unit: time.Second, Max: maxTTL}); e != nil {
		return nil, nil, e
	}
	if len(n.Key) <= maxTag {
		m.tag = n.Key
	}
	var r request
	switch {
	case a.version == 3:
		r = m.scene()
	case a.o.QuickApp != NoQuickApp:
		r = m.quick()
	default:
		r = m.envelope()
	}
	if size := pushbatch.Size(r.body); size > maxPayload {
		return nil, nil, pushbatch.Unsupported("the message has " + strconv.Itoa(size) + " bytes, the vendor takes 4096")
	}
	return r, d.Adjusted, nil
}

// envelope makes a message of versions 1 and 2.
func (m *mapping) envelope() envelope {
	n := m.N
	r := envelope{ValidateOnly: m.a.o.ValidateOnly, Message: message{Android: m.android()}}
	if n.Display == push.Alert {
		r.Message.Android.Notification = m.shown()
	} else {
		m.hidden()
	}
	r.Message.Data = string(pushbatch.Marshal(m.Data))
	return r
}

// android is what all messages of versions 1 and 2 have.
func (m *mapping) android() android {
	v := android{Category: m.class.Category, Urgency: "NORMAL", TTL: strconv.FormatInt(m.seconds, 10) + "s", BiTag: m.tag, ReceiptID: m.o.Receipt}
	if m.o.Test {
		v.TargetUser = 1
	}
	if m.N.Urgent() && m.a.o.HighUrgency {
		v.Urgency = "HIGH"
	} else if m.N.Priority == push.High {
		m.Adjusted = append(m.Adjusted, push.Adjustment{Field: "priority", Asked: "high", Sent: "normal"})
	}
	return v
}

// hidden leaves out what data alone cannot have.
func (m *mapping) hidden() {
	n := m.N
	if n.Click != "" {
		m.KeepClick()
	}
	if n.Image != "" {
		m.Drop("image", "")
	}
	if n.Badge != nil {
		m.Drop("badge", strconv.Itoa(*n.Badge))
	}
	if n.Sound != "" {
		m.Drop("sound", n.Sound)
	}
	if n.Collapse != "" {
		m.Drop("collapse", "")
	}
}

// shown makes what the device shows.
func (m *mapping) shown() *notification {
	n := m.N
	v := &notification{
		Title: m.Title, Body: m.Body, Image: n.Image, ClickAction: click{Type: 3}, ChannelID: m.class.Channel, Importance: m.class.Importance, Group: m.o.Group,
		DefaultSound: n.Sound == "", TitleKey: n.TitleKey, TitleArgs: n.TitleArgs, BodyKey: n.BodyKey, BodyArgs: n.BodyArgs,
		NotifyID: notifyID(n),
	}
	switch {
	case strings.HasPrefix(n.Click, "https://"):
		v.ClickAction = click{Type: 2, URL: n.Click}
	case n.Click != "":
		v.ClickAction = click{Type: 1, Intent: n.Click}
	}
	if v.Sound = n.Sound; v.Sound != "" && !strings.HasPrefix(v.Sound, "/") {
		// The app's resource, named without its extension.
		v.Sound = "/raw/" + strings.TrimSuffix(v.Sound, path.Ext(v.Sound))
	}
	if b := n.Badge; b != nil && m.a.o.BadgeClass == "" {
		m.Drop("badge", strconv.Itoa(*b))
	} else if b != nil {
		v.Badge = &badge{m.number(*b), m.a.o.BadgeClass}
	}
	return v
}

// number is a badge within the vendor's bounds.
func (m *mapping) number(b int) int {
	if b > maxBadge {
		m.Adjusted = append(m.Adjusted, push.Adjustment{Field: "badge", Asked: strconv.Itoa(b), Sent: strconv.Itoa(maxBadge)})
	}
	return min(b, maxBadge)
}

// notifyID is what a later notification replaces it by, 0 for nothing.
func notifyID(n *push.Notification) int64 {
	if n.Collapse == "" {
		return 0
	}
	return push.Derive("huawei.notify_id", n.Collapse).Int(math.MaxInt32)
}
