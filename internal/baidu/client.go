package baidu

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// BaseURL is where the services are.
const BaseURL = "https://api.map.baidu.com"

// Config is what both adapters' options come down to.
type Config struct {
	// Provider is the adapter's name.
	Provider string
	// AK is the key. SK, when not empty, signs every request.
	AK, SK string
	// Credentials, when not nil, is asked before every request in their place.
	Credentials func(context.Context) (ak, sk string, err error)
	// BaseURL is absolute; empty means Baidu's.
	BaseURL    string
	HTTPClient *http.Client
	UserAgent  string
	MaxReply   int64
}

// Client calls Baidu's services for one adapter. It is safe for concurrent use.
type Client struct {
	provider    string
	base        string
	credentials func(context.Context) (ak, sk string, err error)
	keys        atomic.Pointer[[]string]
	wire        *wire.Client
}

// New checks the configuration.
func New(cfg Config) (*Client, error) {
	invalid := func(message string) error {
		return waybill.Invalid("new", message).With(cfg.Provider, "", "")
	}
	base, err := wire.BaseURL(cfg.Provider, cfg.BaseURL, BaseURL)
	if err != nil {
		return nil, err
	}
	c := &Client{provider: cfg.Provider, base: base, credentials: cfg.Credentials}
	if c.credentials == nil {
		if !usableKey(cfg.AK) {
			return nil, invalid("the key (ak) is empty or has white space")
		}
		if cfg.SK != "" && !usableKey(cfg.SK) {
			return nil, invalid("the secret key (SK) has white space")
		}
		ak, sk := cfg.AK, cfg.SK
		c.credentials = func(context.Context) (string, string, error) { return ak, sk, nil }
		c.keys.Store(&[]string{ak, sk})
	}
	c.wire, err = wire.New(wire.Config{
		Provider: cfg.Provider, HTTPClient: cfg.HTTPClient, UserAgent: cfg.UserAgent, MaxReply: cfg.MaxReply, Secrets: c.secrets,
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// usableKey reports whether a key has the form of one: printable ASCII without
// white space.
func usableKey(s string) bool {
	return s != "" && len(s) <= 256 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// secrets returns the keys that were used last.
func (c *Client) secrets() []string {
	if keys := c.keys.Load(); keys != nil {
		return *keys
	}
	return nil
}

// Call is one request.
type Call struct {
	// Op is the verb, Ref the caller's key.
	Op, Ref string
	// Path is the service's, such as "/geocoding/v3/".
	Path string
	// Params are sent in this order, before those that every request has.
	Params Params
	// Private are texts of the request that must not show in an error.
	Private []string
	// Whole is set for services whose answer is not in the field "result": the
	// whole reply is read then, and found is true for every success.
	Whole bool
}

// Get calls a service and reads the reply's result into result. found is false
// when the service succeeded without a result. The error is always a
// *waybill.Error with the provider, the verb and the caller's key in it.
func (c *Client) Get(ctx context.Context, call Call, result any) (found bool, err error) {
	query, private, err := c.query(ctx, &call)
	if err != nil {
		return false, err
	}
	reply, err := c.wire.Do(ctx, &wire.Request{
		Op: call.Op, Ref: call.Ref, URL: c.base + call.Path + "?" + query, Private: private,
	})
	if err != nil {
		return false, err
	}
	found, bad := decode(reply, call.Whole, result)
	if bad != nil {
		return false, bad.With(c.provider, call.Op, call.Ref)
	}
	return found, nil
}

// query writes the whole query, signed where there is a secret key. The
// timestamp belongs to the signature; the pages of some services demand it then,
// and none refuses it.
func (c *Client) query(ctx context.Context, call *Call) (string, []string, error) {
	ak, sk, err := c.credentials(ctx)
	if err != nil {
		return "", nil, c.noCredentials(ctx, call, err)
	}
	if !usableKey(ak) || sk != "" && !usableKey(sk) {
		return "", nil, c.noCredentials(ctx, call, nil)
	}
	c.remember(ak, sk)
	params := append(call.Params[:len(call.Params):len(call.Params)], Param{"output", "json"}, Param{"ak", ak})
	private := append(call.Private[:len(call.Private):len(call.Private)], ak)
	if sk == "" {
		return params.Encode(), private, nil
	}
	params.Add("timestamp", strconv.FormatInt(time.Now().Unix(), 10))
	query := params.Encode()
	sn := Sign(call.Path, query, sk)
	return query + "&sn=" + sn, append(private, sk, sn), nil
}

// remember keeps the keys in use for scrubbing.
func (c *Client) remember(ak, sk string) {
	if keys := c.keys.Load(); keys == nil || (*keys)[0] != ak || (*keys)[1] != sk {
		c.keys.Store(&[]string{ak, sk})
	}
}

// noCredentials is the error of a request for which there was no key. The source
// of keys is ours, so nothing of its error's text is kept.
func (c *Client) noCredentials(ctx context.Context, call *Call, err error) error {
	if e := waybill.FromContext(ctx); e != nil {
		e.Delivery = waybill.NotSent
		return e.With(c.provider, call.Op, call.Ref)
	}
	e := &waybill.Error{
		Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent,
		Message: "the source of credentials gave no usable key",
	}
	if known, ok := err.(*waybill.Error); ok {
		e.Code, e.RetryAfter = known.Code, known.RetryAfter
	}
	return e.With(c.provider, call.Op, call.Ref)
}
