package s3storage

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/wire"
)

// deleteMost is how many keys one request deletes.
const deleteMost = 1000

// Delete removes the objects, a thousand with one request.
func (b *Bucket) Delete(ctx context.Context, keys ...string) error {
	for _, k := range keys {
		if err := storage.ValidateKey(storage.Delete, k); err != nil {
			return err
		}
	}
	if e := b.x.Ended(ctx, storage.Delete, ""); e != nil {
		return e
	}
	if len(keys) == 1 {
		return b.deleteOne(ctx, keys[0])
	}
	failed := 0
	var first *waybill.Error
	for chunk := range slices.Chunk(keys, deleteMost) {
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
	_, reply, e := exchange.Do(&b.x, ctx, exchange.Call{Op: storage.Delete, Key: key}, func(ctx context.Context) (*s3.DeleteObjectOutput, error) {
		return b.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.bucket, Key: &key})
	})
	switch {
	case e != nil && e.Code == waybill.NotFound: // some servers say so
		return nil
	case e != nil:
		return e
	case reply.Status != http.StatusNoContent && len(reply.Body) > 0:
		return exchange.Lost(reply, "the reply to a delete has a body")
	}
	return nil
}

// deleteMany returns how many keys were not deleted, and why the first was not.
func (b *Bucket) deleteMany(ctx context.Context, keys []string) (int, *waybill.Error) {
	in := &s3.DeleteObjectsInput{Bucket: &b.bucket, Delete: &types.Delete{Quiet: aws.Bool(true)}}
	for i := range keys {
		in.Delete.Objects = append(in.Delete.Objects, types.ObjectIdentifier{Key: &keys[i]})
	}
	c := exchange.Call{Op: storage.Delete}
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.DeleteObjectsOutput, error) {
		// Older servers want the MD5, whatever else is there.
		return b.s3.DeleteObjects(ctx, in, s3.WithAPIOptions(smithyhttp.AddContentChecksumMiddleware))
	})
	if e == nil {
		e = b.x.Document(reply, "DeleteResult", c)
	}
	if e != nil {
		return len(keys), e
	}
	failed := 0
	for _, x := range out.Errors {
		k, known := byCode(aws.ToString(x.Code))
		if known && k.code == waybill.NotFound {
			continue
		}
		if !known {
			k = class{waybill.Unknown, waybill.ScopeRequest, waybill.Ambiguous}
		}
		if failed++; e == nil {
			e = reply.Error(k.code, k.scope, k.delivery, aws.ToString(x.Code), "")
			e.Message = "refused"
		}
	}
	return failed, e
}

// List yields the objects page by page, as it is read.
func (b *Bucket) List(ctx context.Context, o storage.ListOptions) iter.Seq2[storage.Object, error] {
	return func(yield func(storage.Object, error) bool) {
		err := o.Validate()
		if err != nil {
			yield(storage.Object{}, err)
			return
		}
		in := &s3.ListObjectsV2Input{Bucket: &b.bucket, Prefix: text(o.Prefix), Delimiter: text(o.Delimiter), StartAfter: text(o.After),
			EncodingType: types.EncodingTypeUrl} // XML cannot carry every key that others may have made
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
			if !aws.ToBool(out.IsTruncated) {
				return
			}
			in.ContinuationToken = out.NextContinuationToken
		}
	}
}

// page fetches one page, and refuses one after which nothing would follow
// although there is more.
func (b *Bucket) page(ctx context.Context, in *s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, *waybill.Error) {
	c := exchange.Call{Op: storage.List, Key: aws.ToString(in.Prefix)}
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.ListObjectsV2Output, error) { return b.s3.ListObjectsV2(ctx, in) })
	if e == nil {
		e = b.listed(reply, out, in, c)
	}
	return out, e
}

func (b *Bucket) listed(reply *wire.Reply, out *s3.ListObjectsV2Output, in *s3.ListObjectsV2Input, c exchange.Call) *waybill.Error {
	if e := b.x.Document(reply, "ListBucketResult", c); e != nil {
		return e
	}
	if !decode(out) {
		return exchange.Lost(reply, "a key of the list is not encoded as it should")
	}
	next := aws.ToString(out.NextContinuationToken)
	if aws.ToBool(out.IsTruncated) && (next == "" || next == aws.ToString(in.ContinuationToken)) {
		return exchange.Lost(reply, "the list is cut and does not say how to go on")
	}
	return nil
}

// decode undoes the encoding of keys, if the server knows it.
func decode(out *s3.ListObjectsV2Output) bool {
	if out.EncodingType != types.EncodingTypeUrl {
		return true
	}
	undo := func(key **string) bool {
		plain, err := url.QueryUnescape(aws.ToString(*key)) // a blank may be a plus
		*key = &plain
		return err == nil
	}
	for i := range out.Contents {
		if !undo(&out.Contents[i].Key) {
			return false
		}
	}
	for i := range out.CommonPrefixes {
		if !undo(&out.CommonPrefixes[i].Prefix) {
			return false
		}
	}
	return true
}

// merged returns a page's objects and prefixes in one order, what is not behind
// After left out: S3 names a prefix again when keys within it are behind.
func (b *Bucket) merged(out *s3.ListObjectsV2Output, o storage.ListOptions) []storage.Object {
	all := make([]storage.Object, 0, len(out.Contents)+len(out.CommonPrefixes))
	for _, x := range out.Contents {
		key := aws.ToString(x.Key)
		if storage.ValidateKey(storage.List, key) != nil || key <= o.After {
			continue // a folder's marker of some tool, which no verb could name
		}
		all = append(all, storage.Object{Key: key, Size: aws.ToInt64(x.Size), ETag: strings.Trim(aws.ToString(x.ETag), `"`),
			Modified: aws.ToTime(x.LastModified), Provider: name, Bucket: b.bucket})
	}
	for _, x := range out.CommonPrefixes {
		if p := aws.ToString(x.Prefix); p > o.After {
			all = append(all, storage.Object{Key: p, IsPrefix: true})
		}
	}
	if len(out.CommonPrefixes) > 0 {
		slices.SortFunc(all, func(x, y storage.Object) int { return strings.Compare(x.Key, y.Key) })
	}
	return all
}
