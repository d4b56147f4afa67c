package baidugeo

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/internal/division"
	"github.com/waybill-go/waybill/internal/baidu"
)

const pathDistrict = "/api_region_search/v1/"

// districtReply is the reply of /api_region_search/v1/.
type districtReply struct {
	Districts *baidu.List[district] `json:"districts"`
}

type district struct {
	Code      baidu.Text           `json:"code"`
	Name      baidu.Text           `json:"name"`
	Level     baidu.Text           `json:"level"`
	Polyline  baidu.Text           `json:"polyline"`
	Boundary  baidu.Text           `json:"boundary"` // Baidu's newer name of it
	Districts baidu.List[district] `json:"districts"`
}

// Districts finds administrative divisions by name or division code, several of
// the same name; see [geo.DistrictFinder] for the contract. Baidu gives no
// centres. Boundaries come of provinces, cities and districts, not of townships,
// and only of the first division found, in BD-09; they are read as users report
// them, as polygons of well-known text, and as Baidu's page of 2026 has them, as
// points. A Region other than CN, HK, MO and TW is Unsupported.
//
// The service is https://lbsyun.baidu.com/faq/api?title=webapi/district-search/base.
func (a *Adapter) Districts(ctx context.Context, r geo.DistrictRequest) (geo.DistrictResult, error) {
	if err := r.Validate(); err != nil {
		return geo.DistrictResult{}, invalid(err)
	}
	if r.Region != "" && !served(r.Region) {
		return geo.DistrictResult{}, refuse(geo.Districts, r.Key, elsewhere)
	}
	keyword := division.Keyword(r)
	switch {
	case keyword == "":
		return geo.DistrictResult{}, refuse(geo.Districts, r.Key, "neither a query nor a region is given")
	case r.Query == "" && r.Region == "CN":
		keyword = nationwide // one of the names that the page has for the country
	}
	call := baidu.Call{Op: string(geo.Districts), Ref: r.Key, Path: pathDistrict, Private: []string{r.Query}, Whole: true}
	call.Params.Add("keyword", keyword)
	call.Params.AddInt("sub_admin", division.Depth(r))
	call.Params.Add("extensions_code", "1")
	if r.Boundary {
		call.Params.Add("boundary", "1")
	}
	var reply districtReply
	if _, err := a.client.Get(ctx, call, &reply); err != nil {
		return geo.DistrictResult{}, err
	}
	if reply.Districts == nil {
		return geo.DistrictResult{}, damaged(geo.Districts, r.Key, "the reply has no list of divisions")
	}
	found := a.divisions(*reply.Districts, "", maxDepth)
	res := geo.DistrictResult{Served: waybill.Served{Provider: Name}, Districts: division.Meant(r, found)}
	if len(res.Districts) == 0 {
		return geo.DistrictResult{}, notFound(geo.Districts, r.Key, "no such division")
	}
	return res, nil
}

// maxDepth bounds how deep a reply is read: the country with three levels below,
// and the made-up one.
const maxDepth = 6

// divisions translates a list; region is that of the division above.
func (a *Adapter) divisions(list baidu.List[district], region string, depth int) []geo.District {
	if depth == 0 {
		return nil
	}
	var out []geo.District
	for i := range list {
		d := &list[i]
		g := geo.District{Name: d.Name.Trim(), Adcode: d.Code.Trim(), Level: levelOf(d.Level.Trim())}
		if g.Name == "" {
			continue
		}
		if g.Region = baidu.Region(g.Adcode, "", g.Name); g.Region == "" {
			g.Region = region
		}
		if len(g.Adcode) < 6 {
			g.Adcode = "" // Baidu's own number
		}
		g.Boundary = rings(string(cmp.Or(d.Polyline, d.Boundary)), a.datums.Datum(geo.VendorBaidu9, g.Region))
		g.Children = a.divisions(d.Districts, g.Region, depth-1)
		out = append(out, g)
	}
	return out
}

// rings reads POLYGON ((lng lat, …), (…)) and MULTIPOLYGON (((…))), of which every
// pair of innermost brackets is a ring, holes among them, and lng,lat;lng,lat, of
// which bars part the rings. A ring with a point that is none is left out, since
// its shape is unknown.
func rings(text string, datum geo.Datum) [][]geo.Point {
	var out [][]geo.Point
	add := func(text, points, numbers string) {
		if ring, ok := ringOf(text, points, numbers, datum); ok {
			out = append(out, ring)
		}
	}
	if !strings.Contains(text, "(") {
		for part := range strings.SplitSeq(text, "|") {
			add(strings.Trim(part, "; "), ";", ",")
		}
		return out
	}
	for part := range strings.SplitSeq(text, "(") {
		if inner, _, closed := strings.Cut(part, ")"); closed {
			add(inner, ",", " ")
		}
	}
	return out
}

// ringOf reads one ring, in which one sign parts the points and another the
// numbers.
func ringOf(text, points, numbers string, datum geo.Datum) ([]geo.Point, bool) {
	var ring []geo.Point
	for pair := range strings.SplitSeq(text, points) {
		x, y, _ := strings.Cut(strings.TrimSpace(pair), numbers)
		lng, err1 := strconv.ParseFloat(x, 64)
		lat, err2 := strconv.ParseFloat(strings.TrimSpace(y), 64)
		p := geo.Point{Lat: lat, Lng: lng, Datum: datum}
		if err1 != nil || err2 != nil || p.Validate() != nil || p.IsZero() {
			return nil, false
		}
		ring = append(ring, p)
	}
	return division.Ring(ring)
}

// levelOf translates Baidu's numbers.
func levelOf(level string) geo.DistrictLevel {
	switch level {
	case "0":
		return geo.LevelCountry
	case "1":
		return geo.LevelProvince
	case "2":
		return geo.LevelCity
	case "3":
		return geo.LevelDistrict
	case "4":
		return geo.LevelTownship
	}
	return geo.LevelUnknown
}
