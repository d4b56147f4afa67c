package tencentsms_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/tencentsms"
)

func offline(t testing.TB) *tencentsms.Adapter {
	t.Helper()
	a, err := tencentsms.New("id", "key", "1400006666", nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func read(t testing.TB, body string) (sms.Events, error) {
	t.Helper()
	return offline(t).ReadWebhook(t.Context(), &sms.WebhookCall{Method: http.MethodPost, URL: &url.URL{Path: "/sms"}, Body: []byte(body)})
}

func TestReports(t *testing.T) {
	e, err := read(t, `[{"user_receive_time":"2024-01-02 08:00:00","nationcode":"86","mobile":"13800138000","report_status":"SUCCESS","errmsg":"DELIVRD","description":"x","sid":"5000:1"},
		{"nationcode":852,"mobile":91234567,"report_status":"FAIL","errmsg":"UNDELIV","sid":"5000:2"},
		{"mobile":"13800138000","report_status":"FAIL","errmsg":"用户关机","sid":"5000:3","session_context":"k-3"},
		{"mobile":"+6581234567","report_status":"FAIL","errmsg":"REJECTD","sid":"5000:4"},
		{"mobile":"13800138000","errmsg":"EXPIRED","sid":"5000:5"},
		null, {"mobile":"13800138000"}]`)
	if err != nil || len(e.Reports) != 5 || e.Unread != 2 || e.Signed {
		t.Fatalf("%d %d %v", len(e.Reports), e.Unread, err)
	}
	for i, want := range []sms.DeliveryReport{
		{ID: "5000:1", To: shenzhen, Status: sms.StatusDelivered, VendorCode: "DELIVRD", At: time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC)},
		{ID: "5000:2", To: hongkong, Status: sms.StatusFailed, VendorCode: "UNDELIV"},
		{ID: "5000:3", Key: "k-3", To: shenzhen, Status: sms.StatusFailed},
		{ID: "5000:4", To: singapore, Status: sms.StatusRejected, VendorCode: "REJECTD"},
		{ID: "5000:5", To: shenzhen, Status: sms.StatusExpired, VendorCode: "EXPIRED"},
	} {
		want.Gateway, want.Recipient = "tencentsms", want.To.Masked()
		if got := e.Reports[i]; got != want {
			g, _ := json.Marshal(got)
			t.Errorf("%d: %s", i, g)
		}
	}
}

func TestInbound(t *testing.T) {
	e, err := read(t, `{"extend":"88","mobile":"13800138000","nationcode":"86","sign":"运单","text":"R","time":1704153600}`)
	if err != nil || len(e.Inbound) != 1 {
		t.Fatal(err)
	}
	if m := e.Inbound[0]; m.From != shenzhen || m.Text != "R" || m.Sign != "运单" || m.To != "88" || !m.At.Equal(time.Unix(1704153600, 0)) || m.Validate() != nil {
		t.Errorf("%+v", m)
	}
	if e, err = read(t, `{"mobile":"13800138000","port":"106901333914","text":"","time":"x"}`); err != nil || e.Inbound[0].To != "106901333914" || !e.Inbound[0].At.IsZero() {
		t.Errorf("%v", err)
	}
	e, err = read(t, `[{"mobile":"91234567","nationcode":"+852","text":"TD","time":"2024-01-02 08:00:00"},{"mobile":"13800138000","text":"R","time":"1704153600"}]`)
	if err != nil || len(e.Inbound) != 2 || e.Inbound[0].From != hongkong {
		t.Fatal(err)
	}
	for i, m := range e.Inbound {
		if !m.At.Equal(time.Unix(1704153600, 0)) {
			t.Errorf("%d: %v", i, m.At)
		}
	}
}

func TestBadCalls(t *testing.T) {
	for _, body := range []string{``, `null`, `x`, `<html>`, `[null]`, `7`, `[{"text":"R"}]`, `[[]]`} {
		if _, err := read(t, body); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%q: %v", body, err)
		}
	}
	call := &sms.WebhookCall{Method: http.MethodPost, URL: &url.URL{RawQuery: "SdkAppId=1400000000"}, Body: []byte(`[]`)}
	if _, err := offline(t).ReadWebhook(t.Context(), call); waybill.CodeOf(err) != waybill.Unauthenticated {
		t.Errorf("another application's: %v", err)
	}
	if _, err := read(t, `[{"mobile":"13800138000","sid":"1","sdkappid":1400000000}]`); waybill.CodeOf(err) != waybill.Unauthenticated {
		t.Errorf("another application's: %v", err)
	}
	call.URL.RawQuery = "sdkappid=1400006666"
	if _, err := offline(t).ReadWebhook(t.Context(), call); err != nil {
		t.Error(err)
	}
}

func TestReceiver(t *testing.T) {
	var inbound []sms.Inbound
	v, err := sms.NewReceiver(offline(t), sms.ReceiverOptions{AllowUnsigned: true, Inbound: func(_ context.Context, m sms.Inbound) error {
		inbound = append(inbound, m)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w := httptest.NewRecorder()
		v.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"mobile":"13800138000","nationcode":"86","sign":"x","text":"td now","time":1704153600}`)))
		if w.Code != http.StatusOK || w.Body.String() != `{"result":0,"errmsg":"OK"}` || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if len(inbound) != 1 || inbound[0].Keyword != "TD" {
		t.Errorf("%d messages: one without an id is told by its content", len(inbound))
	}
}

// recorded reads what lies beside a development checkout, not in it.
func recorded(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recorded", "sms", file))
	if err != nil {
		t.Skip("the recorded replies are not here")
	}
	return string(b)
}

func TestRecorded(t *testing.T) {
	e, err := read(t, recorded(t, "tencent-callback.json"))
	if err != nil || len(e.Reports) != 1 {
		t.Fatal(err)
	}
	if r := e.Reports[0]; r.Status != sms.StatusDelivered || r.VendorCode != "DELIVRD" || r.ID != "xxxxxxx" || r.To != "" {
		t.Errorf("%v", r)
	}
	mismatch := replying(t, 200, recorded(t, "tencent-template-mismatch.json"))
	b := sms.Batch{Message: order(""), Recipients: []sms.Recipient{{To: "+8618501234444", Key: "k-0"}, {To: "+8618501234445", Key: "k-1"}}}
	b.Message.To = ""
	for i, r := range adapter(t, mismatch, tencentsms.Options{}).SendBatch(t.Context(), b) {
		if e := asError(t, r.Err); e.Code != waybill.Unsupported || e.Delivery != waybill.NotSent || e.Scope != waybill.ScopeRequest {
			t.Errorf("%d: %v", i, e)
		}
	}
	_, err = adapter(t, replying(t, 200, recorded(t, "tencent-authfailure.json")), tencentsms.Options{}).Send(t.Context(), order("k-1"))
	if e := asError(t, err); e.Code != waybill.Unauthenticated || e.VendorCode != "AuthFailure.SignatureFailure" || e.Delivery != waybill.NotSent {
		t.Errorf("%v", e)
	}
}

func FuzzReadWebhook(f *testing.F) {
	f.Add(`[{"user_receive_time":"2024-01-02 08:00:00","nationcode":"86","mobile":"13800138000","report_status":"SUCCESS","errmsg":"DELIVRD","sid":"5000:1"}]`)
	f.Add(`{"extend":"88","mobile":"13800138000","nationcode":"86","sign":"x","text":"R","time":1704153600}`)
	a, err := tencentsms.New("id", "key", "1", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		e, err := a.ReadWebhook(t.Context(), &sms.WebhookCall{Method: http.MethodPost, Body: []byte(body)})
		if c := waybill.CodeOf(err); err != nil && c != waybill.InvalidArgument && c != waybill.Unauthenticated {
			t.Errorf("%v", err)
		}
		for _, r := range e.Reports {
			if r.Validate() != nil {
				t.Errorf("an invalid report: %v", r.Validate())
			}
		}
		for _, m := range e.Inbound {
			if m.Validate() != nil {
				t.Errorf("an invalid message: %v", m.Validate())
			}
		}
	})
}

// The operators' codes, by the table; those that mean several things are no proof
// that a number is dead.
func TestOperatorCodes(t *testing.T) {
	for code, want := range map[string]struct {
		status sms.Status
		code   waybill.Code
		scope  waybill.Scope
	}{
		"MK:0001":      {sms.StatusFailed, waybill.Unregistered, waybill.ScopeRecipient},
		"MN:0001":      {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient},
		" MI:0024 ":    {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient},
		"5":            {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient},
		"NOROUTE":      {sms.StatusFailed, waybill.Unavailable, waybill.ScopeProvider},
		"DB:0141":      {sms.StatusRejected, waybill.OptedOut, waybill.ScopeRecipient},
		"DB:0142":      {sms.StatusRejected, waybill.RecipientLimited, waybill.ScopeRecipient},
		"OVER_SE":      {sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		"EXPIREDS601S": {sms.StatusExpired, waybill.Unavailable, waybill.ScopeRecipient},
		"EXPIRED":      {sms.StatusExpired, waybill.Unavailable, waybill.ScopeRecipient},
		"REJECTD":      {sms.StatusRejected, waybill.Unknown, waybill.ScopeUnknown},
		"MK:000":       {sms.StatusFailed, waybill.Unknown, waybill.ScopeUnknown},
		"DB:0140":      {sms.StatusFailed, waybill.Unknown, waybill.ScopeUnknown}, // the page says two things
		"":             {sms.StatusFailed, waybill.Unknown, waybill.ScopeUnknown},
	} {
		e, err := read(t, `[{"mobile":"13800138000","nationcode":"86","report_status":"FAIL","errmsg":"`+code+`","sid":"1"}]`)
		if err != nil || len(e.Reports) != 1 {
			t.Fatalf("%q: %v", code, err)
		}
		if r := e.Reports[0]; r.Status != want.status || r.Code != want.code || r.Scope != want.scope {
			t.Errorf("%q: %v, %v of %v", code, r.Status, r.Code, r.Scope)
		}
	}
}
