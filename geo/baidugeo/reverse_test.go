package baidugeo

import (
	"math"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

var (
	nanshan = geo.Point{Lat: 22.5433, Lng: 113.9296}
	tokyo   = geo.Point{Lat: 35.6895, Lng: 139.69171}
)

func TestReverseRequest(t *testing.T) {
	shown := nanshan.To(geo.GCJ02)
	location := geo.Point{Lat: shown.Lat, Lng: shown.Lng}.String()
	for name, v := range map[string]struct {
		r    geo.ReverseGeocodeRequest
		want map[string]string // "-" is absent
	}{
		"plain": {geo.ReverseGeocodeRequest{Point: nanshan}, map[string]string{
			"location": location, "coordtype": "gcj02ll", "ret_coordtype": "gcj02ll", "extensions_town": "true", "output": "json",
			"extensions_poi": "-", "radius": "-", "language": "-", "language_auto": "-", "callback": "-",
		}},
		"BD-09":        {geo.ReverseGeocodeRequest{Point: nanshan.To(geo.BD09)}, map[string]string{"location": location, "coordtype": "gcj02ll"}},
		"around":       {geo.ReverseGeocodeRequest{Point: nanshan, Nearby: 3}, map[string]string{"extensions_poi": "1", "radius": "500"}},
		"radius":       {geo.ReverseGeocodeRequest{Point: nanshan, Nearby: 3, Radius: 120.4}, map[string]string{"radius": "121"}},
		"large radius": {geo.ReverseGeocodeRequest{Point: nanshan, Nearby: 3, Radius: 5000}, map[string]string{"radius": "1000"}},
		"English":      {geo.ReverseGeocodeRequest{Point: nanshan, Language: "en-GB"}, map[string]string{"language": "en", "language_auto": "1"}},
		"Chinese":      {geo.ReverseGeocodeRequest{Point: nanshan, Language: "zh-Hant-HK"}, map[string]string{"language": "-"}},
		"abroad": {geo.ReverseGeocodeRequest{Point: tokyo}, map[string]string{
			"location": "35.689500,139.691710", "coordtype": "wgs84ll", "ret_coordtype": "-",
		}},
		"region of the caller": {geo.ReverseGeocodeRequest{Point: nanshan, Region: "JP"}, map[string]string{"coordtype": "wgs84ll"}},
	} {
		t.Run(name, func(t *testing.T) {
			a, c := adapter(t, fixture(t, "reverse_pois.json"))
			if _, err := a.ReverseGeocode(t.Context(), v.r); err != nil {
				t.Fatal(err)
			}
			if c.path != "/reverse_geocoding/v3/" {
				t.Errorf("asked %s", c.path)
			}
			for name, want := range v.want {
				if got := c.query.Get(name); want == "-" && c.query.Has(name) || want != "-" && got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestReverseAddress(t *testing.T) {
	a, _ := adapter(t, fixture(t, "reverse_pois.json"))
	point := nanshan.To(geo.BD09)
	res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: point})
	if err != nil {
		t.Fatal(err)
	}
	want := geo.Address{
		Formatted: "广东省深圳市南山区深南大道10000号", Region: "CN", Country: "中国", Province: "广东省", City: "深圳市",
		District: "南山区", Township: "粤海街道", Street: "深南大道", Number: "10000号", Adcode: "440305", Language: "zh",
	}
	if res.Place.Address != want {
		t.Errorf("got %+v", res.Place.Address)
	}
	if res.Place.Point != point || res.Place.Distance != 0 || res.Place.Precision != geo.PrecisionDoor || res.Provider != Name {
		t.Errorf("got %+v", res.Place)
	}
	if res.Nearby != nil {
		t.Error("places that nobody asked for")
	}
}

func TestReverseNearby(t *testing.T) {
	a, _ := adapter(t, fixture(t, "reverse_pois.json"))
	res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: nanshan, Nearby: 10})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Nearby) != 3 { // one has no point, one no name
		t.Fatalf("%d places", len(res.Nearby))
	}
	first, second, third := res.Nearby[0], res.Nearby[1], res.Nearby[2]
	if first.Name != "腾讯大厦" || first.Distance != 0 || first.ID.String() != "baidu:aaaa0000aaaa0000aaaa0002" ||
		first.Point != (geo.Point{Lat: 22.5403, Lng: 113.9345, Datum: geo.GCJ02}) {
		t.Errorf("first is %+v", first)
	}
	if second.Name != "未给距离" || math.Abs(second.Distance-geo.Distance(second.Point, nanshan)) > 1 || !second.ID.IsZero() {
		t.Errorf("second is %+v", second)
	}
	if third.Distance != 240 || len(third.Types) != 2 || third.Types[1] != "写字楼" || third.Address.Postcode != "518057" || third.Address.Region != "CN" {
		t.Errorf("third is %+v", third)
	}
	res, err = a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: nanshan, Nearby: 1})
	if err != nil || len(res.Nearby) != 1 || res.Nearby[0].Name != "腾讯大厦" {
		t.Errorf("of one place got %v, %v", res.Nearby, err)
	}
}

func TestReverseHongKongIsNotCN(t *testing.T) {
	a, _ := adapter(t, fixture(t, "reverse_hongkong.json"))
	res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 22.2782, Lng: 114.1822}})
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Place.Address; got.Region != "HK" || got.Adcode != "810002" || got.Country != "中国" {
		t.Errorf("got %+v", got)
	}
}

// The answer's own region tags the points, in case the one guessed beforehand
// was on the wrong side of a border.
func TestReverseTagsByTheAnswer(t *testing.T) {
	for name, v := range map[string]struct {
		file string
		at   geo.Point
		want geo.Datum
	}{
		"China asked as China":   {"reverse_pois.json", nanshan, geo.GCJ02},
		"China asked as abroad":  {"reverse_pois.json", tokyo, geo.BD09}, // without ret_coordtype Baidu answers in BD-09
		"abroad asked as abroad": {"reverse_japan.json", tokyo, geo.WGS84},
		"abroad asked as China":  {"reverse_japan.json", nanshan, geo.WGS84},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := adapter(t, fixture(t, v.file))
			res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: v.at, Nearby: 1})
			if err != nil {
				t.Fatal(err)
			}
			if got := res.Nearby[0].Point.Datum; got != v.want {
				t.Errorf("tagged %v, want %v", got, v.want)
			}
		})
	}
}

func TestReverseLanguageDelivered(t *testing.T) {
	for name, v := range map[string]struct{ file, asked, want string }{
		"Chinese for English": {"reverse_pois.json", "en", "zh"},
		"English":             {"reverse_japan.json", "en-US", "en"},
		"not asked for":       {"reverse_japan.json", "", "en"},
		"no Chinese":          {"reverse_japan.json", "zh-CN", "en"},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := adapter(t, fixture(t, v.file))
			res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: nanshan, Language: v.asked})
			if err != nil || res.Place.Address.Language != v.want {
				t.Errorf("got %q, %v", res.Place.Address.Language, err)
			}
		})
	}
}

func TestReverseNothing(t *testing.T) {
	for name, body := range map[string]string{
		"sea": fixture(t, "reverse_sea.json"), "empty": `{"status":0,"result":{}}`,
		"names are missing": `{"status":0,"result":{"location":{"lng":150,"lat":10}}}`,
	} {
		a, _ := adapter(t, body)
		_, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 10, Lng: 150}, Key: "order-1"})
		if e := wantError(t, err, waybill.NotFound, waybill.NotSent); e.Ref != "order-1" || e.Op != "reverse geocode" {
			t.Errorf("%s: got %q %q", name, e.Ref, e.Op)
		}
	}
	for name, body := range map[string]string{
		"component": `{"status":0,"result":{"formatted_address":"a","addressComponent":[1]}}`,
		"address":   `{"status":0,"result":{"formatted_address":{}}}`,
		"pois":      `{"status":0,"result":{"formatted_address":"a","pois":"none"}}`,
		"distance":  `{"status":0,"result":{"formatted_address":"a","pois":[{"distance":"near"}]}}`,
	} {
		a, _ := adapter(t, body)
		if _, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: nanshan, Nearby: 1}); err == nil {
			t.Errorf("%s: no error", name)
		} else {
			wantError(t, err, waybill.DataLoss, waybill.Ambiguous)
		}
	}
	a, c := adapter(t, "")
	_, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{})
	wantError(t, err, waybill.InvalidArgument, waybill.NotSent)
	if c.calls != 0 {
		t.Error("an invalid request was sent")
	}
}

func TestRecordedReverse(t *testing.T) {
	at := geo.Point{Lat: 40.0333334, Lng: 116.3, Datum: geo.BD09}
	a, _ := adapter(t, recorded(t, "reverse_english.json"))
	res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: at, Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	want := geo.Address{
		Formatted: "43号 农大南路, Haidian, Beijing, China", Region: "CN", Country: "China", Province: "Beijing", City: "Beijing",
		District: "Haidian", Street: "农大南路", Number: "43号", Adcode: "110108", Language: "en",
	}
	if res.Place.Address != want {
		t.Errorf("got %+v", res.Place.Address)
	}
	a, _ = adapter(t, recorded(t, "reverse_with_pois.json"))
	res, err = a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: 39.983424, Lng: 116.322987, Datum: geo.BD09}, Nearby: 10})
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Place.Address; got.Formatted != "北京市海淀区中关村大街27号1101-08室" || got.Adcode != "110108" || got.Region != "CN" {
		t.Errorf("got %+v", got)
	}
	if len(res.Nearby) != 4 {
		t.Fatalf("%d places around", len(res.Nearby))
	}
	if p := res.Nearby[0]; p.Name != "北京远景国际公寓(中关村店)" || p.Point.Lng != 116.32294589160055 || p.Point.Lat != 39.983610361549296 || p.Distance != 0 {
		t.Errorf("first is %+v", p)
	}
}

func FuzzReplies(f *testing.F) {
	for _, name := range []string{"geocode_door.json", "geocode_city.json", "reverse_pois.json", "reverse_sea.json", "reverse_japan.json", "reverse_hongkong.json"} {
		f.Add(fixture(f, name))
	}
	f.Fuzz(func(t *testing.T, body string) {
		a, _ := adapter(t, body)
		if res, err := a.Geocode(t.Context(), geo.GeocodeRequest{Query: "深圳"}); err == nil {
			for _, p := range res.Places {
				if p.Point.Validate() != nil || p.Point.IsZero() {
					t.Fatal("a place without a usable point")
				}
			}
		} else if e, ok := err.(*waybill.Error); !ok || e.Provider != Name {
			t.Fatalf("got %v", err)
		}
		if res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: nanshan, Nearby: 5}); err == nil {
			if len(res.Nearby) > 5 {
				t.Fatal("more places than asked for")
			}
			for _, p := range res.Nearby {
				if p.Point.Validate() != nil || p.Point.IsZero() || !(p.Distance >= 0) || p.Name == "" {
					t.Fatal("a bad place around")
				}
			}
		} else if e, ok := err.(*waybill.Error); !ok || e.Provider != Name {
			t.Fatalf("got %v", err)
		}
	})
}

// Abroad another level may be the city's; Baidu says which.
func TestCityAbroad(t *testing.T) {
	for level, want := range map[string]string{"1": "P", "2": "", "3": "D", "4": "T", `"3"`: "D", "null": "", `""`: "", "9": ""} {
		a, _ := adapter(t, `{"status":0,"result":{"formatted_address":"f","addressComponent":{"country":"C","country_code_iso2":"PE",
			"province":"P","city":"","city_level":`+level+`,"district":"D","town":"T","adcode":"0"}}}`)
		res, err := a.ReverseGeocode(t.Context(), geo.ReverseGeocodeRequest{Point: geo.Point{Lat: -12, Lng: -77}})
		if err != nil || res.Place.Address.City != want || res.Place.Address.Region != "PE" {
			t.Errorf("%s: %+v %v", level, res.Place.Address, err)
		}
	}
}
