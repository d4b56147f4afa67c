package area

import (
	"iter"
	"strconv"
	"strings"
)

// parseWKT reads WKT and EWKT, in any case of letters.
func parseWKT(text string) ([]Polygon, error) {
	text = strings.TrimSpace(text)
	if head, rest, ok := strings.Cut(text, ";"); ok && len(head) > 5 && strings.EqualFold(head[:5], "SRID=") {
		text = rest
	}
	r := &wktReader{rest: text}
	polygons := r.geometry(nil, 0)
	if r.bad == "" && r.next() != "" {
		r.bad = "something follows the geometry"
	}
	if r.bad != "" {
		return nil, invalid("parse_wkt", r.bad)
	}
	return polygons, nil
}

// wktReader reads token by token. The first fault stays in bad, and ends all loops.
type wktReader struct {
	rest string
	bad  string
}

func (r *wktReader) fail(what string) {
	if r.bad == "" {
		r.bad = what
	}
	r.rest = ""
}

// next takes the next token: a bracket, a comma, or a word or number; empty at the end.
func (r *wktReader) next() string {
	r.rest = strings.TrimLeft(r.rest, " \t\r\n")
	n := strings.IndexAny(r.rest, "(), \t\r\n")
	switch {
	case n < 0:
		n = len(r.rest)
	case n == 0:
		n = 1
	}
	token := r.rest[:n]
	r.rest = r.rest[n:]
	return token
}

// begins takes an opening bracket, and reports false for EMPTY.
func (r *wktReader) begins() bool {
	switch token := r.next(); {
	case token == "(":
		return true
	case strings.EqualFold(token, "EMPTY"):
	default:
		r.fail("a bracket is missing")
	}
	return false
}

// goesOn takes a comma, and reports false for a closing bracket.
func (r *wktReader) goesOn() bool {
	switch r.next() {
	case ",":
		return true
	case ")":
	default:
		r.fail("a bracket is missing")
	}
	return false
}

func (r *wktReader) geometry(polygons []Polygon, depth int) []Polygon {
	kind := strings.ToUpper(r.next())
	rest := r.rest
	switch strings.ToUpper(r.next()) {
	case "Z", "M", "ZM":
	default:
		r.rest = rest
	}
	for _, suffix := range [...]string{"ZM", "Z", "M"} { // POLYGONZ, as some write it
		if base, ok := strings.CutSuffix(kind, suffix); ok && (base == "POLYGON" || base == "MULTIPOLYGON" || base == "GEOMETRYCOLLECTION") {
			kind = base
		}
	}
	switch {
	case depth > maxNesting:
		r.fail("collections are nested too deeply")
	case kind == "POLYGON":
		polygons = r.polygon(polygons)
	case kind == "MULTIPOLYGON":
		for more := r.begins(); more; more = r.goesOn() {
			polygons = r.polygon(polygons)
		}
	case kind == "GEOMETRYCOLLECTION":
		for more := r.begins(); more; more = r.goesOn() {
			polygons = r.geometry(polygons, depth+1)
		}
	default:
		r.fail("the geometry is no polygon")
	}
	return polygons
}

func (r *wktReader) polygon(polygons []Polygon) []Polygon {
	var poly Polygon
	for more := r.begins(); more; more = r.goesOn() {
		var ring Ring
		for more := r.begins(); more; more = r.goesOn() {
			ring = append(ring, r.position())
		}
		poly = append(poly, ring)
	}
	return appendPolygon(polygons, poly)
}

// position takes two to four numbers.
func (r *wktReader) position() Position {
	var n [4]float64
	for i := range n {
		rest := r.rest
		token := r.next()
		if i >= 2 && (token == "," || token == ")") {
			r.rest = rest
			break
		}
		v, err := strconv.ParseFloat(token, 64)
		if err != nil {
			r.fail("a position is not two to four numbers")
			break
		}
		n[i] = v
	}
	return Position{n[0], n[1]}
}

// AppendWKT appends polygons as a MULTIPOLYGON in WKT, with as many digits as each number needs. Longitudes beyond 180
// are written as the negative ones that they are.
func AppendWKT(dst []byte, polygons []Polygon) []byte {
	dst = append(dst, "MULTIPOLYGON"...)
	if len(polygons) == 0 {
		return append(dst, " EMPTY"...)
	}
	return nested(dst, '(', ')', polygons, func(dst []byte, p Position) []byte {
		dst = strconv.AppendFloat(dst, p.Lng, 'f', -1, 64)
		return strconv.AppendFloat(append(dst, ' '), p.Lat, 'f', -1, 64)
	})
}

// nested writes polygons as lists of lists of lists.
func nested(dst []byte, open, end byte, polygons []Polygon, position func([]byte, Position) []byte) []byte {
	dst = append(dst, open)
	for i, poly := range polygons {
		dst = append(comma(dst, i), open)
		for j, ring := range poly {
			dst = append(comma(dst, j), open)
			k := 0
			for p := range ring.written(j == 0) {
				dst = position(comma(dst, k), p)
				k++
			}
			dst = append(dst, end)
		}
		dst = append(dst, end)
	}
	return append(dst, end)
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

// written yields the positions as they are written out: an outer ring counter-clockwise, a hole clockwise, as RFC 7946
// wants them, and longitudes from -180 to 180.
func (r Ring) written(outer bool) iter.Seq[Position] {
	return func(yield func(Position) bool) {
		back := (r.twiceArea() > 0) != outer
		for i := range r {
			if back {
				i = len(r) - 1 - i
			}
			p := r[i]
			switch {
			case p.Lng > 180:
				p.Lng -= 360
			case p.Lng < -180:
				p.Lng += 360
			}
			if !yield(p) {
				return
			}
		}
	}
}

// twiceArea is positive for a ring that goes counter-clockwise. Only its sign is meant to be used.
func (r Ring) twiceArea() float64 {
	sum := 0.0
	for i := 1; i < len(r); i++ {
		a, b, o := r[i-1], r[i], r[0]
		sum += (a.Lng-o.Lng)*(b.Lat-o.Lat) - (b.Lng-o.Lng)*(a.Lat-o.Lat)
	}
	return sum
}
