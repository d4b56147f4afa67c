package area

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// TestSetSteps writes sets in front of a grid and reads them back, with steps too wide for one half of a word.
func TestSetSteps(t *testing.T) {
	for _, ranks := range [][]uint32{
		nil, {0}, {3, 4, 9}, {stride - 2, stride - 1, stride}, {0, stride, 2 * stride}, {2*stride - 1, 5*stride + 7}, {1 << 18},
	} {
		b := &builder{cells: cells{class: make([]uint32, 1<<19)}}
		b.words = append(b.words, 7, 7, 7)
		b.set(ranks)
		if len(b.words)%gridAlign != 0 {
			t.Errorf("%v: a grid would begin at %d", ranks, len(b.words))
		}
		r := &root{shift: fine, first: uint32(len(b.words))}
		b.words = append(b.words, 0)
		for _, w := range []want{{all: true}, {own: classDefault, denied: classDenied}} {
			if got := b.find(nil, r, Position{0.5, 0.5}, w); !slices.Equal(got, ranks) {
				t.Errorf("%v: read as %v", ranks, got)
			}
		}
		if got := b.find(nil, r, Position{0.5, 0.5}, want{own: 2, denied: 3}); len(got) != 0 {
			t.Errorf("%v: of other classes %v", ranks, got)
		}
	}
}

// TestManyEdgesInAPoint holds for a place where no division helps: hundreds of edges of one part meet in a vertex.
func TestManyEdgesInAPoint(t *testing.T) {
	var ring Ring
	for i := range 400 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 400)
		ring = append(ring, Position{10 + cos, 20 + sin})
		if i%2 == 1 {
			ring = append(ring, Position{10, 20})
		}
	}
	a := Area{ID: "star", Polygons: polygon(append(ring, ring[0]))}
	x := unchecked(t, []Area{a})
	for i := range 280 {
		r := math.Pow(10, -float64(i%14))
		sin, cos := math.Sincos(float64(i))
		checkAgainstNaive(t, x, Position{10 + r*cos, 20 + r*sin})
	}
	checkAgainstNaive(t, x, Position{10, 20})
}

// TestMoreThanTheScratchHolds finds more areas at a point than a lookup keeps without allocating.
func TestMoreThanTheScratchHolds(t *testing.T) {
	var areas []Area
	var want []string
	for i := range 300 {
		id := fmt.Sprintf("a%03d", i)
		areas = append(areas, Area{ID: id, CityCode: "M", Polygons: polygon(square(-float64(i%7), 0, 1, 1+float64(i%5)))})
		want = append(want, id)
	}
	x := index(t, areas...)
	if got := find(t, x, "M", at(0.5, 0.5), ""); !slices.Equal(got, want) {
		t.Errorf("%d areas", len(got))
	}
	if got := find(t, x, "", at(0.5, 1), ""); !slices.Equal(got, want) {
		t.Errorf("%d areas on the border of some", len(got))
	}
}
