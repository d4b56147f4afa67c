package apnspush

import (
	"net/http"
	"sync"
	"time"
)

// warm is how long a connection of somebody else's transport may be relied on
// after its last answer: most close idle ones after 90 s.
const warm = time.Minute

// gate stands before a transport that is not net/http's own, whose connections
// cannot be seen: after a failure, and when nothing was answered for a while, one
// request goes alone, so that the others find its connection.
type gate struct {
	next    http.RoundTripper
	waiters queue

	mu       sync.Mutex
	alone    bool // a request goes alone
	answered time.Time
}

// RoundTrip implements [http.RoundTripper].
func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	first, err := g.enter(r)
	if err != nil {
		return nil, err
	}
	resp, err := g.next.RoundTrip(r)
	g.mu.Lock()
	if g.answered = (time.Time{}); err == nil {
		g.answered = time.Now()
	}
	if first {
		g.alone = false
	}
	g.mu.Unlock()
	g.waiters.wake(-1)
	return resp, err
}

// enter waits for the request that goes alone, if there is one, and reports
// whether this one is it.
func (g *gate) enter(r *http.Request) (first bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for {
		if err := r.Context().Err(); err != nil {
			return false, err
		}
		if time.Since(g.answered) < warm {
			return false, nil
		}
		if !g.alone {
			g.alone = true
			return true, nil
		}
		turn := g.waiters.join()
		g.mu.Unlock()
		select {
		case <-turn:
		case <-r.Context().Done():
			g.waiters.leave(turn)
		}
		g.mu.Lock()
	}
}

// retire makes the next request go alone.
func (g *gate) retire() {
	g.mu.Lock()
	g.answered = time.Time{}
	g.mu.Unlock()
}
