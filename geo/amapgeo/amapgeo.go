// Package amapgeo finds addresses and places with Amap (高德地图) in mainland
// China, Hong Kong and Macau.
//
// # Services
//
// Geocoding is /v3/geocode/geo and reverse geocoding /v3/geocode/regeo, as
// documented at https://lbs.amap.com/api/webservice/guide/api/georegeo;
// suggestions are /v3/assistant/inputtips, as at
// https://lbs.amap.com/api/webservice/guide/api-advanced/inputtips; search and
// places by id are /v5/place/text, around and detail, as at
// https://lbs.amap.com/api/webservice/guide/api-advanced/newpoisearch; districts
// are /v3/config/district, as at
// https://lbs.amap.com/api/webservice/guide/api/district. The key must be one for
// web services (Web服务), not for JavaScript or mobile.
//
// # Suggestions and places
//
// Amap has no sessions. A suggestion has an id and mostly a point, so that a
// client's Resolve costs nothing; a mere word and a bus line have neither. All
// pages of a search together have at most 200 places.
//
// # Regions and datums
//
// Amap serves the mainland, Hong Kong and Macau; requests elsewhere are
// Unsupported before the network. It speaks GCJ-02 there, so that every point of
// a result is tagged GCJ-02. The table in Options.Datums can say otherwise. An
// address's Region comes from its division code: HK, MO and TW are never CN.
//
// Amap knows no "nothing like that here": a foreign name matches villages and
// shops that are called the same (东京 gives a village in Guangxi). Precision and
// Region tell; what lies outside the asked region is left out.
//
// # Language
//
// Everything is in Chinese, simplified, in Hong Kong and Macau too. A request
// for another language is served in Chinese and the address says so. Amap sells
// English names of places apart; this package does not ask for them.
//
// # Errors
//
// Amap answers errors with HTTP 200 and a code, which becomes the VendorCode. No
// match is NotFound, for Amap's 30001 too. A limit per second (10021 is the
// usual one) waits a second and idles this service of the account; a day quota
// waits until midnight in Beijing.
//
// # Concurrency
//
// An adapter is safe for concurrent use and shares nothing but its Account.
package amapgeo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/amap"
)

const name = "amapgeo"

// Options are the settings that have defaults. nil means all defaults. They are
// read once, by New.
type Options struct {
	// BaseURL is where the services live, without the path's /v3. Default
	// https://restapi.amap.com.
	BaseURL string
	// HTTPClient supplies the transport and a time-out for each exchange.
	// Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the key. Give the same one to
	// amaproute, since Amap counts a day's calls per account. Default: a private
	// one without limits; a personal key allows some 3 calls a second of each
	// service, and calls beyond that count against the day's quota.
	Account *waybill.Account
	// PrivateKey signs every request; it is needed when the digital signature
	// (数字签名) is switched on for the key.
	PrivateKey string
	// Credentials, when set, is asked before every call for the key and the
	// private key (empty: no signature) and overrides the fixed ones. It must be
	// safe for concurrent use.
	Credentials func(ctx context.Context) (key, privateKey string, err error)
	// UserAgent is sent with every request.
	UserAgent string
	// MaxReply bounds a reply in bytes. Default 8 MiB.
	MaxReply int64
	// Datums says which datum Amap speaks where. The zero value is
	// [geo.DefaultDatums].
	Datums geo.DatumTable
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "amapgeo.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("amapgeo.Options") }

// Adapter asks Amap's web services. It is safe for concurrent use.
type Adapter struct {
	client *amap.Client
	datums geo.DatumTable
}

// New returns an adapter for a key. An empty key without Options.Credentials,
// and a BaseURL that is not an absolute http or https URL or that carries a
// user or a query, are InvalidArgument. New does not use the network.
func New(key string, o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	client, err := amap.New(amap.Config{
		Provider: name, Key: key, PrivateKey: o.PrivateKey, Credentials: o.Credentials, BaseURL: o.BaseURL,
		HTTPClient: o.HTTPClient, Account: o.Account, UserAgent: o.UserAgent, MaxReply: o.MaxReply,
	})
	if err != nil {
		return nil, err
	}
	return &Adapter{client: client, datums: o.Datums}, nil
}

// Name returns "amapgeo".
func (a *Adapter) Name() string { return name }

// Account returns the account given in the options, or the adapter's own.
func (a *Adapter) Account() *waybill.Account { return a.client.Account() }

// String returns the name, so that a printed adapter shows no key.
func (a *Adapter) String() string { return name }

// GoString returns the name, so that a printed adapter shows no key.
func (a *Adapter) GoString() string { return name }

var (
	_ geo.Geocoder        = (*Adapter)(nil)
	_ geo.ReverseGeocoder = (*Adapter)(nil)
	_ geo.Suggester       = (*Adapter)(nil)
	_ geo.Searcher        = (*Adapter)(nil)
	_ geo.PlaceGetter     = (*Adapter)(nil)
	_ geo.Issuing         = (*Adapter)(nil)
	_ geo.DistrictFinder  = (*Adapter)(nil)
	_ waybill.Accounted   = (*Adapter)(nil)
)
