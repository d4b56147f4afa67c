package routetest

import (
	"math"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
	"github.com/waybill-go/waybill/route/polyline"
)

func (s *Valhalla) points(list []valhallaPlace) (out []geo.Point, near bool) {
	near = true
	for _, p := range list {
		out = append(out, geo.Point{Lat: *p.Lat, Lng: *p.Lon})
		near = near && s.world.CityAt(*p.Lat, *p.Lon) != nil
	}
	return out, near
}

func (s *Valhalla) route(optimized bool) func(q *valhallaQuery) (any, int) {
	return func(q *valhallaQuery) (any, int) {
		if len(q.Locations) < 2 {
			return nil, 120
		}
		points, near := s.points(q.Locations)
		if !near {
			return nil, 171
		}
		s.mu.Lock()
		s.asked = points
		s.mu.Unlock()
		order := make([]int, len(points))
		for i := range order {
			order[i] = i
		}
		if optimized {
			order = nearestFirst(points)
		}
		trip, ok := s.trip(q, points, order, 1)
		if !ok {
			return nil, 442
		}
		body := map[string]any{"trip": trip}
		if !optimized && len(points) == 2 {
			var more []any
			for i := range min(q.Alternates, 2) {
				other, _ := s.trip(q, points, order, 1.07+0.05*float64(i))
				more = append(more, map[string]any{"trip": other})
			}
			if more != nil {
				body["alternates"] = more
			}
		}
		return body, 0
	}
}

func thousandth(v float64) float64 { return math.Round(v*1000) / 1000 }

func (s *Valhalla) trip(q *valhallaQuery, points []geo.Point, order []int, longer float64) (map[string]any, bool) {
	unit := 1000.0
	if q.Units == "miles" {
		unit = 1609.344
	}
	var metres, seconds float64
	legs, locations := []any{}, []any{}
	for n, i := range order {
		locations = append(locations, map[string]any{"type": "break", "lat": points[i].Lat, "lon": points[i].Lng, "original_index": i})
		if n == 0 {
			continue
		}
		a, b := points[order[n-1]], points[i]
		t, ok := s.world.Travel(q.mode, a.Lat, a.Lng, b.Lat, b.Lng, world.Bias("valhalla"))
		if !ok {
			return nil, false
		}
		far, took := t.Metres*q.slower*longer, t.Seconds*q.slower*longer
		metres, seconds = metres+far, seconds+took
		var line []geo.Point
		for _, at := range t.Line {
			line = append(line, geo.Point{Lat: at.Lat, Lng: at.Lng})
		}
		shape, _ := polyline.Encode(line, polyline.Precision6)
		leg := map[string]any{"shape": shape, "summary": valhallaSummary(far/unit, took)}
		if q.Directions != "none" {
			leg["maneuvers"] = []any{map[string]any{"type": 1, "instruction": "Drive north on Main Street.", "street_names": []string{"Main Street"},
				"length": thousandth(far / unit), "time": thousandth(took)}, map[string]any{"type": 4, "instruction": "You have arrived.", "length": 0, "time": 0}}
		}
		legs = append(legs, leg)
	}
	return map[string]any{"locations": locations, "legs": legs, "summary": valhallaSummary(metres/unit, seconds), "status": 0,
		"status_message": "Found route between points", "units": valhallaUnits(q.Units), "language": "en-US"}, true
}

func valhallaUnits(asked string) string {
	if asked == "" {
		return "kilometers"
	}
	return asked
}

func valhallaSummary(length, seconds float64) map[string]any {
	return map[string]any{"length": thousandth(length), "time": thousandth(seconds), "has_toll": false, "has_highway": true, "has_ferry": false, "cost": thousandth(seconds)}
}

func (s *Valhalla) matrix(q *valhallaQuery) (any, int) {
	if len(q.Sources) == 0 || len(q.Targets) == 0 {
		return nil, 112
	}
	sources, near1 := s.points(q.Sources)
	targets, near2 := s.points(q.Targets)
	if !near1 || !near2 {
		return nil, 171
	}
	s.mu.Lock()
	s.origins, s.destinations = sources, targets
	s.mu.Unlock()
	unit := 1000.0
	if q.Units == "miles" {
		unit = 1609.344
	}
	table, durations, distances := [][]any{}, [][]any{}, [][]any{}
	for i, a := range sources {
		var row, took, far []any
		for j, b := range targets {
			cell := map[string]any{"from_index": i, "to_index": j, "distance": nil, "time": nil}
			var km, secs any
			if t, ok := s.world.Travel(q.mode, a.Lat, a.Lng, b.Lat, b.Lng, world.Bias("valhalla")); ok {
				km, secs = thousandth(t.Metres*q.slower/unit), math.Round(t.Seconds*q.slower)
				cell["distance"], cell["time"] = km, secs
				if a != b {
					cell["begin_lat"], cell["begin_lon"], cell["end_lat"], cell["end_lon"] = a.Lat, a.Lng, b.Lat, b.Lng
				}
			}
			row, took, far = append(row, cell), append(took, secs), append(far, km)
		}
		table, durations, distances = append(table, row), append(durations, took), append(distances, far)
	}
	body := map[string]any{"units": valhallaUnits(q.Units), "algorithm": "costmatrix", "sources_to_targets": table}
	if s.opts.ShortTables || q.Verbose != nil && !*q.Verbose {
		body["sources_to_targets"] = map[string]any{"durations": durations, "distances": distances}
	}
	return body, 0
}
