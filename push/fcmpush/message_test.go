package fcmpush_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// sent sends a notification and returns what the fake read.
func sent(t *testing.T, o fcmpush.Options, n push.Notification) pushtest.FCMMessage {
	t.Helper()
	f, a := fake(t, o)
	if r := a.Send(t.Context(), &n, []push.Token{token(1)})[0]; r.Err != nil {
		t.Fatal(r.Err)
	}
	m, ok := f.Message(token(1).Value)
	if !ok {
		t.Fatal("nothing arrived")
	}
	return m
}

func TestMapping(t *testing.T) {
	badge := 3
	before := time.Now()
	m := sent(t, fcmpush.Options{}, push.Notification{
		Kind: push.KindCoupon, Title: "T", Body: "B", Image: "https://x.example/i.png", Data: map[string]string{"k": "v"},
		Click: "OPEN_COUPON", Badge: &badge, Sound: "horn", Priority: push.High, TTL: 90*time.Minute + 700*time.Millisecond, Collapse: "coupon-1",
	})
	expires, err := strconv.ParseInt(m.Text(push.Expiry), 10, 64)
	if at := time.Unix(expires, 0); err != nil || at.Before(before.Add(90*time.Minute-time.Second)) || at.After(time.Now().Add(90*time.Minute)) {
		t.Errorf("expires at %v: the TTL was raised or lost", at)
	}
	if m.Notification.Title != "T" || m.Notification.Body != "B" || m.Notification.Image != "https://x.example/i.png" || m.Text("k") != "v" || m.Text(push.Click) != "OPEN_COUPON" {
		t.Errorf("texts: %+v", m.Notification)
	}
	a := m.Android
	if a.TTL != "5400s" || a.Priority != "high" || a.CollapseKey != "coupon-1" {
		t.Errorf("android: %+v", a)
	}
	if n := a.Notification; n.Tag != "coupon-1" || n.ChannelID != "coupon" || n.Sound != "horn" || n.DefaultSound || *n.NotificationCount != 3 || n.ClickAction != "OPEN_COUPON" {
		t.Errorf("android notification: %+v", n)
	}
	h := m.APNS.Headers
	if h["apns-expiration"] != m.Text(push.Expiry) || h["apns-priority"] != "10" || h["apns-collapse-id"] != "coupon-1" || h["apns-push-type"] != "alert" {
		t.Errorf("apns: %v", h)
	}
	if got := string(m.APNS.Payload["aps"]); got != `{"badge":3,"mutable-content":1,"sound":"horn"}` {
		t.Errorf("aps: %s", got)
	}
	if m.APNS.FCMOptions.Image != "https://x.example/i.png" {
		t.Error("the image is lost for Apple")
	}
	w := m.Webpush.Headers
	if w["TTL"] != "5400" || w["Urgency"] != "high" || w["Topic"] != "coupon-1" || m.Webpush.FCMOptions != nil {
		t.Errorf("webpush: %+v", m.Webpush)
	}
}

func TestMappingOfDefaults(t *testing.T) {
	m := sent(t, fcmpush.Options{}, push.Notification{Kind: push.KindMarketing, Body: "B"})
	if m.Android.TTL != "86400s" || m.Android.Priority != "normal" || m.Android.CollapseKey != "" || !m.Android.Notification.DefaultSound {
		t.Errorf("android: %+v", m.Android)
	}
	if m.APNS.Headers["apns-priority"] != "5" || string(m.APNS.Payload["aps"]) != `{"sound":"default"}` || m.Webpush.Headers["Urgency"] != "normal" {
		t.Errorf("apns: %+v", m.APNS)
	}
	m = sent(t, fcmpush.Options{}, push.Notification{Kind: push.KindOrder, Title: "T"})
	if m.Android.Priority != "high" || m.APNS.Headers["apns-priority"] != "10" {
		t.Error("an order is urgent by default")
	}
	m = sent(t, fcmpush.Options{Classes: map[push.Kind]fcmpush.Class{1: {Channel: "orders_v2"}, 2: {Channel: "b"}, 3: {Channel: "c"}, 4: {Channel: "d"}}}, push.Notification{Kind: push.KindOrder, Title: "T"})
	if m.Android.Notification.ChannelID != "orders_v2" {
		t.Errorf("channel %q", m.Android.Notification.ChannelID)
	}
}

func TestMappingOfDataOnly(t *testing.T) {
	m := sent(t, fcmpush.Options{}, push.Notification{Kind: push.KindOrder, Display: push.DataOnly, Title: "T", Data: map[string]string{"k": "v"}})
	if m.Notification != nil || m.Android.Notification != nil || m.Android.Priority != "high" {
		t.Errorf("something is shown: %+v %+v", m.Notification, m.Android)
	}
	h := m.APNS.Headers
	if h["apns-push-type"] != "background" || h["apns-priority"] != "5" || string(m.APNS.Payload["aps"]) != `{"content-available":1}` {
		t.Errorf("apns: %v %s", h, m.APNS.Payload["aps"])
	}
}

func TestMappingOfLinksAndTopics(t *testing.T) {
	m := sent(t, fcmpush.Options{}, push.Notification{Kind: push.KindStatus, Title: "T", Click: "https://x.example/o/1", Collapse: "order 17 / Straße"})
	if m.Android.Notification.ClickAction != "" {
		t.Error("a link is no intent")
	}
	if m.Webpush.FCMOptions == nil || m.Webpush.FCMOptions.Link != "https://x.example/o/1" || m.Text(push.Click) != "https://x.example/o/1" {
		t.Error("the link is lost")
	}
	topic := m.Webpush.Headers["Topic"]
	if len(topic) != 32 || m.Android.CollapseKey != "order 17 / Straße" {
		t.Errorf("topic %q", topic)
	}
	if again := sent(t, fcmpush.Options{}, push.Notification{Kind: push.KindStatus, Title: "T", Collapse: "order 17 / Straße"}); again.Webpush.Headers["Topic"] != topic {
		t.Error("the topic changes")
	}
	if m = sent(t, fcmpush.Options{}, push.Notification{Kind: push.KindStatus, Title: "T", Click: "myapp://order/1"}); m.Webpush.FCMOptions != nil || m.Android.Notification.ClickAction != "" {
		t.Error("only https links open in a browser")
	}
}

// Texts that look like the token's place, or need escapes, arrive unchanged.
func TestTextsArriveUnchanged(t *testing.T) {
	for _, s := range []string{"\x01token\x01", `"token":"x"`, "<b>&\u2028\u0000", "汉字 😀", `\"}`, strings.Repeat("é", 900)} {
		m := sent(t, fcmpush.Options{}, push.Notification{Kind: push.KindStatus, Title: s, Body: s, Data: map[string]string{"k": "v"}})
		if m.Notification.Title != s || m.Notification.Body != s || m.Token != token(1).Value {
			t.Errorf("%q came as %q", s, m.Notification.Title)
		}
	}
}

func TestPayloadLimit(t *testing.T) {
	f, a := fake(t, fcmpush.Options{})
	send := func(n int) *waybill.Error {
		return a.Send(t.Context(), &push.Notification{Kind: push.KindStatus, Title: "T", Body: strings.Repeat("b", n)}, []push.Token{token(1)})[0].Err
	}
	lo, hi := 1, 4096 // send(lo) passes, send(hi) does not
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; send(mid) == nil {
			lo = mid
		} else {
			hi = mid
		}
	}
	if lo < 3900 {
		t.Errorf("texts of more than %d bytes are refused", lo)
	}
	for _, n := range []int{hi, 4096, 100_000} {
		before := f.Sends()
		if e := send(n); e == nil || e.Code != waybill.Unsupported || e.Delivery != waybill.NotSent || f.Sends() != before {
			t.Errorf("%d bytes: got %v", n, e)
		}
	}
}

// A token with characters that JSON escapes cannot break out of its place.
func TestOddTokensAreQuoted(t *testing.T) {
	f, a := fake(t, fcmpush.Options{})
	odd := push.Token{Vendor: push.FCM, Value: `x","topic":"all\`}
	r := a.Send(t.Context(), order(), []push.Token{odd})[0]
	if r.Err == nil || r.Err.Code != waybill.Unregistered {
		t.Errorf("got %v", r.Err)
	}
	for _, x := range f.Log() {
		if x.Path != "/token" && !json.Valid([]byte(x.Body)) {
			t.Error("the request is not JSON")
		}
	}
	if len(f.Ledger().Accepted()) != 0 {
		t.Error("something was sent")
	}
}
