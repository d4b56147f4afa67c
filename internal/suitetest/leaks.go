package suitetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
)

// Leaks are the words that must appear nowhere, in any letter case, plain or as
// a part of a URL.
type Leaks struct {
	// Secrets are keys, tokens and signatures, Private personal data and the
	// URLs of servers with their paths.
	Secrets, Private []string
	// Named are more private words, by what they are, such as "the recipient".
	Named map[string][]string
}

// With returns the same with more private words.
func (l Leaks) With(private ...string) Leaks {
	l.Private = append(l.Private[:len(l.Private):len(l.Private)], private...)
	return l
}

// Text complains when a text holds one of the words. what says where the text
// is from.
func (l Leaks) Text(t testing.TB, what, text string) {
	t.Helper()
	l.text(t, what, text, map[string]bool{})
}

// text complains of every kind of word once.
func (l Leaks) text(t testing.TB, what, text string, told map[string]bool) {
	t.Helper()
	text = strings.ToLower(text)
	look := func(kind string, list []string) {
		t.Helper()
		if !told[kind] && slices.ContainsFunc(list, func(s string) bool { return holds(text, s) }) {
			told[kind] = true
			t.Errorf("%s holds %s", what, kind)
		}
	}
	look("a secret", l.Secrets)
	look("personal data or the server's URL with its path", l.Private)
	for kind, list := range l.Named {
		look(kind, list)
	}
}

func holds(lower, s string) bool {
	if s == "" {
		return false
	}
	for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s)} {
		if strings.Contains(lower, strings.ToLower(form)) {
			return true
		}
	}
	return false
}

// Error looks at every node of an error's tree, printed in every way, as JSON,
// and by its fields; the errors of the attempts included. It complains once of
// every kind of word.
func (l Leaks) Error(t testing.TB, err error) {
	t.Helper()
	l.node(t, err, 0, map[string]bool{})
}

func (l Leaks) node(t testing.TB, err error, depth int, told map[string]bool) {
	t.Helper()
	if err == nil || depth > 20 {
		return
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		l.text(t, fmt.Sprintf("%T printed with %s", err, format), fmt.Sprintf(format, err), told)
	}
	if b, bad := json.Marshal(err); bad == nil {
		l.text(t, fmt.Sprintf("%T as JSON", err), string(b), told)
	}
	if e, ok := err.(*waybill.Error); ok && e != nil {
		l.text(t, "the message", e.Message, told)
		l.text(t, "the vendor's code", e.VendorCode, told)
		l.node(t, e.Err, depth+1, told)
		for _, a := range waybill.Attempts(e) {
			if a.Err != nil && a.Err != e {
				l.node(t, a.Err, depth+1, told)
			}
		}
	}
	var address *url.Error
	if depth == 0 && errors.As(err, &address) {
		l.node(t, address, depth+1, told)
	}
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		l.node(t, u.Unwrap(), depth+1, told)
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			l.node(t, e, depth+1, told)
		}
	}
}
