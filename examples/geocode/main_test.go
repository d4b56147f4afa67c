package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/geotest"
)

// start runs the whole program in this process.
func start(t *testing.T, env map[string]string, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, func(name string) string { return env[name] }, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func wantAll(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("the output has no %q:\n%s", p, text)
		}
	}
}

func TestWithoutKeys(t *testing.T) {
	code, out, errs := start(t, nil, "")
	if code != exitOK || errs != "" {
		t.Fatalf("status %d: %s", code, errs)
	}
	wantAll(t, out, "Fakes in this process", "geocode by amapgeo; asked in this order: amap, baidu, osm; not google (does not serve this region)",
		"深圳北站", "beside ", "suggest by googlegeo", "resolve by googlegeo", "search by amapgeo", "place by googlegeo", "Marina Bay Sands", "滨海湾金沙",
		"city 深圳市 440300", "district 南山区 440305")
}

func TestVerbs(t *testing.T) {
	for name, c := range map[string]struct {
		args string
		want []string
	}{
		"an address":              {"geocode 深圳北站 -region CN", []string{"geocode by amapgeo", "22.610000,114.024500", "440309"}},
		"flags first":             {"-region SG -lang en geocode Raffles Place", []string{"geocode by googlegeo", "SG"}},
		"in another datum":        {"geocode 深圳北站 -region CN -datum bd09", []string{" bd09 "}},
		"one vendor":              {"geocode 深圳北站 -region CN -providers baidu", []string{"geocode by baidugeo"}},
		"another order":           {"geocode 深圳北站 -region CN -providers baidu,amap", []string{"asked in this order: baidu, amap"}},
		"an outage":               {"geocode 深圳北站 -region CN -outage amap,baidu", []string{"geocode by osmgeo"}},
		"a pin":                   {"reverse -at 22.6102,114.0245 -nearby 2", []string{"reverse by amapgeo", "beside ", " m · amap:"}},
		"a pin in GCJ-02":         {"reverse -at 22.6074,114.0296 -datum gcj02", []string{"reverse by amapgeo", "22.607212,114.029559 gcj02", "beside 22.6"}},
		"suggestions":             {"suggest 深圳北 -region CN -limit 2", []string{"suggest by amapgeo", " 1  深圳北站", "amap:"}},
		"one that has its point":  {"suggest 深圳北 -region CN -choose 1", []string{"resolve without asking anybody", "深圳北站"}},
		"one that has none":       {"suggest Marina Bay S -region SG -choose 1 -session abc", []string{"resolve by googlegeo", "1.283400,103.860700"}},
		"suggestions of Photon":   {"suggest Marina Bay S -region SG -outage google -choose 1", []string{"suggest by osmgeo", "Marina Bay Sands"}},
		"a kind of place":         {"search Station -region HK -lang en", []string{"search by amapgeo", "amap:"}},
		"around a pin":            {"search -at 22.6102,114.0245 -radius 3000 -lang zh", []string{"search by amapgeo", " m · amap:"}},
		"pages":                   {"search Station -region HK -limit 1 -pages 2", []string{" 2  "}},
		"a page and more":         {"search Station -region HK -limit 1", []string{" 1  ", "and more: -pages 2"}},
		"an id":                   {"place google:ChIJpT4N8gSejIxQ6gleEuUQ_yg -region SG", []string{"place by googlegeo", "Marina Bay Sands"}},
		"an id with Google down":  {"place google:ChIJpT4N8gSejIxQ6gleEuUQ_yg -hint Marina Bay Sands -region SG -outage google", []string{"what is"}},
		"languages":               {"localize google:ChIJpT4N8gSejIxQ6gleEuUQ_yg -lang en,zh", []string{" 1  1.283400", " 2  1.283400", "滨海湾金沙"}},
		"languages of a point":    {"localize -at 1.2834,103.8607 -lang en,zh", []string{" 2  "}},
		"a division":              {"district 深圳市 -region CN -children 0", []string{"city 深圳市 440300"}},
		"a division by its code":  {"district 440305 -region CN -boundary", []string{"district 南山区", "a boundary of "}},
		"the divisions of region": {"district -region CN -children 1", []string{"country 中"}},
		"divisions by Baidu":      {"district 440300 -region CN -providers baidu", []string{"district by baidugeo"}},
		"no more than the fakes":  {"-fake geocode 深圳北站 -region CN", []string{"Fakes in this process"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := strings.Fields(c.args)
			if at := slices.Index(args, "-hint"); at >= 0 { // words of one flag
				args = append(slices.Concat(args[:at+1], []string{"Marina Bay Sands"}), args[at+4:]...)
				c.want = []string{"place by osmgeo, found again"}
			}
			code, out, errs := start(t, nil, "", args...)
			if code != exitOK {
				t.Fatalf("status %d: %s", code, errs)
			}
			wantAll(t, out, c.want...)
		})
	}
}

// What suggest prints goes through an app to another server, which makes a place
// of it, with the vendor there or not.
func TestSuggestionsSurviveTheRoundTrip(t *testing.T) {
	code, printed, errs := start(t, nil, "", "suggest", "Marina Bay S", "-region", "SG", "-json")
	if code != exitOK {
		t.Fatalf("status %d: %s", code, errs)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"the vendor is there": {nil, "resolve by googlegeo;"},
		"the vendor is down":  {[]string{"-outage", "google"}, "resolve by osmgeo, found again;"},
	} {
		code, out, errs := start(t, nil, printed, append(c.args, "resolve")...)
		if code != exitOK {
			t.Errorf("%s: status %d: %s", name, code, errs)
		}
		wantAll(t, out, c.want, "1.283400,103.860700")
	}
	for name, in := range map[string]string{"nothing": "", "no JSON": "<html>", "no suggestions": "{}", "a wrong id": `{"suggest":{"suggestions":[{"id":"x","text":"a"}]}}`,
		"nothing in it": `{"suggest":{"suggestions":[{}]}}`, "a wrong point": `{"suggest":{"suggestions":[{"text":"a","point":{"lat":99,"lng":1}}]}}`} {
		if code, out, errs := start(t, nil, in, "resolve"); code != exitUsage || out != "" || errs == "" {
			t.Errorf("%s: status %d, %q %q", name, code, out, errs)
		}
	}
	if code, _, _ := start(t, nil, printed, "resolve", "-choose", "99"); code != exitUsage {
		t.Errorf("there is a suggestion 99: status %d", code)
	}
}

// paths writes down every field that a value has, lists as [].
func paths(v any, at string, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			paths(e, strings.TrimPrefix(at+"."+k, "."), into)
		}
	case []any:
		for _, e := range v {
			paths(e, at+"[]", into)
		}
	case string:
		into[at+" string"] = true
	case float64:
		into[at+" number"] = true
	default:
		into[at+" other"] = true
	}
}

// The JSON has the fields of testdata/schema.txt and no others, and reads back
// into the same.
func TestJSONSchema(t *testing.T) {
	code, out, errs := start(t, nil, "", "-json")
	if code != exitOK {
		t.Fatalf("status %d: %s", code, errs)
	}
	var anything any
	if err := json.Unmarshal([]byte(out), &anything); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	paths(anything, "", got)
	text := strings.Join(slices.Sorted(maps.Keys(got)), "\n") + "\n"
	want, err := os.ReadFile(filepath.Join("testdata", "schema.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("testdata/schema.txt is not what is printed:\n%s", text)
	}
	var a answer
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		t.Fatal(err)
	}
	again, err := json.MarshalIndent(&a, "", "  ")
	if err != nil || string(again)+"\n" != out {
		t.Errorf("read and written again it differs (%v)", err)
	}
	for verb, set := range map[string]bool{geocode: a.Geocode != nil, reverse: a.Reverse != nil, suggest: a.Suggest != nil, resolve: a.Resolve != nil,
		search: a.Search != nil, place: a.Place != nil, localize: a.Localize != nil, district: a.District != nil} {
		if !set {
			t.Errorf("%s is not in it", verb)
		}
	}
	if a.Place != nil && (a.Place.Place.Point == geo.Point{} || a.Place.Place.ID.Issuer != geo.IssuerGoogle) {
		t.Errorf("%+v", a.Place)
	}
}

// The page draws everything inside its frame and fetches nothing.
func TestPage(t *testing.T) {
	for name, c := range map[string]struct {
		args         []string
		points, more int
		lines        int
		credit       string
	}{
		"a pin":        {args: []string{"reverse", "-at", "22.6102,114.0245", "-nearby", "2", "-radius", "5000"}, points: 3, credit: "© AutoNavi"},
		"places":       {args: []string{"search", "Station", "-region", "HK", "-providers", "osm"}, points: 2, credit: "© OpenStreetMap contributors"},
		"no points":    {args: []string{"suggest", "Marina Bay S", "-region", "SG"}, credit: "Google Maps"},
		"a division":   {args: []string{"district", "440305", "-region", "CN", "-boundary", "-datum", "gcj02"}, points: 1, lines: 1},
		"a whole tour": {points: 15, credit: "© AutoNavi, Google Maps"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "out.html")
			code, out, errs := start(t, nil, "", append([]string{"-map", file}, c.args...)...)
			if code != exitOK {
				t.Fatalf("status %d: %s", code, errs)
			}
			wantAll(t, out, "The page is in")
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text := string(b)
			for _, word := range []string{"http://", "https://", "src=", "href=", "@import", "url(", "<script", "NaN"} {
				if strings.Contains(text, word) {
					t.Errorf("the page has %q", word)
				}
			}
			if n := strings.Count(text, "<circle"); n < c.points {
				t.Errorf("%d points, want %d", n, c.points)
			}
			if n := strings.Count(text, "<polyline"); n < c.lines {
				t.Errorf("%d lines, want %d", n, c.lines)
			}
			wantAll(t, text, c.credit)
			from, end := strings.Index(text, "<svg"), strings.Index(text, "</svg>")
			if err := xml.Unmarshal([]byte(text[from:end+6]), new(struct{})); err != nil {
				t.Errorf("the drawing is no XML: %v", err)
			}
		})
	}
}

func TestRealServicesOfTheEnvironment(t *testing.T) {
	fake := geotest.NewOSM(nil)
	defer fake.Close()
	env := map[string]string{"NOMINATIM_URL": fake.NominatimURL(), "PHOTON_URL": fake.PhotonURL(), "OSM_USER_AGENT": "acme/1 (maps@acme.example)", "AMAP_KEY": "k"}
	code, out, errs := start(t, env, "", "geocode", "Raffles Place", "-region", "SG", "-lang", "en")
	if code != exitOK || strings.Contains(out, "Fakes") || fake.Accepted("/nominatim/search") != 1 {
		t.Errorf("status %d: %s%s", code, out, errs)
	}
	wantAll(t, out, "by osmgeo")
	if code, _, errs := start(t, env, "", "-fake"); code != exitOK {
		t.Errorf("the tour with -fake: status %d: %s", code, errs)
	}
	for _, args := range [][]string{nil, {"-outage", "amap", "district"}, {"-providers", "google", "district"}} {
		if code, _, errs := start(t, env, "", args...); code != exitUsage || errs == "" {
			t.Errorf("%v: status %d: %s", args, code, errs)
		}
	}
	for _, bad := range []map[string]string{{"NOMINATIM_URL": "nowhere", "OSM_USER_AGENT": "a (b@c.example)"}, {"NOMINATIM_URL": fake.NominatimURL()}, {"GOOGLE_MAPS_KEY": "with a blank"}, {"BAIDU_AK": " "}} {
		if code, _, errs := start(t, bad, "", "district"); code != exitUsage || errs == "" {
			t.Errorf("%v: status %d: %s", bad, code, errs)
		}
	}
}

func TestUsage(t *testing.T) {
	code, out, _ := start(t, nil, "", "-h")
	if code != exitOK {
		t.Errorf("status %d", code)
	}
	wantAll(t, out, "AMAP_KEY", "AMAP_PRIVATE_KEY", "BAIDU_AK", "BAIDU_SK", "GOOGLE_MAPS_KEY", "NOMINATIM_URL", "OSM_USER_AGENT", "PHOTON_URL", "-map FILE")
	for _, verb := range verbs {
		wantAll(t, out, "\n  "+verb+" ")
	}
	for _, args := range []string{"-nothing", "stray", "geocode", "reverse", "reverse words -at 1,2", "reverse -at 99,1", "reverse -at x", "reverse -at 0,0", "reverse -at 1,2 -nearby 99",
		"geocode a -region china", "geocode a -lang en,zh", "geocode a -limit 99", "geocode a -datum utm", "geocode a -providers nobody", "geocode a -providers amap,amap", "geocode a -providers ,",
		"geocode a -outage nobody", "search", "search a -pages 0", "search a -radius 3", "suggest", "suggest a -choose -1", "suggest a -session a:b", "place", "place x", "localize", "localize x -lang en",
		"localize -at 1,2", "district -children 9", "resolve words"} {
		code, out, errs := start(t, nil, "", strings.Fields(args)...)
		if code != exitUsage || out != "" || errs == "" {
			t.Errorf("%s: status %d, %q %q", args, code, out, errs)
		}
	}
}

func TestNobodyKnows(t *testing.T) {
	for name, args := range map[string]string{
		"no such place":   "geocode Nowhere-at-all -region SG",
		"all down":        "geocode 深圳北站 -region CN -outage amap,baidu,osm",
		"not its region":  "geocode 深圳北站 -region CN -providers google",
		"nobody's region": "geocode somewhere -providers amap",
		"no hint":         "place google:ChIJpT4N8gSejIxQ6gleEuUQ_yg -outage google",
	} {
		code, out, errs := start(t, nil, "", strings.Fields(args)...)
		if want := map[bool]int{true: exitUsage, false: exitFailed}[name == "nobody's region"]; code != want || out != "" || errs == "" {
			t.Errorf("%s: status %d: %q %q", name, code, out, errs)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var o, e bytes.Buffer
	if code := run(ctx, nil, func(string) string { return "" }, strings.NewReader(""), &o, &e); code != exitFailed {
		t.Errorf("cancelled: status %d", code)
	}
	if code, _, errs := start(t, nil, "", "-map", filepath.Join(t.TempDir(), "no", "such", "folder.html")); code != exitFailed || errs == "" {
		t.Errorf("status %d: %s", code, errs)
	}
}
