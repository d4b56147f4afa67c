// Package nexmosms sends text messages through Vonage's SMS API, formerly Nexmo,
// on the vendor's own library github.com/vonage/vonage-go-sdk.
//
// # Service
//
// POST /sms/json at https://rest.nexmo.com, as documented at
// https://developer.vonage.com/en/api/sms. One request has one recipient and may
// become several parts, each with its own status, id and price.
//
// # How the library is used
//
// The library encodes the form and nothing else. A library client serves one
// call at a time and is kept for the next; the transport below it takes exactly
// one request per call, completes the form and performs it on package wire under
// the caller's context. The library is shown a fixed failure, since it panics on
// replies that it does not expect, calls a partly refused message a success and
// an accepted one a failure. What happened is read from the reply itself.
//
// # Credentials
//
// A request carries the API secret, or a signature when Options.Signing names
// one of the five methods of the account's settings. Then the secret given to
// New is the account's signature secret, a different value. Vonage has neither
// an idempotency key nor a look-up by reference: a send is never repeated here.
//
// # Outcomes
//
// HTTP 200 is the answer to refusals too; the status of every part decides. All
// parts refused: NotSent, but for status 5, after which nobody knows, and is
// Ambiguous. Some refused: a receipt with the accepted parts and an error with
// Delivery Sent. The status is the error's VendorCode.
//
// # Reports and inbound messages
//
// [Adapter.ReadWebhook] reads what Vonage posts to a webhook, behind an
// [sms.Receiver]. Vonage cannot look a message up by its reference, so the adapter
// is no [sms.Reconciler]: after an ambiguous send, the arrival of a report with
// the message's Key proves that it was sent, and its absence proves nothing.
//
// # Mainland China
//
// Texts to the mainland are Unsupported unless Options.Mainland says that the
// account may send them there.
//
// # Concurrency
//
// An adapter is safe for concurrent use and shares nothing but its Account.
package nexmosms

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

const name = "nexmosms"

// DefaultBaseURL is Vonage's own.
const DefaultBaseURL = "https://rest.nexmo.com"

// Options are the settings that have defaults. nil means all defaults. They are
// read once, by New.
type Options struct {
	// BaseURL is where the service lives, without /sms/json. Default
	// DefaultBaseURL.
	BaseURL string
	// HTTPClient supplies the transport and a time-out for each exchange.
	// Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the key. Default: a private
	// one. Vonage admits 30 requests a second unless agreed otherwise.
	Account *waybill.Account
	// Credentials, when set, is asked before every send for the key and the
	// secret and overrides the fixed ones. It must be safe for concurrent use.
	Credentials func(ctx context.Context) (key, secret string, err error)
	// Signing is the account's signature method; none means that the API secret
	// itself is sent.
	Signing Signing
	// WebhookSecret is the signature secret that Vonage's calls are signed with,
	// and WebhookSigning the method, by which ReadWebhook verifies them. Empty
	// means New's secret and Signing where requests are signed; without either
	// calls are not verified. The method defaults to MD5Hash, as Vonage's does.
	WebhookSecret  string
	WebhookSigning Signing
	// From is the sender id of messages that have none: a number of at most 15
	// digits, or at most 11 letters and digits.
	From string
	// Callback is the absolute URL for delivery reports, in the place of the
	// account's own. NoReports asks for none.
	Callback  string
	NoReports bool
	// AccountRef is Vonage's name of a sub-account for billing; it must be
	// enabled there.
	AccountRef string
	// Mainland says that the account may send texts to mainland China.
	Mainland bool
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 8 MiB.
	MaxReply int64
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "nexmosms.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("nexmosms.Options") }

// Adapter implements [sms.Sender] on Vonage's SMS API. It is safe for concurrent
// use.
type Adapter struct {
	wire        *wire.Client
	opts        Options
	key, secret string
	account     *waybill.Account
	libraries   sync.Pool // of *library
}

// New returns an adapter for an API key of eight characters and its secret (with
// Options.Signing the signature secret). Missing credentials without
// Options.Credentials, a BaseURL that is not an absolute http or https URL or
// that carries a user, a query or a fragment, and other options that Vonage
// could only refuse are InvalidArgument. New does not use the network.
func New(key, secret string, o *Options) (*Adapter, error) {
	a := &Adapter{key: key, secret: secret}
	if o != nil {
		a.opts = *o
	}
	var err error
	if a.opts.BaseURL, err = wire.BaseURL(name, a.opts.BaseURL, DefaultBaseURL); err != nil {
		return nil, err
	}
	if why := a.fault(); why != "" {
		return nil, waybill.Invalid("new", why).With(name, "", "")
	}
	if a.account = a.opts.Account; a.account == nil {
		a.account = waybill.NewAccount(name, waybill.Limits{})
	}
	a.wire, err = wire.New(wire.Config{
		Provider: name, HTTPClient: a.opts.HTTPClient, UserAgent: a.opts.UserAgent, MaxReply: a.opts.MaxReply,
		Secrets: func() []string { return []string{key, secret, a.opts.WebhookSecret} },
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// keyLength is the length of every API key.
const keyLength = 8

func (a *Adapter) fault() string {
	o := &a.opts
	switch {
	case o.Credentials == nil && len(a.key) != keyLength:
		return "the key does not have 8 characters"
	case o.Credentials == nil && a.secret == "":
		return "the secret is empty"
	case o.Callback != "" && !wire.Absolute(o.Callback):
		return "Callback is not an absolute http or https URL"
	case o.Signing > SHA512 || o.WebhookSigning > SHA512:
		return "Signing is unknown"
	case o.From != "" && cleanFrom(o.From) == "":
		return "From is neither a number nor up to 11 letters and digits"
	}
	return ""
}

// Name returns "nexmosms".
func (a *Adapter) Name() string { return name }

// Account returns the account given in the options, or the adapter's own.
func (a *Adapter) Account() *waybill.Account { return a.account }

// String returns the name, so that a printed adapter shows no key.
func (a *Adapter) String() string { return name }

// GoString returns the name, so that a printed adapter shows no key.
func (a *Adapter) GoString() string { return name }

var (
	_ sms.Sender        = (*Adapter)(nil)
	_ sms.Checker       = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
)
