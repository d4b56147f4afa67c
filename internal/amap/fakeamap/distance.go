package fakeamap

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// distanceParams are those of /v3/distance.
var distanceParams = fakehttp.Params{Required: []string{"origins", "destination"}, Optional: []string{"type"}}

// The limits of the distance service: the origins of one request, and how far
// apart the ends of a walk may lie.
const (
	maxOrigins   = 100
	maxShortWalk = 5e3 // metres
)

// distance answers GET /v3/distance: one row for each origin, in their order,
// with numbers as strings and ids from 1. A pair without an answer has a code
// where Amap has one for it, and distances of -1 otherwise.
func (s *Server) distance(q url.Values) (any, string) {
	kind, ok := number(q, "type", 1, 0, 3)
	if !ok || kind == 2 {
		return nil, "20000"
	}
	texts := strings.Split(q.Get("origins"), "|")
	if len(texts) > maxOrigins {
		return nil, "20000"
	}
	to, ok := s.parsePoint(q.Get("destination"))
	if !ok {
		return nil, "20000"
	}
	origins := make([]point, len(texts))
	for i, text := range texts {
		if origins[i], ok = s.parsePoint(text); !ok {
			return nil, "20000"
		}
	}
	s.mu.Lock()
	s.origins, s.destinations = origins, []point{to}
	s.mu.Unlock()
	rows := make([]any, len(origins))
	for i, from := range origins {
		row := map[string]any{"origin_id": strconv.Itoa(i + 1), "dest_id": "1"}
		metres, seconds, code := s.pair(kind, from, to)
		row["distance"], row["duration"] = strconv.Itoa(metres), strconv.Itoa(seconds)
		if code != "" {
			row["code"], row["info"] = code, distanceInfo[code]
		}
		rows[i] = row
	}
	return map[string]any{"status": "1", "info": "OK", "infocode": codeOK, "results": rows}, codeOK
}

// distanceInfo are the texts of a row's codes; the third is recorded.
var distanceInfo = map[string]string{"1": "指定地点之间没有可以行车的道路", "2": "起点/终点 距离所有道路均距离过远", "3": "不支持的坐标点"}

// pair measures one pair, with the traffic of the moment when driving.
func (s *Server) pair(kind int, from, to point) (metres, seconds int, code string) {
	straight := world.Distance(from.lat, from.lng, to.lat, to.lng)
	mode, slow := world.Car, 1.12
	switch {
	case kind == 0:
		return int(math.Round(straight)), 0, ""
	case from.region == "" || to.region == "":
		return 0, 0, "2"
	case !covered(from.region) || !covered(to.region):
		return 0, 0, "3"
	case kind == 3:
		mode, slow = world.Walk, 1
		if straight > maxShortWalk {
			return -1, -1, ""
		}
	}
	t, ok := s.world.Travel(mode, from.lat, from.lng, to.lat, to.lng, world.Bias("amap"))
	if !ok {
		return 0, 0, "1"
	}
	return int(math.Round(t.Metres)), int(math.Round(t.Seconds * slow)), ""
}

// AskedMatrix returns the points of the last table that was asked for, in
// GCJ-02.
func (s *Server) AskedMatrix() (origins, destinations []geo.Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	read := func(list []point) []geo.Point {
		out := make([]geo.Point, len(list))
		for i, p := range list {
			out[i] = geo.Point{Lat: p.lat, Lng: p.lng}.To(geo.GCJ02)
		}
		return out
	}
	return read(s.origins), read(s.destinations)
}
