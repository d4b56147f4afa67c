package fakes3

import (
	"bufio"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill/storage/internal/shelf"
)

// content is a received payload.
type content struct {
	blob       shelf.Blob
	md5        []byte
	crc32      string // base64
	claimedCRC bool   // the client sent it too
	at         time.Time
}

// receive reads and verifies a request's payload.
func receive(r *http.Request, a *auth) (*content, *s3Error) {
	var body io.Reader = r.Body
	length := r.ContentLength
	trailer := ""
	if a.payload == trailing {
		if r.Header.Get("X-Amz-Trailer") != "x-amz-checksum-crc32" || !strings.Contains(r.Header.Get("Content-Encoding"), "aws-chunked") {
			return nil, fail("InvalidArgument")
		}
		n, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
		if err != nil {
			return nil, fail("MissingContentLength")
		}
		length = n
		body = &chunkReader{r: bufio.NewReader(r.Body), trailer: &trailer}
	}
	if length < 0 {
		return nil, fail("MissingContentLength")
	}
	if length > maxSingle {
		return nil, fail("EntityTooLarge")
	}
	sha, sum, crc := sha256.New(), md5.New(), crc32.NewIEEE()
	p, err := shelf.Store(io.TeeReader(body, io.MultiWriter(sha, sum, crc)), length)
	if err != nil || p.Len() != length {
		return nil, fail("IncompleteBody")
	}
	c := &content{blob: shelf.Blob{p}, md5: sum.Sum(nil), crc32: base64.StdEncoding.EncodeToString(crc.Sum(nil))}
	claimed := r.Header.Get("X-Amz-Checksum-Crc32")
	if trailer != "" {
		claimed = trailer
	}
	c.claimedCRC = claimed != ""
	if strings.HasPrefix(a.payload, "STREAMING-") && a.payload != trailing {
		return nil, fail("NotImplemented")
	}
	if given, there := r.Header["Content-Md5"]; there {
		if sum, err := base64.StdEncoding.DecodeString(given[0]); err != nil || len(sum) != md5.Size {
			return nil, fail("InvalidDigest")
		}
	}
	switch given := r.Header.Get("Content-Md5"); {
	case a.payload != unsigned && a.payload != trailing && a.payload != hex.EncodeToString(sha.Sum(nil)):
		return nil, fail("XAmzContentSHA256Mismatch")
	case a.payload == trailing && trailer == "":
		return nil, fail("MalformedTrailerError")
	case given != "" && given != base64.StdEncoding.EncodeToString(c.md5):
		return nil, fail("BadDigest")
	case claimed != "" && claimed != c.crc32:
		return nil, fail("BadDigest")
	}
	return c, nil
}

// chunkReader undoes aws-chunked with a trailer.
type chunkReader struct {
	r       *bufio.Reader
	left    int64
	done    bool
	trailer *string
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if c.done {
		return 0, io.EOF
	}
	if c.left == 0 {
		if err := c.next(); err != nil || c.done {
			if err == nil {
				err = io.EOF
			}
			return 0, err
		}
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	if c.left -= int64(n); c.left == 0 && err == nil {
		_, err = c.r.Discard(2)
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// next reads a chunk's head, and behind the last chunk the trailer.
func (c *chunkReader) next() error {
	line, err := c.line()
	if err != nil {
		return err
	}
	size, _, _ := strings.Cut(line, ";")
	if c.left, err = strconv.ParseInt(size, 16, 64); err != nil || c.left < 0 {
		return io.ErrUnexpectedEOF
	}
	if c.left > 0 {
		return nil
	}
	c.done = true
	for {
		line, err := c.line()
		if err != nil || line == "" {
			return nil
		}
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "x-amz-checksum-crc32") {
			*c.trailer = strings.TrimSpace(value)
		}
	}
}

func (c *chunkReader) line() (string, error) {
	line, err := c.r.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

// composite is the checksum of checksums of a multipart object.
func composite(parts []*content) string {
	h := crc32.NewIEEE()
	for _, p := range parts {
		sum, _ := base64.StdEncoding.DecodeString(p.crc32)
		h.Write(sum)
	}
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, h.Sum32())) + "-" + strconv.Itoa(len(parts))
}
