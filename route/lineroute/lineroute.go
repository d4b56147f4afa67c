// Package lineroute estimates a route without any network: the great circle
// between the points, times a detour factor, at a fixed speed. It stands last in
// a client's list, so that a driver still gets a number when every map service
// is down.
//
// # What it promises
//
// Every path is marked Estimated. A request for a price is Unsupported, since a
// price must not rest on an estimate. Stops stay in the order of the request. Nothing is known of roads: what is to be
// avoided, the departure time, alternatives and the vehicle's dimensions change
// nothing, and steps are not given. Where that matters the path's Warnings say
// so. With Polyline the path is the straight line from point to point.
//
// An estimate for mode truck is an estimate of a truck's way: a truck's speed on
// a distance that is the same for all motor vehicles. It is not a car's route
// given for a truck, so it is not marked Substituted, and it does not know
// whether the truck fits under the bridges.
//
// # Detour factors and speeds
//
// The factor is how much longer the roads are than the line. It depends on the
// region: a dense grid has less detour than islands and mountains. The defaults
// are round numbers of the size that studies of road networks report, between
// 1.2 and 1.7; both tables can be overridden in [Options] with numbers of one's
// own fleet. A leg between two regions takes the larger of their factors.
//
// # Concurrency
//
// An [Adapter] is immutable after New and safe for concurrent use. No call
// blocks.
package lineroute

import (
	"context"
	"maps"
	"math"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// Name is the adapter's name in errors and results.
const Name = "lineroute"

// Elsewhere is the key in Options.Detour for every region that has no factor of
// its own, and for the sea.
const Elsewhere = ""

// The bounds of what Options may say.
const (
	maxDetour = 10.0   // times the line
	maxSpeed  = 1000.0 // km/h
)

// Options are the settings of an [Adapter]. The zero value is the default.
type Options struct {
	// Detour overrides factors by region (ISO 3166-1 alpha-2), from 1 to 10;
	// the key [Elsewhere] is the factor of all regions that are not listed.
	// Regions that are not in the map keep their defaults.
	Detour map[string]float64
	// SpeedKmH overrides speeds by mode, in km/h, above 0 and at most 1000.
	// Modes that are not in the map keep their defaults.
	SpeedKmH map[route.Mode]float64
	// Account is shared by adapters that share limits. Nil means one of its own
	// without limits.
	Account *waybill.Account
}

// Adapter estimates routes. It is safe for concurrent use.
type Adapter struct {
	detour  map[string]float64
	speed   [route.Walk + 1]float64 // metres a second
	account *waybill.Account
}

var (
	_ route.Router      = (*Adapter)(nil)
	_ route.Matrixer    = (*Adapter)(nil)
	_ waybill.Provider  = (*Adapter)(nil)
	_ waybill.Accounted = (*Adapter)(nil)
)

// DefaultDetour returns the detour factors that are used without Options, by
// region. The caller may change the map.
func DefaultDetour() map[string]float64 {
	return map[string]float64{
		Elsewhere: 1.35,
		"CN":      1.35,
		"HK":      1.6, // islands, few crossings
		"MO":      1.6,
		"TW":      1.45, // mountains
		"SG":      1.35,
		"TH":      1.4,
		"IN":      1.4,
		"BR":      1.4,
		"US":      1.3,
		"DE":      1.3,
	}
}

// DefaultSpeedKmH returns the speeds that are used without Options, in km/h by
// mode: door to door, in and between cities. The caller may change the map.
func DefaultSpeedKmH() map[route.Mode]float64 {
	return map[route.Mode]float64{
		route.Car: 45, route.Truck: 38, route.Motorcycle: 35, route.Bicycle: 14, route.Walk: 4.8,
	}
}

// New returns an adapter; nil options mean the defaults. A factor, speed, region
// or mode that makes no sense is a *[waybill.Error] with code InvalidArgument.
func New(o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	a := &Adapter{detour: DefaultDetour(), account: o.Account}
	for region, f := range o.Detour {
		if region != Elsewhere && !waybill.ValidRegion(region) {
			return nil, invalid("a region of Detour is not two capital letters")
		}
		if !(f >= 1 && f <= maxDetour) {
			return nil, invalid("a factor of Detour is not between 1 and 10")
		}
	}
	maps.Copy(a.detour, o.Detour)
	speeds := DefaultSpeedKmH()
	for mode, v := range o.SpeedKmH {
		if mode > route.Walk {
			return nil, invalid("a mode of SpeedKmH is unknown")
		}
		if !(v > 0 && v <= maxSpeed) {
			return nil, invalid("a speed of SpeedKmH is not above 0 and at most 1000")
		}
	}
	maps.Copy(speeds, o.SpeedKmH)
	for mode, v := range speeds {
		a.speed[mode] = v / 3.6
	}
	if a.account == nil {
		a.account = waybill.NewAccount(Name, waybill.Limits{})
	}
	return a, nil
}

func invalid(message string) error {
	return waybill.Invalid("new", message).With(Name, "", "")
}

// Name returns "lineroute".
func (a *Adapter) Name() string { return Name }

// Account returns the account, never nil.
func (a *Adapter) Account() *waybill.Account { return a.account }

// Route estimates the way along r's points: one path in metres and seconds, a
// leg per pair of points, all marked Estimated. The polyline, if asked for, is
// the points themselves in WGS-84. A pricing request is Unsupported. See
// [route.Router] for the contract.
func (a *Adapter) Route(ctx context.Context, r route.Request) (route.Result, error) {
	if err := r.Validate(); err != nil {
		e := *waybill.AsError(err)
		e.Provider = Name
		return route.Result{}, &e
	}
	if e := waybill.FromContext(ctx); e != nil {
		e.Delivery = waybill.NotSent
		return route.Result{}, e.With(Name, string(route.Route), r.Key)
	}
	if r.Pricing {
		return route.Result{}, &waybill.Error{
			Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
			Provider: Name, Op: string(route.Route), Ref: r.Key, Message: "a price must not rest on an estimate",
		}
	}
	if r.NeedsOrder() {
		return route.Result{}, waybill.NotSupported(string(route.Route), "stops are not put in order").With(Name, "", r.Key)
	}
	path := route.Path{Estimated: true, Legs: make([]route.Leg, len(r.Points)-1), Warnings: warnings(&r)}
	speed := a.speed[r.Mode]
	from := a.factor(r.Points[0], r.Region)
	for i := range path.Legs {
		to := a.factor(r.Points[i+1], r.Region)
		leg := &path.Legs[i]
		leg.Distance = math.Round(geo.Distance(r.Points[i], r.Points[i+1]) * max(from, to))
		leg.Duration = time.Duration(math.Round(leg.Distance/speed)) * time.Second
		path.Distance += leg.Distance
		path.Duration += leg.Duration
		from = to
	}
	if r.Polyline {
		path.Polyline = make([]geo.Point, len(r.Points))
		for i, p := range r.Points {
			path.Polyline[i] = p.To(geo.WGS84)
		}
	}
	return route.Result{Served: waybill.Served{Provider: Name}, Paths: []route.Path{path}}, nil
}

// factor is the detour factor at p; a region given with the request wins.
func (a *Adapter) factor(p geo.Point, region string) float64 {
	if region == "" {
		region, _ = geo.RegionOf(p)
	}
	if f, ok := a.detour[region]; ok {
		return f
	}
	return a.detour[Elsewhere]
}

// warnings tells what of the request an estimate cannot respect.
func warnings(r *route.Request) []string {
	var w []string
	if r.Avoid != (route.Avoid{}) {
		w = append(w, "estimate: what is to be avoided was not considered")
	}
	if r.Mode == route.Truck {
		w = append(w, "estimate: the truck's dimensions and restrictions were not considered")
	}
	if !r.Departure.IsZero() {
		w = append(w, "estimate: the traffic at departure was not considered")
	}
	return w
}
