package meizupush

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const name = "meizupush"

// The hosts of the two services, which know each other's tokens not, and those of
// their subscriptions.
const (
	China    = "https://server-api-push.meizu.com"
	Overseas = "https://server-api-push.in.meizu.com"

	chinaSubscriptions    = "https://api-push.meizu.com"
	overseasSubscriptions = "https://api-push.in.meizu.com"
)

const (
	// maxTokens is how many tokens one exchange takes.
	maxTokens   = 100
	maxCallback = 128
)

// Options are the settings beside the credential. They are read once, by New.
// Classes are needed.
type Options struct {
	// Classes say what each kind is; there must be a row for every kind.
	Classes map[push.Kind]Class
	// Overseas chooses the service outside of the mainland, whose tokens are
	// others. Default: that of the mainland.
	Overseas bool
	// BaseURL is where messages go, without /garcia. Default [China], or
	// [Overseas] if that is set.
	BaseURL string
	// SubscribeURL is where subscriptions to topics go. Default
	// https://api-push.meizu.com, or https://api-push.in.meizu.com overseas.
	SubscribeURL string
	// HTTPClient supplies the transport and a time-out for each exchange.
	// Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the credential. Default: a
	// private one.
	Account *waybill.Account
	// Credentials, when set, is asked for the app's secret for each exchange and
	// overrides the fixed one. It must be safe for concurrent use.
	Credentials func(ctx context.Context) (appSecret string, err error)
	// App is the App of the tokens that are taken; tokens without one are taken
	// too. Empty takes all.
	App string
	// CallbackURL is where the vendor tells receipts, made by
	// [push.CallbackURL] and registered at the vendor's; at most 128 bytes.
	// Empty asks for none.
	CallbackURL string
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 1 MiB.
	MaxReply int64
}

// base has what the adapters of phone makers share.
type base = pushbatch.Base

// Adapter implements [push.Sender] on Meizu's push. It is safe for concurrent
// use.
type Adapter struct {
	*base
	id        string
	secret    pushbatch.Secret
	subscribe string
	classes   map[push.Kind]Class
	vendor    pushbatch.Vendor[message]
}

// New returns an adapter for an app's id, which is a number, and its secret, which
// may be empty with Options.Credentials. What is missing or malformed, a table
// without a row for every kind, and a URL that is none are InvalidArgument. New does
// not use the network.
func New(appID, appSecret string, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	secret := pushbatch.Secret{Own: appSecret, Source: o.Credentials}
	if appID == "" || strings.Trim(appID, "0123456789") != "" || secret.Missing() {
		return nil, pushbatch.Invalid(name, "the app's id or its secret is missing or malformed")
	}
	a := &Adapter{id: appID, secret: secret}
	send, subscriptions := China, chinaSubscriptions
	if o.Overseas {
		send, subscriptions = Overseas, overseasSubscriptions
	}
	var err error
	if a.subscribe, err = wire.BaseURL(name, o.SubscribeURL, subscriptions); err != nil {
		return nil, err
	}
	a.base, err = pushbatch.NewBase(pushbatch.Settings{
		Name: name, Vendor: push.Meizu, App: o.App, BaseURL: o.BaseURL, Default: send, CallbackURL: o.CallbackURL, CallbackMaxLength: maxCallback,
		HTTPClient: o.HTTPClient, Account: o.Account, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Secrets: func() []string { return []string{appSecret} },
	})
	if err != nil {
		return nil, err
	}
	if a.classes, err = push.CheckClasses[Class](name, o.Classes, nil); err != nil {
		return nil, err
	}
	a.vendor = pushbatch.Vendor[message]{Name: name, Accepts: a.Accepts, Max: maxTokens, Compose: a.compose, Exchange: a.exchange}
	return a, nil
}

// Accepts reports whether the token is Meizu's and of this adapter's app. One with
// a comma, by which tokens are joined, is none of Meizu's.
func (a *Adapter) Accepts(t push.Token) bool { return a.Mine(t) && !strings.Contains(t.Value, ",") }

// Replaces reports whether sending the notification again shows it once: it has a
// Collapse or a Key, from which the notifyKey is derived.
func (a *Adapter) Replaces(n *push.Notification) bool { return n.Collapse != "" || n.Key != "" }

// Send sends the notification, up to 100 tokens in an exchange; see
// [push.Sender] for the contract.
func (a *Adapter) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	return a.vendor.Send(ctx, n, tokens)
}

// sign is the vendor's signature of a form: MD5 over its parameters by name, as
// name=value without anything between, and the secret.
func sign(form url.Values, secret string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(form)) {
		b.WriteString(k + "=" + form.Get(k))
	}
	sum := md5.Sum([]byte(b.String() + secret))
	return hex.EncodeToString(sum[:])
}

// post signs a form and makes one exchange.
func (a *Adapter) post(ctx context.Context, op waybill.Verb, address string, form url.Values, ref string, private []string) (*wire.Reply, *waybill.Error) {
	secret, e := a.secret.Get(ctx)
	if e != nil {
		return nil, e
	}
	form.Set("appId", a.id)
	signature := sign(form, secret)
	form.Set("sign", signature)
	r, err := a.Wire.Do(ctx, &wire.Request{
		Op: string(op), Ref: ref, Method: http.MethodPost, URL: address, Send: true, Private: append(private[:len(private):len(private)], secret, signature),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded;charset=UTF-8"}}, Body: []byte(form.Encode()),
	})
	if err != nil {
		return nil, waybill.AsError(err)
	}
	return r, nil
}

var (
	_ push.Sender       = (*Adapter)(nil)
	_ push.Accepts      = (*Adapter)(nil)
	_ push.Replacer     = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
	_ waybill.Provider  = (*Adapter)(nil)
)
