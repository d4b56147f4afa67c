package smtp

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

func relay(t *testing.T, s *server, password string) *smtpmail.Relay {
	t.Helper()
	r, err := smtpmail.New(s.addr, &smtpmail.Options{Username: "user1", Password: password, TLSConfig: &tls.Config{RootCAs: s.roots}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func note(subject string, to ...string) *mail.Message {
	m := &mail.Message{From: mail.Address{Name: "调度", Addr: "dispatch@acme.example"}, Subject: subject, Text: ".\n..\nGrüße\n"}
	for _, a := range to {
		m.To = append(m.To, mail.Address{Addr: a})
	}
	return m
}

func file(r func() io.Reader, size int64) []mail.Attachment {
	return []mail.Attachment{{Name: "报告.bin", Size: size, Open: func() (io.ReadCloser, error) { return io.NopCloser(r()), nil }}}
}

// TestAiosmtpd sends over one connection what a server of others takes and
// refuses.
func TestAiosmtpd(t *testing.T) {
	for mechanism, without := range map[string]string{"PLAIN": "LOGIN", "LOGIN": "PLAIN"} {
		t.Run(mechanism, func(t *testing.T) {
			s := start(t, without)
			_, err := relay(t, s, "not-the-password").Send(t.Context(), note("x", "a@receiver.example"))
			if waybill.CodeOf(err) != waybill.Unauthenticated || waybill.DeliveryOf(err) != waybill.NotSent {
				t.Errorf("wrong password: %v", err)
			}
			r := relay(t, s, "secret123")
			data := bytes.Repeat([]byte("line\r\n.\r\n\x00\xff"), 20_000)
			m := note("运单 A-17", "a@receiver.example", "gone@receiver.example", "grey@receiver.example", "full@receiver.example", "b@例子.example")
			m.Attachments = file(func() io.Reader { return bytes.NewReader(data) }, int64(len(data)))
			res, err := r.Send(t.Context(), m)
			if waybill.DeliveryOf(err) != waybill.Sent || res.ID != "X1" || r.MaxSize() != 1_000_000 {
				t.Fatalf("%v, id %q, size %d", err, res.ID, r.MaxSize())
			}
			for i, code := range []waybill.Code{0, waybill.Unregistered, waybill.Unavailable, waybill.RecipientLimited, 0} {
				e := res.Recipients[i].Err
				if (e == nil) != (code == 0) || e != nil && (e.Code != code || e.Scope != waybill.ScopeRecipient || strings.Contains(e.Error(), "receiver")) {
					t.Errorf("recipient %d: %v", i, e)
				}
			}
			first := s.got(t, 1)[0]
			got, err := mailtest.Parse(first.Raw)
			if err != nil || got.Subject != m.Subject || strings.ReplaceAll(got.Text, "\r\n", "\n") != m.Text || len(got.Files) != 1 || !bytes.Equal(got.Files[0].Data, data) ||
				len(first.To) != 2 || first.To[1] != "b@xn--fsqu00a.example" || got.MessageID != res.MessageID || first.UTF8 {
				t.Errorf("%v: %q, %q, %d files, utf8 %v", err, got.Subject, first.To, len(got.Files), first.UTF8)
			}
			for subject, want := range map[string]waybill.Error{
				"later":   {Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent},
				"spam":    {Code: waybill.PermissionDenied, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
				"large":   {Code: waybill.TooLarge, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
				"garbage": {Code: waybill.DataLoss, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
			} {
				_, err := r.Send(t.Context(), note(subject, "a@receiver.example"))
				if e := waybill.AsError(err); e == nil || e.Code != want.Code || e.Scope != want.Scope || e.Delivery != want.Delivery {
					t.Errorf("%s: %v", subject, err)
				}
			}
			m = note("x", "张三@receiver.example")
			if _, err := r.Send(t.Context(), m); err != nil {
				t.Errorf("SMTPUTF8: %v", err)
			}
			m = note("x", "a@receiver.example")
			m.Attachments = file(func() io.Reader { return bytes.NewReader(make([]byte, 900_000)) }, 900_000)
			if _, err := r.Send(t.Context(), m); waybill.CodeOf(err) != waybill.TooLarge {
				t.Errorf("a known size: %v", err)
			}
			m.Attachments = file(func() io.Reader { return bytes.NewReader(make([]byte, 900_000)) }, 0)
			if _, err := r.Send(t.Context(), m); waybill.CodeOf(err) != waybill.TooLarge || waybill.DeliveryOf(err) != waybill.NotSent {
				t.Errorf("an unknown size: %v", err)
			}
			m.Attachments = file(func() io.Reader { return io.MultiReader(bytes.NewReader(make([]byte, 100_000)), failing{}) }, 0)
			if _, err := r.Send(t.Context(), m); waybill.CodeOf(err) != waybill.FailedPrecondition || waybill.DeliveryOf(err) != waybill.NotSent {
				t.Errorf("a source that fails: %v", err)
			}
			if mails := s.got(t, 2); !mails[1].UTF8 || mails[1].To[0] != "张三@receiver.example" {
				t.Errorf("%+v", mails[1].To)
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }
