package fakegoogle

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

var (
	legacyAutocompleteParams = fakehttp.Params{Required: []string{"input"}, Optional: []string{"sessiontoken", "components", "location", "radius", "locationbias", "locationrestriction", "strictbounds", "origin", "types", "offset"}}
	legacyDetailsParams      = fakehttp.Params{Optional: []string{"place_id", "placeid", "fields", "sessiontoken", "reviews_no_translations", "reviews_sort"}}
	legacyTextParams         = fakehttp.Params{Optional: []string{"query", "location", "radius", "opennow", "minprice", "maxprice", "type", "pagetoken"}}
	legacyNearbyParams       = fakehttp.Params{Optional: []string{"location", "radius", "keyword", "name", "opennow", "minprice", "maxprice", "rankby", "type", "pagetoken"}}
)

// legacyFields are the names that a details call may ask for.
var legacyFields = strings.Fields(`address_component adr_address business_status formatted_address geometry geometry/location
	geometry/viewport icon name photo place_id plus_code type types url utc_offset vicinity formatted_phone_number
	international_phone_number opening_hours website price_level rating reviews user_ratings_total`)

func invalidParam(name string) refusal {
	return refusal{"INVALID_REQUEST", "Invalid request. Invalid '" + name + "' parameter."}
}

// legacyPoint reads a point that may be missing.
func legacyPoint(q url.Values, name string) (*geo.Point, bool) {
	if !q.Has(name) {
		return nil, true
	}
	lat, lng, ok := latLng(q.Get(name))
	p := read(lat, lng).To(geo.WGS84)
	return &p, ok
}

// legacyCircle reads location and radius, which come together.
func legacyCircle(q url.Values) (*geo.Point, float64, bool) {
	at, ok := legacyPoint(q, "location")
	radius, err := strconv.ParseFloat(q.Get("radius"), 64)
	if at == nil {
		return nil, 0, ok
	}
	return at, radius, ok && err == nil && radius > 0 && radius <= 50000
}

// legacyAutocomplete answers GET /maps/api/place/autocomplete/json.
func (s *Server) legacyAutocomplete(q url.Values) (map[string]any, refusal) {
	var regions []string
	if c := q.Get("components"); c != "" {
		for _, part := range strings.Split(c, "|") {
			name, value, _ := strings.Cut(part, ":")
			if name != "country" || value == "" || !goodRegion(value) {
				return nil, invalidParam("components")
			}
			regions = append(regions, value)
		}
	}
	origin, ok := legacyPoint(q, "origin")
	if _, _, good := legacyCircle(q); !ok || !good || len(regions) > 5 {
		return nil, invalidParam("location")
	}
	s.openSession("legacy", q.Get("sessiontoken"))
	var list []any
	for _, p := range s.predict(q.Get("input"), q.Get("language"), regions) {
		text, main, secondary := lines(p, q.Get("language"))
		x := map[string]any{"description": text, "place_id": p.GooglePlaceID, "reference": p.GooglePlaceID, "types": placeTypes(p.Kind),
			"structured_formatting": map[string]any{"main_text": main, "secondary_text": secondary}}
		if origin != nil {
			x["distance_meters"] = metresFrom(p, *origin)
		}
		list = append(list, x)
	}
	if len(list) == 0 {
		return nil, refusal{status: "ZERO_RESULTS"}
	}
	return map[string]any{"predictions": list}, refusal{}
}

// legacyDetails answers GET /maps/api/place/details/json.
func (s *Server) legacyDetails(q url.Values) (map[string]any, refusal) {
	id := q.Get("place_id")
	if id == "" {
		id = q.Get("placeid")
	}
	fields := strings.Split(q.Get("fields"), ",")
	for _, f := range fields {
		if f != "" && !slices.Contains(legacyFields, f) {
			return nil, refusal{"INVALID_REQUEST", "Error while parsing 'fields' parameter: Unsupported field name '" + f + "'. "}
		}
	}
	if len(id) < 20 || strings.Trim(id, tokenLetters) != "" {
		return nil, refusal{"INVALID_REQUEST", "Invalid 'placeid' parameter."}
	}
	p := s.world.ByVendorID(id)
	if p == nil {
		return nil, refusal{status: "NOT_FOUND"}
	}
	s.closeSession("legacy", q.Get("sessiontoken"))
	full := result(p, q.Get("language"), false)
	full["name"] = p.Name(q.Get("language"))
	out := map[string]any{}
	for name, value := range full {
		asked := q.Get("fields") == "" || slices.ContainsFunc(fields, func(f string) bool {
			return f == name || f+"s" == name || strings.HasPrefix(f, name+"/")
		})
		if asked {
			out[name] = value
		}
	}
	return map[string]any{"result": out, "html_attributions": []any{}}, refusal{}
}

// legacyText answers GET /maps/api/place/textsearch/json. The circle and the
// region are preferences.
func (s *Server) legacyText(q url.Values) (map[string]any, refusal) {
	if _, _, ok := legacyCircle(q); !ok {
		return nil, invalidParam("location")
	}
	if q.Get("query") == "" || q.Has("pagetoken") { // the little world has no second page
		return nil, refusal{"INVALID_REQUEST", ""}
	}
	found := s.world.Find(q.Get("query"), "", q.Get("language"))
	slices.SortStableFunc(found, func(a, b *world.Place) int {
		return first(ccTLD(a.Region) == q.Get("region")) - first(ccTLD(b.Region) == q.Get("region"))
	})
	return legacyResults(found, q.Get("language"), true)
}

// legacyNearby answers GET /maps/api/place/nearbysearch/json.
func (s *Server) legacyNearby(q url.Values) (map[string]any, refusal) {
	at, radius, ok := legacyCircle(q)
	if at == nil || !ok || q.Has("pagetoken") || q.Has("rankby") {
		return nil, invalidParam("location")
	}
	var found []*world.Place
	for _, n := range s.world.Around(at.Lat, at.Lng, radius) {
		found = append(found, n.Place)
	}
	return legacyResults(found, q.Get("language"), false)
}

// legacyResults writes at most twenty places as the searches do: without their
// addresses in parts, nearby without a formatted address, too.
func legacyResults(found []*world.Place, lang string, formatted bool) (map[string]any, refusal) {
	if len(found) == 0 {
		return nil, refusal{status: "ZERO_RESULTS"}
	}
	var list []any
	for _, p := range found[:min(len(found), 20)] {
		x := result(p, lang, false)
		delete(x, "address_components")
		if !formatted {
			x["vicinity"] = x["formatted_address"]
			delete(x, "formatted_address")
		}
		x["name"] = p.Name(lang)
		list = append(list, x)
	}
	return map[string]any{"results": list, "html_attributions": []any{}}, refusal{}
}

func ccTLD(region string) string {
	if region == "GB" {
		return "uk"
	}
	return strings.ToLower(region)
}
