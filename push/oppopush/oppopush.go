package oppopush

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const name = "oppopush"

// The hosts of the two services, which know each other's tokens not.
const (
	China    = "https://api.push.oppomobile.com"
	Overseas = "https://api-intl.push.oppomobile.com"
)

const (
	// maxBatch is how many messages one exchange takes.
	maxBatch = 1000
	// A token lives 24 hours; a new one is fetched at half of that.
	authFresh, authEnd = 12 * time.Hour, 23 * time.Hour
	maxCallback        = 200
)

// Options are the settings beside the keys. They are read once, by New.
type Options struct {
	// Classes say what each kind is; there must be a row for every kind, since
	// channels and categories are applied for.
	Classes map[push.Kind]Class
	// Overseas chooses the service outside of the mainland, whose tokens are
	// others. Default: that of the mainland.
	Overseas bool
	// BaseURL is where the service lives, without /server/v1. Default [China],
	// or [Overseas] if that is set.
	BaseURL string
	// HTTPClient supplies the transport and a time-out for each exchange.
	// Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the credential. Default: a
	// private one.
	Account *waybill.Account
	// Credentials, when set, is asked for the app's key and master secret whenever
	// an auth token is needed, and overrides the fixed ones. It must be safe for
	// concurrent use.
	Credentials func(ctx context.Context) (appKey, masterSecret string, err error)
	// App is the App of the tokens that are taken; tokens without one are taken
	// too. Empty takes all.
	App string
	// CallbackURL is where the vendor tells receipts, made by
	// [push.CallbackURL]; at most 200 bytes. Empty asks for none.
	CallbackURL string
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 1 MiB.
	MaxReply int64
}

// base has what the adapters of phone makers share.
type base = pushbatch.Base

// Adapter implements [push.Sender] and [push.Broadcaster] on OPPO PUSH. It is safe
// for concurrent use.
type Adapter struct {
	*base
	key, secret string
	credentials func(context.Context) (string, string, error)
	overseas    bool
	classes     map[push.Kind]Class
	tokens      *pushbatch.Tokens
	vendor      pushbatch.Vendor[notification]
}

// New returns an adapter for an app's key and master secret, which may be empty with
// Options.Credentials. Empty ones, a table without a row for every kind, and a URL
// that is none are InvalidArgument. New does not use the network.
func New(appKey, masterSecret string, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	if o.Credentials == nil && (appKey == "" || masterSecret == "") {
		return nil, pushbatch.Invalid(name, "the app's key or its master secret is empty")
	}
	a := &Adapter{key: appKey, secret: masterSecret, credentials: o.Credentials, overseas: o.Overseas}
	a.tokens = &pushbatch.Tokens{Fetch: a.login, Fresh: authFresh, End: authEnd}
	a.tokens.Rotate(appKey, masterSecret)
	def := China
	if o.Overseas {
		def = Overseas
	}
	var err error
	a.base, err = pushbatch.NewBase(pushbatch.Settings{
		Name: name, Vendor: push.OPPO, App: o.App, BaseURL: o.BaseURL, Default: def, CallbackURL: o.CallbackURL, CallbackMaxLength: maxCallback,
		HTTPClient: o.HTTPClient, Account: o.Account, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Secrets: a.tokens.Secrets,
	})
	if err != nil {
		return nil, err
	}
	if a.classes, err = push.CheckClasses(name, o.Classes, checkClass); err != nil {
		return nil, err
	}
	a.vendor = pushbatch.Vendor[notification]{Name: name, Accepts: a.Accepts, Max: maxBatch, Compose: a.compose, Exchange: a.exchange}
	return a, nil
}

// Accepts reports whether the token is OPPO's, of this adapter's app, and of its
// side of the border, which a token says by itself.
func (a *Adapter) Accepts(t push.Token) bool {
	return a.Mine(t) && (t.Value == "" || domestic(t.Value) != a.overseas)
}

// domestic is the vendor's own rule: "id", "CN_id" and "BRAND_CN_id" are of the
// mainland.
func domestic(id string) bool {
	switch p := strings.Split(id, "_"); len(p) {
	case 1:
		return true
	case 2:
		return p[0] == "CN"
	default:
		return p[1] == "CN"
	}
}

// Replaces reports whether sending the notification again shows it once: the
// vendor pushes an app_message_id to a target only once, and it is derived from
// Key.
func (a *Adapter) Replaces(n *push.Notification) bool { return n.Key != "" || n.Replaces() }

// Send sends the notification, one message for each token and up to 1000 of them
// in an exchange; see [push.Sender] for the contract.
func (a *Adapter) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	return a.vendor.Send(ctx, n, tokens)
}

// sign is the vendor's signature of a time.
func sign(key, timestamp, secret string) string {
	sum := sha256.Sum256([]byte(key + timestamp + secret))
	return hex.EncodeToString(sum[:])
}

// login fetches an auth token. Whatever fails, nothing was sent.
func (a *Adapter) login(ctx context.Context) (string, time.Duration, *waybill.Error) {
	key, secret := a.key, a.secret
	if a.credentials != nil {
		var err error
		if key, secret, err = a.credentials(ctx); err != nil {
			return "", 0, pushbatch.RefusedKey(ctx, err)
		}
		a.tokens.Rotate(key, secret)
	}
	at := strconv.FormatInt(time.Now().UnixMilli(), 10)
	signature := sign(key, at, secret)
	form := url.Values{"app_key": {key}, "timestamp": {at}, "sign": {signature}}
	r, err := a.Wire.Do(ctx, a.request(push.Send, "/server/v1/auth", form, "", []string{signature}))
	if err != nil {
		return "", 0, pushbatch.Unsent(waybill.AsError(err))
	}
	token, e := readToken(r)
	return token, 0, pushbatch.Unsent(e)
}

// readToken reads {"code":0,"data":{"auth_token":"…"}}.
func readToken(r *wire.Reply) (string, *waybill.Error) {
	data, o := read(r)
	if o.Err != nil {
		return "", o.Err
	}
	token := pushbatch.ID(pushbatch.Object(data)["auth_token"])
	if token == "" || !r.OK() {
		return "", pushbatch.Lost(r, "the reply has no auth token")
	}
	return token, nil
}

// request is a form to one of the vendor's paths.
func (a *Adapter) request(op waybill.Verb, path string, form url.Values, ref string, private []string) *wire.Request {
	return &wire.Request{
		Op: string(op), Ref: ref, Method: http.MethodPost, URL: a.URL + path, Send: true, Private: private,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(form.Encode()),
	}
}

var (
	_ push.Sender       = (*Adapter)(nil)
	_ push.Accepts      = (*Adapter)(nil)
	_ push.Replacer     = (*Adapter)(nil)
	_ push.Broadcaster  = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
	_ waybill.Provider  = (*Adapter)(nil)
)
