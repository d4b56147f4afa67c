package storage

import (
	"context"
	"io"
	"iter"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage/internal/body"
)

// The verbs of this domain.
const (
	Put       waybill.Verb = "put"
	Get       waybill.Verb = "get"
	Head      waybill.Verb = "head"
	Delete    waybill.Verb = "delete"
	List      waybill.Verb = "list"
	Copy      waybill.Verb = "copy"
	SignedURL waybill.Verb = "signed url"
)

// MaxKey is the longest key in bytes; MaxSignedURL the longest life of a signed
// URL, which S3 and OSS share.
const (
	MaxKey       = 1024
	MaxSignedURL = 7 * 24 * time.Hour
)

// Bucket stores objects under keys.
//
// A key is at most MaxKey bytes of valid UTF-8 without control characters,
// without a leading slash, and without empty, "." or ".." segments; every
// method refuses another with InvalidArgument before any traffic.
//
// A missing object is NotFound; a missing bucket, wrong region or forbidden
// access is PermissionDenied with scope Account. What an adapter cannot do is
// Unsupported and shows in Capabilities. All methods are safe for concurrent
// use and obey their context.
type Bucket interface {
	waybill.Provider

	// Put writes body whole or not at all: after an error, a cancelled context
	// or a failing reader no object and no part is visible, unless the error's
	// Delivery is Ambiguous. body is read once from its position; when it is an
	// io.Seeker it may be rewound for another try. It is not closed. A body that
	// fails, or that is not what o says, is InvalidArgument, and errors.As finds
	// its own error.
	Put(ctx context.Context, key string, body io.Reader, o PutOptions) (Object, error)
	// Get opens an object, or a range of it. The caller closes the Reader; what
	// is read is verified against the stored checksum where the store has one,
	// and a mismatch or a cut body is DataLoss from Read.
	Get(ctx context.Context, key string, o GetOptions) (*Reader, error)
	// Head returns an object's attributes.
	Head(ctx context.Context, key string) (Object, error)
	// Delete removes the objects; a missing one is no error. With several keys
	// the error names how many failed, and the others are gone.
	Delete(ctx context.Context, keys ...string) error
	// List yields the objects under a prefix in byte order of their keys. An
	// error ends the sequence.
	List(ctx context.Context, o ListOptions) iter.Seq2[Object, error]
	// Copy makes a copy within the bucket, with its attributes.
	Copy(ctx context.Context, from, to string) (Object, error)
	// SignedURL returns a URL by which anybody may read or write the object
	// until it expires, with the true time of expiry: never later than asked,
	// than MaxSignedURL and than the credential's own end. It is a secret.
	SignedURL(ctx context.Context, key string, o SignOptions) (Link, error)
	// Capabilities says what this bucket can do. It makes no traffic.
	Capabilities() Capabilities
}

// PutOptions describe an object that is written.
type PutOptions struct {
	// Size is the body's length in bytes if it is known, else -1; 0 means not
	// given: then it is learnt from the body where it can tell.
	Size int64
	// IfNotExists refuses to overwrite: AlreadyExists.
	IfNotExists bool
	// ContentType defaults to application/octet-stream. ContentDisposition and
	// CacheControl are sent as given.
	ContentType, ContentDisposition, CacheControl string
	// Metadata has ASCII keys, lower-cased, of letters, digits and hyphens;
	// values are any text without control characters. At most 2 KiB in all.
	Metadata map[string]string
	// Checksum is what the body must have, "crc32:…", "crc64:…" (of ECMA-182),
	// "md5:…" or "sha256:…" in lower-case hexadecimal: another body is
	// InvalidArgument, and nothing is stored. A body that can be rewound is read
	// once more for it. What an Object of a bucket says fits.
	Checksum string
	// Expires is when the store may remove the object, where it can; it must
	// then be removed by the caller elsewhere (see Capabilities).
	Expires time.Time
	// Region is for clients over several buckets: where the object may lie.
	Region string
	// Fresh says that the key was never used before, as a random one: a client
	// over several buckets then asks none of them for it, which saves the
	// look-ups and their waits while a bucket is down.
	Fresh bool
	// Ref is the caller's own reference, kept in errors.
	Ref string
}

// GetOptions choose a range of an object.
type GetOptions struct {
	// Offset and Length are in bytes; Length 0 means to the end. A negative
	// Offset counts from the end, with Length 0. What reaches beyond the end is
	// cut; a range that holds nothing of the object is InvalidArgument.
	Offset, Length int64
	// IfMatch, when set, is the ETag that the object must have, else
	// FailedPrecondition.
	IfMatch string
}

// ListOptions choose what is listed.
type ListOptions struct {
	// Prefix is what the keys begin with; it may end anywhere.
	Prefix string
	// Delimiter, when "/", folds everything behind the next slash into one
	// Object with IsPrefix set.
	Delimiter string
	// After starts behind this key.
	After string
}

// SignOptions describe a signed URL.
type SignOptions struct {
	// Method is "GET" (the default) or "PUT".
	Method string
	// Expires is how long the URL lives: 1 s to MaxSignedURL; 0 means 15 min.
	Expires time.Duration
	// ContentDisposition is what a GET answers with, such as
	// `attachment; filename="report.pdf"`; ContentType what a GET answers with
	// or a PUT must send.
	ContentDisposition, ContentType string
}

// Object is an object's attributes.
type Object struct {
	// Key as it was given; clients over several buckets prefix it.
	Key  string `json:"key"`
	Size int64  `json:"size"`
	// ETag is the store's opaque version tag, without quotes.
	ETag               string            `json:"etag,omitempty"`
	ContentType        string            `json:"content_type,omitempty"`
	ContentDisposition string            `json:"content_disposition,omitempty"`
	CacheControl       string            `json:"cache_control,omitempty"`
	Metadata           map[string]string `json:"metadata,omitempty"`
	// Checksum is "crc32:…", "crc64:…", "sha256:…" in hexadecimal of the whole
	// object, empty when the store has none.
	Checksum string    `json:"checksum,omitempty"`
	Modified time.Time `json:"modified,omitzero"`
	// Expires is when the store removes the object, if it says so.
	Expires time.Time `json:"expires,omitzero"`
	// IsPrefix marks a folded prefix of a List; only Key is set.
	IsPrefix bool `json:"is_prefix,omitempty"`
	// Provider and Bucket say where it lies.
	Provider string `json:"provider,omitempty"`
	Bucket   string `json:"bucket,omitempty"`
}

// Reader is an open object. Close must be called.
type Reader struct {
	io.ReadCloser
	Object Object
	// Offset and Length are the range that is delivered, in bytes.
	Offset, Length int64
}

// Link is a signed URL. It is a secret until it expires.
type Link struct {
	// Key is the object's key; clients over several buckets prefix it.
	Key     string
	URL     string
	Expires time.Time
	// Header is what a PUT must send with it.
	Header map[string]string
}

// String hides the URL, so that a printed Link is harmless.
func (l Link) String() string { return "signed URL until " + l.Expires.UTC().Format(time.RFC3339) }

// GoString hides the URL.
func (l Link) GoString() string { return l.String() }

// LogValue is what log/slog writes: no URL.
func (l Link) LogValue() slog.Value { return slog.StringValue(l.String()) }

// Capabilities say what a bucket can do.
type Capabilities struct {
	// IfNotExists, Range, SignedGet, SignedPut and Copy are as named. Expires is
	// set when the store removes objects by itself. Checksum names what reads
	// are verified with.
	IfNotExists, Range, SignedGet, SignedPut, Copy, Expires bool
	Checksum                                                string
	// MaxObject is the largest object in bytes, 0 when there is no bound worth
	// saying.
	MaxObject int64
}

// ValidateKey checks a key as the Bucket contract says.
func ValidateKey(op waybill.Verb, key string) error {
	msg := ""
	switch {
	case key == "":
		msg = "key is empty"
	case len(key) > MaxKey:
		msg = "key is longer than 1024 bytes"
	case !utf8.ValidString(key):
		msg = "key is not valid UTF-8"
	case key[0] == '/':
		msg = "key begins with a slash"
	case strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }):
		msg = "key has a control character or backslash"
	default:
		for seg := range strings.SplitSeq(key, "/") {
			if seg == "" || seg == "." || seg == ".." {
				msg = "key has an empty, . or .. segment"
			}
		}
	}
	if msg == "" {
		return nil
	}
	return waybill.Invalid(string(op), msg).With("storage", "", "")
}

// Validate checks the options before any traffic.
func (o PutOptions) Validate() error {
	total, msg := 0, ""
	if o.Size < -1 {
		msg = "size is below -1"
	}
	for k, v := range o.Metadata {
		total += len(k) + len(v)
		if !validMetaKey(k) {
			msg = "a metadata key is not lower-case letters, digits and hyphens"
		}
		if !utf8.ValidString(v) || hasControl(v) {
			msg = "a metadata value has control characters"
		}
	}
	if total > 2048 {
		msg = "metadata is larger than 2 KiB"
	}
	if !headerValue(o.ContentType) || !headerValue(o.ContentDisposition) || !headerValue(o.CacheControl) {
		msg = "a header value has control characters or is not valid UTF-8"
	}
	if _, _, ok := body.Hash(o.Checksum); o.Checksum != "" && !ok {
		msg = "the checksum is none of crc32, crc64, md5 and sha256 in hexadecimal"
	}
	if o.Region != "" && !waybill.ValidRegion(o.Region) {
		msg = "region is not two capital letters"
	}
	if msg == "" {
		return nil
	}
	return waybill.Invalid(string(Put), msg).With("storage", "", o.Ref)
}

// Validate checks the options before any traffic.
func (o GetOptions) Validate() error {
	if o.Length < 0 || o.Offset < 0 && o.Length != 0 {
		return waybill.Invalid(string(Get), "the range is impossible").With("storage", "", "")
	}
	if !headerValue(o.IfMatch) {
		return waybill.Invalid(string(Get), "if-match has control characters or is not valid UTF-8").With("storage", "", "")
	}
	return nil
}

// Validate checks the options before any traffic and before signing.
func (o SignOptions) Validate() error {
	msg := ""
	switch {
	case o.Method != "" && o.Method != "GET" && o.Method != "PUT":
		msg = "method is neither GET nor PUT"
	case o.Expires != 0 && (o.Expires < time.Second || o.Expires > MaxSignedURL):
		msg = "expiry is not between 1 s and 7 days"
	case !headerValue(o.ContentDisposition) || !headerValue(o.ContentType):
		msg = "a header value has control characters or is not valid UTF-8"
	case o.Method == "PUT" && o.ContentDisposition != "":
		msg = "a response disposition is for GET"
	}
	if msg == "" {
		return nil
	}
	return waybill.Invalid(string(SignedURL), msg).With("storage", "", "")
}

func validMetaKey(k string) bool {
	if k == "" {
		return false
	}
	for _, c := range []byte(k) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return true
}

// headerValue reports whether s can be the value of a header.
func headerValue(s string) bool { return utf8.ValidString(s) && !hasControl(s) }

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
