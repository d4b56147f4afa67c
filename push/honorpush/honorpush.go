package honorpush

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const (
	name           = "honorpush"
	defaultBase    = "https://push-api.cloud.honor.com"
	defaultAuth    = "https://iam.developer.honor.com"
	authPath       = "/auth/token"
	maxTokens      = 1000
	accessTokenAge = time.Hour
)

// Class is what a kind of notification is to the vendor.
type Class struct {
	// Importance is LOW (marketing) or NORMAL (service), which is applied for.
	Importance string
}

// Options are the settings beside the credential. Classes are needed.
type Options struct {
	// Classes must have a row for every kind; there is no default.
	Classes map[push.Kind]Class
	// BaseURL is where messages go. Default https://push-api.cloud.honor.com,
	// which is China's; that of other countries is not documented publicly.
	BaseURL string
	// AuthURL is where access tokens come from. Default
	// https://iam.developer.honor.com.
	AuthURL string
	// App is the App of the tokens that are taken; tokens without one are taken
	// too. Empty takes all.
	App string
	// BadgeClass is the app's launcher activity, without which a badge is left
	// out.
	BadgeClass string
	// Credentials, when set, is asked for the client's id and secret whenever an
	// access token is needed, and overrides the fixed ones. It must be safe for
	// concurrent use.
	Credentials func(ctx context.Context) (clientID, secret string, err error)
	// HTTPClient supplies the transport and a time-out for each exchange.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the credential. Default: a
	// private one.
	Account *waybill.Account
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 1 MiB.
	MaxReply int64
}

// Adapter implements [push.Sender] on Honor's push service. It is safe for
// concurrent use.
type Adapter struct {
	*pushbatch.Base
	o           Options
	client, key string
	auth, send  string
	classes     map[push.Kind]Class
	tokens      *pushbatch.Tokens
	vendor      pushbatch.Vendor[message]
}

// New returns an adapter for an app's id, and the id and secret of its client, which
// may be empty with Options.Credentials. What is missing or wrong is InvalidArgument.
// New does not use the network.
func New(appID, clientID, appSecret string, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	if !digits(appID) || o.Credentials == nil && (appSecret == "" || clientID == "") {
		return nil, pushbatch.Invalid(name, "the app's id, the client's id or its secret is missing or malformed")
	}
	a := &Adapter{o: *o, client: clientID, key: appSecret}
	var err error
	if a.classes, err = push.CheckClasses(name, o.Classes, checkClass); err != nil {
		return nil, err
	}
	if a.auth, err = wire.BaseURL(name, o.AuthURL, defaultAuth); err != nil {
		return nil, err
	}
	a.tokens = &pushbatch.Tokens{Fetch: a.fetch, Fresh: accessTokenAge * 3 / 4, End: accessTokenAge - time.Minute, Keys: []string{appSecret}}
	a.Base, err = pushbatch.NewBase(pushbatch.Settings{
		Name: name, Vendor: push.Honor, App: o.App, BaseURL: o.BaseURL, Default: defaultBase, HTTPClient: o.HTTPClient,
		Account: o.Account, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Secrets: a.tokens.Secrets,
	})
	if err != nil {
		return nil, err
	}
	a.send = a.URL + "/api/v1/" + appID + "/sendMessage"
	a.vendor = pushbatch.Vendor[message]{Name: name, Accepts: a.Mine, Max: maxTokens, Compose: a.compose, Exchange: a.exchange}
	return a, nil
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func checkClass(_ push.Kind, c Class) string {
	if c.Importance != "LOW" && c.Importance != "NORMAL" {
		return "the importance is neither LOW nor NORMAL"
	}
	return ""
}

// Accepts reports whether the token is one of Honor's and of this adapter's app.
func (a *Adapter) Accepts(t push.Token) bool { return a.Mine(t) }

// Send sends the notification, up to 1000 tokens in an exchange; see
// [push.Sender].
func (a *Adapter) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	return a.vendor.Send(ctx, n, tokens)
}

// fetch gets an access token of the present credentials.
func (a *Adapter) fetch(ctx context.Context) (string, time.Duration, *waybill.Error) {
	client, secret := a.client, a.key
	if a.o.Credentials != nil {
		var err error
		if client, secret, err = a.o.Credentials(ctx); err != nil {
			return "", 0, pushbatch.RefusedKey(ctx, err)
		}
		if client == "" || secret == "" {
			return "", 0, &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Message: "the credentials are empty"}
		}
		a.tokens.Rotate(secret)
	}
	return pushbatch.ClientCredentials(ctx, a.Wire, a.auth+authPath, client, secret)
}

var (
	_ push.Sender       = (*Adapter)(nil)
	_ push.Accepts      = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
	_ waybill.Provider  = (*Adapter)(nil)
)
