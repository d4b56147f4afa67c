package gocloud

import (
	"net/url"
	"strings"
)

// escapeKey writes a key as a storage.Bucket takes it: control characters,
// backslashes and percent signs in hexadecimal, and segments that are empty or
// dots, "%-" standing for nothing.
func escapeKey(key string) string {
	segments := strings.Split(key, "/")
	for i, s := range segments {
		switch s {
		case "":
			if len(segments) > 1 {
				segments[i] = "%-"
			}
		case ".", "..":
			segments[i] = strings.ReplaceAll(s, ".", "%2E")
		default:
			segments[i] = escapeText(s)
		}
	}
	return strings.Join(segments, "/")
}

// escapePrefix is the beginning of the keys that begin with a prefix, whose last
// segment is not whole.
func escapePrefix(prefix string) string {
	i := strings.LastIndex(prefix, "/")
	if i < 0 {
		return escapeText(prefix)
	}
	return escapeKey(prefix[:i]) + "/" + escapeText(prefix[i+1:])
}

const digits = "0123456789ABCDEF"

func escapeText(s string) string {
	return escapeBytes(s, '%', func(c byte) bool { return c >= ' ' && c != 0x7f && c != '\\' && c != '%' })
}

// escapeName writes a name of metadata with letters, digits and hyphens.
func escapeName(s string) string {
	return strings.ToLower(escapeBytes(s, '-', func(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }))
}

func escapeBytes(s string, mark byte, plain func(byte) bool) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if plain(c) {
			b.WriteByte(c)
		} else {
			b.Write([]byte{mark, digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}

func unescapeName(s string) string { return unescape(strings.ReplaceAll(s, "-", "%")) }

// unescape returns what was escaped; what nobody escaped stays as it is.
func unescape(s string) string {
	if plain, err := url.PathUnescape(strings.ReplaceAll(s, "%-", "")); err == nil {
		return plain
	}
	return s
}
