package fakegoogle

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

var geocodeParams = fakehttp.Params{Optional: []string{"address", "components", "bounds", "latlng", "result_type", "location_type", "place_id"}}

// geocode answers GET /maps/api/geocode/json, both ways.
func (s *Server) geocode(q url.Values) (map[string]any, refusal) {
	lang := q.Get("language")
	switch {
	case q.Has("place_id"):
		p := s.world.ByVendorID(q.Get("place_id"))
		if p == nil {
			return nil, refusal{"INVALID_REQUEST", "Invalid request. Invalid 'place_id' parameter."}
		}
		return map[string]any{"results": []any{result(p, lang, false)}}, refusal{}
	case q.Has("latlng"):
		if q.Has("address") || q.Has("components") {
			return nil, refusal{"INVALID_REQUEST", "Invalid request. Use either 'address' or 'latlng'."}
		}
		return s.reverse(q.Get("latlng"), lang)
	case q.Get("address") == "" && q.Get("components") == "":
		return nil, refusal{"INVALID_REQUEST", "Invalid request. Missing the 'address', 'components', 'latlng' or 'place_id' parameter."}
	}
	return s.forward(q, lang)
}

// forward finds an address. The country is enforced, the locality a preference,
// like region and bounds.
func (s *Server) forward(q url.Values, lang string) (map[string]any, refusal) {
	filters, ok := components(q.Get("components"))
	if !ok {
		return nil, refusal{"INVALID_REQUEST", "Invalid request. Invalid 'components' parameter."}
	}
	text := q.Get("address")
	if text == "" {
		text = filters["locality"]
	}
	found := s.world.Matches(text, filters["country"], lang)
	if len(found) == 0 && filters["locality"] != "" {
		found = s.world.Matches(text+" "+filters["locality"], filters["country"], lang)
	}
	if len(found) == 0 {
		return nil, refusal{status: "ZERO_RESULTS"}
	}
	var box *[4]float64
	if b := q.Get("bounds"); b != "" {
		if box, ok = bounds(b); !ok {
			return nil, refusal{"INVALID_REQUEST", "Invalid request. Invalid 'bounds' parameter."}
		}
	}
	preferred := func(m world.Match) int {
		region := strings.ToLower(m.Region)
		lat, lng := show(m.Lat, m.Lng, m.Region)
		switch {
		case filters["locality"] != "" && m.Address(lang).City == filters["locality"],
			q.Get("region") != "" && (region == q.Get("region") || region == "gb" && q.Get("region") == "uk"),
			box != nil && lat >= box[0] && lat <= box[2] && lng >= box[1] && lng <= box[3]:
			return 0
		}
		return 1
	}
	slices.SortStableFunc(found, func(a, b world.Match) int { return preferred(a) - preferred(b) })
	var list []any
	for _, m := range found[:min(len(found), 5)] {
		list = append(list, result(m.Place, lang, m.Score < 80))
	}
	return map[string]any{"results": list}, refusal{}
}

// components parses the filters: name:value joined by "|".
func components(text string) (map[string]string, bool) {
	out := map[string]string{}
	if text == "" {
		return out, true
	}
	for _, part := range strings.Split(text, "|") {
		name, value, ok := strings.Cut(part, ":")
		switch name {
		case "country", "postal_code", "locality", "route", "administrative_area":
		default:
			ok = false
		}
		if !ok || value == "" || out[name] != "" {
			return nil, false
		}
		out[name] = value
	}
	return out, true
}

// bounds parses "lat,lng|lat,lng": south-west, then north-east.
func bounds(text string) (*[4]float64, bool) {
	a, b, ok := strings.Cut(text, "|")
	lat1, lng1, ok1 := latLng(a)
	lat2, lng2, ok2 := latLng(b)
	return &[4]float64{lat1, lng1, lat2, lng2}, ok && ok1 && ok2 && lat1 <= lat2
}

// latLng parses "lat,lng" without blanks.
func latLng(text string) (lat, lng float64, ok bool) {
	a, b, ok := strings.Cut(text, ",")
	lat, err1 := strconv.ParseFloat(a, 64)
	lng, err2 := strconv.ParseFloat(b, 64)
	ok = ok && err1 == nil && err2 == nil && math.Abs(lat) <= 90 && math.Abs(lng) <= 180
	return lat, lng, ok
}

// reverse answers with the nearest place's address, then its city and country.
func (s *Server) reverse(text, lang string) (map[string]any, refusal) {
	lat, lng, ok := latLng(text)
	if !ok {
		return nil, refusal{"INVALID_REQUEST", "Invalid request. Invalid 'latlng' parameter."}
	}
	at := read(lat, lng).To(geo.WGS84)
	city := s.world.CityAt(at.Lat, at.Lng)
	if city == nil {
		return nil, refusal{status: "ZERO_RESULTS"}
	}
	var list []any
	if p, _ := s.world.Nearest(at.Lat, at.Lng, 2000); p != nil {
		list = append(list, result(p, lang, false))
	}
	return map[string]any{"results": append(list, result(city, lang, false))}, refusal{}
}

// component is one part of an address.
type component struct {
	Long  string   `json:"long_name"`
	Short string   `json:"short_name"`
	Types []string `json:"types"`
}

// result writes a place as the geocoder does.
func result(p *world.Place, lang string, partial bool) map[string]any {
	a := p.Address(lang)
	var parts []component
	add := func(name string, types ...string) {
		if name != "" {
			parts = append(parts, component{name, name, types})
		}
	}
	if p.Kind != world.City {
		add(p.Name(lang), placeTypes(p.Kind)...)
		add(strings.TrimRight(a.Number, "号號"), "street_number")
		add(a.Street, "route")
		add(a.Town, "neighborhood", "political")
		add(a.District, "political", "sublocality", "sublocality_level_1")
		add(a.City, "locality", "political")
	} else {
		add(p.Name(lang), "locality", "political")
	}
	add(a.Province, "administrative_area_level_1", "political")
	parts = append(parts, component{a.Country, p.Region, []string{"country", "political"}})
	add(p.Postcode, "postal_code")
	lat, lng := show(p.Lat, p.Lng, p.Region)
	kind, types := "GEOMETRIC_CENTER", placeTypes(p.Kind)
	switch {
	case p.Kind == world.City:
		kind, types = "APPROXIMATE", []string{"locality", "political"}
	case a.Number != "":
		kind = "ROOFTOP"
	}
	out := map[string]any{
		"address_components": parts,
		"formatted_address":  formatted(p, a, lang),
		"place_id":           p.GooglePlaceID,
		"types":              types,
		"geometry": map[string]any{
			"location": point(lat, lng), "location_type": kind,
			"viewport": map[string]any{"northeast": point(lat+0.00135, lng+0.00135), "southwest": point(lat-0.00135, lng-0.00135)},
		},
	}
	if partial {
		out["partial_match"] = true
	}
	return out
}

func formatted(p *world.Place, a world.Address, lang string) string {
	if p.Kind == world.City || a.Text == "" {
		return p.Name(lang)
	}
	return a.Text
}

func placeTypes(k world.Kind) []string {
	switch k {
	case world.Airport:
		return []string{"airport", "establishment", "point_of_interest"}
	case world.Station:
		return []string{"establishment", "point_of_interest", "transit_station"}
	case world.Mall:
		return []string{"establishment", "point_of_interest", "shopping_mall"}
	case world.Sight:
		return []string{"establishment", "point_of_interest", "tourist_attraction"}
	}
	return []string{"establishment", "point_of_interest"}
}

func point(lat, lng float64) map[string]float64 {
	return map[string]float64{"lat": round7(lat), "lng": round7(lng)}
}

func round7(v float64) float64 { return math.Round(v*1e7) / 1e7 }
