package s3storage

import (
	"context"
	"io"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
)

// sections uploads a body in parts that are read where they lie, so that none is
// held in memory. The transfer manager copies each.
func (p *put) sections(ctx context.Context, at io.ReaderAt) (storage.Object, *waybill.Error) {
	u := &upload{put: p}
	in := &s3.CreateMultipartUploadInput{Bucket: &p.b.bucket, Key: &p.key, ContentType: &p.o.ContentType,
		ContentDisposition: exchange.Text(p.o.ContentDisposition), CacheControl: exchange.Text(p.o.CacheControl), Metadata: p.meta, ChecksumAlgorithm: p.algorithm()}
	if _, err := u.CreateMultipartUpload(ctx, in); err != nil {
		return u.failed(ctx, err)
	}
	if u.sendAll(ctx, at) {
		return u.finish(ctx)
	}
	fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	u.abort(fresh, u.id)
	return u.failed(ctx, nil)
}

// algorithm is the checksum that the SDK computes for each part.
func (p *put) algorithm() types.ChecksumAlgorithm {
	if p.b.checksums == ChecksumSupported {
		return types.ChecksumAlgorithmCrc32
	}
	return ""
}

// sendAll sends all parts, a few at a time, and reports whether S3 has them.
func (u *upload) sendAll(ctx context.Context, at io.ReaderAt) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	part := u.put.partSize()
	count := (u.put.src.Size() + part - 1) / part
	parts := make([]types.CompletedPart, count)
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(int64(u.put.b.manager.Concurrency), count) {
		group.Go(func() {
			for ctx.Err() == nil {
				n := next.Add(1) - 1
				if n >= count {
					return
				}
				if u.sendOne(ctx, at, n, part, &parts[n]) != nil {
					cancel() // the others need not go on
				}
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return false
	}
	u.list = parts
	return true
}

// sendOne sends the part of number n, from 0.
func (u *upload) sendOne(ctx context.Context, at io.ReaderAt, n, part int64, done *types.CompletedPart) error {
	b, number := u.put.b, int32(n+1)
	from := n * part
	in := &s3.UploadPartInput{Bucket: &b.bucket, Key: &u.put.key, UploadId: u.id, PartNumber: &number, ChecksumAlgorithm: u.put.algorithm(),
		Body: u.put.src.Section(at, from, min(part, u.put.src.Size()-from))}
	out, err := u.UploadPart(ctx, in)
	if err != nil {
		return err
	}
	*done = types.CompletedPart{ETag: out.ETag, PartNumber: &number, ChecksumCRC32: out.ChecksumCRC32}
	return nil
}
