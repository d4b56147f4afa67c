// Package twiliosms sends text messages through Twilio's Messages resource.
//
// # Service
//
// POST and GET /2010-04-01/Accounts/{AccountSid}/Messages.json at
// https://api.twilio.com, as documented at
// https://www.twilio.com/docs/messaging/api/message-resource, with HTTP basic
// authentication by the account's token or by an API key.
//
// # What can be sent
//
// Texts of at most 1600 characters, whose encoding Twilio chooses, and content
// templates (Gateway.TemplateID is the ContentSid) with named variables. A sender
// is a number, a short code, a name of up to eleven letters and digits, or a
// messaging service ("MG…"). Texts to mainland China are Unsupported unless
// Options.Mainland says that the account may send them there.
//
// # Outcomes
//
// Twilio answers with true HTTP statuses; a refusal is a 4xx with a code. Codes
// that are in no table, which Twilio splits now and then, are judged by the
// status. 5xx leave open what happened: Ambiguous. There is no key against
// duplicates and no reference of the caller's, so [Adapter.Reconcile] compares
// what was sent to the number; see there for what that cannot tell.
//
// # Reports and inbound messages
//
// [Adapter.ReadWebhook] verifies and reads what Twilio posts, behind an
// [sms.Receiver], whose PublicURL must be the URL that Twilio calls: the signature
// covers it. It covers no time, so replays are recognised by what was seen before
// alone. With Options.StatusCallback a message's Key rides in that URL, and so
// comes back in its reports.
//
// # Concurrency
//
// An adapter is safe for concurrent use and shares nothing but its Account.
package twiliosms

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

const name = "twiliosms"

// DefaultBaseURL is Twilio's own.
const DefaultBaseURL = "https://api.twilio.com"

// Options are the settings that have defaults. nil means all defaults. They are
// read once, by New.
type Options struct {
	// BaseURL is where the service lives, without the version. Default
	// DefaultBaseURL.
	BaseURL string
	// HTTPClient supplies the transport and a time-out for each exchange.
	// Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the account. Default: a
	// private one.
	Account *waybill.Account
	// KeySID and KeySecret are an API key ("SK…"), by which requests are
	// authenticated in the place of the token.
	KeySID, KeySecret string
	// Credentials, when set, is asked before every exchange for the user and the
	// password of the authentication, and overrides the others. It must be safe
	// for concurrent use.
	Credentials func(ctx context.Context) (user, password string, err error)
	// From is the sender of messages that have none: a number in E.164, a short
	// code, up to eleven letters and digits, or a messaging service ("MG…").
	From string
	// StatusCallback is the absolute URL for delivery reports. The message's Key
	// is added to it as the parameter "waybill_key".
	StatusCallback string
	// Mainland says that the account may send texts to mainland China.
	Mainland bool
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 8 MiB.
	MaxReply int64
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "twiliosms.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("twiliosms.Options") }

// Adapter implements [sms.Sender], [sms.Reconciler] and [sms.Webhook] on Twilio.
// It is safe for concurrent use.
type Adapter struct {
	wire           *wire.Client
	opts           Options
	sid, token     string
	user, password string
	account        *waybill.Account
}

var sidText = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)

// New returns an adapter for an AccountSid and its AuthToken, which also verifies
// webhooks. With an API key or Options.Credentials the token may be empty; then
// webhooks are not verified. A malformed AccountSid, missing credentials, a
// BaseURL that is not an absolute http or https URL or that carries a user, a
// query or a fragment, and an impossible From or StatusCallback are
// InvalidArgument. New does not use the network.
func New(accountSID, authToken string, o *Options) (*Adapter, error) {
	a := &Adapter{sid: accountSID, token: authToken, user: accountSID, password: authToken}
	if o != nil {
		a.opts = *o
	}
	if a.opts.KeySID != "" || a.opts.KeySecret != "" {
		a.user, a.password = a.opts.KeySID, a.opts.KeySecret
	}
	var err error
	if a.opts.BaseURL, err = wire.BaseURL(name, a.opts.BaseURL, DefaultBaseURL); err != nil {
		return nil, err
	}
	why := ""
	switch {
	case !sidText.MatchString(accountSID):
		why = "the AccountSid is not AC and 32 hexadecimal digits"
	case a.opts.Credentials == nil && (a.user == "" || a.password == ""):
		why = "the AuthToken or the API key is empty"
	case a.opts.From != "" && senderOf(a.opts.From) == noSender:
		why = "From is neither a number nor up to 11 letters and digits nor a messaging service"
	case a.opts.StatusCallback != "" && !wire.Absolute(a.opts.StatusCallback):
		why = "StatusCallback is not an absolute http or https URL"
	}
	if why != "" {
		return nil, waybill.Invalid("new", why).With(name, "", "")
	}
	if a.account = a.opts.Account; a.account == nil {
		a.account = waybill.NewAccount(name, waybill.Limits{})
	}
	a.wire, err = wire.New(wire.Config{
		Provider: name, HTTPClient: a.opts.HTTPClient, UserAgent: a.opts.UserAgent, MaxReply: a.opts.MaxReply,
		Secrets: func() []string { return []string{accountSID, authToken, a.opts.KeySID, a.opts.KeySecret} },
		Codes: func(code string) bool {
			_, known := classOf(code)
			return known || reportClass(code) != reportClass("")
		},
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Name returns "twiliosms".
func (a *Adapter) Name() string { return name }

// Account returns the account given in the options, or the adapter's own.
func (a *Adapter) Account() *waybill.Account { return a.account }

// String returns the name, so that a printed adapter shows no token.
func (a *Adapter) String() string { return name }

// GoString returns the name, so that a printed adapter shows no token.
func (a *Adapter) GoString() string { return name }

var (
	_ sms.Sender        = (*Adapter)(nil)
	_ sms.Checker       = (*Adapter)(nil)
	_ sms.Reconciler    = (*Adapter)(nil)
	_ sms.Webhook       = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
)
