package baidugeo

import (
	"testing"

	"github.com/waybill-go/waybill/geo"
)

// The replies of this file have the shapes of Baidu's pages of 2026, with other
// values.

func TestSuggestionsAsDocumentedIn2026(t *testing.T) {
	const row = `[{"tag":"文物古迹","uid":"c9b5fb91d49345bc5d0d0262","city":"北京市","name":"天安门广场","town":"东华门街道","adcode":110101,
		"address":"北京市-东城区-东长安街","business":"","children":[],"district":"东城区","province":"北京市","town_code":110101001,
		"location":{"lat":39.909652,"lng":116.404177}},
		{"name":"东城区","city":"北京市","province":"北京市","district":"东城区","address":"北京市-东城区","adcode":"110101"},
		{"name":"铺子","city":"南京市","province":"江苏省","district":"玄武区","address":"23号-5"}]`
	for _, member := range []string{"result", "results"} {
		a, _ := adapter(t, `{"status":0,"message":"ok","`+member+`":`+row+`}`)
		res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "天安"})
		if err != nil || len(res.Suggestions) != 3 {
			t.Fatalf("%s: %+v %v", member, res, err)
		}
		s := res.Suggestions[0]
		if s.Address.Formatted != "北京市东城区东长安街" || s.Address.Township != "东华门街道" || s.Address.Adcode != "110101" || s.Detail != s.Address.Formatted {
			t.Errorf("%s: %+v", member, s)
		}
		for i, want := range []string{"北京市东城区东长安街", "北京市东城区", "江苏省南京市玄武区23号-5"} {
			if got := res.Suggestions[i].Address.Formatted; got != want {
				t.Errorf("%s: %q, want %q", member, got, want)
			}
		}
	}
}

func TestSearchAndDetailHaveTheTownship(t *testing.T) {
	const row = `{"uid":"435d7aea036e54355abbbcc8","area":"海淀区","city":"北京市","name":"大厦","town":"上地街道","detail":1,"town_code":110108022,
		"address":"北京市海淀区上地十街","location":{"lat":40.057027,"lng":116.307878},"province":"北京市","detail_info":{"tag":"房地产;写字楼"}}`
	a, _ := adapter(t, `{"status":0,"message":"ok","result_type":"poi_type","query_type":"general","results":[`+row+`]}`)
	found, err := a.Search(t.Context(), geo.SearchRequest{Query: "大厦"})
	if err != nil || found.Places[0].Address.Township != "上地街道" {
		t.Errorf("%+v %v", found, err)
	}
	for _, body := range []string{`{"status":0,"result":` + row + `}`, `{"status":0,"results":[` + row + `]}`} {
		a, _ := adapter(t, body)
		got, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: geo.IssuerBaidu, Value: "435d7aea036e54355abbbcc8"}})
		if err != nil || got.Place.Address.Township != "上地街道" || got.Place.Address.District != "海淀区" {
			t.Errorf("%s: %+v %v", body, got, err)
		}
	}
}

func TestBoundariesAsPoints(t *testing.T) {
	const body = `{"status":0,"result_size":1,"districts":[{"code":"110000","name":"北京市","level":1,
		"boundary":"116.1,39.1;116.4,39.4;116.5,39.1|117.1,40.1;117.2,40.2;117.3,40.1;|1,x;2,3;4,5"}]}`
	a, _ := adapter(t, body)
	res, err := a.Districts(t.Context(), geo.DistrictRequest{Query: "北京", Boundary: true})
	if err != nil || len(res.Districts) != 1 {
		t.Fatalf("%+v %v", res, err)
	}
	rings := res.Districts[0].Boundary
	if len(rings) != 2 || len(rings[0]) != 4 || len(rings[1]) != 4 || rings[0][0] != (geo.Point{Lat: 39.1, Lng: 116.1, Datum: geo.BD09}) {
		t.Errorf("got %v", rings)
	}
}

func TestLanguageByBaidusName(t *testing.T) {
	tokyo := geo.Point{Lat: 35.6586, Lng: 139.7454}
	for _, v := range []struct {
		at          geo.Point
		asked, want string
	}{
		{tokyo, "zh-Hans", "zh-CN"}, {tokyo, "zh", "zh-CN"}, {tokyo, "", ""}, {tokyo, "ja", "ja"}, {tokyo, "he", "iw"}, {tokyo, "nb-NO", "no"},
		{nanshan, "zh", ""}, {nanshan, "zh-CN", ""}, {nanshan, "en-GB", "en"}, {geo.Point{Lat: 22.2819, Lng: 114.1583}, "zh-HK", ""},
		{geo.Point{Lat: 10, Lng: 150}, "zh", ""}, // in no region
	} {
		a, c := adapter(t, fixture(t, "reverse_japan.json"))
		if _, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: v.at, Language: v.asked}); err != nil {
			t.Fatal(err)
		}
		if got := c.query.Get("language"); got != v.want || (got != "") != (c.query.Get("language_auto") == "1") {
			t.Errorf("%q at %v: sent %q, want %q", v.asked, v.at.Lat, got, v.want)
		}
	}
}
