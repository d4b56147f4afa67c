package apnspush_test

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/apnspush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// sent sends a notification and returns what the fake read.
func sent(t *testing.T, o apnspush.Options, n push.Notification) (pushtest.APNsNotification, push.Result) {
	t.Helper()
	f, a := fake(t, o, pushtest.APNsOptions{})
	r := a.Send(t.Context(), &n, tokens(1, 1))[0]
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	m, ok := f.Notification(token(1).Value)
	if !ok {
		t.Fatal("nothing arrived")
	}
	return m, r
}

// wantAps compares aps, given as JSON.
func wantAps(t *testing.T, m pushtest.APNsNotification, want string) {
	t.Helper()
	var a, b any
	if json.Unmarshal(m.Payload["aps"], &a) != nil || json.Unmarshal([]byte(want), &b) != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("aps: %s\nwant %s", m.Payload["aps"], want)
	}
}

func TestMapping(t *testing.T) {
	badge := 3
	before := time.Now()
	m, r := sent(t, apnspush.Options{}, push.Notification{
		Kind: push.KindCoupon, Title: "T", Body: "B", Image: "https://x.example/i.png", Data: map[string]string{"k": "v", "a": "<&>"},
		Click: "app://coupon", Badge: &badge, Sound: "horn.caf", Priority: push.High, TTL: 90 * time.Minute, Collapse: "coupon-1", Key: "k1",
	})
	wantAps(t, m, `{"alert":{"title":"T","body":"B"},"badge":3,"sound":"horn.caf","mutable-content":1,"interruption-level":"active"}`)
	if m.Text("k") != "v" || m.Text("a") != "<&>" || m.Text(push.Click) != "app://coupon" || m.Text(apnspush.ImageKey) != "https://x.example/i.png" {
		t.Errorf("data: %s", m.Body)
	}
	expires, err := strconv.ParseInt(m.Text(push.Expiry), 10, 64)
	if at := time.Unix(expires, 0); err != nil || at.Before(before.Add(90*time.Minute-time.Second)) || at.After(time.Now().Add(90*time.Minute)) {
		t.Errorf("expires at %v", at)
	}
	for name, want := range map[string]string{
		"Apns-Topic": pushtest.APNsTopic, "Apns-Push-Type": "alert", "Apns-Priority": "10", "Apns-Expiration": m.Text(push.Expiry),
		"Apns-Collapse-Id": "coupon-1", "Content-Type": "application/json",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if r.Adjusted != nil {
		t.Errorf("adjusted: %v", r.Adjusted)
	}
}

func TestMappingOfKinds(t *testing.T) {
	for kind, want := range map[push.Kind][2]string{
		push.KindOrder: {"time-sensitive", "10"}, push.KindStatus: {"active", "5"}, push.KindCoupon: {"active", "5"}, push.KindMarketing: {"passive", "5"},
	} {
		m, _ := sent(t, apnspush.Options{}, push.Notification{Kind: kind, Title: "T"})
		wantAps(t, m, `{"alert":{"title":"T"},"sound":"default","interruption-level":"`+want[0]+`"}`)
		if p := m.Header.Get("Apns-Priority"); p != want[1] {
			t.Errorf("%v: priority %s", kind, p)
		}
	}
	classes := map[push.Kind]apnspush.Class{
		push.KindOrder: {Level: apnspush.Active, Relevance: 0.5, Thread: "orders", Category: "ORDER"}, push.KindStatus: {Level: apnspush.Passive},
		push.KindCoupon: {Level: apnspush.Passive}, push.KindMarketing: {Level: apnspush.Passive},
	}
	m, _ := sent(t, apnspush.Options{Classes: classes}, push.Notification{Kind: push.KindOrder, Body: "B"})
	wantAps(t, m, `{"alert":{"body":"B"},"sound":"default","interruption-level":"active","relevance-score":0.5,"thread-id":"orders","category":"ORDER"}`)
}

func TestMappingOfBackground(t *testing.T) {
	badge := 1
	m, r := sent(t, apnspush.Options{}, push.Notification{
		Kind: push.KindStatus, Display: push.DataOnly, Data: map[string]string{"k": "v"}, Priority: push.High, Badge: &badge, Sound: "horn", Image: "https://x.example/i.png",
	})
	wantAps(t, m, `{"content-available":1}`)
	if m.Header.Get("Apns-Push-Type") != "background" || m.Header.Get("Apns-Priority") != "5" || m.Text("k") != "v" || m.Text(apnspush.ImageKey) != "" {
		t.Errorf("%v %s", m.Header, m.Body)
	}
	var fields []string
	for _, a := range r.Adjusted {
		fields = append(fields, a.Field)
	}
	if got := strings.Join(fields, " "); got != "badge sound image priority" {
		t.Errorf("adjusted: %s", got)
	}
	m, r = sent(t, apnspush.Options{}, push.Notification{Kind: push.KindStatus, Display: push.DataOnly, Data: map[string]string{"k": "v"}})
	if r.Adjusted != nil {
		t.Errorf("adjusted: %v", r.Adjusted)
	}
	wantAps(t, m, `{"content-available":1}`)
}

func TestTextsByKeyAndLanguage(t *testing.T) {
	m, _ := sent(t, apnspush.Options{}, push.Notification{
		Kind: push.KindStatus, Title: "T", Body: "B", TitleKey: "TITLE_%@", TitleArgs: []string{"17"}, BodyKey: "BODY", BodyArgs: []string{"a", "b"},
		Overrides: []push.Override{apnspush.Override{SubtitleKey: "SUB", SubtitleArgs: []string{"x"}}},
	})
	wantAps(t, m, `{"alert":{"title-loc-key":"TITLE_%@","title-loc-args":["17"],"loc-key":"BODY","loc-args":["a","b"],"subtitle-loc-key":"SUB","subtitle-loc-args":["x"]},"sound":"default","interruption-level":"active"}`)

	f, a := fake(t, apnspush.Options{}, pushtest.APNsOptions{})
	to := tokens(0, 6)
	for i, l := range []string{"de", "zh-Hant-TW", "", "fr", "zh", "de-AT"} {
		to[i].Language = l
	}
	n := &push.Notification{Kind: push.KindStatus, Title: "Hello", Texts: map[string]push.Text{"de": {Title: "Hallo"}, "zh": {Title: "您好"}}}
	allSent(t, f, a.Send(t.Context(), n, to))
	for i, want := range []string{"Hallo", "您好", "Hello", "Hello", "您好", "Hallo"} {
		m, _ := f.Notification(to[i].Value)
		if !strings.Contains(m.Body, want) {
			t.Errorf("token %d got %s", i, m.Body)
		}
	}
}

func TestOverrides(t *testing.T) {
	relevance := 1.0
	with := func(o apnspush.Override, change func(*push.Notification)) push.Notification {
		n := push.Notification{Kind: push.KindOrder, Title: "T", Overrides: []push.Override{o}}
		if change != nil {
			change(&n)
		}
		return n
	}
	data := func(n *push.Notification) {
		n.Title, n.Kind, n.Display, n.Data = "", push.KindStatus, push.DataOnly, map[string]string{"k": "v"}
	}
	dataOrder := func(n *push.Notification) { data(n); n.Kind = push.KindOrder }
	state := json.RawMessage(`{"eta":10}`)
	at := time.Unix(1_700_000_000, 0)
	for name, c := range map[string]struct {
		n                    push.Notification
		aps                  string
		topic, typ, priority string
		expiration           string // "" for any
	}{
		"everything": {with(apnspush.Override{
			Subtitle: "S", LaunchImage: "L", Level: apnspush.Critical, Relevance: &relevance, Thread: "th", Category: "C", Target: "w", Filter: "f",
			CriticalSound: true, Volume: 0.5, Mutable: true, Wake: true, Priority: 1, Once: true,
		}, nil), `{"alert":{"title":"T","subtitle":"S","launch-image":"L"},"sound":{"critical":1,"name":"default","volume":0.5},"thread-id":"th","category":"C","content-available":1,
			"mutable-content":1,"target-content-id":"w","interruption-level":"critical","relevance-score":1,"filter-criteria":"f"}`, "", "alert", "1", "0"},
		"voip":       {with(apnspush.Override{Type: apnspush.TypeVoIP}, dataOrder), `{}`, ".voip", "voip", "10", ""},
		"voip alert": {with(apnspush.Override{Type: apnspush.TypeVoIP, Once: true}, nil), `{"alert":{"title":"T"},"sound":"default","interruption-level":"time-sensitive"}`, ".voip", "voip", "10", "0"},
		"location":   {with(apnspush.Override{Type: apnspush.TypeLocation}, data), `{}`, ".location-query", "location", "5", ""},
		"live activity": {with(apnspush.Override{Type: apnspush.TypeLiveActivity, LiveActivity: &apnspush.LiveActivity{Event: apnspush.Update, State: state, Timestamp: at, Stale: at.Add(time.Hour)}}, dataOrder),
			`{"timestamp":1700000000,"event":"update","content-state":{"eta":10},"stale-date":1700003600}`, ".push-type.liveactivity", "liveactivity", "10", ""},
		"live activity starts": {with(apnspush.Override{Type: apnspush.TypeLiveActivity, LiveActivity: &apnspush.LiveActivity{
			Event: apnspush.Start, State: state, Timestamp: at, AttributesType: "OrderAttributes", Attributes: json.RawMessage(`{"id":17}`), InputToken: true}}, nil),
			`{"timestamp":1700000000,"event":"start","content-state":{"eta":10},"attributes-type":"OrderAttributes","attributes":{"id":17},"input-push-token":1,
			"alert":{"title":"T"},"sound":"default","interruption-level":"time-sensitive"}`, ".push-type.liveactivity", "liveactivity", "10", ""},
		"live activity ends": {with(apnspush.Override{Type: apnspush.TypeLiveActivity, Priority: 5, LiveActivity: &apnspush.LiveActivity{Event: apnspush.End, State: state, Timestamp: at, Dismissal: at}}, dataOrder),
			`{"timestamp":1700000000,"event":"end","content-state":{"eta":10},"dismissal-date":1700000000}`, ".push-type.liveactivity", "liveactivity", "5", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := sent(t, apnspush.Options{}, c.n)
			wantAps(t, m, c.aps)
			h := m.Header
			if h.Get("Apns-Topic") != pushtest.APNsTopic+c.topic || h.Get("Apns-Push-Type") != c.typ || h.Get("Apns-Priority") != c.priority {
				t.Errorf("headers: %s %s %s", h.Get("Apns-Topic"), h.Get("Apns-Push-Type"), h.Get("Apns-Priority"))
			}
			if got := h.Get("Apns-Expiration"); c.expiration != "" && got != c.expiration {
				t.Errorf("expiration %s", got)
			}
			if m.Text(push.Expiry) == "" {
				t.Error("the payload has no expiry")
			}
		})
	}
}

// What contradicts itself is refused before the network.
func TestUnsupported(t *testing.T) {
	half, two := 0.5, 2.0
	state := json.RawMessage(`{}`)
	live := func(l apnspush.LiveActivity) apnspush.Override {
		return apnspush.Override{Type: apnspush.TypeLiveActivity, LiveActivity: &l}
	}
	f, a := fake(t, apnspush.Options{}, pushtest.APNsOptions{})
	for name, c := range map[string]struct {
		o    push.Override
		data bool
	}{
		"unknown type":              {apnspush.Override{Type: "mdm"}, false},
		"unknown level":             {apnspush.Override{Level: "loud"}, false},
		"priority":                  {apnspush.Override{Priority: 7}, false},
		"background at once":        {apnspush.Override{Priority: 10}, true},
		"relevance":                 {apnspush.Override{Relevance: &two}, false},
		"critical sound":            {apnspush.Override{CriticalSound: true, Relevance: &half}, false},
		"volume alone":              {apnspush.Override{Volume: 0.5}, false},
		"loud":                      {apnspush.Override{Level: apnspush.Critical, CriticalSound: true, Volume: 1.5}, false},
		"arguments without key":     {apnspush.Override{SubtitleArgs: []string{"x"}}, false},
		"background that shows":     {apnspush.Override{Type: apnspush.TypeBackground}, false},
		"alert that shows nothing":  {apnspush.Override{Type: apnspush.TypeAlert}, true},
		"location that shows":       {apnspush.Override{Type: apnspush.TypeLocation}, false},
		"live activity of no type":  {apnspush.Override{LiveActivity: &apnspush.LiveActivity{Event: apnspush.End, State: state}}, false},
		"type without activity":     {apnspush.Override{Type: apnspush.TypeLiveActivity}, false},
		"activity without event":    {live(apnspush.LiveActivity{State: state}), false},
		"activity without state":    {live(apnspush.LiveActivity{Event: apnspush.Update}), false},
		"state of the wrong type":   {live(apnspush.LiveActivity{Event: apnspush.Update, State: json.RawMessage(`[1]`)}), false},
		"broken state":              {live(apnspush.LiveActivity{Event: apnspush.Update, State: json.RawMessage(`{`)}), false},
		"start without attributes":  {live(apnspush.LiveActivity{Event: apnspush.Start, State: state}), false},
		"attributes of an update":   {live(apnspush.LiveActivity{Event: apnspush.Update, State: state, AttributesType: "A", Attributes: state}), false},
		"dismissal of an update":    {live(apnspush.LiveActivity{Event: apnspush.Update, State: state, Dismissal: time.Now()}), false},
		"input token of an update":  {live(apnspush.LiveActivity{Event: apnspush.Update, State: state, InputToken: true}), false},
		"override of another maker": {strange{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			n := &push.Notification{Kind: push.KindStatus, Title: "T", Overrides: []push.Override{c.o}, Key: "k"}
			if c.data {
				n.Title, n.Display, n.Data = "", push.DataOnly, map[string]string{"k": "v"}
			}
			e := a.Send(t.Context(), n, tokens(1, 1))[0].Err
			if e == nil || e.Code != waybill.Unsupported || e.Delivery != waybill.NotSent || e.Provider != "apnspush" || e.Ref != "k" {
				t.Errorf("got %v", e)
			}
		})
	}
	if f.Sends() != 0 {
		t.Error("something was sent")
	}
}

type strange struct{}

func (strange) PushVendor() push.Vendor { return push.APNs }

func TestCollapse(t *testing.T) {
	for collapse, same := range map[string]bool{"order 17": true, strings.Repeat("a", 64): true, "订单 17": false, " x ": false} {
		m, _ := sent(t, apnspush.Options{}, push.Notification{Kind: push.KindStatus, Title: "T", Collapse: collapse})
		again, _ := sent(t, apnspush.Options{}, push.Notification{Kind: push.KindStatus, Title: "T", Collapse: collapse})
		got := m.Header.Get("Apns-Collapse-Id")
		if same != (got == collapse) || got == "" || got != again.Header.Get("Apns-Collapse-Id") {
			t.Errorf("%q came as %q", collapse, got)
		}
	}
}

// The limits are those of the bytes that are sent.
func TestPayloadLimits(t *testing.T) {
	for _, c := range []struct {
		o     []push.Override
		limit int
	}{{nil, 4096}, {[]push.Override{apnspush.Override{Type: apnspush.TypeVoIP}}, 5120}} {
		f, a := fake(t, apnspush.Options{}, pushtest.APNsOptions{})
		send := func(n int) *waybill.Error {
			return a.Send(t.Context(), &push.Notification{Kind: push.KindStatus, Title: "é<", Body: strings.Repeat("b", n), Overrides: c.o}, tokens(1, 1))[0].Err
		}
		lo, hi := 1, 6000 // send(lo) passes, send(hi) does not
		for hi-lo > 1 {
			if mid := (lo + hi) / 2; send(mid) == nil {
				lo = mid
			} else {
				hi = mid
			}
		}
		if e := send(lo); e != nil {
			t.Fatal(e)
		}
		if m, _ := f.Notification(token(1).Value); len(m.Body) != c.limit {
			t.Errorf("the largest payload has %d bytes, want %d", len(m.Body), c.limit)
		}
		before := f.Sends()
		if e := send(hi); e == nil || e.Code != waybill.Unsupported || f.Sends() != before {
			t.Errorf("got %v", e)
		}
	}
}
