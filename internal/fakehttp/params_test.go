package fakehttp

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestParamsQuery(t *testing.T) {
	p := Params{Required: []string{"key", "address"}, Optional: []string{"city"}, Repeatable: []string{"language"}}
	for query, want := range map[string]string{
		"key=k&address=a":                       "",
		"key=k&address=a&city=":                 "",
		"key=k&address=a&language=a&language=b": "",
		"key=k":                                 "parameter address: missing",
		"key=&address=a":                        "parameter key: empty",
		"key=k&address=a&adress=b":              "parameter adress: unknown",
		"key=k&address=a&Key=b":                 "parameter Key: unknown",
		"key=k&address=a&address=a":             "parameter address: repeated",
		"key=k&address=%zz":                     `malformed (query: invalid URL escape "%zz")`,
		"key=k;address=a":                       "malformed (query: invalid semicolon separator in query)",
		"":                                      "parameter key: missing",
	} {
		_, e := p.Query(httptest.NewRequest("GET", "/?"+query, nil))
		if got := errorText(e); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if _, e := p.With("radius").Query(httptest.NewRequest("GET", "/?key=k&address=a&radius=1", nil)); e != nil {
		t.Errorf("With: %v", e)
	}
	if len(p.Optional) != 1 {
		t.Error("With changed its receiver")
	}
}

func errorText(e *ParamError) string {
	if e == nil {
		return ""
	}
	return e.Error()
}

func TestParamsForm(t *testing.T) {
	p := Params{Required: []string{"to"}}
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		target, contentType, body string
		want                      Problem
	}{
		{"/", form, "to=1", 0},
		{"/", form + "; charset=utf-8", "to=1", 0},
		{"/", "application/json", "to=1", WrongType},
		{"/", "", "to=1", WrongType},
		{"/?to=1", form, "to=1", Malformed},
		{"/", form, "to=%", Malformed},
		{"/", form, "", Missing},
		{"/", form, "to=1&to=2", Repeated},
	} {
		r := httptest.NewRequest("POST", c.target, strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.contentType)
		values, e := p.Form(r)
		switch {
		case e == nil && c.want != 0, e != nil && e.Problem != c.want:
			t.Errorf("%+v: %v", c, e)
		case e == nil && values.Get("to") != "1":
			t.Errorf("%+v: %v", c, values)
		}
	}
}

func TestChecked(t *testing.T) {
	refuse := func(w http.ResponseWriter, _ *http.Request, e *ParamError) { http.Error(w, e.Error(), 400) }
	h := Params{Required: []string{"q"}}.Checked(refuse, func(w http.ResponseWriter, _ *http.Request, v url.Values) {
		io.WriteString(w, v.Get("q"))
	})
	for _, c := range []struct {
		method, target, body, want string
	}{
		{"GET", "/?q=a", "", "a"}, {"GET", "/", "", "parameter q: missing\n"}, {"POST", "/", "q=b", "b"}, {"POST", "/", "", "parameter q: missing\n"},
	} {
		r := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Body.String() != c.want {
			t.Errorf("%+v: %q", c, w.Body)
		}
	}
}

// note is what the JSON tests decode into.
type note struct {
	Title string            `json:"title"`
	Data  map[string]string `json:"data"`
	Parts []part            `json:"parts"`
	Part  *part             `json:"part"`
	Raw   json.RawMessage   `json:"raw"`
	Any   any               `json:"any"`
	Time  time.Time         `json:"time"`
	Plain string
	embedded
	Skipped string `json:"-"`
}

type (
	part     struct{ N int }
	embedded struct {
		Inner string `json:"inner"`
	}
)

func TestStrictJSON(t *testing.T) {
	for body, want := range map[string]string{
		`{"title":"a","data":{"x":"1","X":"2"},"parts":[{"N":1}],"part":{"N":2}}`:  "",
		`{"raw":{"whatever":1},"any":[{"more":{}}],"time":"2024-01-02T03:04:05Z"}`: "",
		`{"inner":"a","Plain":"b","part":null}`:                                    "",
		`{"Title":"a"}`:                                                            "parameter Title: unknown",
		`{"plain":"a"}`:                                                            "parameter plain: unknown",
		`{"private":"a"}`:                                                          "parameter private: unknown",
		`{"Skipped":"a"}`:                                                          "parameter Skipped: unknown",
		`{"parts":[{"N":1},{"n":2}]}`:                                              "parameter parts[1].n: unknown",
		`{"part":{"M":1}}`:                                                         "parameter part.M: unknown",
		`{"title":"a","title":"b"}`:                                                "parameter title: repeated",
		`{"data":{"x":"1","x":"2"}}`:                                               "parameter data.x: repeated",
		`{"raw":{"x":1,"x":2}}`:                                                    "parameter raw.x: repeated",
		`{"title":1}`:                                                              "parameter title: malformed (JSON number)",
		`{"title":{"deep":1}}`:                                                     "parameter title: malformed (JSON object)",
		`{"title":"a"} {}`:                                                         "malformed (something follows the JSON value)",
		`{"title":"a"}x`:                                                           "malformed (something follows the JSON value)",
		``:                                                                         "malformed (JSON: EOF)",
		`{"title":"a"`:                                                             "malformed (JSON: EOF)",
		`{"title"}`:                                                                "malformed",
		"{\"title\":\"\xff\"}":                                                     "malformed (not UTF-8)",
		`{"parts":[1}`:                                                             "malformed",
	} {
		var n note
		got := errorText(StrictJSON([]byte(body), &n))
		if got != want && !(want == "malformed" && strings.Contains(got, want)) {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
		if body == `{"title":"a","data":{"x":"1","X":"2"},"parts":[{"N":1}],"part":{"N":2}}` && (n.Title != "a" || n.Part.N != 2 || n.Data["X"] != "2") {
			t.Errorf("decoded %+v", n)
		}
	}
}

func TestDecodeJSONWantsTheContentType(t *testing.T) {
	for contentType, want := range map[string]Problem{"application/json": 0, "application/json; charset=utf-8": 0, "text/plain": WrongType, "": WrongType} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(`{"title":"a"}`))
		r.Header.Set("Content-Type", contentType)
		var n note
		if e := DecodeJSON(r, &n); (e == nil) != (want == 0) || e != nil && e.Problem != want {
			t.Errorf("%q: %v", contentType, e)
		}
	}
}

func TestProblemNames(t *testing.T) {
	for p := Missing; p <= WrongType; p++ {
		if p.String() == "" || p.String() == "problem" {
			t.Errorf("problem %d has no name", p)
		}
	}
	if Problem(99).String() != "problem" {
		t.Error("unknown problem")
	}
}

func FuzzStrictJSON(f *testing.F) {
	for _, s := range []string{`{"title":"a"}`, `{"parts":[{"N":1}]}`, `[]`, `{"a":{`, "\xff", `{"raw":{"a":[1,2,{}]}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var strict, lax note
		if e := StrictJSON(body, &strict); e == nil && json.Unmarshal(body, &lax) != nil {
			t.Errorf("strict takes what encoding/json refuses: %q", body)
		}
	})
}
