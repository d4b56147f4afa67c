package smstest

import (
	"testing"

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
}

func run(t tester, h Harness) {
	t.Helper()
	if h.New == nil || h.Handler == nil && h.Server == nil {
		t.Fatal("smstest: the harness needs New, and Handler or Server")
	}
	s := &suite{Harness: h, keys: new(keys)}
	if len(s.Messages) == 0 {
		s.Messages = Messages()
	}
	b := s.bench(t)
	b.s.Close()
	s.group(t, "provider", func(t tester, sub suitetest.Sub) {
		sub("names", func(t tester) { s.checkProvider(t, b.p) })
		sub("bad_urls", func(t tester) { suitetest.BaseURLs(t, s.New) })
	})
	s.group(t, "messages", func(t tester, sub suitetest.Sub) {
		for i, c := range s.Messages {
			sub(c.Name, func(t tester) { s.good(t, c, i == 0) })
		}
		sub("concurrently", s.concurrently)
	})
	s.group(t, "invalid", func(t tester, sub suitetest.Sub) {
		for name, m := range badMessages() {
			sub(name, func(t tester) { s.unseen(t, m, waybill.InvalidArgument) })
		}
	})
	s.group(t, "unsupported", func(t tester, sub suitetest.Sub) {
		for _, c := range s.Unsupported {
			sub(c.Name, func(t tester) { s.unseen(t, keyed(c.Message, s.keys.next()), waybill.Unsupported) })
		}
	})
	s.group(t, "codes", func(t tester, sub suitetest.Sub) {
		for _, c := range s.Codes {
			sub(c.Code, func(t tester) { s.code(t, c) })
		}
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
	s.group(t, "context", func(t tester, sub suitetest.Sub) {
		sub("canceled_before", s.canceledBefore)
		sub("canceled_during", s.canceledDuring)
		sub("deadline", s.deadline)
		sub("attempt_timeout", s.attemptTimeout)
	})
	s.group(t, "client", func(t tester, sub suitetest.Sub) {
		for _, f := range Faults() {
			sub(f.String(), func(t tester) { s.client(t, f) })
		}
	})
}

// group runs subtests that can be skipped one by one or all together.
func (s *suite) group(t tester, group string, f func(t tester, sub suitetest.Sub)) {
	suitetest.Skips(s.Skip).Group(t, group, f)
}

// bench is one adapter on one server.
type bench struct {
	s    Server
	p    waybill.Provider
	send sms.Sender
}

func (s *suite) bench(t tester) bench {
	t.Helper()
	var b bench
	if s.Server != nil {
		b.s = s.Server(t)
	} else {
		b.s = NewServer("gateway", s.Handler(), s.Options)
	}
	t.Cleanup(b.s.Close)
	var err error
	if b.p, err = s.New(b.s.URL(), b.s.Client()); err != nil {
		t.Fatalf("New: %v", err)
	}
	var ok bool
	if b.send, ok = b.p.(sms.Sender); !ok {
		t.Fatalf("%T is no sms.Sender", b.p)
	}
	return b
}
