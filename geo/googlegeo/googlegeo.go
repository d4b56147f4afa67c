package googlegeo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/google"
	"github.com/waybill-go/waybill/wire"
)

const name = "googlegeo"

// Credentials are an API key, or a client id with its signing secret for
// contracts of the older premium plan. Its fields are Key, ClientID and
// SigningSecret (URL-safe base64); they never print.
type Credentials = google.Credentials

// Bounds is a box by its corners. Google prefers results in it and does not
// insist.
type Bounds struct {
	// SouthWest and NorthEast are in any datum.
	SouthWest, NorthEast geo.Point
}

// Options tune an Adapter. The zero value is fit for use.
type Options struct {
	// BaseURL is where the services are: by default geocoding and the legacy
	// Places API at "https://maps.googleapis.com", the Places API (New) at
	// "https://places.googleapis.com". One that is given holds for all.
	BaseURL string
	// HTTPClient supplies transport and time-out; it is not changed.
	HTTPClient *http.Client
	// Account carries the limits of the key; nil is one of the adapter's own.
	Account *waybill.Account
	// Credentials, when given, is asked for each call and overrides the key
	// given to New, ClientID and SigningSecret.
	Credentials func(ctx context.Context) (Credentials, error)
	// ClientID and SigningSecret (URL-safe base64) sign requests in place of a
	// key, for contracts of the older premium plan.
	ClientID, SigningSecret string
	// Channel is the name under which such a contract reports usage.
	Channel string
	// UserAgent goes before that of Google's library.
	UserAgent string
	// MaxReply bounds a reply in bytes; 0 is 8 MiB.
	MaxReply int64
	// Datums says which datum Google speaks where.
	Datums geo.DatumTable
	// Mainland lets a client ask this adapter in mainland China too.
	Mainland bool
	// LegacyPlaces asks the legacy Places API in place of the Places API (New),
	// for projects that enabled it before it was frozen in March 2025, and for
	// client ids. A session cannot mix the two.
	LegacyPlaces bool
	// BiasRegion (ISO 3166-1 alpha-2) and Bounds say which results are
	// preferred when a request names no region.
	BiasRegion string
	Bounds     *Bounds
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "googlegeo.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("googlegeo.Options") }

// Adapter asks Google's geocoder and the Places API. It is safe for concurrent
// use.
type Adapter struct {
	account  *waybill.Account
	maps     *google.Maps
	wire     *wire.Client
	keys     *google.Keyring
	places   string // base URL of the Places API (New)
	legacy   bool
	datums   geo.DatumTable
	mainland bool
	bias     string // ccTLD
	bounds   *Bounds
}

// New returns an adapter for the API key, which may be empty when the options
// bring other credentials. It fails with InvalidArgument for missing or
// malformed credentials, base URL, region or bounds.
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
	keys, bad := google.NewKeyring(Credentials{Key: key, ClientID: o.ClientID, SigningSecret: o.SigningSecret}, o.Credentials, false)
	if bad != nil {
		return nil, bad
	}
	base, err := wire.BaseURL(name, o.BaseURL, google.MapsBaseURL)
	if err != nil {
		return nil, waybill.AsError(err)
	}
	if o.BiasRegion != "" && !waybill.ValidRegion(o.BiasRegion) {
		return nil, waybill.Invalid("new", "BiasRegion is not two capital letters")
	}
	if b := o.Bounds; b != nil && (b.SouthWest.Validate() != nil || b.NorthEast.Validate() != nil || b.SouthWest.Lat > b.NorthEast.Lat) {
		return nil, waybill.Invalid("new", "Bounds is no box")
	}
	w, err := wire.New(wire.Config{Provider: name, HTTPClient: o.HTTPClient, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Secrets: keys.Secrets})
	if err != nil {
		return nil, waybill.AsError(err)
	}
	m, bad := google.NewMaps(google.MapsConfig{Wire: w, Keys: keys, Base: base, Channel: o.Channel, UserAgent: o.UserAgent})
	if bad != nil {
		return nil, bad
	}
	places, err := wire.BaseURL(name, o.BaseURL, placesBaseURL)
	if err != nil {
		return nil, waybill.AsError(err)
	}
	a := &Adapter{account: o.Account, maps: m, wire: w, keys: keys, places: places, legacy: o.LegacyPlaces, datums: o.Datums, mainland: o.Mainland, bias: ccTLD(o.BiasRegion), bounds: o.Bounds}
	if a.account == nil {
		a.account = waybill.NewAccount(name, waybill.Limits{})
	}
	return a, nil
}

// Name returns "googlegeo".
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

// ccTLD turns a region into the top-level domain that Google's parameter
// "region" wants: they differ for the United Kingdom alone.
func ccTLD(region string) string {
	switch region {
	case "":
		return ""
	case "GB":
		return "uk"
	}
	return string([]byte{region[0] | 0x20, region[1] | 0x20})
}

var (
	_ geo.Geocoder        = (*Adapter)(nil)
	_ geo.ReverseGeocoder = (*Adapter)(nil)
	_ geo.Suggester       = (*Adapter)(nil)
	_ geo.Searcher        = (*Adapter)(nil)
	_ geo.PlaceGetter     = (*Adapter)(nil)
	_ geo.Issuing         = (*Adapter)(nil)
	_ geo.Localizer       = (*Adapter)(nil)
	_ waybill.Accounted   = (*Adapter)(nil)
)
