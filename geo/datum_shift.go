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

	// converged bounds the last step of an inverse, in degrees. Newton's method squares the error: after a step of this
	// size less than 1e-11 degrees are left, anywhere. Two steps do in China. Within cusp degrees of 105 E, where the
	// root in the formula is steep, the steps go on until there is nothing left.
	converged = 1e-6
	cusp      = 1e-3
	nothing   = 1e-12
	maxRounds = 30
)

// waves holds the sines and cosines of the multiples of one angle that the shift is made of. With t the angle in
// degrees (of longitude from 105 E or latitude from 35 N), sNN is sin(pi*t*NN/60).
type waves struct {
	s2, s5, s20, s60, s120, s360 float64
	c2, c5, c20, c60             float64
}

// wavesOf takes the sine and cosine of pi*t/60.
func wavesOf(s, c float64) (w waves) {
	w.s2, w.c2 = 2*s*c, 1-2*s*s
	s4, c4 := 2*w.s2*w.c2, 1-2*w.s2*w.s2
	w.s5, w.c5 = s4*c+c4*s, c4*c-s4*s
	s10, c10 := 2*w.s5*w.c5, 1-2*w.s5*w.s5
	w.s20, w.c20 = 2*s10*c10, 1-2*s10*s10
	w.s60, w.c60 = w.s20*(3-4*w.s20*w.s20), w.c20*(4*w.c20*w.c20-3)
	w.s120 = 2 * w.s60 * w.c60
	w.s360 = w.s120 * (3 - 4*w.s120*w.s120)
	return w
}

// gcjTerms is what the shift at a place is made of.
type gcjTerms struct {
	x, y           float64 // degrees from 105 E and from 35 N
	u, v           waves   // of x and of y
	root           float64 // of |x|
	sinLat, cosLat float64
	m, rootM       float64 // how the ellipsoid curves at this latitude
}

func gcjTermsAt(lat, lng float64) (t gcjTerms) {
	t.x, t.y = lng-105, lat-35
	t.root = math.Sqrt(math.Abs(t.x))
	t.u = wavesOf(math.Sincos(t.x * (math.Pi / 60)))
	// One sine and cosine of y in degrees serve the waves, at three times the angle, and the ellipsoid, 35 degrees on.
	s, c := math.Sincos(t.y * (math.Pi / 180))
	t.v = wavesOf(s*(3-4*s*s), c*(4*c*c-3))
	t.sinLat, t.cosLat = s*cos35+c*sin35, c*cos35-s*sin35
	t.m = 1 - krasovskyE2*t.sinLat*t.sinLat
	t.rootM = math.Sqrt(t.m)
	return t
}

// scales returns the degrees of latitude and of longitude in a metre.
func (t *gcjTerms) scales() (perNorth, perEast float64) {
	return latScale * t.m * t.rootM, lngScale * t.rootM / max(t.cosLat, cos85)
}

// shift returns what must be added to a WGS-84 latitude and longitude to get GCJ-02, in degrees.
func (t *gcjTerms) shift() (dLat, dLng float64) {
	x, y, u, v := t.x, t.y, &t.u, &t.v
	both := 20*u.s360 + 20*u.s120
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*t.root +
		(both+20*v.s60+40*v.s20+160*v.s5+320*v.s2)*(2.0/3)
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*t.root +
		(both+20*u.s60+40*u.s20+150*u.s5+300*u.s2)*(2.0/3)
	perNorth, perEast := t.scales()
	return north * perNorth, east * perEast
}

// slopes returns how the shift changes per degree: latLng is what a degree of longitude adds to dLat. The change of the
// scale with the latitude is counted for the longitude only; for the latitude it is below 1e-6. The root of |x| is left
// out: its slope is as small, but for the last metres before 105 E, where it has no bound.
func (t *gcjTerms) slopes(dLng float64) (latLat, latLng, lngLat, lngLng float64) {
	x, y, u, v := t.x, t.y, &t.u, &t.v
	c120 := 1 - 2*u.s60*u.s60
	c360 := c120 * (4*c120*c120 - 3)
	both := 120*c360 + 40*c120
	perNorth, perEast := t.scales()
	latLat = perNorth * (3 + 0.4*y + 0.1*x + (20*v.c60+40.0/3*v.c20+160.0/12*v.c5+320.0/30*v.c2)*(2*math.Pi/3))
	latLng = perNorth * (2 + 0.1*y + both*(2*math.Pi/3))
	lngLat = perEast * (2 + 0.1*x)
	if t.cosLat > cos85 {
		lngLat += dLng * t.sinLat / t.cosLat * (math.Pi / 180)
	}
	lngLng = perEast * (1 + 0.2*x + 0.1*y + (both+20*u.c60+40.0/3*u.c20+150.0/12*u.c5+10*u.c2)*(2*math.Pi/3))
	return latLat, latLng, lngLat, lngLng
}

func gcjFromWGS(lat, lng float64) (float64, float64) {
	t := gcjTermsAt(lat, lng)
	dLat, dLng := t.shift()
	return lat + dLat, lng + dLng
}

// wgsFromGCJ inverts the shift by Newton's method: it looks for the point whose GCJ-02 is (lat, lng).
func wgsFromGCJ(lat, lng float64) (float64, float64) {
	p, q := lat, lng
	for range maxRounds {
		t := gcjTermsAt(p, q)
		dLat, dLng := t.shift()
		eLat, eLng := lat-(p+dLat), lng-(q+dLng)
		latLat, latLng, lngLat, lngLng := t.slopes(dLng)
		p, q = newton(p, q, eLat, eLng, 1+latLat, latLng, lngLat, 1+lngLng)
		if e := max(math.Abs(eLat), math.Abs(eLng)); e < nothing || e < converged && math.Abs(t.x) > cusp {
			break
		}
	}
	return p, q
}

// newton takes one step: what is missing, through the inverse of the matrix of slopes.
func newton(p, q, eLat, eLng, latLat, latLng, lngLat, lngLng float64) (float64, float64) {
	det := latLat*lngLng - latLng*lngLat
	return p + (eLat*lngLng-eLng*latLng)/det, q + (eLng*latLat-eLat*lngLat)/det
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
		latLat, latLng := 1+wave*p, turn+slope*q
		lngLat, lngLng := wave*q-turn, 1-slope*p
		p, q = newton(p, q, eLat, eLng, latLat, latLng, lngLat, lngLng)
		if max(math.Abs(eLat), math.Abs(eLng)) < converged {
			break
		}
	}
	return p, q
}

// radius is the distance from latitude and longitude zero, in degrees, and never zero.
func radius(lat, lng float64) float64 { return max(math.Sqrt(lat*lat+lng*lng), 1e-9) }
