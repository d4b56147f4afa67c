package wire_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
	"github.com/waybill-go/waybill/wire/wiretest"
)

// made is a request as a vendor's library makes it, under no context.
func made(t testing.TB, base string) *http.Request {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, base+"/send-path?key="+secretKey, strings.NewReader("the library's own"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req
}

func passed() *wire.Request {
	return &wire.Request{Op: "send", Ref: "ref-1", Send: true, Private: []string{number, message}}
}

func TestPassBodySendsTheLibrarysRequest(t *testing.T) {
	for name, opts := range protocols {
		t.Run(name, func(t *testing.T) {
			s := wiretest.NewServer(opts)
			defer s.Close()
			s.Script(wiretest.Respond(418, message, "Retry-After", "7"))
			req := made(t, s.URL)
			header := req.Header.Clone()
			header.Set("User-Agent", "library/1")
			for h, v := range map[string]string{"User-Agent": "library/1", "Traceparent": "00-aa-bb-01", "Idempotency-Key": "1", "Accept-Encoding": "br"} {
				req.Header.Set(h, v)
			}
			own := &closes{Reader: strings.NewReader("the library's own")}
			req.Body = own
			req.ContentLength, req.TransferEncoding = -1, []string{"chunked"}
			reply, err := newClient(t, s, opts).PassBody(t.Context(), req, message, passed())
			if err != nil || reply.Status != 418 || string(reply.Body) != message || reply.RetryAfter != 7*time.Second {
				t.Fatalf("%v %v", reply, err)
			}
			e := reply.StatusError()
			if e.Provider != "testsms" || e.Op != "send" || e.Ref != "ref-1" {
				t.Errorf("%+v", e)
			}
			if s.Had(message) != 1 || own.n != 1 || req.Body != own || req.ContentLength != -1 {
				t.Errorf("arrived %d times; the library's body was closed %d times", s.Had(message), own.n)
			}
			if opts.HTTP2 {
				return // that server keeps no headers
			}
			got := s.Requests()[0].Header
			if got.Get("User-Agent") != "library/1" || got.Get("Content-Type") != header.Get("Content-Type") ||
				got.Get("Traceparent")+got.Get("Idempotency-Key") != "" || got.Get("Accept-Encoding") != "gzip" || got.Get("Transfer-Encoding") != "" {
				t.Errorf("sent the headers %v", got)
			}
		})
	}
}

// closes counts.
type closes struct {
	*strings.Reader
	n int
}

func (c *closes) Close() error { c.n++; return nil }

// TestPassBodyInOnePiece: head and body of a small send are one write.
func TestPassBodyInOnePiece(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	var mu sync.Mutex
	writes := 0
	transport := s.Client().Transport.(*http.Transport).Clone()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		return &writeCounter{c, &mu, &writes}, err
	}
	client := newClient(t, s, wiretest.Options{}, func(cfg *wire.Config) { cfg.HTTPClient = &http.Client{Transport: transport} })
	for i := range 3 {
		if _, err := client.PassBody(t.Context(), made(t, s.URL), message, passed()); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		if writes != i+1 {
			t.Errorf("%d writes for %d sends", writes, i+1)
		}
		mu.Unlock()
	}
}

type writeCounter struct {
	net.Conn
	mu *sync.Mutex
	n  *int
}

func (c *writeCounter) Write(p []byte) (int, error) {
	c.mu.Lock()
	*c.n++
	c.mu.Unlock()
	return c.Conn.Write(p)
}

func TestPassBodyRefuses(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	client := newClient(t, s, wiretest.Options{})
	with := func(change func(*http.Request)) *http.Request {
		req := made(t, s.URL)
		change(req)
		return req
	}
	for name, v := range map[string]struct {
		req  *http.Request
		body string
	}{
		"no body":      {made(t, s.URL), ""},
		"no URL":       {with(func(r *http.Request) { r.URL = nil }), message},
		"a user":       {made(t, strings.Replace(s.URL, "http://", "http://u:"+secretToken[:3]+"@", 1)), message},
		"other scheme": {with(func(r *http.Request) { r.URL.Scheme = "ftp" }), message},
		"no host":      {with(func(r *http.Request) { r.URL.Host = "" }), message},
	} {
		_, err := client.PassBody(t.Context(), v.req, v.body, passed())
		if e := mine(t, err); e.Code != waybill.InvalidArgument || e.Delivery != waybill.NotSent || e.Ref != "ref-1" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	bare := made(t, s.URL)
	bare.Header, bare.Body = nil, nil
	if _, err := client.PassBody(t.Context(), bare, message, passed()); err != nil || bare.Header != nil {
		t.Errorf("without headers: %v", err)
	}
	if s.Begun() != 1 {
		t.Errorf("%d requests arrived", s.Begun())
	}
}

// TestPassBodyKnowsWhatWasSent: the outcomes are those of Do.
func TestPassBodyKnowsWhatWasSent(t *testing.T) {
	for name, opts := range protocols {
		for what, c := range map[string]struct {
			step     wiretest.Step
			delivery waybill.Delivery
		}{
			"reset after":  {wiretest.ResetAfterRead(), waybill.Ambiguous},
			"closed after": {wiretest.CloseAfterRead(), waybill.Ambiguous},
			"cut":          {wiretest.CutReply(200, `{"ok":`), waybill.Ambiguous},
			"hangs":        {wiretest.HangAfterRead(), waybill.Ambiguous},
			"too large":    {wiretest.Respond(200, strings.Repeat("x", 2<<10)), waybill.Ambiguous},
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				s := wiretest.NewServer(opts)
				defer s.Close()
				s.Script(wiretest.JSON("{}"), c.step, wiretest.JSON("{}"))
				client := newClient(t, s, opts, func(cfg *wire.Config) { cfg.MaxReply, cfg.Timeout = 1<<10, 300*time.Millisecond })
				if _, err := client.PassBody(t.Context(), made(t, s.URL), "warm", passed()); err != nil {
					t.Fatal(err)
				}
				req := made(t, s.URL)
				for _, h := range []string{"Idempotency-Key", "X-Idempotency-Key", "x-idempotency-key"} {
					req.Header[h] = []string{"1"}
				}
				_, err := client.PassBody(t.Context(), req, message, passed())
				if e := mine(t, err); e.Delivery != c.delivery {
					t.Errorf("%v: %v", e.Delivery, e)
				}
				if s.Had(message) != 1 {
					t.Errorf("arrived %d times", s.Had(message))
				}
			})
		}
	}
}

func TestPassBodyUnsent(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	client := newClient(t, s, wiretest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := client.PassBody(ctx, made(t, s.URL), message, passed())
	if e := mine(t, err); !errors.Is(err, context.Canceled) || e.Delivery != waybill.NotSent {
		t.Errorf("cancelled: %v", err)
	}
	// The library's own context is nobody's.
	if _, err := client.PassBody(t.Context(), made(t, s.URL).WithContext(ctx), message, passed()); err != nil {
		t.Error(err)
	}
	// A body that the server never asked for stays here.
	s.Script(func(c *wiretest.Call) { c.Reset() })
	transport := s.Client().Transport.(*http.Transport).Clone()
	transport.ExpectContinueTimeout = time.Hour
	patient := newClient(t, s, wiretest.Options{}, func(cfg *wire.Config) { cfg.HTTPClient = &http.Client{Transport: transport} })
	req := made(t, s.URL)
	req.Header.Set("Expect", "100-continue")
	_, err = patient.PassBody(t.Context(), req, message, passed())
	if e := mine(t, err); e.Delivery != waybill.NotSent || e.VendorCode != wire.CodeUnsent {
		t.Errorf("not asked for: %v", err)
	}
	s.Close()
	_, err = newClient(t, s, wiretest.Options{}).PassBody(t.Context(), made(t, s.URL), message, passed())
	if e := mine(t, err); e.Delivery != waybill.NotSent || e.VendorCode != waybill.CodeDial {
		t.Errorf("closed: %v", err)
	}
	// The caller's own hooks still hear of everything.
	heads := 0
	s = wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	traced := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteHeaders: func() { heads++ }})
	if _, err := newClient(t, s, wiretest.Options{}).PassBody(traced, made(t, s.URL), message, passed()); err != nil || heads != 1 {
		t.Errorf("%v; %d heads", err, heads)
	}
}

// TestPassBodyAtRandom ends sends at any moment and closes connections under
// them: what is said of each agrees with what arrived, and nothing arrives
// twice. A transport that is not net/http's own gives no hooks.
func TestPassBodyAtRandom(t *testing.T) {
	const workers = 8
	for name, opts := range protocols {
		each := 100
		if opts.TLS || testing.Short() {
			each = 10
		}
		for _, foreign := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/foreign=%t", name, foreign), func(t *testing.T) {
				s := wiretest.NewServer(opts)
				defer s.Close()
				client := newClient(t, s, opts, func(cfg *wire.Config) {
					if foreign {
						cfg.HTTPClient = &http.Client{Transport: wrapped{cfg.HTTPClient.Transport}}
					}
				})
				var results sync.Map
				var wg sync.WaitGroup
				for w := range workers {
					wg.Go(func() {
						rng := rand.New(rand.NewPCG(uint64(w), 3))
						for i := range each {
							body := fmt.Sprintf("send %d-%d %s", w, i, strings.Repeat("x", rng.IntN(6000)))
							ctx, cancel := context.WithCancel(t.Context())
							timer := time.AfterFunc(time.Duration(rng.IntN(600))*time.Microsecond, cancel)
							if rng.IntN(4) == 0 {
								go s.CloseConns()
							}
							_, err := client.PassBody(ctx, made(t, s.URL), body, passed())
							timer.Stop()
							cancel()
							results.Store(body, waybill.DeliveryOf(err))
						}
					})
				}
				wg.Wait()
				s.Close()
				for body, d := range results.Range {
					if had := s.Had(body.(string)); had > 1 || d == waybill.NotSent && had != 0 || d == waybill.Sent && had != 1 {
						t.Errorf("%.12s: %v, but it arrived %d times", body, d, had)
					}
				}
			})
		}
	}
}

// wrapped hides what kind of transport it is.
type wrapped struct{ rt http.RoundTripper }

func (w wrapped) RoundTrip(r *http.Request) (*http.Response, error) { return w.rt.RoundTrip(r) }
