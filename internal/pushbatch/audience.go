package pushbatch

import (
	"context"
	"slices"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

// SendMany is the contract of [push.TopicSender] and [push.Broadcaster] around
// one exchange: it maps the notification in no language's text and has exchange
// send it. fault is why the audience cannot be served, or nil; private is what
// names it.
func (v *Vendor[M]) SendMany(ctx context.Context, n *push.Notification, a push.Audience, op waybill.Verb, fault error, private []string, exchange func(context.Context, *Job[M]) Outcome) push.Result {
	to := push.Token{Vendor: a.Vendor, App: a.App, Env: a.Env}
	c := &call{name: v.Name, op: string(op), tokens: []push.Token{to}, out: make([]push.Result, 1)}
	if n != nil {
		c.ref = n.Key
	}
	c.out[0].Provider, c.out[0].Token = v.Name, to
	fail := func(err error) push.Result {
		c.fail(waybill.AsError(err), nil)
		return c.out[0]
	}
	if err := n.Validate(); err != nil {
		return fail(err)
	}
	if fault != nil {
		return fail(fault)
	}
	if !v.Accepts(to) {
		return fail(waybill.NotSupported("", "the audience is of another vendor, app or environment"))
	}
	if e := Ended(ctx); e != nil {
		return fail(e)
	}
	one := n.Localize(c.tokens, []int{0})[0].Notification
	m, adjusted, e := v.Compose(one, time.Now())
	if e != nil {
		return fail(e)
	}
	j := &Job[M]{Ref: n.Key, N: one, Message: m, Tokens: c.tokens, Private: append(n.Private(), private...)}
	o := exchange(ctx, j)
	o.Dead = false
	c.take([]int{0}, []Outcome{o}, adjusted)
	return c.out[0]
}

// Enrol is the contract of [push.Subscriber] and [push.Unsubscriber]: each value
// once in the order of the tokens, most in an exchange, one exchange after the
// other. exchange returns one outcome for each value.
func Enrol(ctx context.Context, name string, accepts func(push.Token) bool, t push.Topic, tokens []push.Token, op waybill.Verb, fault error, most int, exchange func(ctx context.Context, values []string) []Outcome) []push.Result {
	c := &call{name: name, op: string(op), tokens: tokens, out: make([]push.Result, len(tokens))}
	for i, token := range tokens {
		c.out[i].Provider, c.out[i].Token = name, token
	}
	if fault == nil && !accepts(push.Token{Vendor: t.Vendor, App: t.App, Env: t.Env}) {
		fault = waybill.NotSupported("", "the topic is of another vendor, app or environment")
	}
	if fault != nil {
		c.fail(waybill.AsError(fault), nil)
		return c.out
	}
	c.sort(nil, accepts)
	var brake *waybill.Error
	for part := range slices.Chunk(c.todo, most) {
		if brake == nil {
			brake = Ended(ctx)
		}
		if brake != nil {
			c.fail(brake, part)
			continue
		}
		values := make([]string, len(part))
		for x, i := range part {
			values[x] = tokens[i].Value
		}
		outcomes := exchange(ctx, values)
		for x := range outcomes {
			outcomes[x].ID = ""
		}
		brake = c.take(part, outcomes, nil)
	}
	return c.repeat()
}
