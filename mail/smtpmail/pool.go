package smtpmail

import (
	"sync"
	"time"

	"github.com/waybill-go/waybill"
)

// pool keeps the connections that wait for their next mail. places bounds all of
// them, those in use included.
type pool struct {
	places chan struct{}

	mu     sync.Mutex
	idle   []*session
	closed bool
}

// place waits for the right to use a connection.
func (t *transfer) place() *waybill.Error {
	select {
	case t.r.pool.places <- struct{}{}:
		return nil
	default:
	}
	wait := time.NewTimer(t.r.o.CommandTimeout)
	defer wait.Stop()
	select {
	case t.r.pool.places <- struct{}{}:
		return nil
	case <-t.ctx.Done():
		return t.broken(atConnect, nil, waybill.NotSent)
	case <-wait.C:
		e := t.error(waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent, "all connections to the relay are in use")
		e.VendorCode = CodeBusy
		return e
	}
}

func (t *transfer) leave() { <-t.r.pool.places }

// take returns a waiting session, the one used last, or nil. ok is false when
// the pool is closed.
func (p *pool) take() (s *session, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.idle); n > 0 {
		s = p.idle[n-1]
		p.idle = p.idle[:n-1]
		s.timer.Stop()
	}
	return s, !p.closed
}

// give takes a session back if it can serve again, else it ends it.
func (p *pool) give(s *session) {
	if s.lost || s.isCut.Load() || s.in.Buffered() > 0 {
		s.cut()
		return
	}
	keep := s.r.o.IdleTimeout
	p.mu.Lock()
	if p.closed || keep < 0 || s.mails >= s.r.o.MaxPerConn {
		p.mu.Unlock()
		s.quit()
		return
	}
	p.idle = append(p.idle, s)
	s.timer = time.AfterFunc(keep, func() { p.expire(s) })
	p.mu.Unlock()
}

// expire ends a session that has waited too long, unless it was just taken.
func (p *pool) expire(s *session) {
	p.mu.Lock()
	found := false
	for i := range p.idle {
		if p.idle[i] == s {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			found = true
			break
		}
	}
	p.mu.Unlock()
	if found {
		s.quit()
	}
}

func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	for _, s := range idle {
		s.timer.Stop()
	}
	p.mu.Unlock()
	for _, s := range idle {
		s.quit()
	}
}
