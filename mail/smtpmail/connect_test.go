package smtpmail_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		addr string
		o    smtpmail.Options
	}{
		"no port":                {"relay.example", smtpmail.Options{}},
		"no host":                {":587", smtpmail.Options{}},
		"a URL":                  {"smtp://relay.example:587", smtpmail.Options{}},
		"a user in it":           {"user@relay.example:587", smtpmail.Options{}},
		"a space":                {"relay.example\r\n:587", smtpmail.Options{}},
		"no password":            {"relay.example:587", smtpmail.Options{Username: "u"}},
		"no user":                {"relay.example:587", smtpmail.Options{Password: "p"}},
		"zero byte":              {"relay.example:587", smtpmail.Options{Username: "u", Password: "p\x00q"}},
		"password in plain text": {"127.0.0.1:25", smtpmail.Options{TLS: smtpmail.NoTLS, Username: "u", Password: "p"}},
		"rotation in plain text": {"127.0.0.1:25", smtpmail.Options{TLS: smtpmail.NoTLS,
			Credentials: func(context.Context) (string, string, error) { return "u", "p", nil }}},
		"plain text afar":  {"relay.example:25", smtpmail.Options{TLS: smtpmail.NoTLS}},
		"unknown mode":     {"relay.example:25", smtpmail.Options{TLS: 9}},
		"local name":       {"relay.example:25", smtpmail.Options{LocalName: "a\r\nb"}},
		"negative size":    {"relay.example:25", smtpmail.Options{MaxSize: -1}},
		"negative timeout": {"relay.example:25", smtpmail.Options{FinalTimeout: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := smtpmail.New(c.addr, &c.o)
			want(t, err, waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent)
		})
	}
}

func TestNewAccepts(t *testing.T) {
	for name, c := range map[string]struct {
		addr string
		o    *smtpmail.Options
	}{
		"nothing":     {"relay.example:587", nil},
		"loopback":    {"127.0.0.1:25", &smtpmail.Options{TLS: smtpmail.NoTLS}},
		"IPv6":        {"[::1]:25", &smtpmail.Options{TLS: smtpmail.NoTLS}},
		"localhost":   {"localhost:25", &smtpmail.Options{TLS: smtpmail.NoTLS}},
		"forced":      {"relay.example:25", &smtpmail.Options{TLS: smtpmail.NoTLS, AllowPlaintext: true}},
		"own account": {"relay.example:465", &smtpmail.Options{TLS: smtpmail.ImplicitTLS, Account: waybill.NewAccount("mail-main", waybill.Limits{})}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := smtpmail.New(c.addr, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if r.Name() != "smtpmail" || r.Account() == nil || r.MaxSize() != 0 {
				t.Errorf("%q %v %d", r.Name(), r.Account(), r.MaxSize())
			}
		})
	}
}

func TestModes(t *testing.T) {
	users := map[string]string{"u@sender.example": "p"}
	for name, c := range map[string]struct {
		server mailtest.SMTPOptions
		change func(*smtpmail.Options)
		tls    bool
		user   string
	}{
		"starttls":    {mailtest.SMTPOptions{}, nil, true, ""},
		"implicit":    {mailtest.SMTPOptions{ImplicitTLS: true}, func(o *smtpmail.Options) { o.TLS = smtpmail.ImplicitTLS }, true, ""},
		"plain text":  {mailtest.SMTPOptions{Plain: true}, func(o *smtpmail.Options) { o.TLS, o.TLSConfig = smtpmail.NoTLS, nil }, false, ""},
		"AUTH PLAIN":  {mailtest.SMTPOptions{Users: users, Mechanisms: []string{"LOGIN", "PLAIN"}}, login("u@sender.example", "p"), true, "u@sender.example"},
		"AUTH LOGIN":  {mailtest.SMTPOptions{Users: users, Mechanisms: []string{"CRAM-MD5", "LOGIN"}}, login("u@sender.example", "p"), true, "u@sender.example"},
		"no pipeline": {mailtest.SMTPOptions{NoPipelining: true, NoUTF8: true, NoEnhanced: true}, nil, true, ""},
		"long secret": {mailtest.SMTPOptions{Users: map[string]string{"u": strings.Repeat("s", 900)}}, login("u", strings.Repeat("s", 900)), true, "u"},
	} {
		t.Run(name, func(t *testing.T) {
			r, s := start(t, &c.server, c.change)
			for range 2 { // over one connection
				mustSend(t, r, s, note())
			}
			m := s.Mails()[0]
			if m.TLS != c.tls || m.User != c.user || s.Connections() != 1 {
				t.Errorf("TLS %v, user %q, %d connections", m.TLS, m.User, s.Connections())
			}
			noViolations(t, s)
		})
	}
}

func TestLoginFails(t *testing.T) {
	users := map[string]string{"u": "right"}
	for name, c := range map[string]struct {
		server mailtest.SMTPOptions
		change func(*smtpmail.Options)
	}{
		"wrong password": {mailtest.SMTPOptions{Users: users}, login("u", "wrong-password")},
		"wrong, LOGIN":   {mailtest.SMTPOptions{Users: users, Mechanisms: []string{"LOGIN"}}, login("u", "wrong-password")},
		"no mechanism":   {mailtest.SMTPOptions{Users: users, Mechanisms: []string{"XOAUTH2"}}, login("u", "wrong-password")},
		"not offered":    {mailtest.SMTPOptions{}, login("u", "wrong-password")},
		"needed":         {mailtest.SMTPOptions{Users: users}, nil},
		"source fails": {mailtest.SMTPOptions{Users: users}, func(o *smtpmail.Options) {
			o.Credentials = func(context.Context) (string, string, error) { return "", "", errors.New("wrong-password") }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r, s := start(t, &c.server, c.change)
			_, err := r.Send(t.Context(), note())
			want(t, err, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent)
			if text := fmt.Sprintf("%+v %#v", err, err); strings.Contains(text, "wrong-password") {
				t.Errorf("the error tells the password: %s", text)
			}
			noViolations(t, s)
		})
	}
}

func TestCredentialsRotate(t *testing.T) {
	password := "first"
	asked := 0
	r, s := start(t, &mailtest.SMTPOptions{Users: map[string]string{"u": "second"}}, func(o *smtpmail.Options) {
		o.Credentials = func(context.Context) (string, string, error) { asked++; return "u", password, nil }
	})
	_, err := r.Send(t.Context(), note())
	want(t, err, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent)
	password = "second"
	mustSend(t, r, s, note())
	mustSend(t, r, s, note())
	if asked != 2 {
		t.Errorf("the source was asked %d times, want once for each connection", asked)
	}
}

func TestCertificateMismatch(t *testing.T) {
	for _, mode := range []smtpmail.TLSMode{smtpmail.STARTTLS, smtpmail.ImplicitTLS} {
		r, s := start(t, &mailtest.SMTPOptions{ImplicitTLS: mode == smtpmail.ImplicitTLS}, func(o *smtpmail.Options) {
			o.TLS = mode
			o.TLSConfig.ServerName = "another.example"
		})
		_, err := r.Send(t.Context(), note())
		e := want(t, err, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)
		if e.VendorCode != waybill.CodeTLS || !e.Local() || len(s.Mails()) != 0 {
			t.Errorf("%q, %d mails", e.VendorCode, len(s.Mails()))
		}
	}
	r, _ := start(t, nil, func(o *smtpmail.Options) { o.TLSConfig = nil }) // unknown authority
	_, err := r.Send(t.Context(), note())
	want(t, err, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)
}

func TestNoSTARTTLSOffered(t *testing.T) {
	r, s := start(t, &mailtest.SMTPOptions{Plain: true, Users: map[string]string{"u": "p"}}, login("u", "p"))
	_, err := r.Send(t.Context(), note())
	e := want(t, err, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)
	if e.VendorCode != waybill.CodeTLS {
		t.Errorf("vendor code %q", e.VendorCode)
	}
	if log := strings.Join(s.Log(), "\n"); strings.Contains(log, "C: AUTH") || strings.Contains(log, "MAIL") {
		t.Errorf("it went on in plain text:\n%s", log)
	}
}

func TestUnreachable(t *testing.T) {
	dial := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	for code, err := range map[string]error{
		waybill.CodeDNS:  &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "relay.example"}},
		waybill.CodeDial: &net.OpError{Op: "dial", Err: errors.New("connection refused")},
	} {
		r, _ := smtpmail.New("relay.example:587", &smtpmail.Options{Dial: dial(err)})
		_, err := r.Send(t.Context(), note())
		if e := want(t, err, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent); e.VendorCode != code {
			t.Errorf("vendor code %q, want %q", e.VendorCode, code)
		}
	}
}

// wild runs a server that a test writes by itself.
func wild(t *testing.T, serve func(c net.Conn, r *bufio.Reader)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); serve(c, bufio.NewReader(c)) }()
		}
	}()
	return l.Addr().String()
}

// TestInjectionBehindSTARTTLS: what stands in plain text behind the reply to
// STARTTLS was put there by somebody on the way.
func TestInjectionBehindSTARTTLS(t *testing.T) {
	got := make(chan string, 1)
	addr := wild(t, func(c net.Conn, r *bufio.Reader) {
		fmt.Fprint(c, "220 hello\r\n")
		_, _ = r.ReadString('\n')
		fmt.Fprint(c, "250-hello\r\n250 STARTTLS\r\n")
		_, _ = r.ReadString('\n')
		fmt.Fprint(c, "220 go\r\n250-injected\r\n250 AUTH PLAIN\r\n")
		rest, _ := io.ReadAll(r)
		got <- string(rest)
	})
	r, err := smtpmail.New(addr, &smtpmail.Options{Username: "u", Password: "p", TLSConfig: &tls.Config{InsecureSkipVerify: true}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Send(t.Context(), note())
	want(t, err, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)
	if rest := <-got; rest != "" {
		t.Errorf("the client went on with %d bytes", len(rest))
	}
}

// TestExtensionsInSmallLetters: keywords are the same in any letters, and a reply
// needs no text.
func TestExtensionsInSmallLetters(t *testing.T) {
	lines := make(chan string, 20)
	addr := wild(t, func(c net.Conn, r *bufio.Reader) {
		fmt.Fprint(c, "220 hello\r\n")
		for {
			l, err := r.ReadString('\n')
			if err != nil {
				return
			}
			lines <- strings.TrimSpace(l)
			switch {
			case strings.HasPrefix(l, "EHLO"):
				fmt.Fprint(c, "250-hello\r\n250-size 5000\r\n250 pipelining\r\n")
			case strings.HasPrefix(l, "DATA"):
				fmt.Fprint(c, "354\r\n")
				for l != ".\r\n" {
					l, _ = r.ReadString('\n')
				}
				fmt.Fprint(c, "250 OK id=1abcDE-000001-2x\r\n")
			default:
				fmt.Fprint(c, "250\r\n")
			}
		}
	})
	r, err := smtpmail.New(addr, &smtpmail.Options{TLS: smtpmail.NoTLS, LocalName: "host.sender.example"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	res, err := r.Send(t.Context(), note())
	if err != nil || res.ID != "1abcDE-000001-2x" || r.MaxSize() != 5000 {
		t.Fatalf("%v %q %d", err, res.ID, r.MaxSize())
	}
	if l := <-lines; l != "EHLO host.sender.example" {
		t.Errorf("%q", l)
	}
	if l := <-lines; l != fmt.Sprintf("MAIL FROM:<dispatch@sender.example> SIZE=%d", res.Size) {
		t.Errorf("%q", l)
	}
}

func TestSilence(t *testing.T) {
	short := func(o *smtpmail.Options) {
		o.CommandTimeout, o.DataTimeout, o.FinalTimeout = 300*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond
	}
	for _, at := range []mailtest.Stage{mailtest.AtConnect, mailtest.AtEHLO, mailtest.AtSTARTTLS, mailtest.AtMAIL, mailtest.AtRCPT,
		mailtest.AtDATA, mailtest.AtDot, mailtest.AfterDot} {
		t.Run(string(at), func(t *testing.T) {
			t.Parallel()
			r, s := start(t, nil, short)
			s.Fail(mailtest.Fault{Stage: at, Do: mailtest.Hang})
			_, err := r.Send(t.Context(), note())
			d := waybill.NotSent
			if at == mailtest.AtDot || at == mailtest.AfterDot {
				d = waybill.Ambiguous
			}
			e := want(t, err, waybill.DeadlineExceeded, waybill.ScopeProvider, d)
			if e.VendorCode != smtpmail.CodeTimeout || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%q %v", e.VendorCode, err)
			}
		})
	}
	t.Run("body", func(t *testing.T) {
		t.Parallel()
		m := note()
		m.Attachments = append(m.Attachments, file("x.bin", 100, nil))
		m.Attachments[0].Size, m.Attachments[0].Open = 0, func() (io.ReadCloser, error) { return io.NopCloser(endless{}), nil }
		addr := wild(t, func(c net.Conn, r *bufio.Reader) { // takes nothing after DATA
			fmt.Fprint(c, "220 hello\r\n")
			for {
				l, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if strings.HasPrefix(l, "DATA") {
					fmt.Fprint(c, "354 go\r\n")
					<-t.Context().Done()
					return
				}
				fmt.Fprint(c, "250 ok\r\n")
			}
		})
		r, err := smtpmail.New(addr, &smtpmail.Options{TLS: smtpmail.NoTLS, DataTimeout: 300 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Send(t.Context(), m)
		want(t, err, waybill.DeadlineExceeded, waybill.ScopeProvider, waybill.NotSent)
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestATLSCallbackPanics: its connection is not left open.
func TestATLSCallbackPanics(t *testing.T) {
	closed := make(chan struct{}, 10)
	r, s := start(t, nil, func(o *smtpmail.Options) {
		o.TLSConfig.VerifyConnection = func(tls.ConnectionState) error { panic("callback") }
		o.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, addr)
			return told{c, closed}, err
		}
	})
	for range 5 { // more than there are places in the pool
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_, _ = r.Send(t.Context(), note())
		}()
		<-closed
	}
	if len(s.Mails()) != 0 {
		t.Error("something was sent")
	}
}
