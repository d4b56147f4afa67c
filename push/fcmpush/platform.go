package fcmpush

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"

	"firebase.google.com/go/v4/messaging"

	"github.com/waybill-go/waybill/push"
)

// android maps for Android.
func (d *draft) android() *messaging.AndroidConfig {
	c := &messaging.AndroidConfig{
		CollapseKey: d.Collapse, Priority: "normal", TTL: &d.life,
		RestrictedPackageName: d.o.RestrictedPackage, DirectBootOK: d.o.DirectBoot,
	}
	if d.urgent {
		c.Priority = "high"
	}
	if d.Display != push.Alert {
		return c
	}
	n := &messaging.AndroidNotification{
		ChannelID: or(d.o.Channel, d.class.Channel), Tag: or(d.o.Tag, d.Collapse), NotificationCount: d.Badge,
		Sound: d.Sound, DefaultSound: d.Sound == "",
		TitleLocKey: d.TitleKey, TitleLocArgs: d.TitleArgs, BodyLocKey: d.BodyKey, BodyLocArgs: d.BodyArgs,
		Icon: d.o.Icon, Color: d.o.Color, Ticker: d.o.Ticker, Sticky: d.o.Sticky, LocalOnly: d.o.LocalOnly,
		Visibility: visibilities[d.o.Visibility],
	}
	if !strings.Contains(d.Click, "://") {
		// The action of an intent. A link there would open nothing at all.
		n.ClickAction = d.Click
	}
	c.Notification = n
	return c
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// apple maps for Apple devices, for which android.ttl and android.priority do
// nothing.
func (d *draft) apple() *messaging.APNSConfig {
	c := &messaging.APNSConfig{
		Headers: map[string]string{"apns-expiration": strconv.FormatInt(d.expires, 10), "apns-priority": "5"},
		Payload: &messaging.APNSPayload{Aps: &messaging.Aps{Badge: d.Badge, Category: d.o.Category, ThreadID: d.o.Thread}},
	}
	if d.Collapse != "" {
		c.Headers["apns-collapse-id"] = d.Collapse
	}
	if len(d.o.Apple) > 0 {
		c.Payload.CustomData = make(map[string]any, len(d.o.Apple))
		for k, v := range d.o.Apple {
			c.Payload.CustomData[k] = v
		}
	}
	aps := c.Payload.Aps
	defer maps.Copy(c.Headers, d.o.Headers)
	if d.Display != push.Alert {
		// A background push; Apple wants priority 5 for it, whatever was asked.
		c.Headers["apns-push-type"] = "background"
		aps.ContentAvailable = true
		return c
	}
	c.Headers["apns-push-type"] = "alert"
	if d.urgent {
		c.Headers["apns-priority"] = "10"
	}
	aps.Alert = d.alert()
	if level := or(d.o.InterruptionLevel, d.class.InterruptionLevel); level != "" {
		aps.CustomData = map[string]any{"interruption-level": level}
	}
	if aps.Sound = d.Sound; d.Sound == "" {
		aps.Sound = "default"
	}
	aps.MutableContent = d.o.MutableContent
	if d.Image != "" {
		aps.MutableContent = true
		c.FCMOptions = &messaging.APNSFCMOptions{ImageURL: d.Image}
	}
	return c
}

// alert is Apple's own alert, where the common title and body do not say it all.
// With keys it is whole, so that nothing of it depends on how the two are merged.
func (d *draft) alert() *messaging.ApsAlert {
	if d.TitleKey == "" && d.BodyKey == "" {
		if d.o.Subtitle == "" {
			return nil
		}
		return &messaging.ApsAlert{Title: d.Title, Body: d.Body, SubTitle: d.o.Subtitle}
	}
	a := &messaging.ApsAlert{SubTitle: d.o.Subtitle, TitleLocKey: d.TitleKey, TitleLocArgs: d.TitleArgs, LocKey: d.BodyKey, LocArgs: d.BodyArgs}
	if d.TitleKey == "" {
		a.Title = d.Title
	}
	if d.BodyKey == "" {
		a.Body = d.Body
	}
	return a
}

// browser maps for browsers, which know no texts by key.
func (d *draft) browser() *messaging.WebpushConfig {
	c := &messaging.WebpushConfig{Headers: map[string]string{
		"TTL": strconv.FormatInt(int64(d.life/time.Second), 10), "Urgency": "normal",
	}}
	if d.urgent {
		c.Headers["Urgency"] = "high"
	}
	if d.Collapse != "" {
		c.Headers["Topic"] = webTopic(d.Collapse)
	}
	if d.Display != push.Alert {
		return c
	}
	c.Notification = d.o.Web
	if c.Notification == nil && (d.TitleKey != "" || d.BodyKey != "") && (d.Title != "" || d.Body != "") {
		c.Notification = &messaging.WebpushNotification{Title: d.Title, Body: d.Body}
	}
	link := or(d.o.Link, d.Click)
	if u, err := url.ParseRequestURI(link); err == nil && u.Scheme == "https" {
		c.FCMOptions = &messaging.WebpushFCMOptions{Link: link}
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
