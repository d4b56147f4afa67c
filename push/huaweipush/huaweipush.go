package huaweipush

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const (
	name           = "huaweipush"
	defaultBase    = "https://push-api.cloud.huawei.com"
	defaultAuth    = "https://oauth-login.cloud.huawei.com"
	maxTokens      = 1000
	accessTokenAge = time.Hour
)

// Class is what a kind of notification is to the vendor.
type Class struct {
	// Category is the vendor's, such as EXPRESS or MARKETING. All but MARKETING
	// are applied for.
	Category string
	// Importance is LOW or NORMAL; empty leaves it to the category.
	Importance string
	// Channel is the id of the app's notification channel, empty for its default.
	Channel string
}

// Options are the settings beside the credential. Classes are needed.
type Options struct {
	// Classes must have a row for every kind; there is no default.
	Classes map[push.Kind]Class
	// BaseURL is where messages go. Default https://push-api.cloud.huawei.com,
	// in China and abroad: the app decides on the site.
	BaseURL string
	// AuthURL is where access tokens come from. Default
	// https://oauth-login.cloud.huawei.com.
	AuthURL string
	// ProjectID, when set, makes messages go by version 2 of the interface.
	ProjectID string
	// App is the App of the tokens that are taken; tokens without one are taken
	// too. Empty takes all.
	App string
	// BadgeClass is the app's launcher activity, without which a badge is left
	// out.
	BadgeClass string
	// HighUrgency says that the app has the right to urgency HIGH.
	HighUrgency bool
	// ValidateOnly has the vendor check everything and send nothing.
	ValidateOnly bool
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

// Adapter implements [push.Sender] on Huawei's Push Kit. It is safe for
// concurrent use.
type Adapter struct {
	*pushbatch.Base
	o          Options
	app, key   string
	auth, send string
	classes    map[push.Kind]Class
	tokens     *pushbatch.Tokens
	vendor     pushbatch.Vendor[message]
}

// New returns an adapter for an app's id and secret. What is missing or wrong is
// InvalidArgument. New does not use the network.
func New(appID, appSecret string, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	if !digits(appID) || appSecret == "" || o.ProjectID != "" && !digits(o.ProjectID) {
		return nil, pushbatch.Invalid(name, "the app's id, its secret or the project's id is missing or malformed")
	}
	a := &Adapter{o: *o, app: appID, key: appSecret}
	var err error
	if a.classes, err = push.CheckClasses(name, o.Classes, checkClass); err != nil {
		return nil, err
	}
	if a.auth, err = wire.BaseURL(name, o.AuthURL, defaultAuth); err != nil {
		return nil, err
	}
	a.tokens = &pushbatch.Tokens{Fetch: a.fetch, Fresh: accessTokenAge * 3 / 4, End: accessTokenAge - time.Minute, Keys: []string{appSecret}}
	a.Base, err = pushbatch.NewBase(pushbatch.Settings{
		Name: name, Vendor: push.Huawei, App: o.App, BaseURL: o.BaseURL, Default: defaultBase, HTTPClient: o.HTTPClient,
		Account: o.Account, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Secrets: a.tokens.Secrets,
	})
	if err != nil {
		return nil, err
	}
	a.send = a.URL + "/v1/" + appID + "/messages:send"
	if o.ProjectID != "" {
		a.send = a.URL + "/v2/" + o.ProjectID + "/messages:send"
	}
	a.vendor = pushbatch.Vendor[message]{Name: name, Accepts: a.Mine, Max: maxTokens, Compose: a.compose, Exchange: a.exchange}
	return a, nil
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func checkClass(_ push.Kind, c Class) string {
	switch {
	case c.Category == "" || strings.Trim(c.Category, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "":
		return "the category is missing or not in capital letters"
	case c.Importance != "" && c.Importance != "LOW" && c.Importance != "NORMAL":
		return "the importance is neither LOW nor NORMAL"
	}
	return ""
}

// Accepts reports whether the token is one of Huawei's and of this adapter's app.
func (a *Adapter) Accepts(t push.Token) bool { return a.Mine(t) }

// Send sends the notification, up to 1000 tokens in an exchange; see
// [push.Sender].
func (a *Adapter) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	return a.vendor.Send(ctx, n, tokens)
}

// fetch gets an access token.
func (a *Adapter) fetch(ctx context.Context) (string, *waybill.Error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.app}, "client_secret": {a.key}}
	r, err := a.Wire.Do(ctx, &wire.Request{
		Op: string(push.Send), URL: a.auth + "/oauth2/v3/token", Body: []byte(form.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	})
	if err != nil {
		return "", pushbatch.Unsent(waybill.AsError(err))
	}
	m, e := pushbatch.Reply(r)
	if e == nil && !r.OK() {
		e = r.StatusError()
		if r.Status == http.StatusBadRequest { // RFC 6749, 5.2: about the credential
			e = r.Error(waybill.Unauthenticated, waybill.ScopeAccount, waybill.NotSent, "400", "the access token was refused to the app")
		}
	}
	if e != nil {
		return "", pushbatch.Unsent(e)
	}
	token := pushbatch.Text(m["access_token"])
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", pushbatch.Unsent(pushbatch.Lost(r, "the reply holds no access token"))
	}
	return token, nil
}

var (
	_ push.Sender       = (*Adapter)(nil)
	_ push.Accepts      = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
	_ waybill.Provider  = (*Adapter)(nil)
)
