package googlegeo

import (
	"testing"

	"googlemaps.github.io/maps"

	"github.com/waybill-go/waybill/geo"
)

// list builds components from name, short name and types.
func list(rows ...[]string) *geocodingResult {
	g := &geocodingResult{}
	for _, r := range rows {
		g.AddressComponents = append(g.AddressComponents, maps.AddressComponent{LongName: r[0], ShortName: r[1], Types: r[2:]})
	}
	return g
}

func TestAddress(t *testing.T) {
	for name, c := range map[string]struct {
		g    *geocodingResult
		want geo.Address
	}{
		"Taipei": {list(
			[]string{"7", "7", "street_number"}, []string{"Section 5, Xinyi Road", "Section 5, Xinyi Road", "route"},
			[]string{"Xicun Village", "Xicun Village", "administrative_area_level_3", "political"},
			[]string{"Xinyi District", "Xinyi District", "administrative_area_level_2", "political"},
			[]string{"Taipei City", "Taipei City", "administrative_area_level_1", "political"},
			[]string{"Taiwan", "TW", "country", "political"}, []string{"110", "110", "postal_code"}),
			geo.Address{Region: "TW", Country: "Taiwan", Province: "Taipei City", City: "Taipei City", District: "Xinyi District",
				Street: "Section 5, Xinyi Road", Number: "7", Postcode: "110"}},
		"Hong Kong": {list(
			[]string{"8", "8", "street_number"}, []string{"Finance St", "Finance St", "route"}, []string{"Central", "Central", "neighborhood", "political"},
			[]string{"Hong Kong Island", "Hong Kong Island", "administrative_area_level_1", "political"}, []string{"Hong Kong", "HK", "country", "political"}),
			geo.Address{Region: "HK", Country: "Hong Kong", Province: "Hong Kong Island", District: "Central", Street: "Finance St", Number: "8"}},
		"Macau": {list([]string{"Macau", "MO", "country", "political"}), geo.Address{Region: "MO", Country: "Macau"}},
		"a municipality": {list(
			[]string{"东城区", "东城区", "political", "sublocality", "sublocality_level_1"}, []string{"北京市", "北京市", "administrative_area_level_1", "political"},
			[]string{"中国", "CN", "country", "political"}),
			geo.Address{Region: "CN", Country: "中国", Province: "北京市", City: "北京市", District: "东城区"}},
		"Shenzhen": {list(
			[]string{"粤海街道", "粤海街道", "political", "sublocality", "sublocality_level_2"},
			[]string{"南山区", "南山区", "political", "sublocality", "sublocality_level_1"},
			[]string{"深圳市", "深圳市", "locality", "political"}, []string{"广东省", "广东省", "administrative_area_level_1", "political"}, []string{"中国", "CN", "country"}),
			geo.Address{Region: "CN", Country: "中国", Province: "广东省", City: "深圳市", District: "南山区", Township: "粤海街道"}},
		"London": {list([]string{"London", "London", "postal_town"}, []string{"Greater London", "Greater London", "administrative_area_level_2", "political"},
			[]string{"England", "England", "administrative_area_level_1", "political"}, []string{"United Kingdom", "GB", "country", "political"}, []string{"SW1A", "SW1A", "postal_code", "postal_code_prefix"}),
			geo.Address{Region: "GB", Country: "United Kingdom", Province: "England", City: "London", Postcode: "SW1A"}},
		"Brooklyn as older replies have it": {list(
			[]string{"Williamsburg", "Williamsburg", "neighborhood", "political"}, []string{"Brooklyn", "Brooklyn", "sublocality", "political"},
			[]string{"Kings", "Kings", "administrative_area_level_2", "political"}, []string{"United States", "US", "country", "political"}),
			geo.Address{Region: "US", Country: "United States", City: "Brooklyn", District: "Williamsburg"}},
		"Kyoto, a city of wards": {list(
			[]string{"Ichijo", "Ichijo", "political", "sublocality", "sublocality_level_1"}, []string{"Nishi Ward", "Nishi Ward", "locality", "political", "ward"},
			[]string{"Kyoto", "Kyoto", "locality", "political"}, []string{"Kyoto Prefecture", "Kyoto Prefecture", "administrative_area_level_1", "political"},
			[]string{"Japan", "JP", "country", "political"}, []string{"604-0001", "604-0001", "postal_code"}),
			geo.Address{Region: "JP", Country: "Japan", Province: "Kyoto Prefecture", City: "Kyoto", District: "Nishi Ward", Township: "Ichijo", Postcode: "604-0001"}},
		"a ward alone is the city": {list(
			[]string{"Minato", "Minato", "ward", "locality", "political"}, []string{"Tokyo", "Tokyo", "administrative_area_level_1", "political"}, []string{"Japan", "JP", "country", "political"}),
			geo.Address{Region: "JP", Country: "Japan", Province: "Tokyo", City: "Minato"}},
		"Seoul": {list(
			[]string{"9", "9", "premise"}, []string{"Sejong-daero", "Sejong-daero", "political", "sublocality", "sublocality_level_4"},
			[]string{"Jung-gu", "Jung-gu", "political", "sublocality", "sublocality_level_1"}, []string{"Seoul", "Seoul", "administrative_area_level_1", "political"},
			[]string{"South Korea", "KR", "country", "political"}),
			geo.Address{Region: "KR", Country: "South Korea", Province: "Seoul", City: "Seoul", District: "Jung-gu", Street: "Sejong-daero", Number: "9"}},
		"Istanbul": {list(
			[]string{"12", "12", "street_number"}, []string{"Bahariye Caddesi", "Bahariye Cd.", "route"}, []string{"Osmanağa", "Osmanağa", "administrative_area_level_4", "political"},
			[]string{"Kadıköy", "Kadıköy", "administrative_area_level_2", "political"}, []string{"İstanbul", "İstanbul", "administrative_area_level_1", "political"}, []string{"Türkiye", "TR", "country", "political"}),
			geo.Address{Region: "TR", Country: "Türkiye", Province: "İstanbul", City: "Kadıköy", District: "Osmanağa", Street: "Bahariye Caddesi", Number: "12"}},
		"Bangkok": {list(
			[]string{"Silom", "Silom", "political", "sublocality", "sublocality_level_2"}, []string{"Bang Rak", "Bang Rak", "political", "sublocality", "sublocality_level_1"},
			[]string{"Bangkok", "Bangkok", "administrative_area_level_1", "political"}, []string{"Thailand", "TH", "country", "political"}),
			geo.Address{Region: "TH", Country: "Thailand", Province: "Bangkok", City: "Bangkok", District: "Bang Rak", Township: "Silom"}},
		"a suffix without a code": {list([]string{"1936", "1936", "postal_code_suffix"}), geo.Address{}},
		"a country that is none":  {list([]string{"Nowhere", "Nowhere", "country"}), geo.Address{Country: "Nowhere"}},
		"lower case":              {list([]string{"Peru", "pe", "country"}), geo.Address{Country: "Peru", Region: "PE"}},
		"only a level 2":          {list([]string{"Nord", "Nord", "administrative_area_level_2"}), geo.Address{City: "Nord"}},
	} {
		parts := partsOf(c.g.AddressComponents)
		if got := parts.address(c.g.FormattedAddress); got != c.want {
			t.Errorf("%s: got\n%+v\nwant\n%+v", name, got, c.want)
		}
	}
}

func TestPrecision(t *testing.T) {
	for _, c := range []struct {
		kind  string
		types []string
		want  geo.Precision
	}{
		{"ROOFTOP", []string{"street_address"}, geo.PrecisionDoor},
		{"ROOFTOP", []string{"establishment"}, geo.PrecisionDoor},
		{"RANGE_INTERPOLATED", []string{"street_address"}, geo.PrecisionInterpolated},
		{"GEOMETRIC_CENTER", []string{"route"}, geo.PrecisionStreet},
		{"GEOMETRIC_CENTER", []string{"intersection"}, geo.PrecisionInterpolated},
		{"GEOMETRIC_CENTER", []string{"establishment", "airport"}, geo.PrecisionPlace},
		{"GEOMETRIC_CENTER", []string{"locality", "political"}, geo.PrecisionCity},
		{"APPROXIMATE", []string{"country", "political"}, geo.PrecisionRegion},
		{"APPROXIMATE", []string{"administrative_area_level_1"}, geo.PrecisionRegion},
		{"APPROXIMATE", []string{"postal_town"}, geo.PrecisionCity},
		{"APPROXIMATE", []string{"postal_code"}, geo.PrecisionDistrict},
		{"APPROXIMATE", []string{"political", "sublocality"}, geo.PrecisionDistrict},
		{"APPROXIMATE", []string{"natural_feature"}, geo.PrecisionDistrict},
		{"APPROXIMATE", []string{"route"}, geo.PrecisionStreet},
		{"", []string{"street_address"}, geo.PrecisionUnknown},
		{"NEW", nil, geo.PrecisionUnknown},
	} {
		if got := precision(c.kind, c.types); got != c.want {
			t.Errorf("%s %v: %v, want %v", c.kind, c.types, got, c.want)
		}
	}
}

func TestBestAddress(t *testing.T) {
	g := func(text string, types ...string) geocodingResult {
		return geocodingResult{FormattedAddress: text, Types: types}
	}
	for name, c := range map[string]struct {
		list []geocodingResult
		want string
	}{
		"a shop before the house":       {[]geocodingResult{g("shop", "establishment"), g("house", "street_address")}, "house"},
		"only a shop":                   {[]geocodingResult{g("shop", "establishment"), g("town", "locality")}, "shop"},
		"a plus code is no address":     {[]geocodingResult{g("QXGJ+2", "plus_code"), g("town", "locality")}, "town"},
		"the sea":                       {[]geocodingResult{g("QXGJ+2", "plus_code")}, ""},
		"a country is no address":       {[]geocodingResult{g("Fiji", "country", "political")}, ""},
		"a building":                    {[]geocodingResult{g("road", "route"), g("house", "premise")}, "house"},
		"a text is needed":              {[]geocodingResult{g("", "street_address"), g("road", "route")}, "road"},
		"nothing at all":                {nil, ""},
		"the first of two houses":       {[]geocodingResult{g("1", "subpremise"), g("2", "street_address")}, "1"},
		"an intersection beats nothing": {[]geocodingResult{g("A & B", "intersection")}, "A & B"},
	} {
		got := ""
		if best := bestAddress(c.list); best != nil {
			got = best.FormattedAddress
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
