package google

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/waybill-go/waybill"
)

// Credentials are what a project of the Google Maps Platform shows: an API key,
// or, for contracts of the older premium plan, a client id with its signing
// secret. They print as "[hidden]".
type Credentials struct {
	// Key is the API key.
	Key string
	// ClientID ("gme-…") and SigningSecret, in URL-safe base64 as Google hands
	// it out, sign requests of the older services in place of a key.
	ClientID, SigningSecret string
}

const hidden = "[hidden]"

// Format hides the secrets under every verb.
func (Credentials) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, hidden) }

// LogValue hides the secrets from slog.
func (Credentials) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the secrets from encoders.
func (Credentials) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Check returns what is wrong with the form of c, or "". With keyOnly a client
// id is no use.
func (c Credentials) Check(keyOnly bool) string {
	switch {
	case strings.TrimSpace(c.Key) != c.Key || strings.ContainsFunc(c.Key, notPrintable):
		return "the API key holds blanks or control characters"
	case c.Key != "" && (c.ClientID != "" || c.SigningSecret != ""):
		return "an API key and a client id were both given"
	case c.Key != "":
		return ""
	case keyOnly || c.ClientID == "" && c.SigningSecret == "":
		return "the API key is missing"
	case c.ClientID == "" || c.SigningSecret == "":
		return "a client id needs a signing secret, and the other way round"
	case strings.ContainsFunc(c.ClientID, notPrintable):
		return "the client id holds blanks or control characters"
	}
	if b, err := base64.URLEncoding.DecodeString(c.SigningSecret); err != nil || len(b) == 0 {
		return "the signing secret is not URL-safe base64"
	}
	return ""
}

func notPrintable(r rune) bool { return r <= ' ' || r == 0x7f }

// Keyring holds an adapter's credentials, fixed or fetched for each call. It is
// safe for concurrent use.
type Keyring struct {
	fixed   Credentials
	fetch   func(context.Context) (Credentials, error)
	keyOnly bool

	mu sync.Mutex
	// recent are the secrets lately in use, for scrubbing.
	recent []string
}

// recentSecrets is how many secrets a rotation keeps in mind.
const recentSecrets = 12

// NewKeyring checks fixed, unless fetch is given, which then wins.
func NewKeyring(fixed Credentials, fetch func(context.Context) (Credentials, error), keyOnly bool) (*Keyring, *waybill.Error) {
	k := &Keyring{fixed: fixed, fetch: fetch, keyOnly: keyOnly}
	if fetch == nil {
		if wrong := fixed.Check(keyOnly); wrong != "" {
			return nil, waybill.Invalid("new", wrong)
		}
		k.remember(fixed)
	}
	return k, nil
}

// Get returns the credentials for one exchange. An error of the fetching
// function is Unauthenticated, or the caller's context error; nothing was sent.
func (k *Keyring) Get(ctx context.Context) (Credentials, *waybill.Error) {
	if k.fetch == nil {
		return k.fixed, nil
	}
	c, err := k.fetch(ctx)
	if err != nil {
		return c, fetchFailed(ctx, err)
	}
	if wrong := c.Check(k.keyOnly); wrong != "" {
		return c, &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Message: wrong}
	}
	k.remember(c)
	return c, nil
}

// fetchFailed maps the error of a function that should have given credentials.
// Its text is not kept: nobody knows what is in it.
func fetchFailed(ctx context.Context, err error) *waybill.Error {
	if e := waybill.FromContext(ctx); e != nil {
		e.Delivery = waybill.NotSent
		return e
	}
	var own *waybill.Error
	if errors.As(err, &own) {
		c := *own
		c.Delivery = waybill.NotSent
		return &c
	}
	return &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent,
		Message: "the credentials could not be had"}
}

func (k *Keyring) remember(c Credentials) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range [...]string{c.Key, c.ClientID, c.SigningSecret} {
		if s != "" && !slices.Contains(k.recent, s) {
			k.recent = append(k.recent, s)
		}
	}
	if n := len(k.recent) - recentSecrets; n > 0 {
		k.recent = slices.Delete(k.recent, 0, n)
	}
}

// Secrets returns the secrets lately in use, for the scrubbing of texts.
func (k *Keyring) Secrets() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.recent)
}

// Header returns the header of a call to the newer services. The key travels
// here and never in the URL.
func (c Credentials) Header(fieldMask string) http.Header {
	return http.Header{
		"Content-Type":     {"application/json"},
		"X-Goog-Api-Key":   {c.Key},
		"X-Goog-Fieldmask": {fieldMask},
	}
}
