package failover

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
)

// longestUnbounded bounds a wait between tries when neither the caller's
// deadline nor the attempt's time-out does.
const longestUnbounded = 10 * time.Second

// call is one call of a client: its candidates and what happened so far. It is
// used by the calling goroutine alone.
type call struct {
	l     *lane
	sel   Select
	ctx   context.Context
	hooks *waybill.Hooks
	end   func(waybill.CallEnd)
	start time.Time
	now   time.Time
	rules rules

	cands    []cand
	attempts []waybill.Attempt
	recorder *waybill.Recorder
	outer    *call         // the call around a nested client's
	left     *atomic.Int32 // tries left, shared with the calls around
	tries    atomic.Int32
	spare    int // of those left, what the calls around need for who was not asked yet

	number    int  // attempts made
	tried     int  // those that count
	cur       int  // candidate of the last attempt, -1 before
	goNext    bool // the last attempt's class
	stop      bool
	ambiguous bool // an attempt may have happened
	last      *waybill.Error
	ended     *waybill.Error
	running   bool
	skips     []*waybill.Error
	many      int    // items of the call
	batch     *batch // of a call over many
	closed    bool

	room [2]cand // enough for most lanes
}

// spare keeps the calls that nobody can know any more, see recycle.
var spare = sync.Pool{New: func() any { return new(call) }}

// begin opens a call. It must be followed by close. The request's Select is
// copied, so that the caller's need not outlive its stack.
func (l *lane) begin(ctx context.Context, sel *Select, items int) *call {
	now := time.Now()
	c := spare.Get().(*call)
	c.l, c.ctx, c.hooks, c.start, c.now, c.cur, c.goNext = l, ctx, l.set.cfg.Hooks, now, now, -1, true
	if sel != nil {
		c.sel = *sel
	}
	c.many = items
	c.rules = rules{kind: l.kind, duplicates: c.sel.AllowDuplicates, notFound: l.policy.NextOnNotFound == waybill.Yes}
	if c.sel.Replaces && l.kind == Send {
		c.rules.kind = Replace
	}
	c.recorder = waybill.RecorderFrom(ctx)
	c.tries.Store(int32(l.policy.Tries))
	c.left = &c.tries
	if a := attemptOf(ctx); a != nil && a.l.set.cfg.Domain == l.set.cfg.Domain {
		c.inherit(a)
	}
	if c.hooks != nil && c.hooks.StartCall != nil {
		ctx, end := c.hooks.StartCall(ctx, c.about(items))
		if c.end = end; ctx != nil {
			c.ctx = ctx
		}
	}
	if !l.set.enter() {
		c.closed = true
		return c
	}
	c.cands = c.room[:0]
	if len(l.nodes) > len(c.room) {
		c.cands = make([]cand, 0, len(l.nodes))
	}
	chosen := false
	defer func() {
		if !chosen { // the request's Eligible panicked
			c.close(false, nil, nil)
		}
	}()
	c.cands = l.choose(c.cands, &c.sel, now)
	chosen = true
	return c
}

// inherit puts a nested client's call under the budget and the hooks of the
// call around it. Its first try was paid for there. A context that outlived its
// call belongs to none.
func (c *call) inherit(a *attempt) {
	a.mu.Lock()
	outer := a.c
	a.nested = true
	a.mu.Unlock()
	if outer != nil {
		c.outer, c.left, c.hooks, c.spare = outer, outer.left, outer.hooks, int(a.spare)
	}
}

// recycle keeps a closed call for another one, if its only attempt served at
// once and no nested client has taken it for its own: then the attempt is all
// that refers to it, and is cut off. The attempt itself is the adapter's context
// and may live on anywhere; it is never used again.
func (c *call) recycle(a *attempt) {
	a.mu.Lock()
	known := a.nested // to a client inside
	if !known {
		a.c = nil
	}
	a.mu.Unlock()
	if !known {
		*c = call{}
		spare.Put(c)
	}
}

// close ends a call. A panic of the adapter passes through it.
func (c *call) close(done bool, served *waybill.Served, err *waybill.Error) {
	if !c.closed {
		c.l.set.leave()
	}
	if c.end == nil {
		return
	}
	e := waybill.CallEnd{Attempts: c.number, Duration: c.now.Sub(c.start), Err: err}
	if err != nil || !done {
		e.Duration = time.Since(c.start)
	}
	if served != nil {
		e.Provider, e.Instance = served.Provider, served.Instance
	}
	if !done {
		e.Err = panicked(c.l)
	}
	c.end(e)
}

// about is the call as hooks see it.
func (c *call) about(items int) waybill.Call {
	l := c.l
	return waybill.Call{Domain: l.set.cfg.Domain, Client: l.set.cfg.Name, Op: l.verb, Send: c.rules.kind == Send, Items: items}
}

func panicked(l *lane) *waybill.Error {
	return &waybill.Error{Code: waybill.Internal, Delivery: waybill.Ambiguous, Provider: l.set.cfg.Domain, Op: l.op, Message: "the adapter panicked"}
}

// next begins the next attempt, after waiting where it must, or returns nil when
// there is none to make.
func (c *call) next() *attempt {
	for !c.closed {
		if e := waybill.FromContext(c.ctx); e != nil {
			c.ended = e
			return nil
		}
		i, wait, ok := c.pick()
		if !ok {
			return nil
		}
		if wait > 0 && !c.sleep(wait) {
			c.ended = waybill.FromContext(c.ctx)
			return nil
		}
		if c.number > 0 && c.sel.Rewind != nil && c.sel.Rewind() != nil {
			return nil
		}
		if a := c.try(i, false); a != nil {
			return a
		}
	}
	return nil
}

// pick says which candidate is asked next, and after which wait: the same one
// again while that is allowed and quick, else the next one at once, else the
// one among those asked that is ready first.
func (c *call) pick() (i int, wait time.Duration, ok bool) {
	if c.number > 0 {
		c.now = time.Now()
	}
	if c.cur >= 0 && c.cands[c.cur].free() && !c.stop {
		return c.cur, 0, c.fits(0)
	}
	if c.stop || c.tried >= c.l.policy.Tries {
		return 0, 0, false
	}
	if c.cur >= 0 {
		k := &c.cands[c.cur]
		if k.again && !k.later && c.mayRepeat(k) {
			if wait = c.until(k.ready); c.fits(wait) && c.sparesAll(wait) {
				return c.cur, wait, true
			}
		}
	}
	if c.goNext && c.fits(0) {
		if i = c.untried(); i >= 0 {
			return i, 0, true
		}
	}
	best := -1
	for j := range c.cands {
		k := &c.cands[j]
		if k.again && c.mayRepeat(k) && (best < 0 || k.ready < c.cands[best].ready) {
			best = j
		}
	}
	if best < 0 {
		return 0, 0, false
	}
	wait = max(0, c.until(c.cands[best].ready))
	return best, wait, c.fits(wait) && c.sparesAll(wait)
}

// untried returns the first candidate that was not asked yet, ejected ones last,
// or -1. Whose idleness has passed meanwhile, and was not made longer, may be asked
// like any other.
func (c *call) untried() int {
	last := -1
	for i := range c.cands {
		k := &c.cands[i]
		if (k.reason == idling || k.reason == senderGone) && k.until <= c.now.UnixNano() {
			k.reason = usable
			c.l.held(k, &c.sel, c.now)
		}
		if k.reason != usable || k.tries > 0 {
			continue
		}
		if !k.forced {
			return i
		}
		if last < 0 || k.until < c.cands[last].until {
			last = i
		}
	}
	return last
}

func (c *call) mayRepeat(k *cand) bool {
	return k.reason == usable && int(k.tries) < c.l.policy.TriesPerProvider && c.mayRepeatAny()
}

// sparesAll reports whether after one more try at the same candidate, which
// begins after the wait, enough of the call's tries and time is left for every
// other that was not asked yet, so that repeats at those that fail never keep a
// call from who would have served.
func (c *call) sparesAll(wait time.Duration) bool {
	if !c.goNext {
		return true
	}
	n := c.unasked()
	if left := min(c.l.policy.Tries-c.tried, int(c.left.Load())-c.spare) - 1; left < n {
		return false
	}
	deadline, ok := c.ctx.Deadline()
	return !ok || n == 0 || deadline.Sub(c.now)-wait >= time.Duration(n+1)*max(c.l.policy.MinAttempt, 0)
}

// unasked counts the candidates that may serve and were not asked yet.
func (c *call) unasked() (n int) {
	for i := range c.cands {
		if k := &c.cands[i]; k.reason == usable && k.tries == 0 {
			n++
		}
	}
	return n
}

func (c *call) until(unixNano int64) time.Duration {
	return time.Duration(unixNano - c.now.UnixNano())
}

// fits reports whether another try is worth beginning after the wait: the floor
// must remain of the caller's time. The first try is always worth it.
func (c *call) fits(wait time.Duration) bool {
	if c.number == 0 {
		return true
	}
	deadline, ok := c.ctx.Deadline()
	if !ok {
		return wait <= max(c.l.policy.AttemptTimeout, longestUnbounded)
	}
	return deadline.Sub(c.now)-max(wait, 0) >= max(c.l.policy.MinAttempt, 1)
}

// sleep waits, or returns false when the caller's context ends first.
func (c *call) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.ctx.Done():
		return false
	}
}

// timeout returns the end of an attempt that begins now, or zero when only the
// caller's deadline holds. A send's time is never divided; a read's is shared
// with the tries that can still follow.
func (c *call) timeout(now time.Time) time.Time {
	d := c.l.policy.AttemptTimeout
	deadline, ok := c.ctx.Deadline()
	if ok {
		left := deadline.Sub(now)
		if c.rules.kind != Send {
			if n := c.triesLeft(left); n > 1 && (d <= 0 || left/time.Duration(n) < d) {
				return now.Add(left / time.Duration(n))
			}
		}
		if d <= 0 || d >= left {
			return time.Time{}
		}
	}
	if d <= 0 {
		return time.Time{}
	}
	return now.Add(d)
}

// triesLeft counts the tries that may still be made, this one included: within
// the budget, at providers that may be asked, and with the floor for each.
func (c *call) triesLeft(left time.Duration) int {
	n := 0
	for i := range c.cands {
		switch k := &c.cands[i]; {
		case k.reason != usable:
		case k.tries == 0:
			n += c.l.policy.TriesPerProvider
		case k.again || i == c.cur:
			n += max(0, c.l.policy.TriesPerProvider-int(k.tries))
		}
	}
	n = min(n, c.l.policy.Tries-c.tried)
	if floor := c.l.policy.MinAttempt; floor > 0 {
		n = min(n, int(left/floor))
	}
	return n
}
