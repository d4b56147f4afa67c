package ossstorage

import (
	"context"
	"iter"
	"net/http"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/wire"
)

// most is how many keys one request deletes or lists.
const most = 1000

// Delete removes the objects, a thousand with one request.
func (b *Bucket) Delete(ctx context.Context, keys ...string) error {
	if err := b.checkKey(storage.Delete, "", keys...); err != nil {
		return err
	}
	if e := b.x.Ended(ctx, storage.Delete, ""); e != nil {
		return e
	}
	if len(keys) == 1 {
		return b.deleteOne(ctx, keys[0])
	}
	return exchange.DeleteMany(keys, most, func(keys []string) (int, *waybill.Error) { return b.deleteMany(ctx, keys) })
}

func (b *Bucket) deleteOne(ctx context.Context, key string) error {
	_, reply, e := exchange.Do(&b.x, ctx, exchange.Call{Op: storage.Delete, Key: key}, func(ctx context.Context) (*oss.DeleteObjectResult, error) {
		return b.oss.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: &b.bucket, Key: &key})
	})
	switch {
	case e != nil && e.Code == waybill.NotFound:
		return nil
	case e != nil:
		return e
	case reply.Status != http.StatusNoContent && len(reply.Body) > 0:
		return exchange.Lost(reply, "the reply to a delete has a body")
	}
	return nil
}

// deleteMany deletes up to a thousand objects and returns how many it did not:
// those that OSS does not name among the deleted.
func (b *Bucket) deleteMany(ctx context.Context, keys []string) (int, *waybill.Error) {
	in := &oss.DeleteMultipleObjectsRequest{Bucket: &b.bucket, Delete: &oss.Delete{Objects: make([]oss.ObjectIdentifier, len(keys))}}
	left := make(map[string]bool, len(keys))
	for i := range keys {
		in.Delete.Objects[i].Key = &keys[i]
		left[keys[i]] = true
	}
	c := exchange.Call{Op: storage.Delete}
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*oss.DeleteMultipleObjectsResult, error) {
		return b.oss.DeleteMultipleObjects(ctx, in)
	})
	if e == nil {
		e = b.x.Document(reply, "DeleteResult", c)
	}
	if e != nil {
		return len(keys), e
	}
	for _, d := range out.DeletedObjects {
		delete(left, oss.ToString(d.Key))
	}
	if len(left) > 0 {
		e = reply.Error(waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent, "", "OSS does not say that they are deleted")
	}
	return len(left), e
}

// List yields the objects page by page, as it is read.
func (b *Bucket) List(ctx context.Context, o storage.ListOptions) iter.Seq2[storage.Object, error] {
	return b.x.List(ctx, o, func(token string) (exchange.Page, *wire.Reply, *waybill.Error) {
		if len(o.Prefix) > maxKey {
			return exchange.Page{}, nil, nil // nothing can lie there
		}
		return b.page(ctx, o, token)
	})
}

// page fetches one page.
func (b *Bucket) page(ctx context.Context, o storage.ListOptions, token string) (p exchange.Page, reply *wire.Reply, e *waybill.Error) {
	in := &oss.ListObjectsV2Request{Bucket: &b.bucket, Prefix: exchange.Text(o.Prefix), Delimiter: exchange.Text(o.Delimiter), StartAfter: exchange.Text(o.After),
		ContinuationToken: exchange.Text(token), MaxKeys: most}
	c := exchange.Call{Op: storage.List, Key: o.Prefix}
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*oss.ListObjectsV2Result, error) { return b.oss.ListObjectsV2(ctx, in) })
	if e == nil {
		e = b.x.Document(reply, "ListBucketResult", c)
	}
	if e != nil {
		return p, reply, e
	}
	p = exchange.Page{Objects: make([]storage.Object, 0, len(out.Contents)+len(out.CommonPrefixes)), Cut: out.IsTruncated, Next: oss.ToString(out.NextContinuationToken)}
	for _, x := range out.Contents {
		p.Objects = append(p.Objects, storage.Object{Key: oss.ToString(x.Key), Size: x.Size, ETag: strings.Trim(oss.ToString(x.ETag), `"`),
			Modified: oss.ToTime(x.LastModified), Provider: name, Bucket: b.bucket})
	}
	for _, x := range out.CommonPrefixes {
		p.Prefixes = append(p.Prefixes, oss.ToString(x.Prefix))
	}
	return p, reply, nil
}
