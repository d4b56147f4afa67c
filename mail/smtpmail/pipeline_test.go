package smtpmail_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail/mailtest"
	"github.com/waybill-go/waybill/mail/smtpmail"
)

// simple is a server that answers each command by a table and believes
// everything. It counts what it took for a mail.
type simple struct {
	replies map[string]string // by the beginning of a command; else "250 ok"
	last    string            // to the final dot; else "250 taken"

	mu    sync.Mutex
	log   []string
	mails int
	conns int
}

func (s *simple) serve(c net.Conn, r *bufio.Reader) {
	s.mu.Lock()
	s.conns++
	s.mu.Unlock()
	fmt.Fprint(c, "220 hello\r\n")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		s.mu.Lock()
		s.log = append(s.log, line)
		s.mu.Unlock()
		reply := "250 ok"
		if strings.HasPrefix(line, "DATA") {
			reply = "354 go on"
		}
		for begin, say := range s.replies {
			if strings.HasPrefix(line, begin) {
				reply = say
			}
		}
		if _, err := io.WriteString(c, reply+"\r\n"); err != nil {
			return
		}
		if !strings.HasPrefix(reply, "354") {
			continue
		}
		for end := ""; end != ".\r\n"; {
			if end, err = r.ReadString('\n'); err != nil {
				return
			}
		}
		s.mu.Lock()
		s.mails++
		s.mu.Unlock()
		if s.last == "" {
			fmt.Fprint(c, "250 taken\r\n")
		}
		fmt.Fprint(c, s.last)
	}
}

func (s *simple) said(begin string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.log, func(l string) bool { return strings.HasPrefix(l, begin) })
}

const pipelining = "250-hello\r\n250 PIPELINING"

func plain(t *testing.T, s *simple) *smtpmail.Relay {
	t.Helper()
	return plainRelay(t, wild(t, s.serve), nil)
}

// TestDataGoesWithTheEnvelope: a relay that wants a mail for nobody is left, so
// that it takes none.
func TestDataGoesWithTheEnvelope(t *testing.T) {
	for name, replies := range map[string]map[string]string{
		"the only recipient is refused": {"EHLO": pipelining, "RCPT": "550 5.1.1 no such user"},
		"the sender is refused":         {"EHLO": pipelining, "MAIL": "550 5.1.8 not you"},
		"the relay goes away":           {"EHLO": pipelining, "RCPT": "421 4.3.2 closing"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &simple{replies: replies}
			r := plain(t, s)
			for range 2 {
				_, err := r.Send(t.Context(), note())
				if e := waybill.AsError(err); e == nil || e.Delivery != waybill.NotSent || e.Code == waybill.DataLoss {
					t.Fatalf("%v", err)
				}
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.mails != 0 || s.conns != 2 {
				t.Errorf("%d mails over %d connections, want none over 2", s.mails, s.conns)
			}
		})
	}
	t.Run("refused with everybody, the connection stays", func(t *testing.T) {
		s := &simple{replies: map[string]string{"EHLO": pipelining, "RCPT": "550 5.1.1 no such user", "DATA": "554 5.5.1 no valid recipients"}}
		r := plain(t, s)
		for range 2 {
			_, err := r.Send(t.Context(), note())
			want(t, err, waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent)
		}
		if s.conns != 1 || !s.said("RSET") {
			t.Errorf("%d connections: %q", s.conns, s.log)
		}
	})
	t.Run("refused for another reason", func(t *testing.T) {
		s := &simple{replies: map[string]string{"EHLO": pipelining, "DATA": "451 4.3.0 not now"}}
		_, err := plain(t, s).Send(t.Context(), note())
		want(t, err, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent)
	})
	t.Run("answered out of order", func(t *testing.T) {
		s := &simple{replies: map[string]string{"EHLO": pipelining, "DATA": "250 ok"}}
		_, err := plain(t, s).Send(t.Context(), note())
		want(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.NotSent)
	})
}

// TestAllOrNoneWaits: whether the mail goes on depends on every recipient, so
// DATA is said after their replies.
func TestAllOrNoneWaits(t *testing.T) {
	s := &simple{replies: map[string]string{"EHLO": pipelining, "RCPT TO:<gone@": "550 5.1.1 no such user"}}
	r := plain(t, s)
	m := note("a@receiver.example", "gone@receiver.example")
	m.AllOrNone = true
	_, err := r.Send(t.Context(), m)
	want(t, err, waybill.Unregistered, waybill.ScopeRecipient, waybill.NotSent)
	if s.said("DATA") || s.mails != 0 {
		t.Errorf("the relay was told to expect the mail: %q", s.log)
	}
	m.AllOrNone = false
	if _, err = r.Send(t.Context(), m); waybill.DeliveryOf(err) != waybill.Sent || s.mails != 1 {
		t.Errorf("%v, %d mails", err, s.mails)
	}
}

// TestNoPipeliningWithoutTheOffer: each command waits for its reply.
func TestNoPipeliningWithoutTheOffer(t *testing.T) {
	r, s := start(t, &mailtest.SMTPOptions{NoPipelining: true}, nil)
	mustSend(t, r, s, note("a@receiver.example", "b@receiver.example"))
	log := s.Log()
	for i, l := range log {
		if strings.HasPrefix(l, "C: ") && i+1 < len(log) && strings.HasPrefix(log[i+1], "C: ") {
			t.Errorf("%q was said before the reply to %q", log[i+1], l)
		}
	}
	noViolations(t, s)
}
