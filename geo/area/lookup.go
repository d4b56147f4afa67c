package area

import (
	"slices"

	"github.com/waybill-go/waybill/geo"
)

// Finder is what answers lookups: an [Index], or a [Service], which answers from its present index.
type Finder interface {
	// Lookup returns the areas that are effective for a service type of a city and in which the point lies, by
	// priority, then ID.
	//
	// A service type that has areas of its own in the city uses only those, even where the point lies in none of them;
	// any other uses the default ones, which have no service type. Deny areas of the default set hold for every service
	// type. Without a city code every city is searched, each by this rule. A city that has no areas gives none, and no
	// error.
	//
	// A point on a border is inside, on the border of a hole too. The point may be in any datum; it is converted to the
	// areas'. The error is InvalidArgument for a point that cannot be one. The areas are shared: do not change them.
	Lookup(cityCode string, p geo.Point, serviceType string) ([]*Area, error)
}

var (
	_ Finder = (*Index)(nil)
	_ Finder = (*Service)(nil)
)

// Lookup implements [Finder].
func (x *Index) Lookup(cityCode string, p geo.Point, serviceType string) ([]*Area, error) {
	return x.AppendLookup(nil, cityCode, p, serviceType)
}

// AppendLookup is Lookup into a slice of the caller's. It does not allocate while dst has room and no more than 64
// areas are found. After an error dst is returned as it came.
func (x *Index) AppendLookup(dst []*Area, cityCode string, p geo.Point, serviceType string) ([]*Area, error) {
	pos, err := x.position("lookup", p)
	if err != nil {
		return dst, err
	}
	var buf [64]uint32
	found := search{x: x, ranks: buf[:0]}
	if cityCode != "" {
		if c := x.cities[cityCode]; c != nil {
			found.in(c.effective(serviceType), pos)
		}
		return found.appendTo(dst), nil
	}
	for _, lng := range [...]float64{pos.Lng, pos.Lng - 360, pos.Lng + 360} {
		for _, c := range x.world[worldCellOf(Position{lng, pos.Lat})] {
			found.in(c.effective(serviceType), pos)
		}
	}
	return found.appendTo(dst), nil
}

// AppendCovering appends every area of a city in which the point lies, whatever its service type, by priority, then ID;
// of every city when the code is empty. It is for maps and tools; what an order may do is decided by Lookup. Errors
// and allocation are those of [Index.AppendLookup].
func (x *Index) AppendCovering(dst []*Area, cityCode string, p geo.Point) ([]*Area, error) {
	pos, err := x.position("covering", p)
	if err != nil {
		return dst, err
	}
	var buf [64]uint32
	found := search{x: x, ranks: buf[:0]}
	if cityCode != "" {
		if c := x.cities[cityCode]; c != nil {
			found.inAll(c, pos)
		}
		return found.appendTo(dst), nil
	}
	for _, lng := range [...]float64{pos.Lng, pos.Lng - 360, pos.Lng + 360} {
		for _, c := range x.world[worldCellOf(Position{lng, pos.Lat})] {
			found.inAll(c, pos)
		}
	}
	return found.appendTo(dst), nil
}

// effective returns the set that holds for a service type, nil if there is none.
func (c *city) effective(serviceType string) *set {
	if serviceType != "" {
		if s := c.byType[serviceType]; s != nil {
			return s
		}
	}
	return c.fallback
}

// search collects the ranks of the areas found.
type search struct {
	x      *Index
	ranks  []uint32
	places int // how many places contributed; with one the ranks are in order
}

// in looks into one set, at the point and, for areas across the 180th meridian, at the same point one turn on.
func (f *search) in(s *set, p Position) {
	if s == nil {
		return
	}
	for _, lng := range [...]float64{p.Lng, p.Lng - 360, p.Lng + 360} {
		if q := (Position{lng, p.Lat}); s.box.contains(q) {
			f.places++
			f.ranks = f.x.cells.find(f.ranks, s.root, q)
		}
	}
}

func (f *search) inAll(c *city, p Position) {
	for _, s := range c.sets {
		f.in(s, p)
	}
}

// appendTo turns parts into ranks, and appends their areas in order, each once.
func (f *search) appendTo(dst []*Area) []*Area {
	for i, part := range f.ranks {
		f.ranks[i] = f.x.parts[part]
	}
	if f.places > 1 {
		slices.Sort(f.ranks)
	}
	for i, rank := range f.ranks {
		if i == 0 || rank != f.ranks[i-1] {
			dst = append(dst, &f.x.areas[rank])
		}
	}
	return dst
}
