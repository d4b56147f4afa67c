package sms_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// spyStore notes what a store is asked and told.
type spyStore struct {
	sms.RuleStore
	mu       sync.Mutex
	asked    []sms.RuleQuery
	released int
}

func (s *spyStore) Reserve(ctx context.Context, q sms.RuleQuery) (sms.RuleAnswer, error) {
	s.mu.Lock()
	s.asked = append(s.asked, q)
	s.mu.Unlock()
	return s.RuleStore.Reserve(ctx, q)
}

func (s *spyStore) Release(ctx context.Context, q sms.RuleQuery, a sms.RuleAnswer) error {
	s.mu.Lock()
	s.released++
	s.mu.Unlock()
	return s.RuleStore.Release(ctx, q, a)
}

func spied(t testing.TB, set sms.RuleSet) (*sms.Rules, *spyStore) {
	t.Helper()
	s := &spyStore{RuleStore: sms.NewMemoryRules()}
	u, err := sms.NewRules(s, set)
	if err != nil {
		t.Fatal(err)
	}
	return u, s
}

// What becomes of a reservation through two gateways: it is given back only when
// nobody can have sent anything, whoever was asked last.
func TestReservationsThroughFailover(t *testing.T) {
	refused := waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent}
	barred := waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent}
	inPart := waybill.Error{Code: waybill.RateLimited, Delivery: waybill.Sent}
	for name, x := range map[string]struct {
		first, second func(int, sms.Message) error
		duplicates    bool
		want          waybill.Delivery
		asked         int
	}{
		"the first sends":                          {nil, nil, false, waybill.Sent, 1},
		"the second sends":                         {always(refused), nil, false, waybill.Sent, 2},
		"the first is ambiguous":                   {always(vanished), nil, false, waybill.Ambiguous, 1},
		"both refuse":                              {always(refused), always(refused), false, waybill.NotSent, 2},
		"the number is dead":                       {always(barred), nil, false, waybill.NotSent, 1},
		"the second is ambiguous":                  {always(refused), always(vanished), false, waybill.Ambiguous, 2},
		"ambiguous, then refused, with duplicates": {always(vanished), always(refused), true, waybill.Ambiguous, 2},
		"ambiguous, then sent, with duplicates":    {always(vanished), nil, true, waybill.Sent, 2},
		"sent in part":                             {always(inPart), nil, false, waybill.Sent, 1},
		"refused, then sent in part":               {always(refused), always(inPart), false, waybill.Sent, 2},
		"an error that is none of ours":            {func(int, sms.Message) error { return errors.New("odd") }, nil, false, waybill.Ambiguous, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := &gateway{name: "a", fail: x.first}, &gateway{name: "b", fail: x.second}
				u, store := spied(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})
				c := newClient(t, sms.With(a), sms.With(b), sms.WithRules(u), sms.WithPolicy(waybill.Policy{TriesPerProvider: 1}))
				m := text(london)
				m.AllowDuplicates = x.duplicates
				_, err := c.Send(t.Context(), m)
				if waybill.DeliveryOf(err) != x.want || len(a.seen)+len(b.seen) != x.asked {
					t.Fatalf("%v after %d asked: %v", waybill.DeliveryOf(err), len(a.seen)+len(b.seen), err)
				}
				if free := x.want == waybill.NotSent; free != (store.released == 1) || store.released > 1 {
					t.Errorf("released %d times", store.released)
				}
				_, err = c.Send(t.Context(), text(london))
				var rule sms.Rule
				if limited := errors.As(err, &rule); limited != (x.want != waybill.NotSent) {
					t.Errorf("the second message: %v", err)
				}
			})
		})
	}
}

// A gateway that panics may have sent: the count stays.
func TestReservationOfAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &gateway{name: "a", fail: func(int, sms.Message) error { panic("in the adapter") }}
		u, store := spied(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})
		c := newClient(t, sms.With(a), sms.WithRules(u))
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_, _ = c.Send(t.Context(), text(london))
		}()
		a.fail = nil
		_, err := c.Send(t.Context(), text(london))
		refusedBy(t, err, sms.RuleFrequency, waybill.RecipientLimited)
		if store.released != 0 || len(a.seen) != 1 {
			t.Errorf("released %d times, %d asked", store.released, len(a.seen))
		}
	})
}

// A caller that leaves before anybody was asked gives its place back, although
// its context is over; one that leaves in the middle does not.
func TestReservationOfACancelledCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cancel context.CancelFunc
		leave := func(int, sms.Message) error {
			cancel()
			return &waybill.Error{Code: waybill.Canceled, Err: context.Canceled} // ambiguous
		}
		a := &gateway{name: "a", fail: leave}
		u, store := spied(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})
		c := newClient(t, sms.With(a), sms.WithRules(u))
		ctx, end := context.WithCancel(t.Context())
		cancel = end
		_, err := c.Send(ctx, text(london))
		if waybill.DeliveryOf(err) != waybill.Ambiguous || store.released != 0 {
			t.Fatalf("%v, released %d times", err, store.released)
		}
		if err := c.Drain("a"); err != nil {
			t.Fatal(err)
		}
		ctx, end = context.WithCancel(t.Context())
		defer end()
		if _, err = c.Send(ctx, text(hongKong)); waybill.DeliveryOf(err) != waybill.NotSent || store.released != 1 {
			t.Errorf("with nobody to ask: %v, released %d times", err, store.released)
		}
	})
}

// In a batch each number is committed or released by what became of itself.
func TestReservationsOfABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		numbers := []sms.Number{"+447700900001", "+447700900002", "+447700900003", "+447700900004"}
		a := &gateway{name: "a", fail: func(_ int, m sms.Message) error {
			switch m.To {
			case numbers[1]:
				return &waybill.Error{Code: waybill.Unregistered, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent}
			case numbers[2]:
				e := vanished
				return &e
			}
			return nil
		}}
		u, store := spied(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})
		c := newClient(t, sms.With(a), sms.WithRules(u))
		b := sms.Batch{Message: sms.Message{Text: "Hello"}}
		for _, n := range numbers {
			b.Recipients = append(b.Recipients, sms.Recipient{To: n})
		}
		for i, r := range c.SendBatch(t.Context(), b) {
			if want := []waybill.Delivery{waybill.Sent, waybill.NotSent, waybill.Ambiguous, waybill.Sent}[i]; waybill.DeliveryOf(r.Err) != want {
				t.Errorf("%d: %v", i, r.Err)
			}
		}
		if store.released != 1 {
			t.Errorf("released %d times", store.released)
		}
		for i, r := range c.SendBatch(t.Context(), b) {
			var rule sms.Rule
			if limited := errors.As(r.Err, &rule); limited == (i == 1) {
				t.Errorf("%d again: %v", i, r.Err)
			}
		}
	})
}

// A caller's own retry, which the record recognises, takes no second place.
func TestOwnRetryIsNotCountedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u, store := spied(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 2}}})
		a := &gateway{name: "a"}
		rec := &recorder{begin: func(r waybill.Record) error {
			if len(a.seen) > 0 && r.Key == "k-1" {
				return &waybill.Error{Code: waybill.AlreadyExists, Delivery: waybill.NotSent, Message: "sent before"}
			}
			return nil
		}}
		c := newClient(t, sms.With(a), sms.WithRecorder(rec), sms.WithRules(u))
		for i := range 5 {
			if _, err := c.Send(t.Context(), text(london)); (err == nil) != (i == 0) {
				t.Fatalf("%d: %v", i, err)
			}
		}
		m := text(london)
		m.Key = "k-2"
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Errorf("the second place is taken: %v", err)
		}
		if len(a.seen) != 2 || store.released != 4 {
			t.Errorf("%d sent, %d released", len(a.seen), store.released)
		}
	})
}

// What a store is asked: the flags, and a counter for each limit that the message
// falls under, whose steps are exact up to a hundred.
func TestWhatAStoreIsAsked(t *testing.T) {
	limits := []sms.Limit{
		{Window: time.Minute, Max: 1, Kinds: []sms.Kind{sms.Verification}},
		{Window: time.Hour, Max: 100},
		{Window: time.Hour, Max: 101},
		{Per: sms.PerTenant, Window: 24 * time.Hour, Max: 1000000, Tenants: []string{"t"}},
		{Per: sms.PerNumberTemplate, Window: 30 * time.Second, Max: 500},
		{Window: time.Hour, Max: 5, Kinds: []sms.Kind{sms.Marketing}},
		{Per: sms.PerNumber, Window: time.Hour, Max: 5, Tenants: []string{"other"}},
	}
	u, store := spied(t, sms.RuleSet{Limits: limits, OnlyAllowed: true, OptOutKinds: []sms.Kind{sms.Marketing}, HashKey: []byte("pepper")})
	c := newClient(t, sms.With(&gateway{name: "a"}), sms.WithRules(u))
	if err := u.Allow(t.Context(), london); err != nil {
		t.Fatal(err)
	}
	m := text(london)
	m.Kind, m.Tenant = sms.Verification, "t"
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	q := store.asked[0]
	if !q.OnlyAllowed || q.OptOut || len(q.Recipient) != 32 || len(q.Counts) != 5 {
		t.Fatalf("%+v", q)
	}
	for i, want := range []sms.RuleCount{
		{Window: time.Minute, Step: time.Millisecond, Max: 1}, {Window: time.Hour, Step: time.Millisecond, Max: 100}, {Window: time.Hour, Step: time.Minute, Max: 101},
		{Window: 24 * time.Hour, Step: 24 * time.Minute, Max: 1000000}, {Window: 30 * time.Second, Step: 500 * time.Millisecond, Max: 500},
	} {
		got := q.Counts[i]
		if strings.Contains(got.Key, "7700900") || got.Key == "" {
			t.Error("a key holds the number")
		}
		if strings.Contains(got.Key, q.Recipient) == (i == 3) {
			t.Errorf("the key of count %d: %q", i, got.Key)
		}
		if got.Key = ""; got != want {
			t.Errorf("count %d: %+v", i, got)
		}
	}
	other, store2 := spied(t, sms.RuleSet{HashKey: []byte("salt")})
	c = newClient(t, sms.With(&gateway{name: "a"}), sms.WithRules(other))
	if _, err := c.Send(t.Context(), m); err != nil || store2.asked[0].Recipient == q.Recipient || !store2.asked[0].OptOut || store2.asked[0].OnlyAllowed {
		t.Errorf("%+v %v", store2.asked, err)
	}
}

// Limits that count the same share one counter, and a message is one in it.
func TestLimitsThatShareACounter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u, store := spied(t, sms.RuleSet{Limits: []sms.Limit{
			{Per: sms.PerTenant, Window: time.Hour, Max: 10}, // everybody
			{Per: sms.PerTenant, Window: time.Hour, Max: 4, Tenants: []string{"small"}},
			{Per: sms.PerTenant, Window: time.Hour, Max: 7, Tenants: []string{"small", "middle"}},
		}})
		c := newClient(t, sms.With(&gateway{name: "a"}), sms.WithRules(u))
		for tenant, want := range map[string]int{"small": 4, "middle": 7, "large": 10, "": 10} {
			sent := 0
			for range 20 {
				m := text(london)
				m.Tenant = tenant
				_, err := c.Send(t.Context(), m)
				if err == nil {
					sent++
					continue
				}
				refusedBy(t, err, sms.RuleFrequency, waybill.RateLimited)
			}
			if sent != want {
				t.Errorf("tenant %q sent %d, want %d", tenant, sent, want)
			}
		}
		for _, q := range store.asked {
			if len(q.Counts) != 1 {
				t.Fatalf("%d counters are asked", len(q.Counts))
			}
		}
	})
}

// A tenant's limits by minute, hour and day, whatever the numbers; the wait is the
// longest of those that are reached.
func TestTenantLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newRules(t, sms.RuleSet{Limits: []sms.Limit{
			{Per: sms.PerTenant, Window: time.Minute, Max: 3}, {Per: sms.PerTenant, Window: time.Hour, Max: 5}, {Per: sms.PerTenant, Window: 24 * time.Hour, Max: 7},
		}})
		c := newClient(t, sms.With(&gateway{name: "a"}), sms.WithRules(u))
		n := 0
		send := func(tenant string) error {
			n++
			_, err := c.Send(t.Context(), sms.Message{To: sms.Number(fmt.Sprintf("+4477009%05d", n)), Text: "Hello", Tenant: tenant})
			return err
		}
		wait := func(want time.Duration) {
			t.Helper()
			err := send("t")
			refusedBy(t, err, sms.RuleFrequency, waybill.RateLimited)
			if w := waybill.RetryAfterOf(err); w != want || waybill.ScopeOf(err) != waybill.ScopeRequest {
				t.Fatalf("to wait %v (%v), want %v", w, waybill.ScopeOf(err), want)
			}
		}
		pass := func(count int) {
			t.Helper()
			for range count {
				if err := send("t"); err != nil {
					t.Fatal(err)
				}
			}
		}
		pass(3)
		wait(time.Minute)
		if err := send("other"); err != nil {
			t.Errorf("another tenant: %v", err)
		}
		if err := send(""); err != nil {
			t.Errorf("no tenant: %v", err)
		}
		time.Sleep(time.Minute)
		pass(2)
		wait(59 * time.Minute)
		time.Sleep(59 * time.Minute)
		pass(2)
		wait(23 * time.Hour)
		time.Sleep(23*time.Hour - time.Millisecond)
		wait(time.Millisecond)
		time.Sleep(time.Millisecond)
		pass(3)
		wait(time.Minute) // for the minute, and for those of the day that were second
	})
}

// Verification codes asked for every ten seconds over two days: at any time there
// are at most 1 in the last minute, 5 in the last hour and 10 in the last day, and
// never one too few.
func TestVerificationLimitsOverDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &gateway{name: "a"}
		c := newClient(t, sms.With(a), sms.WithRules(newRules(t, sms.RuleSet{Limits: sms.VerificationLimits()})))
		m := text(london)
		m.Kind = sms.Verification
		var times []time.Time
		for range 2 * 24 * 360 {
			_, err := c.Send(t.Context(), m)
			now := time.Now()
			within := func(d time.Duration) (n int) {
				for _, at := range times {
					if now.Sub(at) < d {
						n++
					}
				}
				return n
			}
			full := within(time.Minute) >= 1 || within(time.Hour) >= 5 || within(24*time.Hour) >= 10
			if full == (err == nil) {
				t.Fatalf("after %v with %d sent: %v", now.Sub(times[0]), len(times), err)
			}
			if err == nil {
				times = append(times, now)
			} else if w := waybill.RetryAfterOf(err); w <= 0 || w > 24*time.Hour {
				t.Fatalf("to wait %v", w)
			}
			time.Sleep(10 * time.Second)
		}
		if len(times) != 20 || len(a.seen) != 20 {
			t.Errorf("%d codes in two days", len(times))
		}
	})
}

// The wait that a refusal names is true: not a millisecond before is there room,
// and then there is, for any mixture of limits and times.
func TestTheWaitIsTrue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		for round := range 40 {
			m := sms.NewMemoryRules()
			var q sms.RuleQuery
			for k := range 1 + rng.IntN(3) {
				c := sms.RuleCount{Key: fmt.Sprint(k), Window: time.Duration(1+rng.IntN(5000)) * time.Millisecond, Step: time.Millisecond, Max: 1 + rng.IntN(5)}
				if rng.IntN(3) == 0 {
					c.Step = time.Duration(1+rng.IntN(50)) * time.Millisecond
				}
				q.Counts = append(q.Counts, c)
			}
			ask := func() sms.RuleAnswer {
				t.Helper()
				a, err := m.Reserve(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			var times []time.Time
			for range 60 {
				a := ask()
				if a.Refused == 0 {
					times = append(times, time.Now())
					for _, c := range q.Counts { // in no span are there more than allowed
						n := 0
						for _, at := range times {
							if time.Since(at) < c.Window {
								n++
							}
						}
						if n > c.Max {
							t.Fatalf("round %d: %d within %v, allowed are %d", round, n, c.Window, c.Max)
						}
					}
					time.Sleep(time.Duration(rng.IntN(700)) * time.Millisecond)
					continue
				}
				if a.Wait > time.Millisecond {
					time.Sleep(a.Wait - time.Millisecond)
					if early := ask(); early.Refused != sms.RuleFrequency || early.Wait != time.Millisecond {
						t.Fatalf("round %d: a millisecond before: %+v", round, early)
					}
				}
				time.Sleep(min(a.Wait, time.Millisecond))
			}
		}
	})
}

// Sends at once, half of which nobody takes: what was accepted never exceeds the
// limit, and every place that was given back can be had.
func TestLimitWithReleasesUnderContention(t *testing.T) {
	const most = 20
	var accepted, turn atomic.Int64
	u := newRules(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: most}}})
	g := fickle{&accepted, &turn}
	c := newClient(t, sms.With(g), sms.WithRules(u), sms.WithPolicy(waybill.Policy{TriesPerProvider: 1, ConsecutiveFailures: -1, FailureShare: -1}))
	for accepted.Load() < most {
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { _, _ = c.Send(t.Context(), text(london)) })
		}
		wg.Wait()
		if n := accepted.Load(); n > most {
			t.Fatalf("%d were accepted, allowed are %d", n, most)
		}
	}
	_, err := c.Send(t.Context(), text(london))
	refusedBy(t, err, sms.RuleFrequency, waybill.RecipientLimited)
}

// fickle takes every second message and refuses the others with proof.
type fickle struct{ accepted, turn *atomic.Int64 }

func (fickle) Name() string { return "fickle" }

func (f fickle) Send(context.Context, sms.Message) (sms.Receipt, error) {
	if f.turn.Add(1)%2 == 0 {
		return sms.Receipt{}, &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent}
	}
	f.accepted.Add(1)
	return sms.Receipt{ID: "1"}, nil
}

// A message that the rules refuse is not asked of anybody, whichever rule it is,
// and leaves no count and no record behind.
func TestRefusedMessagesLeaveNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := sms.NewMemoryRecorder(0)
		a := &gateway{name: "a"}
		u, store := spied(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})
		c := newClient(t, sms.With(a), sms.WithRules(u), sms.WithRecorder(rec), sms.WithSender(sms.SenderRule{Regions: []string{"CN"}, Sign: "运单"}))
		for _, f := range []func(context.Context, sms.Number) error{u.Block, u.OptOut} {
			if err := f(t.Context(), london); err != nil {
				t.Fatal(err)
			}
		}
		night := text(hongKong)
		night.Kind = sms.Marketing // midnight UTC is eight there
		time.Sleep(14 * time.Hour) // and now it is ten in the evening
		advert := sms.Message{To: mainland, Text: "特惠", Kind: sms.Marketing}
		for _, m := range []sms.Message{text(london), night, advert} {
			if _, err := c.Send(t.Context(), m); waybill.DeliveryOf(err) != waybill.NotSent {
				t.Errorf("%v", err)
			}
		}
		if len(a.seen) != 0 || len(rec.Records()) != 0 || len(store.asked) != 1 {
			t.Errorf("%d asked, %d records, the store %d times", len(a.seen), len(rec.Records()), len(store.asked))
		}
		if err := errors.Join(u.Unblock(t.Context(), london), u.OptIn(t.Context(), london)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Send(t.Context(), text(london)); err != nil || len(rec.Records()) != 1 {
			t.Errorf("it had been counted: %v", err)
		}
	})
}
