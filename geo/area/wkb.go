package area

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"
)

// The geometry types that have an interior, and the depth to which collections may hold one another.
const (
	wkbPolygon      = 3
	wkbMultiPolygon = 6
	wkbCollection   = 7

	ewkbZ    = 0x80000000
	ewkbM    = 0x40000000
	ewkbSRID = 0x20000000

	maxNesting = 8
)

// ParseGeometry reads polygons from what a database column may hold: WKB and EWKB, in binary or as hexadecimal text,
// MySQL's internal form (four bytes of SRID before WKB), WKT and EWKT, or a GeoJSON geometry. The form is found by
// looking. The order of the numbers is longitude, latitude in all of them. Heights and measures are dropped, an SRID is
// not looked at: whose datum it is, the caller says.
//
// Nothing of the shape is checked; see [Check]. The error is InvalidArgument for anything else: points and lines, which
// have no interior, curves, bytes that are cut or left over, counts that the bytes cannot hold.
func ParseGeometry(b []byte) ([]Polygon, error) {
	if len(b) == 0 {
		return nil, invalid("parse_geometry", "it is empty")
	}
	switch text := strings.TrimLeft(string(b[:min(len(b), 64)]), " \t\r\n"); {
	case strings.HasPrefix(text, "{") && !isMySQL(b):
		return parseGeoJSONGeometry(b, 0)
	case isHex(b):
		raw := make([]byte, len(b)/2)
		if _, err := hex.Decode(raw, b); err != nil {
			return nil, invalid("parse_geometry", "the hexadecimal text is cut")
		}
		return parseWKB(raw)
	case text != "" && (text[0] >= 'A' && text[0] <= 'Z' || text[0] >= 'a' && text[0] <= 'z') && !isMySQL(b):
		return parseWKT(string(b))
	}
	polygons, err := parseWKB(b)
	if err != nil && isMySQL(b) {
		return parseWKB(b[4:])
	}
	return polygons, err
}

// isMySQL reports whether plain WKB may begin after an SRID.
func isMySQL(b []byte) bool {
	if len(b) < 9 || b[4] > 1 {
		return false
	}
	typ := uint32(0)
	if b[4] == 0 {
		typ = binary.BigEndian.Uint32(b[5:])
	} else {
		typ = binary.LittleEndian.Uint32(b[5:])
	}
	return typ >= 1 && typ <= wkbCollection
}

func isHex(b []byte) bool {
	if len(b) < 10 || b[0] != '0' {
		return false
	}
	for _, c := range b {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

func parseWKB(b []byte) ([]Polygon, error) {
	r := &wkbReader{b: b}
	polygons := r.geometry(nil, 0)
	if r.bad == "" && len(r.b) > 0 {
		r.bad = "bytes follow the geometry"
	}
	if r.bad != "" {
		return nil, invalid("parse_wkb", r.bad)
	}
	return polygons, nil
}

// wkbReader reads with the byte order of the geometry that it is in. The first fault stays in bad, and everything read
// after it is zero.
type wkbReader struct {
	b     []byte
	order binary.ByteOrder
	bad   string
}

func (r *wkbReader) fail(what string) {
	if r.bad == "" {
		r.bad = what
	}
	r.b = nil
}

func (r *wkbReader) take(n int) []byte {
	if len(r.b) < n {
		r.fail("the bytes are cut")
		return make([]byte, n)
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *wkbReader) uint32() uint32 { return r.order.Uint32(r.take(4)) }

// count reads a count of things that take at least size bytes each, and refuses one that cannot be.
func (r *wkbReader) count(size int) int {
	n := r.uint32()
	if uint64(n)*uint64(size) > uint64(len(r.b)) {
		r.fail("a count is larger than what follows")
		return 0
	}
	return int(n)
}

// geometry reads one geometry with its byte order and type, and appends its polygons.
func (r *wkbReader) geometry(polygons []Polygon, depth int) []Polygon {
	r.order = binary.LittleEndian
	switch r.take(1)[0] {
	case 0:
		r.order = binary.BigEndian
	case 1:
	default:
		r.fail("the byte order is unknown")
	}
	typ := r.uint32()
	dims := 2
	if typ&ewkbZ != 0 {
		dims++
	}
	if typ&ewkbM != 0 {
		dims++
	}
	if typ&ewkbSRID != 0 {
		r.uint32()
	}
	typ &^= ewkbZ | ewkbM | ewkbSRID
	switch typ / 1000 {
	case 1, 2:
		dims = 3
	case 3:
		dims = 4
	}
	if typ < 4000 {
		typ %= 1000
	}
	switch {
	case r.bad != "":
	case depth > maxNesting:
		r.fail("collections are nested too deeply")
	case typ == wkbPolygon:
		polygons = appendPolygon(polygons, r.polygon(dims))
	case typ == wkbMultiPolygon, typ == wkbCollection:
		for n := r.count(5); n > 0 && r.bad == ""; n-- {
			order := r.order
			polygons = r.geometry(polygons, depth+1)
			r.order = order
		}
	default:
		r.fail("the geometry is no polygon")
	}
	return polygons
}

func (r *wkbReader) polygon(dims int) Polygon {
	var poly Polygon
	for n := r.count(4); n > 0 && r.bad == ""; n-- {
		ring := make(Ring, r.count(8*dims))
		for i := range ring {
			p := r.take(8 * dims)
			ring[i].Lng = math.Float64frombits(r.order.Uint64(p))
			ring[i].Lat = math.Float64frombits(r.order.Uint64(p[8:]))
		}
		poly = append(poly, ring)
	}
	return poly
}

// AppendWKB appends polygons as a MultiPolygon in little-endian WKB. With an SRID other than 0 it is EWKB, as PostGIS
// takes it. Longitudes beyond 180 are written as the negative ones that they are.
func AppendWKB(dst []byte, polygons []Polygon, srid uint32) []byte {
	le := binary.LittleEndian
	dst = append(dst, 1)
	if srid == 0 {
		dst = le.AppendUint32(dst, wkbMultiPolygon)
	} else {
		dst = le.AppendUint32(dst, wkbMultiPolygon|ewkbSRID)
		dst = le.AppendUint32(dst, srid)
	}
	dst = le.AppendUint32(dst, uint32(len(polygons)))
	for _, poly := range polygons {
		dst = append(dst, 1)
		dst = le.AppendUint32(dst, wkbPolygon)
		dst = le.AppendUint32(dst, uint32(len(poly)))
		for i, ring := range poly {
			dst = le.AppendUint32(dst, uint32(len(ring)))
			for p := range ring.written(i == 0) {
				dst = le.AppendUint64(dst, math.Float64bits(p.Lng))
				dst = le.AppendUint64(dst, math.Float64bits(p.Lat))
			}
		}
	}
	return dst
}
