package nearby

import (
	"math"
	"math/bits"
	"slices"
	"sync"
	"time"

	"github.com/waybill-go/waybill/geo"
)

// MaxK is the most drivers that a query may ask for.
const MaxK = 10_000

// Query asks for the nearest drivers.
type Query struct {
	// Point is where, in any datum. Answers are in the same.
	Point geo.Point
	// K is how many are wanted, 1 to MaxK.
	K int
	// Radius is how far away they may be, in metres, the border included:
	// positive, at most half the Earth's circumference.
	Radius float64
	// All are bits that a driver must have, None those it must not have.
	All, None Attr
	// MaxAge is how old positions may be; 0 means the index's, negative any.
	MaxAge time.Duration
}

// Validate checks the query.
func (q *Query) Validate() error {
	switch {
	case q.Point.Validate() != nil:
		return invalid("nearest", "the point is not a place on the Earth")
	case q.K < 1 || q.K > MaxK:
		return invalid("nearest", "k is not between 1 and 10000")
	case !(q.Radius > 0 && q.Radius <= math.Pi*geo.EarthRadius+1):
		return invalid("nearest", "the radius is not between 0 m and half the Earth's circumference")
	case q.All&q.None != 0:
		return invalid("nearest", "a bit is wanted and not wanted")
	}
	return nil
}

// Nearest appends the nearest drivers to dst, the nearest first, and returns the
// whole: at most K. With room in dst it allocates nothing. An empty answer is no
// error. A query that Validate refuses is InvalidArgument.
func (x *Index[I]) Nearest(dst []Found[I], q Query) ([]Found[I], error) {
	return x.NearestWhere(dst, q, nil)
}

// NearestWhere is Nearest among the drivers for whom accept returns true, such as
// those who have not declined. accept is called under the index's lock and must not
// use the index. It may be asked of a driver twice and must then answer the same.
func (x *Index[I]) NearestWhere(dst []Found[I], q Query, accept func(I) bool) ([]Found[I], error) {
	if err := q.Validate(); err != nil {
		return dst, err
	}
	at := q.Point
	if at.Datum != geo.WGS84 {
		at = at.To(geo.WGS84)
	}
	s := searches.Get().(*search)
	defer searches.Put(s)
	s.begin(at, &q, x.oldest(q.MaxAge))
	x.mu.RLock()
	defer x.mu.RUnlock()
	if accept == nil {
		s.run(x.grid, &x.store, nil)
	} else {
		s.run(x.grid, &x.store, func(e *entry) bool { return accept(x.ids[e.slot]) })
	}
	for _, c := range x.order(s, at, &q) {
		f := Found[I]{Position: x.position(c.e), Distance: c.d}
		if q.Point.Datum != geo.WGS84 {
			f.Point = f.Point.To(q.Point.Datum)
		}
		dst = append(dst, f)
	}
	return dst, nil
}

// order takes the exact distances of the candidates and returns the nearest ones
// within the radius, in order.
func (x *Index[I]) order(s *search, at geo.Point, q *Query) []candidate {
	near, n := s.near, 0
	var none I
	for _, c := range near { // the ids are in no cache either; see touch
		if x.ids[c.e.slot] == none {
			s.touched++
		}
	}
	for _, c := range near {
		c.d = geo.Distance(at, geo.Point{Lat: c.e.lat, Lng: c.e.lng})
		if c.d <= q.Radius {
			near[n] = c
			n++
		}
	}
	near = near[:n]
	before := func(a, b *candidate) bool {
		return a.d < b.d || a.d == b.d && x.ids[a.e.slot] < x.ids[b.e.slot]
	}
	if n > 40 {
		slices.SortFunc(near, func(a, b candidate) int {
			switch {
			case before(&a, &b):
				return -1
			case before(&b, &a):
				return 1
			}
			return 0
		})
		return near[:min(n, q.K)]
	}
	for i := 1; i < n; i++ {
		c, j := near[i], i
		for ; j > 0 && before(&c, &near[j-1]); j-- {
			near[j] = near[j-1]
		}
		near[j] = c
	}
	return near[:min(n, q.K)]
}

// oldest returns the time of the oldest position that is found.
func (x *Index[I]) oldest(maxAge time.Duration) int64 {
	if maxAge == 0 {
		maxAge = x.maxAge
	}
	if maxAge < 0 {
		return math.MinInt64
	}
	return x.now().Add(-maxAge).UnixMilli()
}

// candidate is an entry and its distance: first what distance2 says, at last
// metres.
type candidate struct {
	d float64
	e *entry
}

// search is the state of a query. It looks at rings of growing size and keeps
// those that may be among the k nearest by a distance that costs no sine: the
// haversine's with its sines and cosines replaced by the first terms of their
// series. slack bounds its relative error, and what the error could change is
// kept, so that the exact distances decide.
type search struct {
	lat, lng float64
	cos, sin float64 // of lat
	k        int
	all      Attr // wanted bits
	bits     Attr // the bits that are looked at
	oldest   int64
	radius   float64 // in degrees
	slack    float64
	exact    bool    // the series are of no use: far away, or near a pole
	bound    float64 // of d2: what is beyond cannot be among the k nearest
	near     []candidate
	full     int       // how many candidates are let grow before they are shrunk
	cells    [][]entry // that are looked at in a ring
	touched  int64     // so that touch has a use
}

var searches = sync.Pool{New: func() any { return new(search) }}

func (s *search) begin(at geo.Point, q *Query, oldest int64) {
	const rad = math.Pi / 180
	s.lat, s.lng, s.k, s.oldest = at.Lat, at.Lng, q.K, oldest
	s.all, s.bits = q.All, q.All|q.None
	s.sin, s.cos = math.Sincos(at.Lat * rad)
	s.radius = q.Radius / degree
	// The factor covers what q.Radius and d2 lose by rounding.
	s.near, s.full, s.slack, s.exact = s.near[:0], 4*q.K+64, 1e-9, true
	if farthest := math.Abs(at.Lat) + s.radius; farthest < 89 {
		reach := s.radius * rad / math.Cos(farthest*rad)
		if reach < 0.1 {
			s.exact = false
			s.slack += 2 * reach * reach
		}
	}
	s.bound = s.radius * s.radius * (1 + s.slack)
	if s.exact {
		s.bound = math.Inf(1)
		if s.radius < 180 {
			s.bound = chord(s.radius) * (1 + s.slack)
		}
	}
}

// chord returns the square of half the chord of an arc in degrees: what stands for
// d2 where the series are of no use.
func chord(arc float64) float64 {
	half := math.Sin(arc * math.Pi / 360)
	return half * half
}

// distance2 returns the measure by which candidates are compared.
func (s *search) distance2(e *entry) float64 {
	const rad = math.Pi / 180
	dlat, dlng := e.lat-s.lat, e.lng-s.lng
	if s.exact {
		sinLat, sinLng := math.Sin(dlat*rad/2), math.Sin(dlng*rad/2)
		return sinLat*sinLat + s.cos*math.Cos(e.lat*rad)*sinLng*sinLng
	}
	if dlng > 180 {
		dlng -= 360
	} else if dlng < -180 {
		dlng += 360
	}
	return dlat*dlat + s.cos*(s.cos-s.sin*dlat*rad)*dlng*dlng
}

// run looks at growing rings until the k nearest are among the candidates.
func (s *search) run(g *grid, store *shelves, accept func(*entry) bool) {
	if len(store.blocks) == 0 {
		return
	}
	seen := window{to: -1}
	reach := min(s.firstReach(g, store), s.radius)
	for {
		now := s.window(g, reach)
		if now.blocks(g) > 2*len(store.blocks) {
			s.everything(store, accept)
			return
		}
		s.ring(g, store, now, seen, accept)
		if reach >= s.radius {
			s.shrink()
			return
		}
		seen = now
		next := 2 * reach
		if n := len(s.near); n >= s.k {
			s.shrink()
			enough := s.arc(s.bound)
			if enough <= reach {
				return
			}
			next = enough
		} else if n > 0 {
			next = reach * min(max(1.2*math.Sqrt(float64(s.k)/float64(n)), 1.2), 3)
		}
		reach = min(next, s.radius)
	}
}

// firstReach guesses from the drivers of the query's own block how far the k
// nearest are, half as many as there are passing the filter.
func (s *search) firstReach(g *grid, store *shelves) float64 {
	at, ok := store.blocks[g.cell(s.lat, s.lng).block]
	if !ok {
		return g.height * side / 2
	}
	share := min(2*float64(s.k)/float64(store.list[at].drivers), side*side)
	return g.height * max(0.5, side*math.Sqrt(share/math.Pi))
}

// arc returns an arc in degrees that is not shorter than what a measure stands for.
func (s *search) arc(d2 float64) float64 {
	if !s.exact {
		return math.Sqrt(d2)
	}
	return 2*math.Asin(min(math.Sqrt(d2), 1))*180/math.Pi + 1e-6
}

// ring looks at the cells of a window that were not looked at in the one before.
func (s *search) ring(g *grid, store *shelves, now, seen window, accept func(*entry) bool) {
	for row := now.from / side; row <= now.to/side; row++ {
		b := &g.bands[row]
		from, to := now.columns(b)
		first := floorDiv(from, side)
		count := min(floorDiv(to, side)-first+1, b.columns)
		for i := range count {
			column := first + i
			if column < 0 {
				column += b.columns
			} else if column >= b.columns {
				column -= b.columns
			}
			at, ok := store.blocks[b.start+uint32(column)]
			if !ok {
				continue
			}
			block := store.list[at]
			mask := block.occupied & now.mask(b, row, column)
			var before uint64
			if mask != 0 && seen.to >= seen.from {
				before = seen.mask(b, row, column)
			}
			for ; mask != 0; mask &= mask - 1 {
				cell := bits.TrailingZeros64(mask)
				was := before>>cell&1 != 0
				if s.exact {
					if was {
						continue
					}
				} else if floor := s.floor(g, b, row, column, cell); floor > now.d2 || was && floor <= seen.d2 {
					continue
				}
				if s.cells = append(s.cells, block.cells[block.rank(uint8(cell))]); len(s.cells) == atOnce {
					s.scanAll(accept)
				}
			}
		}
	}
	s.scanAll(accept)
}

// atOnce is how many cells are read at once: what they hold is still in the cache when it is looked at.
const atOnce = 64

// scanAll looks at the cells that were collected.
func (s *search) scanAll(accept func(*entry) bool) {
	s.touch()
	for _, cell := range s.cells {
		s.scan(cell, accept)
	}
	clear(s.cells) // a search is kept, and must not keep what the index gives up
	s.cells = s.cells[:0]
}

// touch reads what scan will read. A million drivers are in no cache; reads that nothing depends on wait for memory
// together, and those of scan, which decides by each of them what comes next, do not.
func (s *search) touch() {
	var newest int64
	for _, cell := range s.cells {
		for i := range cell {
			newest |= cell[i].at
		}
	}
	s.touched = newest
}

// everything looks at all there is, which is less than what the window would
// have to be searched for.
func (s *search) everything(store *shelves, accept func(*entry) bool) {
	s.near = s.near[:0]
	for _, b := range store.list {
		if b == nil {
			continue
		}
		for _, cell := range b.cells {
			s.scan(cell, accept)
		}
	}
	s.shrink()
}

// scan takes in the entries of a cell that may be among the nearest.
func (s *search) scan(cell []entry, accept func(*entry) bool) {
	for i := range cell {
		e := &cell[i]
		if e.at < s.oldest || e.attr&s.bits != s.all {
			continue
		}
		d2 := s.distance2(e)
		if d2 > s.bound || accept != nil && !accept(e) {
			continue
		}
		s.near = append(s.near, candidate{d2, e})
		if len(s.near) >= s.full {
			s.shrink()
			s.full = max(s.full, 2*len(s.near)) // many at one place
		}
	}
}

// shrink drops the candidates that cannot be among the k nearest and lowers the
// bound. It is the exact distance that decides, so that what the error of the
// measure could bring among them is kept.
func (s *search) shrink() {
	if len(s.near) < s.k {
		return
	}
	kth := quickselect(s.near, s.k-1)
	s.bound = min(s.bound, kth*(1+2*s.slack)+1e-24)
	n := s.k
	for _, c := range s.near[s.k:] {
		if c.d <= s.bound {
			s.near[n] = c
			n++
		}
	}
	s.near = s.near[:n]
}
