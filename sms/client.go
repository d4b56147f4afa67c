package sms

import (
	"context"
	"sync/atomic"
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
	contents  map[string]*content
	lanes     [len(kindNames)]string
	set       *failover.Set
	send      *failover.Lane[Sender]
	reconcile *failover.Lane[Reconciler]
	inner     []*Client // gateways that are clients
	// unapproved are templates that Check found a gateway not to take.
	unapproved atomic.Pointer[map[gatewayTemplateID]Approval]
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
		templates: b.templates, rules: b.rules, recorder: b.recorder, guard: b.guard, contents: b.contents, lanes: b.lanes, set: set,
		send: failover.NewLane[Sender](set, Send, failover.Send,
			waybill.Policy{AttemptTimeout: 10 * time.Second}, b.Policy(Send)),
		reconcile: failover.NewLane[Reconciler](set, Reconcile, failover.Read,
			waybill.Policy{AttemptTimeout: 10 * time.Second}, b.Policy(Reconcile)),
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

// Verbs returns Send, and Reconcile where a gateway can look messages up.
func (c *Client) Verbs() []waybill.Verb {
	var verbs []waybill.Verb
	if c.send.Offered() {
		verbs = append(verbs, Send)
	}
	if c.reconcile.Offered() {
		verbs = append(verbs, Reconcile)
	}
	return verbs
}

// Send sends the message through the first gateway that may and can; see
// [Sender] for the three outcomes. The number sticks to its gateway among those
// with weights.
//
// The next gateway is asked only after a proof that nothing was sent, or with
// AllowDuplicates. A receipt with an error of Delivery Sent means that some
// parts of a long message were accepted and others not.
func (c *Client) Send(ctx context.Context, m Message) (Receipt, error) {
	p, err := c.enter(ctx, m)
	if err != nil {
		return Receipt{}, err
	}
	defer p.abandon()
	res, served, err := failover.One(ctx, c.send, p.selection(), p.request, sendThrough)
	p.leave(&res, served, err)
	return res, err
}

// passage is a message on its way through the client: what is done before and
// after the engine, whether it goes alone or in a batch.
type passage struct {
	*request
	held   *reservation
	record *failover.Recording
}

// enter does what comes before the engine. Its error says that nothing may be
// sent.
func (c *Client) enter(ctx context.Context, m Message) (*passage, error) {
	r, err := c.prepare(m, failover.InAttempt(ctx))
	if err != nil {
		return nil, err
	}
	held, err := r.reserve(ctx)
	if err != nil {
		return nil, err
	}
	failed := error(notBegun(m.Key)) // until the recorder returns
	defer func() {
		if failed != nil {
			held.settle(failed)
		}
	}()
	rec, err := r.begin(ctx)
	if failed = err; err != nil {
		return nil, err
	}
	return &passage{r, held, rec}, nil
}

// notBegun is what a panic before the network amounts to.
func notBegun(key string) *waybill.Error {
	e := &waybill.Error{Code: waybill.Internal, Delivery: waybill.NotSent, Message: "something panicked before the message was sent"}
	return e.With("sms", string(Send), key)
}

// reserve asks the rules, if there are any.
func (r *request) reserve(ctx context.Context) (*reservation, error) {
	if r.c.guard == nil {
		return nil, nil
	}
	h, e := r.c.guard.reserve(ctx, &r.m, r.text)
	if e != nil {
		return nil, e.With("sms", string(Send), r.m.Key)
	}
	return h, nil
}

// leave does what comes after it.
func (p *passage) leave(res *Receipt, served failover.Served, err error) {
	if waybill.DeliveryOf(err) == waybill.Sent {
		p.complete(res, &served)
	}
	defer p.held.settle(err) // also when the recorder panics
	end(p.record, res, err)
}

// abandon ends what a panic left open; after leave it does nothing.
func (p *passage) abandon() { p.record.Panicked() }

// unsent ends what a panic kept from being sent.
func (p *passage) unsent() { p.leave(new(Receipt), failover.Served{}, notBegun(p.m.Key)) }

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
	if r.warning != "" { // else a nested client's
		res.Warning = r.warning
	}
	if res.Encoding == 0 && res.Estimate == 0 && r.text != "" {
		if p, err := CountFor(r.m.Region, SignText(r.sign(served.Instance, served.Provider), r.text)); err == nil {
			res.Encoding, res.Estimate = p.Encoding, p.Count
		}
	}
}

// sign is the signature that goes with the text through a gateway, which is
// counted and paid for as part of it.
func (r *request) sign(instance, name string) string {
	sign := r.c.rule(instance, name, r.m.Region, r.m.Kind).Sign
	if r.t != nil {
		if g := r.t.forGateway(instance, name, r.m.Region, r.m.Language); g != nil && g.Sign != "" {
			sign = g.Sign
		}
	}
	if r.m.Region != "CN" {
		return ""
	}
	return sign
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
