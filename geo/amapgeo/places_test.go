package amapgeo_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/amapgeo"
)

var nanshan = geo.Point{Lat: 22.5433, Lng: 113.9296}

// sent compares what was sent; "-" is a parameter that must not be there.
func sent(t *testing.T, what string, query map[string][]string, want map[string]string) {
	t.Helper()
	for name, value := range want {
		got, there := query[name]
		if value == "-" && there || value != "-" && (len(got) != 1 || got[0] != value) {
			t.Errorf("%s: %s is %q, want %q", what, name, got, value)
		}
	}
}

func TestSuggestRequests(t *testing.T) {
	for name, v := range map[string]struct {
		r    geo.SuggestRequest
		want map[string]string
	}{
		"words":           {geo.SuggestRequest{Query: " 万象|城 ", Session: "s-1"}, map[string]string{"keywords": "万象 城", "city": "-", "citylimit": "-", "location": "-", "session": "-"}},
		"city":            {geo.SuggestRequest{Query: "x", Region: "CN", City: "深圳市"}, map[string]string{"city": "深圳市", "citylimit": "-"}},
		"Hong Kong":       {geo.SuggestRequest{Query: "x", Region: "HK"}, map[string]string{"city": "810000", "citylimit": "true"}},
		"Macau":           {geo.SuggestRequest{Query: "x", Region: "MO"}, map[string]string{"city": "820000", "citylimit": "true"}},
		"near":            {geo.SuggestRequest{Query: "x", Near: nanshan}, map[string]string{"location": "113.934464,22.540264"}},
		"near in BD-09":   {geo.SuggestRequest{Query: "x", Near: nanshan.To(geo.BD09)}, map[string]string{"location": "113.934464,22.540264"}},
		"somebody abroad": {geo.SuggestRequest{Query: "x", Region: "CN", Near: geo.Point{Lat: 1.28, Lng: 103.85}}, map[string]string{"location": "-"}},
	} {
		a, query := canned(t, fixture(t, "places/tips.json"), nil)
		if _, err := a.Suggest(t.Context(), v.r); err != nil && !errors.Is(err, waybill.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
		sent(t, name, *query, v.want)
	}
}

func TestSuggestReadsTips(t *testing.T) {
	a, _ := canned(t, fixture(t, "places/tips.json"), nil)
	res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "万象城", Near: nanshan, Session: "s-1"})
	if err != nil || len(res.Suggestions) != 4 || res.Provider != "amapgeo" {
		t.Fatalf("%+v %v", res, err)
	}
	word, mall, line, hk := res.Suggestions[0], res.Suggestions[1], res.Suggestions[2], res.Suggestions[3]
	if word.Text != "万象城" || !word.ID.IsZero() || !word.Point.IsZero() || !word.Address.IsZero() || word.Session != "" {
		t.Errorf("a word: %+v", word)
	}
	if mall.ID.String() != "amap:B0FFAAAA01" || mall.Detail != "广东省深圳市罗湖区宝安南路1881号" || mall.Address.Region != "CN" || mall.Address.Adcode != "440303" ||
		mall.Point != (geo.Point{Lat: 22.5396, Lng: 114.1107, Datum: geo.GCJ02}) || len(mall.Types) != 2 || mall.Distance < 15000 || mall.Distance > 20000 {
		t.Errorf("a place: %+v", mall)
	}
	if !line.ID.IsZero() || !line.Point.IsZero() || line.Address.Region != "CN" {
		t.Errorf("a bus line: %+v", line)
	}
	if hk.Address.Region != "HK" || hk.Point.Datum != geo.GCJ02 {
		t.Errorf("Hong Kong: %+v", hk)
	}
	res, err = a.Suggest(t.Context(), geo.SuggestRequest{Query: "万象城", Region: "HK"})
	if err != nil || len(res.Suggestions) != 2 || res.Suggestions[1].Name != "万象城旧址" {
		t.Errorf("in Hong Kong: %+v %v", res, err) // the word may be meant there
	}
	if res, err = a.Suggest(t.Context(), geo.SuggestRequest{Query: "x", Limit: 2}); err != nil || len(res.Suggestions) != 2 {
		t.Errorf("two: %+v %v", res, err)
	}
}

func TestSearchRequests(t *testing.T) {
	for name, v := range map[string]struct {
		r    geo.SearchRequest
		path string
		want map[string]string
	}{
		"words": {geo.SearchRequest{Query: "加油|站", Region: "CN", Near: nanshan}, "/v5/place/text", map[string]string{
			"keywords": "加油 站", "types": "-", "region": "-", "page_size": "10", "page_num": "1", "location": "-", "show_fields": "-"}},
		"city": {geo.SearchRequest{Query: "x", City: "0755", Limit: 50}, "/v5/place/text", map[string]string{"region": "0755", "city_limit": "-", "page_size": "25"}},
		"Hong Kong": {geo.SearchRequest{Query: "x", Region: "HK", Cursor: "p3", Limit: 20}, "/v5/place/text", map[string]string{
			"region": "810000", "city_limit": "true", "page_num": "3"}},
		"around": {geo.SearchRequest{Query: "x", Near: nanshan.To(geo.BD09), Radius: 99.5}, "/v5/place/around", map[string]string{
			"location": "113.934464,22.540264", "radius": "101", "sortrule": "distance", "keywords": "x"}},
		"anything around": {geo.SearchRequest{Near: nanshan, Radius: 50000}, "/v5/place/around", map[string]string{"keywords": "-", "radius": "50000"}},
	} {
		var path string
		a, query := canned(t, fixture(t, "places/pois.json"), nil)
		b, err := amapgeo.New("k", &amapgeo.Options{BaseURL: "http://amap.test", HTTPClient: &http.Client{Transport: seen{&path, said(fixture(t, "places/pois.json"))}}})
		if err != nil {
			t.Fatal(err)
		}
		a.Search(t.Context(), v.r)
		b.Search(t.Context(), v.r)
		if sent(t, name, *query, v.want); path != v.path {
			t.Errorf("%s: asked %s", name, path)
		}
		if types := query.Get("types"); (types != "") != (v.r.Query == "") || strings.Contains(types, "190000") {
			t.Errorf("%s: types %q", name, types)
		}
	}
}

// seen keeps the path that was asked for.
type seen struct {
	path *string
	body said
}

func (s seen) RoundTrip(r *http.Request) (*http.Response, error) {
	*s.path = r.URL.Path
	return s.body.RoundTrip(r)
}

func TestSearchReadsPlaces(t *testing.T) {
	a, _ := canned(t, fixture(t, "places/pois.json"), nil)
	res, err := a.Search(t.Context(), geo.SearchRequest{Query: "x"})
	if err != nil || len(res.Places) != 3 || res.Next != "" {
		t.Fatalf("%+v %v", res, err)
	}
	want := geo.Address{Formatted: "上海市黄浦区延安东路222号", Region: "CN", Province: "上海市", City: "上海市", District: "黄浦区", Adcode: "310101", Language: "zh"}
	if p := res.Places[0]; p.Address != want || p.Point != (geo.Point{Lat: 31.2327, Lng: 121.4886, Datum: geo.GCJ02}) || len(p.Types) != 6 ||
		p.ID.String() != "amap:B0FFAAAA01" || p.Precision != geo.PrecisionPlace || p.Distance != 0 {
		t.Errorf("first: %+v", p)
	}
	if p := res.Places[1]; p.Address.Region != "HK" || p.Address.Formatted != "香港特别行政区油尖旺区梳士巴利道22号" || p.Address.City != "" {
		t.Errorf("Hong Kong: %+v", p)
	}
	if p := res.Places[2]; !p.ID.IsZero() || p.Types != nil || p.Address.City != "上海市" {
		t.Errorf("without an id: %+v", p)
	}
	res, err = a.Search(t.Context(), geo.SearchRequest{Query: "x", Region: "HK"})
	if err != nil || len(res.Places) != 1 {
		t.Errorf("in Hong Kong: %+v %v", res, err)
	}
	if _, err = a.Search(t.Context(), geo.SearchRequest{Query: "x", Near: nanshan, Radius: 1000}); !errors.Is(err, waybill.ErrNotFound) {
		t.Errorf("all too far: %v", err)
	}
}

// page is a reply with as many rows.
func page(rows int, location string) string {
	row := `{"id":"B0","name":"n","adcode":"440305","location":` + location + `}`
	return fmt.Sprintf(`{"status":"1","infocode":"10000","count":"%d","pois":[%s]}`, rows, strings.TrimSuffix(strings.Repeat(row+",", rows), ","))
}

func TestSearchPages(t *testing.T) {
	full := page(25, `"113.9,22.5"`)
	a, query := canned(t, full, nil)
	for cursor, want := range map[string]string{"": "p2", "p2": "p3", "p7": "p8", "p8": ""} { // there are 200 rows at most
		res, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Limit: 25, Cursor: cursor})
		if err != nil || res.Next != want || len(res.Places) != 25 {
			t.Errorf("%q: %q with %d places, %v", cursor, res.Next, len(res.Places), err)
		}
	}
	for _, cursor := range []string{"p", "p0", "p1", "p02", "p-2", "p9", "p101", "q2", "2", "p2x"} {
		*query = nil
		_, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Limit: 25, Cursor: cursor})
		if !errors.Is(err, waybill.ErrInvalidArgument) || *query != nil {
			t.Errorf("%s: %v", cursor, err)
		}
	}
	// A later page may be empty; the first goes on to where something is.
	a, query = canned(t, page(0, ""), nil)
	if res, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Cursor: "p2"}); err != nil || len(res.Places) != 0 || res.Next != "" {
		t.Errorf("behind the end: %+v %v", res, err)
	}
	if _, err := a.Search(t.Context(), geo.SearchRequest{Query: "x"}); !errors.Is(err, waybill.ErrNotFound) || query.Get("page_num") != "1" {
		t.Errorf("nothing at all: %v", err)
	}
	a, query = canned(t, page(10, `[]`), nil)
	if _, err := a.Search(t.Context(), geo.SearchRequest{Query: "x"}); !errors.Is(err, waybill.ErrNotFound) || query.Get("page_num") != "3" {
		t.Errorf("three pages without a point: %v on page %s", err, query.Get("page_num"))
	}
}

func TestPlaceByID(t *testing.T) {
	a, query := canned(t, fixture(t, "places/pois.json"), nil)
	res, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "amap", Value: "B0FFAAAA01"}, Session: "s-1"})
	if err != nil || res.Place.Name != "外滩中心" || res.Refound {
		t.Fatalf("%+v %v", res, err)
	}
	if sent(t, "detail", *query, map[string]string{"id": "B0FFAAAA01", "session": "-", "show_fields": "-"}); len(*query) != 2 {
		t.Errorf("sent %d parameters", len(*query))
	}
	for value, want := range map[string]error{"B0|B1": waybill.ErrNotFound, "B 0": waybill.ErrNotFound, strings.Repeat("B", 65): waybill.ErrNotFound} {
		*query = nil
		if _, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "amap", Value: value}}); !errors.Is(err, want) || *query != nil {
			t.Errorf("%q: %v", value, err)
		}
	}
	if _, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "baidu", Value: "B0"}}); !errors.Is(err, waybill.ErrUnsupported) {
		t.Errorf("another issuer: %v", err)
	}
	for body, want := range map[string]waybill.Code{
		page(1, `[]`): waybill.NotFound, page(1, `"0,0"`): waybill.DataLoss, page(0, ""): waybill.NotFound,
		`{"status":"1","infocode":"10000","count":"0"}`: waybill.NotFound, `{"status":"1","infocode":"10000"}`: waybill.DataLoss,
		`{"status":"1","infocode":"10000","pois":{"name":"n","location":"113.9,22.5"}}`: waybill.Unknown,
	} {
		a, _ := canned(t, body, nil)
		res, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "amap", Value: "B7"}})
		if want == waybill.Unknown {
			if err != nil || res.Place.ID.Value != "B7" || res.Place.Address.Formatted != "n" || res.Place.Address.Region != "CN" {
				t.Errorf("a bare place: %+v %v", res, err)
			}
			continue
		}
		if waybill.CodeOf(orNil(err)) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestDistricts(t *testing.T) {
	a, query := canned(t, fixture(t, "places/districts.json"), nil)
	res, err := a.Districts(t.Context(), geo.DistrictRequest{Query: "上海", Children: 2, Boundary: true})
	if err != nil || len(res.Districts) != 1 {
		t.Fatalf("%+v %v", res, err)
	}
	sent(t, "districts", *query, map[string]string{"keywords": "上海", "subdistrict": "3", "extensions": "all", "filter": "-"})
	city := res.Districts[0]
	if city.Name != "上海市" || city.Level != geo.LevelProvince || city.Adcode != "310000" || city.Region != "CN" || city.Center.Datum != geo.GCJ02 {
		t.Errorf("the city: %+v", city)
	}
	if len(city.Boundary) != 2 || len(city.Boundary[0]) != 5 || len(city.Boundary[1]) != 4 || city.Boundary[0][0] != city.Boundary[0][4] || city.Boundary[0][1].Datum != geo.GCJ02 {
		t.Errorf("%d rings: %v", len(city.Boundary), city.Boundary)
	}
	if len(city.Children) != 1 || city.Children[0].Name != "黄浦区" || len(city.Children[0].Children) != 1 {
		t.Fatalf("children: %+v", city.Children)
	}
	if street := city.Children[0].Children[0]; street.Level != geo.LevelTownship || street.Adcode != "" || !street.Center.IsZero() || street.Region != "CN" {
		t.Errorf("a township: %+v", street)
	}
	for name, v := range map[string]struct {
		r    geo.DistrictRequest
		want map[string]string
	}{
		"country":   {geo.DistrictRequest{Region: "CN", Children: 1}, map[string]string{"keywords": "100000", "subdistrict": "1", "extensions": "base"}},
		"Hong Kong": {geo.DistrictRequest{Region: "HK"}, map[string]string{"keywords": "810000", "subdistrict": "0"}},
		"code":      {geo.DistrictRequest{Query: "110000", Children: 1}, map[string]string{"keywords": "110000", "subdistrict": "2"}},
		"deep":      {geo.DistrictRequest{Query: "北京市", Children: 3}, map[string]string{"subdistrict": "3"}},
	} {
		a.Districts(t.Context(), v.r)
		sent(t, name, *query, v.want)
	}
	for body, want := range map[string]waybill.Code{
		`{"status":"1","infocode":"10000","districts":[]}`: waybill.NotFound, `{"status":"1","infocode":"10000"}`: waybill.DataLoss,
		`{"status":"1","infocode":"10000","districts":7}`: waybill.DataLoss,
	} {
		a, _ := canned(t, body, nil)
		if _, err := a.Districts(t.Context(), geo.DistrictRequest{Query: "x"}); waybill.CodeOf(orNil(err)) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestDivisionsOfTheSameName(t *testing.T) {
	c, _ := behindAClient(t)
	res, err := c.Districts(t.Context(), geo.DistrictRequest{Query: "朝阳", Datum: geo.BD09})
	if err != nil || len(res.Districts) != 2 {
		t.Fatalf("%+v %v", res, err)
	}
	codes := []string{res.Districts[0].Adcode, res.Districts[1].Adcode}
	if !slices.Contains(codes, "110105") || !slices.Contains(codes, "220104") || res.Districts[0].Center.Datum != geo.BD09 {
		t.Errorf("got %v", codes)
	}
	res, err = c.Districts(t.Context(), geo.DistrictRequest{Children: 3})
	if err != nil || res.Districts[0].Level != geo.LevelCountry || len(res.Districts[0].Children) < 4 {
		t.Errorf("the country: %+v %v", res.Districts, err)
	}
}

// The words of a suggestion are found again, since there is nothing to look up.
func TestResolve(t *testing.T) {
	c, s := behindAClient(t)
	sug, err := c.Suggest(t.Context(), geo.SuggestRequest{Query: "机场", Region: "CN"})
	if err != nil {
		t.Fatal(err)
	}
	asked := s.Count("")
	free, words := 0, 0
	for _, g := range sug.Suggestions {
		res, err := c.Resolve(t.Context(), geo.ResolveRequest{Suggestion: g})
		switch {
		case err != nil:
			t.Errorf("%s: %v", g.Text, err)
		case g.Point.IsZero():
			words++
			if !res.Refound {
				t.Errorf("a word is not marked")
			}
		default:
			if free++; s.Count("") != asked+words {
				t.Error("a point was paid for")
			}
		}
	}
	if free < 2 || words != 1 {
		t.Errorf("%d places, %d words", free, words)
	}
	g := sug.Suggestions[1]
	g.Point = geo.Point{}
	res, err := c.Resolve(t.Context(), geo.ResolveRequest{Suggestion: g})
	if err != nil || res.Refound || res.Place.ID != g.ID || s.Count("/v5/place/detail") != 1 {
		t.Errorf("by its id: %+v %v", res, err)
	}
}

func TestSearchAllOfAKind(t *testing.T) {
	c, s := behindAClient(t)
	n := 0
	for p, err := range c.SearchAll(t.Context(), geo.SearchRequest{Near: geo.Point{Lat: 22.5433, Lng: 114.08}, Radius: 20000, Limit: 3}) {
		if err != nil || p.Point.Datum != geo.WGS84 {
			t.Fatalf("%+v %v", p, err)
		}
		n++
	}
	if n < 5 || s.Count("/v5/place/around") < 2 {
		t.Errorf("%d places on %d pages", n, s.Count("/v5/place/around"))
	}
}
