package fcmpush_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"firebase.google.com/go/v4/messaging"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
)

func TestOverride(t *testing.T) {
	m := sent(t, fcmpush.Options{}, push.Notification{Kind: push.KindOrder, Title: "T", Body: "B", Collapse: "c", Click: "OPEN",
		Overrides: []push.Override{&fcmpush.Override{
			AnalyticsLabel: "spring-1", Channel: "special", RestrictedPackage: "com.example.driver", DirectBoot: true, Icon: "ic", Color: "#00ff00", Ticker: "tick",
			Sticky: true, LocalOnly: true, Visibility: "private", Tag: "tag", Headers: map[string]string{"apns-topic": "com.example.driver", "apns-priority": "1"},
			Subtitle: "S", Thread: "th", Category: "cat", InterruptionLevel: "time-sensitive", MutableContent: true, Apple: map[string]json.RawMessage{"k": json.RawMessage(`{"a":1}`)},
			Web: &messaging.WebpushNotification{Title: "W"}, Link: "https://x.example/o",
		}}})
	if m.FCMOptions.AnalyticsLabel != "spring-1" {
		t.Error("the label is lost")
	}
	a := m.Android
	if n := a.Notification; n.ChannelID != "special" || n.Icon != "ic" || n.Color != "#00ff00" || n.Ticker != "tick" || !n.Sticky || !n.LocalOnly || n.Visibility != "PRIVATE" || n.Tag != "tag" ||
		a.RestrictedPackageName != "com.example.driver" || !a.DirectBootOK || a.CollapseKey != "c" {
		t.Errorf("android: %+v %+v", a, n)
	}
	if h := m.APNS.Headers; h["apns-topic"] != "com.example.driver" || h["apns-priority"] != "1" || h["apns-collapse-id"] != "c" {
		t.Errorf("apns headers: %v", h)
	}
	if got, want := string(m.APNS.Payload["aps"]), `{"alert":{"title":"T","subtitle":"S","body":"B"},"category":"cat","interruption-level":"time-sensitive","mutable-content":1,"sound":"default","thread-id":"th"}`; got != want {
		t.Errorf("aps: %s", got)
	}
	if string(m.APNS.Payload["k"]) != `{"a":1}` || string(m.Webpush.Notification["title"]) != `"W"` || m.Webpush.FCMOptions.Link != "https://x.example/o" {
		t.Errorf("apns %s, webpush %+v", m.APNS.Payload["k"], m.Webpush)
	}
}

func TestOverrideRefusals(t *testing.T) {
	f, a := fake(t, fcmpush.Options{})
	for name, o := range map[string]push.Override{
		"label": fcmpush.Override{AnalyticsLabel: "a b"}, "long label": fcmpush.Override{AnalyticsLabel: strings.Repeat("a", 51)},
		"color": fcmpush.Override{Color: "green"}, "visibility": fcmpush.Override{Visibility: "hidden"}, "level": fcmpush.Override{InterruptionLevel: "loud"},
		"link": fcmpush.Override{Link: "http://x.example/"}, "header": fcmpush.Override{Headers: map[string]string{"Authorization": "x"}},
		"capital header": fcmpush.Override{Headers: map[string]string{"Apns-Id": "x"}}, "empty header": fcmpush.Override{Headers: map[string]string{"apns-id": ""}},
		"aps": fcmpush.Override{Apple: map[string]json.RawMessage{"aps": json.RawMessage(`{}`)}}, "no json": fcmpush.Override{Apple: map[string]json.RawMessage{"a": json.RawMessage(`{`)}},
		"too large": fcmpush.Override{Apple: map[string]json.RawMessage{"a": json.RawMessage(`"` + strings.Repeat("a", 4096) + `"`)}},
	} {
		n := push.Notification{Kind: push.KindOrder, Title: "T", Key: "k", Overrides: []push.Override{o}}
		if e := a.Send(t.Context(), &n, []push.Token{token(1)})[0].Err; e == nil || e.Code != waybill.Unsupported || e.Delivery != waybill.NotSent || e.Ref != "k" || e.Provider != "fcmpush" {
			t.Errorf("%s: %v", name, e)
		}
	}
	if f.Sends() != 0 {
		t.Errorf("the server saw %d requests", f.Sends())
	}
}

func TestClasses(t *testing.T) {
	classes := map[push.Kind]fcmpush.Class{
		push.KindOrder: {Channel: "orders", Priority: push.Normal, InterruptionLevel: "time-sensitive"}, push.KindStatus: {Channel: "status", Priority: push.High},
		push.KindCoupon: {Channel: "coupons", InterruptionLevel: "passive"}, push.KindMarketing: {Channel: "ads"},
	}
	for _, c := range []struct {
		kind                     push.Kind
		asked                    push.Priority
		channel, priority, level string
	}{
		{push.KindOrder, push.PriorityDefault, "orders", "normal", `"time-sensitive"`}, {push.KindOrder, push.High, "orders", "high", `"time-sensitive"`},
		{push.KindStatus, push.PriorityDefault, "status", "high", ""}, {push.KindStatus, push.Normal, "status", "normal", ""},
		{push.KindCoupon, push.PriorityDefault, "coupons", "normal", `"passive"`}, {push.KindMarketing, push.PriorityDefault, "ads", "normal", ""},
	} {
		m := sent(t, fcmpush.Options{Classes: classes}, push.Notification{Kind: c.kind, Title: "T", Priority: c.asked})
		var aps map[string]json.RawMessage
		if err := json.Unmarshal(m.APNS.Payload["aps"], &aps); err != nil {
			t.Fatal(err)
		}
		if m.Android.Notification.ChannelID != c.channel || m.Android.Priority != c.priority || string(aps["interruption-level"]) != c.level {
			t.Errorf("%v, %v: %s %s %s", c.kind, c.asked, m.Android.Notification.ChannelID, m.Android.Priority, aps["interruption-level"])
		}
		if urgent := m.APNS.Headers["apns-priority"] == "10"; urgent != (c.priority == "high") || m.Webpush.Headers["Urgency"] != c.priority {
			t.Errorf("%v: the platforms differ", c.kind)
		}
	}
	for name, bad := range map[string]fcmpush.Class{"no channel": {}, "priority": {Channel: "c", Priority: 9}, "level": {Channel: "c", InterruptionLevel: "loud"}} {
		classes[push.KindCoupon] = bad
		if _, err := fcmpush.New(nil, &fcmpush.Options{ProjectID: "p", TokenSource: noToken, Classes: classes}); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTextsByKey(t *testing.T) {
	n := push.Notification{Kind: push.KindOrder, Title: "T", Body: "B", TitleKey: "title", TitleArgs: []string{"17"}}
	m := sent(t, fcmpush.Options{}, n)
	// On Android a text would win over the key.
	if m.Notification.Title != "" || m.Notification.Body != "B" || m.Android.Notification.TitleLocKey != "title" || m.Android.Notification.TitleLocArgs[0] != "17" {
		t.Errorf("%+v %+v", m.Notification, m.Android.Notification)
	}
	if got := string(m.APNS.Payload["aps"]); !strings.Contains(got, `"alert":{"body":"B","title-loc-key":"title","title-loc-args":["17"]}`) {
		t.Errorf("aps: %s", got)
	}
	if string(m.Webpush.Notification["title"]) != `"T"` || string(m.Webpush.Notification["body"]) != `"B"` {
		t.Errorf("webpush: %v", m.Webpush.Notification)
	}
	n = push.Notification{Kind: push.KindOrder, BodyKey: "body", BodyArgs: []string{"a", "b"}}
	m = sent(t, fcmpush.Options{}, n)
	if m.Android.Notification.BodyLocKey != "body" || len(m.Android.Notification.BodyLocArgs) != 2 || m.Webpush.Notification != nil {
		t.Errorf("%+v", m.Android.Notification)
	}
}

func noToken(context.Context) (string, time.Time, error) { return "token", time.Time{}, nil }
