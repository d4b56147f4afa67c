package ossstorage

import (
	"context"
	"hash/crc64"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/body"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/storage/internal/meta"
	"github.com/waybill-go/waybill/wire"
)

// Get opens an object with one request. The context governs it until Close. OSS
// is asked to refuse a range outside the object; by itself it answers with all
// of it.
func (b *Bucket) Get(ctx context.Context, key string, o storage.GetOptions) (*storage.Reader, error) {
	if err := b.checkKey(storage.Get, "", key); err != nil {
		return nil, err
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if e := b.x.Ended(ctx, storage.Get, ""); e != nil {
		return nil, e
	}
	in := &oss.GetObjectRequest{Bucket: &b.bucket, Key: &key}
	in.Headers = plain
	if v := body.RangeHeader(o.Offset, o.Length); v != "" {
		in.Range, in.RangeBehavior = &v, &standard
	}
	if o.IfMatch != "" {
		in.IfMatch = oss.Ptr(`"` + o.IfMatch + `"`)
	}
	c := exchange.Call{Op: storage.Get, Key: key, Stream: true}
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*oss.GetObjectResult, error) { return b.oss.GetObject(ctx, in) })
	if e != nil {
		return nil, e
	}
	r, e := b.reader(out, reply, key, o)
	if e != nil {
		_ = out.Body.Close()
		return nil, e
	}
	return r, nil
}

// plain asks for the object as it is: OSS compresses some types on the way, and
// then says neither their length nor their checksum. It is only read.
var plain = map[string]string{"Accept-Encoding": "identity"}

// reader makes a storage.Reader of an answer that is OSS's.
func (b *Bucket) reader(out *oss.GetObjectResult, reply *wire.Reply, key string, o storage.GetOptions) (*storage.Reader, *waybill.Error) {
	obj, e := b.object(reply, key, out.Metadata, out.LastModified)
	if e != nil {
		return nil, e
	}
	length := obj.Size
	r := &storage.Reader{Length: length}
	if v := reply.Header.Get("Content-Range"); v != "" {
		from, total, ok := body.ContentRange(v, length)
		if !ok {
			return nil, exchange.Lost(reply, "the reply's range is not readable")
		}
		obj.Size, r.Offset = total, from
	}
	from, n, ok := body.Span(o.Offset, o.Length, obj.Size)
	if !ok || from != r.Offset || n != length {
		return nil, exchange.Lost(reply, "the reply is another range than asked")
	}
	r.Object = obj
	in := body.Verify(name, string(storage.Get), out.Body, length, nil, "")
	if sum := sumHex(reply.Header.Get(crcHeader)); sum != "" && length == obj.Size {
		in = body.Verify(name, string(storage.Get), out.Body, length, crc64.New(ecma), sum)
	}
	r.ReadCloser = &content{r: in, c: out.Body}
	return r, nil
}

// object reads the attributes from the headers.
func (b *Bucket) object(reply *wire.Reply, key string, metadata map[string]string, modified *time.Time) (storage.Object, *waybill.Error) {
	h := reply.Header
	size, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	etag := h.Get("ETag")
	if err != nil || size < 0 || etag == "" {
		return storage.Object{}, exchange.Lost(reply, "the reply has no ETag or no length")
	}
	return storage.Object{Key: key, Size: size, ETag: strings.Trim(etag, `"`), ContentType: h.Get("Content-Type"),
		ContentDisposition: h.Get("Content-Disposition"), CacheControl: h.Get("Cache-Control"), Metadata: meta.Decode(metadata),
		Checksum: checksum(h.Get(crcHeader)), Modified: oss.ToTime(modified), Provider: name, Bucket: b.bucket}, nil
}

// content is an object's body; its errors are ours.
type content struct {
	r io.Reader
	c io.Closer
}

func (c *content) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, waybill.AsError(err).With(name, string(storage.Get), "")
}

// Close ends the exchange.
func (c *content) Close() error {
	_ = c.c.Close()
	return nil
}

// Head returns an object's attributes.
func (b *Bucket) Head(ctx context.Context, key string) (storage.Object, error) {
	if err := b.checkKey(storage.Head, "", key); err != nil {
		return storage.Object{}, err
	}
	if e := b.x.Ended(ctx, storage.Head, ""); e != nil {
		return storage.Object{}, e
	}
	obj, e := b.head(ctx, storage.Head, key)
	if e != nil {
		return storage.Object{}, e
	}
	return obj, nil
}

func (b *Bucket) head(ctx context.Context, op waybill.Verb, key string) (storage.Object, *waybill.Error) {
	out, reply, e := exchange.Do(&b.x, ctx, exchange.Call{Op: op, Key: key}, func(ctx context.Context) (*oss.HeadObjectResult, error) {
		return b.oss.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: &b.bucket, Key: &key})
	})
	if e != nil {
		return storage.Object{}, e
	}
	return b.object(reply, key, out.Metadata, out.LastModified)
}
