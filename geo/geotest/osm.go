package geotest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// OSM is a fake of a Nominatim and a Photon server. It refuses what has no
// identifying User-Agent, parameters that the servers do not have, and languages
// that Photon was not given, and counts what it accepted. It is safe for concurrent
// use and has:
//
//   - URL, Client, Close: where it is, a client that reaches it, and its end; the
//     paths of Nominatim begin with /nominatim, those of Photon with /photon
//   - Log, Count: the last exchanges, and how many requests came by path
//   - Fail, FailNext, FailAfter, FailWhen: a fault for all requests, the next n,
//     all after n, those that match
//   - FailCode: a server's own refusal: "400", "403", "429", "503" and "blocked"
//     as Nominatim writes them, "photon" as Photon writes 400
//   - Heal: takes all faults away
type OSM struct {
	*fakehttp.Server
	world     *world.World
	languages []string
}

// OSMOptions are the settings of a fake OSM.
type OSMOptions struct {
	// PhotonLanguages are those of the Photon server. Default en, de, fr, it.
	PhotonLanguages []string
}

// NewOSM starts a fake Nominatim and Photon; nil options are the defaults. The
// caller closes it.
func NewOSM(o *OSMOptions) *OSM {
	s := &OSM{world: world.Default(), languages: []string{"en", "de", "fr", "it"}}
	if o != nil && o.PhotonLanguages != nil {
		s.languages = o.PhotonLanguages
	}
	mux := http.NewServeMux()
	s.nominatim(mux)
	s.photon(mux)
	s.Server = fakehttp.New("osm", mux)
	return s
}

// NominatimURL is the base URL of Nominatim, PhotonURL that of Photon.
func (s *OSM) NominatimURL() string { return s.URL() + "/nominatim" }

// PhotonURL is the base URL of Photon.
func (s *OSM) PhotonURL() string { return s.URL() + "/photon" }

// Accepted returns how many requests for the path (such as /nominatim/search, or
// "" for all) were answered with a success.
func (s *OSM) Accepted(path string) int { return s.Count("accepted " + path) }

// FailCode makes the fake answer every request until Heal with a refusal.
func (s *OSM) FailCode(code string) {
	s.Fail(fakehttp.Answer("code_"+code, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch code {
		case "400":
			nominatimError(w, 400, "Parameter 'lat' missing.")
		case "403", "blocked":
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte("<html><body><h1>Access blocked</h1>You have violated the usage policy.</body></html>"))
		case "429":
			http.Error(w, "Too many requests", http.StatusTooManyRequests)
		case "503":
			http.Error(w, "Query took too long to process.", http.StatusServiceUnavailable)
		case "nothing":
			writeJSON(w, 200, map[string]any{"error": "Unable to geocode"})
		default:
			writeJSON(w, 400, map[string]any{"message": "Language is not supported. Supported are: default, en, de, fr, it"})
		}
	})))
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "fake osm: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func nominatimError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]any{"error": map[string]any{"code": status, "message": message}})
}

// identified is what both public servers want of a User-Agent.
func identified(r *http.Request) bool {
	agent := r.UserAgent()
	return agent != "" && !strings.HasPrefix(agent, "Go-http-client") && agent != "waybill"
}

// nominatimParams are what the three calls have in common.
var nominatimParams = []string{"format", "addressdetails", "extratags", "namedetails", "accept-language", "email", "layer"}

func (s *OSM) nominatim(mux *http.ServeMux) {
	handle := func(path string, p fakehttp.Params, f func(q url.Values, lang string) (any, string)) {
		p = p.With(nominatimParams...)
		mux.HandleFunc("GET /nominatim"+path, func(w http.ResponseWriter, r *http.Request) {
			q, wrong := p.Query(r)
			switch {
			case !identified(r):
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte("<html>Access blocked</html>"))
				return
			case wrong != nil:
				nominatimError(w, 400, wrong.Error())
				return
			case q.Get("format") != "jsonv2":
				nominatimError(w, 400, "this fake knows the format jsonv2 only")
				return
			}
			reply, message := f(q, q.Get("accept-language"))
			if message != "" {
				nominatimError(w, 400, message)
				return
			}
			s.Note("accepted ")
			s.Note("accepted " + r.URL.Path)
			writeJSON(w, 200, reply)
		})
	}
	handle("/search", fakehttp.Params{Required: []string{"q"}, Optional: []string{"limit", "countrycodes", "viewbox", "bounded", "exclude_place_ids", "featureType", "dedupe"}}, s.search)
	handle("/reverse", fakehttp.Params{Required: []string{"lat", "lon"}, Optional: []string{"zoom"}}, s.reverse)
	handle("/lookup", fakehttp.Params{Required: []string{"osm_ids"}}, s.lookup)
}

// osmCountry is what OpenStreetMap calls a region: Hong Kong and Macau are China.
func osmCountry(region string) string {
	if region == "HK" || region == "MO" {
		return "cn"
	}
	return strings.ToLower(region)
}

// tags are the category and type of a kind of place.
func tags(k world.Kind) (category, kind string) {
	switch k {
	case world.City:
		return "boundary", "administrative"
	case world.Station:
		return "railway", "station"
	case world.Port:
		return "amenity", "ferry_terminal"
	case world.Airport:
		return "aeroway", "aerodrome"
	case world.Mall:
		return "shop", "mall"
	case world.Office:
		return "office", "company"
	}
	return "tourism", "attraction"
}

// placeID is a number of this server alone.
func (s *OSM) placeID(p *world.Place) int { return 100_000 + slices.Index(s.world.Places(), p) }

func (s *OSM) item(p *world.Place, lang string) map[string]any {
	l := p.Language(first(lang))
	a := p.Addresses[l]
	category, kind := tags(p.Kind)
	rank, addressType := 30, category
	if p.Kind == world.City {
		rank, addressType = 16, "city"
	}
	parts := map[string]any{"country": a.Country, "country_code": osmCountry(p.Region)}
	put := func(key, v string) {
		if v != "" {
			parts[key] = v
		}
	}
	if p.Kind != world.City {
		put(category, p.Names[l])
		put("house_number", a.Number)
		put("road", a.Street)
		put("quarter", a.Town)
		put("suburb", a.District)
	}
	put("city", a.City)
	put("state", a.Province)
	put("postcode", a.Postcode)
	if p.Region == "HK" || p.Region == "MO" {
		parts["ISO3166-2-lvl3"] = "CN-" + p.Region
	}
	var line []string
	for _, part := range []string{p.Names[l], a.Number, a.Street, a.Town, a.District, a.City, a.Province, a.Postcode, a.Country} {
		if part != "" && (len(line) == 0 || line[len(line)-1] != part) {
			line = append(line, part)
		}
	}
	lat, lng := number(p.Lat), number(p.Lng)
	return map[string]any{
		"place_id": s.placeID(p), "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
		"osm_type": "node", "osm_id": p.OSMID, "lat": lat, "lon": lng, "category": category, "type": kind, "place_rank": rank,
		"importance": 0.3, "addresstype": addressType, "name": p.Names[l], "display_name": strings.Join(line, ", "), "address": parts,
		"boundingbox": []string{lat, lat, lng, lng},
	}
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// first returns the first language of an Accept-Language list.
func first(list string) string {
	tag, _, _ := strings.Cut(list, ",")
	tag, _, _ = strings.Cut(tag, ";")
	return strings.TrimSpace(tag)
}

// viewbox reads two corners, longitude before latitude.
func viewbox(text string) (west, south, east, north float64, ok bool) {
	var v [4]float64
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return
	}
	for i, p := range parts {
		f, err := strconv.ParseFloat(p, 64)
		if err != nil {
			return
		}
		v[i] = f
	}
	return min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3]), true
}

func (s *OSM) search(q url.Values, lang string) (any, string) {
	limit := 10
	if q.Has("limit") {
		n, err := strconv.Atoi(q.Get("limit"))
		if err != nil || n < 1 || n > 40 {
			return nil, "Parameter 'limit' must be a number."
		}
		limit = n
	}
	var skip []string
	if q.Has("exclude_place_ids") {
		skip = strings.Split(q.Get("exclude_place_ids"), ",")
	}
	out := []any{}
	for _, p := range s.world.Find(q.Get("q"), "", first(lang)) {
		if c := q.Get("countrycodes"); c != "" && !slices.Contains(strings.Split(c, ","), osmCountry(p.Region)) {
			continue
		}
		if q.Has("viewbox") {
			west, south, east, north, ok := viewbox(q.Get("viewbox"))
			if !ok {
				return nil, "Bad parameter 'viewbox'. Expected 4 coordinates."
			}
			if q.Get("bounded") == "1" && (p.Lng < west || p.Lng > east || p.Lat < south || p.Lat > north) {
				continue
			}
		}
		if slices.Contains(skip, strconv.Itoa(s.placeID(p))) {
			continue
		}
		if out = append(out, s.item(p, lang)); len(out) == limit {
			break
		}
	}
	return out, ""
}

func (s *OSM) reverse(q url.Values, lang string) (any, string) {
	lat, err1 := strconv.ParseFloat(q.Get("lat"), 64)
	lng, err2 := strconv.ParseFloat(q.Get("lon"), 64)
	if err1 != nil || err2 != nil || lat < -90 || lat > 90 {
		return nil, "Parameter 'lat' must be a number."
	}
	p, _ := s.world.Nearest(lat, lng, 2000)
	if p == nil {
		return map[string]any{"error": "Unable to geocode"}, ""
	}
	return s.item(p, lang), ""
}

func (s *OSM) lookup(q url.Values, lang string) (any, string) {
	ids := strings.Split(q.Get("osm_ids"), ",")
	if len(ids) > 50 {
		return nil, "Too many object IDs."
	}
	out := []any{}
	for _, p := range s.world.Places() {
		if slices.Contains(ids, "N"+strconv.FormatInt(p.OSMID, 10)) {
			out = append(out, s.item(p, lang))
		}
	}
	return out, ""
}

var _ Server = (*OSM)(nil)
