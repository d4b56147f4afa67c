package area

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// Index answers in which areas a point lies, exactly, whatever the size of the areas, without allocating. It is
// immutable and safe for concurrent use. Make one with [NewIndex]; a [Service] holds one and replaces it.
type Index struct {
	datum  geo.Datum
	areas  []Area // by priority, then ID: an area's rank is its place here
	byID   map[string]uint32
	verts  []Position
	cities map[string]*city
	world  map[worldCell][]*city
	wide   []*city // that would stand in many cells of world
	rules  []TripRule
}

// city is what is looked up under one city code. The areas of each service type make a class.
type city struct {
	box    box
	root   root
	cells  cells
	byType map[string]uint32
}

// The classes that every city has: its default areas, and the deny areas among them.
const (
	classDefault = 0
	classDenied  = 1
)

// box is a rectangle of degrees, borders included.
type box struct{ west, south, east, north float64 }

var emptyBox = box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}

func (b box) contains(p Position) bool {
	return b.west <= p.Lng && p.Lng <= b.east && b.south <= p.Lat && p.Lat <= b.north
}

func (b box) add(o box) box {
	return box{min(b.west, o.west), min(b.south, o.south), max(b.east, o.east), max(b.north, o.north)}
}

func (r Ring) box() box {
	b := emptyBox
	for _, p := range r {
		b = b.add(box{p.Lng, p.Lat, p.Lng, p.Lat})
	}
	return b
}

// NewIndex builds an index of areas whose positions are in the given datum: what the drawers of the areas drew on.
// There is no default for it, because nothing in a file says it, and a wrong one moves every border by up to 1.4 km.
//
// Areas are copied; of polygons that are bad, each is repaired or its area left out, as [Check] documents, and reported.
// An area without an ID, and one whose ID another had before it, is left out and reported too. The error is
// InvalidArgument, for an unknown datum or more than 2^26 positions.
func NewIndex(datum geo.Datum, areas []Area) (*Index, []Problem, error) {
	if _, err := datum.MarshalText(); err != nil {
		return nil, nil, invalid("index", "the datum of the areas is unknown")
	}
	kept, problems := checkAll(areas)
	slices.SortStableFunc(kept, func(a, b Area) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.ID, b.ID))
	})
	x := &Index{datum: datum, areas: kept, byID: make(map[string]uint32, len(kept)), cities: map[string]*city{}, world: map[worldCell][]*city{}}
	if err := x.build(); err != nil {
		return nil, problems, err
	}
	return x, problems, nil
}

// part is one polygon of an area while the index is built: which edges it has, and where it lies.
type part struct {
	rank  uint32
	first uint32 // first vertex
	poly  Polygon
	box   box
}

func (x *Index) build() error {
	total := 0
	for i := range x.areas {
		for _, poly := range x.areas[i].Polygons {
			for _, ring := range poly {
				total += len(ring)
			}
		}
	}
	if total > maxVerts {
		return invalid("index", "there are more than 2^26 positions")
	}
	x.verts = make([]Position, 0, total)
	var parts []part
	for i := range x.areas {
		parts = x.take(parts, uint32(i))
	}
	slices.SortStableFunc(parts, func(p, q part) int {
		a, b := &x.areas[p.rank], &x.areas[q.rank]
		return cmp.Or(cmp.Compare(a.CityCode, b.CityCode), cmp.Compare(p.rank, q.rank))
	})
	b := &builder{cells: cells{verts: x.verts, class: make([]uint32, len(x.areas))}}
	for first := 0; first < len(parts); {
		code, end := x.areas[parts[first].rank].CityCode, first
		for end < len(parts) && x.areas[parts[end].rank].CityCode == code {
			end++
		}
		x.addCity(b, code, parts, first, end)
		if len(b.words) >= isGrid {
			return invalid("index", "the index would grow too large")
		}
		first = end
	}
	return nil
}

// take moves an area's rings into the common array of vertices and appends its parts.
func (x *Index) take(parts []part, rank uint32) []part {
	a := &x.areas[rank]
	x.byID[a.ID] = rank
	polygons := make([]Polygon, len(a.Polygons))
	for i, poly := range a.Polygons {
		p := part{rank: rank, first: uint32(len(x.verts)), box: emptyBox}
		polygons[i] = make(Polygon, len(poly))
		for j, ring := range poly {
			first := len(x.verts)
			x.verts = append(x.verts, ring...)
			end := len(x.verts)
			polygons[i][j] = Ring(x.verts[first:end:end])
			p.box = p.box.add(ring.box())
		}
		p.poly = polygons[i]
		parts = append(parts, p)
	}
	a.Polygons = polygons
	return parts
}

// addCity builds the grids of the parts from first to end, and notes the classes of their areas.
func (x *Index) addCity(b *builder, code string, parts []part, first, end int) {
	c := &city{box: emptyBox, byType: map[string]uint32{}}
	items := make([]item, 0, end-first)
	for i := first; i < end; i++ {
		p := &parts[i]
		c.box = c.box.add(p.box)
		items = append(items, item{rank: p.rank, refs: b.edges(*p)})
		b.class[p.rank] = c.class(&x.areas[p.rank])
	}
	c.root = b.root(c.box, items)
	c.cells = cells{b.verts, b.class, slices.Clone(b.words)}
	x.cities[code] = c
	x.addToWorld(c)
}

// class returns the class of an area of the city, a new one if need be.
func (c *city) class(a *Area) uint32 {
	if a.ServiceType == "" {
		if a.Deny {
			return classDenied
		}
		return classDefault
	}
	n, ok := c.byType[a.ServiceType]
	if !ok {
		n = classDenied + 1 + uint32(len(c.byType))
		c.byType[a.ServiceType] = n
	}
	return n
}

// edges returns the first vertices of a part's edges: all but the last vertex of each ring.
func (b *builder) edges(p part) []uint32 {
	var refs []uint32
	v := p.first
	for _, ring := range p.poly {
		refs = slices.Grow(refs, len(ring))
		for range len(ring) - 1 {
			refs = append(refs, v)
			v++
		}
		v++ // the last vertex, which is the first one again
	}
	return refs
}

// worldCell is a square of two degrees.
type worldCell struct{ x, y int16 }

const worldStep = 2

func worldCellOf(p Position) worldCell {
	return worldCell{int16(math.Floor(p.Lng / worldStep)), int16(math.Floor(p.Lat / worldStep))}
}

// mostCells is in how many cells of the world a city stands.
const mostCells = 400

func (x *Index) addToWorld(c *city) {
	lo, hi := worldCellOf(Position{c.box.west, c.box.south}), worldCellOf(Position{c.box.east, c.box.north})
	if (int(hi.x-lo.x)+1)*(int(hi.y-lo.y)+1) > mostCells {
		x.wide = append(x.wide, c)
		return
	}
	for cx := lo.x; cx <= hi.x; cx++ {
		for cy := lo.y; cy <= hi.y; cy++ {
			x.world[worldCell{cx, cy}] = append(x.world[worldCell{cx, cy}], c)
		}
	}
}

// Datum returns the datum of the areas.
func (x *Index) Datum() geo.Datum { return x.datum }

// Len returns the number of areas.
func (x *Index) Len() int { return len(x.areas) }

// Areas returns all areas by priority, then ID. They are shared: do not change them. Bounds and polygons are as the
// index has them, repaired and with longitudes beyond 180 where an area crosses that meridian.
func (x *Index) Areas() []*Area {
	out := make([]*Area, len(x.areas))
	for i := range x.areas {
		out[i] = &x.areas[i]
	}
	return out
}

// Area returns the area with the given ID, or nil.
func (x *Index) Area(id string) *Area {
	rank, ok := x.byID[id]
	if !ok {
		return nil
	}
	return &x.areas[rank]
}

// Bytes returns about how much memory the index takes, without the texts of the areas.
func (x *Index) Bytes() int {
	n := 16*cap(x.verts) + 260*cap(x.areas)
	for _, c := range x.cities {
		n += 4 * cap(c.cells.words)
	}
	return n
}

func (x *Index) position(op string, p geo.Point) (Position, error) {
	if err := p.Validate(); err != nil {
		e := *waybill.AsError(err)
		e.Provider, e.Op = name, op
		return Position{}, &e
	}
	p = p.To(x.datum)
	switch { // the shift of a datum may lead across the meridian
	case p.Lng > 180:
		p.Lng -= 360
	case p.Lng < -180:
		p.Lng += 360
	}
	return Position{p.Lng, p.Lat}, nil
}

// String says how many areas there are, and nothing of them.
func (x *Index) String() string {
	return fmt.Sprintf("area.Index(%d areas, %s)", len(x.areas), x.datum)
}
