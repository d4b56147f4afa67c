package s3storage

import (
	"context"
	"iter"
	"net/http"
	"net/url"
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
	return exchange.DeleteMany(keys, deleteMost, func(keys []string) (int, *waybill.Error) { return b.deleteMany(ctx, keys) })
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
		if known && k == exchange.NotHere {
			continue
		}
		if !known {
			k = exchange.Class{Scope: waybill.ScopeRequest, Delivery: waybill.Ambiguous}
		}
		if failed++; e == nil {
			e = k.Error(reply, aws.ToString(x.Code), "")
			e.Message = "refused"
		}
	}
	return failed, e
}

// List yields the objects page by page, as it is read.
func (b *Bucket) List(ctx context.Context, o storage.ListOptions) iter.Seq2[storage.Object, error] {
	return b.x.List(ctx, o, func(token string) (exchange.Page, *wire.Reply, *waybill.Error) { return b.page(ctx, o, token) })
}

// page fetches one page.
func (b *Bucket) page(ctx context.Context, o storage.ListOptions, token string) (p exchange.Page, reply *wire.Reply, e *waybill.Error) {
	in := &s3.ListObjectsV2Input{Bucket: &b.bucket, Prefix: exchange.Text(o.Prefix), Delimiter: exchange.Text(o.Delimiter), StartAfter: exchange.Text(o.After),
		ContinuationToken: exchange.Text(token), EncodingType: types.EncodingTypeUrl} // XML cannot carry every key that others may have made
	c := exchange.Call{Op: storage.List, Key: o.Prefix}
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.ListObjectsV2Output, error) { return b.s3.ListObjectsV2(ctx, in) })
	if e == nil {
		e = b.x.Document(reply, "ListBucketResult", c)
	}
	if e == nil && !decode(out) {
		e = exchange.Lost(reply, "a key of the list is not encoded as it should")
	}
	if e != nil {
		return p, reply, e
	}
	p = exchange.Page{Objects: make([]storage.Object, 0, len(out.Contents)+len(out.CommonPrefixes)), Cut: aws.ToBool(out.IsTruncated), Next: aws.ToString(out.NextContinuationToken)}
	for _, x := range out.Contents {
		p.Objects = append(p.Objects, storage.Object{Key: aws.ToString(x.Key), Size: aws.ToInt64(x.Size), ETag: strings.Trim(aws.ToString(x.ETag), `"`),
			Modified: aws.ToTime(x.LastModified), Provider: name, Bucket: b.bucket})
	}
	for _, x := range out.CommonPrefixes {
		p.Prefixes = append(p.Prefixes, aws.ToString(x.Prefix))
	}
	return p, reply, nil
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
