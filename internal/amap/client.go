package amap

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// DefaultBaseURL is where the web services live.
const DefaultBaseURL = "https://restapi.amap.com"

// Config says how a [Client] works. Provider is required, and Key unless there
// are Credentials.
type Config struct {
	Provider        string // the adapter's name
	Key, PrivateKey string
	Credentials     func(ctx context.Context) (key, privateKey string, err error)
	BaseURL         string // default DefaultBaseURL
	HTTPClient      *http.Client
	Account         *waybill.Account
	UserAgent       string
	MaxReply        int64
}

// Client calls Amap's web services with one key. It is safe for concurrent use.
type Client struct {
	provider, base  string
	key, privateKey string
	credentials     func(ctx context.Context) (key, privateKey string, err error)
	account         *waybill.Account
	wire            *wire.Client
}

// New checks the configuration. Its errors are InvalidArgument.
func New(c Config) (*Client, error) {
	invalid := func(message string) (*Client, error) {
		return nil, waybill.Invalid("new", message).With(c.Provider, "", "")
	}
	if c.Credentials == nil && strings.TrimSpace(c.Key) == "" {
		return invalid("the key is empty")
	}
	if strings.ContainsFunc(c.Key+c.PrivateKey, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return invalid("the key or private key holds a character that no key has")
	}
	base, err := wire.BaseURL(c.Provider, c.BaseURL, DefaultBaseURL)
	if err != nil {
		return nil, err
	}
	client := &Client{
		provider: c.Provider, base: base,
		key: c.Key, privateKey: c.PrivateKey, credentials: c.Credentials, account: c.Account,
	}
	if client.account == nil {
		client.account = waybill.NewAccount(c.Provider, waybill.Limits{})
	}
	client.wire, err = wire.New(wire.Config{
		Provider: c.Provider, HTTPClient: c.HTTPClient, UserAgent: c.UserAgent, MaxReply: c.MaxReply,
		Secrets: func() []string { return []string{c.Key, c.PrivateKey} },
		Codes:   func(code string) bool { return classOf(code).info != "" },
	})
	if err != nil {
		return nil, err
	}
	return client, nil
}

// Account returns the account, never nil.
func (c *Client) Account() *waybill.Account { return c.account }

// Provider returns the adapter's name.
func (c *Client) Provider() string { return c.provider }

// Call is one request.
type Call struct {
	Op, Ref string     // the verb and the caller's key, for errors
	Path    string     // such as /v3/geocode/geo
	Query   url.Values // without key and sig; read, never changed
	Private []string   // personal data in the query
	// Empty is set for services that answer "nothing found" with the code of an
	// engine's failure, 30001.
	Empty bool
}

// Do sends the call and decodes the reply. The error is a *waybill.Error: the
// transport's, or what Amap's code means.
func (c *Client) Do(ctx context.Context, call Call, into Reply) error {
	key, private, err := c.secrets(ctx, call)
	if err != nil {
		return err
	}
	query := make(url.Values, len(call.Query)+2)
	for name, v := range call.Query {
		query[name] = v
	}
	query.Set("key", key)
	hidden := append([]string{key}, call.Private...)
	if private != "" {
		sig := Sign(query, private)
		query.Set("sig", sig)
		hidden = append(hidden, private, sig)
	}
	reply, err := c.wire.Do(ctx, &wire.Request{
		Op: call.Op, Ref: call.Ref, Method: http.MethodGet, URL: c.base + call.Path, Query: query, Private: hidden,
	})
	if err != nil {
		return err
	}
	if e := decode(reply, call, into); e != nil {
		return e
	}
	return nil
}

// secrets returns the key and private key of this call.
func (c *Client) secrets(ctx context.Context, call Call) (key, privateKey string, err error) {
	if c.credentials == nil {
		return c.key, c.privateKey, nil
	}
	key, privateKey, err = c.credentials(ctx)
	if err == nil && key != "" {
		return key, privateKey, nil
	}
	e := waybill.FromContext(ctx)
	if e == nil {
		// The source's own error is not kept: nobody knows what is in it.
		e = &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Message: "the source of credentials gave none"}
	}
	e.Delivery = waybill.NotSent
	return "", "", e.With(c.provider, call.Op, call.Ref)
}

// Error returns an error of this client that concerns one request.
func (c *Client) Error(call Call, code waybill.Code, delivery waybill.Delivery, message string) *waybill.Error {
	return &waybill.Error{Code: code, Scope: waybill.ScopeRequest, Delivery: delivery,
		Provider: c.provider, Op: call.Op, Ref: call.Ref, Message: message}
}

// Malformed returns the error of a reply that says success and lacks what makes
// one.
func (c *Client) Malformed(call Call, message string) *waybill.Error {
	e := c.Error(call, waybill.DataLoss, waybill.Ambiguous, message)
	e.Scope, e.VendorCode = waybill.ScopeProvider, wire.CodeReply
	return e
}

// mender is a reply with a second, slower way to read itself, for shapes that
// are rare.
type mender interface{ Mend(body []byte) error }

// decode is the one function that turns a reply into a value or an error.
func decode(reply *wire.Reply, call Call, into Reply) *waybill.Error {
	if isPage(reply) {
		return reply.Error(waybill.Unavailable, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "a page came in place of a reply")
	}
	bad := reply.JSON(into)
	if m, ok := into.(mender); bad != nil && ok && m.Mend(reply.Body) == nil {
		bad = nil
	}
	head := into.Head()
	if bad != nil {
		// A refusal may carry anything where the answer would be.
		var only struct{ Envelope }
		if reply.JSON(&only) != nil {
			return bad
		}
		head = &only.Envelope
	}
	code, info, ok, known := head.verdict()
	status := reply.StatusError()
	switch {
	case known && !ok && (status == nil || classOf(code).info != ""):
		return refusal(reply, call, code, info)
	case status != nil:
		return status
	case bad != nil:
		return bad
	case !known:
		return reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, "the reply has neither status nor code")
	}
	return nil
}

// isPage reports whether somebody before the services answered, such as a
// firewall that blocks the caller. Amap itself refuses in JSON and with 200, so
// that a page with 401 or 403 says nothing about the key.
func isPage(reply *wire.Reply) bool {
	body := bytes.TrimSpace(reply.Body)
	if len(body) == 0 || body[0] != '<' {
		return false
	}
	return reply.OK() || reply.Status == http.StatusUnauthorized || reply.Status == http.StatusForbidden || reply.Status == http.StatusMethodNotAllowed
}

// refusal makes an error of a code.
func refusal(reply *wire.Reply, call Call, code, info string) *waybill.Error {
	c := classOf(code)
	if code == engineError && call.Empty {
		c.code, c.scope = waybill.NotFound, waybill.ScopeRequest
	}
	e := reply.Error(c.code, c.scope, waybill.NotSent, code, "")
	e.Message = c.info
	if e.Message == "" {
		e.Message = reply.Scrub(info)
	}
	if e.RetryAfter == 0 {
		e.RetryAfter = c.wait.retryAfter(time.Now())
	}
	return e
}
