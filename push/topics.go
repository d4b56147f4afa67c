package push

import (
	"context"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// WithTopics lets the client send to topics, and tokens in and out of them,
// through the providers that can. Without it those verbs are Unsupported: one
// wrong topic reaches thousands. New fails if no provider is a [TopicSender].
func WithTopics() Option {
	return func(b *builder) error { b.topics = true; return nil }
}

// WithBroadcasts lets the client send to everybody who has an app, through the
// providers that can. Without it that is Unsupported. New fails if no provider is
// a [Broadcaster].
func WithBroadcasts() Option {
	return func(b *builder) error { b.broadcasts = true; return nil }
}

// lanes are those of the verbs that reach many at once; nil without the option.
type lanes struct {
	topics      *failover.Lane[TopicSender]
	broadcasts  *failover.Lane[Broadcaster]
	subscribe   *failover.Lane[Subscriber]
	unsubscribe *failover.Lane[Unsubscriber]
}

func (c *Client) openLanes(b *builder) error {
	def := waybill.Policy{AttemptTimeout: 15 * time.Second}
	if b.topics {
		c.many.topics = failover.NewLane[TopicSender](c.set, SendTopic, failover.Send, def, b.Policy(SendTopic))
		c.many.subscribe = failover.NewLane[Subscriber](c.set, Subscribe, failover.Send, def, b.Policy(Subscribe))
		c.many.unsubscribe = failover.NewLane[Unsubscriber](c.set, Unsubscribe, failover.Send, def, b.Policy(Unsubscribe))
		if !c.many.topics.Offered() {
			return invalidOption("no provider sends to topics")
		}
	}
	if b.broadcasts {
		c.many.broadcasts = failover.NewLane[Broadcaster](c.set, Broadcast, failover.Send, def, b.Policy(Broadcast))
		if !c.many.broadcasts.Offered() {
			return invalidOption("no provider broadcasts")
		}
	}
	return nil
}

// SendTopic sends the notification to everybody who subscribed to the topic,
// through the first provider that takes its audience and can. What may have been
// sent is not repeated, unless AllowDuplicates is set. See [WithTopics].
func (c *Client) SendTopic(ctx context.Context, n *Notification, t Topic) Result {
	if c.many.topics == nil {
		return refused(t.Audience, SendTopic, n, waybill.NotSupported(string(SendTopic), "topics are not switched on; see WithTopics"))
	}
	if err := t.Validate(); err != nil {
		return refused(t.Audience, SendTopic, n, err)
	}
	return sendMany(ctx, c, c.many.topics, SendTopic, n, t, func(s TopicSender, ctx context.Context, n *Notification) Result { return s.SendTopic(ctx, n, t) })
}

// Broadcast sends the notification to everybody who has the app, through the
// first provider that takes the audience and can; else as SendTopic. See
// [WithBroadcasts].
func (c *Client) Broadcast(ctx context.Context, n *Notification, a Audience) Result {
	if c.many.broadcasts == nil {
		return refused(a, Broadcast, n, waybill.NotSupported(string(Broadcast), "broadcasts are not switched on; see WithBroadcasts"))
	}
	if err := a.Validate(); err != nil {
		return refused(a, Broadcast, n, err)
	}
	return sendMany(ctx, c, c.many.broadcasts, Broadcast, n, Topic{Audience: a}, func(s Broadcaster, ctx context.Context, n *Notification) Result { return s.Broadcast(ctx, n, a) })
}

// refused is a result that ended before any provider was asked.
func refused(a Audience, verb waybill.Verb, n *Notification, err error) Result {
	key := ""
	if n != nil {
		key = n.Key
	}
	return Result{Token: a.token(), Err: waybill.AsError(err).With("push", string(verb), key)}
}

// sendMany makes one call that reaches many, recorded as one send.
func sendMany[P any](ctx context.Context, c *Client, lane *failover.Lane[P], verb waybill.Verb, n *Notification, t Topic, do func(P, context.Context, *Notification) Result) Result {
	if err := n.Validate(); err != nil {
		return refused(t.Audience, verb, n, err)
	}
	takers := c.takersOf(t.token())
	sel := c.selection(n, takers)
	sel.Replaces = false // nobody knows who has it already
	r := &call{c: c, n: n, out: []Result{{Token: t.token()}}}
	rec, begun := r.begin(ctx, []int{0}, verb, t)
	if len(begun) == 0 {
		return r.out[0]
	}
	defer rec.Panicked()
	got, served, err := failover.One(ctx, lane, sel, n, func(p P, ctx context.Context, n *Notification) (Result, error) {
		res := do(p, ctx, n)
		if res.Err != nil {
			return res, res.Err
		}
		return res, nil
	})
	out := failover.Outcome[Result]{Value: got, Served: served, Err: err}
	r.settle(&r.out[0], &out, &Result{})
	r.out[0].Dead = false
	end(rec, r.out, []int{0}, []failover.Outcome[Result]{out})
	return r.out[0]
}

// Subscribe puts tokens into a topic: one result per token, in order. See
// [WithTopics] and [Subscriber].
func (c *Client) Subscribe(ctx context.Context, t Topic, tokens []Token) []Result {
	return enrol(ctx, c, c.many.subscribe, Subscribe, t, tokens, func(s Subscriber, ctx context.Context, tokens []Token) []Result { return s.Subscribe(ctx, t, tokens) })
}

// Unsubscribe takes tokens out of a topic, as Subscribe puts them in.
func (c *Client) Unsubscribe(ctx context.Context, t Topic, tokens []Token) []Result {
	return enrol(ctx, c, c.many.unsubscribe, Unsubscribe, t, tokens, func(s Unsubscriber, ctx context.Context, tokens []Token) []Result {
		return s.Unsubscribe(ctx, t, tokens)
	})
}

// enrol puts tokens in or out of a topic, a batch at a time. Both may be
// repeated, so what failed goes on as a repeat that replaces the first.
func enrol[P any](ctx context.Context, c *Client, lane *failover.Lane[P], verb waybill.Verb, t Topic, tokens []Token, do func(P, context.Context, []Token) []Result) []Result {
	out := make([]Result, len(tokens))
	fill := func(e *waybill.Error) []Result {
		for i := range out {
			out[i] = Result{Token: tokens[i], Err: e}
		}
		return out
	}
	if lane == nil {
		return fill(waybill.NotSupported(string(verb), "topics are not switched on; see WithTopics").With("push", "", ""))
	}
	if err := t.Named(); err != nil {
		return fill(waybill.AsError(err).With("", string(verb), ""))
	}
	sel := c.selection(&Notification{}, c.takersOf(t.token()))
	sel.Replaces = true
	for from := 0; from < len(tokens); from += c.batch {
		part := tokens[from:min(from+c.batch, len(tokens))]
		got := failover.Many(ctx, lane, sel, part, func(p P, ctx context.Context, tokens []Token) []failover.Outcome[Result] {
			results := do(p, ctx, tokens)
			outcomes := make([]failover.Outcome[Result], len(results))
			for i := range results {
				outcomes[i].Value = results[i]
				if results[i].Err != nil {
					outcomes[i].Err = results[i].Err
				}
			}
			return outcomes
		})
		for i := range got {
			r := &out[from+i]
			*r = got[i].Value
			r.Served, r.Err, r.Token, r.Dead = got[i].Served.Served, waybill.AsError(got[i].Err), part[i], false
		}
	}
	return out
}

var (
	_ TopicSender  = (*Client)(nil)
	_ Broadcaster  = (*Client)(nil)
	_ Subscriber   = (*Client)(nil)
	_ Unsubscriber = (*Client)(nil)
)
