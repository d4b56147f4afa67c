package meizupush

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

// sent sends a notification to one token and returns the message that the vendor
// read.
func sent(t *testing.T, f *pushtest.Meizu, a *Adapter, n *push.Notification) (pushtest.MeizuMessage, push.Result) {
	t.Helper()
	r := a.Send(t.Context(), n, []push.Token{token(1)})[0]
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	m, _ := f.Message(token(1).Value)
	return m, r
}

func adjusted(r push.Result) (fields []string) {
	for _, x := range r.Adjusted {
		fields = append(fields, x.Field)
	}
	slices.Sort(fields)
	return fields
}

func TestMapping(t *testing.T) {
	f, a := fake(t)
	badge := 3
	n := order()
	n.Click, n.Sound, n.Badge, n.Priority, n.Image, n.TTL, n.Body = "driver://orders/17", "horn", &badge, push.High, "https://example.test/a.png", 90*time.Minute, ""
	n.Data = map[string]string{"order": "17 & more=汉"}
	m, r := sent(t, f, a, n)
	if m.Bar.MsgType != 1 || m.Bar.BarType != 0 || m.Bar.Title != "On its way" || m.Bar.Content != "On its way" || m.Time.ValidTime != 1 || m.Click.Type != 2 ||
		m.Click.URL != n.Click || m.Click.Parameters["order"] != "17 & more=汉" || m.Advance.Alert.Sound != 1 || m.Advance.Suspend != 1 || m.Advance.Clear != 1 {
		t.Errorf("got %+v", m)
	}
	if m.Extra["callback.param"] != "order-17" || m.Extra["callback.type"] != "3" || !strings.HasPrefix(m.Extra["callback"], "https://example.test/meizu?") {
		t.Errorf("extra: %v", m.Extra)
	}
	if got := adjusted(r); !slices.Equal(got, []string{"badge", "body", "image", "priority", "sound", "ttl"}) {
		t.Errorf("adjusted: %v", r.Adjusted)
	}
	n.Kind, n.Key = push.KindMarketing, strings.Repeat("k", 65)
	if m, _ = sent(t, f, a, n); m.Bar.MsgType != 0 || m.Extra["callback.param"] != "" {
		t.Errorf("got %+v", m)
	}
}

func TestTTL(t *testing.T) {
	f, a := fake(t)
	for asked, want := range map[time.Duration]int64{0: 24, time.Hour: 1, 40 * time.Minute: 1, 119 * time.Minute: 1, 72 * time.Hour: 72, 100 * time.Hour: 72} {
		n := order()
		n.TTL = asked
		m, r := sent(t, f, a, n)
		exact := asked == 0 || time.Duration(want)*time.Hour == asked
		if m.Time.ValidTime != want || exact != (len(r.Adjusted) == 0) {
			t.Errorf("%v: %d hours, adjusted %v", asked, m.Time.ValidTime, r.Adjusted)
		}
	}
	n := order()
	n.TTL = 29 * time.Minute
	if r := a.Send(t.Context(), n, []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.Unsupported {
		t.Errorf("more than twice the asked life: %v", r.Err)
	}
}

func TestClicks(t *testing.T) {
	f, a := fake(t)
	long := "https://example.test/" + strings.Repeat("a", 1000)
	for link, kind := range map[string]int{"": 0, "https://example.test/a?b": 2, "driver://x": 2, "orders": 0, long: 0} {
		n := order()
		n.Click = link
		m, r := sent(t, f, a, n)
		if kept := m.Click.Parameters[push.Click] != ""; m.Click.Type != kind || kept != (link != "" && kind == 0) || kept != slices.Contains(adjusted(r), "click") {
			t.Errorf("%.20s: type %d, handed to the app: %t", link, m.Click.Type, kept)
		}
	}
}

func TestNotifyKey(t *testing.T) {
	f, a := fake(t)
	of := func(key, collapse string) string {
		n := order()
		n.Key, n.Collapse = key, collapse
		m, _ := sent(t, f, a, n)
		return m.Advance.NotifyKey
	}
	same := of("k1", "order 17")
	if of("k2", "order 17") != same || of("", "order 17") != same || len(same) != 8 {
		t.Error("what has the same Collapse does not replace the first")
	}
	if first, again := of("k1", ""), of("k1", ""); first != again || first == of("k2", "") || first == same || of("", "") != "" {
		t.Error("what has no Collapse is not told by its key")
	}
	if n := order(); !a.Replaces(n) || a.Replaces(&push.Notification{}) || !a.Replaces(&push.Notification{Collapse: "c"}) {
		t.Error("Replaces is not what the device does")
	}
}

func TestBatches(t *testing.T) {
	f, a := fake(t)
	tokens := make([]push.Token, 203)
	for i := range tokens {
		tokens[i] = token(i + 1)
	}
	tokens[202] = tokens[0] // twice
	f.Kill(tokens[150].Value)
	for i, r := range a.Send(t.Context(), order(), tokens) {
		if dead := i == 150; (r.Err != nil) != dead || r.Dead != dead || r.Token != tokens[i] {
			t.Fatalf("token %d: %v", i, r.Err)
		}
	}
	if f.Sends() != 3 || f.Accepted(tokens[0].Value) != 1 {
		t.Errorf("%d sends, the repeated token %d times", f.Sends(), f.Accepted(tokens[0].Value))
	}
	for _, code := range []string{"1006", "token/518"} { // both end the call
		f.FailCode(code)
		before := f.Sends()
		for _, r := range a.Send(t.Context(), order(), tokens) {
			if r.Err == nil || r.Err.Delivery != waybill.NotSent {
				t.Fatal(r.Err)
			}
		}
		if f.Sends() != before+1 {
			t.Errorf("%s: %d sends", code, f.Sends()-before)
		}
	}
}

func TestOverrides(t *testing.T) {
	f, a := fake(t)
	n := order()
	n.Click = "driver://orders/17"
	n.Overrides = []push.Override{&Override{Class: &Class{}, Activity: "com.example.A", BigPicture: "http://f.example.test/b.png", Silent: true}}
	m, _ := sent(t, f, a, n)
	if m.Bar.MsgType != 0 || m.Click.Type != 1 || m.Click.Activity != "com.example.A" || m.Click.URL != "" || m.Click.Parameters[push.Click] != n.Click ||
		m.Expand.Type != 2 || m.Advance.Alert.Sound != 0 || m.Advance.Alert.Vibrate != 0 || m.Advance.Alert.Lights != 1 || m.Advance.Suspend != 1 {
		t.Errorf("got %+v", m)
	}
	for what, o := range map[string]Override{
		"activity": {Activity: strings.Repeat("a", 1001)}, "both": {BigText: "t", BigPicture: "p"}, "subtitle": {Subtitle: strings.Repeat("汉", 17)},
	} {
		n.Overrides = []push.Override{o}
		if r := a.Send(t.Context(), n, []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.Unsupported {
			t.Errorf("%s: %v", what, r.Err)
		}
	}
}

func TestSides(t *testing.T) {
	for overseas, want := range map[bool][2]string{
		false: {"https://server-api-push.meizu.com", "https://api-push.meizu.com"},
		true:  {"https://server-api-push.in.meizu.com", "https://api-push.in.meizu.com"},
	} {
		a, err := New("1", "s", &Options{Overseas: overseas, Classes: classes(push.Kinds()...)})
		if err != nil || a.URL != want[0] || a.subscribe != want[1] {
			t.Errorf("overseas %t: %v", overseas, err)
		}
	}
}

func TestBadSettings(t *testing.T) {
	all := classes(push.Kinds()...)
	for what, o := range map[string]*Options{
		"no table":      nil,
		"base":          {Classes: all, BaseURL: "ftp://example.test"},
		"subscriptions": {Classes: all, SubscribeURL: "ftp://example.test"},
		"callback":      {Classes: all, CallbackURL: "example.test"},
		"long callback": {Classes: all, CallbackURL: "https://example.test/" + strings.Repeat("a", 128)},
	} {
		if _, err := New("1", "secret", o); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, c := range [][2]string{{"", "s"}, {"1", ""}, {"1a", "s"}} {
		if _, err := New(c[0], c[1], &Options{Classes: all}); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("credential %q: %v", c, err)
		}
	}
	for _, secrets := range [][]string{nil, {"short"}} {
		if _, err := NewReceiptHandler("", secrets, nil, nil); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("secrets of receipts: %v", err)
		}
	}
}

// TestCredentials wants the source asked for each exchange and the signature made
// with what it gives.
func TestCredentials(t *testing.T) {
	secrets := []string{"an-old-secret-1234", pushtest.MeizuSecret}
	f, a := fake(t, func(o *Options) {
		o.Credentials = func(context.Context) (string, error) {
			if len(secrets) == 0 {
				return "", errors.New("vault: secret-of-the-vault")
			}
			s := secrets[0]
			secrets = secrets[1:]
			return s, nil
		}
	})
	tokens := []push.Token{token(1)}
	if r := a.Send(t.Context(), order(), tokens)[0]; r.Err == nil || r.Err.Code != waybill.Unauthenticated || r.Err.VendorCode != "1006" {
		t.Errorf("with the old secret: %v", r.Err)
	}
	if r := a.Send(t.Context(), order(), tokens)[0]; r.Err != nil {
		t.Errorf("with the new one: %v", r.Err)
	}
	before := f.Sends()
	r := a.Send(t.Context(), order(), tokens)[0]
	if e := r.Err; e == nil || e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent || strings.Contains(e.Error(), "vault") || f.Sends() != before {
		t.Errorf("a source that fails: %v, %d sends", e, f.Sends()-before)
	}
}
