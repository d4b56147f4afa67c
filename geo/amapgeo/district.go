package amapgeo

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/internal/division"
	"github.com/waybill-go/waybill/internal/amap"
)

// districtReply is the reply of /v3/config/district.
type districtReply struct {
	amap.Envelope
	Districts *amap.List[district] `json:"districts"`
}

type district struct {
	Adcode    amap.Text           `json:"adcode"`
	Name      amap.Text           `json:"name"`
	Center    amap.Text           `json:"center"`
	Level     amap.Text           `json:"level"`
	Polyline  amap.Text           `json:"polyline"`
	Districts amap.List[district] `json:"districts"`
}

// Districts finds administrative divisions by name or division code, several of
// the same name (朝阳区 is in Beijing and in Changchun); see [geo.DistrictFinder]
// for the contract. Amap makes up a city level in Beijing, Tianjin, Shanghai and
// Chongqing, which is passed over. Townships have no division code there.
//
// A Region other than CN, HK and MO is Unsupported. A boundary can have some
// megabytes; see Options.MaxReply. The service is
// https://lbs.amap.com/api/webservice/guide/api/district.
func (a *Adapter) Districts(ctx context.Context, r geo.DistrictRequest) (geo.DistrictResult, error) {
	if err := r.Validate(); err != nil {
		return geo.DistrictResult{}, err
	}
	call := amap.Call{Op: string(geo.Districts), Ref: r.Key, Path: "/v3/config/district", Private: []string{r.Query}}
	if !amap.Covered(r.Region) {
		return geo.DistrictResult{}, a.uncovered(call)
	}
	keyword := plain(division.Keyword(r))
	if keyword == "" {
		return geo.DistrictResult{}, a.client.Error(call, waybill.Unsupported, waybill.NotSent, "neither a query nor a region is given")
	}
	call.Query = url.Values{"keywords": {keyword}, "subdistrict": {strconv.Itoa(division.Depth(r))}, "extensions": {"base"}}
	if r.Boundary {
		call.Query.Set("extensions", "all")
	}
	var reply districtReply
	if err := a.client.Do(ctx, call, &reply); err != nil {
		return geo.DistrictResult{}, err
	}
	if reply.Districts == nil {
		return geo.DistrictResult{}, a.client.Malformed(call, "the reply has no list of divisions")
	}
	found := a.divisions(*reply.Districts, "", maxDepth)
	res := geo.DistrictResult{Served: waybill.Served{Provider: name}, Districts: division.Meant(r, found)}
	if len(res.Districts) == 0 {
		return geo.DistrictResult{}, a.client.Error(call, waybill.NotFound, waybill.NotSent, "no such division")
	}
	return res, nil
}

// maxDepth bounds how deep a reply is read: the country with three levels below,
// and the made-up one.
const maxDepth = 6

// divisions translates a list; region is that of the division above.
func (a *Adapter) divisions(list amap.List[district], region string, depth int) []geo.District {
	if depth == 0 {
		return nil
	}
	var out []geo.District
	for i := range list {
		d := &list[i]
		if d.Name == "" {
			continue
		}
		g := geo.District{Name: string(d.Name), Adcode: string(d.Adcode), Level: levelOf(string(d.Level)), Region: amap.RegionOfAdcode(d.Adcode)}
		if g.Region == "" {
			g.Region = region
		}
		if g.Level == geo.LevelTownship && len(g.Adcode) == 6 {
			g.Adcode = "" // it is that of the district
		}
		datum := a.datums.Datum(geo.VendorAmap, g.Region)
		if lat, lng, ok := d.Center.Location(); ok {
			g.Center = geo.Point{Lat: lat, Lng: lng, Datum: datum}
		}
		g.Boundary = rings(string(d.Polyline), datum)
		g.Children = a.divisions(d.Districts, g.Region, depth-1)
		out = append(out, g)
	}
	return out
}

// rings reads a boundary: rings joined with bars, points with semicolons. A ring
// with a point that is none is left out, since its shape is unknown.
func rings(polyline string, datum geo.Datum) [][]geo.Point {
	var out [][]geo.Point
next:
	for text := range strings.SplitSeq(polyline, "|") {
		var ring []geo.Point
		for pair := range strings.SplitSeq(text, ";") {
			if pair = strings.TrimSpace(pair); pair == "" {
				continue
			}
			lat, lng, ok := amap.Text(pair).Location()
			if !ok {
				continue next
			}
			ring = append(ring, geo.Point{Lat: lat, Lng: lng, Datum: datum})
		}
		if ring, ok := division.Ring(ring); ok {
			out = append(out, ring)
		}
	}
	return out
}

// levelOf translates Amap's words.
func levelOf(level string) geo.DistrictLevel {
	switch level {
	case "country":
		return geo.LevelCountry
	case "province":
		return geo.LevelProvince
	case "city":
		return geo.LevelCity
	case "district":
		return geo.LevelDistrict
	case "street":
		return geo.LevelTownship
	}
	return geo.LevelUnknown
}
