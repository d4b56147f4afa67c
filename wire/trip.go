package wire

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/waybill-go/waybill"
)

// replays is how often a request that HTTP/2 refused unseen is sent again, and
// replayWait the pause before each but the first.
const (
	replays    = 2
	replayWait = 100 * time.Millisecond
)

// trip sends req and returns the head of the reply with the body unread, or
// the error of the exchange. The evidence must be sealed by whoever reads the
// body to its end.
func (c *Client) trip(ctx context.Context, req *http.Request, r *Request) (*http.Response, *evidence, *waybill.Error) {
	strip(req.Header)
	if _, ok := req.Header["User-Agent"]; !ok {
		req.Header["User-Agent"] = []string{c.cfg.UserAgent}
	}
	rt := c.reads
	if r.Send {
		rt = c.sends
	}
	first, again := req.Body, req.GetBody
	for n := 0; ; n++ {
		ev := new(evidence)
		if e := waybill.FromContext(ctx); e != nil {
			return nil, ev, c.complete(e, r, waybill.NotSent)
		}
		out := req.WithContext(ev.trace(ctx))
		if n > 0 && again != nil {
			b, err := again()
			if err != nil {
				return nil, ev, c.failure(ctx, ev, err, r)
			}
			out.Body = b
		}
		guard(out, ev, r.Send, c.rewind)
		resp, err := rt.RoundTrip(out)
		if err == nil && resp != nil && resp.Body != nil {
			return resp, ev, nil
		}
		if err == nil {
			err = errNoReply
		}
		e := c.failure(ctx, ev, err, r)
		if !e.StreamRefused() || n == replays || (again == nil && first != nil && first != http.NoBody) || !pause(ctx, n) {
			return nil, ev, e
		}
	}
}

// pause waits before the n-th replay and reports whether ctx is still alive.
func pause(ctx context.Context, n int) bool {
	if n == 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(time.Duration(n) * replayWait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// read reads the whole reply, bounded, and closes it.
func (c *Client) read(ctx context.Context, resp *http.Response, r *Request) (*Reply, *waybill.Error) {
	defer func() { _ = resp.Body.Close() }()
	reply := c.head(resp, r)
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return reply, nil
	}
	limit := c.cfg.MaxReply
	if r.MaxReply > 0 {
		limit = r.MaxReply
	}
	if resp.ContentLength > limit && resp.Request != nil && resp.Request.Method != http.MethodHead {
		return nil, c.tooLarge(r)
	}
	var err error
	if reply.Body, err = readBounded(resp.Body, resp.ContentLength, limit); err != nil {
		return nil, c.cut(ctx, err, r)
	}
	if int64(len(reply.Body)) > limit {
		return nil, c.tooLarge(r)
	}
	return reply, nil
}

// readBounded reads up to one byte more than limit.
func readBounded(body io.Reader, size, limit int64) ([]byte, error) {
	guess := int64(1024)
	if size >= 0 {
		guess = min(size, 64<<10)
	}
	buf := make([]byte, 0, guess+1)
	for {
		if int64(len(buf)) > limit {
			return buf, nil
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		free := buf[len(buf):cap(buf)]
		if room := limit + 1 - int64(len(buf)); int64(len(free)) > room {
			free = free[:room]
		}
		n, err := body.Read(free)
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
