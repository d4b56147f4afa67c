package push

import (
	"context"
	"math/bits"
	"sync"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// call is one call of a client.
type call struct {
	c   *Client
	n   *Notification
	out []Result
	// same is, for each token, the index of its first occurrence; nil when all
	// are different.
	same []int
	// by is the instance that gave the last word on a token.
	by []string
}

// group is the tokens that the same providers take, by index.
type group struct {
	takers uint64
	tokens []int
}

// Send sends the notification to each token through the first provider that
// takes it and can; see [Sender] and the package comment. Tokens that are the
// same are sent once and reported for each. A slice without tokens gives one
// without results.
//
// A recorder that fails to begin, a notification that is not valid and a token
// that nobody takes end before the network.
func (c *Client) Send(ctx context.Context, n *Notification, tokens []Token) []Result {
	r := &call{c: c, n: n, out: make([]Result, len(tokens)), by: make([]string, len(tokens))}
	for i, t := range tokens {
		r.out[i].Token = t
	}
	if err := n.Validate(); err != nil {
		e := waybill.AsError(err)
		for i := range r.out {
			r.out[i].Err = e
		}
		return r.out
	}
	groups := r.group(tokens)
	switch len(groups) {
	case 0:
	case 1:
		r.send(ctx, groups[0])
	default:
		r.sendGroups(ctx, groups)
	}
	c.proof.judge(r.out, r.by)
	for i, first := range r.same {
		if first != i {
			r.out[i] = r.out[first]
			r.out[i].Token = tokens[i]
		}
	}
	return r.out
}

// group sorts the tokens by who takes them, and answers those that nobody does.
func (r *call) group(tokens []Token) []*group {
	var groups []*group
	var seen map[Token]int
	if len(tokens) > 1 {
		seen = make(map[Token]int, len(tokens))
	}
	for i, t := range tokens {
		if seen != nil {
			if first, twice := seen[t.same()]; twice {
				r.repeat(i, first)
				continue
			}
			seen[t.same()] = i
			if r.same != nil {
				r.same[i] = i
			}
		}
		if err := t.Validate(); err != nil {
			r.out[i].Err = waybill.AsError(err).With("", "", r.n.Key)
			continue
		}
		takers := r.c.takersOf(t)
		if takers == 0 {
			r.out[i].Err = r.untaken(t)
			continue
		}
		g := find(groups, takers)
		if g == nil {
			g = &group{takers: takers}
			if len(groups) == 0 {
				g.tokens = make([]int, 0, len(tokens))
			}
			groups = append(groups, g)
		}
		g.tokens = append(g.tokens, i)
	}
	return groups
}

// repeat notes that token i is the same as an earlier one.
func (r *call) repeat(i, first int) {
	if r.same == nil {
		r.same = make([]int, len(r.out))
		for j := range i {
			r.same[j] = j
		}
	}
	r.same[i] = first
}

func find(groups []*group, takers uint64) *group {
	for _, g := range groups {
		if g.takers == takers {
			return g
		}
	}
	return nil
}

// untaken is the error of a token that no provider takes.
func (r *call) untaken(t Token) *waybill.Error {
	vendor := "this vendor"
	if t.Vendor.known() {
		vendor = string(t.Vendor)
	}
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: "push", Op: string(Send), Ref: r.n.Key, Message: "no provider takes tokens of " + vendor + " for this app and environment"}
}

// takersOf returns the providers that take a token, one bit each.
func (c *Client) takersOf(t Token) uint64 {
	var takers uint64
	for i := range c.takers {
		if a := c.takers[i].accepts; a == nil || a.Accepts(t) {
			takers |= 1 << i
		}
	}
	return takers
}

// sendGroups sends the groups at the same time. A panic, which only a hook or a
// recorder can cause, is raised again once all have ended.
func (r *call) sendGroups(ctx context.Context, groups []*group) {
	var wg sync.WaitGroup
	panics := make(chan any, len(groups))
	for _, g := range groups {
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					panics <- v
				}
			}()
			r.send(ctx, g)
		})
	}
	wg.Wait()
	select {
	case v := <-panics:
		panic(v)
	default:
	}
}

// send sends one group, batch after batch.
func (r *call) send(ctx context.Context, g *group) {
	sel := r.c.selection(r.n, g.takers)
	for len(g.tokens) > 0 {
		n := min(len(g.tokens), r.c.batch)
		r.sendBatch(ctx, sel, g.tokens[:n])
		g.tokens = g.tokens[n:]
	}
}

// item is one token of a batch, and what the provider that was asked last said
// of it, which the engine does not keep after a failure.
type item struct {
	token Token
	last  *Result
	by    *string
}

func (r *call) sendBatch(ctx context.Context, sel *failover.Select, indexes []int) {
	rec, indexes := r.begin(ctx, indexes, Send, Topic{})
	if len(indexes) == 0 {
		return
	}
	defer rec.Panicked()
	items := make([]item, len(indexes))
	last := make([]Result, len(indexes))
	for k, i := range indexes {
		items[k] = item{token: r.out[i].Token, last: &last[k], by: &r.by[i]}
	}
	outcomes := failover.Many(ctx, r.c.lane, sel, items, r.ask)
	for k, i := range indexes {
		r.settle(&r.out[i], &outcomes[k], &last[k])
	}
	end(rec, r.out, indexes, outcomes)
}

// ask makes one attempt over items.
func (r *call) ask(s Sender, ctx context.Context, items []item) []failover.Outcome[Result] {
	tokens := make([]Token, len(items))
	for k := range items {
		tokens[k] = items[k].token
	}
	got := s.Send(ctx, r.n, tokens)
	out := make([]failover.Outcome[Result], len(got))
	if len(got) != len(items) {
		return out // the engine knows what to do
	}
	instance := failover.Instance(ctx)
	for k := range got {
		*items[k].last, *items[k].by = got[k], instance
		out[k].Value = got[k]
		if got[k].Err != nil {
			out[k].Err = got[k].Err
		}
	}
	return out
}

// settle writes down what became of one token.
func (r *call) settle(res *Result, o *failover.Outcome[Result], last *Result) {
	token := res.Token
	if e := waybill.AsError(o.Err); e != nil {
		if e.Delivery == waybill.Sent {
			*res = o.Value
			res.Served = o.Served.Served
		}
		res.Err, res.Dead, res.Since = e, last.Dead, last.Since
	} else {
		*res = o.Value
		res.Served, res.Err, res.Dead = o.Served.Served, nil, false
	}
	res.Token = token
}

// selection is what the engine needs to know.
func (c *Client) selection(n *Notification, takers uint64) *failover.Select {
	s := &failover.Select{Key: n.Key, Ref: n.Key, Tenant: n.Tenant, Lane: n.Lane, Missing: "Region",
		AllowDuplicates: n.AllowDuplicates, Replaces: c.replaces(n, takers)}
	region := n.Region
	if region == "" {
		region = c.region
	}
	if region != "" {
		s.Regions = []string{region}
	}
	if bits.OnesCount64(takers) < len(c.takers) {
		s.Eligible = &eligible{c: c, takers: takers}
	}
	return s
}

// eligible passes over the providers that do not take the tokens.
type eligible struct {
	c      *Client
	takers uint64
}

func (e *eligible) Eligible(instance string, p waybill.Provider) *waybill.Error {
	for i := range e.c.takers {
		if e.c.takers[i].instance == instance && e.takers&(1<<i) != 0 {
			return nil
		}
	}
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: p.Name(), Op: string(Send), Message: "does not take tokens of this vendor, app or environment"}
}
