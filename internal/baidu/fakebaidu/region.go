package fakebaidu

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// region is a node of the fake's tree of divisions.
type region struct {
	code, name string
	level      int
	lat, lng   float64 // WGS-84
	below      []*region
}

// country builds the divisions that the little world's places lie in, and beside
// them what makes the service hard to read: a city that is a province with a
// second level of the same name, and many names that hold the same letters.
func country(w *world.World) *region {
	all := &region{code: "100000", name: "全国", lat: 39.9136, lng: 116.3631}
	guangdong := &region{code: "440000", name: "广东省", level: 1, lat: 23.1323, lng: 113.2603}
	for _, city := range w.Cities() {
		d := &region{code: city.AdCode, name: city.Address("zh").City, level: 2, lat: city.Lat, lng: city.Lng}
		switch {
		case city.Region == "CN":
			guangdong.below = append(guangdong.below, d)
		case city.Region == "TW":
			d.name, d.level = "台湾省", 1
			all.below = append(all.below, d)
		case china(city.Region):
			d.level = 1
			all.below = append(all.below, d)
		default:
			continue
		}
		for _, p := range w.Places() {
			if p.CityKey == city.CityKey && p.AdCode != city.AdCode && !slices.ContainsFunc(d.below, func(b *region) bool { return b.code == p.AdCode }) {
				d.below = append(d.below, &region{code: p.AdCode, name: p.Address("zh").District, level: 3, lat: p.Lat, lng: p.Lng,
					below: []*region{{code: p.AdCode + "001", name: "中心街道", level: 4, lat: p.Lat, lng: p.Lng}}})
			}
		}
	}
	beijing := &region{code: "110000", name: "北京市", level: 1, lat: 39.9029, lng: 116.4011, below: []*region{
		{code: "110100", name: "北京市", level: 2, lat: 39.9029, lng: 116.4011, below: []*region{
			{code: "110105", name: "朝阳区", level: 3, lat: 39.9201, lng: 116.4371},
			{code: "110108", name: "海淀区", level: 3, lat: 39.9581, lng: 116.2919},
		}},
	}}
	liaoning := &region{code: "210000", name: "辽宁省", level: 1, lat: 41.8357, lng: 123.4291, below: []*region{
		{code: "211300", name: "朝阳市", level: 2, lat: 41.5738, lng: 120.4506, below: []*region{
			{code: "211321", name: "朝阳县", level: 3, lat: 41.4977, lng: 120.3897},
			{code: "211302109", name: "南朝阳街道", level: 4, lat: 41.57, lng: 120.45},
		}},
	}}
	all.below = append(all.below, guangdong, beijing, liaoning)
	return all
}

// regions answers with every division whose name holds the keyword or whose code
// it is. Polygons come of the first one alone, as well-known text.
func (s *Server) regions(q url.Values) (any, int, string) {
	levels, ok := count(q, "sub_admin", 0, 0, 3)
	codes, ok1 := count(q, "extensions_code", 0, 0, 1)
	boundary, ok2 := count(q, "boundary", 0, 0, 1)
	if !ok || !ok1 || !ok2 {
		return nil, 2, "sub_admin"
	}
	keyword := q.Get("keyword")
	if keyword == "中国" || keyword == "中华人民共和国" {
		keyword = "全国"
	}
	var found []*region
	var walk func(d *region)
	walk = func(d *region) {
		if strings.Contains(d.name, keyword) || d.code == keyword {
			found = append(found, d)
		}
		for _, b := range d.below {
			walk(b)
		}
	}
	walk(country(s.world))
	list := []any{}
	for i, d := range found {
		list = append(list, d.json(levels, codes == 1, boundary == 1 && i == 0 && d.level > 0 && d.level < 4))
	}
	return whole{"data_version": "20240501", "result_size": len(found), "districts": list}, 0, ""
}

func (d *region) json(levels int, codes, line bool) any {
	out := map[string]any{"name": d.name, "level": d.level, "code": "340"}
	if codes {
		out["code"] = d.code
	}
	if levels > 0 {
		below := []any{}
		for _, b := range d.below {
			below = append(below, b.json(levels-1, codes, false))
		}
		out["districts"] = below
	}
	if line {
		out["polyline"] = "MULTIPOLYGON (((" + square(d, 0.05) + ")), ((" + square(d, 0.02) + "), (" + square(d, 0.01) + ")))"
	}
	return out
}

// square is a closed ring in BD-09.
func square(d *region, half float64) string {
	var out []string
	for _, corner := range [...][2]float64{{-half, -half}, {-half, half}, {half, half}, {half, -half}, {-half, -half}} {
		p := geo.Point{Lat: d.lat + corner[0], Lng: d.lng + corner[1]}.To(geo.BD09)
		out = append(out, fmt.Sprintf("%.6f %.6f", p.Lng, p.Lat))
	}
	return strings.Join(out, ", ")
}
