package xiaomipush

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const name = "xiaomipush"

// Site is one of the vendor's services, by its address. None knows the tokens of
// another.
type Site string

// The sites, each with the devices that registered in its countries.
const (
	China  Site = "https://api.xmpush.xiaomi.com"
	Russia Site = "https://ru-api.xmpush.global.xiaomi.com"
	India  Site = "https://idmb-api.xmpush.global.xiaomi.com"
	// Europe is the European Economic Area and the United Kingdom.
	Europe Site = "https://fr-api.xmpush.global.xiaomi.com"
	// Singapore is for all other countries.
	Singapore Site = "https://sgp-api.xmpush.global.xiaomi.com"
)

const (
	// maxTokens is how many tokens one exchange takes.
	maxTokens   = 1000
	maxCallback = 128
	// callbackTypes are all receipts: delivered, clicked, invalid target,
	// switched off, filtered out, over the device's limit.
	callbackTypes = "243"
)

// Options are the settings beside the credential. They are read once, by New.
// Classes are needed.
type Options struct {
	// Classes say what each kind is; there must be a row for every kind, since
	// channels and templates are applied for.
	Classes map[push.Kind]Class
	// Site is whose devices are reached. Default [China].
	Site Site
	// BaseURL is where the service lives, without /v3. Default: the Site's.
	BaseURL string
	// HTTPClient supplies the transport and a time-out for each exchange.
	// Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the credential. Default: a
	// private one. The day's quota, which the vendor sets for public messages, idles
	// the whole account: where orders must go on, let another adapter, with an
	// account of its own, send what is public.
	Account *waybill.Account
	// Credentials, when set, is asked for the app's secret for each exchange and
	// overrides the fixed one. It must be safe for concurrent use.
	Credentials func(ctx context.Context) (appSecret string, err error)
	// App is the App of the tokens that are taken; tokens without one are taken
	// too. Empty takes all.
	App string
	// CallbackURL is where the vendor tells receipts, made by
	// [push.CallbackURL]; at most 128 bytes. Empty asks for none.
	CallbackURL string
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 1 MiB.
	MaxReply int64
}

// base has what the adapters of phone makers share.
type base = pushbatch.Base

// Adapter implements [push.Sender] on Mi Push. It is safe for concurrent use.
type Adapter struct {
	*base
	secret   pushbatch.Secret
	pkg      string
	overseas bool
	classes  map[push.Kind]Class
	vendor   pushbatch.Vendor[message]
}

// packageForm is what Android takes as the name of a package.
var packageForm = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*(\.[a-zA-Z][a-zA-Z0-9_]*)+$`)

// New returns an adapter for an app's secret, which may be empty with
// Options.Credentials, and the name of its package, such as "com.example.driver".
// What is missing or malformed, a table without a row for every kind, and an unknown
// site are InvalidArgument. New does not use the network.
func New(appSecret, packageName string, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	secret := pushbatch.Secret{Own: appSecret, Source: o.Credentials}
	if secret.Missing() {
		return nil, pushbatch.Invalid(name, "the app's secret is missing or malformed")
	}
	if !packageForm.MatchString(packageName) {
		return nil, pushbatch.Invalid(name, "the app's package is missing or no name of a package")
	}
	site := o.Site
	switch site {
	case "":
		site = China
	case China, Russia, India, Europe, Singapore:
	default:
		return nil, pushbatch.Invalid(name, "Site is none of the vendor's; see BaseURL for another address")
	}
	a := &Adapter{secret: secret, pkg: packageName, overseas: site != China}
	var err error
	a.base, err = pushbatch.NewBase(pushbatch.Settings{
		Name: name, Vendor: push.Xiaomi, App: o.App, BaseURL: o.BaseURL, Default: string(site), CallbackURL: o.CallbackURL, CallbackMaxLength: maxCallback,
		HTTPClient: o.HTTPClient, Account: o.Account, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Secrets: func() []string { return []string{appSecret} },
	})
	if err != nil {
		return nil, err
	}
	if a.classes, err = push.CheckClasses(name, o.Classes, a.checkClass); err != nil {
		return nil, err
	}
	a.vendor = pushbatch.Vendor[message]{Name: name, Accepts: a.Accepts, Max: maxTokens, Compose: a.compose, Exchange: a.exchange}
	return a, nil
}

// Accepts reports whether the token is Xiaomi's and of this adapter's app. One
// with a comma, by which tokens are joined, is none of Xiaomi's.
func (a *Adapter) Accepts(t push.Token) bool { return a.Mine(t) && !strings.Contains(t.Value, ",") }

// Replaces reports whether sending the notification again shows it once: it is
// shown, and has a Collapse or a Key, from which the notify_id is derived.
func (a *Adapter) Replaces(n *push.Notification) bool {
	return n.Display == push.Alert && (n.Collapse != "" || n.Key != "")
}

// Send sends the notification, up to 1000 tokens in an exchange; see
// [push.Sender] for the contract.
func (a *Adapter) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	return a.vendor.Send(ctx, n, tokens)
}

// post makes one exchange.
func (a *Adapter) post(ctx context.Context, op waybill.Verb, path string, form url.Values, ref string, private []string) (*wire.Reply, *waybill.Error) {
	secret, e := a.secret.Get(ctx)
	if e != nil {
		return nil, e
	}
	r, err := a.Wire.Do(ctx, &wire.Request{
		Op: string(op), Ref: ref, Method: http.MethodPost, URL: a.URL + path, Send: true, Private: append(private[:len(private):len(private)], secret),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded;charset=UTF-8"}, "Authorization": {"key=" + secret}}, Body: []byte(form.Encode()),
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
