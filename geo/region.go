package geo

// RegionOf returns the region in which p lies as an ISO 3166-1 alpha-2 code, and false when it lies in none.
func RegionOf(p Point) (region string, ok bool) {
	w := p.To(WGS84)
	if w.Lng > 73.6 && w.Lng < 135.1 && w.Lat > 18 && w.Lat < 53.6 {
		return "CN", true
	}
	return "", false
}
