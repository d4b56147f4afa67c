package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
)

// evidence is what is known about one exchange: whether a connection was
// obtained, and whether anything of the body was read. It is sealed when the
// exchange ends: from then on nothing of the body can leave, so that what was
// not read by then was never sent.
type evidence struct {
	mu sync.Mutex
	// asked and got: net/http looked for a connection, and obtained one.
	asked, got bool
	// body is set for a request with a body that is not empty.
	body bool
	// read is set before the body's first byte is handed out.
	read   bool
	sealed bool

	hooks httptrace.ClientTrace
	first guardedBody
	// heads is set when net/http says that it turns from head to body, and held
	// is the body that it then reads; see hold.
	heads bool
	held  *strings.Reader
	// progress, when set, is told of every part of the body that is taken.
	progress func()
}

var errSealed = errors.New("wire: the exchange has ended")

// watch returns the evidence of an exchange and ctx with the hooks that gather
// it.
func watch(ctx context.Context) (context.Context, *evidence) {
	e := new(evidence)
	e.hooks.GetConn, e.hooks.GotConn = e.getConn, e.gotConn
	return httptrace.WithClientTrace(ctx, &e.hooks), e
}

// watchHeads is [watch] with the hook that [evidence.hold] needs.
func watchHeads(ctx context.Context) (context.Context, *evidence) {
	e := new(evidence)
	e.heads = true
	e.hooks.GetConn, e.hooks.GotConn, e.hooks.WroteHeaders = e.getConn, e.gotConn, e.wroteHeaders
	return httptrace.WithClientTrace(ctx, &e.hooks), e
}

func (e *evidence) getConn(string) {
	e.mu.Lock()
	e.asked = true
	e.mu.Unlock()
}

func (e *evidence) gotConn(httptrace.GotConnInfo) {
	e.mu.Lock()
	e.got = true
	e.mu.Unlock()
}

// seal ends the exchange.
func (e *evidence) seal() {
	e.mu.Lock()
	e.sealed = true
	e.mu.Unlock()
}

// unsent seals, and reports whether it is proven that the request did not
// leave: no connection was obtained, or nothing of its body was read.
func (e *evidence) unsent() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sealed = true
	return e.asked && !e.got || e.body && !e.read
}

// unconnected reports whether no connection was obtained.
func (e *evidence) unconnected() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.asked && !e.got
}

// again notes that net/http starts anew over HTTP/1.1, which it does with a
// request that is not idempotent only when no byte of it was written.
func (e *evidence) again() {
	e.mu.Lock()
	e.got, e.read = false, false
	e.mu.Unlock()
}

// guardedBody hands out a body while its exchange is not sealed. Close does
// nothing: net/http closes an unread body and may use it again afterwards.
type guardedBody struct {
	ev *evidence
	r  io.Reader
}

func (b *guardedBody) Read(p []byte) (int, error) {
	b.ev.mu.Lock()
	if b.ev.sealed {
		b.ev.mu.Unlock()
		return 0, errSealed
	}
	b.ev.read = true
	if _, ok := b.r.(memory); ok {
		// It cannot block, and the caller may reuse its bytes once sealed.
		defer b.ev.mu.Unlock()
		return b.r.Read(p)
	}
	b.ev.mu.Unlock()
	if b.ev.progress != nil {
		b.ev.progress()
	}
	return b.r.Read(p)
}

func (b *guardedBody) Close() error { return nil }

// guarded returns the exchange's first body.
func (e *evidence) guarded(r io.Reader) *guardedBody {
	e.first = guardedBody{ev: e, r: r}
	return &e.first
}

// memory is a body that we hold ourselves.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// text is a body that nobody can change.
type text struct{ *strings.Reader }

func (text) Close() error { return nil }

// setText gives req a body that can be had again.
func setText(req *http.Request, body string) {
	req.ContentLength = int64(len(body))
	req.Body = text{strings.NewReader(body)}
	req.GetBody = func() (io.ReadCloser, error) { return text{strings.NewReader(body)}, nil }
}

// hold makes r the exchange's body. net/http writes head and body at once, in
// one packet rather than two, only for a reader that it knows, so that nothing
// of ours can stand in between. Instead the hook that it calls before it reads
// the body, on the same goroutine, notes that, or takes the text away when the
// exchange has ended. That holds for net/http's own HTTP/1.1 alone; others may
// not call the hook.
func (e *evidence) hold(r *strings.Reader) io.ReadCloser {
	e.mu.Lock()
	e.held = r
	e.mu.Unlock()
	return io.NopCloser(r)
}

func (e *evidence) wroteHeaders() {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.held == nil:
	case e.sealed:
		e.held.Reset("")
	default:
		e.read = true
	}
}

// setBody gives req a body that can be had again.
func setBody(req *http.Request, body []byte) {
	if len(body) == 0 {
		req.Body = http.NoBody
		return
	}
	req.ContentLength = int64(len(body))
	req.Body = memory{bytes.NewReader(body)}
	req.GetBody = func() (io.ReadCloser, error) { return memory{bytes.NewReader(body)}, nil }
}

// guard puts ev between req's body and the transport. A send keeps the means to
// be repeated only with rewind, and is otherwise given a body even if it has
// none, since net/http repeats a request without a body as it likes.
func guard(req *http.Request, ev *evidence, send, rewind bool) {
	again := req.GetBody
	empty := req.Body == nil || req.Body == http.NoBody
	if empty {
		req.GetBody = nil
		if send && (!rewind || replayable(req.Method)) {
			req.ContentLength = 0
			req.Body = ev.guarded(http.NoBody)
		}
		return
	}
	ev.body = true
	if t, ok := req.Body.(text); ok && send && rewind && ev.heads && !replayable(req.Method) && req.Header["Expect"] == nil {
		req.Body = ev.hold(t.Reader)
		req.GetBody = func() (io.ReadCloser, error) {
			r, err := again()
			if err != nil {
				return nil, err
			}
			ev.again()
			return ev.hold(r.(text).Reader), nil
		}
		return
	}
	req.Body = ev.guarded(req.Body)
	req.GetBody = nil
	if again == nil || send && (!rewind || replayable(req.Method)) {
		return
	}
	req.GetBody = func() (io.ReadCloser, error) {
		r, err := again()
		if err != nil {
			return nil, err
		}
		if send {
			ev.again()
		}
		return &guardedBody{ev: ev, r: r}, nil
	}
}

// replayable reports whether net/http takes a method for idempotent and repeats
// it although it may have been processed.
func replayable(method string) bool {
	switch method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}
