package storage_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/memstorage"
	"github.com/waybill-go/waybill/storage/storagetest"
)

// faulty is a bucket in memory that can be told to fail.
type faulty struct {
	*memstorage.Bucket
	mu sync.Mutex
	// fail is returned instead of doing anything, lose after a Put was done;
	// read is how much of a body is read before it fails.
	fail, lose *waybill.Error
	read       int64
	calls      []string
}

func newFaulty(t testing.TB, name string) *faulty {
	t.Helper()
	b, err := memstorage.New(name, &memstorage.Options{BaseURL: "https://" + name + ".example.com", Secret: []byte("a secret of 16 bytes or more")})
	if err != nil {
		t.Fatal(err)
	}
	return &faulty{Bucket: b}
}

func (f *faulty) note(verb string) *waybill.Error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, verb)
	return f.fail
}

func (f *faulty) set(fail *waybill.Error) { f.mu.Lock(); defer f.mu.Unlock(); f.fail = fail }

func (f *faulty) count(verb string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.calls {
		if c == verb {
			n++
		}
	}
	return n
}

func (f *faulty) traffic() int { f.mu.Lock(); defer f.mu.Unlock(); return len(f.calls) }

func (f *faulty) Put(ctx context.Context, key string, body io.Reader, o storage.PutOptions) (storage.Object, error) {
	if e := f.note("put"); e != nil {
		if f.read > 0 {
			_, _ = io.CopyN(io.Discard, body, f.read)
		}
		return storage.Object{}, e
	}
	obj, err := f.Bucket.Put(ctx, key, body, o)
	if f.lose != nil {
		return storage.Object{}, f.lose
	}
	return obj, err
}

func (f *faulty) Get(ctx context.Context, key string, o storage.GetOptions) (*storage.Reader, error) {
	if e := f.note("get"); e != nil {
		return nil, e
	}
	return f.Bucket.Get(ctx, key, o)
}

func (f *faulty) Head(ctx context.Context, key string) (storage.Object, error) {
	if e := f.note("head"); e != nil {
		return storage.Object{}, e
	}
	return f.Bucket.Head(ctx, key)
}

func (f *faulty) Delete(ctx context.Context, keys ...string) error {
	if e := f.note("delete"); e != nil {
		return e
	}
	return f.Bucket.Delete(ctx, keys...)
}

func (f *faulty) List(ctx context.Context, o storage.ListOptions) iter.Seq2[storage.Object, error] {
	if e := f.note("list"); e != nil {
		return func(yield func(storage.Object, error) bool) { yield(storage.Object{}, e) }
	}
	return f.Bucket.List(ctx, o)
}

var (
	down      = &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.NotSent, Message: "down"}
	ambiguous = &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Delivery: waybill.Ambiguous, Message: "reset"}
	slowDown  = &waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent}
)

// home and abroad are the buckets of most tests.
func pair(t testing.TB, options ...storage.Option) (f *storage.Failover, home, abroad *faulty) {
	t.Helper()
	home, abroad = newFaulty(t, "home"), newFaulty(t, "abroad")
	f, err := storage.NewFailover(append([]storage.Option{
		storage.With(home, storage.As("home")), storage.With(abroad, storage.As("abroad")),
		storage.WithPolicy(waybill.Policy{Backoff: -1}),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return f, home, abroad
}

func put(t testing.TB, b storage.Bucket, key, text string) storage.Object {
	t.Helper()
	o, err := b.Put(t.Context(), key, strings.NewReader(text), storage.PutOptions{})
	if err != nil {
		t.Fatalf("put: %v", err)
	}
	return o
}

func read(t testing.TB, b storage.Bucket, key string) string {
	t.Helper()
	r, err := b.Get(t.Context(), key, storage.GetOptions{})
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func wants(t testing.TB, err error, code waybill.Code, d waybill.Delivery) {
	t.Helper()
	if err == nil || waybill.CodeOf(err) != code || waybill.DeliveryOf(err) != d {
		t.Errorf("got %v (%v), want %v, %v", err, waybill.DeliveryOf(err), code, d)
	}
}

func TestConformanceOfOneBucketAmongSeveral(t *testing.T) {
	f, _, abroad := pair(t, storage.WithPolicy(waybill.Policy{Concurrency: -1}))
	storagetest.Run(t, storagetest.Harness{
		New:    func(testing.TB) storage.Bucket { return f },
		Prefix: "abroad:suite/", Handler: abroad.Handler(),
		Part: 256 << 10, Big: 4 << 20,
		Skip: map[string]string{"list/refused": "a prefix with the bucket's name may be longer than a key"},
	})
}

func TestPutReturnsPrefixedKey(t *testing.T) {
	f, home, _ := pair(t)
	o := put(t, f, "a/b", "x")
	if o.Key != "home:a/b" || !slices.Contains(home.calls, "put") {
		t.Fatalf("key %q", o.Key)
	}
	if got := read(t, f, o.Key); got != "x" {
		t.Errorf("read %q", got)
	}
	if o = put(t, f, "abroad:c", "y"); o.Key != "abroad:c" {
		t.Errorf("key %q", o.Key)
	}
	if got := read(t, f, "c"); got != "y" {
		t.Errorf("by the bare key: %q", got)
	}
	h, err := f.Head(t.Context(), "c")
	if err != nil || h.Key != "abroad:c" {
		t.Errorf("head %q, %v", h.Key, err)
	}
}

func TestPutFailsOver(t *testing.T) {
	for name, e := range map[string]*waybill.Error{"down": down, "ambiguous": ambiguous, "slow down": slowDown,
		"refused": {Code: waybill.PermissionDenied, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent}} {
		t.Run(name, func(t *testing.T) {
			f, home, abroad := pair(t)
			home.set(e)
			ctx, rec := waybill.WithRecorder(t.Context())
			o, err := f.Put(ctx, "k", strings.NewReader("text"), storage.PutOptions{})
			if err != nil || o.Key != "abroad:k" {
				t.Fatalf("%q, %v", o.Key, err)
			}
			if got := read(t, abroad, "k"); got != "text" {
				t.Errorf("stored %q", got)
			}
			last := rec.Attempts()
			if len(last) < 2 || last[len(last)-1].Instance != "abroad" {
				t.Errorf("attempts %+v", last)
			}
		})
	}
}

// A key that nobody had before is looked for nowhere, so a bucket that is down
// costs one attempt to write and nothing else.
func TestFreshKeyIsNotLookedFor(t *testing.T) {
	f, home, abroad := pair(t)
	if o, err := f.Put(t.Context(), "random", strings.NewReader("text"), storage.PutOptions{Fresh: true}); err != nil || o.Key != "home:random" {
		t.Fatalf("%q, %v", o.Key, err)
	}
	home.set(slowDown)
	if o, err := f.Put(t.Context(), "other", strings.NewReader("text"), storage.PutOptions{Fresh: true}); err != nil || o.Key != "abroad:other" {
		t.Fatalf("%q, %v", o.Key, err)
	}
	if home.count("head")+abroad.count("head") != 0 || home.count("put") != 2 || abroad.count("put") != 1 {
		t.Errorf("calls: home %v, abroad %v", home.calls, abroad.calls)
	}
}

// oneShot hides every method but Read.
type oneShot struct{ io.Reader }

func TestPutOfAReaderThatCannotBeRewound(t *testing.T) {
	f, home, abroad := pair(t)
	home.read = 4 << 20
	home.set(down)
	text := strings.Repeat("0123456789", 450_000)
	if _, err := f.Put(t.Context(), "fits", oneShot{strings.NewReader(text)}, storage.PutOptions{}); err != nil {
		t.Fatalf("what fits the first part goes on: %v", err)
	}
	if got := read(t, abroad, "fits"); got != text {
		t.Errorf("%d bytes arrived, want %d", len(got), len(text))
	}
	home.read = 6 << 20
	_, err := f.Put(t.Context(), "large", oneShot{strings.NewReader(text + text)}, storage.PutOptions{})
	wants(t, err, waybill.Unavailable, waybill.NotSent)
	if err == nil || !strings.Contains(err.Error(), "cannot be read again") {
		t.Errorf("the error does not say why: %v", err)
	}
	if _, err := abroad.Head(t.Context(), "large"); waybill.CodeOf(err) != waybill.NotFound {
		t.Errorf("a torn object abroad: %v", err)
	}
	home.read = 0
	if _, err := f.Put(t.Context(), "untouched", oneShot{strings.NewReader(text + text)}, storage.PutOptions{}); err != nil {
		t.Errorf("nothing was read, but it did not go on: %v", err)
	}
}

func TestPutOfAFailingReaderAsksNobodyElse(t *testing.T) {
	f, home, abroad := pair(t)
	_, err := f.Put(t.Context(), "k", iotest.ErrReader(errors.New("disk")), storage.PutOptions{Ref: "r"})
	wants(t, err, waybill.InvalidArgument, waybill.NotSent)
	if home.count("put") != 1 || abroad.count("put") != 0 {
		t.Errorf("puts %d and %d", home.count("put"), abroad.count("put"))
	}
	for _, s := range f.Status() {
		if s.Failures != 0 || s.Health != waybill.Healthy {
			t.Errorf("the caller's fault counts against %+v", s)
		}
	}
}

func TestIfNotExistsIsNotRepeatedElsewhere(t *testing.T) {
	f, home, abroad := pair(t)
	home.lose = ambiguous
	_, err := f.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{IfNotExists: true})
	wants(t, err, waybill.Unavailable, waybill.Ambiguous)
	if abroad.count("put") != 0 || home.count("put") != 1 {
		t.Errorf("puts %d and %d", home.count("put"), abroad.count("put"))
	}
	home.lose = nil
	_, err = f.Put(t.Context(), "k", strings.NewReader("y"), storage.PutOptions{IfNotExists: true})
	wants(t, err, waybill.AlreadyExists, waybill.NotSent)
	put(t, f, "abroad:there", "z")
	_, err = f.Put(t.Context(), "there", strings.NewReader("y"), storage.PutOptions{IfNotExists: true})
	wants(t, err, waybill.AlreadyExists, waybill.NotSent)
	abroad.set(down)
	_, err = f.Put(t.Context(), "new", strings.NewReader("y"), storage.PutOptions{IfNotExists: true})
	wants(t, err, waybill.Unavailable, waybill.NotSent)
	if home.count("put") != 1 {
		t.Errorf("written although a bucket could not say whether it has the key")
	}
}

func TestBareKeyIsWrittenWhereItIs(t *testing.T) {
	f, home, abroad := pair(t)
	put(t, f, "abroad:k", "old")
	if o := put(t, f, "k", "new"); o.Key != "abroad:k" {
		t.Errorf("written to %q", o.Key)
	}
	if home.count("put") != 0 || read(t, f, "k") != "new" {
		t.Errorf("a second object with the same bare key")
	}
	// Found, and then its bucket fails: writing it elsewhere is refused.
	abroad.mu.Lock()
	abroad.lose = ambiguous
	abroad.mu.Unlock()
	_, err := f.Put(t.Context(), "k", strings.NewReader("newer"), storage.PutOptions{})
	wants(t, err, waybill.Unavailable, waybill.Ambiguous)
	if home.count("put") != 0 {
		t.Errorf("written elsewhere")
	}
}

func TestBareKeyInSeveralBuckets(t *testing.T) {
	f, _, abroad := pair(t)
	put(t, f, "home:k", "one")
	put(t, f, "abroad:k", "two")
	_, err := f.Get(t.Context(), "k", storage.GetOptions{})
	wants(t, err, waybill.FailedPrecondition, waybill.NotSent)
	_, err = f.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
	wants(t, err, waybill.FailedPrecondition, waybill.NotSent)
	put(t, abroad, "k", "one")
	if got := read(t, f, "k"); got != "one" {
		t.Errorf("equal objects: %q", got)
	}
}

func TestReadsWhenABucketIsDown(t *testing.T) {
	f, home, _ := pair(t)
	put(t, f, "abroad:k", "x")
	home.set(down)
	if got := read(t, f, "k"); got != "x" {
		t.Errorf("read %q", got)
	}
	_, err := f.Get(t.Context(), "nothing", storage.GetOptions{})
	wants(t, err, waybill.Unavailable, waybill.NotSent) // not NotFound: nobody knows
	home.set(nil)
	if err := f.Restore("home"); err != nil {
		t.Fatal(err)
	}
	_, err = f.Get(t.Context(), "nothing", storage.GetOptions{})
	wants(t, err, waybill.NotFound, waybill.NotSent)
	_, err = f.Head(t.Context(), "home:nothing")
	wants(t, err, waybill.NotFound, waybill.NotSent)
}

func TestRegionsAreTheBoundary(t *testing.T) {
	home, abroad := newFaulty(t, "home"), newFaulty(t, "abroad")
	f, err := storage.NewFailover(
		storage.With(home, storage.As("home"), storage.In("CN")),
		storage.With(abroad, storage.As("abroad"), storage.Outside("CN")),
	)
	if err != nil {
		t.Fatal(err)
	}
	home.set(down)
	_, err = f.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{Region: "CN"})
	wants(t, err, waybill.Unavailable, waybill.NotSent)
	if n := abroad.traffic(); n != 0 {
		t.Errorf("%d requests crossed the border", n)
	}
	home.set(nil)
	if err := f.Restore("home"); err != nil {
		t.Fatal(err)
	}
	for region, want := range map[string]string{"CN": "home:k-CN", "HK": "abroad:k-HK", "DE": "abroad:k-DE"} {
		o, err := f.Put(t.Context(), "k-"+region, strings.NewReader(region), storage.PutOptions{Region: region})
		if err != nil || o.Key != want {
			t.Errorf("%s: %q, %v", region, o.Key, err)
		}
		if got := read(t, f, "k-"+region); got != region {
			t.Errorf("%s: read %q", region, got)
		}
	}
	_, err = f.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
	wants(t, err, waybill.InvalidArgument, waybill.NotSent)
	_, err = f.Put(t.Context(), "abroad:k", strings.NewReader("x"), storage.PutOptions{Region: "CN"})
	wants(t, err, waybill.Unsupported, waybill.NotSent)
	cands, err := f.Explain("k", storage.PutOptions{Region: "CN"})
	if err != nil || len(cands) != 2 || cands[0].Instance != "home" || cands[0].Order != 1 || cands[1].Err == nil {
		t.Errorf("explain: %+v, %v", cands, err)
	}
}

func TestDeleteAndCopy(t *testing.T) {
	f, home, abroad := pair(t)
	put(t, f, "home:a", "x")
	put(t, f, "abroad:a", "x")
	put(t, f, "abroad:b", "x")
	if err := f.Delete(t.Context(), "home:a", "b"); err != nil {
		t.Fatal(err)
	}
	if o, err := f.Head(t.Context(), "a"); err != nil || o.Key != "abroad:a" {
		t.Errorf("%q, %v", o.Key, err)
	}
	if o, err := f.Copy(t.Context(), "a", "copy"); err != nil || o.Key != "abroad:copy" {
		t.Errorf("%q, %v", o.Key, err)
	}
	_, err := f.Copy(t.Context(), "abroad:a", "home:copy")
	wants(t, err, waybill.Unsupported, waybill.NotSent)
	home.set(down)
	err = f.Delete(t.Context(), "copy")
	wants(t, err, waybill.Unavailable, waybill.NotSent)
	if _, err := abroad.Bucket.Head(t.Context(), "copy"); waybill.CodeOf(err) != waybill.NotFound {
		t.Errorf("the other bucket's object is still there: %v", err)
	}
}

func TestLinks(t *testing.T) {
	f, _, _ := pair(t)
	put(t, f, "abroad:k", "x")
	l, err := f.SignedURL(t.Context(), "k", storage.SignOptions{})
	if err != nil || l.Key != "abroad:k" || !strings.HasPrefix(l.URL, "https://abroad.example.com/k?") {
		t.Errorf("%v for %q, %v", l, l.Key, err)
	}
	_, err = f.SignedURL(t.Context(), "k", storage.SignOptions{Method: "PUT"})
	wants(t, err, waybill.InvalidArgument, waybill.NotSent)
	if l, err = f.SignedURL(t.Context(), "home:new", storage.SignOptions{Method: "PUT"}); err != nil || l.Key != "home:new" {
		t.Errorf("%v, %v", l, err)
	}
}

func TestNewFailoverRefuses(t *testing.T) {
	b := newFaulty(t, "b")
	for name, options := range map[string][]storage.Option{
		"nothing":   nil,
		"nil":       {storage.With(nil)},
		"same name": {storage.With(b), storage.With(b)},
		"colon":     {storage.With(b, storage.As("a:b"))},
		"slash":     {storage.With(b, storage.As("a/b"))},
		"region":    {storage.With(b), storage.WithDefaultRegion("china")},
		"in region": {storage.With(b, storage.In("china"))},
	} {
		if _, err := storage.NewFailover(options...); waybill.CodeOf(err) != waybill.InvalidArgument || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClosedAndDrained(t *testing.T) {
	f, _, _ := pair(t, storage.WithName("files"))
	if f.Name() != "files" {
		t.Errorf("name %q", f.Name())
	}
	if err := f.Drain("home"); err != nil {
		t.Fatal(err)
	}
	if o := put(t, f, "k", "x"); o.Key != "abroad:k" {
		t.Errorf("a drained bucket was written to: %q", o.Key)
	}
	if err := f.Restore("home"); err != nil {
		t.Fatal(err)
	}
	c := f.Capabilities()
	if !c.IfNotExists || !c.Range || !c.Copy || !c.SignedGet || c.Checksum != "crc32" || !c.Expires {
		t.Errorf("capabilities %+v", c)
	}
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := f.Put(t.Context(), "k2", strings.NewReader("x"), storage.PutOptions{})
	wants(t, err, waybill.Unavailable, waybill.NotSent)
}

func TestReadersGiveTheirPlaceBack(t *testing.T) {
	f, _, _ := pair(t, storage.WithPolicy(waybill.Policy{Concurrency: 1}, storage.Get))
	put(t, f, "home:k", "x")
	r, err := f.Get(t.Context(), "home:k", storage.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Get(t.Context(), "home:k", storage.GetOptions{}); waybill.CodeOf(err) != waybill.RateLimited {
		t.Errorf("a second reader at a bucket that admits one: %v", err)
	}
	for range 2 {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	for range 3 {
		read(t, f, "home:k")
	}
	for range 3 {
		for _, err := range f.List(t.Context(), storage.ListOptions{Prefix: "home:"}) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
}
