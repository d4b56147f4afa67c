package google

import (
	"bytes"
	"context"
	"sync/atomic"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/wire"
)

// Maps calls the older services through googlemaps.github.io/maps v1.7.0 in a
// way that none of the library's faults can surprise us:
//
//   - it changes the http.Client that it is given: it gets one of its own;
//   - its limiter of 50 requests a second blocks, and reports a missed deadline
//     as something else: it is off, [waybill.Account] limits;
//   - its errors lose the HTTP status, know no types, and show the whole URL with
//     the key when the transport fails: they are never shown, the recorded
//     reply is classified instead;
//   - it takes a 500 that says OK for a success: the recorded status is looked at;
//   - it reads replies of any size and follows redirects: the guarded client
//     does not.
//
// A Maps is safe for concurrent use.
type Maps struct {
	wire      *wire.Client
	keys      *Keyring
	base      string
	channel   string
	userAgent string
	last      atomic.Pointer[library]
}

// library is the library's client with the credentials that are fixed in it.
type library struct {
	creds  Credentials
	client *maps.Client
}

// MapsBaseURL is where the older services live.
const MapsBaseURL = "https://maps.googleapis.com"

// MapsConfig says how a [Maps] works.
type MapsConfig struct {
	// Wire performs the exchanges, Keys holds the credentials.
	Wire *wire.Client
	Keys *Keyring
	// Base is the base URL; "" is [MapsBaseURL].
	Base string
	// Channel is the name under which a premium plan reports usage.
	Channel string
	// UserAgent goes before the library's own.
	UserAgent string
}

// NewMaps returns a Maps. With fixed credentials the library accepts them here
// or not at all.
func NewMaps(cfg MapsConfig) (*Maps, *waybill.Error) {
	m := &Maps{wire: cfg.Wire, keys: cfg.Keys, base: cfg.Base, channel: cfg.Channel, userAgent: cfg.UserAgent}
	if m.keys.fetch == nil {
		if _, err := m.client(m.keys.fixed); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// client returns the library's client for these credentials: the last one, or a
// new one after a rotation.
func (m *Maps) client(c Credentials) (*maps.Client, *waybill.Error) {
	if l := m.last.Load(); l != nil && l.creds == c {
		return l.client, nil
	}
	options := []maps.ClientOption{
		maps.WithHTTPClient(httpClient()), // one of its own, which it may change
		maps.WithRateLimit(0),
		maps.WithAPIKey(c.Key),
	}
	if c.Key == "" {
		options[2] = maps.WithClientIDAndSignature(c.ClientID, c.SigningSecret)
	}
	if m.base != "" {
		options = append(options, maps.WithBaseURL(m.base))
	}
	if m.channel != "" {
		options = append(options, maps.WithChannel(m.channel))
	}
	client, err := maps.NewClient(options...)
	if err != nil {
		return nil, &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent,
			Message: "the credentials are not of a form that can be used"}
	}
	m.last.Store(&library{creds: c, client: client})
	return client, nil
}

// Do runs one call of the library as one exchange. It returns the recorded
// reply of a success. What the library says of a failure is not looked at, but
// for the one case that it could not read a reply which says OK.
func (m *Maps) Do(ctx context.Context, r wire.Request, call func(context.Context, *maps.Client) error) (*wire.Reply, *waybill.Error) {
	reply, bad, failed := m.run(ctx, r, call, false)
	if bad != nil {
		return nil, bad
	}
	if failed != nil || !reply.OK() {
		if bad := ReplyError(reply); bad != nil {
			return nil, bad
		}
		return nil, Odd(reply, "the reply is not in the documented shape")
	}
	if !bytes.HasSuffix(bytes.TrimRight(reply.Body, " \t\r\n"), []byte("}")) {
		return nil, Odd(reply, "something follows the reply's JSON")
	}
	return reply, nil
}

// Fetch is Do for a caller who reads the reply: the library makes the request and
// sees nothing of what came. v is a pointer to a struct of the reply's natural
// shape, and status points to the field of its "status". Reading once, and only
// what is of use, is quicker than the library's way and less strict: the library
// drops a whole reply for one odd value in a field that nobody needs.
func (m *Maps) Fetch(ctx context.Context, r wire.Request, call func(context.Context, *maps.Client) error, v any, status *string) (*wire.Reply, *waybill.Error) {
	reply, bad, failed := m.run(ctx, r, call, true)
	if bad != nil {
		return nil, bad
	}
	bad = JSON(reply, v)
	if failed == nil && bad == nil && reply.OK() && (*status == StatusOK || *status == StatusZeroResults) {
		return reply, nil
	}
	if said := ReplyError(reply); said != nil {
		return nil, said
	}
	if bad == nil {
		bad = Odd(reply, "the reply is not in the documented shape")
	}
	return nil, bad
}

// run makes the exchange and tells what came of it, whatever the library made of
// it.
func (m *Maps) run(ctx context.Context, r wire.Request, call func(context.Context, *maps.Client) error, unread bool) (reply *wire.Reply, bad *waybill.Error, failed error) {
	creds, bad := m.keys.Get(ctx)
	if bad != nil {
		return nil, bad, nil
	}
	client, bad := m.client(creds)
	if bad != nil {
		return nil, bad, nil
	}
	x := &exchange{Context: ctx, maps: m, request: r, unread: unread}
	failed = call(x, client)
	reply, bad = x.result()
	return reply, bad, failed
}
