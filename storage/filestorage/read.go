package filestorage

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/body"
)

// Head returns an object's attributes.
func (b *Bucket) Head(ctx context.Context, key string) (storage.Object, error) {
	p, err := b.begin(ctx, storage.Head, "", key)
	if err != nil {
		return storage.Object{}, err
	}
	s, err := b.readSidecar(p)
	if err != nil {
		return storage.Object{}, failure(storage.Head, "", err)
	}
	return s.object(b.bucket), nil
}

// Get opens an object. A whole one is verified against its SHA-256, a range by
// its length.
func (b *Bucket) Get(ctx context.Context, key string, o storage.GetOptions) (*storage.Reader, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	p, err := b.begin(ctx, storage.Get, "", key)
	if err != nil {
		return nil, err
	}
	s, f, err := b.open(p)
	if err != nil {
		return nil, failure(storage.Get, "", err)
	}
	r, err := b.reader(ctx, s, f, o)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return r, nil
}

// open opens the content that the sidecar names, again when it was overwritten
// in between.
func (b *Bucket) open(p place) (*sidecar, *os.File, error) {
	last := ""
	for {
		s, err := b.readSidecar(p)
		if err != nil {
			return nil, nil, err
		}
		f, err := b.root.Open(p.content(s.Content))
		if err == nil {
			return s, f, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, err
		}
		if s.Content == last {
			return nil, nil, refused(waybill.DataLoss, storage.Get, "", "the object's content is missing")
		}
		last = s.Content
	}
}

func (b *Bucket) reader(ctx context.Context, s *sidecar, f *os.File, o storage.GetOptions) (*storage.Reader, error) {
	obj := s.object(b.bucket)
	if o.IfMatch != "" && o.IfMatch != obj.ETag {
		return nil, refused(waybill.FailedPrecondition, storage.Get, "", "the object has another ETag")
	}
	start, n, ok := body.Span(o.Offset, o.Length, s.Size)
	if !ok {
		return nil, body.OutOfRange(name, string(storage.Get))
	}
	info, err := f.Stat()
	if err != nil {
		return nil, failure(storage.Get, "", err)
	}
	if info.Size() != s.Size {
		return nil, refused(waybill.DataLoss, storage.Get, "", "the object does not have its size")
	}
	var h hash.Hash
	if n == s.Size {
		h = sha256.New()
	}
	content := &reader{ctx: ctx, f: f}
	content.r = body.Verify(name, string(storage.Get), io.NewSectionReader(f, start, n), n, h, s.SHA256)
	return &storage.Reader{ReadCloser: content, Object: obj, Offset: start, Length: n}, nil
}

// reader ends with its context.
type reader struct {
	ctx context.Context
	r   io.Reader
	f   *os.File
}

func (r *reader) Read(p []byte) (int, error) {
	if e := waybill.FromContext(r.ctx); e != nil {
		return 0, e.With(name, string(storage.Get), "")
	}
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		err = failure(storage.Get, "", err)
	}
	return n, err
}

func (r *reader) Close() error {
	if err := r.f.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return failure(storage.Get, "", err)
	}
	return nil
}
