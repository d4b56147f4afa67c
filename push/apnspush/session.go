package apnspush

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// How the connections of the adapter's own transport are looked after.
const (
	pingAfter   = 15 * time.Second // of silence
	pingTimeout = 15 * time.Second
	idleTimeout = time.Hour
	dialTimeout = 10 * time.Second
)

// session is a credential with the connections that are bound to it: Apple
// refuses a second key on a connection.
type session struct {
	key   *Key // nil with a certificate
	lines map[string]*line
}

// line is the way to one environment.
type line struct {
	base   string // with the path's beginning
	wire   *wire.Client
	retire func()
}

// newSession returns a session without any connection yet.
func (a *Adapter) newSession(key *Key) (*session, error) {
	s := &session{key: key, lines: make(map[string]*line, len(a.bases))}
	for env, base := range a.bases {
		l, err := a.newLine(key, base)
		if err != nil {
			return nil, err
		}
		s.lines[env] = l
	}
	return s, nil
}

// newLine makes the way to a base URL.
func (a *Adapter) newLine(key *Key, base string) (*line, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, invalid("the BaseURL cannot be parsed")
	}
	l := &line{base: base + "/3/device/"}
	var rt http.RoundTripper
	if t := a.transport(); t != nil {
		c := newConns(t, u.Scheme, u.Host)
		rt, l.retire = c, c.retire
	} else {
		if a.certificate {
			return nil, invalid("a Certificate needs an HTTPClient with a plain *http.Transport")
		}
		g := &gate{next: a.o.HTTPClient.Transport}
		rt, l.retire = g, g.retire
	}
	config := wire.Config{Provider: name, HTTPClient: &http.Client{Transport: rt}, UserAgent: a.o.UserAgent, MaxReply: a.o.MaxReply, HTTP2Sends: true}
	if a.o.HTTPClient != nil {
		config.HTTPClient.Timeout = a.o.HTTPClient.Timeout
	}
	if config.MaxReply == 0 {
		config.MaxReply = maxReply
	}
	if key != nil {
		config.Secrets = key.secrets
	}
	l.wire, err = wire.New(config)
	return l, err
}

// transport returns a transport for one connection's use, or nil if the given
// one is not net/http's.
func (a *Adapter) transport() *http.Transport {
	var t *http.Transport
	if hc := a.o.HTTPClient; hc != nil && hc.Transport != nil {
		given, ok := hc.Transport.(*http.Transport)
		if !ok {
			return nil
		}
		t = given.Clone()
		// A clone with a dialer or TLS settings would stay with HTTP/1.1.
		t.ForceAttemptHTTP2 = true
	} else {
		t = &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: dialTimeout, IdleConnTimeout: idleTimeout, MaxResponseHeaderBytes: 64 << 10,
		}
	}
	dial := t.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext
	}
	t.DialContext = corked(dial)
	// Replies are tiny, and compressed by nobody.
	t.DisableCompression = true
	if t.HTTP2 == nil {
		// Path and id are of one push only, and would drive the rest out of the
		// table of headers that is kept for reuse: without one a push takes
		// some 200 bytes more and less time.
		t.HTTP2 = &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout, MaxEncoderHeaderTableSize: 1}
	}
	if a.certificate {
		if t.TLSClientConfig == nil {
			t.TLSClientConfig = new(tls.Config)
		} else {
			t.TLSClientConfig = t.TLSClientConfig.Clone()
		}
		t.TLSClientConfig.Certificates = []tls.Certificate{*a.o.Certificate}
	}
	return t
}

// retire lets all connections go.
func (s *session) retire() {
	for _, l := range s.lines {
		l.retire()
	}
}

// current returns the session of the present key. Its errors are NotSent.
func (a *Adapter) current(ctx context.Context) (*session, *waybill.Error) {
	if a.o.Credentials == nil {
		return a.session, nil
	}
	key, err := a.o.Credentials(ctx)
	if e := ended(ctx); e != nil {
		return nil, e
	}
	if err != nil {
		e := denied("Credentials failed")
		if own := waybill.AsError(err); own.Code != waybill.Unknown {
			e.Code, e.RetryAfter = own.Code, own.RetryAfter
		}
		return nil, e
	}
	if key == nil {
		return nil, denied("Credentials returned no key")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.session
	if old.key == key || old.key != nil && old.key.same(key) {
		return old, nil
	}
	s, err := a.newSession(key)
	if err != nil {
		return nil, waybill.AsError(err).Unsent()
	}
	a.session = s
	old.retire()
	return s, nil
}

// denied is a credential that cannot be had.
func denied(message string) *waybill.Error {
	return &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent,
		Provider: name, Op: string(push.Send), Message: message}
}

// ended is the end of the context before anything was sent, or nil.
func ended(ctx context.Context) *waybill.Error {
	e := waybill.FromContext(ctx)
	if e != nil {
		e.Delivery = waybill.NotSent
	}
	return e
}
