package smstest

import (
	"context"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/sms"
)

// client sends through a client whose first gateway has a fault and whose second
// is well, and counts at both.
func (s *suite) client(t tester, f Fault) {
	first, second := s.bench(t), s.bench(t)
	policy := waybill.Policy{Backoff: time.Millisecond}
	hangs := expectation(f).Hangs
	if hangs {
		policy.AttemptTimeout = 150 * time.Millisecond
	}
	c, err := sms.New(
		sms.With(first.p, sms.As("first")),
		sms.With(second.p, sms.As("second")),
		sms.WithPolicy(policy),
		sms.WithDefaultRegion("GB"),
		sms.WithSender(sms.SenderRule{From: sender}),
	)
	if err != nil {
		t.Fatalf("a client of two instances: %v", err)
	}
	defer func() { _ = c.Close(context.WithoutCancel(t.Context())) }()
	bounded := patient{c, s, t}
	count := func(m sms.Message) int { return first.s.Accepted(m.Key) + second.s.Accepted(m.Key) }

	message := func() sms.Message {
		m := s.next()
		m.Gateway = sms.GatewayMessage{}
		return m
	}
	if g := s.Messages[0].Message.Gateway; g.TemplateID != "" || g.Sign != "" {
		t.Skip("the gateway's own templates are the client's business")
	}
	m := message()
	if _, err := bounded.Send(t.Context(), m); !hangs && (err != nil || first.s.Accepted(m.Key) != 1) {
		t.Errorf("in good weather: %v, the first gateway accepted %d", err, first.s.Accepted(m.Key))
	}
	first.s.Fail(f)
	for i := range 3 {
		m := message()
		res, err := bounded.Send(t.Context(), m)
		if why := outcome(err, count(m)); why != "" {
			t.Error(why)
		}
		if res.PossibleDuplicate {
			t.Error("a possible duplicate that nobody allowed")
		}
		// The first message may still meet a connection that is just going down.
		if err != nil && (f.Kind == fakehttp.RefuseKind && i > 0 || f.Code == 429) {
			t.Errorf("nothing was sent, and the second gateway was not asked: %v", err)
		}
		if err != nil && waybill.DeliveryOf(err) == waybill.Ambiguous && second.s.Accepted(m.Key) > 0 && !hangs {
			t.Error("an ambiguous send went on to the second gateway")
		}
	}
	m = message()
	m.AllowDuplicates = true
	res, err := bounded.Send(t.Context(), m)
	switch n := count(m); {
	case err != nil && !hangs:
		t.Errorf("with duplicates allowed the second gateway must serve: %v", err)
	case err == nil && n == 0:
		t.Error("a success is reported, and no gateway accepted the message")
	case err == nil && n > 1 && !res.PossibleDuplicate:
		t.Errorf("the message was accepted %d times and the receipt does not say so", n)
	case n > 2:
		t.Errorf("the message was accepted %d times", n)
	}
}
