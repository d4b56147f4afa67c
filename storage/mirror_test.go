package storage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
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

// mirror makes a mirror of buckets that can be told to fail, named a, b, c….
func mirror(t testing.TB, n, quorum int) (*storage.Mirror, []*faulty) {
	t.Helper()
	options := []storage.Option{storage.WithPolicy(waybill.Policy{Backoff: -1, EjectShare: -1})}
	var buckets []*faulty
	for i := range n {
		b := newFaulty(t, string(rune('a'+i)))
		buckets = append(buckets, b)
		options = append(options, storage.With(b, storage.As(string(rune('a'+i)))))
	}
	m, err := storage.NewMirror(quorum, options...)
	if err != nil {
		t.Fatal(err)
	}
	return m, buckets
}

// in returns what one bucket holds, "-" for nothing.
func in(t testing.TB, b *faulty, key string) string {
	t.Helper()
	r, err := b.Bucket.Get(context.Background(), key, storage.GetOptions{})
	if waybill.CodeOf(err) == waybill.NotFound {
		return "-"
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestMirrorConforms(t *testing.T) {
	memory := func(name string) *memstorage.Bucket {
		b, err := memstorage.New(name, &memstorage.Options{BaseURL: "https://" + name + ".example.com", Secret: []byte("a secret of 16 bytes or more")})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one, two := memory("one"), memory("two")
	m, err := storage.NewMirror(0, storage.With(one, storage.As("one")), storage.With(two, storage.As("two")))
	if err != nil {
		t.Fatal(err)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { one.Handler().ServeHTTP(w, r) })
	storagetest.Run(t, storagetest.Harness{New: func(testing.TB) storage.Bucket { return m }, Handler: handler, Part: 256 << 10, Big: 2 << 20,
		Skip: map[string]string{
			"links/expires": "takes a second", "attributes/metadata": "the mirror's own metadata count to the 2 KiB",
		}})
}

func TestMirrorWritesAll(t *testing.T) {
	m, b := mirror(t, 3, 0)
	if m.Quorum() != 2 || m.Name() != "mirror" || m.Capabilities().SignedPut || !m.Capabilities().Copy {
		t.Errorf("quorum %d, %q, %+v", m.Quorum(), m.Name(), m.Capabilities())
	}
	o := put(t, m, "k", "content")
	for _, x := range b {
		if got := in(t, x, "k"); got != "content" {
			t.Errorf("%q", got)
		}
	}
	head, err := m.Head(t.Context(), "k")
	if err != nil || head.Key != "k" || head.ETag != o.ETag || head.Metadata != nil {
		t.Errorf("%+v, put returned %+v; %v", head, o, err)
	}
}

// What a Put, a Get and a Delete need, with so many buckets down.
func TestMirrorQuorums(t *testing.T) {
	for _, c := range []struct {
		n, quorum, down int
		write, read     bool
	}{
		{2, 2, 1, false, true}, {2, 1, 1, true, false}, {3, 2, 1, true, true}, {3, 2, 2, false, false},
		{3, 3, 2, false, true}, {3, 1, 1, true, false}, {2, 2, 2, false, false}, {1, 1, 0, true, true},
	} {
		t.Run(fmt.Sprintf("%d_%d_%d", c.n, c.quorum, c.down), func(t *testing.T) {
			m, b := mirror(t, c.n, c.quorum)
			put(t, m, "k", "old")
			for _, x := range b[:c.down] {
				x.set(down)
			}
			_, err := m.Head(t.Context(), "k")
			if (err == nil) != c.read {
				t.Errorf("read: %v", err)
			}
			if !c.read {
				wants(t, err, waybill.Unavailable, waybill.NotSent)
			}
			_, err = m.Put(t.Context(), "k", strings.NewReader("new"), storage.PutOptions{Ref: "r"})
			// Whoever cannot know the newest version cannot write a newer one.
			if want := c.write && c.read; (err == nil) != want {
				t.Errorf("write: %v", err)
			}
			if err != nil {
				wants(t, err, waybill.Unavailable, waybill.NotSent)
				for _, x := range b {
					if got := in(t, x, "k"); got != "old" {
						t.Errorf("a refused put left %q", got)
					}
				}
			}
			if err := m.Delete(t.Context(), "k"); (err == nil) != (c.down == 0) {
				t.Errorf("delete: %v", err)
			}
		})
	}
}

// A fresh key needs no look, so with a quorum of 1 one bucket is enough.
func TestMirrorFreshKeys(t *testing.T) {
	m, b := mirror(t, 2, 1)
	b[0].set(down)
	if _, err := m.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{Fresh: true}); err != nil {
		t.Fatal(err)
	}
	b[0].set(nil)
	if got := read(t, m, "k"); got != "x" || in(t, b[0], "k") != "x" {
		t.Errorf("%q, repaired to %q", got, in(t, b[0], "k"))
	}
}

// dying fails when it has read so much of a body.
type dying struct {
	*faulty
	after int64
}

func (d *dying) Put(ctx context.Context, key string, r io.Reader, o storage.PutOptions) (storage.Object, error) {
	if _, err := io.CopyN(io.Discard, r, d.after); err != nil {
		return storage.Object{}, err
	}
	return storage.Object{}, ambiguous
}

// A bucket dies in the middle of a body: nothing is visible anywhere.
func TestMirrorBucketDiesInTheMiddle(t *testing.T) {
	a, b := newFaulty(t, "a"), newFaulty(t, "b")
	broken := &dying{faulty: b, after: 100 << 10}
	m, err := storage.NewMirror(2, storage.With(a, storage.As("a")), storage.With(broken, storage.As("b")), storage.WithPolicy(waybill.Policy{Backoff: -1}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Put(t.Context(), "k", io.LimitReader(endless{}, 30<<20), storage.PutOptions{Ref: "r"})
	if waybill.CodeOf(err) != waybill.Unavailable || waybill.DeliveryOf(err) == waybill.Sent || !strings.Contains(err.Error(), "0 of 2 buckets") {
		t.Errorf("%v, %v", err, waybill.DeliveryOf(err))
	}
	if got := in(t, a, "k"); got != "-" {
		t.Errorf("%d bytes are visible", len(got))
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestMirrorBodiesThatFail(t *testing.T) {
	m, b := mirror(t, 2, 0)
	put(t, m, "k", "old")
	ctx, cancel := context.WithCancel(t.Context())
	for name, c := range map[string]struct {
		r    io.Reader
		size int64
		code waybill.Code
	}{
		"reader":   {io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("disk"))), 0, waybill.InvalidArgument},
		"short":    {io.MultiReader(strings.NewReader("half")), 10, waybill.InvalidArgument},
		"long":     {io.MultiReader(strings.NewReader("longer")), 3, waybill.InvalidArgument},
		"canceled": {readerFunc(func(p []byte) (int, error) { cancel(); return copy(p, "x"), nil }), 0, waybill.Canceled},
	} {
		use := t.Context()
		if name == "canceled" {
			use = ctx
		}
		_, err := m.Put(use, "k", c.r, storage.PutOptions{Size: c.size})
		if waybill.CodeOf(err) != c.code || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%s: %v, %v", name, err, waybill.DeliveryOf(err))
		}
		for _, x := range b {
			if got := in(t, x, "k"); got != "old" {
				t.Errorf("%s: %q is visible", name, got)
			}
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A bucket that was away has an old version; it is never served as new, and
// repaired by the first read.
func TestMirrorOldVersionsAreNotServed(t *testing.T) {
	m, b := mirror(t, 3, 2)
	put(t, m, "k", "v1")
	b[0].set(down)
	put(t, m, "k", "v2")
	b[0].set(nil)
	b[1].set(down) // a has v1, c has v2
	for range 3 {
		if got := read(t, m, "k"); got != "v2" {
			t.Fatalf("an old version was served: %q", got)
		}
	}
	if got := in(t, b[0], "k"); got != "v2" {
		t.Errorf("not repaired: %q", got)
	}
	// The last writer wins although the clock says otherwise.
	b[1].set(nil)
	future := "7fffffffffff0000-00000001"
	if _, err := b[2].Bucket.Put(t.Context(), "k", strings.NewReader("from the future"), storage.PutOptions{Metadata: map[string]string{"waybill-stamp": future}}); err != nil {
		t.Fatal(err)
	}
	o := put(t, m, "k", "v3")
	if o.ETag <= future || read(t, m, "k") != "v3" {
		t.Errorf("stamp %s, read %q", o.ETag, read(t, m, "k"))
	}
}

// A Put that lost its quorum at the very end is ambiguous; what was seen of it
// stays.
func TestMirrorAmbiguousPutsRollForward(t *testing.T) {
	m, b := mirror(t, 2, 2)
	put(t, m, "k", "old")
	b[1].mu.Lock()
	b[1].lose = ambiguous
	b[1].mu.Unlock()
	_, err := m.Put(t.Context(), "k", strings.NewReader("new"), storage.PutOptions{Ref: "r"})
	wants(t, err, waybill.Unavailable, waybill.Ambiguous)
	b[1].mu.Lock()
	b[1].lose = nil
	b[1].mu.Unlock()
	if got := read(t, m, "k"); got != "new" {
		t.Errorf("%q", got)
	}
	for i := range b {
		b[i].set(down)
		if got := read(t, m, "k"); got != "new" {
			t.Errorf("seen, and then gone: %q", got)
		}
		b[i].set(nil)
	}
}

func TestMirrorSync(t *testing.T) {
	m, b := mirror(t, 2, 1)
	// Objects from before the mirror, on one side, on the other, and on both.
	for i := range 10 {
		side := b[i%2].Bucket
		if _, err := side.Put(t.Context(), fmt.Sprintf("old/%02d", i), strings.NewReader("x"), storage.PutOptions{ContentType: "text/plain"}); err != nil {
			t.Fatal(err)
		}
	}
	b[1].set(down)
	for i := range 5 {
		if _, err := m.Put(t.Context(), fmt.Sprintf("new/%02d", i), strings.NewReader("y"), storage.PutOptions{Fresh: true, Metadata: map[string]string{"n": fmt.Sprint(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := m.Sync(t.Context(), storage.SyncOptions{}); waybill.CodeOf(err) != waybill.Unavailable {
		t.Errorf("a sync without one side: %v", err)
	}
	b[1].set(nil)
	// It is killed again and again, and goes on from the checkpoint.
	var kept storage.SyncReport
	copied, runs := 0, 0
	for done := false; !done; runs++ {
		n := 0
		report, err := m.Sync(t.Context(), storage.SyncOptions{Cursor: kept.Cursor, Checkpoint: func(r storage.SyncReport) error {
			if n++; n > 4 {
				return errors.New("killed")
			}
			kept = r
			return nil
		}})
		copied += report.Copied
		done = err == nil
	}
	if copied != 15 || runs < 3 {
		t.Errorf("%d copies in %d runs", copied, runs)
	}
	for i := range 15 {
		key, want := fmt.Sprintf("old/%02d", i), "x"
		if i >= 10 {
			key, want = fmt.Sprintf("new/%02d", i-10), "y"
		}
		for _, x := range b {
			if got := in(t, x, key); got != want {
				t.Errorf("%s: %q", key, got)
			}
		}
	}
	if o, err := b[1].Bucket.Head(t.Context(), "new/03"); err != nil || o.Metadata["n"] != "3" {
		t.Errorf("%+v, %v", o, err)
	}
	report, err := m.Sync(t.Context(), storage.SyncOptions{Prefix: "old/"})
	if err != nil || report.Checked != 10 || report.Copied != 0 || report.Cursor != "old/09" {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestMirrorKeepsToRegions(t *testing.T) {
	home, second, abroad := newFaulty(t, "home"), newFaulty(t, "second"), newFaulty(t, "abroad")
	m, err := storage.NewMirror(1, storage.With(home, storage.As("home"), storage.In("CN")), storage.With(second, storage.As("second"), storage.In("CN")),
		storage.With(abroad, storage.As("abroad"), storage.Outside("CN")))
	if err != nil {
		t.Fatal(err)
	}
	put := func(key, region string) {
		t.Helper()
		if _, err := m.Put(t.Context(), key, strings.NewReader(region), storage.PutOptions{Region: region}); err != nil {
			t.Fatal(err)
		}
	}
	put("cn", "CN")
	put("de", "DE")
	if err := second.Bucket.Delete(t.Context(), "cn"); err != nil {
		t.Fatal(err)
	}
	if _, err := home.Bucket.Put(t.Context(), "unknown", strings.NewReader("x"), storage.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Sync(t.Context(), storage.SyncOptions{}); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string][3]string{"cn": {"CN", "CN", "-"}, "de": {"-", "-", "DE"}, "unknown": {"x", "-", "-"}} {
		if got := [3]string{in(t, home, key), in(t, second, key), in(t, abroad, key)}; got != want {
			t.Errorf("%s lies in %q, want %q", key, got, want)
		}
	}
	// The copy goes where the original may lie.
	if _, err := m.Copy(t.Context(), "cn", "copy"); err != nil || in(t, abroad, "copy") != "-" || in(t, second, "copy") != "CN" {
		t.Errorf("%v, abroad %q", err, in(t, abroad, "copy"))
	}
	_, err = m.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
	wants(t, err, waybill.InvalidArgument, waybill.NotSent)
	m, err = storage.NewMirror(2, storage.With(home, storage.As("home"), storage.In("CN")), storage.With(abroad, storage.As("abroad"), storage.Outside("CN")))
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{Region: "CN"})
	wants(t, err, waybill.Unsupported, waybill.NotSent)
}

func TestMirrorListMergesAndNeedsItsQuorum(t *testing.T) {
	m, b := mirror(t, 2, 2)
	put(t, m, "a", "x")
	put(t, m, "c/d", "x")
	if _, err := b[1].Bucket.Put(t.Context(), "b", strings.NewReader("x"), storage.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	keys := func(o storage.ListOptions) (got []string, err error) {
		for obj, err := range m.List(t.Context(), o) {
			if err != nil {
				return got, err
			}
			got = append(got, obj.Key)
		}
		return got, nil
	}
	for _, c := range []struct {
		o    storage.ListOptions
		want []string
	}{
		{storage.ListOptions{}, []string{"a", "b", "c/d"}}, {storage.ListOptions{Delimiter: "/"}, []string{"a", "b", "c/"}},
		{storage.ListOptions{After: "a"}, []string{"b", "c/d"}}, {storage.ListOptions{Prefix: "c"}, []string{"c/d"}},
	} {
		if got, err := keys(c.o); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, %v", c.o, got, err)
		}
	}
	b[0].set(down)
	if got, err := keys(storage.ListOptions{}); err != nil || len(got) != 3 {
		t.Errorf("one of two is enough: %q, %v", got, err)
	}
	b[1].set(down)
	if _, err := keys(storage.ListOptions{}); waybill.CodeOf(err) != waybill.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestNewMirrorRefuses(t *testing.T) {
	b := newFaulty(t, "b")
	for name, quorum := range map[string]int{"negative": -1, "more than there are": 2} {
		if _, err := storage.NewMirror(quorum, storage.With(b)); waybill.CodeOf(err) != waybill.InvalidArgument || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	m, _ := mirror(t, 2, 0)
	_, err := m.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{Metadata: map[string]string{"waybill-stamp": "x"}})
	wants(t, err, waybill.InvalidArgument, waybill.NotSent)
	put(t, m, "k", "x")
	_, err = m.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{IfNotExists: true})
	wants(t, err, waybill.AlreadyExists, waybill.NotSent)
	_, err = m.Get(t.Context(), "k", storage.GetOptions{IfMatch: "another"})
	wants(t, err, waybill.FailedPrecondition, waybill.NotSent)
	_, err = m.SignedURL(t.Context(), "k", storage.SignOptions{Method: "PUT"})
	wants(t, err, waybill.Unsupported, waybill.NotSent)
}

// Writers, readers and repairs at once, buckets that come and go: no version that
// was acknowledged is lost, and none is older than one that was read before.
func TestMirrorUnderFire(t *testing.T) {
	m, b := mirror(t, 3, 2)
	put(t, m, "k", "00000000")
	var mu sync.Mutex
	acknowledged := "00000000"
	ctx, cancel := context.WithCancel(t.Context())
	var fire, group sync.WaitGroup
	fire.Go(func() {
		for ctx.Err() == nil {
			x := b[rand.N(3)]
			x.set(down)
			_, _ = m.Head(ctx, "k")
			x.set(nil)
		}
	})
	group.Go(func() {
		for i := 1; i <= 300; i++ {
			text := fmt.Sprintf("%08d", i)
			if _, err := m.Put(t.Context(), "k", strings.NewReader(text), storage.PutOptions{}); err == nil {
				mu.Lock()
				acknowledged = text
				mu.Unlock()
			}
		}
	})
	for range 2 {
		group.Go(func() {
			for range 300 {
				mu.Lock()
				least := acknowledged
				mu.Unlock()
				r, err := m.Get(t.Context(), "k", storage.GetOptions{})
				if err != nil {
					continue
				}
				data, err := io.ReadAll(r)
				_ = r.Close()
				if err == nil && string(data) < least {
					t.Errorf("%s was served after %s was acknowledged", data, least)
				}
			}
		})
	}
	group.Wait()
	cancel()
	fire.Wait()
	if got := read(t, m, "k"); got < acknowledged {
		t.Errorf("%s was acknowledged, and there is %s", acknowledged, got)
	}
	if _, err := m.Sync(t.Context(), storage.SyncOptions{}); err != nil {
		t.Fatal(err)
	}
	if x, y, z := in(t, b[0], "k"), in(t, b[1], "k"), in(t, b[2], "k"); x != y || y != z {
		t.Errorf("after a sync: %s, %s, %s", x, y, z)
	}
}
