// Package wiretest is a scripted HTTP server that misbehaves on purpose. It
// speaks HTTP/1.1 over TCP or TLS, or HTTP/2 over TLS with frames written by
// hand, so that it can do what a well-made server never does: hang at any
// point, reset the connection in mid-reply, refuse a stream, or promise more
// bytes than it sends.
//
// # Usage
//
// A script is one [Step] per request; the last one serves all further requests.
// The server counts the requests that began and those that arrived whole, which
// is what "was it sent?" is measured against:
//
//	s := wiretest.NewServer(wiretest.Options{HTTP2: true})
//	defer s.Close()
//	s.Script(wiretest.RefuseStream(), wiretest.Respond(200, `{"ok":true}`))
//
// # Concurrency
//
// A Server is safe for concurrent use. Steps run on their request's own
// goroutine; Close ends all of them and waits.
package wiretest

import (
	"bufio"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
)

// Options says what a [Server] speaks. The zero value is HTTP/1.1 over TCP.
type Options struct {
	// TLS speaks HTTP/1.1 over TLS.
	TLS bool
	// HTTP2 speaks HTTP/2 over TLS and nothing else.
	HTTP2 bool
	// Mute accepts connections and never says anything, not even in a TLS
	// handshake.
	Mute bool
	// Plain, with TLS, answers the handshake with plain HTTP.
	Plain bool
	// CloseAccepted closes every connection as soon as it is accepted.
	CloseAccepted bool
}

// Seen is a request as it arrived.
type Seen struct {
	// Method, Target and Header are known over HTTP/1.1 alone.
	Method, Target string
	Header         http.Header
	// Body is what arrived of the body.
	Body string
	// Whole says that all of the request arrived.
	Whole bool
}

// Server is a scripted server on a local port.
type Server struct {
	// URL is the server's address, without a path.
	URL string

	opts     Options
	listener net.Listener
	tls      *tls.Config
	client   *http.Client
	done     chan struct{}
	wg       sync.WaitGroup

	mu     sync.Mutex
	script []Step
	next   int
	conns  map[net.Conn]bool
	opened int
	begun  int
	whole  int
	had    map[string]int
	seen   []Seen
}

// NewServer starts a server. It panics when no local port can be had. Without a
// script it answers 200 with an empty JSON object.
func NewServer(opts Options) *Server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic("wiretest: " + err.Error())
	}
	s := &Server{opts: opts, listener: l, done: make(chan struct{}), conns: map[net.Conn]bool{}, had: map[string]int{}}
	s.URL = "http://" + l.Addr().String()
	transport := &http.Transport{}
	if opts.TLS || opts.HTTP2 {
		s.URL = "https://" + l.Addr().String()
		var roots *tls.Config
		s.tls, roots = newCertificate()
		if opts.HTTP2 {
			s.tls.NextProtos = []string{"h2"}
		}
		transport.TLSClientConfig = roots
		transport.ForceAttemptHTTP2 = opts.HTTP2
	}
	s.client = &http.Client{Transport: transport}
	s.wg.Add(1)
	go s.accept()
	return s
}

// Client returns an http.Client that trusts the server. All callers get the
// same one.
func (s *Server) Client() *http.Client { return s.client }

// Script replaces the script. The first step serves the next request.
func (s *Server) Script(steps ...Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script, s.next = steps, 0
}

// Begun returns how many requests began to arrive.
func (s *Server) Begun() int { return s.count(&s.begun) }

// Whole returns how many requests arrived whole and so may have been
// processed. A request that a step refused unseen is not counted.
func (s *Server) Whole() int { return s.count(&s.whole) }

// Conns returns how many connections were accepted.
func (s *Server) Conns() int { return s.count(&s.opened) }

func (s *Server) count(n *int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *n
}

// Had returns how often a request with exactly this body arrived whole.
func (s *Server) Had(body string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.had[body]
}

// Requests returns the requests whose steps have read them, in order.
func (s *Server) Requests() []Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Seen(nil), s.seen...)
}

// CloseConns closes the connections that are open now, as a server does with
// idle ones.
func (s *Server) CloseConns() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
	}
}

// Close stops the server, ends all steps and waits for them.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.done:
		s.mu.Unlock()
		return
	default:
	}
	close(s.done)
	s.mu.Unlock()
	_ = s.listener.Close()
	s.CloseConns()
	s.wg.Wait()
	s.client.CloseIdleConnections()
}

func (s *Server) accept() {
	defer s.wg.Done()
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = true
		s.opened++
		select {
		case <-s.done:
			_ = c.Close()
		default:
		}
		s.wg.Add(1)
		s.mu.Unlock()
		go s.serve(c)
	}
}

// serve speaks on one connection until it ends.
func (s *Server) serve(raw net.Conn) {
	defer s.wg.Done()
	defer func() {
		_ = raw.Close()
		s.mu.Lock()
		delete(s.conns, raw)
		s.mu.Unlock()
	}()
	switch {
	case s.opts.CloseAccepted:
		return
	case s.opts.Mute:
		<-s.done
		return
	case s.opts.Plain:
		_, _ = raw.Read(make([]byte, 512))
		_, _ = raw.Write([]byte("HTTP/1.0 400 Bad Request\r\n\r\nthis server speaks plain HTTP\n"))
		return
	}
	conn := raw
	if s.tls != nil {
		t := tls.Server(raw, s.tls)
		if t.Handshake() != nil {
			return
		}
		conn = t
	}
	if s.opts.HTTP2 {
		serveHTTP2(s, raw, conn)
		return
	}
	serveHTTP1(s, raw, conn, bufio.NewReader(conn))
}

// step takes the next step of the script.
func (s *Server) step() Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun++
	if len(s.script) == 0 {
		return Respond(http.StatusOK, "{}")
	}
	step := s.script[min(s.next, len(s.script)-1)]
	s.next++
	return step
}

func (s *Server) note(seen Seen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, seen)
	if seen.Whole {
		s.whole++
		s.had[seen.Body]++
	}
}
