package fakebaidu

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// maxAddress is in bytes.
const maxAddress = 84

func (s *Server) geocode(q url.Values) (any, int, string) {
	address := q.Get("address")
	if len(address) > maxAddress {
		return nil, 2, "address"
	}
	datum := geo.BD09
	switch q.Get("ret_coordtype") {
	case "":
	case "gcj02ll":
		datum = geo.GCJ02
	default:
		return nil, 2, "ret_coordtype"
	}
	matches := s.world.Matches(address, "", "zh")
	matches = slices.DeleteFunc(matches, func(m world.Match) bool { return !china(m.Region) })
	if city := strings.TrimSuffix(q.Get("city"), "市"); city != "" {
		slices.SortStableFunc(matches, func(a, b world.Match) int { return inCity(b, city) - inCity(a, city) })
	}
	if len(matches) == 0 {
		return nil, 1, "无相关结果"
	}
	m := matches[0]
	precise, confidence, comprehension, level := grade(m)
	return map[string]any{
		"location": lngLat(m.Point(datum)), "precise": precise, "confidence": confidence,
		"comprehension": comprehension, "level": level,
	}, 0, ""
}

func inCity(m world.Match, city string) int {
	if strings.Contains(m.Address("zh").City, city) {
		return 1
	}
	return 0
}

// grade tells how good a match is, in Baidu's words.
func grade(m world.Match) (precise, confidence, comprehension int, level string) {
	switch {
	case m.Kind == world.City && m.Score > 10:
		return 0, 12, 100, "城市"
	case m.Kind == world.City:
		return 0, 12, 40, "城市"
	case m.Score == 95 || m.Score == 80:
		if m.Address("zh").Number != "" {
			return 1, 80, 100, "门址"
		}
		return 1, 80, 100, "道路"
	case m.Score >= 90:
		return 1, 80, 100, level4(m.Kind)
	}
	return 0, 50, 60, level4(m.Kind)
}

func level4(k world.Kind) string {
	switch k {
	case world.Station:
		return "火车站"
	case world.Port:
		return "港口/码头"
	case world.Airport:
		return "飞机场"
	case world.Mall:
		return "购物"
	case world.Office:
		return "商务大厦"
	}
	return "旅游景点"
}

// reach is how far a street address reaches, in metres.
const reach = 2000

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)

func (s *Server) reverse(q url.Values) (any, int, string) {
	in, ok := inType(q.Get("coordtype"), geocodingTypes())
	if !ok {
		return nil, 2, "coordtype"
	}
	out := geo.BD09
	switch q.Get("ret_coordtype") {
	case "":
	case "gcj02ll":
		out = geo.GCJ02
	default:
		return nil, 2, "ret_coordtype"
	}
	at, ok := s.readPoint(q.Get("location"), in)
	if !ok {
		return nil, 2, "location"
	}
	radius := 1000
	if text := q.Get("radius"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 1000 {
			return nil, 2, "radius"
		}
		radius = n
	}
	if l := q.Get("language"); l != "" && !languageTag.MatchString(l) {
		return nil, 2, "language"
	}
	for name, allowed := range map[string][]string{
		"extensions_poi": {"", "0", "1"}, "language_auto": {"", "0", "1"}, "entire_poi": {"", "0", "1"},
		"extensions_town": {"", "true", "false"}, "extensions_road": {"", "true", "false"},
	} {
		if !slices.Contains(allowed, q.Get(name)) {
			return nil, 2, name
		}
	}
	language := q.Get("language")
	if language == "" || strings.HasPrefix(language, "zh") {
		language = "zh"
	}
	result := map[string]any{
		"location": lngLat(s.show(at.Lat, at.Lng, out)), "business": "", "roads": []any{}, "poiRegions": []any{},
		"pois": []any{}, "sematic_description": "", "cityCode": 0,
	}
	near, metres := s.world.Nearest(at.Lat, at.Lng, reach)
	if near == nil {
		near = s.world.CityAt(at.Lat, at.Lng)
		metres = 0
	}
	if near == nil {
		result["formatted_address"] = ""
		result["addressComponent"] = map[string]any{
			"country": "", "country_code": -1, "country_code_iso": "", "country_code_iso2": "", "province": "", "city": "",
			"city_level": 2, "district": "", "town": "", "town_code": "", "adcode": "0", "street": "", "street_number": "",
			"direction": "", "distance": "",
		}
		return result, 0, ""
	}
	if q.Get("language") == "" && !china(near.Region) {
		language = "en" // what comes abroad by itself
	}
	formatted, component := describe(near, metres, language)
	if q.Get("extensions_town") == "true" && china(near.Region) {
		component["town"] = near.Address("zh").Town
	}
	result["formatted_address"], result["addressComponent"] = formatted, component
	if q.Get("extensions_poi") == "1" {
		result["pois"] = s.pois(at, radius, out)
	}
	return result, 0, ""
}

// describe writes an address as Baidu does: in another language than Chinese the
// administrative names alone are translated, and distances are strings.
func describe(p *world.Place, metres float64, language string) (string, map[string]any) {
	zh, admin := p.Address("zh"), p.Address(language)
	c := map[string]any{
		"country": admin.Country, "country_code": 0, "country_code_iso": "CHN", "country_code_iso2": "CN",
		"province": or(admin.Province, admin.City), "city": admin.City, "city_level": 2, "district": admin.District,
		"town": "", "town_code": "", "adcode": p.AdCode, "street": zh.Street, "street_number": zh.Number,
		"direction": "附近", "distance": strconv.Itoa(int(math.Round(metres))),
	}
	if !china(p.Region) {
		c["country_code"], c["country_code_iso"], c["country_code_iso2"], c["adcode"] = 1, "", p.Region, "0"
	}
	if p.Kind == world.City {
		c["distance"] = ""
	}
	if language == "zh" {
		if !china(p.Region) {
			return zh.Text, c
		}
		return admin.Province + cityOf(admin) + admin.District + zh.Street + zh.Number, c
	}
	parts := slices.DeleteFunc([]string{strings.TrimSpace(zh.Number + " " + zh.Street), admin.District, admin.City, admin.Country},
		func(s string) bool { return s == "" })
	return strings.Join(parts, ", "), c
}

func cityOf(a world.Address) string {
	if a.City == a.Province {
		return ""
	}
	return a.City
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// pois lists at most ten places around, in no order that a caller may rely on.
func (s *Server) pois(at geo.Point, radius int, d geo.Datum) []any {
	around := s.world.Around(at.Lat, at.Lng, float64(radius))
	around = around[:min(len(around), 10)]
	out := []any{}
	for _, n := range slices.Backward(around) {
		p := s.show(n.Lat, n.Lng, d)
		out = append(out, map[string]any{
			"addr": n.Address("zh").Text, "cp": " ", "direction": "附近", "distance": strconv.Itoa(int(math.Round(n.Metres))),
			"name": n.Name("zh"), "poiType": level4(n.Kind), "point": map[string]float64{"x": p.Lng, "y": p.Lat},
			"tag": level4(n.Kind), "tel": "", "uid": n.BaiduUID, "zip": "",
			"parent_poi": map[string]any{"name": "", "addr": "", "uid": "", "point": map[string]float64{"x": 0, "y": 0}, "distance": "0"},
		})
	}
	return out
}
