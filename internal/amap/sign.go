package amap

import (
	"crypto/md5"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Sign returns the parameter sig: the MD5, in lower-case hex, of all parameters
// but sig itself, sorted by name, as name=value joined with &, in raw UTF-8 and
// not escaped, with the private key behind. Path and host are no part of it.
//
// That the v4 services are signed in the same way is likely and not documented.
func Sign(query url.Values, privateKey string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if name == "sig" || len(query[name]) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(query[name][0])
	}
	b.WriteString(privateKey)
	sum := md5.Sum([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}
