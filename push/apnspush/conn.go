package apnspush

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The texts with which net/http fails a request that was given no stream, since
// its connection had ended meanwhile.
const (
	textUnusable = "http2: client conn not usable"
	textNoConn   = "http2: client conn could not be established"
)

// lookAgain is how often one that waits for a stream looks for it unasked:
// net/http does not tell of a change and its undoing that both happen while it
// tells of another.
const lookAgain = 20 * time.Millisecond

// rebegins is how often a request that was given no stream is taken to another
// connection.
const rebegins = 3

// conns sends everything over one HTTP/2 connection, as net/http's own pool does
// not: that one opens more when requests come before the first answer, and
// again whenever the server's limit of streams is reached, which with Apple is 1
// until a valid token was seen. Here a new connection carries one request alone
// until that is answered; by then its settings are known, and what exceeds the
// limit waits. A connection that says GOAWAY, is lost, or was silent while a
// request ran out of time takes no more, and the next request opens another.
//
// It is an [http.RoundTripper] for one origin, and repeats only what was not
// begun.
type conns struct {
	transport *http.Transport
	scheme    string
	address   string
	waiters   queue

	mu     sync.Mutex
	conn   *conn
	flight *dialing
	opened int
}

// conn is a connection and what is known of it. All but answered is guarded by
// conns.mu.
type conn struct {
	*http.ClientConn
	limit    int  // of streams, as last seen
	priming  bool // the first request is under way
	primed   bool // it was answered
	watched  bool // the connection says when it has a free stream
	answered atomic.Int64
}

// dialing is a dial that others wait for.
type dialing struct {
	done chan struct{}
	err  error
	own  bool // only the dialling caller's own time ended
}

// newConns returns connections to one origin. The transport is theirs alone.
func newConns(t *http.Transport, scheme, host string) *conns {
	if _, _, err := net.SplitHostPort(host); err != nil {
		port := "443"
		if scheme == "http" {
			port = "80"
		}
		host = net.JoinHostPort(strings.Trim(host, "[]"), port)
	}
	return &conns{transport: t, scheme: scheme, address: host}
}

// RoundTrip implements [http.RoundTripper].
func (p *conns) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	for n := 0; ; n++ {
		c, first, err := p.take(ctx)
		if err != nil {
			return nil, err
		}
		began := time.Now().UnixNano()
		resp, err := c.RoundTrip(r)
		if err == nil {
			c.answered.Store(time.Now().UnixNano())
		}
		stuck := err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && c.answered.Load() < began
		if first || stuck {
			p.done(c, first, err == nil, stuck)
		}
		if err != nil && n < rebegins && notBegun(err) {
			continue
		}
		return resp, err
	}
}

// notBegun reports whether a request failed before it had a stream: nothing of
// it was sent, and nothing of its body read.
func notBegun(err error) bool {
	s := err.Error()
	return s == textUnusable || s == textNoConn
}

// take reserves a stream, opening a connection if there is none. first is set
// for the request that goes alone.
func (p *conns) take(ctx context.Context) (c *conn, first bool, err error) {
	trace := httptrace.ContextClientTrace(ctx)
	if trace != nil && trace.GetConn != nil {
		trace.GetConn(p.address)
	}
	if c, first, err = p.wait(ctx); err != nil {
		return nil, false, err
	}
	if trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{Reused: !first})
	}
	return c, first, nil
}

// wait returns as soon as there is a stream.
func (p *conns) wait(ctx context.Context) (c *conn, first bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
		if c, first = p.reserve(); c != nil {
			p.waiters.wake(1) // there may be more where this came from
			return c, first, nil
		}
		if p.conn != nil {
			c, first = p.queue(ctx)
		} else if err = p.connect(ctx); err != nil {
			return nil, false, err
		}
		if c != nil {
			return c, first, nil
		}
	}
}

// queue waits until something has changed, and returns a stream if it got one on
// the way. The lock is held, but not while it waits.
func (p *conns) queue(ctx context.Context) (*conn, bool) {
	turn := p.waiters.join()
	defer p.waiters.leave(turn)
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		// A stream that became free before we joined woke nobody.
		if c, first := p.reserve(); c != nil || p.conn == nil {
			return c, first
		}
		p.mu.Unlock()
		ended := false
		select {
		case <-turn:
			ended = true
		case <-ctx.Done():
			ended = true
		case <-tick.C:
		}
		p.mu.Lock()
		if ended {
			return nil, false
		}
	}
}

// reserve tries to get a stream; the lock is held. A connection that will have
// none any more is dropped.
func (p *conns) reserve() (c *conn, first bool) {
	c = p.conn
	if c == nil || c.priming {
		return nil, false
	}
	if c.Reserve() != nil {
		if c.over() {
			p.drop(c)
			return nil, false
		}
		if !c.watched {
			c.watched = true
			c.SetStateHook(func(*http.ClientConn) { p.waiters.wake(1) })
		}
		return nil, false
	}
	if !c.primed {
		c.priming = true
		return c, true
	}
	// In this order a stream that ends meanwhile makes the sum too small, which
	// is harmless.
	free := c.Available()
	c.limit = free + c.InFlight()
	return c, false
}

// over reports whether a connection that has no free stream will have none any
// more: it is closed, or told to go away, which shows in that it takes nothing
// although its limit is not reached.
func (c *conn) over() bool {
	if c.Err() != nil {
		return true
	}
	running := c.InFlight()
	return c.Available() == 0 && (running == 0 || running < c.limit)
}

// connect opens a connection, or waits for whoever is opening one and shares the
// failure. The lock is held, but not meanwhile.
func (p *conns) connect(ctx context.Context) error {
	f := p.flight
	if f == nil {
		f = &dialing{done: make(chan struct{})}
		p.flight = f
		p.mu.Unlock()
		cc, err := p.transport.NewClientConn(ctx, p.scheme, p.address)
		p.mu.Lock()
		p.flight = nil
		if f.err, f.own = err, ctx.Err() != nil; err == nil {
			p.conn = &conn{ClientConn: cc}
			p.opened++
		}
		close(f.done)
		return err
	}
	p.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
	}
	p.mu.Lock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.own {
		return nil
	}
	return f.err
}

// done gives a connection back after its first request, or one that got stuck.
func (p *conns) done(c *conn, first, answered, stuck bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if first {
		c.priming = false
		c.primed = c.primed || answered
		p.waiters.wake(1)
	}
	if stuck {
		p.drop(c)
	}
}

// drop lets a connection go: it gets no more requests, and is closed when those
// under way have ended. The lock is held.
func (p *conns) drop(c *conn) {
	if p.conn == c {
		p.conn = nil
		p.waiters.wake(-1)
	}
	end := func(*http.ClientConn) {
		if c.InFlight() == 0 {
			_ = c.Close()
		}
	}
	c.SetStateHook(end)
	end(c.ClientConn)
}

// retire makes the next request open a new connection.
func (p *conns) retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil {
		p.drop(p.conn)
	}
}
