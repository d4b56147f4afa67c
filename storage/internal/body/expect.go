package body

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"strings"

	"github.com/waybill-go/waybill"
)

// Hash returns what computes a checksum that is written "crc32:…", "crc64:…",
// "md5:…" or "sha256:…" in hexadecimal, and the sum itself; ok is false for
// another text.
func Hash(checksum string) (h hash.Hash, sum string, ok bool) {
	kind, sum, _ := strings.Cut(checksum, ":")
	switch kind {
	case "crc32":
		h = crc32.NewIEEE()
	case "crc64":
		h = crc64.New(crc64.MakeTable(crc64.ECMA))
	case "md5":
		h = md5.New()
	case "sha256":
		h = sha256.New()
	default:
		return nil, "", false
	}
	return h, sum, len(sum) == 2*h.Size() && strings.Trim(sum, "0123456789abcdef") == ""
}

// Expect holds the body to a checksum as Hash reads it; "" is none. A body that
// can be rewound is read through here, another while it is read: its end is told
// only if the checksum is right. It must be called before the first Read.
func (s *Source) Expect(checksum string) *waybill.Error {
	h, sum, ok := Hash(checksum)
	if !ok {
		return nil
	}
	s.sum, s.want = h, sum
	if s.seeker == nil {
		return nil
	}
	_, err := io.Copy(io.Discard, struct{ io.Reader }{s})
	s.sum = nil // once is enough
	if err != nil {
		return waybill.AsError(err)
	}
	if err := s.Rewind(); err != nil {
		_ = s.fail("the body could not be rewound", err)
		return s.Err()
	}
	return nil
}

// agrees reports whether the body that came to its end has its checksum.
func (s *Source) agrees() bool {
	return s.sum == nil || hex.EncodeToString(s.sum.Sum(nil)) == s.want
}
