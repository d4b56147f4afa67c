package nearby

import (
	"iter"
	"math"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
)

// ID is what drivers are called by: a string or an integer.
type ID interface {
	~string | ~int | ~int32 | ~int64 | ~uint32 | ~uint64
}

// Attr is a set of bits whose meaning is the application's.
type Attr uint32

// Position is where a driver was at a time.
type Position[I ID] struct {
	// ID is the driver's.
	ID I `json:"id"`
	// Point is in any datum.
	Point geo.Point `json:"point"`
	// At is when it was there, by the device's clock; kept to the millisecond.
	At time.Time `json:"at"`
	// Attr replaces all bits that are stored.
	Attr Attr `json:"attr,omitempty"`
}

// Found is a driver that a query found.
type Found[I ID] struct {
	Position[I]
	// Distance is in metres along the great circle.
	Distance float64 `json:"distance"`
}

// Options are the settings that have defaults. nil means all defaults.
type Options struct {
	// MaxAge is how old the position of a driver that is found may be. Default
	// 30 s; negative means any age.
	MaxAge time.Duration
	// MaxAhead is how far a position's time may lie in the future. Default
	// 1 min; negative means any.
	MaxAhead time.Duration
	// Cell is the width of the index's cells in metres, 50 to 5,000: best where a
	// cell of a busy quarter holds some ten drivers. Default 400.
	Cell float64
	// Now returns the time. Default time.Now.
	Now func() time.Time
}

// The defaults of [Options].
const (
	DefaultMaxAge   = 30 * time.Second
	DefaultMaxAhead = time.Minute
	DefaultCell     = 400.0
)

// Updated counts what became of the positions of an update.
type Updated struct {
	// Applied were taken over, New of them for drivers unknown before. Stale were
	// not newer than what is stored. Refused were no places or times.
	Applied, New, Stale, Refused int
}

// Index is the latest positions in memory. Make one with [New]; it is safe for
// concurrent use.
type Index[I ID] struct {
	maxAge, maxAhead time.Duration
	now              func() time.Time
	grid             *grid

	mu     sync.RWMutex
	slots  map[I]uint32
	ids    []I
	places []place // by slot
	free   []uint32
	store  shelves

	touched int64 // so that touch has a use
}

// New returns an empty index. An option that is out of its range is
// InvalidArgument.
func New[I ID](o *Options) (*Index[I], error) {
	if o == nil {
		o = new(Options)
	}
	x := &Index[I]{maxAge: o.MaxAge, maxAhead: o.MaxAhead, now: o.Now, slots: make(map[I]uint32)}
	if x.maxAge == 0 {
		x.maxAge = DefaultMaxAge
	}
	if x.maxAhead == 0 {
		x.maxAhead = DefaultMaxAhead
	}
	if x.now == nil {
		x.now = time.Now
	}
	cell := o.Cell
	if cell == 0 {
		cell = DefaultCell
	}
	if !(cell >= 50 && cell <= 5000) {
		return nil, invalid("new", "a cell's width is not between 50 and 5000 m")
	}
	x.grid = newGrid(cell)
	x.store.blocks = make(map[uint32]uint32)
	return x, nil
}

func invalid(op, message string) error {
	return waybill.Invalid(op, message).With("nearby", "", "")
}

// group is how many positions are taken over under one lock.
const group = 64

// Update takes over the positions that are newer than what is stored. They may be
// of any number of drivers and in any order. What is no place on the Earth or lies
// too far in the future is refused, counted and named by an InvalidArgument; the
// others are taken over all the same.
func (x *Index[I]) Update(positions []Position[I]) (Updated, error) {
	latest := int64(math.MaxInt64)
	if x.maxAhead > 0 {
		latest = x.now().Add(x.maxAhead).UnixMilli()
	}
	return x.update(positions, latest)
}

func (x *Index[I]) update(positions []Position[I], latest int64) (Updated, error) {
	var u Updated
	var todo [group]entry
	var cells [group]cellID
	for len(positions) > 0 {
		part := positions[:min(group, len(positions))]
		positions = positions[len(part):]
		for i := range part {
			todo[i], cells[i] = x.entry(&part[i], latest)
		}
		x.mu.Lock()
		var slots [group]uint32
		for i := range part {
			slots[i] = unknown
			if slot, ok := x.slots[part[i].ID]; ok {
				slots[i] = slot
			}
		}
		x.touch(slots[:len(part)])
		for i := range part {
			if cells[i].block == nowhere {
				u.Refused++
				continue
			}
			x.put(part[i].ID, slots[i], todo[i], cells[i], &u)
		}
		x.mu.Unlock()
	}
	if u.Refused > 0 {
		return u, invalid("update", "a position is no place on the Earth, has no time or lies in the future")
	}
	return u, nil
}

// entry makes what is stored of a position, and says where.
func (x *Index[I]) entry(p *Position[I], latest int64) (entry, cellID) {
	if p.At.IsZero() || p.Point.Validate() != nil {
		return entry{}, cellID{block: nowhere}
	}
	e := entry{at: p.At.UnixMilli(), attr: p.Attr}
	if e.at > latest {
		return entry{}, cellID{block: nowhere}
	}
	q := p.Point
	if q.Datum != geo.WGS84 {
		q = q.To(geo.WGS84)
	}
	e.lat, e.lng = q.Lat, q.Lng
	return e, x.grid.cell(q.Lat, q.Lng)
}

// unknown is the slot of a driver who has none.
const unknown = math.MaxUint32

// touch reads what put will read of a group. A million drivers are in no cache;
// reads that do not depend on one another wait for memory together, and those of
// put, one driver after the other, do not.
func (x *Index[I]) touch(slots []uint32) {
	newest := int64(math.MinInt64)
	for _, slot := range slots {
		if slot != unknown {
			newest = max(newest, x.find(slot).at)
		}
	}
	x.touched = newest
}

// put takes over one position, under the lock. slot is what the driver had when
// the group began.
func (x *Index[I]) put(id I, slot uint32, e entry, at cellID, u *Updated) {
	if slot == unknown {
		if again, ok := x.slots[id]; ok { // twice in a group
			slot = again
		}
	}
	if slot == unknown {
		slot = x.newSlot(id)
		e.slot = slot
		x.add(e, at)
		u.New++
		u.Applied++
		return
	}
	old := x.places[slot]
	b := x.store.at(old.block)
	was := &b.cells[b.rank(old.cell())][old.pos()]
	if e.at <= was.at {
		u.Stale++
		return
	}
	e.slot = slot
	u.Applied++
	if b.key == at.block && old.cell() == at.cell {
		*was = e
		return
	}
	x.take(old)
	x.add(e, at)
}

func (x *Index[I]) newSlot(id I) uint32 {
	var slot uint32
	if n := len(x.free); n > 0 {
		slot = x.free[n-1]
		x.free = x.free[:n-1]
		x.ids[slot] = id
	} else {
		slot = uint32(len(x.ids))
		x.ids = append(x.ids, id)
		x.places = append(x.places, place{})
	}
	x.slots[id] = slot
	return slot
}

// add puts an entry into a cell.
func (x *Index[I]) add(e entry, at cellID) { x.places[e.slot] = x.store.add(e, at) }

// take removes the entry at a place; the one that takes its position is told.
func (x *Index[I]) take(p place) {
	if moved, to, ok := x.store.take(p); ok {
		x.places[moved] = to
	}
}

// find returns the stored entry of a slot, under the lock.
func (x *Index[I]) find(slot uint32) *entry {
	p := x.places[slot]
	b := x.store.at(p.block)
	return &b.cells[b.rank(p.cell())][p.pos()]
}

// Mark sets and then clears bits of a driver's attributes. It reports whether the
// driver is known. The next position brings its own bits.
func (x *Index[I]) Mark(id I, set, clear Attr) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	slot, ok := x.slots[id]
	if ok {
		e := x.find(slot)
		e.attr = (e.attr | set) &^ clear
	}
	return ok
}

// Get returns a driver's latest position, however old, in WGS-84.
func (x *Index[I]) Get(id I) (Position[I], bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	slot, ok := x.slots[id]
	if !ok {
		return Position[I]{}, false
	}
	return x.position(x.find(slot)), true
}

func (x *Index[I]) position(e *entry) Position[I] {
	return Position[I]{ID: x.ids[e.slot], Point: geo.Point{Lat: e.lat, Lng: e.lng}, At: time.UnixMilli(e.at), Attr: e.attr}
}

// Remove forgets drivers; unknown ones are passed over. It returns how many were
// known. A position that comes later makes a driver known again, however old it
// is.
func (x *Index[I]) Remove(ids ...I) int {
	n := 0
	for len(ids) > 0 {
		part := ids[:min(group, len(ids))]
		ids = ids[len(part):]
		x.mu.Lock()
		for _, id := range part {
			if slot, ok := x.slots[id]; ok {
				x.remove(id, slot)
				n++
			}
		}
		x.mu.Unlock()
	}
	return n
}

func (x *Index[I]) remove(id I, slot uint32) {
	x.take(x.places[slot])
	delete(x.slots, id)
	var none I
	x.ids[slot] = none
	x.places[slot] = unused
	x.free = append(x.free, slot)
}

// Sweep forgets the drivers whose position is older than a time, and returns how
// many. Call it now and then, such as once a minute with a time of some hours
// ago, so that drivers who left do not stay in memory.
func (x *Index[I]) Sweep(before time.Time) int {
	n, limit := 0, before.UnixMilli()
	for from := 0; ; from += group {
		x.mu.Lock()
		to := min(from+group, len(x.ids))
		for slot := from; slot < to; slot++ {
			if x.places[slot] != unused && x.find(uint32(slot)).at < limit {
				x.remove(x.ids[slot], uint32(slot))
				n++
			}
		}
		x.mu.Unlock()
		if to < from+group {
			return n
		}
	}
}

// Len returns how many drivers are known, silent ones included.
func (x *Index[I]) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.slots)
}

// All yields the latest position of every driver in WGS-84, in no order. Who is
// known all the time is yielded once; updates may come in between, and the index
// may be used within the loop.
func (x *Index[I]) All() iter.Seq[Position[I]] {
	return func(yield func(Position[I]) bool) {
		var part [group]Position[I]
		for from := 0; ; from += group {
			n := 0
			x.mu.RLock()
			to := min(from+group, len(x.ids))
			for slot := from; slot < to; slot++ {
				if x.places[slot] != unused {
					part[n] = x.position(x.find(uint32(slot)))
					n++
				}
			}
			x.mu.RUnlock()
			for i := range part[:n] {
				if !yield(part[i]) {
					return
				}
			}
			if to < from+group {
				return
			}
		}
	}
}
