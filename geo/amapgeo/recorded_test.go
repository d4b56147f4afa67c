package amapgeo_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// recorded reads a reply of the real service. They lie beside the repository,
// not in it: gathered from public projects, each with its source in index.json.
func recorded(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recorded", "amap", name))
	if err != nil {
		t.Skip("the recorded replies are not here")
	}
	return string(b)
}

func TestRecordedGeocodes(t *testing.T) {
	for _, v := range []struct {
		file, formatted, adcode, level, district string
		lat, lng                                 float64
		count                                    int
		precision                                geo.Precision
	}{
		{"geocode_poi_chengdu_ifs.json", "四川省成都市锦江区成都IFS", "510104", "兴趣点", "锦江区", 30.654802, 104.081504, 1, geo.PrecisionPlace},
		{"geocode_pku_2018.json", "北京市海淀区市北京大学", "110108", "兴趣点", "海淀区", 39.992212, 116.315842, 1, geo.PrecisionPlace},
		{"geocode_city_level_district_empty.json", "辽宁省朝阳市", "211300", "市", "", 41.601855, 120.488801, 3, geo.PrecisionCity},
	} {
		t.Run(v.file, func(t *testing.T) {
			a, _ := canned(t, recorded(t, v.file), nil)
			places, err := ask(a, "x")
			if err != nil || len(places) != v.count {
				t.Fatalf("%d places, %v", len(places), err)
			}
			p := places[0]
			if p.Address.Formatted != v.formatted || p.Address.Adcode != v.adcode || p.Types[0] != v.level || p.Address.District != v.district ||
				p.Address.Street != "" || p.Address.Number != "" || p.Address.Region != "CN" || p.Precision != v.precision {
				t.Errorf("got %+v", p)
			}
			if math.Abs(p.Point.Lat-v.lat) > 1e-9 || math.Abs(p.Point.Lng-v.lng) > 1e-9 || p.Point.Datum != geo.GCJ02 {
				t.Errorf("the point is another one: %v", p.Point.Datum)
			}
		})
	}
}

func TestRecordedErrors(t *testing.T) {
	for file, want := range map[string]error{
		"geocode_unresolvable_30001.json":    waybill.ErrNotFound,
		"error_invalid_key_10001.json":       waybill.ErrUnauthenticated,
		"error_platform_mismatch_10009.json": waybill.ErrUnauthenticated,
	} {
		t.Run(file, func(t *testing.T) {
			a, _ := canned(t, recorded(t, file), nil)
			if _, err := ask(a, "x"); !errors.Is(err, want) || waybill.DeliveryOf(err) != waybill.NotSent {
				t.Errorf("got %v", err)
			}
			if want == waybill.ErrNotFound {
				return // of an address alone
			}
			if _, err := a.Suggest(t.Context(), geo.SuggestRequest{Query: "x"}); !errors.Is(err, want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestRecordedReverse(t *testing.T) {
	at := geo.Point{Lat: 30.666864, Lng: 104.043284, Datum: geo.GCJ02}
	t.Run("base", func(t *testing.T) {
		a, query := canned(t, recorded(t, "regeo_base_chengdu.json"), nil)
		res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: at})
		if err != nil {
			t.Fatal(err)
		}
		if query.Get("location") != "104.043284,30.666864" {
			t.Error("the point was sent otherwise")
		}
		want := geo.Address{Formatted: "四川省成都市金牛区西安路街道十二桥路39-5号成都中医药大学十二桥校区", Region: "CN", Country: "中国",
			Province: "四川省", City: "成都市", District: "金牛区", Township: "西安路街道", Street: "十二桥路", Number: "39-5号", Adcode: "510106", Language: "zh"}
		if res.Place.Address != want || res.Place.Distance != 7.98562 {
			t.Errorf("got %+v", res.Place)
		}
	})
	t.Run("all", func(t *testing.T) {
		a, _ := canned(t, recorded(t, "regeo_all_chengdu.json"), nil)
		res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: at, Nearby: 50})
		if err != nil || res.Place.Address.Formatted != "四川省成都市金牛区西安路街道四川省纪委商住楼" || res.Place.Address.Adcode != "510106" || res.Place.Address.Building != "四川省纪委商住楼" {
			t.Fatalf("got %+v %v", res.Place, err)
		}
		if len(res.Nearby) != 30 || res.Nearby[0].Name != "四川省纪委商住楼" {
			t.Errorf("%d places around, the first is another one", len(res.Nearby))
		}
	})
	t.Run("overseas", func(t *testing.T) {
		a, _ := canned(t, recorded(t, "regeo_overseas_all_empty.json"), nil)
		_, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: at, Nearby: 5})
		if !errors.Is(err, waybill.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

// The recordings are of the third version, whose rows are those of the fifth
// with [] for "" and a count of all pages.
func TestRecordedSearches(t *testing.T) {
	for _, v := range []struct {
		file, id, name, adcode, formatted string
		lat, lng                          float64
		types                             int
	}{
		{"place_text_v3_pku.json", "B0FFG4UTZE", "北京大学国际医院(东南门)", "110114", "北京市昌平区医疗园路与生命科学园西路交叉口东北200米", 40.099336, 116.264766, 3},
		{"place_around_v3_shanghai.json", "B0FFG6LIQE", "近铁城市广场南区", "310107", "上海市普陀区真北路788号", 31.231803, 121.380936, 6},
	} {
		t.Run(v.file, func(t *testing.T) {
			a, _ := canned(t, recorded(t, v.file), nil)
			res, err := a.Search(t.Context(), geo.SearchRequest{Query: "x", Limit: 20})
			if err != nil || len(res.Places) != 20 || res.Next != "p2" {
				t.Fatalf("%d places, next %q, %v", len(res.Places), res.Next, err)
			}
			p := res.Places[0]
			if p.ID.Value != v.id || p.Name != v.name || p.Address.Adcode != v.adcode || p.Address.Formatted != v.formatted || p.Address.Region != "CN" || len(p.Types) != v.types {
				t.Errorf("got %+v", p)
			}
			if p.Point != (geo.Point{Lat: v.lat, Lng: v.lng, Datum: geo.GCJ02}) {
				t.Error("the point is another one")
			}
			got, err := a.Place(t.Context(), geo.PlaceRequest{ID: p.ID})
			if err != nil || got.Place.Name != v.name {
				t.Errorf("as details: %+v %v", got, err)
			}
		})
	}
}
