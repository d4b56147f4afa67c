package mail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

// peekMost is how much of an attachment of unknown size is read ahead. What ends
// within it is kept in memory and sent with the mail; what does not becomes a
// link.
const peekMost = 256 << 10

// cleanupTime bounds the removal of objects that are not needed any more.
const cleanupTime = 15 * time.Second

// graceTime is how much longer than its link a bucket is asked to keep an
// object.
const graceTime = 24 * time.Hour

// measure learns the sizes that are not known: of an object from its bucket, of
// another source by reading its beginning. A size that is still not known
// afterwards is -1.
func (r *request) measure(ctx context.Context) error {
	for i := range r.m.Attachments {
		a := &r.m.Attachments[i]
		switch {
		case a.Size > 0 || a.Size == peekedSize || !r.linkable(a):
		case a.Object != "":
			o, err := a.Bucket.Head(ctx, a.Object)
			if err != nil {
				return r.bucketFailed(err)
			}
			a.Size = o.Size
		case r.off.Bucket != nil:
			if err := r.peek(ctx, a, r.src[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// peekedSize marks a source that was found too long to be measured.
const peekedSize = -2

// peek reads the beginning of a source.
func (r *request) peek(ctx context.Context, a *Attachment, s *source) error {
	rc, _, err := a.open(ctx)
	if err != nil {
		return r.sourceFailed(ctx, err)
	}
	head, err := io.ReadAll(io.LimitReader(rc, peekMost))
	if err != nil {
		_ = rc.Close()
		return r.sourceFailed(ctx, err)
	}
	if len(head) < peekMost {
		_ = rc.Close()
		a.Size = int64(len(head))
		s.from = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(head)), nil }
		s.opened = false
		return nil
	}
	a.Size, s.ready = peekedSize, &joined{Reader: io.MultiReader(bytes.NewReader(head), rc), Closer: rc}
	return nil
}

// joined is a source with its beginning put back.
type joined struct {
	io.Reader
	io.Closer
}

func (r *request) sourceFailed(ctx context.Context, err error) error {
	c := composer{ctx: ctx, m: &r.m}
	e := c.sourceFailed(err)
	if e.Code == waybill.FailedPrecondition {
		e.Message = "an attachment could not be read"
	}
	return e
}

// bucketFailed says that nothing was sent, whatever the bucket did.
func (r *request) bucketFailed(err error) error {
	e := *waybill.AsError(err)
	e.Delivery = waybill.NotSent
	return e.With("storage", string(Send), r.m.Key)
}

// link makes a link of an attachment.
func (r *request) link(ctx context.Context, a *Attachment) (Link, error) {
	bucket := a.Bucket
	var o storage.Object
	var err error
	if a.Object == "" || !bucket.Capabilities().SignedGet && !(r.off.Link != nil && same(bucket, r.off.Bucket)) {
		bucket = r.off.Bucket
		o, err = r.upload(ctx, a)
	} else {
		o, err = r.stored(ctx, a)
	}
	if err != nil {
		return Link{}, err
	}
	now := time.Now()
	asked := r.off.Expires
	if asked == 0 {
		asked = storage.MaxSignedURL
	}
	l := Link{Name: a.Name, Size: o.Size, Key: o.Key}
	gone := o.Expires
	if r.off.Link != nil && same(bucket, r.off.Bucket) {
		o.ContentDisposition = disposition("attachment", a.Name)
		l.URL, l.Expires, err = r.off.Link(ctx, o)
	} else {
		var signed storage.Link
		signed, err = bucket.SignedURL(ctx, o.Key, storage.SignOptions{Expires: min(asked, storage.MaxSignedURL),
			ContentDisposition: disposition("attachment", a.Name), ContentType: a.Type})
		l.URL, l.Expires = signed.URL, signed.Expires
	}
	if err != nil {
		return Link{}, r.bucketFailed(err)
	}
	if end := now.Add(asked); l.Expires.After(end) {
		l.Expires = end
	}
	if !gone.IsZero() && l.Expires.After(gone) {
		l.Expires = gone
	}
	if !validURL(l.URL) {
		return Link{}, r.noPromise("the link is no absolute http or https URL")
	}
	if l.Expires.Sub(now) < r.off.MinLife-2*time.Second || !l.Expires.After(now) {
		return Link{}, r.noPromise("the link would live shorter than MinLife")
	}
	return l, nil
}

// stored looks at an object to which a link is to lead: it must be there, as long
// as was said, and a link cannot outlive it. The end of a temporary one is in its
// key, and Sweep takes it at its word.
func (r *request) stored(ctx context.Context, a *Attachment) (storage.Object, error) {
	o, err := a.Bucket.Head(ctx, a.Object)
	if err != nil {
		return o, r.bucketFailed(err)
	}
	if a.Size > 0 && a.Size != o.Size {
		return o, r.sourceFailed(ctx, errShort)
	}
	if end, temporary := expiryOf(o.Key); temporary && (o.Expires.IsZero() || end.Before(o.Expires)) {
		o.Expires = end
	}
	if a.Type != "" {
		o.ContentType = a.Type
	}
	return o, nil
}

// same compares buckets, also those that cannot be compared.
func same(a, b storage.Bucket) bool {
	return a != nil && b != nil && reflect.ValueOf(a).Comparable() && a == b
}

func (r *request) noPromise(why string) error {
	return &waybill.Error{Code: waybill.FailedPrecondition, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: "mail", Op: string(Send), Ref: r.m.Key, Message: why}
}

// upload puts an attachment into the bucket under a key that nobody can guess.
func (r *request) upload(ctx context.Context, a *Attachment) (storage.Object, error) {
	off := r.off
	key := off.Prefix
	if off.KeyFunc != nil {
		if mid := strings.Trim(off.KeyFunc(&r.m, a), "/"); mid != "" {
			key += mid + "/"
		}
	}
	// The life of the promise, and a day on top for a download or a send that is
	// under way then: no sweep comes earlier.
	expires := time.Now().Add(off.Expires + graceTime)
	key = TemporaryKey(key, expires)
	body, size, err := a.open(ctx)
	if err != nil {
		return storage.Object{}, r.sourceFailed(ctx, err)
	}
	defer body.Close()
	watch := &watched{r: body}
	from := watch.reader()
	if size <= 0 {
		size = -1
	}
	r.own = append(r.own, key)
	// Not IfNotExists: nobody has this key, and with several buckets it would
	// need an answer of each, also of one that is down.
	o, err := off.Bucket.Put(ctx, key, from, storage.PutOptions{Size: size, Fresh: true,
		ContentType: a.Type, ContentDisposition: disposition("attachment", a.Name),
		Expires: expires, Metadata: map[string]string{MetaMail: r.m.MessageID}, Region: r.m.Region, Ref: r.m.Key})
	switch {
	case watch.failure() != nil:
		return storage.Object{}, r.sourceFailed(ctx, watch.failure())
	case err != nil:
		return storage.Object{}, r.bucketFailed(err)
	case size > 0 && o.Size != size:
		return storage.Object{}, r.sourceFailed(ctx, errShort)
	}
	if o.Key != key { // a client over several buckets prefixes it
		r.own[len(r.own)-1] = o.Key
	}
	return o, nil
}

// watched remembers the failure of a source, to tell it from the bucket's.
type watched struct {
	r io.Reader

	mu  sync.Mutex
	err error
}

// Read implements io.Reader.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	return n, w.note(err)
}

func (w *watched) note(err error) error {
	if err != nil && !errors.Is(err, io.EOF) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.err == nil {
			w.err = err
		}
	}
	return err
}

func (w *watched) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// reader returns what a bucket reads: a file remains one, so that it can be read
// where it lies, and again.
func (w *watched) reader() io.Reader {
	if o, ok := w.r.(*onceCloser); ok {
		if f, ok := o.ReadCloser.(seekerAt); ok {
			return &watchedFile{w, f}
		}
	}
	return w
}

type seekerAt interface {
	io.Seeker
	io.ReaderAt
}

// watchedFile is a source like a file.
type watchedFile struct {
	*watched
	f seekerAt
}

// Seek implements io.Seeker. A failure is none of the source's: pipes cannot, and
// are read as they come then.
func (w *watchedFile) Seek(offset int64, whence int) (int64, error) { return w.f.Seek(offset, whence) }

// ReadAt implements io.ReaderAt.
func (w *watchedFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := w.f.ReadAt(p, off)
	return n, w.note(err)
}

// discard removes the objects of a mail that was certainly not sent. What cannot
// be removed expires later.
func (r *request) discard(ctx context.Context) {
	if len(r.own) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	_ = r.off.Bucket.Delete(ctx, r.own...)
	r.own = nil
}
