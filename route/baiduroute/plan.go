package baiduroute

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/baidu"
	"github.com/waybill-go/waybill/route"
)

// The paths of the services.
const (
	pathDriving    = "/direction/v2/driving"
	pathMotorcycle = "/direction/v2/motorcycle"
	pathRiding     = "/direction/v2/riding"
	pathWalking    = "/direction/v2/walking"
	pathTruck      = "/logistics_direction/v1/truck"
)

// The limits of the services.
const (
	maxStops           = 18
	maxMotorcycleTrip  = 400e3 // metres between the ends, as the crow flies
	maxAhead           = 7 * 24 * time.Hour
	soon               = 10 * time.Minute // a departure that is as good as now
	tacticsShortest    = "2"              // driving: ignores traffic and restrictions, stable
	tacticsNoMotorway  = "3"              // driving, motorcycle and truck
	tacticsFewTolls    = "6"              // driving and motorcycle
	tacticsNeitherRoad = "11"             // driving and motorcycle: no motorways and few tolls
)

// plan is how a request is served.
type plan struct {
	call        baidu.Call
	datum       geo.Datum
	traffic     bool
	substituted bool
}

// plan chooses the service and its parameters, or says why there are none.
func (a *Adapter) plan(r *route.Request) (p plan, refusal string) {
	datum, refusal := a.place(r)
	if refusal != "" {
		return plan{}, refusal
	}
	if r.NeedsOrder() {
		return plan{}, "stops are not put in order"
	}
	if r.Mode == route.Truck {
		p, refusal = a.truck(r)
		if refusal != "" && r.AllowCarForTruck {
			p, refusal = a.car(r)
			p.substituted = true
		}
	} else {
		switch r.Mode {
		case route.Car:
			p, refusal = a.car(r)
		case route.Motorcycle:
			p, refusal = a.motorcycle(r)
		case route.Bicycle:
			p, refusal = slow(r, pathRiding)
		default:
			p, refusal = slow(r, pathWalking)
		}
	}
	if refusal != "" {
		return plan{}, refusal
	}
	p.datum = datum
	p.call.Op, p.call.Ref = string(route.Route), r.Key
	p.call.Params = append(p.points(r), p.call.Params...)
	return p, ""
}

// place finds the datum in which the points are sent, and refuses points in
// regions that are not served. A point in no region, such as a pier beyond the
// coast line, is Baidu's to judge.
func (a *Adapter) place(r *route.Request) (datum geo.Datum, refusal string) {
	home := a.regions[0]
	for i := len(r.Points) - 1; i >= 0; i-- {
		region := r.Region
		if region == "" {
			region, _ = geo.RegionOf(r.Points[i])
		}
		if region == "" {
			continue
		}
		if !slices.Contains(a.regions, region) {
			return 0, "a point lies in a region that the service does not cover: " + region
		}
		home = region
	}
	return a.datums.Datum(geo.VendorBaidu, home), ""
}

// points are the parameters that every service has.
func (p *plan) points(r *route.Request) baidu.Params {
	points := make([]geo.Point, len(r.Points))
	for i, q := range r.Points {
		points[i] = q.To(p.datum)
	}
	last := len(points) - 1
	origin, destination := baidu.LatLng(points[0]), baidu.LatLng(points[last])
	p.call.Private = append(p.call.Private, origin, destination)
	var params baidu.Params
	params.Add("origin", origin)
	params.Add("destination", destination)
	if last > 1 {
		stops := baidu.LatLngs(points[1:last])
		p.call.Private = append(p.call.Private, stops)
		params.Add("waypoints", stops)
	}
	params.Add("coord_type", baidu.CoordTypeRoute(p.datum))
	if p.datum != geo.BD09 {
		params.Add("ret_coordtype", baidu.CoordTypeRoute(geo.GCJ02))
	}
	return params
}

// car plans a drive.
func (a *Adapter) car(r *route.Request) (p plan, refusal string) {
	tactics := driving(r.Avoid)
	switch {
	case len(r.Points) > maxStops+2:
		return plan{}, "more than 18 stops"
	case r.Avoid.Ferries:
		return plan{}, "ferries cannot be avoided"
	case r.Pricing && r.Avoid != route.Avoid{}:
		return plan{}, "a route that is independent of the traffic cannot avoid tolls or motorways"
	}
	p = plan{call: baidu.Call{Path: pathDriving}, traffic: !r.Pricing}
	if r.Pricing {
		tactics = tacticsShortest
	}
	if r.Departure.After(time.Now().Add(soon)) {
		if !a.opened.Departure {
			return plan{}, "departures in the future are not opened for this key"
		}
		if r.Departure.After(time.Now().Add(maxAhead)) {
			return plan{}, "the departure is more than 7 days ahead"
		}
		p.call.Params.Add("departure_time", strconv.FormatInt(r.Departure.Unix(), 10))
	}
	if tactics != "" {
		p.call.Params.Add("tactics", tactics)
	}
	p.alternatives(r)
	p.plate(r)
	return p, ""
}

// driving is the tactic for what is to be avoided, "" for the default.
func driving(avoid route.Avoid) string {
	switch {
	case avoid.Motorways && avoid.Tolls:
		return tacticsNeitherRoad
	case avoid.Motorways:
		return tacticsNoMotorway
	case avoid.Tolls:
		return tacticsFewTolls
	}
	return ""
}

func (p *plan) alternatives(r *route.Request) {
	if r.Alternatives > 0 && !r.Pricing {
		p.call.Params.Add("alternatives", "1")
	}
}

func (p *plan) plate(r *route.Request) {
	if plate := r.Vehicle.Plate; plate != "" {
		p.call.Params.Add("plate_number", plate)
		p.call.Private = append(p.call.Private, plate)
	}
}

// motorcycle plans a motorcycle's ride.
func (a *Adapter) motorcycle(r *route.Request) (p plan, refusal string) {
	switch {
	case !a.opened.Motorcycle:
		return plan{}, "routes for motorcycles are not opened for this key"
	case len(r.Points) > maxStops+2:
		return plan{}, "more than 18 stops"
	case geo.Distance(r.Points[0], r.Points[len(r.Points)-1]) > maxMotorcycleTrip:
		return plan{}, "more than 400 km between the ends"
	case r.Avoid.Ferries:
		return plan{}, "ferries cannot be avoided"
	case r.Pricing:
		return plan{}, "a motorcycle's route depends on the traffic"
	case r.Departure.After(time.Now().Add(soon)):
		return plan{}, "a motorcycle's departure cannot lie in the future"
	}
	p = plan{call: baidu.Call{Path: pathMotorcycle}, traffic: true}
	if tactics := driving(r.Avoid); tactics != "" {
		p.call.Params.Add("tactics", tactics)
	}
	p.alternatives(r)
	p.plate(r)
	return p, ""
}

// slow plans a bicycle's ride or a walk, which know no traffic, no tolls and no
// motorways.
func slow(r *route.Request, path string) (p plan, refusal string) {
	switch {
	case len(r.Points) > 2:
		return plan{}, "bicycles and walkers cannot stop on the way"
	case r.Avoid.Ferries:
		return plan{}, "ferries cannot be avoided"
	}
	return plan{call: baidu.Call{Path: path}}, ""
}

// truck plans a truck's drive.
func (a *Adapter) truck(r *route.Request) (p plan, refusal string) {
	v := &r.Vehicle
	now := time.Now()
	switch {
	case !a.opened.Truck:
		return plan{}, "routes for trucks are not opened for this key"
	case v.Length == 0 || v.Width == 0 || v.Height == 0 || v.Weight == 0 || v.AxleLoad == 0 || v.Axles == 0:
		return plan{}, "a truck needs length, width, height, weight, axle load and axles"
	case v.Length > 25 || v.Width > 10 || v.Height > 10 || v.Weight > 100 || v.AxleLoad > 50:
		return plan{}, "the truck is larger than the service knows"
	case len(r.Points) > maxStops+2:
		return plan{}, "more than 18 stops"
	case r.Avoid.Ferries || r.Avoid.Tolls:
		return plan{}, "trucks can avoid motorways alone"
	case r.Pricing:
		return plan{}, "a truck's route depends on the traffic"
	case r.Departure.After(now.Add(maxAhead)):
		return plan{}, "the departure is more than 7 days ahead"
	}
	p = plan{call: baidu.Call{Path: pathTruck}, traffic: true}
	q := &p.call.Params
	q.AddFloat("height", v.Height)
	q.AddFloat("width", v.Width)
	q.AddFloat("weight", v.Weight)
	q.AddFloat("length", v.Length)
	q.AddFloat("axle_weight", v.AxleLoad)
	q.AddInt("axle_count", v.Axles)
	q.AddInt("truck_type", class(v))
	if r.Avoid.Motorways {
		q.Add("tactics", tacticsNoMotorway)
	}
	if r.Departure.After(now) {
		q.Add("departure_time", strconv.FormatInt(r.Departure.Unix(), 10))
	}
	if v.Plate != "" {
		// The province is the plate's first character, such as 粤.
		_, n := utf8.DecodeRuneInString(v.Plate)
		q.Add("plate_province", v.Plate[:n])
		q.Add("plate_number", v.Plate[n:])
		q.Add("plate_color", plateColor(v, v.Plate[n:]))
		p.call.Private = append(p.call.Private, v.Plate, v.Plate[n:])
	}
	p.alternatives(r)
	return p, ""
}

// plateColor is the colour of a truck's plate, without which Baidu takes every
// plate for a blue one: black (2) for those of Hong Kong and Macao that may enter
// the mainland, green (4) for the longer plates of electric trucks, yellow (1) for
// medium and heavy ones, blue (0) for those below 4.5 t and 6 m.
func plateColor(v *route.Vehicle, number string) string {
	signs := 0
	for _, r := range number {
		if unicode.IsLetter(r) || unicode.IsDigit(r) { // and no dot or blank between them
			signs++
		}
	}
	switch {
	case strings.HasSuffix(number, "港"), strings.HasSuffix(number, "澳"):
		return "2"
	case signs == 7:
		return "4"
	case class(v) >= 3:
		return "1"
	}
	return "0"
}

// class is China's class of a truck by its length and total weight: 1 micro,
// 2 light, 3 medium, 4 heavy.
func class(v *route.Vehicle) int {
	switch {
	case v.Weight >= 12:
		return 4
	case v.Weight >= 4.5 || v.Length >= 6:
		return 3
	case v.Weight > 1.8 || v.Length > 3.5:
		return 2
	}
	return 1
}
