package honorpush

import (
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
	// importanceNormal is that of service messages.
	importanceNormal = "NORMAL"
)

// Override is what only Honor knows. Fields that are set win over the class's.
type Override struct {
	// Importance is as in [Class].
	Importance string
	// Test marks a test message, of which there are 1000 a day.
	Test bool
}

// PushVendor returns push.Honor.
func (Override) PushVendor() push.Vendor { return push.Honor }

// message is the vendor's message.
type message struct {
	Data    string   `json:"data,omitempty"`
	Android android  `json:"android"`
	Token   []string `json:"token,omitempty"`
}

type android struct {
	TTL          string        `json:"ttl"`
	BiTag        string        `json:"biTag,omitempty"`
	TargetUser   int           `json:"targetUserType,omitempty"`
	Notification *notification `json:"notification,omitempty"`
}

type notification struct {
	Title       string `json:"title"`
	Body        string `json:"body"`
	Image       string `json:"image,omitempty"`
	ClickAction click  `json:"clickAction"`
	Importance  string `json:"importance"`
	NotifyID    int64  `json:"notifyId,omitempty"`
	Badge       *badge `json:"badge,omitempty"`
}

type click struct {
	Type   int    `json:"type"`
	Intent string `json:"intent,omitempty"`
	URL    string `json:"url,omitempty"`
}

type badge struct {
	Class string `json:"badgeClass"`
	Set   int    `json:"setNum"`
}

// body is the request's body for some tokens.
func (m message) body(tokens []string) []byte {
	m.Token = tokens
	return pushbatch.Marshal(m)
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
	if o.Importance != "" {
		c.Importance = o.Importance
	}
	if why := checkClass(n.Kind, c); why != "" {
		return message{}, nil, pushbatch.Unsupported(why)
	}
	m := message{Android: android{TTL: strconv.FormatInt(seconds, 10) + "s"}}
	if o.Test {
		m.Android.TargetUser = 1
	}
	if len(n.Key) <= maxTag {
		m.Android.BiTag = n.Key
	}
	if n.Priority == push.High {
		d.Drop("priority", "high")
	}
	if n.Sound != "" {
		d.Drop("sound", n.Sound)
	}
	if n.Display == push.Alert {
		m.Android.Notification = a.notification(d, c)
	} else {
		a.hidden(d)
	}
	m.Data = string(pushbatch.Marshal(d.Data))
	if size := pushbatch.Size(m.body); size > maxPayload {
		return message{}, nil, pushbatch.Unsupported("the message has " + strconv.Itoa(size) + " bytes, the vendor takes 4096")
	}
	return m, d.Adjusted, nil
}

// hidden leaves out what data alone cannot have.
func (a *Adapter) hidden(d *pushbatch.Draft) {
	n := d.N
	if n.Click != "" {
		d.KeepClick()
	}
	if n.Image != "" {
		d.Drop("image", "")
	}
	if n.Badge != nil {
		d.Drop("badge", strconv.Itoa(*n.Badge))
	}
	if n.Collapse != "" {
		d.Drop("collapse", "")
	}
}

func (a *Adapter) notification(d *pushbatch.Draft, c Class) *notification {
	n := d.N
	v := &notification{Title: d.Title, Body: d.Body, Image: n.Image, ClickAction: click{Type: 3}, Importance: c.Importance}
	if v.Image != "" && c.Importance != importanceNormal {
		v.Image = "" // the vendor takes pictures with service messages only
		d.Drop("image", "")
	}
	switch {
	case strings.HasPrefix(n.Click, "https://"):
		v.ClickAction = click{Type: 2, URL: n.Click}
	case n.Click != "":
		v.ClickAction = click{Type: 1, Intent: n.Click}
	}
	if n.Collapse != "" {
		v.NotifyID = push.Derive("honor.notifyId", n.Collapse).Int(math.MaxInt32)
	}
	if b := n.Badge; b != nil && a.o.BadgeClass == "" {
		d.Drop("badge", strconv.Itoa(*b))
	} else if b != nil {
		v.Badge = &badge{a.o.BadgeClass, min(*b, maxBadge)}
		if *b > maxBadge {
			d.Adjusted = append(d.Adjusted, push.Adjustment{Field: "badge", Asked: strconv.Itoa(*b), Sent: strconv.Itoa(maxBadge)})
		}
	}
	return v
}
