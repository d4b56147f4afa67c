package fakehttp

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// captureLimit is how much of a request's body is read before the handler runs, in bytes, for [Rule] matches and the
// log. Longer bodies stream to the handler behind that.
const captureLimit = 1 << 20

// closeWait is how long [Server.Close] waits for handlers that do not heed their request's context.
const closeWait = 2 * time.Second

// Server is a fake provider listening on the loopback interface. Make one with [New]. All methods are safe for
// concurrent use.
type Server struct {
	name    string
	handler http.Handler
	opts    options
	gate    *gate
	http    *http.Server
	client  *http.Client
	ledger  *Ledger
	script  script
	log     exchangeLog
	counts  counts

	closing   chan struct{}
	served    chan struct{}
	closeOnce sync.Once

	mu      sync.Mutex
	closed  bool
	running int
	idle    chan struct{} // made by Close, closed when running falls to 0
	conns   map[net.Conn]http.ConnState
}

// New starts a fake called name (such as "amap") that answers with h. It listens on a free port of 127.0.0.1 and
// panics when it cannot, as httptest does. The caller closes it.
func New(name string, h http.Handler, opts ...Option) *Server {
	o := options{logSize: 512, logBody: 8 << 10}
	for _, opt := range opts {
		opt(&o)
	}
	s := &Server{
		name: name, handler: h, opts: o, ledger: o.ledger,
		closing: make(chan struct{}), served: make(chan struct{}), conns: map[net.Conn]http.ConnState{},
	}
	g, err := openGate(s.script.takeAccept)
	if err != nil {
		panic(fmt.Sprintf("fakehttp: %s: listen: %v", name, err))
	}
	s.gate = g
	if s.ledger == nil {
		s.ledger = new(Ledger)
	}
	s.log.size, s.log.body, s.log.mask = o.logSize, o.logBody, o.masks
	s.http = &http.Server{
		Handler:     http.HandlerFunc(s.serve),
		ConnState:   s.track,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
		ErrorLog:    log.New(io.Discard, "", 0),
		Protocols:   new(http.Protocols),
	}
	s.http.Protocols.SetHTTP1(true)
	var roots *tls.Config
	if o.tls {
		cert, pool := Certificate(o.hosts...)
		s.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
		s.http.Protocols.SetHTTP2(!o.http1)
		roots = &tls.Config{RootCAs: pool}
	}
	s.client = &http.Client{Transport: newTransport(g.addr, o, roots)}
	go func() {
		defer close(s.served)
		if o.tls {
			s.http.ServeTLS(g, "", "")
			return
		}
		s.http.Serve(g)
	}()
	return s
}

// Name returns the fake's name.
func (s *Server) Name() string { return s.name }

// URL returns the base URL without a slash at its end: http://127.0.0.1:PORT, or https:// with [TLS].
func (s *Server) URL() string {
	if s.opts.tls {
		return "https://" + s.gate.addr
	}
	return "http://" + s.gate.addr
}

// Client returns a client that trusts the fake's certificate, uses no proxy and reaches the fake under the names given
// by [Hosts]. It is one client for all callers, with no time-out of its own.
func (s *Server) Client() *http.Client { return s.client }

// Ledger returns what the fake accepted: its own ledger, or the one given by [WithLedger].
func (s *Server) Ledger() *Ledger { return s.ledger }

// Close stops the fake: hangs end, connections are cut, the port is given back. It does not wait for clients, and for
// handlers that ignore their request's context at most 2 seconds. Closing twice is harmless.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		close(s.closing)
		s.gate.Close()
		s.http.Close()
		<-s.served
		s.client.CloseIdleConnections()
		s.mu.Lock()
		s.closed = true
		s.idle = make(chan struct{})
		if s.running == 0 {
			close(s.idle)
		}
		s.mu.Unlock()
		limit := time.NewTimer(closeWait)
		defer limit.Stop()
		select {
		case <-s.idle:
		case <-limit.C:
		}
	})
}

func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running++
	return true
}

func (s *Server) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	if s.running == 0 && s.idle != nil {
		close(s.idle)
	}
}

// serve is the handler in front of the fake's own.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		panic(http.ErrAbortHandler)
	}
	defer s.end()
	x := Exchange{Time: time.Now(), Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: r.URL.RawQuery,
		Proto: r.Proto, Header: r.Header.Clone()}
	s.counts.add(r.URL.Path)

	late := s.script.matches()
	var d decision
	if !late {
		d = s.script.pick(r, nil)
	}
	if d.fault.Kind == HangBeforeReadKind {
		s.finish(&x, d.fault, nil, nil)
		s.hang(r)
		panic(http.ErrAbortHandler)
	}
	body, err := capture(r)
	if err != nil { // the client left in the middle of its request
		x.Aborted = true
		s.finish(&x, d.fault, body, nil)
		panic(http.ErrAbortHandler)
	}
	if late {
		d = s.script.pick(r, body)
	}
	if d.last {
		s.settle()
		w.Header().Set("Connection", "close")
	}
	if d.fault.Kind == None {
		rec := &recorder{ResponseWriter: w, limit: s.opts.logBody}
		s.handle(s.handler, rec, r)
		x.Processed = true
		s.finish(&x, d.fault, body, rec)
		return
	}
	s.inject(w, r, &x, d.fault, body)
}

// handle runs a handler; a panic in it is a bug of the fake and becomes a 500 that says so.
func (s *Server) handle(h http.Handler, w http.ResponseWriter, r *http.Request) {
	defer func() {
		switch v := recover(); {
		case v == nil:
		case v == http.ErrAbortHandler:
			panic(v)
		default:
			http.Error(w, fmt.Sprintf("fake %s: panic: %v\n%s", s.name, v, debug.Stack()), http.StatusInternalServerError)
		}
	}()
	h.ServeHTTP(w, r)
}

// capture reads the beginning of the body and puts it back in front of the rest.
func capture(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	head, err := io.ReadAll(io.LimitReader(r.Body, captureLimit))
	if err != nil {
		return head, err
	}
	rest := r.Body
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), rest), rest}
	return head, nil
}

// finish writes the exchange down.
func (s *Server) finish(x *Exchange, f Fault, body []byte, reply reply) {
	x.Fault, x.Body = f.name(), string(body)
	if reply != nil {
		x.Status, x.ReplyHeader, x.Reply = reply.result()
	}
	x.Took = time.Since(x.Time)
	s.log.add(*x)
}

type connKey struct{}

// track keeps the state of every connection, for resetIdle.
func (s *Server) track(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(s.conns, c)
		return
	}
	s.conns[c] = state
}

// resetIdle resets the connections that carry no request.
func (s *Server) resetIdle() {
	s.client.CloseIdleConnections()
	s.mu.Lock()
	var idle []net.Conn
	for c, state := range s.conns {
		if state == http.StateIdle || state == http.StateNew {
			idle = append(idle, c)
		}
	}
	s.mu.Unlock()
	for _, c := range idle {
		resetConn(c)
	}
}

// resetConn ends a connection with a TCP reset instead of an orderly close.
func resetConn(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if t, ok := c.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	c.Close()
}

var errGateClosed = errors.New("fakehttp: closed")
