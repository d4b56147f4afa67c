package fcmpush

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/wire"
)

// replyOf passes a body through the guarded client.
func replyOf(t testing.TB, status int, body string) *wire.Reply {
	return makertest.Reply(t, name, status, nil, body, "private-token")
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{
		`{"name":"projects/p/messages/1"}`, `{}`, `{"error":{"status":"NOT_FOUND","details":[{"@type":"x/FcmError","errorCode":"UNREGISTERED"}]}}`,
		`{"error":{"message":"private-token is not a valid FCM registration token","status":"INVALID_ARGUMENT"}}`, `<html>`, ``, `null`, `{"error":[]}`,
	} {
		for _, status := range []int{200, 400, 401, 404, 429, 503} {
			f.Add(status, s)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		r := replyOf(t, status, body)
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
		if o.dead && (e.Code != waybill.Unregistered || e.Delivery != waybill.NotSent) {
			t.Errorf("dead by %v", e)
		}
		if e.Delivery == waybill.Sent || e.VendorCode == "" || e.Provider != name {
			t.Errorf("incomplete: %v", e)
		}
		if strings.Contains(e.Error(), "private-token") {
			t.Error("personal data shows")
		}
	})
}

func FuzzTokenReply(f *testing.F) {
	for _, s := range []string{
		`{"access_token":"x","expires_in":3599,"token_type":"Bearer"}`, `{"access_token":"x","expires_in":"60"}`, `{"access_token":"x","expires_in":1e999}`,
		`{"error":"invalid_grant","error_description":"Bad Request"}`, `{}`, `[]`, ``,
	} {
		f.Add(200, s)
		f.Add(400, s)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		value, life, e := readToken(replyOf(t, status, body))
		if e == nil && (!headerSafe(value) || life <= 0 || life > 24*3600e9) {
			t.Errorf("%q for %v", value, life)
		}
		if e != nil && value != "" {
			t.Error("a token and an error")
		}
	})
}

func FuzzAccount(f *testing.F) {
	f.Add([]byte(`{"type":"service_account","client_email":"a@b","private_key":"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}`))
	f.Add([]byte(`{"private_key":7}`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, problem := parseAccount(b)
		if (a == nil) == (problem == "") {
			t.Errorf("%v and %q", a != nil, problem)
		}
	})
}

func FuzzBody(f *testing.F) {
	f.Add(`token`)
	f.Add(`x","topic":"all\`)
	f.Fuzz(func(t *testing.T, token string) {
		r, err := http.NewRequest(http.MethodPost, "http://fcm.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		(&composed{head: `{"message":{"token":`, tail: `}}`}).put(r, token)
		var v struct{ Message map[string]string }
		if printable(token) && (json.NewDecoder(r.Body).Decode(&v) != nil || v.Message["token"] != token || len(v.Message) != 1) {
			t.Errorf("%q came as %q", token, v.Message)
		}
	})
}

// printable is what Token.Validate lets through.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func FuzzEnrolled(f *testing.F) {
	for _, s := range []string{`{"results":[{},{"error":"NOT_FOUND"}]}`, `{"results":[{}]}`, `{"results":[null,{"error":7}]}`, `{"results":{}}`, `<html>`, ``, `null`} {
		f.Add(200, s)
		f.Add(429, s)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		r := replyOf(t, status, body)
		reasons, e := enrolled(r, 2)
		if (e == nil) != (len(reasons) == 2) || e == nil && r.Status != 200 {
			t.Errorf("status %d: %q and %v", r.Status, reasons, e)
		}
		for _, reason := range reasons {
			if reason == "" {
				continue
			}
			if e, _ := enrolError(reason, "subscribe"); e == nil || e.Error() == "" {
				t.Errorf("reason %q: %v", reason, e)
			}
		}
	})
}
