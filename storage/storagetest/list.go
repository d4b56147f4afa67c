package storagetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

func listCases() []testCase {
	return []testCase{
		{"order", listOrder}, {"prefix", listPrefix}, {"delimiter", listDelimiter}, {"after", listAfter}, {"after_folded", listAfterFolded},
		{"pages", listPages}, {"stopped", listStopped}, {"twice", listTwice}, {"attributes", listAttributes}, {"empty", listEmpty},
		{"refused", listRefused}, {"canceled", listCanceled},
	}
}

// tree are keys whose order by bytes differs from that of folders and words.
var tree = []string{"a", "a!", "a-b/x", "a.txt", "a/1", "a/b/c", "a/b/d", "a/b0", "aa", "b/x", "c", "é", "文"}

func (s *session) plant() {
	s.Helper()
	if s.h.Skip["keys/folder_and_object"] != "" {
		// "a" cannot be there beside "a/1".
		for _, k := range tree[1:] {
			s.put(s.key(k), k)
		}
		return
	}
	for _, k := range tree {
		s.put(s.key(k), k)
	}
}

// planted returns the keys of tree that plant makes.
func (s *session) planted() []string {
	if s.h.Skip["keys/folder_and_object"] != "" {
		return tree[1:]
	}
	return tree
}

// list returns what is listed, folded prefixes with an asterisk.
func (s *session) list(o storage.ListOptions) []string {
	s.Helper()
	o.Prefix = s.prefix + o.Prefix
	if o.After != "" {
		o.After = s.prefix + o.After
	}
	var got []string
	for obj, err := range s.b.List(s.ctx, o) {
		if err != nil {
			s.Fatalf("list: %v", err)
		}
		k := strings.TrimPrefix(obj.Key, s.prefix)
		if obj.IsPrefix {
			k += "*"
		}
		got = append(got, k)
	}
	return got
}

func (s *session) lists(o storage.ListOptions, want ...string) {
	s.Helper()
	if got := s.list(o); !slices.Equal(got, want) {
		s.Errorf("list %+v:\n got %q\nwant %q", o, got, want)
	}
}

func listOrder(s *session) {
	s.plant()
	s.lists(storage.ListOptions{}, s.planted()...)
}

func listPrefix(s *session) {
	s.plant()
	s.lists(storage.ListOptions{Prefix: "a/"}, "a/1", "a/b/c", "a/b/d", "a/b0")
	s.lists(storage.ListOptions{Prefix: "a/b"}, "a/b/c", "a/b/d", "a/b0")
	s.lists(storage.ListOptions{Prefix: "a."}, "a.txt")
	s.lists(storage.ListOptions{Prefix: "a.txt"}, "a.txt")
	s.lists(storage.ListOptions{Prefix: "文"}, "文")
	s.lists(storage.ListOptions{Prefix: "nothing"})
}

func listDelimiter(s *session) {
	s.plant()
	want := []string{"a!", "a-b/*", "a.txt", "a/*", "aa", "b/*", "c", "é", "文"}
	if len(s.planted()) == len(tree) {
		want = append([]string{"a"}, want...)
	}
	s.lists(storage.ListOptions{Delimiter: "/"}, want...)
	s.lists(storage.ListOptions{Delimiter: "/", Prefix: "a/"}, "a/1", "a/b/*", "a/b0")
	s.lists(storage.ListOptions{Delimiter: "/", Prefix: "a/b"}, "a/b/*", "a/b0")
	s.lists(storage.ListOptions{Delimiter: "/", Prefix: "b"}, "b/*")
}

func listAfter(s *session) {
	s.plant()
	s.lists(storage.ListOptions{After: "a/b/c"}, "a/b/d", "a/b0", "aa", "b/x", "c", "é", "文")
	s.lists(storage.ListOptions{After: "a/b/cc"}, "a/b/d", "a/b0", "aa", "b/x", "c", "é", "文")
	s.lists(storage.ListOptions{After: "c", Prefix: "é"}, "é")
	s.lists(storage.ListOptions{After: "文"})
	s.lists(storage.ListOptions{After: "b", Prefix: "a"})
}

// listAfterFolded goes on behind a folded prefix, as who shows page by page
// does.
func listAfterFolded(s *session) {
	s.plant()
	s.lists(storage.ListOptions{Delimiter: "/", After: "a/"}, "aa", "b/*", "c", "é", "文")
	s.lists(storage.ListOptions{Delimiter: "/", After: "a.txt"}, "a/*", "aa", "b/*", "c", "é", "文")
}

func listPages(s *session) {
	var want []string
	for i := range s.h.Many {
		want = append(want, fmt.Sprintf("p/%05d", i))
	}
	for _, k := range want {
		s.put(s.key(k), "x")
	}
	s.lists(storage.ListOptions{Prefix: "p/"}, want...)
	s.lists(storage.ListOptions{Prefix: "p/", After: want[3]}, want[4:]...)
}

func listStopped(s *session) {
	s.plant()
	n := 0
	for _, err := range s.b.List(s.ctx, storage.ListOptions{Prefix: s.prefix}) {
		if err != nil {
			s.Fatal(err)
		}
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		s.Errorf("%d objects before the break", n)
	}
}

func listTwice(s *session) {
	s.put(s.key("a"), "x")
	seq := s.b.List(s.ctx, storage.ListOptions{Prefix: s.prefix})
	for range 2 {
		n := 0
		for _, err := range seq {
			if err != nil {
				s.Fatal(err)
			}
			n++
		}
		if n != 1 {
			s.Errorf("%d objects", n)
		}
	}
}

func listAttributes(s *session) {
	o := s.put(s.key("a"), "12345")
	for got, err := range s.b.List(s.ctx, storage.ListOptions{Prefix: s.prefix}) {
		if err != nil {
			s.Fatal(err)
		}
		if got.Size != 5 || got.ETag != o.ETag || got.Modified.IsZero() || got.Provider != o.Provider || got.Bucket != o.Bucket {
			s.Errorf("list says %+v, put said %+v", got, o)
		}
	}
}

func listEmpty(s *session) {
	s.lists(storage.ListOptions{})
	s.lists(storage.ListOptions{Delimiter: "/"})
}

func listRefused(s *session) {
	for _, o := range []storage.ListOptions{{Delimiter: "-"}, {Prefix: "a\x00"}, {After: "\xff"}, {Prefix: strings.Repeat("a", storage.MaxKey+1)}} {
		n := 0
		for _, err := range s.b.List(s.ctx, o) {
			s.fails(err, waybill.InvalidArgument, waybill.NotSent)
			n++
		}
		if n != 1 {
			s.Errorf("%+v: %d yields, want one error", o, n)
		}
	}
}

func listCanceled(s *session) {
	s.plant()
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	n := 0
	for _, err := range s.b.List(ctx, storage.ListOptions{Prefix: s.prefix}) {
		if !errors.Is(err, context.Canceled) {
			s.Errorf("%v is not the caller's end", err)
		}
		n++
	}
	if n != 1 {
		s.Errorf("%d yields, want one error", n)
	}
}

func manyCases() []testCase {
	return []testCase{{"concurrent", concurrent}, {"emptied_folders", emptiedFolders}, {"same_key", sameKey}, {"big", big}}
}

// folders is over how many folders the objects of crowd are spread.
const folders = 4

// concurrent has many sides at work in the same folders, each of which keeps an
// object all the time.
func concurrent(s *session) {
	for i := range folders {
		s.put(s.key(fmt.Sprintf("folder-%d/kept", i)), "kept")
	}
	s.crowd()
	for i := range folders {
		s.holds(s.key(fmt.Sprintf("folder-%d/kept", i)), "kept")
	}
}

// emptiedFolders is the same with nothing kept: the last object of a folder goes
// while another comes, which is nothing to a store that has no folders.
func emptiedFolders(s *session) { s.crowd() }

// crowd puts, reads, lists and deletes from many sides.
func (s *session) crowd() {
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			key := s.key(fmt.Sprintf("folder-%d/object%d", i%folders, i))
			for range 5 {
				text := strings.Repeat(random(), 50)
				if _, err := s.b.Put(s.ctx, key, strings.NewReader(text), storage.PutOptions{}); err != nil {
					s.Errorf("put: %v", err)
					return
				}
				s.holds(key, text)
				for _, err := range s.b.List(s.ctx, storage.ListOptions{Prefix: key}) {
					if err != nil {
						s.Error(err)
					}
				}
				if err := s.b.Delete(s.ctx, key); err != nil {
					s.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// sameKey overwrites one object from many sides: what is read is always one
// version, whole.
func sameKey(s *session) {
	key := s.key("k")
	version := func(i int) string { return strings.Repeat(string(rune('a'+i)), 20000) }
	s.put(key, version(0))
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for i := range 4 {
		writers.Go(func() {
			for range 8 {
				s.put(key, version(i))
			}
		})
	}
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				got, _, err := s.read(key, storage.GetOptions{})
				if err != nil {
					s.Errorf("reading while it is overwritten: %v", err)
					return
				}
				if len(got) != 20000 || strings.Trim(got, got[:1]) != "" {
					s.Errorf("a torn object: %s", brief(got))
					return
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}

// big streams a large object through the bucket in both directions.
func big(s *session) {
	key := s.key("big")
	meter := &meter{bound: s.h.Memory}
	meter.start()
	body := &metered{looping: looping{block: block()}, left: s.h.Big, m: meter}
	o, err := s.b.Put(s.ctx, key, body, storage.PutOptions{Size: -1})
	if err != nil {
		s.Fatal(err)
	}
	if o.Size != s.h.Big {
		s.Errorf("size %d, want %d", o.Size, s.h.Big)
	}
	r, err := s.b.Get(s.ctx, key, storage.GetOptions{})
	if err != nil {
		s.Fatal(err)
	}
	if err := samePattern(r, s.h.Big); err != nil {
		s.Error(err)
	}
	meter.look()
	_ = r.Close()
	if s.h.Memory > 0 {
		s.Logf("peak live memory %d KiB for %d MiB", meter.peak>>10, s.h.Big>>20)
		if meter.peak > s.h.Memory {
			s.Errorf("streaming took %d bytes of live memory, the bound is %d", meter.peak, s.h.Memory)
		}
	}
}

// metered is a body that looks at the memory now and then.
type metered struct {
	looping
	left, since int64
	m           *meter
}

func (b *metered) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n, _ := b.looping.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if b.since += int64(n); b.since >= 4<<20 {
		b.since = 0
		b.m.look()
	}
	return n, nil
}

// meter measures live memory.
type meter struct {
	bound, base, peak int64
}

func (m *meter) start() {
	if m.bound > 0 {
		m.base = live()
	}
}

func (m *meter) look() {
	if m.bound > 0 {
		m.peak = max(m.peak, live()-m.base)
	}
}

func live() int64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}
