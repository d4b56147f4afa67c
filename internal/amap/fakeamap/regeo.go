package fakeamap

import (
	"math"
	"net/url"
	"strconv"

	"github.com/waybill-go/waybill/internal/world"
)

type streetNumber struct {
	Street    empty  `json:"street"`
	Number    empty  `json:"number"`
	Location  string `json:"location"`
	Direction empty  `json:"direction"`
	Distance  empty  `json:"distance"`
}

type component struct {
	Country       empty        `json:"country"`
	Province      empty        `json:"province"`
	City          empty        `json:"city"`
	Citycode      empty        `json:"citycode"`
	District      empty        `json:"district"`
	Adcode        empty        `json:"adcode"`
	Township      empty        `json:"township"`
	Towncode      empty        `json:"towncode"`
	Neighborhood  named        `json:"neighborhood"`
	Building      named        `json:"building"`
	StreetNumber  streetNumber `json:"streetNumber"`
	BusinessAreas []any        `json:"businessAreas"`
}

type poi struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Type         string `json:"type"`
	Tel          empty  `json:"tel"`
	Distance     string `json:"distance"`
	Direction    string `json:"direction"`
	Address      empty  `json:"address"`
	Location     string `json:"location"`
	BusinessArea empty  `json:"businessarea"`
	Weight       string `json:"poiweight"`
}

// near is how far a street number may be for its street to be named.
const near = 1000

func (s *Server) regeo(q url.Values) (any, string) {
	p, ok := s.parsePoint(q.Get("location"))
	if !ok || q.Get("batch") == "true" {
		return nil, "20000"
	}
	all := false
	switch q.Get("extensions") {
	case "", "base":
	case "all":
		all = true
	default:
		return nil, "20000"
	}
	radius := 1000.0
	if q.Has("radius") {
		v, err := strconv.ParseFloat(q.Get("radius"), 64)
		if err != nil || v < 0 || v > 3000 {
			return nil, "20000"
		}
		radius = v
	}
	formatted, c := s.component(p)
	reply := map[string]any{"formatted_address": empty(formatted), "addressComponent": c}
	if all {
		reply["pois"], reply["roads"], reply["roadinters"], reply["aois"] = s.around(p, radius), []any{}, []any{}, []any{}
	}
	return map[string]any{"status": "1", "info": "OK", "infocode": codeOK, "regeocode": reply}, codeOK
}

// component is the address at a point. At sea and abroad every field is empty
// and the reply still a success (recorded).
func (s *Server) component(p point) (string, component) {
	c := component{StreetNumber: streetNumber{Location: p.text}, BusinessAreas: []any{map[string]any{}}}
	city := s.world.CityAt(p.lat, p.lng)
	if !covered(p.region) || city == nil {
		return "", c
	}
	c.BusinessAreas = []any{[]any{}}
	place, metres := s.world.Nearest(p.lat, p.lng, 60e3)
	if place == nil {
		place, metres = city, math.Inf(1)
	}
	a := address(place)
	c.Country, c.Province, c.City, c.Citycode = "中国", empty(a.Province), empty(a.City), empty(place.TelCode)
	c.District, c.Adcode, c.Township = empty(a.District), empty(place.AdCode), empty(a.Town)
	if a.City == a.Province {
		c.City = "" // as for the four municipalities (recorded)
	}
	formatted := join(a.Province, a.City, a.District) + a.Town
	if metres <= near {
		formatted += a.Street + a.Number + place.Name(world.Chinese)
		c.StreetNumber = streetNumber{Street: empty(a.Street), Number: empty(a.Number), Location: location(place.Lat, place.Lng),
			Direction: "东", Distance: empty(strconv.FormatFloat(metres, 'f', 4, 64))}
	}
	return formatted, c
}

// around are the places within the radius, at most 30, not quite in the order of
// their distance.
func (s *Server) around(p point, radius float64) []poi {
	out := []poi{}
	if !covered(p.region) {
		return out
	}
	for _, n := range s.world.Around(p.lat, p.lng, radius) {
		if len(out) == 30 || !covered(n.Region) {
			break
		}
		a := address(n.Place)
		out = append(out, poi{ID: n.AmapID, Name: n.Name(world.Chinese), Type: poiType(n.Kind),
			Distance: strconv.FormatFloat(n.Metres, 'f', 3, 64), Direction: "北", Address: empty(a.Street + a.Number),
			Location: location(n.Lat, n.Lng), Weight: "0.5"})
	}
	if len(out) > 1 {
		out[0], out[1] = out[1], out[0]
	}
	return out
}

// poiType is Amap's three words for a kind of place.
func poiType(k world.Kind) string {
	switch k {
	case world.Station:
		return "交通设施服务;火车站;火车站"
	case world.Airport:
		return "交通设施服务;机场相关;飞机场"
	case world.Port:
		return "交通设施服务;港口码头;港口码头"
	case world.Mall:
		return "购物服务;商场;购物中心"
	case world.Office:
		return "商务住宅;楼宇;商务写字楼"
	}
	return "风景名胜;风景名胜;风景名胜"
}
