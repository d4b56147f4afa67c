package aliyunsms_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
)

func offline(t testing.TB) *aliyunsms.Adapter {
	t.Helper()
	a, err := aliyunsms.New("id", "secret", nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func read(t testing.TB, body string) (sms.Events, error) {
	t.Helper()
	return offline(t).ReadWebhook(t.Context(), &sms.WebhookCall{Method: http.MethodPost, Body: []byte(body)})
}

func TestReports(t *testing.T) {
	e, err := read(t, `[{"phone_number":"13800138000","send_time":"2024-01-02 08:00:00","report_time":"2024-01-02 08:00:05","success":true,
		"err_code":"DELIVERED","err_msg":"x","sms_size":"2","biz_id":"9^0","out_id":"k-1"},
		{"phone_number":"85291234567","success":"false","err_code":"UNDELIV","sms_size":1,"biz_id":9,"out_id":null},
		{"phone_number":"13800138000","success":false,"err_code":"REJECTD","biz_id":"8^0","out_id":"ключ"},
		{"phone_number":"13800138000","success":false,"err_code":"EXPIRED","biz_id":"7^0"},
		{"phone_number":"13800138000","success":false,"err_code":"isv.BLACK_KEY_CONTROL_LIMIT","biz_id":"6^0"},
		{"phone_number":"13800138000","biz_id":"5^0"},
		null, 7, {"success":true}]`)
	if err != nil || len(e.Reports) != 6 || e.Unread != 3 || e.Signed || e.Answer.Body == "" {
		t.Fatalf("%d %d %v", len(e.Reports), e.Unread, err)
	}
	for i, want := range []sms.DeliveryReport{
		{ID: "9^0", Key: "k-1", To: hangzhou, Recipient: hangzhou.Masked(), Status: sms.StatusDelivered, VendorCode: "DELIVERED", Parts: 2,
			Sent: time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC), At: time.Date(2024, 1, 2, 0, 0, 5, 0, time.UTC)},
		{ID: "9", To: hongkong, Recipient: hongkong.Masked(), Status: sms.StatusFailed, VendorCode: "UNDELIV", Parts: 1},
		{ID: "8^0", To: hangzhou, Recipient: hangzhou.Masked(), Status: sms.StatusRejected, VendorCode: "REJECTD"},
		{ID: "7^0", To: hangzhou, Recipient: hangzhou.Masked(), Status: sms.StatusExpired, VendorCode: "EXPIRED", Code: waybill.Unavailable, Scope: waybill.ScopeRecipient},
		{ID: "6^0", To: hangzhou, Recipient: hangzhou.Masked(), Status: sms.StatusRejected, VendorCode: "isv.BLACK_KEY_CONTROL_LIMIT", Code: waybill.InvalidArgument, Scope: waybill.ScopeRequest,
			Message: "a parameter holds a forbidden word, or the number is on a block list"},
		{ID: "5^0", To: hangzhou, Recipient: hangzhou.Masked()},
	} {
		want.Gateway = "aliyunsms"
		if got := e.Reports[i]; got != want {
			g, _ := json.Marshal(got)
			t.Errorf("%d: %s", i, g)
		}
	}
}

// Why a message did not arrive, by the table of the receipts' codes. Only who has
// opted out and what is no number is taken for dead.
func TestReasons(t *testing.T) {
	for code, want := range map[string]struct {
		status sms.Status
		code   waybill.Code
		scope  waybill.Scope
	}{
		"MOBILE_NOT_ON_SERVICE":      {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient},
		"mobile_not_on_service":      {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient},
		"MOBILE_ACCOUNT_ABNORMAL":    {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient},
		"MOBLLE_TERMINAL_ERROR":      {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient},
		"MOBILE_TERMINAL_ERROR":      {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient},
		"SP_NOT_BY_INTER_SMS":        {sms.StatusFailed, waybill.Unavailable, waybill.ScopeRecipient},
		"INVALID_NUMBER":             {sms.StatusFailed, waybill.Unregistered, waybill.ScopeRecipient},
		"MOBILE_SEND_LIMIT":          {sms.StatusRejected, waybill.RecipientLimited, waybill.ScopeRecipient},
		"MOBILE_IN_BLACK":            {sms.StatusRejected, waybill.OptedOut, waybill.ScopeRecipient},
		"USER_REJECT":                {sms.StatusRejected, waybill.OptedOut, waybill.ScopeRecipient},
		"isv.CUSTOMER_REFUSED":       {sms.StatusRejected, waybill.OptedOut, waybill.ScopeRecipient},
		"isv.BUSINESS_LIMIT_CONTROL": {sms.StatusRejected, waybill.RecipientLimited, waybill.ScopeRecipient},
		"CONTENT_KEYWORD":            {sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		"CONTENT_ERROR":              {sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		"PORT_NOT_REGISTERED":        {sms.StatusRejected, waybill.PermissionDenied, waybill.ScopeSender},
		"PARAMS_ILLEGAL":             {sms.StatusRejected, waybill.Unsupported, waybill.ScopeRequest},
		"NO_ROUTE":                   {sms.StatusFailed, waybill.Unavailable, waybill.ScopeProvider},
		"IS_CLOSE":                   {sms.StatusFailed, waybill.Unavailable, waybill.ScopeProvider},
		"SP_UNKNOWN_ERROR":           {sms.StatusFailed, waybill.Unknown, waybill.ScopeUnknown},
		"NOT_SUPPORTED_COUNTRY":      {sms.StatusRejected, waybill.Unsupported, waybill.ScopeSender},
		"MOBILE_NUMBER_ILLEGAL":      {sms.StatusRejected, waybill.InvalidArgument, waybill.ScopeRequest},
		"EXPIRED":                    {sms.StatusExpired, waybill.Unavailable, waybill.ScopeRecipient},
		"REJECTD":                    {sms.StatusRejected, waybill.Unknown, waybill.ScopeUnknown},
		"MK:0001":                    {sms.StatusFailed, waybill.Unknown, waybill.ScopeUnknown},
		"":                           {sms.StatusFailed, waybill.Unknown, waybill.ScopeUnknown},
	} {
		for _, body := range []string{
			`[{"phone_number":"13800138000","success":false,"err_code":"` + code + `","biz_id":"1^0"}]`,
			`[{"To":"8613800138000","Status":"2","ErrorCode":"` + code + `","MessageId":"1"}]`,
		} {
			e, err := read(t, body)
			if err != nil || len(e.Reports) != 1 {
				t.Fatalf("%s: %v", code, err)
			}
			if r := e.Reports[0]; r.Status != want.status || r.Code != want.code || r.Scope != want.scope || r.VendorCode != code || waybill.DeliveryOf(r.Err()) != waybill.Sent {
				t.Errorf("%s: %v %v %v %q", code, r.Status, r.Code, r.Scope, r.VendorCode)
			}
		}
	}
}

// What the operator has not answered has not failed.
func TestReportWithoutAnAnswer(t *testing.T) {
	e, err := read(t, `[{"phone_number":"13800138000","success":false,"err_code":"REQUEST_SUCCESS","biz_id":"1^0"}]`)
	if err != nil || len(e.Reports) != 1 || e.Reports[0].Status != sms.StatusUnknown || e.Reports[0].Err() != nil {
		t.Errorf("%v %v", e, err)
	}
}

// Messages outside the mainland are reported in another shape, where eleven digits
// that begin with 13 are North American.
func TestReportsFromAbroad(t *testing.T) {
	e, err := read(t, `[{"To":"85291234567","SendDate":"Thu, 25 Nov 2021 10:25:00 +0800","ReceiveDate":"Thu, 25 Nov 2021 10:25:33 +0800","Status":"1",
		"ErrorCode":"success","ErrorDescription":"success","TaskId":"67890","SmsSize":"2","MessageId":"1234500001"},
		{"To":"13105550123","Status":6,"MessageId":7,"SmsSize":null,"SendDate":"yesterday"},
		{"To":"8521111****","Status":"9","MessageId":"8"}, {"To":"85291234567"}, {"MessageId":"9"}]`)
	if err != nil || len(e.Reports) != 3 || e.Unread != 2 {
		t.Fatalf("%d %d %v", len(e.Reports), e.Unread, err)
	}
	canada := sms.Number("+13105550123")
	for i, want := range []sms.DeliveryReport{
		{ID: "1234500001", To: hongkong, Recipient: hongkong.Masked(), Status: sms.StatusDelivered, VendorCode: "success", Parts: 2,
			Sent: time.Date(2021, 11, 25, 2, 25, 0, 0, time.UTC), At: time.Date(2021, 11, 25, 2, 25, 33, 0, time.UTC)},
		{ID: "7", To: canada, Recipient: canada.Masked(), Status: sms.StatusExpired, Code: waybill.Unavailable, Scope: waybill.ScopeRecipient},
		{ID: "8", Recipient: "8521111****"},
	} {
		want.Gateway = "aliyunsms"
		if got := e.Reports[i]; got != want {
			g, _ := json.Marshal(got)
			t.Errorf("%d: %s", i, g)
		}
	}
}

func TestInbound(t *testing.T) {
	e, err := read(t, `[{"phone_number":"13800138000","content":"R","send_time":"2024-01-02 08:00:00","sign_name":"运单","dest_code":"1069","sequence_id":42}]`)
	if err != nil || len(e.Inbound) != 1 {
		t.Fatal(err)
	}
	m := e.Inbound[0]
	if m.From != hangzhou || m.Text != "R" || m.ID != "42" || m.Sign != "运单" || m.To != "1069" || !m.At.Equal(time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", m)
	}
	if e, err = read(t, `{"phone_number":"13800138000","content":"","sequence_id":"1"}`); err != nil || len(e.Inbound) != 1 {
		t.Errorf("a single object: %v", err)
	}
}

func TestBadCalls(t *testing.T) {
	for _, body := range []string{``, `null`, `x`, `<html>`, `[null]`, `7`, `"x"`, `[{"content":"R"}]`, `[[]]`} {
		if _, err := read(t, body); waybill.CodeOf(err) != waybill.InvalidArgument || strings.Contains(err.Error(), "R\"") {
			t.Errorf("%q: %v", body, err)
		}
	}
	if e, err := read(t, `[]`); err != nil || len(e.Reports)+len(e.Inbound) != 0 {
		t.Errorf("an empty list: %v", err)
	}
}

// The whole way: the vendor's shape of acknowledgement, and a refusal without a
// proof.
func TestReceiver(t *testing.T) {
	var reports []sms.DeliveryReport
	options := sms.ReceiverOptions{Token: "0123456789abcdef", Report: func(_ context.Context, r sms.DeliveryReport) error {
		reports = append(reports, r)
		return nil
	}}
	v, err := sms.NewReceiver(offline(t), options)
	if err != nil {
		t.Fatal(err)
	}
	post := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		v.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(`[{"phone_number":"13800138000","success":true,"biz_id":"9^0","err_code":"DELIVERED"}]`)))
		return w
	}
	for range 2 {
		w := post("/aliyun?token=0123456789abcdef")
		var answer struct{ Code *int }
		if w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &answer) != nil || answer.Code == nil || *answer.Code != 0 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if w := post("/aliyun"); w.Code != http.StatusUnauthorized {
		t.Errorf("without the token: %d", w.Code)
	}
	if len(reports) != 1 || reports[0].Gateway != "aliyunsms" || reports[0].Received.IsZero() {
		t.Errorf("%d reports", len(reports))
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

func TestRecordedWebhooks(t *testing.T) {
	e, err := read(t, recorded(t, "aliyun-smsreport.json"))
	if err != nil || len(e.Reports) != 1 {
		t.Fatal(err)
	}
	if r := e.Reports[0]; r.Status != sms.StatusDelivered || r.ID != "12345" || r.Key != "67890" || r.VendorCode != "DELIVERED" || r.To != "" || r.Recipient != "1381111****" {
		t.Errorf("%v", r)
	}
	e, err = read(t, recorded(t, "aliyun-smsup-seqstring.json"))
	if err != nil || len(e.Inbound) != 1 {
		t.Fatal(err)
	}
	if m := e.Inbound[0]; m.Text != "内容" || m.ID != "1234567890" || m.From != "" || m.Sender != "1381111****" || m.To != "1234" {
		t.Errorf("%v", m)
	}
}

func TestRecordedReplies(t *testing.T) {
	send := func(file string, status int) (sms.Receipt, error) {
		return adapter(t, replying(t, status, recorded(t, file)), aliyunsms.Options{}).Send(t.Context(), order("k-1"))
	}
	r, err := send("aliyun-ok.json", 200)
	if err != nil || r.ID != "900619746936498440^0" || len(r.Parts) != 1 {
		t.Errorf("%+v %v", r, err)
	}
	_, err = send("aliyun-limit-day.json", 200)
	if e := asError(t, err); e.Code != waybill.RecipientLimited || e.Scope != waybill.ScopeRecipient || e.Delivery != waybill.NotSent ||
		e.VendorCode != "isv.BUSINESS_LIMIT_CONTROL" || !strings.Contains(e.Message, "day") {
		t.Errorf("%v", e)
	}
	_, err = send("aliyun-gateway-forbidden.json", 403)
	if e := asError(t, err); e.Code != waybill.PermissionDenied || e.Scope != waybill.ScopeAccount || e.Delivery != waybill.NotSent || e.VendorCode != "Forbidden" {
		t.Errorf("%v", e)
	}
}

func FuzzReadWebhook(f *testing.F) {
	f.Add(`[{"phone_number":"13800138000","success":true,"biz_id":"9^0","out_id":"k","sms_size":"1","send_time":"2024-01-02 08:00:00"}]`)
	f.Add(`[{"phone_number":"138****8000","content":"TD","sequence_id":1}]`)
	f.Add(`{"phone_number":7}`)
	f.Add(`[{"To":"8521111****","Status":"2","ErrorCode":"MOBILE_IN_BLACK","MessageId":"1","SmsSize":"1","SendDate":"Thu, 25 Nov 2021 10:25:00 +0800"}]`)
	a, err := aliyunsms.New("id", "secret", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		e, err := a.ReadWebhook(t.Context(), &sms.WebhookCall{Method: http.MethodPost, Body: []byte(body)})
		if err != nil && waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%v", err)
		}
		for _, r := range e.Reports {
			if r.Validate() != nil {
				t.Errorf("an invalid report: %v", r.Validate())
			}
		}
		for _, m := range e.Inbound {
			if m.From != "" && m.From.Validate() != nil {
				t.Error("an invalid number")
			}
		}
	})
}
