package nearby

import (
	"math"
	"math/bits"
	"slices"

	"github.com/waybill-go/waybill/geo"
)

const (
	// side is how many cells a block has in each direction: their occupation is
	// one word.
	side = 8
	// nowhere is the key of no block.
	nowhere = math.MaxUint32
)

// degree is the length in metres of a degree of latitude.
const degree = geo.EarthRadius * math.Pi / 180

// grid cuts the sphere into rows of blocks of side × side cells. All cells of a
// row of blocks are equally wide in degrees, and the rows are cut so that cells
// are about square everywhere.
type grid struct {
	height float64 // of a cell in degrees
	rows   int     // of cells
	bands  []band  // rows of blocks
}

// band is a row of blocks.
type band struct {
	start   uint32  // the key of its first block
	columns int     // how many blocks
	width   float64 // of a cell in degrees
}

// cellID names a cell: its block's key, and which of the block's cells it is.
type cellID struct {
	block uint32
	cell  uint8
}

func newGrid(metres float64) *grid {
	height := metres / degree
	n := int(math.Ceil(180 / (height * side)))
	g := &grid{height: height, rows: n * side, bands: make([]band, n)}
	start := uint32(0)
	for i := range g.bands {
		south := float64(i)*height*side - 90
		middle := min(max(math.Abs(south+height*side/2), 0), 90)
		columns := max(1, int(360*math.Cos(middle*math.Pi/180)/(height*side)))
		g.bands[i] = band{start: start, columns: columns, width: 360 / float64(columns*side)}
		start += uint32(columns)
	}
	return g
}

// row returns the row of cells of a latitude.
func (g *grid) row(lat float64) int {
	return min(max(int(math.Floor((lat+90)/g.height)), 0), g.rows-1)
}

// column returns the column of cells of a longitude in the band, which may lie
// outside -180 to 180 and then gives columns below 0 or beyond the last.
func (b *band) column(lng float64) int { return int(math.Floor((lng + 180) / b.width)) }

// cell returns the cell of a point.
func (g *grid) cell(lat, lng float64) cellID {
	r := g.row(lat)
	b := &g.bands[r/side]
	c := b.column(lng)
	if n := b.columns * side; c >= n {
		c -= n // 180° is -180°
	}
	return cellID{block: b.start + uint32(c/side), cell: uint8(r%side*side + c%side)}
}

// entry is a stored position, in WGS-84.
type entry struct {
	lat, lng float64
	at       int64 // Unix milliseconds
	slot     uint32
	attr     Attr
}

// place says where the entry of a slot is: the index of its block, its cell in
// the block, its position in the cell.
type place struct {
	block uint32
	rest  uint32 // position<<6 | cell
}

// unused is the place of a slot without a driver.
var unused = place{block: nowhere}

func (p place) cell() uint8 { return uint8(p.rest & 63) }
func (p place) pos() int    { return int(p.rest >> 6) }

// block is the occupied cells of a block.
type block struct {
	key      uint32
	drivers  int32
	occupied uint64    // a bit for each cell
	cells    [][]entry // of the occupied ones, in the order of their bits
}

// rank returns the index in cells of an occupied cell.
func (b *block) rank(cell uint8) int {
	return bits.OnesCount64(b.occupied & (1<<cell - 1))
}

// shelves are the blocks that hold anything.
type shelves struct {
	blocks map[uint32]uint32 // key → index
	list   []*block
	free   []uint32 // of list
}

func (s *shelves) at(index uint32) *block { return s.list[index] }

// add puts an entry into a cell and says where it is.
func (s *shelves) add(e entry, at cellID) place {
	i, ok := s.blocks[at.block]
	if !ok {
		i = s.newBlock(at.block)
	}
	b := s.list[i]
	bit := uint64(1) << at.cell
	r := b.rank(at.cell)
	if b.occupied&bit == 0 {
		b.occupied |= bit
		b.insert(r)
	}
	cell := b.cells[r]
	if len(cell) == cap(cell) {
		cell = grown(cell)
	}
	b.cells[r] = append(cell, e)
	b.drivers++
	return place{block: i, rest: uint32(len(cell))<<6 | uint32(at.cell)}
}

// insert makes room for a cell at a rank.
func (b *block) insert(r int) {
	n := len(b.cells)
	if n == cap(b.cells) {
		c := make([][]entry, n, n+1+n/8)
		copy(c, b.cells)
		b.cells = c
	}
	b.cells = slices.Insert(b.cells, r, make([]entry, 0, 1))
}

func (s *shelves) newBlock(key uint32) uint32 {
	b := &block{key: key}
	var i uint32
	if n := len(s.free); n > 0 {
		i = s.free[n-1]
		s.free = s.free[:n-1]
		s.list[i] = b
	} else {
		i = uint32(len(s.list))
		s.list = append(s.list, b)
	}
	s.blocks[key] = i
	return i
}

// grown returns the cell with a little more room: memory is what a million
// drivers cost, and a cell grows seldom.
func grown(cell []entry) []entry {
	c := make([]entry, len(cell), len(cell)+max(1, len(cell)/8))
	copy(c, cell)
	return c
}

// take removes the entry at a place. The last one of the cell takes its position:
// its slot and new place are returned with true.
func (s *shelves) take(p place) (moved uint32, to place, ok bool) {
	b := s.list[p.block]
	r := b.rank(p.cell())
	cell := b.cells[r]
	last := len(cell) - 1
	if i := p.pos(); i < last {
		cell[i] = cell[last]
		moved, to, ok = cell[i].slot, p, true
	}
	cell = cell[:last]
	b.drivers--
	switch {
	case last == 0:
		b.cells = slices.Delete(b.cells, r, r+1)
		b.occupied &^= 1 << p.cell()
		if b.occupied == 0 {
			delete(s.blocks, b.key)
			s.list[p.block] = nil
			s.free = append(s.free, p.block)
		}
	case cap(cell)-last > 1+last/4:
		b.cells[r] = append(make([]entry, 0, last+max(1, last/8)), cell...)
	default:
		b.cells[r] = cell
	}
	return moved, to, ok
}
