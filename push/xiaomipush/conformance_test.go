package xiaomipush

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

func token(n int) push.Token {
	return push.Token{Vendor: push.Xiaomi, Value: pushtest.XiaomiToken(n)}
}

// classes are a table with a row for every kind: private ones with the fake's
// template, public ones.
func classes() map[push.Kind]Class {
	private := Class{Channel: pushtest.XiaomiChannel, Private: true, Template: pushtest.XiaomiTemplate, Params: map[string]Source{"event": Title, "detail": Body}}
	public := Class{Channel: "120001"}
	return map[push.Kind]Class{push.KindOrder: private, push.KindStatus: private, push.KindCoupon: public, push.KindMarketing: public}
}

// codes are the vendor's, by class; those of dead tokens say something else of one
// token than of many and stand in TestDeadTokens.
func codes() (out []pushtest.CodeCase) {
	add := func(want waybill.Code, scope waybill.Scope, delivery waybill.Delivery, wait bool, codes ...string) {
		for _, c := range codes {
			out = append(out, pushtest.CodeCase{Code: c, Want: want, Scope: scope, Delivery: delivery, RetryAfter: wait})
		}
	}
	add(waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous, true, "-1", "1", "10001", "10011", "20215", "20216", "20315", "20607", "22102", "26003", "65029", "65030", "65040")
	add(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, true, "10002", "10009", "10037")
	add(waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous, true, "10003", "10010")
	add(waybill.Unavailable, waybill.ScopeRecipient, waybill.NotSent, false, "65003")
	add(waybill.RateLimited, waybill.ScopeService, waybill.NotSent, true, "200002", "10022", "10023", "10024", "10027", "10028", "10030", "10032", "10039", "22101", "26004", "26005", "65006")
	add(waybill.QuotaExhausted, waybill.ScopeAccount, waybill.NotSent, true, "200001", "10034")
	add(waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, false, "22022", "10004", "10005", "10013", "10014", "10020", "10021", "10025", "10026", "10031", "10033",
		"10036", "10038", "21303", "22002", "22021", "26006", "65007", "66108")
	add(waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, false, "21301", "10006", "21302", "22000", "22001", "22006", "22007", "22008")
	add(waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, false, "10017", "100", "10007", "10008", "10012", "10016", "10018", "10035", "10041", "20209", "21305", "22003",
		"22004", "22005", "22020", "22100", "22103", "27001", "65008", "65017", "65028", "65035", "65038", "65041")
	add(waybill.Unknown, waybill.ScopeProvider, waybill.Ambiguous, false, "4711")
	return out
}

// firsts are the first code of each class: the whole list through the whole suite
// takes too long.
func firsts() (out []pushtest.CodeCase) {
	for _, c := range codes() {
		if n := len(out); n > 0 {
			last := out[n-1]
			if last.Code = c.Code; last == c {
				continue
			}
		}
		out = append(out, c)
	}
	return out
}

func text(title, body string) push.Notification {
	return push.Notification{Kind: push.KindCoupon, Title: title, Body: body, Key: "k"}
}

func TestConformance(t *testing.T) {
	large, symbol, blank := text("T", "B"), text("Rain ☔", "B"), text("T", "B")
	large.Data = map[string]string{"a": strings.Repeat("d", 4097)}
	symbol.Kind = push.KindOrder
	blank.Body = " \t"
	pushtest.Run(t, pushtest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return New(pushtest.XiaomiSecret, pushtest.XiaomiPackage, &Options{BaseURL: baseURL, HTTPClient: hc, App: "driver", Classes: classes()})
		},
		Server: func(testing.TB) pushtest.Server { return pushtest.NewXiaomi() },
		Token:  token,
		Foreign: []push.Token{
			{Vendor: push.Xiaomi, App: "customer", Value: pushtest.XiaomiToken(7)},
			{Vendor: push.Xiaomi, Env: push.Sandbox, Value: pushtest.XiaomiToken(7)},
			{Vendor: push.Xiaomi, Value: pushtest.XiaomiToken(7) + "," + pushtest.XiaomiToken(8)},
		},
		Codes: firsts(),
		Unsupported: []pushtest.UnsupportedCase{
			{Name: "long title", Notification: text(strings.Repeat("汉", 50), "B")},
			{Name: "long body", Notification: text("T", strings.Repeat("汉", 128))},
			{Name: "blank body", Notification: blank},
			{Name: "large data", Notification: large},
			{Name: "symbol in a variable", Notification: symbol},
		},
		Read:     func(s pushtest.Server, token string) (pushtest.Read, bool) { return s.(*pushtest.Xiaomi).Read(token) },
		Textless: true,
		Override: Override{Class: Class{Channel: "120002"}, NotifyType: 3, BackgroundOnly: true, OnlineOnly: true, BigText: true, LargeIcon: "http://f.example.test/i.png", PerSecond: 1000},
		WithClasses: func(kinds []push.Kind) error {
			some := map[push.Kind]Class{}
			for _, k := range kinds {
				some[k] = classes()[k]
			}
			_, err := New("secret", pushtest.XiaomiPackage, &Options{Classes: some})
			return err
		},
		Topic:    &push.Topic{Audience: push.Audience{Vendor: push.Xiaomi, App: "driver"}, Name: "depot-17"},
		Audience: &push.Audience{Vendor: push.Xiaomi, App: "driver"},
		Receipts: receipts(),
		Secrets:  []string{pushtest.XiaomiSecret},
	})
}

// receiptBody is a form as the vendor posts it.
func receiptBody(data string) string { return url.Values{"data": {data}}.Encode() }

func receipts() *pushtest.ReceiptsCase {
	at := time.UnixMilli(1700000000123)
	event := func(token string, status push.EventStatus, id, code string) push.Event {
		return push.Event{Token: push.Token{Vendor: push.Xiaomi, App: "driver", Value: token}, ID: id, Key: "order-17", Status: status, Code: code, Time: at}
	}
	return &pushtest.ReceiptsCase{
		Handler: func(take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
			return NewReceiptHandler("driver", []string{secret}, take, o)
		},
		Request: func() *http.Request {
			u, err := push.CallbackURL("https://example.test/xiaomi", secret)
			if err != nil {
				panic(err)
			}
			r := httptest.NewRequest(http.MethodPost, u, strings.NewReader(receiptBody(`{
				"scm1":{"param":"order-17","type":1,"targets":"a+1/=,b2","jobkey":"j","barStatus":"Enable","timestamp":1700000000123},
				"scm2":{"param":"order-17","type":2,"targets":"a+1/=","jobkey":null,"timestamp":"1700000000123"},
				"scm3":{"param":"order-17","type":"16","targets":"c3","timestamp":1700000000123},
				"scm4":{"param":"order-17","type":32,"targets":"d4","timestamp":1700000000123},
				"scm5":{"param":"order-17","type":64,"targets":["e5"],"timestamp":1700000000123},
				"scm6":{"param":"order-17","type":128,"targets":"f6","timestamp":1700000000123},
				"scm7":{"param":"order-17","type":1024,"targets":"g7","timestamp":1700000000123},
				"scm8":null}`)))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return r
		},
		Spoil: func(r *http.Request) { r.URL.RawQuery = push.CallbackParam + "=another-secret-of-the-url" },
		Want: []push.Event{
			event("a+1/=", push.EventDelivered, "scm1", "1"), event("b2", push.EventDelivered, "scm1", "1"), event("a+1/=", push.EventClicked, "scm2", "2"),
			event("c3", push.EventDead, "scm3", "16"), event("d4", push.EventFailed, "scm4", "32"), event("e5", push.EventFailed, "scm5", "64"),
			event("f6", push.EventFailed, "scm6", "128"), event("g7", push.EventUnknown, "scm7", "1024"),
		},
	}
}
