package s3storage

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/body"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/storage/internal/meta"
	"github.com/waybill-go/waybill/wire"
)

// Put stores an object in one request or, when it is long, in parts. With
// IfNotExists a conflict with another writer is tried three times while the body
// can be had again.
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader, o storage.PutOptions) (storage.Object, error) {
	meta, err := b.check(key, o)
	if err != nil {
		return storage.Object{}, err
	}
	if e := b.x.Ended(ctx, storage.Put, o.Ref); e != nil {
		return storage.Object{}, e
	}
	p := &put{b: b, o: o, key: key, meta: meta, src: body.New(ctx, string(storage.Put), o.Ref, r, o.Size)}
	if e := p.src.Expect(o.Checksum); e != nil {
		return storage.Object{}, e.With(name, "", "")
	}
	if p.o.ContentType == "" {
		p.o.ContentType = "application/octet-stream"
	}
	p.o.Metadata = meta
	var obj storage.Object
	var e *waybill.Error
	switch size := p.src.Size(); {
	case size > maxObject:
		return storage.Object{}, b.x.Unsupported(storage.Put, o.Ref, "the object is larger than 5 TiB")
	case p.src.Seekable() && size > smallBody && size <= b.single:
		obj, e = p.single(ctx, p.src, size)
	case size >= 0 && size <= min(b.manager.PartSizeBytes, b.single):
		if data := p.src.Whole(); data != nil {
			obj, e = p.single(ctx, bytes.NewReader(data), size)
		}
	default:
		obj, e = p.large(ctx, r)
	}
	if e == nil && obj.Key != "" {
		return obj, nil
	}
	// The body's own failure is what matters, whatever came of it elsewhere.
	if own := p.src.Err(); own != nil {
		e = own.With(name, "", "")
	}
	return storage.Object{}, e
}

// large stores a body in parts: read where they lie, if that can be, else by the
// transfer manager, which holds a few in memory.
func (p *put) large(ctx context.Context, r io.Reader) (storage.Object, *waybill.Error) {
	if at, ok := p.src.At(r, p.o.Size); ok && p.src.Size() > p.b.manager.PartSizeBytes {
		return p.sections(ctx, at)
	}
	return p.parts(ctx)
}

// put is one Put.
type put struct {
	b    *Bucket
	o    storage.PutOptions
	key  string
	meta map[string]string
	src  *body.Source
}

func (p *put) call() exchange.Call {
	return exchange.Call{Op: storage.Put, Ref: p.o.Ref, Key: p.key, Send: true, Exclusive: p.o.IfNotExists}
}

// The tries of a conditional write that met another one, and the longest pause
// before the first repeat.
const (
	conflictTries = 4
	conflictPause = 100 * time.Millisecond
)

// single stores a body in one request.
func (p *put) single(ctx context.Context, r io.ReadSeeker, size int64) (storage.Object, *waybill.Error) {
	for try := 1; ; try++ {
		obj, e := p.request(ctx, r, size)
		if e == nil || e.VendorCode != "ConditionalRequestConflict" && e.VendorCode != "OperationAborted" || try == conflictTries {
			return obj, e
		}
		if !exchange.Sleep(ctx, rand.N(conflictPause<<try)) {
			return obj, e
		}
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return obj, e
		}
	}
}

func (p *put) request(ctx context.Context, r io.ReadSeeker, size int64) (storage.Object, *waybill.Error) {
	b, o := p.b, p.o
	in := &s3.PutObjectInput{Bucket: &b.bucket, Key: &p.key, Body: r, ContentLength: &size, ContentType: &o.ContentType, Metadata: p.meta,
		ContentDisposition: exchange.Text(o.ContentDisposition), CacheControl: exchange.Text(o.CacheControl)}
	if o.IfNotExists {
		in.IfNoneMatch = aws.String("*")
	}
	sum, e := p.sum(r)
	if e != nil {
		return storage.Object{}, e
	}
	if b.checksums == ChecksumSupported {
		in.ChecksumCRC32 = &sum
	} else {
		in.ContentMD5 = &sum
	}
	c := p.call()
	c.Body = r
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.PutObjectOutput, error) { return b.s3.PutObject(ctx, in) })
	if e != nil {
		return storage.Object{}, e
	}
	if aws.ToString(out.ETag) == "" {
		return storage.Object{}, exchange.Lost(reply, "the reply to a put has no ETag")
	}
	obj := p.object(size, aws.ToString(out.ETag), reply)
	if b.checksums == ChecksumSupported {
		obj.Checksum = checksum(&sum, nil)
	} else if raw, err := base64.StdEncoding.DecodeString(sum); err == nil {
		b.md5Tags.Store(hex.EncodeToString(raw) == obj.ETag)
	}
	return obj, nil
}

// sum returns the CRC32 or MD5 of a body in base64, and rewinds it.
func (p *put) sum(r io.ReadSeeker) (string, *waybill.Error) {
	var h hash.Hash = crc32.NewIEEE()
	if p.b.checksums == ChecksumRequired {
		h = md5.New()
	}
	err := exchange.Drain(h, r)
	if err == nil {
		_, err = r.Seek(0, io.SeekStart)
	}
	if err != nil {
		e := waybill.Invalid(string(storage.Put), "the body could not be read").With(name, "", p.o.Ref)
		e.Err = err
		return "", e
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil)), nil
}

// object is what was stored.
func (p *put) object(size int64, etag string, reply *wire.Reply) storage.Object {
	o := storage.Object{Key: p.key, Size: size, ETag: strings.Trim(etag, `"`), ContentType: p.o.ContentType, ContentDisposition: p.o.ContentDisposition,
		CacheControl: p.o.CacheControl, Metadata: meta.Decode(p.meta), Provider: name, Bucket: p.b.bucket,
		Modified: exchange.Date(reply)}
	return o
}

// checksum writes what S3 has as storage.Object has it: the CRC32, or else the
// SHA-256; "" when it is of parts or of another kind.
func checksum(crc, sha *string) string {
	if sum, err := base64.StdEncoding.DecodeString(aws.ToString(crc)); err == nil && len(sum) == crc32.Size {
		return "crc32:" + hex.EncodeToString(sum)
	}
	if sum, err := base64.StdEncoding.DecodeString(aws.ToString(sha)); err == nil && len(sum) == sha256.Size {
		return "sha256:" + hex.EncodeToString(sum)
	}
	return ""
}
