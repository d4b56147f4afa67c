package smtpmail_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

func TestSizeIsToldBeforeTheUpload(t *testing.T) {
	for name, c := range map[string]struct {
		server mailtest.SMTPOptions
		change func(*smtpmail.Options)
		opened int
		code   string
		size   int64
	}{
		// The relay's SIZE is known after EHLO: the mail does not even begin.
		"announced": {mailtest.SMTPOptions{Size: 50_000}, nil, 0, "", 50_000},
		// A bound of our own is known before the connection.
		"configured": {mailtest.SMTPOptions{}, func(o *smtpmail.Options) { o.MaxSize = 50_000 }, 0, "", 50_000},
		// Otherwise only the whole mail gets a refusal.
		"unannounced": {mailtest.SMTPOptions{Size: 50_000, HideSize: true}, nil, 1, "552 5.3.4", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r, s := start(t, &c.server, c.change)
			opened := 0
			m := note()
			m.Attachments = []mail.Attachment{file("big.bin", 60_000, &opened)}
			_, err := r.Send(t.Context(), m)
			e := want(t, err, waybill.TooLarge, waybill.ScopeRequest, waybill.NotSent)
			if opened != c.opened || e.VendorCode != c.code || r.MaxSize() != c.size {
				t.Errorf("opened %d times, code %q, size %d", opened, e.VendorCode, r.MaxSize())
			}
			m.Attachments = []mail.Attachment{file("small.bin", 30_000, nil)}
			mustSend(t, r, s, m)
			noViolations(t, s)
		})
	}
}

func TestSizeIsExact(t *testing.T) {
	r, s := start(t, nil, nil)
	for _, n := range []int{0, 1, 56, 57, 58, 113, 114, 115, 57 * 256, 57*256 + 1, 100_000} {
		m := note()
		m.HTML = "<b>Grüße</b>"
		m.Attachments = []mail.Attachment{file("a.bin", n, nil)}
		m = m.Stamp()
		said, ok := mail.EncodedSize(m)
		res := mustSend(t, r, s, m)
		mails := s.Mails()
		if got := mails[len(mails)-1].Size; got != said || res.Size != said || ok != (n > 0) {
			t.Errorf("%d bytes: told %d (%v), sent %d, arrived %d", n, said, ok, res.Size, got)
		}
		if n > 0 && !slices.Contains(s.Log(), fmt.Sprintf("C: MAIL FROM:<dispatch@sender.example> SIZE=%d", said)) {
			t.Errorf("%d bytes: MAIL did not tell the size", n)
		}
	}
}

func TestInternationalAddresses(t *testing.T) {
	t.Run("domain", func(t *testing.T) {
		r, s := start(t, &mailtest.SMTPOptions{NoUTF8: true}, nil)
		m := note("kunde@bücher.example", "a@例子.公司")
		m.From.Addr = "post@größe.example"
		mustSend(t, r, s, m)
		got := s.Mails()[0]
		if got.From != "post@xn--gre-6ka8i.example" || !slices.Equal(got.To, []string{"kunde@xn--bcher-kva.example", "a@xn--fsqu00a.xn--55qx5d"}) {
			t.Errorf("%v → %v", got.From, got.To)
		}
		if !strings.HasSuffix(got.MessageID, "@xn--gre-6ka8i.example") {
			t.Errorf("id %q", got.MessageID)
		}
		noViolations(t, s)
	})
	t.Run("local part", func(t *testing.T) {
		r, s := start(t, nil, nil)
		mustSend(t, r, s, note("用户@receiver.example"))
		if got := s.Mails()[0].To[0]; got != "用户@receiver.example" {
			t.Errorf("%q", got)
		}
		mustSend(t, r, s, note())
		utf8 := 0
		for _, l := range s.Log() {
			if strings.HasSuffix(l, " SMTPUTF8") && strings.HasPrefix(l, "C:") {
				utf8++
			}
		}
		if utf8 != 1 {
			t.Errorf("SMTPUTF8 was asked for %d times, want only where it is needed", utf8)
		}
		noViolations(t, s)
	})
	t.Run("local part, not offered", func(t *testing.T) {
		r, s := start(t, &mailtest.SMTPOptions{NoUTF8: true}, nil)
		_, err := r.Send(t.Context(), note("用户@receiver.example"))
		want(t, err, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent)
		noViolations(t, s)
	})
	t.Run("vectors", func(t *testing.T) {
		// IDNA2008 by way of UTS #46, not transitional: the letters that IDNA2003
		// changed keep their own names.
		r, s := start(t, nil, nil)
		for domain, want := range map[string]string{"faß.de": "xn--fa-hia.de", "βόλος.com": "xn--nxasmm1c.com", "ΒΌΛΟΣ.com": "xn--nxasmq6b.com", "نامه\u200cای.com": "xn--mgba3gch31f060k.com",
			"例子。中国": "xn--fsqu00a.xn--fiqs8s", "例え.テスト": "xn--r8jz45g.xn--zckzah", "א1.example": "xn--1-zhc.example", "ExAmple.Ü.de": "example.xn--tda.de"} {
			mustSend(t, r, s, note("a@"+domain))
			mails := s.Mails()
			if got := mails[len(mails)-1].To[0]; got != "a@"+want {
				t.Errorf("%s: %s, want %s", domain, got, want)
			}
		}
		mustSend(t, r, s, note("a@[IPv6:2001:db8::1]"))
		noViolations(t, s)
	})
	t.Run("no domain", func(t *testing.T) {
		for _, domain := range []string{"-ü-.example", "1א.example", "אab.example", "ab--ü.example", "ü＞x.example", "\u0301ü.example", strings.Repeat("ü", 60) + ".example", "。x.ü"} {
			r, s := start(t, nil, nil)
			_, err := r.Send(t.Context(), note("a@"+domain))
			want(t, err, waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent)
			if s.Connections() != 0 {
				t.Errorf("%s was tried", domain)
			}
		}
	})
	t.Run("quoted local part", func(t *testing.T) {
		r, s := start(t, nil, nil)
		mustSend(t, r, s, note("two words@receiver.example"))
		if got := s.Mails()[0].To[0]; got != "two words@receiver.example" {
			t.Errorf("%q", got)
		}
	})
}

func TestManyRecipients(t *testing.T) {
	people := func(n int) []string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("p%03d@receiver.example", i))
		}
		return all
	}
	t.Run("our bound", func(t *testing.T) {
		r, s := start(t, nil, nil)
		opened := 0
		m := note(people(250)...)
		m.Attachments = []mail.Attachment{file("a.bin", 100, &opened)}
		res, err := r.Send(t.Context(), m)
		if err != nil || s.Accepted(res.MessageID) != 3 || opened != 3 {
			t.Fatalf("%v, %d transactions, opened %d times", err, s.Accepted(res.MessageID), opened)
		}
		var got []string
		for _, one := range s.Mails() {
			got = append(got, one.To...)
		}
		if !slices.Equal(got, people(250)) {
			t.Errorf("%d recipients", len(got))
		}
	})
	for _, pipelining := range []bool{true, false} {
		t.Run(fmt.Sprintf("the relay's bound, pipelining %v", pipelining), func(t *testing.T) {
			r, s := start(t, &mailtest.SMTPOptions{MaxRecipients: 10, NoPipelining: !pipelining}, nil)
			res, err := r.Send(t.Context(), note(people(25)...))
			if err != nil || s.Accepted(res.MessageID) != 3 || s.Connections() != 1 {
				t.Fatalf("%v, %d transactions", err, s.Accepted(res.MessageID))
			}
			noViolations(t, s)
		})
	}
	t.Run("all or none", func(t *testing.T) {
		r, s := start(t, &mailtest.SMTPOptions{MaxRecipients: 10}, nil)
		m := note(people(25)...)
		m.AllOrNone = true
		_, err := r.Send(t.Context(), m)
		want(t, err, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)
		m = note(people(101)...)
		m.AllOrNone = true
		_, err = r.Send(t.Context(), m)
		want(t, err, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent)
		if len(s.Mails()) != 0 {
			t.Error("somebody got it")
		}
	})
	t.Run("the second transaction is ambiguous", func(t *testing.T) {
		r, s := start(t, &mailtest.SMTPOptions{MaxRecipients: 10}, nil)
		s.Fail(mailtest.Fault{Stage: mailtest.AtDot, Do: mailtest.CloseConn, Skip: 1})
		res, err := r.Send(t.Context(), note(people(25)...))
		want(t, err, waybill.Unavailable, waybill.ScopeProvider, waybill.Sent)
		for i, p := range res.Recipients {
			d := waybill.DeliveryOf(errOf(p))
			switch {
			case i < 10 && d != waybill.Sent, i >= 10 && i < 20 && d != waybill.Ambiguous, i >= 20 && d != waybill.NotSent:
				t.Errorf("recipient %d: %v", i, d)
			}
		}
	})
	t.Run("a whole transaction of the dead", func(t *testing.T) {
		so := &mailtest.SMTPOptions{Refuse: map[string]string{}}
		for _, p := range people(100) {
			so.Refuse[p] = "550 5.1.1 no such user"
		}
		r, s := start(t, so, nil)
		res, err := r.Send(t.Context(), note(people(120)...))
		want(t, err, waybill.Unregistered, waybill.ScopeRecipient, waybill.Sent)
		if res.Recipients[99].Err == nil || res.Recipients[100].Err != nil || s.Accepted(res.MessageID) != 1 {
			t.Errorf("%v %v", res.Recipients[99].Err, res.Recipients[100].Err)
		}
	})
	t.Run("a source for one transaction only", func(t *testing.T) {
		r, _ := start(t, nil, nil)
		m, used := note(people(150)...), false
		m.Attachments = []mail.Attachment{{Name: "x", Open: func() (io.ReadCloser, error) {
			if used {
				return nil, errors.New("read before")
			}
			used = true
			return io.NopCloser(strings.NewReader("once")), nil
		}}}
		res, err := r.Send(t.Context(), m)
		want(t, err, waybill.FailedPrecondition, waybill.ScopeRequest, waybill.Sent)
		if res.Recipients[99].Err != nil || res.Recipients[100].Err == nil {
			t.Error("the receipt does not tell the transactions apart")
		}
	})
}

func errOf(r mail.Recipient) error {
	if r.Err == nil {
		return nil
	}
	return r.Err
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Run("thousand mails, ten a connection", func(t *testing.T) {
		r, s := start(t, &mailtest.SMTPOptions{MailsPerConn: 10, Discard: true}, nil)
		var wg sync.WaitGroup
		ids := make([]string, 1000)
		for w := range 8 {
			wg.Go(func() {
				for i := w; i < len(ids); i += 8 {
					res, err := r.Send(t.Context(), note())
					if err != nil {
						t.Errorf("mail %d: %v", i, err)
					}
					ids[i] = res.MessageID
				}
			})
		}
		wg.Wait()
		tally := mailtest.TallyOf(ids, s.Ledger())
		if tally.Lost != 0 || tally.Duplicates != 0 || s.Connections() > 110 {
			t.Errorf("lost %d, duplicates %d, %d connections", tally.Lost, tally.Duplicates, s.Connections())
		}
		noViolations(t, s)
	})
	t.Run("a bound of our own", func(t *testing.T) {
		r, s := start(t, nil, func(o *smtpmail.Options) { o.MaxPerConn = 2 })
		for range 6 {
			mustSend(t, r, s, note())
		}
		if n := s.Connections(); n != 3 {
			t.Errorf("%d connections, want 3", n)
		}
	})
	t.Run("not kept", func(t *testing.T) {
		r, s := start(t, nil, func(o *smtpmail.Options) { o.IdleTimeout = -1 })
		for range 3 {
			mustSend(t, r, s, note())
		}
		if n := s.Connections(); n != 3 {
			t.Errorf("%d connections, want 3", n)
		}
	})
	t.Run("the relay went away between mails", func(t *testing.T) {
		r, s := start(t, nil, nil)
		mustSend(t, r, s, note())
		s.Down()
		if err := s.Up(); err != nil {
			t.Skip("the port is taken: ", err)
		}
		mustSend(t, r, s, note())
	})
	t.Run("after a refusal", func(t *testing.T) {
		for _, pipelining := range []bool{true, false} {
			r, s := start(t, &mailtest.SMTPOptions{NoPipelining: !pipelining, Refuse: map[string]string{"gone@receiver.example": "550 5.1.1 no"}}, nil)
			for range 3 {
				_, err := r.Send(t.Context(), note("gone@receiver.example"))
				want(t, err, waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent)
				mustSend(t, r, s, note())
			}
			if n := s.Connections(); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
			noViolations(t, s)
		}
	})
	t.Run("no more NOOP and RSET than needed", func(t *testing.T) {
		r, s := start(t, nil, nil)
		for range 5 {
			mustSend(t, r, s, note())
		}
		for _, l := range s.Log() {
			if l == "C: NOOP" || l == "C: RSET" {
				t.Errorf("%s", l)
			}
		}
	})
	t.Run("RSET is refused", func(t *testing.T) {
		r, s := start(t, &mailtest.SMTPOptions{Refuse: map[string]string{"gone@receiver.example": "550 5.1.1 no"}}, nil)
		_, _ = r.Send(t.Context(), note("gone@receiver.example"))
		s.Fail(mailtest.Fault{Stage: mailtest.AtRSET, Do: mailtest.Reply, Reply: "502 5.5.1 too many commands"})
		mustSend(t, r, s, note())
		if n := s.Connections(); n != 2 {
			t.Errorf("%d connections, want a new one", n)
		}
	})
}

func TestPoolIsBounded(t *testing.T) {
	r, s := start(t, nil, func(o *smtpmail.Options) { o.MaxConns, o.CommandTimeout = 1, 200*time.Millisecond })
	hit := make(chan struct{}, 1)
	s.Fail(mailtest.Fault{Stage: mailtest.AtDot, Do: mailtest.Hang, Hit: hit, Times: 1})
	done := make(chan error)
	go func() { _, err := r.Send(t.Context(), note()); done <- err }()
	<-hit
	_, err := r.Send(t.Context(), note())
	if e := want(t, err, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent); e.VendorCode != smtpmail.CodeBusy {
		t.Errorf("vendor code %q", e.VendorCode)
	}
	s.Close()
	want(t, <-done, waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous)
}

func TestClose(t *testing.T) {
	r, s := start(t, nil, nil)
	mustSend(t, r, s, note())
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := r.Send(t.Context(), note())
	want(t, err, waybill.Unavailable, waybill.ScopeRequest, waybill.NotSent)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestIdleConnectionsEnd(t *testing.T) {
	closed := make(chan struct{}, 10)
	r, s := start(t, nil, func(o *smtpmail.Options) {
		o.IdleTimeout = time.Millisecond
		o.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, addr)
			return told{c, closed}, err
		}
	})
	mustSend(t, r, s, note())
	<-closed
	mustSend(t, r, s, note())
	if n := s.Connections(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// told tells when a connection is closed.
type told struct {
	net.Conn
	closed chan<- struct{}
}

func (c told) Close() error {
	c.closed <- struct{}{}
	return c.Conn.Close()
}

// TestRefusalInTheBody: a relay that refuses in the middle and closes has said
// why.
func TestRefusalInTheBody(t *testing.T) {
	r, s := start(t, &mailtest.SMTPOptions{Size: -1}, nil)
	s.Fail(mailtest.Fault{Stage: mailtest.InBody, Do: mailtest.Reply, Reply: "421 4.3.1 out of space"})
	m := note()
	m.Attachments = []mail.Attachment{file("x.bin", 16<<20, nil)}
	_, err := r.Send(t.Context(), m)
	e := waybill.AsError(err)
	if e == nil || e.Code != waybill.Unavailable || e.Delivery != waybill.NotSent {
		t.Fatalf("%v", err)
	}
	var reply *smtpmail.ReplyError
	if errors.As(err, &reply) && reply.Code != 421 {
		t.Errorf("reply %v", reply)
	}
}

func TestReplyErrorIsReachable(t *testing.T) {
	r, s := start(t, nil, nil)
	s.Fail(mailtest.Fault{Stage: mailtest.AtMAIL, Do: mailtest.Reply, Reply: "550 5.7.1 blocked, see https://relay.example/why?a=1"})
	_, err := r.Send(t.Context(), note("annabel@receiver.example"))
	var reply *smtpmail.ReplyError
	if !errors.As(err, &reply) || reply.Code != 550 || reply.Enhanced != "5.7.1" || reply.Error() != "smtp: 550 5.7.1" {
		t.Fatalf("%v", err)
	}
	if got := err.Error(); !strings.Contains(got, "550 5.7.1") || !strings.Contains(got, "blocked") {
		t.Errorf("%q", got)
	}
}

// TestARecipientTwice: who is named twice gets the mail once, over several
// transactions too, and has the same result twice.
func TestARecipientTwice(t *testing.T) {
	r, s := start(t, &mailtest.SMTPOptions{Refuse: map[string]string{"gone@receiver.example": "550 5.1.1 no such user"}}, func(o *smtpmail.Options) { o.MaxRecipients = 2 })
	m := note("a@receiver.example", "gone@receiver.example", "b@receiver.example", "a@Receiver.Example", "A@receiver.example")
	m.Cc = []mail.Address{{Name: "Once more", Addr: "gone@receiver.example"}, {Addr: "b@receiver.example"}}
	res, err := r.Send(t.Context(), m)
	want(t, err, waybill.Unregistered, waybill.ScopeRecipient, waybill.Sent)
	var to []string
	for _, got := range s.Mails() {
		to = append(to, got.To...)
	}
	if !slices.Equal(to, []string{"a@receiver.example", "b@receiver.example", "A@receiver.example"}) {
		t.Errorf("the mail went to %q", to)
	}
	for i, bad := range []bool{false, true, false, false, false, true, false} {
		if (res.Recipients[i].Err != nil) != bad {
			t.Errorf("recipient %d: %v", i, res.Recipients[i].Err)
		}
	}
	if got := s.Mails()[0].Header.Get("To"); strings.Count(got, "@") != 5 {
		t.Errorf("the header names %q", got)
	}
}

// TestOldRelays: a relay from before extensions gets its mail, where neither TLS
// nor a login is wanted.
func TestOldRelays(t *testing.T) {
	for name, c := range map[string]struct {
		ehlo, helo string
		ok         bool
	}{
		"502": {"502 command not implemented", "250 hello", true}, "500": {"500 what?", "250-old\r\n250 SIZE 5", true},
		"neither": {"500 what?", "500 what?", false}, "refused": {"550 go away", "250 hello", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := &simple{replies: map[string]string{"EHLO": c.ehlo, "HELO": c.helo}}
			r := plain(t, s)
			_, err := r.Send(t.Context(), note())
			if (err == nil) != c.ok || err != nil && waybill.DeliveryOf(err) != waybill.NotSent || r.MaxSize() != 0 {
				t.Errorf("%v, size %d", err, r.MaxSize())
			}
		})
	}
	s := &simple{replies: map[string]string{"EHLO": "502 command not implemented"}}
	r, err := smtpmail.New(wild(t, s.serve), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Send(t.Context(), note()); err == nil || s.said("HELO") || s.said("MAIL") {
		t.Errorf("without TLS: %v", err)
	}
}
