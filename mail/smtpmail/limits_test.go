package smtpmail_test

import (
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/mailtest"
)

// TestWhoComesLaterIsNotRefusedBefore: the refusal of a transaction is not that
// of recipients who were too many for it and got the mail in the next one.
func TestWhoComesLaterIsNotRefusedBefore(t *testing.T) {
	r, s := start(t, &mailtest.SMTPOptions{MaxRecipients: 1}, nil)
	s.Fail(mailtest.Fault{Stage: mailtest.AtDot, Do: mailtest.Reply, Reply: "552 5.2.2 mailbox full", Times: 1})
	res, err := r.Send(t.Context(), note("full@receiver.example", "b@receiver.example", "c@receiver.example"))
	want(t, err, waybill.RecipientLimited, waybill.ScopeRecipient, waybill.Sent)
	for i, bad := range []bool{true, false, false} {
		if (res.Recipients[i].Err != nil) != bad {
			t.Errorf("recipient %d: %v", i, res.Recipients[i].Err)
		}
	}
}

// TestOneOfManyIsBad: a relay that finds only behind the final dot that a recipient
// is bad does not say which one; the others are neither called dead nor left out.
func TestOneOfManyIsBad(t *testing.T) {
	r, s := start(t, &mailtest.SMTPOptions{Refuse: map[string]string{"gone@receiver.example": "550 5.1.1 no such user"}}, nil)
	s.Fail(mailtest.Fault{Stage: mailtest.AtDot, Do: mailtest.Reply, Reply: "550 5.1.1 one of them is unknown", Times: 1})
	s.Fail(mailtest.Fault{Stage: mailtest.AtDot, Do: mailtest.Reply, Reply: "550 5.1.1 this one is unknown", Skip: 1, Times: 1})
	res, err := r.Send(t.Context(), note("a@receiver.example", "gone@receiver.example", "b@receiver.example", "c@receiver.example"))
	want(t, err, waybill.Unregistered, waybill.ScopeRecipient, waybill.Sent)
	for i, bad := range []bool{false, true, true, false} {
		if (res.Recipients[i].Err != nil) != bad {
			t.Errorf("recipient %d: %v", i, res.Recipients[i].Err)
		}
	}
	if n := s.Accepted(res.MessageID); n != 2 {
		t.Errorf("accepted %d times, want once for each of the two good ones", n)
	}
	m := note("a@receiver.example", "b@receiver.example")
	m.AllOrNone = true
	s.Fail(mailtest.Fault{Stage: mailtest.AtDot, Do: mailtest.Reply, Reply: "550 5.1.1 one of them is unknown"})
	_, err = r.Send(t.Context(), m)
	want(t, err, waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent)
}

// TestClosingIsNoRecipientsFault: 421 closes the connection for all, whatever
// enhanced code comes with it, so that the next relay is asked.
func TestClosingIsNoRecipientsFault(t *testing.T) {
	one, s := start(t, nil, nil)
	s.Fail(mailtest.Fault{Stage: mailtest.AtRCPT, Do: mailtest.Reply, Reply: "421 4.2.1 closing", Rcpt: 2})
	two, spare := start(t, nil, nil)
	c, err := mail.New(mail.With(one, mail.As("one")), mail.With(two, mail.As("two")))
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Send(t.Context(), note("a@receiver.example", "b@receiver.example"))
	if err != nil || res.Instance != "two" || spare.Accepted(res.MessageID) != 1 || s.Accepted(res.MessageID) != 0 {
		t.Errorf("%v, through %q", err, res.Instance)
	}
}

// TestAUsedUpConnection: a relay that says that a connection has carried enough
// gets the next mail over a new one.
func TestAUsedUpConnection(t *testing.T) {
	for _, words := range []string{"450 MI:DMC 163 smtp1,abc 1700000000", "452 4.3.2 too many messages for this session", "421 4.7.0 too many messages in this connection"} {
		for _, pipelining := range []bool{true, false} {
			r, s := start(t, &mailtest.SMTPOptions{NoPipelining: !pipelining}, nil)
			mustSend(t, r, s, note())
			s.Fail(mailtest.Fault{Stage: mailtest.AtMAIL, Do: mailtest.Reply, Reply: words, Times: 1})
			mustSend(t, r, s, note())
			if n := s.Connections(); n != 2 {
				t.Errorf("%q: %d connections, want 2", words, n)
			}
			// On a new connection it is a limit.
			s.Fail(mailtest.Fault{Stage: mailtest.AtMAIL, Do: mailtest.Reply, Reply: words})
			_, err := r.Send(t.Context(), note())
			want(t, err, waybill.RateLimited, waybill.ScopeAccount, waybill.NotSent)
		}
	}
}

// TestRepliesThatWouldBeMisread: what must not make a recipient dead, nor a link
// of a file.
func TestRepliesThatWouldBeMisread(t *testing.T) {
	for reply, c := range map[string]struct {
		at    mailtest.Stage
		code  waybill.Code
		scope waybill.Scope
	}{
		"550 Sender frequency limited":                      {mailtest.AtRCPT, waybill.RateLimited, waybill.ScopeAccount},
		"550 5.4.5 Daily user sending limit exceeded":       {mailtest.AtRCPT, waybill.QuotaExhausted, waybill.ScopeAccount},
		"552 Daily sending quota exceeded":                  {mailtest.AtDot, waybill.QuotaExhausted, waybill.ScopeAccount},
		"454 Throttling failure: Maximum sending rate":      {mailtest.AtDot, waybill.RateLimited, waybill.ScopeAccount},
		"550 relay not permitted":                           {mailtest.AtRCPT, waybill.PermissionDenied, waybill.ScopeRequest},
		"552 Illegal Attachment":                            {mailtest.AtDot, waybill.PermissionDenied, waybill.ScopeRequest},
		"553 5.7.1 Sender address rejected: not owned by u": {mailtest.AtRCPT, waybill.PermissionDenied, waybill.ScopeSender},
	} {
		r, s := start(t, nil, nil)
		s.Fail(mailtest.Fault{Stage: c.at, Do: mailtest.Reply, Reply: reply})
		_, err := r.Send(t.Context(), note())
		want(t, err, c.code, c.scope, waybill.NotSent)
	}
	r, s := start(t, nil, nil)
	s.Fail(mailtest.Fault{Stage: mailtest.AtRCPT, Do: mailtest.Reply, Reply: "450 4.2.0 Greylisted, try again in 5 minutes"})
	_, err := r.Send(t.Context(), note())
	if e := want(t, err, waybill.Unavailable, waybill.ScopeRecipient, waybill.NotSent); e.RetryAfter != 5*time.Minute {
		t.Errorf("wait %v", e.RetryAfter)
	}
}
