// Package aliyunsms sends text messages through Alibaba Cloud's Short Message
// Service (阿里云短信, dysmsapi).
//
// # Service
//
// The actions SendSms, SendBatchSms, QuerySendDetails and GetSmsTemplate of
// version 2017-05-25 at https://dysmsapi.aliyuncs.com, as documented at
// https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-overview,
// signed with ACS3-HMAC-SHA256.
//
// # What can be sent
//
// Templates that Alibaba Cloud has approved, with named parameters, under an
// approved sign name, to the mainland and, with templates for abroad, elsewhere.
// Free texts are Unsupported, and so is a time to live, which the service does not
// have: it would be raised silently. The sender number is the service's choice.
//
// In the service's format a North American number looks like a mainland one
// (+1 613 555 0123 and the mobile number 161 3555 0123). Such numbers are
// Unsupported unless Options.NorthAmerica says that the account's templates tell
// the two apart.
//
// # Outcomes
//
// HTTP 200 is the answer to refusals too; Code decides. Sending is not idempotent
// and there is no key against duplicates. isp. codes, InternalError and the like
// leave open what happened: Ambiguous. Message.Key goes out as OutId, by which
// [Adapter.Reconcile] finds a message in the list of what was sent to its number.
//
// A batch has one BizId for all its numbers and no OutId for each, so a batch
// cannot be looked up, and its reports are told apart by id and number together.
//
// # Reports and inbound messages
//
// [Adapter.ReadWebhook] reads what is pushed by HTTP, behind an [sms.Receiver].
// Nothing of it is signed: give the receiver a Token and put it into the URL.
//
// # Concurrency
//
// An adapter is safe for concurrent use and shares nothing but its Account.
package aliyunsms

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/wire"
)

const name = "aliyunsms"

// DefaultBaseURL is the service's own. There are others by region, such as
// https://dysmsapi.ap-southeast-1.aliyuncs.com.
const DefaultBaseURL = "https://dysmsapi.aliyuncs.com"

// Options are the settings that have defaults. nil means all defaults. They are
// read once, by New.
type Options struct {
	// BaseURL is where the service lives. Default DefaultBaseURL.
	BaseURL string
	// HTTPClient supplies the transport and a time-out for each exchange.
	// Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the key. Default: a private
	// one.
	Account *waybill.Account
	// Credentials, when set, is asked before every exchange for the key and, for
	// STS, the security token, and overrides the fixed ones. It must be safe for
	// concurrent use.
	Credentials func(ctx context.Context) (Credentials, error)
	// Sign is the sign name of messages that have none, without brackets.
	Sign string
	// ExtendCode is the extension of the sender number (SmsUpExtendCode), by
	// which inbound messages can be told apart.
	ExtendCode string
	// NorthAmerica admits numbers of the calling code 1; see the package comment.
	NorthAmerica bool
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 8 MiB.
	MaxReply int64
}

// Credentials are an AccessKey, with the token of temporary ones.
type Credentials struct {
	KeyID, Secret string
	// SecurityToken is empty for a permanent key.
	SecurityToken string
}

// String prints the name only.
func (c Credentials) String() string { return "aliyunsms.Credentials" }

// GoString prints the name only.
func (c Credentials) GoString() string { return "aliyunsms.Credentials" }

// LogValue is what log/slog writes: the type only.
func (Credentials) LogValue() slog.Value { return slog.StringValue("aliyunsms.Credentials") }

// Adapter implements [sms.Sender], [sms.BatchSender], [sms.Reconciler],
// [sms.TemplateChecker] and [sms.Webhook] on Alibaba Cloud. It is safe for
// concurrent use.
type Adapter struct {
	wire       *wire.Client
	opts       Options
	own        Credentials
	host, path string
	account    *waybill.Account
}

// New returns an adapter for an AccessKey. Missing credentials without
// Options.Credentials and a BaseURL that is not an absolute http or https URL or
// that carries a user, a query or a fragment are InvalidArgument. New does not use
// the network.
func New(keyID, secret string, o *Options) (*Adapter, error) {
	a := &Adapter{own: Credentials{KeyID: keyID, Secret: secret}}
	if o != nil {
		a.opts = *o
	}
	var err error
	if a.opts.BaseURL, err = wire.BaseURL(name, a.opts.BaseURL, DefaultBaseURL); err != nil {
		return nil, err
	}
	if a.opts.Credentials == nil && (keyID == "" || secret == "") {
		return nil, waybill.Invalid("new", "the key's id or secret is empty").With(name, "", "")
	}
	u, _ := url.Parse(a.opts.BaseURL)
	a.host, a.path = u.Host, u.EscapedPath()+"/"
	if a.account = a.opts.Account; a.account == nil {
		a.account = waybill.NewAccount(name, waybill.Limits{})
	}
	a.wire, err = wire.New(wire.Config{
		Provider: name, HTTPClient: a.opts.HTTPClient, UserAgent: a.opts.UserAgent, MaxReply: a.opts.MaxReply,
		Secrets: func() []string { return []string{keyID, secret} },
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Name returns "aliyunsms".
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
