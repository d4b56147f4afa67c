package amaproute

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/amap"
	"github.com/waybill-go/waybill/route"
)

// The limits of the services.
const (
	maxPoints = 18    // origin, 16 waypoints, destination
	maxWalk   = 100e3 // metres
	maxCycle  = 500e3
)

// soon is how far a departure may be from now for the traffic of the moment to
// be its traffic. Amap's open services know no other.
const soon = 15 * time.Minute

// Route finds the way along the points; see [route.Router] for the contract.
//
// Modes: car and truck take up to 16 stops; bicycle (at most 500 km) and walk
// (at most 100 km) take none; a motorcycle is Unsupported. Hong Kong and the
// mainland may be in one trip.
//
// Legs: Amap returns the steps of all legs in one row and marks those that reach
// a stop. Where as many are marked as there are stops, the path has its legs;
// otherwise, for more than two points, it has none.
//
// Prices: a request with Pricing is planned by the strategy that weighs distance
// and time and returns one path (2), or by the cheapest (1) without tolls; for
// trucks by the fastest without regard to the traffic (10), who then cannot avoid
// tolls or motorways, since every strategy that does counts the traffic. Other
// requests use the recommended strategy of Amap's own app, with its traffic of the
// moment.
// Traffic is set when the departure is within a quarter of an hour of now; any
// other departure is not known to the open services and is left out.
//
// Tolls are in CNY. Some keys get "0" for every toll; a toll of 0 on a way with
// toll roads is therefore left empty.
//
// Trucks: the service counts height, width, total weight, axles and the plate.
// It does not count the length or the axle load, which the path's Warnings say.
// A key without the right to the service (10002, 10012 and their like) makes the
// request Unsupported, or with AllowCarForTruck a car's route marked
// Substituted, which costs a second request; see Options.NoTruck.
//
// Plates count in the form that the services document: a province's character,
// a letter, five or six letters and digits. Another one, such as that of a lorry
// between Guangdong and Hong Kong (粤Z····港), is left out, and a Warning says
// so.
//
// Avoid.Ferries counts for cars only; otherwise a Warning says so.
func (a *Adapter) Route(ctx context.Context, r route.Request) (route.Result, error) {
	if err := r.Validate(); err != nil {
		return route.Result{}, err
	}
	t := trip{Request: r, call: amap.Call{Op: string(route.Route), Ref: r.Key}}
	if why := t.refusal(); why != "" {
		return route.Result{}, a.client.Error(t.call, waybill.Unsupported, waybill.NotSent, why)
	}
	if why := t.place(a.datums); why != "" {
		return route.Result{}, a.client.Error(t.call, waybill.Unsupported, waybill.NotSent, why)
	}
	if r.Mode != route.Truck {
		return a.ask(ctx, &t)
	}
	why := ""
	switch {
	case a.noTruck:
		why = "the key has no truck service"
	case r.Pricing && (r.Avoid.Tolls || r.Avoid.Motorways):
		why = "Amap's trucks avoid tolls and motorways by the traffic alone"
	default:
		res, err := a.ask(ctx, &t)
		if !noRight(err) {
			return res, err
		}
		if !r.AllowCarForTruck {
			return res, unsupported(err)
		}
	}
	if !r.AllowCarForTruck {
		return route.Result{}, a.client.Error(t.call, waybill.Unsupported, waybill.NotSent, why)
	}
	t.substituted = true
	return a.ask(ctx, &t)
}

// trip is a request on its way to Amap.
type trip struct {
	route.Request
	call amap.Call
	// locations are the points as Amap wants them, datum the one that Amap
	// speaks at all of them unless mixed.
	locations []string
	datum     geo.Datum
	mixed     bool
	// substituted asks for a car's route for a truck.
	substituted bool
}

// mode is the one that is asked for.
func (t *trip) mode() route.Mode {
	if t.substituted {
		return route.Car
	}
	return t.Mode
}

// refusal says why Amap has no such service.
func (t *trip) refusal() string {
	switch {
	case t.Mode == route.Motorcycle:
		return "Amap has no routes for motorcycles"
	case t.NeedsOrder():
		return "Amap puts no stops in order"
	case len(t.Points) > maxPoints:
		return "Amap takes at most 16 stops"
	case len(t.Points) > 2 && (t.Mode == route.Bicycle || t.Mode == route.Walk):
		return "Amap takes no stops for this mode"
	case t.Mode == route.Walk && geo.Distance(t.Points[0], t.Points[1]) > maxWalk:
		return "Amap walks at most 100 km"
	case t.Mode == route.Bicycle && geo.Distance(t.Points[0], t.Points[1]) > maxCycle:
		return "Amap cycles at most 500 km"
	}
	return ""
}

// place converts the points to what Amap speaks where they lie.
func (t *trip) place(datums geo.DatumTable) (why string) {
	for i, p := range t.Points {
		region := t.Region
		if region == "" {
			region, _ = geo.RegionOf(p)
		}
		if !amap.Covered(region) {
			return "Amap serves CN, HK and MO only"
		}
		q := datums.Out(geo.VendorAmap, p, region)
		if i == 0 {
			t.datum = q.Datum
		}
		t.mixed = t.mixed || q.Datum != t.datum
		location := amap.FormatLocation(q.Lat, q.Lng)
		t.locations = append(t.locations, location)
		t.call.Private = append(append(t.call.Private, location), strings.Split(location, ",")...)
	}
	if t.Vehicle.Plate != "" {
		t.call.Private = append(t.call.Private, t.Vehicle.Plate)
	}
	return ""
}

// ask sends one request and reads the reply.
func (a *Adapter) ask(ctx context.Context, t *trip) (route.Result, error) {
	last := len(t.locations) - 1
	t.call.Query = url.Values{"origin": {t.locations[0]}, "destination": {t.locations[last]}}
	if last > 1 {
		t.call.Query.Set("waypoints", strings.Join(t.locations[1:last], ";"))
	}
	switch t.mode() {
	case route.Car:
		t.car()
	case route.Truck:
		t.truck()
	case route.Bicycle:
		t.slow("/v5/direction/bicycling")
	case route.Walk:
		t.slow("/v5/direction/walking")
	}
	var r reply
	if err := a.client.Do(ctx, t.call, &r); err != nil {
		return route.Result{}, err
	}
	return a.result(t, &r)
}

// car fills in the parameters of the driving service.
func (t *trip) car() {
	t.call.Path = "/v5/direction/driving"
	t.call.Query.Set("strategy", strconv.Itoa(t.carStrategy()))
	if t.Avoid.Ferries {
		t.call.Query.Set("ferry", "1")
	}
	if t.Mode == route.Car && validPlate(t.Vehicle.Plate) {
		t.call.Query.Set("plate", t.Vehicle.Plate)
	}
	t.show()
}

// The strategies of the driving service that are used. What its page says of
// the traffic is that 33 and those made of it avoid congestion; that 1 and 2,
// which return one path, leave it out is likely and not said.
const (
	cheapest      = 1  // no toll roads
	balanced      = 2  // weighs distance and time
	recommended   = 32 // as the app without any preference
	noMotorways   = 35
	lessTolls     = 36
	neitherOfBoth = 42 // 35 and 36
)

func (t *trip) carStrategy() int {
	switch avoid := t.Avoid; {
	case avoid.Tolls && avoid.Motorways:
		return neitherOfBoth
	case avoid.Motorways:
		return noMotorways
	case avoid.Tolls && t.Pricing:
		return cheapest
	case avoid.Tolls:
		return lessTolls
	case t.Pricing:
		return balanced
	}
	return recommended
}

// slow fills in the parameters of the walking and cycling services.
func (t *trip) slow(path string) {
	t.call.Path = path
	if t.Alternatives > 0 {
		t.call.Query.Set("alternative_route", strconv.Itoa(min(t.Alternatives+1, 3)))
	}
	t.show()
}

// show asks for the groups that are needed: durations are only in cost, the
// marks of stops only in navi.
func (t *trip) show() {
	fields := "cost"
	if len(t.Points) > 2 {
		fields += ",navi"
	}
	if t.Polyline {
		fields += ",polyline"
	}
	t.call.Query.Set("show_fields", fields)
}

// live reports whether the durations count the traffic of the departure.
func (t *trip) live() bool {
	if t.Departure.IsZero() || t.Pricing || t.mode() > route.Truck {
		return false
	}
	return time.Since(t.Departure).Abs() <= soon
}

// noRight reports whether err says that the key lacks the service.
func noRight(err error) bool {
	return err != nil && waybill.CodeOf(err) == waybill.PermissionDenied && waybill.ScopeOf(err) == waybill.ScopeService
}

// unsupported makes a missing right to one mode a limit of this vendor, so that
// it does not cool the account, by which cars and addresses are served.
func unsupported(err error) error {
	e := *waybill.AsError(err)
	e.Code, e.Scope = waybill.Unsupported, waybill.ScopeRequest
	return &e
}
