package oppopush

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

type canned struct {
	status int
	body   string
}

func (c canned) RoundTrip(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.WriteHeader(c.status)
	_, _ = w.WriteString(c.body)
	return w.Result(), nil
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{
		`{"code":0,"data":{"messageId":"m"}}`, `{"code":0,"data":[{"registrationId":"CN_1","errorCode":10000}]}`, `{"code":"11"}`,
		`{"code":0,"data":{"message_id":"b","10000":["CN_1"]}}`, `{"code":0,"data":{"auth_token":"t"}}`, `[]`, `<html>`, ``, `null`,
	} {
		f.Add(200, s)
		f.Add(503, s)
	}
	sent := []message{{TargetValue: "CN_1"}, {TargetValue: "CN_2"}}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || status == 204 || status == 304 {
			status = 200
		}
		c, err := wire.New(wire.Config{Provider: name, HTTPClient: &http.Client{Transport: canned{status, body}}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.Do(t.Context(), &wire.Request{Op: "send", URL: "http://oppo.test/", Body: []byte("x"), Send: true})
		if err != nil {
			t.Skip()
		}
		for _, o := range judge(r, sent) {
			if o.Err == nil && (o.ID == "" || status != 200) {
				t.Errorf("status %d: success with id %q", status, o.ID)
			}
			if o.Dead && (o.Err == nil || o.Err.Code != waybill.Unregistered) {
				t.Errorf("dead by %v", o.Err)
			}
		}
		if token, e := readToken(r); (e == nil) != (token != "") {
			t.Errorf("%d bytes of token and %v", len(token), e)
		}
	})
}

func FuzzReceipts(f *testing.F) {
	f.Add([]byte(`[{"messageId":"m","registrationIds":"a,b","eventType":"push_arrive","eventTime":1}]`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := decodeReceipts(body)
		for _, e := range events {
			if err != nil || e.Token.Value == "" || e.Status > push.EventDead {
				t.Errorf("an event of status %v, %v", e.Status, err)
			}
		}
	})
}

// The example of the vendor's signature.
func TestSign(t *testing.T) {
	if got := sign("demo-app-key", "1501484120000", "demo-master-secret"); got != "b3ae3c0b35356851ebbe7d783a88d1f6456f5549f0425e254dd6856373774f5e" {
		t.Errorf("got %s", got)
	}
}
