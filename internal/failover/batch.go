package failover

import (
	"slices"
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
	pending []int               // the items still to be taken, in order
	history [][]waybill.Attempt // the failed attempts of each item
	fates   []fate
	barred  []uint64 // per item, the candidates that must not be asked again
}

func newBatch(n int) *batch {
	b := &batch{pending: make([]int, n), history: make([][]waybill.Attempt, n), fates: make([]fate, n), barred: make([]uint64, n)}
	for i := range b.pending {
		b.pending[i] = i
	}
	return b
}

// bit is 0 beyond the 64th candidate, where nothing is barred.
func bit(cand int) uint64 { return 1 << cand }

// at returns the pending items that may be handed to a candidate.
func (b *batch) at(cand int) []int {
	free := func(item int) bool { return b.barred[item]&bit(cand) == 0 }
	for i, item := range b.pending {
		if free(item) {
			continue
		}
		some := slices.Clone(b.pending[:i])
		for _, item := range b.pending[i:] {
			if free(item) {
				some = append(some, item)
			}
		}
		return some
	}
	return b.pending
}

// settle ends an attempt over the asked items and leaves those pending that go
// on. Health gets one sample: a failure when more items failed by the provider's
// fault than it answered. The attempt's own error is its first failed item's, an
// ambiguous one before others.
func (b *batch) settle(c *call, a *attempt, asked []int, errs []error) {
	defer a.guard()
	o := outcome{at: time.Now()}
	all := make([]*waybill.Error, len(errs))
	var good, bad, failures, kept int
	for i, err := range errs {
		item := asked[i]
		e := waybill.AsError(err)
		if e == nil {
			good++
			b.fates[item] = accepted
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
			b.fates[item] = accepted
		case ended:
			b.fates[item], o.ended = cut, true
		case k.stops():
			b.fates[item] = refused
		default:
			if !k.again {
				b.barred[item] |= bit(a.cand)
			}
			o.wait = max(o.wait, e.RetryAfter)
			if kept++; kept == 1 {
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
			b.history[asked[i]] = append(b.history[asked[i]], a.record(item, bad))
		}
	}
	b.pending = slices.DeleteFunc(slices.Clone(b.pending), func(item int) bool { return b.fates[item] != waiting })
	o.class.next = o.class.next || len(b.pending) > kept
	if o.err != nil {
		c.note(a, o, bad)
	}
	for i := range c.cands {
		c.cands[i].again = c.cands[i].again && len(b.at(i)) > 0
	}
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
		if c.rules.kind == Send && h.Number != a.number && h.Err.Delivery == waybill.Ambiguous {
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
