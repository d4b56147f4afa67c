package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
)

// Stream is the reply to a read of unbounded size.
type Stream struct {
	// Reply holds status and header; its Body is filled, bounded, when the
	// status is not 2xx.
	Reply
	// Reader is the body of a 2xx reply, nil otherwise. It must be closed. Each
	// Read may be silent for the request's Idle, then fails; its errors are
	// *waybill.Error, io.EOF excepted.
	Reader io.ReadCloser
	// Length is the body's length in bytes, -1 if unknown.
	Length int64
}

// Stream performs one exchange and returns with the head of the reply; ctx
// governs it until Reader is closed. A reply that is not 2xx is read whole,
// within the time-out of the head.
func (c *Client) Stream(ctx context.Context, r *Request) (*Stream, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := c.headTimer(ctx, cancel)
	ctx, ev := watch(ctx)
	req, err := c.build(ctx, r)
	if err != nil {
		stop()
		cancel(nil)
		return nil, err
	}
	resp, ev, bad := c.trip(ctx, ev, req, r)
	if bad != nil {
		stop()
		cancel(nil)
		return nil, bad
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		reply, bad := c.read(ctx, resp, r)
		stop()
		ev.seal()
		cancel(nil)
		if bad != nil {
			return nil, bad
		}
		return &Stream{Reply: *reply, Length: int64(len(reply.Body))}, nil
	}
	stop()
	body := newIdleBody(ctx, c, r, resp.Body, ev, cancel)
	return &Stream{Reply: *c.head(resp, r), Reader: body, Length: resp.ContentLength}, nil
}

// headTimer bounds the wait for a head; the returned function ends it.
func (c *Client) headTimer(ctx context.Context, cancel context.CancelCauseFunc) func() {
	var d time.Duration
	if c.cfg.HTTPClient != nil {
		d = c.cfg.HTTPClient.Timeout
	}
	if d <= 0 {
		if _, ok := ctx.Deadline(); ok || c.timeout < 0 {
			return func() {}
		}
		d = c.timeout
	}
	t := time.AfterFunc(d, func() { cancel(waybill.ErrAttemptTimeout) })
	return func() { t.Stop() }
}

var errIdle = errors.New("wire: the reply was silent for too long")

// idleBody is a reply's body of which each read has its own bound.
type idleBody struct {
	c      *Client
	r      *Request
	ctx    context.Context
	cancel context.CancelCauseFunc
	body   io.ReadCloser
	ev     *evidence
	idle   time.Duration
	timer  *time.Timer // runs while a Read does

	silent atomic.Bool
	over   atomic.Bool // after Close
	once   sync.Once
	closed func() // called once after Close, may be nil
}

func newIdleBody(ctx context.Context, c *Client, r *Request, body io.ReadCloser, ev *evidence, cancel context.CancelCauseFunc) *idleBody {
	b := &idleBody{c: c, r: r, ctx: ctx, cancel: cancel, body: body, ev: ev, idle: r.Idle}
	if b.idle == 0 {
		b.idle = DefaultIdle
	}
	return b
}

func (b *idleBody) Read(p []byte) (int, error) {
	// The transport learns of the context's end on a goroutine of its own; until
	// then it would go on handing out what has arrived.
	if err := b.ctx.Err(); err != nil && !b.over.Load() {
		return 0, b.fail(err)
	}
	if b.idle > 0 {
		if b.timer == nil {
			b.timer = time.AfterFunc(b.idle, func() { b.silent.Store(true); b.cancel(errIdle) })
		} else {
			b.timer.Reset(b.idle)
		}
		defer b.timer.Stop()
	}
	n, err := b.body.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, b.fail(err)
}

func (b *idleBody) fail(err error) error {
	if b.silent.Load() {
		e := &waybill.Error{Code: waybill.DeadlineExceeded, Scope: waybill.ScopeProvider, VendorCode: CodeIdle, Message: "the reply was silent for too long"}
		return b.c.complete(e, b.r, waybill.Ambiguous)
	}
	return b.c.cut(b.ctx, err, b.r)
}

func (b *idleBody) Close() error {
	b.once.Do(func() {
		b.ev.seal()
		b.over.Store(true)
		_ = b.body.Close()
		b.cancel(nil)
		if b.closed != nil {
			b.closed()
		}
	})
	return nil
}

var _ http.RoundTripper = (*Exchange)(nil)
