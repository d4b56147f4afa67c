package ossstorage

import (
	"context"
	"strconv"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/storage/internal/meta"
)

// Copy makes a copy within the bucket, on the server. Above 1 GiB it is made of
// parts. It looks at the object first, and copies the version it saw.
func (b *Bucket) Copy(ctx context.Context, from, to string) (storage.Object, error) {
	if err := b.checkKey(storage.Copy, "", from, to); err != nil {
		return storage.Object{}, err
	}
	if e := b.x.Ended(ctx, storage.Copy, ""); e != nil {
		return storage.Object{}, e
	}
	obj, e := b.head(ctx, storage.Copy, from)
	if e != nil {
		return storage.Object{}, e
	}
	if from == to {
		return obj, nil
	}
	k := copying{b: b, from: &obj, source: from, to: to, etag: `"` + obj.ETag + `"`}
	if obj.Size > b.maxCopy {
		e = k.parts(ctx)
	} else {
		e = k.whole(ctx)
	}
	if e != nil {
		return storage.Object{}, e
	}
	obj.Key = to
	return obj, nil
}

// copying is one Copy.
type copying struct {
	b                *Bucket
	from             *storage.Object // becomes the new object
	source, to, etag string
}

func (k *copying) call() exchange.Call {
	return exchange.Call{Op: storage.Copy, Key: k.to, Patience: endPatience}
}

func (k *copying) whole(ctx context.Context) *waybill.Error {
	b, c := k.b, k.call()
	c.Send = true
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*oss.CopyObjectResult, error) {
		return b.oss.CopyObject(ctx, &oss.CopyObjectRequest{Bucket: &b.bucket, Key: &k.to, SourceKey: &k.source, IfMatch: &k.etag})
	})
	if e == nil {
		e = b.x.Document(reply, "CopyObjectResult", c)
	}
	if e == nil && oss.ToString(out.ETag) == "" {
		e = exchange.Lost(reply, "the reply to a copy has no ETag")
	}
	if e != nil {
		return e
	}
	if sum := checksum(reply.Header.Get(crcHeader)); sum != "" && k.from.Checksum != "" && sum != k.from.Checksum {
		return exchange.Lost(reply, "the copy has another checksum")
	}
	k.from.ETag, k.from.Modified = strings.Trim(*out.ETag, `"`), oss.ToTime(out.LastModified)
	return nil
}

// parts copies what is too large for one request, part after part.
func (k *copying) parts(ctx context.Context) *waybill.Error {
	b := k.b
	sent, _ := meta.Encode(k.from.Metadata, false)
	id, e := b.begin(ctx, k.call(), &oss.InitiateMultipartUploadRequest{Bucket: &b.bucket, Key: &k.to, ContentType: exchange.Text(k.from.ContentType),
		ContentDisposition: exchange.Text(k.from.ContentDisposition), CacheControl: exchange.Text(k.from.CacheControl), Metadata: sent})
	if e != nil {
		return notYet(e)
	}
	p := &put{b: b, key: k.to, o: storage.PutOptions{ContentType: k.from.ContentType}}
	u := &upload{put: p, id: id}
	part := max(b.copyPart, k.from.Size/maxParts+1)
	for at := int64(0); at < k.from.Size && e == nil; at += part {
		e = k.part(ctx, u, at, min(at+part, k.from.Size)-1)
	}
	if e == nil {
		if e = k.complete(ctx, u); e == nil {
			return nil
		}
	}
	fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	u.abort(fresh)
	return e
}

// notYet is an error before anything could become visible.
func notYet(e *waybill.Error) *waybill.Error {
	own := *e
	own.Delivery = waybill.NotSent
	return &own
}

// part copies the bytes first to last.
func (k *copying) part(ctx context.Context, u *upload, first, last int64) *waybill.Error {
	b, c := k.b, k.call()
	number := int32(len(u.parts) + 1)
	span := "bytes=" + strconv.FormatInt(first, 10) + "-" + strconv.FormatInt(last, 10)
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*oss.UploadPartCopyResult, error) {
		return b.oss.UploadPartCopy(ctx, &oss.UploadPartCopyRequest{Bucket: &b.bucket, Key: &k.to, UploadId: &u.id, PartNumber: number,
			SourceKey: &k.source, IfMatch: &k.etag, Range: &span})
	})
	if e == nil {
		e = b.x.Document(reply, "CopyPartResult", c)
	}
	if e == nil && oss.ToString(out.ETag) == "" {
		e = exchange.Lost(reply, "the reply to a copied part has no ETag")
	}
	if e != nil {
		return notYet(e)
	}
	u.keep(done{number: number, etag: *out.ETag, size: last - first + 1})
	return nil
}

func (k *copying) complete(ctx context.Context, u *upload) *waybill.Error {
	reply, etag, e := u.complete(ctx)
	if e != nil {
		return e
	}
	switch sum := checksum(reply.Header.Get(crcHeader)); {
	case etag == "":
		return exchange.Lost(reply, "the reply to a copy has no ETag")
	case sum != "" && k.from.Checksum != "" && sum != k.from.Checksum:
		return exchange.Lost(reply, "the copy has another checksum")
	}
	k.from.ETag = strings.Trim(etag, `"`)
	k.from.Modified = exchange.Date(reply)
	return nil
}
