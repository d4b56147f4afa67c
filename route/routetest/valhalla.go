package routetest

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// ValhallaOptions are the settings of a fake Valhalla.
type ValhallaOptions struct {
	// ShortTables makes it write every table in the short form, whatever a
	// request asks for, and Miles count every length in miles.
	ShortTables, Miles bool
}

// Valhalla is a fake of a Valhalla server: /route, /optimized_route and
// /sources_to_targets. It refuses fields that a service does not have, and what
// is beyond the default limits, with Valhalla's codes. It is safe for concurrent
// use.
type Valhalla struct {
	*fakehttp.Server
	world *world.World
	opts  ValhallaOptions

	mu                           sync.Mutex
	asked, origins, destinations []geo.Point
	options                      map[string]any
}

// NewValhalla starts a fake Valhalla; nil options are the defaults. The caller
// closes it.
func NewValhalla(o *ValhallaOptions) *Valhalla {
	s := &Valhalla{world: world.Default()}
	if o != nil {
		s.opts = *o
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/route", s.post(s.route(false)))
	mux.HandleFunc("/optimized_route", s.post(s.route(true)))
	mux.HandleFunc("/sources_to_targets", s.post(s.matrix))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuseValhalla(w, 106) })
	s.Server = fakehttp.New("valhalla", mux)
	return s
}

// Accepted returns how many requests of a path ("/route", "" for all) were
// answered with a success.
func (s *Valhalla) Accepted(path string) int { return s.Count("accepted " + path) }

// Asked returns the points of the last way that was asked for.
func (s *Valhalla) Asked() []geo.Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// AskedMatrix returns the points of the last table that was asked for.
func (s *Valhalla) AskedMatrix() (origins, destinations []geo.Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.origins), slices.Clone(s.destinations)
}

// Options returns the costing options of the last request, by name.
func (s *Valhalla) Options() map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.options
}

// FailCode makes the fake refuse every request with an error_code until Heal.
func (s *Valhalla) FailCode(code string) {
	n, err := strconv.Atoi(code)
	if err != nil {
		panic("routetest: a code of Valhalla is a number: " + code)
	}
	s.Fail(fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { refuseValhalla(w, n) })))
}

// valhallaErrors are the texts of some codes, and their HTTP statuses where that
// is not 400.
var valhallaErrors = map[int]struct {
	text   string
	status int
}{
	100: {"Failed to parse json request", 400}, 101: {"Try a POST or GET request instead", 405}, 102: {"The config actions for Loki are incorrectly loaded", 503},
	106: {"Try any of:'/locate' '/route' '/height' '/sources_to_targets' '/optimized_route' '/isochrone'", 404}, 107: {"Not Implemented", 501},
	110: {"Insufficiently specified required parameter 'locations'", 400}, 112: {"Insufficiently specified required parameter 'locations' or 'sources & targets'", 400},
	120: {"Insufficient number of locations provided", 400}, 125: {"No costing method found", 400},
	150: {"Exceeded max locations", 400}, 154: {"Path distance exceeds the max distance limit", 400},
	170: {"Locations are in unconnected regions. Go check/edit the map at osm.org", 400}, 171: {"No suitable edges near location", 400},
	199: {"Unknown", 400}, 299: {"Unknown", 500}, 402: {"Service shutting down", 503}, 442: {"No path could be found for input", 400}, 499: {"Unknown", 500},
}

func refuseValhalla(w http.ResponseWriter, code int) {
	e, ok := valhallaErrors[code]
	if !ok {
		e.text, e.status = fmt.Sprintf("Error %d", code), http.StatusBadRequest
	}
	writeOSRM(w, e.status, map[string]any{"error_code": code, "error": e.text, "status_code": e.status, "status": http.StatusText(e.status)})
}

// valhallaRequest lists the fields that this fake knows; others are refused,
// which is stricter than Valhalla.
type valhallaRequest struct {
	Locations, Sources, Targets []valhallaPlace
	Costing                     string                    `json:"costing"`
	CostingOptions              map[string]map[string]any `json:"costing_options"`
	Alternates                  int                       `json:"alternates"`
	Units                       string                    `json:"units"`
	Language                    string                    `json:"language"`
	Directions                  string                    `json:"directions_type"`
	Verbose                     *bool                     `json:"verbose"`
}

// UnmarshalJSON knows the names of the lists.
func (r *valhallaRequest) UnmarshalJSON(b []byte) error {
	type plain valhallaRequest
	var lists struct {
		Locations []valhallaPlace `json:"locations"`
		Sources   []valhallaPlace `json:"sources"`
		Targets   []valhallaPlace `json:"targets"`
	}
	if err := json.Unmarshal(b, &lists); err != nil {
		return err
	}
	if err := json.Unmarshal(b, (*plain)(r)); err != nil {
		return err
	}
	r.Locations, r.Sources, r.Targets = lists.Locations, lists.Sources, lists.Targets
	return nil
}

type valhallaPlace struct {
	Lat  *float64 `json:"lat"`
	Lon  *float64 `json:"lon"`
	Type string   `json:"type"`
}

// valhallaCostings are the costings with the numbers that each may have, and
// their limits of points.
var valhallaCostings = map[string]struct {
	mode    world.Mode
	options []string
	points  int
}{
	"auto":       {world.Car, motorOptions, 20},
	"truck":      {world.Truck, append(slices.Clone(motorOptions), "height", "width", "length", "weight", "axle_load", "axle_count", "hazmat", "hgv_no_access_penalty", "use_truck_route"), 20},
	"motorcycle": {world.Motorcycle, motorOptions, 50},
	"bicycle":    {world.Bicycle, []string{"use_ferry", "exclude_ferries", "use_roads", "use_hills"}, 50},
	"pedestrian": {world.Walk, []string{"use_ferry", "exclude_ferries", "walking_speed"}, 50},
}

var motorOptions = []string{"use_tolls", "use_highways", "use_ferry", "exclude_tolls", "exclude_highways", "exclude_ferries", "top_speed"}

var valhallaFields = []string{"locations", "sources", "targets", "costing", "costing_options", "alternates", "units", "language", "directions_type", "verbose"}

// valhallaQuery is a checked request.
type valhallaQuery struct {
	valhallaRequest
	mode   world.Mode
	slower float64
}

// post checks what all services check: the method, the JSON, the costing and its
// options.
func (s *Valhalla) post(f func(q *valhallaQuery) (any, int)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			refuseValhalla(w, 101)
			return
		}
		q := &valhallaQuery{slower: 1}
		var fields map[string]json.RawMessage
		if e := fakehttp.DecodeJSON(r, &fields); e != nil {
			refuseValhalla(w, 100)
			return
		}
		for name := range fields {
			if !slices.Contains(valhallaFields, name) {
				refuseValhalla(w, 100)
				return
			}
		}
		body, _ := json.Marshal(fields)
		if json.Unmarshal(body, &q.valhallaRequest) != nil {
			refuseValhalla(w, 100)
			return
		}
		code := q.check()
		if s.opts.Miles {
			q.Units = "miles"
		}
		var reply any
		if code == 0 {
			s.mu.Lock()
			s.options = q.CostingOptions[q.Costing]
			s.mu.Unlock()
			reply, code = f(q)
		}
		if code != 0 {
			refuseValhalla(w, code)
			return
		}
		s.Note("accepted ")
		s.Note("accepted " + r.URL.Path)
		writeOSRM(w, http.StatusOK, reply)
	}
}

func (q *valhallaQuery) check() int {
	c, ok := valhallaCostings[q.Costing]
	if !ok {
		return 125
	}
	q.mode = c.mode
	for costing, options := range q.CostingOptions {
		if costing != q.Costing {
			return 100
		}
		for name, v := range options {
			if !slices.Contains(c.options, name) {
				return 100
			}
			if v == 0.0 && (name == "use_tolls" || name == "use_highways" || name == "use_ferry") {
				q.slower += 0.05
			}
		}
	}
	if q.Units != "" && q.Units != "kilometers" && q.Units != "miles" || q.Directions != "" && !slices.Contains([]string{"none", "maneuvers", "instructions"}, q.Directions) {
		return 100
	}
	if len(q.Locations) > c.points || len(q.Sources)*len(q.Targets) > 2500 {
		return 150
	}
	for _, list := range [...][]valhallaPlace{q.Locations, q.Sources, q.Targets} {
		for _, p := range list {
			if p.Lat == nil || p.Lon == nil || math.Abs(*p.Lat) > 90 || math.Abs(*p.Lon) > 180 || p.Type != "" && p.Type != "break" {
				return 110
			}
		}
	}
	return 0
}

var (
	_ Server              = (*Valhalla)(nil)
	_ Understanding       = (*Valhalla)(nil)
	_ UnderstandingMatrix = (*Valhalla)(nil)
)
