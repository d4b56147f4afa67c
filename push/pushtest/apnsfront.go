package pushtest

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"

	"github.com/waybill-go/waybill/internal/fakehttp"
)

// apnsFront stands between the clients and the fake's own server, which is
// net/http's, and passes their HTTP/2 frames on. It does what net/http's server
// cannot be told to: a limit of streams that rises, refused streams, GOAWAY,
// silence. Header blocks are passed on unread; the size of the header table is 0,
// so that a block can be left out.
type apnsFront struct {
	back         *HandlerServer
	client       *http.Client
	listener     net.Listener
	config       *tls.Config // towards clients
	inner        *tls.Config // towards the server
	first, later uint32
	wg           sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[*apnsConn]bool
	by     map[string]*apnsConn // by the address that the server sees
	count  int
	beyond int
	refuse int
}

// newAPNsFront listens on a free port of the loopback interface, and panics when
// it cannot.
func newAPNsFront(back *HandlerServer, first, later int) *apnsFront {
	certificate, roots := fakehttp.Certificate()
	trusted := back.Server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	f := &apnsFront{
		back: back, first: uint32(first), later: uint32(later), conns: map[*apnsConn]bool{}, by: map[string]*apnsConn{},
		config: &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2"}, ClientAuth: tls.RequestClientCert},
		inner:  &tls.Config{RootCAs: trusted, ServerName: "127.0.0.1", NextProtos: []string{"h2"}},
	}
	f.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 100}}
	var err error
	if f.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		panic("pushtest: apns: listen: " + err.Error())
	}
	f.wg.Go(f.accept)
	return f
}

func (f *apnsFront) addr() string { return f.listener.Addr().String() }

func (f *apnsFront) accept() {
	for {
		c, err := f.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			f.wg.Go(func() { f.serve(c) })
		}
	}
}

// serve connects a client with the server. If that refuses, so do we, as far as
// one can after accepting.
func (f *apnsFront) serve(raw net.Conn) {
	address := f.back.Server.URL()[len("https://"):]
	server, err := tls.Dial("tcp", address, f.inner)
	if err != nil {
		cutOff(raw)
		return
	}
	c := &apnsConn{
		f: f, raw: raw, client: tls.Server(raw, f.config), server: server, limit: f.first,
		ready: make(chan struct{}), done: make(chan struct{}), open: map[uint32]bool{}, dropped: map[uint32]bool{},
	}
	if !f.add(c) {
		c.end(nil)
		return
	}
	defer f.remove(c)
	if err := c.client.HandshakeContext(context.Background()); err != nil || c.client.ConnectionState().NegotiatedProtocol != "h2" {
		c.end(nil)
		return
	}
	f.wg.Go(func() { c.end(c.downstream()) })
	c.end(c.upstream())
}

// cutOff resets a connection.
func cutOff(raw net.Conn) {
	if t, ok := raw.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = raw.Close()
}

func (f *apnsFront) add(c *apnsConn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.conns[c] = true
	f.by[c.server.LocalAddr().String()] = c
	f.count++
	return true
}

func (f *apnsFront) remove(c *apnsConn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, c)
	delete(f.by, c.server.LocalAddr().String())
}

// each calls do with every connection.
func (f *apnsFront) each(do func(*apnsConn)) {
	f.mu.Lock()
	var all []*apnsConn
	for c := range f.conns {
		all = append(all, c)
	}
	f.mu.Unlock()
	for _, c := range all {
		do(c)
	}
}

func (f *apnsFront) close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	_ = f.listener.Close()
	f.each(func(c *apnsConn) { c.end(nil) })
	f.wg.Wait()
	f.client.CloseIdleConnections()
}

func (f *apnsFront) find(remote string) *apnsConn {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.by[remote]
}

// admit lets a connection have all its streams.
func (f *apnsFront) admit(remote string) {
	if c := f.find(remote); c != nil {
		c.admit(f.later)
	}
}

// certificateOf returns the client certificate of a connection, or nil.
func (f *apnsFront) certificateOf(remote string) []byte {
	c := f.find(remote)
	if c == nil {
		return nil
	}
	if certs := c.client.ConnectionState().PeerCertificates; len(certs) > 0 {
		return certs[0].Raw
	}
	return nil
}

func (f *apnsFront) goAway() { f.each((*apnsConn).goAway) }
func (f *apnsFront) freeze() { f.each((*apnsConn).freeze) }

func (f *apnsFront) refuseNext(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse += n
}

// refused takes one of the streams that are to be refused.
func (f *apnsFront) refused() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refuse == 0 {
		return false
	}
	f.refuse--
	return true
}

func (f *apnsFront) tooMany() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.beyond++
}

func (f *apnsFront) opened() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

func (f *apnsFront) excess() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.beyond
}

// isReset reports whether a connection was reset rather than closed.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.ErrUnexpectedEOF)
}
