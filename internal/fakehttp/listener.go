package fakehttp

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// gate is a listener whose port can refuse connections for a while. To refuse, the listening socket is closed: that is
// the only way a client sees a true "connection refused". So that nobody else is given the port meanwhile, one
// connection to it is kept open (the "hold"); with it the system does not hand the port out, and listening on it again
// still succeeds.
type gate struct {
	addr      string
	resetNext func() bool // whether to reset the connection just accepted
	conns     chan net.Conn
	done      chan struct{}

	turn sync.Mutex // held while changing between refusing and admitting

	mu     sync.Mutex
	inner  net.Listener // nil while refusing or closed
	hold   [2]net.Conn
	divert *diversion
	closed bool
}

// diversion takes accepted connections away from the server while refuse waits for its hold.
type diversion struct {
	conns chan net.Conn
	done  chan struct{}
}

func openGate(resetNext func() bool) (*gate, error) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	g := &gate{addr: inner.Addr().String(), inner: inner, resetNext: resetNext,
		conns: make(chan net.Conn), done: make(chan struct{})}
	go g.pump(inner)
	return g, nil
}

// pump hands over what one listening socket accepts, until that is closed.
func (g *gate) pump(inner net.Listener) {
	for {
		c, err := inner.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of file descriptors, say
			time.Sleep(5 * time.Millisecond)
			continue
		}
		g.mu.Lock()
		d := g.divert
		g.mu.Unlock()
		if d != nil {
			select {
			case d.conns <- c:
			case <-d.done:
				resetConn(c)
			}
			continue
		}
		if g.resetNext() {
			resetConn(c)
			continue
		}
		select {
		case g.conns <- c:
		case <-g.done:
			resetConn(c)
		}
	}
}

// settle closes the port to new connections, or opens it again, as want says once it is this call's turn, so that the
// last of several concurrent changes wins. It reports whether it closed the port.
func (g *gate) settle(want func() bool) (shut bool) {
	g.turn.Lock()
	defer g.turn.Unlock()
	if want() {
		return g.refuse()
	}
	g.admit()
	return false
}

// refuse closes the port to new connections and reports whether it was open.
func (g *gate) refuse() bool {
	g.mu.Lock()
	inner := g.inner
	if inner == nil {
		g.mu.Unlock()
		return false
	}
	g.inner = nil
	d := &diversion{conns: make(chan net.Conn), done: make(chan struct{})}
	g.divert = d
	g.mu.Unlock()

	var hold [2]net.Conn
	if c, err := net.Dial("tcp", g.addr); err == nil {
		hold[0] = c
		for hold[1] == nil {
			// The hold is on its way; whoever comes in between is turned away.
			if a := <-d.conns; a.RemoteAddr().String() == c.LocalAddr().String() {
				hold[1] = a
			} else {
				resetConn(a)
			}
		}
	}
	inner.Close()
	close(d.done)

	g.mu.Lock()
	defer g.mu.Unlock()
	g.divert = nil
	g.hold = hold
	if g.closed {
		g.release()
	}
	return true
}

// admit listens again on the same port.
func (g *gate) admit() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inner != nil || g.closed {
		return
	}
	inner, err := net.Listen("tcp", g.addr)
	if err != nil {
		panic(fmt.Sprintf("fakehttp: cannot listen on %s again: %v", g.addr, err))
	}
	g.inner = inner
	g.release()
	go g.pump(inner)
}

// release lets go of the hold. The caller has the lock. Both ends are reset, so that the port is not left waiting.
func (g *gate) release() {
	for i, c := range g.hold {
		if c != nil {
			resetConn(c)
			g.hold[i] = nil
		}
	}
}

// Accept implements [net.Listener].
func (g *gate) Accept() (net.Conn, error) {
	select {
	case c := <-g.conns:
		return c, nil
	case <-g.done:
		return nil, errGateClosed
	}
}

// Close implements [net.Listener].
func (g *gate) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil
	}
	g.closed = true
	close(g.done)
	if g.inner != nil {
		g.inner.Close()
		g.inner = nil
	}
	g.release()
	return nil
}

// Addr implements [net.Listener].
func (g *gate) Addr() net.Addr {
	a, _ := net.ResolveTCPAddr("tcp", g.addr)
	return a
}
