package baidugeo

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// sent compares what was sent; "-" is a parameter that must not be there.
func sent(t *testing.T, what string, c *canned, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got := c.query.Get(name); value == "-" && c.query.Has(name) || value != "-" && got != value {
			t.Errorf("%s: %s is %q, want %q", what, name, got, value)
		}
	}
}

func TestSuggestRequests(t *testing.T) {
	for name, v := range map[string]struct {
		r    geo.SuggestRequest
		want map[string]string
	}{
		"plain": {geo.SuggestRequest{Query: " 万象城 ", Session: "s-1"}, map[string]string{"query": "万象城", "region": "全国", "city_limit": "-",
			"location": "-", "coord_type": "-", "ret_coordtype": "gcj02ll", "output": "json", "session": "-"}},
		"city":          {geo.SuggestRequest{Query: "x", Region: "CN", City: "深圳市"}, map[string]string{"region": "深圳市", "city_limit": "-"}},
		"code":          {geo.SuggestRequest{Query: "x", Region: "CN", City: "440300"}, map[string]string{"region": "全国"}},
		"Hong Kong":     {geo.SuggestRequest{Query: "x", Region: "HK"}, map[string]string{"region": "香港特别行政区", "city_limit": "true"}},
		"Macau":         {geo.SuggestRequest{Query: "x", Region: "MO"}, map[string]string{"region": "澳门特别行政区", "city_limit": "true"}},
		"Taiwan":        {geo.SuggestRequest{Query: "x", Region: "TW"}, map[string]string{"region": "台湾省", "city_limit": "true"}},
		"near":          {geo.SuggestRequest{Query: "x", Near: nanshan}, map[string]string{"location": "22.540264,113.934464", "coord_type": "2"}},
		"near in BD-09": {geo.SuggestRequest{Query: "x", Near: nanshan.To(geo.BD09)}, map[string]string{"location": "22.540264,113.934464", "coord_type": "2"}},
		"from abroad":   {geo.SuggestRequest{Query: "x", Region: "CN", Near: tokyo}, map[string]string{"location": "-"}},
	} {
		a, c := adapter(t, fixture(t, "places/suggestion.json"))
		if _, err := a.Suggest(t.Context(), v.r); err != nil && !errors.Is(err, waybill.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if sent(t, name, c, v.want); c.path != "/place/v2/suggestion" {
			t.Errorf("asked %s", c.path)
		}
	}
}

// A key whose table says that Baidu speaks BD-09 sends and reads that.
func TestPlacesInBD09(t *testing.T) {
	a, c := adapter(t, fixture(t, "places/suggestion.json"), func(o *Options) {
		o.Datums = geo.DefaultDatums().With(geo.VendorBaidu, geo.ZoneMainland, geo.BD09)
	})
	res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x", Near: nanshan})
	if err != nil || res.Suggestions[0].Point.Datum != geo.BD09 {
		t.Errorf("%+v %v", res, err)
	}
	sent(t, "BD-09", c, map[string]string{"coord_type": "3", "ret_coordtype": "-"})
}

func TestSuggestReadsRows(t *testing.T) {
	a, _ := adapter(t, fixture(t, "places/suggestion.json"))
	res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "万象城", Near: nanshan, Session: "s-1"})
	if err != nil || len(res.Suggestions) != 4 || res.Provider != Name {
		t.Fatalf("%+v %v", res, err)
	}
	mall, word, hk, nowhere := res.Suggestions[0], res.Suggestions[1], res.Suggestions[2], res.Suggestions[3]
	if mall.ID.String() != "baidu:aaaa0000aaaa0000aaaa0001" || mall.Text != "深圳万象城 广东省深圳市罗湖区宝安南路1881号" || mall.Session != "" ||
		mall.Point != (geo.Point{Lat: 22.5396, Lng: 114.1107, Datum: geo.GCJ02}) || mall.Address.Adcode != "440303" || len(mall.Types) != 2 || mall.Distance < 15000 {
		t.Errorf("a place: %+v", mall)
	}
	if word.Text != "万象城附近酒店" || !word.ID.IsZero() || !word.Point.IsZero() || !word.Address.IsZero() {
		t.Errorf("a word: %+v", word)
	}
	if hk.Address.Region != "HK" || hk.Point.Datum != geo.GCJ02 || hk.Detail != "香港特别行政区中西区" {
		t.Errorf("Hong Kong: %+v", hk)
	}
	if nowhere.ID.IsZero() || !nowhere.Point.IsZero() || nowhere.Detail != "深圳市" {
		t.Errorf("a place at 0,0: %+v", nowhere)
	}
	if res, err = a.Suggest(t.Context(), geo.SuggestRequest{Query: "x", Region: "MO"}); err != nil || len(res.Suggestions) != 2 {
		t.Errorf("what may lie in Macau: %+v %v", res, err)
	}
	a, _ = adapter(t, `{"status":0,"message":"ok","result":[]}`)
	if _, err = a.Suggest(t.Context(), geo.SuggestRequest{Query: "x", Key: "order-7"}); !errors.Is(err, waybill.ErrNotFound) || waybill.AsError(err).Ref != "order-7" {
		t.Errorf("nothing: %v", err)
	}
}

func TestRecordedSuggestions(t *testing.T) {
	a, _ := adapter(t, recorded(t, "suggestion_tiananmen.json"))
	res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "天安门", Region: "CN"})
	if err != nil || len(res.Suggestions) != 4 {
		t.Fatalf("%+v %v", res, err)
	}
	if s := res.Suggestions[0]; s.Name != "天安门" || s.ID.Value != "65e1ee886c885190f60e77ff" || s.Detail != "北京市东城区" || s.Address.Region != "CN" || s.Point.Lng != 116.403963 {
		t.Errorf("first: %+v", s)
	}
	if s := res.Suggestions[2]; s.Text != "天安门附近酒店" || !s.Point.IsZero() || !s.ID.IsZero() {
		t.Errorf("a word: %+v", s)
	}
	a, _ = adapter(t, recorded(t, "suggestion_one.json"))
	res, err = a.Suggest(t.Context(), geo.SuggestRequest{Query: "广州塔"})
	if err != nil || len(res.Suggestions) != 1 || res.Suggestions[0].Detail != "广东省广州市海珠区" {
		t.Errorf("%+v %v", res, err)
	}
	a, _ = adapter(t, recorded(t, "error_401_concurrency.json"))
	_, err = a.Search(t.Context(), geo.SearchRequest{Query: "x"})
	if e := wantError(t, err, waybill.RateLimited, waybill.NotSent); e.Scope != waybill.ScopeService || e.RetryAfter <= 0 {
		t.Errorf("got %+v", e)
	}
}

func TestSearchRequests(t *testing.T) {
	for name, v := range map[string]struct {
		r    geo.SearchRequest
		want map[string]string
	}{
		"words": {geo.SearchRequest{Query: "加油$站", Near: nanshan}, map[string]string{"query": "加油 站", "region": "全国", "location": "-", "scope": "2",
			"page_size": "10", "page_num": "0", "extensions_adcode": "true", "ret_coordtype": "gcj02ll", "coord_type": "-"}},
		"city": {geo.SearchRequest{Query: "x", City: "深圳市", Limit: 50, Cursor: "p2"}, map[string]string{"region": "深圳市", "page_size": "20", "page_num": "2"}},
		"around": {geo.SearchRequest{Query: "x", Region: "CN", City: "深圳市", Near: nanshan.To(geo.BD09), Radius: 99.5}, map[string]string{
			"location": "22.540264,113.934464", "coord_type": "2", "radius": "101", "radius_limit": "true", "region": "-", "city_limit": "-"}},
	} {
		a, c := adapter(t, fixture(t, "places/search.json"))
		a.Search(t.Context(), v.r)
		if sent(t, name, c, v.want); c.path != "/place/v2/search" {
			t.Errorf("asked %s", c.path)
		}
	}
}

func TestSearchReadsPlaces(t *testing.T) {
	a, _ := adapter(t, fixture(t, "places/search.json"))
	res, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Near: nanshan})
	if err != nil || len(res.Places) != 3 || res.Next != "" {
		t.Fatalf("%+v %v", res, err)
	}
	want := geo.Address{Formatted: "广东省深圳市福田区益田路5033号", Region: "CN", Province: "广东省", City: "深圳市", District: "福田区", Adcode: "440304", Language: "zh"}
	if p := res.Places[0]; p.Address != want || p.ID.Value != "bbbb0000bbbb0000bbbb0001" || p.Types[1] != "写字楼" || p.Distance < 12000 || p.Distance > 13000 {
		t.Errorf("an office: %+v", p)
	}
	if p := res.Places[1]; p.Address.Formatted != "福田区" || p.Address.Region != "CN" || p.Point.Datum != geo.GCJ02 {
		t.Errorf("a stop: %+v", p)
	}
	if p := res.Places[2]; p.Address.Region != "HK" || !p.ID.IsZero() || p.Address.Formatted != "香港特别行政区湾仔区勿地臣街1号" {
		t.Errorf("Hong Kong: %+v", p)
	}
	if res, err = a.Search(t.Context(), geo.SearchRequest{Query: "x", Region: "HK"}); err != nil || len(res.Places) != 1 {
		t.Errorf("in Hong Kong: %+v %v", res, err)
	}
	for name, body := range map[string]string{
		"cities":         `{"status":0,"result_type":"city_type","results":[{"name":"深圳市","num":7}]}`,
		"cities untyped": `{"status":0,"results":[{"name":"深圳市","num":7}]}`,
		"nothing":        `{"status":0,"total":0,"results":[]}`,
		"no points":      `{"status":0,"results":[{"name":"x"}]}`,
	} {
		a, c := adapter(t, body)
		if _, err := a.Search(t.Context(), geo.SearchRequest{Query: "美食"}); !errors.Is(err, waybill.ErrNotFound) || c.calls != 1 {
			t.Errorf("%s: %v after %d requests", name, err, c.calls)
		}
	}
	for name, body := range map[string]string{
		"no list": `{"status":0,"message":"ok"}`, "a word": `{"status":0,"results":"none"}`,
		"off the globe": `{"status":0,"results":[{"name":"x","location":{"lat":114,"lng":22}}]}`,
	} {
		a, _ := adapter(t, body)
		_, err := a.Search(t.Context(), geo.SearchRequest{Query: "x"})
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		wantError(t, err, waybill.DataLoss, waybill.Ambiguous)
	}
}

func TestSearchPages(t *testing.T) {
	page := func(rows int, total string) string {
		row := `{"name":"n","location":{"lat":22.5,"lng":113.9}},`
		return fmt.Sprintf(`{"status":0%s,"results":[%s]}`, total, strings.TrimSuffix(strings.Repeat(row, rows), ","))
	}
	for name, v := range map[string]struct {
		body, cursor, want string
	}{
		"full":                   {page(20, ""), "", "p1"},
		"full with a total":      {page(20, `,"total":41`), "p1", "p2"},
		"the last by the total":  {page(20, `,"total":40`), "p1", ""},
		"short with a total":     {page(3, `,"total":"150"`), "p1", "p2"},
		"short without":          {page(19, ""), "", ""},
		"empty whatever is said": {page(0, `,"total":150`), "p5", ""},
		"the end of all":         {page(20, `,"total":9999`), "p19", ""},
	} {
		a, _ := adapter(t, v.body)
		res, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Limit: 20, Cursor: v.cursor})
		if err != nil || res.Next != v.want {
			t.Errorf("%s: %q, want %q, %v", name, res.Next, v.want, err)
		}
	}
	a, c := adapter(t, "")
	for _, cursor := range []string{"p", "p0", "p01", "p-1", "p21", "1", "q1", "p1x"} {
		_, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Limit: 20, Cursor: cursor})
		wantError(t, err, waybill.InvalidArgument, waybill.NotSent)
	}
	if c.calls != 0 {
		t.Error("a cursor of nobody's was sent")
	}
	a, c = adapter(t, `{"status":0,"total":99,"results":[{"name":"n"}]}`)
	if _, err := a.Search(t.Context(), geo.SearchRequest{Query: "x"}); !errors.Is(err, waybill.ErrNotFound) || c.calls != 3 {
		t.Errorf("pages of nothing: %v after %d requests", err, c.calls)
	}
}

func TestPlaceByID(t *testing.T) {
	id := geo.PlaceID{Issuer: "baidu", Value: "435d7aea036e54355abbbcc8"}
	a, c := adapter(t, fixture(t, "places/detail.json"))
	res, err := a.Place(t.Context(), geo.PlaceRequest{ID: id, Session: "s-1"})
	if err != nil || res.Place.Name != "百度大厦" || res.Place.Address.Formatted != "北京市海淀区上地十街10号" || res.Place.Address.Adcode != "110108" || res.Place.ID != id {
		t.Fatalf("%+v %v", res, err)
	}
	sent(t, "detail", c, map[string]string{"uid": id.Value, "uids": "-", "scope": "2", "ret_coordtype": "gcj02ll", "extensions_adcode": "true", "session": "-"})
	for body, want := range map[string]waybill.Code{
		`{"status":0,"result":[{"name":"n","location":{"lat":22.5,"lng":113.9}}]}`: waybill.Unknown,
		`{"status":0,"result":[]}`: waybill.NotFound, `{"status":0,"result":{}}`: waybill.NotFound, `{"status":0,"result":null}`: waybill.NotFound,
		`{"status":0,"result":{"name":"n"}}`: waybill.NotFound, `{"status":2,"message":"x"}`: waybill.NotFound, `{"status":0}`: waybill.DataLoss,
		`{"status":0,"result":{"name":"n","location":{"lat":99,"lng":3}}}`: waybill.DataLoss, `{"status":302}`: waybill.QuotaExhausted,
	} {
		a, _ := adapter(t, body)
		res, err := a.Place(t.Context(), geo.PlaceRequest{ID: id})
		if want == waybill.Unknown {
			if err != nil || res.Place.ID != id || res.Place.Address.Region != "CN" || res.Place.Address.Formatted != "n" {
				t.Errorf("a list: %+v %v", res, err)
			}
		} else if err == nil || waybill.CodeOf(err) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
	a, c = adapter(t, "")
	for _, bad := range []geo.PlaceID{{Issuer: "baidu", Value: "a,b"}, {Issuer: "baidu", Value: strings.Repeat("a", 65)}} {
		if _, err := a.Place(t.Context(), geo.PlaceRequest{ID: bad}); !errors.Is(err, waybill.ErrNotFound) || c.calls > 0 {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if _, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: "amap", Value: "B0"}}); !errors.Is(err, waybill.ErrUnsupported) {
		t.Errorf("another issuer: %v", err)
	}
}

func TestLocalize(t *testing.T) {
	a, c := adapter(t, recorded(t, "reverse_english.json"))
	at := geo.Point{Lat: 40.0333334, Lng: 116.3, Datum: geo.BD09}
	res, err := a.Localize(t.Context(), geo.LocalizeRequest{Point: at, Languages: []string{"en", "zh-CN"}, ID: geo.PlaceID{Issuer: "baidu", Value: "x"}})
	if err != nil || len(res.Places) != 2 || c.calls != 2 || res.Places[0].Address.Language != "en" || res.Places[0].Point != res.Places[1].Point {
		t.Fatalf("%+v %v", res, err)
	}
	if p := res.Places[0].Point; p.Datum != geo.GCJ02 || geo.Distance(p, at) > 1 {
		t.Errorf("the point moved: %v", p)
	}
	sent(t, "Chinese", c, map[string]string{"language": "-"}) // the last request
	if _, err := a.Localize(t.Context(), geo.LocalizeRequest{Languages: []string{"en"}, ID: geo.PlaceID{Issuer: "baidu", Value: "x"}}); !errors.Is(err, waybill.ErrUnsupported) || c.calls != 2 {
		t.Errorf("by an id alone: %v", err)
	}
	a, _ = adapter(t, fixture(t, "reverse_sea.json"))
	_, err = a.Localize(t.Context(), geo.LocalizeRequest{Point: geo.Point{Lat: 10, Lng: 150}, Languages: []string{"en"}, Key: "order-7"})
	if e := wantError(t, err, waybill.NotFound, waybill.NotSent); e.Op != string(geo.Localize) || e.Ref != "order-7" {
		t.Errorf("got %+v", e)
	}
}

func TestDistricts(t *testing.T) {
	a, c := adapter(t, fixture(t, "places/districts.json"))
	res, err := a.Districts(t.Context(), geo.DistrictRequest{Query: "上海", Children: 2, Boundary: true})
	if err != nil || len(res.Districts) != 2 {
		t.Fatalf("%+v %v", res, err)
	}
	sent(t, "districts", c, map[string]string{"keyword": "上海", "sub_admin": "3", "extensions_code": "1", "boundary": "1"})
	city := res.Districts[0]
	if city.Level != geo.LevelProvince || city.Region != "CN" || city.Adcode != "310000" || !city.Center.IsZero() || len(city.Boundary) != 2 || city.Boundary[0][0].Datum != geo.BD09 {
		t.Errorf("the city: %+v", city)
	}
	if len(city.Children) != 1 || city.Children[0].Name != "黄浦区" || city.Children[0].Children[0].Adcode != "310101002" || city.Children[0].Children[0].Level != geo.LevelTownship {
		t.Errorf("children: %+v", city.Children)
	}
	if odd := res.Districts[1]; odd.Adcode != "" || odd.Level != geo.LevelUnknown {
		t.Errorf("with Baidu's own number: %+v", odd)
	}
	for name, v := range map[string]struct {
		r    geo.DistrictRequest
		want map[string]string
	}{
		"country": {geo.DistrictRequest{Region: "CN"}, map[string]string{"keyword": "全国", "sub_admin": "0", "boundary": "-"}},
		"Taiwan":  {geo.DistrictRequest{Region: "TW", Children: 1}, map[string]string{"keyword": "710000", "sub_admin": "1"}},
	} {
		a.Districts(t.Context(), v.r)
		sent(t, name, c, v.want)
	}
	for body, want := range map[string]waybill.Code{`{"status":0,"districts":[]}`: waybill.NotFound, `{"status":0}`: waybill.DataLoss, `{"status":0,"districts":7}`: waybill.DataLoss} {
		a, _ := adapter(t, body)
		if _, err := a.Districts(t.Context(), geo.DistrictRequest{Query: "x"}); err == nil || waybill.CodeOf(err) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
}
