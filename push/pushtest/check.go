package pushtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// provider checks what does not need a call.
func (h *Harness) provider(t tester) {
	b := h.bench(t)
	name := b.p.Name()
	if name == "" || strings.ContainsAny(name, " \t\n/:") || b.p.Name() != name {
		t.Errorf("the name %q is not a package's", name)
	}
	a, ok := b.p.(waybill.Accounted)
	switch {
	case !ok:
		t.Error("the adapter has no Account method")
	default:
		one, same := a.Account(), a.Account()
		if one == nil || one != same {
			t.Error("Account must return one account, never nil")
			break
		}
		h.leaks(t, "the account's name", one.Name(), nil)
	}
	for _, format := range []string{"%v", "%+v", "%#v"} {
		h.leaks(t, "the adapter printed with "+format, fmt.Sprintf(format, b.p), nil)
	}
	for _, base := range []string{"ftp://example.test", "example.test", "http://user:pass@example.test", "http://example.test?key=1"} {
		if q, err := h.New(base, nil); err == nil {
			t.Errorf("New took a bad base URL and made %T", q)
		} else if waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("New with a bad base URL: %v, want invalid_argument", waybill.CodeOf(err))
		}
	}
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
		if r.ID == "" {
			t.Errorf("%s: accepted without an id", what)
		}
		if r.Dead {
			t.Errorf("%s: accepted and dead", what)
		}
		return
	}
	if e.Provider != b.p.Name() {
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
	private := append([]string{b.s.URL() + "/"}, privateWords...)
	if len(r.Token.Value) >= 8 {
		private = append(private, r.Token.Value)
	}
	b.h.tree(t, e, private, 0)
	b.h.leaks(t, "a printed result", fmt.Sprintf("%+v %#v", r.Token, r.Token), private)
}

// tree looks for secrets in every node of an error.
func (h *Harness) tree(t tester, err error, private []string, depth int) {
	t.Helper()
	if err == nil || depth > 20 {
		return
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		h.leaks(t, fmt.Sprintf("%T printed with %s", err, format), fmt.Sprintf(format, err), private)
	}
	h.leaks(t, fmt.Sprintf("%T as text", err), err.Error(), private)
	if b, bad := json.Marshal(err); bad == nil {
		h.leaks(t, fmt.Sprintf("%T as JSON", err), string(b), private)
	}
	if e, ok := err.(*waybill.Error); ok {
		h.leaks(t, "the message", e.Message, private)
		h.leaks(t, "the vendor's code", e.VendorCode, private)
		h.tree(t, e.Err, private, depth+1)
	}
	var address *url.Error
	if depth == 0 && errors.As(err, &address) {
		h.tree(t, address, private, depth+1)
	}
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		h.tree(t, u.Unwrap(), private, depth+1)
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			h.tree(t, e, private, depth+1)
		}
	}
}

// leaks complains when a text holds a secret or a private word. It does not
// repeat the text.
func (h *Harness) leaks(t tester, what, text string, private []string) {
	t.Helper()
	for _, s := range h.Secrets {
		if s != "" && holds(text, s) {
			t.Errorf("%s holds a secret", what)
		}
	}
	for _, s := range private {
		if holds(text, s) {
			t.Errorf("%s holds personal data or the server's URL with its path", what)
		}
	}
}

func holds(text, s string) bool {
	return strings.Contains(text, s) || strings.Contains(text, url.QueryEscape(s)) || strings.Contains(text, url.PathEscape(s))
}

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
		t.Errorf("%s: no error", what)
		return
	}
	if e.Code != code || e.Scope != scope || e.Delivery != delivery {
		t.Errorf("%s: got %v %v %v, want %v %v %v", what, e.Code, e.Scope, e.Delivery, code, scope, delivery)
	}
}
