package main

import (
	"cmp"
	"slices"

	"github.com/waybill-go/waybill/geo/internal/border"
)

// arc is a piece of border line between two places where lines meet, or a closed line that meets none. It belongs to
// the outlines of the regions in set (numbers, ascending).
type arc struct {
	set []int
	v   []border.Vertex
}

func (a *arc) closed() bool { return a.v[0] == a.v[len(a.v)-1] }

type segment struct{ a, b border.Vertex }

func newSegment(a, b border.Vertex) segment {
	if a.X > b.X || a.X == b.X && a.Y > b.Y {
		a, b = b, a
	}
	return segment{a, b}
}

// cut turns outlines into arcs. A segment that two regions share becomes one, and one that a region has twice, between
// two of its own parts, disappears.
func cut(outlines []outline) []arc {
	sets := make(map[segment][]int)
	for n, o := range outlines {
		for _, ring := range o.rings {
			for i := 1; i < len(ring); i++ {
				if ring[i-1] == ring[i] {
					continue
				}
				s := newSegment(ring[i-1], ring[i])
				set := sets[s]
				if at, twice := slices.BinarySearch(set, n); twice {
					set = slices.Delete(set, at, at+1)
				} else {
					set = slices.Insert(set, at, n)
				}
				sets[s] = set
			}
		}
	}
	around := make(map[border.Vertex][]border.Vertex)
	for s, set := range sets {
		if len(set) > 0 {
			around[s.a] = append(around[s.a], s.b)
			around[s.b] = append(around[s.b], s.a)
		}
	}
	order := func(a, b border.Vertex) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) }
	places := make([]border.Vertex, 0, len(around))
	for v, next := range around {
		slices.SortFunc(next, order)
		places = append(places, v)
	}
	slices.SortFunc(places, order) // so that the same source always gives the same arcs

	node := func(v border.Vertex) bool {
		n := around[v]
		return len(n) != 2 || !slices.Equal(sets[newSegment(v, n[0])], sets[newSegment(v, n[1])])
	}
	done := make(map[segment]bool)
	var arcs []arc
	follow := func(from, to border.Vertex) {
		a := arc{set: sets[newSegment(from, to)], v: []border.Vertex{from}}
		for {
			s := newSegment(from, to)
			if done[s] {
				break
			}
			done[s] = true
			a.v = append(a.v, to)
			if node(to) {
				break
			}
			next := around[to][0]
			if next == from {
				next = around[to][1]
			}
			from, to = to, next
		}
		if len(a.v) > 1 {
			arcs = append(arcs, a)
		}
	}
	for _, v := range places {
		if node(v) {
			for _, to := range around[v] {
				follow(v, to)
			}
		}
	}
	for _, v := range places { // what is left are closed lines without a node
		for _, to := range around[v] {
			follow(v, to)
		}
	}
	return arcs
}

// settle mends places where two neighbours of the source have drawn their common border differently, which leaves slivers
// that belong to both or to neither. Where one arc of each leads from the same place to the same place, and they run
// nowhere more than width metres apart, the one of the prevailing region becomes the border of both.
// It returns the arcs and how many were settled.
func settle(arcs []arc, width float64) ([]arc, int) {
	key := func(a *arc) segment { return newSegment(a.v[0], a.v[len(a.v)-1]) }
	byEnds := make(map[segment][]int)
	for i := range arcs {
		if len(arcs[i].set) == 1 && !arcs[i].closed() {
			byEnds[key(&arcs[i])] = append(byEnds[key(&arcs[i])], i)
		}
	}
	gone := make(map[int]bool)
	for i := range arcs {
		a := &arcs[i]
		if len(a.set) != 1 || a.closed() || gone[i] {
			continue
		}
		for _, j := range byEnds[key(a)] {
			b := &arcs[j]
			if j == i || gone[j] || len(b.set) != 1 || b.set[0] <= a.set[0] || between(a, b) > width {
				continue
			}
			a.set = []int{a.set[0], b.set[0]}
			gone[j] = true
			break
		}
	}
	var kept []arc
	for i := range arcs {
		if !gone[i] {
			kept = append(kept, arcs[i])
		}
	}
	return kept, len(gone)
}

// between is how far apart two arcs with the same ends run, in metres: the largest distance of a corner of one from the
// other.
func between(a, b *arc) float64 {
	p := projection(a.v[0])
	far := 0.0
	for _, v := range a.v {
		far = max(far, p.distanceToLine(v, b.v))
	}
	for _, v := range b.v {
		far = max(far, p.distanceToLine(v, a.v))
	}
	return far
}
