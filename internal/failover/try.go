package failover

import (
	"context"
	"errors"
	"time"

	"github.com/waybill-go/waybill"
)

// try begins an attempt at a candidate, or marks why it cannot be asked and
// returns nil.
func (c *call) try(i int, hedge bool) *attempt {
	l, k := c.l, &c.cands[i]
	n, m := k.n, k.n.m
	now := c.now
	if c.number > 0 {
		now = time.Now()
	}
	if m.drained.Load() && !c.sel.pinned {
		k.reason = drained
		return nil
	}
	calls := 1
	if c.sel.Calls != nil {
		calls = c.sel.Calls(m.Provider) // before a place is taken, since it may panic
	}
	if limit := l.concurrency(m); m.inUse.Add(1) > limit {
		m.inUse.Add(-1)
		k.reason = full
		return nil
	}
	t, ok := l.admit(n, now, k.forced || k.tries > 0)
	if !ok { // ejected, or probed by somebody else, since it was chosen
		m.inUse.Add(-1)
		k.forced, k.probe = true, false
		l.mu.Lock()
		k.until = n.health.until.UnixNano()
		l.mu.Unlock()
		return nil
	}
	free := k.free() || (c.outer != nil && c.number == 0)
	if !free && !take(c.left) {
		l.report(n, t, neutral, false, now)
		m.inUse.Add(-1)
		c.stop = true
		return nil
	}
	if wait, ok := c.admit(m, calls); !ok {
		l.report(n, t, neutral, false, now)
		m.inUse.Add(-1)
		if !free {
			c.left.Add(1)
		}
		k.reason, k.until = limitReached, now.Add(wait).UnixNano()
		if until, code := m.limits.idle(m.account, l.service); until.After(now) {
			k.reason, k.until, k.code = idling, until.UnixNano(), code
		}
		return nil
	}
	if c.sel.Wait > 0 {
		now = time.Now()
	}
	n.inUse.Add(1)
	from := c.cur
	c.number++
	a := &attempt{c: c, l: l, n: n, parent: c.ctx, ticket: t, start: now, number: c.number, cand: i, hedge: hedge, replay: k.replay}
	if c.batch != nil {
		a.items = len(c.batch.at(i))
	}
	if !hedge {
		c.cur = i
	}
	a.deadline = c.timeout(now)
	if k.free() {
		k.ready = now.UnixNano()
	} else {
		k.tries++
		c.tried++
	}
	a.spare = int16(c.spare + c.unasked())
	if c.hooks != nil {
		c.announce(a, from)
	}
	return a
}

// crowded is how often a waiting attempt looks whether a call under way has
// ended.
const crowded = 5 * time.Millisecond

// admit asks the account for an attempt that counts as so many calls, and waits for its turn as
// long as the request may. A wait that the caller's end cuts short gives the
// place back.
func (c *call) admit(m *member, calls int) (wait time.Duration, ok bool) {
	most := c.sel.Wait
	if most <= 0 { // no clock is read
		wait, ok = m.account.Reserve(c.l.service, calls, 0)
		return wait, ok
	}
	if deadline, is := c.ctx.Deadline(); is {
		most = min(most, time.Until(deadline))
	}
	for began := time.Now(); ; {
		wait, ok = m.account.Reserve(c.l.service, calls, max(most-time.Since(began), 0))
		switch {
		case ok && wait > 0:
			if !c.sleep(wait) {
				m.account.Done()
				return 0, false
			}
			return 0, true
		case ok, wait > 0, time.Since(began) >= most, !c.sleep(crowded):
			return wait, ok
		}
	}
}

// announce tells the hooks of an attempt that begins, after one at the candidate
// from.
func (c *call) announce(a *attempt, from int) {
	told := false
	defer func() {
		if !told {
			a.guard()
		}
	}()
	m := a.n.m
	if f := c.hooks.OnFailover; f != nil && from >= 0 && from != a.cand && !a.hedge && c.last != nil {
		f(c.ctx, waybill.Failover{Call: c.about(c.many), From: c.cands[from].n.m.instance, To: m.instance, Err: c.last})
	}
	if f := c.hooks.StartAttempt; f != nil {
		ctx, end := f(c.ctx, waybill.AttemptStart{Call: c.about(a.items), Provider: m.name, Instance: m.instance,
			Number: a.number, Hedge: a.hedge, Probe: a.ticket.probe})
		if a.end = end; ctx != nil {
			a.parent = ctx
		}
	}
	told = true
}

func (l *lane) concurrency(m *member) int64 {
	n := m.Use.Concurrency
	if n == 0 {
		n = l.policy.Concurrency
	}
	if n <= 0 {
		return 1 << 62
	}
	return int64(n)
}

// outcome is how an attempt ended: the completed error and what follows.
type outcome struct {
	err   *waybill.Error
	class class
	wait  time.Duration // what the vendor said, of those that may be repeated
	at    time.Time
	ended bool // the caller's context had ended
}

// settle ends an attempt: it classifies the error, tells hooks, health, account
// and budget, and gives the places back. A success of a stream keeps its places
// and its context. settle touches nothing of the call, so that a hedge's loser
// may end after it.
func (a *attempt) settle(err error) outcome {
	o := outcome{at: time.Now(), err: waybill.AsError(err)}
	if o.err == nil {
		o.class.effect = healthy
		a.done(o, 0, nil)
		return o
	}
	o.err = a.complete(o.err)
	o.class, o.ended = a.classify(&o.err)
	o.wait = o.err.RetryAfter
	a.done(o, 0, nil)
	return o
}

// complete fills in who and what, after the policy's own classification.
func (a *attempt) complete(e *waybill.Error) *waybill.Error {
	if f := a.l.policy.Classify; f != nil {
		if own := f(e); own != nil {
			e = own
		}
	}
	return e.With(a.n.m.name, a.l.op, a.c.sel.Ref)
}

// classify looks at the caller's own end first, then at the table. It may
// replace the error by a corrected copy.
func (a *attempt) classify(e **waybill.Error) (class, bool) {
	sound, again := sane(*e)
	*e = sound
	if a.isLost() || a.c.ctx.Err() != nil {
		return class{}, true
	}
	if sound.Code == waybill.Canceled || errors.Is(sound, context.DeadlineExceeded) {
		*e = a.ownEnd(sound)
	}
	k := classify(*e, a.c.rules)
	k.again = k.again && again
	k.replay = k.replay && !a.replay
	return k, false
}

// ownEnd copies an error that speaks of the end of a context but was not the
// caller's: without the link to the context's error, and as the attempt's own
// time-out if it was that.
func (a *attempt) ownEnd(e *waybill.Error) *waybill.Error {
	own := waybill.NewVerdict(waybill.Attempts(e), waybill.VerdictInfo{}) // a nested client's stay listed
	own.Code, own.Scope, own.Delivery, own.RetryAfter, own.Provider = waybill.Unknown, e.Scope, e.Delivery, e.RetryAfter, e.Provider
	own.Op, own.VendorCode, own.Message, own.Ref, own.Err = e.Op, e.VendorCode, e.Message, e.Ref, e.Err
	if e.Code != waybill.Canceled {
		own.Code = e.Code
	} else if errors.Is(context.Cause(a), waybill.ErrAttemptTimeout) {
		own.Code = waybill.DeadlineExceeded
	}
	return own
}

// done is the common end of an attempt. In a call over many, bad is how many
// items failed and all their errors.
func (a *attempt) done(o outcome, bad int, all []*waybill.Error) {
	nested := false
	if a.stream && o.err == nil {
		nested = a.head()
	} else {
		nested = a.finish()
	}
	l, c := a.l, a.c
	took := o.at.Sub(a.start)
	if end := a.end; end != nil {
		a.end = nil
		end(waybill.AttemptEnd{Duration: took, Err: o.err})
	}
	switch {
	case o.class.effect == healthy:
		l.set.tokens.succeed()
		if l.policy.Hedge > 0 && o.err == nil {
			a.n.latency.add(took)
		}
	case o.class.again && !o.class.replay:
		l.set.tokens.fail(l.policy.RetryTokens)
	}
	effect := o.class.effect
	if o.class.replay {
		effect = neutral
	}
	ev, changed := l.report(a.n, a.ticket, effect, o.err.Local(), o.at)
	a.reported = true
	if changed && c.hooks != nil && c.hooks.OnEject != nil {
		ev.Call = c.about(c.many)
		c.hooks.OnEject(c.ctx, ev)
	}
	if o.err != nil && !nested {
		if all == nil {
			c.obey(a.n, o.err, o.at)
		}
		for _, e := range all {
			if e != nil {
				c.obey(a.n, e, o.at)
			}
		}
	}
	if c.recorder != nil && !nested {
		c.recorder.Add(a.record(o, bad))
	}
	a.settled = true
}

// guard, deferred, gives everything back when the adapter, the policy's Classify
// or a hook panics; the panic goes on.
func (a *attempt) guard() {
	if a.settled {
		return
	}
	a.finish()
	if !a.reported {
		a.l.report(a.n, a.ticket, neutral, false, time.Now())
	}
	if end := a.end; end != nil {
		a.end = nil
		end(waybill.AttemptEnd{Duration: time.Since(a.start), Err: panicked(a.l)})
	}
}

func (a *attempt) record(o outcome, bad int) waybill.Attempt {
	r := waybill.Attempt{Domain: a.l.set.cfg.Domain, Provider: a.n.m.name, Op: a.l.op, Number: a.number, Start: a.start, Duration: o.at.Sub(a.start),
		Hedge: a.hedge, Items: a.items, Failed: bad, Err: o.err}
	if a.n.m.instance != a.n.m.name {
		r.Instance = a.n.m.instance
	}
	return r
}

// note writes a failed attempt down in the call and decides what may follow.
func (c *call) note(a *attempt, o outcome, bad int) {
	c.list(a.record(o, bad))
	c.last = o.err
	if o.err.Delivery == waybill.Ambiguous {
		c.ambiguous = true
	}
	if o.ended && !a.isLost() {
		c.ended = waybill.FromContext(c.ctx)
		c.running = o.err.Code == waybill.Canceled || o.err.Code == waybill.DeadlineExceeded
	}
	c.follow(a, o)
}

// list adds an attempt in the order of their beginning, which a hedge's may not
// end in.
func (c *call) list(a waybill.Attempt) {
	c.attempts = append(c.attempts, a)
	for i := len(c.attempts) - 1; i > 0 && c.attempts[i].Number < c.attempts[i-1].Number; i-- {
		c.attempts[i], c.attempts[i-1] = c.attempts[i-1], c.attempts[i]
	}
}

// follow turns the class into the candidate's part in the rest of the call.
func (c *call) follow(a *attempt, o outcome) {
	k := &c.cands[a.cand]
	c.goNext = o.class.next
	c.stop = c.stop || o.class.stops()
	// Who is ejected now is asked again only after the others: its probe was one.
	k.again, k.later = o.class.again, o.class.later || k.n.state.Load()&1 != 0
	if o.class.replay && !k.replay {
		k.replay, k.ready = true, 0
		return
	}
	if o.class.once && k.tries > 1 {
		k.again = false
	}
	if !k.again {
		return
	}
	wait := max(0, jitter(doubled(max(c.l.policy.Backoff, 0), int(k.tries)-1), c.l.set.cfg.Rand()))
	if o.wait > 0 {
		wait = max(wait, o.wait+time.Duration(float64(wait)*0.2*c.l.set.cfg.Rand()))
	}
	k.ready = o.at.Add(wait).UnixNano()
}
