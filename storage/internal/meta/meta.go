// Package meta writes objects' metadata as headers carry it: values that are not
// plain ASCII as RFC 2047 words, which S3 gives back so by itself.
package meta

import (
	"mime"
	"strings"
)

// Max is the bound on user metadata, names and values, in bytes.
const Max = 2048

// Encode returns the metadata as it goes out, and its size in bytes. empty says
// that the store keeps a header without a value.
func Encode(m map[string]string, empty bool) (map[string]string, int) {
	if len(m) == 0 {
		return nil, 0
	}
	out, total := make(map[string]string, len(m)), 0
	for k, v := range m {
		if !plain(v) || v == "" && !empty {
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

// Decode returns the metadata as it was given, with keys in lower case.
func Decode(m map[string]string) map[string]string {
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

// ASCII reports whether a header can carry the text.
func ASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}
