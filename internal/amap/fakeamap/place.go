package fakeamap

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// searchParams are those of the search services of the fifth version.
func searchParams(required, optional []string) fakehttp.Params {
	return fakehttp.Params{Required: required,
		Optional: append([]string{"keywords", "types", "region", "city_limit", "show_fields", "page_size", "page_num"}, optional...)}
}

// The limits of the search services.
const (
	maxKeywords = 80 // characters
	maxPageSize = 25
	maxPageNum  = 100
	maxRows     = 200 // of all pages together
	maxIDs      = 10
)

// place is a row of the fifth version, where an empty string is "".
type place struct {
	Name     string `json:"name"`
	ID       string `json:"id"`
	Parent   string `json:"parent"`
	Distance string `json:"distance"`
	Location string `json:"location"`
	Type     string `json:"type"`
	Typecode string `json:"typecode"`
	Province string `json:"pname"`
	City     string `json:"cityname"`
	District string `json:"adname"`
	Address  string `json:"address"`
	Pcode    string `json:"pcode"`
	Adcode   string `json:"adcode"`
	Citycode string `json:"citycode"`
}

func toPlace(p *world.Place) place {
	a := address(p)
	return place{
		Name: p.Name(world.Chinese), ID: p.AmapID, Location: location(p.Lat, p.Lng), Type: poiType(p.Kind), Typecode: typecode(p.Kind),
		Province: a.Province, City: a.City, District: a.District, Address: a.Street + a.Number,
		Pcode: p.AdCode[:2] + "0000", Adcode: p.AdCode, Citycode: p.TelCode,
	}
}

// typecode is the code of [poiType].
func typecode(k world.Kind) string {
	switch k {
	case world.Station:
		return "150200"
	case world.Airport:
		return "150104"
	case world.Port:
		return "150300"
	case world.Mall:
		return "060101"
	case world.Office:
		return "120201"
	}
	return "110000"
}

// query is a checked search.
type query struct {
	keywords   string
	types      []string
	region     string
	limit      bool
	size, page int
}

// parseQuery checks what all searches have. One of keywords and types is
// required, but around a point, where the service puts restaurants, services and
// houses in their place.
func parseQuery(q url.Values, around bool) (query, string) {
	s := query{keywords: q.Get("keywords"), region: q.Get("region")}
	var ok, ok1 bool
	s.size, ok = number(q, "page_size", 10, 1, maxPageSize)
	s.page, ok1 = number(q, "page_num", 1, 1, maxPageNum)
	_, ok2 := fields(q, "children", "business", "indoor", "navi", "photos")
	limit, ok3 := flag(q, "city_limit")
	s.limit = limit
	if !ok || !ok1 || !ok2 || !ok3 || utf8.RuneCountInString(s.keywords) > maxKeywords || strings.Contains(s.keywords, "|") {
		return s, "20000"
	}
	if s.types, ok = types(q.Get("types")); !ok {
		return s, "20000"
	}
	if s.keywords == "" && len(s.types) == 0 {
		if !around {
			return s, "20001"
		}
		s.types = []string{"05", "07", "12"}
	}
	return s, codeOK
}

// flag reads true or false.
func flag(q url.Values, name string) (set, ok bool) {
	switch q.Get(name) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, !q.Has(name)
}

// types reads the codes of kinds, of which the zeros at the end are open.
func types(text string) ([]string, bool) {
	if text == "" {
		return nil, true
	}
	var out []string
	for code := range strings.SplitSeq(text, "|") {
		if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
			return nil, false
		}
		switch {
		case strings.HasSuffix(code, "0000"):
			code = code[:2]
		case strings.HasSuffix(code, "00"):
			code = code[:4]
		}
		out = append(out, code)
	}
	return out, true
}

// fits reports whether a place is of the asked kinds and in the asked city.
func (s query) fits(p *world.Place) bool {
	if p.Kind == world.City || !covered(p.Region) || s.limit && s.region != "" && !inCity(p, s.region) {
		return false
	}
	if len(s.types) == 0 {
		return true
	}
	return slices.ContainsFunc(s.types, func(t string) bool { return strings.HasPrefix(typecode(p.Kind), t) })
}

// placeText answers a search by words or kinds: the places of the region first.
func (s *Server) placeText(q url.Values) (any, string) {
	ask, code := parseQuery(q, false)
	if code != codeOK {
		return nil, code
	}
	var inside, outside []place
	for _, p := range s.named(ask.keywords) {
		switch {
		case !ask.fits(p):
		case ask.region != "" && inCity(p, ask.region):
			inside = append(inside, toPlace(p))
		default:
			outside = append(outside, toPlace(p))
		}
	}
	return ask.reply(append(inside, outside...)), codeOK
}

// named are the places of the words, all without any.
func (s *Server) named(keywords string) []*world.Place {
	if keywords == "" {
		return s.world.Places()
	}
	return s.world.Find(keywords, "", world.Chinese)
}

// placeAround answers a search around a point. A radius beyond 50 km silently
// becomes the default there; here it is refused, as a mistake of ours.
func (s *Server) placeAround(q url.Values) (any, string) {
	ask, code := parseQuery(q, true)
	if code != codeOK {
		return nil, code
	}
	p, ok := s.parsePoint(q.Get("location"))
	radius, ok1 := number(q, "radius", 5000, 0, 50000)
	sort := q.Get("sortrule")
	if !ok || !ok1 || sort != "" && sort != "distance" && sort != "weight" {
		return nil, "20000"
	}
	named := s.named(ask.keywords)
	var rows []place
	for _, n := range s.world.Around(p.lat, p.lng, float64(radius)) {
		if ask.fits(n.Place) && slices.Contains(named, n.Place) {
			row := toPlace(n.Place)
			row.Distance = strconv.Itoa(int(math.Round(n.Metres)))
			rows = append(rows, row)
		}
	}
	if sort == "weight" {
		slices.Reverse(rows)
	}
	return ask.reply(rows), codeOK
}

// reply is one page. Its count is the page's own, and there is none behind the
// two hundredth row.
func (s query) reply(rows []place) any {
	rows = rows[:min(len(rows), maxRows)]
	from := min((s.page-1)*s.size, len(rows))
	return found(rows[from:min(from+s.size, len(rows))])
}

func found(rows []place) any {
	if rows == nil {
		rows = []place{}
	}
	return map[string]any{"status": "1", "info": "OK", "infocode": codeOK, "count": strconv.Itoa(len(rows)), "pois": rows}
}

// placeDetail answers with the places of up to ten ids; what it does not know it
// leaves out.
func (s *Server) placeDetail(q url.Values) (any, string) {
	ids := strings.Split(q.Get("id"), "|")
	if _, ok := fields(q, "children", "business", "indoor", "navi", "photos"); !ok || len(ids) > maxIDs {
		return nil, "20000"
	}
	var rows []place
	for _, id := range ids {
		if p := s.world.ByVendorID(id); p != nil && p.AmapID == id && covered(p.Region) {
			rows = append(rows, toPlace(p))
		}
	}
	return found(rows), codeOK
}
