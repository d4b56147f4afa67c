package route

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// Mode is how one travels.
type Mode uint8

// The modes. The zero value is Car.
const (
	Car        Mode = 0
	Truck      Mode = 1
	Motorcycle Mode = 2
	Bicycle    Mode = 3
	Walk       Mode = 4
)

var modeNames = [...]string{"car", "truck", "motorcycle", "bicycle", "walk"}

// String returns the mode's frozen name.
func (m Mode) String() string {
	if int(m) < len(modeNames) {
		return modeNames[m]
	}
	return "unknown"
}

// Vehicle describes a truck. Zero means not given; what the vendor then assumes
// is its own affair, except that a truck never gets a car's route.
type Vehicle struct {
	// Length, Width and Height are in metres, Weight is the total weight and
	// AxleLoad the load of one axle in metric tons, Axles their number.
	Length, Width, Height float64
	Weight, AxleLoad      float64
	Axles                 int
	// Hazmat is set for hazardous goods. A vendor that knows no rules for them
	// says so in Path.Warnings.
	Hazmat bool
	// Plate is the licence plate, for driving restrictions in the mainland. It
	// is personal data.
	Plate string
}

// Avoid says what to avoid where possible.
type Avoid struct {
	// Tolls are toll roads, Motorways roads for motor vehicles alone.
	Tolls, Motorways, Ferries bool
}

// The verbs of this domain.
const (
	// Route is the way along given points.
	Route waybill.Verb = "route"
)

// NeedsOrder reports whether the request asks for an order of stops that can
// matter: with fewer than two there is only one.
func (r *Request) NeedsOrder() bool { return r.OptimizeStops && len(r.Points) > 3 }

// StopOrder returns the order in which a vendor visits the stops as
// Path.StopOrder has it, from the stops' own indices counted from 0, and false
// when these are no permutation.
func (r *Request) StopOrder(visited []int) ([]int, bool) {
	n := len(r.Points) - 2
	if len(visited) != n {
		return nil, false
	}
	seen := make([]bool, n)
	out := make([]int, n)
	for i, stop := range visited {
		if stop < 0 || stop >= n || seen[stop] {
			return nil, false
		}
		seen[stop] = true
		out[i] = stop + 1
	}
	return out, true
}

// Request asks for the way along Points in order.
type Request struct {
	// Points are the origin, stops in order, and the destination: 2 to 100, in
	// any datum each.
	Points []geo.Point
	Mode   Mode
	// Vehicle is for Mode Truck.
	Vehicle Vehicle
	// AllowCarForTruck accepts a car's route where a vendor has none for
	// trucks; such a route is marked Substituted.
	AllowCarForTruck bool
	Avoid            Avoid
	// Departure is when the trip begins, for the traffic; zero means no
	// traffic is asked for.
	Departure time.Time
	// Pricing asks for what a price may rest on: independent of the traffic,
	// sticky by Key, and never Estimated or stale.
	Pricing bool
	// Alternatives is how many other routes are wanted, 0 to 3.
	Alternatives int
	// OptimizeStops lets the vendor put the stops between the first point and
	// the last in the order that makes the trip short; Path.StopOrder tells
	// which. It has no alternatives.
	OptimizeStops bool
	// Steps asks for the turns with their texts, Polyline for the geometry.
	Steps, Polyline bool
	// Language is the BCP 47 tag of the steps' texts, best effort.
	Language string
	// Datum is the one wanted for all points of the result.
	Datum geo.Datum
	// Region overrides the regions that the points lie in, for a client that
	// knows better.
	Region string
	// Tenant, Lane and Key choose among providers; see [waybill.Use]. Key is
	// the stickiness key (the order's id) and the error's Ref.
	Tenant, Lane, Key string
}

// MaxPoints is the most points of one request; a vendor's own limit may be
// lower and is Unsupported there.
const MaxPoints = 100

// Validate checks the request before any network traffic.
func (r *Request) Validate() error {
	if msg := r.check(); msg != "" {
		return waybill.Invalid(string(Route), msg).With("route", "", r.Key)
	}
	return nil
}

func (r *Request) check() string {
	if len(r.Points) < 2 {
		return "fewer than two points"
	}
	if len(r.Points) > MaxPoints {
		return "more than 100 points"
	}
	if msg := checkPoints(r.Points); msg != "" {
		return msg
	}
	if r.OptimizeStops && r.Alternatives > 0 {
		return "an optimized order has no alternatives"
	}
	return r.checkTravel()
}

func checkPoints(points []geo.Point) string {
	for i := range points {
		if points[i].Validate() != nil {
			return "a point is not a place on the Earth"
		}
		if points[i].IsZero() {
			return "a point is missing"
		}
	}
	return ""
}

// checkTravel checks everything but the points.
func (r *Request) checkTravel() string {
	v := r.Vehicle
	switch {
	case r.Mode > Walk:
		return "mode is unknown"
	case r.Alternatives < 0 || r.Alternatives > 3:
		return "alternatives is not between 0 and 3"
	case r.Region != "" && !waybill.ValidRegion(r.Region):
		return "region is not two capital letters"
	case !validLanguage(r.Language):
		return "language is not a BCP 47 tag"
	case len(v.Plate) > 32 || !utf8.ValidString(v.Plate) || strings.ContainsFunc(v.Plate, unicode.IsControl):
		return "the vehicle's plate is not one"
	case r.Datum > geo.BD09:
		return "datum is unknown"
	case !inRange(v.Length, 100) || !inRange(v.Width, 20) || !inRange(v.Height, 20):
		return "a dimension of the vehicle is impossible"
	case !inRange(v.Weight, 1000) || !inRange(v.AxleLoad, 100) || v.Axles < 0 || v.Axles > 50:
		return "a weight or axle count of the vehicle is impossible"
	case r.Mode != Truck && (v != Vehicle{Plate: v.Plate}):
		return "vehicle dimensions are for mode truck"
	case r.Pricing && !r.Departure.IsZero():
		return "a pricing request is independent of the traffic and has no departure"
	}
	return ""
}

// validLanguage checks the form of a BCP 47 tag: subtags of letters and digits
// joined by hyphens, of which the first has letters only.
func validLanguage(s string) bool {
	if s == "" {
		return true
	}
	for i, sub := range strings.Split(s, "-") {
		if len(sub) < 1 || len(sub) > 8 || i == 0 && len(sub) < 2 || len(s) > 35 {
			return false
		}
		for _, c := range []byte(sub) {
			if c |= 0x20; !(c >= 'a' && c <= 'z' || i > 0 && c >= '0' && c <= '9') {
				return false
			}
		}
	}
	return true
}

func inRange(v, most float64) bool { return v >= 0 && v <= most }

// Result is at least one path, the recommended one first.
type Result struct {
	waybill.Served
	// Paths are never empty.
	Paths []Path `json:"paths"`
}

// Path is one way along all points.
type Path struct {
	// Distance is in metres.
	Distance float64 `json:"distance"`
	// Duration is the driving time; with traffic if a departure was given and
	// the vendor has it, see Traffic.
	Duration time.Duration `json:"duration"`
	// Traffic is set when Duration counts the traffic.
	Traffic bool `json:"traffic,omitempty"`
	// Toll is the sum of tolls in TollCurrency (ISO 4217), empty when the
	// vendor said nothing; TollDistance is in metres.
	Toll         string  `json:"toll,omitempty"`
	TollCurrency string  `json:"toll_currency,omitempty"`
	TollDistance float64 `json:"toll_distance,omitempty"`
	// Legs lie between consecutive points, one fewer than the points, in the
	// order in which they are driven.
	Legs []Leg `json:"legs,omitempty"`
	// StopOrder is there when the stops' order was optimized: the indices in
	// Request.Points of the stops in the order in which they are visited,
	// without the first point and the last.
	StopOrder []int `json:"stop_order,omitempty"`
	// Polyline is the geometry if it was asked for.
	Polyline []geo.Point `json:"polyline,omitempty"`
	// Substituted marks a car's route given for a truck, Estimated a straight
	// line times a detour factor.
	Substituted bool `json:"substituted,omitempty"`
	Estimated   bool `json:"estimated,omitempty"`
	// Warnings are what the vendor wants to be known, such as a restriction
	// that could not be avoided.
	Warnings []string `json:"warnings,omitempty"`
}

// Leg is the way between two consecutive points.
type Leg struct {
	// Distance is in metres, Duration with traffic where the path's is.
	Distance float64       `json:"distance"`
	Duration time.Duration `json:"duration"`
	// Steps are the turns in order, if they were asked for.
	Steps []Step `json:"steps,omitempty"`
}

// Step is one instruction.
type Step struct {
	// Text is plain text, without markup.
	Text     string        `json:"text"`
	Road     string        `json:"road,omitempty"`
	Distance float64       `json:"distance"`
	Duration time.Duration `json:"duration"`
}

// Router finds the way along points.
//
// An adapter converts the points to the datum that the vendor speaks at each
// place and tags what comes back. What the vendor cannot do (a mode, too many
// stops, trucks) is Unsupported before the network. No way between the points
// is NotFound. A path has a leg for each pair of consecutive points where the
// vendor tells them apart. The call is a read: it may be repeated.
//
// # What an adapter gets
//
// A request that Validate accepts from a client, anything from an application
// that uses the adapter bare: Route begins with [Request.Validate]. Points are in
// any datum each. Region is only set where the caller knows better; Datum, Tenant
// and Lane are the client's business.
//
// # What an adapter returns
//
// Served.Provider is the adapter's Name; the client fills in the rest of Served
// and converts the points. Distances are metres.
//
// Polyline stands in the path when it was asked for, and only then, from the
// first point to the last; a vendor without geometry leaves it empty, and its
// conformance test says Harness.NoPolyline. Steps are there when asked for and
// known, and only then.
//
// A truck gets a truck's route or Unsupported. With AllowCarForTruck a vendor
// that knows cars but no trucks answers with the car's route, marked
// Substituted; one whose routes must not be used so refuses all the same, and its
// conformance test says Harness.NoSubstitute. A pricing request gets no estimate
// and no traffic. A Departure or Avoid that the vendor does not know is either
// Unsupported or left out, and Traffic is then not set; fewer Alternatives than
// asked for are no error.
//
// With OptimizeStops and at least two stops (see [Request.NeedsOrder]) a path has
// its StopOrder; a vendor that cannot put stops in order is Unsupported.
//
// An error has Provider, Op [Route] and Ref, the request's Key; no coordinate
// stands in it.
type Router interface {
	Route(ctx context.Context, r Request) (Result, error)
}
