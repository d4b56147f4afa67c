package s3storage

import (
	"bytes"
	"hash/crc32"
	"testing"
)

func TestCombinedChecksums(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcde\x00\xff"), 20_000)
	for _, size := range []int{1, 2, 7, 1000, 65536, len(data) - 1, len(data), len(data) + 1} {
		var parts []partSum
		for rest := data; len(rest) > 0; {
			n := min(size, len(rest))
			if len(parts) > 100 {
				n = len(rest)
			}
			parts = append(parts, partSum{crc32.ChecksumIEEE(rest[:n]), int64(n)})
			rest = rest[n:]
		}
		if got, want := combined(parts), crc32.ChecksumIEEE(data); got != want {
			t.Errorf("parts of %d: %08x, want %08x", size, got, want)
		}
	}
	if combined(nil) != 0 || combined([]partSum{{5, 1}, {0, 0}}) != 5 {
		t.Error("nothing changes something")
	}
}

func FuzzCombinedChecksums(f *testing.F) {
	f.Add([]byte("a"), []byte("bc"))
	f.Add([]byte{}, []byte{0, 0, 0})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		got := combined([]partSum{{crc32.ChecksumIEEE(a), int64(len(a))}, {crc32.ChecksumIEEE(b), int64(len(b))}})
		if want := crc32.ChecksumIEEE(append(bytes.Clone(a), b...)); got != want {
			t.Errorf("%08x, want %08x", got, want)
		}
		text := written(got)
		if p, ok := sumOf(&text, 3); !ok || p.crc != got {
			t.Errorf("%q comes back as %08x", text, p.crc)
		}
	})
}
