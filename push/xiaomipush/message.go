package xiaomipush

import (
	"crypto/rand"
	"maps"
	"math"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
)

// The vendor's limits: "below 50" and "below 128" characters of text, bytes of
// the rest.
const (
	maxTitle   = 49
	maxBody    = 127
	maxPayload = 4096
	maxClick   = 1024
	maxParam   = 64
	jobkeySize = 20
)

// How long the vendor keeps a message for a device that is offline.
const (
	publicLife   = 24 * time.Hour
	privateLife  = 10 * 24 * time.Hour
	overseasLife = 14 * 24 * time.Hour
)

// The values of extra.notify_effect: what a tap opens.
const (
	opensApp    = "1"
	opensIntent = "2"
	opensWeb    = "3"
)

// message is the form of a notification, but for whom it goes to.
type message url.Values

// to returns the form with more parameters.
func (m message) to(more url.Values) url.Values {
	form := maps.Clone(url.Values(m))
	maps.Copy(form, more)
	return form
}

// compose maps a notification.
func (a *Adapter) compose(n *push.Notification, now time.Time) (message, []push.Adjustment, *waybill.Error) {
	o, e := push.OverrideOf[Override](n)
	if e != nil {
		return nil, nil, e
	}
	c := a.classes[n.Kind]
	if o.Class.Channel != "" || o.Class.NoChannel {
		c = o.Class
	}
	why := o.fault()
	if why == "" {
		why = a.checkClass(n.Kind, c)
	}
	if why != "" {
		return nil, nil, pushbatch.Unsupported(why)
	}
	d, e := pushbatch.NewDraft(n, now)
	if e != nil {
		return nil, nil, e
	}
	if n.Display == push.DataOnly {
		c = Class{NoChannel: true} // channels and templates are of what is shown
	}
	life, e := d.TTL(push.TTLRange{Unit: time.Millisecond, Max: a.life(c)})
	if e != nil {
		return nil, nil, e
	}
	m := url.Values{"restricted_package_name": {a.pkg}, "time_to_live": {strconv.FormatInt(life, 10)}}
	if c.Channel != "" {
		m.Set("extra.channel_id", c.Channel)
	}
	if n.Display == push.DataOnly {
		hidden(d, m)
	} else if e := a.shown(d, m, &c); e != nil {
		return nil, nil, e
	}
	a.callback(n, m)
	o.put(m)
	payload := pushbatch.Marshal(d.Data)
	if len(payload) > maxPayload {
		return nil, nil, pushbatch.Unsupported("the data have " + strconv.Itoa(len(payload)) + " bytes, the vendor takes 4096")
	}
	m.Set("payload", string(payload))
	return message(m), d.Adjusted, nil
}

// life is the longest that the vendor keeps a message of a class.
func (a *Adapter) life(c Class) time.Duration {
	switch {
	case a.overseas:
		return overseasLife
	case c.Private:
		return privateLife
	}
	return publicLife
}

// hidden is a message that is handed to the app.
func hidden(d *pushbatch.Draft, m url.Values) {
	m.Set("pass_through", "1")
	if d.N.Click != "" {
		d.KeepClick()
	}
	if d.N.Collapse != "" {
		d.Drop("collapse", "")
	}
	d.DropDecorations()
}

// shown is a message that the system shows.
func (a *Adapter) shown(d *pushbatch.Draft, m url.Values, c *Class) *waybill.Error {
	n := d.N
	if e := d.Limit(maxTitle, maxBody); e != nil {
		return e
	}
	if strings.TrimSpace(d.Title) == "" || strings.TrimSpace(d.Body) == "" {
		return pushbatch.Unsupported("Xiaomi takes no title or body of blanks alone")
	}
	m.Set("pass_through", "0")
	m.Set("title", d.Title)
	m.Set("description", d.Body)
	m.Set("notify_type", "-1")
	m.Set("notify_id", strconv.FormatInt(notifyID(n), 10))
	if n.Key != "" {
		m.Set("extra.jobkey", push.Derive("xiaomi.jobkey", n.Key).Hex(jobkeySize))
	}
	if c.Template != "" {
		params, why := c.params(d)
		if why != "" {
			return pushbatch.Unsupported(why)
		}
		m.Set("extra.template_id", c.Template)
		m.Set("extra.template_param", params)
	}
	tap(d, m)
	if n.Image != "" {
		d.Drop("image", "")
	}
	if n.Badge != nil {
		d.Drop("badge", strconv.Itoa(*n.Badge))
	}
	d.DropPriority()
	if n.Sound != "" {
		m.Set("extra.sound_uri", a.sound(n.Sound))
	}
	return nil
}

// sound is the address of a sound: a resource of the app, whose names have no
// extensions, or what is an address already.
func (a *Adapter) sound(s string) string {
	if strings.Contains(s, "://") {
		return s
	}
	return "android.resource://" + a.pkg + "/raw/" + strings.TrimSuffix(s, path.Ext(s))
}

// notifyID is what a device replaces a message by: the same for the same
// Collapse, else for the same Key, else no other's.
func notifyID(n *push.Notification) int64 {
	id := push.Derive("xiaomi.notify_id.none", rand.Text())
	switch {
	case n.Collapse != "":
		id = push.Derive("xiaomi.notify_id", n.Collapse)
	case n.Key != "":
		id = push.Derive("xiaomi.notify_id.key", n.Key)
	}
	return id.Int(math.MaxInt32)
}

// tap is what a tap opens.
func tap(d *pushbatch.Draft, m url.Values) {
	effect := opensApp
	switch click := d.N.Click; {
	case click == "":
	case len(click) > maxClick || !strings.Contains(click, ":"):
		d.KeepClick()
	case strings.HasPrefix(click, "https://"), strings.HasPrefix(click, "http://"):
		effect = opensWeb
		m.Set("extra.web_uri", click)
	default:
		effect = opensIntent
		m.Set("extra.intent_uri", click)
	}
	m.Set("extra.notify_effect", effect)
}

// callback asks for receipts.
func (a *Adapter) callback(n *push.Notification, m url.Values) {
	if a.CallbackURL == "" {
		return
	}
	m.Set("extra.callback", a.CallbackURL)
	m.Set("extra.callback.type", callbackTypes)
	if n.Key != "" && len(n.Key) <= maxParam {
		m.Set("extra.callback.param", n.Key)
	}
}
