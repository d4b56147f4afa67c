package memstorage

import (
	"bytes"
	"context"
	"io"
	"maps"
	"math"
	"strconv"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/body"
)

// Put reads body to its end and then makes the object visible at once. A body
// whose Read blocks holds the call up; the context is looked at between reads.
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader, o storage.PutOptions) (storage.Object, error) {
	if err := o.Validate(); err != nil {
		return storage.Object{}, err
	}
	if err := b.begin(ctx, storage.Put, o.Ref, key); err != nil {
		return storage.Object{}, err
	}
	if !o.Expires.IsZero() && !o.Expires.After(b.now()) {
		return storage.Object{}, waybill.Invalid(string(storage.Put), "Expires is over").With(name, "", o.Ref)
	}
	src := body.New(ctx, string(storage.Put), o.Ref, r, o.Size)
	if e := src.Expect(o.Checksum); e != nil {
		return storage.Object{}, e.With(name, "", "")
	}
	if src.Size() > b.max {
		return storage.Object{}, failure(waybill.Unsupported, storage.Put, o.Ref, "the object is larger than this bucket takes")
	}
	if o.IfNotExists && b.lookup(key) != nil {
		return storage.Object{}, failure(waybill.AlreadyExists, storage.Put, o.Ref, "the object exists")
	}
	var buf bytes.Buffer
	buf.Grow(int(min(max(src.Size(), 0), 8<<20)) + bytes.MinRead)
	if b.max != math.MaxInt64 {
		r = io.LimitReader(src, b.max+1)
	} else {
		r = src
	}
	if _, err := buf.ReadFrom(r); err != nil {
		return storage.Object{}, waybill.AsError(err).With(name, string(storage.Put), o.Ref)
	}
	if int64(buf.Len()) > b.max {
		return storage.Object{}, failure(waybill.Unsupported, storage.Put, o.Ref, "the object is larger than this bucket takes")
	}
	data := bytes.Clone(buf.Bytes())
	obj := storage.Object{Key: key, Size: int64(len(data)), ContentType: o.ContentType, ContentDisposition: o.ContentDisposition,
		CacheControl: o.CacheControl, Metadata: maps.Clone(o.Metadata), Checksum: "crc32:" + sum(data), Expires: o.Expires}
	if obj.ContentType == "" {
		obj.ContentType = "application/octet-stream"
	}
	return b.publish(ctx, storage.Put, o.Ref, &object{obj, data}, o.IfNotExists)
}

// publish makes a version visible.
func (b *Bucket) publish(ctx context.Context, op waybill.Verb, ref string, v *object, ifNotExists bool) (storage.Object, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.begin(ctx, op, ref); err != nil {
		return storage.Object{}, err
	}
	if old := b.objects[v.Key]; ifNotExists && old != nil && !old.over(b.now()) {
		return storage.Object{}, failure(waybill.AlreadyExists, op, ref, "the object exists")
	}
	b.version++
	v.ETag = v.Checksum[len("crc32:"):] + "-" + strconv.FormatUint(b.version, 36)
	v.Modified = b.now().UTC()
	v.Provider, v.Bucket = name, b.bucket
	b.objects[v.Key] = v
	return v.copy(), nil
}
