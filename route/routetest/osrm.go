package routetest

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/route/polyline"
)

// OSRMOptions are the settings of a fake OSRM. The zero value is a server of
// cars whose profile has the classes toll, motorway and ferry.
type OSRMOptions struct {
	// Mode is the one whose data the server has. The profile's name in a URL
	// changes nothing, as on a real server.
	Mode route.Mode
	// NoClasses is a profile without classes to exclude.
	NoClasses bool
}

// OSRM is a fake of an OSRM server: the services route, table and trip of version
// v1. It refuses options that a service does not have, in OSRM's codes, and as a
// real server does moves every point to a road, however far that is. It is safe
// for concurrent use.
type OSRM struct {
	*fakehttp.Server
	world *world.World
	opts  OSRMOptions

	mu                           sync.Mutex
	asked, origins, destinations []geo.Point
}

// NewOSRM starts a fake OSRM; nil options are the defaults. The caller closes it.
func NewOSRM(o *OSRMOptions) *OSRM {
	s := &OSRM{world: world.Default()}
	if o != nil {
		s.opts = *o
	}
	s.Server = fakehttp.New("osrm", http.HandlerFunc(s.serve))
	return s
}

// Accepted returns how many requests of a service ("route", "table", "trip", ""
// for all) were answered with a success.
func (s *OSRM) Accepted(service string) int { return s.Count("accepted " + service) }

// Asked returns the points of the last way that was asked for.
func (s *OSRM) Asked() []geo.Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// AskedMatrix returns the points of the last table that was asked for.
func (s *OSRM) AskedMatrix() (origins, destinations []geo.Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.origins), slices.Clone(s.destinations)
}

// FailCode makes the fake refuse every request with the code until Heal.
func (s *OSRM) FailCode(code string) {
	s.Fail(fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { refuseOSRM(w, code, "") })))
}

// osrmMessages are the texts of a real server (6.0.0) for its codes.
var osrmMessages = map[string]string{
	"NoRoute": "Impossible route between points", "NoTable": "No table found",
	"NoSegment":      "Could not find a matching segment for coordinate 0",
	"InvalidValue":   "Invalid coordinate value.",
	"InvalidOptions": "Number of coordinates needs to be at least two.",
	"TooBig":         "Too many table coordinates",
	"InvalidService": "Service routing not found!", "InvalidVersion": "Service route not found!",
}

func refuseOSRM(w http.ResponseWriter, code, message string) {
	if message == "" {
		message = osrmMessages[code]
	}
	writeOSRM(w, http.StatusBadRequest, map[string]any{"code": code, "message": message})
}

func writeOSRM(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "fake: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// osrmQuery is a checked request.
type osrmQuery struct {
	points  []geo.Point
	options map[string]string
	slower  float64 // what the excluded classes cost
}

// The options of the services, beside those that all have.
var osrmOptions = map[string][]string{
	"route": {"alternatives", "steps", "geometries", "overview", "annotations", "continue_straight", "waypoints"},
	"table": {"sources", "destinations", "annotations", "fallback_speed", "fallback_coordinate", "scale_factor"},
	"trip":  {"roundtrip", "source", "destination", "steps", "geometries", "overview", "annotations"},
}

var osrmCommon = []string{"bearings", "radiuses", "generate_hints", "hints", "approaches", "exclude", "snapping", "skip_waypoints"}

func (s *OSRM) serve(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if len(parts) != 4 || r.Method != http.MethodGet {
		refuseOSRM(w, "InvalidUrl", "URL string malformed close to position 1: \"/\"")
		return
	}
	service := parts[0]
	if osrmOptions[service] == nil {
		refuseOSRM(w, "InvalidService", "Service "+service+" not found!")
		return
	}
	if parts[1] != "v1" {
		refuseOSRM(w, "InvalidVersion", "Service "+service+" not found!")
		return
	}
	q, code, message := s.read(service, parts[3], r.URL.RawQuery)
	if code != "" {
		refuseOSRM(w, code, message)
		return
	}
	var body map[string]any
	switch service {
	case "route":
		body, code = s.route(q)
	case "trip":
		body, code = s.trip(q)
	default:
		body, code = s.table(q)
	}
	if code != "" {
		refuseOSRM(w, code, "")
		return
	}
	s.Note("accepted ")
	s.Note("accepted " + service)
	body["code"] = "Ok"
	writeOSRM(w, http.StatusOK, body)
}

// read checks coordinates and options.
func (s *OSRM) read(service, coordinates, query string) (q osrmQuery, code, message string) {
	malformed := func(at int) (osrmQuery, string, string) {
		return q, "InvalidQuery", fmt.Sprintf("Query string malformed close to position %d", at)
	}
	q.options, q.slower = map[string]string{}, 1
	for pair := range strings.SplitSeq(coordinates, ";") {
		a, b, ok := strings.Cut(pair, ",")
		lng, err1 := strconv.ParseFloat(a, 64)
		lat, err2 := strconv.ParseFloat(b, 64)
		if !ok || err1 != nil || err2 != nil {
			return malformed(len(coordinates))
		}
		if math.Abs(lat) > 90 || math.Abs(lng) > 180 {
			return q, "InvalidValue", ""
		}
		q.points = append(q.points, geo.Point{Lat: lat, Lng: lng})
	}
	if query != "" {
		for option := range strings.SplitSeq(query, "&") {
			name, value, ok := strings.Cut(option, "=")
			_, twice := q.options[name]
			if !ok || twice || value == "" || !slices.Contains(osrmOptions[service], name) && !slices.Contains(osrmCommon, name) {
				return malformed(len(coordinates) + 1)
			}
			q.options[name] = value
		}
	}
	if len(q.points) < 2 {
		return q, "InvalidOptions", ""
	}
	if classes := q.options["exclude"]; classes != "" {
		for class := range strings.SplitSeq(classes, ",") {
			if s.opts.NoClasses || !slices.Contains([]string{"toll", "motorway", "ferry"}, class) {
				return q, "InvalidValue", "Exclude flag combination is not supported."
			}
			q.slower += 0.05
		}
	}
	for name, allowed := range map[string][]string{"geometries": {"polyline", "polyline6", "geojson"}, "overview": {"simplified", "full", "false"},
		"steps": {"true", "false"}, "generate_hints": {"true", "false"}, "source": {"any", "first"}, "destination": {"any", "last"}, "roundtrip": {"true", "false"}} {
		if v, ok := q.options[name]; ok && !slices.Contains(allowed, v) {
			return malformed(len(coordinates) + 1)
		}
	}
	return q, "", ""
}

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

var (
	_ Server              = (*OSRM)(nil)
	_ Understanding       = (*OSRM)(nil)
	_ UnderstandingMatrix = (*OSRM)(nil)
)
