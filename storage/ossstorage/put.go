package ossstorage

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"hash"
	"hash/crc64"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/body"
	"github.com/waybill-go/waybill/storage/internal/exchange"
	"github.com/waybill-go/waybill/storage/internal/meta"
	"github.com/waybill-go/waybill/wire"
)

// Put stores an object in one request or, when it is long, in parts.
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader, o storage.PutOptions) (storage.Object, error) {
	sent, err := b.check(key, o)
	if err != nil {
		return storage.Object{}, err
	}
	if e := b.x.Ended(ctx, storage.Put, o.Ref); e != nil {
		return storage.Object{}, e
	}
	p := &put{b: b, o: o, key: key, meta: sent, src: body.New(ctx, string(storage.Put), o.Ref, r, o.Size)}
	if e := p.src.Expect(o.Checksum); e != nil {
		return storage.Object{}, e.With(name, "", "")
	}
	if p.o.ContentType == "" {
		p.o.ContentType = "application/octet-stream"
	}
	var obj storage.Object
	var e *waybill.Error
	switch size := p.src.Size(); {
	case size > maxObject:
		return storage.Object{}, b.x.Unsupported(storage.Put, o.Ref, "the object is larger than 48.8 TB")
	case p.src.Seekable() && size > smallBody && size <= b.single:
		obj, e = p.single(ctx, p.src, size)
	case size >= 0 && size <= min(b.partSize, b.single):
		if data := p.src.Whole(); data != nil {
			obj, e = p.single(ctx, bytes.NewReader(data), size)
		}
	default:
		obj, e = p.parts(ctx, r)
	}
	if e == nil && obj.Key != "" {
		return obj, nil
	}
	// The body's own failure is what matters, whatever came of it elsewhere.
	if own := p.src.Err(); own != nil {
		e = own.With(name, "", "")
	}
	return storage.Object{}, e
}

// check refuses what OSS cannot keep, and returns the metadata as it goes out.
func (b *Bucket) check(key string, o storage.PutOptions) (map[string]string, error) {
	if err := b.checkKey(storage.Put, o.Ref, key); err != nil {
		return nil, err
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	sent, total := meta.Encode(o.Metadata, false)
	message := ""
	switch {
	case total > maxMetadata:
		message = "the metadata is larger than 8 KiB as OSS carries it"
	case !meta.ASCII(o.ContentType) || !meta.ASCII(o.ContentDisposition) || !meta.ASCII(o.CacheControl):
		message = "a header's value is not ASCII; a disposition has filename*=UTF-8''… for that"
	case o.IfNotExists && b.versioned.Load():
		message = "OSS ignores the condition in a bucket with versions"
	}
	if message != "" {
		return nil, b.x.Unsupported(storage.Put, o.Ref, message)
	}
	return sent, nil
}

// maxMetadata is OSS's bound on user metadata, names and values, in bytes.
const maxMetadata = 8 << 10

// checkKey refuses a key that nobody could have, or that OSS cannot.
func (b *Bucket) checkKey(op waybill.Verb, ref string, keys ...string) error {
	for _, k := range keys {
		if err := storage.ValidateKey(op, k); err != nil {
			return waybill.AsError(err).With("", "", ref)
		}
		if len(k) > maxKey {
			return b.x.Unsupported(op, ref, "the key is longer than 1023 bytes")
		}
	}
	return nil
}

// put is one Put.
type put struct {
	b    *Bucket
	o    storage.PutOptions
	key  string
	meta map[string]string
	src  *body.Source
}

func (p *put) call() exchange.Call {
	return exchange.Call{Op: storage.Put, Ref: p.o.Ref, Key: p.key, Send: true, Exclusive: p.o.IfNotExists}
}

// forbid is the header of IfNotExists.
func (p *put) forbid() *string {
	if p.o.IfNotExists {
		return &yes
	}
	return nil
}

// yes is a header's value, which the library takes by address and leaves alone.
var yes = "true"

// single stores a body in one request.
func (p *put) single(ctx context.Context, r io.ReadSeeker, size int64) (storage.Object, *waybill.Error) {
	b := p.b
	digest, crc, e := p.sum(r)
	if e != nil {
		return storage.Object{}, e
	}
	h := p.headers(6 + len(p.meta))
	h["Content-Length"], h["Content-MD5"] = strconv.FormatInt(size, 10), digest
	in := &oss.OperationInput{OpName: "PutObject", Method: http.MethodPut, Bucket: &b.bucket, Key: &p.key, Headers: h, Body: r}
	c := p.call()
	c.Body = r
	reply, e := b.invoke(ctx, &c, in)
	if e != nil {
		return storage.Object{}, e
	}
	return p.stored(reply, size, crc, reply.Header.Get("ETag"))
}

// invoke runs one of the library's basic operations, whose reply has nothing for
// it to decode: its decoding of every header by reflection is most of its work.
func (b *Bucket) invoke(ctx context.Context, c *exchange.Call, in *oss.OperationInput) (*wire.Reply, *waybill.Error) {
	out, reply, e := exchange.Do(&b.x, ctx, *c, func(ctx context.Context) (*oss.OperationOutput, error) { return b.oss.InvokeOperation(ctx, in) })
	if e == nil {
		_ = out.Body.Close()
	}
	return reply, e
}

// headers are the object's attributes as they go out.
func (p *put) headers(n int) map[string]string {
	h := make(map[string]string, n)
	h["Content-Type"] = p.o.ContentType
	if p.o.ContentDisposition != "" {
		h["Content-Disposition"] = p.o.ContentDisposition
	}
	if p.o.CacheControl != "" {
		h["Cache-Control"] = p.o.CacheControl
	}
	for k, v := range p.meta {
		h[metaPrefix+k] = v
	}
	if p.o.IfNotExists {
		h["x-oss-forbid-overwrite"] = "true"
	}
	return h
}

// metaPrefix is what stands before a metadata key in a header's name.
const metaPrefix = "x-oss-meta-"

// stored is the object that a reply tells of, if it is OSS's and tells of what
// was sent.
func (p *put) stored(reply *wire.Reply, size int64, crc uint64, etag string) (storage.Object, *waybill.Error) {
	sum := reply.Header.Get(crcHeader)
	switch {
	case etag == "":
		return storage.Object{}, exchange.Lost(reply, "the reply to a put has no ETag")
	case sum != "" && sum != strconv.FormatUint(crc, 10):
		return storage.Object{}, exchange.Lost(reply, "OSS stored something with another checksum")
	case p.o.IfNotExists && reply.Header.Get("X-Oss-Version-Id") != "":
		p.b.versioned.Store(true)
		return storage.Object{}, reply.Error(waybill.FailedPrecondition, waybill.ScopeRequest, waybill.Sent, "",
			"the bucket has versions and ignores the condition: the object was written")
	}
	o := storage.Object{Key: p.key, Size: size, ETag: strings.Trim(etag, `"`), ContentType: p.o.ContentType, ContentDisposition: p.o.ContentDisposition,
		CacheControl: p.o.CacheControl, Metadata: meta.Decode(p.meta), Checksum: checksum(sum), Provider: name, Bucket: p.b.bucket,
		Modified: exchange.Date(reply)}
	return o, nil
}

const crcHeader = "X-Oss-Hash-Crc64ecma"

// ecma is the polynomial of OSS's checksum.
var ecma = crc64.MakeTable(crc64.ECMA)

// sum returns the MD5 of a body in base64 and its CRC-64, and rewinds it.
func (p *put) sum(r io.ReadSeeker) (string, uint64, *waybill.Error) {
	d := &digest{md5: md5.New()}
	err := exchange.Drain(d, r)
	if err == nil {
		_, err = r.Seek(0, io.SeekStart)
	}
	if err != nil {
		e := waybill.Invalid(string(storage.Put), "the body could not be read").With(name, "", p.o.Ref)
		e.Err = err
		return "", 0, e
	}
	return base64.StdEncoding.EncodeToString(d.md5.Sum(nil)), d.crc, nil
}

// digest computes both sums.
type digest struct {
	md5 hash.Hash
	crc uint64
}

func (d *digest) Write(p []byte) (int, error) {
	d.crc = crc64.Update(d.crc, ecma, p)
	return d.md5.Write(p)
}

// checksum writes OSS's checksum as storage.Object has it.
func checksum(crc string) string {
	if h := sumHex(crc); h != "" {
		return "crc64:" + h
	}
	return ""
}

// sumHex is OSS's decimal checksum in hexadecimal, "" if it is none.
func sumHex(crc string) string {
	v, err := strconv.ParseUint(crc, 10, 64)
	if err != nil {
		return ""
	}
	h := strconv.FormatUint(v, 16)
	return "0000000000000000"[len(h):] + h
}
