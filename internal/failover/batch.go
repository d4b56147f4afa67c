package failover

import (
	"time"

	"github.com/waybill-go/waybill"
)

// fate is what an attempt did to one item.
type fate uint8

const (
	waiting  fate = iota // not asked yet, or to be asked again
	accepted             // the provider took it, perhaps with an error of Delivery Sent
	refused              // it ended with an error
	cut                  // the caller's time ended first
)

// batch is the items of a call over many.
type batch struct {
	pending []int               // the items of the present attempt
	history [][]waybill.Attempt // the failed attempts of each item
	fates   []fate
}

func newBatch(n int) *batch {
	b := &batch{pending: make([]int, n), history: make([][]waybill.Attempt, n), fates: make([]fate, n)}
	for i := range b.pending {
		b.pending[i] = i
	}
	return b
}

// settle ends an attempt over the pending items, leaves those pending that go on
// and returns each asked item's fate. Health gets one sample: a failure when
// more items failed by the provider's fault than it answered. The attempt's own
// error is its first failed item's, an ambiguous one before others.
func (b *batch) settle(c *call, a *attempt, errs []error) []fate {
	o := outcome{at: time.Now()}
	fates, kept := make([]fate, len(errs)), make([]int, 0, len(errs))
	all := make([]*waybill.Error, len(errs))
	var good, bad, failures int
	for i, err := range errs {
		e := waybill.AsError(err)
		if e == nil {
			good++
			fates[i] = accepted
			continue
		}
		bad++
		e = a.complete(e)
		k, ended := a.classify(&e)
		all[i] = e
		switch k.effect {
		case healthy:
			good++
		case failed:
			failures++
		}
		if o.err == nil || (e.Delivery == waybill.Ambiguous && o.err.Delivery != waybill.Ambiguous) {
			o.err = e
		}
		switch {
		case e.Delivery == waybill.Sent:
			fates[i] = accepted
		case ended:
			fates[i], o.ended = cut, true
		case k.stops():
			fates[i] = refused
		default:
			o.wait = max(o.wait, e.RetryAfter)
			if kept = append(kept, b.pending[i]); len(kept) == 1 {
				o.class = k
			} else {
				o.class = o.class.and(k)
			}
		}
	}
	switch {
	case failures > good:
		o.class.effect = failed
	case good > 0:
		o.class.effect = healthy
	}
	a.done(o, bad, all)
	for i, e := range all {
		if e != nil {
			item := o
			item.err = e
			b.history[b.pending[i]] = append(b.history[b.pending[i]], a.record(item, bad))
		}
		b.fates[b.pending[i]] = fates[i]
	}
	if o.err != nil {
		c.note(a, o, bad)
	}
	b.pending = kept
	return fates
}

// and joins the classes of items that go on together: to the same provider if
// any may, rather after the others if any should; to the next if any may.
func (c class) and(k class) class {
	return class{
		again:  c.again || k.again,
		once:   c.once || k.once,
		later:  c.later || k.later || c.again != k.again,
		next:   c.next || k.next,
		replay: c.replay && k.replay,
	}
}

// served is who took an item; it may be there twice if an earlier attempt was
// ambiguous for it.
func (b *batch) served(c *call, a *attempt, item int) Served {
	s := c.served(a)
	s.PossibleDuplicate = false
	for _, h := range b.history[item] {
		if c.l.kind == Send && h.Number != a.number && h.Err.Delivery == waybill.Ambiguous {
			s.PossibleDuplicate = true
		}
	}
	return s
}

// verdicts returns one verdict per item, nil for those that succeeded. Items
// that nobody was asked about share one.
func (b *batch) verdicts(c *call) []*waybill.Error {
	out := make([]*waybill.Error, len(b.fates))
	ended, running := c.ended, c.running
	var unasked *waybill.Error
	for i, f := range b.fates {
		switch {
		case f == accepted && len(b.history[i]) == 0:
		case f == accepted && b.history[i][len(b.history[i])-1].Err.Delivery != waybill.Sent:
		case f == waiting && len(b.history[i]) == 0:
			if unasked == nil {
				unasked = c.verdict(nil, true)
			}
			out[i] = unasked
		default:
			c.ended, c.running = nil, false
			if f == cut || f == waiting {
				c.ended, c.running = ended, running
			}
			out[i] = c.verdict(b.history[i], f == waiting)
			c.ended, c.running = ended, running
		}
	}
	return out
}
