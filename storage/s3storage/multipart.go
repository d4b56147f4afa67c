package s3storage

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
)

const (
	// abortTimeout is the time of its own that the end of a failed upload gets.
	abortTimeout = 30 * time.Second
	// endPatience multiplies the idle time-out while S3 puts parts together,
	// which may take minutes.
	endPatience = 20
)

// parts hands the body to the transfer manager, which cuts it into parts, or
// finds that it is short enough for one request.
func (p *put) parts(ctx context.Context) (storage.Object, *waybill.Error) {
	u := &upload{put: p}
	o := p.b.manager
	o.PartSizeBytes = p.partSize()
	o.MultipartUploadThreshold = o.PartSizeBytes
	o.S3 = u
	in := &transfermanager.UploadObjectInput{Bucket: &p.b.bucket, Key: &p.key, Body: struct{ io.Reader }{p.src}, ContentType: &p.o.ContentType,
		ContentDisposition: exchange.Text(p.o.ContentDisposition), CacheControl: exchange.Text(p.o.CacheControl), Metadata: p.meta}
	m := transfermanager.New(u, func(to *transfermanager.Options) { *to = o })
	_, err := m.UploadObject(ctx, in)
	switch {
	case u.stored != nil:
		return *u.stored, nil
	case err == nil && u.list != nil:
		return u.finish(ctx)
	}
	return u.failed(ctx, err)
}

// failed is what came of an upload that was given up, and aborted.
func (u *upload) failed(ctx context.Context, err error) (storage.Object, *waybill.Error) {
	p := u.put
	if u.err == nil { // the manager's own
		if e := p.b.x.Ended(ctx, storage.Put, p.o.Ref); e != nil {
			u.err = e
		} else {
			u.err = p.b.x.Unsupported(storage.Put, p.o.Ref, "the upload was given up: "+p.b.x.Wire.Scrub(errorText(err), p.key))
		}
	}
	e := *u.err
	// No object can come of parts that are never put together.
	e.Delivery = waybill.NotSent
	if u.single {
		e.Delivery = u.err.Delivery
	}
	if u.left {
		e.Message += "; its parts could not be removed"
	}
	return storage.Object{}, &e
}

// partSize is the size of the parts in which the body can be uploaded.
func (p *put) partSize() int64 {
	part := p.b.manager.PartSizeBytes
	if size := p.src.Size(); size/part >= maxParts {
		part = size/maxParts + 1
	}
	return part
}

func errorText(err error) string {
	if err == nil {
		return "no reason"
	}
	return err.Error()
}

// upload is the S3 client that the transfer manager gets: each request is an
// exchange of its own, parts are sent again, and the end, by which the object
// becomes visible, is left to us.
type upload struct {
	transfermanager.S3APIClient
	put *put

	mu     sync.Mutex
	err    *waybill.Error // the first
	id     *string
	single bool
	stored *storage.Object
	list   []types.CompletedPart
	sums   map[int32]partSum // by the parts' numbers, where S3 said the checksum
	size   int64
	left   bool
}

// note keeps the first error and hands the SDK one that it can show.
func (u *upload) note(e *waybill.Error) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil || u.err.Code == waybill.Canceled && e.Code != waybill.Canceled {
		u.err = e
	}
	return e
}

// PutObject stores what turned out to be short.
func (u *upload) PutObject(ctx context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	u.single = true
	if u.put.src.Err() != nil {
		return nil, u.note(u.put.src.Err())
	}
	r, ok := in.Body.(*bytes.Reader)
	if !ok {
		return nil, u.note(u.put.b.x.Unsupported(storage.Put, u.put.o.Ref, "the transfer manager changed"))
	}
	obj, e := u.put.single(ctx, r, r.Size())
	if e != nil {
		return nil, u.note(e)
	}
	u.stored = &obj
	return &s3.PutObjectOutput{ETag: &obj.ETag}, nil
}

// CreateMultipartUpload begins.
func (u *upload) CreateMultipartUpload(ctx context.Context, in *s3.CreateMultipartUploadInput, opts ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error) {
	b, c := u.put.b, u.put.call()
	if b.checksums == ChecksumSupported {
		// So that the object has a checksum by which it can be verified as a whole.
		in.ChecksumType = types.ChecksumTypeFullObject
	}
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.CreateMultipartUploadOutput, error) {
		return b.s3.CreateMultipartUpload(ctx, in, opts...)
	})
	if e == nil {
		e = b.x.Document(reply, "InitiateMultipartUploadResult", c)
	}
	if e == nil && aws.ToString(out.UploadId) == "" {
		e = exchange.Lost(reply, "the upload has no id")
	}
	if e != nil {
		return nil, u.note(e)
	}
	u.id = out.UploadId
	return out, nil
}

// UploadPart sends one part, again when that may help.
func (u *upload) UploadPart(ctx context.Context, in *s3.UploadPartInput, opts ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	b, c := u.put.b, u.put.call()
	c.Send = false // a part may be sent twice: the last one counts
	r, ok := in.Body.(interface {
		io.ReadSeeker
		Size() int64
	})
	if !ok {
		return nil, u.note(b.x.Unsupported(storage.Put, c.Ref, "the transfer manager changed"))
	}
	rewind := func() error { _, err := r.Seek(0, io.SeekStart); return err }
	c.Rewind = rewind
	if b.checksums == ChecksumRequired {
		h := md5.New()
		_ = exchange.Drain(h, r)
		in.ContentMD5 = aws.String(base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	for try := 1; ; try++ {
		_ = rewind()
		out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.UploadPartOutput, error) { return b.s3.UploadPart(ctx, in, opts...) })
		if e == nil && aws.ToString(out.ETag) == "" {
			e = exchange.Lost(reply, "the reply to a part has no ETag")
		}
		if e == nil {
			u.keep(in, out, r.Size())
			return out, nil
		}
		if u.put.src.Err() != nil || !exchange.Again(ctx, e, try) {
			return nil, u.note(e)
		}
	}
}

// keep notes a part that S3 has.
func (u *upload) keep(in *s3.UploadPartInput, out *s3.UploadPartOutput, size int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.size += size
	if sum, ok := sumOf(out.ChecksumCRC32, size); ok {
		if u.sums == nil {
			u.sums = map[int32]partSum{}
		}
		u.sums[aws.ToInt32(in.PartNumber)] = sum
	}
}

// whole is the CRC32 of the object, nil unless that of each part is known.
func (u *upload) whole() *string {
	if u.put.b.checksums != ChecksumSupported {
		return nil
	}
	parts := make([]partSum, 0, len(u.list))
	for _, p := range u.list {
		sum, ok := u.sums[aws.ToInt32(p.PartNumber)]
		if !ok {
			return nil
		}
		parts = append(parts, sum)
	}
	return aws.String(written(combined(parts)))
}

// CompleteMultipartUpload only takes the parts down; see finish.
func (u *upload) CompleteMultipartUpload(_ context.Context, in *s3.CompleteMultipartUploadInput, _ ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error) {
	u.list = slices.Clone(in.MultipartUpload.Parts)
	return &s3.CompleteMultipartUploadOutput{}, nil
}

// AbortMultipartUpload removes the parts, with a time of its own.
func (u *upload) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput, _ ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error) {
	u.abort(ctx, in.UploadId)
	return &s3.AbortMultipartUploadOutput{}, nil
}

func (u *upload) abort(ctx context.Context, id *string) {
	b, c := u.put.b, u.put.call()
	c.Send, c.Exclusive = false, false
	// A part that is still arriving may outlive the first abort.
	for try := 1; ; try++ {
		_, _, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.AbortMultipartUploadOutput, error) {
			return b.s3.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &b.bucket, Key: &u.put.key, UploadId: id})
		})
		if e == nil || e.VendorCode == "NoSuchUpload" {
			return
		}
		if !exchange.Again(ctx, e, try) {
			break
		}
	}
	u.left = true
}

// finish makes the object visible.
func (u *upload) finish(ctx context.Context) (storage.Object, *waybill.Error) {
	b, c := u.put.b, u.put.call()
	c.Patience = endPatience
	e := u.put.src.Err()
	if e == nil {
		e = b.x.Ended(ctx, storage.Put, c.Ref)
	}
	in := &s3.CompleteMultipartUploadInput{Bucket: &b.bucket, Key: &u.put.key, UploadId: u.id, MultipartUpload: &types.CompletedMultipartUpload{Parts: u.list}}
	if u.put.o.IfNotExists {
		in.IfNoneMatch = aws.String("*")
	}
	if in.ChecksumCRC32 = u.whole(); in.ChecksumCRC32 != nil {
		in.ChecksumType = types.ChecksumTypeFullObject
	}
	if e == nil {
		out, reply, bad := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*s3.CompleteMultipartUploadOutput, error) {
			return b.s3.CompleteMultipartUpload(ctx, in)
		})
		if e = bad; e == nil {
			e = b.x.Document(reply, "CompleteMultipartUploadResult", c)
		}
		if e == nil && aws.ToString(out.ETag) == "" {
			e = exchange.Lost(reply, "the reply to a put has no ETag")
		}
		if e == nil {
			obj := u.put.object(u.size, aws.ToString(out.ETag), reply)
			obj.Checksum = checksum(in.ChecksumCRC32, nil)
			return obj, nil
		}
	}
	fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	u.abort(fresh, u.id)
	if u.left {
		own := *e
		own.Message += "; its parts could not be removed"
		e = &own
	}
	return storage.Object{}, e
}
