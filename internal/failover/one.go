package failover

import (
	"context"
	"iter"

	"github.com/waybill-go/waybill"
)

// Served says who served a call.
type Served struct {
	waybill.Served
	// PossibleDuplicate is set when a send went on after an attempt that may
	// have happened, as the caller allowed.
	PossibleDuplicate bool
}

func (c *call) served(a *attempt) Served {
	return Served{
		Served:            waybill.Served{Provider: a.n.m.name, Instance: a.n.m.instance, Attempts: c.number},
		PossibleDuplicate: c.ambiguous && c.rules.kind == Send,
	}
}

// One asks the lane's providers for one value until one serves. fn is best a
// method expression, such as Geocoder.Geocode.
//
// A value with a nil error is a success however late it comes. After an error
// of Delivery Sent the value of that attempt is returned with the verdict; after
// any other the zero value. The error is nil or a verdict, a *waybill.Error.
func One[P, Q, R any](ctx context.Context, l *Lane[P], sel *Select, req Q, fn func(P, context.Context, Q) (R, error)) (R, Served, error) {
	return run(ctx, l, sel, req, fn, nil)
}

// Stream is One for a value that goes on after the call, such as a body: the
// attempt's time-out ends when fn returns, and bind is given the function that
// ends the attempt's context and gives its place back; Close of the body must
// call it. A success is returned through bind.
func Stream[P, Q, R any](ctx context.Context, l *Lane[P], sel *Select, req Q, fn func(P, context.Context, Q) (R, error), bind func(R, context.CancelFunc) R) (R, Served, error) {
	return run(ctx, l, sel, req, fn, bind)
}

func run[P, Q, R any](ctx context.Context, l *Lane[P], sel *Select, req Q, fn func(P, context.Context, Q) (R, error), bind func(R, context.CancelFunc) R) (out R, served Served, err error) {
	c := l.begin(ctx, sel, 0)
	var verdict *waybill.Error
	done := false
	var last *attempt // of a call that may be recycled
	var open *attempt // of a body that its reader closes
	defer func() {
		if open != nil {
			handed := false
			defer func() {
				if !handed { // bind or a hook panicked: it has no reader
					open.finish()
				}
			}()
			c.close(done, &served.Served, verdict)
			handed = done
			return
		}
		c.close(done, &served.Served, verdict)
		if last != nil {
			c.recycle(last)
		}
	}()
	for a := c.next(); a != nil; a = c.next() {
		var v R
		var o outcome
		if l.policy.Hedge > 0 && c.rules.kind == Read && bind == nil {
			v, a, o = hedged(c, l, a, req, fn)
		} else {
			a.stream = bind != nil
			v, o = ask(a, l.impl[a.n.index], req, fn)
		}
		c.now = o.at
		if o.err == nil {
			if bind != nil {
				open = a
				v = bind(v, func() { a.finish() })
			}
			out, served, done = v, c.served(a), true
			if c.number == 1 && bind == nil && l.policy.Hedge <= 0 {
				last = a
			}
			return out, served, nil
		}
		c.note(a, o, 0)
		if o.err.Delivery == waybill.Sent {
			out, served = v, c.served(a)
			break
		}
	}
	verdict = c.verdict(c.attempts, !c.stop)
	done = true
	return out, served, verdict
}

// ask makes one attempt.
func ask[P, Q, R any](a *attempt, p P, req Q, fn func(P, context.Context, Q) (R, error)) (v R, o outcome) {
	defer a.guard()
	v, err := fn(p, a, req)
	return v, a.settle(err)
}

// Pages iterates over a listing. The first page is asked for like One; the
// others come from the provider that gave it, and a failure there ends the
// iteration with its error. fetch returns a page's items and the cursor of the
// next, with more = false at the end.
func Pages[P, C, T any](ctx context.Context, l *Lane[P], sel *Select, start C, fetch func(P, context.Context, C) (items []T, next C, more bool, err error)) iter.Seq2[T, error] {
	type page struct {
		items []T
		next  C
		more  bool
	}
	one := func(p P, ctx context.Context, at C) (page, error) {
		items, next, more, err := fetch(p, ctx, at)
		return page{items, next, more}, err
	}
	return func(yield func(T, error) bool) {
		var pinned Select
		if sel != nil {
			pinned = *sel
		}
		for at, more := start, true; more; {
			got, served, err := One(ctx, l, &pinned, at, one)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, t := range got.items {
				if !yield(t, nil) {
					return
				}
			}
			pinned.Only, pinned.pinned = served.Instance, true
			at, more = got.next, got.more
		}
	}
}
