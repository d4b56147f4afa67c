package s3storage_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/s3storage"
	"github.com/waybill-go/waybill/storage/storagetest"
	"github.com/waybill-go/waybill/wire"
)

func fake(t testing.TB, o storagetest.S3Options) *storagetest.S3 {
	t.Helper()
	s := storagetest.NewS3(&o)
	t.Cleanup(s.Close)
	return s
}

// cut is a fake that takes small parts, and a bucket that uploads in them.
func cut(t testing.TB) (*storagetest.S3, *s3storage.Bucket) {
	t.Helper()
	s := fake(t, storagetest.S3Options{MinPart: part})
	b := bucketOn(t, s, nil)
	s3storage.Cut(b, part)
	return s, b
}

func wants(t testing.TB, err error, code waybill.Code, scope waybill.Scope, d waybill.Delivery) {
	t.Helper()
	e := waybill.AsError(err)
	if e == nil || e.Code != code || e.Scope != scope || e.Delivery != d || e.Provider != "s3storage" {
		t.Errorf("got %v: %+v", err, e)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		bucket, key, secret string
		o                   *s3storage.Options
	}{
		"no bucket":   {"", "k", "s", nil},
		"arn":         {"arn:aws:s3:us-east-1:1:accesspoint/a", "k", "s", nil},
		"slash":       {"a/b", "k", "s", nil},
		"no key":      {"b", "", "s", nil},
		"no secret":   {"b", "k", "", nil},
		"relative":    {"b", "k", "s", &s3storage.Options{BaseURL: "s3.example.com"}},
		"userinfo":    {"b", "k", "s", &s3storage.Options{BaseURL: "https://a:b@s3.example.com"}},
		"query":       {"b", "k", "s", &s3storage.Options{BaseURL: "https://s3.example.com?x=1"}},
		"scheme":      {"b", "k", "s", &s3storage.Options{BaseURL: "ftp://s3.example.com"}},
		"small parts": {"b", "k", "s", &s3storage.Options{PartSize: 1 << 20}},
		"concurrency": {"b", "k", "s", &s3storage.Options{Concurrency: -1}},
		"checksums":   {"b", "k", "s", &s3storage.Options{Checksums: 9}},
		"region":      {"b", "k", "s", &s3storage.Options{Region: "eu/1"}},
		"max reply":   {"b", "k", "s", &s3storage.Options{MaxReply: -1}},
	} {
		if _, err := s3storage.New(c.bucket, c.key, c.secret, c.o); waybill.CodeOf(err) != waybill.InvalidArgument || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Parts are as large as S3 wants them, unless a test makes them smaller.
func TestPartsAreLargeEnough(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	for name, c := range map[string]struct {
		body io.Reader
		o    storage.PutOptions
	}{
		"stream": {zeros(5<<20 + 1), storage.PutOptions{}}, "known": {zeros(5<<20 + 1), storage.PutOptions{Size: 5<<20 + 1}},
		"seeker": {bytes.NewReader(make([]byte, 17<<20)), storage.PutOptions{}},
	} {
		o, err := bucketOn(t, s, nil).Put(t.Context(), name, c.body, c.o)
		if err != nil || !strings.Contains(o.ETag, "-") {
			t.Errorf("%s: ETag %q, %v", name, o.ETag, err)
		}
	}
}

// What was uploaded in parts and then failed must not stay behind.
func TestFailedUploadsAreAborted(t *testing.T) {
	for name, c := range map[string]struct {
		fault  fakehttp.Fault
		method string
		param  string
		code   waybill.Code
	}{
		"part refused":       {storagetest.Refusal("InvalidArgument"), "PUT", "partNumber", waybill.Unsupported},
		"parts fail":         {storagetest.Refusal("InternalError"), "PUT", "partNumber", waybill.Internal},
		"completion refused": {storagetest.Refusal("InvalidPart"), "POST", "uploadId", waybill.Unsupported},
		"completion fails":   {storagetest.Refusal("InternalError"), "POST", "uploadId", waybill.Internal},
		"completion reset":   {fakehttp.ResetBeforeReply(), "POST", "uploadId", waybill.Unavailable},
		"error with status 200": {fakehttp.Answer("inside", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `<?xml version="1.0"?><Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>`)
		})), "POST", "uploadId", waybill.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, b := cut(t)
			s.FailWhen(func(r *http.Request, _ []byte) bool { return r.Method == c.method && r.URL.Query().Has(c.param) }, c.fault)
			_, err := b.Put(t.Context(), "k", zeros(5*part), storage.PutOptions{})
			if waybill.CodeOf(err) != c.code || err == nil {
				t.Errorf("got %v, want %v", err, c.code)
			}
			if c.method == "PUT" && waybill.DeliveryOf(err) != waybill.NotSent {
				t.Errorf("delivery %v, but nothing was completed", waybill.DeliveryOf(err))
			}
			if s.Uploads() != 0 || s.Stored("k") {
				t.Errorf("%d uploads open, stored %t", s.Uploads(), s.Stored("k"))
			}
		})
	}
}

func zeros(n int64) io.Reader { return io.LimitReader(zeroReader{}, n) }

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestCanceledUploadIsAborted(t *testing.T) {
	s, b := cut(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	// The parts hang, then the caller goes.
	s.FailWhen(func(r *http.Request, _ []byte) bool {
		hang := r.URL.Query().Get("partNumber") == "2"
		if hang {
			cancel()
		}
		return hang
	}, fakehttp.HangAfterRead())
	_, err := b.Put(ctx, "k", zeros(20*part), storage.PutOptions{})
	wants(t, err, waybill.Canceled, waybill.ScopeUnknown, waybill.NotSent)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not the caller's end", err)
	}
	if s.Uploads() != 0 || s.Stored("k") {
		t.Errorf("%d uploads open, stored %t", s.Uploads(), s.Stored("k"))
	}
}

func TestPartsAreSentAgain(t *testing.T) {
	for name, f := range map[string]fakehttp.Fault{"internal": storagetest.Refusal("InternalError"), "reset": fakehttp.ResetBeforeReply(),
		"corrupted": storagetest.Refusal("BadDigest"), "lost": fakehttp.After(fakehttp.ResetBeforeReply())} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, b := cut(t)
			s.Script(fakehttp.Rule{Times: 2, Fault: f, Match: func(r *http.Request, _ []byte) bool { return r.URL.Query().Get("partNumber") == "2" }})
			o, err := b.Put(t.Context(), "k", zeros(5*part), storage.PutOptions{})
			if err != nil || o.Size != 5*part || !s.Stored("k") {
				t.Errorf("%v, %d bytes", err, o.Size)
			}
		})
	}
}

func TestPutsAreNotSentAgain(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	b := bucketOn(t, s, nil)
	for _, f := range []fakehttp.Fault{storagetest.Refusal("InternalError"), fakehttp.ResetBeforeReply(), storagetest.Refusal("SlowDown"), fakehttp.Status(502, nil, "")} {
		s.Fail(f)
		before := s.Count("")
		if _, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{}); err == nil {
			t.Errorf("%s: no error", f)
		}
		if n := s.Count("") - before; n != 1 {
			t.Errorf("%s: %d requests, want 1", f, n)
		}
	}
}

func TestConflictIsTriedAgain(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	b := bucketOn(t, s, nil)
	s.FailNext(2, storagetest.Refusal("ConditionalRequestConflict"))
	if _, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{IfNotExists: true}); err != nil {
		t.Error(err)
	}
	s.Fail(storagetest.Refusal("ConditionalRequestConflict"))
	_, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{IfNotExists: true})
	wants(t, err, waybill.Unavailable, waybill.ScopeRequest, waybill.NotSent)
}

func TestCredentialsRotate(t *testing.T) {
	s := fake(t, storagetest.S3Options{SessionToken: "the-first-session-token-of-this-test"})
	access, secret, token := s.Keys()
	var asked atomic.Int64
	var mu sync.Mutex
	now := s3storage.Credentials{AccessKey: access, SecretKey: secret, SessionToken: token}
	b := bucketOn(t, s, func(o *s3storage.Options) {
		o.Credentials = func(context.Context) (s3storage.Credentials, error) {
			asked.Add(1)
			mu.Lock()
			defer mu.Unlock()
			return now, nil
		}
	})
	put := func() error {
		_, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
		return err
	}
	for range 3 {
		if err := put(); err != nil {
			t.Fatal(err)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	// The server's keys change; the refused request is made again with new ones.
	s.SetKeys("AKROTATED", "another-secret-of-this-test", "another-token-of-this-test")
	mu.Lock()
	now = s3storage.Credentials{AccessKey: "AKROTATED", SecretKey: "another-secret-of-this-test", SessionToken: "another-token-of-this-test"}
	mu.Unlock()
	if err := put(); err != nil {
		t.Errorf("after the rotation: %v", err)
	}
	s.ExpireToken()
	before := s.Count("")
	err := put()
	wants(t, err, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent)
	if n := s.Count("") - before; n != 2 {
		t.Errorf("%d requests with keys that stay refused, want 2", n)
	}
	if n := asked.Load(); n != 3 {
		t.Errorf("asked %d times, want 3", n)
	}
}

func TestCredentialsFail(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	for name, c := range map[string]struct {
		keys s3storage.Credentials
		err  error
		code waybill.Code
	}{
		"error":   {err: errors.New("no vault"), code: waybill.Unauthenticated},
		"ours":    {err: &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider}, code: waybill.Unavailable},
		"empty":   {code: waybill.Unauthenticated},
		"expired": {keys: s3storage.Credentials{AccessKey: "a", SecretKey: "b", Expires: time.Now().Add(-time.Hour)}, code: waybill.Unauthenticated},
	} {
		b := bucketOn(t, s, func(o *s3storage.Options) {
			o.Credentials = func(context.Context) (s3storage.Credentials, error) { return c.keys, c.err }
		})
		_, err := b.Head(t.Context(), "k")
		if waybill.CodeOf(err) != c.code || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%s: %v", name, err)
		}
		_, err = b.SignedURL(t.Context(), "k", storage.SignOptions{})
		if waybill.CodeOf(err) != c.code {
			t.Errorf("%s: signed url: %v", name, err)
		}
	}
	if n := s.Count(""); n != 0 {
		t.Errorf("%d requests without keys", n)
	}
}

func TestLinkDiesWithItsCredentials(t *testing.T) {
	s := fake(t, storagetest.S3Options{SessionToken: "the-session-token-of-this-test"})
	access, secret, token := s.Keys()
	end := time.Now().Add(10 * time.Minute)
	b := bucketOn(t, s, func(o *s3storage.Options) {
		o.Credentials = func(context.Context) (s3storage.Credentials, error) {
			return s3storage.Credentials{AccessKey: access, SecretKey: secret, SessionToken: token, Expires: end}, nil
		}
	})
	l, err := b.SignedURL(t.Context(), "k", storage.SignOptions{Expires: 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if l.Expires.After(end) || l.Expires.Before(end.Add(-5*time.Second)) {
		t.Errorf("the link says %v, the credentials end %v", l.Expires, end)
	}
	u, err := url.Parse(l.URL)
	if err != nil || u.Query().Get("X-Amz-Security-Token") != token {
		t.Errorf("the token is not in the link")
	}
	if life := u.Query().Get("X-Amz-Expires"); len(life) != 3 {
		t.Errorf("signed for %s seconds", life)
	}
}

// text reads the object "k".
func text(t testing.TB, b storage.Bucket, o storage.GetOptions) (string, error) {
	t.Helper()
	r, err := b.Get(t.Context(), "k", o)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(r)
	return string(data), err
}

// A tag that looks like an MD5 and is none is no reason to doubt the content.
func TestForeignTagsAreNoChecksums(t *testing.T) {
	kms := http.Header{"X-Amz-Server-Side-Encryption": {"aws:kms"}}
	for name, c := range map[string]struct {
		put, get string
		header   http.Header
	}{
		"constant": {"9b2cf535f27731c974343645a3985328", "9b2cf535f27731c974343645a3985328", nil},
		"kms":      {"9a0364b9e99bb480dd25e1f0284c8555", "9b2cf535f27731c974343645a3985328", kms}, // MD5 of "content"
		"parts":    {"9a0364b9e99bb480dd25e1f0284c8555", "9b2cf535f27731c974343645a3985328-2", nil},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			tag := c.get
			if r.Method == http.MethodPut {
				tag = c.put
			}
			maps.Copy(w.Header(), c.header)
			w.Header().Set("ETag", `"`+tag+`"`)
			if r.Method == http.MethodGet {
				w.Header().Set("Content-Length", "7")
				_, _ = io.WriteString(w, "content")
			}
		}))
		t.Cleanup(s.Close)
		b, err := s3storage.New("bucket", "key-of-the-test", "secret-of-the-test", &s3storage.Options{BaseURL: s.URL, PathStyle: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Put(t.Context(), "k", strings.NewReader("content"), storage.PutOptions{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := text(t, b, storage.GetOptions{}); got != "content" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// Keys of others that XML cannot carry, or that no verb could name, do not spoil
// a listing; servers that do not know the encoding are understood too.
func TestListsOfOthersKeys(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"encoded": {`<EncodingType>url</EncodingType><Contents><Key>a%01b</Key></Contents><Contents><Key>a+b%2Bc%25/d</Key></Contents><Contents><Key>x//y</Key></Contents>`, "a b+c%/d"},
		"plain":   {`<Contents><Key>a+b%2Bc</Key></Contents>`, "a+b%2Bc"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("encoding-type") != "url" {
				t.Errorf("asked %s", r.URL.RawQuery)
			}
			_, _ = io.WriteString(w, `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>`+c.body+`</ListBucketResult>`)
		}))
		t.Cleanup(s.Close)
		b, err := s3storage.New("bucket", "key-of-the-test", "secret-of-the-test", &s3storage.Options{BaseURL: s.URL, PathStyle: true})
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for o, err := range b.List(t.Context(), storage.ListOptions{}) {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			keys = append(keys, o.Key)
		}
		if strings.Join(keys, "|") != c.want {
			t.Errorf("%s: %q", name, keys)
		}
	}
}

func TestCutReadsAreFound(t *testing.T) {
	for _, f := range []fakehttp.Fault{fakehttp.After(fakehttp.CutBody()), fakehttp.After(fakehttp.ResetMidReply())} {
		s := fake(t, storagetest.S3Options{})
		b := bucketOn(t, s, nil)
		if _, err := b.Put(t.Context(), "k", strings.NewReader(strings.Repeat("x", 1000)), storage.PutOptions{}); err != nil {
			t.Fatal(err)
		}
		s.Fail(f)
		r, err := b.Get(t.Context(), "k", storage.GetOptions{})
		if err == nil {
			_, err = io.ReadAll(r)
			_ = r.Close()
		}
		if waybill.CodeOf(err) != waybill.DataLoss || err == nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestStrangeServers(t *testing.T) {
	s := fake(t, storagetest.S3Options{HideETags: true})
	b := bucketOn(t, s, nil)
	_, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous)
	_, err = b.Head(t.Context(), "k")
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous)
	_, err = b.Get(t.Context(), "k", storage.GetOptions{})
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous)

	s = fake(t, storagetest.S3Options{IgnoreRanges: true})
	b = bucketOn(t, s, nil)
	if _, err := b.Put(t.Context(), "k", strings.NewReader("0123456789"), storage.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	_, err = b.Get(t.Context(), "k", storage.GetOptions{Offset: 5})
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous)

	s.Fail(fakehttp.Status(200, nil, `<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>`))
	for _, err = range b.List(t.Context(), storage.ListOptions{}) {
	}
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous)
}

func TestOddBodies(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	b := bucketOn(t, s, nil)
	for _, kind := range []string{"application/xml", "application/json"} {
		for _, f := range append(fakehttp.OddBodies(kind), fakehttp.Status(200, nil, "<a>"), fakehttp.Status(200, nil, "<Error/>"), fakehttp.Status(200, nil, "<Error><Code></Code></Error>")) {
			s.Fail(f)
			for _, err := range b.List(t.Context(), storage.ListOptions{}) {
				if err == nil || waybill.AsError(err).Provider != "s3storage" {
					t.Errorf("%s: list: %v", f, err)
				}
			}
			for what, err := range map[string]error{"delete": b.Delete(t.Context(), "a", "b"), "delete one": b.Delete(t.Context(), "a")} {
				if err == nil {
					t.Errorf("%s: %s: no error", f, what)
				}
			}
			if _, err := b.Copy(t.Context(), "a", "b"); err == nil {
				t.Errorf("%s: copy: no error", f)
			}
		}
	}
}

func TestDeleteNamesHowManyFailed(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	b := bucketOn(t, s, nil)
	for _, k := range []string{"a", "object-lock/b", "c"} {
		if _, err := b.Put(t.Context(), k, strings.NewReader("x"), storage.PutOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	err := b.Delete(t.Context(), "a", "object-lock/b", "c")
	wants(t, err, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent)
	if err == nil || !strings.Contains(err.Error(), "1 of 3 objects") || s.Stored("a") || s.Stored("c") || !s.Stored("object-lock/b") {
		t.Errorf("%v", err)
	}
}

func TestDeclaredLimits(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	b := bucketOn(t, s, func(o *s3storage.Options) { o.NoIfNotExists = true })
	for name, o := range map[string]storage.PutOptions{
		"if not exists":     {IfNotExists: true},
		"large":             {Size: 6 << 40},
		"disposition":       {ContentDisposition: "attachment; filename=\"发票.pdf\""},
		"encoded too large": {Metadata: map[string]string{"a": strings.Repeat("长", 600)}},
	} {
		_, err := b.Put(t.Context(), "k", strings.NewReader("x"), o)
		if waybill.CodeOf(err) != waybill.Unsupported || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := s.Count(""); n != 0 || b.Capabilities().IfNotExists {
		t.Errorf("%d requests", n)
	}
}

func TestWrongSetupIsNotAMissingObject(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	access, secret, _ := s.Keys()
	at := func(bucket string, o s3storage.Options) *s3storage.Bucket {
		o.BaseURL, o.PathStyle, o.HTTPClient = s.URL(), true, s.Client()
		b, err := s3storage.New(bucket, access, secret, &o)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, b := range map[string]*s3storage.Bucket{"bucket": at("another", s3storage.Options{}), "region": at(s.Bucket(), s3storage.Options{Region: "eu-west-1"})} {
		_, err := b.Get(t.Context(), "k", storage.GetOptions{})
		if waybill.CodeOf(err) != waybill.PermissionDenied || waybill.ScopeOf(err) != waybill.ScopeAccount {
			t.Errorf("%s: %v", name, err)
		}
		_, err = b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
		wants(t, err, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent)
	}
}

// The idle time-out ends what hangs, and is no deadline of the caller's.
func TestSilenceIsBounded(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	b := bucketOn(t, s, func(o *s3storage.Options) { o.IdleTimeout = 100 * time.Millisecond })
	if _, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	s.Fail(fakehttp.HangAfterRead())
	_, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
	if waybill.CodeOf(err) != waybill.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded) || waybill.DeliveryOf(err) != waybill.Ambiguous {
		t.Errorf("put: %v, %v", err, waybill.DeliveryOf(err))
	}
	_, err = b.Head(t.Context(), "k")
	if waybill.CodeOf(err) != waybill.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("head: %v", err)
	}
	s.Fail(fakehttp.After(fakehttp.SlowBody(time.Hour)))
	r, err := b.Get(t.Context(), "k", storage.GetOptions{})
	if err == nil {
		_, err = io.ReadAll(r)
		_ = r.Close()
	}
	if waybill.CodeOf(err) != waybill.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("get: %v", err)
	}
}

func TestUserAgent(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	b := bucketOn(t, s, func(o *s3storage.Options) { o.UserAgent = "orders/1.2" })
	if _, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := s.Log()[0].Header.Get("User-Agent"); !strings.HasPrefix(got, "orders/1.2 aws-sdk-go-v2/") {
		t.Errorf("%q", got)
	}
}

// Connections that the server closed while nobody used them cost no Put.
func TestClosedIdleConnections(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	b := bucketOn(t, s, nil)
	large := bytes.Repeat([]byte("0123456789"), 60_000)
	for range 20 {
		s.Fail(fakehttp.Refuse())
		s.Heal()
		_, err := b.Put(t.Context(), "k", bytes.NewReader(large), storage.PutOptions{})
		if err != nil && waybill.DeliveryOf(err) != waybill.NotSent && waybill.AsError(err).VendorCode != wire.CodeReset {
			t.Errorf("%v, %v", err, waybill.DeliveryOf(err))
		}
		if err != nil && waybill.DeliveryOf(err) == waybill.NotSent && s.Stored("k") {
			t.Errorf("%v, but it is stored", err)
		}
		if err := b.Delete(t.Context(), "k"); err != nil && waybill.CodeOf(err) != waybill.Unavailable {
			t.Error(err)
		}
	}
}

// A body that keeps moving is not cut off by the idle time-out.
func TestSlowBodiesPass(t *testing.T) {
	s := fake(t, storagetest.S3Options{})
	b := bucketOn(t, s, func(o *s3storage.Options) { o.IdleTimeout = 300 * time.Millisecond })
	slow := &slowSeeker{Reader: *bytes.NewReader(make([]byte, 400))}
	if _, err := b.Put(t.Context(), "k", slow, storage.PutOptions{}); err != nil {
		t.Error(err)
	}
}

// slowSeeker gives a few bytes every few milliseconds.
type slowSeeker struct{ bytes.Reader }

func (s *slowSeeker) Read(p []byte) (int, error) {
	<-time.After(5 * time.Millisecond)
	return s.Reader.Read(p[:min(len(p), 4)])
}

func (s *slowSeeker) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, struct{ io.Reader }{s}) }

// The transfer manager writes to the standard logger when a completion fails;
// ours never reaches that line.
func TestNothingIsLogged(t *testing.T) {
	var out bytes.Buffer
	log.SetOutput(&out)
	defer log.SetOutput(io.Discard)
	s, b := cut(t)
	s.FailWhen(func(r *http.Request, _ []byte) bool { return r.Method == "POST" && r.URL.Query().Has("uploadId") }, storagetest.Refusal("InternalError"))
	_, err := b.Put(t.Context(), "private-name", zeros(5*part), storage.PutOptions{})
	if err == nil || out.Len() > 0 {
		t.Errorf("%v, logged %q", err, out.String())
	}
	_, err = b.Put(t.Context(), "private-name", iotest.ErrReader(io.ErrNoProgress), storage.PutOptions{})
	if err == nil || strings.Contains(err.Error(), "private-name") || out.Len() > 0 {
		t.Errorf("%v, logged %q", err, out.String())
	}
}
