package smtpmail_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// certificate makes one for the loopback interface, and what trusts it.
func certificate(t *testing.T) (tls.Certificate, *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, &tls.Config{RootCAs: pool}
}

// postfix finds a real relay: the addresses of its two ports, a login, the
// certificate to trust, and the directory into which it delivers.
func postfix(t *testing.T, mode smtpmail.TLSMode) *smtpmail.Relay {
	t.Helper()
	addr := os.Getenv("WAYBILL_TEST_SMTP_STARTTLS")
	if addr == "" {
		t.Skip("WAYBILL_TEST_SMTP_STARTTLS is not set")
	}
	if mode == smtpmail.ImplicitTLS {
		addr = os.Getenv("WAYBILL_TEST_SMTP_TLS")
	}
	pem, err := os.ReadFile(os.Getenv("WAYBILL_TEST_SMTP_CERT"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	r, err := smtpmail.New(addr, &smtpmail.Options{TLS: mode, TLSConfig: &tls.Config{RootCAs: pool},
		Username: os.Getenv("WAYBILL_TEST_SMTP_USER"), Password: os.Getenv("WAYBILL_TEST_SMTP_PASSWORD")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// delivered waits for the mail with this id in the relay's mailbox and returns
// it with how often it is there.
func delivered(t *testing.T, id string, wait bool) (raw []byte, times int) {
	t.Helper()
	dir := filepath.Join(os.Getenv("WAYBILL_TEST_SMTP_MAILDIR"), "new")
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); ; <-tick.C {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			b, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err == nil && bytes.Contains(b, []byte("Message-ID: <"+id+">")) {
				raw, times = b, times+1
			}
		}
		if times > 0 || !wait {
			return raw, times
		}
		if time.Now().After(end) {
			t.Fatal("the mail did not arrive")
		}
	}
}

func TestPostfix(t *testing.T) {
	for name, mode := range map[string]smtpmail.TLSMode{"starttls": smtpmail.STARTTLS, "tls": smtpmail.ImplicitTLS} {
		t.Run(name, func(t *testing.T) {
			r := postfix(t, mode)
			data := bytes.Repeat([]byte("line\r\n.\r\n\x00\xff"), 20_000)
			m := &mail.Message{From: mail.Address{Name: "调度", Addr: "dispatch@example.com"}, To: []mail.Address{{Addr: "box@example.com"}},
				Bcc: []mail.Address{{Addr: "hidden@example.com"}}, Subject: "运单 A-17", Text: ".\n..\nhello\n", HTML: "<b>hello</b>",
				Attachments: []mail.Attachment{{Name: "报告.bin", Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
					return io.NopCloser(bytes.NewReader(data)), nil
				}}}}
			res, err := r.Send(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			if res.ID == "" || r.MaxSize() != 36_700_160 {
				t.Errorf("queue id %q, size %d", res.ID, r.MaxSize())
			}
			raw, _ := delivered(t, res.MessageID, true)
			if bytes.Contains(raw, []byte("Bcc")) {
				t.Error("the mail tells of its Bcc")
			}
			// The mailbox has bare line feeds.
			got, err := mailtest.Parse(bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")))
			if err != nil || got.Subject != m.Subject || len(got.Files) != 1 || !bytes.Equal(got.Files[0].Data, data) || got.Files[0].Name != "报告.bin" ||
				strings.ReplaceAll(got.Text, "\r\n", "\n") != m.Text {
				t.Errorf("%v: %q %q, %d files", err, got.Subject, got.Text, len(got.Files))
			}
		})
	}
}

func TestPostfixRefuses(t *testing.T) {
	r := postfix(t, smtpmail.STARTTLS)
	m := note("box@example.com", "full@example.com", "defer@example.com", "gone@example.com")
	m.From.Addr = "dispatch@example.com"
	res, err := r.Send(t.Context(), m)
	if waybill.DeliveryOf(err) != waybill.Sent {
		t.Fatal(err)
	}
	for i, code := range []waybill.Code{0, waybill.RecipientLimited, waybill.Unavailable, waybill.Unregistered} {
		if e := res.Recipients[i].Err; (e == nil) != (code == 0) || e != nil && (e.Code != code || e.Delivery != waybill.NotSent) {
			t.Errorf("recipient %d: %v", i, e)
		}
	}
	delivered(t, res.MessageID, true)

	m.AllOrNone, m.Key = true, "postfix-all-or-none-"+rand.Text()[:8]
	res, err = r.Send(t.Context(), m)
	if waybill.DeliveryOf(err) != waybill.NotSent {
		t.Fatal(err)
	}
	if _, n := delivered(t, res.MessageID, false); n != 0 {
		t.Error("somebody got it")
	}

	big := note("box@example.com")
	big.Attachments = []mail.Attachment{{Name: "big.bin", Size: 40 << 20, Open: func() (io.ReadCloser, error) { return nil, errors.New("read") }}}
	_, err = r.Send(t.Context(), big)
	want(t, err, waybill.TooLarge, waybill.ScopeRequest, waybill.NotSent)
}

func TestPostfixWrongPassword(t *testing.T) {
	good := postfix(t, smtpmail.STARTTLS)
	_ = good.Close()
	pem, _ := os.ReadFile(os.Getenv("WAYBILL_TEST_SMTP_CERT"))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	r, err := smtpmail.New(os.Getenv("WAYBILL_TEST_SMTP_STARTTLS"), &smtpmail.Options{TLSConfig: &tls.Config{RootCAs: pool},
		Username: os.Getenv("WAYBILL_TEST_SMTP_USER"), Password: "not-the-password"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Send(t.Context(), note("box@example.com"))
	want(t, err, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent)
}

// TestPostfixTakesNothingCut: a source that fails in the middle leaves no mail,
// and the relay goes on serving.
func TestPostfixTakesNothingCut(t *testing.T) {
	r := postfix(t, smtpmail.STARTTLS)
	m := note("box@example.com")
	m.Key = "postfix-cut-" + rand.Text()[:8]
	m.Attachments = []mail.Attachment{{Name: "x.bin", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(io.LimitReader(endless{}, 3<<20), errReader{})), nil
	}}}
	res, err := r.Send(t.Context(), m)
	want(t, err, waybill.FailedPrecondition, waybill.ScopeRequest, waybill.NotSent)
	cut := res.MessageID
	ids := map[string]bool{}
	for range 20 {
		res, err := r.Send(t.Context(), note("box@example.com"))
		if err != nil {
			t.Fatal(err)
		}
		ids[res.MessageID] = true
	}
	for id := range ids {
		if _, n := delivered(t, id, true); n != 1 {
			t.Errorf("delivered %d times", n)
		}
	}
	if _, n := delivered(t, cut, false); n != 0 {
		t.Error("the cut mail was delivered")
	}
}
