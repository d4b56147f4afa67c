package amapgeo_test

import (
	"testing"

	"github.com/waybill-go/waybill/geo"
)

// The pages print lists in an object of their own, and clients written by them
// read both.
func TestListsAsThePagesPrintThem(t *testing.T) {
	const row = `[{"id":"B0FF000001","name":"学府","location":"116.3107,39.9925","adcode":"110108","typecode":"141201"}]`
	a, _ := canned(t, `{"status":"1","infocode":"10000","count":"1","pois":{"poi":`+row+`}}`, nil)
	if res, err := a.Search(t.Context(), geo.SearchRequest{Query: "学府"}); err != nil || len(res.Places) != 1 || res.Places[0].Name != "学府" {
		t.Errorf("search: %+v %v", res, err)
	}
	if res, err := a.Place(t.Context(), geo.PlaceRequest{ID: geo.PlaceID{Issuer: geo.IssuerAmap, Value: "B0FF000001"}}); err != nil || res.Place.Name != "学府" {
		t.Errorf("place: %+v %v", res, err)
	}
	a, _ = canned(t, `{"status":"1","infocode":"10000","count":"1","tips":{"tip":`+row+`}}`, nil)
	if res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "学"}); err != nil || len(res.Suggestions) != 1 {
		t.Errorf("suggest: %+v %v", res, err)
	}
	a, _ = canned(t, `{"status":"1","infocode":"10000","geocodes":{"geocode":`+row+`}}`, nil)
	if res, err := ask(a, "学府"); err != nil || len(res) != 1 {
		t.Errorf("geocode: %+v %v", res, err)
	}
	a, _ = canned(t, `{"status":"1","infocode":"10000","districts":{"district":[{"name":"四川省","adcode":"510000","level":"province","districts":{"district":[{"name":"成都市","adcode":"510100","level":"city"}]}}]}}`, nil)
	if res, err := a.Districts(t.Context(), geo.DistrictRequest{Query: "四川", Children: 1}); err != nil || len(res.Districts) != 1 || len(res.Districts[0].Children) != 1 {
		t.Errorf("districts: %+v %v", res, err)
	}
}

func TestCitiesWithoutALevelOfTheirOwn(t *testing.T) {
	at := geo.Point{Lat: 30.3284, Lng: 113.4430, Datum: geo.GCJ02}
	for component, want := range map[string]string{
		`"province":"湖北省","city":[],"district":"仙桃市","adcode":"429004"`: "仙桃市",
		`"province":"北京市","city":[],"district":"东城区","adcode":"110101"`: "北京市",
		`"province":"北京市","city":[],"district":"东城区"`:                   "北京市",
		`"province":"广东省","city":"深圳市","district":[],"adcode":"440300"`: "深圳市",
	} {
		a, _ := canned(t, `{"status":"1","infocode":"10000","regeocode":{"formatted_address":"x","addressComponent":{"country":"中国",`+component+`}}}`, nil)
		res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: at})
		if err != nil || res.Place.Address.City != want {
			t.Errorf("%s: %q %v", component, res.Place.Address.City, err)
		}
	}
}

// Amap puts the lines of a stop, and the ends of a line, where others have their
// address.
func TestLinesAreNoAddress(t *testing.T) {
	a, _ := canned(t, `{"status":[],"count":"3","info":"OK","infocode":"10000","tips":[
		{"id":"BV10069526","name":"广场(地铁站)","district":"四川省成都市青羊区","adcode":"510105","location":"104.065751,30.657453","address":"1号线;2号线","typecode":"150500","city":[]},
		{"id":"B001C7WEYU","name":"广场","district":"四川省成都市青羊区","adcode":"510105","location":"104.065851,30.657424","address":"人民南路86号","typecode":"110105","city":[]},
		{"id":"510100010947","name":"专线(公交)","district":"四川省成都市","adcode":"510100","location":[],"address":"东站;西站","typecode":[]}]}`, nil)
	res, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "广"})
	if err != nil || len(res.Suggestions) != 3 {
		t.Fatalf("%+v %v", res, err)
	}
	for i, want := range [][2]string{
		{"四川省成都市青羊区", "四川省成都市青羊区1号线;2号线"}, {"四川省成都市青羊区人民南路86号", "四川省成都市青羊区人民南路86号"}, {"四川省成都市", "四川省成都市东站;西站"},
	} {
		if s := res.Suggestions[i]; s.Address.Formatted != want[0] || s.Detail != want[1] {
			t.Errorf("%q, %q", s.Address.Formatted, s.Detail)
		}
	}
	a, _ = canned(t, `{"status":"1","infocode":"10000","count":"1","pois":[{"id":"BV10069526","name":"广场(公交站)","pname":"四川省","cityname":"成都市","adname":"青羊区","adcode":"510105",
		"address":"16路;43路","location":"104.065751,30.657453","type":"交通设施服务;公交车站;公交车站相关","typecode":"150700"}]}`, nil)
	found, err := a.Search(t.Context(), geo.SearchRequest{Query: "广场"})
	if err != nil || found.Places[0].Address.Formatted != "四川省成都市青羊区" {
		t.Errorf("%+v %v", found, err)
	}
}
