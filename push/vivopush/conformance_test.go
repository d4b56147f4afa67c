package vivopush

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

const secret = "a-secret-of-the-callback-url"

func classes() map[push.Kind]Class {
	order, offer := Class{System: true, Category: "ORDER"}, Class{Category: "MARKETING"}
	return map[push.Kind]Class{push.KindOrder: order, push.KindStatus: order, push.KindCoupon: offer, push.KindMarketing: offer}
}

func row(want waybill.Code, scope waybill.Scope, wait bool, codes ...string) (out []pushtest.CodeCase) {
	for _, c := range codes {
		out = append(out, pushtest.CodeCase{Code: c, Want: want, Scope: scope, Delivery: waybill.NotSent, RetryAfter: wait, Dead: want == waybill.Unregistered})
	}
	return out
}

func TestConformance(t *testing.T) {
	text := func(title, body string) push.Notification {
		return push.Notification{Kind: push.KindOrder, Title: title, Body: body, Key: "k"}
	}
	large := text("T", "B")
	large.Data = map[string]string{"a": strings.Repeat("d", 1024)}
	codes := row(waybill.Unregistered, waybill.ScopeRecipient, false, "10302")
	codes = append(codes, row(waybill.Unauthenticated, waybill.ScopeAccount, false, "10000", "10094", "10203")...)
	codes = append(codes, row(waybill.RateLimited, waybill.ScopeService, true, "10040", "10072", "10093", "10250")...)
	codes = append(codes, row(waybill.RateLimited, waybill.ScopeRequest, true, "10071")...)
	codes = append(codes, row(waybill.QuotaExhausted, waybill.ScopeRequest, true, "10070")...)
	codes = append(codes, row(waybill.QuotaExhausted, waybill.ScopeAccount, true, "10073")...)
	codes = append(codes, row(waybill.QuotaExhausted, waybill.ScopeService, true, "10252", "10254")...)
	codes = append(codes, row(waybill.PermissionDenied, waybill.ScopeAccount, false, "10043", "10045", "10082")...)
	codes = append(codes, row(waybill.Unavailable, waybill.ScopeRecipient, false, "10311")...)
	codes = append(codes, row(waybill.Unsupported, waybill.ScopeRequest, false, "10050", "10067", "10085", "10104", "10153", "10801")...)
	pushtest.Run(t, pushtest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return New(pushtest.VivoID, pushtest.VivoKey, pushtest.VivoSecret, &Options{BaseURL: baseURL, HTTPClient: hc, App: "driver", Classes: classes()})
		},
		Server: func(testing.TB) pushtest.Server { return pushtest.NewVivo() },
		Token:  func(n int) push.Token { return push.Token{Vendor: push.Vivo, Value: pushtest.VivoToken(n)} },
		Codes:  codes,
		Unsupported: []pushtest.UnsupportedCase{
			{Name: "long title", Notification: text(strings.Repeat("汉", 41), "B")},
			{Name: "long body", Notification: text("T", strings.Repeat("汉", 101))},
			{Name: "a test", Notification: text("测试", "B")},
			{Name: "digits", Notification: text("T", "12 34")},
			{Name: "large data", Notification: large},
		},
		Read: func(s pushtest.Server, token string) (pushtest.Read, bool) {
			m, ok := s.(*pushtest.Vivo).Message(token)
			return m.Read(), ok
		},
		Textless: true, MinTTL: lives.Min, Override: Override{NotifyType: 2},
		WithClasses: func(kinds []push.Kind) error {
			some := map[push.Kind]Class{}
			for _, k := range kinds {
				some[k] = classes()[k]
			}
			_, err := New(1, "key", "secret", &Options{Classes: some})
			return err
		},
		Topic:    &push.Topic{Audience: push.Audience{Vendor: push.Vivo}, Name: "depot-17"},
		Audience: &push.Audience{Vendor: push.Vivo},
		Receipts: &pushtest.ReceiptsCase{
			Handler: func(take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
				return NewReceiptHandler("driver", []string{secret}, take, o)
			},
			Request: func() *http.Request {
				u, _ := push.CallbackURL("https://example.test/vivo", secret)
				return httptest.NewRequest(http.MethodPost, u, strings.NewReader(`{"7":{"param":"order-17","targets":"a1"}}`))
			},
			Spoil: func(r *http.Request) { r.URL.RawQuery = push.CallbackParam + "=another-secret-of-the-url" },
			Want:  []push.Event{{Token: push.Token{Vendor: push.Vivo, App: "driver", Value: "a1"}, ID: "7", Key: "order-17", Status: push.EventDelivered}},
		},
		Secrets: []string{pushtest.VivoKey, pushtest.VivoSecret, "vivo-auth-"},
		Skip:    map[string]string{"answers/data only": "vivo has no pushes that show nothing"},
	})
}

func TestSign(t *testing.T) {
	if got := sign("10004", "25509283-3767-4b9e-83fe-b6e55ac6243e", "1501484120000", "demo-app-secret"); got != "2bd29ff4cb2bcd1390caf6bd65059874" {
		t.Errorf("got %s", got)
	}
}

func TestRecordedReplies(t *testing.T) {
	for file, want := range map[string]struct {
		status int
		tokens []string
		codes  []waybill.Code
	}{
		"send.json":         {200, []string{"v1"}, []waybill.Code{0}},
		"list.json":         {200, []string{"ok1", "12345678901234567890122", "15554239157791000000009"}, []waybill.Code{0, waybill.Unregistered, waybill.PermissionDenied}},
		"regid.json":        {200, []string{"v1"}, []waybill.Code{waybill.Unregistered}},
		"quota.json":        {200, []string{"v1"}, []waybill.Code{waybill.QuotaExhausted}},
		"auth_expired.json": {200, []string{"v1"}, []waybill.Code{waybill.Unauthenticated}},
		"500.txt":           {500, []string{"v1"}, []waybill.Code{waybill.Internal}},
	} {
		t.Run(file, func(t *testing.T) {
			body := makertest.Recorded(t, "vivo_"+file)
			f, a := fake(t, Options{})
			f.Fail(fakehttp.Status(want.status, http.Header{"Content-Type": {"application/json"}}, body))
			for i, r := range a.Send(t.Context(), order(), makertest.Named(push.Vivo, want.tokens...)) {
				if waybill.CodeOf(r.Err) != want.codes[i] && r.Err != nil || r.Err == nil && (want.codes[i] != 0 || r.ID == "") || r.Dead != (want.codes[i] == waybill.Unregistered) {
					t.Errorf("token %d: %v, dead %t, want %v", i, r.Err, r.Dead, want.codes[i])
				}
			}
		})
	}
}
