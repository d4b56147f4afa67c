package area

import (
	"encoding/json"
	"math"
	"strconv"
)

// parseGeoJSONGeometry reads a Polygon, a MultiPolygon or a GeometryCollection of such.
func parseGeoJSONGeometry(b []byte, depth int) ([]Polygon, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(b, &members) != nil {
		return nil, invalid("parse_geojson", "the geometry is no object of GeoJSON")
	}
	typ, _ := scalar(members["type"])
	r := &coordinates{rest: members["coordinates"]}
	var polygons []Polygon
	switch {
	case depth > maxNesting:
		return nil, invalid("parse_geojson", "collections are nested too deeply")
	case typ == "Polygon":
		polygons = appendPolygon(polygons, r.polygon())
	case typ == "MultiPolygon":
		for more := r.begins(); more; more = r.goesOn() {
			polygons = appendPolygon(polygons, r.polygon())
		}
	case typ == "GeometryCollection":
		var geometries []json.RawMessage
		if json.Unmarshal(members["geometries"], &geometries) != nil {
			return nil, invalid("parse_geojson", "the geometries are no list")
		}
		for _, one := range geometries {
			more, err := parseGeoJSONGeometry(one, depth+1)
			if err != nil {
				return nil, err
			}
			polygons = append(polygons, more...)
		}
		return polygons, nil
	default:
		return nil, invalid("parse_geojson", "the geometry is no polygon")
	}
	if r.bad {
		return nil, invalid("parse_geojson", "the coordinates are not lists of rings of positions")
	}
	return polygons, nil
}

// appendPolygon appends a polygon that was read, unless it is an empty one: without rings, or with empty rings only.
func appendPolygon(polygons []Polygon, poly Polygon) []Polygon {
	for _, ring := range poly {
		if len(ring) > 0 {
			return append(polygons, poly)
		}
	}
	return polygons
}

// coordinates reads nested lists of numbers from valid JSON. What is not such lists sets bad and ends all loops: in
// particular null, which encoding/json would read as 0.
type coordinates struct {
	rest []byte
	bad  bool
}

func (r *coordinates) peek() byte {
	for len(r.rest) > 0 && (r.rest[0] == ' ' || r.rest[0] == '\n' || r.rest[0] == '\t' || r.rest[0] == '\r') {
		r.rest = r.rest[1:]
	}
	if len(r.rest) == 0 {
		r.bad = true
		return 0
	}
	return r.rest[0]
}

func (r *coordinates) take() byte {
	c := r.peek()
	if !r.bad {
		r.rest = r.rest[1:]
	}
	return c
}

// begins takes the opening bracket of a list, and reports false when the list is empty.
func (r *coordinates) begins() bool {
	if r.take() != '[' {
		r.bad = true
	}
	if !r.bad && r.peek() == ']' {
		r.take()
		return false
	}
	return !r.bad
}

func (r *coordinates) goesOn() bool {
	c := r.take()
	if c != ',' && c != ']' {
		r.bad = true
	}
	return !r.bad && c == ','
}

func (r *coordinates) polygon() Polygon {
	var poly Polygon
	for more := r.begins(); more; more = r.goesOn() {
		var ring Ring
		for more := r.begins(); more; more = r.goesOn() {
			ring = append(ring, r.position())
		}
		poly = append(poly, ring)
	}
	return poly
}

// position takes two numbers, and drops what follows them in the list.
func (r *coordinates) position() Position {
	var n [2]float64
	i := 0
	for more := r.begins(); more; more = r.goesOn() {
		if v := r.number(); i < 2 {
			n[i] = v
		}
		i++
	}
	if i < 2 {
		r.bad = true
	}
	return Position{n[0], n[1]}
}

func (r *coordinates) number() float64 {
	r.peek()
	n := 0
	for n < len(r.rest) && (r.rest[n] >= '0' && r.rest[n] <= '9' || r.rest[n] == '-' || r.rest[n] == '+' || r.rest[n] == '.' || r.rest[n] == 'e' || r.rest[n] == 'E') {
		n++
	}
	v, err := strconv.ParseFloat(string(r.rest[:n]), 64)
	r.rest = r.rest[n:]
	if err != nil && !math.IsInf(v, 0) { // a number too large is infinite, and refused as such later
		r.bad = true
	}
	return v
}
