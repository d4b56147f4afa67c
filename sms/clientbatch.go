package sms

import (
	"context"
	"slices"
	"sync"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

const (
	// batchStep is how many numbers go through the engine together.
	batchStep = 100
	// batchWorkers is how many messages of a batch are under way at once at a
	// gateway that takes them one by one.
	batchWorkers = 16
)

// BatchLimit returns MaxBatch.
func (c *Client) BatchLimit() int { return MaxBatch }

// SendBatch sends one message to many numbers and returns one result each, in
// their order; see [BatchSender]. Every number is treated as if it were sent to
// by [Client.Send]: checked, recorded, routed by its region, with failover of
// exactly the numbers that are proven not sent. Gateways that are no
// [BatchSender] are asked number by number, several at once, on goroutines that
// end with the call.
//
// A number may be in a batch once; a second time is InvalidArgument. Numbers of
// one region go to one gateway, up to a hundred at a time.
func (c *Client) SendBatch(ctx context.Context, b Batch) []BatchResult {
	out := make([]BatchResult, len(b.Recipients))
	if err := b.Validate(); err != nil {
		for i := range out {
			out[i].Err = waybill.AsError(err).With("sms", "", b.Recipients[i].Key)
		}
		return out
	}
	seen := make(map[Number]bool, len(b.Recipients))
	var regions []string
	byRegion := make(map[string][]int)
	for i := range b.Recipients {
		to := b.Recipients[i].To
		if to != "" && seen[to] {
			out[i].Err = waybill.Invalid(string(Send), "the number is in the batch twice").With("sms", "", b.Recipients[i].Key)
			continue
		}
		seen[to] = true
		region := b.Message.Region
		if region == "" {
			region = c.regionOf(to)
		}
		if byRegion[region] == nil {
			regions = append(regions, region)
		}
		byRegion[region] = append(byRegion[region], i)
	}
	for _, region := range regions {
		for step := range slices.Chunk(byRegion[region], batchStep) {
			c.sendStep(ctx, &b, step, out)
		}
	}
	return out
}

// sendStep sends to the recipients at the places of one region.
func (c *Client) sendStep(ctx context.Context, b *Batch, places []int, out []BatchResult) {
	var step batchRequest
	var taken []int
	asked := false
	defer func() {
		forAll(0, len(step), func(k int) {
			if asked {
				step[k].abandon()
			} else { // a panic before the network
				step[k].unsent()
			}
		})
	}()
	for _, i := range places {
		p, err := c.enter(ctx, b.Of(i))
		if err != nil {
			out[i].Err = err
			continue
		}
		step, taken = append(step, p), append(taken, i)
	}
	if len(step) == 0 {
		return
	}
	sel := step[0].selection()
	sel.Eligible, sel.Ref = step, ""
	asked = true
	results := failover.Many(ctx, c.send, sel, []*passage(step), sendMany)
	forAll(0, len(results), func(k int) {
		o := &results[k]
		o.Err = withRef(o.Err, step[k].m.Key)
		step[k].leave(&o.Value, o.Served, o.Err)
		out[taken[k]] = BatchResult{Receipt: o.Value, Err: o.Err}
	})
}

// forAll calls f with from to n-1. A panic of one call, such as a recorder's, does
// not keep the others from their turn, and goes on after them.
func forAll(from, n int, f func(int)) {
	i := from
	defer func() {
		if i < n {
			forAll(i+1, n, f)
		}
	}()
	for ; i < n; i++ {
		f(i)
	}
}

// withRef gives an error that several share the key of one message.
func withRef(err error, key string) error {
	e := waybill.AsError(err)
	if e == nil || e.Ref == key {
		return err
	}
	own := *e
	own.Ref = key
	return &own
}

// batchRequest is some messages of a batch, of one region.
type batchRequest []*passage

// Eligible reports whether a gateway could send any of the messages.
func (b batchRequest) Eligible(instance string, p waybill.Provider) *waybill.Error {
	var first *waybill.Error
	for _, one := range b {
		e := one.Eligible(instance, p)
		if e == nil {
			return nil
		}
		if first == nil {
			first = e
		}
	}
	return first
}

// sendMany makes one attempt over messages that differ in number, key and
// parameters alone.
func sendMany(s Sender, ctx context.Context, items []*passage) []failover.Outcome[Receipt] {
	out := make([]failover.Outcome[Receipt], len(items))
	resolved, places := make([]Message, 0, len(items)), make([]int, 0, len(items))
	for i, p := range items {
		m, e := p.through(failover.Instance(ctx), s.(waybill.Provider))
		if e != nil {
			out[i].Err = e
			continue
		}
		resolved, places = append(resolved, m), append(places, i)
	}
	if b, ok := s.(BatchSender); ok && len(resolved) > 1 {
		limit := max(b.BatchLimit(), 1)
		for len(resolved) > 0 {
			n := min(limit, len(resolved))
			sendTogether(ctx, b, resolved[:n], places[:n], out)
			resolved, places = resolved[n:], places[n:]
		}
		return out
	}
	sendEach(ctx, s, resolved, places, out)
	return out
}

// sendTogether makes one exchange for several messages.
func sendTogether(ctx context.Context, s BatchSender, messages []Message, places []int, out []failover.Outcome[Receipt]) {
	one, cancel := failover.Each(ctx)
	defer cancel()
	if e := waybill.FromContext(one); e != nil { // between two exchanges
		for _, i := range places {
			out[i].Err = e.Unsent()
		}
		return
	}
	b := Batch{Message: messages[0], Recipients: make([]Recipient, len(messages))}
	b.Message.To, b.Message.Key, b.Message.Params = "", "", nil // each has its own, or none
	for i, m := range messages {
		b.Recipients[i] = Recipient{To: m.To, Key: m.Key, Params: m.Params, Gateway: RecipientMessage{Text: m.Text, Params: m.Gateway.Params}}
	}
	got, err := guardedBatch(one, s, b)
	for k, i := range places {
		if err != nil {
			out[i].Err = withRef(err, messages[k].Key)
			continue
		}
		if len(got) != len(places) { // nobody knows whose result is whose
			out[i].Err = &waybill.Error{Code: waybill.Internal, Scope: waybill.ScopeProvider, Op: string(Send), Ref: messages[k].Key,
				Message: "the adapter answered another number of results than recipients"}
			continue
		}
		out[i].Value, out[i].Err = got[k].Receipt, got[k].Err
	}
}

// sendEach makes an exchange for each message.
func sendEach(ctx context.Context, s Sender, messages []Message, places []int, out []failover.Outcome[Receipt]) {
	slots := make(chan struct{}, batchWorkers)
	var wg sync.WaitGroup
	for k, m := range messages {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			o := &out[places[k]]
			o.Err = panicked(nil, m.Key) // of an adapter that never returns
			o.Value, o.Err = guarded(ctx, s, m)
		})
	}
	wg.Wait()
}

// guarded turns a panic, which on a goroutine of ours nobody could catch, into
// an error of which nobody knows what happened.
func guarded(ctx context.Context, s Sender, m Message) (res Receipt, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v, m.Key)
		}
	}()
	ctx, cancel := failover.Each(ctx)
	defer cancel()
	return s.Send(ctx, m)
}

// guardedBatch does the same for an exchange, of which the others of the attempt
// must not suffer.
func guardedBatch(ctx context.Context, s BatchSender, b Batch) (got []BatchResult, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v, "")
		}
	}()
	return s.SendBatch(ctx, b), nil
}

func panicked(v any, key string) error {
	return &waybill.Error{Code: waybill.Internal, Op: string(Send), Ref: key, Message: "the adapter panicked", Err: &failover.PanicError{Value: v}}
}

var _ BatchSender = (*Client)(nil)
