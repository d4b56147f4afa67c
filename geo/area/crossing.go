package area

import "math"

// crosser checks how the rings of a polygon lie to themselves and to one another. It puts their edges into the same
// grids as the index, and compares edges that meet in a cell.
type crosser struct {
	builder
	rings   []uint32 // by vertex, the ring's number
	ends    []uint32 // by ring, the vertex after its last one
	work    int      // comparisons left
	touched bool     // rings touch one another in points
	ring    int
	reason  Reason
}

const (
	fewEdges     = 24      // compared each with each
	fewPerCell   = 6       // how many a cell is meant to have
	maxRings     = 10_000  // of a polygon
	workPerEdge  = 300     // comparisons, on average
	workPerPair  = 8       // what listing an edge in a cell counts
	workAtLeast  = 1 << 22 // comparisons that any polygon may take, and
	workPerTwo   = 2       // for any two edges of it, up to
	workForTwos  = 1 << 24 // so many; the same keeps the index small
	crosserDepth = 12
)

// check returns the ring and the reason of the first thing that is wrong, or no reason.
func (c *crosser) check(poly Polygon) (int, Reason) {
	if len(poly) > maxRings {
		return 0, ReasonComplex
	}
	c.verts, c.rings, c.ends = c.verts[:0], c.rings[:0], c.ends[:0]
	c.touched, c.reason = false, ""
	outline := emptyBox
	var refs []uint32
	if c.levels[crosserDepth].refs == nil {
		c.levels[crosserDepth].refs = make([]uint32, 0, 1024)
	}
	refs = c.levels[crosserDepth].refs[:0]
	for k, ring := range poly {
		for i := range len(ring) - 1 {
			refs = append(refs, uint32(len(c.verts)+i))
		}
		for range ring {
			c.rings = append(c.rings, uint32(k))
		}
		c.verts = append(c.verts, ring...)
		c.ends = append(c.ends, uint32(len(c.verts)))
		outline = outline.add(ring.box())
	}
	c.levels[crosserDepth].refs = refs
	c.work = workAtLeast + workPerEdge*len(refs) + min(workPerTwo*len(refs)*len(refs), workForTwos)
	margin := max(1e-9, 1e-9*(outline.east-outline.west+outline.north-outline.south))
	c.look(place{Position{outline.west - margin, outline.south - margin}, outline.east - outline.west + 2*margin, outline.north - outline.south + 2*margin}, 0, refs)
	if c.reason != "" {
		return c.ring, c.reason
	}
	return c.holes(poly)
}

// look compares the edges of a place, dividing it while there are many.
func (c *crosser) look(at place, depth int, refs []uint32) {
	if len(refs) <= fewEdges || depth == crosserDepth || min(at.w, at.h) < 1e-11 {
		c.compareAll(refs)
		return
	}
	n := max(2, min(int(math.Sqrt(float64(len(refs))/fewPerCell)), 256))
	g := newGrid(at, uint32(n))
	l := &c.levels[depth]
	l.pairs = l.pairs[:0]
	c.spread(&g, l, 0, refs)
	if c.work -= workPerPair * len(l.pairs); c.work < 0 {
		c.reason = ReasonComplex
		return
	}
	l.sortByCell(n * n)
	for cell := range n * n {
		inCell := l.sorted[l.starts[cell]:l.starts[cell+1]]
		if len(inCell) < 2 {
			continue
		}
		l.refs = l.refs[:0]
		for _, p := range inCell {
			l.refs = append(l.refs, p.ref)
		}
		if c.look(place{g.corner(cell%n, cell/n), g.w, g.h}, depth+1, l.refs); c.reason != "" {
			return
		}
	}
}

func (c *crosser) compareAll(refs []uint32) {
	if c.work -= len(refs) * len(refs) / 2; c.work < 0 {
		c.reason = ReasonComplex
		return
	}
	for i, e := range refs {
		p, q := c.verts[e], c.verts[e+1]
		b := box{min(p.Lng, q.Lng), min(p.Lat, q.Lat), max(p.Lng, q.Lng), max(p.Lat, q.Lat)}
		for _, f := range refs[i+1:] {
			r, s := c.verts[f], c.verts[f+1]
			if r.Lng < b.west && s.Lng < b.west || r.Lng > b.east && s.Lng > b.east ||
				r.Lat < b.south && s.Lat < b.south || r.Lat > b.north && s.Lat > b.north {
				continue
			}
			if c.compare(e, f, p, q, r, s); c.reason != "" {
				return
			}
		}
	}
}

// compare looks at two edges whose boxes meet.
func (c *crosser) compare(e, f uint32, p, q, r, s Position) {
	same := c.rings[e] == c.rings[f]
	if same && c.adjacent(e, f) {
		return
	}
	o1, o2 := orient(p, q, r), orient(p, q, s)
	if o1*o2 > 0 {
		return
	}
	o3, o4 := orient(r, s, p), orient(r, s, q)
	if o3*o4 > 0 {
		return
	}
	along := o1 == 0 && o2 == 0 && overlap(p, q, r, s)
	switch {
	case same:
		c.ring, c.reason = int(c.rings[e]), ReasonCrossing
	case o1*o2 < 0 && o3*o4 < 0 || along || c.passes(e, f):
		c.ring, c.reason = int(max(c.rings[e], c.rings[f])), ReasonRingsCross
	default:
		c.touched = true
	}
}

// passes reports whether two rings, of which these edges share one point, change sides there. The point is a corner of
// one of them at least.
func (c *crosser) passes(e, f uint32) bool {
	for _, v := range [...]uint32{f, f + 1} {
		if onEdge(c.verts[e], c.verts[e+1], c.verts[v]) {
			return c.passesAt(e, v)
		}
	}
	for _, v := range [...]uint32{e, e + 1} {
		if onEdge(c.verts[f], c.verts[f+1], c.verts[v]) {
			return c.passesAt(f, v)
		}
	}
	return false
}

// passesAt is passes for a corner v that lies on the edge e of another ring, perhaps at one of its ends.
func (c *crosser) passesAt(e, v uint32) bool {
	a, at, b := c.verts[e], c.verts[v], c.verts[e+1]
	switch at {
	case a:
		a, b = c.beside(e)
	case b:
		a, b = c.beside(e + 1)
	}
	from, to := c.beside(v)
	return leftOf(a, at, b, from) != leftOf(a, at, b, to)
}

// beside returns the corners before and after one.
func (c *crosser) beside(v uint32) (before, after Position) {
	k := c.rings[v]
	first, last := uint32(0), c.ends[k]-1
	if k > 0 {
		first = c.ends[k-1]
	}
	if v == first || v == last { // the same corner
		return c.verts[last-1], c.verts[first+1]
	}
	return c.verts[v-1], c.verts[v+1]
}

// leftOf reports whether the direction from at to p lies to the left of the bend a, at, b, and not along it.
func leftOf(a, at, b, p Position) bool {
	first, second := orient(a, at, p) > 0, orient(at, b, p) > 0
	if orient(a, at, b) > 0 {
		return first && second
	}
	return first || second
}

// onEdge reports whether p lies on the edge, its ends included.
func onEdge(a, b, p Position) bool {
	return min(a.Lng, b.Lng) <= p.Lng && p.Lng <= max(a.Lng, b.Lng) && min(a.Lat, b.Lat) <= p.Lat && p.Lat <= max(a.Lat, b.Lat) &&
		orient(a, b, p) == 0
}

// adjacent reports whether two edges of a ring follow one another; then they share a corner, and no more since spikes
// are gone.
func (c *crosser) adjacent(e, f uint32) bool {
	if e > f {
		e, f = f, e
	}
	if f == e+1 {
		return true
	}
	k := c.rings[e]
	first := uint32(0)
	if k > 0 {
		first = c.ends[k-1]
	}
	return e == first && f+2 == c.ends[k]
}

// overlap reports whether two edges on one line share more than a point.
func overlap(p, q, r, s Position) bool {
	return max(min(p.Lng, q.Lng), min(r.Lng, s.Lng)) < min(max(p.Lng, q.Lng), max(r.Lng, s.Lng)) ||
		max(min(p.Lat, q.Lat), min(r.Lat, s.Lat)) < min(max(p.Lat, q.Lat), max(r.Lat, s.Lat))
}
