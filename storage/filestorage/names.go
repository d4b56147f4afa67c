package filestorage

import (
	"hash/fnv"
	"path"
	"strings"
)

// A name ends in sidecarMark for a sidecar, and in contentMark and an id for a
// content. Neither is a complete escape, so no segment of a key looks like it.
const (
	sidecarMark = "%"
	contentMark = "%~"
	idLength    = 16
	maxName     = 255 - len(contentMark) - idLength
)

// place is where an object lies, in slash-separated names below the folder.
type place struct {
	key  string
	dir  string // "." at the top
	stem string // the last segment, escaped
}

func (p place) sidecar() string { return path.Join(p.dir, p.stem+sidecarMark) }

func (p place) content(id string) string { return path.Join(p.dir, p.stem+contentMark+id) }

// stripe is one of n for the locks.
func (p place) stripe(n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.key))
	return int(h.Sum32() % uint32(n))
}

// placeOf returns the place of a valid key; ok is false when a segment is too
// long for a file's name.
func placeOf(key string) (p place, ok bool) {
	segments := strings.Split(key, "/")
	for i, s := range segments {
		segments[i] = escape(s)
		if len(segments[i]) > maxName {
			return place{}, false
		}
	}
	last := len(segments) - 1
	dir := "."
	if last > 0 {
		dir = strings.Join(segments[:last], "/")
	}
	return place{key: key, dir: dir, stem: segments[last]}, true
}

// unsafe are the bytes that some file system refuses in names.
const unsafe = `%<>:"|?*`

const hexDigits = "0123456789ABCDEF"

// escape makes a file's name of a segment: unsafe bytes, and a dot or blank at
// the end, become %XX.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if strings.IndexByte(unsafe, c) >= 0 || i == len(s)-1 && (c == '.' || c == ' ') {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// unescape is the reverse; ok is false for a name that escape does not make.
func unescape(s string) (segment string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' {
			if i+2 >= len(s) {
				return "", false
			}
			hi, lo := strings.IndexByte(hexDigits, s[i+1]), strings.IndexByte(hexDigits, s[i+2])
			if hi < 0 || lo < 0 {
				return "", false
			}
			c = byte(hi<<4 | lo)
			i += 2
		}
		b.WriteByte(c)
	}
	segment = b.String()
	return segment, segment != "" && escape(segment) == s
}

// splitContent takes the name of a content apart.
func splitContent(file string) (stem, id string, ok bool) {
	i := strings.LastIndex(file, contentMark)
	if i <= 0 {
		return "", "", false
	}
	stem, id = file[:i], file[i+len(contentMark):]
	if len(id) != idLength || strings.Trim(id, "0123456789abcdef") != "" {
		return "", "", false
	}
	_, ok = unescape(stem)
	return stem, id, ok
}
