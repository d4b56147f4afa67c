package geo

import "math"

// The shift from WGS-84 to GCJ-02 is a sum of sines whose angles are whole multiples of one another. The published
// form takes fourteen sines and cosines; here two are taken, and the others follow from the formulas for double,
// triple and fivefold angles. The results differ from the published form by less than 1e-12 degrees.
const (
	krasovskyA  = 6378245.0               // equatorial radius of the Krasovsky ellipsoid, metres
	krasovskyE2 = 0.00669342162296594323  // its squared eccentricity
	sin35       = 0.573576436351046096108 // sine and cosine of 35 degrees, the formula's origin of latitude
	cos35       = 0.819152044288991789684
	cos85       = 0.087155742747658173558 // from here the east shift grows no more towards the pole

	latScale = 180 / (krasovskyA * (1 - krasovskyE2) * math.Pi) // metres to degrees of a sphere
	lngScale = 180 / (krasovskyA * math.Pi)

	// converged is the last step of an inverse, in degrees. A step is two hundred times smaller than the one before in
	// China and ten times anywhere: what is left is below 6e-12 degrees in China and 2e-10 anywhere.
	converged = 1e-9
	maxRounds = 30
)

// waves holds the sines of the multiples of one angle that the shift is made of. With t the angle in degrees (of
// longitude from 105 E or latitude from 35 N), sNN is sin(pi*t*NN/60).
type waves struct{ s2, s5, s20, s60, s120, s360 float64 }

// wavesOf takes the sine and cosine of pi*t/60.
func wavesOf(s, c float64) (w waves) {
	w.s2 = 2 * s * c
	c2 := 1 - 2*s*s
	s4, c4 := 2*w.s2*c2, 1-2*w.s2*w.s2
	w.s5 = s4*c + c4*s
	c5 := c4*c - s4*s
	s10, c10 := 2*w.s5*c5, 1-2*w.s5*w.s5
	w.s20 = 2 * s10 * c10
	c20 := 1 - 2*s10*s10
	w.s60 = w.s20 * (3 - 4*w.s20*w.s20)
	c60 := c20 * (4*c20*c20 - 3)
	w.s120 = 2 * w.s60 * c60
	w.s360 = w.s120 * (3 - 4*w.s120*w.s120)
	return w
}

// gcjShift returns what must be added to a WGS-84 latitude and longitude to get GCJ-02, in degrees.
func gcjShift(lat, lng float64) (dLat, dLng float64) {
	x, y := lng-105, lat-35
	u := wavesOf(math.Sincos(x * (math.Pi / 60)))
	// One sine and cosine of y in degrees serve the waves, at three times the angle, and the ellipsoid, 35 degrees on.
	sy, cy := math.Sincos(y * (math.Pi / 180))
	v := wavesOf(sy*(3-4*sy*sy), cy*(4*cy*cy-3))

	// Metres to the north and to the east.
	root := math.Sqrt(math.Abs(x))
	both := (20*u.s360 + 20*u.s120) * (2.0 / 3)
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + both +
		(20*v.s60+40*v.s20+160*v.s5+320*v.s2)*(2.0/3)
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + both +
		(20*u.s60+40*u.s20+150*u.s5+300*u.s2)*(2.0/3)

	// Metres to degrees on the ellipsoid.
	sinLat, cosLat := sy*cos35+cy*sin35, cy*cos35-sy*sin35
	m := 1 - krasovskyE2*sinLat*sinLat
	rootM := math.Sqrt(m)
	return north * latScale * m * rootM, east * lngScale * rootM / max(cosLat, cos85)
}

// wgsFromGCJ inverts the shift: it looks for the point whose GCJ-02 is (lat, lng), going by what is missing.
func wgsFromGCJ(lat, lng float64) (float64, float64) {
	p, q := lat, lng
	for range maxRounds {
		dLat, dLng := gcjShift(p, q)
		eLat, eLng := lat-(p+dLat), lng-(q+dLng)
		p, q = p+eLat, q+eLng
		if max(math.Abs(eLat), math.Abs(eLng)) < converged {
			break
		}
	}
	return p, q
}

// Baidu's second shift: the point, seen from latitude and longitude zero, is turned by a wave of the longitude, moved
// outwards by a wave of the latitude, and displaced.
const (
	bdWave    = math.Pi * 3000 / 180 // radians per degree
	bdTurn    = 0.000003             // radians
	bdStretch = 0.00002              // degrees
	bdLat     = 0.006                // degrees
	bdLng     = 0.0065
)

// bdFromGCJ returns the BD-09 of a GCJ-02 latitude and longitude. The published form goes through polar coordinates;
// a turn so small is as exact, to 1e-15 degrees, by the first terms of its sine and cosine.
func bdFromGCJ(lat, lng float64) (float64, float64) {
	turn := bdTurn * math.Cos(lng*bdWave)
	k := 1 + bdStretch*math.Sin(lat*bdWave)/radius(lat, lng)
	c, s := k*(1-turn*turn/2), k*turn
	return lat*c + lng*s + bdLat, lng*c - lat*s + bdLng
}

// gcjFromBD inverts bdFromGCJ by Newton's method. The slopes leave out terms below 1e-6, so it takes three rounds.
func gcjFromBD(lat, lng float64) (float64, float64) {
	p, q := lat-bdLat, lng-bdLng
	for range maxRounds {
		sinQ, cosQ := math.Sincos(q * bdWave)
		sinP, cosP := math.Sincos(p * bdWave)
		r := radius(p, q)
		turn := bdTurn * cosQ
		k := 1 + bdStretch*sinP/r
		c, s := k*(1-turn*turn/2), k*turn
		eLat, eLng := lat-bdLat-(p*c+q*s), lng-bdLng-(q*c-p*s)

		slope := -bdTurn * bdWave * sinQ // of the turn, along the longitude
		wave := bdStretch * bdWave * cosP / r
		// [latLat latLng; lngLat lngLng] is the matrix of slopes.
		latLat, latLng := 1+wave*p, turn+slope*q
		lngLat, lngLng := wave*q-turn, 1-slope*p
		det := latLat*lngLng - latLng*lngLat
		p += (eLat*lngLng - eLng*latLng) / det
		q += (eLng*latLat - eLat*lngLat) / det
		if max(math.Abs(eLat), math.Abs(eLng)) < converged {
			break
		}
	}
	return p, q
}

// radius is the distance from latitude and longitude zero, in degrees, and never zero.
func radius(lat, lng float64) float64 { return max(math.Sqrt(lat*lat+lng*lng), 1e-9) }
