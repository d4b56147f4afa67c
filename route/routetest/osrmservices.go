package routetest

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
	"github.com/waybill-go/waybill/route/polyline"
)

// snap moves a point to a road: in the world's towns at once, elsewhere 41 km, to
// a place from which no way leads.
func (s *OSRM) snap(p geo.Point, extra map[string]any) map[string]any {
	distance := 0.2801474415
	if s.world.CityAt(p.Lat, p.Lng) == nil {
		distance = 41000.5
		p.Lng -= 0.5
	}
	out := map[string]any{"name": "", "location": []float64{p.Lng, p.Lat}, "distance": distance}
	for k, v := range extra {
		out[k] = v
	}
	return out
}

// travel is the world's way; ok is false when there is none. Points that are
// snapped far away lie on one road.
func (s *OSRM) travel(a, b geo.Point, slower float64) (world.Trip, bool) {
	if s.world.CityAt(a.Lat, a.Lng) == nil || s.world.CityAt(b.Lat, b.Lng) == nil {
		at := world.LatLng{Lat: b.Lat, Lng: b.Lng}
		return world.Trip{Line: []world.LatLng{at, at}}, true
	}
	t, ok := s.world.Travel(world.Mode(s.opts.Mode), a.Lat, a.Lng, b.Lat, b.Lng, world.Bias("osrm"))
	t.Metres *= slower
	t.Seconds *= slower
	return t, ok
}

func tenth(v float64) float64 { return math.Round(v*10) / 10 }

// way drives along the points.
func (s *OSRM) way(q *osrmQuery, longer float64) (map[string]any, bool) {
	var metres, seconds float64
	var line []geo.Point
	legs := []any{}
	for i := range len(q.points) - 1 {
		t, ok := s.travel(q.points[i], q.points[i+1], q.slower*longer)
		if !ok {
			return nil, false
		}
		for _, at := range t.Line {
			line = append(line, geo.Point{Lat: at.Lat, Lng: at.Lng})
		}
		metres, seconds = metres+t.Metres, seconds+t.Seconds
		steps := []any{}
		if q.options["steps"] == "true" {
			turn := func(kind, modifier, name string, share float64) map[string]any {
				return map[string]any{"distance": tenth(t.Metres * share), "duration": tenth(t.Seconds * share), "name": name, "mode": "driving",
					"maneuver": map[string]any{"type": kind, "modifier": modifier, "location": []float64{t.Line[0].Lng, t.Line[0].Lat}}}
			}
			steps = append(steps, turn("depart", "", "Main Street", 0.4), turn("turn", "left", "Fish & Ship Road", 0.6), turn("arrive", "right", "", 0))
		}
		legs = append(legs, map[string]any{"distance": tenth(t.Metres), "duration": tenth(t.Seconds), "weight": tenth(t.Seconds), "summary": "", "steps": steps})
	}
	out := map[string]any{"distance": tenth(metres), "duration": tenth(seconds), "weight": tenth(seconds), "weight_name": "routability", "legs": legs}
	if q.options["overview"] != "false" {
		precision := polyline.Precision5
		switch q.options["geometries"] {
		case "geojson":
			list := [][]float64{}
			for _, p := range line {
				list = append(list, []float64{p.Lng, p.Lat})
			}
			out["geometry"] = map[string]any{"type": "LineString", "coordinates": list}
			return out, true
		case "polyline6":
			precision = polyline.Precision6
		}
		out["geometry"], _ = polyline.Encode(line, precision)
	}
	return out, true
}

func (s *OSRM) route(q osrmQuery) (map[string]any, string) {
	if len(q.points) > 500 {
		return nil, "TooBig"
	}
	s.mu.Lock()
	s.asked = q.points
	s.mu.Unlock()
	count := 1
	if v := q.options["alternatives"]; v != "" && v != "false" {
		n, err := strconv.Atoi(v)
		switch {
		case v == "true":
			n = 1
		case err != nil || n < 0:
			return nil, "InvalidQuery"
		case n > 3:
			return nil, "TooBig"
		}
		if len(q.points) == 2 {
			count += n
		}
	}
	routes := []any{}
	for i := range count {
		w, ok := s.way(&q, 1+0.06*float64(i))
		if !ok {
			return nil, "NoRoute"
		}
		routes = append(routes, w)
	}
	waypoints := []any{}
	for _, p := range q.points {
		waypoints = append(waypoints, s.snap(p, nil))
	}
	return map[string]any{"routes": routes, "waypoints": waypoints, "data_version": "2016-08-10T19:28:03Z"}, ""
}

// trip puts the points in the order in which each is the nearest to the one
// before, between the first and the last.
func (s *OSRM) trip(q osrmQuery) (map[string]any, string) {
	if len(q.points) > 100 {
		return nil, "TooBig"
	}
	if q.options["source"] != "first" || q.options["destination"] != "last" || q.options["roundtrip"] != "false" {
		return nil, "NotImplemented"
	}
	s.mu.Lock()
	s.asked = q.points
	s.mu.Unlock()
	order := nearestFirst(q.points)
	driven := q
	driven.points = make([]geo.Point, len(order))
	waypoints := make([]any, len(order))
	for at, i := range order {
		driven.points[at] = q.points[i]
		waypoints[i] = s.snap(q.points[i], map[string]any{"waypoint_index": at, "trips_index": 0})
	}
	w, ok := s.way(&driven, 1)
	if !ok {
		return nil, "NoTrips"
	}
	return map[string]any{"trips": []any{w}, "waypoints": waypoints}, ""
}

// nearestFirst returns the order of a drive from the first point to the last.
func nearestFirst(points []geo.Point) []int {
	last := len(points) - 1
	order := []int{0}
	for len(order) < last {
		at, next := points[order[len(order)-1]], -1
		for i := 1; i < last; i++ {
			if !slices.Contains(order, i) && (next < 0 || geo.Distance(at, points[i]) < geo.Distance(at, points[next])) {
				next = i
			}
		}
		order = append(order, next)
	}
	return append(order, last)
}

func (s *OSRM) table(q osrmQuery) (map[string]any, string) {
	sources, ok1 := pickIndices(q.options["sources"], len(q.points))
	destinations, ok2 := pickIndices(q.options["destinations"], len(q.points))
	if !ok1 || !ok2 {
		return nil, "InvalidOptions"
	}
	if len(sources)*len(destinations) > 100*100 {
		return nil, "TooBig"
	}
	s.mu.Lock()
	s.origins, s.destinations = nil, nil
	for _, i := range sources {
		s.origins = append(s.origins, q.points[i])
	}
	for _, j := range destinations {
		s.destinations = append(s.destinations, q.points[j])
	}
	s.mu.Unlock()
	durations, distances := [][]any{}, [][]any{}
	for _, i := range sources {
		var took, far []any
		for _, j := range destinations {
			if t, ok := s.travel(q.points[i], q.points[j], q.slower); ok {
				took, far = append(took, tenth(t.Seconds)), append(far, tenth(t.Metres))
			} else {
				took, far = append(took, nil), append(far, nil)
			}
		}
		durations, distances = append(durations, took), append(distances, far)
	}
	placed := func(list []int) []any {
		out := []any{}
		for _, i := range list {
			out = append(out, s.snap(q.points[i], nil))
		}
		return out
	}
	body := map[string]any{"sources": placed(sources), "destinations": placed(destinations)}
	asked := strings.Split(q.options["annotations"], ",")
	if asked[0] == "" || slices.Contains(asked, "duration") {
		body["durations"] = durations
	}
	if slices.Contains(asked, "distance") {
		body["distances"] = distances
	}
	return body, ""
}

func pickIndices(text string, n int) ([]int, bool) {
	var out []int
	if text == "" || text == "all" {
		for i := range n {
			out = append(out, i)
		}
		return out, true
	}
	for part := range strings.SplitSeq(text, ";") {
		i, err := strconv.Atoi(part)
		if err != nil || i < 0 || i >= n {
			return nil, false
		}
		out = append(out, i)
	}
	return out, true
}
