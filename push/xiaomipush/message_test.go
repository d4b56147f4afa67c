package xiaomipush

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

// sent sends a notification to one token and returns the form that the vendor
// read.
func sent(t *testing.T, f *pushtest.Xiaomi, a *Adapter, n *push.Notification) (url.Values, push.Result) {
	t.Helper()
	r := a.Send(t.Context(), n, []push.Token{token(1)})[0]
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	form, _ := f.Form(token(1).Value)
	return form, r
}

func expect(t *testing.T, form url.Values, want map[string]string) {
	t.Helper()
	for k, v := range want {
		if got := form.Get(k); got != v || v == "" && form.Has(k) {
			t.Errorf("%s is %q, want %q", k, got, v)
		}
	}
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
	n.Click, n.Sound, n.Badge, n.Priority, n.Image, n.TTL = "driver://orders/17", "horn", &badge, push.High, "https://example.test/a.png", 20*24*time.Hour
	n.Data = map[string]string{"order": "17 & more=汉"}
	form, r := sent(t, f, a, n)
	expect(t, form, map[string]string{
		"pass_through": "0", "title": "On its way", "description": "Ten minutes", "notify_type": "-1", "time_to_live": "864000000",
		"extra.channel_id": pushtest.XiaomiChannel, "extra.template_id": pushtest.XiaomiTemplate, "extra.template_param": `{"detail":"Ten minutes","event":"On its way"}`,
		"extra.notify_effect": "2", "extra.intent_uri": "driver://orders/17", "extra.web_uri": "", "extra.sound_uri": "android.resource://com.example.driver/raw/horn",
		"extra.callback.param": "order-17", "extra.callback.type": "243", "restricted_package_name": "com.example.driver",
	})
	if got := adjusted(r); !slices.Equal(got, []string{"badge", "image", "priority", "ttl"}) {
		t.Errorf("adjusted: %v", r.Adjusted)
	}
	if !strings.HasPrefix(form.Get("extra.callback"), "https://example.test/xiaomi?") || !strings.Contains(form.Get("payload"), "17 & more=汉") || len(form.Get("extra.jobkey")) != 20 {
		t.Errorf("got %v", form)
	}
}

func TestClicks(t *testing.T) {
	f, a := fake(t)
	for click, want := range map[string]map[string]string{
		"":                               {"extra.notify_effect": "1"},
		"https://example.test/a?b":       {"extra.notify_effect": "3", "extra.web_uri": "https://example.test/a?b"},
		"intent:#Intent;end":             {"extra.notify_effect": "2", "extra.intent_uri": "intent:#Intent;end"},
		"orders":                         {"extra.notify_effect": "1", "extra.intent_uri": ""},
		"a:" + strings.Repeat("b", 1100): {"extra.notify_effect": "1", "extra.intent_uri": ""},
	} {
		n := order()
		n.Click = click
		form, r := sent(t, f, a, n)
		expect(t, form, want)
		if kept := strings.Contains(form.Get("payload"), push.Click); kept != (want["extra.notify_effect"] == "1" && click != "") || kept != slices.Contains(adjusted(r), "click") {
			t.Errorf("%.20s: handed to the app: %t, adjusted %v", click, kept, r.Adjusted)
		}
	}
}

func TestSounds(t *testing.T) {
	f, a := fake(t)
	for sound, want := range map[string]string{
		"": "", "horn": "android.resource://com.example.driver/raw/horn", "horn.mp3": "android.resource://com.example.driver/raw/horn",
		"android.resource://a.b/raw/c": "android.resource://a.b/raw/c",
	} {
		n := order()
		n.Sound = sound
		form, _ := sent(t, f, a, n)
		expect(t, form, map[string]string{"extra.sound_uri": want})
	}
}

func TestNotifyID(t *testing.T) {
	f, a := fake(t)
	id := func(key, collapse string) string {
		n := order()
		n.Key, n.Collapse = key, collapse
		form, _ := sent(t, f, a, n)
		if (form.Get("extra.jobkey") == "") != (key == "") {
			t.Errorf("key %q: jobkey %q", key, form.Get("extra.jobkey"))
		}
		return form.Get("notify_id")
	}
	same := id("k1", "order 17")
	if id("k2", "order 17") != same || id("", "order 17") != same {
		t.Error("what has the same Collapse does not replace the first")
	}
	if first, again := id("k1", ""), id("k1", ""); first != again || first == id("k2", "") || first == same {
		t.Error("what has no Collapse is not told by its key")
	}
	if first, then := id("", ""), id("", ""); first == then {
		t.Error("what has neither replaces another")
	}
	if n := order(); !a.Replaces(n) || a.Replaces(&push.Notification{}) || a.Replaces(&push.Notification{Key: "k", Display: push.DataOnly}) || !a.Replaces(&push.Notification{Collapse: "c"}) {
		t.Error("Replaces is not what the device does")
	}
}

func TestDataOnly(t *testing.T) {
	f, a := fake(t)
	badge := 1
	n := &push.Notification{Kind: push.KindStatus, Display: push.DataOnly, Data: map[string]string{"a": "b"}, Click: "driver://x", Collapse: "c", Badge: &badge, TTL: 48 * time.Hour}
	form, r := sent(t, f, a, n)
	expect(t, form, map[string]string{"pass_through": "1", "title": "", "description": "", "notify_id": "", "extra.channel_id": "", "extra.template_id": "", "time_to_live": "86400000"})
	if got := adjusted(r); !slices.Equal(got, []string{"badge", "click", "collapse", "ttl"}) || !strings.Contains(form.Get("payload"), "driver://x") {
		t.Errorf("adjusted: %v", r.Adjusted)
	}
}

// TestTemplate tries values that the vendor refuses before it can.
func TestTemplate(t *testing.T) {
	f, a := fake(t, func(o *Options) {
		row := o.Classes[push.KindOrder]
		row.Params = map[string]Source{"event": Title, "detail": Data("what")}
		o.Classes[push.KindOrder] = row
	})
	before := f.Sends()
	for value, why := range map[string]string{"": "empty", " \t": "empty", strings.Repeat("汉", 129): "more than 128", "on 🚚 its way": "emoji", "sun ☀": "emoji", "x\U000e0fff": "emoji"} {
		n := order()
		n.Data = map[string]string{"what": value}
		r := a.Send(t.Context(), n, []push.Token{token(1)})[0]
		if r.Err == nil || r.Err.Code != waybill.Unsupported || !strings.Contains(r.Err.Message, why) || value != "" && strings.Contains(r.Err.Error(), value) {
			t.Errorf("%q: %v", value, r.Err)
		}
	}
	if f.Sends() != before {
		t.Error("the vendor saw something")
	}
	n := order()
	n.Data = map[string]string{"what": strings.Repeat("汉", 128)}
	form, _ := sent(t, f, a, n)
	expect(t, form, map[string]string{"extra.template_param": `{"detail":"` + n.Data["what"] + `","event":"On its way"}`})
}

func TestBatches(t *testing.T) {
	f, a := fake(t)
	tokens := make([]push.Token, 2003)
	for i := range tokens {
		tokens[i] = token(i)
	}
	tokens[2002] = tokens[0] // twice
	f.Kill(tokens[1500].Value)
	for i, r := range a.Send(t.Context(), order(), tokens) {
		if dead := i == 1500; (r.Err != nil) != dead || r.Dead != dead || r.Token != tokens[i] {
			t.Fatalf("token %d: %v", i, r.Err)
		}
	}
	if f.Sends() != 3 || f.Accepted(tokens[0].Value) != 1 {
		t.Errorf("%d sends, the repeated token %d times", f.Sends(), f.Accepted(tokens[0].Value))
	}
	f.FailCode("21301") // ends the call
	before := f.Sends()
	for _, r := range a.Send(t.Context(), order(), tokens) {
		if r.Err == nil || r.Err.Code != waybill.Unauthenticated {
			t.Fatal(r.Err)
		}
	}
	if f.Sends() != before+1 {
		t.Errorf("%d sends after a refusal of the credential", f.Sends()-before)
	}
}

func TestOverrides(t *testing.T) {
	f, a := fake(t)
	n := order()
	n.Overrides = []push.Override{&Override{Class: Class{Channel: "120009"}, NotifyType: 5, BigPicture: "http://f.example.test/b.png"}}
	form, _ := sent(t, f, a, n)
	expect(t, form, map[string]string{"extra.channel_id": "120009", "extra.template_id": "", "notify_type": "5", "extra.notification_style_type": "2", "extra.notify_foreground": ""})
	n.Overrides = []push.Override{Override{Class: Class{NoChannel: true}}}
	form, _ = sent(t, f, a, n)
	expect(t, form, map[string]string{"extra.channel_id": ""})
	for what, o := range map[string]Override{
		"type": {NotifyType: 8}, "negative": {NotifyType: -1}, "style": {BigText: true, BigPicture: "http://x"}, "slow": {PerSecond: 999}, "fast": {PerSecond: 100_001},
		"private without template": {Class: Class{Channel: "c", Private: true}},
	} {
		n.Overrides = []push.Override{o}
		if r := a.Send(t.Context(), n, []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.Unsupported {
			t.Errorf("%s: %v", what, r.Err)
		}
	}
}

func TestSites(t *testing.T) {
	all := map[push.Kind]Class{push.KindOrder: {}, push.KindStatus: {Channel: "status"}, push.KindCoupon: {}, push.KindMarketing: {NoChannel: true}}
	for site, want := range map[Site]string{"": "https://api.xmpush.xiaomi.com", China: "https://api.xmpush.xiaomi.com"} {
		a, err := New("s", "a.b", &Options{Site: site, Classes: classes()})
		if err != nil || a.URL != want {
			t.Errorf("site %q: %v", site, err)
		}
		if _, err := New("s", "a.b", &Options{Site: site, Classes: all}); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("site %q without channels: %v", site, err)
		}
	}
	for _, site := range []Site{Russia, India, Europe, Singapore} {
		a, err := New("s", "a.b", &Options{Site: site, Classes: all})
		if err != nil || a.URL != string(site) {
			t.Errorf("site %q: %v", site, err)
		}
		if _, err := New("s", "a.b", &Options{Site: site, Classes: classes()}); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("site %q with private channels: %v", site, err)
		}
		m, adj, e := a.compose(&push.Notification{Kind: push.KindOrder, Title: "T", TTL: push.MaxTTL}, time.Now())
		if e != nil || url.Values(m).Get("time_to_live") != "1209600000" || len(adj) != 2 {
			t.Errorf("site %q: %v, %v", site, e, adj)
		}
	}
}

func TestBadSettings(t *testing.T) {
	with := func(change func(*Class)) *Options {
		c := classes()
		row := c[push.KindOrder]
		change(&row)
		c[push.KindOrder] = row
		return &Options{Classes: c}
	}
	many := map[string]Source{}
	for _, v := range strings.Split("abcdefghij", "") {
		many[v] = Title
	}
	for what, o := range map[string]*Options{
		"no table":         nil,
		"empty row":        with(func(c *Class) { *c = Class{} }),
		"both":             with(func(c *Class) { c.NoChannel = true }),
		"private alone":    with(func(c *Class) { *c = Class{NoChannel: true, Private: true} }),
		"no template":      with(func(c *Class) { c.Template, c.Params = "", nil }),
		"lone template":    with(func(c *Class) { *c = Class{NoChannel: true, Template: "t", Params: c.Params} }),
		"no params":        with(func(c *Class) { c.Params = nil }),
		"lone params":      with(func(c *Class) { *c = Class{Channel: "c", Params: c.Params} }),
		"ten variables":    with(func(c *Class) { c.Params = many }),
		"no source":        with(func(c *Class) { c.Params = map[string]Source{"a": ""} }),
		"unknown source":   with(func(c *Class) { c.Params = map[string]Source{"a": "image"} }),
		"source of no key": with(func(c *Class) { c.Params = map[string]Source{"a": Data("")} }),
		"no variable":      with(func(c *Class) { c.Params = map[string]Source{"": Title} }),
		"site":             {Classes: classes(), Site: "https://example.test"},
		"base":             {Classes: classes(), BaseURL: "ftp://example.test"},
		"callback":         {Classes: classes(), CallbackURL: "example.test"},
		"long callback":    {Classes: classes(), CallbackURL: "https://example.test/" + strings.Repeat("a", 128)},
	} {
		if _, err := New("secret", "com.example", o); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, c := range [][2]string{{"", "com.example"}, {"a b", "com.example"}, {"s", ""}, {"s", "example"}, {"s", "com.example,com.other"}} {
		if _, err := New(c[0], c[1], &Options{Classes: classes()}); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("credential %q: %v", c, err)
		}
	}
	for _, secrets := range [][]string{nil, {"short"}} {
		if _, err := NewReceiptHandler("", secrets, nil, nil); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("secrets of receipts: %v", err)
		}
	}
}

// TestCredentials wants the source asked for each exchange, and its errors NotSent
// and without their texts.
func TestCredentials(t *testing.T) {
	secrets, fail := []string{"an-old-secret-1234", pushtest.XiaomiSecret}, error(nil)
	f, a := fake(t, func(o *Options) {
		o.Credentials = func(context.Context) (string, error) {
			if fail != nil {
				return "", fail
			}
			s := secrets[0]
			secrets = secrets[1:]
			return s, nil
		}
	})
	if r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.Unauthenticated || r.Err.VendorCode != "21301" {
		t.Errorf("with the old secret: %v", r.Err)
	}
	if r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]; r.Err != nil {
		t.Errorf("with the new one: %v", r.Err)
	}
	before := f.Sends()
	for want, err := range map[waybill.Code]error{
		waybill.Unauthenticated: errors.New("vault: secret-of-the-vault"),
		waybill.Unavailable:     &waybill.Error{Code: waybill.Unavailable, Message: "secret-of-the-vault", RetryAfter: time.Second},
	} {
		fail = err
		r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]
		if e := r.Err; e == nil || e.Code != want || e.Delivery != waybill.NotSent || strings.Contains(e.Error(), "vault") || e.Provider != name {
			t.Errorf("a source that fails: %v", e)
		}
	}
	fail, secrets = nil, []string{"line\nbreak"}
	if r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]; r.Err == nil || r.Err.Code != waybill.Unauthenticated || f.Sends() != before {
		t.Errorf("a secret that cannot be sent: %v, %d sends", r.Err, f.Sends()-before)
	}
}
