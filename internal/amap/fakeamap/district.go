package fakeamap

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// districtParams are those of /v3/config/district.
var districtParams = fakehttp.Params{Required: []string{"keywords"}, Optional: []string{"subdistrict", "page", "offset", "extensions", "filter"}}

// division is a node of the fake's tree.
type division struct {
	code, tel, name, level string
	lat, lng               float64 // WGS-84
	below                  []*division
}

// divisions builds the country: the provinces, cities and districts that the
// little world's places lie in, and beside them what makes the service hard to
// read: a city that is a province with a level that does not exist, and two
// districts of the same name (both recorded).
func divisions(w *world.World) *division {
	country := &division{code: "100000", name: "中华人民共和国", level: "country", lat: 39.9136, lng: 116.3631}
	guangdong := &division{code: "440000", name: "广东省", level: "province", lat: 23.1323, lng: 113.2603}
	for _, city := range w.Cities() {
		d := &division{code: city.AdCode, tel: city.TelCode, name: address(city).City, level: "city", lat: city.Lat, lng: city.Lng}
		switch city.Region {
		case "CN":
			guangdong.below = append(guangdong.below, d)
		case "HK", "MO":
			d.level = "province"
			country.below = append(country.below, d)
		default:
			continue
		}
		for _, p := range w.Places() {
			if p.CityKey != city.CityKey || p.AdCode == city.AdCode || slices.ContainsFunc(d.below, func(b *division) bool { return b.code == p.AdCode }) {
				continue
			}
			street := &division{code: p.AdCode, tel: p.TelCode, name: "中心街道", level: "street", lat: p.Lat, lng: p.Lng}
			d.below = append(d.below, &division{code: p.AdCode, tel: p.TelCode, name: address(p).District, level: "district",
				lat: p.Lat, lng: p.Lng, below: []*division{street}})
		}
	}
	beijing := &division{code: "110000", tel: "010", name: "北京市", level: "province", lat: 39.9029, lng: 116.4011, below: []*division{
		{code: "110100", tel: "010", name: "北京城区", level: "city", lat: 39.9029, lng: 116.4011, below: []*division{
			{code: "110105", tel: "010", name: "朝阳区", level: "district", lat: 39.9201, lng: 116.4371},
			{code: "110108", tel: "010", name: "海淀区", level: "district", lat: 39.9581, lng: 116.2919},
		}},
	}}
	jilin := &division{code: "220000", name: "吉林省", level: "province", lat: 43.8366, lng: 125.3235, below: []*division{
		{code: "220100", tel: "0431", name: "长春市", level: "city", lat: 43.8160, lng: 125.3180, below: []*division{
			{code: "220104", tel: "0431", name: "朝阳区", level: "district", lat: 43.8319, lng: 125.2821},
		}},
		{code: "220200", tel: "0432", name: "吉林市", level: "city", lat: 43.8361, lng: 126.5434},
	}}
	country.below = append(country.below, guangdong, beijing, jilin)
	return country
}

// district answers with the divisions whose name begins with the keywords or
// whose code they are.
func (s *Server) district(q url.Values) (any, string) {
	levels, ok := number(q, "subdistrict", 1, 0, 3)
	page, ok1 := number(q, "page", 1, 1, 1000)
	rows, ok2 := number(q, "offset", 20, 1, 20)
	extensions := q.Get("extensions")
	keywords := q.Get("keywords")
	if !ok || !ok1 || !ok2 || q.Has("extensions") && extensions != "base" && extensions != "all" || strings.Contains(keywords, "|") {
		return nil, "20000"
	}
	var found []*division
	var walk func(d *division)
	walk = func(d *division) {
		if (strings.HasPrefix(d.name, keywords) || d.code == keywords || d.tel != "" && d.tel == keywords) &&
			d.level != "street" && strings.HasPrefix(d.code, strings.TrimRight(q.Get("filter"), "0")) {
			found = append(found, d)
		}
		for _, b := range d.below {
			walk(b)
		}
	}
	walk(divisions(s.world))
	from := min((page-1)*rows, len(found))
	list := []any{}
	for _, d := range found[from:min(from+rows, len(found))] {
		list = append(list, d.json(levels, extensions == "all"))
	}
	return map[string]any{"status": "1", "info": "OK", "infocode": codeOK, "count": strconv.Itoa(len(found)),
		"suggestion": map[string]any{"keywords": []any{}, "cities": []any{}}, "districts": list}, codeOK
}

// json writes a division with some levels below; the line comes for the division
// itself only.
func (d *division) json(levels int, line bool) any {
	below := []any{}
	if levels > 0 {
		for _, b := range d.below {
			below = append(below, b.json(levels-1, false))
		}
	}
	out := map[string]any{"citycode": empty(d.tel), "adcode": d.code, "name": d.name, "center": location(d.lat, d.lng), "level": d.level, "districts": below}
	if line {
		out["polyline"] = square(d.lat, d.lng, 0.05) + "|" + square(d.lat+0.2, d.lng, 0.01)
	}
	return out
}

// square is a ring that is not closed, as the service writes them.
func square(lat, lng, half float64) string {
	return strings.Join([]string{location(lat-half, lng-half), location(lat-half, lng+half), location(lat+half, lng+half), location(lat+half, lng-half)}, ";")
}
