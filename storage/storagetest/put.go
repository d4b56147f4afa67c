package storagetest

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/crc64"
	"io"
	"strings"
	"sync"
	"testing/iotest"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

func putCases() []testCase {
	return []testCase{
		{"round_trip", putRoundTrip}, {"empty", putEmpty}, {"overwrite", putOverwrite}, {"bodies", putBodies},
		{"from_its_position", putFromPosition}, {"not_closed", putNotClosed}, {"wrong_size", putWrongSize},
		{"failing_reader", putFailingReader}, {"failing_large_reader", putFailingLargeReader}, {"canceled_before", putCanceledBefore},
		{"canceled_within", putCanceledWithin}, {"atomic", putAtomic}, {"checksum", putChecksum}, {"bad_options", putBadOptions},
	}
}

func putRoundTrip(s *session) {
	key := s.key("folder/a.txt")
	o, err := s.b.Put(s.ctx, key, strings.NewReader("hello"), storage.PutOptions{ContentType: "text/plain", Ref: "r-1"})
	if err != nil {
		s.Fatal(err)
	}
	if o.Key != key || o.Size != 5 || o.ETag == "" || strings.Contains(o.ETag, `"`) || o.Provider == "" {
		s.Errorf("put returned %+v", o)
	}
	head, err := s.b.Head(s.ctx, key)
	if err != nil {
		s.Fatal(err)
	}
	if head.Key != key || head.Size != 5 || head.ETag != o.ETag || head.ContentType != "text/plain" || head.Modified.IsZero() || head.IsPrefix {
		s.Errorf("head says %+v, put said %+v", head, o)
	}
	s.holds(key, "hello")
	s.absent(s.key("folder/a"))
	s.absent(s.key("folder/a.txt2"))
}

func putEmpty(s *session) {
	for name, body := range map[string]io.Reader{"reader": strings.NewReader(""), "pipe": only{strings.NewReader("")}} {
		key := s.key(name)
		o, err := s.b.Put(s.ctx, key, body, storage.PutOptions{})
		if err != nil {
			s.Errorf("%s: %v", name, err)
			continue
		}
		if o.Size != 0 {
			s.Errorf("%s: size %d", name, o.Size)
		}
		s.holds(key, "")
	}
}

func putOverwrite(s *session) {
	key := s.key("k")
	first := s.put(key, "first")
	second := s.put(key, "the second")
	if first.ETag == second.ETag {
		s.Errorf("two versions have one ETag")
	}
	s.holds(key, "the second")
}

// bodySizes lie around the limits of buffers and parts.
func (s *session) bodySizes() []int64 {
	p := s.h.Part
	return []int64{0, 1, 1000, 128<<10 + 1, p - 1, p, p + 1, 2 * p, 2*p + 1}
}

func putBodies(s *session) {
	shapes := map[string]func(n int64) (io.Reader, int64){
		"seeker":       func(n int64) (io.Reader, int64) { b, _ := io.ReadAll(pattern(n)); return bytes.NewReader(b), 0 },
		"buffer":       func(n int64) (io.Reader, int64) { b, _ := io.ReadAll(pattern(n)); return bytes.NewBuffer(b), 0 },
		"stream_known": func(n int64) (io.Reader, int64) { return only{pattern(n)}, n },
		"stream":       func(n int64) (io.Reader, int64) { return only{pattern(n)}, -1 },
		"data_and_eof": func(n int64) (io.Reader, int64) { return iotest.DataErrReader(pattern(n)), -1 },
		"halves":       func(n int64) (io.Reader, int64) { return iotest.HalfReader(pattern(n)), n },
	}
	for name, shape := range shapes {
		for _, n := range s.bodySizes() {
			key := s.key(name)
			body, size := shape(n)
			o, err := s.b.Put(s.ctx, key, body, storage.PutOptions{Size: size})
			if err != nil {
				s.Errorf("%s of %d: %v", name, n, err)
				continue
			}
			if o.Size != n {
				s.Errorf("%s of %d: size %d", name, n, o.Size)
			}
			r, err := s.b.Get(s.ctx, key, storage.GetOptions{})
			if err != nil {
				s.Errorf("%s of %d: get: %v", name, n, err)
				continue
			}
			if err := samePattern(r, n); err != nil {
				s.Errorf("%s of %d: %v", name, n, err)
			}
			_ = r.Close()
		}
	}
}

func putFromPosition(s *session) {
	body := strings.NewReader("skipped, kept")
	if _, err := body.Seek(9, io.SeekStart); err != nil {
		s.Fatal(err)
	}
	o, err := s.b.Put(s.ctx, s.key("k"), body, storage.PutOptions{})
	if err != nil {
		s.Fatal(err)
	}
	if o.Size != 4 {
		s.Errorf("size %d, want 4", o.Size)
	}
	s.holds(s.key("k"), "kept")
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func putNotClosed(s *session) {
	body := &closing{Reader: strings.NewReader("x")}
	if _, err := s.b.Put(s.ctx, s.key("k"), body, storage.PutOptions{}); err != nil {
		s.Fatal(err)
	}
	if body.closed {
		s.Errorf("the body was closed")
	}
}

func putWrongSize(s *session) {
	key := s.key("k")
	for _, n := range []int64{10, 300 << 10, s.h.Part, s.h.Part * 6 / 5} {
		for _, off := range []int64{-1, 1, 100} {
			_, err := s.b.Put(s.ctx, key, only{pattern(n + off)}, storage.PutOptions{Size: n})
			s.fails(err, waybill.InvalidArgument, waybill.NotSent)
			s.absent(key)
		}
	}
}

// ownError is the error of a caller's reader.
type ownError struct{}

func (ownError) Error() string { return "the caller's own error" }

func putFailingReader(s *session) {
	for name, body := range map[string]io.Reader{
		"at_once": iotest.ErrReader(ownError{}),
		"within":  io.MultiReader(strings.NewReader("some of it"), iotest.ErrReader(ownError{})),
	} {
		key := s.key(name)
		_, err := s.b.Put(s.ctx, key, body, storage.PutOptions{Ref: "r-2"})
		s.fails(err, waybill.InvalidArgument, waybill.NotSent)
		if !errors.As(err, new(ownError)) {
			s.Errorf("%s: the reader's error cannot be found in %v", name, err)
		}
		if e := waybill.AsError(err); e != nil && e.Ref != "r-2" {
			s.Errorf("%s: ref %q", name, e.Ref)
		}
		s.absent(key)
	}
	key := s.key("old")
	s.put(key, "old")
	body := io.MultiReader(strings.NewReader("new"), iotest.ErrReader(ownError{}))
	_, err := s.b.Put(s.ctx, key, body, storage.PutOptions{})
	s.fails(err, waybill.InvalidArgument, waybill.NotSent)
	s.holds(key, "old")
}

func putFailingLargeReader(s *session) {
	// At the very first byte of the second part, within it, and where the end
	// should be told.
	for where, n := range map[string]int64{"at_part": s.h.Part, "within_part": s.h.Part * 3 / 2, "late": s.h.Part * 12 / 5, "at_end": 3 * s.h.Part} {
		for name, size := range map[string]int64{"unknown": -1, "known": 3 * s.h.Part} {
			key := s.key(where + "_" + name)
			body := io.MultiReader(pattern(n), iotest.ErrReader(ownError{}))
			_, err := s.b.Put(s.ctx, key, only{body}, storage.PutOptions{Size: size})
			s.fails(err, waybill.InvalidArgument, waybill.NotSent)
			if !errors.As(err, new(ownError)) {
				s.Errorf("%s, %s: the reader's error cannot be found in %v", where, name, err)
			}
			s.absent(key)
		}
	}
}

func putCanceledBefore(s *session) {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	_, err := s.b.Put(ctx, s.key("k"), strings.NewReader("x"), storage.PutOptions{})
	s.fails(err, waybill.Canceled, waybill.NotSent)
	if !errors.Is(err, context.Canceled) {
		s.Errorf("%v is not the caller's end", err)
	}
	s.absent(s.key("k"))
}

// cancelReader cancels after n bytes and goes on.
type cancelReader struct {
	io.Reader
	n      int64
	cancel func()
}

func (c *cancelReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.n -= int64(n); c.n <= 0 {
		c.cancel()
	}
	return n, err
}

func putCanceledWithin(s *session) {
	for name, n := range map[string]int64{"small": 100, "medium": s.h.Part * 3 / 5, "large": s.large()} {
		ctx, cancel := context.WithCancel(s.ctx)
		key := s.key(name)
		body := &cancelReader{Reader: pattern(2*n + 256<<10), n: n, cancel: cancel}
		_, err := s.b.Put(ctx, key, body, storage.PutOptions{Size: -1})
		cancel()
		if !errors.Is(err, context.Canceled) || waybill.CodeOf(err) != waybill.Canceled {
			s.Errorf("%s: %v is not the caller's end", name, err)
		}
		if err != nil && waybill.DeliveryOf(err) != waybill.NotSent {
			s.Errorf("%s: delivery %v of a body that was not whole", name, waybill.DeliveryOf(err))
		}
		s.absent(key)
	}
}

// gate is a body that waits in its middle.
type gate struct {
	r       io.Reader
	reached chan struct{}
	open    chan struct{}
	once    sync.Once
}

func (g *gate) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if err == io.EOF {
		g.once.Do(func() { close(g.reached); <-g.open })
	}
	return n, err
}

func putAtomic(s *session) {
	key := s.key("k")
	for _, n := range []int64{1000, s.h.Part * 7 / 5} {
		s.put(key, "old")
		g := &gate{r: pattern(n), reached: make(chan struct{}), open: make(chan struct{})}
		done := make(chan error, 1)
		go func() {
			_, err := s.b.Put(s.ctx, key, g, storage.PutOptions{Size: -1})
			done <- err
		}()
		<-g.reached
		s.holds(key, "old")
		close(g.open)
		if err := <-done; err != nil {
			s.Fatal(err)
		}
		r, err := s.b.Get(s.ctx, key, storage.GetOptions{})
		if err != nil {
			s.Fatal(err)
		}
		if err := samePattern(r, n); err != nil {
			s.Error(err)
		}
		_ = r.Close()
	}
}

// putChecksum holds bodies to the checksum that the caller knows.
func putChecksum(s *session) {
	for _, n := range []int64{0, 9, s.h.Part + 1} {
		data, _ := io.ReadAll(pattern(n))
		right := map[string]string{
			"crc32": fmt.Sprintf("crc32:%08x", crc32.ChecksumIEEE(data)), "crc64": fmt.Sprintf("crc64:%016x", crc64.Checksum(data, crc64.MakeTable(crc64.ECMA))),
			"md5": fmt.Sprintf("md5:%x", md5.Sum(data)), "sha256": fmt.Sprintf("sha256:%x", sha256.Sum256(data)),
		}
		for kind, sum := range right {
			for shape, body := range map[string]func() io.Reader{"seeker": func() io.Reader { return bytes.NewReader(data) }, "stream": func() io.Reader { return only{bytes.NewReader(data)} }} {
				key := s.key(kind + shape)
				if _, err := s.b.Put(s.ctx, key, body(), storage.PutOptions{Checksum: sum, Size: -1}); err != nil {
					s.Errorf("%s, %s of %d: %v", kind, shape, n, err)
				}
				if err := s.b.Delete(s.ctx, key); err != nil {
					s.Error(err)
				}
				wrong := sum[:len(sum)-1] + map[bool]string{true: "1", false: "0"}[strings.HasSuffix(sum, "0")]
				_, err := s.b.Put(s.ctx, key, body(), storage.PutOptions{Checksum: wrong, Size: -1})
				s.fails(err, waybill.InvalidArgument, waybill.NotSent)
				s.absent(key)
			}
		}
	}
}

func putBadOptions(s *session) {
	for name, o := range map[string]storage.PutOptions{
		"size":                {Size: -2},
		"metadata_upper_case": {Metadata: map[string]string{"Name": "x"}},
		"metadata_empty_key":  {Metadata: map[string]string{"": "x"}},
		"metadata_line_break": {Metadata: map[string]string{"a": "x\r\ny"}},
		"metadata_large":      {Metadata: map[string]string{"a": strings.Repeat("x", 2048)}},
		"type_line_break":     {ContentType: "text/plain\r\nx: y"},
		"disposition":         {ContentDisposition: "a\nb"},
		"cache_control":       {CacheControl: "a\x00b"},
		"region":              {Region: "china"},
		"checksum":            {Checksum: "sha1:a9993e364706816aba3e25717850c26c9cd0d89d"},
		"checksum_short":      {Checksum: "crc32:1234567"},
	} {
		_, err := s.b.Put(s.ctx, s.key("k"), strings.NewReader("x"), o)
		if !is(err, waybill.InvalidArgument) {
			s.Errorf("%s: %v", name, err)
		}
	}
	s.absent(s.key("k"))
}

func conditionCases() []testCase {
	return []testCase{{"if_not_exists", ifNotExists}, {"race", ifNotExistsRace}, {"if_not_exists_large", ifNotExistsLarge}, {"declared", ifNotExistsDeclared}}
}

func (s *session) needs(capable bool, what string) {
	s.Helper()
	if !capable {
		s.Skip("the bucket does not offer " + what)
	}
}

func ifNotExists(s *session) {
	s.needs(s.caps.IfNotExists, "conditional writes")
	key := s.key("k")
	if _, err := s.b.Put(s.ctx, key, strings.NewReader("first"), storage.PutOptions{IfNotExists: true}); err != nil {
		s.Fatal(err)
	}
	_, err := s.b.Put(s.ctx, key, strings.NewReader("second"), storage.PutOptions{IfNotExists: true})
	s.fails(err, waybill.AlreadyExists, waybill.NotSent)
	s.holds(key, "first")
}

func ifNotExistsLarge(s *session) {
	s.needs(s.caps.IfNotExists, "conditional writes")
	key := s.key("k")
	s.put(key, "first")
	_, err := s.b.Put(s.ctx, key, pattern(s.large()), storage.PutOptions{IfNotExists: true, Size: -1})
	s.fails(err, waybill.AlreadyExists, waybill.NotSent)
	s.holds(key, "first")
	key = s.key("new")
	if _, err := s.b.Put(s.ctx, key, pattern(s.large()), storage.PutOptions{IfNotExists: true, Size: -1}); err != nil {
		s.Error(err)
	}
}

// racers is how many writers want to be the first.
const racers = 16

func ifNotExistsRace(s *session) {
	s.needs(s.caps.IfNotExists, "conditional writes")
	for range 4 {
		key := s.key("race-" + random())
		var wg sync.WaitGroup
		errs := make([]error, racers)
		start := make(chan struct{})
		for i := range racers {
			wg.Go(func() {
				<-start
				_, errs[i] = s.b.Put(s.ctx, key, strings.NewReader(strings.Repeat(string(rune('a'+i)), 100)), storage.PutOptions{IfNotExists: true})
			})
		}
		close(start)
		wg.Wait()
		won := -1
		for i, err := range errs {
			switch {
			case err == nil && won >= 0:
				s.Fatalf("writers %d and %d both won", won, i)
			case err == nil:
				won = i
			case !is(err, waybill.AlreadyExists):
				s.Errorf("writer %d: %v, want already exists", i, err)
			}
		}
		if won < 0 {
			s.Fatal("nobody won")
		}
		s.holds(key, strings.Repeat(string(rune('a'+won)), 100))
	}
}

func ifNotExistsDeclared(s *session) {
	if s.caps.IfNotExists {
		s.Skip("the bucket offers conditional writes")
	}
	_, err := s.b.Put(s.ctx, s.key("k"), strings.NewReader("x"), storage.PutOptions{IfNotExists: true})
	s.fails(err, waybill.Unsupported, waybill.NotSent)
	s.absent(s.key("k"))
}
