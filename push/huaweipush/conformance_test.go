package huaweipush_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/huaweipush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func token(n int) push.Token {
	return push.Token{Vendor: push.Huawei, Value: pushtest.HuaweiToken(n)}
}

func classes(kinds ...push.Kind) map[push.Kind]huaweipush.Class {
	out := map[push.Kind]huaweipush.Class{}
	for _, k := range kinds {
		out[k] = huaweipush.Class{Category: "EXPRESS", Importance: "NORMAL"}
	}
	return out
}

func codes() []pushtest.CodeCase {
	var out []pushtest.CodeCase
	add := func(want waybill.Code, scope waybill.Scope, delivery waybill.Delivery, list ...string) {
		for _, c := range list {
			out = append(out, pushtest.CodeCase{Code: c, Want: want, Scope: scope, Delivery: delivery})
		}
	}
	add(waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, "80100001", "80100002", "80100003", "80100004", "80100013", "80100016", "80100018", "80100022",
		"80300008", "80300010", "80300030", "82000001", "82000011")
	add(waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "80200001", "80200003", "80200005", "80300036", "80600003")
	add(waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, "80300002", "80300011", "80300013", "80300037", "82000012", "82000013")
	return append(out,
		pushtest.CodeCase{Code: "80100017", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: true},
		pushtest.CodeCase{Code: "80300029", Want: waybill.RateLimited, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, RetryAfter: true},
		pushtest.CodeCase{Code: "80300007", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true},
		pushtest.CodeCase{Code: "81000001", Want: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous, RetryAfter: true},
		pushtest.CodeCase{Code: "89999999", Want: waybill.Unknown, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous})
}

// receipt is a signed request of receipts.
func receipt(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/receipts", bytes.NewReader([]byte(body)))
	at, nonce := strconv.FormatInt(time.Now().UnixMilli(), 10), rand.Text()
	mac := hmac.New(sha256.New, []byte("demo-key"))
	mac.Write([]byte(at + nonce + "demo-user"))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(huaweipush.CallbackHeader, fmt.Sprintf("timestamp=%s; nonce=%s; value=%s", at, nonce, base64.StdEncoding.EncodeToString(mac.Sum(nil))))
	return r
}

func TestConformance(t *testing.T) {
	pushtest.Run(t, pushtest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return huaweipush.New(pushtest.HuaweiAppID, pushtest.HuaweiSecret, &huaweipush.Options{
				BaseURL: baseURL, AuthURL: baseURL, HTTPClient: hc, App: "driver", Classes: classes(push.Kinds()...), BadgeClass: "com.example.Main",
			})
		},
		Server:  func(testing.TB) pushtest.Server { return pushtest.NewHuawei() },
		Token:   token,
		Foreign: []push.Token{{Vendor: push.Huawei, App: "customer", Value: pushtest.HuaweiToken(7)}, {Vendor: push.HuaweiQuick, Value: pushtest.HuaweiToken(7)}},
		Codes:   codes(),
		Unsupported: []pushtest.UnsupportedCase{
			{Name: "too large", Notification: push.Notification{Kind: push.KindOrder, Title: "T", Body: strings.Repeat("b", 4097), Key: "k"}},
		},
		Read: func(s pushtest.Server, token string) (pushtest.Read, bool) {
			m, ok := s.(*pushtest.Huawei).Message(token)
			return m.Read(), ok
		},
		Textless: true,
		Topic:    &push.Topic{Audience: push.Audience{Vendor: push.Huawei}, Name: "depot-17"},
		Override: huaweipush.Override{Category: "MARKETING", Importance: "LOW", Group: "g", Test: true},
		WithClasses: func(kinds []push.Kind) error {
			_, err := huaweipush.New(pushtest.HuaweiAppID, pushtest.HuaweiSecret, &huaweipush.Options{Classes: classes(kinds...)})
			return err
		},
		Receipts: &pushtest.ReceiptsCase{
			Handler: func(take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
				return huaweipush.NewReceiptHandler("demo-user", "demo-key", "driver", take, o)
			},
			Request: func() *http.Request {
				return receipt(`{"statuses":[{"token":"t1","biTag":"k","status":0,"timestamp":1489993883189,"requestId":"9"},{"token":"t2","biTag":"k","status":"2","timestamp":1489993883190,"requestId":"9"}]}`)
			},
			Spoil: func(r *http.Request) { r.Header.Set(huaweipush.CallbackHeader, "timestamp=1; nonce=2; value=AAAA") },
			Want: []push.Event{
				{Token: push.Token{Vendor: push.Huawei, App: "driver", Value: "t1"}, ID: "9", Key: "k", Status: push.EventDelivered, Code: "0"},
				{Token: push.Token{Vendor: push.Huawei, App: "driver", Value: "t2"}, ID: "9", Key: "k", Status: push.EventDead, Code: "2"},
			},
		},
		Secrets: []string{pushtest.HuaweiSecret, "hw/fake+"},
	})
}

// variant is the conformance of another version or mode.
func variant(t *testing.T, vendor push.Vendor, override push.Override, o huaweipush.Options, read func(*pushtest.Huawei, string) (pushtest.Read, bool)) {
	pushtest.Run(t, pushtest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			o := o
			o.BaseURL, o.AuthURL, o.HTTPClient, o.App, o.Classes = baseURL, baseURL, hc, "driver", classes(push.Kinds()...)
			return huaweipush.New(pushtest.HuaweiAppID, "", &o)
		},
		Server: func(testing.TB) pushtest.Server { return pushtest.NewHuawei() },
		Token:  func(n int) push.Token { return push.Token{Vendor: vendor, Value: pushtest.HuaweiToken(n)} },
		Codes: []pushtest.CodeCase{
			{Code: "80200005", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
			{Code: "80300007", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true},
		},
		Unsupported: []pushtest.UnsupportedCase{
			{Name: "too large", Notification: push.Notification{Kind: push.KindOrder, Title: "T", Body: strings.Repeat("b", 4097), Key: "k"}},
		},
		Read:     func(s pushtest.Server, token string) (pushtest.Read, bool) { return read(s.(*pushtest.Huawei), token) },
		Textless: true,
		Override: override,
		Secrets:  []string{"PRIVATE KEY-----", "eyJ"},
	})
}

func TestConformanceVersion3(t *testing.T) {
	variant(t, push.Huawei, huaweipush.Override{Category: "MARKETING", Receipt: "RCP1"}, huaweipush.Options{Version: 3, ServiceAccount: pushtest.HuaweiServiceAccount()}, func(f *pushtest.Huawei, token string) (pushtest.Read, bool) {
		s, ok := f.Scene(token)
		return s.Read(), ok
	})
}

func TestConformanceQuickApp(t *testing.T) {
	variant(t, push.HuaweiQuick, huaweipush.QuickOverride{Category: "MARKETING", Test: true}, huaweipush.Options{QuickApp: huaweipush.QuickAppProduction, ServiceAccount: pushtest.HuaweiServiceAccount()}, func(f *pushtest.Huawei, token string) (pushtest.Read, bool) {
		m, ok := f.Message(token)
		return m.Read(), ok
	})
}
