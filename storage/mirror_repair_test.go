package storage_test

import (
	"context"
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/storage"
)

// careless is a bucket that passes conditions over, and whose object is replaced
// between the look at it and the opening.
type careless struct {
	storage.Bucket
	replace func()
}

func (b *careless) Get(ctx context.Context, key string, o storage.GetOptions) (*storage.Reader, error) {
	b.replace()
	o.IfMatch = ""
	return b.Bucket.Get(ctx, key, o)
}

// watched notes what is put under which stamp.
type watched struct {
	storage.Bucket
	puts map[string]string
}

func (b *watched) Put(ctx context.Context, key string, body io.Reader, o storage.PutOptions) (storage.Object, error) {
	data, err := io.ReadAll(body)
	if err != nil {
		return storage.Object{}, err
	}
	b.puts[o.Metadata["waybill-stamp"]] += string(data)
	o.Size = 0
	return b.Bucket.Put(ctx, key, strings.NewReader(string(data)), o)
}

// A version is never stored under the stamp of another one, also where a bucket
// hands out another one than was asked for.
func TestMirrorRepairsTheVersionThatItSaw(t *testing.T) {
	one, two := newFaulty(t, "one"), newFaulty(t, "two")
	stamped := func(stamp, text string) {
		t.Helper()
		if _, err := one.Bucket.Put(t.Context(), "k", strings.NewReader(text), storage.PutOptions{Metadata: map[string]string{"waybill-stamp": stamp}}); err != nil {
			t.Fatal(err)
		}
	}
	const first, second = "0000000000000001-00000001", "0000000000000002-00000001"
	stamped(first, "old")
	replaced := false
	from := &careless{one, func() {
		if !replaced {
			replaced = true
			stamped(second, "new")
		}
	}}
	to := &watched{two, map[string]string{}}
	m, err := storage.NewMirror(2, storage.With(from, storage.As("a")), storage.With(to, storage.As("b")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Sync(t.Context(), storage.SyncOptions{}); err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{second: "new"}; !maps.Equal(to.puts, want) {
		t.Errorf("stored %v, want %v", to.puts, want)
	}
}
