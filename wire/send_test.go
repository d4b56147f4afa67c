package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
	"github.com/waybill-go/waybill/wire/wiretest"
)

// TestRandomCancel cancels thousands of sends at random moments. Whatever is
// called NotSent the server must not have had whole; what succeeded it had
// once; nothing it had twice.
func TestRandomCancel(t *testing.T) {
	const workers = 8
	for name, opts := range protocols {
		each := 300
		if opts.TLS || testing.Short() {
			each = 40 // a cancelled exchange over HTTP/1.1 costs a handshake
		}
		t.Run(name, func(t *testing.T) {
			s := wiretest.NewServer(opts)
			defer s.Close()
			client := newClient(t, s, opts)
			var mu sync.Mutex
			results := map[string]error{}
			var wg sync.WaitGroup
			for w := range workers {
				wg.Go(func() {
					rng := rand.New(rand.NewPCG(uint64(w), 1))
					for i := range each {
						body := fmt.Sprintf("send %d of worker %d", i, w)
						ctx, cancel := context.WithCancel(t.Context())
						timer := time.AfterFunc(time.Duration(rng.IntN(600))*time.Microsecond, cancel)
						_, err := client.Do(ctx, sendRequest(s.URL, body))
						timer.Stop()
						cancel()
						mu.Lock()
						results[body] = err
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			s.Close()
			count := map[waybill.Delivery]int{}
			for body, err := range results {
				d := waybill.DeliveryOf(err)
				count[d]++
				had := s.Had(body)
				if had > 1 || d == waybill.NotSent && had != 0 || d == waybill.Sent && had != 1 {
					t.Errorf("%s: %v, but it arrived %d times (%v)", body, d, had, err)
				}
				if err != nil {
					mine(t, err)
				}
			}
			t.Logf("%d sent, %d ambiguous, %d not sent", count[waybill.Sent], count[waybill.Ambiguous], count[waybill.NotSent])
			if count[waybill.NotSent] == 0 || count[waybill.Sent] == 0 {
				t.Skip("the machine's timing left one of the outcomes out")
			}
		})
	}
}

// TestRandomCancelOther does the same with sends that cannot be told apart by
// their body, and through a vendor's library: no more may have arrived than
// were sent or ambiguous, and all that were sent.
func TestRandomCancelOther(t *testing.T) {
	const workers = 8
	for name, opts := range protocols {
		each := 100
		if opts.TLS || testing.Short() {
			each = 10
		}
		for what, do := range map[string]func(context.Context, *wire.Client, string) error{
			"get": func(ctx context.Context, c *wire.Client, base string) error {
				_, err := c.Do(ctx, &wire.Request{Op: "send", URL: base, Send: true})
				return err
			},
			"empty post": func(ctx context.Context, c *wire.Client, base string) error {
				_, err := c.Do(ctx, &wire.Request{Op: "send", URL: base, Send: true, Body: []byte{}})
				return err
			},
			"library": func(ctx context.Context, c *wire.Client, base string) error {
				x := c.Bind(ctx, binding())
				_, _ = (&library{http: x.HTTPClient(), url: base, background: true}).Send(x.Context(), message)
				_, err := x.Result()
				return err
			},
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				s := wiretest.NewServer(opts)
				defer s.Close()
				client := newClient(t, s, opts)
				var mu sync.Mutex
				count := map[waybill.Delivery]int{}
				var wg sync.WaitGroup
				for w := range workers {
					wg.Go(func() {
						rng := rand.New(rand.NewPCG(uint64(w), 2))
						for range each {
							ctx, cancel := context.WithCancel(t.Context())
							timer := time.AfterFunc(time.Duration(rng.IntN(600))*time.Microsecond, cancel)
							err := do(ctx, client, s.URL)
							timer.Stop()
							cancel()
							mu.Lock()
							count[waybill.DeliveryOf(err)]++
							mu.Unlock()
						}
					})
				}
				wg.Wait()
				s.Close()
				if got := s.Whole(); got > count[waybill.Sent]+count[waybill.Ambiguous] || got < count[waybill.Sent] {
					t.Errorf("%d arrived; %d sent, %d ambiguous, %d not sent", got, count[waybill.Sent], count[waybill.Ambiguous], count[waybill.NotSent])
				}
			})
		}
	}
}

// TestStaleConnections closes idle connections under the sends' feet.
func TestStaleConnections(t *testing.T) {
	for name, opts := range protocols {
		t.Run(name, func(t *testing.T) {
			s := wiretest.NewServer(opts)
			defer s.Close()
			client := newClient(t, s, opts)
			results := map[string]error{}
			for i := range 150 {
				body := fmt.Sprintf("send %d", i)
				if i%3 != 0 {
					go s.CloseConns()
				} else {
					s.CloseConns()
				}
				_, results[body] = client.Do(t.Context(), sendRequest(s.URL, body))
			}
			s.Close()
			for body, err := range results {
				d, had := waybill.DeliveryOf(err), s.Had(body)
				if had > 1 || d == waybill.NotSent && had != 0 || d == waybill.Sent && had != 1 {
					t.Errorf("%s: %v, but it arrived %d times (%v)", body, d, had, err)
				}
			}
		})
	}
}

// TestStaleIdleIsHarmless: an idle connection that the server closed long ago
// does not cost a send.
func TestStaleIdleIsHarmless(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	client := newClient(t, s, wiretest.Options{})
	s.Script(func(c *wiretest.Call) { c.Read(); c.Reply(200, "{}"); c.CloseConn() })
	for i := range 50 {
		if _, err := client.Do(t.Context(), sendRequest(s.URL, fmt.Sprint("send ", i))); err != nil {
			if waybill.DeliveryOf(err) == waybill.NotSent && s.Had(fmt.Sprint("send ", i)) > 0 {
				t.Fatal(err)
			}
		}
	}
	if s.Begun() > 50 {
		t.Errorf("%d requests for 50 sends", s.Begun())
	}
}

// TestNoReplay: on a reused connection that dies after the server read the
// request, net/http repeats what it takes for idempotent. A send is not.
func TestNoReplay(t *testing.T) {
	for name, opts := range protocols {
		for _, method := range []string{"POST", "GET", "PUT", "DELETE", "OPTIONS"} {
			for _, body := range []string{message, ""} {
				s := wiretest.NewServer(opts)
				s.Script(wiretest.JSON("{}"), wiretest.CloseAfterRead(), wiretest.JSON("{}"))
				client := newClient(t, s, opts)
				r := sendRequest(s.URL, body)
				r.Method = method
				if body == "" {
					r.Body = nil
				}
				r.Header = http.Header{"Idempotency-Key": {"1"}, "X-Idempotency-Key": {"1"}, "x-idempotency-key": {"1"}}
				if _, err := client.Do(t.Context(), r); err != nil {
					t.Fatal(err)
				}
				_, err := client.Do(t.Context(), r)
				if e := mine(t, err); e.Delivery != waybill.Ambiguous {
					t.Errorf("%s %s: %v", name, method, e.Delivery)
				}
				if s.Begun() != 2 || s.Conns() != 1 {
					t.Errorf("%s %s, body %v: %d requests for 2 sends on %d connections", name, method, body != "", s.Begun(), s.Conns())
				}
				s.Close()
			}
		}
	}
}

// TestRefusedStream: what HTTP/2 refused unseen is sent again, at most twice.
func TestRefusedStream(t *testing.T) {
	opts := wiretest.Options{HTTP2: true}
	cases := map[string]struct {
		script []wiretest.Step
		begun  int
		ok     bool
	}{
		"once":           {[]wiretest.Step{wiretest.RefuseStream(), wiretest.JSON("{}")}, 2, true},
		"twice":          {[]wiretest.Step{wiretest.RefuseStream(), wiretest.RefuseStream(), wiretest.JSON("{}")}, 3, true},
		"always":         {[]wiretest.Step{wiretest.RefuseStream()}, 3, false},
		"goaway":         {[]wiretest.Step{wiretest.GoAway(), wiretest.JSON("{}")}, 2, true},
		"goaway always":  {[]wiretest.Step{wiretest.GoAway()}, 3, false},
		"goaway, angry":  {[]wiretest.Step{func(c *wiretest.Call) { c.GoAway(wiretest.EnhanceCalm); c.Hang() }, wiretest.JSON("{}")}, 2, true},
		"refused second": {[]wiretest.Step{wiretest.JSON("{}"), wiretest.RefuseStream(), wiretest.JSON("{}")}, 1, true},
	}
	for what, c := range cases {
		for _, body := range []string{message, ""} {
			s := wiretest.NewServer(opts)
			s.Script(c.script...)
			r := sendRequest(s.URL, body)
			if body == "" {
				r.Body = nil
			}
			reply, err := newClient(t, s, opts).Do(t.Context(), r)
			if s.Begun() != c.begun || s.Whole() > 1 {
				t.Errorf("%s, body %v: %d requests began, %d were whole", what, body != "", s.Begun(), s.Whole())
			}
			if c.ok {
				if err != nil || reply.Status != 200 {
					t.Errorf("%s, body %v: %v", what, body != "", err)
				}
			} else if e := mine(t, err); e.Delivery != waybill.NotSent || !e.StreamRefused() || e.Code != waybill.Unavailable {
				t.Errorf("%s: %v, %v", what, e.Delivery, e)
			}
			s.Close()
		}
	}
}

// TestRefusedTexts pins the texts of net/http by which a refused stream is
// recognised. When it fails after an upgrade of Go, refusedText must follow.
func TestRefusedTexts(t *testing.T) {
	const retry = " after Request.Body was written; define Request.GetBody to avoid this error"
	for want, step := range map[string]wiretest.Step{
		"http2: Transport: cannot retry err [stream error: stream ID 1; REFUSED_STREAM; received from peer]" + retry: wiretest.RefuseStream(),
		"http2: Transport: cannot retry err [stream error: stream ID 1; PROTOCOL_ERROR; received from peer]" + retry: wiretest.ResetWhole(wiretest.ProtocolError),
		"http2: Transport: cannot retry err [http2: Transport received Server's graceful shutdown GOAWAY]" + retry:   wiretest.GoAway(),
		"http2: Transport received GOAWAY from server ErrCode:ENHANCE_YOUR_CALM":                                     func(c *wiretest.Call) { c.GoAway(wiretest.EnhanceCalm); c.Hang() },
		"stream error: stream ID 1; INTERNAL_ERROR; received from peer":                                              wiretest.ResetWhole(wiretest.InternalError),
	} {
		s := wiretest.NewServer(wiretest.Options{HTTP2: true})
		s.Script(step)
		req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL, strings.NewReader(message))
		if err != nil {
			t.Fatal(err)
		}
		req.GetBody = nil
		_, err = s.Client().Transport.RoundTrip(req)
		if err == nil || err.Error() != want {
			t.Errorf("net/http says\n%v, want\n%s", err, want)
		}
		s.Close()
	}
}

// TestRefusedByOthersWords: a server cannot talk us into NotSent.
func TestRefusedByOthersWords(t *testing.T) {
	for _, text := range []string{
		`http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR, debug="stream error: stream ID 1; REFUSED_STREAM; received from peer"`,
		`http2: Transport: cannot retry err [stream error: stream ID 1; PROTOCOL_ERROR; received from peer] after Request.Body was written; define Request.GetBody to avoid this error`,
		`stream error: stream ID 1; REFUSED_STREAM`,
		"x\nhttp2: Transport received Server's graceful shutdown GOAWAY",
	} {
		c := newClient(t, nil, wiretest.Options{}, func(cfg *wire.Config) {
			cfg.HTTPClient = &http.Client{Transport: tripper(func(req *http.Request) (*http.Response, error) {
				_, _ = io.Copy(io.Discard, req.Body)
				return nil, errors.New(text)
			})}
		})
		_, err := c.Do(t.Context(), sendRequest("http://sms.example.test", message))
		if e := mine(t, err); e.Delivery != waybill.Ambiguous {
			t.Errorf("%q: %v", text, e.Delivery)
		}
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestForeignTransport: of a transport that is not net/http's own only an
// unread body is believed, and it cannot be read any more afterwards.
func TestForeignTransport(t *testing.T) {
	var kept io.Reader
	fails := errors.New("Post \"http://sms.example.test/send-path?key=" + secretKey + "\": no")
	cases := map[string]struct {
		trip     tripper
		body     string
		delivery waybill.Delivery
	}{
		"unread":          {func(r *http.Request) (*http.Response, error) { kept = r.Body; return nil, fails }, message, waybill.NotSent},
		"read":            {func(r *http.Request) (*http.Response, error) { _, _ = r.Body.Read(make([]byte, 1)); return nil, fails }, message, waybill.Ambiguous},
		"no body":         {func(r *http.Request) (*http.Response, error) { return nil, fails }, "", waybill.Ambiguous},
		"nothing at all":  {func(r *http.Request) (*http.Response, error) { return nil, nil }, "", waybill.Ambiguous},
		"may not rewind":  {func(r *http.Request) (*http.Response, error) { return nil, rewindable(r) }, message, waybill.NotSent},
		"never body-less": {func(r *http.Request) (*http.Response, error) { return nil, bodyless(r) }, "", waybill.Ambiguous},
	}
	for what, c := range cases {
		client := newClient(t, nil, wiretest.Options{}, func(cfg *wire.Config) { cfg.HTTPClient = &http.Client{Transport: c.trip} })
		_, err := client.Do(t.Context(), sendRequest("http://sms.example.test", c.body))
		if e := mine(t, err); e.Delivery != c.delivery || e.Code != waybill.Unavailable {
			t.Errorf("%s: %v, %v", what, e.Delivery, e)
		}
	}
	if n, err := kept.Read(make([]byte, 10)); n != 0 || err == nil {
		t.Error("the body can be read after it was called unsent")
	}
}

func rewindable(r *http.Request) error {
	if r.GetBody != nil {
		panic("a foreign transport was given GetBody")
	}
	return errors.New("fails")
}

func bodyless(r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody {
		panic("a foreign transport was given a send without a body")
	}
	return errors.New("fails")
}

// TestProtocols: sends go over HTTP/1.1 even where the server speaks HTTP/2 and
// the given transport has been used already; reads need not.
func TestProtocols(t *testing.T) {
	var mu sync.Mutex
	var got []string
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Proto)
		for _, name := range []string{"Traceparent", "Tracestate", "Baggage", "Idempotency-Key", "X-Idempotency-Key"} {
			if r.Header.Get(name) != "" {
				t.Errorf("%s left", name)
			}
		}
		if r.URL.Path != "/warm" && r.Header.Get("User-Agent") != "waybill" || r.URL.Path != "/warm" && r.Header.Get("X-Kept") != "yes" {
			t.Errorf("headers %v", r.Header)
		}
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	resp, err := s.Client().Get(s.URL + "/warm") // the transport is used, and knows HTTP/2
	if err == nil {
		_ = resp.Body.Close()
	}
	got = nil
	header := http.Header{"X-Kept": {"yes"}, "traceparent": {"00-1"}, "Tracestate": {"x"}, "BAGGAGE": {"x"}, "idempotency-key": {"x"}, "X-Idempotency-Key": {"x"}}
	for _, http2 := range []bool{false, true} {
		c := newClient(t, nil, wiretest.Options{}, func(cfg *wire.Config) { cfg.HTTPClient, cfg.HTTP2Sends = s.Client(), http2 })
		for _, send := range []bool{true, false} {
			if _, err := c.Do(t.Context(), &wire.Request{Op: "send", URL: s.URL, Body: []byte("x"), Send: send, Header: header}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if want := "[HTTP/1.1 HTTP/2.0 HTTP/2.0 HTTP/2.0]"; fmt.Sprint(got) != want {
		t.Errorf("protocols %v, want %s", got, want)
	}
	if len(header) != 6 {
		t.Error("the caller's header was changed")
	}
}

// TestInvalid: what cannot be sent is refused before the network.
func TestInvalid(t *testing.T) {
	c := newClient(t, nil, wiretest.Options{})
	for what, change := range map[string]func(*wire.Request){
		"no URL":      func(r *wire.Request) { r.URL = "" },
		"relative":    func(r *wire.Request) { r.URL = "/sms" },
		"scheme":      func(r *wire.Request) { r.URL = "ftp://sms.example.test/" },
		"bad URL":     func(r *wire.Request) { r.URL = "http://sms.example.test:port/" },
		"no host":     func(r *wire.Request) { r.URL = "http:///sms" },
		"password":    func(r *wire.Request) { r.URL = "http://user:" + secretKey + "@sms.example.test/" },
		"method":      func(r *wire.Request) { r.Method = "PO ST" },
		"line break":  func(r *wire.Request) { r.Header.Set("X-A", "a\r\nX-B: b") },
		"header name": func(r *wire.Request) { r.Header["X A"] = []string{"a"} },
	} {
		r := sendRequest("http://sms.example.test", message)
		change(r)
		_, err := c.Do(t.Context(), r)
		if e := mine(t, err); e.Code != waybill.InvalidArgument || e.Delivery != waybill.NotSent || e.Scope != waybill.ScopeRequest {
			t.Errorf("%s: %v, %v", what, e.Code, e)
		}
		if _, err := c.Stream(t.Context(), r); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: streamed: %v", what, err)
		}
	}
}

// TestTimeouts: a caller without a deadline is not left hanging.
func TestTimeouts(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	clients := map[string]*wire.Client{
		"the client's own": newClient(t, s, wiretest.Options{}, func(cfg *wire.Config) { cfg.Timeout = wait }),
		"the given one's": newClient(t, s, wiretest.Options{}, func(cfg *wire.Config) {
			cfg.HTTPClient = &http.Client{Transport: s.Client().Transport, Timeout: wait}
		}),
	}
	for _, c := range clients { // the connections are made before the clock runs
		if _, err := c.Do(attempt(t, time.Minute), sendRequest(s.URL, message)); err != nil {
			t.Fatal(err)
		}
	}
	s.Script(wiretest.HangAfterRead())
	var wg sync.WaitGroup
	defer wg.Wait()
	for what, c := range clients {
		for _, do := range []func(*wire.Request) error{
			func(r *wire.Request) error { _, err := c.Do(context.WithoutCancel(t.Context()), r); return err },
			func(r *wire.Request) error { _, err := c.Stream(context.WithoutCancel(t.Context()), r); return err },
			func(r *wire.Request) error {
				x := c.Bind(context.WithoutCancel(t.Context()), *r)
				_, _ = x.HTTPClient().Post(s.URL, "text/plain", strings.NewReader(message))
				_, err := x.Result()
				return err
			},
		} {
			wg.Go(func() {
				err := do(sendRequest(s.URL, message))
				if waybill.CodeOf(err) != waybill.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || waybill.DeliveryOf(err) != waybill.Ambiguous {
					t.Errorf("%s: %v", what, err)
				}
				noSecret(t, err)
			})
		}
	}
}

// TestGivenTransportIsNotChanged: a clone for sends leaves the given transport
// as it was, its TLS configuration included.
func TestGivenTransportIsNotChanged(t *testing.T) {
	for _, warm := range []bool{false, true} {
		s := wiretest.NewServer(wiretest.Options{HTTP2: true})
		get := func() {
			resp, err := s.Client().Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		}
		if warm {
			get()
		}
		newClient(t, s, wiretest.Options{}) // HTTP2Sends is off, so it clones
		s.CloseConns()
		s.Client().CloseIdleConnections()
		get()
		s.Close()
	}
}

func TestNew(t *testing.T) {
	for _, cfg := range []wire.Config{{}, {Provider: "x", MaxReply: -1}} {
		if c, err := wire.New(cfg); c != nil || waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("New(%v) = %v, %v", cfg, c, err)
		}
	}
	// A given client without a transport gets our own connections.
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	for _, h := range []*http.Client{nil, {}, {Transport: (*http.Transport)(nil)}} {
		c := newClient(t, nil, wiretest.Options{}, func(cfg *wire.Config) { cfg.HTTPClient, cfg.Timeout = h, -1 })
		for _, send := range []bool{true, false} {
			if reply, err := c.Do(t.Context(), &wire.Request{Op: "x", URL: s.URL, Send: send}); err != nil || !reply.OK() {
				t.Error(err)
			}
		}
	}
}
