package nexmosms_test

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	"github.com/waybill-go/waybill/sms/nexmosms"
)

func offline(t testing.TB, o nexmosms.Options) *nexmosms.Adapter {
	t.Helper()
	a, err := nexmosms.New("abcd1234", "api-secret", &o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(values url.Values) *sms.WebhookCall {
	return &sms.WebhookCall{Method: http.MethodGet, URL: &url.URL{Path: "/dlr", RawQuery: values.Encode()}, Header: http.Header{}}
}

func posted(body string) *sms.WebhookCall {
	return &sms.WebhookCall{Method: http.MethodPost, URL: &url.URL{Path: "/dlr"}, Body: []byte(body), Header: http.Header{}}
}

// receipt is a delivery receipt whose signatures were computed by other means.
func receipt() url.Values {
	return url.Values{"api-key": {"abcd1234"}, "client-ref": {"order-42"}, "err-code": {"0"}, "message-timestamp": {"2020-01-01 12:00:00"},
		"messageId": {"0A0000001234567B"}, "msisdn": {"447700900000"}, "network-code": {"23410"}, "nonce": {"ec11dd3e-1e7f-4db5-9467-82b02cd223b9"},
		"price": {"0.03330000"}, "scts": {"2001011400"}, "status": {"delivered"}, "timestamp": {"1577880000"}, "to": {"AcmeInc"}}
}

func TestVerifiesSignatures(t *testing.T) {
	for method, sig := range map[nexmosms.Signing]string{
		nexmosms.MD5Hash: "3fd59cc26bd3484512c117e6ffb736bb",
		nexmosms.SHA256:  "E8CC5A4D46DC64D9A5AA8824DE66B491A70CDB7A8333B1A910AD8FFFDA7FCD55",
	} {
		a := offline(t, nexmosms.Options{WebhookSecret: signatureSecret, WebhookSigning: method})
		p := receipt()
		for _, s := range []string{sig, strings.ToLower(sig), strings.ToUpper(sig)} {
			p.Set("sig", s)
			e, err := a.ReadWebhook(t.Context(), get(p))
			if err != nil || !e.Signed || !e.Time.Equal(time.Unix(1577880000, 0)) {
				t.Fatalf("%v: %v", method, err)
			}
			want := sms.DeliveryReport{Gateway: "nexmosms", ID: "0A0000001234567B", Key: "order-42", To: "+447700900000", Recipient: sms.Number("+447700900000").Masked(),
				From: "AcmeInc", Status: sms.StatusDelivered, VendorCode: "0", Network: "23410", Price: "0.03330000", Currency: "EUR",
				At: time.Date(2020, 1, 1, 12, 0, 0, 0, time.UTC)}
			if e.Reports[0] != want {
				b, _ := json.Marshal(e.Reports[0])
				t.Errorf("%s", b)
			}
		}
		for key, value := range map[string]string{"status": "failed", "price": "0", "timestamp": "1577880001", "nonce": "x", "extra": "1", "sig": "00"} {
			bad := receipt()
			bad.Set("sig", sig)
			bad.Set(key, value)
			if _, err := a.ReadWebhook(t.Context(), get(bad)); waybill.CodeOf(err) != waybill.Unauthenticated {
				t.Errorf("%s changed: %v", key, err)
			}
		}
		if _, err := a.ReadWebhook(t.Context(), get(receipt())); waybill.CodeOf(err) != waybill.Unavailable {
			t.Errorf("not signed: %v", err)
		}
	}
	tokened := receipt()
	tokened.Set("sig", "3fd59cc26bd3484512c117e6ffb736bb")
	tokened.Set("token", "of the receiver")
	if e, err := offline(t, nexmosms.Options{WebhookSecret: signatureSecret}).ReadWebhook(t.Context(), get(tokened)); err != nil || !e.Signed {
		t.Errorf("with a receiver's token: %v", err)
	}
	other := receipt()
	other.Set("api-key", "another1")
	if _, err := offline(t, nexmosms.Options{}).ReadWebhook(t.Context(), get(other)); waybill.CodeOf(err) != waybill.Unauthenticated {
		t.Errorf("another account: %v", err)
	}
	if e, err := offline(t, nexmosms.Options{}).ReadWebhook(t.Context(), get(receipt())); err != nil || e.Signed {
		t.Errorf("without a secret: %v", err)
	}
}

// Of the vendor's libraries some sign blank parameters and some leave them out; a
// blank one that is not signed does not turn an inbound message into a report.
func TestVerifiesWithoutBlanks(t *testing.T) {
	const sig = "4fe32853fda08ecda9e4118891035fce" // computed by other means, without blanks
	a := offline(t, nexmosms.Options{WebhookSecret: signatureSecret})
	body := `{"messageId":"0A0000001234567C","msisdn":"447700900000","to":"AcmeInc","text":"STOP","type":"text","timestamp":"1577880000",` +
		`"client-ref":null,"keyword":"STOP","status":"","sig":"` + sig + `"}`
	e, err := a.ReadWebhook(t.Context(), posted(body))
	if err != nil || !e.Signed || len(e.Inbound) != 1 || e.Inbound[0].Text != "STOP" {
		t.Errorf("%v %v", e, err)
	}
	if _, err := a.ReadWebhook(t.Context(), posted(strings.Replace(body, `"status":""`, `"status":"x"`, 1))); waybill.CodeOf(err) != waybill.Unauthenticated {
		t.Errorf("not blank: %v", err)
	}
}

// The signature secret given to New is the one of webhooks, too.
func TestVerifiesWithTheSendersSecret(t *testing.T) {
	p := receipt()
	p.Set("sig", "3fd59cc26bd3484512c117e6ffb736bb")
	signing, err := nexmosms.New("abcd1234", signatureSecret, &nexmosms.Options{Signing: nexmosms.MD5Hash})
	if err != nil {
		t.Fatal(err)
	}
	rotating := offline(t, nexmosms.Options{Signing: nexmosms.MD5Hash, Credentials: func(context.Context) (string, string, error) {
		return "abcd1234", signatureSecret, nil
	}})
	for _, a := range []*nexmosms.Adapter{signing, rotating} {
		if e, err := a.ReadWebhook(t.Context(), get(p)); err != nil || !e.Signed {
			t.Error(err)
		}
	}
	broken := offline(t, nexmosms.Options{Credentials: func(context.Context) (string, string, error) { return "", "", errors.New("vault") }})
	if _, err := broken.ReadWebhook(t.Context(), get(p)); waybill.CodeOf(err) != waybill.Unauthenticated || strings.Contains(err.Error(), "vault") {
		t.Error(err)
	}
}

// token makes a JWT as Vonage does.
func token(head, claims, secret string) string {
	enc := base64.RawURLEncoding.EncodeToString
	text := enc([]byte(head)) + "." + enc([]byte(claims))
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, text)
	return text + "." + enc(mac.Sum(nil))
}

func TestVerifiesTokens(t *testing.T) {
	a := offline(t, nexmosms.Options{WebhookSecret: signatureSecret})
	body := `{"messageId":"0A1","msisdn":"447700900123","to":"Acme","status":"buffered","err-code":"0"}`
	sum := sha256.Sum256([]byte(body))
	now := time.Now().Unix()
	claims := func(hash string, at int64, issuer, key string) string {
		return fmt.Sprintf(`{"iat":%d,"jti":"x","iss":%q,"payload_hash":%q,"api_key":%q}`, at, issuer, hash, key)
	}
	good := claims(hex.EncodeToString(sum[:]), now, "Vonage", "abcd1234")
	try := func(bearer string) (sms.Events, error) {
		c := posted(body)
		c.Header.Set("Authorization", "Bearer "+bearer)
		return a.ReadWebhook(t.Context(), c)
	}
	e, err := try(token(`{"alg":"HS256","typ":"JWT"}`, good, signatureSecret))
	if err != nil || !e.Signed || e.Time.Unix() != now || e.Reports[0].Status != sms.StatusBuffered {
		t.Fatal(err)
	}
	for name, bearer := range map[string]string{
		"another secret":  token(`{"alg":"HS256"}`, good, "another"),
		"no algorithm":    token(`{"alg":"none"}`, good, signatureSecret),
		"another body":    token(`{"alg":"HS256"}`, claims("00", now, "Vonage", "abcd1234"), signatureSecret),
		"no hash":         token(`{"alg":"HS256"}`, `{"iat":1700000000}`, signatureSecret),
		"no time":         token(`{"alg":"HS256"}`, claims(hex.EncodeToString(sum[:]), 0, "Vonage", "abcd1234"), signatureSecret),
		"another issuer":  token(`{"alg":"HS256"}`, claims(hex.EncodeToString(sum[:]), now, "Acme", "abcd1234"), signatureSecret),
		"another account": token(`{"alg":"HS256"}`, claims(hex.EncodeToString(sum[:]), now, "Vonage", "another1"), signatureSecret),
		"expired":         token(`{"alg":"HS256"}`, strings.Replace(good, "{", `{"exp":1600000000,`, 1), signatureSecret),
		"two parts":       "a.b", "garbage": "a.b.c", "empty": "",
	} {
		if _, err := try(bearer); waybill.CodeOf(err) != waybill.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := get(receipt())
	c.Header.Set("Authorization", "Bearer "+token(`{"alg":"HS256"}`, good, signatureSecret))
	if _, err := a.ReadWebhook(t.Context(), c); waybill.CodeOf(err) != waybill.Unauthenticated {
		t.Errorf("a query that no token covers: %v", err)
	}
}

// The time of a call is in UTC, or says its zone.
func TestTimes(t *testing.T) {
	a := offline(t, nexmosms.Options{})
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-03-01 12:00:00": noon, "2026-03-01T12:00:00Z": noon, "2026-03-01T14:00:00.250+02:00": noon.Add(250 * time.Millisecond), "noon": {}, "": {},
	} {
		e, err := a.ReadWebhook(t.Context(), get(url.Values{"messageId": {"0A1"}, "msisdn": {"447700900123"}, "status": {"delivered"}, "message-timestamp": {text}}))
		if err != nil || e.Reports[0].At != want {
			t.Errorf("%q: %v %v", text, e.Reports, err)
		}
	}
}

// The table of the err-codes, and the statuses.
func TestReceiptCodes(t *testing.T) {
	const recipient, sender, provider = waybill.ScopeRecipient, waybill.ScopeSender, waybill.ScopeProvider
	a := offline(t, nexmosms.Options{})
	for code, want := range map[string]struct {
		code  waybill.Code
		scope waybill.Scope
	}{
		"1": {}, "2": {waybill.Unavailable, recipient}, "3": {waybill.Unregistered, recipient}, "4": {waybill.OptedOut, recipient},
		"5": {waybill.Unregistered, recipient}, "6": {waybill.PermissionDenied, sender}, "7": {waybill.Unavailable, recipient},
		"8": {waybill.Unavailable, provider}, "9": {waybill.OptedOut, recipient}, "10": {waybill.InvalidArgument, waybill.ScopeRequest},
		"11": {waybill.Unavailable, provider}, "12": {waybill.Unregistered, recipient}, "13": {waybill.PermissionDenied, recipient},
		"14": {waybill.Unregistered, recipient}, "15": {waybill.Unavailable, recipient}, "16": {waybill.QuotaExhausted, waybill.ScopeService}, "50": {waybill.PermissionDenied, sender},
		"51": {waybill.PermissionDenied, sender}, "52": {waybill.PermissionDenied, sender}, "53": {waybill.PermissionDenied, sender},
		"54": {}, "99": {waybill.Unavailable, provider}, "95": {}, "": {},
	} {
		e, err := a.ReadWebhook(t.Context(), get(url.Values{"messageId": {"0A1"}, "msisdn": {"447700900123"}, "status": {"failed"}, "err-code": {code}}))
		if err != nil || e.Reports[0].Status != sms.StatusFailed || e.Reports[0].Code != want.code || e.Reports[0].Scope != want.scope || e.Reports[0].Err() == nil {
			t.Errorf("%s: %+v %v", code, e, err)
		}
	}
	for status, want := range map[string]sms.Status{"accepted": sms.StatusAccepted, "Buffered": sms.StatusBuffered, "delivered": sms.StatusDelivered,
		"expired": sms.StatusExpired, "failed": sms.StatusFailed, "rejected": sms.StatusRejected, "unknown": sms.StatusUnknown, "new <b>": sms.StatusUnknown} {
		e, err := a.ReadWebhook(t.Context(), get(url.Values{"messageId": {"0A1"}, "msisdn": {"447700900123"}, "status": {status}}))
		if err != nil || e.Reports[0].Status != want || strings.Contains(e.Reports[0].Message, "<") {
			t.Errorf("%s: %+v %v", status, e, err)
		}
	}
}

func TestBadCalls(t *testing.T) {
	a := offline(t, nexmosms.Options{})
	for name, c := range map[string]*sms.WebhookCall{
		"nothing": posted(``), "null": posted(`null`), "HTML": posted(`<html>`), "list": posted(`[{"messageId":"1"}]`), "no id": posted(`{"msisdn":"447700900123","status":"sent"}`),
		"no number": posted(`{"messageId":"1","status":"sent"}`), "neither": posted(`{"messageId":"1","msisdn":"447700900123"}`),
	} {
		if _, err := a.ReadWebhook(t.Context(), c); waybill.CodeOf(err) != waybill.InvalidArgument || strings.Contains(err.Error(), "447") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if e, err := a.ReadWebhook(t.Context(), posted(`{"messageId":17,"msisdn":447700900123,"status":"delivered","err-code":0,"price":0.033,"client-ref":null}`)); err != nil ||
		e.Reports[0].ID != "17" || e.Reports[0].To != london || e.Reports[0].VendorCode != "0" || e.Reports[0].Price != "0.033" {
		t.Errorf("numbers: %v %v", e, err)
	}
}

// A message in three parts, in any order, arrives once and whole, with the
// keyword of its first part alone.
func TestJoinsParts(t *testing.T) {
	var got []sms.Inbound
	v, err := sms.NewReceiver(offline(t, nexmosms.Options{}), sms.ReceiverOptions{AllowUnsigned: true, Inbound: func(_ context.Context, m sms.Inbound) error {
		got = append(got, m)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	send := func(part, text, keyword string) int {
		q := url.Values{"msisdn": {"447700900123"}, "to": {"447700900999"}, "messageId": {"0B0" + part}, "text": {text}, "type": {"text"}, "keyword": {keyword},
			"concat": {"true"}, "concat-ref": {"7"}, "concat-total": {"3"}, "concat-part": {part}, "message-timestamp": {"2020-01-01 12:00:00"}}
		w := httptest.NewRecorder()
		v.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/inbound?"+q.Encode(), nil))
		return w.Code
	}
	codes := []int{send("3", "STOP it", "STOP"), send("1", "Please ", "PLEASE"), send("2", "do not ", "DO"), send("3", "STOP it", "STOP"), send("1", "Please ", "PLEASE")}
	if fmt.Sprint(codes) != "[503 503 200 200 200]" {
		t.Error(codes)
	}
	if len(got) != 1 || got[0].Text != "Please do not STOP it" || got[0].Keyword != "PLEASE" || got[0].ID != "0B01" || len(got[0].PartIDs) != 3 || got[0].Incomplete {
		b, _ := json.Marshal(got)
		t.Errorf("%s", b)
	}
}

// raw reads a recorded HTTP request.
func raw(t *testing.T, file string) *http.Request {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(recordings, file))
	if err != nil {
		t.Skip("the recorded calls are not here")
	}
	text := string(b)
	if !strings.HasSuffix(file, ".http.txt") {
		return httptest.NewRequest(http.MethodPost, "/", strings.NewReader(text))
	}
	head, body, _ := strings.Cut(text, "\n\n")
	head = strings.ReplaceAll(strings.TrimRight(head, "\n"), "\n", "\r\n") + "\r\n"
	if !strings.Contains(head, "Content-Length") {
		head += fmt.Sprintf("Content-Length: %d\r\n", len(strings.TrimRight(body, "\n")))
	}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head + "\r\n" + strings.TrimRight(body, "\n"))))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRecordedWebhooks(t *testing.T) {
	options := nexmosms.Options{}
	key := "a1234567" // of the captures
	a, err := nexmosms.New(key, "api-secret", &options)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file    string
		report  *sms.DeliveryReport
		inbound *sms.Inbound
	}{
		{"vonage-dlr-get.http.txt", &sms.DeliveryReport{ID: "14000000F9DBBBBB", To: "+14845552121", From: "16105553939", Status: sms.StatusDelivered, VendorCode: "0", Key: "my-ref", Network: "310004"}, nil},
		{"vonage-dlr-post-form.http.txt", &sms.DeliveryReport{ID: "14000000F9DBBBBB", To: "+14845552121", From: "16105553939", Status: sms.StatusDelivered, VendorCode: "0", Network: "310004"}, nil},
		{"vonage-doc-dlr-delivered.json", &sms.DeliveryReport{ID: "0B00000127FDBC63", To: "+447547232824", From: "Vonage", Status: sms.StatusDelivered, VendorCode: "0", Network: "23410"}, nil},
		{"vonage-inbound-get.http.txt", nil, &sms.Inbound{ID: "02000000DA7C52E7", From: "+14845552121", To: "16105553939", Text: "Test this.", Keyword: "TEST"}},
		{"vonage-inbound-json.http.txt", nil, &sms.Inbound{ID: "02000000DA7C52E7", From: "+14845552121", To: "16105553939", Text: "Test this.", Keyword: "TEST"}},
		{"vonage-inbound-binary.http.txt", nil, &sms.Inbound{ID: "02000000DA7C52E7", From: "+14845552121", To: "16105553939", Text: "Binary message", Keyword: "BINARY"}},
	} {
		t.Run(c.file, func(t *testing.T) {
			var reports []sms.DeliveryReport
			var inbound []sms.Inbound
			v, err := sms.NewReceiver(a, sms.ReceiverOptions{AllowUnsigned: true,
				Report:  func(_ context.Context, r sms.DeliveryReport) error { reports = append(reports, r); return nil },
				Inbound: func(_ context.Context, m sms.Inbound) error { inbound = append(inbound, m); return nil }})
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			v.ServeHTTP(w, raw(t, c.file))
			if w.Code != 200 || len(reports)+len(inbound) != 1 {
				t.Fatalf("%d, %d reports, %d messages", w.Code, len(reports), len(inbound))
			}
			if want := c.report; want != nil {
				r := reports[0]
				if r.ID != want.ID || r.To != want.To || r.From != want.From || r.Status != want.Status || r.VendorCode != want.VendorCode || r.Key != want.Key || r.Network != want.Network || !r.Status.Final() || r.At.IsZero() {
					t.Errorf("%+v", r)
				}
				return
			}
			m, want := inbound[0], c.inbound
			if m.ID != want.ID || m.From != want.From || m.To != want.To || m.Text != want.Text || m.Keyword != want.Keyword || m.Parts != 0 {
				t.Errorf("%+v", m)
			}
			if strings.Contains(c.file, "binary") && (hex.EncodeToString(m.Header) != "0605040b8423f0" || !strings.HasPrefix(hex.EncodeToString(m.Data), "ea0601ae")) {
				t.Errorf("%x %x", m.Header, m.Data)
			}
		})
	}
}

func TestRecordedSignature(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(recordings, "vonage-signed-inbound-md5hash.json"))
	if err != nil {
		t.Skip("the recorded calls are not here")
	}
	a := offline(t, nexmosms.Options{WebhookSecret: "my_secret_key_for_testing"})
	e, err := a.ReadWebhook(t.Context(), posted(string(b)))
	if err != nil || !e.Signed || e.Inbound[0].Text != "Test with & and =" || e.Inbound[0].From != "+14843472194" {
		t.Fatal(err)
	}
	if _, err := a.ReadWebhook(t.Context(), posted(strings.Replace(string(b), "Test with", "Text with", 1))); waybill.CodeOf(err) != waybill.Unauthenticated {
		t.Errorf("another text: %v", err)
	}
}

func FuzzReadWebhook(f *testing.F) {
	f.Add("messageId=0A1&msisdn=447700900123&to=Acme&status=failed&err-code=9&price=0.1", false)
	f.Add(`{"messageId":"1","msisdn":"447700900123","text":"x","concat":"true","concat-ref":"1","concat-total":"2","concat-part":"1"}`, true)
	a, err := nexmosms.New("abcd1234", "api-secret", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string, isJSON bool) {
		c := posted(body)
		if !isJSON {
			c.Method, c.URL = http.MethodGet, &url.URL{RawQuery: body}
		}
		e, err := a.ReadWebhook(t.Context(), c)
		if code := waybill.CodeOf(err); err != nil && code != waybill.InvalidArgument && code != waybill.Unauthenticated {
			t.Errorf("%v", err)
		}
		for _, r := range e.Reports {
			if r.Validate() != nil {
				t.Error("an invalid report")
			}
		}
		for _, m := range e.Inbound {
			if m.Validate() != nil {
				t.Error("an invalid message")
			}
		}
	})
}
