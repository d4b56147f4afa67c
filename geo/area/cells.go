package area

// cells is the index over the edges of all areas: for each city a hierarchy of grids. A cell lists the parts of areas
// that cover it wholly, which need no arithmetic at all, and those whose border crosses it, with just the edges in it
// and whether the cell's lower left corner lies inside. A lookup goes down to one cell, and from its corner to the
// point, counting the edges on the way.
//
// Nothing in it is rounded: cells only choose which edges are looked at, and every edge is listed in each cell that it
// might touch.
type cells struct {
	verts []Position // all rings, closed, one after the other
	// nodes holds the grids: the number of parts that cover the whole grid, those parts, and then the cells row by row.
	// A cell is 0 when nothing is in it, else isGrid with the grid's side and place, or a place in leaves.
	nodes []uint32
	// leaves are the contents of cells. The first word is the number of entries. An entry is part<<2|kind. For the kinds
	// with edges runs follow: the first vertex, and the number of edges <<1, with 1 added while another run follows.
	leaves []uint32
}

// grid divides a rectangle into side times side cells. Sides are powers of two, so that the numbers of a grid within a
// cell follow from those of the grid around it, without rounding, and need no room.
type grid struct {
	x0, y0, w, h float64 // lower left corner, and the size of a cell in degrees
	perW, perH   float64 // 1/w, 1/h
	side         uint32
	first        uint32 // place of the first cell in nodes
}

const (
	isGrid    = 1 << 31
	sideShift = 27 // a grid's side is 1<<(the four bits above its place)
	placeMask = 1<<sideShift - 1

	covers         = 0 // the part covers the whole cell
	crossesOutside = 1 // its border crosses the cell, the corner is outside
	crossesInside  = 2 // its border crosses the cell, the corner is inside
)

// newGrid divides a rectangle.
func newGrid(at place, side uint32) grid {
	g := grid{x0: at.corner.Lng, y0: at.corner.Lat, w: at.w / float64(side), h: at.h / float64(side), side: side}
	g.perW, g.perH = 1/g.w, 1/g.h
	return g
}

// within divides the cell i, j again.
func (g *grid) within(i, j int, side uint32) grid {
	c, n := g.corner(i, j), float64(side)
	return grid{x0: c.Lng, y0: c.Lat, w: g.w / n, h: g.h / n, perW: g.perW * n, perH: g.perH * n, side: side}
}

// corner returns the lower left corner of a cell. The conversions keep the machine from fusing, so that it is the same
// number when the grid is built and when it is asked.
func (g *grid) corner(i, j int) Position {
	return Position{g.x0 + float64(float64(i)*g.w), g.y0 + float64(float64(j)*g.h)}
}

// at returns the cell in which p lies. What lies a rounding error outside belongs to the nearest cell.
func (g *grid) at(p Position) (i, j int) {
	i, j = int((p.Lng-g.x0)*g.perW), int((p.Lat-g.y0)*g.perH)
	return max(0, min(i, int(g.side)-1)), max(0, min(j, int(g.side)-1))
}

// span is a range of numbers of parts.
type span struct{ first, n uint32 }

func (s span) has(part uint32) bool { return part-s.first < s.n }

// find appends the parts of the two spans that p lies in. p must lie in the root grid's rectangle.
func (c *cells) find(dst []uint32, root *grid, p Position, s, t span) []uint32 {
	g := *root
	for {
		i, j := g.at(p)
		v := c.nodes[g.first+uint32(j)*g.side+uint32(i)]
		if v == 0 {
			return dst
		}
		if v&isGrid == 0 {
			return c.inLeaf(dst, v, g.corner(i, j), p, s, t)
		}
		at := v & placeMask
		n := c.nodes[at]
		for _, part := range c.nodes[at+1 : at+1+n] {
			if s.has(part) || t.has(part) {
				dst = append(dst, part)
			}
		}
		g = g.within(i, j, 1<<(v&^isGrid>>sideShift))
		g.first = at + 1 + n
	}
}

func (c *cells) inLeaf(dst []uint32, at uint32, corner, p Position, s, t span) []uint32 {
	n := c.leaves[at]
	words := c.leaves[at+1:]
	for ; n > 0; n-- {
		entry := words[0]
		words = words[1:]
		part, kind := entry>>2, entry&3
		wanted := s.has(part) || t.has(part)
		if kind == covers {
			if wanted {
				dst = append(dst, part)
			}
			continue
		}
		in, border := kind == crossesInside, false
		for more := true; more; words = words[2:] {
			first, count := words[0], words[1]
			more = count&1 != 0
			if border || !wanted {
				continue
			}
			var odd bool
			odd, border = crossings(c.verts[first:first+count>>1+1], corner, p)
			in = in != odd
		}
		if wanted && (in || border) {
			dst = append(dst, part)
		}
	}
	return dst
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
