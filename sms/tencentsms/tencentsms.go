// Package tencentsms sends text messages through Tencent Cloud SMS (腾讯云短信).
//
// # Service
//
// The actions SendSms, PullSmsSendStatusByPhoneNumber and DescribeSmsTemplateList
// of version 2021-01-11 at https://sms.tencentcloudapi.com, as documented at
// https://cloud.tencent.com/document/product/382/52077, signed with
// TC3-HMAC-SHA256.
//
// # What can be sent
//
// Templates that Tencent has approved, with parameters by position, to the
// mainland under an approved signature and elsewhere with templates for abroad.
// Free texts are Unsupported, and so is a time to live, which the service does not
// have: it would be raised silently. Abroad Message.From is the SenderId; in the
// mainland the service chooses the number.
//
// # Outcomes
//
// HTTP 200 is the answer to everything. An error of the request concerns all its
// numbers; else each number has a code of its own. InternalError.Timeout and its
// like leave open what happened: Ambiguous. Message.Key goes out as
// SessionContext, by which [Adapter.Reconcile] finds a message where Tencent
// repeats it; that must be enabled there.
//
// # Reports and inbound messages
//
// [Adapter.ReadWebhook] reads what is pushed, behind an [sms.Receiver]. Nothing
// of it is signed: give the receiver a Token and put it into the URL.
//
// # Concurrency
//
// An adapter is safe for concurrent use and shares nothing but its Account.
package tencentsms

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

const name = "tencentsms"

const (
	// DefaultBaseURL is the service's own; accounts of the international site
	// use https://sms.intl.tencentcloudapi.com.
	DefaultBaseURL = "https://sms.tencentcloudapi.com"
	// DefaultRegion is the data centre that serves; see Options.Region.
	DefaultRegion = "ap-guangzhou"
)

// Options are the settings that have defaults. nil means all defaults. They are
// read once, by New.
type Options struct {
	// BaseURL is where the service lives. Default DefaultBaseURL.
	BaseURL string
	// Region is the data centre, such as "ap-beijing" or "ap-singapore". Default
	// DefaultRegion.
	Region string
	// HTTPClient supplies the transport and a time-out for each exchange.
	// Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the key. Default: a private
	// one.
	Account *waybill.Account
	// Credentials, when set, is asked before every exchange for the key and, for
	// temporary ones, the token, and overrides the fixed ones. It must be safe
	// for concurrent use.
	Credentials func(ctx context.Context) (Credentials, error)
	// Sign is the signature of messages that have none, without brackets.
	Sign string
	// ExtendCode is the extension of the sender number, by which inbound messages
	// can be told apart; it must be enabled.
	ExtendCode string
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 8 MiB.
	MaxReply int64
}

// Credentials are a SecretId and SecretKey, with the token of temporary ones.
type Credentials struct {
	SecretID, SecretKey string
	// Token is empty for a permanent key.
	Token string
}

// String prints the name only.
func (c Credentials) String() string { return "tencentsms.Credentials" }

// GoString prints the name only.
func (c Credentials) GoString() string { return "tencentsms.Credentials" }

// LogValue is what log/slog writes: the type only.
func (Credentials) LogValue() slog.Value { return slog.StringValue("tencentsms.Credentials") }

// Adapter implements [sms.Sender], [sms.BatchSender], [sms.Reconciler],
// [sms.TemplateChecker] and [sms.Webhook] on Tencent Cloud. It is safe for
// concurrent use.
type Adapter struct {
	wire    *wire.Client
	opts    Options
	own     Credentials
	appID   string
	host    string
	path    string
	account *waybill.Account
}

// New returns an adapter for a key and the SdkAppId of an SMS application, such as
// "1400006666". Missing credentials without Options.Credentials, a missing
// SdkAppId and a BaseURL that is not an absolute http or https URL or that carries
// a user, a query or a fragment are InvalidArgument. New does not use the network.
func New(secretID, secretKey, appID string, o *Options) (*Adapter, error) {
	a := &Adapter{own: Credentials{SecretID: secretID, SecretKey: secretKey}, appID: appID}
	if o != nil {
		a.opts = *o
	}
	var err error
	if a.opts.BaseURL, err = wire.BaseURL(name, a.opts.BaseURL, DefaultBaseURL); err != nil {
		return nil, err
	}
	why := ""
	switch {
	case a.opts.Credentials == nil && (secretID == "" || secretKey == ""):
		why = "the key's id or secret is empty"
	case appID == "":
		why = "the SdkAppId is empty"
	}
	if why != "" {
		return nil, waybill.Invalid("new", why).With(name, "", "")
	}
	if a.opts.Region == "" {
		a.opts.Region = DefaultRegion
	}
	u, _ := url.Parse(a.opts.BaseURL)
	a.host, a.path = u.Host, u.EscapedPath()+"/"
	if a.account = a.opts.Account; a.account == nil {
		a.account = waybill.NewAccount(name, waybill.Limits{})
	}
	a.wire, err = wire.New(wire.Config{
		Provider: name, HTTPClient: a.opts.HTTPClient, UserAgent: a.opts.UserAgent, MaxReply: a.opts.MaxReply,
		Secrets: func() []string { return []string{secretID, secretKey} },
		Codes:   func(code string) bool { _, known := classes[code]; return known },
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Name returns "tencentsms".
func (a *Adapter) Name() string { return name }

// Account returns the account given in the options, or the adapter's own.
func (a *Adapter) Account() *waybill.Account { return a.account }

// String returns the name, so that a printed adapter shows no key.
func (a *Adapter) String() string { return name }

// GoString returns the name, so that a printed adapter shows no key.
func (a *Adapter) GoString() string { return name }

var (
	_ sms.Sender          = (*Adapter)(nil)
	_ sms.Checker         = (*Adapter)(nil)
	_ sms.BatchSender     = (*Adapter)(nil)
	_ sms.Reconciler      = (*Adapter)(nil)
	_ sms.TemplateChecker = (*Adapter)(nil)
	_ sms.Webhook         = (*Adapter)(nil)
	_ waybill.Accounted   = (*Adapter)(nil)
)
