package huaweipush

import (
	"encoding/json"
	"math"
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

// Override is what only Huawei knows. Fields that are set win over the class's.
type Override struct {
	// Category, Importance and Channel are as in [Class].
	Category, Importance, Channel string
	// Receipt is the id of a receipt's configuration.
	Receipt string
	// Group bundles notifications.
	Group string
	// Test marks a test message, of which there are 500 a day.
	Test bool
}

// PushVendor returns push.Huawei.
func (Override) PushVendor() push.Vendor { return push.Huawei }

// message is the vendor's message.
type message struct {
	Data    string   `json:"data,omitempty"`
	Android android  `json:"android"`
	Token   []string `json:"token,omitempty"`
}

type android struct {
	Category     string        `json:"category,omitempty"`
	Urgency      string        `json:"urgency,omitempty"`
	TTL          string        `json:"ttl"`
	BiTag        string        `json:"bi_tag,omitempty"`
	ReceiptID    string        `json:"receipt_id,omitempty"`
	TargetUser   int           `json:"target_user_type,omitempty"`
	Notification *notification `json:"notification,omitempty"`
}

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
	DefaultSound bool     `json:"default_sound,omitempty"`
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

func pick(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// compose maps a notification. Its errors are NotSent.
func (a *Adapter) compose(n *push.Notification, now time.Time) (message, []push.Adjustment, *waybill.Error) {
	o, e := push.OverrideOf[Override](n)
	if e != nil {
		return message{}, nil, e
	}
	d, e := pushbatch.NewDraft(n, now)
	if e != nil {
		return message{}, nil, e
	}
	seconds, e := d.TTL(push.TTLRange{Unit: time.Second, Max: maxTTL})
	if e != nil {
		return message{}, nil, e
	}
	c := a.classes[n.Kind]
	c = Class{pick(o.Category, c.Category), pick(o.Importance, c.Importance), pick(o.Channel, c.Channel)}
	if why := checkClass(n.Kind, c); why != "" {
		return message{}, nil, pushbatch.Unsupported(why)
	}
	m := message{Android: android{Category: c.Category, Urgency: "NORMAL", TTL: strconv.FormatInt(seconds, 10) + "s", ReceiptID: o.Receipt}}
	if o.Test {
		m.Android.TargetUser = 1
	}
	if n.Urgent() && a.o.HighUrgency {
		m.Android.Urgency = "HIGH"
	} else if n.Priority == push.High {
		d.Adjusted = append(d.Adjusted, push.Adjustment{Field: "priority", Asked: "high", Sent: "normal"})
	}
	if len(n.Key) <= maxTag {
		m.Android.BiTag = n.Key
	}
	if n.Display == push.Alert {
		m.Android.Notification = a.notification(d, c, o)
	} else {
		if n.Click != "" {
			d.KeepClick()
		}
		dropShown(d)
	}
	m.Data = string(pushbatch.Marshal(d.Data))
	if size := len(pushbatch.Marshal(m)); size > maxPayload {
		return message{}, nil, pushbatch.Unsupported("the message has " + strconv.Itoa(size) + " bytes, the vendor takes 4096")
	}
	return m, d.Adjusted, nil
}

// dropShown leaves out what data alone cannot have.
func dropShown(d *pushbatch.Draft) {
	if d.N.Image != "" {
		d.Drop("image", "")
	}
	if d.N.Badge != nil {
		d.Drop("badge", strconv.Itoa(*d.N.Badge))
	}
	if d.N.Sound != "" {
		d.Drop("sound", d.N.Sound)
	}
	if d.N.Collapse != "" {
		d.Drop("collapse", "")
	}
}

func (a *Adapter) notification(d *pushbatch.Draft, c Class, o Override) *notification {
	n := d.N
	v := &notification{
		Title: d.Title, Body: d.Body, Image: n.Image, ClickAction: click{Type: 3}, ChannelID: c.Channel, Importance: c.Importance, Group: o.Group,
		DefaultSound: n.Sound == "", TitleKey: n.TitleKey, TitleArgs: n.TitleArgs, BodyKey: n.BodyKey, BodyArgs: n.BodyArgs,
	}
	switch {
	case strings.HasPrefix(n.Click, "https://"):
		v.ClickAction = click{Type: 2, URL: n.Click}
	case n.Click != "":
		v.ClickAction = click{Type: 1, Intent: n.Click}
	}
	if n.Collapse != "" {
		v.NotifyID = push.Derive("huawei.notify_id", n.Collapse).Int(math.MaxInt32)
	}
	if n.Sound != "" {
		if v.Sound = n.Sound; !strings.HasPrefix(v.Sound, "/") {
			v.Sound = "/raw/" + v.Sound
		}
	}
	if b := n.Badge; b != nil && a.o.BadgeClass == "" {
		d.Drop("badge", strconv.Itoa(*b))
	} else if b != nil {
		v.Badge = &badge{min(*b, maxBadge), a.o.BadgeClass}
		if *b > maxBadge {
			d.Adjusted = append(d.Adjusted, push.Adjustment{Field: "badge", Asked: strconv.Itoa(*b), Sent: strconv.Itoa(maxBadge)})
		}
	}
	return v
}

// request encodes the message to some tokens.
func (a *Adapter) request(m message, tokens []string) []byte {
	m.Token = tokens
	b, err := json.Marshal(struct {
		ValidateOnly bool    `json:"validate_only"`
		Message      message `json:"message"`
	}{a.o.ValidateOnly, m})
	if err != nil {
		return nil // strings and numbers only: cannot fail
	}
	return b
}
