package google

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// exchange carries one call of the library over the guarded client. The context
// of the call leads the library's request to it; it performs that request as an
// exchange of its own and keeps what came of it. The services are all reads, so
// the plain [wire.Client.Do] does, which is lighter than a bound exchange; still
// no second request passes.
type exchange struct {
	maps    *Maps
	request wire.Request
	trips   int
	reply   *wire.Reply
	err     error
}

type exchangeKey struct{}

var (
	errNoExchange = errors.New("google: the request's context carries no exchange")
	errAgain      = errors.New("google: one call is one exchange")
)

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
	x.request.URL, x.request.Header = req.URL.String(), req.Header
	if x.reply, x.err = x.maps.wire.Do(req.Context(), &x.request); x.err != nil {
		return nil, x.err
	}
	return &http.Response{
		StatusCode: x.reply.Status, Header: x.reply.Header, Request: req,
		Body: io.NopCloser(bytes.NewReader(x.reply.Body)), ContentLength: int64(len(x.reply.Body)),
	}, nil
}

// httpClient returns a client for the library, which follows no redirects.
func httpClient() *http.Client {
	return &http.Client{Transport: carrier{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// result says what came of the exchange, whatever the library made of it.
func (x *exchange) result(ctx context.Context) (*wire.Reply, *waybill.Error) {
	switch {
	case x.err != nil:
		return nil, waybill.AsError(x.err)
	case x.reply != nil:
		return x.reply, nil
	}
	if e := waybill.FromContext(ctx); e != nil {
		e.Delivery = waybill.NotSent
		return nil, e
	}
	return nil, &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		VendorCode: wire.CodeRefused, Message: "the vendor's library sent nothing"}
}
