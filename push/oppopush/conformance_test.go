package oppopush_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/oppopush"
	"github.com/waybill-go/waybill/push/pushtest"
)

const secret = "a-secret-of-the-callback-url"

func token(n int) push.Token { return push.Token{Vendor: push.OPPO, Value: pushtest.OPPOToken(n)} }

// classes are a table with a row for every kind.
func classes() map[push.Kind]oppopush.Class {
	return map[push.Kind]oppopush.Class{
		push.KindOrder:     {Channel: "order", Category: "ORDER", NotifyLevel: 16},
		push.KindStatus:    {Channel: "status", Category: "ORDER", NotifyLevel: 2},
		push.KindCoupon:    {Channel: "coupon", Category: "MARKETING"},
		push.KindMarketing: {Channel: "offers", Category: "MARKETING", NotifyLevel: 1},
	}
}

// row makes the expectation of one of the vendor's codes.
func row(code string, want waybill.Code, scope waybill.Scope, wait bool) pushtest.CodeCase {
	return pushtest.CodeCase{Code: code, Want: want, Scope: scope, Delivery: waybill.NotSent, RetryAfter: wait, Dead: want == waybill.Unregistered}
}

func codes() []pushtest.CodeCase {
	out := []pushtest.CodeCase{
		row("-1", waybill.Unavailable, waybill.ScopeProvider, true),
		row("-2", waybill.RateLimited, waybill.ScopeService, true),
		row("13", waybill.RateLimited, waybill.ScopeService, true),
		row("55", waybill.RateLimited, waybill.ScopeService, true),
		row("31", waybill.NotFound, waybill.ScopeRequest, false),
		row("54", waybill.PermissionDenied, waybill.ScopeSender, false),
		row("10000", waybill.Unregistered, waybill.ScopeRecipient, false),
	}
	for _, c := range []string{"11", "14", "15", "16", "17", "18", "19", "29"} {
		out = append(out, row(c, waybill.Unauthenticated, waybill.ScopeAccount, false))
	}
	for _, c := range []string{"12", "20", "21", "22", "23", "24", "25", "40", "41", "51", "67"} {
		out = append(out, row(c, waybill.Unsupported, waybill.ScopeRequest, false))
	}
	for _, c := range []string{"26", "27", "28", "30", "59"} {
		out = append(out, row(c, waybill.PermissionDenied, waybill.ScopeAccount, false))
	}
	for _, c := range []string{"33", "34", "42", "69"} {
		out = append(out, row(c, waybill.QuotaExhausted, waybill.ScopeAccount, true))
	}
	return out
}

func TestConformance(t *testing.T) {
	text := func(title, body string) push.Notification {
		return push.Notification{Kind: push.KindOrder, Title: title, Body: body, Key: "k"}
	}
	large := text("T", "B")
	large.Data = map[string]string{"a": strings.Repeat("d", 4001)}
	pushtest.Run(t, pushtest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return oppopush.New(pushtest.OPPOKey, pushtest.OPPOSecret, &oppopush.Options{BaseURL: baseURL, HTTPClient: hc, App: "driver", Classes: classes()})
		},
		Server: func(testing.TB) pushtest.Server { return pushtest.NewOPPO() },
		Token:  token,
		Foreign: []push.Token{
			{Vendor: push.OPPO, App: "customer", Value: pushtest.OPPOToken(7)},
			{Vendor: push.OPPO, Env: push.Sandbox, Value: pushtest.OPPOToken(7)},
			{Vendor: push.OPPO, Value: "OPPO_IN_" + strings.Repeat("a", 32)},
		},
		Codes: codes(),
		Unsupported: []pushtest.UnsupportedCase{
			{Name: "long title", Notification: text(strings.Repeat("汉", 51), "B")},
			{Name: "long body", Notification: text("T", strings.Repeat("汉", 129))},
			{Name: "large data", Notification: large},
			{Name: "data only", Notification: push.Notification{Kind: push.KindStatus, Display: push.DataOnly, Data: map[string]string{"a": "b"}, Key: "k"}},
		},
		Read: func(s pushtest.Server, token string) (pushtest.Read, bool) {
			n, ok := s.(*pushtest.OPPO).Notification(token)
			return n.Read(), ok
		},
		Textless: true,
		Override: oppopush.Override{SubTitle: "depot 17", Activity: "com.example.Orders"},
		WithClasses: func(kinds []push.Kind) error {
			some := map[push.Kind]oppopush.Class{}
			for _, k := range kinds {
				some[k] = classes()[k]
			}
			_, err := oppopush.New("key", "secret", &oppopush.Options{Classes: some})
			return err
		},
		Audience: &push.Audience{Vendor: push.OPPO},
		Receipts: receipts(),
		Secrets:  []string{pushtest.OPPOKey, pushtest.OPPOSecret, "oppo-auth-"},
		Skip: map[string]string{
			"answers/data only": "OPPO has no pushes that show nothing",
		},
	})
}

// receipts are a request as the vendor sends it.
func receipts() *pushtest.ReceiptsCase {
	at := time.UnixMilli(1501484120000)
	event := func(token string, status push.EventStatus, code string) push.Event {
		return push.Event{Token: push.Token{Vendor: push.OPPO, App: "driver", Value: token}, ID: "m1", Key: "order-17", Status: status, Code: code, Time: at}
	}
	return &pushtest.ReceiptsCase{
		Handler: func(take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
			return oppopush.NewReceiptHandler("driver", []string{secret}, take, o)
		},
		Request: func() *http.Request {
			url, err := push.CallbackURL("https://example.test/oppo", secret)
			if err != nil {
				panic(err)
			}
			body := `[{"messageId":"m1","appId":"a","taskId":"t","registrationIds":"CN_1,CN_2","eventTime":"1501484120000","param":"order-17","eventType":"push_arrive"},
				{"messageId":"m1","appId":"a","taskId":"t","registrationIds":"CN_3","eventTime":1501484120000,"param":"order-17","eventType":"regid_invalid"},
				{"messageId":"m1","appId":"a","taskId":"t","registrationIds":"CN_4","eventTime":1501484120000,"param":"order-17","eventType":"user_daily_limit"}]`
			r := httptest.NewRequest(http.MethodPost, url, bytes.NewReader([]byte(body)))
			r.Header.Set("Content-Type", "application/json")
			return r
		},
		Spoil: func(r *http.Request) { r.URL.RawQuery = push.CallbackParam + "=another-secret-of-the-url" },
		Want: []push.Event{
			event("CN_1", push.EventDelivered, "push_arrive"), event("CN_2", push.EventDelivered, "push_arrive"),
			event("CN_3", push.EventDead, "regid_invalid"), event("CN_4", push.EventFailed, "user_daily_limit"),
		},
	}
}
