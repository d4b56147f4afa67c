package s3storage

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/storage/internal/meta"
)

// Copy makes a copy within the bucket, on the server. Above 5 GiB it is made of
// parts. It looks at the object first, and copies the version it saw.
func (b *Bucket) Copy(ctx context.Context, from, to string) (storage.Object, error) {
	for _, k := range [...]string{from, to} {
		if err := storage.ValidateKey(storage.Copy, k); err != nil {
			return storage.Object{}, err
		}
	}
	if e := b.x.Ended(ctx, storage.Copy, ""); e != nil {
		return storage.Object{}, e
	}
	obj, e := b.head(ctx, storage.Copy, from)
	if e != nil {
		return storage.Object{}, e
	}
	if from == to {
		return obj, nil // S3 refuses it, and there is nothing to do
	}
	c := copying{b: b, from: &obj, to: to, source: copySource(b.bucket, from), etag: `"` + obj.ETag + `"`}
	if obj.Size > b.maxCopy {
		e = c.parts(ctx)
	} else {
		e = c.whole(ctx)
	}
	if e != nil {
		return storage.Object{}, e
	}
	obj.Key = to
	return obj, nil
}

// copySource is the header's form of an object's name.
func copySource(bucket, key string) string {
	segments := strings.Split(key, "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
	}
	return bucket + "/" + strings.Join(segments, "/")
}

// copying is one Copy.
type copying struct {
	b            *Bucket
	from         *storage.Object // becomes the new object
	to           string
	source, etag string
}

func (k *copying) call() exchange.Call {
	return exchange.Call{Op: storage.Copy, Key: k.to, Patience: endPatience}
}

func (k *copying) whole(ctx context.Context) *waybill.Error {
	b, c := k.b, k.call()
	c.Send = true
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.CopyObjectOutput, error) {
		return b.s3.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &b.bucket, Key: &k.to, CopySource: &k.source, CopySourceIfMatch: &k.etag})
	})
	if e == nil {
		e = b.x.Document(reply, "CopyObjectResult", c)
	}
	if e == nil && (out.CopyObjectResult == nil || aws.ToString(out.CopyObjectResult.ETag) == "") {
		e = exchange.Lost(reply, "the reply to a copy has no ETag")
	}
	if e != nil {
		return e
	}
	k.from.ETag = strings.Trim(*out.CopyObjectResult.ETag, `"`)
	k.from.Modified = aws.ToTime(out.CopyObjectResult.LastModified)
	return nil
}

// parts copies what is too large for one request, part after part.
func (k *copying) parts(ctx context.Context) *waybill.Error {
	b, c := k.b, k.call()
	meta, _ := meta.Encode(k.from.Metadata, true)
	created, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.CreateMultipartUploadOutput, error) {
		return b.s3.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &b.bucket, Key: &k.to, ContentType: exchange.Text(k.from.ContentType),
			ContentDisposition: exchange.Text(k.from.ContentDisposition), CacheControl: exchange.Text(k.from.CacheControl), Metadata: meta})
	})
	if e == nil {
		e = b.x.Document(reply, "InitiateMultipartUploadResult", c)
	}
	if e != nil {
		return e
	}
	p := &put{b: b, key: k.to, o: storage.PutOptions{}}
	u := &upload{put: p, id: created.UploadId}
	part := max(b.copyPart, k.from.Size/maxParts+1)
	for from := int64(0); from < k.from.Size && e == nil; from += part {
		e = k.part(ctx, u, from, min(from+part, k.from.Size)-1)
	}
	if e == nil {
		e = k.complete(ctx, u)
	}
	if e != nil {
		fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
		defer cancel()
		u.abort(fresh, u.id)
	}
	return e
}

// part copies the bytes first to last.
func (k *copying) part(ctx context.Context, u *upload, first, last int64) *waybill.Error {
	b, c := k.b, k.call()
	number := int32(len(u.list) + 1)
	span := "bytes=" + strconv.FormatInt(first, 10) + "-" + strconv.FormatInt(last, 10)
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.UploadPartCopyOutput, error) {
		return b.s3.UploadPartCopy(ctx, &s3.UploadPartCopyInput{Bucket: &b.bucket, Key: &k.to, UploadId: u.id, PartNumber: &number,
			CopySource: &k.source, CopySourceIfMatch: &k.etag, CopySourceRange: &span})
	})
	if e == nil {
		e = b.x.Document(reply, "CopyPartResult", c)
	}
	if e == nil && (out.CopyPartResult == nil || aws.ToString(out.CopyPartResult.ETag) == "") {
		e = exchange.Lost(reply, "the reply to a copied part has no ETag")
	}
	if e != nil {
		own := *e
		own.Delivery = waybill.NotSent // nothing is visible yet
		return &own
	}
	u.list = append(u.list, types.CompletedPart{ETag: out.CopyPartResult.ETag, PartNumber: &number})
	return nil
}

func (k *copying) complete(ctx context.Context, u *upload) *waybill.Error {
	b, c := k.b, k.call()
	c.Send = true
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.CompleteMultipartUploadOutput, error) {
		return b.s3.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &b.bucket, Key: &k.to, UploadId: u.id,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: u.list}})
	})
	if e == nil {
		e = b.x.Document(reply, "CompleteMultipartUploadResult", c)
	}
	if e != nil {
		return e
	}
	o := u.put.object(k.from.Size, aws.ToString(out.ETag), reply)
	k.from.ETag, k.from.Modified = o.ETag, o.Modified
	return nil
}
