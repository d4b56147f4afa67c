package failover

import (
	"context"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
)

type attemptKey struct{}

// attempt is one try at one provider. It is also the context that the adapter
// gets: the time-out and the link to the caller's cancellation are made only
// when somebody asks for Done, by the standard library's own means, so that an
// adapter which does no waiting pays for none.
type attempt struct {
	c      *call
	l      *lane
	n      *node
	parent context.Context // the caller's, as StartAttempt returned it
	end    func(waybill.AttemptEnd)
	ticket ticket
	start  time.Time
	number int
	items  int
	cand   int
	hedge  bool
	replay bool // this is the one replay of a refused stream
	stream bool

	reported bool  // to health
	settled  bool  // to all
	spare    int16 // tries that a nested client leaves to those not asked yet

	deadline time.Time // zero: only the caller's

	mu     sync.Mutex
	inner  context.Context
	cancel context.CancelFunc
	timer  *time.Timer // a stream's, until its head is there
	over   bool
	freed  bool
	lost   bool // a hedge's loser
	nested bool // a client inside listed its own attempts
}

// attemptOf returns the innermost attempt that ctx belongs to, or nil.
func attemptOf(ctx context.Context) *attempt {
	a, _ := ctx.Value(attemptKey{}).(*attempt)
	return a
}

// Instance returns the instance name of the provider that is being asked with
// ctx, or "" outside an attempt.
func Instance(ctx context.Context) string {
	if a := attemptOf(ctx); a != nil {
		return a.n.m.instance
	}
	return ""
}

// InAttempt reports whether ctx belongs to an attempt, so that a client called
// with it is a nested one.
func InAttempt(ctx context.Context) bool { return attemptOf(ctx) != nil }

// Each returns a context for one of several exchanges of an attempt over many: it
// has the attempt's whole time-out from now on, within the caller's time, so that
// exchanges which wait for others are not cut short, which would make them
// ambiguous. ctx is the attempt's; the caller must call the function.
func Each(ctx context.Context) (context.Context, context.CancelFunc) {
	a := attemptOf(ctx)
	if a == nil || a.stream || a.deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(context.WithValue(a.parent, attemptKey{}, a), a.deadline.Sub(a.start), waybill.ErrAttemptTimeout)
}

// Deadline returns the earlier of the attempt's and the caller's. A stream's
// attempt has only the caller's, since its own ends with the head.
func (a *attempt) Deadline() (time.Time, bool) {
	if a.stream || a.deadline.IsZero() {
		return a.parent.Deadline()
	}
	return a.deadline, true
}

// Done makes the channel when it is first asked for.
func (a *attempt) Done() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.make().Done()
}

// Err returns why the attempt's context is over, or nil.
func (a *attempt) Err() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.inner == nil && !a.over && (a.deadline.IsZero() || time.Now().Before(a.deadline)) {
		return a.parent.Err()
	}
	return a.make().Err()
}

// Value returns the attempt itself for the engine, else what the caller's
// context holds.
func (a *attempt) Value(key any) any {
	if _, ok := key.(attemptKey); ok {
		return a
	}
	a.mu.Lock()
	in := a.inner
	a.mu.Unlock()
	if in != nil {
		return in.Value(key)
	}
	return a.parent.Value(key)
}

// make returns the standard library's context behind this one; the lock is held.
func (a *attempt) make() context.Context {
	if a.inner != nil {
		return a.inner
	}
	switch {
	case a.stream:
		ctx, cancel := context.WithCancelCause(a.parent)
		a.inner, a.cancel = ctx, func() { cancel(nil) }
		if !a.deadline.IsZero() {
			if left := time.Until(a.deadline); left > 0 {
				a.timer = time.AfterFunc(left, func() { cancel(waybill.ErrAttemptTimeout) })
			} else {
				cancel(waybill.ErrAttemptTimeout)
			}
		}
	case a.deadline.IsZero():
		a.inner, a.cancel = context.WithCancel(a.parent)
	default:
		a.inner, a.cancel = context.WithDeadlineCause(a.parent, a.deadline, waybill.ErrAttemptTimeout)
	}
	if a.over {
		a.cancel()
	}
	return a.inner
}

// head ends a stream's time-out; cancellation and the caller's deadline stay.
func (a *attempt) head() (nested bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.deadline = time.Time{}
	if a.timer != nil {
		a.timer.Stop()
	}
	return a.nested
}

// lose cancels a hedge's loser.
func (a *attempt) lose() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lost = true
	a.stop()
}

func (a *attempt) isLost() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.lost
}

// stop ends the context, if it was ever made, and its timers; the lock is held.
func (a *attempt) stop() {
	a.over = true
	if a.timer != nil {
		a.timer.Stop()
	}
	if a.cancel != nil {
		a.cancel()
	}
}

// finish ends the context, if it was ever made, and gives the provider's and the
// account's places back, once. It reports whether a nested client listed its own
// attempts.
func (a *attempt) finish() (nested bool) {
	a.mu.Lock()
	a.stop()
	freed := a.freed
	a.freed, nested = true, a.nested
	a.mu.Unlock()
	if !freed {
		a.n.inUse.Add(-1)
		a.n.m.inUse.Add(-1)
		a.n.m.account.Done()
	}
	return nested
}
