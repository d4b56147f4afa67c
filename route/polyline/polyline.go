// Package polyline reads and writes the encoded polyline format in which
// Google, OSRM, Valhalla and others send the geometry of a route: one printable
// character per five bits of the difference to the point before.
//
// # Precision
//
// The format does not say how many decimals it was written with, nor in which
// datum. Both must be known from the vendor: Google and OSRM write five
// decimals (about 1 m), Valhalla and OSRM's polyline6 six (about 0.1 m). A wrong
// precision moves every point by a factor of ten, so [Decode] refuses what
// leaves the globe.
//
// # Errors
//
// What comes from a vendor and cannot be read is a *[waybill.Error] with code
// DataLoss; what the caller gave and cannot be written is InvalidArgument. No
// text holds a coordinate.
//
// # Concurrency
//
// The functions keep no state and are safe for concurrent use.
package polyline

import (
	"math"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// Precision is the number of decimals of the coordinates.
type Precision uint8

// The precisions in use. No other is accepted.
const (
	// Precision5 is 1e-5 degrees, as Google and OSRM write.
	Precision5 Precision = 5
	// Precision6 is 1e-6 degrees, as Valhalla writes.
	Precision6 Precision = 6
)

// MaxPoints is the most points of one polyline. A route around the Earth with a
// point every 40 m has as many.
const MaxPoints = 1_000_000

func (p Precision) factor() float64 {
	switch p {
	case Precision5:
		return 1e5
	case Precision6:
		return 1e6
	}
	return 0
}

// Encode writes points, which must all be in one datum, with p decimals. The
// result of no points is empty. It allocates the result only.
//
// A point that is not on the globe, mixed datums, an unknown precision or more
// than [MaxPoints] points are a *[waybill.Error] with code InvalidArgument.
func Encode(points []geo.Point, p Precision) (string, error) {
	factor := p.factor()
	if factor == 0 {
		return "", invalid("precision is neither 5 nor 6")
	}
	if len(points) > MaxPoints {
		return "", invalid("more than 1,000,000 points")
	}
	size := 0
	var lat, lng int64
	for i := range points {
		q := &points[i]
		if q.Datum != points[0].Datum {
			return "", invalid("the points are in different datums")
		}
		if q.Validate() != nil {
			return "", invalid("a point is not a place on the Earth")
		}
		a, b := round(q.Lat*factor), round(q.Lng*factor)
		size += width(a-lat) + width(b-lng)
		lat, lng = a, b
	}
	var out strings.Builder
	out.Grow(size)
	lat, lng = 0, 0
	for i := range points {
		a, b := round(points[i].Lat*factor), round(points[i].Lng*factor)
		write(&out, a-lat)
		write(&out, b-lng)
		lat, lng = a, b
	}
	return out.String(), nil
}

// Decode reads the points of s, written with p decimals, and tags them with
// datum d. The empty text has no points. It allocates the result only, after
// having counted the points.
//
// A text that is cut off, holds other characters, is longer than any polyline
// of [MaxPoints] points or leaves the globe is a *[waybill.Error] with code
// DataLoss and scope provider. An unknown precision is InvalidArgument.
func Decode(s string, p Precision, d geo.Datum) ([]geo.Point, error) {
	factor := p.factor()
	if factor == 0 {
		return nil, invalid("precision is neither 5 nor 6")
	}
	if len(s) > 2*maxWidth*MaxPoints {
		return nil, damaged("the polyline is too long")
	}
	numbers := 0
	for i := range len(s) {
		c := s[i] - first
		if c > 0x3f { // an unsigned byte: smaller characters wrap around
			return nil, damaged("the polyline holds a character that none has")
		}
		if c < more {
			numbers++
		}
	}
	if numbers%2 != 0 || len(s) > 0 && s[len(s)-1]-first >= more {
		return nil, damaged("the polyline is cut off")
	}
	if numbers == 0 {
		return nil, nil
	}
	if numbers/2 > MaxPoints {
		return nil, damaged("the polyline has more than 1,000,000 points")
	}
	points := make([]geo.Point, numbers/2)
	maxLat, maxLng := int64(90*factor), int64(180*factor)
	var lat, lng int64
	at := 0
	for i := range points {
		var a, b int64
		var ok bool
		if a, at, ok = read(s, at); !ok {
			return nil, damaged("the polyline holds a number that is too large")
		}
		if b, at, ok = read(s, at); !ok {
			return nil, damaged("the polyline holds a number that is too large")
		}
		lat, lng = lat+a, lng+b
		if lat > maxLat || lat < -maxLat || lng > maxLng || lng < -maxLng {
			return nil, damaged("the polyline leaves the globe")
		}
		points[i] = geo.Point{Lat: float64(lat) / factor, Lng: float64(lng) / factor, Datum: d}
	}
	return points, nil
}

const (
	first    = 63   // '?', the character of five zero bits
	more     = 0x20 // set in each character of a number but its last
	maxWidth = 7    // characters of the largest difference: 360 degrees with six decimals, and its sign
)

func round(v float64) int64 { return int64(math.Round(v)) }

// zigzag folds the sign into the lowest bit.
func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

// width is the number of characters of v.
func width(v int64) int {
	n := 1
	for u := zigzag(v); u >= more; u >>= 5 {
		n++
	}
	return n
}

func write(out *strings.Builder, v int64) {
	u := zigzag(v)
	for u >= more {
		out.WriteByte(byte(u&(more-1)|more) + first)
		u >>= 5
	}
	out.WriteByte(byte(u) + first)
}

// read reads the number that begins at s[at]. The characters have been checked,
// and the last one ends a number.
func read(s string, at int) (v int64, next int, ok bool) {
	var u uint64
	for shift := 0; shift < 5*maxWidth; shift += 5 {
		c := uint64(s[at] - first)
		at++
		u |= (c & (more - 1)) << shift
		if c < more {
			return int64(u>>1) ^ -int64(u&1), at, true
		}
	}
	return 0, at, false
}

func invalid(message string) error {
	e := waybill.Invalid("polyline", message)
	e.Provider = "route"
	return e
}

func damaged(message string) error {
	return &waybill.Error{
		Code: waybill.DataLoss, Scope: waybill.ScopeProvider, Provider: "route", Op: "polyline", Message: message,
	}
}
