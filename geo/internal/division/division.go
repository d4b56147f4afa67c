// Package division sorts what the Chinese vendors answer about administrative
// divisions: which of them were meant by a name or code, and which stand for no
// real level.
//
// Both vendors find more than was asked for. Baidu matches every division that
// holds the letters (朝阳 has 44 hits), Amap the same name in several places. And
// for the four cities that are provinces both have a level between city and
// district that does not exist (北京城区, 重庆郊县); here its districts stand
// directly in the city.
package division

import (
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo"
)

// endings are the generic ends of names, which people leave out.
var endings = [...]string{"省", "市", "区", "县", "盟", "旗", "地区", "新区", "林区", "特区", "矿区", "特别行政区", "街道", "镇", "乡"}

// autonomous end names that have the peoples' names in between: 新疆 is
// 新疆维吾尔自治区.
var autonomous = [...]string{"自治区", "自治州", "自治县", "自治旗", "民族乡"}

// Means reports whether a division of this name is what a query means: its name,
// with or without the generic ending.
func Means(query, name string) bool {
	query = strings.TrimSpace(query)
	if query == "" || name == "" {
		return false
	}
	if country(query) && country(name) {
		return true
	}
	rest, ok := strings.CutPrefix(name, query)
	if !ok {
		return false
	}
	if rest == "" || slices.Contains(endings[:], rest) {
		return true
	}
	return slices.ContainsFunc(autonomous[:], func(end string) bool { return strings.HasSuffix(rest, end) })
}

// countryCode is the division code of the whole country.
const countryCode = "100000"

func country(name string) bool {
	switch name {
	case "中国", "中华人民共和国", "全国":
		return true
	}
	return false
}

// Keyword is what is asked for: the query, or the code of the whole region where
// there is none; "" if there is neither.
func Keyword(r geo.DistrictRequest) string {
	if q := strings.TrimSpace(r.Query); q != "" {
		return q
	}
	switch r.Region {
	case "CN":
		return countryCode
	case "HK":
		return "810000"
	case "MO":
		return "820000"
	case "TW":
		return "710000"
	}
	return ""
}

// Depth is how many levels below to ask for: one more in a city that is a
// province, whose made-up level takes one. The vendors have at most 3.
func Depth(r geo.DistrictRequest) int {
	if r.Children > 0 && r.Children < 3 && municipality(Keyword(r)) {
		return r.Children + 1
	}
	return r.Children
}

func municipality(keyword string) bool {
	switch strings.TrimSuffix(keyword, "市") {
	case "北京", "天津", "上海", "重庆", "110000", "120000", "310000", "500000":
		return true
	}
	return false
}

// madeUp reports whether a division is the level that does not exist: the codes
// ending in 0100 and 0200 of the four cities.
func madeUp(d *geo.District) bool {
	if len(d.Adcode) != 6 || d.Level != geo.LevelCity {
		return false
	}
	switch d.Adcode[:2] {
	case "11", "12", "31", "50":
		return d.Adcode[2:] == "0100" || d.Adcode[2:] == "0200"
	}
	return false
}

// Meant returns the divisions that were asked for, as deep as they were asked
// for: those whose name or code the keyword is, in the asked region, without the
// levels that do not exist.
func Meant(r geo.DistrictRequest, found []geo.District) []geo.District {
	keyword := Keyword(r)
	var out []geo.District
	for _, d := range found {
		switch {
		case madeUp(&d):
		case r.Region != "" && d.Region != "" && d.Region != r.Region:
		case d.Adcode == keyword, Means(keyword, d.Name), keyword == countryCode && country(d.Name):
			d.Children = within(d.Children, r.Children)
			out = append(out, d)
		}
	}
	return out
}

// within brings children to the depth asked for and takes made-up levels out.
func within(children []geo.District, depth int) []geo.District {
	if depth <= 0 {
		return nil
	}
	var out []geo.District
	for i := range children {
		d := children[i]
		if madeUp(&d) {
			out = append(out, within(d.Children, depth)...)
			continue
		}
		d.Children = within(d.Children, depth-1)
		out = append(out, d)
	}
	return out
}

// Ring closes a ring of points. It is false for less than a triangle.
func Ring(points []geo.Point) ([]geo.Point, bool) {
	if len(points) > 0 && points[0] != points[len(points)-1] {
		points = append(points, points[0])
	}
	return points, len(points) >= 4
}
