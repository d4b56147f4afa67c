package googleroute

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/wire"
)

const (
	name       = "googleroute"
	routesBase = "https://routes.googleapis.com"
	// maxStops is how many points may lie between origin and destination, for
	// both services.
	maxStops = 25
)

// Credentials are an API key, or for the legacy API a client id with its
// signing secret. Its fields are Key, ClientID and SigningSecret (URL-safe
// base64); they never print.
type Credentials = google.Credentials

// Options tune an Adapter. The zero value is fit for use.
type Options struct {
	// BaseURL is where the service is: "https://routes.googleapis.com" by
	// default, "https://maps.googleapis.com" with Legacy.
	BaseURL string
	// HTTPClient supplies transport and time-out; it is not changed.
	HTTPClient *http.Client
	// Account carries the limits of the key; nil is one of the adapter's own.
	Account *waybill.Account
	// Credentials, when given, is asked for each call and overrides the key
	// given to New, ClientID and SigningSecret.
	Credentials func(ctx context.Context) (Credentials, error)
	// UserAgent is sent in place of "waybill"; with Legacy before that of
	// Google's library.
	UserAgent string
	// MaxReply bounds a reply in bytes; 0 is 8 MiB.
	MaxReply int64
	// Datums says which datum Google speaks where.
	Datums geo.DatumTable
	// Mainland lets a client ask this adapter in mainland China too.
	Mainland bool
	// Tolls asks for the tolls of cars and motorcycles, which Google bills at
	// its highest rate. Not with Legacy.
	Tolls bool
	// Legacy selects the Directions API.
	Legacy bool
	// ClientID and SigningSecret (URL-safe base64) sign requests in place of a
	// key, for contracts of the older premium plan; Channel is the name under
	// which such a contract reports usage. With Legacy only.
	ClientID, SigningSecret, Channel string
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "googleroute.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("googleroute.Options") }

// Adapter asks Google for routes. It is safe for concurrent use.
type Adapter struct {
	account  *waybill.Account
	keys     *google.Keyring
	wire     *wire.Client
	url      string       // of computeRoutes
	matrix   string       // of computeRouteMatrix
	maps     *google.Maps // of the legacy API, nil without
	datums   geo.DatumTable
	mainland bool
	tolls    bool
}

// New returns an adapter for the API key, which may be empty when the options
// bring other credentials. It fails with InvalidArgument for missing or
// malformed credentials or base URL, and for options that do not fit together.
func New(key string, o *Options) (*Adapter, error) {
	a, err := build(key, o)
	if err != nil {
		return nil, err.With(name, "new", "")
	}
	return a, nil
}

func build(key string, o *Options) (*Adapter, *waybill.Error) {
	if o == nil {
		o = new(Options)
	}
	switch {
	case !o.Legacy && (o.ClientID != "" || o.SigningSecret != "" || o.Channel != ""):
		return nil, waybill.Invalid("new", "ClientID, SigningSecret and Channel are for Legacy")
	case o.Legacy && o.Tolls:
		return nil, waybill.Invalid("new", "Tolls is not for Legacy")
	}
	keys, bad := google.NewKeyring(Credentials{Key: key, ClientID: o.ClientID, SigningSecret: o.SigningSecret}, o.Credentials, !o.Legacy)
	if bad != nil {
		return nil, bad
	}
	byDefault := routesBase
	if o.Legacy {
		byDefault = google.MapsBaseURL
	}
	base, err := wire.BaseURL(name, o.BaseURL, byDefault)
	if err != nil {
		return nil, waybill.AsError(err)
	}
	w, err := wire.New(wire.Config{Provider: name, HTTPClient: o.HTTPClient, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Secrets: keys.Secrets})
	if err != nil {
		return nil, waybill.AsError(err)
	}
	a := &Adapter{account: o.Account, keys: keys, wire: w, url: base + computeRoutes, matrix: base + computeRouteMatrix, datums: o.Datums, mainland: o.Mainland, tolls: o.Tolls}
	if o.Legacy {
		a.maps, bad = google.NewMaps(google.MapsConfig{Wire: w, Keys: keys, Base: base, Channel: o.Channel, UserAgent: o.UserAgent})
		if bad != nil {
			return nil, bad
		}
	}
	if a.account == nil {
		a.account = waybill.NewAccount(name, waybill.Limits{})
	}
	return a, nil
}

// Name returns "googleroute".
func (a *Adapter) Name() string { return name }

// Account returns the account given in the options, or the adapter's own.
func (a *Adapter) Account() *waybill.Account { return a.account }

// DefaultOutside returns the regions that a client keeps this adapter out of
// when its With has neither In nor Outside: CN, unless Options.Mainland is set.
func (a *Adapter) DefaultOutside() []string {
	if a.mainland {
		return nil
	}
	return []string{"CN"}
}

// Route implements [route.Router] with a POST of /directions/v2:computeRoutes,
// or with Options.Legacy a GET of /maps/api/directions/json.
//
// Alternatives come only for trips without stops, at most two. Polyline points
// are tagged with the datum that Google speaks there.
func (a *Adapter) Route(ctx context.Context, r route.Request) (route.Result, error) {
	const op = string(route.Route)
	if err := r.Validate(); err != nil {
		return route.Result{}, waybill.AsError(err).With(name, op, r.Key)
	}
	if wrong := a.unsupported(&r); wrong != "" {
		return route.Result{}, &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
			Provider: name, Op: op, Ref: r.Key, Message: wrong}
	}
	ask := a.routes
	if a.maps != nil {
		ask = a.directions
	}
	paths, bad := ask(ctx, &r)
	if bad != nil {
		return route.Result{}, bad.With(name, op, r.Key)
	}
	if len(paths) > 1+r.Alternatives {
		paths = paths[:1+r.Alternatives]
	}
	for i := range paths {
		paths[i].Substituted = r.Mode == route.Truck
	}
	return route.Result{Served: waybill.Served{Provider: name}, Paths: paths}, nil
}

// unsupported says what Google cannot do of a request.
func (a *Adapter) unsupported(r *route.Request) string {
	switch {
	case len(r.Points) > maxStops+2:
		return "more than 25 stops"
	case r.Mode == route.Truck && !r.AllowCarForTruck:
		return "no routes for trucks"
	case r.Mode == route.Motorcycle && a.maps != nil:
		return "no routes for motorcycles in the legacy API"
	}
	return ""
}

// motorized reports whether traffic, tolls and motorways concern the mode.
func motorized(m route.Mode) bool {
	return m == route.Car || m == route.Truck || m == route.Motorcycle
}

// wantsTraffic reports whether the request asks for traffic that this mode has.
func wantsTraffic(r *route.Request) bool {
	return !r.Departure.IsZero() && motorized(r.Mode)
}

// soon is how far ahead a departure must be to be sent as a time. Google refuses
// one that has passed, and its clock is another one than ours.
const soon = time.Minute

// leaves returns when the trip begins, and false for now.
func leaves(at time.Time) (time.Time, bool) {
	return at, at.After(time.Now().Add(soon))
}

var (
	_ route.Router        = (*Adapter)(nil)
	_ route.Matrixer      = (*Adapter)(nil)
	_ route.MatrixLimiter = (*Adapter)(nil)
	_ waybill.Accounted   = (*Adapter)(nil)
)
