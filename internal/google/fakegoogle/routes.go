package fakegoogle

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// routesRequest lists every field that computeRoutes has; others are refused.
type routesRequest struct {
	Origin        *waypoint  `json:"origin"`
	Destination   *waypoint  `json:"destination"`
	Intermediates []waypoint `json:"intermediates"`
	TravelMode    string     `json:"travelMode"`
	Preference    string     `json:"routingPreference"`
	Quality       string     `json:"polylineQuality"`
	Encoding      string     `json:"polylineEncoding"`
	Departure     string     `json:"departureTime"`
	Arrival       string     `json:"arrivalTime"`
	Alternatives  bool       `json:"computeAlternativeRoutes"`
	Modifiers     struct {
		Tolls    bool `json:"avoidTolls"`
		Highways bool `json:"avoidHighways"`
		Ferries  bool `json:"avoidFerries"`
		Indoor   bool `json:"avoidIndoor"`
		Tunnels  bool `json:"avoidTunnels"`
	} `json:"routeModifiers"`
	Language     string   `json:"languageCode"`
	Region       string   `json:"regionCode"`
	Units        string   `json:"units"`
	Optimize     bool     `json:"optimizeWaypointOrder"`
	Extra        []string `json:"extraComputations"`
	TrafficModel string   `json:"trafficModel"`
}

type waypoint struct {
	Via      bool `json:"via"`
	Location *struct {
		LatLng *struct {
			Latitude  *float64 `json:"latitude"`
			Longitude *float64 `json:"longitude"`
		} `json:"latLng"`
		Heading *int `json:"heading"`
	} `json:"location"`
	PlaceID string `json:"placeId"`
	Address string `json:"address"`
}

// computeRoutes answers POST /directions/v2:computeRoutes: first the key, then
// the mask, then the body.
func (s *Server) computeRoutes(w http.ResponseWriter, r *http.Request) {
	switch key := r.Header.Get("X-Goog-Api-Key"); {
	case key == "":
		rpcRefusals["UNREGISTERED"].write(w)
		return
	case key != s.opts.Key:
		rpcRefusals["API_KEY_INVALID"].write(w)
		return
	case r.URL.RawQuery != "":
		invalid("Invalid JSON payload received. Unknown name \"" + r.URL.RawQuery + "\": Cannot bind query parameter.").write(w)
		return
	}
	m, wrong := parseMask(r.Header.Get("X-Goog-FieldMask"))
	if wrong != "" {
		invalid(wrong).write(w)
		return
	}
	var q routesRequest
	if e := fakehttp.DecodeJSON(r, &q); e != nil {
		text := "Invalid JSON payload received. " + e.Error()
		if e.Problem == fakehttp.Unknown {
			text = fmt.Sprintf("Invalid JSON payload received. Unknown name %q: Cannot find field.", e.Name)
		}
		invalid(text).write(w)
		return
	}
	t, wrong := q.trip(m)
	if wrong != "" {
		invalid(wrong).write(w)
		return
	}
	count := 1
	if q.Alternatives && len(t.points) == 2 {
		count = 3
	}
	var routes []any
	for i := range count {
		found, ok := s.plan(t, i)
		if !ok {
			break
		}
		routes = append(routes, newRoute(&found, t, q.Extra))
	}
	s.accept(r)
	full := map[string]any{}
	if len(routes) > 0 {
		full["routes"] = routes
	}
	writeJSON(w, http.StatusOK, m.prune(full))
}

// trip checks the body as the service does, and says what is wrong with it.
func (q *routesRequest) trip(m mask) (*trip, string) {
	t := &trip{noTolls: q.Modifiers.Tolls || !slices.Contains(q.Extra, "TOLLS")}
	modes := map[string]world.Mode{"": world.Car, "DRIVE": world.Car, "TWO_WHEELER": world.Motorcycle, "BICYCLE": world.Bicycle, "WALK": world.Walk}
	mode, ok := modes[q.TravelMode]
	if !ok {
		return nil, "Invalid value at 'travel_mode' (type.googleapis.com/google.maps.routing.v2.RouteTravelMode)"
	}
	t.mode = mode
	motorized := mode == world.Car || mode == world.Motorcycle
	switch {
	case q.Preference != "" && !motorized:
		return nil, "Routing preference cannot be set for WALK or BICYCLE."
	case q.Preference != "" && !slices.Contains([]string{"TRAFFIC_UNAWARE", "TRAFFIC_AWARE", "TRAFFIC_AWARE_OPTIMAL"}, q.Preference):
		return nil, "Invalid value at 'routing_preference'"
	case q.Arrival != "":
		return nil, "Arrival time can only be set for TRANSIT."
	case q.TrafficModel != "" && q.Preference != "TRAFFIC_AWARE_OPTIMAL":
		return nil, "Traffic model can only be set for TRAFFIC_AWARE_OPTIMAL."
	case q.Units != "" && q.Units != "METRIC" && q.Units != "IMPERIAL":
		return nil, "Invalid value at 'units'"
	case q.Encoding != "" && q.Encoding != "ENCODED_POLYLINE":
		return nil, "Invalid value at 'polyline_encoding'"
	case q.Optimize && !m.has("routes", "optimizedIntermediateWaypointIndex"):
		return nil, "routes.optimizedIntermediateWaypointIndex must be in the field mask when optimizeWaypointOrder is set."
	case q.Optimize && slices.ContainsFunc(q.Intermediates, func(p waypoint) bool { return p.Via }):
		return nil, "Waypoints cannot be reordered when one of them is a via waypoint."
	case len(q.Intermediates) > maxStops:
		return nil, "Too many intermediate waypoints in the request."
	}
	for _, x := range q.Extra {
		if x != "TOLLS" || !m.has("routes", "travelAdvisory", "tollInfo") {
			return nil, "Extra computation " + x + " is not known or its field is not in the mask."
		}
	}
	if q.Departure != "" {
		at, err := time.Parse(time.RFC3339Nano, q.Departure)
		if err != nil {
			return nil, "Invalid value at 'departure_time' (type.googleapis.com/google.protobuf.Timestamp)"
		}
		if at.Before(time.Now()) {
			return nil, "Timestamp must be set to a future time."
		}
	}
	t.traffic = q.Preference == "TRAFFIC_AWARE" || q.Preference == "TRAFFIC_AWARE_OPTIMAL"
	for _, avoided := range []bool{q.Modifiers.Tolls, q.Modifiers.Highways, q.Modifiers.Ferries} {
		if avoided {
			t.detours++
		}
	}
	all := append([]*waypoint{q.Origin}, pointers(q.Intermediates)...)
	for _, p := range append(all, q.Destination) {
		at, ok := p.point()
		if !ok {
			return nil, "Origin, destination and intermediates must have a location with a latLng within range."
		}
		t.points = append(t.points, at)
	}
	if q.Optimize {
		t.reorder()
	}
	return t, ""
}

func pointers(list []waypoint) []*waypoint {
	out := make([]*waypoint, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// point reads a waypoint; a number left out is 0.
func (p *waypoint) point() (geo.Point, bool) {
	if p == nil || p.Location == nil || p.Location.LatLng == nil || p.PlaceID != "" || p.Address != "" {
		return geo.Point{}, false
	}
	var lat, lng float64
	if v := p.Location.LatLng.Latitude; v != nil {
		lat = *v
	}
	if v := p.Location.LatLng.Longitude; v != nil {
		lng = *v
	}
	return read(lat, lng), lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180
}

// newRoute writes a way as the Routes API does: without what is zero.
func newRoute(w *way, t *trip, extra []string) map[string]any {
	metres, static, took := w.totals()
	var legs []any
	for i := range w.legs {
		l := &w.legs[i]
		var steps []any
		for _, st := range l.steps() {
			x := withDistance(st.metres)
			x["staticDuration"] = protoSeconds(st.seconds)
			x["navigationInstruction"] = map[string]any{"maneuver": "DEPART", "instructions": instruction(st, false)}
			x["polyline"] = map[string]any{"encodedPolyline": encode(st.line)}
			steps = append(steps, x)
		}
		x := withDistance(l.metres)
		x["duration"], x["staticDuration"], x["steps"] = protoSeconds(l.delayed), protoSeconds(l.seconds), steps
		x["polyline"] = map[string]any{"encodedPolyline": encode(l.line)}
		legs = append(legs, x)
	}
	out := withDistance(metres)
	out["duration"], out["staticDuration"], out["legs"] = protoSeconds(took), protoSeconds(static), legs
	out["polyline"] = map[string]any{"encodedPolyline": encode(w.line())}
	out["routeLabels"] = []string{"DEFAULT_ROUTE"}
	out["description"] = "Main St"
	if t.order != nil {
		out["optimizedIntermediateWaypointIndex"] = t.order
	}
	if t.mode != world.Car {
		out["warnings"] = []string{"This route may be missing sidewalks, pedestrian paths or clear cycling paths."}
	}
	if w.toll > 0 && slices.Contains(extra, "TOLLS") {
		units := int64(w.toll)
		price := map[string]any{"currencyCode": w.cur}
		if units > 0 {
			price["units"] = strconv.FormatInt(units, 10)
		}
		if nanos := int64((w.toll - float64(units)) * 1e9); nanos > 0 {
			price["nanos"] = nanos
		}
		out["travelAdvisory"] = map[string]any{"tollInfo": map[string]any{"estimatedPrice": []any{price}}}
	}
	return out
}

func withDistance(metres int) map[string]any {
	if metres == 0 {
		return map[string]any{}
	}
	return map[string]any{"distanceMeters": metres}
}

func protoSeconds(n int) string { return strconv.Itoa(n) + "s" }
