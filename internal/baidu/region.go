package baidu

import "strings"

// Region returns the region of an address from its division code, its ISO code
// of two letters and its province, "" when none says it. Baidu's country is
// China for Hong Kong, Macau and Taiwan too; here they are regions of their own,
// by the first two digits of the division code (81, 82, 71) and, where that is
// missing, by the province.
func Region(adcode, iso2, province string) string {
	adcode = Adcode(adcode)
	iso := len(iso2) == 2 && iso2[0] >= 'A' && iso2[0] <= 'Z' && iso2[1] >= 'A' && iso2[1] <= 'Z'
	if iso && iso2 != "CN" {
		return iso2
	}
	if adcode != "" {
		switch adcode[:2] {
		case "81":
			return "HK"
		case "82":
			return "MO"
		case "71":
			return "TW"
		}
	}
	if adcode == "" {
		for _, p := range [...]struct{ prefix, region string }{
			{"香港", "HK"}, {"澳门", "MO"}, {"澳門", "MO"}, {"台湾", "TW"}, {"台灣", "TW"}, {"臺灣", "TW"},
			{"Hong Kong", "HK"}, {"Macau", "MO"}, {"Macao", "MO"}, {"Taiwan", "TW"},
		} {
			if strings.HasPrefix(province, p.prefix) {
				return p.region
			}
		}
	}
	if adcode != "" || iso {
		return "CN"
	}
	return ""
}

// Adcode returns a division code if it is one: six digits, of which the first is
// not 0. Anything else ("0" on the sea, codes of other countries) is "".
func Adcode(s string) string {
	if len(s) != 6 || s[0] == '0' {
		return ""
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return ""
		}
	}
	return s
}
