package area

import (
	"math"
	"math/big"
)

// certain is the relative size from which on the sign of an orientation computed in float64 is sure (Shewchuk's bound
// for orient2d). Below smallest, products may have lost bits to underflow.
const (
	epsilon  = 1.0 / (1 << 53)
	certain  = (3 + 16*epsilon) * epsilon
	smallest = 1e-280
)

// orient returns 1 when p lies to the left of the line from a to b, -1 when to the right, and 0 when exactly on it.
// The sign is that of the exact determinant of the float64 numbers, on every machine: the conversions around the
// products keep compilers from fusing them.
func orient(a, b, p Position) int {
	l := float64((a.Lng - p.Lng) * (b.Lat - p.Lat))
	r := float64((a.Lat - p.Lat) * (b.Lng - p.Lng))
	det := l - r
	bound := certain*(math.Abs(l)+math.Abs(r)) + smallest
	switch {
	case det > bound:
		return 1
	case -det > bound:
		return -1
	}
	return orientExact(a, b, p)
}

// orientExact adds the six products of the expanded determinant, each as an unevaluated sum of two float64 numbers,
// into one expansion without any rounding. It does not allocate, but for numbers so small that products underflow.
func orientExact(a, b, p Position) int {
	terms := [6][2]float64{
		{a.Lng, b.Lat}, {-a.Lng, p.Lat}, {-p.Lng, b.Lat},
		{-a.Lat, b.Lng}, {a.Lat, p.Lng}, {p.Lat, b.Lng},
	}
	var sum [12]float64
	n := 0
	for _, t := range terms {
		hi := float64(t[0] * t[1])
		if math.Abs(hi) < 1e-250 && t[0] != 0 && t[1] != 0 {
			return orientBig(a, b, p)
		}
		n = grow(&sum, n, math.FMA(t[0], t[1], -hi))
		n = grow(&sum, n, hi)
	}
	if n == 0 {
		return 0
	}
	return sign(sum[n-1])
}

// grow adds x to the expansion in the first n numbers of e, smallest first, and returns its new length. Zeros are left
// out, so the last number has the sign of the whole.
func grow(e *[12]float64, n int, x float64) int {
	out := 0
	for i := range n {
		s := x + e[i]
		bb := s - x
		err := (x - (s - bb)) + (e[i] - bb)
		if err != 0 {
			e[out] = err
			out++
		}
		x = s
	}
	if x != 0 {
		e[out] = x
		out++
	}
	return out
}

func orientBig(a, b, p Position) int {
	diff := func(x, y float64) *big.Rat {
		return new(big.Rat).Sub(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(y))
	}
	l := new(big.Rat).Mul(diff(a.Lng, p.Lng), diff(b.Lat, p.Lat))
	r := new(big.Rat).Mul(diff(a.Lat, p.Lat), diff(b.Lng, p.Lng))
	return l.Cmp(r)
}

func sign(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// side is orient for a point moved by an infinitely small step up, and a still smaller one to the right: it is 0 only
// for an edge without length. With it a way from corner to corner never has to care about an edge that passes exactly
// through its bend.
func side(a, b, q Position) int {
	if s := orient(a, b, q); s != 0 {
		return s
	}
	if s := sign(b.Lng - a.Lng); s != 0 {
		return s
	}
	return sign(a.Lat - b.Lat)
}
