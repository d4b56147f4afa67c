package wire

import (
	"net/url"
	"strings"

	"github.com/waybill-go/waybill"
)

// BaseURL checks where a service lives, as an adapter's Options say it, and
// returns it without a slash at its end; an empty raw means def. It must be
// absolute, with scheme http or https, and carry no user, query or fragment,
// since secrets have no place in it: else the error is InvalidArgument of the
// provider and does not repeat it.
func BaseURL(provider, raw, def string) (string, error) {
	if raw == "" {
		raw = def
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "", waybill.Invalid("new", "BaseURL is not an absolute http or https URL").With(provider, "", "")
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.HasSuffix(raw, "#"):
		return "", waybill.Invalid("new", "BaseURL carries a user, a query or a fragment").With(provider, "", "")
	}
	return strings.TrimRight(raw, "/"), nil
}

// Absolute reports whether s is an absolute http or https URL without user and
// fragment, such as one that a vendor is to call back.
func Absolute(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.Fragment == ""
}
