package area

import "math"

// cells is the index over the edges of a city's areas: a hierarchy of grids. A grid names the areas that cover it
// wholly, which need no arithmetic at all. A cell lists the further ones that cover it, and the parts of areas whose
// border crosses it, with just the edges in it and whether the cell's upper left corner lies inside. A lookup goes down
// to one cell, and from its corner to the point, counting the edges on the way.
//
// Cells lie on a lattice of powers of two, so finding the cell of a point is shifts of a whole number and rounds
// nothing. The edges of a cell are cut to it and written in 65536ths of it, next to one another. That is enough to
// count them as long as the point is not within a few of those units of an edge; where it is, the edges are looked up
// in verts and the exact arithmetic of [orient] decides. See [countChains] for why that is right.
type cells struct {
	verts []Position // all rings of all cities, closed, one after the other
	class []uint32   // by rank, the area's class in its city
	// words holds the grids, each followed by what is in it, so that a lookup stays in few pages. A grid is its cells,
	// row by row. In a cell stands 0 for nothing, the place of a leaf, or isGrid with the logarithm of the side and a
	// place counted in gridAlign.
	words []uint32
}

const (
	isGrid      = 1 << 31
	gridShift   = 28
	gridMask    = 1<<gridShift - 1
	gridAlign   = 16
	gridLogMask = 7
)

// In front of a grid stands the set of what covers it: a number of steps, and before that the steps, two to a word, the
// lower half first: how much higher each rank is than the one before. A step of stride goes further and means no rank.
const stride = 1<<16 - 1

// A leaf is the number of words that follow, and items by rank. An item is a part: the rank of its area, an inside bit
// for the cell's upper left corner, and the number of words that follow; when they are many the next word is that
// number. None follow for an area that covers the cell. They are chains of edges: the first edge's vertex, bits and the
// number of edges, and the ends of the edges as y<<16|x, one more than there are edges.
const (
	rankBits   = 24
	rankMask   = 1<<rankBits - 1
	itemInside = 1 << 24
	itemShift  = 25
	itemMany   = 1<<(32-itemShift) - 1

	refMask    = maxVerts - 1
	chainStart = 1 << 26 // the first end lies on the cell's western border and counts for the way down there
	chainEnd   = 1 << 27 // the last end does
	chainShift = 28
	chainMax   = 1<<(32-chainShift) - 1
)

// The lattice: whole numbers of 2^-fine degrees. The cells of a lattice are 1<<shift of them wide.
const (
	fine      = 40
	unitBits  = 16 // of a cell, what edges are written in
	leastCell = 20 // the smallest shift of a cell: about 10 cm
	near      = 3  // units within which the exact arithmetic decides
)

func lattice(degrees float64) int64 { return int64(math.Floor(degrees * (1 << fine))) }

func degrees(n int64) float64 { return float64(n) / (1 << fine) }

// root is the outermost grid of a city.
type root struct {
	x, y  int64 // the number of its western column and of its southern row, counted from 0°
	shift uint8 // of its cells
	log   uint8 // of its side
	first uint32
}

// want says which areas a lookup is for: those of two classes, which has tells, or all.
type want struct {
	own, denied uint32
	all         bool
}

func (w want) has(class uint32) bool { return class == w.own || class == w.denied }

// find appends the ranks of the wanted areas that p lies in, ascending. p must lie in the root grid.
func (c *cells) find(dst []uint32, r *root, p Position, w want) []uint32 {
	x, y := lattice(p.Lng), lattice(p.Lat)
	shift, grid := r.shift, r.first
	v := c.words[grid+uint32(y>>shift-r.y)<<r.log+uint32(x>>shift-r.x)]
	for v&isGrid != 0 {
		log := uint8(v >> gridShift & gridLogMask)
		shift -= log
		mask := int64(1)<<log - 1
		grid = v & gridMask * gridAlign
		v = c.words[grid+uint32(y>>shift&mask)<<log+uint32(x>>shift&mask)]
	}
	// The set in front of the grid is ascending, and so are the hits. Its line is asked for before the leaf's.
	n := c.words[grid-1]
	var buf [64]uint32
	hits := buf[:0]
	if v != 0 {
		hits = c.inLeaf(hits, v, x, y, shift, p, w)
	}
	steps := c.words[grid-1-(n+1)/2 : grid-1]
	rank := uint32(math.MaxUint32) // one before 0
	for i := range n {
		step := steps[i/2] >> (i % 2 * 16) & stride
		rank += step
		if step == stride {
			continue
		}
		for len(hits) > 0 && hits[0] < rank {
			dst, hits = append(dst, hits[0]), hits[1:]
		}
		if w.all || w.has(c.class[rank]) {
			dst = append(dst, rank)
		}
	}
	return append(dst, hits...)
}

// inLeaf appends the wanted areas of a leaf whose cell has the given shift; x and y are p on the lattice.
func (c *cells) inLeaf(hits []uint32, at uint32, x, y int64, shift uint8, p Position, w want) []uint32 {
	px := x >> (shift - unitBits) & (1<<unitBits - 1)
	py := min(y>>(shift-unitBits)&(1<<unitBits-1), 1<<unitBits-2)
	items := c.words[at+1 : at+1+c.words[at]]
	for len(items) > 0 {
		head := items[0]
		n, first := head>>itemShift, uint32(1)
		if n == itemMany {
			n, first = items[1], 2
		}
		chains := items[first : first+n]
		items = items[first+n:]
		rank := head & rankMask
		if !w.all && !w.has(c.class[rank]) || len(hits) > 0 && hits[len(hits)-1] == rank {
			continue
		}
		inside := head&itemInside != 0
		in, sure := countChains(chains, px, py, inside)
		if !sure {
			corner := Position{degrees(x >> shift << shift), degrees((y>>shift + 1) << shift)}
			in = c.exact(chains, corner, p, inside)
		}
		if in {
			hits = append(hits, rank)
		}
	}
	return hits
}

// countChains goes from the cell's upper left corner down its western border and then east to the point, and counts
// the edges on the way: the ends on the border above the point, and the edges that cross its level to the west of it.
// It is sure unless the point is near an edge.
//
// Why this is right: the numbers differ from the true ones by less than two units, in any direction. Think of edges and
// point moved there and back. As long as no edge passes over the point nothing changes, for ends on the western border
// only move along it, and other borders of the cell are beyond the way. And where the point is further from each edge
// than both move, none passes over it.
func countChains(chains []uint32, px, py int64, inside bool) (in, sure bool) {
	odd := uint32(0)
	if inside {
		odd = 1
	}
	for len(chains) > 0 {
		head := chains[0]
		n := head>>chainShift + 2
		ends := chains[1:n]
		chains = chains[n:]
		x0, y0 := int64(ends[0]&0xffff), int64(ends[0]>>16)
		above := uint32(uint64(py-y0) >> 63) // whether the end lies above the point
		odd ^= head >> 26 & above
		for _, e := range ends[1:] {
			x1, y1 := int64(e&0xffff), int64(e>>16)
			next := uint32(uint64(py-y1) >> 63)
			dx, dy := x1-x0, y1-y0
			d := dx*(py-y0) - dy*(px-x0)
			if max(d, -d) <= near*(max(dx, -dx)+max(dy, -dy)) &&
				px >= min(x0, x1)-near && px <= max(x0, x1)+near && py >= min(y0, y1)-near && py <= max(y0, y1)+near {
				return false, false
			}
			// The edge crosses the level, and goes up with the point to its right or down with it to its left.
			odd ^= (above ^ next) & (uint32(uint64(d)>>63) ^ next ^ 1)
			x0, y0, above = x1, y1, next
		}
		odd ^= head >> 27 & above
	}
	return odd&1 != 0, true
}

// exact is countChains with the vertices as they are; corner is the cell's upper left one.
func (c *cells) exact(chains []uint32, corner, p Position, inside bool) bool {
	for len(chains) > 0 {
		ref, n := chains[0]&refMask, chains[0]>>chainShift
		odd, border := crossings(c.verts[ref:ref+n+1], corner, p)
		if border {
			return true
		}
		inside = inside != odd
		chains = chains[n+2:]
	}
	return inside
}

// crossings goes from c to p along the two legs of a right angle, first north or south and then east or west, and says
// whether it crosses the run of edges an odd number of times, or that p lies on one of them. The way is thought of as
// moved by the infinitely small step that [side] describes, so it meets no vertex and no edge's end.
func crossings(run []Position, c, p Position) (odd, border bool) {
	bend := Position{c.Lng, p.Lat}
	west, east := min(c.Lng, p.Lng), max(c.Lng, p.Lng)
	south, north := min(c.Lat, p.Lat), max(c.Lat, p.Lat)
	a := run[0]
	for _, b := range run[1:] {
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) { // it spans the leg from the bend to p
			switch {
			case a.Lng > east && b.Lng > east, a.Lng < west && b.Lng < west:
			case a.Lng > west && b.Lng > west && a.Lng < east && b.Lng < east:
				odd = !odd
			default:
				s := orient(a, b, p)
				if s == 0 {
					return odd, true
				}
				odd = odd != (s != side(a, b, bend))
			}
		} else if (a.Lat == p.Lat || b.Lat == p.Lat) && onLevelEdge(a, b, p) {
			return odd, true
		}
		if (a.Lng > c.Lng) != (b.Lng > c.Lng) { // it spans the leg from the corner to the bend
			switch {
			case a.Lat > north && b.Lat > north, a.Lat < south && b.Lat < south:
			case a.Lat > south && b.Lat > south && a.Lat < north && b.Lat < north:
				odd = !odd
			default:
				odd = odd != (side(a, b, c) != side(a, b, bend))
			}
		}
		a = b
	}
	return odd, false
}
