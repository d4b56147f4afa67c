package filestorage_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/filestorage"
)

func open(t testing.TB, dir string, o *filestorage.Options) *filestorage.Bucket {
	t.Helper()
	b, err := filestorage.New(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func put(t testing.TB, b storage.Bucket, key, text string) storage.Object {
	t.Helper()
	o, err := b.Put(t.Context(), key, strings.NewReader(text), storage.PutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func read(t testing.TB, b storage.Bucket, key string) (string, error) {
	t.Helper()
	r, err := b.Get(t.Context(), key, storage.GetOptions{})
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(r)
	return string(data), err
}

// files returns the names of all regular files below dir.
func files(t testing.TB, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, p)
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func wants(t testing.TB, err error, code waybill.Code, scope waybill.Scope) {
	t.Helper()
	if err == nil || waybill.CodeOf(err) != code || waybill.ScopeOf(err) != scope || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("got %v (%v, %v), want %v, %v", err, waybill.ScopeOf(err), waybill.DeliveryOf(err), code, scope)
	}
}

func TestNewRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		dir string
		o   filestorage.Options
	}{
		"no folder": {"", filestorage.Options{}}, "max": {dir, filestorage.Options{MaxObject: -1}},
		"no secret": {dir, filestorage.Options{BaseURL: "https://a"}}, "no url": {dir, filestorage.Options{Secret: make([]byte, 32)}},
		"url": {dir, filestorage.Options{BaseURL: "a/b", Secret: make([]byte, 32)}},
	} {
		if _, err := filestorage.New(c.dir, &c.o); waybill.CodeOf(err) != waybill.InvalidArgument || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := filestorage.New(file, nil)
	wants(t, err, waybill.PermissionDenied, waybill.ScopeAccount)
	if err != nil && strings.Contains(err.Error(), dir) {
		t.Errorf("the path is in %v", err)
	}
}

func TestSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, nil)
	want := put(t, b, "a/b", "content")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := b.Put(t.Context(), "k", strings.NewReader("x"), storage.PutOptions{})
	wants(t, err, waybill.Unavailable, waybill.ScopeProvider)
	b = open(t, dir, nil)
	got, err := b.Head(t.Context(), "a/b")
	if err != nil || got.ETag != want.ETag || !got.Modified.Equal(want.Modified) || got.Bucket != filepath.Base(dir) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if text, err := read(t, b, "a/b"); err != nil || text != "content" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestSymbolicLinksLeadNowhere(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	b := open(t, dir, nil)
	put(t, b, "x", "x")
	if err := os.Symlink(outside, filepath.Join(dir, "out")); err != nil {
		t.Skip("no symbolic links here")
	}
	for _, f := range files(t, dir) {
		if strings.HasPrefix(f, "x%~") {
			if err := os.WriteFile(filepath.Join(outside, "y%"), []byte(`{}`), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, err := b.Put(t.Context(), "out/y", strings.NewReader("x"), storage.PutOptions{})
	wants(t, err, waybill.PermissionDenied, waybill.ScopeAccount)
	_, err = b.Get(t.Context(), "out/y", storage.GetOptions{})
	wants(t, err, waybill.PermissionDenied, waybill.ScopeAccount)
	wants(t, b.Delete(t.Context(), "out/y"), waybill.PermissionDenied, waybill.ScopeAccount)
	for o, err := range b.List(t.Context(), storage.ListOptions{}) {
		if err != nil || o.Key != "x" {
			t.Errorf("list: %q, %v", o.Key, err)
		}
	}
	if got := files(t, outside); len(got) != 1 {
		t.Errorf("outside: %q", got)
	}
}

func TestDamageIsFound(t *testing.T) {
	for name, damage := range map[string]func(path string, sidecar bool) error{
		"changed content": func(p string, side bool) error {
			if side {
				return nil
			}
			return os.WriteFile(p, []byte("c0ntent"), 0o600)
		},
		"cut content": func(p string, side bool) error {
			if side {
				return nil
			}
			return os.Truncate(p, 3)
		},
		"missing content": func(p string, side bool) error {
			if side {
				return nil
			}
			return os.Remove(p)
		},
		"garbage in the sidecar": func(p string, side bool) error {
			if !side {
				return nil
			}
			return os.WriteFile(p, []byte("garbage"), 0o600)
		},
		"empty sidecar": func(p string, side bool) error {
			if !side {
				return nil
			}
			return os.Truncate(p, 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := open(t, dir, nil)
			put(t, b, "k", "content")
			for _, f := range files(t, dir) {
				if err := damage(filepath.Join(dir, f), strings.HasSuffix(f, "%")); err != nil {
					t.Fatal(err)
				}
			}
			_, err := read(t, b, "k")
			wants(t, err, waybill.DataLoss, waybill.ScopeRequest)
			put(t, b, "k", "repaired")
			if got, err := read(t, b, "k"); err != nil || got != "repaired" {
				t.Errorf("after writing anew: %q, %v", got, err)
			}
		})
	}
}

func TestDeleteRemovesADamagedObject(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, nil)
	put(t, b, "a/k", "content")
	if err := os.WriteFile(filepath.Join(dir, "a", "k%"), []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(t.Context(), "a/k"); err != nil {
		t.Fatal(err)
	}
	_, err := b.Head(t.Context(), "a/k")
	wants(t, err, waybill.NotFound, waybill.ScopeRequest)
}

func TestNothingIsLeftBehind(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, nil)
	for range 3 {
		put(t, b, "a/b/c", "x")
		put(t, b, "a/d", "y")
	}
	if _, err := b.Copy(t.Context(), "a/d", "e/f"); err != nil {
		t.Fatal(err)
	}
	if got := files(t, dir); len(got) != 6 {
		t.Errorf("3 objects are %d files: %q", len(got), got)
	}
	if err := b.Delete(t.Context(), "a/b/c", "a/d", "e/f"); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("an empty bucket holds %v, %v", entries, err)
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, nil)
	put(t, b, "a/k", "content")
	old := time.Now().Add(-48 * time.Hour)
	plant := func(name string, at time.Time) {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.WriteFile(p, []byte("left behind"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(p, at, at); err != nil {
			t.Fatal(err)
		}
	}
	plant("%tmp/0123", old)
	plant("a/k%~0123456789abcdef", old)
	plant("a/gone%~0123456789abcdef", old)
	plant("a/young%~0123456789abcdef", time.Now())
	plant("a/stranger", old)
	for _, f := range files(t, dir) { // the object itself is old too
		if err := os.Chtimes(filepath.Join(dir, f), old, old); err != nil {
			t.Fatal(err)
		}
	}
	young := filepath.Join(dir, "a", "young%~0123456789abcdef")
	if err := os.Chtimes(young, time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	n, err := b.Sweep(t.Context(), time.Hour)
	if err != nil || n != 3 {
		t.Errorf("removed %d, %v; want 3", n, err)
	}
	if got, err := read(t, b, "a/k"); err != nil || got != "content" {
		t.Errorf("%q, %v", got, err)
	}
	if got := files(t, dir); len(got) != 4 {
		t.Errorf("left: %q", got)
	}
	if _, err := b.Sweep(t.Context(), 0); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("%v", err)
	}
	plant("%tmp/4567", old)
	open(t, dir, nil)
	if _, err := os.Stat(filepath.Join(dir, "%tmp", "4567")); err == nil {
		t.Error("New left a stale temporary file")
	}
}

func TestMaxObject(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, &filestorage.Options{MaxObject: 10})
	put(t, b, "k", "0123456789")
	for _, r := range []io.Reader{strings.NewReader("0123456789a"), struct{ io.Reader }{strings.NewReader("0123456789a")}} {
		_, err := b.Put(t.Context(), "l", r, storage.PutOptions{})
		wants(t, err, waybill.Unsupported, waybill.ScopeRequest)
	}
	if got := files(t, dir); len(got) != 2 {
		t.Errorf("%q", got)
	}
}

func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	one, two := open(t, dir, nil), open(t, dir, nil)
	put(t, one, "k", "one")
	_, err := two.Put(t.Context(), "k", strings.NewReader("two"), storage.PutOptions{IfNotExists: true})
	wants(t, err, waybill.AlreadyExists, waybill.ScopeRequest)
	put(t, two, "k", "two")
	if got, err := read(t, one, "k"); err != nil || got != "two" {
		t.Errorf("%q, %v", got, err)
	}
}
