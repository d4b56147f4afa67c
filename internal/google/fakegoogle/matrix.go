package fakegoogle

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// The limits of the Routes API's table: pairs, and pairs with the best traffic.
const (
	maxElements        = 625
	maxOptimalElements = 100
)

// matrixRequest lists every field that computeRouteMatrix has; others are
// refused.
type matrixRequest struct {
	Origins []struct {
		Waypoint  *waypoint `json:"waypoint"`
		Modifiers struct {
			Tolls    bool `json:"avoidTolls"`
			Highways bool `json:"avoidHighways"`
			Ferries  bool `json:"avoidFerries"`
			Indoor   bool `json:"avoidIndoor"`
		} `json:"routeModifiers"`
	} `json:"origins"`
	Destinations []struct {
		Waypoint *waypoint `json:"waypoint"`
	} `json:"destinations"`
	TravelMode   string   `json:"travelMode"`
	Preference   string   `json:"routingPreference"`
	Departure    string   `json:"departureTime"`
	Arrival      string   `json:"arrivalTime"`
	Language     string   `json:"languageCode"`
	Region       string   `json:"regionCode"`
	Units        string   `json:"units"`
	Extra        []string `json:"extraComputations"`
	TrafficModel string   `json:"trafficModel"`
}

var matrixFields = []string{"originIndex", "destinationIndex", "status", "condition", "distanceMeters", "duration", "staticDuration", "fallbackInfo", "localizedValues", "travelAdvisory"}

// computeRouteMatrix answers POST /distanceMatrix/v2:computeRouteMatrix with an
// array of elements, the last row first: their order means nothing.
func (s *Server) computeRouteMatrix(w http.ResponseWriter, r *http.Request) {
	switch key := r.Header.Get("X-Goog-Api-Key"); {
	case key == "":
		writeStream(w, rpcRefusals["UNREGISTERED"])
		return
	case key != s.opts.Key:
		writeStream(w, rpcRefusals["API_KEY_INVALID"])
		return
	}
	mask := strings.Split(r.Header.Get("X-Goog-FieldMask"), ",")
	for _, f := range mask {
		if !slices.Contains(matrixFields, f) {
			writeStream(w, invalid("Error expanding 'fields' parameter. Cannot find matching fields for path '"+f+"'."))
			return
		}
	}
	var q matrixRequest
	if e := fakehttp.DecodeJSON(r, &q); e != nil {
		writeStream(w, invalid("Invalid JSON payload received. "+e.Error()))
		return
	}
	wrong := s.checkMatrix(&q)
	if wrong != "" {
		writeStream(w, invalid(wrong))
		return
	}
	s.accept(r)
	elements := []any{}
	for i := len(q.Origins) - 1; i >= 0; i-- {
		for j := range q.Destinations {
			elements = append(elements, pruned(s.element(&q, i, j), mask))
		}
	}
	writeJSON(w, http.StatusOK, elements)
}

// checkMatrix says what is wrong with a body.
func (s *Server) checkMatrix(q *matrixRequest) string {
	n := len(q.Origins) * len(q.Destinations)
	one := routesRequest{TravelMode: q.TravelMode, Preference: q.Preference, Departure: q.Departure, Arrival: q.Arrival,
		Units: q.Units, TrafficModel: q.TrafficModel}
	switch {
	case n == 0:
		return "At least one origin and one destination must be given."
	case n > maxElements, q.Preference == "TRAFFIC_AWARE_OPTIMAL" && n > maxOptimalElements:
		return "The number of elements exceeds the limit."
	case len(q.Extra) > 0:
		return "The fake has no extra computations for a matrix."
	}
	var origins, destinations []geo.Point
	for i := range q.Origins {
		one.Origin = q.Origins[i].Waypoint
		one.Destination = q.Destinations[0].Waypoint
		t, wrong := one.trip(nil)
		if wrong != "" {
			return wrong
		}
		origins = append(origins, t.points[0])
	}
	for i := range q.Destinations {
		p, ok := q.Destinations[i].Waypoint.point()
		if !ok {
			return "A destination must have a location with a latLng within range."
		}
		destinations = append(destinations, p)
	}
	s.mu.Lock()
	s.origins, s.destinations = origins, destinations
	s.mu.Unlock()
	return ""
}

func (s *Server) element(q *matrixRequest, i, j int) map[string]any {
	e := map[string]any{"originIndex": i, "destinationIndex": j, "status": map[string]any{}, "condition": "ROUTE_NOT_FOUND"}
	one := routesRequest{TravelMode: q.TravelMode, Preference: q.Preference, Origin: q.Origins[i].Waypoint, Destination: q.Destinations[j].Waypoint}
	one.Modifiers.Tolls, one.Modifiers.Highways, one.Modifiers.Ferries = q.Origins[i].Modifiers.Tolls, q.Origins[i].Modifiers.Highways, q.Origins[i].Modifiers.Ferries
	t, wrong := one.trip(nil)
	if wrong != "" {
		e["status"] = map[string]any{"code": 3, "message": wrong}
		return e
	}
	way, ok := s.plan(t, 0)
	if !ok {
		return e
	}
	metres, static, took := way.totals()
	e["condition"], e["duration"], e["staticDuration"] = "ROUTE_EXISTS", protoSeconds(took), protoSeconds(static)
	if metres > 0 {
		e["distanceMeters"] = metres
	}
	return e
}

func pruned(e map[string]any, mask []string) map[string]any {
	out := map[string]any{}
	for name, v := range e {
		if slices.Contains(mask, name) {
			out[name] = v
		}
	}
	return out
}

// writeStream writes a refusal as a streaming method does: as the only element
// of an array.
func writeStream(w http.ResponseWriter, x rpcRefusal) {
	kept := &body{header: http.Header{}}
	x.write(kept)
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(x.http)
	_, _ = w.Write([]byte("[" + string(kept.text) + "\n]"))
}

// body keeps what is written.
type body struct {
	header http.Header
	text   []byte
}

func (b *body) Header() http.Header         { return b.header }
func (b *body) WriteHeader(int)             {}
func (b *body) Write(p []byte) (int, error) { b.text = append(b.text, p...); return len(p), nil }

// AskedMatrix returns the points of the last table asked for, as Google reads
// them.
func (s *Server) AskedMatrix() (origins, destinations []geo.Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.origins), slices.Clone(s.destinations)
}

// The limits of the legacy Distance Matrix API.
const (
	maxLegacySide     = 25
	maxLegacyElements = 100
)

var distanceMatrixParams = fakehttp.Params{Required: []string{"origins", "destinations"},
	Optional: []string{"mode", "avoid", "units", "departure_time", "arrival_time", "traffic_model"}}

// distanceMatrix answers GET /maps/api/distancematrix/json.
func (s *Server) distanceMatrix(q url.Values) (map[string]any, refusal) {
	from, to := strings.Split(q.Get("origins"), "|"), strings.Split(q.Get("destinations"), "|")
	switch {
	case len(from) > maxLegacySide || len(to) > maxLegacySide:
		return nil, refusal{"MAX_DIMENSIONS_EXCEEDED", ""}
	case len(from)*len(to) > maxLegacyElements:
		return nil, refusal{"MAX_ELEMENTS_EXCEEDED", ""}
	}
	var origins, destinations []geo.Point
	rows := []any{}
	for i, a := range from {
		elements := []any{}
		for _, b := range to {
			pair := url.Values{"origin": {a}, "destination": {b}}
			for _, name := range []string{"mode", "avoid", "units", "departure_time"} {
				if q.Has(name) {
					pair.Set(name, q.Get(name))
				}
			}
			t, no := s.directionsTrip(pair)
			switch {
			case no.status == "NOT_FOUND":
				elements = append(elements, map[string]any{"status": "NOT_FOUND"})
				continue
			case no.status != "":
				return nil, no
			}
			if i == 0 {
				destinations = append(destinations, t.points[1])
			}
			if len(elements) == 0 {
				origins = append(origins, t.points[0])
			}
			elements = append(elements, s.legacyElement(t))
		}
		rows = append(rows, map[string]any{"elements": elements})
	}
	s.mu.Lock()
	s.origins, s.destinations = origins, destinations
	s.mu.Unlock()
	return map[string]any{"rows": rows, "origin_addresses": make([]string, len(from)), "destination_addresses": make([]string, len(to))}, refusal{}
}

func (s *Server) legacyElement(t *trip) map[string]any {
	way, ok := s.plan(t, 0)
	if !ok {
		return map[string]any{"status": "ZERO_RESULTS"}
	}
	far, static, took := way.totals()
	e := map[string]any{"status": "OK", "distance": metres(far), "duration": seconds(static)}
	if t.traffic && t.mode == world.Car {
		e["duration_in_traffic"] = seconds(took)
	}
	return e
}
