package wire

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/waybill-go/waybill"
)

// Exchange binds a vendor's library to exchanges that we judge ourselves. It is
// an http.RoundTripper: hand it, or [Exchange.HTTPClient], to the library, call
// the library with [Exchange.Context], and then believe [Exchange.Result]
// rather than the library.
//
// For a send it lets exactly one exchange through. A second one is refused, and
// when the first ends badly the context is cancelled, which ends the library's
// back-off. For a read any number may pass, also at the same time; Result tells
// of the one that ended last. An Exchange is safe for concurrent use, but of
// one call only.
type Exchange struct {
	c      *Client
	r      Request
	outer  context.Context // the caller's
	ctx    context.Context // ours, for the library
	cancel context.CancelCauseFunc
	timer  func() // stops the time-out of a caller without deadline

	mu      sync.Mutex
	idle    sync.Cond // signalled when running falls to 0
	running int
	streams int // bodies that the library has not closed yet
	trips   int
	closed  bool
	again   bool // a second exchange of a send was refused
	reply   *Reply
	err     *waybill.Error
}

type exchangeKey struct{}

var (
	errSecond   = errors.New("wire: this exchange is over; a send is not repeated")
	errNobody   = errors.New("wire: the request's context carries no exchange")
	errRedirect = errors.New("wire: redirects are not followed")
	errBad      = errors.New("wire: the exchange failed")
)

// Bind begins an exchange for a vendor's library under ctx. Of r it uses Op,
// Ref, Send, Private, MaxReply, Idle, Rewrite, Canned and Streamed. Result must
// be called at the end.
func (c *Client) Bind(ctx context.Context, r Request) *Exchange {
	x := &Exchange{c: c, r: r, outer: ctx}
	x.idle.L = &x.mu
	x.ctx, x.cancel = context.WithCancelCause(context.WithValue(ctx, exchangeKey{}, x))
	x.timer = func() {}
	if !r.Streamed {
		x.timer = c.headTimer(x.ctx, x.cancel)
	}
	return x
}

// Context returns the context to call the library with. It ends when the
// caller's does, when a send ended badly, and with Result.
func (x *Exchange) Context() context.Context { return x.ctx }

// HTTPClient returns an http.Client on this exchange, which follows no
// redirects.
func (x *Exchange) HTTPClient() *http.Client { return noRedirects(x) }

// HTTPClient returns an http.Client for a library that wants one at its
// construction. Each of its requests goes through the Exchange that the
// request's context carries (see [Exchange.Context]); without one it is
// refused.
func (c *Client) HTTPClient() *http.Client { return noRedirects(byContext{}) }

func noRedirects(rt http.RoundTripper) *http.Client {
	return &http.Client{Transport: rt, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

type byContext struct{}

func (byContext) RoundTrip(req *http.Request) (*http.Response, error) {
	if x, ok := req.Context().Value(exchangeKey{}).(*Exchange); ok {
		return x.RoundTrip(req)
	}
	closeBody(req)
	return nil, errNobody
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// RoundTrip performs the library's request, guarded.
func (x *Exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Response != nil { // made by an http.Client that follows a redirect
		closeBody(req)
		return nil, errRedirect
	}
	if !x.begin() {
		closeBody(req)
		return nil, errSecond
	}
	defer closeBody(req)
	reply, resp, bad := x.pass(req)
	x.end(reply, bad)
	if bad != nil {
		return nil, bad
	}
	if _, open := resp.Body.(*idleBody); x.r.Canned != nil && !open {
		if canned := x.r.Canned(reply); canned != nil {
			resp = canned
		}
	}
	resp.Request = req
	return resp, nil
}

// begin admits an exchange.
func (x *Exchange) begin() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed || x.r.Send && x.trips > 0 {
		x.again = true
		x.cancel(errSecond)
		return false
	}
	x.trips++
	x.running++
	return true
}

// end records how an exchange ended.
func (x *Exchange) end(reply *Reply, bad *waybill.Error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.reply, x.err = reply, bad
	if x.running--; x.running == 0 {
		x.idle.Broadcast()
	}
	if x.r.Send && (bad != nil || !reply.OK()) {
		x.cancel(errBad)
	}
}

// Result ends the exchange and says what came of it: the reply that we
// recorded, or the error of the exchange. Nothing passes afterwards; one that
// is still under way is cancelled and waited for. When the library never sent
// anything the error is Unsupported and NotSent, or the caller's own end.
func (x *Exchange) Result() (*Reply, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed = true
	if x.streams == 0 || x.running > 0 {
		x.cancel(errBad)
	}
	x.timer()
	for x.running > 0 {
		x.idle.Wait()
	}
	switch {
	case x.err != nil:
		return nil, x.err
	case x.reply != nil:
		return x.reply, nil
	}
	if e := x.ended(); e != nil {
		return nil, x.c.complete(e, &x.r, waybill.NotSent)
	}
	e := &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, VendorCode: CodeRefused, Message: "the vendor's library sent nothing"}
	return nil, x.c.complete(e, &x.r, waybill.NotSent)
}

// Repeated reports whether the library wanted to do a send again and was
// refused.
func (x *Exchange) Repeated() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.again
}
