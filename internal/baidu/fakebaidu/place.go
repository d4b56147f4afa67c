package fakebaidu

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// whole is an answer whose fields stand beside the status, not in "result".
type whole map[string]any

// The limits of the place services.
const (
	maxQuery       = 45 // characters
	maxPageSize    = 20
	maxTotal       = 150 // what the total is capped at
	maxSuggestions = 10
	usualRadius    = 1000
)

func placeServices(path string) (service, bool) {
	switch path {
	case "/place/v2/suggestion":
		return service{
			required: []string{"query", "region"}, optional: []string{"city_limit", "location", "coord_type", "ret_coordtype"},
			stamped: true, answer: (*Server).suggestion,
		}, true
	case "/place/v2/search":
		return service{
			required: []string{"query"},
			optional: []string{"tag", "region", "city_limit", "location", "radius", "radius_limit", "scope", "filter", "page_size",
				"page_num", "coord_type", "ret_coordtype", "extensions_adcode"},
			stamped: true, answer: (*Server).search,
		}, true
	case "/place/v2/detail":
		return service{
			optional: []string{"uid", "uids", "scope", "ret_coordtype", "extensions_adcode"}, stamped: true, answer: (*Server).detail,
		}, true
	case "/api_region_search/v1/":
		return service{
			required: []string{"keyword"}, optional: []string{"sub_admin", "extensions_code", "boundary", "boundarycode"}, answer: (*Server).regions,
		}, true
	}
	return service{}, false
}

// placeTypes are the numbers of the coordinate types here.
func placeTypes() map[string]geo.Datum {
	return map[string]geo.Datum{"1": geo.WGS84, "2": geo.GCJ02, "3": geo.BD09}
}

// placeParams reads what all place services have: where points are, and in which datum
// they come back.
func (s *Server) placeParams(q url.Values) (at geo.Point, given bool, out geo.Datum, bad string) {
	out = geo.BD09
	switch q.Get("ret_coordtype") {
	case "":
	case "gcj02ll":
		out = geo.GCJ02
	default:
		return at, false, out, "ret_coordtype"
	}
	in, ok := inType(q.Get("coord_type"), placeTypes())
	if !ok {
		return at, false, out, "coord_type"
	}
	for _, name := range []string{"city_limit", "radius_limit", "extensions_adcode"} {
		if !slices.Contains([]string{"", "true", "false"}, q.Get(name)) {
			return at, false, out, name
		}
	}
	if !slices.Contains([]string{"", "1", "2"}, q.Get("scope")) {
		return at, false, out, "scope"
	}
	if !q.Has("location") {
		return at, false, out, ""
	}
	if at, ok = s.readPoint(q.Get("location"), in); !ok {
		return at, false, out, "location"
	}
	return at, true, out, ""
}

// lies reports whether a place is in what a region names: all of the country, a
// province, a city. The service knows Baidu's own numbers of cities besides, and
// no division codes.
func lies(p *world.Place, region string) bool {
	if region == "全国" {
		return true
	}
	a := p.Address("zh")
	for _, name := range []string{a.Province, a.City} {
		if name != "" && (name == region || strings.TrimSuffix(name, "市") == region || strings.TrimSuffix(name, "省") == region) {
			return true
		}
	}
	return false
}

// suggestion completes what is typed. When several places begin so, a row that is
// a mere word stands among them, without a location and with an empty uid
// (recorded).
func (s *Server) suggestion(q url.Values) (any, int, string) {
	_, _, out, bad := s.placeParams(q)
	if bad != "" {
		return nil, 2, bad
	}
	rows := []any{}
	for _, p := range s.places(q.Get("query"), q.Get("region"), q.Get("city_limit") == "true") {
		a := p.Address("zh")
		rows = append(rows, map[string]any{
			"name": p.Name("zh"), "location": latLng(s.show(p.Lat, p.Lng, out)), "uid": p.BaiduUID, "province": a.Province, "city": a.City,
			"district": a.District, "business": "", "cityid": "340", "tag": level4(p.Kind), "address": a.Street + a.Number, "adcode": p.AdCode,
			"town": a.Town,
		})
	}
	if len(rows) > 1 {
		word := map[string]any{"name": q.Get("query") + "附近酒店", "uid": "", "city": "", "district": "", "business": "", "cityid": "0"}
		rows = slices.Insert(rows, 1, any(word))
	}
	return rows[:min(len(rows), maxSuggestions)], 0, ""
}

func latLng(p geo.Point) map[string]float64 { return map[string]float64{"lat": p.Lat, "lng": p.Lng} }

// places are those that a query means, the ones in the region first.
func (s *Server) places(query, region string, limit bool) []*world.Place {
	var inside, outside []*world.Place
	for _, p := range s.world.Find(query, "", "zh") {
		switch {
		case p.Kind == world.City || !china(p.Region):
		case lies(p, region):
			inside = append(inside, p)
		case !limit:
			outside = append(outside, p)
		}
	}
	return append(inside, outside...)
}

// search finds places by region or around a point. A kind of place asked for in
// all of the country is answered with cities.
func (s *Server) search(q url.Values) (any, int, string) {
	at, around, out, bad := s.placeParams(q)
	size, ok := count(q, "page_size", 10, 1, maxPageSize)
	page, ok1 := count(q, "page_num", 0, 0, 1000)
	radius, ok2 := count(q, "radius", usualRadius, 1, 50000)
	query := q.Get("query")
	switch {
	case bad != "":
		return nil, 2, bad
	case !ok || !ok1 || !ok2:
		return nil, 2, "page_size"
	case utf8.RuneCountInString(query) > maxQuery:
		return nil, 2, "query"
	case around == q.Has("region"):
		return nil, 2, "region" // one of the two
	case strings.Contains(query, "$"):
		return nil, 2, "query" // this fake answers one query at a time
	}
	if query == "美食" && q.Get("region") == "全国" {
		return whole{"result_type": "city_type", "results": []any{
			map[string]any{"name": "深圳市", "num": 28312}, map[string]any{"name": "广州市", "num": 30120}}}, 0, ""
	}
	var found []*world.Place
	if around {
		named := s.world.Find(query, "", "zh")
		for _, n := range s.world.Around(at.Lat, at.Lng, float64(radius)) {
			if slices.Contains(named, n.Place) && china(n.Region) {
				found = append(found, n.Place)
			}
		}
		slices.Reverse(found) // by weight, not by distance
	} else {
		found = s.places(query, q.Get("region"), q.Get("city_limit") == "true")
	}
	total := min(len(found), maxTotal)
	from := min(page*size, total)
	rows := []any{}
	for _, p := range found[from:min(from+size, total)] {
		rows = append(rows, s.poi(p, q, out))
	}
	reply := whole{"result_type": "poi_type", "results": rows}
	if q.Has("page_num") {
		reply["total"] = total
	}
	return reply, 0, ""
}

// poi is a row of search and details. A station has the names of its lines in
// place of an address, and neither province nor city (recorded for stops).
func (s *Server) poi(p *world.Place, q url.Values, out geo.Datum) map[string]any {
	a := p.Address("zh")
	row := map[string]any{
		"name": p.Name("zh"), "location": latLng(s.show(p.Lat, p.Lng, out)), "address": a.Province + cityOf(a) + a.District + a.Street + a.Number,
		"province": a.Province, "city": a.City, "area": a.District, "town": a.Town, "street_id": p.BaiduUID, "detail": 1, "uid": p.BaiduUID,
	}
	tag := level4(p.Kind)
	if q.Get("extensions_adcode") == "true" {
		row["adcode"], _ = strconv.Atoi(p.AdCode)
	}
	if p.Kind == world.Station {
		tag = "交通设施;地铁站"
		row["address"] = "地铁4号线;地铁6号线"
		delete(row, "province")
		delete(row, "city")
	}
	if q.Get("scope") == "2" {
		row["detail_info"] = map[string]any{"tag": tag, "type": "life", "navi_location": latLng(s.show(p.Lat, p.Lng, out))}
	}
	return row
}

// detail answers with the place of an id, or a list of places for several.
func (s *Server) detail(q url.Values) (any, int, string) {
	_, _, out, bad := s.placeParams(q)
	if bad != "" || q.Has("uid") == q.Has("uids") {
		return nil, 2, bad
	}
	find := func(uid string) *world.Place {
		if p := s.world.ByVendorID(uid); p != nil && p.BaiduUID == uid && china(p.Region) {
			return p
		}
		return nil
	}
	if uid := q.Get("uid"); q.Has("uid") {
		if p := find(uid); p != nil {
			return s.poi(p, q, out), 0, ""
		}
		return nil, 2, "uid"
	}
	rows := []any{}
	for uid := range strings.SplitSeq(q.Get("uids"), ",") {
		if p := find(uid); p != nil {
			rows = append(rows, s.poi(p, q, out))
		}
	}
	return rows, 0, ""
}

// count reads a whole number within bounds; def when it is missing.
func count(q url.Values, name string, def, low, high int) (int, bool) {
	if !q.Has(name) {
		return def, true
	}
	n, err := strconv.Atoi(q.Get(name))
	return n, err == nil && n >= low && n <= high
}
