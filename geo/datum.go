package geo

// Datum says what a pair of coordinates is measured against. The zero value is WGS-84.
// The numbers are frozen; the text form is wgs84, gcj02 or bd09.
type Datum uint8

const (
	// WGS84 is what GPS receivers and OpenStreetMap give (EPSG:4326). China's CGCS2000 equals it to a decimetre.
	WGS84 Datum = 0
	// GCJ02 is WGS-84 with the smooth shift of 250 to 700 m that maps published in mainland China must have.
	GCJ02 Datum = 1
	// BD09 is Baidu's second shift, about 900 m, on top of GCJ-02 (bd09ll in Baidu's words).
	BD09 Datum = 2
)

var datumNames = [...]string{WGS84: "wgs84", GCJ02: "gcj02", BD09: "bd09"}

func (d Datum) known() bool { return int(d) < len(datumNames) }

// String returns "wgs84", "gcj02" or "bd09", and "unknown" for anything else.
func (d Datum) String() string {
	if !d.known() {
		return "unknown"
	}
	return datumNames[d]
}

// MarshalText implements [encoding.TextMarshaler] with the names of [Datum.String]. An unknown datum is a
// *[waybill.Error] with code InvalidArgument.
func (d Datum) MarshalText() ([]byte, error) {
	if !d.known() {
		return nil, invalidPoint("datum is unknown")
	}
	return []byte(datumNames[d]), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler]. It takes the names that MarshalText writes and nothing else:
// a datum read wrongly moves a point by half a kilometre without anybody noticing. The empty text is WGS-84.
// Anything else is a *[waybill.Error] with code InvalidArgument and leaves d alone.
func (d *Datum) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = WGS84
		return nil
	}
	for i, name := range datumNames {
		if string(text) == name {
			*d = Datum(i)
			return nil
		}
	}
	return invalidPoint("datum is none of wgs84, gcj02, bd09")
}

// To returns the same place in another datum. The published formulas are applied everywhere on Earth, without a
// border and without a rectangle, so the way there and back is exact: the inverses are iterated until they are better
// than 1e-9 degrees (0.1 mm), not the one-step approximations in wide use, which are wrong by metres.
// The formulas agree with the vendors' own conversion services to about 1 m.
//
// Whether a vendor shifts at all at some place is not decided here but by [DatumTable].
//
// To does not allocate. A point already in the datum asked for is returned unchanged, bit for bit, as is one whose
// datum, or the datum asked for, is unknown. Poleward of 85 degrees, where no map is shifted, the formula's east shift
// is held at its size of 85 degrees. The result is not wrapped at 180 degrees. For points that [Point.Validate] refuses
// the numbers that come out mean nothing.
func (p Point) To(d Datum) Point {
	if p.Datum == d || !d.known() || !p.Datum.known() {
		return p
	}
	lat, lng := p.Lat, p.Lng
	// GCJ-02 is the middle of the chain: first down to it, then on to the datum asked for.
	if p.Datum == BD09 {
		lat, lng = gcjFromBD(lat, lng)
	}
	switch {
	case d == WGS84:
		lat, lng = wgsFromGCJ(lat, lng)
	case p.Datum == WGS84:
		lat, lng = gcjFromWGS(lat, lng)
	}
	if d == BD09 {
		lat, lng = bdFromGCJ(lat, lng)
	}
	return Point{Lat: lat, Lng: lng, Datum: d}
}
