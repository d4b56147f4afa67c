package geotest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

func (s *OSM) photon(mux *http.ServeMux) {
	handle := func(path string, p fakehttp.Params, f func(q url.Values, lang string) (any, string)) {
		mux.HandleFunc("GET /photon"+path, func(w http.ResponseWriter, r *http.Request) {
			q, wrong := p.Query(r)
			message := ""
			if wrong != nil {
				// Photon refuses what it does not know.
				message = "unknown query parameter or value: " + wrong.Error()
			}
			lang := q.Get("lang")
			if message == "" && lang != "" && lang != "default" && !slices.Contains(s.languages, lang) {
				message = "Language is not supported. Supported are: default, " + strings.Join(s.languages, ", ")
			}
			var reply any
			if message == "" {
				reply, message = f(q, lang)
			}
			if message != "" {
				writeJSON(w, 400, map[string]any{"message": message})
				return
			}
			s.Note("accepted ")
			s.Note("accepted " + r.URL.Path)
			writeJSON(w, 200, reply)
		})
	}
	common := []string{"limit", "lang", "layer", "osm_tag", "include", "exclude", "dedupe"}
	handle("/api", fakehttp.Params{Required: []string{"q"}, Optional: append([]string{"lat", "lon", "zoom", "location_bias_scale", "bbox"}, common...)}, s.complete)
	handle("/reverse", fakehttp.Params{Required: []string{"lat", "lon"}, Optional: append([]string{"radius"}, common...)}, s.around)
}

// float reads a number within bounds that may be missing.
func float(q url.Values, name string, low, high float64) (float64, bool) {
	if !q.Has(name) {
		return 0, true
	}
	f, err := strconv.ParseFloat(q.Get(name), 64)
	return f, err == nil && f >= low && f <= high
}

func (s *OSM) complete(q url.Values, lang string) (any, string) {
	lat, ok1 := float(q, "lat", -90, 90)
	lng, ok2 := float(q, "lon", -180, 180)
	limit, ok3 := float(q, "limit", 1, 50)
	if !ok1 || !ok2 || !ok3 || q.Has("lat") != q.Has("lon") {
		return nil, "invalid number"
	}
	if limit == 0 {
		limit = 15
	}
	found := s.world.Find(q.Get("q"), "", lang)
	if q.Has("lat") {
		// What lies near comes first.
		slices.SortStableFunc(found, func(a, b *world.Place) int {
			return int(world.Distance(lat, lng, a.Lat, a.Lng)/100e3) - int(world.Distance(lat, lng, b.Lat, b.Lng)/100e3)
		})
	}
	return s.collection(found[:min(len(found), int(limit))], lang), ""
}

func (s *OSM) around(q url.Values, lang string) (any, string) {
	lat, ok1 := float(q, "lat", -90, 90)
	lng, ok2 := float(q, "lon", -180, 180)
	radius, ok3 := float(q, "radius", 0, 5000)
	limit, ok4 := float(q, "limit", 1, 50)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return nil, "invalid number"
	}
	if !q.Has("radius") {
		radius = 1
	}
	var found []*world.Place
	for _, n := range s.world.Around(lat, lng, radius*1000) {
		found = append(found, n.Place)
	}
	return s.collection(found[:min(len(found), int(max(limit, 1)))], lang), ""
}

func (s *OSM) collection(places []*world.Place, lang string) any {
	features := []any{}
	for _, p := range places {
		l := p.Languages[0]
		if _, ok := p.Names[lang]; ok {
			l = lang
		}
		a := p.Addresses[l]
		key, value := tags(p.Kind)
		kind := "house"
		props := map[string]any{"osm_type": "N", "osm_id": p.OSMID, "osm_key": key, "osm_value": value, "name": p.Names[l],
			"country": a.Country, "countrycode": strings.ToUpper(osmCountry(p.Region))}
		put := func(key, v string) {
			if v != "" {
				props[key] = v
			}
		}
		if p.Kind == world.City {
			kind, props["osm_key"], props["osm_value"] = "city", "place", "city"
			put("state", a.Province)
		} else {
			put("housenumber", a.Number)
			put("street", a.Street)
			put("locality", a.Town)
			put("district", a.District)
			put("city", a.City)
			put("state", a.Province)
			put("postcode", a.Postcode)
		}
		props["type"] = kind
		features = append(features, map[string]any{"type": "Feature", "properties": props,
			"geometry": map[string]any{"type": "Point", "coordinates": []float64{p.Lng, p.Lat}}})
	}
	return map[string]any{"type": "FeatureCollection", "features": features}
}
