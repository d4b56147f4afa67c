package s3storage

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
)

// partSum is a part's CRC32 and its length in bytes.
type partSum struct {
	crc  uint32
	size int64
}

// combined is the CRC32 of parts one behind the other.
func combined(parts []partSum) uint32 {
	var crc uint32
	for _, p := range parts {
		crc = behind(crc, p.size) ^ p.crc
	}
	return crc
}

// behind is what a CRC32 contributes when n bytes follow: it is multiplied by
// x to the power of 8n, modulo the polynomial.
func behind(crc uint32, n int64) uint32 {
	power := uint32(1) << 30 // x, with the highest power in the lowest bit
	for range 3 {
		power = times(power, power) // x^8
	}
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			crc = times(crc, power)
		}
		power = times(power, power)
	}
	return crc
}

// times multiplies two polynomials modulo that of CRC32, bits reflected.
func times(a, b uint32) (product uint32) {
	for ; a != 0; a <<= 1 {
		if a&(1<<31) != 0 {
			product ^= b
		}
		if b&1 != 0 {
			b = b>>1 ^ crc32.IEEE
		} else {
			b >>= 1
		}
	}
	return product
}

// sumOf reads a CRC32 as S3 writes it.
func sumOf(text *string, size int64) (partSum, bool) {
	if text == nil {
		return partSum{}, false
	}
	sum, err := base64.StdEncoding.DecodeString(*text)
	if err != nil || len(sum) != crc32.Size {
		return partSum{}, false
	}
	return partSum{binary.BigEndian.Uint32(sum), size}, true
}

// written is a CRC32 as S3 writes it.
func written(crc uint32) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc))
}
