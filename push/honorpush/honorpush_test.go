package honorpush_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/honorpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

func token(n int) push.Token { return push.Token{Vendor: push.Honor, Value: pushtest.HonorToken(n)} }

func classes(kinds ...push.Kind) map[push.Kind]honorpush.Class {
	out := map[push.Kind]honorpush.Class{}
	for _, k := range kinds {
		out[k] = honorpush.Class{Importance: "NORMAL"}
	}
	return out
}

func codes() (out []pushtest.CodeCase) {
	add := func(want waybill.Code, scope waybill.Scope, list ...string) {
		for _, c := range list {
			out = append(out, pushtest.CodeCase{Code: c, Want: want, Scope: scope, Delivery: waybill.NotSent, Dead: want == waybill.Unregistered, RetryAfter: want == waybill.QuotaExhausted})
		}
	}
	add(waybill.Unsupported, waybill.ScopeRequest, "10001", "10300", "80100003", "80200020", "80200050", "80200056", "80300006", "80300008", "80300010")
	add(waybill.Unauthenticated, waybill.ScopeAccount, "10207", "80200001", "80200003")
	add(waybill.PermissionDenied, waybill.ScopeAccount, "10205", "80200022")
	add(waybill.QuotaExhausted, waybill.ScopeRequest, "80200047")
	add(waybill.Unregistered, waybill.ScopeRecipient, "80300007")
	return out
}

func TestConformance(t *testing.T) {
	pushtest.Run(t, pushtest.Harness{
		New: func(baseURL string, hc *http.Client) (waybill.Provider, error) {
			return honorpush.New(pushtest.HonorAppID, pushtest.HonorClientID, pushtest.HonorSecret, &honorpush.Options{
				BaseURL: baseURL, AuthURL: baseURL, HTTPClient: hc, App: "driver", Classes: classes(push.Kinds()...), BadgeClass: "com.example.Main",
			})
		},
		Server:  func(testing.TB) pushtest.Server { return pushtest.NewHonor() },
		Token:   token,
		Foreign: []push.Token{{Vendor: push.Honor, App: "customer", Value: pushtest.HonorToken(7)}},
		Codes:   codes(),
		Unsupported: []pushtest.UnsupportedCase{
			{Name: "too large", Notification: push.Notification{Kind: push.KindOrder, Title: "T", Body: strings.Repeat("b", 4097), Key: "k"}},
		},
		Read: func(s pushtest.Server, token string) (pushtest.Read, bool) {
			m, ok := s.(*pushtest.Honor).Message(token)
			return m.Read(), ok
		},
		Textless: true,
		Override: honorpush.Override{Importance: "LOW", Test: true},
		WithClasses: func(kinds []push.Kind) error {
			_, err := honorpush.New(pushtest.HonorAppID, pushtest.HonorClientID, pushtest.HonorSecret, &honorpush.Options{Classes: classes(kinds...)})
			return err
		},
		Secrets: []string{pushtest.HonorSecret, "honor-fake-"},
	})
}

func fake(t testing.TB) (*pushtest.Honor, *honorpush.Adapter) {
	t.Helper()
	f := pushtest.NewHonor()
	t.Cleanup(f.Close)
	a, err := honorpush.New(pushtest.HonorAppID, pushtest.HonorClientID, pushtest.HonorSecret, &honorpush.Options{
		BaseURL: f.URL(), AuthURL: f.URL(), HTTPClient: f.Client(), Classes: classes(push.Kinds()...),
	})
	if err != nil {
		t.Fatal(err)
	}
	return f, a
}

func order() *push.Notification {
	return &push.Notification{Kind: push.KindOrder, Title: "On its way", Body: "Ten minutes", Key: "order-17"}
}

func reply(t *testing.T, f *pushtest.Honor, a *honorpush.Adapter, body string) []push.Result {
	t.Helper()
	f.Fail(fakehttp.Status(200, http.Header{"Content-Type": {"application/json"}}, body))
	var tokens []push.Token
	for _, v := range []string{"t1", "f1", "e1"} {
		tokens = append(tokens, push.Token{Vendor: push.Honor, Value: v})
	}
	return a.Send(t.Context(), order(), tokens)
}

func TestRecordedReplies(t *testing.T) {
	f, a := fake(t)
	for _, name := range []string{"success", "partial"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recorded", "push", "honor_"+name+".json"))
		if err != nil {
			t.Skip("the recorded replies are not here")
		}
		got := reply(t, f, a, string(b))
		if got[0].Err != nil || !strings.HasPrefix(got[0].ID, "17300") {
			t.Errorf("%s: %v, id %q", name, got[0].Err, got[0].ID)
		}
		if name == "partial" && (waybill.CodeOf(got[1].Err) != waybill.Internal || got[1].Dead || waybill.CodeOf(got[2].Err) != waybill.Unregistered || !got[2].Dead) {
			t.Errorf("partial: %v, %v", got[1].Err, got[2].Err)
		}
	}
}

func TestOddReplies(t *testing.T) {
	f, a := fake(t)
	for body, want := range map[string]waybill.Code{
		`{"code":"200","data":null}`:                   waybill.DataLoss,
		`{"code":200,"data":{"sendResult":false}}`:     waybill.DataLoss,
		`{"message":"success"}`:                        waybill.DataLoss,
		`{"code":"99999999","message":7}`:              waybill.Unknown,
		`{"code":200,"data":{"expireTokens":"t1,f1"}}`: waybill.Unregistered,
	} {
		if r := reply(t, f, a, body)[0]; r.Err == nil || r.Err.Code != want {
			t.Errorf("%s: %v", body, r.Err)
		}
	}
}

func FuzzReply(f *testing.F) {
	f.Add(`{"code":200,"data":{"requestId":"1","failTokens":["f1"],"expireTokens":["e1"]}}`)
	server, a := fake(f)
	f.Fuzz(func(t *testing.T, body string) {
		for _, r := range reply(t, server, a, body) {
			if r.Dead && (r.Err == nil || r.Err.Code != waybill.Unregistered) {
				t.Errorf("dead with %v", r.Err)
			}
		}
	})
}
