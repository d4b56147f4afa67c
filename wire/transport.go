package wire

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// setTransports chooses the transports of sends and reads.
func (c *Client) setTransports() {
	var given http.RoundTripper
	if c.cfg.HTTPClient != nil {
		given = c.cfg.HTTPClient.Transport
	}
	t, plain := given.(*http.Transport)
	switch {
	case given == nil || plain && t == nil:
		reads := newTransport()
		c.owned = append(c.owned, reads)
		c.reads, c.sends = reads, reads
		if !c.cfg.HTTP2Sends {
			sends := http1Only(newTransport())
			c.owned = append(c.owned, sends)
			c.sends, c.rewind = sends, true
		}
	//lint:ignore SA1019 a transport with the old field is recognised too
	case plain && !c.cfg.HTTP2Sends && t.DialTLSContext == nil && t.DialTLS == nil:
		sends := http1Only(t.Clone())
		c.owned = append(c.owned, sends)
		c.reads, c.sends, c.rewind = t, sends, true
	default:
		c.reads, c.sends = given, given
	}
}

// newTransport returns a transport that speaks HTTP/2 where the server does.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
	}
}

// http1Only restricts a transport that nobody uses yet to HTTP/1.1. A clone of
// a used transport still offers h2 in its TLS configuration, so that is taken
// out too.
func http1Only(t *http.Transport) *http.Transport {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	t.Protocols = p
	t.ForceAttemptHTTP2 = false
	t.TLSNextProto = nil
	if t.TLSClientConfig != nil {
		t.TLSClientConfig = t.TLSClientConfig.Clone()
		// Clone shares the slice.
		t.TLSClientConfig.NextProtos = slices.DeleteFunc(slices.Clone(t.TLSClientConfig.NextProtos), func(s string) bool { return s == "h2" })
	}
	return t
}

// stripped are the headers that never leave: the first two would make net/http
// repeat a POST, the others tell a vendor about our traces.
var stripped = [...]string{"Idempotency-Key", "X-Idempotency-Key", "Traceparent", "Tracestate", "Baggage"}

// dropEncoding leaves compression to the transport, which undoes it within our
// bound.
func dropEncoding(h http.Header) {
	if h.Get("Accept-Encoding") != "identity" {
		h.Del("Accept-Encoding")
	}
}

// strip removes them, however they are spelled.
func strip(h http.Header) {
	for name := range h {
		for _, s := range stripped {
			if len(name) == len(s) && strings.EqualFold(name, s) {
				delete(h, name)
			}
		}
	}
}
