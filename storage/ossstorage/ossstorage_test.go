package ossstorage_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/ossstorage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

func fake(t testing.TB, o storagetest.OSSOptions) *storagetest.OSS {
	t.Helper()
	s := storagetest.NewOSS(&o)
	t.Cleanup(s.Close)
	return s
}

func wants(t testing.TB, err error, code waybill.Code, scope waybill.Scope, d waybill.Delivery) {
	t.Helper()
	e := waybill.AsError(err)
	if e == nil || e.Code != code || e.Scope != scope || e.Delivery != d || e.Provider != "ossstorage" {
		t.Errorf("got %v: %+v", err, e)
	}
}

func put(t testing.TB, b storage.Bucket, key, text string) storage.Object {
	t.Helper()
	o, err := b.Put(t.Context(), key, strings.NewReader(text), storage.PutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func read(t testing.TB, b storage.Bucket, key string, o storage.GetOptions) (string, error) {
	t.Helper()
	r, err := b.Get(t.Context(), key, o)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(r)
	return string(data), err
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		bucket, key, secret string
		o                   *ossstorage.Options
	}{
		"no bucket":      {"", "k", "s", nil},
		"capitals":       {"Bucket", "k", "s", nil},
		"no key":         {"bucket", "", "s", nil},
		"no secret":      {"bucket", "k", "", nil},
		"relative":       {"bucket", "k", "s", &ossstorage.Options{BaseURL: "oss.example.com"}},
		"path":           {"bucket", "k", "s", &ossstorage.Options{BaseURL: "https://oss.example.com/files"}},
		"link":           {"bucket", "k", "s", &ossstorage.Options{LinkURL: "https://a:b@files.example.com"}},
		"region":         {"bucket", "k", "s", &ossstorage.Options{Region: "cn_hangzhou"}},
		"region of old":  {"bucket", "k", "s", &ossstorage.Options{Region: "oss-cn-hangzhou"}},
		"two endpoints":  {"bucket", "k", "s", &ossstorage.Options{Internal: true, BaseURL: "https://oss.example.com"}},
		"cname of which": {"bucket", "k", "s", &ossstorage.Options{CName: true}},
		"small parts":    {"bucket", "k", "s", &ossstorage.Options{PartSize: 1 << 10}},
		"concurrency":    {"bucket", "k", "s", &ossstorage.Options{Concurrency: -1}},
		"max reply":      {"bucket", "k", "s", &ossstorage.Options{MaxReply: -1}},
		"user agent":     {"bucket", "k", "s", &ossstorage.Options{UserAgent: "a\nb"}},
	} {
		if _, err := ossstorage.New(c.bucket, c.key, c.secret, c.o); waybill.CodeOf(err) != waybill.InvalidArgument || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// everywhere is a client that dials the fake whatever the host.
func everywhere(s *storagetest.OSS) *http.Client {
	u, _ := url.Parse(s.URL())
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, u.Host)
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
}

// Calls go to the endpoint of calls, links are for that of links.
func TestEndpoints(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{TLS: true, CName: "files.example.com"})
	access, secret, _ := s.Keys()
	for name, c := range map[string]struct {
		o          ossstorage.Options
		call, link string
	}{
		"public":   {ossstorage.Options{}, "waybill-fake.oss-cn-hangzhou.aliyuncs.com", "waybill-fake.oss-cn-hangzhou.aliyuncs.com"},
		"internal": {ossstorage.Options{Internal: true}, "waybill-fake.oss-cn-hangzhou-internal.aliyuncs.com", "waybill-fake.oss-cn-hangzhou.aliyuncs.com"},
		"bound":    {ossstorage.Options{Internal: true, LinkURL: "https://files.example.com"}, "waybill-fake.oss-cn-hangzhou-internal.aliyuncs.com", "files.example.com"},
		"cname":    {ossstorage.Options{BaseURL: "https://files.example.com", CName: true}, "files.example.com", "files.example.com"},
		"other":    {ossstorage.Options{BaseURL: "https://oss-accelerate.aliyuncs.com"}, "waybill-fake.oss-accelerate.aliyuncs.com", "waybill-fake.oss-accelerate.aliyuncs.com"},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.HTTPClient = everywhere(s)
			b, err := ossstorage.New(s.Bucket(), access, secret, &c.o)
			if err != nil {
				t.Fatal(err)
			}
			put(t, b, "a/发票 1.pdf", "content")
			log := s.Log()
			if last := log[len(log)-1]; last.Host != c.call || last.Path != "/a/发票 1.pdf" {
				t.Errorf("called %s %s", last.Host, last.Path)
			}
			l, err := b.SignedURL(t.Context(), "a/发票 1.pdf", storage.SignOptions{ContentDisposition: `attachment; filename="a b.pdf"`})
			if err != nil {
				t.Fatal(err)
			}
			if u, err := url.Parse(l.URL); err != nil || u.Host != c.link {
				t.Errorf("a link to %q, %v", u.Host, err)
			}
			res, err := c.o.HTTPClient.Get(l.URL)
			if err != nil {
				t.Fatal("no answer")
			}
			data, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if res.StatusCode != 200 || string(data) != "content" || res.Header.Get("Content-Disposition") != `attachment; filename="a b.pdf"` {
				t.Errorf("%d %q %q", res.StatusCode, data, res.Header.Get("Content-Disposition"))
			}
		})
	}
}

func TestPathStyleIsRefusedAtAHostName(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{})
	res, err := everywhere(s).Get("http://oss-cn-hangzhou.aliyuncs.com/waybill-fake/k")
	if err != nil {
		t.Fatal(err)
	}
	data, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if res.StatusCode != 403 || !strings.Contains(string(data), "SecondLevelDomainForbidden") {
		t.Errorf("%d %s", res.StatusCode, data)
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
		"beginning refused":  {storagetest.OSSRefusal("AccessDenied"), "POST", "uploads", waybill.PermissionDenied},
		"part refused":       {storagetest.OSSRefusal("InvalidArgument"), "PUT", "partNumber", waybill.Unsupported},
		"parts fail":         {storagetest.OSSRefusal("InternalError"), "PUT", "partNumber", waybill.Internal},
		"completion refused": {storagetest.OSSRefusal("InvalidPart"), "POST", "uploadId", waybill.Unsupported},
		"completion fails":   {storagetest.OSSRefusal("InternalError"), "POST", "uploadId", waybill.Internal},
		"completion reset":   {fakehttp.ResetBeforeReply(), "POST", "uploadId", waybill.Unavailable},
		"error with status 200": {fakehttp.Answer("inside", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `<?xml version="1.0"?><Error><Code>InternalError</Code><Message>x</Message></Error>`)
		})), "POST", "uploadId", waybill.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fake(t, storagetest.OSSOptions{})
			b := bucketOn(t, s, func(o *ossstorage.Options) { o.PartSize = 100 << 10 })
			s.FailWhen(func(r *http.Request, _ []byte) bool { return r.Method == c.method && r.URL.Query().Has(c.param) }, c.fault)
			_, err := b.Put(t.Context(), "k", zeros(450<<10), storage.PutOptions{})
			if waybill.CodeOf(err) != c.code || err == nil {
				t.Errorf("got %v, want %v", err, c.code)
			}
			if !strings.HasPrefix(name, "completion") && !strings.HasPrefix(name, "error") && waybill.DeliveryOf(err) != waybill.NotSent {
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
	s := fake(t, storagetest.OSSOptions{})
	b := bucketOn(t, s, func(o *ossstorage.Options) { o.PartSize = 100 << 10 })
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
	_, err := b.Put(ctx, "k", zeros(3<<20), storage.PutOptions{})
	wants(t, err, waybill.Canceled, waybill.ScopeUnknown, waybill.NotSent)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not the caller's end", err)
	}
	if s.Uploads() != 0 || s.Stored("k") {
		t.Errorf("%d uploads open, stored %t", s.Uploads(), s.Stored("k"))
	}
}

func TestPartsAreSentAgain(t *testing.T) {
	for name, f := range map[string]fakehttp.Fault{"internal": storagetest.OSSRefusal("InternalError"), "reset": fakehttp.ResetBeforeReply(),
		"corrupted": storagetest.OSSRefusal("InvalidDigest"), "lost": fakehttp.After(fakehttp.ResetBeforeReply())} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fake(t, storagetest.OSSOptions{})
			b := bucketOn(t, s, func(o *ossstorage.Options) { o.PartSize = 100 << 10 })
			s.Script(fakehttp.Rule{Times: 2, Fault: f, Match: func(r *http.Request, _ []byte) bool { return r.URL.Query().Get("partNumber") == "2" }})
			o, err := b.Put(t.Context(), "k", zeros(450<<10), storage.PutOptions{})
			if err != nil || o.Size != 450<<10 || !s.Stored("k") {
				t.Errorf("%v, %d bytes", err, o.Size)
			}
		})
	}
}

func TestPutsAreNotSentAgain(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{})
	b := bucketOn(t, s, nil)
	for _, f := range []fakehttp.Fault{storagetest.OSSRefusal("InternalError"), fakehttp.ResetBeforeReply(), storagetest.OSSRefusal("QpsLimitExceeded"),
		fakehttp.Status(502, nil, ""), storagetest.OSSRefusal("RequestTimeTooSkewed"), storagetest.OSSRefusal("NotImplemented")} {
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

// A file is read where it lies, from where it stands; a stream is not.
func TestPartsOfAFile(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{})
	b := bucketOn(t, s, nil)
	ossstorage.Cut(b, part)
	data := bytes.Repeat([]byte("0123456789abcde"), 18*part/15)
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Seek(7, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("crc64:%016x", crc64.Checksum(data[7:], crc64.MakeTable(crc64.ECMA)))
	o, err := b.Put(t.Context(), "k", f, storage.PutOptions{})
	if err != nil || o.Size != int64(len(data)-7) || o.Checksum != want {
		t.Fatalf("%+v, %v", o, err)
	}
	if got, err := read(t, b, "k", storage.GetOptions{}); err != nil || got != string(data[7:]) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	// It is shorter than it said, or cannot be read.
	for name, r := range map[string]io.Reader{"shorter": &shrunk{Reader: bytes.NewReader(data)}, "broken": &shrunk{Reader: bytes.NewReader(data), err: iotest.ErrTimeout}} {
		_, err := b.Put(t.Context(), "k2", r, storage.PutOptions{})
		wants(t, err, waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent)
		if s.Stored("k2") || s.Uploads() != 0 {
			t.Errorf("%s: stored %t, %d uploads open", name, s.Stored("k2"), s.Uploads())
		}
	}
}

// shrunk is a file that ends before its end.
type shrunk struct {
	*bytes.Reader
	err error
}

func (s *shrunk) ReadAt(p []byte, off int64) (int, error) {
	if off >= 9*part {
		if s.err != nil {
			return 0, s.err
		}
		return 0, io.EOF
	}
	return s.Reader.ReadAt(p, off)
}

func TestWrongChecksums(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{WrongCRC: true})
	b := bucketOn(t, s, func(o *ossstorage.Options) { o.PartSize = 100 << 10 })
	_, err := b.Put(t.Context(), "k", strings.NewReader("content"), storage.PutOptions{})
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous)
	_, err = b.Put(t.Context(), "parts", zeros(300<<10), storage.PutOptions{})
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.NotSent)
	if s.Stored("parts") || s.Uploads() != 0 {
		t.Errorf("parts with wrong checksums became an object")
	}
	s = fake(t, storagetest.OSSOptions{HideCRC: true})
	b = bucketOn(t, s, nil)
	if o := put(t, b, "k", "content"); o.Checksum != "" {
		t.Errorf("a checksum from nowhere: %q", o.Checksum)
	}
	if got, err := read(t, b, "k", storage.GetOptions{}); got != "content" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestCorruptedReadsAreFound(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{})
	b := bucketOn(t, s, nil)
	if o := put(t, b, "k", "content"); o.Checksum != fmt.Sprintf("crc64:%016x", crc64.Checksum([]byte("content"), crc64.MakeTable(crc64.ECMA))) {
		t.Errorf("checksum %q", o.Checksum)
	}
	s.Corrupt("k")
	_, err := read(t, b, "k", storage.GetOptions{})
	wants(t, err, waybill.DataLoss, waybill.ScopeRequest, waybill.NotSent)
	for _, f := range []fakehttp.Fault{fakehttp.After(fakehttp.CutBody()), fakehttp.After(fakehttp.ResetMidReply())} {
		s.Fail(f)
		if _, err := read(t, b, "k", storage.GetOptions{}); waybill.CodeOf(err) != waybill.DataLoss || err == nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}

// OSS compresses texts for those who take it, and then says neither length nor
// checksum.
func TestTextsAreNotCompressed(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{})
	b := bucketOn(t, s, nil)
	text := strings.Repeat("compressible ", 1000)
	if _, err := b.Put(t.Context(), "k", strings.NewReader(text), storage.PutOptions{ContentType: "text/plain"}); err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, b, "k", storage.GetOptions{}); got != text || err != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestStrangeServers(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{HideETags: true})
	b := bucketOn(t, s, nil)
	_, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous)
	_, err = b.Head(t.Context(), "k")
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous)
	_, err = b.Get(t.Context(), "k", storage.GetOptions{})
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous)

	s = fake(t, storagetest.OSSOptions{IgnoreRanges: true})
	b = bucketOn(t, s, nil)
	put(t, b, "k", "0123456789")
	_, err = b.Get(t.Context(), "k", storage.GetOptions{Offset: 5})
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous)
	s.Fail(fakehttp.Status(200, nil, `<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>`))
	for _, err = range b.List(t.Context(), storage.ListOptions{}) {
	}
	wants(t, err, waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous)
}

// A range of the last bytes is served whole when there are fewer, whether OSS
// cuts it or refuses it.
func TestLastBytesOfAShortObject(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{})
	b := bucketOn(t, s, nil)
	put(t, b, "k", "0123456789")
	for _, refuse := range []bool{false, true} {
		if refuse {
			s.FailWhen(func(r *http.Request, _ []byte) bool { return r.Header.Get("Range") != "" }, storagetest.OSSRefusal("InvalidRange"))
		}
		if got, err := read(t, b, "k", storage.GetOptions{Offset: -20}); got != "0123456789" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	_, err := read(t, b, "k", storage.GetOptions{Offset: -3})
	wants(t, err, waybill.InvalidArgument, waybill.ScopeRequest, waybill.NotSent)
}

func TestOddBodies(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{})
	b := bucketOn(t, s, nil)
	for _, kind := range []string{"application/xml", "application/json"} {
		for _, f := range append(fakehttp.OddBodies(kind), fakehttp.Status(200, nil, "<a>"), fakehttp.Status(200, nil, "<Error/>"), fakehttp.Status(200, nil, "<Error><Code></Code></Error>")) {
			s.Fail(f)
			for _, err := range b.List(t.Context(), storage.ListOptions{}) {
				if err == nil || waybill.AsError(err).Provider != "ossstorage" {
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
	s := fake(t, storagetest.OSSOptions{})
	b := bucketOn(t, s, nil)
	for _, k := range []string{"a", "object-lock/b", "c d"} {
		put(t, b, k, "x")
	}
	err := b.Delete(t.Context(), "a", "object-lock/b", "c d")
	wants(t, err, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent)
	if err == nil || !strings.Contains(err.Error(), "1 of 3 objects") || s.Stored("a") || s.Stored("c d") || !s.Stored("object-lock/b") {
		t.Errorf("%v", err)
	}
}

func TestLimitsBeforeTheNetwork(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{Versioned: true})
	b := bucketOn(t, s, func(o *ossstorage.Options) { o.Versioned = true })
	for name, o := range map[string]storage.PutOptions{
		"if not exists": {IfNotExists: true},
		"large":         {Size: 49 << 40},
		"disposition":   {ContentDisposition: "attachment; filename=\"发票.pdf\""},
	} {
		_, err := b.Put(t.Context(), "k", iotest.OneByteReader(strings.NewReader("x")), o)
		wants(t, err, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent)
		if n := s.Count(""); n != 0 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
	long := strings.Repeat("k", 1024)
	_, err := b.Head(t.Context(), long)
	wants(t, err, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent)
	_, err = b.SignedURL(t.Context(), long, storage.SignOptions{})
	wants(t, err, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent)
	if n := s.Count(""); n != 0 || b.Capabilities().IfNotExists {
		t.Errorf("%d requests", n)
	}
}

// A bucket with versions overwrites in spite of the ban. That is said once, and
// refused from then on.
func TestVersionsAreNoticed(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{Versioned: true})
	b := bucketOn(t, s, nil)
	_, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{IfNotExists: true})
	wants(t, err, waybill.FailedPrecondition, waybill.ScopeRequest, waybill.Sent)
	_, err = b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{IfNotExists: true})
	wants(t, err, waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent)
	put(t, b, "k", "y")
}

func TestWrongSetupIsNotAMissingObject(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{})
	access, secret, _ := s.Keys()
	at := func(bucket, region string) *ossstorage.Bucket {
		b, err := ossstorage.New(bucket, access, secret, &ossstorage.Options{BaseURL: s.URL(), Region: region, HTTPClient: s.Client()})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, b := range map[string]*ossstorage.Bucket{"bucket": at("another", ""), "region": at(s.Bucket(), "cn-beijing")} {
		_, err := b.Get(t.Context(), "k", storage.GetOptions{})
		wants(t, err, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent)
		_, err = b.Head(t.Context(), "k")
		wants(t, err, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent)
		if name == "region" && !strings.Contains(err.Error(), "EC 0002-00000226") {
			t.Errorf("without OSS's finer code: %v", err)
		}
	}
	s.Fail(fakehttp.Status(404, nil, ""))
	_, err := at(s.Bucket(), "").Head(t.Context(), "k")
	wants(t, err, waybill.NotFound, waybill.ScopeRequest, waybill.NotSent)
	// The key of the bucket's encryption is disabled: OSS says 409.
	s.Fail(fakehttp.Status(409, http.Header{"Content-Type": {"application/xml"}}, "<Error><Code>OfKMS</Code><EC>0005-00000214</EC></Error>"))
	_, err = at(s.Bucket(), "").Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
	wants(t, err, waybill.PermissionDenied, waybill.ScopeAccount, waybill.NotSent)
}

func TestTheClockIsNotCorrected(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{})
	b := bucketOn(t, s, nil)
	s.Advance(time.Hour)
	for range 2 {
		_, err := b.Head(t.Context(), "k")
		wants(t, err, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent)
	}
	if n := s.Count(""); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestCredentialsRotate(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{SessionToken: "the-first-security-token-of-this-test"})
	access, secret, token := s.Keys()
	var asked atomic.Int64
	end := time.Now().Add(10 * time.Minute)
	var now atomic.Pointer[ossstorage.Credentials]
	now.Store(&ossstorage.Credentials{AccessKey: access, SecretKey: secret, SessionToken: token, Expires: end})
	b := bucketOn(t, s, func(o *ossstorage.Options) {
		o.Credentials = func(context.Context) (ossstorage.Credentials, error) { asked.Add(1); return *now.Load(), nil }
	})
	for range 3 {
		put(t, b, "k", "x")
	}
	// A link dies with its token.
	l, err := b.SignedURL(t.Context(), "k", storage.SignOptions{Expires: 24 * time.Hour})
	if err != nil || l.Expires.After(end) || l.Expires.Before(end.Add(-5*time.Second)) {
		t.Errorf("the link says %v, the token ends %v; %v", l.Expires, end, err)
	}
	if u, err := url.Parse(l.URL); err != nil || u.Query().Get("x-oss-security-token") != token {
		t.Error("the token is not in the link")
	}
	// The server's keys change; the refused request is made again with new ones.
	s.SetKeys("LTROTATED", "another-secret-of-this-test", "another-token-of-this-test")
	now.Store(&ossstorage.Credentials{AccessKey: "LTROTATED", SecretKey: "another-secret-of-this-test", SessionToken: "another-token-of-this-test"})
	put(t, b, "k", "x")
	if n := asked.Load(); n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
	s.ExpireToken()
	_, err = b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
	wants(t, err, waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent)
	for _, secret := range []string{"another-secret-of-this-test", "another-token-of-this-test", "LTROTATED"} {
		if text := fmt.Sprintf("%v %+v %#v %v %+v %#v", err, err, err, b, b, b); strings.Contains(text, secret) {
			t.Error("a secret can be printed")
		}
	}
}

func TestSilenceIsBounded(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{})
	b := bucketOn(t, s, func(o *ossstorage.Options) { o.IdleTimeout = 100 * time.Millisecond })
	put(t, b, "k", "x")
	s.Fail(fakehttp.HangAfterRead())
	_, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
	if waybill.CodeOf(err) != waybill.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded) || waybill.DeliveryOf(err) != waybill.Ambiguous {
		t.Errorf("put: %v, %v", err, waybill.DeliveryOf(err))
	}
	s.Fail(fakehttp.After(fakehttp.SlowBody(time.Hour)))
	if _, err := read(t, b, "k", storage.GetOptions{}); waybill.CodeOf(err) != waybill.DeadlineExceeded {
		t.Errorf("get: %v", err)
	}
}

func TestUserAgentAndName(t *testing.T) {
	s := fake(t, storagetest.OSSOptions{})
	account := waybill.NewAccount("oss", waybill.Limits{})
	b := bucketOn(t, s, func(o *ossstorage.Options) { o.UserAgent, o.Account = "orders/1.2", account })
	put(t, b, "k", "x")
	if got := s.Log()[0].Header.Get("User-Agent"); !strings.HasPrefix(got, "orders/1.2 alibabacloud-go-sdk-v2/") {
		t.Errorf("%q", got)
	}
	if b.Name() != "ossstorage" || b.Account() != account || b.Close() != nil {
		t.Error("name, account or close")
	}
}
