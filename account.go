package waybill

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Limits are the limits that the owner of an account knows beforehand. The
// vendor's own words (a 429, a used-up quota) are obeyed beside them. The zero
// value has no limits.
type Limits struct {
	// QPS is how many calls a second may begin, Burst how many at once (default
	// QPS rounded up).
	QPS   float64
	Burst int
	// Concurrency is how many calls may be under way.
	Concurrency int
	// PerDay is how many calls may begin in a day of ResetZone (nil: UTC).
	PerDay    int
	ResetZone *time.Location
}

// Account is one credential at one vendor. It is handed to every adapter that
// uses the credential, in any domain, and carries what they share: its limits,
// and the times before which the vendor does not want to be asked, for one
// service or for the whole account. There is no secret in it.
//
// An Account is safe for concurrent use.
type Account struct {
	name   string
	limits Limits

	// marked is set once anything was ever made idle, so that the common case
	// needs no lock.
	marked atomic.Bool
	// inUse counts the calls under way; used only with a Concurrency limit.
	inUse atomic.Int64

	mu        sync.Mutex
	notBefore map[string]idleness
	tokens    float64
	filled    time.Time
	day       time.Time
	dayCount  int
}

// idleness is the time before which a service must not be asked, and why.
type idleness struct {
	until time.Time
	why   Code
}

// NewAccount returns an account with the given name, which stands in events and
// snapshots and must not be a secret.
func NewAccount(name string, limits Limits) *Account {
	if limits.Burst <= 0 {
		limits.Burst = max(1, int(math.Ceil(limits.QPS)))
	}
	if limits.ResetZone == nil {
		limits.ResetZone = time.UTC
	}
	return &Account{name: name, limits: limits, tokens: float64(limits.Burst)}
}

// Name returns the account's name.
func (a *Account) Name() string { return a.name }

// Limits returns the limits given to NewAccount, defaults filled in.
func (a *Account) Limits() Limits { return a.limits }

// Idle makes one service of the account, or all of it with service "", idle
// until then, as RateLimited. A time that is not later than one already known
// changes nothing. It reports whether something changed.
func (a *Account) Idle(service string, until time.Time) bool {
	return a.IdleFor(service, until, RateLimited)
}

// IdleFor is Idle for a reason, which clients that find the account idle give as
// their error's code: RateLimited, QuotaExhausted, Unauthenticated or
// PermissionDenied.
func (a *Account) IdleFor(service string, until time.Time, why Code) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.notBefore == nil {
		a.notBefore = make(map[string]idleness)
	}
	if !until.After(a.notBefore[service].until) {
		return false
	}
	a.notBefore[service] = idleness{until, why}
	a.marked.Store(true)
	return true
}

// Restore ends the idling of one service by hand, or of the whole account and
// all its services with service "".
func (a *Account) Restore(service string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if service == "" {
		clear(a.notBefore)
		return
	}
	delete(a.notBefore, service)
}

// NotBefore returns the time before which the service must not be asked, the
// later of its own and the whole account's. The zero time means none.
func (a *Account) NotBefore(service string) time.Time {
	until, _ := a.Idling(service)
	return until
}

// Idling is NotBefore with the reason. A time that has passed is no idleness any
// more.
func (a *Account) Idling(service string) (until time.Time, why Code) {
	if !a.marked.Load() {
		return time.Time{}, Unknown
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	i := a.notBefore[""]
	if s := a.notBefore[service]; s.until.After(i.until) {
		i = s
	}
	return i.until, i.why
}

// Admit asks for one call of the service to begin now. When it may, ok is true,
// the call is counted, and [Account.Done] must be called at its end. Otherwise
// wait is how long until it may, 0 when only a call that ends can make room.
func (a *Account) Admit(service string) (wait time.Duration, ok bool) {
	return a.Reserve(service, 1, 0)
}

// Reserve is [Account.Admit] for a call that can wait at most so long for its
// turn, and that the vendor counts as several: a matrix by its cells, where it
// does. When it may begin, ok is true and wait is how long to wait before, in
// the order of asking; the call is counted, also when it is given up while
// waiting. One that counts as more than Burst begins when all of that is there
// and it cannot wait for more. Done must be called at its end.
func (a *Account) Reserve(service string, calls int, most time.Duration) (wait time.Duration, ok bool) {
	l := &a.limits
	if a.marked.Load() {
		if t := a.NotBefore(service); !t.IsZero() {
			if w := time.Until(t); w > 0 {
				return w, false
			}
		}
	}
	if l.Concurrency > 0 {
		if a.inUse.Add(1) > int64(l.Concurrency) {
			a.inUse.Add(-1)
			return 0, false
		}
	}
	if l.QPS <= 0 && l.PerDay <= 0 {
		return 0, true
	}
	if wait, ok = a.take(time.Now(), calls, most); !ok && l.Concurrency > 0 {
		a.inUse.Add(-1)
	}
	return wait, ok
}

// Done ends a call that Admit let begin.
func (a *Account) Done() {
	if a.limits.Concurrency > 0 {
		a.inUse.Add(-1)
	}
}

// take takes as many of the day's calls and tokens, the latter ahead of time if
// that is at most so far ahead, or says how long to wait.
func (a *Account) take(now time.Time, calls int, most time.Duration) (time.Duration, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := &a.limits
	calls = max(calls, 1)
	if l.PerDay > 0 {
		y, m, d := now.In(l.ResetZone).Date()
		today := time.Date(y, m, d, 0, 0, 0, 0, l.ResetZone)
		if !today.Equal(a.day) {
			a.day, a.dayCount = today, 0
		}
		if a.dayCount+calls > l.PerDay {
			return max(time.Date(y, m, d+1, 0, 0, 0, 0, l.ResetZone).Sub(now), time.Millisecond), false
		}
	}
	var wait time.Duration
	if l.QPS > 0 {
		if !a.filled.IsZero() {
			a.tokens = min(float64(l.Burst), a.tokens+now.Sub(a.filled).Seconds()*l.QPS)
		}
		a.filled = now
		wait = a.refill(calls)
		if wait > most && calls > l.Burst { // never at once: it begins with all there is, and owes the rest
			wait = a.refill(l.Burst)
		}
		if wait > most {
			return wait, false
		}
		a.tokens -= float64(calls)
	}
	if l.PerDay > 0 {
		a.dayCount += calls
	}
	return wait, true
}

// refill is how long it takes until so many tokens are there.
func (a *Account) refill(tokens int) time.Duration {
	missing := float64(tokens) - a.tokens
	if missing <= 0 {
		return 0
	}
	return max(time.Duration(missing/a.limits.QPS*float64(time.Second)), time.Microsecond)
}

// Midnight returns the next midnight in the given zone after t, when a vendor's
// day quota begins anew.
func Midnight(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, zone)
}
