package s3storage

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// call is one request of the SDK, judged by us.
type call struct {
	op  waybill.Verb
	ref string
	key string // scrubbed from what the server echoes
	// send is set for requests that must not be repeated, stream for those
	// whose reply is read later.
	send, stream bool
	// exclusive is set for a write that must not overwrite.
	exclusive bool
	// patience multiplies the idle time-out: an upload's end may take long.
	patience int
	// rewind makes a request with a body ready to be sent again; nil when there
	// is no body.
	rewind func() error
	// body is what the request's body is read from, byte for byte; nil where
	// that is not so.
	body io.ReadSeeker
}

// do runs one call of the SDK in one exchange. When keys that can be replaced
// were refused it does so once more with new ones. The reply is complete unless
// it is a stream.
func do[O any](b *Bucket, ctx context.Context, c call, f func(context.Context) (O, error)) (O, *wire.Reply, *waybill.Error) {
	for again := false; ; again = true {
		var none O
		keys, e := b.keys.get(ctx)
		if e != nil {
			return none, nil, e.With(name, string(c.op), c.ref)
		}
		out, reply, e := once(b, context.WithValue(ctx, keysKey{}, keys), c, f)
		if e == nil || again || e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent || !b.keys.drop(keys) {
			return out, reply, e
		}
		if c.rewind != nil && c.rewind() != nil {
			return out, reply, e
		}
	}
}

func once[O any](b *Bucket, ctx context.Context, c call, f func(context.Context) (O, error)) (O, *wire.Reply, *waybill.Error) {
	var none O
	w := newWatch(ctx, b.idle*time.Duration(max(c.patience, 1)))
	w.agent, w.body = b.agent, c.body
	r := wire.Request{Op: string(c.op), Ref: c.ref, Send: c.send, Streamed: c.stream, Idle: b.idle, Rewrite: w.guard}
	if c.key != "" {
		r.Private = []string{c.key}
	}
	x := b.wire.Bind(w.ctx, r)
	out, failed := f(x.Context())
	reply, err := x.Result()
	w.quiet()
	whole := w.seal()
	if c.stream && err == nil && failed == nil && reply.OK() {
		return out, reply, nil // w ends with the stream
	}
	w.end()
	switch {
	case err != nil:
		e := waybill.AsError(err)
		if e.VendorCode == wire.CodeRefused && failed != nil {
			return none, nil, b.sdkFailure(c, failed)
		}
		// What was not handed out whole cannot have been processed.
		if e.Delivery == waybill.Ambiguous && !whole {
			own := *e
			own.Delivery = waybill.NotSent
			e = &own
		}
		return none, nil, e
	case !reply.OK():
		return none, reply, classify(reply, c)
	case failed != nil:
		return none, reply, b.undecoded(reply, c)
	}
	return out, reply, nil
}

// sdkFailure is an error of the SDK before it sent anything.
func (b *Bucket) sdkFailure(c call, err error) *waybill.Error {
	var own *waybill.Error
	if errors.As(err, &own) {
		return own.With(name, string(c.op), c.ref)
	}
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: name, Op: string(c.op), Ref: c.ref,
		Message: "the library refused the request: " + b.wire.Scrub(err.Error(), c.key)}
}

// undecoded is a good status with a reply that the SDK could not take: an error
// inside, which S3 does with copies and completions, or not S3's reply at all.
func (b *Bucket) undecoded(reply *wire.Reply, c call) *waybill.Error {
	if code, _ := errorBody(reply.Body); code != "" {
		return classify(reply, c)
	}
	return lost(reply, "the reply is not what S3 answers")
}

// lost is a reply of the wrong shape.
func lost(reply *wire.Reply, message string) *waybill.Error {
	return reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, message)
}

// watch ends an exchange that is silent for too long, and knows how much of its
// body was handed out.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	idle   time.Duration
	agent  string
	body   io.ReadSeeker
	last   atomic.Int64 // Unix ns

	mu     sync.Mutex
	timer  *time.Timer // runs from the request to the head of its reply
	sealed bool
	sends  bool
	left   int64
}

func newWatch(ctx context.Context, idle time.Duration) *watch {
	w := &watch{idle: idle}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	return w
}

// look ends the exchange, or comes back later when something moved.
func (w *watch) look() {
	if silent := time.Duration(time.Now().UnixNano() - w.last.Load()); silent < w.idle {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.timer != nil {
			w.timer.Reset(w.idle - silent)
		}
		return
	}
	w.cancel(waybill.ErrAttemptTimeout)
}

// quiet ends the bound, end the exchange.
func (w *watch) quiet() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
		w.timer = nil
	}
}

func (w *watch) end() {
	w.quiet()
	w.cancel(nil)
}

// seal withholds what of the body is still unread, and reports whether all of it
// had been handed out.
func (w *watch) seal() (whole bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sealed = true
	return !w.sends || w.left <= 0
}

// guard begins the bound and puts the watch between the body and the transport.
func (w *watch) guard(req *http.Request) error {
	if w.agent != "" { // it is not signed
		req.Header.Set("User-Agent", w.agent+" "+req.Header.Get("User-Agent"))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.idle > 0 && w.timer == nil && !w.sealed {
		w.last.Store(time.Now().UnixNano())
		w.timer = time.AfterFunc(w.idle, w.look)
	}
	if req.Body == nil || req.Body == http.NoBody || req.ContentLength <= 0 {
		return nil
	}
	w.sends, w.left = true, req.ContentLength
	stream, length := req.Body, req.ContentLength
	req.Body = &watchedBody{ReadCloser: stream, w: w}
	req.GetBody = nil
	if w.body != nil {
		// net/http asks for it when a connection turned out to be closed before
		// a byte was written.
		req.GetBody = func() (io.ReadCloser, error) {
			if _, err := w.body.Seek(0, io.SeekStart); err != nil {
				return nil, err
			}
			w.mu.Lock()
			w.left = length
			w.mu.Unlock()
			return &watchedBody{ReadCloser: stream, w: w}, nil
		}
	}
	return nil
}

var errSealed = errors.New("s3storage: the exchange has ended")

type watchedBody struct {
	io.ReadCloser
	w *watch
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	w := b.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sealed {
		return 0, errSealed
	}
	w.left -= int64(n)
	if w.idle > 0 {
		w.last.Store(time.Now().UnixNano())
	}
	return n, err
}
