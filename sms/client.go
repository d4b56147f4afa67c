package sms

import (
	"context"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Client sends through several gateways as if they were one: in order, within
// their regions, with failover that cannot send twice. It is itself a [Sender].
//
// A Client is safe for concurrent use. It starts no goroutine of its own.
type Client struct {
	name      string
	region    string
	regionOf  RegionFunc
	check     CheckFunc
	templates map[string]*template
	rules     []SenderRule
	recorder  Recorder
	guard     *Rules
	set       *failover.Set
	send      *failover.Lane[Sender]
	inner     []*Client // gateways that are clients
}

// New returns a Client of at least one gateway. Its default is 10 s per attempt.
// What is wrong with an option is InvalidArgument; New does not use the network.
func New(options ...Option) (*Client, error) {
	b := builder{regionOf: Number.Region}
	b.Domain = "sms"
	if err := failover.Apply(&b, options); err != nil {
		return nil, err
	}
	set, err := b.Build()
	if err != nil {
		return nil, err
	}
	if err := b.checkNames(); err != nil {
		return nil, err
	}
	c := &Client{
		name: b.Name, region: b.Region, regionOf: b.regionOf, check: b.check,
		templates: b.templates, rules: b.rules, recorder: b.recorder, guard: b.guard, set: set,
		send: failover.NewLane[Sender](set, Send, failover.Send,
			waybill.Policy{AttemptTimeout: 10 * time.Second}, b.Policy(Send)),
	}
	for _, m := range set.Members() {
		if inner, ok := m.Provider.(*Client); ok {
			c.inner = append(c.inner, inner)
		}
	}
	if err := set.CheckUsed(); err != nil {
		return nil, err
	}
	return c, nil
}

// Name returns the name given by WithName, or "sms".
func (c *Client) Name() string {
	if c.name == "" {
		return "sms"
	}
	return c.name
}

// Verbs returns Send.
func (c *Client) Verbs() []waybill.Verb {
	if c.send.Offered() {
		return []waybill.Verb{Send}
	}
	return nil
}

// Send sends the message through the first gateway that may and can; see
// [Sender] for the three outcomes. The number sticks to its gateway among those
// with weights.
//
// The next gateway is asked only after a proof that nothing was sent, or with
// AllowDuplicates. A receipt with an error of Delivery Sent means that some
// parts of a long message were accepted and others not.
func (c *Client) Send(ctx context.Context, m Message) (Receipt, error) {
	r, err := c.prepare(m, failover.InAttempt(ctx))
	if err != nil {
		return Receipt{}, err
	}
	held, err := r.reserve(ctx)
	if err != nil {
		return Receipt{}, err
	}
	rec, err := r.begin(ctx)
	if err != nil {
		held.settle(err)
		return Receipt{}, err
	}
	defer rec.Panicked()
	res, served, err := failover.One(ctx, c.send, r.selection(), r, sendThrough)
	if waybill.DeliveryOf(err) == waybill.Sent {
		r.complete(&res, &served)
	}
	end(rec, &res, err)
	held.settle(err)
	return res, err
}

// reserve asks the rules, if there are any.
func (r *request) reserve(ctx context.Context) (*held, error) {
	if r.c.guard == nil {
		return nil, nil
	}
	h, e := r.c.guard.reserve(ctx, &r.m, r.text)
	if e != nil {
		return nil, e.With("sms", string(Send), r.m.Key)
	}
	return h, nil
}

// sendThrough makes one attempt.
func sendThrough(s Sender, ctx context.Context, r *request) (Receipt, error) {
	m, e := r.through(failover.Instance(ctx), s.(waybill.Provider))
	if e != nil {
		return Receipt{}, e
	}
	return s.Send(ctx, m)
}

// complete fills in what the client knows of an accepted message.
func (r *request) complete(res *Receipt, served *failover.Served) {
	res.Served = served.Served
	res.PossibleDuplicate = res.PossibleDuplicate || served.PossibleDuplicate
	res.Warning = r.warning
	if res.Encoding == 0 && res.Estimate == 0 && r.text != "" {
		if p, err := CountFor(r.m.Region, r.text); err == nil {
			res.Encoding, res.Estimate = p.Encoding, p.Count
		}
	}
}

// knows reports whether the client, or one behind it, has the template.
func (c *Client) knows(template string) bool {
	return c.templates[template] != nil || c.nestedKnows(template)
}

func (c *Client) nestedKnows(template string) bool {
	for _, inner := range c.inner {
		if inner.knows(template) {
			return true
		}
	}
	return false
}

// Explain says who would be asked in which order if the message came now, and
// who is passed over and why, without any traffic. The error is that of a
// message which nobody would be asked for: a bad one, or one that the rules
// refuse without asking their store.
func (c *Client) Explain(m Message) ([]waybill.Candidate, error) {
	r, err := c.prepare(m, false)
	if err != nil {
		return nil, err
	}
	if c.guard != nil {
		if e := c.guard.now(&r.m, r.text); e != nil {
			return nil, e.With("sms", string(Send), m.Key)
		}
	}
	return c.send.Explain(r.selection()), nil
}

// Status returns a snapshot of every gateway.
func (c *Client) Status() []waybill.Status { return c.set.Status() }

// Drain takes an instance out by hand until Restore; InvalidArgument if there is
// none of that name.
func (c *Client) Drain(instance string) error { return c.set.Drain(instance) }

// Restore puts a drained or ejected instance back, and makes its refused senders
// and templates eligible again.
func (c *Client) Restore(instance string) error { return c.set.Restore(instance) }

// Close refuses new messages and waits for those under way, or for ctx.
func (c *Client) Close(ctx context.Context) error { return c.set.Close(ctx) }

var (
	_ Sender          = (*Client)(nil)
	_ waybill.Capable = (*Client)(nil)
)
