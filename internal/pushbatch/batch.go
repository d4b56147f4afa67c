// Package pushbatch is what the adapters of phone makers share that take many
// tokens in one exchange: the contract of [push.Sender] around one exchange, a
// cached auth token, classes of codes, lenient decoding, and receipts behind a
// secret URL.
package pushbatch

import (
	"context"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// Outcome is what an exchange brought one token.
type Outcome struct {
	ID   string
	Err  *waybill.Error
	Dead bool
}

// Job is one exchange: a mapped notification to tokens of different values.
type Job[M any] struct {
	// Ref is the notification's key, Message what Compose made.
	Ref     string
	N       *push.Notification
	Message M
	Tokens  []push.Token
	// Private is what may show in no error.
	Private []string
}

// Values returns the tokens' values.
func (j *Job[M]) Values() []string {
	out := make([]string, len(j.Tokens))
	for i, t := range j.Tokens {
		out[i] = t.Value
	}
	return out
}

// All gives every token of the job the same outcome.
func (j *Job[M]) All(o Outcome) []Outcome {
	out := make([]Outcome, len(j.Tokens))
	for i := range out {
		out[i] = o
	}
	return out
}

// Vendor is what adapters differ in. M is a mapped notification.
type Vendor[M any] struct {
	// Name is the adapter's name, Accepts which tokens it takes.
	Name    string
	Accepts func(push.Token) bool
	// Max is how many tokens one exchange takes; Limit, when set, how many one of
	// this message does, if fewer.
	Max   int
	Limit func(M) int
	// Compose maps the notification once for each text. Its errors are NotSent.
	Compose func(n *push.Notification, now time.Time) (M, []push.Adjustment, *waybill.Error)
	// Exchange sends to up to Max tokens, and returns one outcome for each.
	Exchange func(ctx context.Context, j *Job[M]) []Outcome
}

// call is one call of Send.
type call struct {
	name, op, ref string
	tokens        []push.Token
	out           []push.Result
	// todo are the tokens to send to, each value once; again are those that
	// came a second time, and where the first is.
	todo  []int
	again map[int]int
}

// Send implements [push.Sender]: each value once in the order of the tokens,
// Max in an exchange, one exchange after the other. After a refusal of the
// account or service the rest is not asked and gets the same error.
func (v *Vendor[M]) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	c := &call{name: v.Name, op: string(push.Send), tokens: tokens, out: make([]push.Result, len(tokens))}
	if n != nil {
		c.ref = n.Key
	}
	for i, t := range tokens {
		c.out[i].Provider, c.out[i].Token = v.Name, t
	}
	if err := n.Validate(); err != nil {
		c.fail(waybill.AsError(err), nil)
		return c.out
	}
	c.sort(n, v.Accepts)
	if len(c.todo) == 0 {
		return c.out
	}
	groups := n.Localize(tokens, c.todo)
	now := time.Now()
	jobs := make([]Job[M], len(groups))
	adjusted := make([][]push.Adjustment, len(groups))
	for k, g := range groups {
		m, adj, e := v.Compose(g.Notification, now)
		if e != nil {
			c.fail(e, c.todo)
			return c.repeat()
		}
		jobs[k], adjusted[k] = Job[M]{Ref: n.Key, N: g.Notification, Message: m, Private: n.Private()}, adj
	}
	var brake *waybill.Error
	for k, g := range groups {
		limit := v.Max
		if v.Limit != nil {
			limit = min(limit, v.Limit(jobs[k].Message))
		}
		for from := 0; from < len(g.Tokens); from += limit {
			part := g.Tokens[from:min(from+limit, len(g.Tokens))]
			if brake == nil {
				brake = Ended(ctx)
			}
			if brake != nil {
				c.fail(brake, part)
				continue
			}
			j := jobs[k]
			j.Tokens = make([]push.Token, len(part))
			for x, i := range part {
				j.Tokens[x] = tokens[i]
			}
			j.Private = append(j.Private[:len(j.Private):len(j.Private)], j.Values()...)
			brake = c.take(part, v.Exchange(ctx, &j), adjusted[k])
		}
	}
	return c.repeat()
}

// take writes outcomes down, and returns the refusal that ends the call.
func (c *call) take(part []int, outcomes []Outcome, adjusted []push.Adjustment) (brake *waybill.Error) {
	for x, i := range part {
		o, r := &outcomes[x], &c.out[i]
		if o.Err == nil {
			r.ID, r.Adjusted = o.ID, adjusted
			continue
		}
		r.Err, r.Dead, r.Adjusted = c.own(o.Err), o.Dead, adjusted
		if e := o.Err; e.Delivery == waybill.NotSent && (e.Scope == waybill.ScopeAccount || e.Scope == waybill.ScopeService) {
			brake = e
		}
	}
	return brake
}

// sort answers the tokens that cannot be sent to and lists the others.
func (c *call) sort(n *push.Notification, accepts func(push.Token) bool) {
	first := make(map[string]int, len(c.tokens))
	for i, t := range c.tokens {
		err := t.Validate()
		if err == nil && !accepts(t) {
			err = waybill.NotSupported("", "the token is of another vendor, app or environment")
		}
		if err == nil && n != nil {
			err = n.CheckToken(t)
		}
		if err != nil {
			c.out[i].Err = c.own(waybill.AsError(err))
			continue
		}
		if k, ok := first[t.Value]; ok {
			if c.again == nil {
				c.again = map[int]int{}
			}
			c.again[i] = k
			continue
		}
		first[t.Value] = i
		c.todo = append(c.todo, i)
	}
}

// repeat reports the tokens that came twice, and returns everything.
func (c *call) repeat() []push.Result {
	for i, k := range c.again {
		t := c.out[i].Token
		c.out[i] = c.out[k]
		c.out[i].Token = t
	}
	return c.out
}

// fail gives tokens, nil for all, the same error.
func (c *call) fail(e *waybill.Error, indexes []int) {
	own := c.own(e)
	if indexes == nil {
		for i := range c.out {
			c.out[i].Err = own
		}
	}
	for _, i := range indexes {
		c.out[i].Err = own
	}
}

// own is an error with this adapter's name, verb and key.
func (c *call) own(e *waybill.Error) *waybill.Error {
	own := *e
	own.Provider, own.Op, own.Ref = c.name, c.op, c.ref
	return &own
}

// Ended is the end of the context before anything was sent, or nil.
func Ended(ctx context.Context) *waybill.Error {
	e := waybill.FromContext(ctx)
	if e != nil {
		e.Delivery = waybill.NotSent
	}
	return e
}

// Unsupported is what this vendor cannot take.
func Unsupported(why string) *waybill.Error {
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Message: why}
}
