package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
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

// library is a vendor's library with the faults that real ones have: it repeats
// whatever fails, up to five times, and hides what happened.
type library struct {
	http *http.Client
	url  string
	// background ignores the caller's context.
	background bool
	tries      int
}

func (l *library) Send(ctx context.Context, text string) (string, error) {
	if l.background {
		ctx = context.Background()
	}
	var last error
	for range 5 {
		if ctx.Err() != nil {
			return "", fmt.Errorf("library: %w", ctx.Err())
		}
		l.tries++
		form := url.Values{"text": {text}, "api_secret": {secretKey}}.Encode()
		req, err := http.NewRequestWithContext(ctx, "POST", l.url+"/send-path?key="+secretKey, strings.NewReader(form))
		if err != nil {
			return "", err
		}
		req.Header.Set("Idempotency-Key", "same")
		resp, err := l.http.Do(req)
		if err != nil {
			last = err
			continue
		}
		b, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err == nil && resp.StatusCode < 500 {
			return string(b), nil
		}
		last = errors.New("library: failed")
	}
	return "", last
}

func binding() wire.Request {
	return wire.Request{Op: "send", Ref: "ref-1", Send: true, Private: []string{number, message}}
}

// TestBindOnce: whatever the library does after a bad end, the server gets one
// request, and our own record decides.
func TestBindOnce(t *testing.T) {
	for name, opts := range protocols {
		for what, c := range map[string]struct {
			step     wiretest.Step // nil: it falls silent
			code     waybill.Code
			delivery waybill.Delivery
		}{
			"reset":    {wiretest.ResetAfterRead(), waybill.Unavailable, waybill.Ambiguous},
			"cut":      {wiretest.CutReply(200, "{"), waybill.DataLoss, waybill.Ambiguous},
			"503":      {wiretest.Respond(503, "busy", "Retry-After", "1"), waybill.Unavailable, waybill.Ambiguous},
			"307":      {wiretest.Redirect("/elsewhere"), waybill.Unavailable, waybill.Ambiguous},
			"429":      {wiretest.Respond(429, ""), waybill.RateLimited, waybill.NotSent},
			"protocol": {wiretest.ResetWhole(wiretest.ProtocolError), waybill.Unavailable, waybill.Ambiguous},
			"hang":     {nil, waybill.DeadlineExceeded, waybill.Ambiguous},
		} {
			for _, background := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/%v", name, what, background), func(t *testing.T) {
					t.Parallel()
					s := wiretest.NewServer(opts)
					defer s.Close()
					ctx, end := context.WithCancelCause(t.Context())
					defer end(nil)
					step := c.step
					if step == nil {
						step = ending(end, func(c *wiretest.Call) { c.Read(); c.Head(200, 9); c.Write("{") })
					}
					s.Script(step)
					x := newClient(t, s, opts).Bind(ctx, binding())
					lib := &library{http: x.HTTPClient(), url: s.URL, background: background}
					_, _ = lib.Send(x.Context(), message)
					reply, err := x.Result()
					if reply != nil {
						err = nil
						if e := reply.StatusError(); e != nil {
							err = e
						}
					}
					e := mine(t, err)
					if e.Code != c.code || e.Delivery != c.delivery || e.Ref != "ref-1" {
						t.Errorf("%v, %v, %v", e.Code, e.Delivery, e)
					}
					if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
						t.Error("our own end of the context is taken for the caller's")
					}
					if s.Begun() != 1 {
						t.Errorf("%d requests arrived for one send", s.Begun())
					}
					if x.Context().Err() == nil {
						t.Error("the library's context still lives")
					}
				})
			}
		}
	}
}

// TestBindSuccess: the library sees the reply; a repeat after success is
// refused too, and the success stays.
func TestBindSuccess(t *testing.T) {
	for name, opts := range protocols {
		s := wiretest.NewServer(opts)
		s.Script(wiretest.JSON(`{"id":"1"}`))
		x := newClient(t, s, opts).Bind(t.Context(), binding())
		lib := &library{http: x.HTTPClient(), url: s.URL}
		if got, err := lib.Send(x.Context(), message); got != `{"id":"1"}` || err != nil {
			t.Errorf("%s: the library got %q, %v", name, got, err)
		}
		if x.Repeated() || x.Context().Err() != nil {
			t.Errorf("%s: the exchange ended early", name)
		}
		if _, err := lib.Send(x.Context(), message); err == nil || !x.Repeated() {
			t.Errorf("%s: a second send passed", name)
		}
		reply, err := x.Result()
		if err != nil || string(reply.Body) != `{"id":"1"}` || s.Begun() != 1 {
			t.Errorf("%s: %v, %v, %d requests", name, reply, err, s.Begun())
		}
		if _, err := lib.Send(context.Background(), message); err == nil || s.Begun() != 1 {
			t.Errorf("%s: a send passed after Result", name)
		}
		s.Close()
	}
}

// TestBindRewriteAndCanned: our form leaves, and the library sees only what it
// can bear.
func TestBindRewriteAndCanned(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.Respond(502, `{"messages":[]}`))
	r := binding()
	r.Rewrite = func(req *http.Request) error {
		b, err := io.ReadAll(req.Body)
		if err != nil {
			return err
		}
		form, err := url.ParseQuery(string(b))
		if err != nil {
			return err
		}
		form.Set("ttl", "60000")
		form.Del("api_secret")
		body := form.Encode()
		req.Body = io.NopCloser(strings.NewReader(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
		req.ContentLength = int64(len(body))
		return nil
	}
	r.Canned = func(reply *wire.Reply) *http.Response {
		if reply.Status != 502 {
			t.Errorf("canned for %d", reply.Status)
		}
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("canned"))}
	}
	x := newClient(t, s, wiretest.Options{}).Bind(t.Context(), r)
	lib := &library{http: x.HTTPClient(), url: s.URL, background: true}
	if got, err := lib.Send(x.Context(), "hello"); got != "canned" || err != nil {
		t.Errorf("the library got %q, %v", got, err)
	}
	reply, err := x.Result()
	if err != nil || reply.Status != 502 || string(reply.Body) != `{"messages":[]}` {
		t.Errorf("%v, %v", reply, err)
	}
	seen := s.Requests()
	if len(seen) != 1 || seen[0].Body != "text=hello&ttl=60000" || seen[0].Header.Get("Idempotency-Key") != "" || seen[0].Header.Get("Content-Length") != "20" {
		t.Errorf("arrived: %+v", seen)
	}
}

// TestBindRewriteFails: nothing is sent.
func TestBindRewriteFails(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	for _, fail := range []error{errors.New("no " + secretKey), waybill.Invalid("", "no template")} {
		r := binding()
		r.Rewrite = func(*http.Request) error { return fail }
		x := newClient(t, s, wiretest.Options{}).Bind(t.Context(), r)
		_, _ = (&library{http: x.HTTPClient(), url: s.URL}).Send(x.Context(), message)
		_, err := x.Result()
		if e := mine(t, err); e.Code != waybill.InvalidArgument || e.Delivery != waybill.NotSent || s.Conns() != 0 {
			t.Errorf("%v", e)
		}
	}
}

// TestBindNothing: a library that sends nothing, or to nowhere.
func TestBindNothing(t *testing.T) {
	c := newClient(t, nil, wiretest.Options{})
	_, err := c.Bind(t.Context(), binding()).Result()
	if e := mine(t, err); e.Code != waybill.Unsupported || e.Delivery != waybill.NotSent || e.VendorCode != wire.CodeRefused {
		t.Errorf("%v", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	x := c.Bind(ctx, binding())
	cancel()
	_, err = x.Result()
	if e := mine(t, err); e.Code != waybill.Canceled || !errors.Is(err, context.Canceled) || e.Delivery != waybill.NotSent {
		t.Errorf("%v", e)
	}
	x = c.Bind(t.Context(), binding())
	_, _ = (&library{http: x.HTTPClient(), url: "file://x"}).Send(x.Context(), message)
	_, err = x.Result()
	if e := mine(t, err); e.Code != waybill.InvalidArgument || e.Delivery != waybill.NotSent {
		t.Errorf("%v", e)
	}
}

// TestClientByContext: a library that is built once finds each call's exchange
// in the context, and without one reaches nobody.
func TestClientByContext(t *testing.T) {
	for name, opts := range protocols {
		s := wiretest.NewServer(opts)
		c := newClient(t, s, opts)
		shared := c.HTTPClient()
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				x := c.Bind(t.Context(), binding())
				lib := &library{http: shared, url: s.URL}
				_, err := lib.Send(x.Context(), fmt.Sprint("text ", i))
				reply, err2 := x.Result()
				if err != nil || err2 != nil || reply.Status != 200 {
					t.Errorf("%s: %v, %v", name, err, err2)
				}
			})
		}
		wg.Wait()
		if _, err := (&library{http: shared, url: s.URL}).Send(t.Context(), message); err == nil || s.Begun() != 20 {
			t.Errorf("%s: %v, %d requests", name, err, s.Begun())
		}
		s.Close()
	}
}

// TestBindLibraryGivesUp: the library's own time-out is not the caller's end.
func TestBindLibraryGivesUp(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.HangAfterRead())
	for _, background := range []bool{false, true} {
		x := newClient(t, s, wiretest.Options{}).Bind(t.Context(), binding())
		h := x.HTTPClient()
		h.Timeout = wait
		_, _ = (&library{http: h, url: s.URL, background: background}).Send(x.Context(), message)
		_, err := x.Result()
		if e := mine(t, err); e.Code != waybill.DeadlineExceeded || e.Delivery != waybill.Ambiguous || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			t.Errorf("background %v: %v", background, e)
		}
	}
}

// TestBindRead: a read may take several exchanges.
func TestBindRead(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.Respond(503, ""), wiretest.CutReply(200, "x"), wiretest.JSON(`{"id":"3"}`))
	r := binding()
	r.Send = false
	x := newClient(t, s, wiretest.Options{}).Bind(t.Context(), r)
	lib := &library{http: x.HTTPClient(), url: s.URL}
	if got, err := lib.Send(x.Context(), message); got != `{"id":"3"}` || err != nil || lib.tries != 3 {
		t.Errorf("%q, %v, %d tries", got, err, lib.tries)
	}
	if reply, err := x.Result(); err != nil || reply.Status != 200 {
		t.Errorf("%v", err)
	}
}

// TestBindStreamed: a streamed body outlives Result and ends with Close.
func TestBindStreamed(t *testing.T) {
	for name, opts := range protocols {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wiretest.NewServer(opts)
			defer s.Close()
			s.Script(wiretest.Respond(200, strings.Repeat("x", 100_000)), wiretest.HangInReply(200, "x"))
			r := binding()
			r.Send, r.Streamed = false, true
			c := newClient(t, s, opts, func(cfg *wire.Config) { cfg.MaxReply, cfg.Timeout = 10, time.Minute })
			for _, want := range []int{100_000, -1} {
				if r.Idle = time.Minute; want < 0 {
					r.Idle = wait
				}
				x := c.Bind(t.Context(), r)
				resp, err := x.HTTPClient().Get(s.URL)
				if err != nil {
					t.Fatal(err)
				}
				if reply, err := x.Result(); err != nil || reply.Status != 200 || reply.Body != nil {
					t.Error(err)
				}
				b, err := io.ReadAll(resp.Body)
				if want >= 0 {
					if err != nil || len(b) != want {
						t.Errorf("%d bytes, %v", len(b), err)
					}
				} else if e := mine(t, err); e.VendorCode != wire.CodeIdle {
					t.Error(e)
				}
				_ = resp.Body.Close()
				if x.Context().Err() == nil {
					t.Error("the context outlives the stream")
				}
			}
		})
	}
}

// slowReader gives a byte at a time, with a pause after each.
type slowReader struct{ left int }

func (r *slowReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	r.left--
	timer := time.NewTimer(wait / 8)
	<-timer.C
	p[0] = 'x'
	return 1, nil
}

// TestBindUpload: a long upload is bounded by its pauses, not as a whole.
func TestBindUpload(t *testing.T) {
	for name, opts := range protocols {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wiretest.NewServer(opts)
			defer s.Close()
			s.Script(wiretest.JSON("{}"), wiretest.JSON("{}"), wiretest.HangAfterRead())
			c := newClient(t, s, opts, func(cfg *wire.Config) { cfg.Timeout = wait })
			r := binding()
			r.Streamed = true
			// The connection is made before the clock runs.
			if _, err := c.Do(attempt(t, time.Minute), sendRequest(s.URL, "")); err != nil {
				t.Fatal(err)
			}
			for _, parts := range []int{10, 1} {
				x := c.Bind(t.Context(), r)
				resp, err := x.HTTPClient().Post(s.URL, "text/plain", &slowReader{left: parts})
				if err == nil {
					_ = resp.Body.Close()
				}
				_, err = x.Result()
				if parts > 1 {
					if err != nil || s.Had(strings.Repeat("x", parts)) != 1 {
						t.Error(err)
					}
				} else if e := mine(t, err); e.Code != waybill.DeadlineExceeded || e.Delivery != waybill.Ambiguous || errors.Is(err, context.Canceled) {
					t.Error(e)
				}
			}
		})
	}
}

// TestBindRefusedStream: a stream that HTTP/2 refused is sent again for the
// library too, which has told how.
func TestBindRefusedStream(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{HTTP2: true})
	defer s.Close()
	s.Script(wiretest.RefuseStream(), wiretest.JSON("{}"))
	x := newClient(t, s, wiretest.Options{HTTP2: true}).Bind(t.Context(), binding())
	lib := &library{http: x.HTTPClient(), url: s.URL}
	_, err := lib.Send(x.Context(), message)
	if _, err2 := x.Result(); err != nil || err2 != nil || lib.tries != 1 || s.Whole() != 1 {
		t.Errorf("%v, %v, %d tries, %d arrived", err, err2, lib.tries, s.Whole())
	}
}
