package fakeamap

import (
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/world"
)

// point is a place of a request: the numbers as they came, and what they mean.
// Amap takes every pair for GCJ-02, wherever it lies.
type point struct {
	text     string
	lat, lng float64 // WGS-84
	region   string  // of the little world, "" far from all of its places
}

// parsePoint reads "lng,lat" with at most six decimals.
func (s *Server) parsePoint(text string) (point, bool) {
	x, y, ok := strings.Cut(text, ",")
	lng, ok1 := degrees(x, 180)
	lat, ok2 := degrees(y, 90)
	if !ok || !ok1 || !ok2 {
		return point{}, false
	}
	w := geo.Point{Lat: lat, Lng: lng, Datum: geo.GCJ02}.To(geo.WGS84)
	p := point{text: text, lat: w.Lat, lng: w.Lng}
	if c := s.world.CityAt(w.Lat, w.Lng); c != nil {
		p.region = c.Region
	}
	return p, true
}

func degrees(text string, most float64) (float64, bool) {
	_, decimals, _ := strings.Cut(text, ".")
	if len(decimals) > 6 || strings.Trim(text, "-.0123456789") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && v >= -most && v <= most
}

// covered reports whether Amap has data of a region.
func covered(region string) bool { return region == "CN" || region == "HK" || region == "MO" }

// location writes a WGS-84 point as Amap does: GCJ-02, "lng,lat", six decimals.
func location(lat, lng float64) string {
	p := geo.Point{Lat: lat, Lng: lng}.To(geo.GCJ02)
	return strconv.FormatFloat(p.Lng, 'f', 6, 64) + "," + strconv.FormatFloat(p.Lat, 'f', 6, 64)
}

// address is a place's address as Amap writes it: in simplified Chinese, also in
// Hong Kong and Macau.
func address(p *world.Place) world.Address {
	a := p.Address(world.Chinese)
	a.Country = "中国"
	return a
}
