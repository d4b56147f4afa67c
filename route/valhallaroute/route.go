package valhallaroute

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/polyline"
)

// Route finds the way along r's points with /route, or with /optimized_route when
// the stops are to be put in order; see [route.Router] for the contract and the
// package comment for what Valhalla cannot do. Alternatives come only for trips
// without stops. Texts are in r's language where Valhalla has it, else English.
func (a *Adapter) Route(ctx context.Context, r route.Request) (route.Result, error) {
	if err := r.Validate(); err != nil {
		return route.Result{}, invalidRequest(err)
	}
	why := tooLarge(&r.Vehicle)
	if len(r.Points) > a.most(r.Mode) {
		why = "more points than the server takes"
	}
	if why != "" {
		return route.Result{}, waybill.NotSupported(string(route.Route), why).With(Name, "", r.Key)
	}
	body := &routeRequest{Locations: places(r.Points, "break"), Costing: costings[r.Mode], Options: a.options(&r), Units: "kilometers", Directions: "none"}
	if r.Steps {
		body.Directions, body.Language = "instructions", r.Language
	}
	path := pathRoute
	if r.NeedsOrder() {
		path = pathOptimized
	} else if len(r.Points) == 2 {
		body.Alternates = r.Alternatives
	}
	var got routeReply
	if e := a.post(ctx, route.Route, r.Key, path, body.Locations, body, &got); e != nil {
		return route.Result{}, e
	}
	all := append([]trip{got.Trip}, make([]trip, 0, len(got.Alternates))...)
	for _, alt := range got.Alternates {
		all = append(all, alt.Trip)
	}
	out := route.Result{Served: waybill.Served{Provider: Name}}
	for i := range all {
		if len(out.Paths) > r.Alternatives {
			break
		}
		p, e := a.path(&all[i], &r)
		if e != nil {
			return route.Result{}, e
		}
		for _, w := range got.Warnings {
			if text := strings.TrimSpace(w.Text); text != "" {
				p.Warnings = append(p.Warnings, text)
			}
		}
		out.Paths = append(out.Paths, p)
	}
	return out, nil
}

// routeReply is the reply of /route and /optimized_route.
type routeReply struct {
	failure
	Trip       trip `json:"trip"`
	Alternates []struct {
		Trip trip `json:"trip"`
	} `json:"alternates"`
	Warnings []struct {
		Text string `json:"text"`
	} `json:"warnings"`
}

type trip struct {
	Status    int     `json:"status"`
	Units     string  `json:"units"`
	Summary   summary `json:"summary"`
	Legs      []leg   `json:"legs"`
	Locations []struct {
		Index *int `json:"original_index"`
	} `json:"locations"`
}

type summary struct {
	Length  *float64 `json:"length"` // kilometres or miles, three decimals
	Time    *float64 `json:"time"`   // seconds
	Toll    bool     `json:"has_toll"`
	Highway bool     `json:"has_highway"`
	Ferry   bool     `json:"has_ferry"`
}

type leg struct {
	Summary   summary    `json:"summary"`
	Shape     string     `json:"shape"` // six decimals
	Maneuvers []maneuver `json:"maneuvers"`
}

type maneuver struct {
	Instruction string   `json:"instruction"`
	Streets     []string `json:"street_names"`
	Length      *float64 `json:"length"`
	Time        *float64 `json:"time"`
}

// unit is how many metres a length of a reply counts. The request asks for
// kilometres, and a server in front might not.
func unit(name string) float64 {
	if strings.HasPrefix(name, "mi") {
		return 1609.344
	}
	return 1000
}

// The bounds of what a way on Earth can be.
const (
	maxMetres  = 1e8
	maxSeconds = 1e8
)

// measure reads a length and a time.
func measure(length, took *float64, unit float64) (metres float64, d time.Duration, ok bool) {
	if length == nil || took == nil || !(*length >= 0 && *length*unit <= maxMetres) || !(*took >= 0 && *took <= maxSeconds) {
		return 0, 0, false
	}
	return math.Round(*length*unit*10) / 10, time.Duration(math.Round(*took * float64(time.Second))), true
}

func (a *Adapter) path(t *trip, r *route.Request) (p route.Path, bad *waybill.Error) {
	wrong := func(message string) (route.Path, *waybill.Error) {
		return route.Path{}, fault(route.Route, r.Key, message)
	}
	u := unit(t.Units)
	var ok bool
	p.Distance, p.Duration, ok = measure(t.Summary.Length, t.Summary.Time, u)
	if !ok || t.Status != 0 || p.Duration == 0 && p.Distance > 1000 {
		return wrong("a way has no usable length and time")
	}
	points := r.Points
	if r.NeedsOrder() {
		if points, p.StopOrder, ok = t.order(r); !ok {
			return wrong("the order of the stops is missing or wrong")
		}
	}
	if len(t.Legs) != len(points)-1 {
		return wrong("a way has not one leg for each pair of points")
	}
	var line []geo.Point
	for i := range t.Legs {
		l := &t.Legs[i]
		var out route.Leg
		if out.Distance, out.Duration, ok = measure(l.Summary.Length, l.Summary.Time, u); !ok {
			return wrong("a leg has no usable length and time")
		}
		if r.Steps {
			out.Steps = steps(l.Maneuvers, u)
		}
		p.Legs = append(p.Legs, out)
		shape, err := polyline.Decode(l.Shape, polyline.Precision6, geo.WGS84)
		if err != nil || len(shape) == 0 || hasZero(shape) {
			return wrong("a leg's geometry cannot be read")
		}
		if a.far(geo.Distance(shape[0], points[i])) || a.far(geo.Distance(shape[len(shape)-1], points[i+1])) {
			return route.Path{}, noWay(route.Route, r.Key, "a point is too far from any road")
		}
		if len(line) > 0 && line[len(line)-1] == shape[0] {
			shape = shape[1:]
		}
		if r.Polyline {
			line = append(line, shape...)
		}
	}
	p.Polyline = line
	p.Warnings = warnings(&t.Summary, r)
	return p, nil
}

func hasZero(line []geo.Point) bool {
	for i := range line {
		if line[i].IsZero() {
			return true
		}
	}
	return false
}

// order reads the order in which the stops are visited.
func (t *trip) order(r *route.Request) (points []geo.Point, stops []int, ok bool) {
	last := len(r.Points) - 1
	if len(t.Locations) != last+1 {
		return nil, nil, false
	}
	var visited []int
	for i := range t.Locations {
		at := t.Locations[i].Index
		if at == nil || *at < 0 || *at > last || i == 0 && *at != 0 || i == last && *at != last {
			return nil, nil, false
		}
		points = append(points, r.Points[*at])
		if i > 0 && i < last {
			visited = append(visited, *at-1)
		}
	}
	stops, ok = r.StopOrder(visited)
	return points, stops, ok
}

// warnings tell what could not be avoided, and what is not known.
func warnings(s *summary, r *route.Request) []string {
	var out []string
	add := func(is bool, text string) {
		if is {
			out = append(out, text)
		}
	}
	add(r.Avoid.Tolls && s.Toll, "toll roads could not be avoided")
	add(r.Avoid.Motorways && s.Highway, "motorways could not be avoided")
	add(r.Avoid.Ferries && s.Ferry, "ferries could not be avoided")
	add(r.Vehicle.Plate != "", "the licence plate was not considered")
	return out
}

func steps(list []maneuver, unit float64) []route.Step {
	out := make([]route.Step, 0, len(list))
	for i := range list {
		s := route.Step{Text: strings.TrimSpace(list[i].Instruction), Road: strings.Join(list[i].Streets, ", ")}
		if metres, took, ok := measure(list[i].Length, list[i].Time, unit); ok {
			s.Distance, s.Duration = metres, took
		}
		out = append(out, s)
	}
	return out
}
