package geo

import (
	"log/slog"
	"math"
	"strconv"

	"github.com/waybill-go/waybill"
)

// EarthRadius is the mean radius of the Earth in metres (IUGG), the radius of the sphere that [Distance] measures on.
const EarthRadius = 6371008.8

// Point is a place on the Earth: latitude and longitude in decimal degrees, north and east positive, and the datum
// that the two numbers are given in. The zero datum is WGS-84, what GPS gives.
//
// A Point is a plain value: comparable, without pointers, safe to copy and to share between goroutines.
// Two points in different datums with the same numbers are different places, hundreds of metres apart in China.
//
// The point of a person is personal data. Keep it out of errors, logs and spans; [Point.LogValue] helps with slog.
type Point struct {
	Lat   float64 `json:"lat"`            // degrees, -90 to 90
	Lng   float64 `json:"lng"`            // degrees, -180 to 180
	Datum Datum   `json:"datum,omitzero"` // left out of JSON when WGS-84
}

// String returns "lat,lng" in degrees rounded to six decimals (0.1 m), followed by the datum if that is not WGS-84:
// "22.540382,114.062982 gcj02". It is made for showing a point to somebody who may see it, not for logs and errors,
// and not for a vendor's request, whose order of the two numbers differs from vendor to vendor.
func (p Point) String() string {
	var buf [48]byte
	b := strconv.AppendFloat(buf[:0], p.Lat, 'f', 6, 64)
	b = append(b, ',')
	b = strconv.AppendFloat(b, p.Lng, 'f', 6, 64)
	if p.Datum != WGS84 {
		b = append(b, ' ')
		b = append(b, p.Datum.String()...)
	}
	return string(b)
}

// LogValue implements [slog.LogValuer]: a logged point keeps one decimal of a degree (about 10 km), enough to see the
// city and too little to see a person. The datum is kept.
func (p Point) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Float64("lat", math.Round(p.Lat*10)/10),
		slog.Float64("lng", math.Round(p.Lng*10)/10),
		slog.String("datum", p.Datum.String()),
	)
}

// IsZero reports whether both numbers are zero, whatever the datum. The library takes such a point, which lies in the
// open sea off Africa, for "no point given". JSON's omitzero uses it too.
func (p Point) IsZero() bool { return p.Lat == 0 && p.Lng == 0 }

// Validate reports whether p can be a place at all: both numbers finite, latitude in [-90, 90], longitude in
// [-180, 180], and a datum that this package knows. The zero point passes; see [Point.IsZero].
//
// The error is a *[waybill.Error] with code InvalidArgument, scope request and delivery NotSent. It names the field
// that is wrong and never contains the numbers.
func (p Point) Validate() error {
	switch {
	case !finite(p.Lat):
		return invalidPoint("latitude is not a finite number")
	case !finite(p.Lng):
		return invalidPoint("longitude is not a finite number")
	case p.Lat < -90 || p.Lat > 90:
		return invalidPoint("latitude is outside -90 to 90 degrees")
	case p.Lng < -180 || p.Lng > 180:
		return invalidPoint("longitude is outside -180 to 180 degrees")
	case !p.Datum.known():
		return invalidPoint("datum is unknown")
	}
	return nil
}

// Distance returns the length in metres of the great circle from a to b on a sphere of radius [EarthRadius].
// Both points are taken to WGS-84 first, so points in different datums may be mixed and shifted points do not carry
// their distortion into the result. Against the ellipsoid the sphere is wrong by up to 0.6 per cent.
// For points that [Point.Validate] refuses the result may be NaN.
func Distance(a, b Point) float64 {
	if a.Datum != WGS84 {
		a = a.To(WGS84)
	}
	if b.Datum != WGS84 {
		b = b.To(WGS84)
	}
	const rad = math.Pi / 180
	lat, lng := (b.Lat-a.Lat)*(rad/2), (b.Lng-a.Lng)*(rad/2)
	if math.Abs(lat) < closeBy && math.Abs(lng) < closeBy && math.Abs(a.Lat+b.Lat) < 160 {
		return nearDistance(lat, lng, (a.Lat+b.Lat)*rad)
	}
	sinLat, sinLng := math.Sin(lat), math.Sin(lng)
	h := sinLat*sinLat + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*sinLng*sinLng
	return 2 * EarthRadius * math.Asin(math.Sqrt(min(h, 1)))
}

// closeBy is how far apart, as half an angle in radians, points may be for
// [nearDistance]: some 220 km.
const closeBy = 0.0175

// nearDistance is the same great circle for points that are not far apart nor near a
// pole, where the sines and the arc sine are the first terms of their series, to some
// units of the last place, and one cosine does for two:
// cos a · cos b = (cos(a+b) + cos(a−b)) / 2, with cos(a−b) = 1 − 2 sin²((a−b)/2).
// lat and lng are half the differences, sum is the sum of the latitudes, in radians.
func nearDistance(lat, lng, sum float64) float64 {
	sinLat, sinLng := shortSine(lat), shortSine(lng)
	h := sinLat * sinLat
	h += (0.5 + 0.5*math.Cos(sum) - h) * (sinLng * sinLng)
	return 2 * EarthRadius * math.Sqrt(h) * (1 + h*(1./6+h*(3./40+h*(15./336+h*(105./3456)))))
}

// shortSine is the sine of an angle of at most closeBy.
func shortSine(x float64) float64 {
	q := x * x
	return x * (1 - q*(1./6-q*(1./120-q*(1./5040))))
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// invalidPoint builds the error of a point that no provider could accept.
func invalidPoint(what string) error {
	e := waybill.Invalid("point", what)
	e.Provider = "geo"
	return e
}
