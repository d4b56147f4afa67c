package world

import (
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-go/waybill/geo"
)

// box is a coarse frame around a city.
type box struct {
	region                   string
	south, west, north, east float64
	languages                []string
	places                   int
}

func boxes() map[string]box {
	return map[string]box{
		"shenzhen":  {"CN", 22.45, 113.75, 22.86, 114.62, []string{Chinese, English}, 6},
		"guangzhou": {"CN", 22.56, 112.95, 23.95, 114.06, []string{Chinese, English}, 6},
		"hongkong":  {"HK", 22.15, 113.83, 22.56, 114.45, []string{Traditional, Chinese, English}, 6},
		"macau":     {"MO", 22.10, 113.52, 22.22, 113.61, []string{Traditional, Chinese, Portuguese, English}, 6},
		"taipei":    {"TW", 24.96, 121.45, 25.21, 121.67, []string{Traditional, Chinese, English}, 6},
		"singapore": {"SG", 1.22, 103.60, 1.47, 104.05, []string{English, Chinese}, 6},
		"bangkok":   {"TH", 13.49, 100.33, 13.96, 100.94, []string{Thai, English}, 6},
		"mumbai":    {"IN", 18.89, 72.77, 19.28, 73.00, []string{Hindi, English}, 6},
		"pune":      {"IN", 18.41, 73.72, 18.64, 74.00, []string{Hindi, English}, 6},
		"saopaulo":  {"BR", -24.01, -46.83, -23.35, -46.36, []string{Portuguese, English}, 6},
	}
}

func TestEveryPlaceLiesInItsRegion(t *testing.T) {
	w := Default()
	count := map[string]int{}
	for _, p := range append(w.Places(), w.Cities()...) {
		b, ok := boxes()[p.CityKey]
		if !ok {
			t.Fatalf("%s: unknown city %q", p.ID, p.CityKey)
		}
		if p.Region != b.region {
			t.Errorf("%s: region %s", p.ID, p.Region)
		}
		if p.Lat < b.south || p.Lat > b.north || p.Lng < b.west || p.Lng > b.east {
			t.Errorf("%s: %f,%f is not in %s", p.ID, p.Lat, p.Lng, p.CityKey)
		}
		if got, ok := geo.RegionOf(p.Point(geo.WGS84)); !ok || got != p.Region {
			t.Errorf("%s: the borders say %q", p.ID, got)
		}
		// The Sham Chun river is the border; north of it is the mainland.
		if p.Region == "HK" && p.Lat > 22.51 || p.CityKey == "shenzhen" && p.Lat < 22.515 && p.Lng > 113.96 {
			t.Errorf("%s is on the wrong bank", p.ID)
		}
		if p.Kind != City {
			count[p.CityKey]++
		}
	}
	for key, b := range boxes() {
		if count[key] < b.places {
			t.Errorf("%s has %d places", key, count[key])
		}
	}
	if len(w.Cities()) != len(boxes()) {
		t.Errorf("%d cities", len(w.Cities()))
	}
}

func TestEveryPlaceIsComplete(t *testing.T) {
	w := Default()
	adcode := regexp.MustCompile(`^(\d{6})?$`)
	amap, baidu := regexp.MustCompile(`^B0[0-9A-F]{8}$`), regexp.MustCompile(`^[0-9a-f]{24}$`)
	google := regexp.MustCompile(`^ChIJ[\w-]{23}$`)
	seen := map[string]string{}
	kinds := map[Kind]int{}
	for _, p := range append(w.Places(), w.Cities()...) {
		if want := boxes()[p.CityKey].languages; !slices.Equal(p.Languages, want) {
			t.Errorf("%s: languages %v, want %v", p.ID, p.Languages, want)
		}
		kinds[p.Kind]++
		for _, lang := range p.Languages {
			a := p.Addresses[lang]
			if p.Names[lang] == "" || a.Country == "" || a.City == "" || a.Text == "" {
				t.Errorf("%s: incomplete in %s: %q %+v", p.ID, lang, p.Names[lang], a)
			}
			if strings.Contains(p.Names[lang]+a.Text, "|") || strings.Contains(a.Text, "  ") || strings.HasPrefix(a.Text, ",") {
				t.Errorf("%s: %s: bad text %q", p.ID, lang, a.Text)
			}
			if a.Postcode != p.Postcode {
				t.Errorf("%s: postcodes differ", p.ID)
			}
			if (lang == Hindi || lang == Thai || lang == Chinese || lang == Traditional) && isLatin(p.Names[lang]) {
				t.Errorf("%s: the name in %s is %q", p.ID, lang, p.Names[lang])
			}
		}
		if china := slices.Contains([]string{"CN", "HK", "MO", "TW"}, p.Region); china != (p.AdCode != "" && p.TelCode != "") || !adcode.MatchString(p.AdCode) {
			t.Errorf("%s: adcode %q, area code %q", p.ID, p.AdCode, p.TelCode)
		}
		if p.Region == "CN" && p.AdCode[:2] != "44" || p.Region == "HK" && p.AdCode[:2] != "81" || p.Region == "MO" && p.AdCode[:2] != "82" || p.Region == "TW" && p.AdCode[:2] != "71" {
			t.Errorf("%s: adcode %s", p.ID, p.AdCode)
		}
		if !amap.MatchString(p.AmapID) || !baidu.MatchString(p.BaiduUID) || !google.MatchString(p.GooglePlaceID) || p.OSMID <= 0 {
			t.Errorf("%s: identifiers %s %s %s %d", p.ID, p.AmapID, p.BaiduUID, p.GooglePlaceID, p.OSMID)
		}
		for _, id := range []string{p.ID, p.AmapID, p.BaiduUID, p.GooglePlaceID} {
			if other, ok := seen[id]; ok {
				t.Errorf("%s and %s share %s", other, p.ID, id)
			}
			seen[id] = p.ID
		}
		for _, id := range []string{p.AmapID, p.BaiduUID, p.GooglePlaceID} {
			if w.ByVendorID(id) != p {
				t.Errorf("%s is not found by %s", p.ID, id)
			}
		}
		if w.Place(p.ID) != p {
			t.Errorf("%s is not found by its ID", p.ID)
		}
	}
	for _, k := range []Kind{City, Station, Port, Airport, Mall, Office, Sight} {
		if kinds[k] == 0 {
			t.Errorf("no place of kind %s", k)
		}
	}
	if w.Place("nowhere") != nil || w.ByVendorID("") != nil || w.ByVendorID("nowhere") != nil {
		t.Error("found what is not there")
	}
}

func isLatin(text string) bool {
	for _, r := range text {
		if r > 0x2ff {
			return false
		}
	}
	return true
}

func TestDefaultIsTheSameEveryTime(t *testing.T) {
	if !reflect.DeepEqual(Default(), Default()) {
		t.Error("two worlds differ")
	}
}

func TestAddressTexts(t *testing.T) {
	w := Default()
	for _, c := range []struct{ id, lang, want string }{
		{"shenzhen-tencent", "zh", "广东省深圳市南山区深南大道10000号"},
		{"shenzhen-tencent", "en", "10000 Shennan Avenue, Nanshan District, Shenzhen, Guangdong Province, China, 518057"},
		{"hongkong-ifc", "zh-Hant", "香港中西區金融街8號"},
		{"hongkong-ifc", "zh", "香港特别行政区中西区金融街8号"},
		{"hongkong-ifc", "en", "8 Finance Street, Central and Western District, Hong Kong"},
		{"macau-leal-senado", "zh-Hant", "澳門風順堂區新馬路163號"},
		{"macau-leal-senado", "pt", "Avenida de Almeida Ribeiro, 163, São Lourenço, Macau"},
		{"macau-leal-senado", "en", "163 Avenida de Almeida Ribeiro, São Lourenço, Macau"},
		{"taipei-101", "zh-Hant", "臺北市信義區信義路五段7號"},
		{"taipei-101", "en", "No. 7, Section 5, Xinyi Road, Xinyi District, Taipei City 110, Taiwan"},
		{"taipei-songshan-airport", "zh-Hant", "臺北市松山區敦化北路340之9號"},
		{"singapore-marina-bay-sands", "en", "10 Bayfront Avenue, Singapore 018956"},
		{"bangkok-siam-paragon", "th", "991 ถนนพระรามที่ 1 แขวงปทุมวัน เขตปทุมวัน กรุงเทพมหานคร 10330"},
		{"bangkok-siam-paragon", "en", "991 Rama I Road, Pathum Wan Subdistrict, Pathum Wan, Bangkok 10330, Thailand"},
		{"mumbai-palladium", "hi", "462 सेनापति बापट मार्ग, लोअर परेल, मुंबई, महाराष्ट्र 400013, भारत"},
		{"mumbai-palladium", "en", "462 Senapati Bapat Marg, Lower Parel, Mumbai, Maharashtra 400013, India"},
		{"mumbai-nhava-sheva", "en", "Nhava Sheva, Navi Mumbai, Maharashtra 400707, India"},
		{"saopaulo-masp", "pt", "Avenida Paulista, 1578 - Bela Vista, São Paulo - SP, 01310-200, Brasil"},
		{"saopaulo-guarulhos", "en", "Rodovia Hélio Smidt - Cumbica, Guarulhos - SP, 07190-100, Brazil"},
		{"hongkong", "en", "Hong Kong"},
		{"taipei", "en", "Taipei City, Taiwan"},
		{"shenzhen", "zh", "广东省深圳市"},
		{"shenzhen", "en", "Shenzhen, Guangdong Province, China"},
		{"singapore", "en", "Singapore"},
	} {
		if got := w.Place(c.id).Address(c.lang).Text; got != c.want {
			t.Errorf("%s in %s:\ngot  %s\nwant %s", c.id, c.lang, got, c.want)
		}
	}
}

func TestLanguageFallsBack(t *testing.T) {
	w := Default()
	for _, c := range []struct{ id, lang, want string }{
		{"hongkong-ifc", "zh-HK", Traditional}, {"hongkong-ifc", "zh_TW", Traditional}, {"hongkong-ifc", "zh-CN", Chinese},
		{"hongkong-ifc", "en-GB", English}, {"hongkong-ifc", "fr", Traditional}, {"hongkong-ifc", "", Traditional},
		{"shenzhen-tencent", "zh-Hant", Chinese}, {"shenzhen-tencent", "th", Chinese}, {"mumbai-nse", "hi-IN", Hindi},
		{"mumbai-nse", "zh", Hindi}, {"saopaulo-masp", "pt-BR", Portuguese}, {"singapore-ion-orchard", "zh-SG", Chinese},
	} {
		if got := w.Place(c.id).Language(c.lang); got != c.want {
			t.Errorf("%s in %q: %s, want %s", c.id, c.lang, got, c.want)
		}
	}
	if got := w.Place("mumbai-nse").Name("en-IN"); got != "National Stock Exchange" {
		t.Errorf("%s", got)
	}
}

func TestPoint(t *testing.T) {
	p := Default().Place("shenzhen-tencent")
	if got := p.Point(geo.WGS84); got != (geo.Point{Lat: p.Lat, Lng: p.Lng}) {
		t.Errorf("%v", got)
	}
	for _, d := range []geo.Datum{geo.GCJ02, geo.BD09} {
		q := p.Point(d)
		if moved := Distance(p.Lat, p.Lng, q.Lat, q.Lng); q.Datum != d || moved < 400 || moved > 1500 {
			t.Errorf("%s: moved by %.0f m", d, moved)
		}
		if back := q.To(geo.WGS84); math.Abs(back.Lat-p.Lat)+math.Abs(back.Lng-p.Lng) > 1e-8 {
			t.Errorf("%s: does not come back", d)
		}
	}
}
