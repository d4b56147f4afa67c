package amaproute

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/amap"
	"github.com/waybill-go/waybill/route"
)

// reply is the reply of every service of directions: the v3 and v5 services put
// the paths into route, the v4 ones into data or data.route. The names of the
// fields differ from generation to generation too.
type reply struct {
	amap.Envelope
	Route body `json:"route"`
	Data  data `json:"data"`
}

type data struct {
	body
	Route body `json:"route"`
}

type body struct {
	Paths []path `json:"paths"`
}

type path struct {
	cost
	Distance    amap.Text `json:"distance"`
	Restriction amap.Text `json:"restriction"`
	Cost        cost      `json:"cost"`
	Polyline    amap.Text `json:"polyline"` // on some pages, in place of the steps'
	Steps       []step    `json:"steps"`
}

// cost is what v5 groups and the others have in the path itself.
type cost struct {
	Duration     amap.Text `json:"duration"`
	Tolls        amap.Text `json:"tolls"`
	TollDistance amap.Text `json:"toll_distance"`
}

// or fills what is empty from another one.
func (c cost) or(d cost) cost {
	return cost{cmp.Or(c.Duration, d.Duration), cmp.Or(c.Tolls, d.Tolls), cmp.Or(c.TollDistance, d.TollDistance)}
}

type step struct {
	Instruction  amap.Text `json:"instruction"`
	Road         amap.Text `json:"road"`
	RoadName     amap.Text `json:"road_name"`
	Distance     amap.Text `json:"distance"`
	StepDistance amap.Text `json:"step_distance"`
	Duration     amap.Text `json:"duration"`
	Cost         cost      `json:"cost"`
	Polyline     amap.Text `json:"polyline"`
	Action       amap.Text `json:"assistant_action"`
	Navi         navi      `json:"navi"`
}

type navi struct {
	Action amap.Text `json:"assistant_action"`
}

// markWaypoint stands in the step that reaches a stop.
const markWaypoint = "到达途经地"

// paths returns the paths, wherever they are, without empty elements.
func (r *reply) paths() []path {
	all := r.Data.Paths
	switch {
	case len(r.Route.Paths) > 0:
		all = r.Route.Paths
	case len(r.Data.Route.Paths) > 0:
		all = r.Data.Route.Paths
	}
	all = slices.DeleteFunc(all, func(p path) bool {
		return p.cost == cost{} && p.Cost == cost{} && p.Distance == "" && p.Restriction == "" && len(p.Steps) == 0
	})
	for i := range all {
		all[i].Steps = slices.DeleteFunc(all[i].Steps, func(s step) bool { return s == step{} })
	}
	return all
}

// The warnings.
const (
	warnRestricted = "a driving restriction could not be avoided"
	warnLength     = "the vehicle's length was not considered"
	warnAxleLoad   = "the vehicle's axle load was not considered"
	warnVehicle    = "the vehicle was not considered: this is a car's route"
	warnHazmat     = "the hazardous goods were not considered"
	warnPlate      = "the licence plate was not considered"
	warnFerries    = "ferries could not be excluded"
)

// result turns a reply into paths. A reply without paths says that there is no
// way.
func (a *Adapter) result(t *trip, r *reply) (route.Result, error) {
	all := r.paths()
	if len(all) == 0 {
		return route.Result{}, a.client.Error(t.call, waybill.NotFound, waybill.NotSent, "no way between the points")
	}
	res := route.Result{Served: waybill.Served{Provider: name}}
	for i := range all {
		if len(res.Paths) > t.Alternatives {
			break
		}
		p, ok := a.path(t, &all[i])
		if !ok {
			return route.Result{}, a.client.Malformed(t.call, "a path has no distance or duration")
		}
		if p.Distance > 0 || !t.apart() {
			res.Paths = append(res.Paths, p)
		}
	}
	if len(res.Paths) == 0 {
		return route.Result{}, a.client.Error(t.call, waybill.NotFound, waybill.NotSent, "no way between the points")
	}
	return res, nil
}

// far is the length of a trip, in metres, that cannot end on the spot where it
// began, whatever roads the points are taken to lie on.
const far = 1000

// apart reports whether a path of no length cannot be one.
func (t *trip) apart() bool {
	sum := 0.0
	for i := range len(t.Points) - 1 {
		sum += geo.Distance(t.Points[i], t.Points[i+1])
	}
	return sum > far
}

func (a *Adapter) path(t *trip, p *path) (route.Path, bool) {
	c := p.Cost.or(p.cost)
	metres, ok1 := p.Distance.Amount()
	took, ok2 := duration(c.Duration)
	if !ok1 || !ok2 || took == 0 && metres > far {
		return route.Path{}, false
	}
	out := route.Path{Distance: metres, Duration: took, Traffic: t.live(), Substituted: t.substituted}
	out.Toll, out.TollCurrency, out.TollDistance = tolls(c)
	out.Legs = t.legs(p, metres, took)
	if t.Polyline {
		out.Polyline = a.polyline(t, p)
	}
	out.Warnings = t.warnings(p)
	return out, true
}

// legs parts the steps at those that reach a stop. It returns nil when the
// marks do not fit the stops.
func (t *trip) legs(p *path, metres float64, took time.Duration) []route.Leg {
	want := len(t.Points) - 1
	if want == 1 {
		leg := route.Leg{Distance: metres, Duration: took}
		if t.Steps {
			for i := range p.Steps {
				s, _ := p.Steps[i].step()
				leg.Steps = append(leg.Steps, s)
			}
		}
		return []route.Leg{leg}
	}
	var legs []route.Leg
	var leg route.Leg
	for i := range p.Steps {
		s, ok := p.Steps[i].step()
		if !ok {
			return nil
		}
		leg.Distance += s.Distance
		leg.Duration += s.Duration
		if t.Steps {
			leg.Steps = append(leg.Steps, s)
		}
		if i == len(p.Steps)-1 || p.Steps[i].mark() == markWaypoint {
			legs = append(legs, leg)
			leg = route.Leg{}
		}
	}
	if len(legs) != want {
		return nil
	}
	return legs
}

// step reads a step. ok is false when it lacks its distance or duration.
func (s *step) step() (out route.Step, ok bool) {
	out = route.Step{Text: string(s.Instruction), Road: string(s.Road + s.RoadName)}
	length, took := cmp.Or(s.StepDistance, s.Distance), cmp.Or(s.Cost.Duration, s.Duration)
	var ok1, ok2 bool
	out.Distance, ok1 = length.Amount()
	out.Duration, ok2 = duration(took)
	if !ok1 {
		out.Distance = 0
	}
	return out, ok1 && ok2
}

func (s *step) mark() amap.Text { return cmp.Or(s.Navi.Action, s.Action) }

// polyline joins the lines of the steps, each of which begins where the one
// before ended. Where they have none, the path's own is the line.
func (a *Adapter) polyline(t *trip, p *path) []geo.Point {
	var line []geo.Point
	for i := range p.Steps {
		line = a.extend(line, t, p.Steps[i].Polyline)
	}
	if line == nil {
		line = a.extend(nil, t, p.Polyline)
	}
	return line
}

// extend puts the points of a line behind another one.
func (a *Adapter) extend(line []geo.Point, t *trip, more amap.Text) []geo.Point {
	for text := range strings.SplitSeq(string(more), ";") {
		lat, lng, ok := amap.Text(text).Location()
		if !ok {
			continue
		}
		p := geo.Point{Lat: lat, Lng: lng, Datum: t.datum}
		if t.mixed {
			p = a.datums.In(geo.VendorAmap, lat, lng)
		}
		if len(line) == 0 || line[len(line)-1] != p {
			line = append(line, p)
		}
	}
	return line
}

// duration reads seconds.
func duration(t amap.Text) (time.Duration, bool) {
	s, ok := t.Amount()
	if !ok {
		return 0, false
	}
	return time.Duration(math.Round(s * float64(time.Second))), true
}

// tolls reads the tolls. A sum of 0 on a way with toll roads is no sum: some
// keys get 0 for everything.
func tolls(c cost) (sum, currency string, metres float64) {
	metres, ok := c.TollDistance.Amount()
	if !ok {
		metres = 0
	}
	yuan, ok := c.Tolls.Amount()
	if !ok || yuan == 0 && metres > 0 {
		return "", "", metres
	}
	return strconv.FormatFloat(math.Round(yuan*100)/100, 'f', -1, 64), "CNY", metres
}

func (t *trip) warnings(p *path) []string {
	var out []string
	if p.Restriction == "1" {
		out = append(out, warnRestricted)
	}
	if t.Avoid.Ferries && t.mode() != route.Car {
		out = append(out, warnFerries)
	}
	if t.Vehicle.Plate != "" && !t.substituted && (t.Mode > route.Truck || !validPlate(t.Vehicle.Plate)) {
		out = append(out, warnPlate)
	}
	switch {
	case t.substituted:
		out = append(out, warnVehicle)
	case t.Mode == route.Truck:
		if t.Vehicle.Length > 0 {
			out = append(out, warnLength)
		}
		if t.Vehicle.AxleLoad > 0 {
			out = append(out, warnAxleLoad)
		}
		if t.Vehicle.Hazmat {
			out = append(out, warnHazmat)
		}
	}
	return out
}
