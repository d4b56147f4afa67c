package baidu

import (
	"crypto/md5"
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/waybill-go/waybill/geo"
)

// Params are the parameters of one request in the order in which they are sent.
type Params []Param

// Param is one parameter, its value not yet encoded.
type Param struct{ Name, Value string }

// Add appends a parameter.
func (p *Params) Add(name, value string) { *p = append(*p, Param{name, value}) }

// AddInt appends a parameter with a whole number.
func (p *Params) AddInt(name string, v int) { p.Add(name, strconv.Itoa(v)) }

// AddFloat appends a parameter with a decimal number, without exponent and with
// at most six decimals.
func (p *Params) AddFloat(name string, v float64) {
	p.Add(name, strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64))
}

// Encode writes the query. Every byte but letters, digits, '-', '_' and '.' is
// escaped, so that no byte is left about whose encoding languages disagree and
// the signature covers what goes over the wire.
func (p Params) Encode() string {
	var b strings.Builder
	for i, q := range p {
		if i > 0 {
			b.WriteByte('&')
		}
		escape(&b, q.Name, false)
		b.WriteByte('=')
		escape(&b, q.Value, false)
	}
	return b.String()
}

// Sign returns the signature (sn) of a path such as "/geocoding/v3/" and an
// encoded query: the MD5 sum, in lower-case hexadecimal digits, of both and the
// secret key, escaped as a whole the way PHP's urlencode does it.
func Sign(path, query, sk string) string {
	var b strings.Builder
	b.Grow(2 * (len(path) + len(query) + len(sk)))
	escape(&b, path, true)
	escape(&b, "?", true)
	escape(&b, query, true)
	escape(&b, sk, true)
	sum := md5.Sum([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

const upperHex = "0123456789ABCDEF"

// escape writes s with every byte but letters, digits, '-', '_' and '.' as %XX;
// plus makes a space a plus sign, as PHP does.
func escape(b *strings.Builder, s string, plus bool) {
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
			b.WriteByte(c)
		case c == ' ' && plus:
			b.WriteByte('+')
		default:
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
}

// LatLng writes a point as the request parameters want it: latitude first, six
// decimals (0.1 m).
func LatLng(p geo.Point) string {
	buf := make([]byte, 0, 24)
	buf = strconv.AppendFloat(buf, p.Lat, 'f', 6, 64)
	buf = append(buf, ',')
	buf = strconv.AppendFloat(buf, p.Lng, 'f', 6, 64)
	return string(buf)
}

// LatLngs writes several points, joined by '|'.
func LatLngs(points []geo.Point) string {
	var b strings.Builder
	for i, p := range points {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(LatLng(p))
	}
	return b.String()
}

// CoordType is the name of a datum in the geocoding services, which end it in
// "ll": bd09ll, gcj02ll, wgs84ll.
func CoordType(d geo.Datum) string { return CoordTypeRoute(d) + suffix(d != geo.BD09) }

// CoordTypeRoute is the name of a datum in the direction services: bd09ll,
// gcj02, wgs84. A name that a service does not know silently means BD-09 there,
// which is 900 m off.
func CoordTypeRoute(d geo.Datum) string {
	switch d {
	case geo.GCJ02:
		return "gcj02"
	case geo.BD09:
		return "bd09ll"
	}
	return "wgs84"
}

// CoordTypePlace is the number of a datum in the place services, which have no
// names for them.
func CoordTypePlace(d geo.Datum) int {
	switch d {
	case geo.GCJ02:
		return 2
	case geo.BD09:
		return 3
	}
	return 1
}

func suffix(ll bool) string {
	if ll {
		return "ll"
	}
	return ""
}
