package area

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

func handlerIndex(t *testing.T) *Index {
	return index(t,
		Area{ID: "a", Name: "Fort <1>", CityCode: "91022", ServiceType: "", AllowStart: true, Polygons: polygon(square(72, 18, 73, 19)), Remarks: "gate 2", Ext: map[string]json.RawMessage{"fee": json.RawMessage(`{"inr":20}`)}},
		Area{ID: "b", Name: "Naval base", CityCode: "91022", Deny: true, AllowStart: true, Priority: 1, Polygons: polygon(square(72, 18, 72.1, 18.1))},
	)
}

func serve(t *testing.T, h http.Handler, r *http.Request) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if got := w.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	return w.Code, w.Body.String()
}

func TestHandlerReplies(t *testing.T) {
	h, err := NewHandler(handlerIndex(t), geo.WGS84, nil)
	if err != nil {
		t.Fatal(err)
	}
	const one = `{"ret":0,"msg":"success","data":{"count":1,"areas":[{"name":"Fort \u003c1\u003e","allowStart":true,"allowMiddle":false,"allowFinish":false,"cityCode":"91022","serviceType":"","remarks":"gate 2","extField":{"fee":{"inr":20}}}]}}`
	const two = `{"ret":0,"msg":"success","data":{"count":2,"areas":[{"name":"Fort \u003c1\u003e","allowStart":true,"allowMiddle":false,"allowFinish":false,"cityCode":"91022","serviceType":"","remarks":"gate 2","extField":{"fee":{"inr":20}}},` +
		`{"name":"Naval base","allowStart":false,"allowMiddle":false,"allowFinish":false,"cityCode":"91022","serviceType":"","remarks":"","extField":{}}]}}`
	const none = `{"ret":0,"msg":"success","data":{"count":0,"areas":[]}}`
	bad := func(msg string) string {
		return `{"ret":1,"msg":"` + msg + `","data":{"count":0,"areas":[]}}`
	}
	post := func(kind, body string) *http.Request {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		return r
	}
	get := func(query string) *http.Request { return httptest.NewRequest("GET", "/?"+query, nil) }
	form, js := "application/x-www-form-urlencoded", "application/json; charset=utf-8"
	for _, tt := range []struct {
		what   string
		r      *http.Request
		status int
		want   string
	}{
		{"query", get("cityCode=91022&lon=72.5&lat=18.5&serviceType=car"), 200, one},
		{"six decimals", get("cityCode=91022&lon=72.500001&lat=18.500001"), 200, one},
		{"deny area", get("cityCode=91022&lon=72.05&lat=18.05"), 200, two},
		{"form", post(form, "cityCode=91022&lon=72.5&lat=18.5"), 200, one},
		{"json", post(js, `{"cityCode":"91022","lon":72.5,"lat":18.5,"serviceType":null,"traceId":"x"}`), 200, one},
		{"json of texts and numbers", post("application/vnd.x+json", `{"cityCode":91022,"lon":"72.5","lat":" 18.5 "}`), 200, one},
		{"json with an exponent", post(js, `{"lon":7.25e1,"lat":185e-1}`), 200, one},
		{"no city code: everywhere", get("lon=72.5&lat=18.5"), 200, one},
		{"nothing there", get("cityCode=91022&lon=1&lat=1"), 200, none},
		{"unknown city", get("cityCode=1&lon=72.5&lat=18.5"), 200, none},
		{"lon missing", get("lat=18.5"), 200, bad("lon: missing")},
		{"lat missing", post(js, `{"lon":72.5,"lat":null}`), 200, bad("lat: missing")},
		{"seven decimals", get("lon=72.5000001&lat=18.5"), 200, bad("lon: more than 6 decimals")},
		{"seven decimals in json", post(js, `{"lon":72.5,"lat":18.1234567}`), 200, bad("lat: more than 6 decimals")},
		{"more decimals than can be counted", get("lon=1e-99999999999999999999&lat=18"), 200, bad("lon: more than 6 decimals")},
		{"a zero of any exponent", post(js, `{"lon":0e-99999999999999999999,"lat":18}`), 200, bad("lon: more than 6 decimals")},
		{"no number by its exponent", get("lon=1e99999999999999999999&lat=18"), 200, bad("lon: not a number")},
		{"seven decimals by exponent", post(js, `{"lon":725e-7,"lat":18}`), 200, bad("lon: more than 6 decimals")},
		{"out of range", get("lon=72.5&lat=90.1"), 200, bad("lat: out of range")},
		{"not a number", get("lon=abc&lat=18.5"), 200, bad("lon: not a number")},
		{"NaN", get("lon=NaN&lat=18.5"), 200, bad("lon: not a number")},
		{"hexadecimal", get("lon=0x1p4&lat=18.5"), 200, bad("lon: not a number")},
		{"infinite", get("lon=1e999&lat=18.5"), 200, bad("lon: not a number")},
		{"json list", post(js, `[]`), 200, bad("the body is not a JSON object")},
		{"json null", post(js, `null`), 200, bad("the body is not a JSON object")},
		{"json cut", post(js, `{"lon":1`), 200, bad("the body is not a JSON object")},
		{"json of objects", post(js, `{"lon":{}}`), 200, bad("lon: neither text nor a number")},
		{"broken form", post(form, "lon=%zz"), 200, bad("the form cannot be read")},
		{"method", httptest.NewRequest("DELETE", "/", nil), 405, bad("the method is none of GET and POST")},
		{"type", post("text/plain", "lon=1"), 415, bad("the body is neither a form nor JSON")},
		{"no type", post("", "lon=1"), 415, bad("the body is neither a form nor JSON")},
		{"large", post(js, strings.Repeat(" ", 70<<10)), 413, bad("the body is too large")},
	} {
		if status, got := serve(t, h, tt.r); status != tt.status || got != tt.want {
			t.Errorf("%s: %d %s\nwant %d %s", tt.what, status, got, tt.status, tt.want)
		}
	}
}

func TestHandlerOptions(t *testing.T) {
	x := handlerIndex(t)
	h, err := NewHandler(x, geo.WGS84, &HandlerOptions{Round: true})
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"lon=72.99999951&lat=18.5":  `"count":1`, // rounds onto the border
		"lon=73.0000004&lat=18.5":   `"count":1`,
		"lon=73.0000006&lat=18.5":   `"count":0`,
		"lon=73.00000049&lat=95.12": `"ret":1`,
	} {
		if _, got := serve(t, h, httptest.NewRequest("GET", "/?"+query, nil)); !strings.Contains(got, want) {
			t.Errorf("%s: %s", query, got)
		}
	}
	// The callers' datum is the handler's.
	p := geo.Point{Lat: 18.00001, Lng: 72.00001}.To(geo.GCJ02)
	h, err = NewHandler(x, geo.GCJ02, &HandlerOptions{Round: true})
	if err != nil {
		t.Fatal(err)
	}
	query := url.Values{"lon": {json.Number(strings.TrimSpace(jsonNumber(p.Lng))).String()}, "lat": {jsonNumber(p.Lat)}}
	if _, got := serve(t, h, httptest.NewRequest("GET", "/?"+query.Encode(), nil)); !strings.Contains(got, `"count":2`) {
		t.Errorf("in GCJ-02: %s", got)
	}
	for _, build := range []func() (http.Handler, error){
		func() (http.Handler, error) { return NewHandler(nil, geo.WGS84, nil) },
		func() (http.Handler, error) { return NewHandler(x, 9, nil) },
	} {
		if _, err := build(); !errors.Is(err, waybill.ErrInvalidArgument) {
			t.Error(err)
		}
	}
}

func jsonNumber(f float64) string {
	b, _ := json.Marshal(f)
	return string(b)
}

type failing struct{ err error }

func (f failing) Lookup(string, geo.Point, string) ([]*Area, error) { return nil, f.err }

func TestHandlerFailures(t *testing.T) {
	for _, tt := range []struct {
		f    Finder
		want string
	}{
		{failing{failure(waybill.Unavailable, "lookup", "private", nil)}, `{"ret":2,"msg":"the areas cannot be asked now","data":{"count":0,"areas":[]}}`},
		{failing{invalid("lookup", "private")}, `{"ret":1,"msg":"lon, lat: not a place","data":{"count":0,"areas":[]}}`},
		{index(t, Area{ID: "a", Ext: map[string]json.RawMessage{"x": json.RawMessage("{")}, Polygons: polygon(square(0, 0, 2, 2))}), `{"ret":2,"msg":"an area cannot be written","data":{"count":0,"areas":[]}}`},
	} {
		h, err := NewHandler(tt.f, geo.WGS84, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := serve(t, h, httptest.NewRequest("GET", "/?lon=1&lat=1", nil)); got != tt.want {
			t.Errorf("%s", got)
		}
	}
}
