package fakebaidu

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// vehicle is which of the direction services was asked.
type vehicle int

const (
	car vehicle = iota
	motorcycle
	bicycle
	foot
	truck
)

func (v vehicle) mode() world.Mode {
	return [...]world.Mode{car: world.Car, motorcycle: world.Motorcycle, bicycle: world.Bicycle, foot: world.Walk, truck: world.Truck}[v]
}

// tactics lists the route preferences that each service knows.
func (v vehicle) tactics() []string {
	switch v {
	case car:
		return []string{"", "0", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13"}
	case motorcycle:
		return []string{"", "0", "3", "4", "5", "6", "7", "8", "9", "10", "11"}
	case truck:
		return []string{"", "0", "1", "3", "7"}
	}
	return []string{""}
}

const maxWaypoints = 18

func directionService(v vehicle, optional ...string) service {
	return service{
		required: []string{"origin", "destination"},
		optional: append([]string{"origin_uid", "destination_uid", "coord_type", "ret_coordtype"}, optional...),
		stamped:  true,
		answer:   func(s *Server, q url.Values) (any, int, string) { return s.direction(v, q) },
	}
}

// trip is what a request asks for.
type trip struct {
	v      vehicle
	points []geo.Point
	out    geo.Datum
	q      url.Values
}

func (s *Server) direction(v vehicle, q url.Values) (any, int, string) {
	t := trip{v: v, q: q, out: geo.BD09}
	in, ok := inType(q.Get("coord_type"), directionTypes())
	if !ok {
		return nil, 2, "coord_type"
	}
	switch q.Get("ret_coordtype") {
	case "", "bd09ll":
	case "gcj02":
		t.out = geo.GCJ02
	default:
		return nil, 2, "ret_coordtype"
	}
	if !slices.Contains(v.tactics(), q.Get("tactics")) || !slices.Contains([]string{"", "0", "1"}, q.Get("alternatives")) {
		return nil, 2, "tactics"
	}
	if v == truck && !truckInRange(q, 10, 10, 25) {
		return nil, 2, "vehicle"
	}
	texts := []string{q.Get("origin")}
	if via := q.Get("waypoints"); via != "" {
		texts = append(texts, strings.Split(via, "|")...)
	}
	texts = append(texts, q.Get("destination"))
	if len(texts)-2 > maxWaypoints {
		return nil, 2, "waypoints"
	}
	for _, text := range texts {
		p, ok := s.readPoint(text, in)
		if !ok {
			return nil, 2, "origin"
		}
		t.points = append(t.points, p)
	}
	if v == motorcycle && geo.Distance(t.points[0], t.points[len(t.points)-1]) > 400e3 {
		return nil, 2, "destination"
	}
	s.note(t.points)
	return s.result(&t)
}

// result drives the trip, leg by leg. The services know mainland China only.
func (s *Server) result(t *trip) (any, int, string) {
	var legs []world.Trip
	for i := range len(t.points) - 1 {
		a, b := t.points[i], t.points[i+1]
		from, to := s.world.CityAt(a.Lat, a.Lng), s.world.CityAt(b.Lat, b.Lng)
		if from == nil || to == nil || from.Region != "CN" || to.Region != "CN" {
			return nil, t.noRoute(), ""
		}
		leg, ok := s.world.Travel(t.v.mode(), a.Lat, a.Lng, b.Lat, b.Lng, world.Bias("baidu"))
		if !ok {
			return nil, t.noRoute(), ""
		}
		legs = append(legs, leg)
	}
	n := 1
	if t.q.Get("alternatives") == "1" && t.q.Get("tactics") != "2" {
		n = 3
	}
	var routes []any
	for i := range n {
		routes = append(routes, s.route(t, legs, 1+0.06*float64(i)))
	}
	result := map[string]any{"routes": routes}
	origin, destination := s.ends(t)
	switch t.v {
	case bicycle, foot:
		result["origin"] = map[string]any{"area_id": 0, "cname": "", "uid": "", "wd": "", "originPt": lngLat(origin)}
		result["destination"] = map[string]any{"area_id": 0, "cname": "", "uid": "", "wd": "", "destinationPt": lngLat(destination)}
	case truck:
		result["total"], result["routesinfo_ext"] = n, ""
		result["restriction"] = map[string]any{"type": 0, "info": ""}
		if plate := t.q.Get("plate_number"); restricted(plate) {
			result["restriction"] = map[string]any{"type": 5, "info": restriction}
		}
	default:
		result["total"], result["restriction"] = n, ""
		if restricted(t.q.Get("plate_number")) && t.q.Get("tactics") != "2" {
			result["restriction"] = restriction
		}
	}
	return result, 0, ""
}

func (t *trip) noRoute() int {
	if t.v == bicycle || t.v == foot {
		return 2001
	}
	return 7
}

func (s *Server) ends(t *trip) (geo.Point, geo.Point) {
	a, b := t.points[0], t.points[len(t.points)-1]
	return s.show(a.Lat, a.Lng, t.out), s.show(b.Lat, b.Lng, t.out)
}

// restriction is the text about plates that end in 4 or 9, which this world
// bans everywhere.
const restriction = "起终点在限行区域内，请注意"

func restricted(plate string) bool {
	return strings.HasSuffix(plate, "4") || strings.HasSuffix(plate, "9")
}

// traffic is how much longer ways take by the roads' state of the moment, which
// the distance-first tactic ignores.
const traffic = 1.2

func (s *Server) route(t *trip, legs []world.Trip, longer float64) map[string]any {
	slow := 1.0
	tactics := t.q.Get("tactics")
	if t.v == car && tactics != "2" || t.v == motorcycle {
		slow = traffic
	}
	var metres, seconds float64
	steps := []any{}
	for i, leg := range legs {
		metres += leg.Metres * longer
		seconds += leg.Seconds * longer * slow
		half := len(leg.Line) / 2
		for j, line := range [][]world.LatLng{leg.Line[:half+1], leg.Line[half:]} {
			steps = append(steps, s.step(t, i, j, line, leg.Metres*longer/2, leg.Seconds*longer*slow/2))
		}
	}
	origin, destination := s.ends(t)
	r := map[string]any{"distance": int(math.Round(metres)), "duration": int(math.Round(seconds)), "steps": steps}
	switch t.v {
	case bicycle, foot:
		r["originLocation"], r["destinationLocation"] = lngLat(origin), lngLat(destination)
		return r
	case truck:
		r["origin"], r["destination"], r["tag"] = lngLat(origin), lngLat(destination), ""
		r["track_idx"], r["unavoid_polygons_idx"], r["traffic_light_num"], r["oil_cost"] = -1, "", 3, 0
		r["unavoid_statistics"] = unavoided(t.q)
	default:
		r["origin"], r["destination"], r["tag"], r["taxi_fee"] = lngLat(origin), lngLat(destination), "", int(metres/1000*3)
		if t.v == motorcycle {
			r["restriction_info"] = map[string]any{"status": 0, "desc": ""}
			if restricted(t.q.Get("plate_number")) {
				r["restriction_info"] = map[string]any{"status": 2, "desc": restriction}
			}
		} else {
			r["route_id"] = ""
		}
	}
	// Ways of more than 20 km are half on a toll road unless that is avoided.
	r["toll"], r["toll_distance"] = 0, 0
	if metres > 20e3 && !slices.Contains([]string{"3", "6", "8", "9", "10", "11"}, tactics) {
		r["toll"], r["toll_distance"] = int(math.Round(metres/2000*0.5)), int(math.Round(metres/2))
	}
	return r
}

func (s *Server) step(t *trip, leg, n int, line []world.LatLng, metres, seconds float64) map[string]any {
	road := "无名路"
	if city := s.world.CityAt(line[0].Lat, line[0].Lng); city != nil {
		road = city.Name("zh") + strconv.Itoa(n+1) + "号路"
	}
	first, last := s.show(line[0].Lat, line[0].Lng, t.out), s.show(line[len(line)-1].Lat, line[len(line)-1].Lng, t.out)
	step := map[string]any{"distance": int(math.Round(metres)), "direction": 3, "path": s.pathText(line, t.out)}
	switch t.v {
	case bicycle, foot:
		step["area"], step["type"], step["turn_type"], step["name"] = 0, 5, "直行", road
		step["duration"] = int(math.Round(seconds))
		step["instructions"] = "沿<b>" + road + "</b>行进" + strconv.Itoa(int(metres)) + "米"
		step["restrictions_info"] = ""
		step["stepOriginLocation"], step["stepDestinationLocation"] = lngLat(first), lngLat(last)
		return step
	case truck:
		step["duration"] = int(math.Round(seconds))
	default:
		step["toll"], step["toll_distance"] = 0, 0
	}
	step["leg_index"], step["road_name"], step["road_type"] = leg, road, 2
	step["toll_gate_name"], step["toll_gate_location"], step["adcodes"] = "", map[string]any{"lng": 0, "lat": 0}, ""
	step["start_location"], step["end_location"] = lngLat(first), lngLat(last)
	step["traffic_condition"] = []any{map[string]any{"status": 1, "geo_cnt": len(line) - 1, "distance": int(metres)}}
	return step
}
