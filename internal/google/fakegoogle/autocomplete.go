package fakegoogle

import (
	"math"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// tokenLetters are what session tokens and place ids are made of.
const tokenLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="

// goodToken reports whether a session token has the documented form.
func goodToken(s string) bool { return s != "" && len(s) <= 36 && strings.Trim(s, tokenLetters) == "" }

// Sessions says how the requests of autocompletion and details were billed.
type Sessions struct {
	// Closed are sessions that one details call ended; Open those still
	// waiting for it.
	Closed, Open int
	// Single are the requests billed one by one: those without a token, and
	// those with the token of a session that was closed before, never opened,
	// or opened at the other generation of services.
	Single int
}

// Sessions returns how what came so far was billed.
func (s *Server) Sessions() Sessions {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Sessions{Single: s.single}
	for _, open := range s.sessions {
		if open {
			out.Open++
		} else {
			out.Closed++
		}
	}
	return out
}

// openSession notes a request of autocompletion at one of the two generations.
func (s *Server) openSession(generation, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := generation + " " + token
	if open, seen := s.sessions[key]; token == "" || seen && !open {
		s.single++
		return
	}
	if s.sessions == nil {
		s.sessions = map[string]bool{}
	}
	s.sessions[key] = true
}

// closeSession notes a details call.
func (s *Server) closeSession(generation, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := generation + " " + token
	if token == "" || !s.sessions[key] {
		s.single++
		return
	}
	s.sessions[key] = false
}

// autocompleteRequest lists the fields of places:autocomplete.
type autocompleteRequest struct {
	Input             string   `json:"input"`
	Session           *string  `json:"sessionToken"`
	Language          string   `json:"languageCode"`
	Region            string   `json:"regionCode"`
	Regions           []string `json:"includedRegionCodes"`
	Types             []string `json:"includedPrimaryTypes"`
	Bias              *area    `json:"locationBias"`
	Restriction       *area    `json:"locationRestriction"`
	Origin            *point64 `json:"origin"`
	Offset            int      `json:"inputOffset"`
	Queries           bool     `json:"includeQueryPredictions"`
	PureServiceArea   bool     `json:"includePureServiceAreaBusinesses"`
	FutureOpenedPlace bool     `json:"includeFutureOpeningBusinesses"`
}

func (q *autocompleteRequest) wrong() string {
	for _, r := range q.Regions {
		if r == "" || !goodRegion(r) {
			return "Invalid included_region_codes."
		}
	}
	switch {
	case strings.TrimSpace(q.Input) == "":
		return "Input must not be empty."
	case q.Session != nil && !goodToken(*q.Session):
		return "session_token must be a URL and filename safe base64 string of at most 36 ASCII characters."
	case len(q.Regions) > 15:
		return "included_region_codes must have at most 15 elements."
	case len(q.Types) > 5:
		return "included_primary_types must have at most 5 elements."
	case q.Bias != nil && q.Restriction != nil:
		return "location_bias and location_restriction cannot both be set."
	case q.Bias.wrong() != "":
		return q.Bias.wrong()
	case q.Restriction.wrong() != "":
		return q.Restriction.wrong()
	case q.Origin != nil && q.Origin.wrong():
		return "Invalid origin."
	case q.Offset < 0 || q.Offset > utf8.RuneCountInString(q.Input):
		return "Invalid input_offset."
	case !goodRegion(q.Region):
		return "Invalid region_code."
	}
	return ""
}

// autocomplete answers POST /v1/places:autocomplete with at most five places.
func (s *Server) autocomplete(w http.ResponseWriter, r *http.Request) {
	var q autocompleteRequest
	m, ok := s.rpc(w, r, suggestFields, false, &q)
	if !ok {
		return
	}
	if wrong := q.wrong(); wrong != "" {
		invalid(wrong).write(w)
		return
	}
	token := ""
	if q.Session != nil {
		token = *q.Session
	}
	s.openSession("new", token)
	if q.Language == "" {
		q.Language = "en-US"
	}
	var list []any
	for _, p := range s.predict(q.Input, q.Language, q.Regions) {
		if !q.Restriction.holds(p) {
			continue
		}
		text, main, secondary := lines(p, q.Language)
		x := map[string]any{
			"place": "places/" + p.GooglePlaceID, "placeId": p.GooglePlaceID,
			"text":             map[string]any{"text": text, "matches": matches(text, q.Input)},
			"structuredFormat": map[string]any{"mainText": map[string]any{"text": main, "matches": matches(main, q.Input)}, "secondaryText": map[string]any{"text": secondary}},
			"types":            placeTypes(p.Kind),
		}
		if q.Origin != nil {
			x["distanceMeters"] = metresFrom(p, q.Origin.place())
		}
		list = append(list, map[string]any{"placePrediction": x})
	}
	out := map[string]any{}
	if len(list) > 0 {
		out["suggestions"] = list
	}
	s.accept(r)
	writeJSON(w, http.StatusOK, m.prune(plain(out)))
}

// predict finds at most five places, in the given regions if there are any.
func (s *Server) predict(input, lang string, regions []string) []*world.Place {
	var out []*world.Place
	for _, p := range s.world.Find(input, "", lang) {
		in := len(regions) == 0
		for _, r := range regions {
			in = in || strings.EqualFold(r, p.Region)
		}
		if in && len(out) < 5 {
			out = append(out, p)
		}
	}
	return out
}

// lines are a suggestion's whole text and its two parts.
func lines(p *world.Place, lang string) (text, main, secondary string) {
	a := p.Address(lang)
	main = p.Name(lang)
	parts := []string{}
	for _, part := range []string{a.Street, a.City, a.Country} {
		if part != "" && part != main {
			parts = append(parts, part)
		}
	}
	secondary = strings.Join(parts, ", ")
	return strings.TrimSuffix(main+", "+secondary, ", "), main, secondary
}

// matches marks the input in a text, in characters; an offset of zero is left
// out.
func matches(text, input string) []any {
	before, _, ok := strings.Cut(strings.ToLower(text), strings.ToLower(input))
	if !ok {
		return nil
	}
	start := utf8.RuneCountInString(before)
	m := map[string]any{"endOffset": start + utf8.RuneCountInString(input)}
	if start > 0 {
		m["startOffset"] = start
	}
	return []any{m}
}

func metresFrom(p *world.Place, from geo.Point) int {
	return int(math.Round(world.Distance(from.Lat, from.Lng, p.Lat, p.Lng)))
}
