package area

import (
	"math"
	"math/bits"
	"slices"
)

const (
	edgesPerCell = 16      // how many edges a cell is meant to have when a grid is laid out
	edgesPerLeaf = 14      // a cell with more is divided again, if that helps
	maxSide      = 64      // cells of a grid along one side
	maxDepth     = 20      // grids within grids
	smallestCell = 1e-6    // degrees, about 10 cm
	slack        = 1e-6    // how far beyond its cell an edge is still listed, in cells: far above any rounding error
	maxVerts     = 1 << 26 // about 1 GiB of positions; then no place in nodes or leaves can overflow
	noEdge       = math.MaxUint32
)

// builder fills cells. Its scratch space is reused from set to set.
type builder struct {
	*cells
	levels [maxDepth + 1]level
	seen   [1024]uint32 // leaves of covering parts only, by hash: neighbours often have the same
}

// level is the scratch space of one depth of grids within grids.
type level struct {
	pairs, sorted []pair
	starts        []uint32
	odd           []bool // by corner, whether it differs from the one to its west
	column        []bool // by row, whether its first corner differs from the one below
	cover         []uint32
	items         []item
	refs          []uint32
}

// pair is one edge of an item in one cell, or with noEdge that the item's part contains the cell's corner.
type pair struct {
	cell, item, ref uint32
}

// item is one part with the edges of it in a cell, and whether the part contains the cell's corner.
type item struct {
	part   uint32
	inside bool
	refs   []uint32 // first vertices, ascending
}

// place is a cell about to be filled.
type place struct {
	corner Position
	w, h   float64
}

// root builds the grids of one city and returns the outermost one. Every part has its number and all of its edges; the
// corner of the place lies below and to the west of all of them.
func (b *builder) root(at place, items []item) grid {
	g := newGrid(at, sideFor(edgesOf(items), min(at.w, at.h)))
	b.divide(&g, 0, nil, items)
	return g
}

func edgesOf(items []item) int {
	total := 0
	for _, it := range items {
		total += len(it.refs)
	}
	return total
}

// sideFor returns the side of a grid for so many edges in a place of this size.
func sideFor(edges int, size float64) uint32 {
	side := uint32(2)
	for side < maxSide && int(side*side)*edgesPerCell < edges && size/float64(2*side) > smallestCell {
		side *= 2
	}
	return side
}

// fill returns what stands in nodes for the cell i, j of a grid.
func (b *builder) fill(g *grid, i, j, depth int, cover []uint32, items []item) uint32 {
	total := edgesOf(items)
	// Where many edges meet in a point, dividing does not help: the deeper, the more are taken as they are.
	most := edgesPerLeaf << max(0, depth-4)
	if total <= most || depth >= maxDepth || min(g.w, g.h) < 4*smallestCell {
		return b.leaf(cover, items)
	}
	inner := g.within(i, j, sideFor(total, min(g.w, g.h)))
	at := b.divide(&inner, depth, cover, items)
	return isGrid | uint32(bits.TrailingZeros32(inner.side))<<sideShift | at
}

// divide builds one grid and everything in it, and returns its place. The parts that cover all of it are listed once,
// before its cells.
func (b *builder) divide(g *grid, depth int, cover []uint32, items []item) uint32 {
	n := int(g.side)
	at := uint32(len(b.nodes))
	b.nodes = append(append(b.nodes, uint32(len(cover))), cover...)
	g.first = uint32(len(b.nodes))
	b.nodes = append(b.nodes, make([]uint32, n*n)...)

	l := &b.levels[depth]
	l.pairs = l.pairs[:0]
	for k, it := range items {
		box := b.spread(g, l, uint32(k), it.refs)
		if depth > 0 {
			box = cellBox{0, 0, n - 1, n - 1}
		}
		b.corners(g, l, it, box)
		for j := box.j0; j <= box.j1; j++ {
			for i, in := box.i0, l.column[j]; i <= box.i1; i++ {
				if in = in != l.odd[j*n+i]; in {
					l.pairs = append(l.pairs, pair{uint32(j*n + i), uint32(k), noEdge})
				}
			}
		}
	}
	l.sortByCell(n * n)
	for cell := range n * n {
		l.gather(cell, items)
		if len(l.cover) > 0 || len(l.items) > 0 {
			v := b.fill(g, cell%n, cell/n, depth+1, l.cover, l.items)
			b.nodes[g.first+uint32(cell)] = v
		}
	}
	return at
}

// cellBox is a range of cells of a grid, ends included.
type cellBox struct{ i0, j0, i1, j1 int }

// spread lists the edges in every cell that they might touch, and returns the range of those cells.
func (b *builder) spread(g *grid, l *level, k uint32, refs []uint32) cellBox {
	all := cellBox{math.MaxInt, math.MaxInt, -1, -1}
	add := func(i0, i1, j int, ref uint32) {
		for i := i0; i <= i1; i++ {
			l.pairs = append(l.pairs, pair{uint32(j)*g.side + uint32(i), k, ref})
		}
	}
	for _, ref := range refs {
		p, q := b.verts[ref], b.verts[ref+1]
		if p.Lat > q.Lat {
			p, q = q, p
		}
		i0, i1 := cellRange(min(p.Lng, q.Lng)-g.x0, max(p.Lng, q.Lng)-g.x0, g.perW, g.side)
		j0, j1 := cellRange(p.Lat-g.y0, q.Lat-g.y0, g.perH, g.side)
		all = cellBox{min(all.i0, i0), min(all.j0, j0), max(all.i1, i1), max(all.j1, j1)}
		slope := (q.Lng - p.Lng) / (q.Lat - p.Lat)
		if i0 == i1 || j0 == j1 || math.IsInf(slope, 0) { // an edge may rise by less than a division can bear
			for j := j0; j <= j1; j++ {
				add(i0, i1, j, ref)
			}
			continue
		}
		for j := j0; j <= j1; j++ {
			south := max(p.Lat, min(q.Lat, g.y0+(float64(j)-slack)*g.h))
			north := max(p.Lat, min(q.Lat, g.y0+(float64(j+1)+slack)*g.h))
			x0, x1 := p.Lng+(south-p.Lat)*slope-g.x0, p.Lng+(north-p.Lat)*slope-g.x0
			r0, r1 := cellRange(min(x0, x1), max(x0, x1), g.perW, g.side)
			add(max(i0, r0), min(i1, r1), j, ref)
		}
	}
	return all
}

// cellRange returns the cells that a stretch might touch, given as distances from the grid's edge.
func cellRange(from, to, per float64, n uint32) (int, int) {
	lo, hi := int(math.Floor(from*per-slack)), int(math.Floor(to*per+slack))
	return max(0, min(lo, int(n)-1)), max(0, min(hi, int(n)-1))
}

// corners finds which corners of cells lie inside a part: l.column[j] for the first corner of row j, and l.odd for the
// others, whether they differ from their western neighbour. Only rows and columns of the box are looked at.
func (b *builder) corners(g *grid, l *level, it item, box cellBox) {
	n := int(g.side)
	l.odd = sized(l.odd, n*n)
	l.column = sized(l.column, n)
	for j := box.j0; j <= box.j1; j++ {
		clear(l.odd[j*n+box.i0 : j*n+box.i1+1])
		l.column[j] = false
	}
	for _, ref := range it.refs {
		p, q := b.verts[ref], b.verts[ref+1]
		if p.Lat > q.Lat {
			p, q = q, p
		}
		if (p.Lng > g.x0) != (q.Lng > g.x0) {
			if j := b.firstBeyond(g, p, q); j <= box.j1 {
				l.column[j] = !l.column[j]
			}
		}
		for j := max(box.j0, int((p.Lat-g.y0)*g.perH)); j <= box.j1; j++ {
			y := g.corner(0, j).Lat
			if q.Lat <= y {
				break
			}
			if p.Lat > y {
				continue
			}
			if i := firstEast(g, p, q, j); i > box.i0 && i <= box.i1 {
				l.odd[j*n+i] = !l.odd[j*n+i]
			}
		}
	}
	for j, in := box.j0, it.inside; j <= box.j1; j++ {
		in = in != l.column[j]
		l.column[j] = in
	}
}

// firstEast returns the first cell of row j whose corner lies to the east of the edge, which goes up from p to q
// across the row's latitude; nx if there is none.
func firstEast(g *grid, p, q Position, j int) int {
	n := int(g.side)
	east := func(i int) bool { return side(p, q, g.corner(i, j)) < 0 }
	y := g.corner(0, j).Lat
	x := p.Lng + (y-p.Lat)*((q.Lng-p.Lng)/(q.Lat-p.Lat))
	i := max(0, min(n, int(math.Ceil((x-g.x0)*g.perW))))
	for i > 0 && east(i-1) {
		i--
	}
	for i < n && !east(i) {
		i++
	}
	return i
}

// firstBeyond returns the first row whose first corner lies on the other side of the edge than that of row 0, for an
// edge that crosses the grid's western border line; ny if there is none.
func (b *builder) firstBeyond(g *grid, p, q Position) int {
	n := int(g.side)
	s := side(p, q, g.corner(0, 0))
	beyond := func(j int) bool { return side(p, q, g.corner(0, j)) != s }
	y := p.Lat + (g.x0-p.Lng)*((q.Lat-p.Lat)/(q.Lng-p.Lng))
	j := max(1, min(n, int(math.Ceil((y-g.y0)*g.perH))))
	for j > 1 && beyond(j-1) {
		j--
	}
	for j < n && !beyond(j) {
		j++
	}
	return j
}

// sortByCell brings the pairs of each cell together, keeping their order.
func (l *level) sortByCell(n int) {
	l.starts = zeroed(l.starts, n+2)
	for _, p := range l.pairs {
		l.starts[p.cell+2]++
	}
	for i := 2; i < len(l.starts); i++ {
		l.starts[i] += l.starts[i-1]
	}
	l.sorted = sized(l.sorted, len(l.pairs))
	for _, p := range l.pairs {
		l.sorted[l.starts[p.cell+1]] = p
		l.starts[p.cell+1]++
	}
}

// gather collects what a cell holds: the parts that cover it, beyond those that cover the whole grid, and the edges.
func (l *level) gather(cell int, items []item) {
	l.cover, l.items, l.refs = l.cover[:0], l.items[:0], l.refs[:0]
	pairs := l.sorted[l.starts[cell]:l.starts[cell+1]]
	if need := len(pairs); cap(l.refs) < need {
		l.refs = make([]uint32, 0, 2*need) // items keep slices of it, so it must not move
	}
	for len(pairs) > 0 {
		k := pairs[0].item
		it := item{part: items[k].part}
		first := len(l.refs)
		for len(pairs) > 0 && pairs[0].item == k {
			if pairs[0].ref == noEdge {
				it.inside = true
			} else {
				l.refs = append(l.refs, pairs[0].ref)
			}
			pairs = pairs[1:]
		}
		if it.refs = l.refs[first:]; len(it.refs) > 0 {
			l.items = append(l.items, it)
		} else {
			l.cover = append(l.cover, it.part)
		}
	}
}

// leaf writes a cell's content and returns its place.
func (b *builder) leaf(cover []uint32, items []item) uint32 {
	if len(items) == 0 {
		return b.covered(cover)
	}
	at := uint32(len(b.leaves))
	b.leaves = append(b.leaves, uint32(len(cover)+len(items)))
	for _, it := range items {
		kind := uint32(crossesOutside)
		if it.inside {
			kind = crossesInside
		}
		b.leaves = append(b.leaves, it.part<<2|kind)
		for i := 0; i < len(it.refs); {
			n := 1
			for i+n < len(it.refs) && it.refs[i+n] == it.refs[i]+uint32(n) {
				n++
			}
			more := uint32(0)
			if i+n < len(it.refs) {
				more = 1
			}
			b.leaves = append(b.leaves, it.refs[i], uint32(n)<<1|more)
			i += n
		}
	}
	for _, part := range cover {
		b.leaves = append(b.leaves, part<<2|covers)
	}
	return at
}

// covered is leaf for a cell without edges. Its content is looked for among earlier ones.
func (b *builder) covered(cover []uint32) uint32 {
	hash := uint32(len(cover))
	for _, part := range cover {
		hash = (hash ^ part) * 0x9E3779B1
	}
	slot := &b.seen[hash>>22]
	if at := *slot; at != 0 && int(b.leaves[at]) == len(cover) && slices.EqualFunc(b.leaves[at+1:at+1+uint32(len(cover))], cover, func(e, part uint32) bool { return e == part<<2|covers }) {
		return at
	}
	*slot = uint32(len(b.leaves))
	b.leaves = append(b.leaves, uint32(len(cover)))
	for _, part := range cover {
		b.leaves = append(b.leaves, part<<2|covers)
	}
	return *slot
}

// sized returns s with n elements of any content, zeroed with n zeros.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

func zeroed[T any](s []T, n int) []T {
	s = sized(s, n)
	clear(s)
	return s
}
