package fakehttp

import (
	"net/http"
	"sync"
)

// Rule says which requests a fault strikes. Rules are asked in the order they were added and the first that strikes
// wins; a rule that is used up makes way for the next.
type Rule struct {
	// Match picks the requests by their head and the first MiB of their body; nil picks all. It must not read the
	// request's Body, keep the slice, or call the server.
	Match func(r *http.Request, body []byte) bool
	// Skip is how many picked requests are served in health first.
	Skip int
	// Times is how many requests are struck; 0 is all from then on.
	Times int
	// Fault is what strikes.
	Fault Fault
}

// Fail makes f strike every request until [Server.Heal], in the place of whatever was installed before.
func (s *Server) Fail(f Fault) {
	s.Heal()
	s.Script(Rule{Fault: f})
}

// FailNext makes f strike the next n requests, after faults installed before are used up.
func (s *Server) FailNext(n int, f Fault) {
	if n > 0 {
		s.Script(Rule{Times: n, Fault: f})
	}
}

// FailWhen makes f strike the requests that match picks, until [Server.Heal]. See [Rule.Match] for what match may do.
func (s *Server) FailWhen(match func(r *http.Request, body []byte) bool, f Fault) {
	s.Script(Rule{Match: match, Fault: f})
}

// FailAfter serves n more requests in health and then fails until [Server.Heal]: an outage in the middle of a run.
func (s *Server) FailAfter(n int, f Fault) { s.Script(Rule{Skip: max(n, 0), Fault: f}) }

// Script adds rules behind those already there.
func (s *Server) Script(rules ...Rule) {
	for _, r := range rules {
		if r.Fault.Kind == RefuseKind && (r.Match != nil || r.Times > 0) {
			r.Fault.Kind = ResetOnAcceptKind
		}
		s.script.add(r)
		if r.Fault.Kind == ResetOnAcceptKind && r.Match == nil && r.Skip == 0 {
			s.resetIdle()
		}
	}
	s.settle()
}

// Heal takes all faults away and opens the port again if it was refusing. What hangs goes on hanging until its client
// leaves. Heal panics if the port cannot be listened on again.
func (s *Server) Heal() {
	s.script.clear()
	s.settle()
}

// settle makes the port refuse or admit as the script wants it by now. When it closes the port it also resets the
// connections that carry no request.
func (s *Server) settle() {
	if s.gate.settle(s.script.refuses) {
		s.resetIdle()
	}
}

// decision is what the script says about one request. With last the port refuses from now on, and this request's
// connection is not to be used again.
type decision struct {
	fault Fault
	last  bool
}

type script struct {
	mu    sync.Mutex
	rules []*Rule
}

func (s *script) add(r Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, &r)
}

func (s *script) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// matches reports whether a request's body is needed to decide on it.
func (s *script) matches() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rules {
		if r.Match != nil {
			return true
		}
	}
	return false
}

// pick decides on one request and counts it.
func (s *script) pick(req *http.Request, body []byte) (d decision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range s.rules {
		if r.Match != nil && !r.Match(req, body) {
			continue
		}
		if r.Skip > 0 {
			r.Skip--
			continue
		}
		d.fault = r.Fault
		s.use(i)
		break
	}
	d.last = s.refusesLocked()
	return d
}

// takeAccept decides on a connection before a request can be seen on it.
func (s *script) takeAccept() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rules) == 0 {
		return false
	}
	r := s.rules[0]
	if r.Match != nil || r.Skip > 0 || r.Fault.Kind != ResetOnAcceptKind {
		return false
	}
	s.use(0)
	return true
}

// use counts one strike of rule i and drops the rule when it was the last. The caller has the lock.
func (s *script) use(i int) {
	r := s.rules[i]
	if r.Times == 0 {
		return
	}
	if r.Times--; r.Times == 0 {
		s.rules = append(s.rules[:i:i], s.rules[i+1:]...)
	}
}

// refuses reports whether the port is to refuse connections: whether the first rule that strikes every request refuses.
func (s *script) refuses() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refusesLocked()
}

func (s *script) refusesLocked() bool {
	for _, r := range s.rules {
		if r.Match == nil && r.Skip == 0 {
			return r.Fault.Kind == RefuseKind
		}
	}
	return false
}
