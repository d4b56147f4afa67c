// Package osrmroute plans ways with OSRM, the Open Source Routing Machine, on a
// server of one's own, by its HTTP API (services route, table and trip, version
// v1), documented at
// https://github.com/Project-OSRM/osrm-backend/blob/master/docs/http.md.
//
// # Servers and profiles
//
// Options.BaseURL has no default: the public demonstration servers promise
// nothing and allow one request a second. Who uses one all the same says who he
// is in Options.UserAgent, and shows "© OpenStreetMap contributors" ([Attribution])
// beside results, which the data's licence (ODbL) demands anyway.
//
// An OSRM server has the data of one profile and answers every profile's name in
// a URL with it: a server of cars tells a walker a car's way without an error. So
// each mode must be named in Options.Profiles with its server; BaseURL alone is a
// server for cars. A walk or a bicycle's ride that comes back at a car's pace is
// refused as a server set up wrongly (PermissionDenied). A truck gets a way only
// from a truck's profile, whose dimensions are the server's and not the request's.
//
// # Points off the road
//
// OSRM moves every point to the nearest road, however far that is, and answers
// Ok: for one 41 km out at sea, and for a latitude that was taken for a
// longitude. What is moved farther than Options.MaxSnap is NotFound here, in a
// table its row or column.
//
// # What it cannot do
//
// It knows no traffic: a departure is left out and Path.Traffic never set. It
// knows no tolls to pay. Toll roads, motorways and ferries can be excluded where
// the server's profile has these classes; where not, the request is Unsupported.
// Steps have English texts made by this package, since OSRM gives none.
//
// # Errors
//
// The vendor's code, such as NoRoute, is the error's VendorCode. NoRoute,
// NoSegment and their like are NotFound, limits Unsupported, a wrong path
// PermissionDenied.
//
// # Datum and concurrency
//
// WGS-84 everywhere. An [Adapter] is safe for concurrent use; all calls are reads.
package osrmroute

import (
	"maps"
	"net/http"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/wire"
)

// Name is the adapter's name in errors and results.
const Name = "osrmroute"

// Attribution is what the licence of OpenStreetMap's data wants to be shown
// beside results.
const Attribution = "© OpenStreetMap contributors"

// DefaultMaxSnap is how far, in metres, a point may lie from the road that it is
// moved to.
const DefaultMaxSnap = 1000

// Profile is where the ways of one mode are served.
type Profile struct {
	// BaseURL is the server of this profile; empty means Options.BaseURL.
	BaseURL string
	// Name stands in the URL, such as "driving"; empty means driving, bike or
	// foot by the mode. Most servers do not look at it.
	Name string
}

// Options are the settings of an [Adapter]. BaseURL or Profiles is required.
type Options struct {
	// BaseURL is where the server is, without the path's /route, such as
	// "http://osrm.internal:5000" or, of servers with several profiles,
	// "https://osrm.example.com/routed-car". It serves cars.
	BaseURL string
	// Profiles names the servers of other modes, and of cars where it is not
	// BaseURL. Modes that are not in it are Unsupported.
	Profiles map[route.Mode]Profile
	// MaxSnap is how far a point may lie from a road, in metres; 0 means
	// [DefaultMaxSnap], negative any distance.
	MaxSnap float64
	// Limits are those of the server's tables; zero fields mean what
	// osrm-routed allows by default and a URL can hold: 10,000 pairs and 300
	// points.
	Limits route.MatrixLimits
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

// Adapter asks OSRM servers. It is safe for concurrent use.
type Adapter struct {
	wire     *wire.Client
	account  *waybill.Account
	profiles map[route.Mode]Profile
	maxSnap  float64
	limits   route.MatrixLimits
}

var (
	_ route.Router        = (*Adapter)(nil)
	_ route.Matrixer      = (*Adapter)(nil)
	_ route.MatrixLimiter = (*Adapter)(nil)
	_ waybill.Accounted   = (*Adapter)(nil)
)

// New returns an adapter. Options without BaseURL and Profiles, a URL that is not
// an absolute http or https URL, and a profile's name with a slash are a
// *[waybill.Error] with code InvalidArgument. New does not use the network.
func New(o *Options) (*Adapter, error) {
	if o == nil {
		o = new(Options)
	}
	a := &Adapter{account: o.Account, maxSnap: o.MaxSnap, limits: o.Limits, profiles: maps.Clone(o.Profiles)}
	if a.profiles == nil {
		a.profiles = map[route.Mode]Profile{}
	}
	if _, ok := a.profiles[route.Car]; !ok && o.BaseURL != "" {
		a.profiles[route.Car] = Profile{}
	}
	if len(a.profiles) == 0 {
		return nil, invalid("neither BaseURL nor Profiles is given")
	}
	for mode, p := range a.profiles {
		if mode > route.Walk {
			return nil, invalid("a mode of Profiles is unknown")
		}
		if p.BaseURL == "" {
			p.BaseURL = o.BaseURL
		}
		if p.BaseURL == "" {
			return nil, invalid("a profile has no BaseURL")
		}
		var err error
		if p.BaseURL, err = wire.BaseURL(Name, p.BaseURL, ""); err != nil {
			return nil, err
		}
		if p.Name == "" {
			p.Name = profileNames[mode]
		}
		if !plainName(p.Name) {
			return nil, invalid("a profile's name has other characters than letters, digits and hyphens")
		}
		a.profiles[mode] = p
	}
	if a.maxSnap == 0 {
		a.maxSnap = DefaultMaxSnap
	}
	if a.limits.Elements == 0 {
		a.limits.Elements = maxElements
	}
	if a.limits.Points == 0 {
		a.limits.Points = maxPoints
	}
	if a.account == nil {
		a.account = waybill.NewAccount(Name, waybill.Limits{})
	}
	var err error
	a.wire, err = wire.New(wire.Config{Provider: Name, HTTPClient: o.HTTPClient, UserAgent: o.UserAgent, MaxReply: o.MaxReply,
		Codes: func(code string) bool { _, known := codes[code]; return known }})
	if err != nil {
		return nil, err
	}
	return a, nil
}

var profileNames = [...]string{route.Car: "driving", route.Truck: "driving", route.Motorcycle: "driving", route.Bicycle: "bike", route.Walk: "foot"}

func plainName(s string) bool {
	for _, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

func invalid(message string) error { return waybill.Invalid("new", message).With(Name, "", "") }

// Name returns "osrmroute".
func (a *Adapter) Name() string { return Name }

// Account returns the account, never nil.
func (a *Adapter) Account() *waybill.Account { return a.account }

// String returns the name.
func (a *Adapter) String() string { return Name }

// GoString returns the name, so that a printed adapter shows no user of a URL.
func (a *Adapter) GoString() string { return Name }

// choose returns the profile for a mode; car says that a car's stands in for a
// truck's.
func (a *Adapter) choose(mode route.Mode, carForTruck bool) (p Profile, car bool, why string) {
	p, ok := a.profiles[mode]
	if !ok && mode == route.Truck && carForTruck {
		p, ok = a.profiles[route.Car]
		car = ok
	}
	if !ok {
		return p, false, "there is no server for mode " + mode.String()
	}
	return p, car, ""
}

// far reports whether a point was moved farther than allowed.
func (a *Adapter) far(metres float64) bool { return a.maxSnap >= 0 && !(metres <= a.maxSnap) }

// wrongPace reports whether nobody walks or cycles so fast: the server has the
// data of another profile.
func wrongPace(mode route.Mode, metres, seconds float64) bool {
	most := 0.0 // metres a second
	switch mode {
	case route.Walk:
		most = 4
	case route.Bicycle:
		most = 13
	default:
		return false
	}
	return metres > 1000 && metres > most*seconds
}

// wgs84 converts a point to what OSRM speaks everywhere.
func wgs84(p geo.Point) geo.Point { return p.To(geo.WGS84) }
