package fakeamap

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/internal/world"
)

// named is the group of a building or quarter.
type named struct {
	Name empty `json:"name"`
	Type empty `json:"type"`
}

type geocode struct {
	Formatted    string `json:"formatted_address"`
	Country      string `json:"country"`
	Province     empty  `json:"province"`
	Citycode     empty  `json:"citycode"`
	City         empty  `json:"city"`
	District     empty  `json:"district"`
	Township     empty  `json:"township"`
	Neighborhood named  `json:"neighborhood"`
	Building     named  `json:"building"`
	Adcode       string `json:"adcode"`
	Street       empty  `json:"street"`
	Number       empty  `json:"number"`
	Location     string `json:"location"`
	Level        string `json:"level"`
}

// namesakes are villages and shops of the mainland and Hong Kong that are called
// like a place abroad. Amap answers such a name with them (recorded for 东京);
// the coordinates are approximate.
var namesakes = map[string][]geocode{
	"东京": {
		{Formatted: "广西壮族自治区南宁市横州市东京", Country: "中国", Province: "广西壮族自治区", Citycode: "0771", City: "南宁市",
			District: "横州市", Adcode: "450181", Location: "109.261384,22.679931", Level: "村庄"},
		{Formatted: "香港特别行政区油尖旺区东京", Country: "中国", Province: "香港特别行政区", Citycode: "1852", City: "香港特别行政区",
			District: "油尖旺区", Adcode: "810005", Location: "114.176531,22.299132", Level: "兴趣点"},
	},
}

const maxCandidates = 10

func (s *Server) geocode(q url.Values) (any, string) {
	text := q.Get("address")
	if strings.Contains(text, "|") || q.Get("batch") == "true" {
		return nil, "20000" // this fake answers one address at a time
	}
	found := namesakes[strings.TrimSpace(text)]
	if len(found) == 0 {
		found = s.candidates(text, q.Get("city"))
	}
	if len(found) == 0 {
		return nil, "30001" // recorded: no match is not an empty list
	}
	return map[string]any{"status": "1", "info": "OK", "infocode": codeOK,
		"count": strconv.Itoa(len(found)), "geocodes": found}, codeOK
}

// candidates finds places that Amap has. city is a preference: what lies in it
// comes first.
func (s *Server) candidates(text, city string) []geocode {
	var inside, outside []geocode
	for _, m := range s.world.Matches(text, "", world.Chinese) {
		if !covered(m.Region) {
			continue
		}
		g := toGeocode(m)
		if city != "" && inCity(m.Place, city) {
			inside = append(inside, g)
			continue
		}
		outside = append(outside, g)
	}
	all := append(inside, outside...)
	return all[:min(len(all), maxCandidates)]
}

// inCity reports whether a place lies in what the parameter city names: a
// Chinese name, an area code or a division code of a city or province.
func inCity(p *world.Place, city string) bool {
	a := address(p)
	for _, name := range []string{a.City, a.Province} {
		if name != "" && (name == city || strings.TrimSuffix(name, "市") == city || strings.TrimSuffix(name, "特别行政区") == city) {
			return true
		}
	}
	if city == p.TelCode || strings.EqualFold(city, p.CityKey) {
		return true
	}
	whole := strings.TrimRight(city, "0")
	return len(city) == 6 && len(whole) >= 2 && strings.HasPrefix(p.AdCode, whole)
}

func toGeocode(m world.Match) geocode {
	a := address(m.Place)
	g := geocode{
		Country: a.Country, Province: empty(a.Province), Citycode: empty(m.TelCode), City: empty(a.City),
		District: empty(a.District), Township: empty(a.Town), Adcode: m.AdCode, Location: location(m.Lat, m.Lng),
	}
	area := join(a.Province, a.City, a.District)
	switch {
	case m.Kind == world.City:
		g.Level, g.Formatted, g.District = "市", area, ""
		if g.City == g.Province {
			g.Level = "省"
		}
	case m.Score >= 80 && m.Score < 90 && a.Number != "": // street and number
		g.Level, g.Formatted = "门牌号", area+a.Street+a.Number
		g.Street, g.Number = empty(a.Street), empty(a.Number)
	default:
		g.Level, g.Formatted = "兴趣点", area+m.Name(world.Chinese)
	}
	return g
}

// join joins the levels of an address, leaving out one that repeats the last.
func join(parts ...string) string {
	var b strings.Builder
	last := ""
	for _, p := range parts {
		if p != last {
			b.WriteString(p)
		}
		last = p
	}
	return b.String()
}
