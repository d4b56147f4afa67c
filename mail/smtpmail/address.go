package smtpmail

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

// internationalize writes all domains in ASCII (punycode), which every relay
// takes, and notes whether a local part needs SMTPUTF8.
func (t *transfer) internationalize() *waybill.Error {
	other := func(a mail.Address) bool { return !isASCII(a.Addr) }
	if m := t.m; !other(m.From) && !other(m.ReplyTo) && !slices.ContainsFunc(m.To, other) && !slices.ContainsFunc(m.Cc, other) && !slices.ContainsFunc(m.Bcc, other) {
		return nil
	}
	m := *t.m
	m.To, m.Cc, m.Bcc = slices.Clone(m.To), slices.Clone(m.Cc), slices.Clone(m.Bcc)
	ok := t.ascii(&m.From)
	if m.ReplyTo != (mail.Address{}) {
		ok = t.ascii(&m.ReplyTo) && ok
	}
	for _, list := range [...][]mail.Address{m.To, m.Cc, m.Bcc} {
		for i := range list {
			ok = t.ascii(&list[i]) && ok
		}
	}
	if !ok {
		return t.error(waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent, "an address has no valid domain")
	}
	t.m = &m
	return nil
}

func (t *transfer) ascii(a *mail.Address) bool {
	local, domain := domainOf(a.Addr)
	if !isASCII(local) {
		t.utf8 = true
	}
	if isASCII(domain) {
		return true
	}
	d, err := idna.Lookup.ToASCII(domain)
	if err != nil || d == "" || !isASCII(d) || len(d) > 255 || slices.ContainsFunc(strings.Split(d, "."), func(l string) bool { return l == "" || len(l) > 63 }) {
		return false
	}
	a.Addr = local + "@" + d
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
