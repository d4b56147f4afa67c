package apnspush

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// replyOf passes a reply through the guarded client.
func replyOf(t testing.TB, status int, id, body string) *wire.Reply {
	return makertest.Reply(t, name, status, http.Header{"Apns-Id": {id}}, body, "private-token")
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{
		`{"reason":"Unregistered","timestamp":1629837744123}`, `{"reason":"BadDeviceToken"}`, `{"reason":"private-token is bad"}`,
		`{"reason":"Shutdown"}`, `{}`, `<html>`, ``, `null`, `[]`, `{"reason":["x"],"timestamp":"NaN"}`,
	} {
		for _, status := range []int{200, 400, 403, 410, 429, 503} {
			f.Add(status, "eabeae54-14a8-11e5-b60b-1697f925ec7b", s)
		}
	}
	f.Fuzz(func(t *testing.T, status int, id, body string) {
		r := replyOf(t, status, id, body)
		o, e := judge(r)
		if (e == nil) != (o.id != "") {
			t.Errorf("id %q and error %v", o.id, e)
		}
		if e == nil {
			if r.Status != 200 {
				t.Errorf("status %d is a success", r.Status)
			}
			return
		}
		if o.dead && (e.Code != waybill.Unregistered || e.Delivery != waybill.NotSent) || !o.dead && !o.since.IsZero() {
			t.Errorf("dead %t since %v by %v", o.dead, o.since, e)
		}
		if o.since.Year() > 9999 {
			t.Errorf("since %v", o.since)
		}
		if e.Delivery == waybill.Sent || e.VendorCode == "" || e.Provider != name {
			t.Errorf("incomplete: %v", e)
		}
		if strings.Contains(e.Error(), "private-token") {
			t.Error("personal data shows")
		}
	})
}

func FuzzPayload(f *testing.F) {
	f.Add("T", "B", "k", "v", "order 17")
	f.Add("<&>\u2028", "\x00", "a\"b", "汉字", "订单")
	f.Fuzz(func(t *testing.T, title, body, key, value, collapse string) {
		n := &push.Notification{Kind: push.KindStatus, Title: title, Body: body, Data: map[string]string{key: value}, Collapse: collapse}
		if n.Validate() != nil {
			return
		}
		a := &Adapter{topic: "com.example.a", classes: defaultClasses}
		m, e := a.message(n, time.Unix(1_700_000_000, 0))
		if e != nil {
			if e.Code != waybill.Unsupported || e.Delivery != waybill.NotSent {
				t.Errorf("got %v", e)
			}
			return
		}
		var v map[string]json.RawMessage
		var got string
		if json.Unmarshal(m.body, &v) != nil || len(m.body) > MaxPayload || v["aps"] == nil {
			t.Fatalf("payload %q", m.body)
		}
		if json.Unmarshal(v[key], &got) != nil || got != value {
			t.Errorf("%q came as %q", value, got)
		}
		for name, values := range m.header {
			if strings.ContainsFunc(values[0], func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("header %s is %q", name, values[0])
			}
		}
	})
}
