package exchange

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
	if req.ContentLength == 0 {
		// Nothing, and known to be nothing: no chunks, and no looking for it.
		req.Body = http.NoBody
	}
	if req.Body == nil || req.Body == http.NoBody || req.ContentLength < 0 {
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

var errSealed = errors.New("exchange: the exchange has ended")

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
