package storage_test

import (
	"slices"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

func TestListIsBucketByBucket(t *testing.T) {
	f, home, abroad := pair(t)
	for _, k := range []string{"a/1", "a/2", "b"} {
		put(t, home, k, "x")
	}
	for _, k := range []string{"a/0", "c"} {
		put(t, abroad, k, "x")
	}
	keys := func(o storage.ListOptions) (got []string) {
		for obj, err := range f.List(t.Context(), o) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, obj.Key)
		}
		return got
	}
	for _, c := range []struct {
		o    storage.ListOptions
		want []string
	}{
		{storage.ListOptions{}, []string{"abroad:a/0", "abroad:c", "home:a/1", "home:a/2", "home:b"}},
		{storage.ListOptions{Prefix: "a/"}, []string{"abroad:a/0", "home:a/1", "home:a/2"}},
		{storage.ListOptions{Prefix: "home:a/"}, []string{"home:a/1", "home:a/2"}},
		{storage.ListOptions{After: "abroad:b"}, []string{"abroad:c", "home:a/1", "home:a/2", "home:b"}},
		{storage.ListOptions{After: "home:a/1"}, []string{"home:a/2", "home:b"}},
		{storage.ListOptions{Delimiter: "/"}, []string{"abroad:a/", "abroad:c", "home:a/", "home:b"}},
	} {
		if got := keys(c.o); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.o, got, c.want)
		}
	}
	abroad.set(down)
	for _, err := range f.List(t.Context(), storage.ListOptions{}) {
		wants(t, err, waybill.Unavailable, waybill.NotSent)
	}
}

// A listing goes on behind each of its keys, also between names of which one is
// the beginning of another.
func TestListGoesOnBetweenNames(t *testing.T) {
	var options []storage.Option
	for _, name := range []string{"a", "a-b", "a.b", "b", "a1", "aZ"} {
		b := newFaulty(t, "x")
		put(t, b, "k", "x")
		put(t, b, "l", "x")
		options = append(options, storage.With(b, storage.As(name)))
	}
	f, err := storage.NewFailover(options...)
	if err != nil {
		t.Fatal(err)
	}
	keys := func(after string) (got []string) {
		for obj, err := range f.List(t.Context(), storage.ListOptions{After: after}) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, obj.Key)
		}
		return got
	}
	all := keys("")
	if len(all) != 12 || !slices.IsSorted(all) {
		t.Errorf("%q", all)
	}
	for i, k := range all {
		if got := keys(k); !slices.Equal(got, all[i+1:]) {
			t.Errorf("after %q: %q, want %q", k, got, all[i+1:])
		}
	}
}
