package meizupush

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
)

const secret = "a-secret-of-the-callback-url"

func token(n int) push.Token { return push.Token{Vendor: push.Meizu, Value: pushtest.MeizuToken(n)} }

func classes(kinds ...push.Kind) map[push.Kind]Class {
	out := map[push.Kind]Class{}
	for _, k := range kinds {
		out[k] = Class{Private: k == push.KindOrder || k == push.KindStatus}
	}
	return out
}

// codes are the vendor's, but for those of dead tokens in a whole reply, which say
// something else of one token than of many and stand in TestDeadTokens.
func codes() (out []pushtest.CodeCase) {
	add := func(want waybill.Code, scope waybill.Scope, delivery waybill.Delivery, wait bool, codes ...string) {
		for _, c := range codes {
			out = append(out, pushtest.CodeCase{Code: c, Want: want, Scope: scope, Delivery: delivery, RetryAfter: wait, Dead: want == waybill.Unregistered})
		}
	}
	add(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, true, "1003", "token/519")
	add(waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, true, "500", "1001", "token/501", "token/513")
	add(waybill.RateLimited, waybill.ScopeService, waybill.NotSent, true, "110010", "token/518")
	add(waybill.QuotaExhausted, waybill.ScopeAccount, waybill.NotSent, true, "110019", "110051", "110053")
	add(waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "1006", "110000", "110001", "110033")
	add(waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "300", "110009", "110031")
	add(waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "1005", "110004", "110032")
	add(waybill.PermissionDenied, waybill.ScopeRecipient, waybill.NotSent, false, "token/201")
	add(waybill.RecipientLimited, waybill.ScopeRecipient, waybill.NotSent, true, "token/520", "token/110011")
	add(waybill.OptedOut, waybill.ScopeRecipient, waybill.NotSent, false, "token/110010")
	add(waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent, false, "token/110002", "token/110003", "token/110005")
	add(waybill.Unknown, waybill.ScopeProvider, waybill.Ambiguous, false, "4711", "token/4711")
	return out
}

func text(title, body string) push.Notification {
	return push.Notification{Kind: push.KindOrder, Title: title, Body: body, Key: "k"}
}

func TestConformance(t *testing.T) {
	large := text("T", "B")
	large.Data = map[string]string{"a": strings.Repeat("d", 4097)}
	pushtest.Run(t, pushtest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return New(pushtest.MeizuAppID, pushtest.MeizuSecret, &Options{BaseURL: baseURL, SubscribeURL: baseURL, HTTPClient: hc, App: "driver", Classes: classes(push.Kinds()...)})
		},
		Server: func(testing.TB) pushtest.Server { return pushtest.NewMeizu() },
		Token:  token,
		Foreign: []push.Token{
			{Vendor: push.Meizu, App: "customer", Value: pushtest.MeizuToken(7)},
			{Vendor: push.Meizu, Env: push.Sandbox, Value: pushtest.MeizuToken(7)},
			{Vendor: push.Meizu, Value: pushtest.MeizuToken(7) + "," + pushtest.MeizuToken(8)},
		},
		Codes: codes(),
		Unsupported: []pushtest.UnsupportedCase{
			{Name: "long title", Notification: text(strings.Repeat("汉", 33), "B")},
			{Name: "long body", Notification: text("T", strings.Repeat("汉", 101))},
			{Name: "large data", Notification: large},
			{Name: "data only", Notification: push.Notification{Kind: push.KindStatus, Display: push.DataOnly, Data: map[string]string{"a": "b"}, Key: "k"}},
		},
		Read: func(s pushtest.Server, token string) (pushtest.Read, bool) {
			m, ok := s.(*pushtest.Meizu).Message(token)
			return m.Read(), ok
		},
		Textless: true, MinTTL: time.Hour,
		Override: Override{Class: &Class{}, Activity: "com.example.OrderActivity", BigText: "A long story", Subtitle: "depot 17", Silent: true, Quiet: true, Sticky: true, Native: true},
		WithClasses: func(kinds []push.Kind) error {
			_, err := New("1", "secret", &Options{Classes: classes(kinds...)})
			return err
		},
		Topic:    &push.Topic{Audience: push.Audience{Vendor: push.Meizu, App: "driver"}, Name: "depot-17"},
		Audience: &push.Audience{Vendor: push.Meizu, App: "driver"},
		Receipts: receipts(),
		Secrets:  []string{pushtest.MeizuSecret},
		Skip:     map[string]string{"answers/data only": "Meizu has no pushes that show nothing"},
	})
}

// receiptBody is a form as the vendor posts it.
func receiptBody(cb, token string) string {
	return url.Values{"cb": {cb}, "access_token": {token}}.Encode()
}

func receiptRequest(address, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func receipts() *pushtest.ReceiptsCase {
	event := func(token string, status push.EventStatus, id, code string) push.Event {
		return push.Event{Token: push.Token{Vendor: push.Meizu, App: "driver", Value: token}, ID: id, Key: "order-17", Status: status, Code: code}
	}
	return &pushtest.ReceiptsCase{
		Handler: func(take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
			return NewReceiptHandler("driver", []string{secret}, take, o)
		},
		Request: func() *http.Request {
			u, err := push.CallbackURL("https://example.test/meizu", secret)
			if err != nil {
				panic(err)
			}
			return receiptRequest(u, receiptBody(`{
				"m1-1":{"param":"order-17","type":1,"targets":["a","b"]},
				"m-1-2":{"param":"order-17","type":"2","targets":["a"]},
				"m2-2":{"param":"order-17","targets":"c,d"},
				"m3-9":{"param":"order-17","type":9,"targets":["e"]},
				"m4":null}`, "of-the-vendor"))
		},
		Spoil: func(r *http.Request) { r.URL.RawQuery = push.CallbackParam + "=another-secret-of-the-url" },
		Want: []push.Event{
			event("a", push.EventDelivered, "m1", "1"), event("b", push.EventDelivered, "m1", "1"), event("a", push.EventClicked, "m-1", "2"),
			event("c", push.EventClicked, "m2", "2"), event("d", push.EventClicked, "m2", "2"), event("e", push.EventUnknown, "m3", "9"),
		},
	}
}
