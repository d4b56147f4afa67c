package apnspush_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/apnspush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func token(n int) push.Token { return push.Token{Vendor: push.APNs, Value: pushtest.APNsToken(n)} }

// codes are the rows of the vendor's table, from its page on responses.
var codes = []pushtest.CodeCase{
	{Code: "BadCollapseId", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "BadExpirationDate", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "BadMessageId", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "BadPriority", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "DuplicateHeaders", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "InvalidPushType", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "PayloadEmpty", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "PayloadTooLarge", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "BadDeviceToken", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true},
	{Code: "DeviceTokenNotForTopic", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true},
	{Code: "Unregistered", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true},
	{Code: "ExpiredToken", Want: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Dead: true},
	{Code: "TooManyRequests", Want: waybill.RecipientLimited, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent},
	{Code: "BadTopic", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "MissingTopic", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "TopicDisallowed", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "MissingDeviceToken", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "BadPath", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "MethodNotAllowed", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "Forbidden", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "BadCertificate", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "BadCertificateEnvironment", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "MissingProviderToken", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "InvalidProviderToken", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "ExpiredProviderToken", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "UnrelatedKeyIdInToken", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "BadEnvironmentKeyIdInToken", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "BadEnvironmentKeyInToken", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "TooManyProviderTokenUpdates", Want: waybill.RateLimited, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "IdleTimeout", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent},
	{Code: "Shutdown", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent},
	{Code: "ServiceUnavailable", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent},
	{Code: "InternalServerError", Want: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
}

func TestConformance(t *testing.T) {
	own := pushtest.NewAPNsKey()
	pushtest.Run(t, pushtest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			key, err := apnspush.NewKey(own.P8(), own.KeyID, own.TeamID)
			if err != nil {
				return nil, err
			}
			return apnspush.New(key, pushtest.APNsTopic, &apnspush.Options{BaseURL: baseURL, HTTPClient: hc})
		},
		Server: func(testing.TB) pushtest.Server {
			return pushtest.NewAPNs(&pushtest.APNsOptions{Keys: []*pushtest.APNsKey{own}})
		},
		Token: token,
		Foreign: []push.Token{
			{Vendor: push.APNs, App: "com.example.other", Value: pushtest.APNsToken(7)},
			{Vendor: push.APNs, Env: push.Sandbox, Value: pushtest.APNsSandboxToken(7)},
		},
		Codes: codes,
		Unsupported: []pushtest.UnsupportedCase{
			{Name: "too large", Notification: push.Notification{Kind: push.KindOrder, Title: "T", Body: strings.Repeat("b", 4097), Key: "k"}},
			{Name: "key aps", Notification: push.Notification{Kind: push.KindStatus, Title: "T", Data: map[string]string{"aps": "x"}, Key: "k"}},
			{Name: "data only for an order", Notification: push.Notification{Kind: push.KindOrder, Display: push.DataOnly, Data: map[string]string{"a": "x"}, Key: "k"}},
		},
		Read: func(s pushtest.Server, token string) (pushtest.Read, bool) {
			n, ok := s.(*pushtest.APNs).Notification(token)
			return n.Read(), ok
		},
		Override: apnspush.Override{Subtitle: "S", Thread: "orders", Level: apnspush.Active},
		WithClasses: func(kinds []push.Kind) error {
			key, err := apnspush.NewKey(own.P8(), own.KeyID, own.TeamID)
			if err != nil {
				return err
			}
			classes := map[push.Kind]apnspush.Class{}
			for _, k := range kinds {
				classes[k] = apnspush.Class{Level: apnspush.Active}
			}
			_, err = apnspush.New(key, pushtest.APNsTopic, &apnspush.Options{Classes: classes})
			return err
		},
		Secrets: []string{string(own.P8()), strings.Split(string(own.P8()), "\n")[1], own.TeamID, "eyJ"},
	})
}
