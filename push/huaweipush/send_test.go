package huaweipush_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/huaweipush"
)

func collect(out *[]push.Event) push.ReceiptFunc {
	return func(_ context.Context, e []push.Event) error { *out = append(*out, e...); return nil }
}

func post(h http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestAccessToken(t *testing.T) {
	f, a := fake(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if r := a.Send(t.Context(), order(), []push.Token{token(i)}); r[0].Err != nil {
				t.Error(r[0].Err)
			}
		})
	}
	wg.Wait()
	if f.Issued() != 1 {
		t.Errorf("%d access tokens for one flight", f.Issued())
	}
	f.Revoke()
	before := f.Sends()
	if r := a.Send(t.Context(), order(), []push.Token{token(9)}); r[0].Err != nil || f.Issued() != 2 || f.Sends() != before+2 || f.Accepted(token(9).Value) != 1 {
		t.Errorf("after a refused token: %v, %d issued, %d sends", r[0].Err, f.Issued(), f.Sends()-before)
	}
}

func TestBatches(t *testing.T) {
	f, a := fake(t)
	tokens := make([]push.Token, 2003)
	for i := range tokens {
		tokens[i] = token(i)
	}
	tokens[2002] = tokens[0] // twice
	f.Kill(tokens[1500].Value)
	got := a.Send(t.Context(), order(), tokens)
	for i, r := range got {
		if dead := i == 1500; (r.Err != nil) != dead || r.Dead != dead || r.Token != tokens[i] {
			t.Fatalf("token %d: %v", i, r.Err)
		}
	}
	if f.Sends() != 3 || f.Accepted(tokens[0].Value) != 1 {
		t.Errorf("%d sends, the repeated token %d times", f.Sends(), f.Accepted(tokens[0].Value))
	}
}

func TestMapping(t *testing.T) {
	f, a := fake(t)
	badge := 120
	n := order()
	n.Click, n.Sound, n.Collapse, n.Badge, n.Priority = "https://example.test/1", "horn", "order 17", &badge, push.High
	r := a.Send(t.Context(), n, []push.Token{token(1)})[0]
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	m, _ := f.Message(token(1).Value)
	v := m.Android.Notification
	if v.ClickAction.Type != 2 || v.Sound != "/raw/horn" || v.NotifyID < 1 || v.Badge != nil || m.Android.Category != "EXPRESS" || m.Android.BiTag != n.Key || m.Android.Urgency != "NORMAL" {
		t.Errorf("got %+v %+v", m.Android, v)
	}
	for _, field := range []string{"badge", "priority"} {
		if !slices.ContainsFunc(r.Adjusted, func(x push.Adjustment) bool { return x.Field == field }) {
			t.Errorf("%s is not reported as adjusted", field)
		}
	}
	n.Click = "intent://x#Intent;end"
	a.Send(t.Context(), n, []push.Token{token(2)})
	other, _ := f.Message(token(2).Value)
	if o := other.Android.Notification; o.ClickAction.Type != 1 || o.NotifyID != v.NotifyID {
		t.Errorf("got %+v", o)
	}
}

func TestNewRefuses(t *testing.T) {
	all := classes(push.Kinds()...)
	lower := classes(push.Kinds()...)
	lower[push.KindOrder] = huaweipush.Class{Category: "express"}
	for name, f := range map[string]func() (*huaweipush.Adapter, error){
		"no options": func() (*huaweipush.Adapter, error) { return huaweipush.New("1", "s", nil) },
		"no secret":  func() (*huaweipush.Adapter, error) { return huaweipush.New("1", "", &huaweipush.Options{Classes: all}) },
		"an app's id": func() (*huaweipush.Adapter, error) {
			return huaweipush.New("1/x", "s", &huaweipush.Options{Classes: all})
		},
		"a category": func() (*huaweipush.Adapter, error) {
			return huaweipush.New("1", "s", &huaweipush.Options{Classes: lower})
		},
		"an auth URL": func() (*huaweipush.Adapter, error) {
			return huaweipush.New("1", "s", &huaweipush.Options{Classes: all, AuthURL: "ftp://x"})
		},
	} {
		if _, err := f(); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReceiptSignature(t *testing.T) {
	// The vendor's own numbers; the time is of 2019, so only age refuses it.
	var why error
	h, err := huaweipush.NewReceiptHandler("demo-user", "demo-key", "", collect(new([]push.Event)), &push.ReceiptOptions{OnError: func(e error) { why = e }})
	if err != nil {
		t.Fatal(err)
	}
	r := receipt(`{}`)
	r.Header.Set(huaweipush.CallbackHeader, "timestamp=1563105451261; nonce=a07bfa17-6d82-4b53-a9a2-07cfef5ceef1; value=F6vKxtVrpIA2gv1g7Pp41MQPzpq9OuUt2wQrvsn1E5I=")
	if status := post(h, r); status != http.StatusUnauthorized || why == nil || waybill.AsError(why).Message != "the request was signed too long ago or in the future" {
		t.Errorf("status %d, %v", status, why)
	}
}

func FuzzReceipt(f *testing.F) {
	f.Add(`{"statuses":[{"token":"t","status":0}]}`)
	f.Add(`{"token":"t","deliveryStatus":{"result":2,"timestamp":1}}`)
	h, err := huaweipush.NewReceiptHandler("demo-user", "demo-key", "", collect(new([]push.Event)), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if status := post(h, receipt(body)); status >= 500 {
			t.Errorf("status %d", status)
		}
	})
}
