package fcmpush

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"

	"firebase.google.com/go/v4/messaging"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// maxPayload is how many bytes a message to a token may carry.
const maxPayload = 4096

// message maps a notification to the vendor's message, without its token.
func (a *Adapter) message(n *push.Notification, now time.Time) (*messaging.Message, *waybill.Error) {
	life := n.Life().Truncate(time.Second)
	expires := now.Add(life).Unix()
	m := &messaging.Message{Data: make(map[string]string, len(n.Data)+2)}
	for k, v := range n.Data {
		if reserved(k) {
			return nil, unsupported(n, "a data key is reserved by FCM")
		}
		m.Data[k] = v
	}
	m.Data[push.Expiry] = strconv.FormatInt(expires, 10)
	if n.Click != "" {
		m.Data[push.Click] = n.Click
	}
	if n.Display == push.Alert {
		m.Notification = &messaging.Notification{Title: n.Title, Body: n.Body, ImageURL: n.Image}
	}
	if n.Image != "" {
		// The SDK and the vendor refuse what does not parse.
		if _, err := url.ParseRequestURI(n.Image); err != nil {
			return nil, unsupported(n, "the image's URL cannot be parsed")
		}
	}
	m.Android = a.android(n, life)
	m.APNS = apple(n, expires)
	m.Webpush = browser(n, life)
	if size := payloadSize(m); size > maxPayload {
		return nil, unsupported(n, "the payload has "+strconv.Itoa(size)+" bytes, FCM takes 4096")
	}
	return m, nil
}

func unsupported(n *push.Notification, message string) *waybill.Error {
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: name, Op: string(push.Send), Ref: n.Key, Message: message}
}

// reserved reports whether FCM keeps a data key for itself.
func reserved(key string) bool {
	return key == "from" || key == "gcm" || key == "message_type" || strings.HasPrefix(key, "google") || strings.HasPrefix(key, "gcm.")
}

// payloadSize is what counts towards the vendor's limit at the least: the texts
// of notification and data. How the vendor counts beyond that is not documented
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
	return size
}

func (a *Adapter) android(n *push.Notification, life time.Duration) *messaging.AndroidConfig {
	c := &messaging.AndroidConfig{CollapseKey: n.Collapse, Priority: "normal", TTL: &life}
	if n.Urgent() {
		c.Priority = "high"
	}
	if n.Display != push.Alert {
		return c
	}
	c.Notification = &messaging.AndroidNotification{
		ChannelID: a.channel(n.Kind), Tag: n.Collapse, NotificationCount: n.Badge,
		Sound: n.Sound, DefaultSound: n.Sound == "",
	}
	if !strings.Contains(n.Click, "://") {
		// The action of an intent. A link there would open nothing at all.
		c.Notification.ClickAction = n.Click
	}
	return c
}

// channel is the Android channel of a kind.
func (a *Adapter) channel(k push.Kind) string {
	if a.channels == nil {
		return k.String()
	}
	return a.channels[k]
}

// apple maps what android.ttl and android.priority do not do for Apple devices.
func apple(n *push.Notification, expires int64) *messaging.APNSConfig {
	c := &messaging.APNSConfig{
		Headers: map[string]string{"apns-expiration": strconv.FormatInt(expires, 10), "apns-priority": "5"},
		Payload: &messaging.APNSPayload{Aps: &messaging.Aps{Badge: n.Badge}},
	}
	if n.Collapse != "" {
		c.Headers["apns-collapse-id"] = n.Collapse
	}
	aps := c.Payload.Aps
	if n.Display != push.Alert {
		// A background push; Apple wants priority 5 for it, whatever was asked.
		c.Headers["apns-push-type"] = "background"
		aps.ContentAvailable = true
		return c
	}
	c.Headers["apns-push-type"] = "alert"
	if n.Urgent() {
		c.Headers["apns-priority"] = "10"
	}
	if aps.Sound = n.Sound; n.Sound == "" {
		aps.Sound = "default"
	}
	if n.Image != "" {
		aps.MutableContent = true
		c.FCMOptions = &messaging.APNSFCMOptions{ImageURL: n.Image}
	}
	return c
}

func browser(n *push.Notification, life time.Duration) *messaging.WebpushConfig {
	c := &messaging.WebpushConfig{Headers: map[string]string{
		"TTL": strconv.FormatInt(int64(life/time.Second), 10), "Urgency": "normal",
	}}
	if n.Urgent() {
		c.Headers["Urgency"] = "high"
	}
	if n.Collapse != "" {
		c.Headers["Topic"] = webTopic(n.Collapse)
	}
	if u, err := url.ParseRequestURI(n.Click); err == nil && u.Scheme == "https" && n.Display == push.Alert {
		c.FCMOptions = &messaging.WebpushFCMOptions{Link: n.Click}
	}
	return c
}

// webTopic makes a Web Push topic, which has at most 32 characters of the
// URL-safe base64 alphabet (RFC 8030, 5.4).
func webTopic(collapse string) string {
	fits := len(collapse) <= 32 && !strings.ContainsFunc(collapse, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
	if fits {
		return collapse
	}
	sum := sha256.Sum256([]byte(collapse))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}

// private is what a notification says to a person, none of which may stand in
// an error.
func private(n *push.Notification) []string {
	out := make([]string, 0, 8+2*len(n.Data))
	for _, s := range []string{n.Title, n.Body, n.Image, n.Click} {
		if s != "" {
			out = append(out, s)
		}
	}
	for _, v := range n.Data {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}
