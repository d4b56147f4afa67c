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
	found := buf[:0]
	if cityCode != "" {
		if c := x.cities[cityCode]; c != nil {
			found = x.in(found, c, pos, c.effective(serviceType))
		}
		return x.appendTo(dst, found), nil
	}
	found = x.everywhere(found, pos, func(c *city) want { return c.effective(serviceType) })
	return x.appendTo(dst, found), nil
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
	found := buf[:0]
	if cityCode != "" {
		if c := x.cities[cityCode]; c != nil {
			found = x.in(found, c, pos, want{all: true})
		}
		return x.appendTo(dst, found), nil
	}
	found = x.everywhere(found, pos, func(*city) want { return want{all: true} })
	return x.appendTo(dst, found), nil
}

// everywhere looks into all cities that may be at a place, and appends the ranks of the areas that are wanted of each.
func (x *Index) everywhere(found []uint32, p Position, wanted func(*city) want) []uint32 {
	for _, lng := range turns(p) {
		for _, c := range x.world[worldCellOf(Position{lng, p.Lat})] {
			found = x.in(found, c, p, wanted(c))
		}
	}
	for _, c := range x.wide {
		found = x.in(found, c, p, wanted(c))
	}
	return found
}

// effective says what holds for a service type.
func (c *city) effective(serviceType string) want {
	if serviceType != "" {
		if own, ok := c.byType[serviceType]; ok {
			return want{own: own, denied: classDenied}
		}
	}
	return want{own: classDefault, denied: classDenied}
}

// turns returns the longitudes under which a position may be known: areas across the 180th meridian have longitudes
// beyond it, and the meridian itself has two.
func turns(p Position) [3]float64 { return [3]float64{p.Lng, p.Lng - 360, p.Lng + 360} }

// in looks into one city, and appends the ranks of the areas that are wanted.
func (x *Index) in(found []uint32, c *city, p Position, w want) []uint32 {
	for _, lng := range turns(p) {
		if q := (Position{lng, p.Lat}); c.box.contains(q) {
			found = c.cells.find(found, &c.root, q, w)
		}
	}
	return found
}

// appendTo appends the areas of ranks in order, each once. Those of one city come in order.
func (x *Index) appendTo(dst []*Area, found []uint32) []*Area {
	first := len(dst)
	for i, rank := range found {
		if i > 0 && rank <= found[i-1] {
			slices.Sort(found)
			return x.appendTo(dst[:first], slices.Compact(found))
		}
		dst = append(dst, &x.areas[rank])
	}
	return dst
}
