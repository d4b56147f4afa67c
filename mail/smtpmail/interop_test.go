package smtpmail_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// backend is a server that others wrote, with our own mailbox behind it.
type backend struct {
	mu    sync.Mutex
	mails []string
	to    []string
}

func (b *backend) NewSession(*smtp.Conn) (smtp.Session, error) { return &theirSession{b: b}, nil }

type theirSession struct {
	b    *backend
	user string
}

func (s *theirSession) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *theirSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "u" || password != "p" {
			return smtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}
func (s *theirSession) Mail(string, *smtp.MailOptions) error {
	if s.user == "" {
		return smtp.ErrAuthRequired
	}
	return nil
}
func (s *theirSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "gone@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.b.to = append(s.b.to, to)
	return nil
}
func (s *theirSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.b.mails = append(s.b.mails, string(raw))
	return nil
}
func (s *theirSession) Reset()        {}
func (s *theirSession) Logout() error { return nil }

// TestAnotherServer tries a server that shares no line with ours.
func TestAnotherServer(t *testing.T) {
	b := &backend{}
	srv := smtp.NewServer(b)
	srv.Domain, srv.MaxMessageBytes, srv.EnableSMTPUTF8 = "relay.example", 1<<20, true
	srv.ReadTimeout, srv.WriteTimeout = time.Minute, time.Minute
	srv.ErrorLog = discard{}
	cert, trust := certificate(t)
	srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(l) }()
	defer srv.Close()
	r, err := smtpmail.New(l.Addr().String(), &smtpmail.Options{Username: "u", Password: "p", TLSConfig: trust})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()

	m := note("a@receiver.example", "gone@receiver.example")
	m.Text = ".\n..two\nÜ\n"
	m.Attachments = []mail.Attachment{file("报告.txt", 5000, nil)}
	res, err := r.Send(t.Context(), m)
	want(t, err, waybill.Unregistered, waybill.ScopeRecipient, waybill.Sent)
	p, err := netmail.ReadMessage(strings.NewReader(b.mails[0]))
	if err != nil || p.Header.Get("Message-Id") != "<"+res.MessageID+">" || len(b.to) != 1 {
		t.Fatalf("%v %v", err, b.to)
	}
	if r.MaxSize() != 1<<20 {
		t.Errorf("size %d", r.MaxSize())
	}
	m = note()
	m.Attachments = []mail.Attachment{file("big.bin", 1<<20, nil)}
	_, err = r.Send(t.Context(), m)
	want(t, err, waybill.TooLarge, waybill.ScopeRequest, waybill.NotSent)
	m.Attachments = []mail.Attachment{{Name: "x", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(io.LimitReader(endless{}, 500_000), errReader{})), nil
	}}}
	_, err = r.Send(t.Context(), m)
	want(t, err, waybill.FailedPrecondition, waybill.ScopeRequest, waybill.NotSent)
	if _, err = r.Send(t.Context(), note()); err != nil {
		t.Fatal(err)
	}
	if len(b.mails) != 2 {
		t.Errorf("the server took %d mails, want 2: none was cut", len(b.mails))
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errors.New("the source failed") }

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}
