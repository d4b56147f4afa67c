package wire

import (
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
// [Client.Bind] for those.
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
