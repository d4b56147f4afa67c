// Package shelf is what the fakes of object stores share: contents in memory or
// in files, ranges of them, and pages of a listing.
package shelf

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Blob is a content: pieces in memory or in unlinked temporary files.
type Blob []Piece

// Piece is a part of a content.
type Piece struct {
	mem  []byte
	file *os.File
	n    int64
}

// Len is the piece's length in bytes.
func (p Piece) Len() int64 { return p.n }

// Size is the content's length in bytes.
func (b Blob) Size() (n int64) {
	for _, p := range b {
		n += p.n
	}
	return n
}

// Reader reads n bytes from an offset.
func (b Blob) Reader(from, n int64) io.Reader {
	var readers []io.Reader
	for _, p := range b {
		start := min(from, p.n)
		from -= start
		take := min(n, p.n-start)
		n -= take
		if take <= 0 {
			continue
		}
		if p.file != nil {
			readers = append(readers, io.NewSectionReader(p.file, start, take))
		} else {
			readers = append(readers, bytes.NewReader(p.mem[start:start+take]))
		}
	}
	return io.MultiReader(readers...)
}

// spill is the size from which a content goes into a file.
const spill = 1 << 20

// Store keeps a stream of the given length; negative: not known.
func Store(r io.Reader, length int64) (Piece, error) {
	if length >= 0 && length < spill {
		data, err := io.ReadAll(r)
		return Piece{mem: data, n: int64(len(data))}, err
	}
	f, err := os.CreateTemp("", "waybill-fake-")
	if err != nil {
		return Piece{}, err
	}
	_ = os.Remove(f.Name())
	n, err := io.Copy(f, r)
	return Piece{file: f, n: n}, err
}

// Flip returns a reader that flips a bit of the first byte.
func Flip(r io.Reader) io.Reader { return &flipper{r: r} }

type flipper struct {
	r    io.Reader
	done bool
}

func (f *flipper) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if n > 0 && !f.done {
		f.done = true
		p[0] ^= 1
	}
	return n, err
}

// Range reads one range of a Range header.
func Range(v string, size int64) (from, n int64, ok bool) {
	spec, isBytes := strings.CutPrefix(v, "bytes=")
	a, b, hasDash := strings.Cut(spec, "-")
	if !isBytes || !hasDash || size == 0 {
		return 0, 0, false
	}
	if a == "" {
		last, err := strconv.ParseInt(b, 10, 64)
		if err != nil || last <= 0 {
			return 0, 0, false
		}
		last = min(last, size)
		return size - last, last, true
	}
	from, err := strconv.ParseInt(a, 10, 64)
	if err != nil || from < 0 || from >= size {
		return 0, 0, false
	}
	to := size - 1
	if b != "" {
		if to, err = strconv.ParseInt(b, 10, 64); err != nil || to < from {
			return 0, 0, false
		}
		to = min(to, size-1)
	}
	return from, to - from + 1, true
}

// Readable reports whether a Range header is one range of bytes at all. Another
// one is no reason to refuse a request: HTTP ignores it.
func Readable(v string) bool {
	spec, isBytes := strings.CutPrefix(v, "bytes=")
	a, b, hasDash := strings.Cut(spec, "-")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	switch {
	case !isBytes || !hasDash:
		return false
	case a == "":
		return digits(b)
	case b == "":
		return digits(a)
	}
	from, err := strconv.ParseUint(a, 10, 64)
	to, err2 := strconv.ParseUint(b, 10, 64)
	return digits(a) && digits(b) && err == nil && err2 == nil && from <= to
}

// Entry is a line of a listing: a key, or a folded prefix.
type Entry struct {
	Key    string
	Folded bool
}

// Page returns what comes after a key or a folded prefix, at most limit entries,
// and where the next page begins, "" if there is none. resumed says that after
// is such a place: it stands behind a whole folded prefix.
func Page[V any](objects map[string]V, prefix, delimiter, after string, resumed bool, limit int) (page []Entry, next string) {
	keys := make([]string, 0, len(objects))
	for k := range objects {
		if strings.HasPrefix(k, prefix) && k > after {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	last := ""
	for _, k := range keys {
		e := Entry{Key: k}
		if delimiter != "" {
			if i := strings.Index(k[len(prefix):], delimiter); i >= 0 {
				e = Entry{k[:len(prefix)+i+len(delimiter)], true}
			}
		}
		if e.Folded && (e.Key == last || resumed && e.Key <= after) {
			continue
		}
		if len(page) == limit {
			return page, last
		}
		last = e.Key
		page = append(page, e)
	}
	return page, ""
}
