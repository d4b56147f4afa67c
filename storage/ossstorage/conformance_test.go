package ossstorage_test

import (
	"net/http"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/ossstorage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// bucketOn returns an adapter for a fake.
func bucketOn(t testing.TB, s *storagetest.OSS, change func(*ossstorage.Options)) *ossstorage.Bucket {
	t.Helper()
	o := &ossstorage.Options{BaseURL: s.URL(), Region: s.Region(), HTTPClient: s.Client()}
	access, secret, token := s.Keys()
	o.SessionToken = token
	if change != nil {
		change(o)
	}
	b, err := ossstorage.New(s.Bucket(), access, secret, o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// codes are OSS's codes as its documentation classes them.
var codes = []storagetest.CodeCase{
	{Code: "AccessDenied", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "NoSuchBucket", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "SecondLevelDomainForbidden", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "UserDisable", Want: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "InvalidAccessKeyId", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "SignatureDoesNotMatch", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "RequestTimeTooSkewed", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "InvalidSecurityToken", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "SecurityTokenExpired", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "AccessKeyIdAndSecurityTokenNotMatch", Want: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "InDebt", Want: waybill.QuotaExhausted, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "QpsLimitExceeded", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
	{Code: "TotalQpsLimitExceeded", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
	{Code: "MetaOperationQpsLimitExceeded", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
	{Code: "UploadTrafficRateLimitExceeded", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
	{Code: "DownloadTrafficRateLimitExceeded", Want: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent},
	{Code: "InternalError", Want: waybill.Internal, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
	{Code: "ServiceUnavailable", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous},
	{Code: "RequestTimeout", Want: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent},
	{Code: "InvalidDigest", Want: waybill.DataLoss, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent},
	{Code: "FilePartInterity", Want: waybill.DataLoss, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent},
	{Code: "TooManyBuckets", Want: waybill.QuotaExhausted, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent},
	{Code: "NotImplemented", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "InvalidArgument", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "EntityTooLarge", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
	{Code: "FileAlreadyExists", Want: waybill.AlreadyExists, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Verbs: []waybill.Verb{storage.Put}},
	{Code: "FileImmutable", Want: waybill.FailedPrecondition, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Verbs: []waybill.Verb{storage.Put, storage.Delete}},
	{Code: "NoSuchKey", Want: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Verbs: []waybill.Verb{storage.Get, storage.Head, storage.Copy}},
	{Code: "InvalidObjectState", Want: waybill.FailedPrecondition, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Verbs: []waybill.Verb{storage.Get}},
	{Code: "SomethingNew", Want: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent},
}

// part is the size of parts in the tests on the fake.
const part = 128 << 10

// maxReply bounds the replies under faults, of which some never end.
const maxReply = 64 << 10

func TestConformanceOnTheFake(t *testing.T) {
	for name, c := range map[string]struct {
		server storagetest.OSSOptions
		change func(*ossstorage.Options)
	}{
		"http":  {storagetest.OSSOptions{PageSize: 7}, nil},
		"https": {storagetest.OSSOptions{TLS: true, SessionToken: "the-security-token-of-the-fake"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storagetest.NewOSS(&c.server)
			t.Cleanup(s.Close)
			access, secret, token := s.Keys()
			storagetest.Run(t, storagetest.Harness{
				New: func(t testing.TB) storage.Bucket {
					b := bucketOn(t, s, c.change)
					ossstorage.Cut(b, part)
					return b
				},
				Client: s.Client(), Advance: s.Advance, Secrets: []string{secret, access, token}, Part: part, Big: 10*part + 1,
				Skip: skips,
			})
			if n := s.Uploads(); n != 0 {
				t.Errorf("%d uploads were left open", n)
			}
		})
	}
}

// skips are what OSS is documented not to do.
var skips = map[string]string{
	"keys/longest": "OSS keeps keys of up to 1023 bytes",
}

func TestFaultsOnTheFake(t *testing.T) {
	s := storagetest.NewOSS(nil)
	t.Cleanup(s.Close)
	access, secret, _ := s.Keys()
	storagetest.Run(t, storagetest.Harness{
		Secrets: []string{access, secret},
		Wire: &storagetest.Wire{
			Server: func(testing.TB) storagetest.Server { return storagetest.NewOSS(nil) },
			New: func(baseURL string, hc *http.Client) (storage.Bucket, error) {
				return ossstorage.New("waybill-fake", access, secret, &ossstorage.Options{BaseURL: baseURL, HTTPClient: hc, MaxReply: maxReply})
			},
			Codes: codes,
		},
	})
}
