package baiduroute

import (
	"cmp"
	"encoding/json"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/baidu"
	"github.com/waybill-go/waybill/route"
)

// result is what all direction services have in common, and what each has of its
// own.
type result struct {
	Restriction restriction `json:"restriction"`
	Routes      []option    `json:"routes"`
}

// restriction is a text in the driving services, an object for trucks.
type restriction struct {
	Type baidu.Number `json:"type"`
	Info baidu.Text   `json:"info"`
}

func (r *restriction) UnmarshalJSON(b []byte) error {
	type object restriction
	if len(b) > 0 && b[0] == '{' {
		return json.Unmarshal(b, (*object)(r))
	}
	return r.Info.UnmarshalJSON(b)
}

// option is one way.
type option struct {
	Distance     baidu.Number `json:"distance"` // metres
	Duration     baidu.Number `json:"duration"` // seconds
	Toll         baidu.Number `json:"toll"`     // yuan
	TollDistance baidu.Number `json:"toll_distance"`
	// RestrictionInfo: 0 none, 1 avoided, 2 could not be avoided, 3 closures for
	// other reasons, such as an epidemic. Bars part several texts.
	RestrictionInfo baidu.List[restrictionInfo] `json:"restriction_info"`
	// Unavoided counts a truck's limits that the way breaks.
	Unavoided baidu.List[unavoided] `json:"unavoid_statistics"`
	// Restrictions are a bicycle's: 1 a forbidden way, 2 one against the traffic,
	// 3 both. Bars part several texts.
	Restrictions     baidu.Number `json:"restrictions_status"`
	RestrictionsInfo baidu.Text   `json:"restrictions_info"`
	Steps            []step       `json:"steps"`
}

type restrictionInfo struct {
	Status baidu.Number `json:"status"`
	Desc   baidu.Text   `json:"desc"`
}

type unavoided struct {
	Height  baidu.Number `json:"height"`
	Width   baidu.Number `json:"width"`
	Weight  baidu.Number `json:"weight"`
	Plate   baidu.Number `json:"plate"`
	ToOpen  baidu.Number `json:"road_to_open"`
	NotOpen baidu.Number `json:"road_not_open"`
}

type step struct {
	LegIndex baidu.Number `json:"leg_index"`
	Distance baidu.Number `json:"distance"`
	Duration baidu.Number `json:"duration"`
	RoadName baidu.Text   `json:"road_name"` // driving, motorcycle, truck
	Name     baidu.Text   `json:"name"`      // riding, walking
	// Instructions are HTML, of riding and walking; Instruction is the light
	// services' name of it.
	Instructions baidu.Text `json:"instructions"`
	Instruction  baidu.Text `json:"instruction"`
	Path         baidu.Text `json:"path"` // lng,lat joined by ';'
}

// maxMetres and maxSeconds bound what a way on Earth can be.
const (
	maxMetres  = 1e8
	maxSeconds = 1e8
)

// result makes paths of the answer.
func (p *plan) result(res *result, r *route.Request) (route.Result, error) {
	out := route.Result{Served: waybill.Served{Provider: Name}}
	apart := 0.0
	for i := range len(r.Points) - 1 {
		apart += geo.Distance(r.Points[i], r.Points[i+1])
	}
	for i := range res.Routes {
		if len(out.Paths) > r.Alternatives {
			break
		}
		o := &res.Routes[i]
		if !o.Distance.Set || !o.Duration.Set || !between(o.Distance.V, maxMetres) || !between(o.Duration.V, maxSeconds) {
			return route.Result{}, damaged(r.Key, "a route has no usable distance and duration")
		}
		if o.Distance.V == 0 && apart > 100 {
			continue // Baidu's way to say that there is none
		}
		if o.Duration.V == 0 && o.Distance.V > 1000 {
			return route.Result{}, damaged(r.Key, "a route takes no time")
		}
		path, err := p.path(o, &res.Restriction, r)
		if err != nil {
			return route.Result{}, err
		}
		out.Paths = append(out.Paths, path)
	}
	if len(out.Paths) == 0 {
		return route.Result{}, noWay(r.Key)
	}
	return out, nil
}

func between(v, most float64) bool { return v >= 0 && v <= most }

func (p *plan) path(o *option, limits *restriction, r *route.Request) (route.Path, error) {
	out := route.Path{
		Distance: o.Distance.V, Duration: seconds(o.Duration.V), Traffic: p.traffic, Substituted: p.substituted,
		Warnings: warnings(o, limits),
	}
	if o.Toll.Set && o.Toll.V >= 0 {
		out.Toll, out.TollCurrency = strconv.FormatFloat(o.Toll.V, 'f', -1, 64), "CNY"
		out.TollDistance = o.TollDistance.NotNegative()
	}
	for i := range o.Steps {
		if s := &o.Steps[i]; !between(s.Distance.NotNegative(), maxMetres) || !between(s.Duration.NotNegative(), maxSeconds) {
			return route.Path{}, damaged(r.Key, "a step has no usable distance or duration")
		}
	}
	if r.Mode == route.Truck && r.Vehicle.Hazmat {
		out.Warnings = append(out.Warnings, "the hazardous goods were not considered")
	}
	var shared bool
	out.Legs, shared = legs(o, len(r.Points)-1, r.Steps)
	if shared {
		out.Warnings = append(out.Warnings, "the time of the legs is shared out by their length")
	}
	if r.Polyline {
		line, ok := polyline(o.Steps, p.datum)
		if !ok {
			return route.Path{}, damaged(r.Key, "a step's geometry cannot be read")
		}
		out.Polyline = line
	}
	return out, nil
}

func seconds(v float64) time.Duration { return time.Duration(math.Round(v)) * time.Second }

// warnings are the restrictions that the way could not avoid, in Baidu's words or
// ours.
func warnings(o *option, limits *restriction) []string {
	var out []string
	add := func(text, ours string) {
		for said := range strings.SplitSeq(cmp.Or(text, ours), "|") {
			if said = strings.TrimSpace(said); said != "" && !slices.Contains(out, said) {
				out = append(out, said)
			}
		}
	}
	if limits.Type.V > 0 {
		add(limits.Info.Trim(), "restrictions of plates apply")
	} else {
		add(limits.Info.Trim(), "")
	}
	for _, info := range o.RestrictionInfo {
		switch info.Status.Int() {
		case 2:
			add(info.Desc.Trim(), "restrictions could not be avoided")
		case 3:
			add(info.Desc.Trim(), "")
		}
	}
	switch info := o.RestrictionsInfo.Trim(); o.Restrictions.Int() {
	case 1:
		add(info, "a part of the way is forbidden")
	case 2:
		add(info, "a part of the way is against the traffic")
	case 3:
		add(info, "a part of the way is forbidden|a part of the way is against the traffic")
	}
	for _, u := range o.Unavoided {
		for _, limit := range [...]struct {
			n    baidu.Number
			what string
		}{
			{u.Height, "height limits"}, {u.Width, "width limits"}, {u.Weight, "weight limits"}, {u.Plate, "restrictions of plates"},
			{u.ToOpen, "roads about to be opened"}, {u.NotOpen, "roads that are not open"},
		} {
			if limit.n.Int() > 0 {
				add("not avoided: "+limit.what+" ("+strconv.Itoa(limit.n.Int())+")", "")
			}
		}
	}
	return out
}

// legs shares the steps out to n legs by their index, or gives none where Baidu
// does not tell the legs apart. shared says that the time was shared out by
// length.
func legs(o *option, n int, texts bool) (out []route.Leg, shared bool) {
	out = make([]route.Leg, n)
	timed := len(o.Steps) > 0
	last := 0
	for i := range o.Steps {
		s := &o.Steps[i]
		at := 0
		if n > 1 {
			if at = s.LegIndex.Int(); !s.LegIndex.Set || at < last || at >= n {
				return nil, false
			}
			last = at
		}
		timed = timed && s.Duration.Set
		out[at].Distance += s.Distance.NotNegative()
		out[at].Duration += seconds(s.Duration.NotNegative())
		if texts {
			out[at].Steps = append(out[at].Steps, s.step())
		}
	}
	if n == 1 {
		out[0].Distance, out[0].Duration = o.Distance.V, seconds(o.Duration.V)
		return out, false
	}
	if last != n-1 {
		return nil, false
	}
	if timed {
		return out, false
	}
	var sum float64
	for i := range out {
		sum += out[i].Distance
	}
	for i := range out {
		out[i].Duration = seconds(o.Duration.V * out[i].Distance / max(sum, 1))
	}
	return out, true
}

func (s *step) step() route.Step {
	out := route.Step{
		Road: s.RoadName.Trim(), Distance: s.Distance.NotNegative(), Duration: seconds(s.Duration.NotNegative()),
	}
	if out.Road == "" {
		out.Road = s.Name.Trim()
	}
	text := s.Instructions
	if text == "" {
		text = s.Instruction
	}
	out.Text = plain(string(text))
	if out.Text == "" {
		out.Text = out.Road
	}
	return out
}

// plain takes the markup out of a text.
func plain(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return strings.TrimSpace(s)
	}
	s = html.UnescapeString(s)
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "<")
		b.WriteString(before)
		if !ok {
			break
		}
		if _, s, ok = strings.Cut(after, ">"); !ok {
			break // a tag without an end is no text
		}
	}
	return strings.TrimSpace(b.String())
}

// polyline joins the steps' geometries; a point that ends one step and begins
// the next stands there once.
func polyline(steps []step, d geo.Datum) ([]geo.Point, bool) {
	n := 0
	for i := range steps {
		n += strings.Count(string(steps[i].Path), ";") + 1
	}
	out := make([]geo.Point, 0, n)
	for i := range steps {
		rest := steps[i].Path.Trim()
		for rest != "" {
			var pair string
			pair, rest, _ = strings.Cut(rest, ";")
			if pair == "" {
				continue
			}
			p, ok := readPair(pair)
			if !ok {
				return nil, false
			}
			p.Datum = d
			if len(out) == 0 || out[len(out)-1] != p {
				out = append(out, p)
			}
		}
	}
	return out, true
}

// readPair reads "lng,lat".
func readPair(s string) (geo.Point, bool) {
	a, b, ok := strings.Cut(s, ",")
	if !ok {
		return geo.Point{}, false
	}
	lng, err := strconv.ParseFloat(a, 64)
	if err != nil {
		return geo.Point{}, false
	}
	lat, err := strconv.ParseFloat(b, 64)
	if err != nil {
		return geo.Point{}, false
	}
	p := geo.Point{Lat: lat, Lng: lng}
	return p, p.Validate() == nil && !p.IsZero()
}
