package pushbatch

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

func TestDecoders(t *testing.T) {
	show := func(v any) string { return fmt.Sprintf("%q", v) }
	for _, c := range []struct{ raw, text, id, code, names string }{
		{`"a"`, "a", "a", "", `["a"]`},
		{`" a "`, "a", "a", "", `["a"]`},
		{`7`, "7", "7", "7", `["7"]`},
		{`"007"`, "007", "007", "7", `["007"]`},
		{`"a b"`, "a b", "", "", `["a b"]`},
		{`null`, "", "", "", `[]`},
		{`[]`, "", "", "", `[]`},
		{`["a", 7, "", null]`, "", "", "", `["a" "7"]`},
		{`"a, b,,c"`, "a, b,,c", "", "", `["a" "b" "c"]`},
		{`"[\"a\"]"`, `["a"]`, `["a"]`, "", `["a"]`},
		{`{"a":1}`, "", "", "", `[]`},
		{``, "", "", "", `[]`},
		{`99999999999999999999`, "99999999999999999999", "99999999999999999999", "", `["99999999999999999999"]`},
		{`"` + strings.Repeat("x", 300) + `"`, strings.Repeat("x", 300), "", "", `["` + strings.Repeat("x", 300) + `"]`},
	} {
		raw := json.RawMessage(c.raw)
		code, ok := Code(raw)
		if Text(raw) != c.text || ID(raw) != c.id || ok != (c.code != "") || ok && code != c.code || show(Names(raw)) != c.names {
			t.Errorf("%.40s: text %q, id %q, code %q, names %q", c.raw, Text(raw), ID(raw), code, Names(raw))
		}
	}
	if Object(json.RawMessage(`"{\"a\":1}"`))["a"] == nil || Object(json.RawMessage(`[]`)) != nil || len(List(json.RawMessage(`{"a":1}`))) != 1 || List(json.RawMessage(`"x"`)) != nil {
		t.Error("objects and lists in strings")
	}
	for raw, want := range map[string]time.Time{`"1489993883189"`: time.UnixMilli(1489993883189), `0`: {}, `-1`: {}, `"x"`: {}, `99999999999999999`: {}} {
		if got := Millis(json.RawMessage(raw)); !got.Equal(want) {
			t.Errorf("%s: %v", raw, got)
		}
	}
	if got := string(Marshal("<&>")); got != `"<&>"` || Marshal(func() {}) != nil {
		t.Errorf("got %s", got)
	}
	if string(Body([]byte("\xef\xbb\xbf {} \n"))) != "{}" {
		t.Error("a byte order mark stayed")
	}
}

func FuzzDecoders(f *testing.F) {
	for _, seed := range []string{`"a,b"`, `{"a":["b"]}`, `"[7]"`, `null`, `1e9`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if id := ID(raw); strings.ContainsAny(id, " \n\r") || len(id) > maxWord {
			t.Errorf("an id %q", id)
		}
		if code, ok := Code(raw); ok {
			if _, err := strconv.ParseInt(code, 10, 64); err != nil {
				t.Errorf("a code %q", code)
			}
		}
		if slices.Contains(Names(raw), "") {
			t.Error("an empty name")
		}
		Object(raw)
		List(raw)
		Millis(raw)
	})
}

func reply(status int, body string) *wire.Reply {
	return &wire.Reply{Status: status, Body: []byte(body)}
}

func TestRefusal(t *testing.T) {
	soon := TooFast(5 * time.Second)
	table := Table(map[*Class][]string{&Gone: {"1"}, &soon: {"2"}, &DayQuota: {"3"}, &Parameter: {"4"}})
	for code, want := range map[string]waybill.Code{"1": waybill.Unregistered, "2": waybill.RateLimited, "3": waybill.QuotaExhausted, "4": waybill.Unsupported, "5": waybill.Unknown} {
		o := Refusal(reply(200, `{}`), table, code, "why")
		if o.Err.Code != want || o.Dead != (code == "1") || code != "5" && o.Err.VendorCode != code || code == "5" && o.Err.Delivery != waybill.Ambiguous {
			t.Errorf("%s: %v", code, o.Err)
		}
	}
	if o := Refusal(reply(503, `{}`), table, "5", ""); o.Err.Code != waybill.Unavailable {
		t.Errorf("an unknown code under 503: %v", o.Err)
	}
	if e := Refusal(reply(200, `{}`), table, "3", "").Err; e.RetryAfter <= 0 || e.RetryAfter > 24*time.Hour {
		t.Errorf("a day's quota waits %v", e.RetryAfter)
	}
	if e := Lost(reply(200, ``), "why"); e.Code != waybill.DataLoss || e.Delivery != waybill.Ambiguous {
		t.Errorf("lost: %v", e)
	}
	if e := Lost(reply(500, ``), "why"); e.Code != waybill.Internal {
		t.Errorf("lost under 500: %v", e)
	}
	if e := Unsent(&waybill.Error{Code: waybill.Internal, Delivery: waybill.Ambiguous}); e.Delivery != waybill.NotSent || Unsent(nil) != nil {
		t.Errorf("unsent: %v", e)
	}
}

func TestVendorsDays(t *testing.T) {
	at := time.Date(2026, 11, 26, 15, 30, 0, 0, time.UTC) // 23:30 in Beijing
	if got := Midnight(at).UTC(); got != time.Date(2026, 11, 26, 16, 0, 0, 0, time.UTC) {
		t.Errorf("midnight is %v", got)
	}
	if got := Morning(7)(at).UTC(); got != time.Date(2026, 11, 26, 23, 0, 0, 0, time.UTC) {
		t.Errorf("seven is %v", got)
	}
	if got := Morning(7)(at.Add(-20 * time.Hour)).UTC(); got != time.Date(2026, 11, 25, 23, 0, 0, 0, time.UTC) {
		t.Errorf("seven after %v is %v", at.Add(-20*time.Hour), got)
	}
}

func TestDraft(t *testing.T) {
	now := time.Unix(1000, 0)
	badge := 3
	n := &push.Notification{Kind: push.KindOrder, Body: "only", TTL: time.Minute, Data: map[string]string{"a": "b"}, Image: "https://x.test/i", Badge: &badge, Sound: "horn", Priority: push.Normal, Click: "app://1"}
	d, e := NewDraft(n, now)
	if e != nil || d.Title != "only" || d.Body != "only" || d.Data["a"] != "b" || d.Data[push.Expiry] != "1060" || len(n.Data) != 1 {
		t.Errorf("got %+v, %v", d, e)
	}
	d.DropDecorations()
	d.KeepClick()
	var fields []string
	for _, a := range d.Adjusted {
		fields = append(fields, a.Field)
	}
	if want := []string{"title", "image", "badge", "sound", "priority", "click"}; !slices.Equal(fields, want) || d.Data[push.Click] != "app://1" {
		t.Errorf("adjusted %v", fields)
	}
	for name, n := range map[string]*push.Notification{
		"keys alone": {TitleKey: "t", BodyKey: "b"}, "a key for the title": {TitleKey: "t", Body: "b"}, "a key for the body": {Title: "t", BodyKey: "b"}, "nothing": {},
	} {
		if _, e := NewDraft(n, now); e == nil || e.Code != waybill.Unsupported || e.Delivery != waybill.NotSent {
			t.Errorf("%s: %v", name, e)
		}
	}
	if d, e := NewDraft(&push.Notification{Display: push.DataOnly}, now); e != nil || d.Data[push.Expiry] == "" {
		t.Errorf("data only: %v", e)
	}
	d = &Draft{Title: "汉字", Body: "四个汉字"}
	if d.Limit(2, 4) != nil || d.Limit(1, 4) == nil || d.Limit(2, 3) == nil {
		t.Error("limits are not in characters")
	}
	if Size(func(tokens []string) []byte { return Marshal(map[string]any{"t": tokens, "x": 1}) }) != len(`{"t":,"x":1}`) {
		t.Error("the size counts tokens")
	}
}
