package mail_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

// brokenKey is a key elsewhere that cannot be reached.
type brokenKey struct{ crypto.Signer }

func (brokenKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("the key store said: token hunter2")
}

func ed25519Key(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func signer(t testing.TB, domain string, o *mail.SignerOptions) *mail.Signer {
	t.Helper()
	s, err := mail.NewSigner(domain, "s1", ed25519Key(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func letter() *mail.Message {
	return &mail.Message{From: mail.Address{Name: "Dispatch", Addr: "dispatch@acme.example"}, To: []mail.Address{{Addr: "a@receiver.example"}},
		Subject: "Your invoice", Text: "Hello.\n", MessageID: "m@acme.example", Date: time.Unix(1_700_000_000, 0).UTC()}
}

func TestNewSignerRefuses(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := ed25519Key(t)
	for name, c := range map[string]struct {
		domain, selector string
		key              crypto.Signer
		o                *mail.SignerOptions
	}{
		"no domain":         {"", "s", good, nil},
		"one label":         {"localhost", "s", good, nil},
		"not ASCII":         {"bücher.example", "s", good, nil},
		"a line":            {"acme.example\r\nX: y", "s", good, nil},
		"a tag":             {"acme.example;x=1", "s", good, nil},
		"no selector":       {"acme.example", "", good, nil},
		"bad selector":      {"acme.example", "a b", good, nil},
		"no key":            {"acme.example", "s", nil, nil},
		"another kind":      {"acme.example", "s", curve, nil},
		"negative life":     {"acme.example", "s", good, &mail.SignerOptions{Expires: -1}},
		"bad header":        {"acme.example", "s", good, &mail.SignerOptions{Headers: []string{"X:Y"}}},
		"its own signature": {"acme.example", "s", good, &mail.SignerOptions{Headers: []string{"DKIM-Signature"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := mail.NewSigner(c.domain, c.selector, c.key, c.o); waybill.CodeOf(err) != waybill.InvalidArgument {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestParseSignerKey(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	other, err := x509.MarshalPKCS8PrivateKey(ed25519Key(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]pem.Block{"PKCS #1": {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}, "PKCS #8": {Type: "PRIVATE KEY", Bytes: other}} {
		k, err := mail.ParseSignerKey(pem.EncodeToMemory(&b))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := mail.NewSigner("acme.example", "s", k, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{"no PEM": "hunter2", "no key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("hunter2")}))} {
		if _, err := mail.ParseSignerKey([]byte(text)); waybill.CodeOf(err) != waybill.InvalidArgument || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSigns(t *testing.T) {
	s := signer(t, "Acme.example", nil)
	for addr, want := range map[string]bool{"a@acme.example": true, "a@ACME.example": true, "a@mail.acme.example": true,
		"a@notacme.example": false, "a@example": false, "a@acme.example.org": false} {
		if got := s.Signs(mail.Address{Addr: addr}); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, s); got != "dkim(s1._domainkey.acme.example)" {
			t.Errorf("%s: %s", verb, got)
		}
	}
}

// TestSigned: what is written is the mail behind its signatures, as long as was
// said, and the same each time.
func TestSigned(t *testing.T) {
	m := letter()
	m.HTML = "<p>Hello.</p>"
	opened := 0
	m.Attachments = []mail.Attachment{{Name: "a.bin", Open: func() (io.ReadCloser, error) {
		opened++
		return io.NopCloser(strings.NewReader(strings.Repeat("x", 1000))), nil
	}}}
	s, err := mail.Sign(t.Context(), m, signer(t, "acme.example", nil), signer(t, "other.example", nil), signer(t, "acme.example", &mail.SignerOptions{Expires: time.Hour}))
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		n, err := s.Compose(t.Context(), w)
		if err != nil || n != int64(w.Len()) || n != s.Size() {
			t.Fatalf("%v: %d, %d, %d", err, n, w.Len(), s.Size())
		}
	}
	if a.String() != b.String() || opened != 1 {
		t.Errorf("the mail differs, or the source was opened %d times", opened)
	}
	if n := strings.Count(a.String(), "DKIM-Signature:"); n != 2 || !strings.HasPrefix(a.String(), "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=acme.example;\r\n s=s1; t=1700000000;") ||
		!strings.Contains(a.String(), "x=1700003600") {
		t.Errorf("%d signatures:\n%s", n, a.String())
	}
	for line := range strings.SplitSeq(a.String(), "\r\n") {
		if len(line) > 78 {
			t.Errorf("a line of %d characters: %q", len(line), line)
		}
	}
	if m.Attachments[0].Open == nil || len(m.Attachments) != 1 {
		t.Error("the message was changed")
	}
}

// TestSignedSources: what is not kept is opened again, and must be the same then.
func TestSignedSources(t *testing.T) {
	large := func(b byte) io.ReadCloser {
		return io.NopCloser(io.LimitReader(strings.NewReader(strings.Repeat(string(b), 5<<20)), 5<<20))
	}
	small := func() io.ReadCloser { return io.NopCloser(strings.NewReader("small")) }
	times := func(give ...func() io.ReadCloser) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) {
			if len(give) == 0 {
				return nil, errors.New("it can be read once")
			}
			r := give[0]()
			give = give[1:]
			return r, nil
		}
	}
	failing := func() io.ReadCloser {
		return io.NopCloser(io.MultiReader(strings.NewReader("x"), failingReader{}))
	}
	for _, c := range []struct {
		name    string
		open    func() (io.ReadCloser, error)
		size    int64
		at      string
		message string
	}{
		{"small, once", times(small), 0, "", ""},
		{"large, twice", times(func() io.ReadCloser { return large('x') }, func() io.ReadCloser { return large('x') }), 0, "", ""},
		{"large of known size, twice", times(func() io.ReadCloser { return large('x') }, func() io.ReadCloser { return large('x') }), 5 << 20, "", ""},
		{"large, once", times(func() io.ReadCloser { return large('x') }), 0, "compose", "attachment 1 could not be read"},
		{"changed", times(func() io.ReadCloser { return large('x') }, func() io.ReadCloser { return large('y') }), 0, "compose", "an attachment has changed since it was signed"},
		{"fails", times(failing, small), 0, "sign", "attachment 1 could not be read"},
		{"another size", times(small), 17, "sign", "attachment 1 has another size than was given"},
		{"nothing", times(), 0, "sign", "attachment 1 could not be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := letter()
			m.Attachments = []mail.Attachment{{Name: "a.bin", Size: c.size, Open: c.open}}
			at := "sign"
			s, err := mail.Sign(t.Context(), m, signer(t, "acme.example", nil))
			if err == nil {
				at = "compose"
				_, err = s.Compose(t.Context(), io.Discard)
			}
			if c.at == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e := waybill.AsError(err)
			if at != c.at || e == nil || e.Code != waybill.FailedPrecondition || e.Delivery != waybill.NotSent || e.Message != c.message {
				t.Errorf("at %s: %v", at, err)
			}
		})
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// TestAKeyThatFails: nothing was sent, and what the key said stays with it.
func TestAKeyThatFails(t *testing.T) {
	s, err := mail.NewSigner("acme.example", "s1", brokenKey{ed25519Key(t)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = mail.Sign(t.Context(), letter(), s)
	e := waybill.AsError(err)
	if e == nil || e.Code != waybill.Internal || e.Delivery != waybill.NotSent || strings.Contains(fmt.Sprintf("%+v", err), "hunter2") {
		t.Errorf("%+v", err)
	}
}
