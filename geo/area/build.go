package area

import "math"

const (
	edgesPerLeaf = 32 // a cell with more is divided again, if that helps
	// How many edges a cell is meant to have when a grid is laid out: the outermost one of a city, or any other; and the
	// most of its side, as a logarithm.
	edgesPerRoot = 16
	edgesPerCell = 20
	maxRootLog   = 7
	maxLog       = 6

	maxDepth = 20      // grids within grids
	slack    = 1e-6    // how far beyond its cell an edge is still listed, in cells: far above any rounding error
	maxVerts = 1 << 26 // about 1 GiB of positions; then every vertex has a place in a chain
	noEdge   = math.MaxUint32
)

// builder fills cells. Its scratch space is reused from city to city.
type builder struct {
	cells
	levels  [maxDepth + 1]level
	steps   []uint32 // of one set
	covered uint32   // place of the last leaf without edges
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

// item is one part with the edges of it in a cell, and whether the part contains the cell's lower left corner. Without
// edges it covers the cell.
type item struct {
	rank   uint32
	inside bool
	refs   []uint32 // first vertices, ascending
}

// grid divides a rectangle into side times side cells. Of the index's grids all numbers but perW and perH lie on the
// lattice, so that no corner is rounded.
type grid struct {
	x0, y0, w, h float64 // lower left corner, and the size of a cell in degrees
	perW, perH   float64 // 1/w, 1/h
	side         uint32
	first        uint32 // place of the first cell in words
	shift        uint8  // of a cell on the lattice
}

// newGrid divides a rectangle.
func newGrid(at place, side uint32) grid {
	g := grid{x0: at.corner.Lng, y0: at.corner.Lat, w: at.w / float64(side), h: at.h / float64(side), side: side}
	g.perW, g.perH = 1/g.w, 1/g.h
	return g
}

// place is a rectangle to be divided.
type place struct {
	corner Position
	w, h   float64
}

// latticeGrid returns the grid with its corner and the size of its cells on the lattice.
func latticeGrid(corner Position, shift uint8, side uint32) grid {
	w := degrees(1 << shift)
	return grid{x0: corner.Lng, y0: corner.Lat, w: w, h: w, perW: 1 / w, perH: 1 / w, side: side, shift: shift}
}

// corner returns the lower left corner of a cell. The conversions keep the machine from fusing, so that it is the same
// number whenever it is asked for.
func (g *grid) corner(i, j int) Position {
	return Position{g.x0 + float64(float64(i)*g.w), g.y0 + float64(float64(j)*g.h)}
}

// root builds the grids of one city. The items, by rank, have all of their edges, and lie in the box.
func (b *builder) root(within box, items []item) root {
	log := logFor(edgesOf(items), edgesPerRoot, maxRootLog)
	x0, y0, x1, y1 := lattice(within.west), lattice(within.south), lattice(within.east), lattice(within.north)
	shift := uint8(leastCell)
	// The first row and column of corners must lie outside of everything, so they begin below the box.
	begin := func(n int64) int64 { return (n - 1) >> shift }
	for max(x1>>shift-begin(x0), y1>>shift-begin(y0)) >= 1<<log {
		shift++
	}
	b.words, b.covered = b.words[:0], 0
	r := root{x: begin(x0), y: begin(y0), shift: shift, log: log}
	g := latticeGrid(Position{degrees(r.x << shift), degrees(r.y << shift)}, shift, 1<<log)
	b.divide(&g, 0, nil, items)
	r.first = g.first
	return r
}

func edgesOf(items []item) int {
	total := 0
	for _, it := range items {
		total += len(it.refs)
	}
	return total
}

// logFor returns the logarithm of the side of a grid for so many edges.
func logFor(edges, perCell int, most uint8) uint8 {
	log := uint8(1)
	for log < most && perCell<<(2*log) < edges {
		log++
	}
	return log
}

// fill returns what stands in the cell i, j of a grid. cover are the ranks of areas that cover the grid.
// The grid has so many edges.
func (b *builder) fill(g *grid, i, j, depth, edges int, cover []uint32, items []item) uint32 {
	if len(b.words) >= isGrid {
		return 0 // too large, and refused when all is done
	}
	total := edgesOf(items)
	// Where many edges meet in a point, or lie on one another, dividing does not help: the deeper, the more are taken as
	// they are, and a cell with most of the edges around it is not divided.
	most := edgesPerLeaf << max(0, depth-4)
	if depth > 1 && 2*total > edges {
		most = total
	}
	log := min(logFor(total, edgesPerCell, maxLog), g.shift-leastCell)
	corner := g.corner(i, j)
	if total <= most || depth >= maxDepth || log == 0 {
		return b.leaf(tile{corner.Lng, corner.Lat, g.w, g.perW * (1 << unitBits)}, items)
	}
	l := &b.levels[depth]
	l.cover = l.cover[:0]
	crossing := items[:0]
	for _, it := range items {
		if len(it.refs) > 0 {
			crossing = append(crossing, it)
			continue
		}
		for len(cover) > 0 && cover[0] < it.rank {
			l.cover, cover = append(l.cover, cover[0]), cover[1:]
		}
		l.cover = append(l.cover, it.rank)
	}
	l.cover = append(l.cover, cover...)
	inner := latticeGrid(corner, g.shift-log, 1<<log)
	b.divide(&inner, depth, l.cover, crossing)
	return isGrid | uint32(log)<<gridShift | inner.first/gridAlign
}

// divide builds one grid and everything in it. cover are the ranks of areas that cover all of it.
func (b *builder) divide(g *grid, depth int, cover []uint32, items []item) {
	n := int(g.side)
	b.set(cover)
	g.first = uint32(len(b.words))
	b.words = append(b.words, make([]uint32, n*n)...)

	l, edges := &b.levels[depth], edgesOf(items)
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
		if l.starts[cell] == l.starts[cell+1] {
			continue
		}
		l.gather(cell, items, cover)
		if len(l.items) > 0 {
			v := b.fill(g, cell%n, cell/n, depth+1, edges, cover, l.items)
			b.words[g.first+uint32(cell)] = v
		}
	}
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
		if i0 == i1 || j0 == j1 || math.IsNaN(slope-slope) { // level, or as good as
			for j := j0; j <= j1; j++ {
				add(i0, i1, j, ref)
			}
			continue
		}
		for j := j0; j <= j1; j++ {
			south := max(p.Lat, min(q.Lat, g.y0+(float64(j)-slack)*g.h))
			north := max(p.Lat, min(q.Lat, g.y0+(float64(j+1)+slack)*g.h))
			x0, x1 := p.Lng+(south-p.Lat)*slope-g.x0, p.Lng+(north-p.Lat)*slope-g.x0
			// In this row it may lie wholly beyond the grid.
			r0, r1 := reach(min(x0, x1), max(x0, x1), g.perW)
			add(max(i0, r0), min(i1, r1), j, ref)
		}
	}
	return all
}

// cellRange returns the cells that a stretch might touch, given as distances from the grid's edge. What lies beyond the
// grid counts to the cell at its edge.
func cellRange(from, to, per float64, n uint32) (int, int) {
	lo, hi := reach(from, to, per)
	return max(0, min(lo, int(n)-1)), max(0, min(hi, int(n)-1))
}

// reach is cellRange in a grid without end.
func reach(from, to, per float64) (int, int) {
	return int(math.Floor(from*per - slack)), int(math.Floor(to*per + slack))
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

// gather collects the items of a cell by rank. Of an area that covers the grid there are none, and only one of an area
// that covers the cell.
func (l *level) gather(cell int, items []item, cover []uint32) {
	l.items, l.refs = l.items[:0], l.refs[:0]
	pairs := l.sorted[l.starts[cell]:l.starts[cell+1]]
	if need := len(pairs); cap(l.refs) < need {
		l.refs = make([]uint32, 0, 2*need) // items keep slices of it, so it must not move
	}
	covered := uint32(math.MaxUint32) // the rank that was seen to cover the cell
	for len(pairs) > 0 {
		k := pairs[0].item
		it := item{rank: items[k].rank}
		first := len(l.refs)
		for len(pairs) > 0 && pairs[0].item == k {
			if pairs[0].ref == noEdge {
				it.inside = true
			} else {
				l.refs = append(l.refs, pairs[0].ref)
			}
			pairs = pairs[1:]
		}
		for len(cover) > 0 && cover[0] < it.rank {
			cover = cover[1:]
		}
		if it.rank == covered || len(cover) > 0 && cover[0] == it.rank {
			continue
		}
		if it.refs = l.refs[first:]; len(it.refs) == 0 {
			covered = it.rank
			for n := len(l.items); n > 0 && l.items[n-1].rank == it.rank; n-- {
				l.items = l.items[:n-1]
			}
		}
		l.items = append(l.items, it)
	}
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
