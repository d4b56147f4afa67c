package main

import (
	"math"

	"github.com/waybill-go/waybill/geo/internal/border"
)

// plane measures in metres around one place, well enough for the length of a line piece.
type plane struct{ perX, perY float64 }

func projection(at border.Vertex) plane {
	const metre = 6371008.8 * math.Pi / 180 / 1e5 // of latitude in a unit
	return plane{perX: metre * math.Cos(float64(at.Y)/1e5*math.Pi/180), perY: metre}
}

// distance is from v to the line piece from a to b, in metres.
func (p plane) distance(v, a, b border.Vertex) float64 {
	x, y := float64(v.X-a.X)*p.perX, float64(v.Y-a.Y)*p.perY
	dx, dy := float64(b.X-a.X)*p.perX, float64(b.Y-a.Y)*p.perY
	if length := dx*dx + dy*dy; length > 0 {
		t := max(0, min((x*dx+y*dy)/length, 1))
		x, y = x-t*dx, y-t*dy
	}
	return math.Hypot(x, y)
}

func (p plane) distanceToLine(v border.Vertex, line []border.Vertex) float64 {
	least := math.Inf(1)
	for i := 1; i < len(line); i++ {
		least = min(least, p.distance(v, line[i-1], line[i]))
	}
	return least
}

// simplify leaves out what a line can lose without any point of it moving by more than tolerance metres (Douglas and
// Peucker's way). The ends stay; a closed line keeps at least four corners.
func simplify(v []border.Vertex, tolerance float64) []border.Vertex {
	if len(v) < 3 || tolerance <= 0 {
		return v
	}
	keep := make([]bool, len(v))
	keep[0], keep[len(v)-1] = true, true
	if v[0] == v[len(v)-1] {
		if len(v) <= 5 {
			return v
		}
		// A closed line has no direction of its own: three corners far apart hold it open.
		a := farthest(v, func(i int) float64 { return projection(v[i]).distance(v[i], v[0], v[0]) })
		b := farthest(v, func(i int) float64 { return projection(v[i]).distance(v[i], v[0], v[a]) })
		a, b = min(a, b), max(a, b)
		keep[a], keep[b] = true, true
		reduce(v, keep, 0, a, tolerance)
		reduce(v, keep, a, b, tolerance)
		reduce(v, keep, b, len(v)-1, tolerance)
	} else {
		reduce(v, keep, 0, len(v)-1, tolerance)
	}
	var out []border.Vertex
	for i, k := range keep {
		if k {
			out = append(out, v[i])
		}
	}
	return out
}

func farthest(v []border.Vertex, distance func(i int) float64) int {
	at, far := 0, -1.0
	for i := range v {
		if d := distance(i); d > far {
			at, far = i, d
		}
	}
	return at
}

func reduce(v []border.Vertex, keep []bool, from, to int, tolerance float64) {
	if to-from < 2 {
		return
	}
	at, far := 0, tolerance
	for i := from + 1; i < to; i++ {
		if d := projection(v[i]).distance(v[i], v[from], v[to]); d > far {
			at, far = i, d
		}
	}
	if at == 0 {
		return
	}
	keep[at] = true
	reduce(v, keep, from, at, tolerance)
	reduce(v, keep, at, to, tolerance)
}
