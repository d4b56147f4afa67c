package ossstorage

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/wire"
)

// most is how many keys one request deletes or lists.
const most = 1000

// date is OSS's clock in a reply, zero if it does not say.
func date(reply *wire.Reply) time.Time {
	t, _ := http.ParseTime(reply.Header.Get("Date"))
	return t
}

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
	failed := 0
	var first *waybill.Error
	for chunk := range slices.Chunk(keys, most) {
		n, e := b.deleteMany(ctx, chunk)
		failed += n
		if first == nil {
			first = e
		}
	}
	if first == nil {
		return nil
	}
	e := *first
	e.Message = strconv.Itoa(failed) + " of " + strconv.Itoa(len(keys)) + " objects were not deleted: " + e.Message
	return &e
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
	return func(yield func(storage.Object, error) bool) {
		if err := o.Validate(); err != nil {
			yield(storage.Object{}, err)
			return
		}
		if len(o.Prefix) > maxKey {
			return // nothing can lie there
		}
		in := &oss.ListObjectsV2Request{Bucket: &b.bucket, Prefix: text(o.Prefix), Delimiter: text(o.Delimiter), StartAfter: text(o.After), MaxKeys: most}
		for {
			if e := b.x.Ended(ctx, storage.List, ""); e != nil {
				yield(storage.Object{}, e)
				return
			}
			out, e := b.page(ctx, in)
			if e != nil {
				yield(storage.Object{}, e)
				return
			}
			for _, obj := range b.merged(out, o) {
				if !yield(obj, nil) {
					return
				}
			}
			if !out.IsTruncated {
				return
			}
			in.ContinuationToken = out.NextContinuationToken
		}
	}
}

// page fetches one page, and refuses one after which nothing would follow
// although there is more.
func (b *Bucket) page(ctx context.Context, in *oss.ListObjectsV2Request) (*oss.ListObjectsV2Result, *waybill.Error) {
	c := exchange.Call{Op: storage.List, Key: oss.ToString(in.Prefix)}
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*oss.ListObjectsV2Result, error) { return b.oss.ListObjectsV2(ctx, in) })
	if e == nil {
		e = b.x.Document(reply, "ListBucketResult", c)
	}
	if e != nil {
		return nil, e
	}
	if next := oss.ToString(out.NextContinuationToken); out.IsTruncated && (next == "" || next == oss.ToString(in.ContinuationToken)) {
		return nil, exchange.Lost(reply, "the list is cut and does not say how to go on")
	}
	return out, nil
}

// merged returns a page's objects and prefixes in one order, what is not behind
// After left out: OSS names a prefix again when keys within it are behind.
func (b *Bucket) merged(out *oss.ListObjectsV2Result, o storage.ListOptions) []storage.Object {
	all := make([]storage.Object, 0, len(out.Contents)+len(out.CommonPrefixes))
	for _, x := range out.Contents {
		key := oss.ToString(x.Key)
		if storage.ValidateKey(storage.List, key) != nil || key <= o.After {
			continue // a folder's marker of some tool, which no verb could name
		}
		all = append(all, storage.Object{Key: key, Size: x.Size, ETag: strings.Trim(oss.ToString(x.ETag), `"`), Modified: oss.ToTime(x.LastModified),
			Provider: name, Bucket: b.bucket})
	}
	for _, x := range out.CommonPrefixes {
		if p := oss.ToString(x.Prefix); p > o.After {
			all = append(all, storage.Object{Key: p, IsPrefix: true})
		}
	}
	if len(out.CommonPrefixes) > 0 {
		slices.SortFunc(all, func(x, y storage.Object) int { return strings.Compare(x.Key, y.Key) })
	}
	return all
}
