package ossstorage

import (
	"context"
	"hash"
	"hash/crc64"
	"io"
	"net/http"
	"strconv"
	"strings"

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
	r, e := b.open(ctx, key, o)
	if e != nil && e.VendorCode == "InvalidRange" && o.Offset < 0 {
		// The last bytes of an object that has fewer: all of it. Whether OSS
		// cuts such a range or refuses it is not documented.
		if whole, bad := b.open(ctx, key, storage.GetOptions{IfMatch: o.IfMatch}); bad == nil {
			if whole.Length > 0 && whole.Length <= -o.Offset {
				return whole, nil
			}
			_ = whole.Close()
		}
	}
	if e != nil {
		return nil, e
	}
	return r, nil
}

func (b *Bucket) open(ctx context.Context, key string, o storage.GetOptions) (*storage.Reader, *waybill.Error) {
	// OSS compresses some types on the way for those who take it, and then says
	// neither their length nor their checksum.
	h := map[string]string{"Accept-Encoding": "identity"}
	if v := body.RangeHeader(o.Offset, o.Length); v != "" {
		h["Range"], h["x-oss-range-behavior"] = v, "standard"
	}
	if o.IfMatch != "" {
		h["If-Match"] = `"` + o.IfMatch + `"`
	}
	in := &oss.OperationInput{OpName: "GetObject", Method: http.MethodGet, Bucket: &b.bucket, Key: &key, Headers: h}
	c := exchange.Call{Op: storage.Get, Key: key, Stream: true}
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*oss.OperationOutput, error) { return b.oss.InvokeOperation(ctx, in) })
	if e != nil {
		return nil, e
	}
	r, e := b.reader(out.Body, reply, key, o)
	if e != nil {
		_ = out.Body.Close()
	}
	return r, e
}

// reader makes a storage.Reader of an answer that is OSS's.
func (b *Bucket) reader(in io.ReadCloser, reply *wire.Reply, key string, o storage.GetOptions) (*storage.Reader, *waybill.Error) {
	obj, e := b.object(reply, key)
	if e != nil {
		return nil, e
	}
	r, e := exchange.Reader(reply, obj, reply.Header.Get("Content-Range"), o)
	if e != nil {
		return nil, e
	}
	var h hash.Hash
	sum := sumHex(reply.Header.Get(crcHeader))
	if sum != "" && r.Length == r.Object.Size {
		h = crc64.New(ecma)
	}
	r.ReadCloser = b.x.Content(in, r, h, sum)
	return r, nil
}

// object reads the attributes from the headers.
func (b *Bucket) object(reply *wire.Reply, key string) (storage.Object, *waybill.Error) {
	h := reply.Header
	size, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	etag := h.Get("ETag")
	if err != nil || size < 0 || etag == "" {
		return storage.Object{}, exchange.Lost(reply, "the reply has no ETag or no length")
	}
	modified, _ := http.ParseTime(h.Get("Last-Modified"))
	return storage.Object{Key: key, Size: size, ETag: strings.Trim(etag, `"`), ContentType: h.Get("Content-Type"),
		ContentDisposition: h.Get("Content-Disposition"), CacheControl: h.Get("Cache-Control"), Metadata: meta.Decode(metadata(h)),
		Checksum: checksum(h.Get(crcHeader)), Modified: modified, Provider: name, Bucket: b.bucket}, nil
}

// metadata are the headers of the user's own.
func metadata(h http.Header) (m map[string]string) {
	for k, v := range h {
		if len(k) > len(metaPrefix) && strings.EqualFold(k[:len(metaPrefix)], metaPrefix) {
			if m == nil {
				m = make(map[string]string)
			}
			m[k[len(metaPrefix):]] = v[0]
		}
	}
	return m
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
	in := &oss.OperationInput{OpName: "HeadObject", Method: http.MethodHead, Bucket: &b.bucket, Key: &key}
	reply, e := b.invoke(ctx, &exchange.Call{Op: op, Key: key}, in)
	if e != nil {
		return storage.Object{}, e
	}
	return b.object(reply, key)
}
