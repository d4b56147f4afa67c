package wire

import (
	"context"
	"net/http"

	"github.com/waybill-go/waybill"
)

// Pass is [Client.Do] for a read without a body that a vendor's library made: it
// goes out as it is, under its own context, and need not be taken apart and
// built anew. Of r only Op, Ref, Private and MaxReply count.
//
// The request's header is changed as Do changes its own, so it must be the
// request's alone; nothing else of req is changed. A request with a body or with
// a user in its URL, and one that is a send, is InvalidArgument: see
// [Client.PassBody] and [Client.Bind] for those.
func (c *Client) Pass(req *http.Request, r *Request) (*Reply, error) {
	if req.Body != nil && req.Body != http.NoBody || r.Send || req.URL.User != nil {
		closeBody(req)
		return nil, waybill.Invalid(r.Op, "the library's request is no plain read").With(c.cfg.Provider, "", r.Ref)
	}
	ctx, cancel := c.bound(req.Context())
	defer cancel()
	ctx, ev := watch(ctx)
	req = req.WithContext(ctx)
	if req.Header == nil {
		req.Header = http.Header{}
	}
	// net/http decompresses what it asked for itself.
	delete(req.Header, "Accept-Encoding")
	resp, ev, bad := c.trip(ctx, ev, req, r)
	if bad != nil {
		return nil, bad
	}
	reply, bad := c.read(ctx, resp, r)
	ev.seal()
	if bad != nil {
		return nil, bad
	}
	return reply, nil
}

// PassBody is [Client.Do] for a request that a vendor's library made, such as a
// send: it goes out with body in the place of its own, which is closed, and
// under ctx, since many libraries take no context. Of r only Op, Ref, Send,
// Private and MaxReply count.
//
// One call is one exchange. Whoever gives it the requests of a library must see
// to it that a send comes here once, and that no redirect is shown to the
// library; [Client.Bind] does both.
//
// The request's header is changed as Do changes its own, so it must be the
// request's alone; nothing else of req is changed. A request without body, or
// with a URL that Do would refuse, is InvalidArgument.
func (c *Client) PassBody(ctx context.Context, req *http.Request, body string, r *Request) (*Reply, error) {
	defer closeBody(req)
	if u := req.URL; body == "" || u == nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, waybill.Invalid(r.Op, "the library's request has no body or no absolute http or https URL").With(c.cfg.Provider, "", r.Ref)
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	ctx, ev := watchHeads(ctx)
	out := req.WithContext(ctx)
	//lint:ignore SA1019 cleared, not used: ctx alone ends the exchange
	out.Cancel = nil
	out.TransferEncoding, out.Trailer = nil, nil
	if out.Header == nil {
		out.Header = http.Header{}
	}
	setText(out, body)
	dropEncoding(out.Header)
	resp, ev, bad := c.trip(ctx, ev, out, r)
	if bad != nil {
		return nil, bad
	}
	reply, bad := c.read(ctx, resp, r)
	ev.seal()
	if bad != nil {
		return nil, bad
	}
	return reply, nil
}
