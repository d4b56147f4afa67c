// Package filestorage keeps objects in a folder of a file system.
//
// # Layout
//
// An object is two files in the folder of its key: the content, which is never
// changed once it has its name, and a sidecar with the attributes, which names
// the content. The rename of the sidecar is what makes an object visible, so
// content and attributes always belong together. Names are the key's own, with
// the few characters that file systems dislike escaped. Nothing but this
// package should write below the folder; several processes may.
//
// # Durability
//
// A Put that returned is on the disk: content, sidecar and folder are synced.
// After a crash an object is the old or the new version, whole. What a crash
// leaves behind is invisible; [New] removes stale temporary files and
// [Bucket.Sweep] stale contents.
//
// # Safety
//
// Everything goes through an os.Root, so that neither keys nor symbolic links
// lead out of the folder.
//
// # Concurrency
//
// A Bucket is safe for concurrent use. A reader keeps the version it opened.
// IfNotExists is exact between processes too, by hard links, which the file
// system must have.
package filestorage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/link"
)

const (
	name = "filestorage"
	// temporary is the folder of unfinished files. No key escapes to it.
	temporary = "%tmp"
	// DefaultStale is the age at which New removes temporary files.
	DefaultStale = 24 * time.Hour
)

// Options of [New]. Nil means the defaults.
type Options struct {
	// BaseURL and Secret switch signed URLs on: the absolute http or https URL
	// at which Handler is mounted, and at least 16 bytes.
	BaseURL string
	Secret  []byte
	// MaxObject bounds an object in bytes; a larger one is Unsupported. 0 means
	// no bound.
	MaxObject int64
	// Stale is the age at which temporary files are taken for left behind and
	// removed by New. 0 means DefaultStale, negative means never.
	Stale time.Duration
	// Account is shared with other adapters; nil means one of its own.
	Account *waybill.Account
	// Now tells the time; nil means time.Now.
	Now func() time.Time
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "filestorage.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("filestorage.Options") }

// Bucket is a storage.Bucket in a folder. Make one with [New], end it with
// [Bucket.Close].
type Bucket struct {
	bucket  string
	root    *os.Root
	max     int64
	account *waybill.Account
	now     func() time.Time
	signer  *link.Signer
	locks   [64]sync.Mutex
}

// New opens the folder dir as a bucket, and makes it if it is missing. The
// bucket's name, which stands in its objects, is the folder's. It fails with
// InvalidArgument for bad options, and as the file system does for the folder.
func New(dir string, o *Options) (*Bucket, error) {
	if o == nil {
		o = new(Options)
	}
	b := &Bucket{max: o.MaxObject, account: o.Account, now: o.Now}
	switch {
	case dir == "":
		return nil, waybill.Invalid("new", "the folder is empty").With(name, "", "")
	case o.MaxObject < 0:
		return nil, waybill.Invalid("new", "MaxObject is negative").With(name, "", "")
	}
	if b.account == nil {
		b.account = waybill.NewAccount(name, waybill.Limits{})
	}
	if b.now == nil {
		b.now = time.Now
	}
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, failure("new", "", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, failure("new", "", err)
	}
	b.root, b.bucket = root, base(dir)
	if o.BaseURL != "" || len(o.Secret) > 0 {
		if b.signer, err = link.NewSigner(o.BaseURL, b.bucket, o.Secret, b.now); err != nil {
			_ = root.Close()
			return nil, waybill.AsError(err).With(name, "", "")
		}
	}
	if err := b.start(o.Stale); err != nil {
		_ = root.Close()
		return nil, failure("new", "", err)
	}
	return b, nil
}

// base is the last name of a folder's path.
func base(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return filepath.Base(dir)
}

// start makes the folder of temporary files and sweeps it.
func (b *Bucket) start(stale time.Duration) error {
	if err := b.root.Mkdir(temporary, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if stale < 0 {
		return nil
	}
	if stale == 0 {
		stale = DefaultStale
	}
	_, err := b.sweepTemporary(b.now().Add(-stale))
	return err
}

// Close ends the bucket; its verbs then fail with Unavailable. Readers go on.
func (b *Bucket) Close() error {
	if err := b.root.Close(); err != nil {
		return failure("close", "", err)
	}
	return nil
}

// Name returns "filestorage".
func (b *Bucket) Name() string { return name }

// Account returns the account given in the options, or the bucket's own.
func (b *Bucket) Account() *waybill.Account { return b.account }

// Capabilities says that everything but expiry is there, signed URLs with
// BaseURL and Secret.
func (b *Bucket) Capabilities() storage.Capabilities {
	return storage.Capabilities{IfNotExists: true, Range: true, Copy: true, Checksum: "sha256", MaxObject: b.max,
		SignedGet: b.signer != nil, SignedPut: b.signer != nil}
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

// SignedURL returns a link that Handler serves. Without BaseURL and Secret it is
// Unsupported.
func (b *Bucket) SignedURL(ctx context.Context, key string, o storage.SignOptions) (storage.Link, error) {
	if err := o.Validate(); err != nil {
		return storage.Link{}, err
	}
	if _, err := b.begin(ctx, storage.SignedURL, "", key); err != nil {
		return storage.Link{}, err
	}
	if b.signer == nil {
		return storage.Link{}, refused(waybill.Unsupported, storage.SignedURL, "", "the bucket was made without BaseURL and Secret")
	}
	return b.signer.Sign(key, o), nil
}

// begin checks what every verb checks and returns the key's place.
func (b *Bucket) begin(ctx context.Context, op waybill.Verb, ref, key string) (place, error) {
	if err := storage.ValidateKey(op, key); err != nil {
		return place{}, waybill.AsError(err).With("", "", ref)
	}
	if e := ended(ctx, op, ref); e != nil {
		return place{}, e
	}
	p, ok := placeOf(key)
	if !ok {
		return place{}, refused(waybill.Unsupported, op, ref, "a segment of the key is too long for a file's name")
	}
	return p, nil
}

// ended returns the caller's end, before anything was done.
func ended(ctx context.Context, op waybill.Verb, ref string) error {
	e := waybill.FromContext(ctx)
	if e == nil {
		return nil
	}
	e.Delivery = waybill.NotSent
	return e.With(name, string(op), ref)
}

// refused is an error of our own, with nothing done.
func refused(code waybill.Code, op waybill.Verb, ref, message string) *waybill.Error {
	return &waybill.Error{Code: code, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: name, Op: string(op), Ref: ref, Message: message}
}

// failure classifies an error of the file system. Nothing was done. Of the
// error only the system call's number is kept, since its text names paths.
func failure(op waybill.Verb, ref string, err error) error {
	var own *waybill.Error
	if errors.As(err, &own) {
		return own.With(name, string(op), ref)
	}
	e := &waybill.Error{Code: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent, Provider: name, Op: string(op), Ref: ref,
		Message: "the file system failed"}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		e.Err, e.Message = errno, errno.Error()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Code, e.Scope, e.Message = waybill.NotFound, waybill.ScopeRequest, "no such object"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		e.Code, e.Scope = waybill.QuotaExhausted, waybill.ScopeAccount
	case errors.Is(err, syscall.ENAMETOOLONG):
		e.Code, e.Scope = waybill.Unsupported, waybill.ScopeRequest
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		e.Code, e.Scope = waybill.PermissionDenied, waybill.ScopeAccount
	case errors.Is(err, fs.ErrClosed):
		e.Code, e.Message = waybill.Unavailable, "the bucket is closed"
	case errors.Is(err, io.ErrShortWrite):
		e.Code = waybill.Unavailable
	case e.Err == nil && strings.HasSuffix(err.Error(), "path escapes from parent"):
		e.Code, e.Scope, e.Message = waybill.PermissionDenied, waybill.ScopeAccount, "a symbolic link leads out of the folder"
	}
	return e
}

var (
	_ storage.Bucket    = (*Bucket)(nil)
	_ waybill.Accounted = (*Bucket)(nil)
)
