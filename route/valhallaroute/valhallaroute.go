// Package valhallaroute plans ways with Valhalla over OpenStreetMap's data, on a
// server of one's own, by its HTTP API (/route, /optimized_route and
// /sources_to_targets), documented at https://valhalla.github.io/valhalla/api/.
// It knows trucks by their dimensions everywhere in the world.
//
// # Servers
//
// Options.BaseURL is required: the public server is for development, with one
// request a second for each user. The licence of the data (ODbL) demands
// "© OpenStreetMap contributors" ([Attribution]) beside results.
//
// # Modes
//
// Car is auto, Truck truck, Motorcycle motorcycle, Bicycle bicycle, Walk
// pedestrian. A truck is planned by its height, width, length, total weight, axle
// load, axles and hazardous goods; what the request leaves out is Valhalla's
// default, a long heavy lorry. What is beyond its bounds (10 m high or wide, 50 m
// long, 100 t, 40 t an axle, 2 to 20 axles) is Unsupported. The plate is not known.
//
// # Avoiding
//
// To avoid is a wish to Valhalla (use_tolls, use_highways and use_ferry of 0): a
// way that could not do without says so in its Warnings. Options.Exclude makes it
// a ban, on servers that know exclude_tolls and its like.
//
// # Points off the road
//
// Valhalla moves points up to 35 km to a road and tells it by the way's geometry
// alone. What is moved farther than Options.MaxSnap is NotFound here.
//
// # What it cannot do
//
// Open data have no traffic: a departure is left out and Path.Traffic never set.
// Tolls to pay are not known.
//
// # Tables
//
// One point far from every road makes Valhalla refuse the whole table. The
// adapter then looks for such points among the origins and the destinations, by
// halves, and asks once more for the others, so that only those points' pairs are
// NotFound. Where points are not connected it asks for the table's halves. Each
// such request counts.
//
// # Errors
//
// Valhalla's error_code, such as 171, is the error's VendorCode.
//
// # Datum and concurrency
//
// WGS-84 everywhere. An [Adapter] is safe for concurrent use; all calls are reads.
package valhallaroute

import (
	"net/http"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/wire"
)

// Name is the adapter's name in errors and results.
const Name = "valhallaroute"

// Attribution is what the licence of OpenStreetMap's data wants to be shown
// beside results.
const Attribution = "© OpenStreetMap contributors"

// DefaultMaxSnap is how far, in metres, a point may lie from the road that it is
// moved to.
const DefaultMaxSnap = 1000

// The limits of a server with the default configuration.
const (
	maxPointsMotor = 20 // auto and truck
	maxPointsOther = 50
	maxPairs       = 2500
)

// Options are the settings of an [Adapter]. BaseURL is required.
type Options struct {
	// BaseURL is where the server is, without the path's /route, such as
	// "http://valhalla.internal:8002".
	BaseURL string
	// MaxSnap is how far a point may lie from a road, in metres; 0 means
	// [DefaultMaxSnap], negative any distance.
	MaxSnap float64
	// MaxPoints is how many points the server takes on one way. 0 means its
	// defaults: 20 for cars and trucks, 50 for the others.
	MaxPoints int
	// Limits are those of the server's tables; 0 pairs mean its default, 2,500.
	Limits route.MatrixLimits
	// Exclude makes what is to be avoided a ban, by exclude_tolls,
	// exclude_highways and exclude_ferries. Older servers ignore these.
	Exclude bool
	// HTTPClient supplies the transport and a time-out for each exchange; nil
	// means one of its own.
	HTTPClient *http.Client
	// Account carries the limits of the server; nil is one of the adapter's own
	// without limits.
	Account *waybill.Account
	// UserAgent is sent with requests; empty means "waybill".
	UserAgent string
	// MaxReply bounds a reply in bytes; 0 means 8 MiB.
	MaxReply int64
}

// Adapter asks a Valhalla server. It is safe for concurrent use.
type Adapter struct {
	wire      *wire.Client
	base      string
	account   *waybill.Account
	maxSnap   float64
	maxPoints int
	limits    route.MatrixLimits
	exclude   bool
}

var (
	_ route.Router        = (*Adapter)(nil)
	_ route.Matrixer      = (*Adapter)(nil)
	_ route.MatrixLimiter = (*Adapter)(nil)
	_ waybill.Accounted   = (*Adapter)(nil)
)

// New returns an adapter. Missing options, and a BaseURL that is not an absolute
// http or https URL, are a *[waybill.Error] with code InvalidArgument. New does
// not use the network.
func New(o *Options) (*Adapter, error) {
	if o == nil || o.BaseURL == "" {
		return nil, waybill.Invalid("new", "BaseURL is missing").With(Name, "", "")
	}
	base, err := wire.BaseURL(Name, o.BaseURL, "")
	if err != nil {
		return nil, err
	}
	if o.MaxPoints < 0 || o.MaxPoints == 1 {
		return nil, waybill.Invalid("new", "MaxPoints is not at least 2").With(Name, "", "")
	}
	a := &Adapter{base: base, account: o.Account, maxSnap: o.MaxSnap, maxPoints: o.MaxPoints, limits: o.Limits, exclude: o.Exclude}
	if a.maxSnap == 0 {
		a.maxSnap = DefaultMaxSnap
	}
	if a.limits.Elements == 0 {
		a.limits.Elements = maxPairs
	}
	if a.account == nil {
		a.account = waybill.NewAccount(Name, waybill.Limits{})
	}
	a.wire, err = wire.New(wire.Config{Provider: Name, HTTPClient: o.HTTPClient, UserAgent: o.UserAgent, MaxReply: o.MaxReply, Codes: documented})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Name returns "valhallaroute".
func (a *Adapter) Name() string { return Name }

// Account returns the account, never nil.
func (a *Adapter) Account() *waybill.Account { return a.account }

// String returns the name.
func (a *Adapter) String() string { return Name }

// GoString returns the name.
func (a *Adapter) GoString() string { return Name }

// most returns how many points a way may have.
func (a *Adapter) most(mode route.Mode) int {
	switch {
	case a.maxPoints > 0:
		return a.maxPoints
	case mode == route.Car || mode == route.Truck:
		return maxPointsMotor
	}
	return maxPointsOther
}

// far reports whether a point was moved farther than allowed.
func (a *Adapter) far(metres float64) bool { return a.maxSnap >= 0 && !(metres <= a.maxSnap) }
