package fcmpush

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"firebase.google.com/go/v4/messaging"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// maxPayload is how many bytes a message to a token may carry.
const maxPayload = 4096

// lives is what the vendor takes as a time to live.
var lives = push.TTLRange{Unit: time.Second, Min: time.Second, Max: push.MaxTTL}

// draft is a message in the making: the notification, what it was told beside,
// and the parts that every platform needs.
type draft struct {
	*push.Notification
	o        Override
	class    Class
	urgent   bool
	life     time.Duration
	expires  int64
	adjusted []push.Adjustment
}

// draft reads the notification with its class and override.
func (a *Adapter) draft(n *push.Notification, now time.Time) (*draft, *waybill.Error) {
	d := &draft{Notification: n, class: a.classes[n.Kind], expires: n.Expires(now).Unix()}
	var e *waybill.Error
	if d.o, e = push.OverrideOf[Override](n); e != nil {
		return nil, e
	}
	if why := d.o.fault(); why != "" {
		return nil, unsupported(n, "override: "+why)
	}
	if d.life, _, d.adjusted, e = n.FitTTL(lives); e != nil {
		return nil, e
	}
	switch {
	case n.Priority != push.PriorityDefault || d.class.Priority == push.PriorityDefault:
		d.urgent = n.Urgent()
	default:
		d.urgent = d.class.Priority == push.High
	}
	return d, nil
}

// message maps a notification to the vendor's message, without its target.
func (a *Adapter) message(n *push.Notification, now time.Time) (*messaging.Message, []push.Adjustment, *waybill.Error) {
	d, e := a.draft(n, now)
	if e != nil {
		return nil, nil, e
	}
	m := &messaging.Message{Data: make(map[string]string, len(n.Data)+2)}
	for k, v := range n.Data {
		if reserved(k) {
			return nil, nil, unsupported(n, "a data key is reserved by FCM")
		}
		m.Data[k] = v
	}
	m.Data[push.Expiry] = strconv.FormatInt(d.expires, 10)
	if n.Click != "" {
		m.Data[push.Click] = n.Click
	}
	if n.Image != "" {
		// The SDK and the vendor refuse what does not parse.
		if _, err := url.ParseRequestURI(n.Image); err != nil {
			return nil, nil, unsupported(n, "the image's URL cannot be parsed")
		}
	}
	if n.Display == push.Alert {
		m.Notification = d.shown()
	}
	m.Android, m.APNS, m.Webpush = d.android(), d.apple(), d.browser()
	if d.o.AnalyticsLabel != "" {
		m.FCMOptions = &messaging.FCMOptions{AnalyticsLabel: d.o.AnalyticsLabel}
	}
	if size := payloadSize(m); size > maxPayload {
		return nil, nil, unsupported(n, "the payload has "+strconv.Itoa(size)+" bytes, FCM takes 4096")
	}
	return m, d.adjusted, nil
}

// shown is what all platforms show. A title here would win over a key on Android,
// so each key takes its text away.
func (d *draft) shown() *messaging.Notification {
	n := &messaging.Notification{Title: d.Title, Body: d.Body, ImageURL: d.Image}
	if d.TitleKey != "" {
		n.Title = ""
	}
	if d.BodyKey != "" {
		n.Body = ""
	}
	return n
}

func unsupported(n *push.Notification, message string) *waybill.Error {
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: name, Op: string(push.Send), Ref: n.Key, Message: message}
}

// reserved reports whether FCM keeps a data key for itself.
func reserved(key string) bool {
	return key == "from" || key == "gcm" || key == "message_type" || strings.HasPrefix(key, "google") || strings.HasPrefix(key, "gcm.")
}

// payloadSize is what counts towards the vendor's limit at the least: texts,
// keys and data. How the vendor counts beyond that is not documented
// (unconfirmed); what only it finds too large it refuses itself, and nothing was
// sent then either.
func payloadSize(m *messaging.Message) int {
	size := 0
	if n := m.Notification; n != nil {
		size = len(n.Title) + len(n.Body) + len(n.ImageURL)
	}
	for k, v := range m.Data {
		size += len(k) + len(v)
	}
	if n := m.Android.Notification; n != nil {
		size += len(n.TitleLocKey) + len(n.BodyLocKey)
		for _, a := range slices.Concat(n.TitleLocArgs, n.BodyLocArgs) {
			size += len(a)
		}
	}
	for k, v := range m.APNS.Payload.CustomData {
		size += len(k)
		if raw, ok := v.(json.RawMessage); ok {
			size += len(raw)
		}
	}
	return size
}
