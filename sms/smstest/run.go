package smstest

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/sms"
)

// Run tries the adapter against everything that the contract of [sms.Sender]
// promises, in subtests named group/case.
func Run(t *testing.T, h Harness) {
	t.Helper()
	run(suitetest.Of(t), h)
}

// tester is what the suite runs on.
type tester = suitetest.T

// suite is a harness with its defaults.
type suite struct {
	Harness
	keys *keys
	halt *suitetest.Halt
	// patience bounds every call; 0 means the default.
	patience time.Duration
}

func run(t tester, h Harness) {
	t.Helper()
	if h.New == nil || h.Handler == nil && h.Server == nil {
		t.Fatal("smstest: the harness needs New, and Handler or Server")
	}
	(&suite{Harness: h, keys: new(keys), halt: new(suitetest.Halt)}).run(t)
}

func (s *suite) run(t tester) {
	t.Helper()
	if len(s.Messages) == 0 {
		s.Messages = Messages()
	}
	b := s.bench(t)
	b.s.Close()
	s.group(t, "provider", func(t tester, sub suitetest.Sub) {
		sub("names", func(t tester) { s.checkProvider(t, b.p) })
		sub("bad_urls", func(t tester) { suitetest.BaseURLs(t, s.New) })
	})
	s.group(t, "context", func(t tester, sub suitetest.Sub) {
		sub("canceled_before", s.canceledBefore)
		sub("canceled_during", s.canceledDuring)
		sub("deadline", s.deadline)
		sub("attempt_timeout", s.attemptTimeout)
	})
	s.group(t, "messages", func(t tester, sub suitetest.Sub) {
		if !s.first(t) {
			return
		}
		for _, c := range s.Messages[1:] {
			sub(c.Name, func(t tester) { s.good(t, c, false) })
		}
		sub("concurrently", s.concurrently)
		sub("seen", s.canSee)
	})
	s.group(t, "invalid", func(t tester, sub suitetest.Sub) {
		for name, m := range badMessages() {
			sub(name, func(t tester) { s.unseen(t, m, waybill.InvalidArgument) })
		}
	})
	s.group(t, "unsupported", func(t tester, sub suitetest.Sub) {
		sub("template_without_an_id", func(t tester) { s.unseen(t, s.bareTemplate(), waybill.Unsupported) })
		for _, c := range s.Unsupported {
			sub(c.Name, func(t tester) { s.unseen(t, keyed(c.Message, s.keys.next()), waybill.Unsupported) })
		}
	})
	s.group(t, "codes", func(t tester, sub suitetest.Sub) {
		for _, c := range s.Codes {
			sub(c.Code, func(t tester) { s.code(t, c) })
		}
		sub("unknown_under_500", s.unknownCode)
	})
	s.group(t, "privacy", func(t tester, sub suitetest.Sub) {
		for part, name := range suitetest.EchoParts {
			sub("echoed_"+name, func(t tester) { s.refusedWithEcho(t, part) })
		}
		for _, c := range s.Codes {
			sub("code_"+c.Code, func(t tester) { s.codeWithEcho(t, c) })
		}
	})
	s.group(t, "replay", func(t tester, sub suitetest.Sub) {
		sub("by_the_transport", s.replay)
	})
	s.group(t, "faults", func(t tester, sub suitetest.Sub) {
		for _, f := range Faults() {
			sub(f.String(), func(t tester) { s.fault(t, f, expectation(f), false) })
			sub(f.String()+"_on_a_used_connection", func(t tester) { s.fault(t, f, expectation(f), true) })
		}
	})
	s.group(t, "odd", func(t tester, sub suitetest.Sub) {
		for _, f := range fakehttp.OddBodies("application/json") {
			sub(f.String(), func(t tester) { s.fault(t, f, suitetest.OddReply(), false) })
		}
	})
	s.group(t, "client", func(t tester, sub suitetest.Sub) {
		for _, f := range Faults() {
			sub(f.String(), func(t tester) { s.client(t, f) })
		}
	})
}

// group runs subtests that can be skipped one by one or all together.
func (s *suite) group(t tester, group string, f func(t tester, sub suitetest.Sub)) {
	suitetest.Skips(s.Skip).Group(t, group, func(t tester, sub suitetest.Sub) {
		s.halt.Skip(t)
		f(t, sub)
	})
}

// first sends the first message and reports whether to go on: were it wrong,
// every subtest after it would only say so again.
func (s *suite) first(t tester) bool {
	c := s.Messages[0]
	if suitetest.Skips(s.Skip).Why("messages/"+c.Name) != "" {
		return true
	}
	if t.Group(c.Name, func(t tester) { s.good(t, c, true) }) {
		return true
	}
	s.halt.Stop("the first message was not sent as it should be")
	return false
}

// bench is one adapter on one server.
type bench struct {
	s    Server
	p    waybill.Provider
	send sms.Sender
}

// patient is a Sender whose calls do not hang.
type patient struct {
	sms.Sender
	s *suite
	t tester
}

// Send implements [sms.Sender].
func (p patient) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	p.t.Helper()
	return suitetest.Within(p.t, p.s.halt, p.s.patience, "Send", func() (sms.Receipt, error) { return p.Sender.Send(ctx, m) })
}

func (s *suite) bench(t tester) bench {
	t.Helper()
	return s.benchWith(t, func(hc *http.Client) *http.Client { return hc })
}

// benchWith makes a bench whose adapter gets another HTTP client.
func (s *suite) benchWith(t tester, client func(*http.Client) *http.Client) bench {
	t.Helper()
	s.halt.Skip(t)
	var b bench
	if s.Server != nil {
		b.s = s.Server(t)
	} else {
		b.s = NewServer("gateway", s.Handler(), s.Options)
	}
	t.Cleanup(b.s.Close)
	var err error
	if b.p, err = s.New(b.s.URL(), client(b.s.Client())); err != nil {
		t.Fatalf("New: %v", err)
	}
	var ok bool
	if b.send, ok = b.p.(sms.Sender); !ok {
		t.Fatalf("%T is no sms.Sender", b.p)
	}
	b.send = patient{b.send, s, t}
	return b
}
