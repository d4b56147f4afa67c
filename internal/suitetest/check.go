package suitetest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
)

// Error checks what holds for every error of a call: that it is a
// *waybill.Error with the adapter's name, the verb and the caller's key. It
// returns nil after complaining of another type.
func Error(t testing.TB, err error, provider string, op waybill.Verb, ref string) *waybill.Error {
	t.Helper()
	if err == nil {
		t.Error("the adapter reported success, want an error")
		return nil
	}
	e, ok := err.(*waybill.Error)
	if !ok {
		t.Errorf("the error is a %T, want a *waybill.Error", err)
		return nil
	}
	if e == nil {
		t.Error("the error is a nil *waybill.Error in an interface")
		return nil
	}
	if e.Provider != provider && e.Code != waybill.InvalidArgument {
		t.Errorf("the error's provider is %q, want %q", e.Provider, provider)
	}
	if e.Op != string(op) {
		t.Errorf("the error's verb is %q, want %q", e.Op, op)
	}
	if e.Ref != ref {
		t.Error("the error does not carry the request's key")
	}
	return e
}

// Why is the text of an error for a complaint: it tells a nil *waybill.Error in an
// interface, which is an error to everybody, from none.
func Why(err error) string {
	if e, ok := err.(*waybill.Error); ok && e == nil {
		return "a nil *waybill.Error in an interface, which is not nil: return nil"
	}
	return fmt.Sprint(err)
}

// Class is what one of a vendor's codes must become.
type Class struct {
	// Code, Scope and Delivery are the answers of the error.
	Code     waybill.Code
	Scope    waybill.Scope
	Delivery waybill.Delivery
	// RetryAfter is set when the error must say how long to wait.
	RetryAfter bool
}

// Check compares an error with its class, and wants the vendor's own code in it.
func (c Class) Check(t testing.TB, e *waybill.Error) {
	t.Helper()
	if e.Code != c.Code || e.Scope != c.Scope || e.Delivery != c.Delivery {
		t.Errorf("got %v %v %v, want %v %v %v", e.Code, e.Scope, e.Delivery, c.Code, c.Scope, c.Delivery)
	}
	if (e.RetryAfter > 0) != c.RetryAfter {
		t.Errorf("wait %v, want one: %t", e.RetryAfter, c.RetryAfter)
	}
	if e.VendorCode == "" {
		t.Error("the vendor's code is missing")
	}
}

// Provider checks what of an adapter does not need a call: its name, and that
// nothing secret shows when it is printed.
func Provider(t testing.TB, p waybill.Provider, l Leaks) {
	t.Helper()
	name := p.Name()
	if name == "" || strings.ContainsAny(name, " \t\n/:") {
		t.Errorf("the name %q is not a package's", name)
	}
	if p.Name() != name {
		t.Error("the name changes")
	}
	for _, format := range []string{"%v", "%+v", "%#v"} {
		l.Text(t, "the adapter printed with "+format, fmt.Sprintf(format, p))
	}
}

// Account checks that an adapter has one account, and keeps it.
func Account(t testing.TB, p waybill.Provider, l Leaks) {
	t.Helper()
	a, ok := p.(waybill.Accounted)
	if !ok {
		t.Error("the adapter has no Account method")
		return
	}
	first, again := a.Account(), a.Account()
	if first == nil || first != again {
		t.Error("Account must return one account, never nil")
		return
	}
	l.Text(t, "the account's name", first.Name())
}

// BaseURLs wants base URLs that cannot be one refused at once.
func BaseURLs(t testing.TB, build func(baseURL string, hc *http.Client) (waybill.Provider, error)) {
	t.Helper()
	for _, base := range []string{"ftp://example.test", "example.test", "http://user:pass@example.test", "http://example.test?key=1"} {
		if p, err := build(base, nil); err == nil {
			t.Errorf("New took a bad base URL and made %T", p)
		} else if waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("New with a bad base URL: %v, want invalid_argument", waybill.CodeOf(err))
		}
	}
}
