package wire_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
	"github.com/waybill-go/waybill/wire/wiretest"
)

// What must never show in an error.
const (
	secretKey   = "k3y-0f-the-account"
	secretToken = "tok.3n+of/the account"
	number      = "+8613812345678"
	message     = "your parcel 4711 arrives at Nanshan gate three"
)

var protocols = map[string]wiretest.Options{
	"http1": {}, "http1 tls": {TLS: true}, "http2": {HTTP2: true},
}

func newClient(t testing.TB, s *wiretest.Server, opts wiretest.Options, change ...func(*wire.Config)) *wire.Client {
	t.Helper()
	cfg := wire.Config{Provider: "testsms", HTTP2Sends: opts.HTTP2, Secrets: func() []string { return []string{secretKey, secretToken} }}
	if s != nil {
		cfg.HTTPClient = s.Client()
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := wire.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// sendRequest is a send that carries every kind of secret.
func sendRequest(base, body string) *wire.Request {
	return &wire.Request{
		Op: "send", Ref: "ref-1", Method: http.MethodPost, URL: base + "/send-path",
		Query:   url.Values{"key": {secretKey}, "to": {number}},
		Header:  http.Header{"Authorization": {"Bearer " + secretToken}},
		Body:    []byte(body),
		Send:    true,
		Private: []string{number, message},
	}
}

// attempt returns a context that ends as an attempt's time-out does.
func attempt(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeoutCause(t.Context(), d, waybill.ErrAttemptTimeout)
	t.Cleanup(cancel)
	return ctx
}

// mine asserts that err is a *waybill.Error without a secret in any node.
func mine(t testing.TB, err error) *waybill.Error {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	e, ok := err.(*waybill.Error)
	if !ok || e == nil {
		t.Fatalf("the error is a %T", err)
	}
	noSecret(t, e)
	if e.Provider != "testsms" || e.Op == "" {
		t.Errorf("provider %q, op %q", e.Provider, e.Op)
	}
	return e
}

// noSecret walks every node of an error tree.
func noSecret(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		return
	}
	texts := []string{err.Error(), fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), fmt.Sprintf("%q", err)}
	if e, ok := err.(*waybill.Error); ok {
		texts = append(texts, e.Message, e.VendorCode)
		noSecret(t, e.Err)
		var te *wire.TransportError
		if errors.As(err, &te) {
			noSecret(t, te)
		}
	}
	for _, text := range texts {
		for _, secret := range []string{secretKey, secretToken, url.QueryEscape(secretToken), "13812345678", "Nanshan", message, "Authorization", "key=", "send-path"} {
			if strings.Contains(text, secret) {
				t.Errorf("%T shows %q: %s", err, secret, text)
			}
		}
	}
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		noSecret(t, u.Unwrap())
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			noSecret(t, e)
		}
	}
}
