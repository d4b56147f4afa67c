package amapgeo

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/amap"
)

// maxPlaces bounds a result.
const maxPlaces = 20

// Geocode finds the places that an address means, best first; see
// [geo.Geocoder] for the contract. Points are tagged with the datum that Amap
// speaks at the place, GCJ-02 in the default table.
//
// Query is a structured address or the name of a landmark, best in Chinese. A
// Region other than CN, HK and MO is Unsupported. City is a name in Chinese, an
// area code or a division code of a city, not of a county; without it the
// regions HK and MO narrow the search to themselves. Candidates outside the
// Region are left out. Each place's Types hold
// Amap's word for the level of the match (门牌号, 兴趣点, 市 …), from which its
// Precision comes.
//
// Amap answers "no match" with the code 30001 or an empty list: both are
// NotFound. The service is
// https://lbs.amap.com/api/webservice/guide/api/georegeo#geo.
func (a *Adapter) Geocode(ctx context.Context, r geo.GeocodeRequest) (geo.GeocodeResult, error) {
	if err := r.Validate(); err != nil {
		return geo.GeocodeResult{}, err
	}
	call := amap.Call{Op: string(geo.Geocode), Ref: r.Key, Path: "/v3/geocode/geo", Empty: true,
		Private: []string{r.Query, r.City}}
	if !amap.Covered(r.Region) {
		return geo.GeocodeResult{}, a.client.Error(call, waybill.Unsupported, waybill.NotSent, "Amap serves CN, HK and MO only")
	}
	// A bar parts several addresses of one request.
	address := strings.TrimSpace(strings.ReplaceAll(r.Query, "|", " "))
	if address == "" {
		return geo.GeocodeResult{}, a.client.Error(call, waybill.Unsupported, waybill.NotSent, "the query has no words")
	}
	call.Query = url.Values{"address": {address}}
	if city := cityOf(r); city != "" {
		call.Query.Set("city", city)
	}
	var reply geocodeReply
	if err := a.client.Do(ctx, call, &reply); err != nil {
		return geo.GeocodeResult{}, err
	}
	places, err := a.places(call, &reply, &r)
	if err != nil {
		return geo.GeocodeResult{}, err
	}
	return geo.GeocodeResult{Served: waybill.Served{Provider: name}, Places: places}, nil
}

// cityOf returns what narrows the search: the asked city, else the division
// code of Hong Kong or Macau.
func cityOf(r geo.GeocodeRequest) string {
	if city := strings.TrimSpace(strings.ReplaceAll(r.City, "|", " ")); city != "" {
		return city
	}
	switch r.Region {
	case "HK":
		return "810000"
	case "MO":
		return "820000"
	}
	return ""
}

// geocodeReply is the reply of /v3/geocode/geo.
type geocodeReply struct {
	amap.Envelope
	Count    amap.Text           `json:"count"`
	Geocodes *amap.List[geocode] `json:"geocodes"`
}

type geocode struct {
	component
	Formatted amap.Text `json:"formatted_address"`
	Street    amap.Text `json:"street"`
	Number    amap.Text `json:"number"`
	Location  amap.Text `json:"location"`
	Level     amap.Text `json:"level"`
}

// places turns the candidates into places, leaving out those without a usable
// point and those outside the asked region.
func (a *Adapter) places(call amap.Call, reply *geocodeReply, r *geo.GeocodeRequest) ([]geo.Place, error) {
	if reply.Geocodes == nil && reply.Count != "0" {
		return nil, a.client.Malformed(call, "the reply has no list of places")
	}
	if reply.Geocodes == nil || len(*reply.Geocodes) == 0 {
		return nil, a.client.Error(call, waybill.NotFound, waybill.NotSent, "no such address")
	}
	limit := cmp.Or(r.Limit, maxPlaces)
	var places []geo.Place
	unreadable := false
	for _, g := range *reply.Geocodes {
		if len(places) == limit {
			break
		}
		lat, lng, ok := g.Location.Location()
		if !ok {
			// Amap leaves the point of some candidates empty.
			unreadable = unreadable || g.Location != ""
			continue
		}
		p := geo.Place{Precision: precisionOf(string(g.Level)), Address: g.address()}
		p.Address.Formatted, p.Address.Street, p.Address.Number = string(g.Formatted), string(g.Street), string(g.Number)
		p.Point = a.tag(&p.Address, lat, lng)
		if r.Region != "" && p.Address.Region != "" && p.Address.Region != r.Region {
			continue
		}
		if g.Level != "" {
			p.Types = []string{string(g.Level)}
		}
		places = append(places, p)
	}
	switch {
	case len(places) == 0 && unreadable:
		return nil, a.client.Malformed(call, "no place of the reply has a point")
	case len(places) == 0:
		return nil, a.client.Error(call, waybill.NotFound, waybill.NotSent, "no such address within the region")
	}
	return places, nil
}

// precisionOf translates Amap's word for the level of a match. The words are
// those of the service's page; a word that is not among them is unknown.
func precisionOf(level string) geo.Precision {
	switch level {
	case "国家", "省":
		return geo.PrecisionRegion
	case "市":
		return geo.PrecisionCity
	case "区县", "开发区", "乡镇", "村庄", "热点商圈":
		return geo.PrecisionDistrict
	case "道路":
		return geo.PrecisionStreet
	case "道路交叉口", "道路交叉路口":
		return geo.PrecisionInterpolated
	case "兴趣点", "住宅区", "公交站台、地铁站", "公交站台", "公交站点", "地铁站":
		return geo.PrecisionPlace
	case "门牌号", "单元号":
		return geo.PrecisionDoor
	}
	return geo.PrecisionUnknown
}
