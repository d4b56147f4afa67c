package amap

import "strconv"

// FormatLocation writes a point as Amap wants it: "lng,lat" with six decimals,
// which is 0.1 m.
func FormatLocation(lat, lng float64) string {
	b := make([]byte, 0, 32)
	b = strconv.AppendFloat(b, lng, 'f', 6, 64)
	b = append(b, ',')
	b = strconv.AppendFloat(b, lat, 'f', 6, 64)
	return string(b)
}

// Covered reports whether Amap serves a region: the mainland, Hong Kong and
// Macau. It has no detailed data of Taiwan and little of elsewhere. A place in
// no region, at sea, may be asked for.
func Covered(region string) bool {
	switch region {
	case "", "CN", "HK", "MO":
		return true
	}
	return false
}

// RegionOfAdcode returns the region of a six-digit division code: HK for 81,
// MO for 82, TW for 71, CN for the mainland's provinces, and nothing for what is
// no code or abroad (90).
func RegionOfAdcode(adcode Text) string {
	if len(adcode) != 6 {
		return ""
	}
	n, err := strconv.Atoi(string(adcode[:2]))
	switch {
	case err != nil:
		return ""
	case n == 81:
		return "HK"
	case n == 82:
		return "MO"
	case n == 71:
		return "TW"
	case n >= 10 && n <= 65: // 10 is the code of the whole country
		return "CN"
	}
	return ""
}

// City returns the city of an address, which Amap leaves empty where there is no
// level between province and district: in the four cities that are provinces it is
// the province, and in a county or city right below its province (division codes
// with 90 in the middle, such as 仙桃市) that one.
func City(adcode Text, province, city, district string) string {
	switch {
	case city != "":
		return city
	case municipality(adcode, province):
		return province
	case len(adcode) == 6 && adcode[2:4] == "90":
		return district
	}
	return ""
}

// municipality reports whether a division code, or without one a name, is that of
// one of the four cities that are provinces.
func municipality(adcode Text, province string) bool {
	if len(adcode) != 6 {
		switch province {
		case "北京市", "天津市", "上海市", "重庆市":
			return true
		}
		return false
	}
	switch adcode[:2] {
	case "11", "12", "31", "50":
		return true
	}
	return false
}
