package pushtest

import (
	"fmt"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/push"
)

// provider checks what does not need a call.
func (h *Harness) provider(t tester) {
	b := h.bench(t)
	suitetest.Provider(t, b.p, h.leaks())
	if _, ok := b.p.(waybill.Accounted); ok {
		suitetest.Account(t, b.p, h.leaks())
	}
	suitetest.BaseURLs(t, h.New)
	accepts, ok := b.p.(push.Accepts)
	if !ok {
		t.Error("the adapter does not say which tokens it takes")
		return
	}
	if !accepts.Accepts(h.Token(0)) {
		t.Error("the adapter does not accept the harness's token")
	}
	for i, token := range h.foreigners() {
		if accepts.Accepts(token) {
			t.Errorf("the adapter accepts foreign token %d, of %s", i, token.Vendor)
		}
	}
	if got := b.a.Send(t.Context(), order(), nil); len(got) != 0 {
		t.Errorf("%d results for no token", len(got))
	}
	if n := b.s.Sends(); n != 0 {
		t.Errorf("the server saw %d requests", n)
	}
}

// foreigners are tokens that are not the adapter's.
func (h *Harness) foreigners() []push.Token {
	out := h.Foreign
	mine := h.Token(0)
	for _, v := range []push.Vendor{push.FCM, push.APNs, push.Huawei, push.Honor, push.Xiaomi, push.OPPO, push.Vivo, push.Meizu, "acme"} {
		if v != mine.Vendor {
			out = append(out[:len(out):len(out)], push.Token{Vendor: v, App: mine.App, Value: mine.Value})
		}
	}
	return out
}

// checkResult checks what holds for any result.
func (b bench) checkResult(t tester, what string, r *push.Result, n *push.Notification) {
	t.Helper()
	if r.Provider != b.p.Name() {
		t.Errorf("%s: served by %q, want %q", what, r.Provider, b.p.Name())
	}
	e := r.Err
	if e == nil {
		if r.ID == "" && !b.h.NoIDs {
			t.Errorf("%s: accepted without an id (see Harness.NoIDs)", what)
		}
		if r.Dead {
			t.Errorf("%s: accepted and dead", what)
		}
		return
	}
	if e.Provider != b.p.Name() && e.Code != waybill.InvalidArgument { // which Validate says
		t.Errorf("%s: the error's provider is %q, want %q", what, e.Provider, b.p.Name())
	}
	if e.Op != string(push.Send) {
		t.Errorf("%s: the error's verb is %q", what, e.Op)
	}
	if n != nil && e.Ref != n.Key {
		t.Errorf("%s: the error does not carry the notification's key", what)
	}
	if e.Delivery == waybill.Sent {
		t.Errorf("%s: an error that says it was sent", what)
	}
	if r.Dead && e.Code != waybill.Unregistered {
		t.Errorf("%s: dead with code %v", what, e.Code)
	}
	if !r.Since.IsZero() && !r.Dead {
		t.Errorf("%s: a time of death of what is not dead", what)
	}
	leaks := b.h.leaks().With(b.s.URL() + "/")
	leaks.Named = map[string][]string{"the notification's title, body or data": privateWords}
	if len(r.Token.Value) >= 8 {
		leaks.Named["the token"] = []string{r.Token.Value}
	}
	leaks.Error(t, e)
	leaks.Text(t, "a printed result", fmt.Sprintf("%+v %#v", r.Token, r.Token))
}

// leaks are the words that must appear nowhere.
func (h *Harness) leaks() suitetest.Leaks { return suitetest.Leaks{Secrets: h.Secrets} }

// ledger compares what was reported with what the server accepted.
func (b bench) ledger(t tester, results []push.Result) {
	t.Helper()
	for i := range results {
		r := &results[i]
		n := b.s.Accepted(r.Token.Value)
		switch {
		case n > 1:
			t.Errorf("token %d was pushed %d times", i, n)
		case r.Err == nil && n == 0:
			t.Errorf("token %d is reported as accepted and was lost", i)
		case r.Err != nil && r.Err.Delivery == waybill.NotSent && n > 0:
			t.Errorf("token %d is reported as not sent (%v) and was accepted", i, r.Err.Code)
		}
	}
}

// want checks an error against its class.
func want(t tester, what string, e *waybill.Error, code waybill.Code, scope waybill.Scope, delivery waybill.Delivery) {
	t.Helper()
	if e == nil {
		t.Errorf("%s: the adapter reported success, want %v", what, code)
		return
	}
	if e.Code != code || e.Scope != scope || e.Delivery != delivery {
		t.Errorf("%s: got %v %v %v, want %v %v %v", what, e.Code, e.Scope, e.Delivery, code, scope, delivery)
	}
}
