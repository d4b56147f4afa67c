package meizupush

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
		`{"code":"200","value":{"110002":["a"],"520":["b"]},"msgId":"m"}`, `{"code":200,"value":"{\"a\":\"110003\"}"}`, `{"code":"110010","value":""}`,
		`{"code":"300","redirect":"http://x"}`, `{"code":"200"}`, `[]`, `<html>`, ``, `null`,
	} {
		f.Add(200, s)
		f.Add(503, s)
	}
	values := []string{"a", "b"}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || status == 204 || status == 304 {
			status = 200
		}
		c, err := wire.New(wire.Config{Provider: name, HTTPClient: &http.Client{Transport: canned{status, body}}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.Do(t.Context(), &wire.Request{Op: "send", URL: "http://meizu.test/", Body: []byte("x"), Send: true})
		if err != nil {
			t.Skip()
		}
		for _, o := range judge(r, values) {
			if o.Err == nil && status > 299 {
				t.Errorf("status %d: success with id %q", status, o.ID)
			}
			if o.Dead && (o.Err == nil || o.Err.Code != waybill.Unregistered) {
				t.Errorf("dead by %v", o.Err)
			}
		}
	})
}

func FuzzReceipts(f *testing.F) {
	f.Add([]byte(receiptBody(`{"m-1":{"param":"k","type":1,"targets":["a","b"]}}`, "t")))
	f.Add([]byte(receiptBody(`{"m":null}`, "")))
	f.Add([]byte(`cb=%7B`))
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := decodeReceipts(body)
		for _, e := range events {
			if err != nil || e.Token.Value == "" || e.Status > push.EventDead {
				t.Errorf("an event of status %v, %v", e.Status, err)
			}
		}
	})
}
