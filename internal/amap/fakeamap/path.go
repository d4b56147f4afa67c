package fakeamap

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/internal/world"
)

// way is one computed path: whole metres and seconds, in steps.
type way struct {
	metres, seconds int
	tolls           int // yuan
	tollMetres      int
	steps           []step
}

type step struct {
	metres, seconds int
	line            []world.LatLng
	road            string
	mark            string // what is reached at its end
}

// What the services write into assistant_action at the end of the step that
// reaches a waypoint or the destination. It is the only sign of a waypoint in a
// reply (measured by several users).
const (
	markWaypoint    = "到达途经地"
	markDestination = "到达目的地"
)

// The fake's tariff: nine tenths of a way over 30 km are a toll motorway, which
// costs 0.5 yuan a kilometre.
const (
	tollFrom  = 30e3
	tollShare = 0.9
	tollPrice = 0.5
)

// way plans the trip's i-th path; every further one is seven per cent longer.
func (s *Server) way(t trip, i int) (way, bool) {
	factor := 1 + 0.07*float64(i)
	slow := 1.0
	if t.live {
		slow = 1.12
	}
	if !t.motorway {
		factor *= 1.06
		slow *= 1.3
	}
	if !t.toll {
		factor *= 1.04
	}
	var w way
	for j := range len(t.points) - 1 {
		a, b := t.points[j], t.points[j+1]
		leg, ok := s.world.Travel(t.mode, a.lat, a.lng, b.lat, b.lng, world.Bias("amap"))
		if !ok {
			return way{}, false
		}
		mark := markWaypoint
		if j == len(t.points)-2 {
			mark = markDestination
		}
		w.add(leg, factor, slow, mark)
	}
	if t.mode <= world.Truck && t.toll && t.motorway && float64(w.metres) > tollFrom {
		w.tollMetres = int(float64(w.metres) * tollShare)
		w.tolls = int(math.Round(float64(w.tollMetres) / 1000 * tollPrice))
	}
	return w, true
}

// add appends a leg in steps of four points of its line.
func (w *way) add(leg world.Trip, factor, slow float64, mark string) {
	metres := int(math.Round(leg.Metres * factor))
	seconds := int(math.Round(leg.Seconds * factor * slow))
	const hop = 4
	n := max(1, (len(leg.Line)-2)/hop+1)
	for i := range n {
		from := i * hop
		to := min(from+hop, len(leg.Line)-1)
		if i == n-1 {
			to = len(leg.Line) - 1
		}
		st := step{metres: metres*(i+1)/n - metres*i/n, seconds: seconds*(i+1)/n - seconds*i/n,
			line: leg.Line[from : to+1]}
		if i > 0 { // the first step of a leg has no road, as in recorded replies
			st.road = "测试路" + strconv.Itoa(i)
		}
		if i == n-1 {
			st.mark = mark
		}
		w.steps = append(w.steps, st)
	}
	w.metres += metres
	w.seconds += seconds
}

func (st step) polyline() string {
	parts := make([]string, len(st.line))
	for i, p := range st.line {
		parts[i] = location(p.Lat, p.Lng)
	}
	return strings.Join(parts, ";")
}

func (st step) instruction() string {
	text := "行驶" + strconv.Itoa(st.metres) + "米"
	if st.road != "" {
		text = "沿" + st.road + text
	}
	return text + st.mark
}

// v5 answers in the shape of the v5 services: strings, and only the groups that
// were asked for.
func (s *Server) v5(t trip) (any, string) {
	paths := []any{}
	for i := range t.paths {
		w, ok := s.way(t, i)
		if !ok {
			return nil, "20802"
		}
		paths = append(paths, w.v5(t))
	}
	first, last := t.points[0], t.points[len(t.points)-1]
	r := map[string]any{"origin": first.text, "destination": last.text, "paths": paths}
	if t.mode == world.Car {
		r["taxi_cost"] = "39.613299999999995"
	}
	return map[string]any{"status": "1", "info": "OK", "infocode": codeOK, "count": strconv.Itoa(len(paths)), "route": r}, codeOK
}

func (w way) v5(t trip) map[string]any {
	shown := func(name string) bool { return slices.Contains(t.fields, name) }
	steps := []any{}
	for _, st := range w.steps {
		m := map[string]any{"instruction": st.instruction(), "orientation": "北", "step_distance": strconv.Itoa(st.metres), "road_name": st.road}
		if t.mode == world.Car && st.road == "" {
			delete(m, "road_name") // absent, not empty, in unnamed driving steps
		}
		if shown("cost") {
			m["cost"] = map[string]any{"duration": strconv.Itoa(st.seconds)}
		}
		if shown("navi") {
			m["navi"] = map[string]any{"action": "直行", "assistant_action": st.mark}
		}
		if shown("polyline") {
			m["polyline"] = st.polyline()
		}
		steps = append(steps, m)
	}
	m := map[string]any{"distance": strconv.Itoa(w.metres), "steps": steps}
	cost := map[string]any{"duration": strconv.Itoa(w.seconds)}
	if t.mode == world.Car {
		m["restriction"] = "0"
		cost["tolls"], cost["toll_distance"], cost["toll_road"] = strconv.Itoa(w.tolls), strconv.Itoa(w.tollMetres), ""
		cost["traffic_lights"] = "3"
	}
	if shown("cost") {
		m["cost"] = cost
	}
	return m
}

// v4 answers in the shape of the v4 services: numbers.
func (s *Server) v4(t trip, strategy int, totals bool) (any, string) {
	w, ok := s.way(t, 0)
	if !ok {
		return nil, "20802"
	}
	steps := []any{}
	for _, st := range w.steps {
		m := map[string]any{"instruction": st.instruction(), "orientation": "北", "road": st.road, "distance": st.metres,
			"duration": st.seconds, "action": "", "assistant_action": st.mark}
		if slices.Contains(t.fields, "polyline") {
			m["polyline"] = st.polyline()
		}
		steps = append(steps, m)
	}
	path := map[string]any{"distance": w.metres, "duration": w.seconds, "strategy": strconv.Itoa(strategy), "tolls": w.tolls,
		"toll_distance": w.tollMetres, "restriction": 0, "traffic_lights": 3}
	if !totals {
		path["steps"] = steps
	}
	r := map[string]any{"origin": t.points[0].text, "destination": t.points[len(t.points)-1].text, "paths": []any{path}}
	return map[string]any{"errcode": 0, "errmsg": "OK", "errdetail": nil, "data": map[string]any{"count": 1, "route": r}}, codeOK
}
