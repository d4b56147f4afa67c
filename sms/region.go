package sms

// Region returns the region of the number as an ISO 3166-1 alpha-2 code, such as
// "CN", "HK" (not "CN"), "KZ" (not "RU") or "CA" (not "US"), or "" where it is
// not certain: a number that is not canonical, an area code of a shared calling
// code that nobody uses, and codes that belong to no region (satellite,
// international freephone).
//
// A calling code with one region answers by itself; the shared ones (1, 7, 39,
// 44, 47, 61, 212, 262, 290, 358, 590, 599) by a table of prefixes made from the
// metadata of libphonenumber. On every number that is valid by that metadata the
// answer is the library's; in particular numbers that Guadeloupe shares with
// Saint Barthélemy and Saint Martin are "GP", those of Western Sahara "MA", and
// North American freephone numbers "US". Where the library falls silent because
// the number is not valid, Region may still answer, since new number blocks
// reach the metadata late. Kosovo is "XK", Ascension "AC", Tristan da Cunha
// "TA", as everywhere in telephony.
//
// It costs some tens of nanoseconds, allocates nothing and is a [RegionFunc].
func (n Number) Region() string {
	if n.fault() != "" {
		return ""
	}
	d := string(n[1:])
	cc := callingCodeLen(d)
	if !sharedCode(d[:cc]) {
		return regionOf(d[:cc])
	}
	if d[0] == '1' && len(d) != 11 { // North American numbers have ten digits, but for these of seven
		if len(d) == 8 && d[1:4] == "310" {
			return "CA"
		}
		return ""
	}
	for l := min(len(d), longestRegionPrefix); l > cc; l-- {
		if r := regionOf(d[:l]); r != "" {
			return r
		}
	}
	return regionOf(d[:cc])
}
