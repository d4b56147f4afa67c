package pushbatch

import (
	"context"
	"strings"

	"github.com/waybill-go/waybill"
)

// Secret is a credential that goes with every request: a fixed one, or what a
// source gives each time.
type Secret struct {
	Own    string
	Source func(context.Context) (string, error)
}

// Missing reports whether there is neither.
func (s Secret) Missing() bool { return s.Source == nil && !visible(s.Own) }

// Get returns the secret. The error is NotSent; the source's own is not kept,
// because nobody knows what is in it, but for its code and wait.
func (s Secret) Get(ctx context.Context) (string, *waybill.Error) {
	if s.Source == nil {
		return s.Own, nil
	}
	got, err := s.Source(ctx)
	if err == nil && visible(got) {
		return got, nil
	}
	return "", RefusedKey(ctx, err)
}

// visible reports whether a secret can be sent: something, and only visible
// characters of ASCII.
func visible(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
