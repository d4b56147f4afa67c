package exchange

import (
	"hash"
	"io"
	"net/http"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/body"
	"github.com/waybill-go/waybill/wire"
)

// Reader makes a storage.Reader, without its content, of an object that is
// delivered whole or, with a Content-Range, in part; obj.Size is then the length
// of the part. It must be what was asked for, also where the store passes
// conditions and ranges over.
func Reader(reply *wire.Reply, obj storage.Object, contentRange string, o storage.GetOptions) (*storage.Reader, *waybill.Error) {
	r := &storage.Reader{Object: obj, Length: obj.Size}
	if contentRange != "" {
		from, total, ok := body.ContentRange(contentRange, r.Length)
		if !ok {
			return nil, Lost(reply, "the reply's range is not readable")
		}
		r.Object.Size, r.Offset = total, from
	}
	from, n, ok := body.Span(o.Offset, o.Length, r.Object.Size)
	switch {
	case !ok || from != r.Offset || n != r.Length:
		return nil, Lost(reply, "the reply is another range than asked")
	case o.IfMatch != "" && o.IfMatch != obj.ETag:
		return nil, Precondition.Error(reply, "", "the object has another tag than asked")
	}
	return r, nil
}

// Content is the content of r, which is verified with the hash, if there is one.
func (x *Client) Content(in io.ReadCloser, r *storage.Reader, h hash.Hash, sum string) io.ReadCloser {
	return &content{x: x, key: r.Object.Key, r: body.Verify(x.Name, string(storage.Get), in, r.Length, h, sum), c: in}
}

// content is an object's content; its errors are ours.
type content struct {
	x   *Client
	key string
	r   io.Reader
	c   io.Closer
}

func (c *content) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	if e := waybill.AsError(err); e.Code != waybill.Unknown || e.Provider != "" {
		return n, e.With(c.x.Name, string(storage.Get), "")
	}
	// The library found that the checksum is another one.
	return n, &waybill.Error{Code: waybill.DataLoss, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: c.x.Name, Op: string(storage.Get),
		Message: c.x.Wire.Scrub(err.Error(), c.key)}
}

// Close ends the exchange.
func (c *content) Close() error {
	_ = c.c.Close()
	return nil
}

// Date is the store's clock in a reply, zero if it does not say: what it wrote it
// does not date otherwise.
func Date(reply *wire.Reply) time.Time {
	t, _ := http.ParseTime(reply.Header.Get("Date"))
	return t
}

// Text is a header's value for the libraries, nil for none.
func Text(s string) *string {
	if s == "" {
		return nil
	}
	v := s // only this one escapes
	return &v
}
