package failover

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
)

// Lane is one verb of a set: the members that offer it, typed by the domain's
// one-method interface P, with the verb's policy and each one's health.
type Lane[P any] struct {
	*lane
	impl []P
}

// lane is the part of a Lane that knows no types.
type lane struct {
	set     *Set
	verb    waybill.Verb
	op      string
	kind    Kind
	policy  waybill.Policy
	service string // the verb's key in accounts
	nodes   []*node

	mu sync.Mutex // guards the health of all nodes; node.state is read without

	calls, hedges atomic.Int64
}

// node is a member in a lane.
type node struct {
	m      *member
	index  int
	inUse  atomic.Int64
	health health
	// state is health.gen and, in the lowest bit, health.ejected, so that the
	// common case needs no lock.
	state   atomic.Uint64
	latency latency
}

// NewLane makes the lane of one verb of the members that implement P and, if
// they are [waybill.Capable], list the verb. policy is the application's, def
// the verb's defaults; what both leave at zero is [waybill.DefaultPolicy].
//
// Negative values switch a policy's field off: no time-out, floor, back-off,
// budget, ejection, bulkhead. Without TriesPerProvider nothing is repeated at a
// provider; without Tries there is one try.
func NewLane[P any](s *Set, verb waybill.Verb, kind Kind, def, policy waybill.Policy) *Lane[P] {
	l := &Lane[P]{lane: &lane{
		set: s, verb: verb, op: string(verb), kind: kind,
		policy:  policy.Or(def).Or(waybill.DefaultPolicy()),
		service: s.cfg.Domain + "." + string(verb),
	}}
	p := &l.policy
	p.Tries, p.TriesPerProvider = max(p.Tries, 1), max(p.TriesPerProvider, 1)
	for _, m := range s.members {
		impl, ok := m.Provider.(P)
		if c, is := m.Provider.(waybill.Capable); ok && is {
			ok = slices.Contains(c.Verbs(), verb)
		}
		if ok {
			l.nodes = append(l.nodes, &node{m: m, index: len(l.impl)})
			l.impl = append(l.impl, impl)
		}
	}
	s.mu.Lock()
	s.lanes = append(s.lanes, l.lane)
	s.mu.Unlock()
	return l
}

// Offered reports whether any member offers the verb.
func (l *Lane[P]) Offered() bool { return len(l.nodes) > 0 }

// Explain says who would serve the request, in order, and who is passed over
// and why. It asks nobody and changes nothing.
func (l *Lane[P]) Explain(sel *Select) []waybill.Candidate {
	if sel == nil {
		sel = new(Select)
	}
	now := time.Now()
	cands := l.choose(make([]cand, 0, len(l.nodes)), sel, now)
	out := make([]waybill.Candidate, len(cands))
	for i := range cands {
		k := &cands[i]
		out[i] = waybill.Candidate{Provider: k.n.m.name, Instance: k.n.m.instance}
		if k.reason != usable {
			out[i].Err = l.skipError(k, sel, now)
			out[i].Reason = out[i].Err.Message
			switch k.reason {
			case drained:
				out[i].Health = waybill.Drained
			case idling:
				out[i].Health = waybill.Idling
			}
			continue
		}
		out[i].Order = i + 1
		switch {
		case k.probe:
			out[i].Health = waybill.Probing
			out[i].Reason = "to be probed after its ejection"
		case k.forced:
			out[i].Health = waybill.Ejected
			out[i].Reason = "ejected; only if nobody else can serve"
		}
	}
	return out
}

// skipError is what stands in the verdict for a provider that was not asked.
func (l *lane) skipError(k *cand, sel *Select, now time.Time) *waybill.Error {
	e := &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent,
		Provider: k.n.m.name, Op: l.op, Ref: sel.Ref}
	switch k.reason {
	case notOnly:
		e.Message = "not the provider that was asked for"
	case drained:
		e.Code, e.Message = waybill.Unavailable, "taken out by hand"
	case wrongLane:
		e.Message = "not for this lane or tenant"
	case regionless:
		e.Message = "serves only certain regions, and the request names none"
	case outside:
		e.Message = "does not serve this region"
	case ineligible:
		own := *k.err
		own.Delivery = waybill.NotSent // nobody was asked
		return own.With(k.n.m.name, l.op, sel.Ref)
	case senderGone:
		e.Code, e.Scope, e.Message = waybill.PermissionDenied, waybill.ScopeSender, "refused this sender or template before"
		e.RetryAfter = time.Duration(k.until - now.UnixNano())
	case idling:
		e.Code, e.Scope, e.Message = k.code, waybill.ScopeAccount, "idle: the vendor asked to wait"
		e.RetryAfter = time.Duration(k.until - now.UnixNano())
		if k.code == waybill.Unauthenticated || k.code == waybill.PermissionDenied {
			e.Message = "idle: the credential was refused"
		}
	case full:
		e.Code, e.Message = waybill.RateLimited, "too many calls are under way at this provider"
	case limitReached:
		e.Code, e.Scope, e.Message = waybill.RateLimited, waybill.ScopeAccount, "the account's own limit is reached"
		e.RetryAfter = max(0, time.Duration(k.until-now.UnixNano()))
	}
	return e
}
