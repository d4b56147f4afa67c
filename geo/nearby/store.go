package nearby

import (
	"context"
	"iter"
	"time"

	"github.com/waybill-go/waybill"
)

// Tracker takes over positions of drivers with string ids, in one process
// ([Memory]) or for several (geo/nearby/redisnearby).
type Tracker interface {
	// Update is [Index.Update]. With an error of another code than
	// InvalidArgument some of the positions may have been taken over; giving the
	// batch again does no harm.
	Update(ctx context.Context, positions []Position[string]) (Updated, error)
	// Mark is [Index.Mark]; an unknown driver is NotFound.
	Mark(ctx context.Context, id string, set, clear Attr) error
	// Remove is [Index.Remove].
	Remove(ctx context.Context, ids ...string) (int, error)
}

// Finder finds the nearest.
type Finder interface {
	// Nearest is [Index.Nearest], with the same ids and order whatever keeps the
	// positions.
	Nearest(ctx context.Context, q Query) ([]Found[string], error)
	// Get is [Index.Get]; an unknown driver is NotFound.
	Get(ctx context.Context, id string) (Position[string], error)
}

// Keeper keeps house.
type Keeper interface {
	// All is [Index.All]. An error ends the sequence.
	All(ctx context.Context) iter.Seq2[Position[string], error]
	// Sweep is [Index.Sweep].
	Sweep(ctx context.Context, before time.Time) (int, error)
}

// Store is all of it. Package nearbytest proves an implementation.
type Store interface {
	Tracker
	Finder
	Keeper
}

// Memory is an [Index] of strings as a [Store]. A context that has ended is
// refused; otherwise there is nothing to wait for.
type Memory struct{ x *Index[string] }

// NewMemory returns an empty store, as [New] does.
func NewMemory(o *Options) (*Memory, error) {
	x, err := New[string](o)
	if err != nil {
		return nil, err
	}
	return &Memory{x}, nil
}

// Index returns the index behind the store, for its snapshots and for queries
// that allocate nothing.
func (m *Memory) Index() *Index[string] { return m.x }

// Update implements [Tracker].
func (m *Memory) Update(ctx context.Context, positions []Position[string]) (Updated, error) {
	if err := ended(ctx, "update"); err != nil {
		return Updated{}, err
	}
	return m.x.Update(positions)
}

// Mark implements [Tracker].
func (m *Memory) Mark(ctx context.Context, id string, set, clear Attr) error {
	if err := ended(ctx, "mark"); err != nil {
		return err
	}
	if !m.x.Mark(id, set, clear) {
		return Unknown("mark")
	}
	return nil
}

// Remove implements [Tracker].
func (m *Memory) Remove(ctx context.Context, ids ...string) (int, error) {
	if err := ended(ctx, "remove"); err != nil {
		return 0, err
	}
	return m.x.Remove(ids...), nil
}

// Nearest implements [Finder].
func (m *Memory) Nearest(ctx context.Context, q Query) ([]Found[string], error) {
	if err := ended(ctx, "nearest"); err != nil {
		return nil, err
	}
	return m.x.Nearest(nil, q)
}

// Get implements [Finder].
func (m *Memory) Get(ctx context.Context, id string) (Position[string], error) {
	if err := ended(ctx, "get"); err != nil {
		return Position[string]{}, err
	}
	p, ok := m.x.Get(id)
	if !ok {
		return p, Unknown("get")
	}
	return p, nil
}

// All implements [Keeper].
func (m *Memory) All(ctx context.Context) iter.Seq2[Position[string], error] {
	return func(yield func(Position[string], error) bool) {
		for p := range m.x.All() {
			if err := ended(ctx, "all"); err != nil {
				yield(Position[string]{}, err)
				return
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}

// Sweep implements [Keeper].
func (m *Memory) Sweep(ctx context.Context, before time.Time) (int, error) {
	if err := ended(ctx, "sweep"); err != nil {
		return 0, err
	}
	return m.x.Sweep(before), nil
}

func ended(ctx context.Context, op string) error {
	if e := waybill.FromContext(ctx); e != nil {
		e.Delivery = waybill.NotSent
		return e.With("nearby", op, "")
	}
	return nil
}

// Unknown is the NotFound error of a driver that a store does not know.
func Unknown(op string) error {
	return &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: "nearby", Op: op, Message: "no such driver"}
}

var _ Store = (*Memory)(nil)
