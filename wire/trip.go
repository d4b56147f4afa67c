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

// trip sends req, which was made with the context of [watch], and returns the
// head of the reply with the body unread, or the error of the exchange. The
// evidence it returns must be sealed by whoever reads the body to its end.
func (c *Client) trip(ctx context.Context, ev *evidence, req *http.Request, r *Request) (*http.Response, *evidence, *waybill.Error) {
	if e := waybill.FromContext(ctx); e != nil {
		return nil, ev, c.complete(e, r, waybill.NotSent)
	}
	strip(req.Header)
	if _, ok := req.Header["User-Agent"]; !ok {
		req.Header["User-Agent"] = c.userAgent
	}
	rt := c.reads
	if r.Send {
		rt = c.sends
	}
	body, again := req.Body, req.GetBody
	guard(req, ev, r.Send, c.rewind)
	resp, e := c.once(ctx, rt, ev, req, r)
	for n := 0; e != nil && e.StreamRefused() && n < replays && pause(ctx, n); n++ {
		if body != nil && body != http.NoBody {
			if again == nil {
				return nil, ev, e
			}
			b, err := again()
			if err != nil {
				return nil, ev, e
			}
			body = b
		}
		ctx, ev = watch(ctx)
		req = req.WithContext(ctx)
		req.Body, req.GetBody = body, again
		guard(req, ev, r.Send, c.rewind)
		resp, e = c.once(ctx, rt, ev, req, r)
	}
	return resp, ev, e
}

// once sends req once.
func (c *Client) once(ctx context.Context, rt http.RoundTripper, ev *evidence, req *http.Request, r *Request) (*http.Response, *waybill.Error) {
	resp, err := rt.RoundTrip(req)
	if err == nil && resp != nil && resp.Body != nil {
		return resp, nil
	}
	if err == nil {
		err = errNoReply
	}
	return nil, c.failure(ctx, ev, err, r)
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
