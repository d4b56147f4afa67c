package smstest

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/sms"
)

// sentinel and sender are plain words that only a leak can bring into an error:
// a text of digits would be taken out by any scrubber.
const (
	sentinel = "Marmaladeberry"
	sender   = "Quillwort"
)

// marked returns the first message with a new key, and with the sentinel in its
// text or in a parameter.
func (s *suite) marked() sms.Message {
	m := s.next()
	if slices.ContainsFunc(words(m), func(w string) bool { return strings.Contains(w, sentinel) }) {
		return m
	}
	switch {
	case m.Text != "":
		m.Text += " " + sentinel
	case len(m.Gateway.Params) > 0:
		last := &m.Gateway.Params[len(m.Gateway.Params)-1]
		last.Value += " " + sentinel
	}
	return m
}

// words are the texts of a message.
func words(m sms.Message) []string {
	out := []string{m.Text}
	for _, v := range m.Params {
		out = append(out, v)
	}
	for _, p := range m.Gateway.Params {
		out = append(out, p.Value)
	}
	return out
}

// private are the words of a message that must stand in no error. The suite's
// own key, which errors carry, is none even where it is the whole of a text.
func private(m sms.Message) map[string][]string {
	out := map[string][]string{"the recipient": {string(m.To), m.To.Digits()}, "the text": {sentinel}}
	for _, s := range words(m) {
		if len(s) >= 7 && s != m.Key {
			out["the text"] = append(out["the text"], s)
		}
	}
	if m.From == sender {
		out["the sender"] = []string{sender}
	}
	if len(m.To) < 7 {
		delete(out, "the recipient")
	}
	return out
}

// between makes a bench whose adapter speaks through a RoundTripper of the
// suite's.
func (s *suite) between(t tester, rt func(http.RoundTripper) http.RoundTripper) bench {
	t.Helper()
	return s.benchWith(t, func(hc *http.Client) *http.Client {
		base := hc.Transport
		if base == nil {
			base = http.DefaultTransport
		}
		c := *hc
		c.Transport = rt(base)
		return &c
	})
}

// echoing makes a bench whose server repeats requests when told to.
func (s *suite) echoing(t tester) (bench, *suitetest.Echo) {
	t.Helper()
	echo := &suitetest.Echo{Words: append(slices.Clone(s.Secrets), sentinel, sender, recipient.Digits())}
	b := s.between(t, func(base http.RoundTripper) http.RoundTripper { echo.Base = base; return echo })
	return b, echo
}

// refusedWithEcho wants no part of a request in the error of a refusal that
// repeats it, under any status, as text and as JSON.
func (s *suite) refusedWithEcho(t tester, part int) {
	b, echo := s.echoing(t)
	for _, status := range suitetest.EchoStatuses {
		for _, asJSON := range []bool{false, true} {
			echo.Refuse(status, part, asJSON)
			m := s.marked()
			_, err := b.send.Send(t.Context(), m)
			if err == nil {
				t.Errorf("the gateway answered with status %d and the adapter reported success", status)
			} else if e := s.checkError(t, b, m, err); e != nil && e.Delivery == waybill.Sent {
				t.Errorf("status %d became sent", status)
			}
			if echo.Struck() == 0 && errors.Is(err, waybill.ErrUnsupported) {
				t.Skip("the gateway takes no such text")
			}
			if t.Failed() {
				t.Fatalf("the gateway had refused with status %d and repeated the request's %s: see wire's Request.Private and Config.Secrets", status, suitetest.EchoParts[part])
			}
		}
	}
}

// codeWithEcho wants the same of the gateway's own refusals, whose every text
// is made to repeat the request.
func (s *suite) codeWithEcho(t tester, c CodeCase) {
	b, echo := s.echoing(t)
	b.s.FailCode(c.Code)
	for part, name := range suitetest.EchoParts {
		for _, texts := range suitetest.Repeats(c.Code) {
			echo.Repeat(part, texts)
			m := s.marked()
			_, err := b.send.Send(t.Context(), m)
			if err != nil {
				s.checkError(t, b, m, err)
			}
			if why := outcome(err, b.s.Accepted(m.Key)); why != "" {
				t.Error(why)
			}
			if t.Failed() {
				t.Fatalf("the gateway had refused with code %s and repeated the request's %s: see wire's Request.Private and Config.Secrets", c.Code, name)
			}
		}
	}
}

// unknownCode wants a well-formed refusal under a status of 500, with a code
// that is in nobody's table, to prove nothing.
func (s *suite) unknownCode(t tester) {
	b, echo := s.echoing(t)
	for _, c := range s.Codes {
		b.s.FailCode(c.Code)
		echo.Unknown(c.Code)
		m := s.next()
		_, err := b.send.Send(t.Context(), m)
		if echo.Struck() < 1 {
			continue
		}
		if err == nil {
			t.Fatal("the gateway failed with status 500 and an unknown code, and the adapter reported success")
		}
		if e := s.checkError(t, b, m, err); e != nil && e.Delivery != waybill.Ambiguous {
			t.Errorf("the gateway failed with status 500 and a code that is in no table: got %v, want ambiguous", e.Delivery)
		}
		return
	}
	t.Skip("no code of the harness stands in a reply by itself")
}

// replay wants a send that no transport can repeat by itself.
func (s *suite) replay(t tester) {
	m := s.next()
	var b bench
	watch := &suitetest.Watch{Sends: func() bool { return b.s.Accepted(m.Key) > 0 }}
	b = s.between(t, func(base http.RoundTripper) http.RoundTripper { watch.Base = base; return watch })
	if _, err := b.send.Send(t.Context(), m); err != nil {
		t.Fatalf("a good message through a RoundTripper that is no *http.Transport: %v", err)
	}
	switch n, why := watch.Result(); {
	case n != 1:
		t.Errorf("the send took %d requests from the moment it was accepted, want 1", n)
	case why != "":
		t.Errorf("net/http may send the request of a send again, because %s: set wire's Request.Send", why)
	}
}
