package memstorage

import (
	"bytes"
	"context"
	"io"
	"iter"
	"slices"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/body"
)

// Get opens an object; what is read is verified by its length.
func (b *Bucket) Get(ctx context.Context, key string, o storage.GetOptions) (*storage.Reader, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if err := b.begin(ctx, storage.Get, "", key); err != nil {
		return nil, err
	}
	v := b.lookup(key)
	if v == nil {
		return nil, failure(waybill.NotFound, storage.Get, "", "no such object")
	}
	if o.IfMatch != "" && o.IfMatch != v.ETag {
		return nil, failure(waybill.FailedPrecondition, storage.Get, "", "the object has another ETag")
	}
	start, n, ok := body.Span(o.Offset, o.Length, v.Size)
	if !ok {
		return nil, body.OutOfRange(name, string(storage.Get))
	}
	return &storage.Reader{ReadCloser: &reader{ctx: ctx, Reader: bytes.NewReader(v.data[start : start+n])}, Object: v.copy(), Offset: start, Length: n}, nil
}

// reader ends with its context and with Close.
type reader struct {
	ctx context.Context
	*bytes.Reader
	closed bool
}

func (r *reader) Read(p []byte) (int, error) {
	if r.closed {
		return 0, failure(waybill.InvalidArgument, storage.Get, "", "the reader is closed")
	}
	if e := waybill.FromContext(r.ctx); e != nil {
		return 0, e.With(name, string(storage.Get), "")
	}
	return r.Reader.Read(p)
}

// WriteTo keeps io.Copy from passing Read by.
func (r *reader) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{r})
}

// Close ends the reader.
func (r *reader) Close() error {
	r.closed = true
	return nil
}

// Head returns an object's attributes.
func (b *Bucket) Head(ctx context.Context, key string) (storage.Object, error) {
	if err := b.begin(ctx, storage.Head, "", key); err != nil {
		return storage.Object{}, err
	}
	v := b.lookup(key)
	if v == nil {
		return storage.Object{}, failure(waybill.NotFound, storage.Head, "", "no such object")
	}
	return v.copy(), nil
}

// Delete removes the objects, all at once.
func (b *Bucket) Delete(ctx context.Context, keys ...string) error {
	if err := b.begin(ctx, storage.Delete, "", keys...); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range keys {
		delete(b.objects, k)
	}
	return nil
}

// List yields what was there when the iteration began.
func (b *Bucket) List(ctx context.Context, o storage.ListOptions) iter.Seq2[storage.Object, error] {
	return func(yield func(storage.Object, error) bool) {
		err := o.Validate()
		if err == nil {
			err = b.begin(ctx, storage.List, "")
		}
		if err != nil {
			yield(storage.Object{}, err)
			return
		}
		last := ""
		for _, v := range b.snapshot(o) {
			entry, prefix, _ := o.Folded(v.Key)
			if prefix && entry == last {
				continue
			}
			last = entry
			if err := b.begin(ctx, storage.List, ""); err != nil {
				yield(storage.Object{}, err)
				return
			}
			out := storage.Object{Key: entry, IsPrefix: true}
			if !prefix {
				out = v.copy()
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}

// snapshot returns the versions that are listed, in byte order.
func (b *Bucket) snapshot(o storage.ListOptions) []*object {
	now := b.now()
	b.mu.RLock()
	defer b.mu.RUnlock()
	var found []*object
	for k, v := range b.objects {
		if _, _, ok := o.Folded(k); ok && !v.over(now) {
			found = append(found, v)
		}
	}
	slices.SortFunc(found, func(x, y *object) int {
		if x.Key < y.Key {
			return -1
		}
		return 1
	})
	return found
}
