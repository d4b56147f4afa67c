package smstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// checkProvider checks what does not need a call.
func (s *suite) checkProvider(t tester, p waybill.Provider) {
	name := p.Name()
	if name == "" || strings.ContainsAny(name, " \t\n/:") {
		t.Errorf("the name %q is not a package's", name)
	}
	if p.Name() != name {
		t.Error("the name changes")
	}
	if a, ok := p.(waybill.Accounted); ok {
		if one := a.Account(); one == nil || a.Account() != one {
			t.Error("Account must return one account, never nil")
		} else {
			s.leaks(t, "the account's name", one.Name(), nil)
		}
	}
	for _, format := range []string{"%v", "%+v", "%#v"} {
		s.leaks(t, "the adapter printed with "+format, fmt.Sprintf(format, p), nil)
	}
}

func (s *suite) checkBadURLs(t tester) {
	for _, base := range []string{"ftp://example.test", "example.test", "http://user:pass@example.test", "http://example.test?key=1"} {
		if q, err := s.New(base, nil); err == nil {
			t.Errorf("New took a bad base URL and made %T", q)
		} else if waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("New with a bad base URL: %v, want invalid_argument", waybill.CodeOf(err))
		}
	}
}

// checkReceipt checks a receipt against the message and the gateway's count.
func (s *suite) checkReceipt(t tester, b bench, m sms.Message, res sms.Receipt, parts int) {
	t.Helper()
	if why := outcome(nil, b.s.Accepted(m.Key)); why != "" {
		t.Error(why)
	}
	if res.Provider != b.p.Name() {
		t.Errorf("the receipt's provider is %q, want %q", res.Provider, b.p.Name())
	}
	if res.ID == "" && !s.NoIDs {
		t.Error("the receipt has no id")
	}
	if res.PossibleDuplicate {
		t.Error("a possible duplicate that nobody allowed")
	}
	if parts > 0 && len(res.Parts) != parts {
		t.Errorf("%d parts, want %d", len(res.Parts), parts)
	}
	for _, p := range res.Parts {
		if p.ID == "" && !s.NoIDs {
			t.Error("a part has no id")
		}
	}
	if res.Price != "" && len(res.Currency) != 3 {
		t.Errorf("a price in currency %q", res.Currency)
	}
	if res.Estimate != 0 {
		if want, err := sms.CountFor(m.To.Region(), m.Text); err == nil && (res.Estimate != want.Count || res.Encoding != want.Encoding) {
			t.Errorf("estimated %d parts in %v, want %d in %v", res.Estimate, res.Encoding, want.Count, want.Encoding)
		}
	}
}

// checkError checks what holds for any error of a send, and returns it.
func (s *suite) checkError(t tester, b bench, m sms.Message, err error) *waybill.Error {
	t.Helper()
	if err == nil {
		t.Error("no error")
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
	if e.Provider != b.p.Name() && e.Code != waybill.InvalidArgument {
		t.Errorf("the error's provider is %q, want %q", e.Provider, b.p.Name())
	}
	if e.Op != string(sms.Send) {
		t.Errorf("the error's verb is %q, want %q", e.Op, sms.Send)
	}
	if e.Ref != m.Key {
		t.Error("the error's Ref is not the message's key")
	}
	s.tree(t, err, append([]string{b.s.URL() + "/"}, private(m)...), 0)
	return e
}

// tree looks for secrets in every node of an error.
func (s *suite) tree(t tester, err error, private []string, depth int) {
	t.Helper()
	if err == nil || depth > 20 {
		return
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		s.leaks(t, fmt.Sprintf("%T printed with %s", err, format), fmt.Sprintf(format, err), private)
	}
	if b, bad := json.Marshal(err); bad == nil {
		s.leaks(t, fmt.Sprintf("%T as JSON", err), string(b), private)
	}
	if e, ok := err.(*waybill.Error); ok {
		s.leaks(t, "the message", e.Message, private)
		s.leaks(t, "the vendor's code", e.VendorCode, private)
		s.tree(t, e.Err, private, depth+1)
		for _, a := range waybill.Attempts(e) {
			if a.Err != nil && a.Err != e {
				s.tree(t, a.Err, private, depth+1)
			}
		}
	}
	var address *url.Error
	if depth == 0 && errors.As(err, &address) {
		s.tree(t, address, private, depth+1)
	}
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		s.tree(t, u.Unwrap(), private, depth+1)
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			s.tree(t, e, private, depth+1)
		}
	}
}

// leaks complains when a text holds a secret or a private word. It does not
// repeat the text.
func (s *suite) leaks(t tester, what, text string, private []string) {
	t.Helper()
	for _, secret := range s.Secrets {
		if secret != "" && contains(text, secret) {
			t.Errorf("%s holds a secret", what)
		}
	}
	for _, p := range private {
		if contains(text, p) {
			t.Errorf("%s holds personal data or the server's URL with its path", what)
		}
	}
}

func contains(text, s string) bool {
	return strings.Contains(text, s) || strings.Contains(text, url.QueryEscape(s)) || strings.Contains(text, url.PathEscape(s))
}
