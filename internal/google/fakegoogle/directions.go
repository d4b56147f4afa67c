package fakegoogle

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// maxStops is how many points may lie between origin and destination.
const maxStops = 25

var directionsParams = fakehttp.Params{Required: []string{"origin", "destination"},
	Optional: []string{"mode", "waypoints", "alternatives", "avoid", "units", "departure_time", "arrival_time", "traffic_model"}}

// directions answers GET /maps/api/directions/json.
func (s *Server) directions(q url.Values) (map[string]any, refusal) {
	t, no := s.directionsTrip(q)
	if no.status != "" {
		return nil, no
	}
	count := 1
	if q.Get("alternatives") == "true" && len(t.points) == 2 {
		count = 3
	}
	var routes []any
	for i := range count {
		w, ok := s.plan(t, i)
		if !ok {
			return nil, refusal{status: "ZERO_RESULTS"}
		}
		routes = append(routes, legacyRoute(&w, t))
	}
	known := make([]any, len(t.points))
	for i := range known {
		known[i] = map[string]any{"geocoder_status": "OK", "types": []string{"route"}}
	}
	return map[string]any{"routes": routes, "geocoded_waypoints": known}, refusal{}
}

// directionsTrip reads and checks the parameters.
func (s *Server) directionsTrip(q url.Values) (t *trip, no refusal) {
	wrong := func(name string) (*trip, refusal) {
		return nil, refusal{"INVALID_REQUEST", "Invalid request. Invalid '" + name + "' parameter."}
	}
	t = &trip{}
	switch q.Get("mode") {
	case "", "driving":
	case "walking":
		t.mode = world.Walk
	case "bicycling":
		t.mode = world.Bicycle
	default:
		return wrong("mode")
	}
	texts := []string{q.Get("origin")}
	if v := q.Get("waypoints"); v != "" {
		v, optimize := strings.CutPrefix(v, "optimize:true|")
		texts = append(texts, strings.Split(v, "|")...)
		defer func() {
			if optimize && t != nil {
				t.reorder()
			}
		}()
	}
	if len(texts)-1 > maxStops {
		return nil, refusals["MAX_WAYPOINTS_EXCEEDED"]
	}
	for _, text := range append(texts, q.Get("destination")) {
		lat, lng, ok := latLng(text)
		if !ok { // an address or an id: not what this fake understands
			return nil, refusal{status: "NOT_FOUND"}
		}
		t.points = append(t.points, read(lat, lng))
	}
	for _, v := range strings.FieldsFunc(q.Get("avoid"), func(r rune) bool { return r == '|' }) {
		switch v {
		case "tolls":
			t.noTolls = true
		case "highways", "ferries", "indoor":
		default:
			return wrong("avoid")
		}
		t.detours++
	}
	switch q.Get("units") {
	case "", "metric", "imperial":
	default:
		return wrong("units")
	}
	if v := q.Get("alternatives"); v != "" && v != "true" && v != "false" {
		return wrong("alternatives")
	}
	if at := q.Get("departure_time"); at != "" {
		n, err := strconv.ParseInt(at, 10, 64)
		switch {
		case at != "now" && err != nil:
			return wrong("departure_time")
		case at != "now" && n < time.Now().Unix()-60:
			return nil, refusal{"INVALID_REQUEST", "departure_time is in the past."}
		}
		// Traffic only when driving, and without stops.
		t.traffic = t.mode == world.Car && len(t.points) == 2
	}
	return t, refusal{}
}

func legacyRoute(w *way, t *trip) map[string]any {
	var legs []any
	for i := range w.legs {
		l := &w.legs[i]
		var steps []any
		for _, st := range l.steps() {
			steps = append(steps, map[string]any{
				"distance": metres(st.metres), "duration": seconds(st.seconds), "html_instructions": instruction(st, true),
				"start_location": place(st.line[0]), "end_location": place(st.line[len(st.line)-1]),
				"polyline": map[string]any{"points": encode(st.line)}, "travel_mode": "DRIVING",
			})
		}
		body := map[string]any{
			"distance": metres(l.metres), "duration": seconds(l.seconds), "steps": steps,
			"start_location": place(l.line[0]), "end_location": place(l.line[len(l.line)-1]),
			"start_address": "", "end_address": "", "via_waypoint": []any{}, "traffic_speed_entry": []any{},
		}
		if t.traffic {
			body["duration_in_traffic"] = seconds(l.delayed)
		}
		legs = append(legs, body)
	}
	warnings := []string{}
	if t.mode == world.Walk {
		warnings = append(warnings, "Walking directions are in beta. Use caution – This route may be missing sidewalks or pedestrian paths.")
	}
	return map[string]any{
		"legs": legs, "overview_polyline": map[string]any{"points": encode(w.line())}, "summary": "Main St",
		"copyrights": "Map data", "warnings": warnings, "waypoint_order": append([]int{}, t.order...),
	}
}

func metres(n int) map[string]any {
	return map[string]any{"value": n, "text": fmt.Sprintf("%.1f km", float64(n)/1000)}
}

func seconds(n int) map[string]any {
	return map[string]any{"value": n, "text": fmt.Sprintf("%d mins", (n+59)/60)}
}

func place(p world.LatLng) map[string]float64 {
	lat, lng := show(p.Lat, p.Lng, "")
	return point(lat, lng)
}

// instruction writes the text of a step, with the markup of the older services
// or the line breaks of the Routes API.
func instruction(st step, markup bool) string {
	text := "Head <b>north</b> on <b>Main St</b>"
	if st.turn != "" {
		text = "Turn <b>" + st.turn + "</b> onto <b>Fish &amp; Ship Rd</b><div style=\"font-size:0.9em\">Toll road</div>"
	}
	if markup {
		return text
	}
	return strings.NewReplacer("<b>", "", "</b>", "", "&amp;", "&", `<div style="font-size:0.9em">`, "\n", "</div>", "").Replace(text)
}
