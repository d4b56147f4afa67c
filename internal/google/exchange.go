package google

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// exchange carries one call of the library over the guarded client. It is the
// context of the call, by which the library's request is led to it, and keeps
// what came of that request. The services are all reads, so the plain
// [wire.Client.Pass] does, which is lighter than a bound exchange; still no
// second request passes.
type exchange struct {
	context.Context
	maps    *Maps
	request wire.Request
	// unread keeps the reply from the library, which gets to see that all is
	// well and nothing else.
	unread bool
	trips  int
	reply  *wire.Reply
	err    error
	// shown and body are what the library gets to see of the reply.
	shown http.Response
	body  body
}

// body is a reply's body in memory.
type body struct{ bytes.Reader }

// Close does nothing.
func (*body) Close() error { return nil }

type exchangeKey struct{}

// Value returns the exchange itself for its key.
func (x *exchange) Value(key any) any {
	if key == (exchangeKey{}) {
		return x
	}
	return x.Context.Value(key)
}

var (
	errNoExchange = errors.New("google: the request's context carries no exchange")
	errAgain      = errors.New("google: one call is one exchange")
)

// allIsWell is a reply in which the library finds nothing. It is never changed.
var allIsWell = []byte(`{"status":"OK"}`)

// carrier is the library's transport.
type carrier struct{}

// RoundTrip finds the exchange in the request's context and performs it. The
// reply is shown to the library complete and in memory.
func (carrier) RoundTrip(req *http.Request) (*http.Response, error) {
	x, _ := req.Context().Value(exchangeKey{}).(*exchange)
	if x == nil {
		return nil, errNoExchange
	}
	if x.trips++; x.trips > 1 {
		return nil, errAgain
	}
	if agent := x.maps.userAgent; agent != "" {
		req.Header.Set("User-Agent", agent+" "+req.Header.Get("User-Agent"))
	}
	if x.reply, x.err = x.maps.wire.Pass(req, &x.request); x.err != nil {
		return nil, x.err
	}
	shown := x.reply.Body
	if x.unread {
		shown = allIsWell
	}
	x.body.Reset(shown)
	x.shown = http.Response{
		StatusCode: x.reply.Status, Header: x.reply.Header, Request: req,
		Body: &x.body, ContentLength: int64(len(shown)),
	}
	return &x.shown, nil
}

// httpClient returns a client for the library, which follows no redirects.
func httpClient() *http.Client {
	return &http.Client{Transport: carrier{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// result says what came of the exchange, whatever the library made of it.
func (x *exchange) result() (*wire.Reply, *waybill.Error) {
	switch {
	case x.err != nil:
		return nil, waybill.AsError(x.err)
	case x.reply != nil:
		return x.reply, nil
	}
	if e := waybill.FromContext(x.Context); e != nil {
		e.Delivery = waybill.NotSent
		return nil, e
	}
	return nil, &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		VendorCode: wire.CodeRefused, Message: "the vendor's library sent nothing"}
}
