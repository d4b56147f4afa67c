package fakehttp

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// masked stands where a secret stood.
const masked = "***"

func isForm(h http.Header) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// maskPairs masks the values of the named parameters in a query or form and leaves the rest as it was, byte for byte.
func maskPairs(raw string, names []string) string {
	if raw == "" {
		return raw
	}
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || value == "" {
			continue
		}
		if name, err := url.QueryUnescape(key); err == nil {
			if slices.Contains(names, name) {
				pairs[i] = key + "=" + masked
			}
		}
	}
	return strings.Join(pairs, "&")
}

// jsonMember matches members with one of the names and a string value: the name with its colon, then the string,
// which may be cut off.
func jsonMember(names []string) *regexp.Regexp {
	if len(names) == 0 {
		return regexp.MustCompile(`($^)`)
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = regexp.QuoteMeta(name)
	}
	return regexp.MustCompile(`("(?:` + strings.Join(quoted, "|") + `)"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\\?$)`)
}
