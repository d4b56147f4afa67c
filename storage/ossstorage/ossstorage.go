// Package ossstorage keeps objects in Alibaba Cloud OSS, with the official
// library alibabacloud-oss-go-sdk-v2.
//
// # Usage
//
//	bucket, err := ossstorage.New("attachments", accessKey, secretKey, &ossstorage.Options{
//		Region:   "cn-hangzhou",
//		Internal: true,                        // calls from a server in the same region
//		LinkURL:  "https://files.example.com", // the domain that is bound to the bucket
//	})
//
// Nothing is read from the environment or from files.
//
// # Two endpoints
//
// Calls and links have an endpoint each. A link that is signed for the internal
// endpoint is of no use to the reader of a mail, and since March 2025 new users
// can reach buckets in the mainland only through a domain of their own that is
// bound to the bucket ("Access OSS via custom domain names"): that is LinkURL,
// and BaseURL with CName where calls go the same way. Without LinkURL links are
// for the region's public endpoint, or for BaseURL.
//
// # How it works
//
// Requests are signed with Signature Version 4. Every request of the library
// goes through the guarded client of package wire: one exchange at a time, no
// redirects, bounded replies, errors without keys. The library's own retries and
// its correction of the clock are off; only parts of an upload are sent again,
// three times at most. What went wrong is read from the reply that was recorded,
// by code, by the finer EC, and then by status ("Error codes" of the OSS
// documentation).
//
// A body of up to 16 MiB that can seek, or one part that cannot, is one request;
// a longer one, or one of unknown length, is uploaded in parts. Parts of a body
// that is an io.ReaderAt are read where they lie, of another a few are in memory
// at a time. An upload that fails or is cancelled is aborted with a time of its
// own, so that no parts stay behind.
//
// # Integrity
//
// A write in one request carries a Content-MD5, by which OSS refuses what
// arrived otherwise. The CRC-64 that OSS answers is compared after every write
// and every part, before the parts become an object, and at the end of every
// whole read. The length of a read is always verified.
//
// # What OSS has not
//
// IfNotExists is x-oss-forbid-overwrite, which buckets with versioning ignore:
// say so with Options.Versioned. If-Match on writes and an expiry of single
// objects do not exist; lifecycle rules are the bucket owner's.
//
// # Time
//
// There is no bound on a whole transfer, only on silence: see
// Options.IdleTimeout. The context bounds what it is meant to.
//
// # Concurrency
//
// A Bucket is safe for concurrent use.
package ossstorage

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/retry"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/storage/internal/keyring"
	"github.com/waybill-go/waybill/wire"
)

const name = "ossstorage"

// The defaults and limits. Those of parts, keys and objects are OSS's own.
const (
	// DefaultRegion is the region when Options say none.
	DefaultRegion = "cn-hangzhou"
	// DefaultPartSize and DefaultConcurrency are how uploads in parts are cut
	// and how many parts travel at once.
	DefaultPartSize    = 5 << 20
	DefaultConcurrency = 3
	// DefaultIdleTimeout is how long a transfer may be silent.
	DefaultIdleTimeout = 30 * time.Second

	minPartSize = 100 << 10
	maxPartSize = 5 << 30
	maxParts    = 10000
	maxKey      = 1023
	maxObject   = 48_800_000_000_000
	singleSeek  = 16 << 20
	// smallBody is what is read into memory although it could be rewound.
	smallBody = 256 << 10
)

// Credentials are one set of keys.
type Credentials struct {
	AccessKey, SecretKey string
	// SessionToken comes with temporary keys of STS, Expires is their end. A
	// zero Expires means that they are asked for again after a minute.
	SessionToken string
	Expires      time.Time
}

// Format prints the type only, so that no log can show the keys.
func (Credentials) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "ossstorage.Credentials") }

// LogValue is what log/slog writes: the type only.
func (Credentials) LogValue() slog.Value { return slog.StringValue("ossstorage.Credentials") }

// Options of [New]. Nil means the defaults.
type Options struct {
	// Region is where the bucket lies, without "oss-". Default DefaultRegion.
	Region string
	// Internal sends calls to the region's internal endpoint, which serves
	// machines in the same region only. It excludes BaseURL.
	Internal bool
	// BaseURL is another endpoint for calls, absolute http or https, without
	// user and query, such as the dual-stack or the accelerated one. The bucket's
	// name is put before its host, unless CName says that the host is a domain
	// bound to the bucket.
	BaseURL string
	CName   bool
	// LinkURL is the domain bound to the bucket for which links are signed,
	// absolute http or https, without user and query.
	LinkURL string
	// Credentials, when set, is asked instead of New's keys: at first, when the
	// last ones expire, and when they are refused. It must be safe for
	// concurrent use.
	Credentials func(ctx context.Context) (Credentials, error)
	// SessionToken belongs to New's keys if they are temporary.
	SessionToken string
	// Versioned declares that the bucket's versioning is enabled or suspended:
	// OSS then ignores the ban on overwriting, and IfNotExists is Unsupported.
	// Without it that is noticed at the first such write, which fails with
	// Delivery Sent.
	Versioned bool
	// PartSize is the least size of a part in bytes, 100 KiB to 5 GiB; larger
	// objects get larger parts. Default DefaultPartSize. A body of unknown
	// length can have 10,000 parts. Concurrency is how many parts travel at
	// once. Default DefaultConcurrency. An upload holds Concurrency+1 parts in
	// memory, if the body is no io.ReaderAt.
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
	// UserAgent is put before the library's own.
	UserAgent string
	// MaxReply bounds a reply that is no object, in bytes. Default
	// wire.DefaultMaxReply.
	MaxReply int64
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "ossstorage.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("ossstorage.Options") }

// Bucket is a storage.Bucket in OSS. Make one with [New].
type Bucket struct {
	bucket      string
	account     *waybill.Account
	x           exchange.Client
	oss         *oss.Client
	links       *oss.Client
	partSize    int64
	concurrency int
	versioned   atomic.Bool
	maxCopy     int64 // the largest copy in one request
	copyPart    int64
	single      int64 // the largest body that goes in one request because it can seek
}

// New returns an adapter for one bucket, which must exist. It makes no traffic.
// It fails with InvalidArgument for an empty bucket or key, a bad URL, and
// settings out of their bounds.
func New(bucket, accessKey, secretKey string, o *Options) (*Bucket, error) {
	if o == nil {
		o = new(Options)
	}
	if problem := o.problem(bucket, accessKey, secretKey); problem != "" {
		return nil, waybill.Invalid("new", problem).With(name, "", "")
	}
	region := o.Region
	if region == "" {
		region = DefaultRegion
	}
	base, link, err := o.endpoints(region)
	if err != nil {
		return nil, err
	}
	b := &Bucket{bucket: bucket, account: o.Account, partSize: o.PartSize, concurrency: o.Concurrency, maxCopy: 1 << 30, copyPart: 1 << 30, single: singleSeek}
	if b.account == nil {
		b.account = waybill.NewAccount(name, waybill.Limits{})
	}
	if b.partSize == 0 {
		b.partSize = DefaultPartSize
	}
	if b.concurrency == 0 {
		b.concurrency = DefaultConcurrency
	}
	b.versioned.Store(o.Versioned)
	b.x = exchange.Client{Name: name, Idle: o.IdleTimeout, Agent: o.UserAgent, Refused: classify, Keys: o.keyring(accessKey, secretKey)}
	if b.x.Idle == 0 {
		b.x.Idle = DefaultIdleTimeout
	}
	c, err := wire.New(wire.Config{Provider: name, HTTPClient: o.HTTPClient, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Timeout: -1, Secrets: b.x.Keys.Secrets,
		Codes: func(code string) bool { _, known := byCode(code); return known }})
	if err != nil {
		return nil, waybill.AsError(err).With(name, "", "")
	}
	b.x.Wire = c
	b.oss = b.client(region, base, o.CName)
	b.links = b.client(region, link, o.LinkURL != "" || o.CName)
	return b, nil
}

// problem says what is wrong with the options, "" if nothing is.
func (o *Options) problem(bucket, accessKey, secretKey string) string {
	switch {
	case !oss.IsValidBucketName(&bucket):
		return "the bucket's name is not 3 to 63 lower-case letters, digits and hyphens"
	case o.Credentials == nil && (accessKey == "" || secretKey == ""):
		return "a key is empty"
	case strings.ContainsFunc(o.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }):
		return "UserAgent is not allowed"
	case strings.ContainsFunc(o.Region, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') }):
		return "Region is not allowed"
	case strings.HasPrefix(o.Region, "oss-"):
		return "Region is written without oss-"
	case o.Internal && o.BaseURL != "":
		return "Internal and BaseURL exclude each other"
	case o.CName && o.BaseURL == "":
		return "CName needs a BaseURL"
	case o.PartSize != 0 && (o.PartSize < minPartSize || o.PartSize > maxPartSize):
		return "PartSize is not between 100 KiB and 5 GiB"
	case o.Concurrency < 0:
		return "Concurrency is negative"
	}
	return ""
}

// endpoints are where calls go and what links are signed for.
func (o *Options) endpoints(region string) (base, link string, err error) {
	public := "https://oss-" + region + ".aliyuncs.com"
	base, link = public, public
	if o.Internal {
		base = "https://oss-" + region + "-internal.aliyuncs.com"
	}
	if o.BaseURL != "" {
		if base, err = wire.BaseURL(name, o.BaseURL, ""); err != nil {
			return "", "", err
		}
		link = base
	}
	if o.LinkURL != "" {
		if link, err = wire.BaseURL(name, o.LinkURL, ""); err != nil {
			return "", "", err
		}
	}
	for _, u := range [...]string{base, link} {
		if _, host, _ := strings.Cut(u, "://"); strings.Contains(strings.TrimSuffix(host, "/"), "/") {
			return "", "", waybill.Invalid("new", "an endpoint of OSS has no path").With(name, "", "")
		}
	}
	return base, link, nil
}

// client returns the library's client of an endpoint, without everything that
// we do ourselves.
func (b *Bucket) client(region, endpoint string, cname bool) *oss.Client {
	return oss.NewClient(&oss.Config{
		Region:              &region,
		Endpoint:            &endpoint,
		UseCName:            &cname,
		HttpClient:          b.x.Wire.HTTPClient(),
		Retryer:             retry.NopRetryer{},
		RetryMaxAttempts:    oss.Ptr(1),
		CredentialsProvider: provider{b.x.Keys},
	}, func(c *oss.Options) { c.FeatureFlags = 0 })
}

// Name returns "ossstorage".
func (b *Bucket) Name() string { return name }

// Account returns the account given in the options, or the bucket's own.
func (b *Bucket) Account() *waybill.Account { return b.account }

// Capabilities says what OSS can do; Expires is left to lifecycle rules, which
// are the bucket owner's.
func (b *Bucket) Capabilities() storage.Capabilities {
	return storage.Capabilities{IfNotExists: !b.versioned.Load(), Range: true, SignedGet: true, SignedPut: true, Copy: true, Checksum: "crc64", MaxObject: maxObject}
}

// Close closes the idle connections that the bucket made for itself. It stays
// usable.
func (b *Bucket) Close() error {
	b.x.Wire.Close()
	return nil
}

// keyring returns New's keys, or those that Options.Credentials returns.
func (o *Options) keyring(accessKey, secretKey string) *keyring.Ring {
	var fetch func(context.Context) (keyring.Keys, error)
	if ask := o.Credentials; ask != nil {
		fetch = func(ctx context.Context) (keyring.Keys, error) {
			c, err := ask(ctx)
			return keyring.Keys{Access: c.AccessKey, Secret: c.SecretKey, Token: c.SessionToken, Expires: c.Expires}, err
		}
	}
	return keyring.New(keyring.Keys{Access: accessKey, Secret: secretKey, Token: o.SessionToken}, fetch)
}

// provider is the library's source of keys: those that the call got before it
// began.
type provider struct{ ring *keyring.Ring }

// GetCredentials implements credentials.CredentialsProvider.
func (p provider) GetCredentials(ctx context.Context) (credentials.Credentials, error) {
	k, err := keyring.For(ctx, p.ring)
	return credentials.Credentials{AccessKeyID: k.Access, AccessKeySecret: k.Secret, SecurityToken: k.Token}, err
}

var (
	_ storage.Bucket                  = (*Bucket)(nil)
	_ waybill.Accounted               = (*Bucket)(nil)
	_ credentials.CredentialsProvider = provider{}
)
