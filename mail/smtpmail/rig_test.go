package smtpmail_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// start starts a server and a relay to it. change may be nil.
func start(t testing.TB, so *mailtest.SMTPOptions, change func(*smtpmail.Options)) (*smtpmail.Relay, *mailtest.SMTP) {
	t.Helper()
	s := mailtest.NewSMTP(so)
	t.Cleanup(s.Close)
	o := &smtpmail.Options{TLSConfig: s.TLSConfig()}
	if change != nil {
		change(o)
	}
	r, err := smtpmail.New(s.Addr(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r, s
}

// plainRelay is a relay at an address, without TLS. change may be nil.
func plainRelay(t *testing.T, addr string, change func(*smtpmail.Options)) *smtpmail.Relay {
	t.Helper()
	o := &smtpmail.Options{TLS: smtpmail.NoTLS}
	if change != nil {
		change(o)
	}
	r, err := smtpmail.New(addr, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func login(user, password string) func(*smtpmail.Options) {
	return func(o *smtpmail.Options) { o.Username, o.Password = user, password }
}

func note(to ...string) *mail.Message {
	m := &mail.Message{From: mail.Address{Addr: "dispatch@sender.example"}, Subject: "Note", Text: "Hello.\n"}
	for _, a := range to {
		m.To = append(m.To, mail.Address{Addr: a})
	}
	if len(to) == 0 {
		m.To = []mail.Address{{Addr: "a@receiver.example"}}
	}
	return m
}

// file is an attachment of n bytes that counts how often it is opened.
func file(name string, n int, opened *int) mail.Attachment {
	return mail.Attachment{Name: name, Size: int64(n), Open: func() (io.ReadCloser, error) {
		if opened != nil {
			*opened++
		}
		return io.NopCloser(bytes.NewReader(bytes.Repeat([]byte("0123456789"), n/10+1)[:n])), nil
	}}
}

// mustSend sends a mail that must be accepted once.
func mustSend(t testing.TB, r mail.Sender, s *mailtest.SMTP, m *mail.Message) mail.Receipt {
	t.Helper()
	res, err := r.Send(t.Context(), m)
	if err != nil {
		t.Fatalf("Send: %v\n%v", err, s.Log())
	}
	if n := s.Accepted(res.MessageID); n != 1 {
		t.Fatalf("accepted %d times", n)
	}
	return res
}

// want checks an error's code, scope and outcome.
func want(t testing.TB, err error, code waybill.Code, scope waybill.Scope, d waybill.Delivery) *waybill.Error {
	t.Helper()
	e := waybill.AsError(err)
	if e == nil {
		t.Fatalf("got no error, want %v", code)
	}
	if e.Code != code || e.Scope != scope || e.Delivery != d {
		t.Fatalf("got %v %v %v (%v), want %v %v %v", e.Code, e.Scope, e.Delivery, e, code, scope, d)
	}
	return e
}

// noViolations checks that the server saw nothing forbidden.
func noViolations(t testing.TB, s *mailtest.SMTP) {
	t.Helper()
	for _, v := range s.Violations() {
		t.Errorf("the client broke the protocol: %s", v)
	}
}
