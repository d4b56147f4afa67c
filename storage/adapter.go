package storage

import (
	"context"
	"io"

	"github.com/waybill-go/waybill/storage/internal/body"
)

// PutBody returns the body of a Put as a bucket reads it, and its size in bytes,
// -1 when that is not known. It is for adapters; applications have no need of
// it.
//
// The reader looks at ctx before each read, holds the body to the Size and the
// Checksum of o, and fails with a *waybill.Error that is NotSent: the caller's
// end, or InvalidArgument for a body that fails, or that is not what o says. The
// last bytes of a body whose size is known come only when it is certain that
// nothing follows, and the end only when the checksum is right; nothing may be
// visible before that. A nil body is empty. The error is that of a body which
// could be read once beforehand, for the checksum, and has another.
func PutBody(ctx context.Context, r io.Reader, o PutOptions) (io.Reader, int64, error) {
	src := body.New(ctx, string(Put), o.Ref, r, o.Size)
	if e := src.Expect(o.Checksum); e != nil {
		return nil, 0, e
	}
	return src, src.Size(), nil
}

// Span returns which bytes of an object of size bytes are meant: n of them, from
// start. What reaches beyond the end is cut; when nothing of the object lies in
// the range the error is InvalidArgument. It is for adapters.
func (o GetOptions) Span(size int64) (start, n int64, err error) {
	start, n, ok := body.Span(o.Offset, o.Length, size)
	if !ok {
		return 0, 0, body.OutOfRange("storage", string(Get))
	}
	return start, n, nil
}

// Verify returns a reader of exactly size bytes of r, for adapters whose store
// has no verified reads of its own. What is shorter, longer or has another
// checksum (as in [Object]; empty or of another kind means none is compared) is
// DataLoss of the provider. The last bytes come only after they were verified.
func Verify(provider string, r io.Reader, size int64, checksum string) io.Reader {
	h, sum, ok := body.Hash(checksum)
	if !ok {
		h, sum = nil, ""
	}
	return body.Verify(provider, string(Get), r, size, h, sum)
}
