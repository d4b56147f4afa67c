package failover

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
)

const (
	// longestWait bounds what a vendor may say of a limit that is no quota; more
	// is absurd and is ignored.
	longestWait = time.Hour
	// longestQuota bounds what it may say of a quota, or of one recipient's limit:
	// packages last a month.
	longestQuota = 31 * 24 * time.Hour
)

// limits is what keeps one member from being asked, beside its account: the
// provider's own not-before, and senders that it refused.
type limits struct {
	marked    atomic.Bool
	mu        sync.Mutex
	notBefore time.Time
	why       waybill.Code
	senders   map[string]time.Time
}

func (m *limits) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notBefore, m.senders = time.Time{}, nil
}

// idle returns the time before which the service must not be asked, and why.
func (m *limits) idle(a *waybill.Account, service string) (time.Time, waybill.Code) {
	t, why := a.Idling(service)
	if !m.marked.Load() {
		return t, why
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.notBefore.After(t) {
		return m.notBefore, m.why
	}
	return t, why
}

func (m *limits) until(t time.Time, why waybill.Code) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !t.After(m.notBefore) {
		return false
	}
	m.notBefore, m.why = t, why
	m.marked.Store(true)
	return true
}

// refuse makes a sender or template ineligible until then.
func (m *limits) refuse(sender string, now, till time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.senders == nil {
		m.senders = make(map[string]time.Time)
	}
	for k, t := range m.senders {
		if !t.After(now) {
			delete(m.senders, k)
		}
	}
	m.senders[sender] = till
	m.marked.Store(true)
}

func (m *limits) refused(sender string, now time.Time) time.Duration {
	if sender == "" || !m.marked.Load() {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return max(0, m.senders[sender].Sub(now))
}

// sane returns the error with a wait that can be believed. A limit that would
// last more than an hour without being a quota, and a negative wait, mean that
// nobody knows when: the wait is taken away. again is false when the vendor's
// wait was nonsense, so that the provider is not asked again in this call.
func sane(e *waybill.Error) (out *waybill.Error, again bool) {
	longest := longestWait
	if e.Code == waybill.QuotaExhausted || e.Code == waybill.RecipientLimited {
		longest = longestQuota
	}
	if e.RetryAfter >= 0 && e.RetryAfter <= longest {
		return e, true
	}
	c := *e
	c.RetryAfter = 0
	return &c, false
}

// obey idles exactly what the error names, and tells the hook. The verdict of a
// nested client idles nothing: that client has obeyed already, and others of its
// providers may still serve.
func (c *call) obey(n *node, e *waybill.Error, now time.Time) {
	l, sender := c.l, c.sel.Sender
	if e.Delivery == waybill.Sent || e.Scope == waybill.ScopeRecipient {
		return
	}
	if e.Scope == waybill.ScopeSender {
		if sender != "" && l.policy.SenderCoolDown > 0 {
			n.m.limits.refuse(sender, now, now.Add(max(l.policy.SenderCoolDown, e.RetryAfter)))
		}
		return
	}
	wait, whole := e.RetryAfter, e.Scope == waybill.ScopeAccount
	switch e.Code {
	case waybill.RateLimited:
	case waybill.QuotaExhausted:
		if wait == 0 {
			wait = l.policy.CoolDown
		}
	case waybill.Unauthenticated, waybill.PermissionDenied:
		wait = max(wait, l.policy.CoolDown)
		whole = whole || e.Scope == waybill.ScopeUnknown && e.Code == waybill.Unauthenticated
	default:
		return
	}
	if wait <= 0 || e.Scope == waybill.ScopeRequest {
		return
	}
	until := now.Add(wait)
	ev := waybill.Idle{Call: c.about(0), Provider: n.m.name, Instance: n.m.instance, Until: until, Code: e.Code}
	changed := false
	switch {
	case e.Scope == waybill.ScopeProvider:
		changed = n.m.limits.until(until, e.Code)
	case whole:
		ev.Account = n.m.account.Name()
		changed = n.m.account.IdleFor("", until, e.Code)
	default:
		ev.Account, ev.Service = n.m.account.Name(), l.service
		changed = n.m.account.IdleFor(l.service, until, e.Code)
	}
	if h := c.hooks; changed && h != nil && h.OnIdle != nil {
		h.OnIdle(c.ctx, ev)
	}
}
