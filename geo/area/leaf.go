package area

import (
	"math"
	"slices"
)

// leaf writes a cell's content and returns its place.
func (b *builder) leaf(at tile, items []item) uint32 {
	place := uint32(len(b.words))
	b.words = append(b.words, 0)
	edges := false
	for _, it := range items {
		b.item(at, it)
		edges = edges || len(it.refs) > 0
	}
	n := uint32(len(b.words)) - place - 1
	b.words[place] = n
	if edges {
		return place
	}
	// Neighbours are often covered by the same areas.
	if last := b.covered; last != 0 && slices.Equal(b.words[last:last+b.words[last]+1], b.words[place:]) {
		b.words = b.words[:place]
		return last
	}
	b.covered = place
	return place
}

// item writes one item of a leaf.
func (b *builder) item(at tile, it item) {
	place := len(b.words)
	b.words = append(b.words, it.rank)
	if len(it.refs) > itemMany/3-1 { // three words an edge at most
		b.words = append(b.words, 0)
	}
	first := len(b.words)
	inside := it.inside
	chain, next := -1, uint32(0) // the chain that the last edge ended, and the edge that may follow in it
	for _, ref := range it.refs {
		e, ok := b.cut(at, ref)
		if !ok {
			continue
		}
		if e.flags&chainStart != 0 {
			inside = !inside
		}
		if e.flags&chainEnd != 0 {
			inside = !inside
		}
		if chain >= 0 && ref == next && e.flags&(chainStart|cutStart) == 0 && b.words[chain]>>chainShift < chainMax {
			b.words[chain] += 1 << chainShift
			b.words[chain] |= e.flags & chainEnd
			b.words = append(b.words, e.to)
		} else {
			chain = len(b.words)
			b.words = append(b.words, ref|e.flags&(chainStart|chainEnd)|1<<chainShift, e.from, e.to)
		}
		if next = ref + 1; e.flags&(chainEnd|cutEnd) != 0 {
			chain = -1
		}
	}
	if inside {
		b.words[place] |= itemInside
	}
	n := uint32(len(b.words) - first)
	if first > place+1 {
		b.words[place] |= itemMany << itemShift
		b.words[place+1] = n
		return
	}
	b.words[place] |= n << itemShift
}

// tile is a cell of the lattice in degrees, with how many units there are to a degree.
type tile struct {
	west, south, size float64
	per               float64
}

// cutEdge is an edge cut to a cell, its ends in units.
type cutEdge struct {
	from, to uint32
	flags    uint32
}

// Flags of a cutEdge, besides those of chains: the end is not the edge's, so no other edge goes on from it.
const (
	cutStart = 1
	cutEnd   = 2
)

// cut cuts the edge to the cell. What misses the cell by more than a fraction of a unit is left out.
//
// An end on the western border is flagged when the edge crosses that border from corner to corner, by exact arithmetic;
// so the number of flags says how the two corners differ. An edge wholly on the border or to the west of it, which
// matters only to a point on it, is flagged at both ends, so that it counts for nothing.
func (b *builder) cut(at tile, ref uint32) (cutEdge, bool) {
	p, q := b.verts[ref], b.verts[ref+1]
	margin := at.size / (4 << unitBits)
	west, south, east, north := at.west, at.south-margin, at.west+at.size+margin, at.south+at.size+margin
	e := cutEdge{}
	beyond := p.Lng <= at.west && q.Lng <= at.west
	crosses := (p.Lng > at.west) != (q.Lng > at.west)
	if beyond {
		west, e.flags = west-margin, chainStart|chainEnd
	}
	dx, dy := q.Lng-p.Lng, q.Lat-p.Lat
	// The stretch of the edge, from 0 to 1, that lies within; and the ends of it.
	t0, t1 := 0.0, 1.0
	from, to := p, q
	limit := func(start, delta, low, high float64, place func(edge, t float64) Position) bool {
		if delta == 0 {
			return start >= low && start <= high
		}
		if delta < 0 {
			low, high = high, low
		}
		if t := (low - start) / delta; t > t0 {
			t0, from, e.flags = t, place(low, t), e.flags|cutStart
		}
		if t := (high - start) / delta; t < t1 {
			t1, to, e.flags = t, place(high, t), e.flags|cutEnd
		}
		return true
	}
	ok := limit(p.Lng, dx, west, east, func(edge, t float64) Position { return Position{edge, p.Lat + t*dy} }) &&
		limit(p.Lat, dy, south, north, func(edge, t float64) Position { return Position{p.Lng + t*dx, edge} }) &&
		t0 <= t1
	if crosses {
		below, above := Position{at.west, at.south}, Position{at.west, at.south + at.size}
		if side(p, q, below) != side(p, q, above) {
			border := Position{at.west, p.Lat + (at.west-p.Lng)/dx*dy}
			if p.Lng > at.west {
				if !ok {
					from = border
				}
				to, e.flags = border, e.flags|chainEnd
			} else {
				if !ok {
					to = border
				}
				from, e.flags = border, e.flags|chainStart
			}
			ok = true
		}
	}
	if ok {
		e.from, e.to = at.units(from), at.units(to)
	}
	return e, ok
}

// units returns a position in units, moved into the cell.
func (s *tile) units(p Position) uint32 {
	const most = 1<<unitBits - 1
	x := max(0, min(math.Floor((p.Lng-s.west)*s.per), most))
	y := max(0, min(math.Floor((p.Lat-s.south)*s.per), most))
	return uint32(y)<<16 | uint32(x)
}

// set writes the set of ranks so that it ends where a grid may begin.
func (b *builder) set(ranks []uint32) {
	b.steps = b.steps[:0]
	last := uint32(math.MaxUint32)
	for _, rank := range ranks {
		for ; rank-last >= stride; last += stride {
			b.steps = append(b.steps, stride)
		}
		b.steps = append(b.steps, rank-last)
		last = rank
	}
	n := len(b.steps)
	for (len(b.words)+(n+1)/2+1)%gridAlign != 0 {
		b.words = append(b.words, 0)
	}
	for i := 0; i < n; i += 2 {
		pair := b.steps[i]
		if i+1 < n {
			pair |= b.steps[i+1] << 16
		}
		b.words = append(b.words, pair)
	}
	b.words = append(b.words, uint32(n))
}
