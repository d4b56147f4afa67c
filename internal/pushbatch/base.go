package pushbatch

import (
	"net/http"
	"net/url"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// Settings are the options that the adapters share.
type Settings struct {
	// Name is the adapter's, Vendor whose tokens it takes, App of which app.
	Name   string
	Vendor push.Vendor
	App    string
	// BaseURL is where the service lives, Default where it lives otherwise.
	BaseURL, Default string
	// CallbackURL is where receipts go, of at most CallbackMaxLength bytes.
	CallbackURL       string
	CallbackMaxLength int
	// HTTPClient, UserAgent, MaxReply and Secrets are those of [wire.Config].
	// Secrets returns a slice of its own at each call.
	HTTPClient *http.Client
	UserAgent  string
	MaxReply   int64
	Secrets    func() []string
	// Account carries the credential's limits, nil for a private one.
	Account *waybill.Account
}

// Base is what the adapters of phone makers have in common. It is safe for
// concurrent use.
type Base struct {
	// Wire makes the exchanges, URL is the base of their URLs.
	Wire *wire.Client
	URL  string
	// CallbackURL is where the vendor tells receipts, empty for nowhere.
	CallbackURL string

	name    string
	vendor  push.Vendor
	app     string
	account *waybill.Account
}

// NewBase checks the settings. The error is InvalidArgument.
func NewBase(s Settings) (*Base, error) {
	root, err := wire.BaseURL(s.Name, s.BaseURL, s.Default)
	if err != nil {
		return nil, err
	}
	b := &Base{URL: root, CallbackURL: s.CallbackURL, name: s.Name, vendor: s.Vendor, app: s.App, account: s.Account}
	if b.account == nil {
		b.account = waybill.NewAccount(s.Name, waybill.Limits{})
	}
	if s.CallbackURL != "" {
		if _, err := push.CallbackURL(s.CallbackURL, "only-to-check-the-url"); err != nil {
			return nil, b.Invalid("CallbackURL is not an absolute http or https URL")
		}
		if len(s.CallbackURL) > s.CallbackMaxLength {
			return nil, b.Invalid("CallbackURL is longer than the vendor takes")
		}
		if u, err := url.Parse(s.CallbackURL); err == nil {
			keys, secret := s.Secrets, u.Query().Get(push.CallbackParam)
			s.Secrets = func() []string { return append(keys(), secret) }
		}
	}
	if s.MaxReply == 0 {
		s.MaxReply = 1 << 20
	}
	b.Wire, err = wire.New(wire.Config{Provider: s.Name, HTTPClient: s.HTTPClient, UserAgent: s.UserAgent, MaxReply: s.MaxReply, Secrets: s.Secrets})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Invalid is a setting that is wrong.
func (b *Base) Invalid(message string) error { return Invalid(b.name, message) }

// Invalid is a setting that is wrong, before there is a Base.
func Invalid(name, message string) error { return waybill.Invalid("new", message).With(name, "", "") }

// Name returns the adapter's name.
func (b *Base) Name() string { return b.name }

// Account returns the account given in the options, or the adapter's own.
func (b *Base) Account() *waybill.Account { return b.account }

// String returns the name, so that a printed adapter shows no key.
func (b *Base) String() string { return b.name }

// GoString returns the name, so that a printed adapter shows no key.
func (b *Base) GoString() string { return b.name }

// Close closes the idle connections that the adapter made for itself. It stays
// usable.
func (b *Base) Close() { b.Wire.Close() }

// Mine reports whether the token is of the vendor, in the production
// environment (these vendors know no other) and of the adapter's app.
func (b *Base) Mine(t push.Token) bool {
	return t.Vendor == b.vendor && t.Env != push.Sandbox && (t.App == "" || b.app == "" || t.App == b.app)
}

// App is the app that the adapter serves, empty for any.
func (b *Base) App() string { return b.app }
