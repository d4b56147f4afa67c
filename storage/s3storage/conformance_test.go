package s3storage_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/s3storage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// bucketOn returns an adapter for a fake.
func bucketOn(t testing.TB, s *storagetest.S3, change func(*s3storage.Options)) *s3storage.Bucket {
	t.Helper()
	o := &s3storage.Options{BaseURL: s.URL(), Region: s.Region(), PathStyle: true, HTTPClient: s.Client()}
	access, secret, token := s.Keys()
	o.SessionToken = token
	if change != nil {
		change(o)
	}
	b, err := s3storage.New(s.Bucket(), access, secret, o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// codes are S3's codes as the fact sheet classes them.
var codes = []storagetest.CodeCase{
	{Code: "AccessDenied", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "NoSuchBucket", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "PermanentRedirect", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "AuthorizationHeaderMalformed", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "InvalidAccessKeyId", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "SignatureDoesNotMatch", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "ExpiredToken", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "RequestTimeTooSkewed", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "SlowDown", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: true, Verbs: withBody},
	{Code: "TooManyRequests", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, RetryAfter: true},
	{Code: "InternalError", Want: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
	{Code: "ServiceUnavailable", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
	{Code: "RequestTimeout", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "OperationAborted", Want: waybill.Unavailable, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "BadDigest", Want: waybill.DataLoss, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "XMinioStorageFull", Want: waybill.QuotaExhausted, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "NotImplemented", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "KeyTooLongError", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "NoSuchKey", Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Verbs: []waybill.Verb{storage.Get}},
	{Code: "NotFound", Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Verbs: []waybill.Verb{storage.Head, storage.Copy}},
	{Code: "InvalidObjectState", Want: waybill.FailedPrecondition, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Verbs: []waybill.Verb{storage.Get}},
	{Code: "SlowDownWrite", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "KMS.DisabledException", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Verbs: withBody},
	{Code: "SomethingNew", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Verbs: withBody},
}

// withBody are the verbs whose refusals have a body, by which a code is known.
var withBody = []waybill.Verb{storage.Put, storage.Get, storage.Delete, "delete many", storage.List}

// part is the size of parts in the tests on the fake, which is told to take
// them; those that say nothing of it cut as S3 wants it.
const part = 128 << 10

func TestConformanceOnTheFake(t *testing.T) {
	for name, c := range map[string]struct {
		server storagetest.S3Options
		change func(*s3storage.Options)
	}{
		"http":                {storagetest.S3Options{PageSize: 7}, nil},
		"http_checksums":      {storagetest.S3Options{}, func(o *s3storage.Options) { o.Checksums = s3storage.ChecksumSupported }},
		"https":               {storagetest.S3Options{TLS: true, SessionToken: "the-session-token-of-the-fake"}, nil},
		"https_checksums":     {storagetest.S3Options{TLS: true}, func(o *s3storage.Options) { o.Checksums = s3storage.ChecksumSupported }},
		"larger_parts_copied": {storagetest.S3Options{MaxCopy: 8 << 20}, func(o *s3storage.Options) { o.Concurrency = 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.server.MinPart = part
			s := storagetest.NewS3(&c.server)
			t.Cleanup(s.Close)
			access, secret, token := s.Keys()
			storagetest.Run(t, storagetest.Harness{
				New: func(t testing.TB) storage.Bucket {
					b := bucketOn(t, s, c.change)
					s3storage.Cut(b, part)
					return b
				},
				Client: s.Client(), Advance: s.Advance, Secrets: []string{secret, access, token}, Part: part, Big: 10*part + 1,
			})
			if n := s.Uploads(); n != 0 {
				t.Errorf("%d uploads were left open", n)
			}
		})
	}
}

func TestFaultsOnTheFake(t *testing.T) {
	access, secret, _ := fakeKeys(t)
	storagetest.Run(t, storagetest.Harness{
		Secrets: []string{access, secret},
		Wire: &storagetest.Wire{
			Server: func(testing.TB) storagetest.Server { return storagetest.NewS3(nil) },
			New: func(baseURL string, hc *http.Client) (storage.Bucket, error) {
				return s3storage.New("waybill-fake", access, secret, &s3storage.Options{BaseURL: baseURL, PathStyle: true, HTTPClient: hc, MaxReply: maxReply})
			},
			Codes: codes,
		},
	})
}

func fakeKeys(t testing.TB) (access, secret, token string) {
	s := storagetest.NewS3(nil)
	t.Cleanup(s.Close)
	return s.Keys()
}

// maxReply bounds the replies under faults, of which some never end.
const maxReply = 64 << 10

// real returns an adapter for the server that the environment names.
func real(t testing.TB, prefix string) *s3storage.Bucket {
	t.Helper()
	return realWith(t, prefix, s3storage.ChecksumDefault)
}

func realWith(t testing.TB, prefix string, checksums s3storage.ChecksumMode) *s3storage.Bucket {
	t.Helper()
	endpoint := os.Getenv(prefix + "_ENDPOINT")
	if endpoint == "" {
		t.Skip(prefix + "_ENDPOINT is not set")
	}
	b, err := s3storage.New(os.Getenv(prefix+"_BUCKET"), os.Getenv(prefix+"_KEY"), os.Getenv(prefix+"_SECRET"),
		&s3storage.Options{BaseURL: endpoint, Region: os.Getenv(prefix + "_REGION"), PathStyle: true, Checksums: checksums})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// quirks are what servers do otherwise than S3, by the name that they give in
// the header Server.
var quirks = map[string]map[string]string{
	// Version 1.8.0 keeps objects as files.
	"VERSITYGW": {
		"keys/folder_and_object": "x and x/y exclude each other (409 ObjectParentIsFile)",
		"keys/long_segment":      "a segment has at most 255 bytes",
		// DeleteObject removes the directories that it left empty, up to the bucket.
		// PutObject makes them level by level before it links the file; when one goes
		// between two steps, the write is refused as if the key were a directory.
		"many/emptied_folders": "a write into a folder whose last object is deleted at that moment is refused (409 ExistingObjectIsDirectory)",
	},
	// The release of 2026-02-12.
	"MinIO": {
		"keys/folder_and_object": "where x is an object, listings leave out what is below x/",
		"keys/long_segment":      "a segment has at most 255 bytes (400 XMinioInvalidObjectName)",
	},
}

func TestConformanceOnARealServer(t *testing.T) {
	b := real(t, "WAYBILL_TEST_S3")
	res, err := http.Head(os.Getenv("WAYBILL_TEST_S3_ENDPOINT"))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	storagetest.Run(t, storagetest.Harness{
		New:     func(testing.TB) storage.Bucket { return b },
		Secrets: []string{os.Getenv("WAYBILL_TEST_S3_SECRET"), os.Getenv("WAYBILL_TEST_S3_KEY")},
		// A folder of its own: see many/emptied_folders.
		Prefix: "suite-" + random() + "/",
		Big:    256 << 20, Memory: 32 << 20, Many: 1100,
		Skip: quirks[res.Header.Get("Server")],
	})
}
