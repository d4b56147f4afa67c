package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
	"github.com/waybill-go/waybill/wire/wiretest"
)

func getRequest(s *wiretest.Server) *wire.Request {
	return &wire.Request{Op: "get", URL: s.URL + "/send-path", Header: http.Header{"Authorization": {"Bearer " + secretToken}}, Private: []string{message}}
}

// TestStream: a body beyond every bound of a reply comes through, at leisure.
func TestStream(t *testing.T) {
	for name, opts := range protocols {
		t.Run(name, func(t *testing.T) {
			s := wiretest.NewServer(opts)
			defer s.Close()
			part := strings.Repeat("0123456789", 1000)
			s.Script(func(c *wiretest.Call) {
				c.Read()
				c.Head(200, 50*int64(len(part)), "X-Kind", "object")
				for range 50 {
					c.Write(part)
				}
				c.Finish()
			}, wiretest.JSON("{}"))
			client := newClient(t, s, opts, func(cfg *wire.Config) { cfg.MaxReply, cfg.Timeout = 10, time.Minute })
			st, err := client.Stream(context.WithoutCancel(t.Context()), getRequest(s))
			if err != nil {
				t.Fatal(err)
			}
			if st.Status != 200 || st.Header.Get("X-Kind") != "object" || st.Length != int64(50*len(part)) || st.Body != nil {
				t.Errorf("head %+v", st.Reply.Status)
			}
			b, err := io.ReadAll(st.Reader)
			if err != nil || len(b) != 50*len(part) {
				t.Errorf("%d bytes, %v", len(b), err)
			}
			for range 2 {
				if err := st.Reader.Close(); err != nil {
					t.Error(err)
				}
			}
			// The connection is good for another.
			st, err = client.Stream(t.Context(), getRequest(s))
			if err != nil || s.Conns() != 1 {
				t.Fatalf("%v, %d connections", err, s.Conns())
			}
			_ = st.Reader.Close()
		})
	}
}

// TestStreamFailures: the head's failures are Do's; those of the body come from
// Read, as our error.
func TestStreamFailures(t *testing.T) {
	for name, opts := range protocols {
		for what, c := range map[string]struct {
			step wiretest.Step
			head waybill.Code
			code waybill.Code
			vend string
		}{
			"reset before": {wiretest.ResetAfterRead(), waybill.Unavailable, 0, wire.CodeReset},
			"hang before":  {nil, waybill.DeadlineExceeded, 0, ""},
			"cut":          {wiretest.CutReply(200, message), 0, waybill.DataLoss, wire.CodeCut},
			"reset":        {wiretest.ResetInReply(200, message), 0, waybill.DataLoss, wire.CodeCut},
			"silent":       {wiretest.HangInReply(200, message), 0, waybill.DeadlineExceeded, wire.CodeIdle},
			"cut refusal":  {wiretest.CutReply(503, message), waybill.DataLoss, 0, wire.CodeCut},
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				s := wiretest.NewServer(opts)
				defer s.Close()
				ctx, end := context.WithCancelCause(t.Context())
				defer end(nil)
				step := c.step
				if step == nil {
					step = ending(end, func(c *wiretest.Call) { c.Read() })
				}
				s.Script(step)
				r := getRequest(s)
				r.Idle = wait
				st, err := newClient(t, s, opts).Stream(ctx, r)
				if c.head != 0 {
					if e := mine(t, err); e.Code != c.head || e.VendorCode != c.vend {
						t.Errorf("head: %v", e)
					}
					return
				}
				if err != nil {
					// A reset may overtake the head.
					if e := mine(t, err); what != "reset" || e.Code != waybill.Unavailable {
						t.Error(e)
					}
					return
				}
				defer func() { _ = st.Reader.Close() }()
				_, err = io.ReadAll(st.Reader)
				if e := mine(t, err); e.Code != c.code || e.VendorCode != c.vend || e.Delivery != waybill.Ambiguous {
					t.Errorf("body: %v, %v", e.Code, e)
				}
			})
		}
	}
}

// TestStreamEndsWithContext: what has arrived is not handed out any more once the
// caller has gone, however late the transport learns of it.
func TestStreamEndsWithContext(t *testing.T) {
	for name, opts := range protocols {
		t.Run(name, func(t *testing.T) {
			s := wiretest.NewServer(opts)
			defer s.Close()
			s.Script(wiretest.JSON(strings.Repeat("0", 1000)))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			st, err := newClient(t, s, opts).Stream(ctx, getRequest(s))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.CopyN(io.Discard, st.Reader, 10); err != nil {
				t.Fatal(err)
			}
			cancel()
			n, err := st.Reader.Read(make([]byte, 10))
			if n != 0 || !errors.Is(err, context.Canceled) || waybill.CodeOf(err) != waybill.Canceled {
				t.Errorf("%d bytes, %v", n, err)
			}
			if err := st.Reader.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestStreamRefusal: what is not 2xx is read whole and bounded.
func TestStreamRefusal(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.Respond(404, `{"code":"NoSuchKey"}`), wiretest.Respond(500, strings.Repeat("x", 2000)))
	c := newClient(t, s, wiretest.Options{}, func(cfg *wire.Config) { cfg.MaxReply = 1000 })
	st, err := c.Stream(t.Context(), getRequest(s))
	if err != nil || st.Reader != nil || st.Length != 20 {
		t.Fatalf("%v, %v", st, err)
	}
	var v struct{ Code string }
	if e := st.JSON(&v); e != nil || v.Code != "NoSuchKey" {
		t.Error(e)
	}
	if _, err := c.Stream(t.Context(), getRequest(s)); waybill.CodeOf(err) != waybill.DataLoss {
		t.Error(err)
	}
}

// TestStreamCancel: the caller's end during the body, and Close in mid-body.
func TestStreamCancel(t *testing.T) {
	for name, opts := range protocols {
		s := wiretest.NewServer(opts)
		s.Script(wiretest.HangInReply(200, message))
		client := newClient(t, s, opts)
		ctx, cancel := context.WithCancel(t.Context())
		st, err := client.Stream(ctx, getRequest(s))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(st.Reader, make([]byte, len(message))); err != nil {
			t.Fatal(err)
		}
		cancel()
		_, err = st.Reader.Read(make([]byte, 1))
		if e := mine(t, err); e.Code != waybill.Canceled || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, e)
		}
		_ = st.Reader.Close()

		st, err = client.Stream(t.Context(), getRequest(s))
		if err != nil {
			t.Fatal(err)
		}
		_ = st.Reader.Close()
		if _, err := st.Reader.Read(make([]byte, 1)); err == nil {
			t.Errorf("%s: a closed stream can be read", name)
		}
		s.Close()
	}
}
