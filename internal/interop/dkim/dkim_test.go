package dkim

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// zone has the public keys by name.
type zone map[string]string

func (z zone) lookup(name string) ([]string, error) {
	if txt, ok := z[name]; ok {
		return []string{txt}, nil
	}
	return nil, errors.New("no such name")
}

func (z zone) signer(t *testing.T, selector string, key crypto.Signer, o *mail.SignerOptions) *mail.Signer {
	t.Helper()
	txt := "v=DKIM1; "
	switch public := key.Public().(type) {
	case ed25519.PublicKey:
		txt += "k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	case *rsa.PublicKey:
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		txt += "k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
	}
	z[selector+"._domainkey.acme.example"] = txt
	s, err := mail.NewSigner("acme.example", selector, key, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (z zone) verify(t *testing.T, raw []byte) []*dkim.Verification {
	t.Helper()
	v, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: z.lookup})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func messages() map[string]*mail.Message {
	file := func(name string, n int) mail.Attachment {
		return mail.Attachment{Name: name, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(bytes.Repeat([]byte("0123456789 \t\r\n.\x00\xff"), n/17+1)[:n])), nil
		}}
	}
	all := map[string]*mail.Message{
		"plain":           {Text: "Hello.\n"},
		"no end of line":  {Text: "Hello"},
		"blanks":          {Text: "  a  \t b \n\n .\n..\n \t\n\n\n"},
		"only html":       {HTML: "<p>Grüße</p>"},
		"chinese":         {Text: strings.Repeat("运单号码 ", 300), Subject: "您的订单 A-17 已送达，感谢您的惠顾，欢迎再次光临", From: mail.Address{Name: "调度", Addr: "dispatch@acme.example"}},
		"long header":     {Text: "x", Subject: strings.Repeat("word ", 100), Headers: map[string]string{"List-Unsubscribe": "<https://acme.example/u>", "X-Order": "17"}},
		"many recipients": {Text: "x"},
		"files":           {Text: "x", HTML: "<p>x</p>", Attachments: []mail.Attachment{file("报告.bin", 100_000), file("empty.bin", 0), file("big.bin", 6<<20)}},
	}
	for i := range 40 {
		all["many recipients"].To = append(all["many recipients"].To, mail.Address{Name: "R " + string(rune('A'+i%26)), Addr: "r" + string(rune('a'+i%26)) + "@receiver.example"})
	}
	for _, m := range all {
		if m.From.Addr == "" {
			m.From = mail.Address{Addr: "dispatch@mail.acme.example"}
		}
		if m.To == nil {
			m.To = []mail.Address{{Addr: "a@receiver.example"}}
		}
	}
	return all
}

// TestSignatures sends over SMTP and verifies what arrived.
func TestSignatures(t *testing.T) {
	_, small, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	z := zone{}
	both := []*mail.Signer{z.signer(t, "ed", small, nil), z.signer(t, "rsa", large, &mail.SignerOptions{Expires: 24 * time.Hour})}
	s := mailtest.NewSMTP(nil)
	defer s.Close()
	r, err := smtpmail.New(s.Addr(), &smtpmail.Options{TLSConfig: s.TLSConfig(), DKIM: both})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) {
			res, err := r.Send(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			mails := s.Mails()
			got := mails[len(mails)-1]
			if int64(len(got.Raw)) != res.Size || got.MessageID != res.MessageID {
				t.Errorf("%d bytes arrived, %d were sent", len(got.Raw), res.Size)
			}
			v := z.verify(t, got.Raw)
			if len(v) != 2 {
				t.Fatalf("%d signatures", len(v))
			}
			for _, one := range v {
				if one.Err != nil || one.Domain != "acme.example" {
					t.Errorf("%s: %v", one.Domain, one.Err)
				}
			}
			// What the signatures are for: nobody changes or adds anything.
			for change, forged := range map[string][]byte{
				"another subject": bytes.Replace(got.Raw, []byte("Subject:"), []byte("Subject: Urgent"), 1),
				"a second from":   append([]byte("From: evil@acme.example\r\n"), got.Raw...),
				"a copy":          bytes.Replace(got.Raw, []byte("MIME-Version"), []byte("Cc: e@evil.example\r\nMIME-Version"), 1),
				"more body":       append(bytes.Clone(got.Raw), "x\r\n"...),
			} {
				for _, one := range z.verify(t, forged) {
					if one.Err == nil {
						t.Errorf("%s: the signature still holds", change)
					}
				}
			}
		})
	}
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("%q", v)
	}
}

// TestOthersSignNothing: a mail of another domain goes out unsigned.
func TestOthersSignNothing(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	z := zone{}
	s := mailtest.NewSMTP(nil)
	defer s.Close()
	r, err := smtpmail.New(s.Addr(), &smtpmail.Options{TLSConfig: s.TLSConfig(), DKIM: []*mail.Signer{z.signer(t, "ed", key, nil)}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m := &mail.Message{From: mail.Address{Addr: "a@other.example"}, To: []mail.Address{{Addr: "b@receiver.example"}}, Text: "x"}
	if _, err := r.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if v := z.verify(t, s.Mails()[0].Raw); len(v) != 0 {
		t.Errorf("%d signatures", len(v))
	}
	m.From.Addr = "a@acme.example"
	m.Attachments = []mail.Attachment{{Name: "x", Open: func() (io.ReadCloser, error) { return nil, errors.New("gone") }}}
	_, err = r.Send(t.Context(), m)
	if e := waybill.AsError(err); e == nil || e.Code != waybill.FailedPrecondition || e.Delivery != waybill.NotSent || s.Connections() != 1 {
		t.Errorf("%v, %d connections", err, s.Connections())
	}
}
