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

var (
	_ Server              = (*OSRM)(nil)
	_ Understanding       = (*OSRM)(nil)
	_ UnderstandingMatrix = (*OSRM)(nil)
)
