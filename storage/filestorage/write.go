package filestorage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"strconv"
	"sync"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/body"
)

// publishTries bounds the repeats when a folder is removed by a Delete between
// its making and its use.
const publishTries = 8

// Put streams body into a temporary file and makes it visible when it is whole
// and on the disk. A body whose Read blocks holds the call up; the context is
// looked at between reads.
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader, o storage.PutOptions) (storage.Object, error) {
	if err := o.Validate(); err != nil {
		return storage.Object{}, err
	}
	p, err := b.begin(ctx, storage.Put, o.Ref, key)
	if err != nil {
		return storage.Object{}, err
	}
	src := body.New(ctx, string(storage.Put), o.Ref, r, o.Size)
	if e := src.Expect(o.Checksum); e != nil {
		return storage.Object{}, e.With(name, "", "")
	}
	if b.max > 0 && src.Size() > b.max {
		return storage.Object{}, errTooLarge(o.Ref)
	}
	if o.IfNotExists {
		if _, err := b.root.Lstat(p.sidecar()); err == nil {
			return storage.Object{}, errExists(o.Ref)
		}
	}
	s := &sidecar{Version: sidecarVersion, Key: key, Content: newID(), Type: o.ContentType, Disposition: o.ContentDisposition,
		Cache: o.CacheControl, Metadata: maps.Clone(o.Metadata)}
	if s.Type == "" {
		s.Type = "application/octet-stream"
	}
	file, err := b.writeTemporary(func(w io.Writer) error {
		h := sha256.New()
		n, err := b.copy(io.MultiWriter(w, h), src)
		if err == nil && b.max > 0 && n > b.max {
			err = errTooLarge(o.Ref)
		}
		s.Size, s.SHA256 = n, hex.EncodeToString(h.Sum(nil))
		return err
	})
	if err != nil {
		return storage.Object{}, failure(storage.Put, o.Ref, err)
	}
	if err := ended(ctx, storage.Put, o.Ref); err != nil {
		_ = b.root.Remove(file)
		return storage.Object{}, err
	}
	move := func(to string) error { return b.root.Rename(file, to) }
	if err := b.publish(p, s, move, o.IfNotExists); err != nil {
		_ = b.root.Remove(file)
		return storage.Object{}, failure(storage.Put, o.Ref, err)
	}
	return s.object(b.bucket), nil
}

func errExists(ref string) error {
	return refused(waybill.AlreadyExists, storage.Put, ref, "the object exists")
}

func errTooLarge(ref string) error {
	return refused(waybill.Unsupported, storage.Put, ref, "the object is larger than this bucket takes")
}

// buffers are what bodies are copied through.
var buffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

// copy copies the body, one byte more than the bound at most.
func (b *Bucket) copy(w io.Writer, src io.Reader) (int64, error) {
	if b.max > 0 {
		src = io.LimitReader(src, b.max+1)
	}
	buf := buffers.Get().(*[128 << 10]byte)
	defer buffers.Put(buf)
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{src}, buf[:])
}

// Delete removes the objects. With several keys the error says how many were
// left.
func (b *Bucket) Delete(ctx context.Context, keys ...string) error {
	places := make([]place, len(keys))
	for i, k := range keys {
		p, err := b.begin(ctx, storage.Delete, "", k)
		if err != nil {
			return err
		}
		places[i] = p
	}
	var first error
	failed := 0
	for _, p := range places {
		err := ended(ctx, storage.Delete, "")
		if err == nil {
			err = b.remove(p)
		}
		if err != nil {
			failed++
			if first == nil {
				first = err
			}
		}
	}
	if first == nil {
		return nil
	}
	e := *waybill.AsError(failure(storage.Delete, "", first))
	if len(keys) > 1 {
		e.Message = strconv.Itoa(failed) + " of " + strconv.Itoa(len(keys)) + " objects were not deleted: " + e.Message
	}
	return &e
}

func (b *Bucket) remove(p place) error {
	lock := &b.locks[p.stripe(len(b.locks))]
	lock.Lock()
	defer lock.Unlock()
	s, err := b.readSidecar(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	// A damaged sidecar goes too; its content is left to Sweep.
	if err != nil && !errors.Is(err, errSidecar) && waybill.CodeOf(err) != waybill.DataLoss {
		return err
	}
	if err := b.root.Remove(p.sidecar()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := b.syncDir(p.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if s != nil {
		_ = b.root.Remove(p.content(s.Content))
	}
	for dir := p.dir; dir != "."; dir = path.Dir(dir) {
		if b.root.Remove(dir) != nil { // not empty
			break
		}
	}
	return nil
}

// Copy makes a copy under another key; where the file system can, both share
// the content.
func (b *Bucket) Copy(ctx context.Context, from, to string) (storage.Object, error) {
	src, err := b.begin(ctx, storage.Copy, "", from)
	if err != nil {
		return storage.Object{}, err
	}
	dst, err := b.begin(ctx, storage.Copy, "", to)
	if err != nil {
		return storage.Object{}, err
	}
	for range publishTries {
		old, err := b.readSidecar(src)
		if err != nil {
			return storage.Object{}, failure(storage.Copy, "", err)
		}
		c := *old
		c.Key, c.Content = to, newID()
		err = b.publish(dst, &c, func(name string) error { return b.share(ctx, src.content(old.Content), name) }, false)
		if errors.Is(err, fs.ErrNotExist) { // overwritten meanwhile
			continue
		}
		if err != nil {
			return storage.Object{}, failure(storage.Copy, "", err)
		}
		return c.object(b.bucket), nil
	}
	return storage.Object{}, refused(waybill.Unavailable, storage.Copy, "", "the object is overwritten all the time")
}

// share links a content under another name, or copies it.
func (b *Bucket) share(ctx context.Context, from, to string) error {
	err := b.root.Link(from, to)
	if err == nil {
		// Sweep judges by the age.
		now := b.now()
		return b.root.Chtimes(to, now, now)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := b.root.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	file, err := b.writeTemporary(func(w io.Writer) error {
		_, err := io.Copy(w, body.New(ctx, string(storage.Copy), "", f, 0))
		return err
	})
	if err != nil {
		return err
	}
	return b.root.Rename(file, to)
}
