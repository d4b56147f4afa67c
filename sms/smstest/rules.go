package smstest

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill/sms"
)

// RuleHarness says how to make and how to test a rule store.
type RuleHarness struct {
	// New returns an empty store whose time is clock's. It may be called
	// several times in a test: with the same name it must reach the same lists
	// and counts, as another process of the service would.
	New func(t testing.TB, name string, clock func() time.Time) sms.RuleStore
	// Bubble is set for a store that needs no network: its tests run in a
	// bubble of testing/synctest, and clock is time.Now.
	Bubble bool
}

// RunRules tries a store of [sms.Rules] against the contract of
// [sms.RuleStore]: lists and their order, sliding windows to the millisecond,
// releases, a clock that goes back, and a limit of N that lets exactly N through
// when a hundred ask at once, through several stores on the same data.
func RunRules(t *testing.T, h RuleHarness) {
	t.Helper()
	for name, f := range map[string]func(*ruleRig){
		"lists": (*ruleRig).lists, "order": (*ruleRig).order, "windows": (*ruleRig).windows, "several": (*ruleRig).several,
		"steps": (*ruleRig).steps, "release": (*ruleRig).release, "allowed": (*ruleRig).allowed, "apart": (*ruleRig).apart,
		"lowered": (*ruleRig).lowered, "backwards": (*ruleRig).backwards, "concurrently": (*ruleRig).concurrently,
		"releases_at_once": (*ruleRig).releasesAtOnce,
	} {
		t.Run(name, func(t *testing.T) {
			if h.Bubble {
				synctest.Test(t, func(t *testing.T) { f(&ruleRig{t: t, h: h, name: name}) })
				return
			}
			f(&ruleRig{t: t, h: h, name: name, at: time.Now().Truncate(time.Millisecond)})
		})
	}
}

// ruleRig is one test's store and clock.
type ruleRig struct {
	t    *testing.T
	h    RuleHarness
	name string
	s    sms.RuleStore

	mu sync.Mutex
	at time.Time
}

func (r *ruleRig) now() time.Time {
	if r.h.Bubble {
		return time.Now()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at
}

// pass lets time go by.
func (r *ruleRig) pass(d time.Duration) {
	if r.h.Bubble {
		time.Sleep(d) // the bubble's time
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = r.at.Add(d)
}

func (r *ruleRig) store() sms.RuleStore {
	if r.s == nil {
		r.s = r.h.New(r.t, r.name, r.now)
	}
	return r.s
}

func (r *ruleRig) ask(q sms.RuleQuery) sms.RuleAnswer {
	r.t.Helper()
	a, err := r.store().Reserve(r.t.Context(), q)
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

func (r *ruleRig) want(q sms.RuleQuery, rule sms.Rule) {
	r.t.Helper()
	if a := r.ask(q); a.Refused != rule {
		r.t.Fatalf("refused by %d (%v), want %d", a.Refused, a.Refused, rule)
	}
}

func (r *ruleRig) limited(q sms.RuleQuery, count int, wait time.Duration) {
	r.t.Helper()
	if a := r.ask(q); a.Refused != sms.RuleFrequency || a.Count != count || a.Wait != wait {
		r.t.Fatalf("refused by %d, count %d, wait %v; want count %d, wait %v", a.Refused, a.Count, a.Wait, count, wait)
	}
}

func (r *ruleRig) mark(l sms.RuleList, on bool) {
	r.t.Helper()
	if err := r.store().Mark(r.t.Context(), l, "r", on); err != nil {
		r.t.Fatal(err)
	}
}

func per(key string, window time.Duration, most int) sms.RuleCount {
	return sms.RuleCount{Key: key, Window: window, Step: time.Millisecond, Max: most}
}

func (r *ruleRig) lists() {
	q := sms.RuleQuery{Recipient: "r", OptOut: true}
	r.want(q, 0)
	for _, c := range []struct {
		list sms.RuleList
		q    sms.RuleQuery
		on   sms.Rule
		off  sms.Rule
	}{
		{sms.BlockList, q, sms.RuleBlocked, 0},
		{sms.OptOutList, q, sms.RuleOptedOut, 0},
		{sms.OptOutList, sms.RuleQuery{Recipient: "r"}, 0, 0},
		{sms.AllowList, sms.RuleQuery{Recipient: "r", OnlyAllowed: true}, 0, sms.RuleNotAllowed},
		{sms.BlockList, sms.RuleQuery{Recipient: "s", OptOut: true}, 0, 0},
	} {
		r.want(c.q, c.off)
		for range 2 {
			r.mark(c.list, true)
			r.want(c.q, c.on)
		}
		for range 2 {
			r.mark(c.list, false)
			r.want(c.q, c.off)
		}
	}
	if err := r.store().Mark(r.t.Context(), 99, "r", true); err == nil {
		r.t.Error("a list that does not exist was written")
	}
}

// order: the block list comes first, an opt-out before the allow list.
func (r *ruleRig) order() {
	q := sms.RuleQuery{Recipient: "r", OptOut: true, OnlyAllowed: true, Counts: []sms.RuleCount{per("a", time.Minute, 1)}}
	r.want(q, sms.RuleNotAllowed)
	r.mark(sms.AllowList, true)
	r.want(q, 0)
	r.mark(sms.OptOutList, true)
	r.want(q, sms.RuleOptedOut)
	r.mark(sms.BlockList, true)
	r.want(q, sms.RuleBlocked)
}

func (r *ruleRig) windows() {
	q := sms.RuleQuery{Recipient: "r", Counts: []sms.RuleCount{per("a", time.Minute, 2)}}
	r.want(q, 0)
	r.pass(10 * time.Second)
	r.want(q, 0)
	r.limited(q, 0, 50*time.Second)
	r.pass(50*time.Second - time.Millisecond)
	r.limited(q, 0, time.Millisecond) // a refusal did not count
	r.pass(time.Millisecond)
	r.want(q, 0)
	r.limited(q, 0, 10*time.Second)
	r.pass(10 * time.Second)
	r.want(q, 0)
	r.pass(time.Hour)
	r.want(q, 0)
	r.want(q, 0)
	r.limited(q, 0, time.Minute)
}

// several: all limits must be passed, the longest wait is told, and a refusal by
// one counts at none.
func (r *ruleRig) several() {
	q := sms.RuleQuery{Recipient: "r", Counts: []sms.RuleCount{per("m", time.Minute, 1), per("h", time.Hour, 2)}}
	r.want(q, 0)
	r.limited(q, 0, time.Minute)
	r.pass(time.Minute)
	r.want(q, 0)
	r.limited(q, 1, 59*time.Minute)
	r.pass(time.Minute)
	r.limited(q, 1, 58*time.Minute)
	r.pass(58 * time.Minute)
	r.want(q, 0)
}

// steps: coarse steps never let more through, and are late by one step at most.
func (r *ruleRig) steps() {
	c := sms.RuleCount{Key: "s", Window: time.Minute, Step: time.Second, Max: 200}
	q := sms.RuleQuery{Recipient: "r", Counts: []sms.RuleCount{c}}
	begun := r.now()
	for range 200 {
		r.want(q, 0)
	}
	a := r.ask(q)
	if a.Refused != sms.RuleFrequency || a.Wait < time.Minute-time.Millisecond || a.Wait > time.Minute+time.Second {
		r.t.Fatalf("refused by %d, wait %v", a.Refused, a.Wait)
	}
	r.pass(a.Wait - time.Millisecond)
	r.want(q, sms.RuleFrequency)
	r.pass(time.Millisecond)
	r.want(q, 0)
	if r.now().Sub(begun) < c.Window {
		r.t.Error("more than the limit within one window")
	}
}

func (r *ruleRig) release() {
	q := sms.RuleQuery{Recipient: "r", Counts: []sms.RuleCount{per("a", time.Minute, 1), per("b", time.Hour, 5)}}
	a := r.ask(q)
	if a.Refused != 0 || !a.Counted {
		r.t.Fatalf("%+v", a)
	}
	if d := a.At.Sub(r.now()); d > time.Millisecond || d < -time.Millisecond {
		r.t.Errorf("counted %v beside the clock", d)
	}
	r.pass(time.Second)
	if err := r.store().Release(r.t.Context(), q, a); err != nil {
		r.t.Fatal(err)
	}
	b := r.ask(q)
	if b.Refused != 0 {
		r.t.Fatalf("%+v", b)
	}
	r.limited(q, 0, time.Minute)
	r.pass(2 * time.Hour)
	if err := r.store().Release(r.t.Context(), q, b); err != nil { // long over
		r.t.Fatal(err)
	}
	r.want(q, 0)
	r.want(q, sms.RuleFrequency)
	if err := r.store().Release(r.t.Context(), q, sms.RuleAnswer{}); err != nil { // nothing was counted
		r.t.Fatal(err)
	}
	r.want(q, sms.RuleFrequency)
}

// allowed: the allow list exempts from limits, and does not count.
func (r *ruleRig) allowed() {
	q := sms.RuleQuery{Recipient: "r", Counts: []sms.RuleCount{per("a", time.Minute, 1)}}
	r.mark(sms.AllowList, true)
	for range 3 {
		if a := r.ask(q); a.Refused != 0 || a.Counted {
			r.t.Fatalf("%+v", a)
		}
	}
	r.mark(sms.AllowList, false)
	r.want(q, 0)
	r.want(q, sms.RuleFrequency)
}

// apart: keys count by themselves, whatever is in them.
func (r *ruleRig) apart() {
	for _, key := range []string{"a", "a:b", "{x}:a", "a b\n", "号", ""} {
		q := sms.RuleQuery{Recipient: "r", Counts: []sms.RuleCount{per(key, time.Minute, 1)}}
		r.want(q, 0)
		r.limited(q, 0, time.Minute)
	}
}

// lowered: a limit may be lowered under what was counted.
func (r *ruleRig) lowered() {
	q := sms.RuleQuery{Recipient: "r", Counts: []sms.RuleCount{per("a", time.Minute, 3)}}
	for range 3 {
		r.want(q, 0)
		r.pass(time.Second)
	}
	q.Counts[0].Max = 1
	r.limited(q, 0, 59*time.Second) // until the third is over
}

// backwards: a clock that goes back lets no more through. What was counted before
// lies ahead then, and is over a window after the clock has come to it again.
func (r *ruleRig) backwards() {
	if r.h.Bubble {
		return // the bubble's time only goes on
	}
	q := sms.RuleQuery{Recipient: "r", Counts: []sms.RuleCount{per("a", time.Minute, 2)}}
	r.want(q, 0)
	r.pass(-time.Hour)
	a := r.ask(q)
	if a.Refused != 0 {
		r.t.Fatalf("%+v", a)
	}
	r.want(q, sms.RuleFrequency)
	if err := r.store().Release(r.t.Context(), q, a); err != nil {
		r.t.Fatal(err)
	}
	r.want(q, 0)
	r.limited(q, 0, time.Minute) // for the one of now
	r.pass(time.Minute)
	r.want(q, 0)
	r.want(q, sms.RuleFrequency) // the one ahead still counts
}

// releasesAtOnce: reservations and releases at the same time, of which at no
// moment more than the limit are held.
func (r *ruleRig) releasesAtOnce() {
	const most, askers, rounds = 5, 16, 12
	stores := []sms.RuleStore{r.store(), r.h.New(r.t, r.name, r.now)}
	q := sms.RuleQuery{Recipient: "r", Counts: []sms.RuleCount{per("a", time.Hour, most)}}
	var mu sync.Mutex
	held, highest := 0, 0
	var wg sync.WaitGroup
	for i := range askers {
		wg.Go(func() {
			s := stores[i%len(stores)]
			for range rounds {
				a, err := s.Reserve(r.t.Context(), q)
				if err != nil {
					r.t.Error(err)
					return
				}
				if a.Refused != 0 {
					continue
				}
				mu.Lock()
				held++
				highest = max(highest, held)
				mu.Unlock()
				runtime.Gosched()
				mu.Lock()
				held-- // before the store knows, so that held is never too high
				mu.Unlock()
				if err := s.Release(r.t.Context(), q, a); err != nil {
					r.t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if highest > most {
		r.t.Errorf("%d were held at once, the limit is %d", highest, most)
	}
	for i := range most { // all came back
		if a := r.ask(q); a.Refused != 0 {
			r.t.Fatalf("only %d places are free in the end", i)
		}
	}
	r.want(q, sms.RuleFrequency)
}

// concurrently: a hundred at once through four stores, limits of N.
func (r *ruleRig) concurrently() {
	const most, askers = 37, 100
	stores := []sms.RuleStore{r.store()}
	for range 3 {
		stores = append(stores, r.h.New(r.t, r.name, r.now))
	}
	q := sms.RuleQuery{Recipient: "r", OptOut: true, Counts: []sms.RuleCount{per("a", time.Hour, most), per("b", time.Hour, askers)}}
	var wg sync.WaitGroup
	passed := make(chan sms.RuleAnswer, askers)
	for i := range askers {
		wg.Go(func() {
			a, err := stores[i%len(stores)].Reserve(r.t.Context(), q)
			if err != nil {
				r.t.Error(err)
			}
			if err == nil && a.Refused == 0 {
				passed <- a
			}
		})
	}
	wg.Wait()
	close(passed)
	if len(passed) != most {
		r.t.Fatalf("%d of %d passed a limit of %d", len(passed), askers, most)
	}
	for a := range passed { // and all taken back
		wg.Go(func() {
			if err := r.store().Release(r.t.Context(), q, a); err != nil {
				r.t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range most {
		if a := r.ask(q); a.Refused != 0 {
			r.t.Fatalf("after the release only %d passed", i)
		}
	}
	r.want(q, sms.RuleFrequency)
}
