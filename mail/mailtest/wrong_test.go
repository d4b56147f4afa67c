package mailtest

import (
	"context"
	"errors"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/mail"
)

// naive is a relay as one writes it in an afternoon, on net/smtp. The suite must
// find what is wrong with it. Each field mends, or breaks, one thing.
type naive struct {
	s         *SMTP
	unchecked bool             // does not look at the mail
	quits     bool             // ends a broken mail by QUIT
	delivery  waybill.Delivery // of every error
	leak      bool             // repeats the relay's words
	change    func(*mail.Message)
}

func (n *naive) Name() string { return "naivemail" }

func (n *naive) Send(ctx context.Context, m *mail.Message) (mail.Receipt, error) {
	res := mail.Receipt{Served: waybill.Served{Provider: "naivemail"}}
	if err := m.Validate(); err != nil && !n.unchecked {
		return res, err
	}
	c := *m.Stamp()
	if n.change != nil {
		n.change(&c)
	}
	res.MessageID = c.MessageID
	for _, a := range c.Recipients() {
		res.Recipients = append(res.Recipients, mail.Recipient{Address: a})
	}
	var err error
	if res.Size, err = n.send(ctx, &c); err == nil {
		return res, nil
	}
	e := &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: n.delivery, Provider: "naivemail", Op: "send", Ref: m.Key, VendorCode: "smtp"}
	var own *waybill.Error
	var reply *textproto.Error
	var op *net.OpError
	switch {
	case errors.As(err, &own):
		return res, own
	case errors.As(err, &reply):
		e.VendorCode = reply.Msg[:min(5, len(reply.Msg))]
		if n.leak {
			e.Message = reply.Msg
		}
	case errors.As(err, &op) && op.Op == "dial":
		e.VendorCode = waybill.CodeDial
	}
	return res, e
}

// A call that hangs is one finding, and ends the run.
func TestAHangingCallStopsTheRun(t *testing.T) {
	h := Harness{New: func(s *SMTP) (Relay, error) { return deaf{}, nil }, patience: 100 * time.Millisecond}
	found := suitetest.Try(t, "", func(t suitetest.T) { run(t, h) })
	for _, c := range found {
		if !strings.HasPrefix(c.Path, "cancel/") {
			t.Errorf("after the hang: %v", c)
		}
	}
	if len(found) != 1 || !strings.Contains(found[0].Text, "has not returned") {
		t.Errorf("found %v", found)
	}
}

// deaf never answers.
type deaf struct{}

func (deaf) Name() string { return "deafmail" }

func (deaf) Send(context.Context, *mail.Message) (mail.Receipt, error) { select {} }

func (n *naive) send(ctx context.Context, m *mail.Message) (int64, error) {
	c, err := smtp.Dial(n.s.Addr())
	if err != nil {
		return 0, err
	}
	defer c.Close()
	config := n.s.TLSConfig()
	config.ServerName = "localhost"
	if err := c.StartTLS(config); err != nil {
		return 0, err
	}
	if err := c.Auth(smtp.PlainAuth("", User, Password, "127.0.0.1")); err != nil {
		return 0, err
	}
	if err := c.Mail(m.From.Addr); err != nil {
		return 0, err
	}
	for _, a := range m.Recipients() {
		if err := c.Rcpt(a.Addr); err != nil {
			return 0, err
		}
	}
	w, err := c.Data()
	if err != nil {
		return 0, err
	}
	size, err := mail.Compose(ctx, w, m)
	if err != nil {
		if n.quits {
			_ = c.Quit()
		}
		return size, err
	}
	return size, w.Close()
}

func TestWrongAdaptersAreCaught(t *testing.T) {
	for name, c := range map[string]struct {
		n    naive
		only string
		want string // a part of a complaint
	}{
		"a lost reply is called not sent": {naive{delivery: waybill.NotSent}, "faults/accepted/close", "want unavailable ambiguous"},
		"everything is called ambiguous":  {naive{}, "faults/ehlo/close", "want unavailable not_sent"},
		"a refusal is called ambiguous":   {naive{}, "replies/dot/451 4.3.0", "want unavailable not_sent"},
		"all refusals look alike":         {naive{delivery: waybill.NotSent}, "replies/rcpt/550 5.1.1", "want unregistered"},
		"a cut mail is ended":             {naive{quits: true}, "sources/fails late", "broke the protocol"},
		"one refused recipient stops all": {naive{delivery: waybill.NotSent}, "recipients/some refused", "want unavailable sent"},
		"nothing is validated":            {naive{unchecked: true}, "invalid/region", "the adapter reported success"},
		"an address is told":              {naive{delivery: waybill.NotSent, leak: true}, "replies/rcpt/550", "holds personal data"},
		"a login is told":                 {naive{delivery: waybill.NotSent, leak: true}, "replies/auth/535 5.7.8", "holds a secret"},
		"a name is lost":                  {naive{change: func(m *mail.Message) { m.To[0].Name = "" }}, "good/everything", "To is"},
		"the text is changed":             {naive{change: func(m *mail.Message) { m.Text = strings.TrimSpace(m.Text) + "!" }}, "good/text/plain", "the text arrived"},
		"each mail has a new id":          {naive{change: func(m *mail.Message) { m.Key, m.MessageID = "", ""; *m = *m.Stamp() }}, "good/one key, one id", "ids"},
		"an attachment is dropped":        {naive{change: func(m *mail.Message) { m.Attachments = m.Attachments[:max(0, len(m.Attachments)-1)] }}, "good/everything", "structure"},
		"the Bcc is told":                 {naive{change: func(m *mail.Message) { m.Cc, m.Bcc = append(m.Cc, m.Bcc...), nil }}, "good/everything", "tells of its Bcc"},
		"all mails have one id":           {naive{change: func(m *mail.Message) { m.MessageID = "same@sender.example" }}, "concurrent/sends", "have 1 ids"},
	} {
		t.Run(name, func(t *testing.T) {
			h := Harness{New: func(s *SMTP) (Relay, error) { n := c.n; n.s = s; return &n, nil }}
			found := suitetest.Try(t, c.only, func(t suitetest.T) { run(t, h) })
			for _, f := range found {
				if strings.Contains(f.Text, c.want) {
					return
				}
			}
			t.Errorf("the suite says %v, want something with %q", found, c.want)
		})
	}
	if found := suitetest.Try(t, "", func(t suitetest.T) { run(t, Harness{}) }); len(found) == 0 {
		t.Error("a harness without New passed")
	}
}

// TestNaiveIsNotAllWrong: the suite does not complain of what is right.
func TestNaiveIsNotAllWrong(t *testing.T) {
	h := Harness{New: func(s *SMTP) (Relay, error) { return &naive{s: s, delivery: waybill.NotSent}, nil }}
	for _, only := range []string{"good/subject", "good/text", "invalid/region", "sources/fails early", "faults/ehlo/close", "faults/refused", "concurrent"} {
		for _, c := range suitetest.Try(t, only, func(t suitetest.T) { run(t, h) }) {
			t.Error(c)
		}
	}
}
