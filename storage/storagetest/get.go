package storagetest

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

func getCases() []testCase {
	return []testCase{
		{"missing", getMissing}, {"ranges", getRanges}, {"range_of_large", getRangeOfLarge}, {"outside", getOutside}, {"impossible", getImpossible},
		{"if_match", getIfMatch}, {"canceled_before", getCanceledBefore}, {"canceled_within", getCanceledWithin}, {"closed_early", getClosedEarly},
	}
}

func getMissing(s *session) {
	s.absent(s.key("nothing"))
	_, err := s.b.Head(s.ctx, s.key("nothing"))
	s.fails(err, waybill.NotFound, waybill.NotSent)
	_, err = s.b.Get(s.ctx, s.key("nothing"), storage.GetOptions{Offset: 5, Length: 5})
	s.fails(err, waybill.NotFound, waybill.NotSent)
}

func getRanges(s *session) {
	s.needs(s.caps.Range, "ranges")
	const text = "0123456789"
	s.put(s.key("k"), text)
	for _, c := range []struct{ offset, length, from, to int64 }{
		{0, 0, 0, 10}, {0, 1, 0, 1}, {0, 10, 0, 10}, {0, 99, 0, 10}, {3, 4, 3, 7}, {3, 0, 3, 10}, {9, 1, 9, 10}, {9, 0, 9, 10}, {8, 100, 8, 10},
		{-1, 0, 9, 10}, {-4, 0, 6, 10}, {-10, 0, 0, 10}, {-99, 0, 0, 10},
	} {
		got, r, err := s.read(s.key("k"), storage.GetOptions{Offset: c.offset, Length: c.length})
		if err != nil {
			s.Errorf("%d+%d: %v", c.offset, c.length, err)
			continue
		}
		if got != text[c.from:c.to] || r.Offset != c.from || r.Length != c.to-c.from || r.Object.Size != 10 || r.Object.Key != s.key("k") {
			s.Errorf("%d+%d: %q, %d+%d of %d", c.offset, c.length, got, r.Offset, r.Length, r.Object.Size)
		}
	}
}

func getRangeOfLarge(s *session) {
	s.needs(s.caps.Range, "ranges")
	n := s.large()
	if _, err := s.b.Put(s.ctx, s.key("k"), only{pattern(n)}, storage.PutOptions{}); err != nil {
		s.Fatal(err)
	}
	whole, _ := io.ReadAll(pattern(n))
	from, length := s.h.Part-3, s.h.Part+9
	got, _, err := s.read(s.key("k"), storage.GetOptions{Offset: from, Length: length})
	if err != nil {
		s.Fatal(err)
	}
	if got != string(whole[from:from+length]) {
		s.Errorf("the range across parts differs")
	}
}

func getOutside(s *session) {
	s.needs(s.caps.Range, "ranges")
	s.put(s.key("k"), "0123456789")
	s.put(s.key("empty"), "")
	outside := func(key string, size int64, o storage.GetOptions) {
		if _, _, err := s.read(s.key(key), o); err == nil {
			s.Errorf("offset %d and length %d of %d bytes: the bucket reported success, want %v", o.Offset, o.Length, size, waybill.InvalidArgument)
		} else {
			s.fails(err, waybill.InvalidArgument, waybill.NotSent)
		}
	}
	for _, o := range []storage.GetOptions{{Offset: 10}, {Offset: 11}, {Offset: 1000, Length: 5}} {
		outside("k", 10, o)
	}
	outside("empty", 0, storage.GetOptions{Length: 1})
}

func getImpossible(s *session) {
	s.put(s.key("k"), "0123456789")
	for _, o := range []storage.GetOptions{{Length: -1}, {Offset: -1, Length: 1}, {IfMatch: "a\nb"}} {
		_, _, err := s.read(s.key("k"), o)
		s.fails(err, waybill.InvalidArgument, waybill.NotSent)
	}
}

func getIfMatch(s *session) {
	key := s.key("k")
	first := s.put(key, "first")
	if got, _, err := s.read(key, storage.GetOptions{IfMatch: first.ETag}); err != nil || got != "first" {
		s.Errorf("with its ETag: %q, %v", got, err)
	}
	s.put(key, "second")
	_, _, err := s.read(key, storage.GetOptions{IfMatch: first.ETag})
	s.fails(err, waybill.FailedPrecondition, waybill.NotSent)
}

func getCanceledBefore(s *session) {
	s.put(s.key("k"), "x")
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	_, err := s.b.Get(ctx, s.key("k"), storage.GetOptions{})
	s.fails(err, waybill.Canceled, waybill.NotSent)
	_, err = s.b.Head(ctx, s.key("k"))
	s.fails(err, waybill.Canceled, waybill.NotSent)
	s.fails(s.b.Delete(ctx, s.key("k")), waybill.Canceled, waybill.NotSent)
	s.holds(s.key("k"), "x")
}

func getCanceledWithin(s *session) {
	n := max(2<<20, s.h.Part*16/5)
	if _, err := s.b.Put(s.ctx, s.key("k"), only{pattern(n)}, storage.PutOptions{}); err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	r, err := s.b.Get(ctx, s.key("k"), storage.GetOptions{})
	if err != nil {
		s.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, r, 100); err != nil {
		s.Fatal(err)
	}
	cancel()
	_, err = io.Copy(io.Discard, r)
	if !errors.Is(err, context.Canceled) || !is(err, waybill.Canceled) {
		s.Errorf("reading on after the caller's end: %v", err)
	}
	if err := r.Close(); err != nil {
		s.Errorf("close: %v", err)
	}
}

func getClosedEarly(s *session) {
	if _, err := s.b.Put(s.ctx, s.key("k"), only{pattern(s.h.Part * 6 / 5)}, storage.PutOptions{}); err != nil {
		s.Fatal(err)
	}
	for range 3 {
		r, err := s.b.Get(s.ctx, s.key("k"), storage.GetOptions{})
		if err != nil {
			s.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, r, 10); err != nil {
			s.Error(err)
		}
		if err := r.Close(); err != nil {
			s.Errorf("close: %v", err)
		}
		if err := r.Close(); err != nil {
			s.Errorf("close again: %v", err)
		}
	}
}

func deleteCases() []testCase {
	return []testCase{{"idempotent", deleteIdempotent}, {"many", deleteMany}, {"none", deleteNone}}
}

func deleteIdempotent(s *session) {
	s.put(s.key("k"), "x")
	s.put(s.key("kk"), "y")
	for range 3 {
		if err := s.b.Delete(s.ctx, s.key("k")); err != nil {
			s.Fatal(err)
		}
		s.absent(s.key("k"))
	}
	s.holds(s.key("kk"), "y")
	s.put(s.key("k"), "again")
	s.holds(s.key("k"), "again")
}

func deleteMany(s *session) {
	var keys []string
	for _, k := range []string{"a", "b/c", "d e", "f&g<h>", "文"} {
		s.put(s.key(k), "x")
		keys = append(keys, s.key(k))
	}
	s.put(s.key("stays"), "x")
	for i := range 1100 {
		keys = append(keys, s.key("missing/"+strings.Repeat("m", i%50+1)))
	}
	if err := s.b.Delete(s.ctx, keys...); err != nil {
		s.Fatal(err)
	}
	for _, k := range keys[:5] {
		s.absent(k)
	}
	s.holds(s.key("stays"), "x")
}

func deleteNone(s *session) {
	if err := s.b.Delete(s.ctx); err != nil {
		s.Errorf("deleting nothing: %v", err)
	}
}

func copyCases() []testCase {
	return []testCase{{"attributes", copyAttributes}, {"missing", copyMissing}, {"overwrites", copyOverwrites}, {"independent", copyIndependent}}
}

func copyAttributes(s *session) {
	s.needs(s.caps.Copy, "copies")
	from, to := s.key("from/a b.pdf"), s.key("to/c&d.pdf")
	if _, err := s.b.Put(s.ctx, from, strings.NewReader("content"), attributes()); err != nil {
		s.Fatal(err)
	}
	o, err := s.b.Copy(s.ctx, from, to)
	if err != nil {
		s.Fatal(err)
	}
	if o.Key != to || o.Size != 7 || o.ETag == "" {
		s.Errorf("copy returned %+v", o)
	}
	head, err := s.b.Head(s.ctx, to)
	if err != nil {
		s.Fatal(err)
	}
	if head.ETag != o.ETag {
		s.Errorf("copy returned ETag %q, head says %q", o.ETag, head.ETag)
	}
	s.sameAttributes(head, attributes())
	s.holds(to, "content")
	s.holds(from, "content")
}

func copyMissing(s *session) {
	s.needs(s.caps.Copy, "copies")
	_, err := s.b.Copy(s.ctx, s.key("nothing"), s.key("to"))
	s.fails(err, waybill.NotFound, waybill.NotSent)
	s.absent(s.key("to"))
}

func copyOverwrites(s *session) {
	s.needs(s.caps.Copy, "copies")
	s.put(s.key("a"), "a")
	s.put(s.key("b"), "b")
	if _, err := s.b.Copy(s.ctx, s.key("a"), s.key("b")); err != nil {
		s.Fatal(err)
	}
	s.holds(s.key("b"), "a")
}

func copyIndependent(s *session) {
	s.needs(s.caps.Copy, "copies")
	s.put(s.key("a"), "a")
	if _, err := s.b.Copy(s.ctx, s.key("a"), s.key("b")); err != nil {
		s.Fatal(err)
	}
	s.put(s.key("a"), "changed")
	s.holds(s.key("b"), "a")
	if err := s.b.Delete(s.ctx, s.key("a")); err != nil {
		s.Fatal(err)
	}
	s.holds(s.key("b"), "a")
}
