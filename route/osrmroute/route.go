package osrmroute

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/polyline"
)

// Route finds the way along r's points with the service route, or with trip when
// the stops are to be put in order; see [route.Router] for the contract and the
// package comment for what OSRM cannot do. Alternatives come only for trips
// without stops. The vehicle of a truck is the profile's; a Warning says so.
func (a *Adapter) Route(ctx context.Context, r route.Request) (route.Result, error) {
	if err := r.Validate(); err != nil {
		return route.Result{}, invalidRequest(err)
	}
	profile, substituted, why := a.choose(r.Mode, r.AllowCarForTruck)
	if why != "" {
		return route.Result{}, refuse(route.Route, r.Key, why)
	}
	s := &service{name: "route", op: route.Route, ref: r.Key, profile: profile, points: r.Points}
	if r.NeedsOrder() {
		s.name = "trip"
		s.query = append(s.query, "source=first", "destination=last", "roundtrip=false")
	}
	s.query = append(s.query, "generate_hints=false", "geometries=polyline")
	if r.Polyline {
		s.query = append(s.query, "overview=full")
	} else {
		s.query = append(s.query, "overview=false")
	}
	if r.Steps {
		s.query = append(s.query, "steps=true")
	}
	if r.Alternatives > 0 && len(r.Points) == 2 {
		s.query = append(s.query, "alternatives="+strconv.Itoa(min(r.Alternatives, maxAlternatives)))
	}
	s.exclude(r.Avoid)
	var got routeReply
	if err := a.get(ctx, s, &got); err != nil {
		return route.Result{}, err
	}
	return a.result(&r, &got, substituted)
}

// routeReply is the reply of route and, with trips for routes, of trip.
type routeReply struct {
	head
	Routes    []way      `json:"routes"`
	Trips     []way      `json:"trips"`
	Waypoints []waypoint `json:"waypoints"`
}

type way struct {
	Distance *float64 `json:"distance"` // metres
	Duration *float64 `json:"duration"` // seconds
	Geometry geometry `json:"geometry"`
	Legs     []leg    `json:"legs"`
}

type leg struct {
	Distance *float64 `json:"distance"`
	Duration *float64 `json:"duration"`
	Steps    []step   `json:"steps"`
}

// waypoint is a point as it was moved to a road.
type waypoint struct {
	Location [2]float64 `json:"location"` // longitude, latitude
	Distance *float64   `json:"distance"` // metres from where it was asked for
	// Index is a point's place in a trip, Trip the trip's number.
	Index int `json:"waypoint_index"`
	Trip  int `json:"trips_index"`
}

// geometry is an encoded line, or a GeoJSON LineString.
type geometry struct {
	encoded string
	line    [][]float64
}

// UnmarshalJSON implements [json.Unmarshaler].
func (g *geometry) UnmarshalJSON(b []byte) error {
	*g = geometry{}
	if len(b) > 0 && b[0] == '{' {
		var in struct {
			Coordinates [][]float64 `json:"coordinates"`
		}
		err := json.Unmarshal(b, &in)
		g.line = in.Coordinates
		return err
	}
	if string(b) == "null" {
		return nil
	}
	return json.Unmarshal(b, &g.encoded)
}

// result makes paths of a reply.
func (a *Adapter) result(r *route.Request, got *routeReply, substituted bool) (route.Result, error) {
	bad := func(message string) (route.Result, error) {
		return route.Result{}, fault(route.Route, r.Key, message)
	}
	ways := got.Routes
	if r.NeedsOrder() {
		ways = got.Trips
	}
	if len(ways) == 0 {
		return route.Result{}, noWay(route.Route, r.Key, "no way between the points")
	}
	if len(got.Waypoints) != len(r.Points) {
		return bad("the reply has not one waypoint for each point")
	}
	for i := range got.Waypoints {
		moved := a.moved(&got.Waypoints[i], r.Points[i])
		if a.far(moved) {
			return route.Result{}, noWay(route.Route, r.Key, "a point is too far from any road")
		}
	}
	var order []int
	if r.NeedsOrder() {
		var ok bool
		if order, ok = stopOrder(r, got.Waypoints); !ok || len(ways) != 1 {
			return bad("the order of the stops is missing or wrong")
		}
	}
	out := route.Result{Served: waybill.Served{Provider: Name}}
	for i := range ways {
		if len(out.Paths) > r.Alternatives {
			break
		}
		p, message := a.path(&ways[i], r, got.Waypoints[0].Location)
		if message != "" {
			return bad(message)
		}
		if wrongPace(r.Mode, p.Distance, p.Duration.Seconds()) {
			return route.Result{}, misplaced(route.Route, r.Key)
		}
		p.Substituted, p.StopOrder = substituted, order
		switch {
		case substituted:
			p.Warnings = append(p.Warnings, "the vehicle was not considered: this is a car's route")
		case r.Mode == route.Truck && r.Vehicle != (route.Vehicle{}):
			p.Warnings = append(p.Warnings, "the vehicle's dimensions are those of the server's profile")
		}
		out.Paths = append(out.Paths, p)
	}
	return out, nil
}

// moved is how far a point was moved: what the server says, or where that is
// missing, what its location says.
func (a *Adapter) moved(w *waypoint, asked geo.Point) float64 {
	if w.Distance != nil {
		return math.Abs(*w.Distance)
	}
	at := geo.Point{Lat: w.Location[1], Lng: w.Location[0]}
	if at.Validate() != nil || at.IsZero() {
		return math.Inf(1)
	}
	return geo.Distance(at, asked)
}

// stopOrder reads the order in which a trip visits the stops.
func stopOrder(r *route.Request, points []waypoint) ([]int, bool) {
	last := len(points) - 1
	if points[0].Index != 0 || points[last].Index != last {
		return nil, false
	}
	visited := make([]int, last-1)
	for i := range visited {
		visited[i] = -1
	}
	for i := 1; i < last; i++ {
		at := points[i].Index - 1
		if at < 0 || at >= len(visited) || points[i].Trip != points[0].Trip {
			return nil, false
		}
		visited[at] = i - 1
	}
	return r.StopOrder(visited)
}

// The bounds of what a way on Earth can be.
const (
	maxMetres  = 1e8
	maxSeconds = 1e8
)

// measure reads a distance and a duration.
func measure(distance, duration *float64) (metres float64, took time.Duration, ok bool) {
	if distance == nil || duration == nil || !(*distance >= 0 && *distance <= maxMetres) || !(*duration >= 0 && *duration <= maxSeconds) {
		return 0, 0, false
	}
	return *distance, time.Duration(math.Round(*duration * float64(time.Second))), true
}

func (a *Adapter) path(w *way, r *route.Request, start [2]float64) (p route.Path, wrong string) {
	metres, took, ok := measure(w.Distance, w.Duration)
	if !ok || took == 0 && metres > 1000 {
		return p, "a way has no usable distance and duration"
	}
	p.Distance, p.Duration = metres, took
	if len(w.Legs) == len(r.Points)-1 {
		for i := range w.Legs {
			l := route.Leg{}
			if l.Distance, l.Duration, ok = measure(w.Legs[i].Distance, w.Legs[i].Duration); !ok {
				return p, "a leg has no usable distance and duration"
			}
			if r.Steps {
				l.Steps = steps(w.Legs[i].Steps)
			}
			p.Legs = append(p.Legs, l)
		}
	} else if len(w.Legs) > 0 {
		return p, "a way has not one leg for each pair of points"
	}
	if r.Polyline {
		if p.Polyline, ok = w.Geometry.points(start); !ok {
			return p, "a way's geometry cannot be read"
		}
	}
	return p, ""
}

// points reads the line, which begins at the first point's place on the road. The
// precision of an encoded line is 5 decimals as asked for; servers that write 6
// all the same begin elsewhere or nowhere.
func (g *geometry) points(start [2]float64) ([]geo.Point, bool) {
	if g.line != nil {
		out := make([]geo.Point, 0, len(g.line))
		for _, at := range g.line {
			if len(at) < 2 {
				return nil, false
			}
			p := geo.Point{Lat: at[1], Lng: at[0]}
			if p.Validate() != nil || p.IsZero() {
				return nil, false
			}
			out = append(out, p)
		}
		return out, len(out) > 0
	}
	at := geo.Point{Lat: start[1], Lng: start[0]}
	for _, precision := range [...]polyline.Precision{polyline.Precision5, polyline.Precision6} {
		line, err := polyline.Decode(g.encoded, precision, geo.WGS84)
		if err != nil || len(line) == 0 {
			continue
		}
		if !at.IsZero() && geo.Distance(line[0], at) > 1000 {
			continue
		}
		for i := range line {
			if line[i].IsZero() {
				return nil, false
			}
		}
		return line, true
	}
	return nil, false
}
