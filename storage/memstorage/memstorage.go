// Package memstorage keeps objects in memory. It is for tests, examples and
// small things that need not survive the process; it can do all that
// storage.Bucket promises, signed URLs included.
//
// # Usage
//
//	bucket, err := memstorage.New("attachments", nil)
//
// With BaseURL and Secret it signs URLs, which [Bucket.Handler] serves:
//
//	bucket, err := memstorage.New("attachments", &memstorage.Options{
//		BaseURL: "https://files.example.com/attachments", Secret: secret,
//	})
//	mux.Handle("/attachments/", bucket.Handler())
//
// # Concurrency
//
// A Bucket is safe for concurrent use. A reader keeps the version that it
// opened, whatever is written meanwhile.
package memstorage

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/link"
)

const name = "memstorage"

// Options of [New]. Nil means the defaults.
type Options struct {
	// BaseURL and Secret switch signed URLs on: the absolute http or https URL
	// at which Handler is mounted, and at least 16 bytes.
	BaseURL string
	Secret  []byte
	// MaxObject bounds an object in bytes; a larger one is Unsupported. 0 means
	// no bound.
	MaxObject int64
	// Account is shared with other adapters; nil means one of its own.
	Account *waybill.Account
	// Now tells the time; nil means time.Now.
	Now func() time.Time
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "memstorage.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("memstorage.Options") }

// Bucket is a storage.Bucket in memory. Make one with [New].
type Bucket struct {
	bucket  string
	max     int64
	account *waybill.Account
	now     func() time.Time
	signer  *link.Signer

	mu      sync.RWMutex
	objects map[string]*object
	version uint64
}

// object is one version. It is never changed.
type object struct {
	storage.Object
	data []byte
}

// New returns an empty bucket of the given name, which stands in its objects.
// It fails with InvalidArgument for an empty name, a BaseURL without Secret or
// the other way round, a bad BaseURL or a short Secret.
func New(bucket string, o *Options) (*Bucket, error) {
	if o == nil {
		o = new(Options)
	}
	b := &Bucket{bucket: bucket, max: o.MaxObject, account: o.Account, now: o.Now, objects: make(map[string]*object)}
	switch {
	case bucket == "":
		return nil, waybill.Invalid("new", "the bucket's name is empty").With(name, "", "")
	case o.MaxObject < 0:
		return nil, waybill.Invalid("new", "MaxObject is negative").With(name, "", "")
	}
	if b.max == 0 {
		b.max = math.MaxInt64
	}
	if b.account == nil {
		b.account = waybill.NewAccount(name, waybill.Limits{})
	}
	if b.now == nil {
		b.now = time.Now
	}
	if o.BaseURL != "" || len(o.Secret) > 0 {
		s, err := link.NewSigner(o.BaseURL, bucket, o.Secret, b.now)
		if err != nil {
			return nil, waybill.AsError(err).With(name, "", "")
		}
		b.signer = s
	}
	return b, nil
}

// Name returns "memstorage".
func (b *Bucket) Name() string { return name }

// Account returns the account given in the options, or the bucket's own.
func (b *Bucket) Account() *waybill.Account { return b.account }

// Capabilities says that everything is there, signed URLs with BaseURL and
// Secret. An object with an Expires is gone at that moment.
func (b *Bucket) Capabilities() storage.Capabilities {
	c := storage.Capabilities{IfNotExists: true, Range: true, Copy: true, Expires: true, Checksum: "crc32",
		SignedGet: b.signer != nil, SignedPut: b.signer != nil}
	if b.max != math.MaxInt64 {
		c.MaxObject = b.max
	}
	return c
}

// Handler serves the bucket's signed URLs under its BaseURL. Without BaseURL
// and Secret every request is 403.
func (b *Bucket) Handler() http.Handler {
	if b.signer == nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
		})
	}
	return link.Handler(b.signer, b)
}

// begin checks what every verb checks.
func (b *Bucket) begin(ctx context.Context, op waybill.Verb, ref string, keys ...string) error {
	for _, k := range keys {
		if err := storage.ValidateKey(op, k); err != nil {
			return waybill.AsError(err).With("", "", ref)
		}
	}
	if e := waybill.FromContext(ctx); e != nil {
		e.Delivery = waybill.NotSent
		return e.With(name, string(op), ref)
	}
	return nil
}

func failure(code waybill.Code, op waybill.Verb, ref, message string) error {
	return &waybill.Error{Code: code, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: name, Op: string(op), Ref: ref, Message: message}
}

// lookup finds an object, nil if there is none, or no longer.
func (b *Bucket) lookup(key string) *object {
	b.mu.RLock()
	v := b.objects[key]
	b.mu.RUnlock()
	if v == nil || !v.over(b.now()) {
		return v
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.objects[key] == v {
		delete(b.objects, key)
	}
	return nil
}

// over reports whether the object's time is up.
func (v *object) over(now time.Time) bool { return !v.Expires.IsZero() && !now.Before(v.Expires) }

// copy returns attributes that the caller may change.
func (v *object) copy() storage.Object {
	o := v.Object
	o.Metadata = maps.Clone(o.Metadata)
	return o
}

// Copy makes a copy under another key; both share the bytes.
func (b *Bucket) Copy(ctx context.Context, from, to string) (storage.Object, error) {
	if err := b.begin(ctx, storage.Copy, "", from, to); err != nil {
		return storage.Object{}, err
	}
	v := b.lookup(from)
	if v == nil {
		return storage.Object{}, failure(waybill.NotFound, storage.Copy, "", "no such object")
	}
	c := &object{v.copy(), v.data}
	c.Key = to
	return b.publish(ctx, storage.Copy, "", c, false)
}

// SignedURL returns a link that Handler serves. Without BaseURL and Secret it is
// Unsupported.
func (b *Bucket) SignedURL(ctx context.Context, key string, o storage.SignOptions) (storage.Link, error) {
	if err := o.Validate(); err != nil {
		return storage.Link{}, err
	}
	if err := b.begin(ctx, storage.SignedURL, "", key); err != nil {
		return storage.Link{}, err
	}
	if b.signer == nil {
		return storage.Link{}, failure(waybill.Unsupported, storage.SignedURL, "", "the bucket was made without BaseURL and Secret")
	}
	return b.signer.Sign(key, o), nil
}

func sum(data []byte) string {
	h := crc32.NewIEEE()
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

var (
	_ storage.Bucket    = (*Bucket)(nil)
	_ waybill.Accounted = (*Bucket)(nil)
)
