package area

// cells is the index over the edges of all areas: a hierarchy of grids, one for each set of areas that is looked up
// together. A cell lists the parts of areas that cover it wholly, which need no arithmetic at all, and those whose
// border crosses it, with just the edges in it and whether the cell's lower left corner lies inside. A lookup goes down
// to one cell, and from its corner to the point, counting the edges on the way.
//
// Nothing in it is rounded: cells only choose which edges are looked at, and every edge is listed in each cell that it
// might touch.
type cells struct {
	verts []Position // all rings, closed, one after the other
	grids []grid
	table []uint32 // the grids' cells, row by row: 0 empty, isGrid|number of a grid, or a place in leaves
	// leaves are the contents of cells. The first word is the number of entries, in order of part. An entry is
	// part<<2|kind. For the kinds with edges runs follow: the first vertex, and the number of edges <<1, with 1 added
	// while another run follows.
	leaves []uint32
}

// grid divides a rectangle into nx times ny cells. It fills one cache line.
type grid struct {
	x0, y0, w, h float64 // lower left corner, and the size of a cell in degrees
	perW, perH   float64 // 1/w, 1/h
	nx, ny       uint32
	first        uint32 // place of the first cell in table
}

const (
	isGrid = 1 << 31

	covers         = 0 // the part covers the whole cell
	crossesOutside = 1 // its border crosses the cell, the corner is outside
	crossesInside  = 2 // its border crosses the cell, the corner is inside
)

// corner returns the lower left corner of a cell. The conversions keep the machine from fusing, so that it is the same
// number when the grid is built and when it is asked.
func (g *grid) corner(i, j int) Position {
	return Position{g.x0 + float64(float64(i)*g.w), g.y0 + float64(float64(j)*g.h)}
}

// at returns the cell in which p lies. What lies a rounding error outside belongs to the nearest cell.
func (g *grid) at(p Position) (i, j int) {
	i, j = int((p.Lng-g.x0)*g.perW), int((p.Lat-g.y0)*g.perH)
	return max(0, min(i, int(g.nx)-1)), max(0, min(j, int(g.ny)-1))
}

// find appends the parts that p lies in, in ascending order. p must lie in the root grid's rectangle.
func (c *cells) find(dst []uint32, root uint32, p Position) []uint32 {
	g := &c.grids[root]
	for {
		i, j := g.at(p)
		v := c.table[g.first+uint32(j)*g.nx+uint32(i)]
		switch {
		case v == 0:
			return dst
		case v&isGrid != 0:
			g = &c.grids[v&^isGrid]
			continue
		}
		return c.inLeaf(dst, v, g.corner(i, j), p)
	}
}

func (c *cells) inLeaf(dst []uint32, at uint32, corner, p Position) []uint32 {
	n := c.leaves[at]
	at++
	for ; n > 0; n-- {
		entry := c.leaves[at]
		at++
		kind := entry & 3
		if kind == covers {
			dst = append(dst, entry>>2)
			continue
		}
		in, border := kind == crossesInside, false
		for more := true; more; at += 2 {
			first, count := c.leaves[at], c.leaves[at+1]
			more = count&1 != 0
			if border {
				continue
			}
			var odd bool
			odd, border = crossings(c.verts[first:first+count>>1+1], corner, p)
			in = in != odd
		}
		if in || border {
			dst = append(dst, entry>>2)
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
