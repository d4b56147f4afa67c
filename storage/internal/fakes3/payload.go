package fakes3

import (
	"bufio"
	"cmp"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill/storage/internal/shelf"
)

// content is a received payload.
type content struct {
	blob    shelf.Blob
	md5     []byte
	sum     sum
	claimed bool // the client sent the checksum too
	at      time.Time
}

// receive reads and verifies a request's payload.
func receive(r *http.Request, a *auth) (*content, *s3Error) {
	given, e := claimed(r.Header)
	if e != nil {
		return nil, e
	}
	var body io.Reader = r.Body
	length := r.ContentLength
	var chunks *chunkReader
	if strings.HasPrefix(a.payload, "STREAMING-") {
		if chunks, length, e = unchunked(r, a); e != nil {
			return nil, e
		}
		body = chunks
	}
	if length < 0 {
		return nil, fail("MissingContentLength")
	}
	if length > maxSingle {
		return nil, fail("EntityTooLarge")
	}
	kind := cmp.Or(given.kind, usual)
	sha, tag, check := sha256.New(), md5.New(), hasher(kind)
	p, err := shelf.Store(io.TeeReader(body, io.MultiWriter(sha, tag, check)), length)
	if chunks != nil && chunks.refusal != nil {
		return nil, chunks.refusal
	}
	if err != nil || p.Len() != length {
		return nil, fail("IncompleteBody")
	}
	c := &content{blob: shelf.Blob{p}, md5: tag.Sum(nil), sum: encoded(kind, check), claimed: given.kind != ""}
	if chunks != nil {
		if e := chunks.announced(r.Header.Get("X-Amz-Trailer"), &given); e != nil {
			return nil, e
		}
	}
	if given, there := r.Header["Content-Md5"]; there {
		if sum, err := base64.StdEncoding.DecodeString(given[0]); err != nil || len(sum) != md5.Size {
			return nil, fail("InvalidDigest")
		}
	}
	switch given5 := r.Header.Get("Content-Md5"); {
	case a.payload != unsigned && chunks == nil && a.payload != hex.EncodeToString(sha.Sum(nil)):
		return nil, fail("XAmzContentSHA256Mismatch")
	case given5 != "" && given5 != base64.StdEncoding.EncodeToString(c.md5):
		return nil, fail("BadDigest")
	case given.text != "" && given != c.sum:
		return nil, wrongSum(kind)
	}
	return c, nil
}

// unchunked undoes aws-chunked, and returns how long the content is to be.
func unchunked(r *http.Request, a *auth) (*chunkReader, int64, *s3Error) {
	c := &chunkReader{r: bufio.NewReader(r.Body), trailer: map[string]string{}}
	switch a.payload {
	case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
	case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
		c.chain = a.chain
	default:
		return nil, 0, fail("NotImplemented")
	}
	if r.Header.Get("X-Amz-Trailer") != "" && !strings.HasSuffix(a.payload, "-TRAILER") {
		return nil, 0, fail("MalformedTrailerError")
	}
	n, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
	if err != nil || n < 0 {
		return nil, 0, fail("MissingContentLength")
	}
	return c, n, nil
}

// announced completes the checksum that the trailer was to have. A trailer that
// nobody announced is malformed.
func (c *chunkReader) announced(name string, given *sum) *s3Error {
	text, there := c.trailer[strings.ToLower(name)]
	switch raw, err := base64.StdEncoding.DecodeString(text); {
	case name == "" && len(c.trailer) == 0:
		return nil
	case !there || len(c.trailer) > 1:
		return fail("MalformedTrailerError")
	case err != nil || len(raw) != hasher(given.kind).Size():
		return &s3Error{code: "InvalidRequest", message: "Value for " + strings.ToLower(name) + " trailing header is invalid."}
	}
	given.text = text
	return nil
}

// minChunk is the least size of a chunk that is not the last, in bytes.
const minChunk = 8 << 10

// chunkReader undoes aws-chunked.
type chunkReader struct {
	r       *bufio.Reader
	left    int64
	short   bool // a chunk that must be the last
	done    bool
	chain   *chain // nil: chunks are not signed
	trailer map[string]string
	refusal *s3Error
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if c.done {
		return 0, io.EOF
	}
	if c.left == 0 {
		if err := c.next(); err != nil || c.done {
			return 0, cmp.Or(err, io.EOF)
		}
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	if c.chain != nil {
		c.chain.chunk.Write(p[:n])
	}
	if c.left -= int64(n); c.left == 0 && err == nil {
		if _, err = c.r.Discard(2); err == nil && !c.chain.link("PAYLOAD") {
			return 0, c.refuse("SignatureDoesNotMatch")
		}
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (c *chunkReader) refuse(code string) error {
	c.refusal = fail(code)
	return io.ErrUnexpectedEOF
}

// next reads a chunk's head, and behind the last chunk the trailer.
func (c *chunkReader) next() error {
	line, err := c.line()
	if err != nil {
		return err
	}
	size, extension, _ := strings.Cut(line, ";")
	if c.left, err = strconv.ParseInt(size, 16, 64); err != nil || c.left < 0 {
		return io.ErrUnexpectedEOF
	}
	if c.chain != nil {
		c.chain.given = strings.TrimPrefix(extension, "chunk-signature=")
	}
	if c.left > 0 {
		if c.short {
			return c.refuse("InvalidChunkSizeError")
		}
		c.short = c.left < minChunk
		return nil
	}
	c.done = true
	if !c.chain.link("PAYLOAD") {
		return c.refuse("SignatureDoesNotMatch")
	}
	return c.end()
}

// end reads the trailer, whose signature stands behind an empty line.
func (c *chunkReader) end() error {
	for {
		line, err := c.line()
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.ToLower(name), strings.TrimSpace(value)
		switch {
		case ok && name == "x-amz-trailer-signature" && c.chain != nil:
			if c.chain.given = value; !c.chain.link("TRAILER") {
				return c.refuse("SignatureDoesNotMatch")
			}
			return nil
		case ok:
			c.trailer[name] = value
			if c.chain != nil {
				_, _ = io.WriteString(c.chain.chunk, name+":"+value+"\n")
			}
		case line == "" && err == nil && c.chain != nil && len(c.trailer) > 0:
			// The signature is to come.
		case c.chain != nil && len(c.trailer) > 0:
			return c.refuse("MalformedTrailerError")
		default:
			return nil
		}
	}
}

func (c *chunkReader) line() (string, error) {
	line, err := c.r.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}
