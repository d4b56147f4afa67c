package body_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage/internal/body"
)

type only struct{ io.Reader }

type failure struct{}

func (failure) Error() string { return "disk" }

func source(r io.Reader, size int64) *body.Source {
	return body.New(context.Background(), "put", "ref", r, size)
}

func TestSizeIsLearnt(t *testing.T) {
	at := strings.NewReader("0123456789")
	if _, err := at.Seek(4, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	pipe, other, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = pipe.Close(), other.Close() }()
	for name, c := range map[string]struct {
		r    io.Reader
		size int64
		want int64
		seek bool
	}{
		"seeker":           {at, 0, 6, true},
		"seeker, unknown":  {strings.NewReader("abc"), -1, 3, true},
		"buffer":           {bytes.NewBufferString("abcd"), 0, 4, false},
		"stream":           {only{strings.NewReader("abc")}, 0, -1, false},
		"stream, unknown":  {only{strings.NewReader("abc")}, -1, -1, false},
		"stream, given":    {only{strings.NewReader("abc")}, 3, 3, false},
		"nil":              {nil, 0, 0, true},
		"a pipe's Seek":    {pipe, 0, -1, false},
		"given beats file": {strings.NewReader("abc"), 2, 2, true},
	} {
		s := source(c.r, c.size)
		if s.Size() != c.want || s.Seekable() != c.seek {
			t.Errorf("%s: size %d, seekable %t", name, s.Size(), s.Seekable())
		}
	}
}

func TestLengthIsHeld(t *testing.T) {
	for name, shape := range map[string]func(io.Reader) io.Reader{
		"plain": func(r io.Reader) io.Reader { return only{r} }, "one byte": iotest.OneByteReader, "half": iotest.HalfReader, "data and EOF": iotest.DataErrReader,
	} {
		for _, c := range []struct {
			text string
			size int64
			bad  bool
		}{{"abc", 3, false}, {"ab", 3, true}, {"abcd", 3, true}, {"", 1, true}, {strings.Repeat("x", 9000), 4000, true}} {
			got, err := io.ReadAll(source(shape(strings.NewReader(c.text)), c.size))
			if (err != nil) != c.bad || err != nil && (waybill.CodeOf(err) != waybill.InvalidArgument || waybill.DeliveryOf(err) != waybill.NotSent) {
				t.Errorf("%s: %d of %d: %v", name, len(c.text), c.size, err)
			}
			if c.bad && int64(len(got)) >= c.size {
				t.Errorf("%s: %d bytes were handed out of a body that is not %d long", name, len(got), c.size)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	s := source(io.MultiReader(strings.NewReader("a"), iotest.ErrReader(failure{})), 0)
	_, err := io.ReadAll(s)
	if waybill.CodeOf(err) != waybill.InvalidArgument || !errors.As(err, new(failure)) || s.Err() == nil || s.Err().Ref != "ref" || s.Err().Op != "put" {
		t.Errorf("%v", err)
	}
	if _, again := s.Read(make([]byte, 1)); again == nil {
		t.Error("the error is forgotten")
	}
	ctx, cancel := context.WithCancel(context.Background())
	s = body.New(ctx, "put", "ref", strings.NewReader("abc"), 0)
	cancel()
	_, err = io.ReadAll(s)
	if !errors.Is(err, context.Canceled) || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("%v", err)
	}
	_, err = io.ReadAll(source(broken{}, 0))
	if waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("a reader that lies: %v", err)
	}
	if _, err = io.ReadAll(source(stuck{strings.NewReader("abc")}, 3)); waybill.CodeOf(err) != waybill.InvalidArgument || err == nil {
		t.Errorf("a reader without an end: %v", err)
	}
}

// A body that was handed out whole is not spoilt by a context that ends later.
func TestEndStaysAnEnd(t *testing.T) {
	for name, r := range map[string]io.Reader{"seeker": strings.NewReader("abc"), "stream": only{strings.NewReader("abc")}} {
		ctx, cancel := context.WithCancel(context.Background())
		s := body.New(ctx, "put", "", r, 0)
		if got, err := io.ReadAll(s); err != nil || string(got) != "abc" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		cancel()
		if n, err := s.Read(make([]byte, 1)); n != 0 || err != io.EOF || s.Err() != nil {
			t.Errorf("%s: %d, %v, %v", name, n, err, s.Err())
		}
	}
}

type broken struct{}

func (broken) Read(p []byte) (int, error) { return len(p) + 1, nil }

// stuck never says that it is over.
type stuck struct{ r io.Reader }

func (s stuck) Read(p []byte) (int, error) { n, _ := s.r.Read(p); return n, nil }

func TestRewind(t *testing.T) {
	at := strings.NewReader("skip:kept")
	_, _ = at.Seek(5, io.SeekStart)
	s := source(at, 0)
	for range 3 {
		if got, err := io.ReadAll(s); err != nil || string(got) != "kept" || s.Taken() != 4 {
			t.Errorf("%q, %v, taken %d", got, err, s.Taken())
		}
		if err := s.Rewind(); err != nil {
			t.Fatal(err)
		}
	}
	one := source(only{strings.NewReader("abc")}, 0)
	if err := one.Rewind(); err != nil || one.Barred() {
		t.Errorf("nothing was read: %v", err)
	}
	_, _ = one.Read(make([]byte, 1))
	if err := one.Rewind(); !errors.Is(err, body.ErrOneShot) || !one.Barred() {
		t.Errorf("something was read: %v", err)
	}
}

func TestKeep(t *testing.T) {
	text := strings.Repeat("0123456789", 10)
	s := source(only{strings.NewReader(text)}, 0)
	s.Keep(50)
	_, _ = io.CopyN(io.Discard, s, 30)
	for range 2 {
		if err := s.Rewind(); err != nil {
			t.Fatal(err)
		}
		_, _ = io.CopyN(io.Discard, s, 20)
	}
	if err := s.Rewind(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(s); err != nil || string(got) != text {
		t.Errorf("%q, %v", got, err)
	}
	if err := s.Rewind(); err == nil {
		t.Error("more than the limit was read, and it can be had again")
	}
	short := source(only{strings.NewReader("abc")}, 3)
	short.Keep(50)
	for range 3 {
		if got, err := io.ReadAll(short); err != nil || string(got) != "abc" {
			t.Errorf("%q, %v", got, err)
		}
		if err := short.Rewind(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSeek(t *testing.T) {
	at := strings.NewReader("skip:0123456789")
	_, _ = at.Seek(5, io.SeekStart)
	s := source(at, 0)
	if end, err := s.Seek(0, io.SeekEnd); err != nil || end != 10 {
		t.Errorf("end %d, %v", end, err)
	}
	if at, err := s.Seek(3, io.SeekStart); err != nil || at != 3 {
		t.Errorf("at %d, %v", at, err)
	}
	if at, err := s.Seek(1, io.SeekCurrent); err != nil || at != 4 {
		t.Errorf("at %d, %v", at, err)
	}
	if got, err := io.ReadAll(s); err != nil || string(got) != "456789" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := s.Seek(-1, io.SeekStart); err == nil {
		t.Error("a seek before the beginning")
	}
}

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		offset, length, size, start, n int64
		ok                             bool
		header                         string
	}{
		{0, 0, 10, 0, 10, true, ""}, {0, 0, 0, 0, 0, true, ""}, {3, 0, 10, 3, 7, true, "bytes=3-"}, {3, 4, 10, 3, 4, true, "bytes=3-6"},
		{3, 99, 10, 3, 7, true, "bytes=3-101"}, {10, 0, 10, 0, 0, false, "bytes=10-"}, {0, 5, 0, 0, 0, false, "bytes=0-4"},
		{-4, 0, 10, 6, 4, true, "bytes=-4"}, {-40, 0, 10, 0, 10, true, "bytes=-40"}, {-1, 0, 0, 0, 0, false, "bytes=-1"},
	} {
		start, n, ok := body.Span(c.offset, c.length, c.size)
		if ok != c.ok || ok && (start != c.start || n != c.n) || body.RangeHeader(c.offset, c.length) != c.header {
			t.Errorf("%d+%d of %d: %d+%d, %t, %q", c.offset, c.length, c.size, start, n, ok, body.RangeHeader(c.offset, c.length))
		}
	}
}

func TestVerify(t *testing.T) {
	sum := sha256.Sum256([]byte("content"))
	good := hex.EncodeToString(sum[:])
	for name, c := range map[string]struct {
		text string
		size int64
		sum  string
		bad  bool
	}{
		"good": {"content", 7, good, false}, "short": {"conten", 7, good, true}, "long": {"content!", 7, good, true},
		"changed": {"c0ntent", 7, good, true}, "empty": {"", 0, hex.EncodeToString(sha256.New().Sum(nil)), false},
	} {
		for _, shape := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
			got, err := io.ReadAll(body.Verify("p", "get", shape(strings.NewReader(c.text)), c.size, sha256.New(), c.sum))
			if (err != nil) != c.bad || err != nil && waybill.CodeOf(err) != waybill.DataLoss {
				t.Errorf("%s: %v", name, err)
			}
			if c.bad && int64(len(got)) >= c.size {
				t.Errorf("%s: all of it was handed out before it was verified", name)
			}
		}
	}
	// What a reader that verifies by itself says at the end is heard, and the last
	// bytes are not handed out.
	late := io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(failure{}))
	if got, err := io.ReadAll(body.Verify("p", "get", late, 3, nil, "")); !errors.As(err, new(failure)) || len(got) == 3 {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := io.ReadAll(body.Verify("p", "get", iotest.ErrReader(failure{}), 3, nil, "")); !errors.As(err, new(failure)) {
		t.Errorf("%v", err)
	}
}

func FuzzSource(f *testing.F) {
	f.Add("abc", int64(3), uint8(1), true)
	f.Add("abcdef", int64(3), uint8(2), false)
	f.Fuzz(func(t *testing.T, text string, size int64, step uint8, seek bool) {
		var r io.Reader = strings.NewReader(text)
		if !seek {
			r = only{r}
		}
		s := source(r, size)
		buf := make([]byte, int(step)+1)
		var got []byte
		var err error
		for err == nil {
			var n int
			n, err = s.Read(buf)
			got = append(got, buf[:n]...)
		}
		fits := size <= 0 || size == int64(len(text))
		if fits != (err == io.EOF) {
			t.Fatalf("%d bytes, size %d: %v", len(text), size, err)
		}
		if fits && string(got) != text || !fits && int64(len(got)) >= size {
			t.Fatalf("%d bytes of %d, size %d", len(got), len(text), size)
		}
	})
}

func TestContentRange(t *testing.T) {
	for v, ok := range map[string]bool{"bytes 0-4/10": true, "bytes 5-9/10": true, "bytes 5-9/9": false, "bytes 0-3/10": false, "bytes -5-9/10": false,
		"bytes 0-4/*": false, "bytes */10": false, "items 0-4/10": false, "": false, "bytes 0-4": false} {
		if _, _, got := body.ContentRange(v, 5); got != ok {
			t.Errorf("%q: %t", v, got)
		}
	}
}
