package fakebaidu

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// maxCells is how many pairs one request may have, and maxWalk how far apart
// the ends of a walk may lie.
const (
	maxCells = 50
	maxWalk  = 200e3 // metres
)

// matrixTactics lists the preferences of the table services: those of cars by
// their page, 10 no motorways, 11 usual, 12 and 13 short with and without
// traffic.
func (v vehicle) matrixTactics() []string {
	switch v {
	case car:
		return []string{"", "10", "11", "12", "13"}
	case truck:
		return []string{"", "0", "1", "3", "6"}
	}
	return []string{""}
}

func matrixService(v vehicle, optional ...string) service {
	return service{
		required: []string{"origins", "destinations"},
		optional: append([]string{"coord_type"}, optional...),
		answer:   func(s *Server, q url.Values) (any, int, string) { return s.matrix(v, q) },
	}
}

// truckMatrixParams are the truck's parameters that the table has too.
func truckMatrixParams() []string {
	return slices.DeleteFunc(truckParams(), func(name string) bool {
		return slices.Contains([]string{"waypoints", "way_tactics", "alternatives", "origin_bind_strategy", "dest_bind_strategy", "user_mark"}, name)
	})
}

// matrix answers a table row by row. A pair without a way has the value 0, with
// status 0 all the same.
func (s *Server) matrix(v vehicle, q url.Values) (any, int, string) {
	in, ok := inType(q.Get("coord_type"), directionTypes())
	if !ok {
		return nil, 2, "coord_type"
	}
	if !slices.Contains(v.matrixTactics(), q.Get("tactics")) {
		return nil, 2, "tactics"
	}
	if v == truck && !truckInRange(q, 5, 3, 20) {
		return nil, 2, "vehicle"
	}
	var lists [2][]geo.Point
	for i, name := range []string{"origins", "destinations"} {
		for _, text := range strings.Split(q.Get(name), "|") {
			p, ok := s.readPoint(text, in)
			if !ok {
				return nil, 2, name
			}
			lists[i] = append(lists[i], p)
		}
	}
	if len(lists[0])*len(lists[1]) > maxCells {
		return nil, 2, "origins"
	}
	s.mu.Lock()
	s.origins, s.destinations = lists[0], lists[1]
	s.mu.Unlock()
	var out []any
	for _, from := range lists[0] {
		for _, to := range lists[1] {
			if v == foot && geo.Distance(from, to) > maxWalk {
				return nil, 2, "destinations"
			}
			metres, seconds := s.cell(v, from, to, q.Get("tactics"))
			cell := map[string]any{
				"distance": map[string]any{"text": fmt.Sprintf("%.1f公里", metres/1000), "value": int(math.Round(metres))},
				"duration": map[string]any{"text": fmt.Sprintf("%.0f分钟", seconds/60), "value": int(math.Round(seconds))},
			}
			if v == truck {
				cell["restriction"] = map[string]any{"type": 0, "info": ""}
			}
			out = append(out, cell)
		}
	}
	return out, 0, ""
}

func (s *Server) cell(v vehicle, a, b geo.Point, tactics string) (metres, seconds float64) {
	from, to := s.world.CityAt(a.Lat, a.Lng), s.world.CityAt(b.Lat, b.Lng)
	if from == nil || to == nil || from.Region != "CN" || to.Region != "CN" {
		return 0, 0
	}
	t, ok := s.world.Travel(v.mode(), a.Lat, a.Lng, b.Lat, b.Lng, world.Bias("baidu"))
	if !ok {
		return 0, 0
	}
	slow := 1.0
	if v == car && tactics != "13" && tactics != "" || v == motorcycle {
		slow = traffic
	}
	return t.Metres, t.Seconds * slow
}

// AskedMatrix returns the points of the last table that was asked for, in
// WGS-84.
func (s *Server) AskedMatrix() (origins, destinations []geo.Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.origins), slices.Clone(s.destinations)
}
