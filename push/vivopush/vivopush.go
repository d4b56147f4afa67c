// Package vivopush sends notifications through vivo Push, which is also that of
// iQOO.
//
// # Service
//
// It follows the vendor's server API, version 2.9.2 (https://dev.vivo.com.cn): one
// token by /message/send; 2 to 1000 by /message/saveListPayload, which keeps the
// message and sends nothing, and /message/pushToList, whose reply lists the tokens
// that are not valid. A failure of saveListPayload is NotSent in any case. No
// overseas host is published; Options.BaseURL takes one.
//
// # Credentials
//
// An auth token is fetched with an MD5 signature of the time; it lives 24 hours
// and is shared, fetched anew after 2, as the vendor advises, and once at result
// 10000 or HTTP 401.
//
// # Mapping
//
// Kind is classification and category by Options.Classes. Title has 40 characters,
// body 100; one alone stands in both places. TTL is in seconds, from 60 to one day.
// Collapse is notifyId; requestId is derived from Key, and the vendor does not say
// that it recognises repeats by it. Data are clientCustomMap, at most 10 pairs (one
// is push.Expiry) and 1024 characters. Click is a link (https) or an intent URI.
// Image, badge, named sound and priority are left out and reported. Texts without a
// letter, or with the word for "test", are Unsupported, as the vendor refuses them.
// There are no texts by key and no pushes of data alone.
//
// # Errors
//
//	result                         Code              Scope      Delivery
//	-----------------------------  ----------------  ---------  ------------------------
//	10000, 10094, 10200 to 10207   Unauthenticated   Account    NotSent
//	10040, 10072, 10093; 10250     RateLimited       Service    NotSent, 5 s; 60 s
//	10043, 10045, 10082            PermissionDenied  Account    NotSent
//	10070                          QuotaExhausted    Request    NotSent, Beijing midnight
//	10073                          QuotaExhausted    Account    NotSent, Beijing midnight
//	10252, 10254                   QuotaExhausted    Service    NotSent, Beijing midnight
//	10071                          RateLimited       Request    NotSent, 7:00 in Beijing
//	10302; users of status 1, 2    Unregistered      Recipient  NotSent, dead
//	10311; users of status 3       Unavailable       Recipient  NotSent
//	users of status 4 (no tester)  PermissionDenied  Recipient  NotSent
//	other documented ones          Unsupported       Request    NotSent
//	any other                      Unknown           Provider   Ambiguous
//
// The quota of operation messages (10070) is one of its own: after that result the
// adapter sends no more of them until midnight in Beijing, and goes on with system
// messages, so that a campaign cannot silence orders. The vendor cuts a quota that is
// asked for again and again.
//
// # Topics and broadcasts
//
// A topic is one of the vendor's tags, made in its console: [Adapter.SendTopic] is
// /message/tagPush, [Adapter.Subscribe] and [Adapter.Unsubscribe] are /tag/addMembers
// and /tag/removeMembers, as in the vendor's SDK. [Adapter.Broadcast] is /message/all,
// which the vendor takes once a day. There are no conditions.
//
// # Receipts
//
// The vendor does not sign them: Options.CallbackURL has a secret in it, made by
// [push.CallbackURL], and [NewReceiptHandler] verifies it. The vendor tells them of
// single pushes only.
//
// # Concurrency
//
// An adapter is safe for concurrent use and starts no goroutines.
package vivopush

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/pushbatch"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

const (
	name        = "vivopush"
	defaultBase = "https://api-push.vivo.com.cn"
	maxBatch    = 1000
	maxCallback = 128
)

// Options are the settings beside the keys. They are read once, by New.
type Options struct {
	// Classes say what each kind is; there must be a row for every kind.
	Classes map[push.Kind]Class
	// BaseURL is where the service lives, without /message. Default
	// https://api-push.vivo.com.cn.
	BaseURL string
	// HTTPClient supplies the transport and a time-out for each exchange.
	// Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the credential. Default: a
	// private one.
	Account *waybill.Account
	// Credentials, when set, is asked for the app's key and secret whenever an auth
	// token is needed, and overrides the fixed ones. It must be safe for concurrent
	// use.
	Credentials func(ctx context.Context) (appKey, appSecret string, err error)
	// App is the App of the tokens that are taken; tokens without one are taken
	// too. Empty takes all.
	App string
	// CallbackURL is where the vendor tells receipts, at most 128 bytes. Empty
	// asks for none.
	CallbackURL string
	// TestOnly sends to the testers that are named at the vendor's only.
	TestOnly bool
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 1 MiB.
	MaxReply int64
}

// base has what the adapters of phone makers share.
type base = pushbatch.Base

// Adapter implements [push.Sender], [push.TopicSender], [push.Subscriber],
// [push.Unsubscriber] and [push.Broadcaster] on vivo Push. It is safe for concurrent
// use.
type Adapter struct {
	*base
	id          int64
	key, secret string
	credentials func(context.Context) (string, string, error)
	campaigns   campaigns
	test        bool
	classes     map[push.Kind]Class
	tokens      *pushbatch.Tokens
	vendor      pushbatch.Vendor[message]
}

// New returns an adapter for an app's id, key and secret; key and secret may be empty
// with Options.Credentials. Missing ones, a table without a row for every kind, and a
// URL that is none are InvalidArgument. New does not use the network.
func New(appID int64, appKey, appSecret string, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	appKey, appSecret = strings.TrimSpace(appKey), strings.TrimSpace(appSecret)
	if appID <= 0 || o.Credentials == nil && (appKey == "" || appSecret == "") {
		return nil, pushbatch.Invalid(name, "the app's id, key or secret is missing")
	}
	a := &Adapter{id: appID, key: appKey, secret: appSecret, credentials: o.Credentials, test: o.TestOnly}
	a.tokens = &pushbatch.Tokens{Fetch: a.login, Fresh: 2 * time.Hour, End: 23 * time.Hour}
	a.tokens.Rotate(appKey, appSecret)
	var err error
	a.base, err = pushbatch.NewBase(pushbatch.Settings{
		Name: name, Vendor: push.Vivo, App: o.App, BaseURL: o.BaseURL, Default: defaultBase, CallbackURL: o.CallbackURL, CallbackMaxLength: maxCallback,
		HTTPClient: o.HTTPClient, Account: o.Account, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Secrets: a.tokens.Secrets,
	})
	if err != nil {
		return nil, err
	}
	if a.classes, err = push.CheckClasses(name, o.Classes, checkClass); err != nil {
		return nil, err
	}
	a.vendor = pushbatch.Vendor[message]{Name: name, Accepts: a.Accepts, Max: maxBatch, Compose: a.compose, Exchange: a.exchange}
	return a, nil
}

// Accepts reports whether the token is vivo's and of this adapter's app.
func (a *Adapter) Accepts(t push.Token) bool { return a.Mine(t) }

// Send sends the notification, to up to 1000 tokens in an exchange; see
// [push.Sender] for the contract.
func (a *Adapter) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	return a.vendor.Send(ctx, n, tokens)
}

// sign is the vendor's signature of a time.
func sign(id, key, timestamp, secret string) string {
	sum := md5.Sum([]byte(id + key + timestamp + secret))
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
		key, secret = strings.TrimSpace(key), strings.TrimSpace(secret)
		a.tokens.Rotate(key, secret)
	}
	at := time.Now().UnixMilli()
	signature := sign(strconv.FormatInt(a.id, 10), key, strconv.FormatInt(at, 10), secret)
	body := map[string]any{"appId": a.id, "appKey": key, "timestamp": at, "sign": signature}
	r, e := a.post(ctx, push.Send, "/message/auth", "", body, "", []string{signature})
	if e != nil {
		return "", 0, pushbatch.Unsent(e)
	}
	token, e := readToken(r)
	return token, 0, pushbatch.Unsent(e)
}

// readToken reads {"result":0,"authToken":"…"}.
func readToken(r *wire.Reply) (string, *waybill.Error) {
	v, o := read(r)
	if o.Err != nil {
		return "", o.Err
	}
	if token := pushbatch.ID(v["authToken"]); token != "" {
		return token, nil
	}
	return "", pushbatch.Lost(r, "the reply has no auth token")
}

// post makes one exchange.
func (a *Adapter) post(ctx context.Context, op waybill.Verb, path, token string, body any, ref string, private []string) (*wire.Reply, *waybill.Error) {
	h := http.Header{"Content-Type": {"application/json"}}
	if token != "" {
		h.Set("authToken", token)
	}
	r, err := a.Wire.Do(ctx, &wire.Request{
		Op: string(op), Ref: ref, Method: http.MethodPost, URL: a.URL + path, Send: true, Private: private, Header: h, Body: pushbatch.Marshal(body),
	})
	if err != nil {
		return nil, waybill.AsError(err)
	}
	return r, nil
}

var (
	_ push.Sender       = (*Adapter)(nil)
	_ push.Accepts      = (*Adapter)(nil)
	_ push.TopicSender  = (*Adapter)(nil)
	_ push.Subscriber   = (*Adapter)(nil)
	_ push.Unsubscriber = (*Adapter)(nil)
	_ push.Broadcaster  = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
	_ waybill.Provider  = (*Adapter)(nil)
)
