package division

import (
	"testing"

	"github.com/waybill-go/waybill/geo"
)

func TestMeans(t *testing.T) {
	for _, v := range []struct {
		query, name string
		want        bool
	}{
		{"深圳市", "深圳市", true}, {"深圳", "深圳市", true}, {" 深圳 ", "深圳市", true}, {"朝阳", "朝阳区", true}, {"朝阳", "朝阳县", true},
		{"朝阳区", "朝阳市", false}, {"朝阳", "南朝阳街道", false}, {"朝阳", "朝阳公园", false}, {"内蒙古", "内蒙古自治区", true},
		{"新疆", "新疆维吾尔自治区", true}, {"恩施", "恩施土家族苗族自治州", true}, {"恩施", "恩施市", true}, {"香港", "香港特别行政区", true},
		{"神农架", "神农架林区", true}, {"锡林郭勒", "锡林郭勒盟", true}, {"中国", "中华人民共和国", true}, {"中国", "全国", true},
		{"", "深圳市", false}, {"深圳", "", false}, {"深圳市", "深圳", false}, {"上", "上海市", false},
	} {
		if got := Means(v.query, v.name); got != v.want {
			t.Errorf("%s, %s: %t", v.query, v.name, got)
		}
	}
}

func TestKeywordAndDepth(t *testing.T) {
	for _, v := range []struct {
		r       geo.DistrictRequest
		keyword string
		depth   int
	}{
		{geo.DistrictRequest{}, "", 0},
		{geo.DistrictRequest{Region: "CN", Children: 2}, "100000", 2},
		{geo.DistrictRequest{Region: "HK"}, "810000", 0},
		{geo.DistrictRequest{Region: "MO"}, "820000", 0},
		{geo.DistrictRequest{Region: "TW"}, "710000", 0},
		{geo.DistrictRequest{Region: "JP"}, "", 0},
		{geo.DistrictRequest{Query: " 重庆 ", Region: "CN", Children: 1}, "重庆", 2},
		{geo.DistrictRequest{Query: "天津市", Children: 3}, "天津市", 3},
		{geo.DistrictRequest{Query: "310000", Children: 2}, "310000", 3},
		{geo.DistrictRequest{Query: "深圳市", Children: 2}, "深圳市", 2},
	} {
		if k, d := Keyword(v.r), Depth(v.r); k != v.keyword || d != v.depth {
			t.Errorf("%+v: %q, %d", v.r, k, d)
		}
	}
}

func TestMeant(t *testing.T) {
	district := geo.District{Name: "渝中区", Adcode: "500103", Level: geo.LevelDistrict, Children: []geo.District{{Name: "解放碑街道", Level: geo.LevelTownship}}}
	county := geo.District{Name: "城口县", Adcode: "500229", Level: geo.LevelDistrict}
	found := []geo.District{
		{Name: "重庆市", Adcode: "500000", Region: "CN", Level: geo.LevelProvince, Children: []geo.District{
			{Name: "重庆城区", Adcode: "500100", Level: geo.LevelCity, Children: []geo.District{district}},
			{Name: "重庆郊县", Adcode: "500200", Level: geo.LevelCity, Children: []geo.District{county}}}},
		{Name: "重庆市", Adcode: "500100", Region: "CN", Level: geo.LevelCity},
		{Name: "重庆路街道", Adcode: "110199001", Region: "CN", Level: geo.LevelTownship},
		{Name: "重庆", Region: "TW"},
	}
	for children, want := range map[int][2]int{0: {0, 0}, 1: {2, 0}, 2: {2, 1}, 3: {2, 1}} {
		got := Meant(geo.DistrictRequest{Query: "重庆", Region: "CN", Children: children}, found)
		if len(got) != 1 || len(got[0].Children) != want[0] {
			t.Fatalf("%d levels: %+v", children, got)
		}
		if want[0] > 0 && (got[0].Children[0].Name != "渝中区" || len(got[0].Children[0].Children) != want[1]) {
			t.Errorf("%d levels: %+v", children, got[0].Children)
		}
	}
	if len(found[0].Children) != 2 {
		t.Error("what was found is changed")
	}
	if got := Meant(geo.DistrictRequest{Query: "重庆"}, found); len(got) != 2 {
		t.Errorf("without a region: %+v", got)
	}
	if got := Meant(geo.DistrictRequest{Query: "110199001"}, found); len(got) != 1 {
		t.Errorf("by a township's code: %+v", got)
	}
	if got := Meant(geo.DistrictRequest{Region: "CN"}, []geo.District{{Name: "全国", Region: "CN", Level: geo.LevelCountry}}); len(got) != 1 {
		t.Errorf("the country: %+v", got)
	}
}

func TestRing(t *testing.T) {
	a, b, c := geo.Point{Lat: 1, Lng: 1}, geo.Point{Lat: 1, Lng: 2}, geo.Point{Lat: 2, Lng: 2}
	for _, v := range []struct {
		in   []geo.Point
		want int
		ok   bool
	}{{nil, 0, false}, {[]geo.Point{a}, 1, false}, {[]geo.Point{a, b}, 3, false}, {[]geo.Point{a, b, c}, 4, true}, {[]geo.Point{a, b, c, a}, 4, true}} {
		got, ok := Ring(v.in)
		if len(got) != v.want || ok != v.ok || ok && got[0] != got[len(got)-1] {
			t.Errorf("%v: %v %t", v.in, got, ok)
		}
	}
}
