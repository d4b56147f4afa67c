package fcmpush_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/wire/wiretest"
)

const accepted = `{"name":"projects/p/messages/1"}`

// onStreams is an adapter on a server that writes HTTP/2 frames by hand.
func onStreams(t *testing.T, steps ...wiretest.Step) (*wiretest.Server, *fcmpush.Adapter) {
	t.Helper()
	s := wiretest.NewServer(wiretest.Options{HTTP2: true})
	t.Cleanup(s.Close)
	s.Script(steps...)
	a, err := fcmpush.New(nil, &fcmpush.Options{BaseURL: s.URL, HTTPClient: s.Client(), ProjectID: "p", TokenSource: static})
	if err != nil {
		t.Fatal(err)
	}
	return s, a
}

// net/http by itself would send the request again after each of these, the SDK
// five times.
func TestStreamsThatEndBadly(t *testing.T) {
	const protocolError, refusedStream, enhanceYourCalm = 0x1, 0x7, 0xb
	for name, c := range map[string]struct {
		step     wiretest.Step
		whole    int // requests that arrived whole
		accepted bool
		delivery waybill.Delivery
	}{
		"refused unseen":           {func(c *wiretest.Call) { c.Read(); c.ResetStream(refusedStream) }, 2, true, 0},
		"protocol error":           {func(c *wiretest.Call) { c.Read(); c.ResetStream(protocolError) }, 1, false, waybill.Ambiguous},
		"calm down":                {func(c *wiretest.Call) { c.Read(); c.ResetStream(enhanceYourCalm) }, 1, false, waybill.Ambiguous},
		"goaway before it":         {func(c *wiretest.Call) { c.Read(); c.GoAway(0) }, 2, true, 0},
		"connection reset":         {wiretest.ResetAfterRead(), 1, false, waybill.Ambiguous},
		"connection closed":        {wiretest.CloseAfterRead(), 1, false, waybill.Ambiguous},
		"reset within the reply":   {wiretest.ResetInReply(200, accepted), 1, false, waybill.Ambiguous},
		"cut reply":                {wiretest.CutReply(200, accepted[:10]), 1, false, waybill.Ambiguous},
		"a reply of another shape": {wiretest.Respond(200, "<html>"), 1, false, waybill.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			s, a := onStreams(t, c.step, wiretest.JSON(accepted))
			r := sendOne(t, a)
			if (r.Err == nil) != c.accepted || r.Err != nil && r.Err.Delivery != c.delivery {
				t.Errorf("got %v, %v", r.Err, waybill.DeliveryOf(r.Err))
			}
			if s.Whole() != c.whole {
				t.Errorf("%d whole requests, want %d", s.Whole(), c.whole)
			}
		})
	}
}

func TestAStreamThatIsAlwaysRefused(t *testing.T) {
	s, a := onStreams(t, func(c *wiretest.Call) { c.Read(); c.ResetStream(7) })
	r := sendOne(t, a)
	if r.Err == nil || r.Err.Delivery != waybill.NotSent || !r.Err.StreamRefused() {
		t.Errorf("got %v", r.Err)
	}
	if n := s.Begun(); n > 3 {
		t.Errorf("%d requests", n)
	}
}

// Whenever the caller leaves, what is reported as not sent was not sent, and
// every token has its result.
func TestCancelledAtAnyMoment(t *testing.T) {
	f, a := fake(t, fcmpush.Options{Workers: 8})
	if e := sendOne(t, a).Err; e != nil {
		t.Fatal(e)
	}
	const rounds, each = 150, 12
	var wg sync.WaitGroup
	var mu sync.Mutex
	var unsent []string
	slots := make(chan struct{}, 4)
	for round := range rounds {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			ctx, cancel := context.WithCancel(t.Context())
			timer := time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, cancel)
			defer timer.Stop()
			tokens := make([]push.Token, each)
			for i := range tokens {
				tokens[i] = token(100_000 + round*each + i)
			}
			for i, r := range a.Send(ctx, order(), tokens) {
				if r.Err != nil && r.Err.Delivery == waybill.NotSent {
					mu.Lock()
					unsent = append(unsent, tokens[i].Value)
					mu.Unlock()
				}
				if r.Err != nil && !errors.Is(r.Err, context.Canceled) {
					t.Errorf("round %d, token %d: %v", round, i, r.Err)
				}
				if r.Err == nil && f.Accepted(tokens[i].Value) != 1 {
					t.Errorf("round %d, token %d: accepted %d times", round, i, f.Accepted(tokens[i].Value))
				}
			}
			cancel()
		})
	}
	wg.Wait()
	f.Close() // what is still under way there ends
	for _, value := range unsent {
		if f.Accepted(value) != 0 {
			t.Error("a token is reported as not sent and was pushed")
		}
	}
	for _, value := range f.Ledger().Accepted() {
		if f.Accepted(value) > 1 {
			t.Error("a token was pushed twice")
		}
	}
}
