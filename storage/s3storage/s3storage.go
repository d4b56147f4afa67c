// Package s3storage keeps objects in Amazon S3, and in what speaks its protocol,
// with aws-sdk-go-v2 and its transfer manager.
//
// # Usage
//
//	bucket, err := s3storage.New("attachments", accessKey, secretKey, &s3storage.Options{Region: "eu-central-1"})
//
// or a server of another maker:
//
//	bucket, err := s3storage.New("attachments", accessKey, secretKey, &s3storage.Options{
//		BaseURL: "https://s3.example.com", PathStyle: true,
//	})
//
// Nothing is read from the environment or from files.
//
// # How it works
//
// Every request of the SDK goes through the guarded client of package wire: one
// exchange at a time, no redirects, bounded replies, errors without keys. The
// SDK's own retries are off; only parts of an upload are sent again, three times
// at most. What went wrong is read from the reply that was recorded, by code and
// then by status ("Error responses" of the S3 documentation).
//
// A body of up to 16 MiB that can seek, or 5 MiB that cannot, is one request; a
// longer one, or one of unknown length, is uploaded in parts of which a few are
// in memory at a time. An upload that fails or is cancelled is aborted with a
// time of its own, so that no parts stay behind.
//
// # Integrity
//
// With ChecksumSupported (the default at Amazon) writes carry a CRC32 of the whole
// object, in parts or not. With ChecksumRequired (the default with a BaseURL,
// since many servers refuse the newer headers) each request carries a Content-MD5.
// Over http the signature covers a hash of the body as well.
//
// Whole reads are verified with whichever checksum of the whole object the store
// has. If it has none, the MD5 in the tag of an object that was not uploaded in
// parts serves, once a write of this Bucket has shown that the store's tags are
// that. The length of a read is always verified.
//
// # Time
//
// There is no bound on a whole transfer, only on silence: see
// Options.IdleTimeout. The context bounds what it is meant to.
//
// # Concurrency
//
// A Bucket is safe for concurrent use.
package s3storage

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/wire"
)

const name = "s3storage"

// The defaults and limits. The part and object sizes are S3's own.
const (
	// DefaultRegion is where requests are signed for unless Options say else.
	DefaultRegion = "us-east-1"
	// DefaultPartSize and DefaultConcurrency are how uploads in parts are cut
	// and how many parts travel at once: a stream takes 20 MiB of memory then.
	DefaultPartSize    = 5 << 20
	DefaultConcurrency = 2
	// DefaultIdleTimeout is how long a transfer may be silent.
	DefaultIdleTimeout = 30 * time.Second

	minPartSize = 5 << 20
	maxPartSize = 5 << 30
	maxParts    = 10000
	maxObject   = 5 << 40
	singleSeek  = 16 << 20
	// smallBody is what is read into memory although it could be rewound.
	smallBody = 256 << 10
)

// ChecksumMode says which checksums are sent and asked for.
type ChecksumMode uint8

// The modes.
const (
	// ChecksumDefault is ChecksumSupported at Amazon and ChecksumRequired with
	// a BaseURL.
	ChecksumDefault ChecksumMode = iota
	// ChecksumSupported sends CRC32 with every write and verifies whole reads.
	ChecksumSupported
	// ChecksumRequired sends what every server knows: Content-MD5.
	ChecksumRequired
)

// Credentials are one set of keys.
type Credentials struct {
	AccessKey, SecretKey string
	// SessionToken comes with temporary keys, Expires is their end. A zero
	// Expires means that they are asked for again after a minute.
	SessionToken string
	Expires      time.Time
}

// Format prints the type only, so that no log can show the keys.
func (Credentials) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "s3storage.Credentials") }

// LogValue is what log/slog writes: the type only.
func (Credentials) LogValue() slog.Value { return slog.StringValue("s3storage.Credentials") }

// Options of [New]. Nil means the defaults.
type Options struct {
	// BaseURL is the endpoint of a server that is not Amazon's, absolute http
	// or https, without user and query.
	BaseURL string
	// Region is what requests are signed for. Default DefaultRegion.
	Region string
	// PathStyle puts the bucket into the path instead of the host's name, as
	// most servers without wildcard DNS need.
	PathStyle bool
	// Credentials, when set, is asked instead of New's keys: at first, when the
	// last ones expire, and when they are refused. It must be safe for
	// concurrent use.
	Credentials func(ctx context.Context) (Credentials, error)
	// SessionToken belongs to New's keys if they are temporary.
	SessionToken string
	// Checksums says which checksums are sent and asked for.
	Checksums ChecksumMode
	// NoIfNotExists declares that the server ignores If-None-Match, as old ones
	// do; IfNotExists is then Unsupported instead of a silent overwriting.
	NoIfNotExists bool
	// PartSize is the least size of a part in bytes, 5 MiB to 5 GiB; larger
	// objects get larger parts. Default DefaultPartSize. A body of unknown
	// length can have 10,000 parts. Concurrency is how many parts travel at
	// once. Default DefaultConcurrency. An upload holds Concurrency+2 parts in
	// memory.
	PartSize    int64
	Concurrency int
	// IdleTimeout bounds the silence of a transfer and the wait for an answer.
	// 0 means DefaultIdleTimeout, negative means no bound.
	IdleTimeout time.Duration
	// HTTPClient supplies the transport and its time-out; see wire.Config.
	HTTPClient *http.Client
	// Account is shared with other adapters of the same keys; nil means one of
	// its own.
	Account *waybill.Account
	// UserAgent is put before the SDK's own.
	UserAgent string
	// MaxReply bounds a reply that is no object, in bytes. Default
	// wire.DefaultMaxReply.
	MaxReply int64
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "s3storage.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("s3storage.Options") }

// Bucket is a storage.Bucket in S3. Make one with [New].
type Bucket struct {
	bucket      string
	account     *waybill.Account
	x           exchange.Client
	s3          *s3.Client
	presign     *s3.PresignClient
	manager     transfermanager.Options
	checksums   ChecksumMode
	conditional bool
	md5Tags     atomic.Bool // the last object written in one request has its MD5 for a tag
	maxCopy     int64       // the largest copy in one request
	copyPart    int64
	single      int64 // the largest body that goes in one request because it can seek
}

// New returns an adapter for one bucket, which must exist. It makes no traffic.
// It fails with InvalidArgument for an empty bucket or key, a bad BaseURL, and
// settings out of their bounds.
func New(bucket, accessKey, secretKey string, o *Options) (*Bucket, error) {
	if o == nil {
		o = new(Options)
	}
	if problem := o.problem(bucket, accessKey, secretKey); problem != "" {
		return nil, waybill.Invalid("new", problem).With(name, "", "")
	}
	base := "" // Amazon's, which depends on the region
	if o.BaseURL != "" {
		var err error
		if base, err = wire.BaseURL(name, o.BaseURL, ""); err != nil {
			return nil, err
		}
	}
	b := &Bucket{bucket: bucket, account: o.Account, checksums: o.Checksums, conditional: !o.NoIfNotExists,
		maxCopy: 5 << 30, copyPart: 1 << 30, single: singleSeek}
	if b.account == nil {
		b.account = waybill.NewAccount(name, waybill.Limits{})
	}
	if b.checksums == ChecksumDefault {
		b.checksums = ChecksumSupported
		if o.BaseURL != "" {
			b.checksums = ChecksumRequired
		}
	}
	b.x = exchange.Client{Name: name, Idle: o.IdleTimeout, Agent: o.UserAgent, Refused: classify}
	if b.x.Idle == 0 {
		b.x.Idle = DefaultIdleTimeout
	}
	b.x.Keys = o.keyring(accessKey, secretKey)
	c, err := wire.New(wire.Config{Provider: name, HTTPClient: o.HTTPClient, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Timeout: -1, Secrets: b.x.Keys.Secrets,
		Codes: func(code string) bool { _, known := byCode(code); return known && !strings.HasPrefix(code, "KMS.") }})
	if err != nil {
		return nil, waybill.AsError(err).With(name, "", "")
	}
	b.x.Wire = c
	b.s3 = s3.New(o.client(b, base))
	b.presign = s3.NewPresignClient(b.s3)
	b.manager = transfermanager.Options{PartSizeBytes: o.PartSize, Concurrency: o.Concurrency, FailTimeout: abortTimeout,
		RequestChecksumCalculation: calculation(b.checksums)}
	if b.manager.PartSizeBytes == 0 {
		b.manager.PartSizeBytes = DefaultPartSize
	}
	if b.manager.Concurrency == 0 {
		b.manager.Concurrency = DefaultConcurrency
	}
	return b, nil
}

// problem says what is wrong with the options, "" if nothing is.
func (o *Options) problem(bucket, accessKey, secretKey string) string {
	switch {
	case bucket == "" || len(bucket) > 255 || strings.ContainsAny(bucket, "/\\:?#% ") || strings.ContainsFunc(bucket, func(r rune) bool { return r < ' ' || r > '~' }):
		return "the bucket's name is empty or not allowed"
	case o.Credentials == nil && (accessKey == "" || secretKey == ""):
		return "a key is empty"
	case strings.ContainsFunc(o.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }):
		return "UserAgent is not allowed"
	case strings.ContainsAny(o.Region, "/ \r\n"):
		return "Region is not allowed"
	case o.PartSize != 0 && (o.PartSize < minPartSize || o.PartSize > maxPartSize):
		return "PartSize is not between 5 MiB and 5 GiB"
	case o.Concurrency < 0:
		return "Concurrency is negative"
	case o.Checksums > ChecksumRequired:
		return "Checksums is no mode"
	}
	return ""
}

// client returns the SDK's options.
func (o *Options) client(b *Bucket, base string) s3.Options {
	c := s3.Options{
		Region:                     o.Region,
		Credentials:                provider{b.x.Keys},
		UsePathStyle:               o.PathStyle,
		HTTPClient:                 b.x.Wire.HTTPClient(),
		Retryer:                    aws.NopRetryer{},
		Logger:                     logging.Nop{},
		RequestChecksumCalculation: calculation(b.checksums),
		ResponseChecksumValidation: validation(b.checksums),
		// A store that has no checksum of the whole is nothing to be told of.
		DisableLogOutputChecksumValidationSkipped: true,
		DisableS3ExpressSessionAuth:               aws.Bool(true),
		DisableMultiRegionAccessPoints:            true,
		AppID:                                     "waybill",
		APIOptions:                                []func(*middleware.Stack) error{lean},
	}
	if c.Region == "" {
		c.Region = DefaultRegion
	}
	if base != "" {
		c.BaseEndpoint = aws.String(base)
	}
	return c
}

// lean takes out of the SDK's stack what serves its own retries and metrics: the
// copy of each request for the next try, and the headers that count tries.
func lean(stack *middleware.Stack) error {
	for _, id := range [...]string{"Retry", "RetryMetricsHeader"} {
		_, _ = stack.Finalize.Remove(id) // presigning has a stack without them
	}
	_, _ = stack.Build.Remove("ClientRequestID")
	return nil
}

func calculation(m ChecksumMode) aws.RequestChecksumCalculation {
	if m == ChecksumRequired {
		return aws.RequestChecksumCalculationWhenRequired
	}
	return aws.RequestChecksumCalculationWhenSupported
}

func validation(m ChecksumMode) aws.ResponseChecksumValidation {
	if m == ChecksumRequired {
		return aws.ResponseChecksumValidationWhenRequired
	}
	return aws.ResponseChecksumValidationWhenSupported
}

// Name returns "s3storage".
func (b *Bucket) Name() string { return name }

// Account returns the account given in the options, or the bucket's own.
func (b *Bucket) Account() *waybill.Account { return b.account }

// Capabilities says what S3 can do; Expires is left to lifecycle rules, which
// are the bucket owner's.
func (b *Bucket) Capabilities() storage.Capabilities {
	c := storage.Capabilities{IfNotExists: b.conditional, Range: true, SignedGet: true, SignedPut: true, Copy: true, MaxObject: maxObject}
	if b.checksums == ChecksumSupported {
		c.Checksum = "crc32"
	}
	return c
}

// Close closes the idle connections that the bucket made for itself. It stays
// usable.
func (b *Bucket) Close() error {
	b.x.Wire.Close()
	return nil
}

var (
	_ storage.Bucket    = (*Bucket)(nil)
	_ waybill.Accounted = (*Bucket)(nil)
)
