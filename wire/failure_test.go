package wire_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
	"github.com/waybill-go/waybill/wire/wiretest"
)

// wait is the attempt's time-out: long enough for a handshake on a busy machine.
const wait = 300 * time.Millisecond

// ending returns a step that ends the attempt, as its time-out would, at its
// first call of Hang: after prepare ran.
func ending(end context.CancelCauseFunc, prepare func(*wiretest.Call)) wiretest.Step {
	return func(c *wiretest.Call) { prepare(c); end(waybill.ErrAttemptTimeout); c.Hang() }
}

// TestFailures plays every failure of a connection that was obtained, over
// both protocols: the outcome, the code, and that nothing was sent twice.
func TestFailures(t *testing.T) {
	big := strings.Repeat(message, 200_000)
	cases := map[string]struct {
		step     wiretest.Step
		body     string
		code     waybill.Code
		vendor   string
		maxWhole int
	}{
		"hang before the request is read": {wiretest.HangBeforeRead(), big, waybill.DeadlineExceeded, "", 0},
		"reset while writing":             {wiretest.ResetWhileReading(8), big, waybill.Unavailable, wire.CodeReset, 0},
		"reset before the reply":          {wiretest.ResetAfterRead(), message, waybill.Unavailable, wire.CodeReset, 1},
		"closed before the reply":         {wiretest.CloseAfterRead(), message, waybill.Unavailable, wire.CodeReset, 1},
		"reset in the reply":              {wiretest.ResetInReply(200, message), message, waybill.DataLoss, wire.CodeCut, 1},
		"cut reply":                       {wiretest.CutReply(200, message), message, waybill.DataLoss, wire.CodeCut, 1},
		"slow reply":                      {wiretest.SlowReply(200, message, 50*time.Millisecond), message, waybill.DeadlineExceeded, "", 1},
		"endless reply":                   {wiretest.Endless(), message, waybill.DataLoss, wire.CodeTooLarge, 1},
		"internal error of the stream":    {wiretest.ResetWhole(wiretest.InternalError), message, waybill.Unavailable, wire.CodeReset, 1},
		"protocol error after all":        {wiretest.ResetWhole(wiretest.ProtocolError), message, waybill.Unavailable, wire.CodeReset, 1},
		"goaway after all": {func(c *wiretest.Call) {
			c.Read()
			c.GoAwayAfter(wiretest.NoError, "bye "+secretKey+" "+message)
			c.CloseConn()
		}, message, waybill.Unavailable, wire.CodeReset, 1},
		"garbage": {func(c *wiretest.Call) {
			c.Read()
			c.Raw("220 " + message + " for " + secretKey + "\r\n\r\n")
			c.CloseConn()
		}, message, waybill.Unavailable, wire.CodeReset, 1},
		"cancel after all":        {wiretest.ResetWhole(wiretest.Cancelled), message, waybill.Unavailable, wire.CodeReset, 1},
		"too large by its length": {wiretest.Respond(200, strings.Repeat("x", 64<<10+1)), message, waybill.DataLoss, wire.CodeTooLarge, 1},
	}
	for name, opts := range protocols {
		for what, c := range cases {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				s := wiretest.NewServer(opts)
				defer s.Close()
				client := newClient(t, s, opts, func(cfg *wire.Config) { cfg.MaxReply = 64 << 10 })
				ctx, before := t.Context(), 0
				if c.code == waybill.DeadlineExceeded {
					// The connection is made before the clock runs.
					if _, err := client.Do(ctx, sendRequest(s.URL, message)); err != nil {
						t.Fatal(err)
					}
					ctx, before = attempt(t, wait), 1
				}
				s.Script(c.step)
				reply, err := client.Do(ctx, sendRequest(s.URL, c.body))
				if reply != nil {
					t.Fatalf("a reply of status %d", reply.Status)
				}
				e := mine(t, err)
				if e.Code != c.code || e.VendorCode != c.vendor || e.Delivery != waybill.Ambiguous {
					t.Errorf("got %v, %s, %q (%v)", e.Code, e.Delivery, e.VendorCode, e)
				}
				if errors.Is(err, context.DeadlineExceeded) {
					t.Error("an attempt's time-out is taken for the caller's deadline")
				}
				if e.Local() || e.Ref != "ref-1" {
					t.Errorf("local %v, ref %q", e.Local(), e.Ref)
				}
				if s.Begun() != 1+before || s.Whole() > c.maxWhole+before {
					t.Errorf("%d requests began, %d arrived whole", s.Begun(), s.Whole())
				}
			})
		}
	}
}

// TestHangs plays the same for a server that falls silent at some point and an
// attempt whose time is up then.
func TestHangs(t *testing.T) {
	for name, opts := range protocols {
		for what, c := range map[string]struct {
			prepare func(*wiretest.Call)
			size    int
			whole   int
		}{
			"in the request":    {func(c *wiretest.Call) { c.ReadSome(4) }, 9 << 20, 0},
			"after the request": {func(c *wiretest.Call) { c.Read() }, 50, 1},
			"after the head":    {func(c *wiretest.Call) { c.Read(); c.Head(200, 100) }, 50, 1},
			"in the reply":      {func(c *wiretest.Call) { c.Read(); c.Head(200, 100); c.Write("{}") }, 50, 1},
		} {
			s := wiretest.NewServer(opts)
			ctx, cancel := context.WithCancelCause(t.Context())
			s.Script(ending(cancel, c.prepare))
			_, err := newClient(t, s, opts).Do(ctx, sendRequest(s.URL, strings.Repeat("x", c.size)))
			e := mine(t, err)
			if e.Code != waybill.DeadlineExceeded || e.VendorCode != "" || e.Delivery != waybill.Ambiguous || errors.Is(err, context.Canceled) {
				t.Errorf("%s, %s: got %v, %s, %q (%v)", name, what, e.Code, e.Delivery, e.VendorCode, e)
			}
			if s.Begun() != 1 || s.Whole() != c.whole {
				t.Errorf("%s, %s: %d requests began, %d arrived whole", name, what, s.Begun(), s.Whole())
			}
			s.Close()
		}
	}
}

// TestCallersEnd is the caller's own end while the server has the request.
func TestCallersEnd(t *testing.T) {
	for name, opts := range protocols {
		t.Run(name, func(t *testing.T) {
			s := wiretest.NewServer(opts)
			defer s.Close()
			ctx, cancel := context.WithCancel(t.Context())
			s.Script(func(c *wiretest.Call) { c.Read(); cancel(); c.Hang() })
			_, err := newClient(t, s, opts).Do(ctx, sendRequest(s.URL, message))
			e := mine(t, err)
			if e.Code != waybill.Canceled || e.Delivery != waybill.Ambiguous || !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, %s", e.Code, e.Delivery)
			}
			_, err = newClient(t, s, opts).Do(ctx, sendRequest(s.URL, message))
			e = mine(t, err)
			if e.Code != waybill.Canceled || e.Delivery != waybill.NotSent || s.Begun() != 1 {
				t.Errorf("after the end: got %v, %s", e.Code, e.Delivery)
			}
		})
	}
}

// TestNoConnection plays every failure to obtain a connection: nothing was
// sent, whatever the request looks like, and the failure is local.
func TestNoConnection(t *testing.T) {
	noNames := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{Resolver: &net.Resolver{
		PreferGo: true,
		Dial:     func(context.Context, string, string) (net.Conn, error) { return nil, syscall.ENETUNREACH },
	}}).DialContext}}
	tlsServer := func(opts wiretest.Options) *wiretest.Server {
		s := wiretest.NewServer(opts)
		t.Cleanup(s.Close)
		return s
	}
	untrusted := tlsServer(wiretest.Options{TLS: true})
	other := tlsServer(wiretest.Options{TLS: true})
	plain := tlsServer(wiretest.Options{TLS: true, Plain: true})
	hangUp := tlsServer(wiretest.Options{TLS: true, CloseAccepted: true})
	mute := tlsServer(wiretest.Options{TLS: true, Mute: true})
	wrongHost := other.Client().Transport.(*http.Transport).Clone()
	wrongHost.TLSClientConfig.ServerName = "sms.example.test"
	cases := map[string]struct {
		client *http.Client
		url    string
		code   waybill.Code
		vendor string
	}{
		"refused":               {nil, nobody, waybill.Unavailable, waybill.CodeDial},
		"dns":                   {noNames, "http://sms.example.test", waybill.Unavailable, waybill.CodeDNS},
		"unknown authority":     {nil, untrusted.URL, waybill.Unavailable, waybill.CodeTLS},
		"not tls":               {plain.Client(), plain.URL, waybill.Unavailable, waybill.CodeTLS},
		"tls hangs up":          {hangUp.Client(), hangUp.URL, waybill.Unavailable, waybill.CodeDial},
		"tls never answers":     {mute.Client(), mute.URL, waybill.DeadlineExceeded, waybill.CodeDial},
		"certificate for other": {&http.Client{Transport: wrongHost}, other.URL, waybill.Unavailable, waybill.CodeTLS},
	}
	for what, c := range cases {
		for _, http2 := range []bool{false, true} {
			for _, body := range []string{message, ""} {
				ctx := t.Context()
				if c.code == waybill.DeadlineExceeded {
					ctx = attempt(t, wait/6)
				}
				client := newClient(t, nil, wiretest.Options{}, func(cfg *wire.Config) { cfg.HTTPClient, cfg.HTTP2Sends = c.client, http2 })
				_, err := client.Do(ctx, sendRequest(c.url, body))
				e := mine(t, err)
				if e.Code != c.code || e.Delivery != waybill.NotSent || e.VendorCode != c.vendor || !e.Local() {
					t.Errorf("%s, HTTP/2 %v, body %v: got %v, %s, %q (%v)", what, http2, body != "", e.Code, e.Delivery, e.VendorCode, e)
				}
				if strings.Contains(e.Error(), "127.0.0") {
					t.Errorf("%s: the text holds an address: %v", what, e)
				}
			}
		}
	}
}

// TestSafeCause: a system call's number is reachable, and nothing else.
func TestSafeCause(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	s.Close()
	_, err := newClient(t, nil, wiretest.Options{}).Do(t.Context(), sendRequest(s.URL, message))
	var te *wire.TransportError
	if !errors.As(err, &te) || !errors.Is(te, syscall.ECONNREFUSED) || te.Timeout() {
		t.Errorf("cause: %v", te)
	}
	var op *net.OpError
	if errors.As(err, &op) {
		t.Error("the transport's own error is in the tree")
	}
}

// TestStatuses: every complete reply is a Reply, and its status classifies it.
func TestStatuses(t *testing.T) {
	cases := []struct {
		status   int
		send     bool
		code     waybill.Code
		scope    waybill.Scope
		delivery waybill.Delivery
	}{
		{302, true, waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous},
		{400, true, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent},
		{401, true, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent},
		{402, true, waybill.QuotaExhausted, waybill.ScopeAccount, waybill.NotSent},
		{403, true, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent},
		{404, true, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent},
		{408, true, waybill.Unavailable, waybill.ScopeProvider, waybill.NotSent},
		{409, true, waybill.FailedPrecondition, waybill.ScopeRequest, waybill.NotSent},
		{413, true, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent},
		{422, true, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent},
		{429, true, waybill.RateLimited, waybill.ScopeService, waybill.NotSent},
		{500, true, waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous},
		{501, true, waybill.Internal, waybill.ScopeProvider, waybill.Ambiguous},
		{501, false, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent},
		{502, true, waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous},
		{503, true, waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous},
		{504, false, waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous},
		{799, true, waybill.Unknown, waybill.ScopeProvider, waybill.Ambiguous},
	}
	for name, opts := range protocols {
		s := wiretest.NewServer(opts)
		t.Cleanup(s.Close)
		client := newClient(t, s, opts)
		for _, c := range cases {
			s.Script(wiretest.Respond(c.status, "<html>"+message+"</html>", "Retry-After", "7"))
			r := sendRequest(s.URL, message)
			r.Send = c.send
			reply, err := client.Do(t.Context(), r)
			if err != nil {
				t.Fatalf("%s: %d: %v", name, c.status, err)
			}
			e := mine(t, reply.StatusError())
			if e.Code != c.code || e.Scope != c.scope || e.Delivery != c.delivery || e.RetryAfter != 7*time.Second {
				t.Errorf("%s: %d: got %v, %v, %v, %v", name, c.status, e.Code, e.Scope, e.Delivery, e.RetryAfter)
			}
			var v struct{}
			if e2 := mine(t, reply.JSON(&v)); e2.Code != e.Code || e2.Delivery != e.Delivery {
				t.Errorf("%s: %d: HTML decodes to %v, %v", name, c.status, e2.Code, e2.Delivery)
			}
		}
	}
}

// TestRedirect: a redirect is a reply, and the other host is never asked.
func TestRedirect(t *testing.T) {
	for name, opts := range protocols {
		for _, send := range []bool{true, false} {
			s, other := wiretest.NewServer(opts), wiretest.NewServer(opts)
			s.Script(wiretest.Redirect(other.URL + "/sms?key=" + secretKey))
			r := sendRequest(s.URL, message)
			r.Send = send
			reply, err := newClient(t, s, opts).Do(t.Context(), r)
			if err != nil || reply.Status != 307 {
				t.Fatalf("%s: %v", name, err)
			}
			if e := mine(t, reply.StatusError()); e.Delivery != waybill.Ambiguous || e.Code != waybill.Unavailable {
				t.Errorf("%s: got %v", name, e)
			}
			if other.Conns() != 0 || s.Whole() != 1 {
				t.Errorf("%s: the redirect was followed", name)
			}
			s.Close()
			other.Close()
		}
	}
}
