package wire_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
	"github.com/waybill-go/waybill/wire/wiretest"
)

// raw answers with these bytes and closes the connection.
func raw(reply string) wiretest.Step {
	return func(c *wiretest.Call) { c.Read(); c.Raw(reply); c.CloseConn() }
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

func withLength(head, body string) string {
	return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
}

// TestReplyShapes: every reply that HTTP/1.1 allows is a Reply, and every one
// that is broken an Ambiguous error.
func TestReplyShapes(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	zipped := gzipped(`{"a":1}`)
	for what, c := range map[string]struct {
		raw    string
		status int    // of a Reply, 0 for an error
		body   string // of a Reply
		vendor string // of an error
		bad    bool   // the body is no JSON
	}{
		"continue first":        {raw: "HTTP/1.1 100 Continue\r\n\r\n" + withLength(ok, `{"a":1}`), status: 200, body: `{"a":1}`},
		"early hints first":     {raw: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + withLength(ok, `{"a":1}`), status: 200, body: `{"a":1}`},
		"continue and no more":  {raw: "HTTP/1.1 100 Continue\r\n\r\n", vendor: wire.CodeReset},
		"continue for ever":     {raw: strings.Repeat("HTTP/1.1 100 Continue\r\nX: "+strings.Repeat("x", 60_000)+"\r\n\r\n", 300), vendor: wire.CodeReset},
		"switching protocols":   {raw: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nxx", status: 101, bad: true},
		"trailers":              {raw: ok + "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n7\r\n{\"a\":1}\r\n0\r\nX-Sum: 1\r\n\r\n", status: 200, body: `{"a":1}`},
		"cut at a chunk's end":  {raw: ok + "Transfer-Encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n", vendor: wire.CodeCut},
		"cut in the last chunk": {raw: ok + "Transfer-Encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n0\r\n", vendor: wire.CodeCut},
		"bad chunk":             {raw: ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n", vendor: wire.CodeCut},
		"length too large":      {raw: ok + "Content-Length: 8\r\n\r\n{\"a\":1}", vendor: wire.CodeCut},
		"length too small":      {raw: ok + "Content-Length: 6\r\n\r\n{\"a\":1}", status: 200, body: `{"a":1`, bad: true},
		"two lengths":           {raw: ok + "Content-Length: 6\r\nContent-Length: 7\r\n\r\n{\"a\":1}", vendor: wire.CodeReset},
		"negative length":       {raw: ok + "Content-Length: -1\r\n\r\n{\"a\":1}", vendor: wire.CodeReset},
		"length and chunks":     {raw: ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n0\r\n\r\n", status: 200, body: `{"a":1}`},
		// A body that ends with its connection: its cut end cannot be told, so
		// what is read from it must prove itself, as JSON does.
		"HTTP/1.0":               {raw: "HTTP/1.0 200 OK\r\n\r\n{\"a\":1}", status: 200, body: `{"a":1}`},
		"HTTP/1.0, cut":          {raw: "HTTP/1.0 200 OK\r\n\r\n{\"a\":", status: 200, body: `{"a":`, bad: true},
		"no length":              {raw: ok + "\r\n{\"a\":1}", status: 200, body: `{"a":1}`},
		"no content with a body": {raw: "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}", status: 204, bad: true},
		"no status text":         {raw: withLength("HTTP/1.1 200\r\n", "{}"), status: 200, body: "{}"},
		"status of four digits":  {raw: "HTTP/1.1 2000 OK\r\n\r\n", vendor: wire.CodeReset},
		"status in words":        {raw: "HTTP/1.1 fine " + secretKey + "\r\n\r\n", vendor: wire.CodeReset},
		"another protocol":       {raw: "ICY 200 OK\r\n\r\n", vendor: wire.CodeReset},
		"a huge head":            {raw: ok + "X-A: " + strings.Repeat("x", 11<<20) + "\r\n\r\n", vendor: wire.CodeReset},
		"a header without name":  {raw: ok + ": x\r\n\r\n", vendor: wire.CodeReset},
		"gzip":                   {raw: withLength(ok+"Content-Encoding: gzip\r\n", zipped), status: 200, body: `{"a":1}`},
		"gzip, cut":              {raw: withLength(ok+"Content-Encoding: gzip\r\n", zipped[:len(zipped)-9]), vendor: wire.CodeCut},
		"gzip, wrong sum":        {raw: withLength(ok+"Content-Encoding: gzip\r\n", zipped[:len(zipped)-8]+"12345678"), vendor: wire.CodeCut},
		"not gzip":               {raw: withLength(ok+"Content-Encoding: gzip\r\n", "{}"), vendor: wire.CodeCut},
		"brotli unasked":         {raw: withLength(ok+"Content-Encoding: br\r\n", "\x0b\x03\x80{}\x03"), status: 200, body: "\x0b\x03\x80{}\x03", bad: true},
		"nothing":                {raw: "", vendor: wire.CodeReset},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := wiretest.NewServer(wiretest.Options{})
			defer s.Close()
			s.Script(raw(c.raw))
			reply, err := newClient(t, s, wiretest.Options{}).Do(t.Context(), sendRequest(s.URL, message))
			if s.Begun() != 1 {
				t.Errorf("%d requests", s.Begun())
			}
			if c.status == 0 {
				if e := mine(t, err); e.Delivery != waybill.Ambiguous || e.VendorCode != c.vendor {
					t.Errorf("%v, %q: %v", e.Delivery, e.VendorCode, e)
				}
				return
			}
			if err != nil || reply.Status != c.status || string(reply.Body) != c.body {
				t.Fatalf("%+v, %v", reply, err)
			}
			var v map[string]any
			if e := reply.JSON(&v); (e != nil) != c.bad || e != nil && e.Delivery != waybill.Ambiguous {
				t.Errorf("decoded: %v", e)
			}
		})
	}
}

// TestLeftovers: what a server sends beyond its reply never passes for the
// reply to the next send.
func TestLeftovers(t *testing.T) {
	const extra = "HTTP/1.1 204 No Content\r\n\r\n{\"accepted\":true}"
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(func(c *wiretest.Call) { c.Read(); c.Raw(extra); c.Finish() })
	client := newClient(t, s, wiretest.Options{})
	for i := range 5 {
		reply, err := client.Do(t.Context(), sendRequest(s.URL, fmt.Sprint("send ", i)))
		switch {
		case err == nil && (reply.Status != 204 || len(reply.Body) > 0):
			t.Fatalf("send %d got %v", i, reply)
		case err != nil && waybill.DeliveryOf(err) == waybill.NotSent && s.Had(fmt.Sprint("send ", i)) > 0:
			t.Fatal(err)
		}
	}
}

// TestCookies: what a vendor sets is not sent back.
func TestCookies(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.Respond(200, "{}", "Set-Cookie", "session=1"))
	client := newClient(t, s, wiretest.Options{})
	for range 2 {
		if _, err := client.Do(t.Context(), getRequest(s)); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Requests()[1].Header.Get("Cookie"); got != "" {
		t.Errorf("the cookie %q was sent", got)
	}
}

// TestRefusalThatHangs: the refusal of a stream is read within the client's
// time-out, also for a caller without a deadline.
func TestRefusalThatHangs(t *testing.T) {
	for name, opts := range protocols {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wiretest.NewServer(opts)
			defer s.Close()
			s.Script(wiretest.HangInReply(503, "<Error>"))
			client := newClient(t, s, opts, func(cfg *wire.Config) { cfg.Timeout = wait / 4 })
			_, err := client.Stream(context.WithoutCancel(t.Context()), getRequest(s))
			if e := mine(t, err); e.Code != waybill.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Stream: %v", e)
			}
			r := *getRequest(s)
			r.Streamed = true
			x := client.Bind(context.WithoutCancel(t.Context()), r)
			_, _ = x.HTTPClient().Get(s.URL)
			_, err = x.Result()
			if e := mine(t, err); e.Code != waybill.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Bind: %v", e)
			}
		})
	}
}

// TestReplyBeforeTheEnd: a server that answers before it has read the request
// is believed, over HTTP/2 also when it resets the stream afterwards.
func TestReplyBeforeTheEnd(t *testing.T) {
	big := strings.Repeat("x", 4<<20)
	for name, opts := range protocols {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wiretest.NewServer(opts)
			defer s.Close()
			s.Script(func(c *wiretest.Call) {
				c.ReadSome(1)
				c.Reply(413, `{"error":"too large"}`, "Connection", "close")
				if opts.HTTP2 {
					c.ResetStream(wiretest.NoError)
				}
				c.Hang()
			})
			reply, err := newClient(t, s, opts).Do(attempt(t, 10*time.Second), sendRequest(s.URL, big))
			if err != nil || reply.Status != 413 || len(reply.Body) == 0 {
				t.Errorf("%v, %v", reply, err)
			}
		})
	}
}

// TestExpectContinue: a body that the server never asked for was not sent.
func TestExpectContinue(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	transport := s.Client().Transport.(*http.Transport).Clone()
	transport.ExpectContinueTimeout = time.Hour
	client := newClient(t, s, wiretest.Options{}, func(cfg *wire.Config) { cfg.HTTPClient = &http.Client{Transport: transport} })
	expecting := func() *wire.Request {
		r := sendRequest(s.URL, message)
		r.Header.Set("Expect", "100-continue")
		return r
	}
	s.Script(func(c *wiretest.Call) {
		c.Raw("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")
		c.CloseConn()
	})
	if reply, err := client.Do(t.Context(), expecting()); err != nil || reply.Status != 417 || reply.StatusError().Delivery != waybill.NotSent {
		t.Errorf("417: %v, %v", reply, err)
	}
	s.Script(func(c *wiretest.Call) { c.Reset() })
	_, err := client.Do(t.Context(), expecting())
	if e := mine(t, err); e.Delivery != waybill.NotSent || e.VendorCode != wire.CodeUnsent || e.Local() {
		t.Errorf("reset: %v, %q: %v", e.Delivery, e.VendorCode, e)
	}
	s.Script(func(c *wiretest.Call) { c.Raw("HTTP/1.1 100 Continue\r\n\r\n"); c.Read(); c.Reset() })
	_, err = client.Do(t.Context(), expecting())
	if e := mine(t, err); e.Delivery != waybill.Ambiguous {
		t.Errorf("reset after the body: %v: %v", e.Delivery, e)
	}
}

// TestRequestShapes: what the caller left out or wrote in an odd way.
func TestRequestShapes(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	client := newClient(t, s, wiretest.Options{})
	last := func() wiretest.Seen { all := s.Requests(); return all[len(all)-1] }
	for what, c := range map[string]struct {
		r      wire.Request
		method string
		target string
	}{
		"nil body":         {wire.Request{URL: s.URL}, "GET", "/"},
		"empty body":       {wire.Request{URL: s.URL, Body: []byte{}}, "POST", "/"},
		"query":            {wire.Request{URL: s.URL + "/a", Query: url.Values{"b": {"c d"}}}, "GET", "/a?b=c+d"},
		"two queries":      {wire.Request{URL: s.URL + "/a?x=1", Query: url.Values{"b": {"2"}}}, "GET", "/a?x=1&b=2"},
		"empty query":      {wire.Request{URL: s.URL + "/a?", Query: url.Values{"b": {"2"}}}, "GET", "/a?b=2"},
		"with a fragment":  {wire.Request{URL: s.URL + "/a#top", Query: url.Values{"b": {"2"}}}, "GET", "/a?b=2"},
		"query in the URL": {wire.Request{URL: s.URL + "/a?b=%2F"}, "GET", "/a?b=%2F"},
	} {
		for _, send := range []bool{false, true} {
			c.r.Op, c.r.Send = "x", send
			if _, err := client.Do(t.Context(), &c.r); err != nil {
				t.Errorf("%s: %v", what, err)
				continue
			}
			if got := last(); got.Method != c.method || got.Target != c.target || got.Header.Get("Transfer-Encoding") != "" {
				t.Errorf("%s: %s %s %v", what, got.Method, got.Target, got.Header)
			}
		}
	}
}

// TestGzipIsOurs: an adapter that asks for gzip by itself gets the body
// decompressed all the same, within the bound.
func TestGzipIsOurs(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(raw(withLength("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n", gzipped(`{"a":1}`))))
	r := getRequest(s)
	r.Header.Set("Accept-Encoding", "gzip")
	reply, err := newClient(t, s, wiretest.Options{}).Do(t.Context(), r)
	if err != nil || string(reply.Body) != `{"a":1}` {
		t.Errorf("%v, %v", reply, err)
	}
	if r.Header.Get("Accept-Encoding") == "" {
		t.Error("the caller's header was changed")
	}
}

// TestLibraryFollowsNothing: a library that brings its own http.Client, which
// follows redirects, gets nowhere.
func TestLibraryFollowsNothing(t *testing.T) {
	for _, send := range []bool{true, false} {
		s, other := wiretest.NewServer(wiretest.Options{}), wiretest.NewServer(wiretest.Options{})
		s.Script(wiretest.Redirect(other.URL))
		x := newClient(t, s, wiretest.Options{}).Bind(t.Context(), wire.Request{Op: "x", Send: send})
		lib := &http.Client{Transport: x}
		req, err := http.NewRequestWithContext(x.Context(), "POST", s.URL, strings.NewReader(message))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Api-Key", secretKey)
		if resp, err := lib.Do(req); err == nil {
			t.Errorf("send %v: the library got %d", send, resp.StatusCode)
		}
		reply, err := x.Result()
		if err != nil || reply.Status != 307 || other.Conns() != 0 {
			t.Errorf("send %v: %v, %v, %d connections", send, reply, err, other.Conns())
		}
		s.Close()
		other.Close()
	}
}

// TestCannedLeavesStreams: a streamed reply is the library's to read and close,
// whatever Canned makes of complete ones.
func TestCannedLeavesStreams(t *testing.T) {
	s := wiretest.NewServer(wiretest.Options{})
	defer s.Close()
	s.Script(wiretest.JSON(`{"real":1}`), wiretest.Respond(500, "x"))
	canned := func(*wire.Reply) *http.Response {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("canned"))}
	}
	client := newClient(t, s, wiretest.Options{})
	for _, want := range []string{`{"real":1}`, "canned"} {
		x := client.Bind(t.Context(), wire.Request{Op: "get", Streamed: true, Canned: canned})
		resp, err := x.HTTPClient().Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || string(b) != want {
			t.Errorf("the library read %q, %v; want %q", b, err, want)
		}
		_, _ = x.Result()
	}
}
