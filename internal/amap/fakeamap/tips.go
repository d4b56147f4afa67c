package fakeamap

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// tipsParams are those of /v3/assistant/inputtips.
var tipsParams = fakehttp.Params{Required: []string{"keywords"}, Optional: []string{"type", "location", "city", "citylimit", "datatype"}}

type tip struct {
	ID       empty  `json:"id"`
	Name     string `json:"name"`
	District empty  `json:"district"`
	Adcode   empty  `json:"adcode"`
	Location empty  `json:"location"`
	Address  empty  `json:"address"`
	Typecode empty  `json:"typecode"`
}

const maxTips = 10

// tips completes what is typed. When several places begin so, the first tip is
// the bare word, of which everything else is [] (recorded); and where a station is
// among them there is a line that calls there, which has an id and no location.
func (s *Server) tips(q url.Values) (any, string) {
	limit, ok := flag(q, "citylimit")
	codes, ok1 := types(q.Get("type"))
	data := strings.Split(q.Get("datatype"), "|")
	if !ok || !ok1 || q.Has("datatype") && slices.ContainsFunc(data, func(d string) bool {
		return !slices.Contains([]string{"all", "poi", "bus", "busline"}, d)
	}) {
		return nil, "20000"
	}
	if q.Has("location") {
		if _, ok := s.parsePoint(q.Get("location")); !ok {
			return nil, "20000"
		}
	}
	words, city := q.Get("keywords"), q.Get("city")
	ask := query{types: codes, region: city, limit: limit}
	var inside, outside []tip
	station := false
	for _, p := range s.world.Find(words, "", world.Chinese) {
		if !ask.fits(p) {
			continue
		}
		station = station || p.Kind == world.Station
		if t := toTip(p); city != "" && inCity(p, city) {
			inside = append(inside, t)
		} else {
			outside = append(outside, t)
		}
	}
	all := append(inside, outside...)
	if len(all) > 1 {
		all = append([]tip{{Name: words}}, all...)
	}
	all = all[:min(len(all), maxTips-1)]
	if station && (!q.Has("datatype") || slices.Contains(data, "all") || slices.Contains(data, "busline")) {
		all = append(all, tip{ID: "440300024055", Name: words + "专线(公交场站--" + words + ")", District: "广东省深圳市", Adcode: "440300", Typecode: "150700"})
	}
	return map[string]any{"status": "1", "info": "OK", "infocode": codeOK, "count": strconv.Itoa(len(all)), "tips": append([]tip{}, all...)}, codeOK
}

func toTip(p *world.Place) tip {
	a := address(p)
	return tip{ID: empty(p.AmapID), Name: p.Name(world.Chinese), District: empty(join(a.Province, a.City, a.District)), Adcode: empty(p.AdCode),
		Location: empty(location(p.Lat, p.Lng)), Address: empty(a.Street + a.Number), Typecode: empty(typecode(p.Kind))}
}
