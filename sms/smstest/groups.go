package smstest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/sms"
)

// next returns the first message with a new key.
func (s *suite) next() sms.Message { return keyed(s.Messages[0].Message, s.keys.next()) }

// works wants a message accepted once.
func (s *suite) works(t tester, b bench) {
	t.Helper()
	m := s.next()
	res, err := b.send.Send(t.Context(), m)
	if err != nil {
		t.Errorf("the message %q in good weather: %s", s.Messages[0].Name, suitetest.Why(err))
		return
	}
	s.checkReceipt(t, b, m, res, s.Messages[0].Parts)
}

func (s *suite) good(t tester, c MessageCase, must bool) {
	b := s.bench(t)
	m := keyed(c.Message, s.keys.next())
	res, err := b.send.Send(t.Context(), m)
	if errors.Is(err, waybill.ErrUnsupported) && !must {
		s.checkError(t, b, m, err)
		if n := b.s.Count(""); n != 0 {
			t.Errorf("unsupported, but the server saw %d requests", n)
		}
		t.Skip("the gateway does not support it")
	}
	if err != nil {
		t.Errorf("the message %q was not accepted: %s", c.Name, suitetest.Why(err))
		return
	}
	s.checkReceipt(t, b, m, res, c.Parts)
}

// concurrently sends many at once and wants each accepted once.
func (s *suite) concurrently(t tester) {
	b := s.bench(t)
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() { s.works(t, b) })
	}
	wg.Wait()
}

// unseen wants a message refused without the server having seen anything.
func (s *suite) unseen(t tester, m sms.Message, want waybill.Code) {
	b := s.bench(t)
	_, err := b.send.Send(t.Context(), m)
	if err == nil {
		t.Fatalf("the adapter reported success, want %v before the network: does Send begin with Validate?", want)
	}
	e := s.checkError(t, b, m, err)
	if e == nil {
		return
	}
	if e.Code != want || e.Delivery != waybill.NotSent || want == waybill.InvalidArgument && e.Scope != waybill.ScopeRequest {
		t.Errorf("got %v %v %v, want %v request not_sent", e.Code, e.Scope, e.Delivery, want)
	}
	if n := b.s.Count(""); n != 0 {
		t.Errorf("the server saw %d requests", n)
	}
	if k, ok := b.p.(sms.Checker); ok && k.Check(m) == nil {
		t.Error("Check says nothing of what Send refuses")
	}
}

// code wants a gateway's code mapped to its class.
func (s *suite) code(t tester, want CodeCase) {
	b := s.bench(t)
	b.s.FailCode(want.Code)
	m := s.next()
	_, err := b.send.Send(t.Context(), m)
	if err == nil {
		t.Fatalf("the gateway refused with code %s and the adapter reported success", want.Code)
	}
	e := s.checkError(t, b, m, err)
	if e == nil {
		return
	}
	suitetest.Class{Code: want.Want, Scope: want.Scope, Delivery: want.Delivery, RetryAfter: want.RetryAfter}.Check(t, e)
	b.s.Heal()
	s.works(t, b)
}

// fault wants a broken exchange to become the error that it is, the report to
// agree with the gateway's count, and the adapter to work again afterwards.
func (s *suite) fault(t tester, f Fault, want suitetest.Expect, used bool) {
	b := s.bench(t)
	if used {
		s.works(t, b)
		if f.Unreached() { // the used connection may be just going down
			want.Codes, want.Deliveries = suitetest.Lost, suitetest.Either
		}
	}
	b.s.Fail(f)
	m := s.next()
	ctx, end := want.UntilSeen(t.Context(), b.seesMore())
	defer end()
	_, err := b.send.Send(ctx, m)
	if why := outcome(err, b.s.Accepted(m.Key)); why != "" {
		t.Error(why)
	}
	if err == nil {
		t.Fatalf("the gateway failed with %s and the adapter reported success", f)
	}
	e := s.checkError(t, b, m, err)
	if e == nil {
		return
	}
	want.Check(t, e)
	b.s.Heal()
	if !f.Unreached() { // a healed port may still be refusing for a moment
		s.works(t, b)
	}
	if n := b.s.Accepted(m.Key); n > 1 {
		t.Errorf("the gateway accepted the message %d times in the end", n)
	}
}

// seesMore returns what reports whether the server has more requests in its log
// than now.
func (b bench) seesMore() func() bool {
	before := len(b.s.Log())
	return func() bool { return len(b.s.Log()) > before }
}

func (s *suite) canceledBefore(t tester) {
	b := s.bench(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := s.next()
	_, err := b.send.Send(ctx, m)
	s.ended(t, b, m, err, context.Canceled, waybill.Canceled, suitetest.NotSent)
	if n := b.s.Count(""); n != 0 {
		t.Errorf("the server saw %d requests of a cancelled call", n)
	}
}

func (s *suite) canceledDuring(t tester) {
	b := s.bench(t)
	b.s.Fail(fakehttp.After(fakehttp.HangAfterRead()))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go suitetest.When(ctx, b.seesMore(), cancel)
	m := s.next()
	_, err := b.send.Send(ctx, m)
	s.ended(t, b, m, err, context.Canceled, waybill.Canceled, suitetest.Ambiguous)
}

func (s *suite) deadline(t tester) {
	b := s.bench(t)
	b.s.Fail(fakehttp.After(fakehttp.HangAfterRead()))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	m := s.next()
	_, err := b.send.Send(ctx, m)
	s.ended(t, b, m, err, context.DeadlineExceeded, waybill.DeadlineExceeded, suitetest.Either)
}

// ended wants the caller's own end of a call to be told as such.
func (s *suite) ended(t tester, b bench, m sms.Message, err, want error, code waybill.Code, deliveries []waybill.Delivery) {
	t.Helper()
	if why := outcome(err, b.s.Accepted(m.Key)); why != "" {
		t.Error(why)
	}
	if err == nil {
		t.Fatalf("the call ended with %v and the adapter reported success", want)
	}
	e := s.checkError(t, b, m, err)
	if e == nil {
		return
	}
	suitetest.Ended(t, err, want, code)
	suitetest.Expect{Deliveries: deliveries}.Check(t, e)
}

// attemptTimeout wants an attempt's own end not to be taken for the caller's.
func (s *suite) attemptTimeout(t tester) {
	b := s.bench(t)
	b.s.Fail(fakehttp.After(fakehttp.HangAfterRead()))
	ctx, end := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, waybill.ErrAttemptTimeout)
	defer end()
	m := s.next()
	_, err := b.send.Send(ctx, m)
	if why := outcome(err, b.s.Accepted(m.Key)); why != "" {
		t.Error(why)
	}
	if err == nil {
		t.Fatal("the attempt's time was up and the adapter reported success")
	}
	if s.checkError(t, b, m, err) != nil {
		suitetest.AttemptEnded(t, err)
	}
}
