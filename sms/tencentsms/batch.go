package tencentsms

import (
	"context"
	"fmt"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// batchLimit is how many numbers SendSms takes.
const batchLimit = 200

// BatchLimit returns 200.
func (a *Adapter) BatchLimit() int { return batchLimit }

// SendBatch sends one template to up to 200 numbers; see [sms.BatchSender]. Each
// number has its own result and SerialNo. Numbers with the same parameters go in
// one exchange, those of the mainland apart from those abroad; a key reaches the
// service only where a number has an exchange of its own.
func (a *Adapter) SendBatch(ctx context.Context, b sms.Batch) []sms.BatchResult {
	out := make([]sms.BatchResult, len(b.Recipients))
	groups := make(map[string][]int)
	calls := make([]*call, len(b.Recipients))
	var order []string
	seen := make(map[sms.Number]bool)
	for i := range b.Recipients {
		c := &call{m: b.Of(i)}
		err := a.prepare(c)
		switch {
		case err != nil:
		case len(b.Recipients) > batchLimit:
			err = unsupported(&c.m, waybill.ScopeRequest, "a batch has at most 200 numbers")
		case seen[c.m.To]:
			err = unsupported(&c.m, waybill.ScopeRequest, "the number is in the batch twice")
		}
		if err != nil {
			out[i].Err = err
			continue
		}
		seen[c.m.To], calls[i] = true, c
		group := fmt.Sprintf("%t %q", c.mainland, c.params)
		if groups[group] == nil {
			order = append(order, group)
		}
		groups[group] = append(groups[group], i)
	}
	for _, group := range order {
		a.sendGroup(ctx, calls, groups[group], out)
	}
	return out
}

// sendGroup makes one exchange for the messages at the places.
func (a *Adapter) sendGroup(ctx context.Context, calls []*call, places []int, out []sms.BatchResult) {
	if len(places) == 1 {
		i := places[0]
		out[i].Receipt, out[i].Err = a.Send(ctx, calls[i].m)
		return
	}
	together := make([]*call, len(places))
	for k, i := range places {
		together[k] = calls[i]
	}
	fail := func(i int, e *waybill.Error) {
		own := *e
		own.Ref = calls[i].m.Key
		out[i].Err = &own
	}
	reply, err := a.send(ctx, "", together)
	var list []*entry
	bad := waybill.AsError(err)
	if bad == nil {
		list, bad = entries(reply)
	}
	for _, i := range places {
		if bad != nil {
			fail(i, bad)
			continue
		}
		e := find(list, calls[i].m.To, len(places))
		if e == nil {
			fail(i, notListed(reply))
			continue
		}
		r, err := e.result(reply)
		if err != nil {
			fail(i, waybill.AsError(err))
			continue
		}
		out[i].Receipt = r
	}
}
