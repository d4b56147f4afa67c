package fcmpush_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func token(n int) push.Token { return push.Token{Vendor: push.FCM, Value: pushtest.FCMToken(n)} }

// codes are the rows of the vendor's table.
var codes = []pushtest.CodeCase{
	{Code: "UNREGISTERED", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true},
	{Code: "SENDER_ID_MISMATCH", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true},
	{Code: "INVALID_ARGUMENT", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "INVALID_ARGUMENT/bare", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "INVALID_ARGUMENT/field", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "INVALID_ARGUMENT/token", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true},
	{Code: "THIRD_PARTY_AUTH_ERROR", Want: waybill.PermissionDenied, Scope: waybill.ScopeSender, Delivery: waybill.NotSent},
	{Code: "UNREGISTERED/apns", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true},
	{Code: "INVALID_ARGUMENT/apns", Want: waybill.PermissionDenied, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent},
	{Code: "THIRD_PARTY_AUTH_ERROR/apns", Want: waybill.PermissionDenied, Scope: waybill.ScopeSender, Delivery: waybill.NotSent},
	{Code: "APNS_AUTH_ERROR", Want: waybill.PermissionDenied, Scope: waybill.ScopeSender, Delivery: waybill.NotSent},
	{Code: "UNAUTHENTICATED", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "PERMISSION_DENIED", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "NOT_FOUND", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "QUOTA_EXCEEDED", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: true},
	{Code: "QUOTA_EXCEEDED/device", Want: waybill.RecipientLimited, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, RetryAfter: true},
	{Code: "RESOURCE_EXHAUSTED", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: true},
	{Code: "INTERNAL", Want: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous, RetryAfter: true},
	{Code: "UNAVAILABLE", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent, RetryAfter: true},
}

func TestConformance(t *testing.T) {
	account := pushtest.NewServiceAccount("waybill-demo")
	pushtest.Run(t, pushtest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return fcmpush.New(account.JSON(baseURL+"/token"), &fcmpush.Options{BaseURL: baseURL, HTTPClient: hc, App: "driver"})
		},
		Server: func(testing.TB) pushtest.Server { return pushtest.NewFCM(&pushtest.FCMOptions{Account: account}) },
		Token:  token,
		Foreign: []push.Token{
			{Vendor: push.FCM, App: "customer", Value: pushtest.FCMToken(7)},
			{Vendor: push.FCM, Env: push.Sandbox, Value: pushtest.FCMToken(7)},
		},
		Codes: codes,
		Unsupported: []pushtest.UnsupportedCase{
			{Name: "too large", Notification: push.Notification{Kind: push.KindOrder, Title: "T", Body: strings.Repeat("b", 4097), Key: "k"}},
			{Name: "key from", Notification: data("from")},
			{Name: "key gcm", Notification: data("gcm.notification.x")},
			{Name: "key google", Notification: data("google.c.a.e")},
			{Name: "key message_type", Notification: data("message_type")},
		},
		Read: func(s pushtest.Server, token string) (pushtest.Read, bool) {
			m, ok := s.(*pushtest.FCM).Message(token)
			return m.Read(), ok
		},
		Override: fcmpush.Override{AnalyticsLabel: "spring", Channel: "special", Color: "#00ff00"},
		WithClasses: func(kinds []push.Kind) error {
			classes := map[push.Kind]fcmpush.Class{}
			for _, k := range kinds {
				classes[k] = fcmpush.Class{Channel: "c"}
			}
			_, err := fcmpush.New(account.JSON("https://example.test/token"), &fcmpush.Options{Classes: classes})
			return err
		},
		Topic:   &push.Topic{Audience: push.Audience{Vendor: push.FCM, App: "driver"}, Name: "depot-17"},
		Secrets: []string{account.PrivateKey(), strings.Split(account.PrivateKey(), "\n")[3], account.Email, "ya29."},
	})
}

func data(key string) push.Notification {
	return push.Notification{Kind: push.KindStatus, Display: push.DataOnly, Data: map[string]string{key: "x"}, Key: "k"}
}
