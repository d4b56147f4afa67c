package failover

import (
	"context"
	"fmt"
	"time"

	"github.com/waybill-go/waybill"
)

// Outcome is what became of one item of a call over many. An adapter fills in
// Value and Err; the engine fills in Served and turns Err into a verdict.
type Outcome[O any] struct {
	Value O
	// Err is nil after success. With Delivery Sent the value counts too.
	Err    error
	Served Served
}

// Many hands items to the lane's providers: all to the first, and to the next
// only those that are proven not sent and may be repeated. fn must answer one
// outcome per item, in order. It returns one outcome per item, in order.
//
// An answer of the wrong length cannot be told apart by item, and a panic says
// nothing about any, so all items of that attempt end as Internal and Ambiguous;
// what earlier attempts achieved is kept. The panic's value is reached by
// errors.As with *PanicError.
func Many[P, I, O any](ctx context.Context, l *Lane[P], sel *Select, items []I, fn func(P, context.Context, []I) []Outcome[O]) []Outcome[O] {
	out := make([]Outcome[O], len(items))
	if len(items) == 0 {
		return out
	}
	c := l.begin(ctx, sel, len(items))
	var served waybill.Served
	var verdict *waybill.Error
	done := false
	defer func() { c.close(done, &served, verdict) }()
	b := newBatch(len(items))
	c.batch = b
	for a := c.next(); a != nil; a = c.next() {
		asked := b.at(a.cand)
		send := items
		if len(asked) < len(items) {
			send = make([]I, len(asked))
			for i, item := range asked {
				send[i] = items[item]
			}
		}
		got := askMany(a, l.impl[a.n.index], send, fn)
		errs := make([]error, len(got))
		for i := range got {
			errs[i] = got[i].Err
		}
		c.now = time.Now()
		b.settle(c, a, asked, errs)
		for i, item := range asked {
			if b.fates[item] == accepted {
				out[item] = Outcome[O]{Value: got[i].Value, Served: b.served(c, a, item)}
				served = out[item].Served.Served
			}
		}
		if len(b.pending) == 0 {
			break
		}
	}
	for item, e := range b.verdicts(c) {
		if e != nil {
			out[item].Err = e
			if verdict == nil || (e.Delivery == waybill.Ambiguous && verdict.Delivery != waybill.Ambiguous) {
				verdict = e
			}
		}
	}
	done = true
	return out
}

// askMany makes one attempt over items; it answers as many outcomes as items.
func askMany[P, I, O any](a *attempt, p P, items []I, fn func(P, context.Context, []I) []Outcome[O]) (got []Outcome[O]) {
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		if v == nil { // runtime.Goexit: nobody will read an answer
			a.guard()
			return
		}
		got = all[O](len(items), &waybill.Error{Code: waybill.Internal, Delivery: waybill.Ambiguous,
			Message: "the adapter panicked", Err: &PanicError{Value: v}})
	}()
	got = fn(p, a, items)
	returned = true
	if len(got) != len(items) {
		got = all[O](len(items), &waybill.Error{Code: waybill.Internal, Delivery: waybill.Ambiguous,
			Message: fmt.Sprintf("the adapter answered %d outcomes for %d items", len(got), len(items))})
	}
	return got
}

func all[O any](n int, e *waybill.Error) []Outcome[O] {
	out := make([]Outcome[O], n)
	for i := range out {
		out[i].Err = e
	}
	return out
}

// PanicError is a panic of an adapter in a call over many. Its text names the
// value's type only.
type PanicError struct{ Value any }

// Error names the type of the panic's value, which may hold anything.
func (e *PanicError) Error() string { return fmt.Sprintf("panic with a %T", e.Value) }
