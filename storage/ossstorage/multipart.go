package ossstorage

import (
	"bytes"
	"context"
	"errors"
	"hash/crc64"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/wire"
)

const (
	// abortTimeout is the time of its own that the end of a failed upload gets.
	abortTimeout = 30 * time.Second
	// endPatience multiplies the idle time-out while OSS puts parts together.
	endPatience = 20
)

// upload is a body on its way in parts. The workers share what follows the lock.
type upload struct {
	put *put
	id  string

	mu    sync.Mutex
	err   *waybill.Error // the first
	parts []done
}

// done is a part that OSS has.
type done struct {
	number int32
	etag   string
	size   int64
	crc    uint64
}

// piece is a part to be sent; free gives its memory back.
type piece struct {
	number int32
	r      io.ReadSeeker
	size   int64
	free   func()
}

// parts cuts the body into parts, which workers send. What turns out to be short
// is one request.
func (p *put) parts(ctx context.Context, r io.Reader) (storage.Object, *waybill.Error) {
	size := p.b.partSize
	if total := p.src.Size(); total/size >= maxParts {
		size = total/maxParts + 1
	}
	next := p.cut(r, size)
	first, e := next(ctx)
	if e != nil {
		return storage.Object{}, e
	}
	if first.size < size {
		defer first.free()
		return p.single(ctx, first.r, first.size)
	}
	u := &upload{put: p}
	if e := u.begin(ctx); e != nil {
		first.free()
		return storage.Object{}, e
	}
	u.send(ctx, first, next)
	obj, e := u.finish(ctx)
	if e == nil {
		return obj, nil
	}
	fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	if !u.abort(fresh) {
		own := *e
		own.Message += "; its parts could not be removed"
		e = &own
	}
	return storage.Object{}, e
}

// cut returns what hands out the body's parts one after the other. The last is
// followed by an empty one.
func (p *put) cut(r io.Reader, size int64) func(context.Context) (piece, *waybill.Error) {
	if at, ok := p.src.At(r, p.o.Size); ok {
		return p.sections(at, size)
	}
	number, over := int32(0), false
	free := make(chan []byte, p.b.concurrency+1)
	return func(context.Context) (piece, *waybill.Error) {
		number++
		if over {
			return piece{}, nil
		}
		var buf []byte
		select {
		case buf = <-free:
		default:
			buf = make([]byte, size)
		}
		n, err := io.ReadFull(p.src, buf)
		over = err != nil
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return piece{}, waybill.AsError(err)
		}
		return piece{number: number, r: bytes.NewReader(buf[:n]), size: int64(n), free: func() { free <- buf }}, nil
	}
}

// sections hands out parts that are read where they lie.
func (p *put) sections(at io.ReaderAt, size int64) func(context.Context) (piece, *waybill.Error) {
	from, end, number := int64(0), p.src.Size(), int32(0)
	return func(ctx context.Context) (piece, *waybill.Error) {
		if e := p.b.x.Ended(ctx, storage.Put, p.o.Ref); e != nil {
			return piece{}, e
		}
		number++
		n := min(size, end-from)
		part := piece{number: number, r: p.src.Section(at, from, n), size: n, free: func() {}}
		from += n
		return part, nil
	}
}

// begin opens the upload.
func (u *upload) begin(ctx context.Context) *waybill.Error {
	p := u.put
	b, c := p.b, p.call()
	in := &oss.InitiateMultipartUploadRequest{Bucket: &b.bucket, Key: &p.key, ContentType: &p.o.ContentType, ContentDisposition: exchange.Text(p.o.ContentDisposition),
		CacheControl: exchange.Text(p.o.CacheControl), Metadata: p.meta, ForbidOverwrite: p.forbid()}
	id, e := b.begin(ctx, c, in)
	if e != nil {
		// No object can come of parts that were never sent.
		own := *e
		own.Delivery = waybill.NotSent
		return &own
	}
	u.id = id
	return nil
}

func (b *Bucket) begin(ctx context.Context, c exchange.Call, in *oss.InitiateMultipartUploadRequest) (string, *waybill.Error) {
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*oss.InitiateMultipartUploadResult, error) {
		return b.oss.InitiateMultipartUpload(ctx, in)
	})
	if e == nil {
		e = b.x.Document(reply, "InitiateMultipartUploadResult", c)
	}
	if e == nil && oss.ToString(out.UploadId) == "" {
		e = exchange.Lost(reply, "the upload has no id")
	}
	if e != nil {
		return "", e
	}
	return *out.UploadId, nil
}

// send sends the parts, a few at a time, and returns when none is under way.
func (u *upload) send(ctx context.Context, first piece, next func(context.Context) (piece, *waybill.Error)) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work := make(chan piece)
	var group sync.WaitGroup
	for range u.put.b.concurrency {
		group.Go(func() {
			for p := range work {
				if d, e := u.part(ctx, p); e != nil {
					u.note(e)
					cancel()
				} else {
					u.keep(d)
				}
				p.free()
			}
		})
	}
	for p := first; p.size > 0; {
		if p.number > maxParts {
			u.note(u.put.b.x.Unsupported(storage.Put, u.put.o.Ref, "the body has more than 10,000 parts; PartSize makes them larger"))
			p.free()
			break
		}
		select {
		case work <- p:
		case <-ctx.Done():
			p.free()
		}
		var e *waybill.Error
		if ctx.Err() != nil {
			break
		}
		if p, e = next(ctx); e != nil {
			u.note(e)
			cancel()
			break
		}
	}
	close(work)
	group.Wait()
}

// note keeps the first error that is not of our own cancelling.
func (u *upload) note(e *waybill.Error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil || u.err.Code == waybill.Canceled && e.Code != waybill.Canceled {
		u.err = e
	}
}

func (u *upload) keep(d done) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.parts = append(u.parts, d)
}

// part sends one part, again when that may help.
func (u *upload) part(ctx context.Context, p piece) (done, *waybill.Error) {
	b, c := u.put.b, u.put.call()
	c.Send = false // a part may be sent twice: the last one counts
	for try := 1; ; try++ {
		sent := &counted{ReadSeeker: p.r}
		c.Body = sent
		_, _ = sent.Seek(0, io.SeekStart)
		in := &oss.OperationInput{OpName: "UploadPart", Method: http.MethodPut, Bucket: &b.bucket, Key: &u.put.key, Body: sent,
			Headers:    map[string]string{"Content-Length": strconv.FormatInt(p.size, 10)},
			Parameters: map[string]string{"partNumber": strconv.Itoa(int(p.number)), "uploadId": u.id}}
		reply, e := b.invoke(ctx, &c, in)
		if e == nil {
			etag, sum := reply.Header.Get("ETag"), reply.Header.Get(crcHeader)
			switch {
			case etag == "":
				e = exchange.Lost(reply, "the reply to a part has no ETag")
			case sum != "" && sum != strconv.FormatUint(sent.crc, 10):
				e = exchange.Lost(reply, "a part arrived with another checksum")
			default:
				return done{p.number, etag, p.size, sent.crc}, nil
			}
		}
		if u.put.src.Err() != nil || !exchange.Again(ctx, e, try) {
			return done{}, e
		}
	}
}

// counted computes the checksum of what is read.
type counted struct {
	io.ReadSeeker
	crc uint64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	c.crc = crc64.Update(c.crc, ecma, p[:n])
	return n, err
}

// Seek must be to the beginning, or tell where it is.
func (c *counted) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekStart {
		if offset != 0 {
			return 0, errors.New("ossstorage: impossible seek")
		}
		c.crc = 0
	}
	return c.ReadSeeker.Seek(offset, whence)
}

// finish makes the object visible, if all parts are there.
func (u *upload) finish(ctx context.Context) (storage.Object, *waybill.Error) {
	p := u.put
	e := u.err
	if own := p.src.Err(); own != nil {
		e = own
	}
	// The caller's own end counts for more than what came of it.
	if ended := p.b.x.Ended(ctx, storage.Put, p.o.Ref); ended != nil && (e == nil || e.Code == waybill.Canceled || e.Code == waybill.DeadlineExceeded) {
		e = ended
	}
	if e != nil {
		own := *e
		own.Delivery = waybill.NotSent // nothing was put together
		return storage.Object{}, &own
	}
	slices.SortFunc(u.parts, func(x, y done) int { return int(x.number - y.number) })
	var size int64
	var crc uint64
	for _, d := range u.parts {
		size += d.size
		crc = oss.CRC64Combine(crc, d.crc, uint64(d.size))
	}
	reply, etag, e := u.complete(ctx)
	if e != nil {
		return storage.Object{}, e
	}
	return p.stored(reply, size, crc, etag)
}

func (u *upload) complete(ctx context.Context) (*wire.Reply, string, *waybill.Error) {
	p := u.put
	b, c := p.b, p.call()
	c.Patience = endPatience
	parts := make([]oss.UploadPart, len(u.parts))
	for i := range u.parts {
		parts[i] = oss.UploadPart{PartNumber: u.parts[i].number, ETag: &u.parts[i].etag}
	}
	in := &oss.CompleteMultipartUploadRequest{Bucket: &b.bucket, Key: &p.key, UploadId: &u.id, ForbidOverwrite: p.forbid(),
		CompleteMultipartUpload: &oss.CompleteMultipartUpload{Parts: parts}}
	out, reply, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*oss.CompleteMultipartUploadResult, error) {
		return b.oss.CompleteMultipartUpload(ctx, in)
	})
	if e == nil {
		e = b.x.Document(reply, "CompleteMultipartUploadResult", c)
	}
	if e != nil {
		return nil, "", e
	}
	return reply, oss.ToString(out.ETag), nil
}

// abort removes the parts and reports whether none is left.
func (u *upload) abort(ctx context.Context) bool {
	b, c := u.put.b, u.put.call()
	c.Send, c.Exclusive = false, false
	for try := 1; ; try++ {
		_, _, e := exchange.Do(&b.x, ctx, c, func(ctx context.Context) (*oss.AbortMultipartUploadResult, error) {
			return b.oss.AbortMultipartUpload(ctx, &oss.AbortMultipartUploadRequest{Bucket: &b.bucket, Key: &u.put.key, UploadId: &u.id})
		})
		if e == nil || e.VendorCode == "NoSuchUpload" {
			return true
		}
		if !exchange.Again(ctx, e, try) {
			return false
		}
	}
}
