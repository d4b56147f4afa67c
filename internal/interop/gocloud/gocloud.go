// Package gocloud makes a storage.Bucket a bucket of gocloud.dev/blob, whose
// conformance suite then judges the adapters.
package gocloud

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"

	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

// Bucket is a driver.Bucket over a storage.Bucket. Keys and metadata that a
// storage.Bucket does not take are escaped. Content-Encoding and
// Content-Language, which it does not have, are kept as metadata.
type Bucket struct {
	b storage.Bucket
	// signed, when set, is told of every link.
	signed func(storage.Link)
}

// The names under which attributes are kept that an object does not have. No
// escaped name has a hyphen before a letter beyond f.
const (
	metaEncoding = "content-yencoding"
	metaLanguage = "content-ylanguage"
)

var codes = map[waybill.Code]gcerrors.ErrorCode{
	waybill.InvalidArgument:    gcerrors.InvalidArgument,
	waybill.Unauthenticated:    gcerrors.PermissionDenied,
	waybill.PermissionDenied:   gcerrors.PermissionDenied,
	waybill.NotFound:           gcerrors.NotFound,
	waybill.AlreadyExists:      gcerrors.FailedPrecondition, // as the suite wants it of IfNotExist
	waybill.FailedPrecondition: gcerrors.FailedPrecondition,
	waybill.RateLimited:        gcerrors.ResourceExhausted,
	waybill.QuotaExhausted:     gcerrors.ResourceExhausted,
	waybill.Unsupported:        gcerrors.Unimplemented,
	waybill.Canceled:           gcerrors.Canceled,
	waybill.DeadlineExceeded:   gcerrors.DeadlineExceeded,
	waybill.Internal:           gcerrors.Internal,
}

// ErrorCode implements driver.Bucket. A bucket that is missing is a wrong setting
// here, and not found there.
func (b *Bucket) ErrorCode(err error) gcerrors.ErrorCode {
	e := waybill.AsError(err)
	if e.VendorCode == "NoSuchBucket" {
		return gcerrors.NotFound
	}
	if code, ok := codes[e.Code]; ok {
		return code
	}
	return gcerrors.Unknown
}

// As, ErrorAs and Close implement driver.Bucket.
func (b *Bucket) As(any) bool             { return false }
func (b *Bucket) ErrorAs(error, any) bool { return false }
func (b *Bucket) Close() error            { return nil }

func none(any) bool { return false }

// before calls a caller's hook.
func before(hook func(func(any) bool) error) error {
	if hook == nil {
		return nil
	}
	return hook(none)
}

// Attributes implements driver.Bucket.
func (b *Bucket) Attributes(ctx context.Context, key string) (*driver.Attributes, error) {
	o, err := b.b.Head(ctx, escapeKey(key))
	if err != nil {
		return nil, err
	}
	a := &driver.Attributes{CacheControl: o.CacheControl, ContentDisposition: o.ContentDisposition, ContentType: o.ContentType,
		ContentEncoding: o.Metadata[metaEncoding], ContentLanguage: o.Metadata[metaLanguage], ModTime: o.Modified, Size: o.Size, ETag: `"` + o.ETag + `"`}
	for k, v := range o.Metadata {
		if k == metaEncoding || k == metaLanguage {
			continue
		}
		if a.Metadata == nil {
			a.Metadata = map[string]string{}
		}
		a.Metadata[unescapeName(k)] = unescape(v)
	}
	return a, nil
}

// ListPaged implements driver.Bucket. A page's token is its last key.
func (b *Bucket) ListPaged(ctx context.Context, o *driver.ListOptions) (*driver.ListPage, error) {
	if err := before(o.BeforeList); err != nil {
		return nil, err
	}
	size := o.PageSize
	if size == 0 {
		size = 1000
	}
	page := new(driver.ListPage)
	last := ""
	for obj, err := range b.b.List(ctx, storage.ListOptions{Prefix: escapePrefix(o.Prefix), Delimiter: o.Delimiter, After: string(o.PageToken)}) {
		if err != nil {
			return nil, err
		}
		if len(page.Objects) == size {
			page.NextPageToken = []byte(last)
			break
		}
		last = obj.Key
		page.Objects = append(page.Objects, &driver.ListObject{Key: unescape(obj.Key), IsDir: obj.IsPrefix, Size: obj.Size, ModTime: obj.Modified})
	}
	return page, nil
}

// NewRangeReader implements driver.Bucket. A storage.Bucket has no range of
// length 0.
func (b *Bucket) NewRangeReader(ctx context.Context, key string, offset, length int64, o *driver.ReaderOptions) (driver.Reader, error) {
	if err := before(o.BeforeRead); err != nil {
		return nil, err
	}
	if length == 0 {
		obj, err := b.b.Head(ctx, escapeKey(key))
		return &reader{http.NoBody, obj}, err
	}
	r, err := b.b.Get(ctx, escapeKey(key), storage.GetOptions{Offset: offset, Length: max(length, 0)})
	if err != nil {
		return nil, err
	}
	return &reader{r, r.Object}, nil
}

type reader struct {
	io.ReadCloser
	o storage.Object
}

func (r *reader) Attributes() *driver.ReaderAttributes {
	return &driver.ReaderAttributes{ContentType: r.o.ContentType, ModTime: r.o.Modified, Size: r.o.Size}
}

func (r *reader) As(any) bool { return false }

// NewTypedWriter implements driver.Bucket: what is written is the body of a Put
// that is under way.
func (b *Bucket) NewTypedWriter(ctx context.Context, key, contentType string, o *driver.WriterOptions) (driver.Writer, error) {
	if err := before(o.BeforeWrite); err != nil {
		return nil, err
	}
	p := storage.PutOptions{Size: -1, ContentType: contentType, ContentDisposition: o.ContentDisposition, CacheControl: o.CacheControl, IfNotExists: o.IfNotExist}
	if len(o.ContentMD5) > 0 {
		p.Checksum = "md5:" + hex.EncodeToString(o.ContentMD5)
	}
	p.Metadata = map[string]string{}
	for k, v := range o.Metadata {
		p.Metadata[escapeName(k)] = escapeText(v)
	}
	for k, v := range map[string]string{metaEncoding: o.ContentEncoding, metaLanguage: o.ContentLanguage} {
		if v != "" {
			p.Metadata[k] = v
		}
	}
	pr, pw := io.Pipe()
	w := &writer{PipeWriter: pw, end: make(chan error, 1)}
	go func() {
		_, err := b.b.Put(ctx, escapeKey(key), pr, p)
		_ = pr.CloseWithError(err)
		w.end <- err
	}()
	return w, nil
}

type writer struct {
	*io.PipeWriter
	end chan error
}

// Close returns what came of the Put.
func (w *writer) Close() error {
	_ = w.PipeWriter.Close()
	return <-w.end
}

// Copy implements driver.Bucket.
func (b *Bucket) Copy(ctx context.Context, to, from string, o *driver.CopyOptions) error {
	if err := before(o.BeforeCopy); err != nil {
		return err
	}
	_, err := b.b.Copy(ctx, escapeKey(from), escapeKey(to))
	return err
}

// Delete implements driver.Bucket, where what is missing is an error.
func (b *Bucket) Delete(ctx context.Context, key string, o *driver.DeleteOptions) error {
	if err := before(o.BeforeDelete); err != nil {
		return err
	}
	if _, err := b.b.Head(ctx, escapeKey(key)); err != nil {
		return err
	}
	return b.b.Delete(ctx, escapeKey(key))
}

// SignedURL implements driver.Bucket. A storage.Bucket signs no deletes, and does
// not forbid a content type.
func (b *Bucket) SignedURL(ctx context.Context, key string, o *driver.SignedURLOptions) (string, error) {
	if o.Method == http.MethodDelete || o.EnforceAbsentContentType {
		return "", &waybill.Error{Code: waybill.Unsupported, Provider: b.b.Name(), Op: string(storage.SignedURL), Message: "no such signed URLs"}
	}
	if err := before(o.BeforeSign); err != nil {
		return "", err
	}
	l, err := b.b.SignedURL(ctx, escapeKey(key), storage.SignOptions{Method: o.Method, Expires: o.Expiry, ContentType: o.ContentType})
	if err == nil && b.signed != nil {
		b.signed(l)
	}
	return l.URL, err
}

var _ driver.Bucket = (*Bucket)(nil)
