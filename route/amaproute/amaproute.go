// Package amaproute plans ways with Amap (高德地图) in mainland China, Hong Kong
// and Macau.
//
// # Services
//
// Cars use /v5/direction/driving, walkers and cyclists /v5/direction/walking and
// /v5/direction/bicycling, all documented at
// https://lbs.amap.com/api/webservice/guide/api/newroute, and trucks
// /v4/direction/truck, documented at
// https://lbs.amap.com/api/logistic-service/guide/wagon_path/truck-route-plan-basis.
// The key must be one for web services (Web服务). The truck service is sold
// apart; see [Adapter.Route]. Tables come from /v3/distance; see
// [Adapter.Matrix].
//
// # Regions and datums
//
// Requests with a point outside the mainland, Hong Kong and Macau are
// Unsupported before the network. Amap speaks GCJ-02 there; polylines are tagged
// so. Steps are in Chinese, whatever language is asked for.
//
// # Errors
//
// Amap answers errors with HTTP 200 and a code, which becomes the VendorCode. No
// way is NotFound. A limit per second (10021 is the usual one) waits a second; a
// day quota waits until midnight in Beijing.
//
// # Concurrency
//
// An adapter is safe for concurrent use and shares nothing but its Account.
package amaproute

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/amap"
	"github.com/waybill-go/waybill/route"
)

const name = "amaproute"

// Options are the settings that have defaults. nil means all defaults. They are
// read once, by New.
type Options struct {
	// BaseURL is where the services live, without the path's /v5. Default
	// https://restapi.amap.com.
	BaseURL string
	// HTTPClient supplies the transport and a time-out for each exchange.
	// Default: connections of the adapter's own.
	HTTPClient *http.Client
	// Account carries the limits and idle times of the key. Give the same one to
	// amapgeo. Default: a private one without limits; a personal key allows some
	// 3 calls a second of each service, and calls beyond that count against the
	// day's quota.
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
	// NoTruck is set for a key without the truck service, so that trucks are
	// Unsupported without asking first.
	NoTruck bool
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "amaproute.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("amaproute.Options") }

// Adapter implements [route.Router] and [route.Matrixer] on Amap's web services. It is safe for
// concurrent use.
type Adapter struct {
	client  *amap.Client
	datums  geo.DatumTable
	noTruck bool
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
	return &Adapter{client: client, datums: o.Datums, noTruck: o.NoTruck}, nil
}

// Name returns "amaproute".
func (a *Adapter) Name() string { return name }

// Account returns the account given in the options, or the adapter's own.
func (a *Adapter) Account() *waybill.Account { return a.client.Account() }

// String returns the name, so that a printed adapter shows no key.
func (a *Adapter) String() string { return name }

// GoString returns the name, so that a printed adapter shows no key.
func (a *Adapter) GoString() string { return name }

var (
	_ route.Router        = (*Adapter)(nil)
	_ route.Matrixer      = (*Adapter)(nil)
	_ route.MatrixLimiter = (*Adapter)(nil)
	_ waybill.Accounted   = (*Adapter)(nil)
)
