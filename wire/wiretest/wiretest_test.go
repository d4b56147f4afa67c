package wiretest_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill/wire/wiretest"
)

var protocols = map[string]wiretest.Options{
	"http1": {}, "http1 tls": {TLS: true}, "http2": {HTTP2: true},
}

func post(t *testing.T, s *wiretest.Server, body string) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/path", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.Client().Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

func TestRespond(t *testing.T) {
	for name, opts := range protocols {
		t.Run(name, func(t *testing.T) {
			s := wiretest.NewServer(opts)
			defer s.Close()
			long := strings.Repeat("value", 100)
			s.Script(wiretest.Respond(429, "slow down", "X-Long", long), wiretest.JSON(`{"a":1}`))
			resp, body, err := post(t, s, "first")
			if err != nil || resp.StatusCode != 429 || body != "slow down" || resp.Header.Get("X-Long") != long {
				t.Fatalf("first reply: %v %q %v", resp, body, err)
			}
			big := strings.Repeat("0123456789", 20000)
			resp, body, err = post(t, s, big)
			if err != nil || resp.StatusCode != 200 || body != `{"a":1}` || resp.Header.Get("Content-Type") != "application/json" {
				t.Fatalf("second reply: %v %q %v", resp, body, err)
			}
			if s.Whole() != 2 || s.Begun() != 2 || s.Had("first") != 1 || s.Had(big) != 1 || len(s.Requests()) != 2 {
				t.Errorf("counted whole %d, begun %d", s.Whole(), s.Begun())
			}
			if want := map[bool]int{true: 2, false: 1}[opts.HTTP2]; resp.ProtoMajor != want {
				t.Errorf("spoke HTTP/%d", resp.ProtoMajor)
			}
			if s.Conns() != 1 {
				t.Errorf("%d connections for 2 requests", s.Conns())
			}
		})
	}
}

func TestBadSteps(t *testing.T) {
	steps := map[string]struct {
		step  wiretest.Step
		whole int
	}{
		"reset after read": {wiretest.ResetAfterRead(), 1},
		"close after read": {wiretest.CloseAfterRead(), 1},
		"reset in read":    {wiretest.ResetWhileReading(3), 0},
		"reset in reply":   {wiretest.ResetInReply(200, "some"), 1},
		"cut reply":        {wiretest.CutReply(200, "some"), 1},
		"reset whole":      {wiretest.ResetWhole(wiretest.InternalError), 1},
	}
	for name, opts := range protocols {
		for what, c := range steps {
			t.Run(name+"/"+what, func(t *testing.T) {
				s := wiretest.NewServer(opts)
				defer s.Close()
				s.Script(c.step)
				if _, _, err := post(t, s, "a whole body"); err == nil {
					t.Error("no error")
				}
				if s.Whole() != c.whole {
					t.Errorf("%d whole requests, want %d", s.Whole(), c.whole)
				}
			})
		}
	}
}

// TestHangs: a step that hangs ends when the client gives up, or the server is
// closed, and nothing is answered.
func TestHangs(t *testing.T) {
	steps := map[string]wiretest.Step{
		"before": wiretest.HangBeforeRead(), "after": wiretest.HangAfterRead(), "in reply": wiretest.HangInReply(200, "some"),
		"slow": wiretest.SlowReply(200, "some", time.Hour), "goaway": wiretest.GoAway(),
	}
	for name, opts := range protocols {
		for what, step := range steps {
			t.Run(name+"/"+what, func(t *testing.T) {
				s := wiretest.NewServer(opts)
				begun := make(chan struct{}, 10)
				s.Script(func(c *wiretest.Call) { begun <- struct{}{}; step(c) })
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				ended := make(chan error)
				go func() {
					req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, strings.NewReader("body"))
					if err == nil {
						var resp *http.Response
						if resp, err = s.Client().Do(req); err == nil {
							_, err = io.ReadAll(resp.Body)
							_ = resp.Body.Close()
						}
					}
					ended <- err
				}()
				<-begun
				cancel()
				if err := <-ended; err == nil {
					t.Error("an answer came")
				}
				s.Close()
			})
		}
	}
}

// TestMoreReplies: the steps that end well, or never.
func TestMoreReplies(t *testing.T) {
	for name, opts := range protocols {
		s := wiretest.NewServer(opts)
		s.Script(wiretest.SlowReply(200, "slow", time.Microsecond), wiretest.Redirect("http://127.0.0.1:1/"))
		if _, body, err := post(t, s, "x"); err != nil || body != "slow" {
			t.Errorf("%s: %q, %v", name, body, err)
		}
		if _, _, err := post(t, s, "x"); err == nil {
			t.Errorf("%s: the redirect led somewhere", name)
		}
		s.Script(wiretest.Endless())
		resp, err := s.Client().Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.CopyN(io.Discard, resp.Body, 1<<19); n != 1<<19 || err != nil {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
		_ = resp.Body.Close()
		s.Script(func(c *wiretest.Call) {
			if (c.Request() == nil) != opts.HTTP2 {
				t.Errorf("%s: request %v", name, c.Request())
			}
			c.Raw("no reply at all, over any protocol\r\n\r\n")
			c.CloseConn()
		})
		if _, _, err := post(t, s, "x"); err == nil {
			t.Errorf("%s: garbage is an answer", name)
		}
		s.Script(func(c *wiretest.Call) { c.Read(); c.GoAwayAfter(wiretest.NoError, "bye"); c.CloseConn() })
		if _, _, err := post(t, s, "last"); err == nil || s.Had("last") != 1 {
			t.Errorf("%s: %v, %d", name, err, s.Had("last"))
		}
		s.Close()
	}
}

// TestStandardReplay pins what net/http does by itself over HTTP/2, which is
// the reason for package wire.
func TestStandardReplay(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{HTTP2: true})
	defer s.Close()
	s.Script(wiretest.ResetWhole(wiretest.ProtocolError), wiretest.JSON("{}"))
	if _, _, err := post(t, s, "once"); err != nil {
		t.Fatal(err)
	}
	if s.Had("once") != 2 {
		t.Errorf("net/http sent a POST %d times after PROTOCOL_ERROR; this test expects 2", s.Had("once"))
	}
}

func TestNoTLS(t *testing.T) {
	for name, opts := range map[string]wiretest.Options{
		"plain": {TLS: true, Plain: true}, "closed": {TLS: true, CloseAccepted: true}, "closed tcp": {CloseAccepted: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := wiretest.NewServer(opts)
			defer s.Close()
			if _, _, err := post(t, s, "x"); err == nil {
				t.Error("no error")
			}
			if s.Begun() != 0 {
				t.Error("a request arrived")
			}
		})
	}
}

func TestCloseTwice(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{Mute: true})
	s.Close()
	s.Close()
}
