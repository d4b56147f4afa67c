package sms

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/waybill-go/waybill"
)

// The defaults of [ReceiverOptions].
const (
	// DefaultMaxBody bounds a call's body in bytes.
	DefaultMaxBody = 1 << 20
	// DefaultMaxAge is how old a signed call may be: Vonage repeats one for a
	// day.
	DefaultMaxAge = 25 * time.Hour
	// DefaultJoinFor is how long the parts of an inbound message are waited for.
	DefaultJoinFor = 10 * time.Minute
	// DefaultJoinOctets bounds the parts that wait, in bytes.
	DefaultJoinOctets = 4 << 20

	maxGroups  = 10000
	futureSkew = 5 * time.Minute
	retryAfter = 5 // seconds
)

// ReceiverOptions say what a [Receiver] does with what comes. One of Report and
// Inbound is needed at least; negative numbers are InvalidArgument where nothing
// else is said.
type ReceiverOptions struct {
	// Report gets every delivery report, Inbound every inbound message. An error
	// makes the gateway repeat its call. They may be called at once by several
	// goroutines, and the context is the request's. What has no function is
	// acknowledged and dropped.
	Report  func(context.Context, DeliveryReport) error
	Inbound func(context.Context, Inbound) error
	// Gateway stands in reports and messages; empty means the adapter's name.
	Gateway string
	// Token is for gateways that sign nothing: a secret of at least 16
	// characters that the URL given to the gateway carries as its parameter
	// "token". Where it is set it is wanted of every call, signed or not.
	Token string
	// AllowUnsigned takes calls that neither a signature nor a Token proves, as
	// behind a firewall that admits the gateway alone.
	AllowUnsigned bool
	// PublicURL is scheme, host and, where it differs, path prefix under which
	// the gateway calls, for signatures that cover the URL. Empty means what the
	// request says, which is wrong behind most proxies.
	PublicURL string
	// MaxBody bounds a body in bytes. Default DefaultMaxBody.
	MaxBody int64
	// MaxAge is how old a signed time may be. Default DefaultMaxAge; it should
	// not be shorter than the gateway goes on repeating.
	MaxAge time.Duration
	// Seen remembers what was handled. Default a [MemorySeen]. A replay of a call
	// that is younger than MaxAge is recognised as long as Seen remembers it.
	Seen Seen
	// JoinFor is how long parts of a long inbound message wait for the others,
	// negative means that parts are not joined. JoinOctets bounds those that
	// wait, in bytes. Defaults DefaultJoinFor and DefaultJoinOctets.
	JoinFor    time.Duration
	JoinOctets int
	// AcknowledgeParts acknowledges a part while others are missing. The parts
	// are in memory alone then, and lost with the process. Without it the gateway
	// repeats the first parts until the message is whole and handled.
	AcknowledgeParts bool
	// OnError is told what was refused and why, for logs: no number, text or
	// secret stands in it.
	OnError func(context.Context, error)
}

// Receiver is an http.Handler for the delivery reports and inbound messages of
// one gateway. It verifies the gateway's signature, bounds the body, refuses
// what is too old, passes over what was handled before, joins long inbound
// messages, and acknowledges a call only when every callback returned nil. Else
// it answers 503, and the gateway repeats the call; of a list, what was handled
// is not handed out again.
//
// 200 acknowledges. 400, 401, 403, 405 and 413 refuse for good; gateways repeat
// those too, in vain.
//
// A Receiver is safe for concurrent use and starts no goroutine: parts that have
// waited long enough are handed out, marked Incomplete, when the next call comes
// or Flush is called.
type Receiver struct {
	gateway Webhook
	name    string
	opts    ReceiverOptions
	joiner  *joiner
}

// NewReceiver returns the handler for a gateway. It is InvalidArgument if the
// gateway does not call back (it is no [Webhook]) or an option is wrong.
func NewReceiver(gateway waybill.Provider, o ReceiverOptions) (*Receiver, error) {
	v := &Receiver{opts: o}
	if gateway != nil {
		v.gateway, _ = gateway.(Webhook)
	}
	public, err := url.Parse(o.PublicURL)
	why := ""
	switch {
	case v.gateway == nil:
		why = "the gateway does not call back"
	case o.Report == nil && o.Inbound == nil:
		why = "neither Report nor Inbound is given"
	case o.Token != "" && len(o.Token) < 16:
		why = "Token has fewer than 16 characters"
	case o.MaxBody < 0 || o.MaxAge < 0 || o.JoinOctets < 0:
		why = "a bound is negative"
	case err != nil, o.PublicURL != "" && (public.Scheme != "https" && public.Scheme != "http" || public.Host == "" || public.RawQuery != "" || public.User != nil):
		why = "PublicURL is not an absolute http or https URL without user and query"
	}
	if why != "" {
		return nil, waybill.Invalid("receiver", why).With("sms", "", "")
	}
	p := &v.opts
	v.name = orDefault(p.Gateway, gateway.Name())
	p.MaxBody, p.MaxAge = orDefault(p.MaxBody, DefaultMaxBody), orDefault(p.MaxAge, DefaultMaxAge)
	p.JoinFor, p.JoinOctets = orDefault(p.JoinFor, DefaultJoinFor), orDefault(p.JoinOctets, DefaultJoinOctets)
	if p.Seen == nil {
		p.Seen = NewMemorySeen(0, max(DefaultSeenFor, p.MaxAge))
	}
	v.joiner = newJoiner(p.JoinFor, maxGroups, p.JoinOctets)
	return v, nil
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// ServeHTTP answers one call.
func (v *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	events, err := v.read(w, r)
	if err != nil {
		v.tell(ctx, err)
		refuse(w, err)
		return
	}
	if err := v.handle(ctx, events); err != nil {
		v.tell(ctx, err)
		refuse(w, err)
		return
	}
	a := events.Answer
	if a.ContentType != "" {
		w.Header().Set("Content-Type", a.ContentType)
	}
	w.WriteHeader(orDefault(a.Status, http.StatusOK))
	_, _ = io.WriteString(w, a.Body)
}

// read takes a call apart and verifies it.
func (v *Receiver) read(w http.ResponseWriter, r *http.Request) (Events, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		return Events{}, &callError{http.StatusMethodNotAllowed, "the method is neither GET nor POST"}
	}
	token := r.URL.Query().Get("token")
	proved := v.opts.Token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(v.opts.Token)) == 1
	if v.opts.Token != "" && !proved {
		return Events{}, &callError{http.StatusUnauthorized, "the URL's token is missing or wrong"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, v.opts.MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return Events{}, &callError{http.StatusRequestEntityTooLarge, "the body is too large"}
	case err != nil:
		return Events{}, &callError{http.StatusBadRequest, "the body was cut"}
	}
	call, err := readCall(r, v.opts.PublicURL, body)
	if err != nil {
		return Events{}, err
	}
	events, err := v.gateway.ReadWebhook(r.Context(), call)
	if err != nil {
		return Events{}, err
	}
	age := time.Since(events.Time)
	switch {
	case !events.Signed && !proved && !v.opts.AllowUnsigned:
		return Events{}, &callError{http.StatusUnauthorized, "the call is not signed"}
	case !events.Time.IsZero() && (age > v.opts.MaxAge || age < -futureSkew):
		return Events{}, &callError{http.StatusForbidden, "the signed time is too far away"}
	}
	return events, nil
}

// callError is a refusal with its own status.
type callError struct {
	status int
	text   string
}

// Error returns the text.
func (e *callError) Error() string { return "sms: webhook: " + e.text }

// errAgain has the gateway repeat its call.
var errAgain = &callError{http.StatusServiceUnavailable, "not yet: the event is being handled, or parts of it are missing"}

// refuse answers with an error's status and no more.
func refuse(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	var own *callError
	var e *waybill.Error
	switch {
	case errors.As(err, &own):
		status = own.status
	case errors.As(err, &e):
		switch e.Code {
		case waybill.Unauthenticated, waybill.PermissionDenied:
			status = http.StatusUnauthorized
		case waybill.InvalidArgument:
			status = http.StatusBadRequest
		case waybill.Unavailable:
			status = http.StatusServiceUnavailable
		}
	}
	if status >= 500 {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	http.Error(w, http.StatusText(status), status)
}

func (v *Receiver) tell(ctx context.Context, err error) {
	if v.opts.OnError != nil && err != errAgain {
		v.opts.OnError(ctx, err)
	}
}

// eventKey names an event without saying what is in it.
func eventKey(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = io.WriteString(h, strconv.Itoa(len(p))+":"+p)
	}
	return hex.EncodeToString(h.Sum(nil)[:20])
}

func (r *DeliveryReport) eventKey() string {
	at := ""
	if r.ID == "" {
		at = r.At.String()
	}
	return eventKey("report", r.Gateway, r.ID, r.Key, string(r.To), r.Recipient, r.Status.String(), r.VendorCode, strconv.Itoa(r.Part), at)
}

func (m *Inbound) eventKey() string {
	if m.ID != "" {
		return eventKey("inbound", m.Gateway, m.ID, string(m.From), m.Sender, strconv.Itoa(m.Part))
	}
	return eventKey("inbound", m.Gateway, string(m.From), m.Sender, m.To, m.Text, string(m.Data), m.At.String(), m.Ref, strconv.Itoa(m.Part))
}
