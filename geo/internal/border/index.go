package border

import (
	"cmp"
	"errors"
	"slices"
)

// Vertex is a corner of a border line in units of 1e-5 degrees, WGS-84.
type Vertex struct{ X, Y int32 }

// Line is a piece of border line: the numbers of the regions whose outline it belongs to, and its corners.
type Line struct {
	Regions  []int
	Vertices []Vertex
}

// New builds a table. The codes are ISO 3166-1 alpha-2, and where regions overlap the one named first prevails. The lines
// together must be the closed outlines of all regions; each line belongs to every region on one side of it only.
func New(codes []string, lines []Line) (*Table, error) {
	b := builder{numbers: make(map[regions]uint16)}
	t := &b.table
	t.codes = codes
	if len(codes) > maxRegions {
		return nil, errors.New("too many regions")
	}
	if _, err := b.number(regions{}); err != nil { // the empty set is number 0
		return nil, err
	}
	for _, l := range lines {
		var set regions
		for _, r := range l.Regions {
			if r < 0 || r >= len(codes) {
				return nil, errors.New("line of an unknown region")
			}
			set[r/64] |= 1 << (r % 64)
		}
		n, err := b.number(set)
		if err != nil {
			return nil, err
		}
		for i, v := range l.Vertices {
			if v.X < westmost || v.X > -westmost || v.Y < southmost || v.Y > -southmost {
				return nil, errors.New("vertex outside the world")
			}
			if i > 0 && v != l.Vertices[i-1] {
				u := l.Vertices[i-1]
				t.edges = append(t.edges, edge{u.X, u.Y, v.X, v.Y, n})
			}
		}
	}
	b.indexCells()
	if err := b.fillCorners(); err != nil {
		return nil, err
	}
	return t, nil
}

type builder struct {
	table   Table
	numbers map[regions]uint16
}

// number returns the number of a set, the same for equal sets.
func (b *builder) number(set regions) (uint16, error) {
	if n, ok := b.numbers[set]; ok {
		return n, nil
	}
	if len(b.table.sets) > 1<<16-1 {
		return 0, errors.New("too many sets of regions")
	}
	n := uint16(len(b.table.sets))
	b.numbers[set] = n
	b.table.sets = append(b.table.sets, set)
	return n, nil
}

// indexCells fills start and touching: it counts first and then places.
func (b *builder) indexCells() {
	t := &b.table
	t.start = make([]uint32, rows*columns+1)
	for i := range t.edges {
		t.edges[i].cells(func(cell int) { t.start[cell+1]++ })
	}
	for c := range rows * columns {
		t.start[c+1] += t.start[c]
	}
	t.touching = make([]uint32, t.start[rows*columns])
	next := slices.Clone(t.start)
	for i := range t.edges {
		t.edges[i].cells(func(cell int) {
			t.touching[next[cell]] = uint32(i)
			next[cell]++
		})
	}
}

// cells calls yield with every cell that the edge touches, and perhaps one beside it.
func (e *edge) cells(yield func(cell int)) {
	x1, y1, x2, y2 := float64(e.x1), float64(e.y1), float64(e.x2), float64(e.y2)
	if y1 > y2 {
		x1, y1, x2, y2 = x2, y2, x1, y1
	}
	firstRow, lastRow := band(y1-1, southmost, rows), band(y2+1, southmost, rows)
	for row := firstRow; row <= lastRow; row++ {
		south, north := float64(southmost+row*cellSize-1), float64(southmost+(row+1)*cellSize+1)
		a, c := x1, x2 // where the edge enters and leaves the row
		if y1 < south {
			a = x1 + (south-y1)*(x2-x1)/(y2-y1)
		}
		if y2 > north {
			c = x1 + (north-y1)*(x2-x1)/(y2-y1)
		}
		firstColumn, lastColumn := band(min(a, c)-1, westmost, columns), band(max(a, c)+1, westmost, columns)
		for column := firstColumn; column <= lastColumn; column++ {
			yield(row*columns + column)
		}
	}
}

// band returns the number of the row or column, of n, that a coordinate lies in.
func band(v float64, least, n int) int {
	return max(0, min(int(v-float64(least))/cellSize, n-1))
}

// fillCorners walks along each row of corners from the antimeridian eastwards, where no region has begun.
func (b *builder) fillCorners() error {
	type crossing struct {
		x   float64
		set uint16
	}
	t := &b.table
	crossings := make([][]crossing, rows)
	for i := range t.edges {
		e := &t.edges[i]
		low, high := float64(min(e.y1, e.y2)), float64(max(e.y1, e.y2))
		for row := band(low-1, southmost, rows); row <= band(high, southmost, rows); row++ {
			if y := float64(southmost+row*cellSize) + nudge; low < y && y < high {
				x := float64(e.x1) + (y-float64(e.y1))*float64(e.x2-e.x1)/float64(e.y2-e.y1)
				crossings[row] = append(crossings[row], crossing{x, e.set})
			}
		}
	}
	t.corner = make([]uint16, rows*columns)
	for row, all := range crossings {
		slices.SortFunc(all, func(a, b crossing) int { return cmp.Compare(a.x, b.x) })
		var inside regions
		for column := range columns {
			x := float64(westmost+column*cellSize) + nudge
			for len(all) > 0 && all[0].x < x {
				inside.toggle(&t.sets[all[0].set])
				all = all[1:]
			}
			n, err := b.number(inside)
			if err != nil {
				return err
			}
			t.corner[row*columns+column] = n
		}
	}
	return nil
}
