package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
	"github.com/waybill-go/waybill/wire/wiretest"
)

// nobody is where no server listens. A port that was just closed would not do:
// another test's server may get it.
const nobody = "http://127.0.0.1:1"

// TestProxies: whatever a proxy does before there is a way through it, nothing
// was sent, and its password stays out of sight.
func TestProxies(t *testing.T) {
	target := wiretest.NewServer(wiretest.Options{TLS: true})
	defer target.Close()
	for what, c := range map[string]struct {
		step   wiretest.Step
		proxy  string
		scheme string
		vendor string
	}{
		"forbids":      {step: raw("HTTP/1.1 403 Forbidden\r\n\r\n"), scheme: "https", vendor: waybill.CodeDial},
		"wants a name": {step: raw("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), scheme: "https", vendor: waybill.CodeDial},
		"fails":        {step: raw("HTTP/1.1 502 Bad Gateway " + secretKey + "\r\n\r\n"), scheme: "https", vendor: waybill.CodeDial},
		"hangs up":     {step: raw(""), scheme: "https", vendor: waybill.CodeDial},
		"speaks oddly": {step: raw("hello\r\n\r\n"), scheme: "https", vendor: waybill.CodeDial},
		"lets nothing": {step: raw("HTTP/1.1 200 OK\r\n\r\n"), scheme: "https", vendor: waybill.CodeDial},
		"is down":      {proxy: nobody, scheme: "https", vendor: waybill.CodeDial},
		"is down, too": {proxy: nobody, scheme: "http", vendor: waybill.CodeDial},
		"has no name":  {proxy: "http://proxy.invalid.:1", scheme: "http", vendor: waybill.CodeDNS},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := wiretest.NewServer(wiretest.Options{})
			defer s.Close()
			if c.step != nil {
				s.Script(c.step)
			}
			if c.proxy == "" {
				c.proxy = s.URL
			}
			proxy, err := url.Parse(c.proxy)
			if err != nil {
				t.Fatal(err)
			}
			proxy.User = url.UserPassword("user", secretKey)
			transport := target.Client().Transport.(*http.Transport).Clone()
			transport.Proxy = http.ProxyURL(proxy)
			client := newClient(t, nil, wiretest.Options{}, func(cfg *wire.Config) { cfg.HTTPClient = &http.Client{Transport: transport} })
			for _, send := range []bool{true, false} {
				r := sendRequest(c.scheme+"://sms.example.test", "")
				r.Send = send
				_, err = client.Do(t.Context(), r)
				if e := mine(t, err); e.Delivery != waybill.NotSent || e.Code != waybill.Unavailable || e.VendorCode != c.vendor {
					t.Errorf("send %v: %v, %v, %q: %v", send, e.Delivery, e.Code, e.VendorCode, e)
				}
			}
		})
	}
	if target.Conns() != 0 {
		t.Error("the target was reached")
	}
}

// TestProxyAddress: a proxy of the environment that cannot be read is told by
// net/http with its password.
func TestProxyAddress(t *testing.T) {
	for _, proxy := range []string{"http://user:" + secretKey[:8] + "/" + secretKey[8:] + "@proxy.example.test:1", "user:" + secretKey[:8] + "/x@proxy.example.test:y"} {
		_, bad := url.Parse(proxy)
		transport := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) {
			return nil, fmt.Errorf("invalid proxy address %q: %v", proxy, bad) // its words
		}}
		client := newClient(t, nil, wiretest.Options{}, func(cfg *wire.Config) { cfg.HTTPClient = &http.Client{Transport: transport} })
		_, err := client.Do(t.Context(), sendRequest("http://sms.example.test", message))
		if e := mine(t, err); strings.Contains(e.Error(), secretKey[:8]) || e.Delivery != waybill.NotSent {
			t.Errorf("%v: %v", e.Delivery, e)
		}
	}
}

// TestProxyReply: over plain HTTP a proxy's own reply cannot be told from the
// vendor's, so a 5xx stays Ambiguous.
func TestProxyReply(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.Respond(502, "no way"))
	proxy, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, nil, wiretest.Options{}, func(cfg *wire.Config) {
		cfg.HTTPClient = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
	})
	reply, err := client.Do(t.Context(), sendRequest("http://sms.example.test", message))
	if err != nil || mine(t, reply.StatusError()).Delivery != waybill.Ambiguous || !strings.HasPrefix(s.Requests()[0].Target, "http://sms.example.test/") {
		t.Errorf("%v, %v", reply, err)
	}
}

// TestOwnDialer: the errors of a dialer or proxy function that the user brings
// are proof that nothing was sent, and their texts are not trusted.
func TestOwnDialer(t *testing.T) {
	fails := errors.New("dial of https://user:" + secretKey + "@10.1.2.3/send-path?key=" + secretKey + " for " + number)
	for what, transport := range map[string]*http.Transport{
		"dial":  {DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, fails }},
		"tls":   {DialTLSContext: func(context.Context, string, string) (net.Conn, error) { return nil, fails }},
		"proxy": {Proxy: func(*http.Request) (*url.URL, error) { return nil, fails }},
	} {
		client := newClient(t, nil, wiretest.Options{}, func(cfg *wire.Config) { cfg.HTTPClient = &http.Client{Transport: transport} })
		_, err := client.Do(t.Context(), sendRequest("https://sms.example.test", message))
		if e := mine(t, err); e.Delivery != waybill.NotSent || e.Code != waybill.Unavailable {
			t.Errorf("%s: %v, %v", what, e.Delivery, e)
		}
	}
}

// broken is a connection that fails at its first write, or at the read after.
type broken struct {
	net.Conn
	writes, reads error

	wrote chan struct{}
	once  sync.Once
}

func (b *broken) Write(p []byte) (int, error) {
	if b.writes != nil {
		return 0, b.writes
	}
	b.once.Do(func() { close(b.wrote) })
	return len(p), nil
}

func (b *broken) Read([]byte) (int, error) {
	<-b.wrote
	return 0, b.reads
}

func (b *broken) Close() error {
	b.once.Do(func() { close(b.wrote) })
	return nil
}

// TestBrokenConnection: a failure to read the reply is Ambiguous; one to write
// may also be found before anything of the body was taken. The connection's own
// words are scrubbed.
func TestBrokenConnection(t *testing.T) {
	for what, conn := range map[string]net.Conn{
		"write": &broken{wrote: make(chan struct{}), writes: errors.New("broken by " + secretKey), reads: io.EOF},
		"read":  &broken{wrote: make(chan struct{}), reads: errors.New("broken by " + secretKey)},
	} {
		client := newClient(t, nil, wiretest.Options{}, func(cfg *wire.Config) {
			cfg.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }}}
		})
		_, err := client.Do(attempt(t, 10*time.Second), sendRequest("http://sms.example.test", message))
		if e := mine(t, err); e.Delivery == waybill.Sent || e.Code != waybill.Unavailable || what == "read" && e.Delivery != waybill.Ambiguous {
			t.Errorf("%s: %v, %v", what, e.Delivery, e)
		}
	}
}

// TestNoFreeConnection: a send that waits in vain for one of the pool's
// connections was not sent.
func TestNoFreeConnection(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	arrived := make(chan struct{}, 1)
	s.Script(func(c *wiretest.Call) { c.Read(); arrived <- struct{}{}; c.Hang() })
	transport := s.Client().Transport.(*http.Transport).Clone()
	transport.MaxConnsPerHost = 1
	client := newClient(t, s, wiretest.Options{}, func(cfg *wire.Config) { cfg.HTTPClient = &http.Client{Transport: transport} })
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { _, err := client.Do(ctx, sendRequest(s.URL, message)); first <- err }()
	<-arrived
	for _, body := range []string{message, ""} {
		_, err := client.Do(attempt(t, wait/6), sendRequest(s.URL, body))
		if e := mine(t, err); e.Delivery != waybill.NotSent || e.Code != waybill.DeadlineExceeded {
			t.Errorf("body %v: %v, %v", body != "", e.Delivery, e)
		}
	}
	cancel()
	if e := mine(t, <-first); e.Delivery != waybill.Ambiguous {
		t.Errorf("the first: %v", e)
	}
	if s.Begun() != 1 {
		t.Errorf("%d requests arrived", s.Begun())
	}
}

// TestEndedBefore: with a context that is over nothing is done at all.
func TestEndedBefore(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	client := newClient(t, s, wiretest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for what, do := range map[string]func() error{
		"do":     func() error { _, err := client.Do(ctx, sendRequest(s.URL, message)); return err },
		"get":    func() error { _, err := client.Do(ctx, getRequest(s)); return err },
		"stream": func() error { _, err := client.Stream(ctx, getRequest(s)); return err },
		"bind": func() error {
			x := client.Bind(ctx, binding())
			_, _ = x.HTTPClient().Post(s.URL, "text/plain", strings.NewReader(message))
			_, err := x.Result()
			return err
		},
	} {
		if err := do(); !errors.Is(err, context.Canceled) || mine(t, err).Delivery != waybill.NotSent {
			t.Errorf("%s: %v", what, err)
		}
	}
	if s.Conns() != 0 {
		t.Errorf("%d connections", s.Conns())
	}
}

// TestIPv6: an address of the sixth version works, and shows in no text.
func TestIPv6(t *testing.T) {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here")
	}
	base := "http://" + l.Addr().String()
	_ = l.Close()
	_, err = newClient(t, nil, wiretest.Options{}).Do(t.Context(), sendRequest(base, message))
	if e := mine(t, err); e.Delivery != waybill.NotSent || e.VendorCode != waybill.CodeDial || strings.Contains(e.Error(), "::1") {
		t.Errorf("%v, %v", e.Delivery, e)
	}
}
