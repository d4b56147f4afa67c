package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/waybill-go/waybill/geo/internal/border"
)

// nearBorders walks along all borders of China, Hong Kong, Macau and Taiwan in the exact lines, and steps 100 m off to
// both sides. It returns points for the package's test, "latitude,longitude,region", an empty region being none, and how
// the simplified table answers at all of them. Points within 90 m of another line are left out.
func nearBorders(codes []string, exact []border.Line, source, table *border.Table) ([]byte, string) {
	var out strings.Builder
	total, wrong, written := 0, 0, 0
	for _, l := range exact {
		if !slices.ContainsFunc(l.Regions, func(r int) bool { return slices.Contains(prevailing, codes[r]) }) {
			continue
		}
		walk(l.Vertices, 500, func(at border.Vertex, dx, dy float64) {
			p := projection(at)
			for _, side := range []float64{-100, 100} {
				lng := (float64(at.X) - dy*side/p.perX) / 1e5
				lat := (float64(at.Y) + dx*side/p.perY) / 1e5
				if !alone(source, p, lat, lng) {
					continue
				}
				want, _ := source.Lookup(lat, lng)
				got, _ := table.Lookup(lat, lng)
				if total++; got != want {
					wrong++
				}
				// The file keeps every eightieth point, and all of Hong Kong's and Macau's.
				special := slices.Contains(l.Regions, 0) || slices.Contains(l.Regions, 1)
				if total%80 == 0 || special && total%2 == 0 {
					fmt.Fprintf(&out, "%.6f,%.6f,%s\n", lat, lng, want)
					written++
				}
			}
		})
	}
	return []byte(out.String()), fmt.Sprintf("%d of %d wrong after simplifying, %d written", wrong, total, written)
}

// alone reports whether all points around, 90 m away, lie in the same region.
func alone(t *border.Table, p plane, lat, lng float64) bool {
	want, _ := t.Lookup(lat, lng)
	for angle := range 16 {
		s, c := math.Sincos(float64(angle) * math.Pi / 8)
		if got, _ := t.Lookup(lat+90*s/p.perY/1e5, lng+90*c/p.perX/1e5); got != want {
			return false
		}
	}
	return true
}

// walk calls yield at points of a line some step metres apart, with the line's direction there.
func walk(v []border.Vertex, step float64, yield func(at border.Vertex, dx, dy float64)) {
	left := step / 2
	for i := 1; i < len(v); i++ {
		p := projection(v[i-1])
		dx, dy := float64(v[i].X-v[i-1].X)*p.perX, float64(v[i].Y-v[i-1].Y)*p.perY
		length := math.Hypot(dx, dy)
		for ; left < length; left += step {
			t := left / length
			at := border.Vertex{
				X: v[i-1].X + int32(math.Round(t*float64(v[i].X-v[i-1].X))),
				Y: v[i-1].Y + int32(math.Round(t*float64(v[i].Y-v[i-1].Y))),
			}
			yield(at, dx/length, dy/length)
		}
		left -= length
	}
}
