package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
)

// pass does one exchange: the reply as we keep it, and as the library sees it.
func (x *Exchange) pass(req *http.Request) (*Reply, *http.Response, *waybill.Error) {
	ctx, done, cancel := x.merge(req.Context())
	ctx, ev := watch(ctx)
	out := req.Clone(ctx)
	// http.Client sets this beside the context's deadline, and either may win.
	//lint:ignore SA1019 cleared, not used
	out.Cancel = nil
	if x.r.Rewrite != nil {
		if err := x.r.Rewrite(out); err != nil {
			done()
			return nil, nil, x.rewriteFailed(err)
		}
	}
	if out.Header == nil {
		out.Header = http.Header{}
	}
	if e := x.check(out); e != nil {
		done()
		return nil, nil, e
	}
	stop := x.watchUpload(ev, cancel)
	defer stop()
	resp, ev, bad := x.c.trip(ctx, ev, out, &x.r)
	if bad != nil {
		done()
		return nil, nil, x.judge(ctx, bad)
	}
	if x.r.Streamed && resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		stop()
		reply, seen := x.stream(ctx, resp, ev, cancel, done)
		return reply, seen, nil
	}
	reply, bad := x.c.read(ctx, resp, &x.r)
	ev.seal()
	done()
	if bad != nil {
		return nil, nil, x.judge(ctx, bad)
	}
	return reply, shown(resp, reply), nil
}

// watchUpload bounds a streamed exchange until its head, which may be a long
// upload: not as a whole, but from the last part of the body that was taken.
func (x *Exchange) watchUpload(ev *evidence, cancel context.CancelCauseFunc) (stop func()) {
	if !x.r.Streamed || x.c.timeout < 0 {
		return func() {}
	}
	var head atomic.Bool // a body may still be read after its reply began
	t := time.AfterFunc(x.c.timeout, func() {
		if !head.Load() {
			cancel(waybill.ErrAttemptTimeout)
		}
	})
	ev.progress = func() {
		if !head.Load() {
			t.Reset(x.c.timeout)
		}
	}
	return func() { head.Store(true); t.Stop() }
}

// judge puts the caller's own end in the place of an error that came of it.
func (x *Exchange) judge(ctx context.Context, bad *waybill.Error) *waybill.Error {
	if ctx.Err() == nil {
		return bad
	}
	if e := x.ended(); e != nil {
		return x.c.complete(e, &x.r, bad.Delivery)
	}
	if errors.Is(context.Cause(ctx), waybill.ErrAttemptTimeout) {
		return bad
	}
	if bad.Code != waybill.Canceled && bad.Code != waybill.DeadlineExceeded {
		return bad
	}
	e := &waybill.Error{Code: waybill.DeadlineExceeded, Message: "the vendor's library gave up"}
	return x.c.complete(e, &x.r, bad.Delivery)
}

// ended is the caller's own end or the time-out, nil while neither came.
func (x *Exchange) ended() *waybill.Error {
	if e := waybill.FromContext(x.outer); e != nil {
		return e
	}
	if errors.Is(context.Cause(x.ctx), waybill.ErrAttemptTimeout) {
		return waybill.FromContext(x.ctx)
	}
	return nil
}

// merge returns a context that ends with the exchange's and with the library's.
func (x *Exchange) merge(library context.Context) (ctx context.Context, done func(), cancel context.CancelCauseFunc) {
	if y, _ := library.Value(exchangeKey{}).(*Exchange); y == x {
		ctx, cancel = context.WithCancelCause(library)
		return ctx, func() { cancel(nil) }, cancel
	}
	ctx, cancel = context.WithCancelCause(x.ctx)
	stop := context.AfterFunc(library, func() { cancel(errBad) })
	return ctx, func() { stop(); cancel(nil) }, cancel
}

func (x *Exchange) rewriteFailed(err error) *waybill.Error {
	var e *waybill.Error
	if errors.As(err, &e) {
		return e.With(x.c.cfg.Provider, x.r.Op, x.r.Ref)
	}
	e = waybill.Invalid(x.r.Op, x.c.scrub(err.Error(), x.r.Private))
	return x.c.complete(e, &x.r, waybill.NotSent)
}

// check refuses what net/http would refuse, before it can count as an attempt.
func (x *Exchange) check(req *http.Request) *waybill.Error {
	if req.URL == nil || req.URL.Scheme != "http" && req.URL.Scheme != "https" || req.URL.Host == "" {
		e := waybill.Invalid(x.r.Op, "the URL is not an absolute http or https URL")
		return x.c.complete(e, &x.r, waybill.NotSent)
	}
	// The transport asks for gzip and undoes it within our bound; a library
	// that asks for it by itself would undo it without one.
	if !x.r.Streamed {
		dropEncoding(req.Header)
	}
	return nil
}

// shown is the reply as the library sees it: complete, in memory.
func shown(resp *http.Response, reply *Reply) *http.Response {
	c := *resp
	c.Header = resp.Header.Clone()
	c.Body = io.NopCloser(bytes.NewReader(reply.Body))
	if resp.Request == nil || resp.Request.Method != http.MethodHead {
		c.ContentLength = int64(len(reply.Body))
	}
	return &c
}

// stream hands the body to the library unread. cancel ends the request.
func (x *Exchange) stream(ctx context.Context, resp *http.Response, ev *evidence, cancel context.CancelCauseFunc, done func()) (*Reply, *http.Response) {
	x.mu.Lock()
	x.streams++
	x.mu.Unlock()
	body := newIdleBody(ctx, x.c, &x.r, resp.Body, ev, cancel)
	body.closed = func() { done(); x.closeStream() }
	c := *resp
	c.Body = body
	return x.c.head(resp, &x.r), &c
}

// closeStream releases the context with the last stream after Result.
func (x *Exchange) closeStream() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.streams--; x.streams == 0 && x.closed {
		x.cancel(nil)
	}
}
