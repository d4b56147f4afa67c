package storage

import (
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
)

// Validate checks the options before any traffic.
func (o ListOptions) Validate() error {
	msg := ""
	switch {
	case o.Delimiter != "" && o.Delimiter != "/":
		msg = "the delimiter is neither empty nor a slash"
	case !listable(o.Prefix):
		msg = "the prefix is no beginning of a key"
	case !listable(o.After):
		msg = "after is no key"
	}
	if msg == "" {
		return nil
	}
	return waybill.Invalid(string(List), msg).With("storage", "", "")
}

func listable(s string) bool {
	return len(s) <= MaxKey && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' })
}

// Folded returns what stands for key in a listing: the key itself, or with the
// delimiter the prefix into which it is folded. ok is false when the key is not
// listed: another prefix, or an entry that is not behind After. It is for
// adapters that list keys one by one.
func (o ListOptions) Folded(key string) (entry string, isPrefix, ok bool) {
	rest, ok := strings.CutPrefix(key, o.Prefix)
	if !ok {
		return "", false, false
	}
	if o.Delimiter != "" {
		if i := strings.Index(rest, o.Delimiter); i >= 0 {
			key, isPrefix = key[:len(o.Prefix)+i+len(o.Delimiter)], true
		}
	}
	return key, isPrefix, key > o.After
}
