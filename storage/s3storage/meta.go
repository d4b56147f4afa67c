package s3storage

import (
	"mime"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
)

// S3 carries metadata in headers, which are ASCII, and gives other text back as
// RFC 2047 words. So that is what is sent.

// maxMetadata is S3's bound on user metadata, names and values, in bytes.
const maxMetadata = 2048

func encodeMetadata(m map[string]string) (map[string]string, int) {
	if len(m) == 0 {
		return nil, 0
	}
	out, total := make(map[string]string, len(m)), 0
	for k, v := range m {
		if !plain(v) {
			v = mime.BEncoding.Encode("utf-8", force(v))
		}
		out[k] = v
		total += len(k) + len(v)
	}
	return out, total
}

// mark stands before a value that is ASCII but would not come back as it is,
// since Encode leaves ASCII alone. It is taken off after decoding.
const mark = "\u200b"

func force(v string) string {
	for i := range len(v) {
		if v[i] >= 0x80 {
			if strings.HasPrefix(v, mark) {
				return mark + v
			}
			return v
		}
	}
	return mark + v
}

// plain reports whether a value can stand in a header as it is.
func plain(v string) bool {
	for i := range len(v) {
		if v[i] < ' ' || v[i] > '~' {
			return false
		}
	}
	return !strings.HasPrefix(v, " ") && !strings.HasSuffix(v, " ") && !strings.Contains(v, "  ") && !strings.Contains(v, "=?")
}

func decodeMetadata(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]string, len(m))
	var d mime.WordDecoder
	for k, v := range m {
		if strings.Contains(v, "=?") {
			if decoded, err := d.DecodeHeader(v); err == nil {
				v = strings.TrimPrefix(decoded, mark)
			}
		}
		out[strings.ToLower(k)] = v
	}
	return out
}

// headers are what of the options goes into headers as it is.
func (b *Bucket) check(key string, o storage.PutOptions) (map[string]string, error) {
	if err := storage.ValidateKey(storage.Put, key); err != nil {
		return nil, waybill.AsError(err).With("", "", o.Ref)
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	meta, total := encodeMetadata(o.Metadata)
	message := ""
	switch {
	case total > maxMetadata:
		message = "the metadata is larger than 2 KiB as S3 carries it"
	case !ascii(o.ContentType) || !ascii(o.ContentDisposition) || !ascii(o.CacheControl):
		message = "a header's value is not ASCII; a disposition has filename*=UTF-8''… for that"
	case o.IfNotExists && !b.conditional:
		message = "the server was declared to ignore conditions"
	case o.Size > maxObject:
		message = "the object is larger than 5 TiB"
	}
	if message != "" {
		return nil, b.unsupported(storage.Put, o.Ref, message)
	}
	return meta, nil
}

func (b *Bucket) unsupported(op waybill.Verb, ref, message string) *waybill.Error {
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: name, Op: string(op), Ref: ref, Message: message}
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}
