package fcmpush

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"firebase.google.com/go/v4/messaging"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const name = "fcmpush"

const (
	defaultBase    = "https://fcm.googleapis.com"
	defaultWorkers = 64
	// maxWorkers is far above what a project's quota allows.
	maxWorkers = 4096
	// maxReply is plenty for a message's id or an error with its details.
	maxReply = 256 << 10
)

// Options are the settings that have defaults. nil means all defaults. They are
// read once, by New.
type Options struct {
	// BaseURL is where the service lives, without the path's /v1. Default
	// https://fcm.googleapis.com.
	BaseURL string
	// TopicBaseURL is where tokens are put into topics, without the path's
	// /iid/v1. Default https://iid.googleapis.com.
	TopicBaseURL string
	// HTTPClient supplies the transport, which should speak HTTP/2, and a
	// time-out for each exchange. Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the credential. Default: a
	// private one.
	Account *waybill.Account
	// Credentials, when set, is asked for the service account's JSON key
	// whenever an access token is needed, and overrides the fixed one. The
	// project stays that of New. It must be safe for concurrent use.
	Credentials func(ctx context.Context) ([]byte, error)
	// TokenSource, when set, is asked for an access token of the scope
	// firebase.messaging and the time at which it expires (zero: it is used
	// until the vendor refuses it), and overrides every key. It is not called
	// twice at the same time.
	TokenSource func(ctx context.Context) (token string, expires time.Time, err error)
	// ProjectID is the Firebase project. Default: that of the key.
	ProjectID string
	// App is the App of the tokens that are taken; tokens without one are taken
	// too. Empty takes all.
	App string
	// Classes say what each kind is on the device. Default: an Android channel
	// of the kind's name. When set there must be a row for every kind, with a
	// channel.
	Classes map[push.Kind]Class
	// Workers is how many exchanges may be under way, those of all calls
	// together. Default 64; the vendor takes 100 at a time on one connection.
	Workers int
	// ValidateOnly has the vendor check everything and send nothing.
	ValidateOnly bool
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 256 KiB.
	MaxReply int64
}

// Adapter implements [push.Sender] on Firebase Cloud Messaging. It is safe for
// concurrent use.
type Adapter struct {
	sdk     *messaging.Client
	wire    *wire.Client
	account *waybill.Account
	tokens  *tokens
	app     string
	classes map[push.Kind]Class
	dry     bool
	slots   chan struct{}
	// answered is when the vendor last answered (Unix ns): since then there has
	// been a connection to share.
	answered  atomic.Int64
	topicBase *url.URL
}

// New returns an adapter for a service account's JSON key, as downloaded from
// the Firebase console; it may be nil with Options.Credentials or TokenSource.
// A key that cannot be read, a missing project, an incomplete table of classes, and
// a BaseURL that is not an absolute http or https URL or that carries a user or
// a query, are InvalidArgument. New does not use the network.
func New(serviceAccount []byte, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	a := &Adapter{account: o.Account, app: o.App, dry: o.ValidateOnly}
	if a.account == nil {
		a.account = waybill.NewAccount(name, waybill.Limits{})
	}
	base, err := wire.BaseURL(name, o.BaseURL, defaultBase)
	if err != nil {
		return nil, err
	}
	if a.topicBase, err = parseTopicBase(o.TopicBaseURL); err != nil {
		return nil, err
	}
	if err := a.setLimits(o); err != nil {
		return nil, err
	}
	config := wire.Config{Provider: name, HTTPClient: o.HTTPClient, UserAgent: o.UserAgent, MaxReply: o.MaxReply, HTTP2Sends: true}
	if config.MaxReply == 0 {
		config.MaxReply = maxReply
	}
	a.tokens = new(tokens)
	config.Secrets = a.tokens.secrets
	if a.wire, err = wire.New(config); err != nil {
		return nil, err
	}
	project, err := a.tokens.configure(a.wire, serviceAccount, o)
	if err != nil {
		return nil, err
	}
	if a.sdk, err = newSDK(a.wire.HTTPClient(), base+"/v1", project); err != nil {
		return nil, invalid("the SDK refused its settings")
	}
	return a, nil
}

// setLimits checks and takes over workers and classes.
func (a *Adapter) setLimits(o *Options) error {
	workers := o.Workers
	switch {
	case workers == 0:
		workers = defaultWorkers
	case workers < 0 || workers > maxWorkers:
		return invalid("Workers is not between 1 and 4096")
	}
	a.slots = make(chan struct{}, workers)
	return a.setClasses(o.Classes)
}

func invalid(message string) error { return waybill.Invalid("new", message).With(name, "", "") }

// Name returns "fcmpush".
func (a *Adapter) Name() string { return name }

// Account returns the account given in the options, or the adapter's own.
func (a *Adapter) Account() *waybill.Account { return a.account }

// String returns the name, so that a printed adapter shows no key.
func (a *Adapter) String() string { return name }

// GoString returns the name, so that a printed adapter shows no key.
func (a *Adapter) GoString() string { return name }

// Accepts reports whether the token is one of FCM's, for the production
// environment (FCM knows no other) and for this adapter's app.
func (a *Adapter) Accepts(t push.Token) bool {
	return t.Vendor == push.FCM && t.Env != push.Sandbox && (t.App == "" || a.app == "" || t.App == a.app)
}

// Close closes the idle connections that the adapter made for itself. It stays
// usable.
func (a *Adapter) Close() { a.wire.Close() }

var (
	_ push.Sender       = (*Adapter)(nil)
	_ push.Accepts      = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
	_ waybill.Provider  = (*Adapter)(nil)
)
