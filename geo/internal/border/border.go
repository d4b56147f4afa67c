// Package border knows in which region of the world a point lies. It holds one embedded table of the outlines of all
// ISO 3166-1 regions, territorial sea included, and an index that answers without searching.
//
// # The table
//
// The outlines come from OpenStreetMap by way of an extract whose errors are below 10 m; see LICENSE-DATA.md for the
// source and its licence, and gen for the program that made border.bin of it. The lines of mainland China towards its
// neighbours on land, and of Hong Kong, Macau and Taiwan, are kept to some 30 m, all others to some 100 m to 1 km, finer
// where a region is small. The table has one purpose: which map vendor serves a place. So it follows who administers it
// in fact, as far as the source does. It is no statement about borders and is never shown to anybody.
//
// # The index
//
// The world is cut into cells of half a degree. Of each cell it is known which regions its south-west corner lies in
// and which border lines touch it. A cell that no line touches, which is nearly all of them, has one answer. In another
// one the lines between the corner and the point are counted, and each that is crossed changes sides.
package border

import (
	_ "embed"
	"math"
	"math/bits"
	"sync"
)

//go:embed border.bin
var embedded []byte

// world decodes the embedded table on first use, once; it is read only afterwards.
var world = sync.OnceValue(func() *Table {
	t, err := Decode(embedded)
	if err != nil {
		panic("border: the embedded table is broken: " + err.Error()) // a fault of the build, found by any test
	}
	return t
})

// Lookup returns the region of a WGS-84 position in degrees, an ISO 3166-1 alpha-2 code, and false for a position in no
// region: the open sea, or numbers that are no position. It is safe for concurrent use. The first call decodes the
// table, some tens of milliseconds; others take well under a microsecond and do not allocate.
func Lookup(lat, lng float64) (region string, ok bool) { return world().Lookup(lat, lng) }

const (
	unitsPerDegree = 100000 // the unit of all coordinates in the table: 1e-5 degrees, 1.1 m
	cellSize       = unitsPerDegree / 2
	columns        = 360 * unitsPerDegree / cellSize
	rows           = 180 * unitsPerDegree / cellSize
	westmost       = -180 * unitsPerDegree
	southmost      = -90 * unitsPerDegree
	// A cell's corner is moved by half a unit, so that no vertex and no line along a meridian or parallel meets it.
	nudge = 0.5
)

// regions is a set of region numbers, of which the lowest prevails where regions overlap.
type regions [4]uint64

const maxRegions = 256

func (r *regions) toggle(other *regions) {
	for i := range r {
		r[i] ^= other[i]
	}
}

// first returns the lowest number in the set, or -1.
func (r *regions) first() int {
	for i, word := range r {
		if word != 0 {
			return i*64 + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// edge is a straight piece of border line. Crossing it changes whether one is inside the regions of its set.
type edge struct {
	x1, y1, x2, y2 int32
	set            uint16 // index into Table.sets
}

// Table is a set of outlines with its index. It is immutable and safe for concurrent use.
type Table struct {
	codes []string  // by region number
	sets  []regions // the sets that edges and corners refer to
	edges []edge
	// corner is the set that each cell's corner lies in; touching[start[c]:start[c+1]] are the edges that touch cell c.
	corner   []uint16
	start    []uint32
	touching []uint32
}

// Lookup is like the function [Lookup], in this table.
func (t *Table) Lookup(lat, lng float64) (region string, ok bool) {
	if !(lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180) {
		return "", false
	}
	if lng == 180 {
		lng = -180 // the same meridian, which the index knows as its western end
	}
	x, y := lng*unitsPerDegree, lat*unitsPerDegree
	column := min(int(x-westmost)/cellSize, columns-1)
	row := min(int(y-southmost)/cellSize, rows-1)
	cell := row*columns + column

	inside := t.sets[t.corner[cell]]
	if edges := t.touching[t.start[cell]:t.start[cell+1]]; len(edges) > 0 {
		way := newWay(column, row, x, y)
		for _, i := range edges {
			if e := &t.edges[i]; way.crosses(e) {
				inside.toggle(&t.sets[e.set])
			}
		}
	}
	if i := inside.first(); i >= 0 {
		return t.codes[i], true
	}
	return "", false
}

// way leads from a cell's corner along its meridian to the latitude of a point, and from there along the parallel to it.
type way struct {
	cornerX, cornerY, x, y float64
	west, south            int32 // the whole units below cornerX and y
}

func newWay(column, row int, x, y float64) way {
	west := westmost + column*cellSize
	return way{
		cornerX: float64(west) + nudge,
		cornerY: float64(southmost+row*cellSize) + nudge,
		x:       x,
		y:       y,
		west:    int32(west),
		south:   int32(math.Floor(y)),
	}
}

// crosses reports whether the way crosses the edge an odd number of times. An edge that only touches it counts as on one
// side, the same for the two edges that meet there.
func (w *way) crosses(e *edge) bool {
	crossed := false
	if (e.x1 <= w.west) != (e.x2 <= w.west) {
		at := float64(e.y1) + (w.cornerX-float64(e.x1))*float64(e.y2-e.y1)/float64(e.x2-e.x1)
		crossed = (w.cornerY < at) != (w.y < at)
	}
	if (e.y1 <= w.south) != (e.y2 <= w.south) {
		at := float64(e.x1) + (w.y-float64(e.y1))*float64(e.x2-e.x1)/float64(e.y2-e.y1)
		if (w.cornerX < at) != (w.x < at) {
			crossed = !crossed
		}
	}
	return crossed
}
