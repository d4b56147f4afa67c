package fakegoogle_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/internal/google/fakegoogle"
	"github.com/waybill-go/waybill/internal/world"
)

// call asks the Places API (New): a POST with a body, or a GET without one.
func call(t *testing.T, s *fakegoogle.Server, path, mask, body string, header ...string) (int, map[string]any) {
	t.Helper()
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Goog-Api-Key", fakegoogle.Key)
	req.Header.Set("Content-Type", "application/json")
	if mask != "" {
		req.Header.Set("X-Goog-FieldMask", mask)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, resp)
}

func TestPlacesRefuse(t *testing.T) {
	s := start(t, nil)
	id := world.Default().Place("singapore-ion-orchard").GooglePlaceID
	const (
		complete = "/v1/places:autocomplete"
		text     = "/v1/places:searchText"
		nearby   = "/v1/places:searchNearby"
		at       = `{"center":{"latitude":1.3,"longitude":103.8},"radius":500}`
	)
	for name, c := range map[string]struct {
		path, mask, body string
		code             int
		text             string
	}{
		"details without a mask":       {"/v1/places/" + id, "", "", 400, "FieldMask is a required parameter"},
		"details, mask of a search":    {"/v1/places/" + id, "places.id", "", 400, "places.id"},
		"details, blank in the mask":   {"/v1/places/" + id, "id, types", "", 400, "fields"},
		"details, unknown parameter":   {"/v1/places/" + id + "?language=en", "id", "", 400, "language"},
		"details, long token":          {"/v1/places/" + id + "?sessionToken=" + strings.Repeat("a", 37), "id", "", 400, ""},
		"details, bad id":              {"/v1/places/short", "id", "", 400, "Not a valid Place ID"},
		"details, gone":                {"/v1/places/ChIJ" + strings.Repeat("A", 23), "id", "", 404, "no longer valid"},
		"search without a mask":        {text, "", `{"textQuery":"x"}`, 400, "FieldMask is a required parameter"},
		"search, bare mask":            {text, "id", `{"textQuery":"x"}`, 400, "'id'"},
		"search without a query":       {text, "places.id", `{}`, 400, "text_query"},
		"search, unknown field":        {text, "places.id", `{"textQuery":"x","radius":5}`, 400, "radius"},
		"search, circle as a bound":    {text, "places.id", `{"textQuery":"x","locationRestriction":{"circle":` + at + `}}`, 400, "rectangle"},
		"search, bias and bound":       {text, "places.id", `{"textQuery":"x","locationBias":{"circle":` + at + `},"locationRestriction":{"rectangle":{"low":{"latitude":1,"longitude":1},"high":{"latitude":2,"longitude":2}}}}`, 400, "both"},
		"search, upside down":          {text, "places.id", `{"textQuery":"x","locationBias":{"rectangle":{"low":{"latitude":2,"longitude":1},"high":{"latitude":1,"longitude":2}}}}`, 400, "low"},
		"search, negative page":        {text, "places.id", `{"textQuery":"x","pageSize":-1}`, 400, "page_size"},
		"search, forged token":         {text, "places.id", `{"textQuery":"x","pageToken":"AAAA"}`, 400, "page token"},
		"search, long region":          {text, "places.id", `{"textQuery":"x","regionCode":"SGP"}`, 400, "region"},
		"search, query beside a body":  {text + "?key=x", "places.id", `{"textQuery":"x"}`, 400, "Cannot bind"},
		"nearby without a circle":      {nearby, "places.id", `{}`, 400, ""},
		"nearby, far":                  {nearby, "places.id", `{"locationRestriction":{"circle":{"center":{"latitude":1,"longitude":1},"radius":50001}}}`, 400, ""},
		"nearby, many":                 {nearby, "places.id", `{"maxResultCount":21,"locationRestriction":{"circle":` + at + `}}`, 400, ""},
		"nearby, no pages":             {nearby, "places.id,nextPageToken", `{"locationRestriction":{"circle":` + at + `}}`, 400, "nextPageToken"},
		"nearby, rank":                 {nearby, "places.id", `{"rankPreference":"RELEVANCE","locationRestriction":{"circle":` + at + `}}`, 400, ""},
		"complete nothing":             {complete, "", `{"input":" "}`, 400, "Input"},
		"complete, unknown field":      {complete, "", `{"input":"x","sessiontoken":"y"}`, 400, "sessiontoken"},
		"complete, empty token":        {complete, "", `{"input":"x","sessionToken":""}`, 400, "session_token"},
		"complete, long token":         {complete, "", `{"input":"x","sessionToken":"` + strings.Repeat("a", 37) + `"}`, 400, "session_token"},
		"complete, odd token":          {complete, "", `{"input":"x","sessionToken":"a b"}`, 400, "session_token"},
		"complete, sixteen regions":    {complete, "", `{"input":"x","includedRegionCodes":["aa","ab","ac","ad","ae","af","ag","ah","ai","aj","ak","al","am","an","ao","ap"]}`, 400, "15"},
		"complete, a region's name":    {complete, "", `{"input":"x","includedRegionCodes":["Singapore"]}`, 400, "region"},
		"complete, six types":          {complete, "", `{"input":"x","includedPrimaryTypes":["a","b","c","d","e","f"]}`, 400, "5"},
		"complete, both areas":         {complete, "", `{"input":"x","locationBias":{"circle":` + at + `},"locationRestriction":{"circle":` + at + `}}`, 400, "both"},
		"complete, circle and box":     {complete, "", `{"input":"x","locationBias":{"circle":` + at + `,"rectangle":{}}}`, 400, "Exactly one"},
		"complete, large circle":       {complete, "", `{"input":"x","locationBias":{"circle":{"center":{"latitude":1,"longitude":1},"radius":50001}}}`, 400, "radius"},
		"complete, origin":             {complete, "", `{"input":"x","origin":{"latitude":91,"longitude":1}}`, 400, "origin"},
		"complete, offset":             {complete, "", `{"input":"x","inputOffset":2}`, 400, "offset"},
		"complete, mask of a search":   {complete, "places.id", `{"input":"x"}`, 400, "places.id"},
		"complete, something odd":      {complete, "", `{"input":"x"}x`, 400, ""},
		"complete, no method of these": {"/v1/places:guess", "", `{"input":"x"}`, 404, ""},
	} {
		code, got := call(t, s, c.path, c.mask, c.body)
		b, _ := json.Marshal(got)
		if code != c.code || !strings.Contains(string(b), c.text) {
			t.Errorf("%s: %d %s", name, code, b)
		}
	}
	for _, header := range [][]string{{"X-Goog-Api-Key", ""}, {"X-Goog-Api-Key", "other"}} {
		if code, got := call(t, s, text, "places.id", `{"textQuery":"x"}`, header...); code/100 != 4 || got["error"] == nil {
			t.Errorf("%v: %d %v", header, code, got)
		}
	}
	if n := s.Accepted(""); n != 0 {
		t.Errorf("%d were accepted", n)
	}
}

func TestPlacesAnswer(t *testing.T) {
	s := start(t, nil)
	p := world.Default().Place("singapore-ion-orchard")
	code, got := call(t, s, "/v1/places/"+p.GooglePlaceID+"?languageCode=zh", "id,displayName,location.latitude", "")
	b, _ := json.Marshal(got)
	if want := `{"displayName":{"languageCode":"zh","text":"爱雍乌节"},"id":"` + p.GooglePlaceID + `","location":{"latitude":1.304}}`; code != 200 || string(b) != want {
		t.Errorf("%d %s, want %s", code, b, want)
	}
	code, got = call(t, s, "/v1/places:autocomplete", "", `{"input":"orchard","includedRegionCodes":["SG"],"origin":{"latitude":1.304,"longitude":103.8318}}`)
	b, _ = json.Marshal(got)
	if code != 200 || !strings.Contains(string(b), `"matches":[{"endOffset":11,"startOffset":4}]`) || !strings.Contains(string(b), `"distanceMeters":0`) {
		t.Errorf("%d %s", code, b)
	}
	for path, body := range map[string]string{"/v1/places:autocomplete": `{"input":"zzzzz"}`, "/v1/places:searchText": `{"textQuery":"zzzzz"}`,
		"/v1/places:searchNearby": `{"locationRestriction":{"circle":{"center":{"latitude":0,"longitude":-150},"radius":100}}}`} {
		mask := "places.id"
		if strings.Contains(path, "auto") {
			mask = ""
		}
		if code, got := call(t, s, path, mask, body); code != 200 || len(got) != 0 {
			t.Errorf("%s: %d %v", path, code, got)
		}
	}
	// Page by page; all the other parameters must stay as they were.
	var ids []string
	token := ""
	for range 9 {
		code, got := call(t, s, "/v1/places:searchText", "places.id,nextPageToken", `{"textQuery":"Airport","regionCode":"th","pageSize":2,"pageToken":"`+token+`"}`)
		if code != 200 {
			t.Fatal(got)
		}
		for _, x := range got["places"].([]any) {
			ids = append(ids, x.(map[string]any)["id"].(string))
		}
		if token, _ = got["nextPageToken"].(string); token == "" {
			break
		}
		if code, _ := call(t, s, "/v1/places:searchText", "places.id", `{"textQuery":"Airport","pageToken":"`+token+`"}`); code != 400 {
			t.Errorf("another search with the token: %d", code)
		}
	}
	if want := len(world.Default().Find("Airport", "", "")); len(ids) != want || want < 4 {
		t.Errorf("%d places, want %d", len(ids), want)
	}
	if first := world.Default().ByVendorID(ids[0]); first.Region != "TH" {
		t.Errorf("the first is in %s", first.Region)
	}
}

func TestSessions(t *testing.T) {
	s := start(t, nil)
	p := world.Default().Place("singapore-ion-orchard")
	complete := func(token string) {
		call(t, s, "/v1/places:autocomplete", "", `{"input":"orchard","sessionToken":"`+token+`"}`)
	}
	details := func(token string) { call(t, s, "/v1/places/"+p.GooglePlaceID+"?sessionToken="+token, "id", "") }
	complete("a")
	complete("a")
	complete("b")
	if got := s.Sessions(); got != (fakegoogle.Sessions{Open: 2}) {
		t.Errorf("%+v", got)
	}
	details("a")
	if got := s.Sessions(); got != (fakegoogle.Sessions{Open: 1, Closed: 1}) {
		t.Errorf("%+v", got)
	}
	details("a")                                                                                                // closed before
	complete("a")                                                                                               // the same
	details("c")                                                                                                // never opened
	get(t, s, "/maps/api/place/details/json", url.Values{"place_id": {p.GooglePlaceID}, "sessiontoken": {"b"}}) // the other generation
	call(t, s, "/v1/places/"+p.GooglePlaceID, "id", "")
	if got := s.Sessions(); got != (fakegoogle.Sessions{Open: 1, Closed: 1, Single: 5}) {
		t.Errorf("%+v", got)
	}
}

func TestLegacyPlaces(t *testing.T) {
	s := start(t, nil)
	id := world.Default().Place("singapore-ion-orchard").GooglePlaceID
	for name, c := range map[string]struct {
		path   string
		q      url.Values
		status string
		has    string
	}{
		"autocomplete":         {"autocomplete", url.Values{"input": {"orch"}, "components": {"country:sg"}, "origin": {"1.304,103.8"}}, "OK", `"distance_meters"`},
		"no input":             {"autocomplete", url.Values{}, "INVALID_REQUEST", "'input'"},
		"components":           {"autocomplete", url.Values{"input": {"x"}, "components": {"locality:x"}}, "INVALID_REQUEST", "'components'"},
		"location alone":       {"autocomplete", url.Values{"input": {"x"}, "location": {"1,2"}}, "INVALID_REQUEST", "'location'"},
		"origin":               {"autocomplete", url.Values{"input": {"x"}, "origin": {"1"}}, "INVALID_REQUEST", ""},
		"nothing":              {"autocomplete", url.Values{"input": {"zzzzz"}}, "ZERO_RESULTS", `"predictions":[]`},
		"details":              {"details", url.Values{"place_id": {id}, "fields": {"place_id,geometry/location"}, "language": {"en"}}, "OK", `"place_id":"` + id + `"`},
		"details, all":         {"details", url.Values{"placeid": {id}}, "OK", `"formatted_address"`},
		"details, odd field":   {"details", url.Values{"place_id": {id}, "fields": {"invalid"}}, "INVALID_REQUEST", "Unsupported field name 'invalid'"},
		"details, bad id":      {"details", url.Values{"place_id": {"x"}}, "INVALID_REQUEST", "placeid"},
		"details, gone":        {"details", url.Values{"place_id": {"ChIJ" + strings.Repeat("A", 23)}}, "NOT_FOUND", ""},
		"text":                 {"textsearch", url.Values{"query": {"airport"}, "region": {"th"}}, "OK", `"formatted_address"`},
		"text, nothing asked":  {"textsearch", url.Values{}, "INVALID_REQUEST", ""},
		"text, a page of none": {"textsearch", url.Values{"query": {"airport"}, "pagetoken": {"x"}}, "INVALID_REQUEST", ""},
		"text, odd circle":     {"textsearch", url.Values{"query": {"airport"}, "location": {"1,103"}, "radius": {"50001"}}, "INVALID_REQUEST", ""},
		"nearby":               {"nearbysearch", url.Values{"location": {"1.304,103.8318"}, "radius": {"100"}}, "OK", `"vicinity"`},
		"nearby, no circle":    {"nearbysearch", url.Values{}, "INVALID_REQUEST", ""},
		"nearby, the sea":      {"nearbysearch", url.Values{"location": {"0,-150"}, "radius": {"100"}}, "ZERO_RESULTS", ""},
	} {
		code, got := get(t, s, "/maps/api/place/"+c.path+"/json", c.q)
		b, _ := json.Marshal(got)
		if code != 200 || got["status"] != c.status || !strings.Contains(string(b), c.has) {
			t.Errorf("%s: %d %s", name, code, b)
		}
	}
	_, got := get(t, s, "/maps/api/place/details/json", url.Values{"place_id": {id}, "fields": {"place_id"}})
	if list := got["result"].(map[string]any); len(list) != 1 {
		t.Errorf("asked for the id alone, got %v", list)
	}
	late := start(t, &fakegoogle.Options{NoLegacy: true})
	if _, got := get(t, late, "/maps/api/place/textsearch/json", url.Values{"query": {"x"}}); got["status"] != "REQUEST_DENIED" {
		t.Errorf("a new project: %v", got)
	}
	if _, got := get(t, late, "/maps/api/geocode/json", url.Values{"address": {"Singapore"}}); got["status"] != "OK" {
		t.Errorf("geocoding is not legacy: %v", got)
	}
}
