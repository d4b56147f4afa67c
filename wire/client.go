package wire

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// The defaults of [Config] and [Request].
const (
	// DefaultMaxReply is how many bytes a reply may have.
	DefaultMaxReply = 8 << 20
	// DefaultTimeout bounds an exchange whose context has no deadline.
	DefaultTimeout = time.Minute
	// DefaultIdle is how long a streamed reply may be silent while it is read.
	DefaultIdle = 30 * time.Second
)

// Config says how a [Client] works. Only Provider is needed.
type Config struct {
	// Provider is the adapter's name; it stands in every error.
	Provider string
	// HTTPClient, when given, supplies the Transport and the Timeout, which
	// bounds every exchange as an attempt's time-out. Its CheckRedirect is never
	// asked, since redirects are refused, and its Jar is not used. The client
	// itself is not changed. A plain *http.Transport is used as it is for reads
	// and cloned for sends, which go over HTTP/1.1; any other RoundTripper is
	// used for both, without the means to repeat a request.
	//
	// With nil, or a nil Transport, the Client has connections of its own.
	HTTPClient *http.Client
	// UserAgent is sent unless a request has its own. Default "waybill".
	UserAgent string
	// MaxReply bounds a reply's body in bytes, after decompression; a larger one
	// is DataLoss. 0 means DefaultMaxReply. Streams are not bounded.
	MaxReply int64
	// Timeout bounds an exchange, a stream's until its head, when the context
	// has no deadline. 0 means DefaultTimeout, negative means no bound.
	Timeout time.Duration
	// HTTP2Sends is set for vendors that want their sends over HTTP/2. Such a
	// request cannot be repeated by net/http.
	HTTP2Sends bool
	// Secrets returns the keys and tokens that must never show. It is called
	// when a text is scrubbed and must be safe for concurrent use.
	Secrets func() []string
	// Codes reports whether a text is one of the codes that the vendor documents.
	// [Reply.Error] keeps such a code whole, also when a word of the request, or a
	// secret, is the same by chance. nil knows none. It must be safe for concurrent
	// use.
	Codes func(code string) bool
}

// Client is the guarded HTTP client of one adapter. It is safe for concurrent
// use.
type Client struct {
	cfg     Config
	timeout time.Duration
	sends   http.RoundTripper
	reads   http.RoundTripper
	// rewind says that a send may keep GetBody: its transport is our own or our
	// clone, and speaks HTTP/1.1 only.
	rewind    bool
	owned     []*http.Transport
	userAgent []string
}

// New returns a client. It fails with InvalidArgument when the provider's name
// is missing or a bound is negative.
func New(cfg Config) (*Client, error) {
	if cfg.Provider == "" {
		return nil, waybill.Invalid("wire", "the provider's name is missing")
	}
	if cfg.MaxReply < 0 {
		return nil, waybill.Invalid("wire", "MaxReply is negative").With(cfg.Provider, "", "")
	}
	if cfg.MaxReply == 0 {
		cfg.MaxReply = DefaultMaxReply
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "waybill"
	}
	c := &Client{cfg: cfg, timeout: cfg.Timeout, userAgent: []string{cfg.UserAgent}}
	if c.timeout == 0 {
		c.timeout = DefaultTimeout
	}
	c.setTransports()
	return c, nil
}

// Close closes the idle connections that the client made for itself. The client
// stays usable.
func (c *Client) Close() {
	for _, t := range c.owned {
		t.CloseIdleConnections()
	}
}

// Request is one exchange with a vendor. It is read, never changed.
type Request struct {
	// Op is the verb, such as "geocode"; Ref the caller's key. Both stand in
	// errors.
	Op, Ref string
	// Method is the HTTP method, default GET, or POST with a body.
	Method string
	// URL is absolute, http or https, without user and password.
	URL string
	// Query is appended to the URL.
	Query url.Values
	// Header is sent with the request, without Idempotency-Key,
	// X-Idempotency-Key, traceparent, tracestate and baggage. Compression is
	// asked for and undone below, so Accept-Encoding counts for streams alone.
	Header http.Header
	// Body is the request's body, nil for none.
	Body []byte
	// Send is set when the exchange must not happen twice.
	Send bool
	// Private are personal data (numbers, addresses, texts) of this request,
	// scrubbed from whatever the vendor echoes.
	Private []string
	// MaxReply overrides the client's for this request when positive.
	MaxReply int64
	// Idle bounds the silence of a streamed reply while it is read. 0 means
	// DefaultIdle, negative means no bound.
	Idle time.Duration

	// Rewrite, used by [Client.Bind] alone, changes the library's request before
	// it leaves: form fields, headers, body (with ContentLength, and GetBody
	// where it had one). An error ends the exchange; nothing is sent.
	Rewrite func(*http.Request) error
	// Canned, used by [Client.Bind] alone, makes what the vendor's library gets
	// to see in place of a complete reply, so that it can neither panic nor
	// misjudge. nil shows it the reply as it came.
	Canned func(*Reply) *http.Response
	// Streamed, used by [Client.Bind] alone, is for large bodies: a 2xx reply's
	// is handed to the library unread and unbounded, with the Idle bound, and
	// the client's Timeout counts from the last part of the request's body that
	// was taken, whatever the context's deadline.
	Streamed bool
}

// Format prints verb and method for every verb of package fmt, so that a
// request in a log shows nothing of its content.
func (r Request) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "wire.Request{%s %s, %d bytes}", r.Op, r.Method, len(r.Body))
}

// Do performs one exchange and reads the whole reply. The error is always a
// *waybill.Error; every complete reply, of any status, is a Reply. r must not
// be nil.
func (c *Client) Do(ctx context.Context, r *Request) (*Reply, error) {
	ctx, cancel := c.bound(ctx)
	defer cancel()
	ctx, ev := watch(ctx)
	req, err := c.build(ctx, r)
	if err != nil {
		return nil, err
	}
	dropEncoding(req.Header)
	resp, ev, bad := c.trip(ctx, ev, req, r)
	if bad != nil {
		return nil, bad
	}
	reply, bad := c.read(ctx, resp, r)
	ev.seal()
	if bad != nil {
		return nil, bad
	}
	return reply, nil
}

// bound gives a context without a deadline the client's time-out, and every
// context that of a given http.Client.
func (c *Client) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	var d time.Duration
	if c.cfg.HTTPClient != nil {
		d = c.cfg.HTTPClient.Timeout
	}
	if d <= 0 {
		if _, ok := ctx.Deadline(); ok || c.timeout < 0 {
			return ctx, func() {}
		}
		d = c.timeout
	}
	return context.WithTimeoutCause(ctx, d, waybill.ErrAttemptTimeout)
}

// build makes the HTTP request, without its body.
func (c *Client) build(ctx context.Context, r *Request) (*http.Request, error) {
	invalid := func(message string) error {
		return waybill.Invalid(r.Op, message).With(c.cfg.Provider, "", r.Ref)
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
		if r.Body != nil {
			method = http.MethodPost
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, r.URL, nil)
	if err != nil {
		return nil, invalid("the URL or method is not valid")
	}
	if s := req.URL.Scheme; s != "http" && s != "https" || req.URL.Host == "" {
		return nil, invalid("the URL is not an absolute http or https URL")
	}
	if req.URL.User != nil {
		return nil, invalid("the URL holds a user name or password")
	}
	if len(r.Query) > 0 {
		if req.URL.RawQuery != "" {
			req.URL.RawQuery += "&"
		}
		req.URL.RawQuery += r.Query.Encode()
	}
	for name, values := range r.Header {
		if strings.ContainsFunc(name, notToken) || name == "" {
			return nil, invalid("a header's name is not valid")
		}
		for _, v := range values {
			if strings.ContainsFunc(v, control) {
				return nil, invalid("a header's value holds a line break or control character")
			}
		}
		if http.CanonicalHeaderKey(name) == "Host" {
			if len(values) > 0 {
				req.Host = values[0]
			}
			continue
		}
		req.Header[name] = values
	}
	if r.Body != nil {
		setBody(req, r.Body)
	}
	return req, nil
}

// notToken reports whether r cannot stand in a header's name (RFC 9110, 5.6.2).
func notToken(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

// control reports whether r cannot stand in a header's value.
func control(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
