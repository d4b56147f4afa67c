package failover

import (
	"math"
	"time"

	"github.com/waybill-go/waybill"
)

// health is what a lane knows of one provider. The lane's lock guards it.
type health struct {
	// gen counts the changes of state: the result of an attempt that began
	// under an earlier one is ignored.
	gen              uint64
	ejected, probing bool
	until            time.Time // when an ejected provider may be probed
	steps            int       // n of the next ejection's 2ⁿ
	recovered        time.Time
	consecutive      int
	local            int
	window           window
	successes        uint64
	failures         uint64
}

// ticket is an attempt's place in a provider's health.
type ticket struct {
	gen   uint64
	probe bool
}

// admit hands out a ticket at the beginning of an attempt. An ejected provider
// whose time is over gives exactly one ticket of a probe; without one, and
// unless forced, the attempt must not be made.
func (l *lane) admit(n *node, now time.Time, forced bool) (ticket, bool) {
	if s := n.state.Load(); s&1 == 0 {
		return ticket{gen: s >> 1}, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	h := &n.health
	switch {
	case forced || !h.ejected:
		return ticket{gen: h.gen}, true
	case h.probing || now.Before(h.until):
		return ticket{}, false
	}
	h.probing = true
	return ticket{gen: h.gen, probe: true}, true
}

// report gives a ticket back with what the attempt found. It returns what
// changed, for the hook.
func (l *lane) report(n *node, t ticket, e effect, isLocal bool, now time.Time) (ev waybill.Ejection, changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := &n.health
	switch e {
	case healthy:
		h.successes++
	case failed:
		h.failures++
	}
	if t.gen != h.gen {
		return ev, false
	}
	if h.ejected {
		if !t.probe {
			return ev, false // tried for want of others: no probe
		}
		h.probing = false
		switch e {
		case healthy:
			h.ejected, h.until, h.recovered = false, time.Time{}, now
			n.reset()
			return waybill.Ejection{Provider: n.m.name, Instance: n.m.instance, Recovered: true}, true
		case failed:
			return l.eject(n, "probe", now), true
		}
		return ev, false
	}
	switch e {
	case healthy:
		h.consecutive, h.local = 0, 0
		h.window.add(now, l.policy.FailureWindow, true)
	case failed:
		h.consecutive++
		h.local++
		if !isLocal {
			h.local = 0
		}
		h.window.add(now, l.policy.FailureWindow, false)
		if reason := l.unwell(h); reason != "" && l.mayEject(n, now) {
			return l.eject(n, reason, now), true
		}
	}
	return ev, false
}

// reset begins a new generation with clean counters.
func (n *node) reset() {
	h := &n.health
	h.gen++
	s := h.gen << 1
	if h.ejected {
		s |= 1
	}
	n.state.Store(s)
	h.consecutive, h.local, h.probing = 0, 0, false
	h.window = window{}
}

// unwell names the limit that a provider's failures have reached, or "".
func (l *lane) unwell(h *health) string {
	p := &l.policy
	switch {
	case p.LocalFailures > 0 && h.local >= p.LocalFailures:
		return "local"
	case p.ConsecutiveFailures > 0 && h.consecutive >= p.ConsecutiveFailures:
		return "consecutive"
	}
	if p.FailureShare > 0 && p.FailureSample > 0 {
		ok, bad := h.window.sum()
		if all := ok + bad; all >= p.FailureSample && float64(bad) >= p.FailureShare*float64(all) {
			return "share"
		}
	}
	return ""
}

// mayEject reports whether one more may be ejected: counted as if it already
// were, the share stays within bounds, and somebody remains who can be asked.
func (l *lane) mayEject(n *node, now time.Time) bool {
	if l.policy.Ejection <= 0 {
		return false
	}
	ejected, left := 1, 0
	for i := range l.nodes {
		o := l.nodes[i]
		switch {
		case o == n:
		case o.health.ejected:
			ejected++
		case o.m.drained.Load():
		default:
			if until, _ := o.m.limits.idle(o.m.account, l.service); !until.After(now) {
				left++
			}
		}
	}
	if left == 0 {
		return false
	}
	share := l.policy.EjectShare
	return share < 0 || float64(ejected) <= share*float64(len(l.nodes))
}

// eject takes a provider out for the base time doubled with every ejection, and
// halved again for every clean interval (as long as the base time) since it
// recovered. The jitter is 20 % either way; the cap holds after it.
func (l *lane) eject(n *node, reason string, now time.Time) waybill.Ejection {
	h := &n.health
	base := l.policy.Ejection
	if !h.recovered.IsZero() {
		h.steps = max(0, h.steps-int(min(now.Sub(h.recovered)/base, math.MaxInt16)))
		h.recovered = time.Time{}
	}
	d := jitter(doubled(base, h.steps), l.set.cfg.Rand())
	if l.policy.EjectionMax > 0 {
		d = min(d, l.policy.EjectionMax)
	}
	h.steps = min(h.steps+1, 30)
	h.ejected, h.until = true, now.Add(d)
	n.reset()
	return waybill.Ejection{Provider: n.m.name, Instance: n.m.instance, Until: h.until, For: d, Reason: reason}
}

// restore makes a provider healthy by hand.
func (l *lane) restore(m *member) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.nodes {
		if n.m == m {
			n.health.ejected, n.health.until, n.health.steps, n.health.recovered = false, time.Time{}, 0, time.Time{}
			n.reset()
		}
	}
}

// status is one line of Set.Status.
func (l *lane) status(n *node, now time.Time) waybill.Status {
	s := waybill.Status{Provider: n.m.name, Instance: n.m.instance, Op: l.verb, InUse: int(n.inUse.Load())}
	idle, _ := n.m.limits.idle(n.m.account, l.service)
	l.mu.Lock()
	defer l.mu.Unlock()
	h := &n.health
	s.Successes, s.Failures = h.successes, h.failures
	switch {
	case n.m.drained.Load():
		s.Health = waybill.Drained
	case idle.After(now):
		s.Health, s.Until = waybill.Idling, idle
	case h.probing:
		s.Health, s.Until = waybill.Probing, h.until
	case h.ejected:
		s.Health, s.Until = waybill.Ejected, h.until
	}
	return s
}

// doubled returns d × 2ⁿ without overflow.
func doubled(d time.Duration, n int) time.Duration {
	if n > 30 || d > math.MaxInt64>>(n+1) {
		return math.MaxInt64 / 2
	}
	return d << n
}

// jitter spreads d by 20 % either way; r is in [0, 1).
func jitter(d time.Duration, r float64) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*r))
}

const buckets = 10

// window counts results over the recent past in ten buckets.
type window struct {
	at   int64 // number of the newest bucket
	good [buckets]uint32
	bad  [buckets]uint32
}

func (w *window) add(now time.Time, length time.Duration, ok bool) {
	if length <= 0 {
		return
	}
	at := now.UnixNano() / max(1, int64(length)/buckets)
	switch gap := at - w.at; {
	case gap >= buckets:
		*w = window{at: at}
	case gap > 0:
		for k := w.at + 1; k <= at; k++ {
			w.good[k%buckets], w.bad[k%buckets] = 0, 0
		}
		w.at = at
	}
	if ok {
		w.good[w.at%buckets]++
		return
	}
	w.bad[w.at%buckets]++
}

func (w *window) sum() (ok, bad int) {
	for i := range buckets {
		ok += int(w.good[i])
		bad += int(w.bad[i])
	}
	return ok, bad
}
