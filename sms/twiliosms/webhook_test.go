package twiliosms_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/smstest"
	"github.com/waybill-go/waybill/sms/twiliosms"
)

// verifier returns an adapter of an account whose token is 12345, as in the
// vendor's own examples.
func verifier(t testing.TB) *twiliosms.Adapter {
	t.Helper()
	a, err := twiliosms.New("AC0123456789abcdef0123456789abcdef", "12345", nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func call(t testing.TB, where, signature string, form url.Values) *sms.WebhookCall {
	t.Helper()
	u, err := url.Parse(where)
	if err != nil {
		t.Fatal(err)
	}
	return &sms.WebhookCall{Method: http.MethodPost, URL: u, Form: form, Body: []byte(form.Encode()), Header: http.Header{"X-Twilio-Signature": {signature}}}
}

// statusForm is a callback whose signature was computed by other means.
func statusForm() url.Values {
	const sid = "SM0123456789abcdef0123456789abcdef"
	return url.Values{"SmsSid": {sid}, "MessageSid": {sid}, "SmsStatus": {"delivered"}, "MessageStatus": {"delivered"}, "To": {"+447700900000"},
		"From": {"+15017122661"}, "AccountSid": {"AC0123456789abcdef0123456789abcdef"}, "ApiVersion": {"2010-04-01"}}
}

func TestSignature(t *testing.T) {
	a := verifier(t)
	vendor := url.Values{"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "From": {"+14158675309"}, "Digits": {"1234"}, "To": {"+18005551212"},
		"Reason": {"Participant"}, "ReasonConferenceEnded": {"test"}}
	if _, err := a.ReadWebhook(t.Context(), call(t, "https://mycompany.com/myapp.php?foo=1&bar=2", "vOEb5UThFn24KEfnOFLQY2AE5FY=", vendor)); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("the vendor's example, which is no message: %v", err)
	}
	const good = "FocP9vLa8BJbqIxNAVwPN4pZEXY="
	for _, where := range []string{"https://example.com/hooks/twilio", "https://example.com:443/hooks/twilio", "https://example.com:8443/hooks/twilio"} {
		e, err := a.ReadWebhook(t.Context(), call(t, where, good, statusForm()))
		if err != nil || !e.Signed || len(e.Reports) != 1 {
			t.Fatalf("%s: %v", where, err)
		}
		r := e.Reports[0]
		if r.Status != sms.StatusDelivered || r.To != "+447700900000" || r.ID != "SM0123456789abcdef0123456789abcdef" || r.Gateway != "twiliosms" || r.Code != 0 {
			t.Errorf("%v", r)
		}
	}
	changed := statusForm()
	changed.Set("MessageStatus", "failed")
	for name, c := range map[string]*sms.WebhookCall{
		"another URL":   call(t, "https://example.com/hooks/other", good, statusForm()),
		"another field": call(t, "https://example.com/hooks/twilio", good, changed),
		"no signature":  call(t, "https://example.com/hooks/twilio", "", statusForm()),
		"odd signature": call(t, "https://example.com/hooks/twilio", "!!!", statusForm()),
	} {
		if _, err := a.ReadWebhook(t.Context(), c); waybill.CodeOf(err) != waybill.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// signed signs as Twilio does, apart from the adapter.
func signed(t testing.TB, token, where string, form url.Values) string {
	t.Helper()
	var keys []string
	for k := range form {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		where += k + form.Get(k)
	}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(where))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestJSONSignature(t *testing.T) {
	a := verifier(t)
	body := `{"MessageSid":"SM1","MessageStatus":"failed","ErrorCode":30005,"To":"+447700900123","From":"Quillwort"}`
	sum := sha256.Sum256([]byte(body))
	where := "https://example.com/hooks?bodySHA256=" + hex.EncodeToString(sum[:])
	c := call(t, where, signed(t, "12345", where, nil), nil)
	c.Body = []byte(body)
	e, err := a.ReadWebhook(t.Context(), c)
	if err != nil || e.Reports[0].Code != waybill.Unregistered || e.Reports[0].VendorCode != "30005" || e.Reports[0].Status != sms.StatusFailed {
		t.Fatalf("%v %v", e, err)
	}
	c.Body = []byte(strings.Replace(body, "30005", "30007", 1))
	if _, err := a.ReadWebhook(t.Context(), c); waybill.CodeOf(err) != waybill.Unauthenticated {
		t.Errorf("another body: %v", err)
	}
	plain := "https://example.com/hooks"
	c = call(t, plain, signed(t, "12345", plain, nil), nil)
	c.Body = []byte(body)
	if _, err := a.ReadWebhook(t.Context(), c); waybill.CodeOf(err) != waybill.Unauthenticated {
		t.Errorf("a body that nothing covers: %v", err)
	}
	get := plain + "?MessageSid=SM1&MessageStatus=sent&waybill_key=k-1"
	c = call(t, get, signed(t, "12345", get, nil), nil)
	c.Method, c.Body = http.MethodGet, nil
	if e, err := a.ReadWebhook(t.Context(), c); err != nil || e.Reports[0].Status != sms.StatusAccepted || e.Reports[0].Key != "k-1" {
		t.Errorf("by GET: %v %v", e, err)
	}
}

// What Twilio signs is not always what a server sees: a URL's user and password
// come as a header, and apostrophes of a query unescaped.
func TestSignatureOfOtherSpellings(t *testing.T) {
	a := verifier(t)
	for _, c := range []struct{ signed, seen, user, password string }{
		{"https://hooks:s3cret@example.com/sms", "https://example.com/sms", "hooks", "s3cret"},
		{"https://hooks:s3cret@example.com:443/sms", "https://example.com/sms", "hooks", "s3cret"},
		{"https://hooks@example.com/sms", "https://example.com/sms", "hooks", ""},
		{"https://example.com/sms?shop=Quill%27s+wort", "https://example.com/sms?shop=Quill's+wort", "", ""},
		{"https://hooks:s3cret@example.com/sms?shop=Quill%27s", "https://example.com/sms?shop=Quill's", "hooks", "s3cret"},
	} {
		w := call(t, c.seen, signed(t, "12345", c.signed, statusForm()), statusForm())
		r := &http.Request{Header: w.Header}
		if c.user != "" {
			r.SetBasicAuth(c.user, c.password)
		}
		if e, err := a.ReadWebhook(t.Context(), w); err != nil || !e.Signed {
			t.Errorf("%s: %v", c.signed, err)
		}
		r.SetBasicAuth("another", "one")
		if _, err := a.ReadWebhook(t.Context(), w); c.user != "" && waybill.CodeOf(err) != waybill.Unauthenticated {
			t.Errorf("%s, another user: %v", c.signed, err)
		}
	}
}

func read(t testing.TB, form url.Values) (sms.Events, error) {
	t.Helper()
	const where = "https://example.com/hooks"
	return verifier(t).ReadWebhook(t.Context(), call(t, where, signed(t, "12345", where, form), form))
}

// The statuses and codes of what did not arrive.
func TestReports(t *testing.T) {
	for _, c := range []struct {
		status, code string
		want         sms.Status
		class        waybill.Code
		scope        waybill.Scope
	}{
		{"accepted", "", sms.StatusAccepted, 0, 0}, {"scheduled", "", sms.StatusAccepted, 0, 0}, {"queued", "", sms.StatusAccepted, 0, 0},
		{"sending", "", sms.StatusAccepted, 0, 0}, {"sent", "", sms.StatusAccepted, 0, 0}, {"delivered", "", sms.StatusDelivered, 0, 0},
		{"read", "", sms.StatusDelivered, 0, 0}, {"canceled", "", sms.StatusFailed, waybill.Unknown, 0}, {"strange", "", sms.StatusUnknown, 0, 0},
		{"partially_delivered", "", sms.StatusUnknown, 0, 0},
		{"failed", "30001", sms.StatusFailed, waybill.RateLimited, waybill.ScopeSender},
		{"failed", "30002", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeAccount},
		{"undelivered", "30003", sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient},
		{"undelivered", "30004", sms.StatusRejected, waybill.OptedOut, waybill.ScopeRecipient},
		{"undelivered", "30005", sms.StatusFailed, waybill.Unregistered, waybill.ScopeRecipient},
		{"undelivered", "30006", sms.StatusFailed, waybill.Unregistered, waybill.ScopeRecipient},
		{"undelivered", "30007", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"undelivered", "30034", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"undelivered", "30008", sms.StatusFailed, waybill.Unknown, 0},
		{"failed", "30010", sms.StatusFailed, waybill.Unsupported, waybill.ScopeRequest},
		{"failed", "30013", sms.StatusFailed, waybill.Unsupported, waybill.ScopeRequest},
		{"failed", "30014", sms.StatusFailed, waybill.InvalidArgument, waybill.ScopeRequest},
		{"failed", "30016", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"failed", "30021", sms.StatusFailed, waybill.Internal, waybill.ScopeProvider},
		{"failed", "30111", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"undelivered", "30017", sms.StatusFailed, waybill.Unavailable, waybill.ScopeProvider},
		{"undelivered", "30018", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"undelivered", "30019", sms.StatusFailed, waybill.Unsupported, waybill.ScopeRequest},
		{"undelivered", "30022", sms.StatusFailed, waybill.RateLimited, waybill.ScopeSender},
		{"undelivered", "30023", sms.StatusFailed, waybill.RateLimited, waybill.ScopeSender},
		{"undelivered", "30024", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"undelivered", "30027", sms.StatusFailed, waybill.RateLimited, waybill.ScopeSender},
		{"undelivered", "30032", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"undelivered", "30033", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"undelivered", "30035", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"failed", "30037", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeAccount},
		{"undelivered", "30038", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"undelivered", "30040", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"undelivered", "30042", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"failed", "30044", sms.StatusFailed, waybill.Unsupported, waybill.ScopeRequest},
		{"failed", "30110", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"undelivered", "30410", sms.StatusFailed, waybill.Unavailable, waybill.ScopeProvider},
		{"failed", "30450", sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		{"failed", "30500", sms.StatusFailed, waybill.Internal, waybill.ScopeProvider},
		{"failed", "21635", sms.StatusFailed, waybill.Unregistered, waybill.ScopeRecipient},
		{"failed", "30036", sms.StatusExpired, waybill.Unavailable, waybill.ScopeProvider},
		{"failed", "21610", sms.StatusRejected, waybill.OptedOut, waybill.ScopeRecipient},
		{"undelivered", "", sms.StatusFailed, waybill.Unknown, 0},
	} {
		e, err := read(t, url.Values{"MessageSid": {"SM1"}, "MessageStatus": {c.status}, "ErrorCode": {c.code}, "To": {"+447700900123"}, "From": {"Quillwort"}})
		if err != nil || len(e.Reports) != 1 {
			t.Fatal(err)
		}
		if r := e.Reports[0]; r.Status != c.want || r.Code != c.class || r.Scope != c.scope || r.Validate() != nil || r.Recipient != london.Masked() {
			t.Errorf("%s %s: %v %v %v", c.status, c.code, r.Status, r.Code, r.Scope)
		}
	}
}

func TestInbound(t *testing.T) {
	e, err := read(t, url.Values{"MessageSid": {"SM1"}, "SmsStatus": {"received"}, "From": {"+447700900123"}, "To": {"+15017122661"}, "Body": {"STOP"},
		"NumMedia": {"0"}, "NumSegments": {"1"}, "OptOutType": {"stop"}})
	if err != nil || len(e.Inbound) != 1 || !strings.Contains(e.Answer.Body, "<Response>") {
		t.Fatal(err)
	}
	if m := e.Inbound[0]; m.From != london || m.Text != "STOP" || m.Handled != "STOP" || m.ID != "SM1" || m.To != "+15017122661" || m.Validate() != nil {
		t.Errorf("%v", m)
	}
	if e, err = read(t, url.Values{"SmsSid": {"SM1"}, "From": {"Acme"}, "Body": {""}, "OptOutType": {"<x>"}}); err != nil || e.Inbound[0].Sender != "Acme" || e.Inbound[0].Handled != "" {
		t.Errorf("%v", err)
	}
}

func TestBadCalls(t *testing.T) {
	for name, form := range map[string]url.Values{"nothing": {"x": {"y"}}, "no id": {"MessageStatus": {"sent"}}, "no status": {"MessageSid": {"SM1"}}} {
		if _, err := read(t, form); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read(t, url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"sent"}, "AccountSid": {"ACother"}}); waybill.CodeOf(err) != waybill.Unauthenticated {
		t.Error(err)
	}
}

// The whole way: behind a proxy, with a replay, and without a signature.
func TestReceiver(t *testing.T) {
	n := 0
	v, err := sms.NewReceiver(verifier(t), sms.ReceiverOptions{PublicURL: "https://example.com", Report: func(context.Context, sms.DeliveryReport) error { n++; return nil }})
	if err != nil {
		t.Fatal(err)
	}
	post := func(signature string) int {
		r := httptest.NewRequest(http.MethodPost, "http://10.0.0.1:8080/hooks/twilio", strings.NewReader(statusForm().Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Twilio-Signature", signature)
		w := httptest.NewRecorder()
		v.ServeHTTP(w, r)
		return w.Code
	}
	if a, b, c := post("FocP9vLa8BJbqIxNAVwPN4pZEXY="), post("FocP9vLa8BJbqIxNAVwPN4pZEXY="), post(""); a != 200 || b != 200 || c != 401 || n != 1 {
		t.Errorf("%d %d %d, %d reports", a, b, c, n)
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
	r, err := adapter(t, replying(t, 201, recorded(t, "twilio-created.json")), twiliosms.Options{}).Send(t.Context(), message())
	if err != nil || r.ID != "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" || len(r.Parts) != 1 {
		t.Errorf("%+v %v", r, err)
	}
	_, err = adapter(t, replying(t, 401, recorded(t, "twilio-20003.json")), twiliosms.Options{}).Send(t.Context(), message())
	if e := asError(t, err); e.Code != waybill.Unauthenticated || e.VendorCode != "20003" || e.Delivery != waybill.NotSent {
		t.Errorf("%v", e)
	}
}

func FuzzReadWebhook(f *testing.F) {
	f.Add("MessageSid=SM1&MessageStatus=delivered&To=%2B447700900123", false)
	f.Add(`{"MessageSid":"SM1","SmsStatus":"received","Body":"x"}`, true)
	a, err := twiliosms.New(smstest.TwilioAccount, "", &twiliosms.Options{KeySID: "SK1", KeySecret: "s"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string, isJSON bool) {
		c := &sms.WebhookCall{Method: http.MethodPost, URL: &url.URL{Scheme: "https", Host: "example.com"}, Body: []byte(body), Header: http.Header{}}
		if form, err := url.ParseQuery(body); err == nil && !isJSON {
			c.Form = form
		}
		e, err := a.ReadWebhook(t.Context(), c)
		if code := waybill.CodeOf(err); err != nil && code != waybill.InvalidArgument && code != waybill.Unauthenticated {
			t.Errorf("%v", err)
		}
		if e.Signed {
			t.Error("signed without a token")
		}
		for _, r := range e.Reports {
			if r.Validate() != nil {
				b, _ := json.Marshal(r)
				t.Errorf("an invalid report: %s", b)
			}
		}
	})
}
