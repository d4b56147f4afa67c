package push

import (
	"context"
	"iter"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// maxProviders is how many providers a client takes: one bit each.
const maxProviders = 64

// Client sends through several providers as if they were one: each token to
// those that take it, in order, with failover that cannot send twice. It is
// itself a [Sender].
//
// A Client is safe for concurrent use. When the tokens of a call need different
// sets of providers it sends to each set on a goroutine of its own, on which
// hooks and recorder are then called; all of them end with the call.
type Client struct {
	name     string
	region   string
	batch    int
	recorder Recorder
	set      *failover.Set
	lane     *failover.Lane[Sender]
	takers   []taker
	proof    proof
	many     lanes
}

// taker is a provider as the grouping of tokens sees it.
type taker struct {
	instance string
	accepts  Accepts  // nil: it is asked about every token
	replaces Replacer // nil: Notification.Replaces decides
}

// New returns a Client of at least one provider and at most 64. Its default is
// 15 s per attempt, which is one batch at one provider. What is wrong with an
// option is InvalidArgument; New does not use the network.
func New(options ...Option) (*Client, error) {
	b := builder{batch: DefaultBatch}
	b.Domain = "push"
	if err := failover.Apply(&b, options); err != nil {
		return nil, err
	}
	if len(b.Members()) > maxProviders {
		return nil, invalidOption("there are more than 64 providers")
	}
	set, err := b.Build()
	if err != nil {
		return nil, err
	}
	c := &Client{
		name: b.Name, region: b.Region, batch: b.batch, recorder: b.recorder, set: set,
		lane: failover.NewLane[Sender](set, Send, failover.Send,
			waybill.Policy{AttemptTimeout: 15 * time.Second}, b.Policy(Send)),
	}
	for _, m := range set.Members() {
		t := taker{instance: m.Use.Instance}
		if t.instance == "" {
			t.instance = m.Provider.Name()
		}
		t.accepts, _ = m.Provider.(Accepts)
		t.replaces, _ = m.Provider.(Replacer)
		c.takers = append(c.takers, t)
	}
	if err := c.openLanes(&b); err != nil {
		return nil, err
	}
	if err := set.CheckUsed(); err != nil {
		return nil, err
	}
	return c, nil
}

// Name returns the name given by WithName, or "push".
func (c *Client) Name() string {
	if c.name == "" {
		return "push"
	}
	return c.name
}

// Verbs returns Send, and the verbs of topics and broadcasts that were switched
// on and that a provider has.
func (c *Client) Verbs() []waybill.Verb {
	var out []waybill.Verb
	add := func(verb waybill.Verb, offered bool) {
		if offered {
			out = append(out, verb)
		}
	}
	add(Send, c.lane.Offered())
	add(SendTopic, c.many.topics != nil && c.many.topics.Offered())
	add(Broadcast, c.many.broadcasts != nil && c.many.broadcasts.Offered())
	add(Subscribe, c.many.subscribe != nil && c.many.subscribe.Offered())
	add(Unsubscribe, c.many.unsubscribe != nil && c.many.unsubscribe.Offered())
	return out
}

// Accepts reports whether any provider takes the token.
func (c *Client) Accepts(t Token) bool { return c.takersOf(t) != 0 }

// Replaces reports whether a repeat to a token that any provider takes shows the
// notification once only; see [Replacer].
func (c *Client) Replaces(n *Notification) bool { return c.replaces(n, ^uint64(0)) }

// replaces reports the same of some of the providers.
func (c *Client) replaces(n *Notification, takers uint64) bool {
	for i := range c.takers {
		if takers&(1<<i) == 0 {
			continue
		}
		if r := c.takers[i].replaces; r == nil && !n.Replaces() || r != nil && !r.Replaces(n) {
			return false
		}
	}
	return true
}

// SendAll sends to a sequence of tokens and yields each with its result, in
// order. It holds one batch in memory (see [WithMaxBatch]), sends it whole and
// then yields it, so that a caller who stops has had the results of everything
// that was sent but for at most one batch. The same token twice is sent once
// only within a batch.
//
// When the context ends, the tokens that were taken from the sequence are
// reported and no more are taken. The sequence that is returned can be used once
// for each time that tokens can.
func (c *Client) SendAll(ctx context.Context, n *Notification, tokens iter.Seq[Token]) iter.Seq2[Token, Result] {
	return func(yield func(Token, Result) bool) {
		batch := make([]Token, 0, c.batch)
		flush := func() bool {
			for _, r := range c.Send(ctx, n, batch) {
				if !yield(r.Token, r) {
					return false
				}
			}
			batch = batch[:0]
			return ctx.Err() == nil
		}
		for t := range tokens {
			if batch = append(batch, t); len(batch) == c.batch && !flush() {
				return
			}
		}
		if len(batch) > 0 {
			flush()
		}
	}
}

// Explain says who would be asked in which order to send n to t if the call
// came now, and who is passed over and why, without any traffic.
func (c *Client) Explain(n *Notification, t Token) ([]waybill.Candidate, error) {
	if err := n.Validate(); err != nil {
		return nil, err
	}
	if err := t.Validate(); err != nil {
		return nil, err
	}
	return c.lane.Explain(c.selection(n, c.takersOf(t))), nil
}

// Status returns a snapshot of every provider.
func (c *Client) Status() []waybill.Status { return c.set.Status() }

// Drain takes an instance out by hand until Restore; InvalidArgument if there is
// none of that name.
func (c *Client) Drain(instance string) error { return c.set.Drain(instance) }

// Restore puts a drained, ejected or idle instance back.
func (c *Client) Restore(instance string) error { return c.set.Restore(instance) }

// Close refuses new calls and waits for those under way, or for ctx.
func (c *Client) Close(ctx context.Context) error { return c.set.Close(ctx) }

var (
	_ Sender           = (*Client)(nil)
	_ Accepts          = (*Client)(nil)
	_ Replacer         = (*Client)(nil)
	_ waybill.Provider = (*Client)(nil)
	_ waybill.Capable  = (*Client)(nil)
)
