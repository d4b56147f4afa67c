package smtpmail_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// TestRandomFaults sends through two relays that fail at random, but do not lie,
// and compares what is said of each recipient with what the relays took: sent is
// once, not sent is never, and only what is doubtful may be either.
func TestRandomFaults(t *testing.T) {
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 7))
			for range 20 {
				randomRound(t, r)
			}
		})
	}
	wg.Wait()
}

// randomFault returns a fault; replies that promise what the server does not keep
// are left out.
func randomFault(r *rand.Rand) mailtest.Fault {
	stages := []mailtest.Stage{mailtest.AtConnect, mailtest.AtEHLO, mailtest.AtMAIL, mailtest.AtRCPT, mailtest.AtDATA, mailtest.InBody, mailtest.AtDot, mailtest.AfterDot}
	replies := []string{"421 4.3.2 closing", "450 4.2.1 rate", "451 local", "452 4.5.3 too many", "452 full", "550 5.1.1 no", "550 no", "552 5.2.2 full",
		"552 5.3.4 big", "554 5.7.1 spam", "421-a\r\n421 b", "550 Sender frequency limited", "450 MI:DMC x", "503 no", "550-x\r\n554 y"}
	f := mailtest.Fault{Stage: stages[r.IntN(len(stages))], Rcpt: r.IntN(3), Skip: r.IntN(3), Times: 1 + r.IntN(2)}
	broken := []mailtest.Action{mailtest.CloseConn, mailtest.Reset, mailtest.Garbage, mailtest.Endless, mailtest.HalfReply}
	switch {
	case f.Stage == mailtest.InBody:
		f.Do = broken[r.IntN(2)]
	case f.Stage == mailtest.AfterDot || r.IntN(2) == 0:
		f.Do = broken[r.IntN(len(broken))]
	default:
		f.Do, f.Reply = mailtest.Reply, replies[r.IntN(len(replies))]
	}
	return f
}

func randomRound(t *testing.T, r *rand.Rand) {
	var servers [2]*mailtest.SMTP
	var options []mail.Option
	var faults []string
	for i := range servers {
		s := mailtest.NewSMTP(&mailtest.SMTPOptions{Plain: true, NoPipelining: r.IntN(2) == 0, MaxRecipients: 1 + r.IntN(4), MailsPerConn: r.IntN(4),
			Refuse: map[string]string{"r1@x.example": "550 5.1.1 no", "r2@x.example": "450 4.2.0 later"}})
		servers[i] = s
		for range r.IntN(3) {
			f := randomFault(r)
			s.Fail(f)
			faults = append(faults, f.String())
		}
		relay, err := smtpmail.New(s.Addr(), &smtpmail.Options{TLS: smtpmail.NoTLS, MaxRecipients: 1 + r.IntN(6)})
		if err != nil {
			t.Error(err)
			return
		}
		defer relay.Close()
		options = append(options, mail.With(relay, mail.As(fmt.Sprint("relay", i))))
	}
	c, err := mail.New(append(options, mail.WithPolicy(waybill.Policy{Backoff: -1}))...)
	if err != nil {
		t.Error(err)
		return
	}
	type sent struct {
		m   *mail.Message
		res mail.Receipt
		err error
	}
	var all []sent
	for range 3 {
		m := &mail.Message{From: mail.Address{Addr: "d@s.example"}, Text: "hello\n.\n", AllOrNone: r.IntN(4) == 0}
		for i := range 1 + r.IntN(6) {
			m.To = append(m.To, mail.Address{Addr: fmt.Sprintf("r%d@x.example", i)})
		}
		if r.IntN(3) == 0 {
			n, fails := int64(r.IntN(200_000)), r.IntN(4) == 0
			m.Attachments = []mail.Attachment{{Name: "f", Open: func() (io.ReadCloser, error) {
				body := io.LimitReader(endless{}, n)
				if fails {
					body = io.MultiReader(body, errReader{})
				}
				return io.NopCloser(body), nil
			}}}
		}
		ctx, cancel := context.WithCancel(t.Context())
		if r.IntN(6) == 0 {
			go cancel() // at some time
		}
		res, err := c.Send(ctx, m)
		cancel()
		all = append(all, sent{m, res, err})
	}
	for _, s := range servers {
		s.Close() // and waits for what is under way
	}
	for _, one := range all {
		took, mails := map[string]int{}, 0
		for _, s := range servers {
			for _, got := range s.Mails() {
				if got.MessageID == one.res.MessageID {
					mails++
					for _, a := range got.To {
						took[a]++
					}
				}
			}
		}
		d := waybill.DeliveryOf(one.err)
		bad := d == waybill.NotSent && mails > 0 || d == waybill.Sent && mails == 0
		for i, p := range one.res.Recipients {
			n := took[one.m.To[i].Addr]
			switch waybill.DeliveryOf(errOf(p)) {
			case waybill.Sent:
				bad = bad || d != waybill.NotSent && n != 1
			case waybill.NotSent:
				bad = bad || n != 0
			default:
				bad = bad || n > 1
			}
		}
		if bad {
			t.Errorf("%v (%v), recipients %v, taken %v, faults %s\n%s\n%s", d, one.err, one.res.Recipients, took, strings.Join(faults, ", "),
				strings.Join(servers[0].Log(), "\n"), strings.Join(servers[1].Log(), "\n"))
		}
	}
}
