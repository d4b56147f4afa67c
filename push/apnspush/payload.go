package apnspush

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// ImageKey is the key beside aps under which the app's service extension finds
// the notification's image: the system shows none by itself.
const ImageKey = push.Reserved + "image"

// The largest payloads in bytes.
const (
	MaxPayload     = 4096
	MaxPayloadVoIP = 5120
)

// aps is the vendor's dictionary, as described at
// https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification.
type aps struct {
	Timestamp      int64           `json:"timestamp,omitempty"`
	Event          Event           `json:"event,omitempty"`
	ContentState   json.RawMessage `json:"content-state,omitempty"`
	AttributesType string          `json:"attributes-type,omitempty"`
	Attributes     json.RawMessage `json:"attributes,omitempty"`
	StaleDate      int64           `json:"stale-date,omitempty"`
	DismissalDate  int64           `json:"dismissal-date,omitempty"`
	InputPushToken int             `json:"input-push-token,omitempty"`

	Alert            *alert   `json:"alert,omitempty"`
	Badge            *int     `json:"badge,omitempty"`
	Sound            any      `json:"sound,omitempty"`
	ThreadID         string   `json:"thread-id,omitempty"`
	Category         string   `json:"category,omitempty"`
	ContentAvailable int      `json:"content-available,omitempty"`
	MutableContent   int      `json:"mutable-content,omitempty"`
	TargetContentID  string   `json:"target-content-id,omitempty"`
	Level            Level    `json:"interruption-level,omitempty"`
	Relevance        *float64 `json:"relevance-score,omitempty"`
	FilterCriteria   string   `json:"filter-criteria,omitempty"`
}

// alert is what is shown.
type alert struct {
	Title           string   `json:"title,omitempty"`
	Subtitle        string   `json:"subtitle,omitempty"`
	Body            string   `json:"body,omitempty"`
	TitleLocKey     string   `json:"title-loc-key,omitempty"`
	TitleLocArgs    []string `json:"title-loc-args,omitempty"`
	SubtitleLocKey  string   `json:"subtitle-loc-key,omitempty"`
	SubtitleLocArgs []string `json:"subtitle-loc-args,omitempty"`
	LocKey          string   `json:"loc-key,omitempty"`
	LocArgs         []string `json:"loc-args,omitempty"`
	LaunchImage     string   `json:"launch-image,omitempty"`
}

// criticalSound is a sound that plays on a muted device.
type criticalSound struct {
	Critical int     `json:"critical"`
	Name     string  `json:"name"`
	Volume   float64 `json:"volume,omitempty"`
}

// message is a notification as the vendor gets it, but for the token and its
// id.
type message struct {
	header   map[string][]string // without authorization and apns-id
	body     []byte
	adjusted []push.Adjustment
}

// draft is a message in the making.
type draft struct {
	n        *push.Notification
	o        Override
	class    Class
	typ      PushType
	now      time.Time
	adjusted []push.Adjustment
}

// message maps a notification. Its errors are NotSent.
func (a *Adapter) message(n *push.Notification, now time.Time) (*message, *waybill.Error) {
	o, e := push.OverrideOf[Override](n)
	if e != nil {
		return nil, e
	}
	d := &draft{n: n, o: o, class: a.classes[n.Kind], typ: o.Type, now: now}
	if d.typ == "" {
		if d.typ = TypeAlert; n.Display == push.DataOnly {
			d.typ = TypeBackground
		}
	}
	if why := d.check(a.certificate); why != "" {
		return nil, unsupported(why)
	}
	body, err := d.body()
	if err != nil {
		return nil, unsupported("the payload cannot be written as JSON")
	}
	limit := MaxPayload
	if d.typ == TypeVoIP {
		limit = MaxPayloadVoIP
	}
	if len(body) > limit {
		return nil, unsupported("the payload has " + strconv.Itoa(len(body)) + " bytes, APNs takes " + strconv.Itoa(limit))
	}
	return &message{header: d.header(a.topic), body: body, adjusted: d.adjusted}, nil
}

func unsupported(why string) *waybill.Error {
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Message: why}
}

// check says what this vendor cannot take, or "".
func (d *draft) check(certificate bool) string {
	if why := d.o.check(d.typ); why != "" {
		return why
	}
	shown := d.n.Display == push.Alert
	switch {
	case d.typ == TypeAlert && !shown:
		return "push type alert shows something, and data only does not"
	case (d.typ == TypeBackground || d.typ == TypeLocation) && shown:
		return "push type " + string(d.typ) + " shows nothing, and an alert does"
	case certificate && (d.typ == TypeLocation || d.typ == TypeLiveActivity):
		return "push type " + string(d.typ) + " needs a signing key, not a certificate"
	}
	if _, ok := d.n.Data["aps"]; ok {
		return "the data key aps is the vendor's own"
	}
	return ""
}

// header makes the vendor's headers, of which net/http writes the names in lower
// case.
func (d *draft) header(topic string) map[string][]string {
	expiration := "0"
	if !d.o.Once {
		expiration = strconv.FormatInt(d.n.Expires(d.now).Unix(), 10)
	}
	h := map[string][]string{
		"Content-Type":    {"application/json"},
		"Apns-Topic":      {topic + suffixes[d.typ]},
		"Apns-Push-Type":  {string(d.typ)},
		"Apns-Priority":   {strconv.Itoa(d.priority())},
		"Apns-Expiration": {expiration},
	}
	if d.n.Collapse != "" {
		h["Apns-Collapse-Id"] = []string{collapseID(d.n.Collapse)}
	}
	return h
}

// collapseID returns what can stand in a header: the value itself, or an id that
// is always the same for it.
func collapseID(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) || strings.TrimSpace(s) != s {
		return push.Derive("apns-collapse-id", s).Hex(64)
	}
	return s
}

// priority is that of the vendor.
func (d *draft) priority() int {
	switch {
	case d.o.Priority != 0:
		return d.o.Priority
	case d.typ == TypeBackground:
		if d.n.Urgent() {
			// Apple refuses 10 for it.
			d.adjusted = append(d.adjusted, push.Adjustment{Field: "priority", Asked: "high", Sent: "normal"})
		}
		return 5
	case d.typ == TypeVoIP, d.n.Urgent():
		return 10
	}
	return 5
}

// body makes the payload: aps, and the data beside it.
func (d *draft) body() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // every byte counts
	var failed error
	put := func(v any) {
		if err := enc.Encode(v); err != nil && failed == nil {
			failed = err
		}
		b.Truncate(max(b.Len()-1, 0)) // the encoder ends with a line break
	}
	b.WriteString(`{"aps":`)
	put(d.aps())
	pair := func(key, value string) {
		b.WriteByte(',')
		put(key)
		b.WriteByte(':')
		put(value)
	}
	for _, k := range slices.Sorted(maps.Keys(d.n.Data)) {
		pair(k, d.n.Data[k])
	}
	pair(push.Expiry, strconv.FormatInt(d.n.Expires(d.now).Unix(), 10))
	if d.n.Click != "" {
		pair(push.Click, d.n.Click)
	}
	if d.n.Image != "" && d.shows() {
		pair(ImageKey, d.n.Image)
	}
	b.WriteByte('}')
	return b.Bytes(), failed
}

// shows reports whether the system shows the notification.
func (d *draft) shows() bool { return d.n.Display == push.Alert }

// aps makes the vendor's dictionary.
func (d *draft) aps() *aps {
	v := &aps{}
	if d.typ == TypeBackground || d.o.Wake {
		v.ContentAvailable = 1
	}
	if l := d.o.LiveActivity; l != nil {
		d.activity(v, l)
	}
	if !d.shows() {
		d.leaveOut()
		return v
	}
	n, o, c := d.n, &d.o, &d.class
	v.Alert = d.alert()
	v.Badge = n.Badge
	v.Sound = d.sound()
	v.Level, v.ThreadID, v.Category = pick(o.Level, c.Level), pick(o.Thread, c.Thread), pick(o.Category, c.Category)
	v.TargetContentID, v.FilterCriteria = o.Target, o.Filter
	if v.Relevance = o.Relevance; v.Relevance == nil && c.Relevance != 0 {
		v.Relevance = &c.Relevance
	}
	if o.Mutable || n.Image != "" {
		v.MutableContent = 1
	}
	return v
}

// pick returns the first that is set.
func pick[T ~string](a, b T) T {
	if a != "" {
		return a
	}
	return b
}

// leaveOut reports what a push that shows nothing cannot have.
func (d *draft) leaveOut() {
	drop := func(field, asked string) {
		d.adjusted = append(d.adjusted, push.Adjustment{Field: field, Asked: asked})
	}
	if d.n.Badge != nil {
		drop("badge", strconv.Itoa(*d.n.Badge))
	}
	if d.n.Sound != "" {
		drop("sound", d.n.Sound)
	}
	if d.n.Image != "" {
		drop("image", "")
	}
}

func (d *draft) alert() *alert {
	n, o := d.n, &d.o
	a := &alert{Title: n.Title, Subtitle: o.Subtitle, Body: n.Body, LaunchImage: o.LaunchImage}
	if n.TitleKey != "" {
		a.Title, a.TitleLocKey, a.TitleLocArgs = "", n.TitleKey, n.TitleArgs
	}
	if o.SubtitleKey != "" {
		a.Subtitle, a.SubtitleLocKey, a.SubtitleLocArgs = "", o.SubtitleKey, o.SubtitleArgs
	}
	if n.BodyKey != "" {
		a.Body, a.LocKey, a.LocArgs = "", n.BodyKey, n.BodyArgs
	}
	return a
}

func (d *draft) sound() any {
	name := pick(d.n.Sound, "default")
	if d.o.CriticalSound {
		return criticalSound{1, name, d.o.Volume}
	}
	return name
}

// activity fills in the Live Activity.
func (d *draft) activity(v *aps, l *LiveActivity) {
	at := l.Timestamp
	if at.IsZero() {
		at = d.now
	}
	v.Timestamp, v.Event, v.ContentState = at.Unix(), l.Event, l.State
	v.AttributesType, v.Attributes = l.AttributesType, l.Attributes
	if !l.Stale.IsZero() {
		v.StaleDate = l.Stale.Unix()
	}
	if !l.Dismissal.IsZero() {
		v.DismissalDate = l.Dismissal.Unix()
	}
	if l.InputToken {
		v.InputPushToken = 1
	}
}
