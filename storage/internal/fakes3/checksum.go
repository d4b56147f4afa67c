package fakes3

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"strconv"
	"strings"
)

// The checksums of S3 ("Checking object integrity in Amazon S3"). S3 computes the
// usual one of an object that came without.
var kinds = [...]string{"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"}

const usual = "CRC64NVME"

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	nvme       = crc64.MakeTable(0x9a6c9329ac4bc9b5)
)

// hasher computes a checksum of one of the kinds.
func hasher(kind string) hash.Hash {
	switch kind {
	case "CRC32":
		return crc32.NewIEEE()
	case "CRC32C":
		return crc32.New(castagnoli)
	case "SHA1":
		return sha1.New()
	case "SHA256":
		return sha256.New()
	}
	return crc64.New(nvme)
}

// sum is a checksum as S3 writes it: base64, with "-n" behind that of n parts.
type sum struct{ kind, text string }

func encoded(kind string, h hash.Hash) sum {
	return sum{kind, base64.StdEncoding.EncodeToString(h.Sum(nil))}
}

// composite is the checksum of the checksums of parts.
func composite(kind string, parts []*content) sum {
	h := hasher(kind)
	for _, p := range parts {
		raw, _ := base64.StdEncoding.DecodeString(p.sum.text)
		h.Write(raw)
	}
	s := encoded(kind, h)
	s.text += "-" + strconv.Itoa(len(parts))
	return s
}

// of is how much of an object the checksum is of.
func (s sum) of() string {
	if strings.Contains(s.text, "-") {
		return "COMPOSITE"
	}
	return "FULL_OBJECT"
}

// wrongSum refuses a content that has another checksum than it should.
func wrongSum(kind string) *s3Error {
	return &s3Error{code: "BadDigest", message: "The " + kind + " you specified did not match the calculated checksum."}
}

func sumHeader(kind string) string { return http.CanonicalHeaderKey("X-Amz-Checksum-" + kind) }

// set writes the checksum into a reply.
func (s sum) set(h http.Header) {
	if s.kind != "" {
		h.Set(sumHeader(s.kind), s.text)
	}
}

// claimed is the checksum that a request says its content has. Its text is empty
// when a trailer will say it.
func claimed(h http.Header) (s sum, e *s3Error) {
	for _, kind := range kinds {
		text, there := h.Get(sumHeader(kind)), len(h.Values(sumHeader(kind))) > 0
		plain, _, _ := strings.Cut(text, "-") // that of parts, at their end
		switch raw, err := base64.StdEncoding.DecodeString(plain); {
		case !there && !strings.EqualFold(h.Get("X-Amz-Trailer"), sumHeader(kind)):
			continue
		case s.kind != "":
			return s, &s3Error{code: "InvalidRequest", message: "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."}
		case there && (err != nil || len(raw) != hasher(kind).Size()):
			return s, &s3Error{code: "InvalidRequest", message: "Value for x-amz-checksum-" + strings.ToLower(kind) + " header is invalid."}
		}
		s = sum{kind, text}
	}
	switch algorithm := h.Get("X-Amz-Sdk-Checksum-Algorithm"); {
	case s.kind == "" && h.Get("X-Amz-Trailer") != "":
		return s, &s3Error{code: "InvalidRequest", message: "The value specified in the x-amz-trailer header is not supported"}
	case s.kind == "" && algorithm != "":
		return s, &s3Error{code: "InvalidRequest", message: "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found."}
	case algorithm != "" && !strings.EqualFold(algorithm, s.kind):
		return s, &s3Error{code: "InvalidRequest", message: "Value for x-amz-sdk-checksum-algorithm header is invalid."}
	}
	return s, nil
}

// sumsXML are the checksums in documents, of which at most one is there.
type sumsXML struct {
	ChecksumCRC32     string `xml:",omitempty"`
	ChecksumCRC32C    string `xml:",omitempty"`
	ChecksumCRC64NVME string `xml:",omitempty"`
	ChecksumSHA1      string `xml:",omitempty"`
	ChecksumSHA256    string `xml:",omitempty"`
}

// at is the place of a kind.
func (x *sumsXML) at(kind string) *string {
	switch kind {
	case "CRC32":
		return &x.ChecksumCRC32
	case "CRC32C":
		return &x.ChecksumCRC32C
	case "SHA1":
		return &x.ChecksumSHA1
	case "SHA256":
		return &x.ChecksumSHA256
	}
	return &x.ChecksumCRC64NVME
}

// xml returns the checksum for a document.
func (s sum) xml() (x sumsXML) {
	if s.kind != "" {
		*x.at(s.kind) = s.text
	}
	return x
}
