package s3storage

import (
	"context"
	"crypto/md5"
	"hash"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/body"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/storage/internal/meta"
	"github.com/waybill-go/waybill/wire"
)

// Get opens an object with one request. The context governs it until Close.
func (b *Bucket) Get(ctx context.Context, key string, o storage.GetOptions) (*storage.Reader, error) {
	if err := storage.ValidateKey(storage.Get, key); err != nil {
		return nil, err
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if e := b.x.Ended(ctx, storage.Get, ""); e != nil {
		return nil, e
	}
	in := &s3.GetObjectInput{Bucket: &b.bucket, Key: &key, Range: exchange.Text(body.RangeHeader(o.Offset, o.Length))}
	if in.Range == nil {
		in.ChecksumMode = types.ChecksumModeEnabled // who does not know it passes it over
	}
	if o.IfMatch != "" {
		in.IfMatch = aws.String(`"` + o.IfMatch + `"`)
	}
	c := exchange.Call{Op: storage.Get, Key: key, Stream: true}
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.GetObjectOutput, error) { return b.s3.GetObject(ctx, in) })
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

// reader makes a storage.Reader of an answer that is S3's.
func (b *Bucket) reader(out *s3.GetObjectOutput, reply *wire.Reply, key string, o storage.GetOptions) (*storage.Reader, *waybill.Error) {
	if aws.ToString(out.ETag) == "" || out.ContentLength == nil || *out.ContentLength < 0 {
		return nil, exchange.Lost(reply, "the reply has no ETag or no length")
	}
	length := *out.ContentLength
	obj := storage.Object{Key: key, Size: length, ETag: strings.Trim(*out.ETag, `"`), ContentType: aws.ToString(out.ContentType),
		ContentDisposition: aws.ToString(out.ContentDisposition), CacheControl: aws.ToString(out.CacheControl), Metadata: meta.Decode(out.Metadata),
		Checksum: checksum(out.ChecksumCRC32, out.ChecksumSHA256), Modified: aws.ToTime(out.LastModified), Provider: name, Bucket: b.bucket}
	r, e := exchange.Reader(reply, obj, aws.ToString(out.ContentRange), o)
	if e != nil {
		return nil, e
	}
	var h hash.Hash
	if length == r.Object.Size && b.taggedMD5(out, obj.ETag) {
		h = md5.New()
	}
	r.ReadCloser = b.x.Content(out.Body, r, h, obj.ETag)
	return r, nil
}

// taggedMD5 reports whether an object's tag is its MD5 and nothing better is
// there: not with keys of the customer or of KMS, and not of parts, whose tags
// have a hyphen ("Common response headers").
func (b *Bucket) taggedMD5(out *s3.GetObjectOutput, etag string) bool {
	switch {
	case !b.md5Tags.Load(), len(etag) != 2*md5.Size, strings.Trim(etag, "0123456789abcdef") != "",
		out.SSECustomerAlgorithm != nil, out.ServerSideEncryption != "" && out.ServerSideEncryption != types.ServerSideEncryptionAes256:
		return false
	}
	return out.ChecksumCRC32 == nil && out.ChecksumCRC32C == nil && out.ChecksumCRC64NVME == nil && out.ChecksumSHA1 == nil && out.ChecksumSHA256 == nil
}

// Head returns an object's attributes. S3 says no code here: a key without an
// object is 404, or 403 without the right to list; so is a bucket.
func (b *Bucket) Head(ctx context.Context, key string) (storage.Object, error) {
	if err := storage.ValidateKey(storage.Head, key); err != nil {
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
	out, reply, e := exchange.Do(&b.x, ctx, exchange.Call{Op: op, Key: key}, func(ctx context.Context) (*s3.HeadObjectOutput, error) {
		return b.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled})
	})
	if e != nil {
		return storage.Object{}, e
	}
	if aws.ToString(out.ETag) == "" || out.ContentLength == nil {
		return storage.Object{}, exchange.Lost(reply, "the reply has no ETag or no length")
	}
	return storage.Object{Key: key, Size: *out.ContentLength, ETag: strings.Trim(*out.ETag, `"`), ContentType: aws.ToString(out.ContentType),
		ContentDisposition: aws.ToString(out.ContentDisposition), CacheControl: aws.ToString(out.CacheControl), Metadata: meta.Decode(out.Metadata),
		Checksum: checksum(out.ChecksumCRC32, out.ChecksumSHA256), Modified: aws.ToTime(out.LastModified), Provider: name, Bucket: b.bucket}, nil
}
