package huaweipush

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
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
	// Category is one of the vendor's, such as EXPRESS or MARKETING; see
	// [Categories]. All but MARKETING are applied for.
	Category string
	// Importance is LOW or NORMAL; empty leaves it to the category. Version 3 has
	// none and leaves it out.
	Importance string
	// Channel is the id of the app's notification channel, empty for its default.
	// Version 3 has none and leaves it out.
	Channel string
}

// Categories returns the vendor's categories. PLAY_VOICE is of data for the app
// in versions 1 and 2 only, MISS_CALL of version 3.
func Categories() []string {
	return []string{"IM", "VOIP", "MISS_CALL", "SUBSCRIPTION", "TRAVEL", "HEALTH", "WORK", "ACCOUNT", "EXPRESS", "FINANCE", "DEVICE_REMINDER", "MAIL", "PLAY_VOICE", "MARKETING"}
}

// QuickApp says whether an adapter serves a quick app, and in which of its modes.
type QuickApp int

// The modes of a quick app, numbered as the vendor numbers them.
const (
	NoQuickApp          QuickApp = 0
	QuickAppDevelopment QuickApp = 1
	QuickAppProduction  QuickApp = 2
)

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
	// Version is that of the interface: 1 by the app's id, 2 by the project's,
	// both for EMUI and HarmonyOS up to 4, and 3 by the project's, for HarmonyOS
	// from 5, with a service account. Default: 2 with a ProjectID or a
	// ServiceAccount, else 1.
	Version int
	// ProjectID is the project's id, of versions 2 and 3. Default: that of
	// ServiceAccount.
	ProjectID string
	// ServiceAccount is the JSON key of a service account, as downloaded from the
	// vendor's console. It takes the place of the app's secret: the adapter signs
	// its tokens (PS256) without an exchange.
	ServiceAccount []byte
	// Credentials, when set, is asked for the credentials whenever a token is
	// needed, and overrides the fixed ones. The project stays the same. It must be
	// safe for concurrent use.
	Credentials func(ctx context.Context) (Credentials, error)
	// App is the App of the tokens that are taken; tokens without one are taken
	// too. Empty takes all.
	App string
	// QuickApp makes the adapter one of a quick app: it takes the tokens of
	// push.HuaweiQuick and no others.
	QuickApp QuickApp
	// BadgeClass is the app's launcher activity, without which versions 1 and 2
	// leave a badge out.
	BadgeClass string
	// HighUrgency says that the app has the right to urgency HIGH.
	HighUrgency bool
	// ValidateOnly has the vendor check everything and send nothing. Version 3 has
	// no such thing.
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

// String prints the type only, so that no log can show the key.
func (o Options) String() string { return "huaweipush.Options" }

// GoString prints the type only, so that no log can show the key.
func (o Options) GoString() string { return o.String() }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("huaweipush.Options") }

// Adapter implements [push.Sender], and on versions 1 and 2 [push.TopicSender],
// [push.Subscriber] and [push.Unsubscriber], on Huawei's Push Kit. It is safe for
// concurrent use.
type Adapter struct {
	*pushbatch.Base
	o                    Options
	app, secret, project string
	version              int
	auth, send           string
	classes              map[push.Kind]Class
	keys                 keys
	tokens               *pushbatch.Tokens
	vendor               pushbatch.Vendor[request]
}

// New returns an adapter for an app's id and secret. The secret may be empty with
// Options.ServiceAccount or Credentials, the id in version 3. What is missing or
// wrong is InvalidArgument. New does not use the network.
func New(appID, appSecret string, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	a := &Adapter{o: *o, app: appID, secret: appSecret, project: o.ProjectID, version: o.Version}
	a.o.ServiceAccount = slices.Clone(o.ServiceAccount)
	vendor := push.Huawei
	if o.QuickApp != NoQuickApp {
		vendor = push.HuaweiQuick
	}
	known := []string{appSecret}
	if len(o.ServiceAccount) > 0 {
		account, problem := a.keys.read(a.o.ServiceAccount)
		if problem != "" {
			return nil, pushbatch.Invalid(name, problem)
		}
		if known = append(known, account.pem); a.project == "" {
			a.project = account.project
		}
	}
	if a.version == 0 {
		if a.version = 1; a.project != "" {
			a.version = 2
		}
	}
	if problem := a.fault(); problem != "" {
		return nil, pushbatch.Invalid(name, problem)
	}
	var err error
	if a.classes, err = push.CheckClasses(name, o.Classes, checkClass); err != nil {
		return nil, err
	}
	if a.auth, err = wire.BaseURL(name, o.AuthURL, defaultAuth); err != nil {
		return nil, err
	}
	a.tokens = &pushbatch.Tokens{Fetch: a.fetch, Fresh: accessTokenAge * 3 / 4, End: accessTokenAge - time.Minute, Keys: known}
	a.Base, err = pushbatch.NewBase(pushbatch.Settings{
		Name: name, Vendor: vendor, App: o.App, BaseURL: o.BaseURL, Default: defaultBase, HTTPClient: o.HTTPClient,
		Account: o.Account, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Secrets: a.tokens.Secrets,
	})
	if err != nil {
		return nil, err
	}
	a.send = a.URL + [...]string{1: "/v1/" + appID, 2: "/v2/" + a.project, 3: "/v3/" + a.project}[a.version] + "/messages:send"
	a.vendor = pushbatch.Vendor[request]{Name: name, Accepts: a.Mine, Max: maxTokens, Limit: request.limit, Compose: a.compose, Exchange: a.exchange}
	return a, nil
}

// fault says what the settings lack, or "".
func (a *Adapter) fault() string {
	o := &a.o
	switch {
	case a.version < 1 || a.version > 3:
		return "Version is not 1, 2 or 3"
	case a.version == 3 && len(o.ServiceAccount) == 0 && o.Credentials == nil:
		return "version 3 needs a service account"
	case a.version == 1 && !digits(a.app), a.app != "" && !digits(a.app):
		return "the app's id is missing or malformed"
	case a.version > 1 && !digits(a.project), a.project != "" && !digits(a.project):
		return "the project's id is missing or malformed"
	case a.secret == "" && len(o.ServiceAccount) == 0 && o.Credentials == nil:
		return "there is neither the app's secret nor a service account"
	case a.app == "" && len(o.ServiceAccount) == 0 && o.Credentials == nil:
		return "the app's id is missing"
	case a.version > 1 && len(o.ServiceAccount) > 0 && a.keys.account.project != a.project:
		return "the service account is of another project"
	case o.QuickApp < NoQuickApp || o.QuickApp > QuickAppProduction:
		return "QuickApp is none of its values"
	case a.version == 3 && (o.QuickApp != NoQuickApp || o.ValidateOnly):
		return "version 3 has no quick apps and validates nothing"
	}
	return ""
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func checkClass(_ push.Kind, c Class) string {
	switch {
	case !slices.Contains(Categories(), c.Category):
		return "the category is missing or none of the vendor's"
	case c.Importance != "" && c.Importance != "LOW" && c.Importance != "NORMAL":
		return "the importance is neither LOW nor NORMAL"
	}
	return ""
}

// Accepts reports whether the token is one of Huawei's and of this adapter's app.
func (a *Adapter) Accepts(t push.Token) bool { return a.Mine(t) }

// Replaces reports whether sending the notification again shows it once: it is shown,
// with a Collapse, which quick apps do not know.
func (a *Adapter) Replaces(n *push.Notification) bool {
	return a.o.QuickApp == NoQuickApp && n.Replaces()
}

// Send sends the notification, up to 1000 tokens in an exchange; see
// [push.Sender].
func (a *Adapter) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	return a.vendor.Send(ctx, n, tokens)
}

var (
	_ push.Sender       = (*Adapter)(nil)
	_ push.Accepts      = (*Adapter)(nil)
	_ push.Replacer     = (*Adapter)(nil)
	_ push.TopicSender  = (*Adapter)(nil)
	_ push.Subscriber   = (*Adapter)(nil)
	_ push.Unsubscriber = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
	_ waybill.Provider  = (*Adapter)(nil)
)
