package fakegoogle

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/world"
)

// placeFields are the fields of a Place that this fake fills in or knows.
var placeFields = strings.Fields(`name id displayName.text displayName.languageCode formattedAddress shortFormattedAddress
	location.latitude location.longitude viewport addressComponents types primaryType plusCode utcOffsetMinutes timeZone
	internationalPhoneNumber businessStatus movedPlace movedPlaceId googleMapsUri`)

// suggestFields are those of an autocomplete reply.
var suggestFields = below("suggestions", `placePrediction.place placePrediction.placeId placePrediction.text.text placePrediction.text.matches
	placePrediction.structuredFormat.mainText placePrediction.structuredFormat.secondaryText placePrediction.types
	placePrediction.distanceMeters queryPrediction`)

// searchFields are those of the searches' replies.
var searchFields = append(below("places", strings.Join(placeFields, " ")), "nextPageToken")

func below(prefix, fields string) []string {
	out := strings.Fields(fields)
	for i := range out {
		out[i] = prefix + "." + out[i]
	}
	return out
}

// point64 is a google.type.LatLng as it is sent.
type point64 struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

func (p *point64) wrong() bool {
	return p == nil || !(math.Abs(p.Latitude) <= 90) || !(math.Abs(p.Longitude) <= 180)
}

// place is the point in WGS-84.
func (p *point64) place() geo.Point { return read(p.Latitude, p.Longitude).To(geo.WGS84) }

// area is a locationBias or locationRestriction.
type area struct {
	Circle *struct {
		Center *point64 `json:"center"`
		Radius float64  `json:"radius"`
	} `json:"circle"`
	Rectangle *struct {
		Low  *point64 `json:"low"`
		High *point64 `json:"high"`
	} `json:"rectangle"`
}

// wrong says what is wrong with an area, "" for nothing.
func (a *area) wrong() string {
	switch {
	case a == nil:
		return ""
	case (a.Circle == nil) == (a.Rectangle == nil):
		return "Exactly one of circle and rectangle must be set."
	case a.Circle != nil && (a.Circle.Center.wrong() || !(a.Circle.Radius >= 0 && a.Circle.Radius <= 50000)):
		return "Circle must have a valid center and a radius between 0 and 50000 meters."
	case a.Rectangle != nil && (a.Rectangle.Low.wrong() || a.Rectangle.High.wrong() || a.Rectangle.Low.Latitude > a.Rectangle.High.Latitude):
		return "Rectangle must have valid corners, low south of high."
	}
	return ""
}

// holds reports whether a place lies in the area, in the numbers that Google
// shows.
func (a *area) holds(p *world.Place) bool {
	switch {
	case a == nil:
		return true
	case a.Circle != nil:
		at := a.Circle.Center.place()
		return world.Distance(at.Lat, at.Lng, p.Lat, p.Lng) <= a.Circle.Radius
	}
	lat, lng := show(p.Lat, p.Lng, p.Region)
	low, high := a.Rectangle.Low, a.Rectangle.High
	between := lng >= low.Longitude && lng <= high.Longitude
	if low.Longitude > high.Longitude { // over the date line
		between = lng >= low.Longitude || lng <= high.Longitude
	}
	return lat >= low.Latitude && lat <= high.Latitude && between
}

// rpc checks what all newer services check, first the key, then the mask, and
// reads the body into q when that is not nil. It reports whether to go on.
func (s *Server) rpc(w http.ResponseWriter, r *http.Request, fields []string, maskNeeded bool, q any) (mask, bool) {
	switch key := r.Header.Get("X-Goog-Api-Key"); {
	case key == "":
		rpcRefusals["UNREGISTERED"].write(w)
		return nil, false
	case key != s.opts.Key:
		rpcRefusals["API_KEY_INVALID"].write(w)
		return nil, false
	}
	m, wrong := mask{}, ""
	if text := r.Header.Get("X-Goog-FieldMask"); maskNeeded || text != "" {
		m, wrong = parseMaskOf(text, fields)
	}
	if wrong == "" && q != nil {
		if r.URL.RawQuery != "" {
			wrong = "Invalid JSON payload received. Unknown name \"" + r.URL.RawQuery + "\": Cannot bind query parameter."
		} else if e := fakehttp.DecodeJSON(r, q); e != nil {
			wrong = "Invalid JSON payload received. " + e.Error()
		}
	}
	if wrong != "" {
		invalid(wrong).write(w)
		return nil, false
	}
	return m, true
}

// newPlace writes a place as the Places API does, whole.
func newPlace(p *world.Place, lang string) map[string]any {
	if lang == "" {
		lang = "en"
	}
	old := result(p, lang, false)
	delivered := p.Language(lang)
	var parts []any
	for _, c := range old["address_components"].([]component) {
		parts = append(parts, map[string]any{"longText": c.Long, "shortText": c.Short, "types": c.Types, "languageCode": delivered})
	}
	lat, lng := show(p.Lat, p.Lng, p.Region)
	out := map[string]any{
		"name": "places/" + p.GooglePlaceID, "id": p.GooglePlaceID,
		"displayName":       map[string]any{"text": p.Name(lang), "languageCode": delivered},
		"formattedAddress":  old["formatted_address"],
		"location":          map[string]any{"latitude": lat, "longitude": lng},
		"addressComponents": parts,
		"types":             old["types"],
		"viewport": map[string]any{"low": map[string]any{"latitude": lat - 0.001, "longitude": lng - 0.001},
			"high": map[string]any{"latitude": lat + 0.001, "longitude": lng + 0.001}},
		"businessStatus": "OPERATIONAL",
	}
	return plain(out)
}

// plain turns typed values into those of a decoded JSON text, for masks.
func plain(v map[string]any) map[string]any {
	b, _ := json.Marshal(v)
	var out map[string]any
	_ = json.Unmarshal(b, &out)
	return out
}

// details answers GET /v1/places/ID.
func (s *Server) details(w http.ResponseWriter, r *http.Request) {
	m, ok := s.rpc(w, r, placeFields, true, nil)
	if !ok {
		return
	}
	q, bad := fakehttp.Params{Optional: []string{"languageCode", "regionCode", "sessionToken"}}.Query(r)
	id := r.PathValue("id")
	switch {
	case bad != nil:
		invalid("Invalid JSON payload received. Unknown name \"" + bad.Name + "\": Cannot bind query parameter.").write(w)
		return
	case q.Has("sessionToken") && !goodToken(q.Get("sessionToken")), !goodRegion(q.Get("regionCode")):
		invalid("Request contains an invalid argument.").write(w)
		return
	case len(id) < 20 || strings.Trim(id, tokenLetters) != "":
		invalid("Not a valid Place ID: " + id).write(w)
		return
	}
	p := s.world.ByVendorID(id)
	if p == nil || p.GooglePlaceID != id {
		rpcRefusal{404, "NOT_FOUND", "The Place ID is no longer valid. Please refresh cached Place IDs as per https://developers.google.com/maps/documentation/places/web-service/place-id#save-id", "", nil}.write(w)
		return
	}
	s.closeSession("new", q.Get("sessionToken"))
	s.accept(r)
	writeJSON(w, http.StatusOK, m.prune(newPlace(p, q.Get("languageCode"))))
}

// searchTextRequest lists the fields of places:searchText.
type searchTextRequest struct {
	Query       string   `json:"textQuery"`
	Language    string   `json:"languageCode"`
	Region      string   `json:"regionCode"`
	Type        string   `json:"includedType"`
	Strict      bool     `json:"strictTypeFiltering"`
	OpenNow     bool     `json:"openNow"`
	MinRating   float64  `json:"minRating"`
	PriceLevels []string `json:"priceLevels"`
	Rank        string   `json:"rankPreference"`
	Bias        *area    `json:"locationBias"`
	Restriction *area    `json:"locationRestriction"`
	PageSize    int      `json:"pageSize"`
	PageToken   string   `json:"pageToken"`
}

func (q *searchTextRequest) wrong() string {
	switch {
	case strings.TrimSpace(q.Query) == "":
		return "Empty text_query is not allowed."
	case q.Bias != nil && q.Restriction != nil:
		return "location_bias and location_restriction cannot both be set."
	case q.Restriction != nil && q.Restriction.Circle != nil:
		return "location_restriction only supports rectangle."
	case q.Bias.wrong() != "":
		return q.Bias.wrong()
	case q.Restriction.wrong() != "":
		return q.Restriction.wrong()
	case q.PageSize < 0:
		return "page_size must not be negative."
	case !slices.Contains([]string{"", "RELEVANCE", "DISTANCE"}, q.Rank):
		return "Invalid rank_preference."
	case !goodRegion(q.Region):
		return "Invalid region_code."
	}
	return ""
}

// searchText answers POST /v1/places:searchText. The region is a preference.
func (s *Server) searchText(w http.ResponseWriter, r *http.Request) {
	var q searchTextRequest
	m, ok := s.rpc(w, r, searchFields, true, &q)
	if !ok {
		return
	}
	from, good := q.offset()
	if wrong := q.wrong(); wrong != "" || !good {
		if wrong == "" {
			wrong = "Request parameters do not match those of the page token."
		}
		invalid(wrong).write(w)
		return
	}
	var found []*world.Place
	for _, p := range s.world.Find(q.Query, "", q.Language) {
		if q.Restriction.holds(p) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b *world.Place) int {
		return first(strings.EqualFold(a.Region, q.Region)) - first(strings.EqualFold(b.Region, q.Region))
	})
	size := min(q.PageSize, 20)
	if size == 0 {
		size = 20
	}
	out := map[string]any{}
	if from < len(found) {
		page := found[from:min(from+size, len(found))]
		out["places"] = places(page, q.Language)
		if next := from + len(page); next < len(found) {
			out["nextPageToken"] = q.token(next)
		}
	}
	s.accept(r)
	writeJSON(w, http.StatusOK, m.prune(out))
}

func first(yes bool) int {
	if yes {
		return 0
	}
	return 1
}

func places(list []*world.Place, lang string) []any {
	out := make([]any, len(list))
	for i, p := range list {
		out[i] = newPlace(p, lang)
	}
	return out
}

// token is the page token of an offset: it holds a hash of all the other
// parameters, since they must not change.
func (q searchTextRequest) token(offset int) string {
	q.PageToken, q.PageSize = "", 0
	b, _ := json.Marshal(q)
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(sum[:12], uint32(offset)))
}

// offset is the place in the list that the request's token means.
func (q searchTextRequest) offset() (int, bool) {
	if q.PageToken == "" {
		return 0, true
	}
	b, err := base64.RawURLEncoding.DecodeString(q.PageToken)
	if err != nil || len(b) != 16 {
		return 0, false
	}
	n := int(binary.BigEndian.Uint32(b[12:]))
	return n, q.token(n) == q.PageToken
}

// searchNearbyRequest lists the fields of places:searchNearby.
type searchNearbyRequest struct {
	Language             string   `json:"languageCode"`
	Region               string   `json:"regionCode"`
	IncludedTypes        []string `json:"includedTypes"`
	ExcludedTypes        []string `json:"excludedTypes"`
	IncludedPrimaryTypes []string `json:"includedPrimaryTypes"`
	ExcludedPrimaryTypes []string `json:"excludedPrimaryTypes"`
	Max                  int      `json:"maxResultCount"`
	Restriction          *area    `json:"locationRestriction"`
	Rank                 string   `json:"rankPreference"`
}

// searchNearby answers POST /v1/places:searchNearby.
func (s *Server) searchNearby(w http.ResponseWriter, r *http.Request) {
	var q searchNearbyRequest
	m, ok := s.rpc(w, r, searchFields[:len(searchFields)-1], true, &q)
	if !ok {
		return
	}
	if q.Restriction == nil || q.Restriction.Circle == nil || q.Restriction.wrong() != "" || q.Restriction.Circle.Radius == 0 ||
		q.Max < 0 || q.Max > 20 || !slices.Contains([]string{"", "POPULARITY", "DISTANCE"}, q.Rank) || !goodRegion(q.Region) {
		invalid("Request contains an invalid argument.").write(w)
		return
	}
	if q.Max == 0 {
		q.Max = 20
	}
	at := q.Restriction.Circle.Center.place()
	var found []*world.Place
	for _, n := range s.world.Around(at.Lat, at.Lng, q.Restriction.Circle.Radius) {
		found = append(found, n.Place)
	}
	out := map[string]any{}
	if len(found) > 0 {
		out["places"] = places(found[:min(len(found), q.Max)], q.Language)
	}
	s.accept(r)
	writeJSON(w, http.StatusOK, m.prune(out))
}

// goodRegion reports whether a region code is empty or two letters.
func goodRegion(s string) bool {
	return s == "" || len(s) == 2 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz") == ""
}
