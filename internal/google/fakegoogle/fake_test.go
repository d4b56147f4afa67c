package fakegoogle_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill/internal/google/fakegoogle"
)

func start(t *testing.T, o *fakegoogle.Options) *fakegoogle.Server {
	t.Helper()
	s := fakegoogle.New(o)
	t.Cleanup(s.Close)
	return s
}

// get asks an older service; "key" is added unless the query has one.
func get(t *testing.T, s *fakegoogle.Server, path string, q url.Values) (int, map[string]any) {
	t.Helper()
	if !q.Has("key") && !q.Has("client") {
		q.Set("key", fakegoogle.Key)
	}
	resp, err := s.Client().Get(s.URL() + path + "?" + q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return read(t, resp)
}

func read(t *testing.T, resp *http.Response) (int, map[string]any) {
	t.Helper()
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if json.Unmarshal(b, &out) != nil {
		out["text"] = string(b)
	}
	return resp.StatusCode, out
}

func TestGeocodeRefuses(t *testing.T) {
	s := start(t, nil)
	for name, c := range map[string]struct {
		q      url.Values
		status string
		text   string
	}{
		"no key":             {url.Values{"address": {"x"}, "key": {""}}, "REQUEST_DENIED", "You must use an API key"},
		"wrong key":          {url.Values{"address": {"x"}, "key": {"y"}}, "REQUEST_DENIED", "The provided API key is invalid."},
		"nothing asked":      {url.Values{}, "INVALID_REQUEST", "Missing the 'address', 'components', 'latlng' or 'place_id' parameter."},
		"unknown parameter":  {url.Values{"address": {"x"}, "adress": {"y"}}, "INVALID_REQUEST", "'adress'"},
		"twice":              {url.Values{"address": {"x", "y"}}, "INVALID_REQUEST", "'address'"},
		"place id":           {url.Values{"place_id": {"bad"}}, "INVALID_REQUEST", "Invalid 'place_id' parameter."},
		"latlng":             {url.Values{"latlng": {"1,2,3"}}, "INVALID_REQUEST", "'latlng'"},
		"latlng out":         {url.Values{"latlng": {"91,2"}}, "INVALID_REQUEST", "'latlng'"},
		"both":               {url.Values{"latlng": {"1,2"}, "address": {"x"}}, "INVALID_REQUEST", ""},
		"components":         {url.Values{"address": {"x"}, "components": {"land:SG"}}, "INVALID_REQUEST", "'components'"},
		"components twice":   {url.Values{"address": {"x"}, "components": {"country:SG|country:MY"}}, "INVALID_REQUEST", "'components'"},
		"bounds":             {url.Values{"address": {"Changi"}, "bounds": {"1,2"}}, "INVALID_REQUEST", "'bounds'"},
		"region of a domain": {url.Values{"address": {"x"}, "region": {"GB"}}, "INVALID_REQUEST", "'region'"},
		"region gb":          {url.Values{"address": {"x"}, "region": {"gb"}}, "INVALID_REQUEST", "'region'"},
		"not found":          {url.Values{"address": {"zzzzzz"}}, "ZERO_RESULTS", ""},
		"the sea":            {url.Values{"latlng": {"0,-150"}}, "ZERO_RESULTS", ""},
	} {
		code, got := get(t, s, "/maps/api/geocode/json", c.q)
		text, _ := got["error_message"].(string)
		if code != 200 || got["status"] != c.status || !strings.Contains(text, c.text) {
			t.Errorf("%s: %d %v", name, code, got)
		}
		if list, ok := got["results"].([]any); !ok || len(list) != 0 {
			t.Errorf("%s: results %v", name, got["results"])
		}
	}
	if s.Accepted("") != 2 || s.Accepted("/maps/api/geocode/json") != 2 {
		t.Errorf("%d accepted, want the two empty answers", s.Accepted(""))
	}
}

func TestGeocodeAnswers(t *testing.T) {
	s := start(t, nil)
	first := func(q url.Values) map[string]any {
		_, got := get(t, s, "/maps/api/geocode/json", q)
		list, _ := got["results"].([]any)
		if len(list) == 0 {
			t.Fatalf("no results: %v", got)
		}
		return list[0].(map[string]any)
	}
	hk := first(url.Values{"address": {"Times Square"}, "components": {"country:HK"}, "language": {"en"}})
	if hk["formatted_address"] != "1 Matheson Street, Wan Chai District, Hong Kong" || hk["partial_match"] != nil {
		t.Errorf("got %v", hk)
	}
	again := first(url.Values{"place_id": {hk["place_id"].(string)}, "language": {"zh-HK"}})
	if again["place_id"] != hk["place_id"] || again["formatted_address"] == hk["formatted_address"] {
		t.Errorf("by id: %v", again)
	}
	city := first(url.Values{"address": {"Somewhere in Singapore"}, "language": {"en"}})
	if city["partial_match"] != true {
		t.Errorf("a part of the query: %v", city)
	}
}

const goodRoute = `{"origin":{"location":{"latLng":{"latitude":1.3592,"longitude":103.9894}}},"destination":{"location":{"latLng":{"latitude":1.2931,"longitude":103.8522}}}`

func post(t *testing.T, s *fakegoogle.Server, key, mask, body string) (int, map[string]any) {
	t.Helper()
	req, _ := http.NewRequest("POST", s.URL()+"/directions/v2:computeRoutes", bytes.NewReader([]byte(body)))
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("X-Goog-Api-Key", key)
	}
	if mask != "" {
		req.Header.Set("X-Goog-FieldMask", mask)
	}
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, resp)
}

func TestRoutesRefuses(t *testing.T) {
	s := start(t, nil)
	const mask = "routes.duration"
	past := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	for name, c := range map[string]struct {
		key, mask, body string
		code            int
		status, text    string
	}{
		"no key":           {"", mask, goodRoute + "}", 403, "PERMISSION_DENIED", "unregistered callers"},
		"wrong key":        {"x", mask, goodRoute + "}", 400, "INVALID_ARGUMENT", "API key not valid"},
		"no mask":          {fakegoogle.Key, "", goodRoute + "}", 400, "INVALID_ARGUMENT", "FieldMask is a required parameter"},
		"mask with blanks": {fakegoogle.Key, "routes.duration, routes.legs", goodRoute + "}", 400, "INVALID_ARGUMENT", "Cannot find matching fields"},
		"mask misspelt":    {fakegoogle.Key, "routes.distance", goodRoute + "}", 400, "INVALID_ARGUMENT", "Cannot find matching fields"},
		"unknown field":    {fakegoogle.Key, mask, goodRoute + `,"avoid":1}`, 400, "INVALID_ARGUMENT", `Unknown name "avoid"`},
		"no JSON":          {fakegoogle.Key, mask, `{`, 400, "INVALID_ARGUMENT", "Invalid JSON payload"},
		"truck":            {fakegoogle.Key, mask, goodRoute + `,"travelMode":"TRUCK"}`, 400, "INVALID_ARGUMENT", "travel_mode"},
		"walk preference":  {fakegoogle.Key, mask, goodRoute + `,"travelMode":"WALK","routingPreference":"TRAFFIC_UNAWARE"}`, 400, "INVALID_ARGUMENT", "Routing preference"},
		"past":             {fakegoogle.Key, mask, goodRoute + `,"routingPreference":"TRAFFIC_AWARE","departureTime":"` + past + `"}`, 400, "INVALID_ARGUMENT", "future time"},
		"time":             {fakegoogle.Key, mask, goodRoute + `,"departureTime":"noon"}`, 400, "INVALID_ARGUMENT", "departure_time"},
		"tolls unmasked":   {fakegoogle.Key, mask, goodRoute + `,"extraComputations":["TOLLS"]}`, 400, "INVALID_ARGUMENT", "TOLLS"},
		"units":            {fakegoogle.Key, mask, goodRoute + `,"units":"KM"}`, 400, "INVALID_ARGUMENT", "units"},
		"encoding":         {fakegoogle.Key, mask, goodRoute + `,"polylineEncoding":"X"}`, 400, "INVALID_ARGUMENT", "polyline_encoding"},
		"no destination":   {fakegoogle.Key, mask, `{"origin":{"location":{"latLng":{"latitude":1}}}}`, 400, "INVALID_ARGUMENT", "latLng"},
		"out of range":     {fakegoogle.Key, mask, strings.Replace(goodRoute, "1.3592", "91", 1) + "}", 400, "INVALID_ARGUMENT", "range"},
		"too many stops":   {fakegoogle.Key, mask, goodRoute + `,"intermediates":[` + strings.Repeat("{},", 25) + `{}]}`, 400, "INVALID_ARGUMENT", "intermediate"},
	} {
		code, got := post(t, s, c.key, c.mask, c.body)
		e, _ := got["error"].(map[string]any)
		text, _ := e["message"].(string)
		if code != c.code || e["status"] != c.status || !strings.Contains(text, c.text) {
			t.Errorf("%s: %d %v", name, code, got)
		}
	}
	if s.Accepted("") != 0 {
		t.Errorf("%d accepted", s.Accepted(""))
	}
}

// The reply has what the mask names and nothing else.
func TestRoutesMask(t *testing.T) {
	s := start(t, nil)
	for mask, want := range map[string]string{
		"routes.distanceMeters":                      `{"routes":[{"distanceMeters":21834}]}`,
		"routes.legs.distanceMeters,routes.warnings": `{"routes":[{"legs":[{"distanceMeters":21834}]}]}`,
		"routes.travelAdvisory.tollInfo":             `{"routes":[{}]}`,
	} {
		_, got := post(t, s, fakegoogle.Key, mask, goodRoute+`,"travelMode":"DRIVE"}`)
		if b, _ := json.Marshal(got); string(b) != want {
			t.Errorf("%s: %s, want %s", mask, b, want)
		}
	}
	if _, got := post(t, s, fakegoogle.Key, "*", goodRoute+"}"); len(got["routes"].([]any)[0].(map[string]any)) < 5 {
		t.Errorf("*: %v", got)
	}
	if len(s.Asked()) != 2 || s.Accepted("/directions/v2:computeRoutes") != 4 {
		t.Errorf("asked %v, accepted %d", s.Asked(), s.Accepted(""))
	}
	nowhere := strings.Replace(goodRoute, "1.3592", "51.5", 1) + "}"
	if code, got := post(t, s, fakegoogle.Key, "*", nowhere); code != 200 || len(got) != 0 {
		t.Errorf("no way: %d %v, want an empty object", code, got)
	}
}

func TestDirectionsRefuses(t *testing.T) {
	s := start(t, nil)
	ask := func(more string) (int, map[string]any) {
		q, _ := url.ParseQuery("origin=1.3592,103.9894&destination=1.2931,103.8522&" + more)
		return get(t, s, "/maps/api/directions/json", q)
	}
	if _, got := ask("mode=driving&departure_time=now&avoid=tolls|ferries&alternatives=true&units=metric&language=en"); got["status"] != "OK" || len(got["routes"].([]any)) != 3 {
		t.Errorf("a good request: %v", got["status"])
	}
	for more, want := range map[string]string{
		"mode=truck": "INVALID_REQUEST", "avoid=hills": "INVALID_REQUEST", "units=km": "INVALID_REQUEST", "alternatives=3": "INVALID_REQUEST",
		"departure_time=1000": "INVALID_REQUEST", "departure_time=noon": "INVALID_REQUEST", "stops=1": "INVALID_REQUEST",
		"waypoints=" + strings.Repeat("1,103|", 25) + "1,103": "MAX_WAYPOINTS_EXCEEDED", "waypoints=somewhere": "NOT_FOUND", "key=x": "REQUEST_DENIED",
	} {
		if code, got := ask(more); code != 200 || got["status"] != want {
			t.Errorf("%s: %d %v, want %s", more, code, got["status"], want)
		}
	}
	if _, got := get(t, s, "/maps/api/directions/json", url.Values{"destination": {"1,2"}}); got["error_message"] != "Invalid request. Missing the 'origin' parameter." {
		t.Errorf("no origin: %v", got)
	}
	if _, got := get(t, start(t, &fakegoogle.Options{NoLegacy: true}), "/maps/api/directions/json", url.Values{"origin": {"1,2"}, "destination": {"1,2"}}); got["status"] != "REQUEST_DENIED" {
		t.Errorf("a new project: %v", got)
	}
}

func TestSignatures(t *testing.T) {
	s := start(t, &fakegoogle.Options{ClientID: "clientID", SigningSecret: "vNIXE0xscrmjlyV-12Nj_BvUPaw="})
	ask := func(query string) (int, map[string]any) {
		resp, err := s.Client().Get(s.URL() + "/maps/api/geocode/json?" + query)
		if err != nil {
			t.Fatal(err)
		}
		return read(t, resp)
	}
	// The worked example of Google's documentation.
	if code, got := ask("address=New+York&client=clientID&signature=chaRF2hTJKOScPr-RQCEhZbSzIE="); code != 200 || got["status"] != "ZERO_RESULTS" {
		t.Errorf("%d %v", code, got)
	}
	for _, query := range []string{
		"address=New+York&client=clientID&signature=chaRF2hTJKOScPr-RQCEhZbSzIF=",
		"address=New+York&client=clientid&signature=chaRF2hTJKOScPr-RQCEhZbSzIE=",
		"address=York&client=clientID&signature=chaRF2hTJKOScPr-RQCEhZbSzIE=",
		"address=New+York&client=clientID",
	} {
		if code, got := ask(query); code != 403 || !strings.HasPrefix(got["text"].(string), "Unable to authenticate the request.") {
			t.Errorf("%s: %d %v", query, code, got)
		}
	}
	for _, x := range s.Log() {
		if text := x.String(); strings.Contains(text, "chaRF") || strings.Contains(text, "clientID") {
			t.Errorf("the log holds a secret: %s", text)
		}
	}
}

func TestFailCode(t *testing.T) {
	s := start(t, nil)
	s.FailCode("RATE_LIMIT_EXCEEDED/day")
	if code, got := post(t, s, fakegoogle.Key, "*", goodRoute+"}"); code != 429 || !strings.Contains(string(must(json.Marshal(got))), "PerDayPerProject") {
		t.Errorf("%d %v", code, got)
	}
	s.FailCode("OVER_QUERY_LIMIT")
	if code, got := get(t, s, "/maps/api/geocode/json", url.Values{}); code != 200 || got["status"] != "OVER_QUERY_LIMIT" {
		t.Errorf("%d %v", code, got)
	}
	s.FailCode("no such code")
	if code, _ := post(t, s, fakegoogle.Key, "*", "{}"); code != 500 {
		t.Errorf("an unknown code: %d", code)
	}
	s.Heal()
	if code, _ := post(t, s, fakegoogle.Key, "*", goodRoute+"}"); code != 200 {
		t.Errorf("healed: %d", code)
	}
}

func TestOtherPaths(t *testing.T) {
	s := start(t, nil)
	for _, path := range []string{"/", "/maps/api/geocode/xml", "/v1/places:searchText"} {
		resp, err := s.Client().Get(s.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		if code, got := read(t, resp); code != 404 || got["text"] == nil {
			t.Errorf("%s: %d %v", path, code, got)
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}
