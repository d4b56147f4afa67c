package shelf

import (
	"net/http"
	"strings"
	"time"
)

// Conditions returns what the conditions of a read come to: 200, 304 or 412. A
// condition on the tag counts for more than one on the date. The headers' names
// begin with a prefix where they are about the source of a copy.
func Conditions(h http.Header, prefix, etag string, modified time.Time) int {
	is := func(v string) bool { return v == "*" || strings.Trim(v, `"`) == strings.Trim(etag, `"`) }
	after := func(name string) (later, given bool) {
		at, err := http.ParseTime(h.Get(prefix + name))
		return err == nil && modified.After(at), err == nil
	}
	match, none := h.Get(prefix+"If-Match"), h.Get(prefix+"If-None-Match")
	if later, given := after("If-Unmodified-Since"); match != "" && !is(match) || match == "" && given && later {
		return http.StatusPreconditionFailed
	}
	if later, given := after("If-Modified-Since"); none != "" && is(none) || none == "" && given && !later {
		return http.StatusNotModified
	}
	return http.StatusOK
}
