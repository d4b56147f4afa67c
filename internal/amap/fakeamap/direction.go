package fakeamap

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// The limits of the services.
const (
	maxWaypoints = 16
	maxWalk      = 100e3 // metres
	maxCycle     = 500e3
)

// trip is a checked request for a way.
type trip struct {
	points []point
	mode   world.Mode
	fields []string // show_fields
	// toll, motorway: whether the way may use them. live: whether the time
	// counts the traffic of the moment.
	toll, motorway, live bool
	paths                int
}

// stops reads origin, destination and waypoints.
func (s *Server) stops(q url.Values) ([]point, string) {
	texts := []string{q.Get("origin")}
	if w := q.Get("waypoints"); w != "" {
		texts = append(texts, strings.Split(w, ";")...)
	}
	texts = append(texts, q.Get("destination"))
	if len(texts) > maxWaypoints+2 {
		return nil, "20000"
	}
	points := make([]point, len(texts))
	for i, text := range texts {
		p, ok := s.parsePoint(text)
		if !ok {
			return nil, "20000"
		}
		points[i] = p
	}
	s.mu.Lock()
	s.asked = points
	s.mu.Unlock()
	for _, p := range points {
		switch {
		case p.region == "":
			return nil, "20801"
		case !covered(p.region):
			return nil, "20800"
		}
	}
	return points, codeOK
}

// Asked returns the points of the last way that was asked for, as the services
// take them: in GCJ-02.
func (s *Server) Asked() []geo.Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]geo.Point, len(s.asked))
	for i, p := range s.asked {
		out[i] = geo.Point{Lat: p.lat, Lng: p.lng}.To(geo.GCJ02)
	}
	return out
}

// fields reads show_fields. The services ignore names that they do not know;
// the fake refuses them, since they are a mistake of ours.
func fields(q url.Values, known ...string) ([]string, bool) {
	text := q.Get("show_fields")
	if text == "" {
		return nil, !q.Has("show_fields")
	}
	out := strings.Split(text, ",")
	for _, f := range out {
		if !slices.Contains(known, f) {
			return nil, false
		}
	}
	return out, true
}

// number reads a whole number within bounds; def when it is missing.
func number(q url.Values, name string, def, low, high int) (int, bool) {
	if !q.Has(name) {
		return def, true
	}
	v, err := strconv.Atoi(q.Get(name))
	return v, err == nil && v >= low && v <= high
}

func (s *Server) driving(q url.Values) (any, string) {
	strategy, ok := number(q, "strategy", 32, 0, 45)
	if !ok || strategy > 2 && strategy < 32 {
		return nil, "20000"
	}
	show, ok1 := fields(q, "cost", "tmcs", "navi", "cities", "polyline")
	_, ok2 := number(q, "cartype", 0, 0, 2)
	_, ok3 := number(q, "ferry", 0, 0, 1)
	if !ok1 || !ok2 || !ok3 || q.Has("plate") && !plate(q.Get("plate")) {
		return nil, "20000"
	}
	points, code := s.stops(q)
	if code != codeOK {
		return nil, code
	}
	t := trip{points: points, mode: world.Car, fields: show, live: strategy >= 32,
		toll:     !slices.Contains([]int{1, 36, 41, 42, 43}, strategy),
		motorway: !slices.Contains([]int{35, 40, 42, 43}, strategy)}
	t.paths = 1
	if strategy >= 32 && len(points) == 2 {
		t.paths = 3
	}
	return s.v5(t)
}

func (s *Server) walking(q url.Values) (any, string) { return s.plain(q, world.Walk, maxWalk) }

func (s *Server) bicycling(q url.Values) (any, string) { return s.plain(q, world.Bicycle, maxCycle) }

func (s *Server) plain(q url.Values, mode world.Mode, most float64) (any, string) {
	show, ok := fields(q, "cost", "navi", "walk_type", "polyline")
	paths, ok1 := number(q, "alternative_route", 1, 1, 3)
	if !ok || !ok1 {
		return nil, "20000"
	}
	points, code := s.stops(q)
	if code != codeOK {
		return nil, code
	}
	a, b := points[0], points[len(points)-1]
	if world.Distance(a.lat, a.lng, b.lat, b.lng) > most {
		return nil, "20803"
	}
	return s.v5(trip{points: points, mode: mode, fields: show, paths: paths})
}

// plate reports whether a text is a licence plate of the mainland: a province's
// character, a letter, and five or six letters and digits.
func plate(text string) bool {
	province, size := utf8.DecodeRuneInString(text)
	rest := text[size:]
	return province >= 0x4e00 && province <= 0x9fff && plateNumber(rest)
}

func plateNumber(rest string) bool {
	if len(rest) != 6 && len(rest) != 7 || rest[0] < 'A' || rest[0] > 'Z' {
		return false
	}
	for _, c := range []byte(rest) {
		if !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return true
}

func (s *Server) truck(q url.Values) (any, string) {
	if !s.opts.Truck {
		return nil, "10012"
	}
	strategy, ok := number(q, "strategy", 1, 1, 13)
	_, ok1 := number(q, "size", 2, 1, 4)
	_, ok2 := number(q, "axis", 2, 0, 255)
	_, ok3 := number(q, "cartype", 0, 0, 2)
	shown, ok4 := number(q, "showpolyline", 1, 0, 1)
	_, ok5 := number(q, "nosteps", 0, 0, 1)
	if !ok || !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || strategy == 11 || strategy == 12 {
		return nil, "20000"
	}
	for name, most := range map[string]float64{"height": 25.5, "width": 25.5, "load": 6553.5, "weight": 6553.5} {
		if !q.Has(name) {
			continue
		}
		if v, err := strconv.ParseFloat(q.Get(name), 64); err != nil || !(v >= 0 && v <= most) {
			return nil, "20000"
		}
	}
	if q.Has("province") != q.Has("number") || q.Has("province") && !plate(q.Get("province")+q.Get("number")) {
		return nil, "20000"
	}
	points, code := s.stops(q)
	if code != codeOK {
		return nil, code
	}
	t := trip{points: points, mode: world.Truck, paths: 1, live: slices.Contains([]int{1, 4, 6, 7, 9}, strategy),
		toll: !slices.Contains([]int{3, 5, 6, 7}, strategy), motorway: !slices.Contains([]int{2, 4, 5, 7}, strategy)}
	if shown == 1 {
		t.fields = append(t.fields, "polyline")
	}
	return s.v4(t, strategy, q.Get("nosteps") == "1")
}
