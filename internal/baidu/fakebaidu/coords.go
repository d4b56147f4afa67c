package fakebaidu

import (
	"math"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// readPoint reads "lat,lng" with at most six decimals, given in a coordinate
// type, and returns the place in WGS-84. Outside China Baidu takes the numbers
// for WGS-84 whatever the type says.
func (s *Server) readPoint(text string, d geo.Datum) (geo.Point, bool) {
	a, b, ok := strings.Cut(text, ",")
	lat, ok1 := decimal(a)
	lng, ok2 := decimal(b)
	if !ok || !ok1 || !ok2 || math.Abs(lat) > 90 || math.Abs(lng) > 180 {
		return geo.Point{}, false
	}
	p := geo.Point{Lat: lat, Lng: lng}
	if city := s.world.CityAt(lat, lng); city == nil || !china(city.Region) {
		return p, true
	}
	p.Datum = d
	return p.To(geo.WGS84), true
}

func decimal(s string) (float64, bool) {
	if _, frac, _ := strings.Cut(s, "."); len(frac) > 6 || strings.ContainsAny(s, "eExX_+ ") {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

func china(region string) bool {
	return region == "CN" || region == "HK" || region == "MO" || region == "TW"
}

// show returns a WGS-84 point as Baidu shows it: shifted in China only.
func (s *Server) show(lat, lng float64, d geo.Datum) geo.Point {
	p := geo.Point{Lat: lat, Lng: lng}
	if city := s.world.CityAt(lat, lng); city == nil || !china(city.Region) {
		return p
	}
	return p.To(d)
}

// lngLat is a point in a reply, with the binary tails that Baidu's numbers have.
func lngLat(p geo.Point) map[string]float64 { return map[string]float64{"lng": p.Lng, "lat": p.Lat} }

// inType reads a coordinate type of a request; the names differ by service.
func inType(name string, names map[string]geo.Datum) (geo.Datum, bool) {
	if name == "" {
		return geo.BD09, true
	}
	d, ok := names[name]
	return d, ok
}

func geocodingTypes() map[string]geo.Datum {
	return map[string]geo.Datum{"bd09ll": geo.BD09, "gcj02ll": geo.GCJ02, "wgs84ll": geo.WGS84}
}

func directionTypes() map[string]geo.Datum {
	return map[string]geo.Datum{"bd09ll": geo.BD09, "gcj02": geo.GCJ02, "wgs84": geo.WGS84}
}

// pathText writes a line as the direction services do: lng,lat joined by ';'.
func (s *Server) pathText(line []world.LatLng, d geo.Datum) string {
	var b strings.Builder
	for i, at := range line {
		if i > 0 {
			b.WriteByte(';')
		}
		p := s.show(at.Lat, at.Lng, d)
		b.WriteString(strconv.FormatFloat(p.Lng, 'f', -1, 64))
		b.WriteByte(',')
		b.WriteString(strconv.FormatFloat(p.Lat, 'f', -1, 64))
	}
	return b.String()
}
