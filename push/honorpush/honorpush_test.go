package honorpush_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/makertest"
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

const callbackSecret = "a-secret-of-the-callback-url"

// receipt is a request of receipts.
func receipt(body string) *http.Request {
	u, _ := push.CallbackURL("https://example.test/honor", callbackSecret)
	return httptest.NewRequest(http.MethodPost, u, strings.NewReader(body))
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
		Receipts: &pushtest.ReceiptsCase{
			Handler: func(take push.ReceiptFunc, o *push.ReceiptOptions) (http.Handler, error) {
				return honorpush.NewReceiptHandler("driver", []string{callbackSecret}, take, o)
			},
			Request: func() *http.Request {
				return receipt(`{"statuses":[{"token":"t1","biTag":"k","status":0,"timestamp":1489993883189,"requestId":"9"},{"token":"t2","biTag":"k","status":"2","timestamp":1489993883190,"requestId":"9"}]}`)
			},
			Spoil: func(r *http.Request) { r.URL.RawQuery = push.CallbackParam + "=another-secret-of-the-url" },
			Want: []push.Event{
				{Token: push.Token{Vendor: push.Honor, App: "driver", Value: "t1"}, ID: "9", Key: "k", Status: push.EventDelivered, Code: "0", Time: time.UnixMilli(1489993883189)},
				{Token: push.Token{Vendor: push.Honor, App: "driver", Value: "t2"}, ID: "9", Key: "k", Status: push.EventFailed, Code: "2", Time: time.UnixMilli(1489993883190)},
			},
		},
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

var order = makertest.Order

func reply(t *testing.T, f *pushtest.Honor, a *honorpush.Adapter, body string) []push.Result {
	t.Helper()
	f.Fail(fakehttp.Status(200, http.Header{"Content-Type": {"application/json"}}, body))
	return a.Send(t.Context(), order(), makertest.Named(push.Honor, "t1", "f1", "e1"))
}

func TestRecordedReplies(t *testing.T) {
	f, a := fake(t)
	for _, name := range []string{"success", "partial"} {
		got := reply(t, f, a, makertest.Recorded(t, "honor_"+name+".json"))
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

func TestImagesAreOfServiceMessages(t *testing.T) {
	f, a := fake(t)
	n := order()
	n.Image = "https://example.test/i.png"
	if r := a.Send(t.Context(), n, []push.Token{token(1)})[0]; r.Err != nil || r.Adjusted != nil {
		t.Errorf("a service message: %v, %v", r.Err, r.Adjusted)
	}
	n.Overrides = []push.Override{honorpush.Override{Importance: "LOW"}}
	if r := a.Send(t.Context(), n, []push.Token{token(2)})[0]; r.Err != nil || len(r.Adjusted) != 1 || r.Adjusted[0].Field != "image" {
		t.Errorf("a marketing message: %v, %v", r.Err, r.Adjusted)
	}
	one, _ := f.Message(token(1).Value)
	two, _ := f.Message(token(2).Value)
	if one.Android.Notification.Image == "" || two.Android.Notification.Image != "" {
		t.Error("the picture is with the wrong message")
	}
}

func TestAccessTokenAndCredentials(t *testing.T) {
	f := pushtest.NewHonor()
	defer f.Close()
	secret := "wrong-secret-of-a-client"
	a, err := honorpush.New(pushtest.HonorAppID, "", "", &honorpush.Options{
		BaseURL: f.URL(), AuthURL: f.URL(), HTTPClient: f.Client(), Classes: classes(push.Kinds()...),
		Credentials: func(context.Context) (string, string, error) {
			if secret == "none" {
				return "", "", errors.New("vault-token-hidden is bad")
			}
			return pushtest.HonorClientID, secret, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret = range []string{secret, "none", ""} {
		r := a.Send(t.Context(), order(), []push.Token{token(1)})[0]
		if r.Err == nil || r.Err.Code != waybill.Unauthenticated || r.Err.Delivery != waybill.NotSent || strings.Contains(fmt.Sprintf("%+v", r.Err), "hidden") {
			t.Errorf("%s: %v", secret, r.Err)
		}
	}
	secret = pushtest.HonorSecret
	for i := range 3 {
		if r := a.Send(t.Context(), order(), []push.Token{token(i)})[0]; r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	if f.Issued() != 1 {
		t.Errorf("%d access tokens", f.Issued())
	}
	f.Revoke()
	before := f.Sends()
	if r := a.Send(t.Context(), order(), []push.Token{token(9)})[0]; r.Err != nil || f.Issued() != 2 || f.Sends() != before+2 || f.Accepted(token(9).Value) != 1 {
		t.Errorf("after a refused token: %v, %d issued, %d sends", r.Err, f.Issued(), f.Sends()-before)
	}
}

// TestSize sends what just fits; the fake measures the body itself.
func TestSize(t *testing.T) {
	_, a := fake(t)
	n := order()
	low, high := 0, 5000
	for low+1 < high {
		middle := (low + high) / 2
		n.Data = map[string]string{"a": strings.Repeat("&", middle)}
		switch r := a.Send(t.Context(), n, []push.Token{token(1), token(2)})[0]; {
		case r.Err == nil:
			low = middle
		case r.Err.Code == waybill.Unsupported && r.Err.VendorCode == "":
			high = middle
		default:
			t.Fatalf("%d bytes: %v", middle, r.Err)
		}
	}
	if low < 3500 {
		t.Errorf("only %d bytes fit", low)
	}
}

func ExampleNewReceiptHandler() {
	h, err := honorpush.NewReceiptHandler("driver", []string{callbackSecret}, func(_ context.Context, events []push.Event) error {
		for _, e := range events {
			fmt.Println(e.Status, e.Key)
		}
		return nil
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	h.ServeHTTP(httptest.NewRecorder(), receipt(`{"statuses":[{"token":"t1","biTag":"order-17","status":0,"requestId":"9"}]}`))
	// Output: delivered order-17
}
