package mail

import (
	"context"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Client sends through several relays as if they were one: in order, within
// their regions, with failover that cannot send twice, and with links in the
// place of attachments that are too large. It is itself a [Sender].
//
// A Client is safe for concurrent use. It starts no goroutine of its own but in
// SendAll, which waits for them.
type Client struct {
	name     string
	region   string
	offloads []*offload
	recorder Recorder
	set      *failover.Set
	send     *failover.Lane[Sender]
}

// New returns a Client of at least one relay. An attempt has no time-out of its
// own by default: a relay bounds each step of its dialogue, and a mail takes as
// long as its attachments do. What is wrong with an option is InvalidArgument;
// New does not use the network.
func New(options ...Option) (*Client, error) {
	b := builder{}
	b.Domain = "mail"
	if err := failover.Apply(&b, options); err != nil {
		return nil, err
	}
	set, err := b.Build()
	if err != nil {
		return nil, err
	}
	c := &Client{name: b.Name, region: b.Region, offloads: b.offloads, recorder: b.recorder, set: set,
		send: failover.NewLane[Sender](set, Send, failover.Send, waybill.Policy{AttemptTimeout: -1}, b.Policy(Send))}
	if err := set.CheckUsed(); err != nil {
		return nil, err
	}
	return c, nil
}

// Name returns the name given by WithName, or "mail".
func (c *Client) Name() string {
	if c.name == "" {
		return "mail"
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

// Send sends the mail through the first relay that may and can; see [Sender]
// for the outcomes. The next relay is asked only after a proof that the first
// one took nothing, or with AllowDuplicates. The message is not changed.
//
// Attachments that are too large are uploaded before, and removed again when the
// mail was certainly not sent; after an ambiguous outcome they stay. A bucket's
// failure ends the send: NotSent.
//
// The receipt comes with every error: its Recipients say which ones the relay
// refused, its MessageID under which id a relay may have the mail.
func (c *Client) Send(ctx context.Context, m *Message) (Receipt, error) {
	r, err := c.prepare(m)
	if err != nil {
		return Receipt{}, err
	}
	rec, err := r.begin(ctx)
	if err != nil {
		return Receipt{}, err
	}
	defer rec.Panicked()
	defer r.closeReady()
	res, err := r.send(ctx)
	if waybill.DeliveryOf(err) == waybill.NotSent {
		r.discard(ctx)
	}
	end(rec, &res, err)
	return res, err
}

// Explain says who would be asked in which order if the mail came now, and who
// is passed over and why, without any traffic.
func (c *Client) Explain(m *Message) ([]waybill.Candidate, error) {
	r, err := c.prepare(m)
	if err != nil {
		return nil, err
	}
	return c.send.Explain(r.selection()), nil
}

// Plan says what would go inside the mail and what would become a link if it
// came now, by the configured limit and the sizes that are told, without any
// traffic: nothing is opened, uploaded or asked for. A relay that turns out to
// take less makes more links; so may attachments whose size is not known.
func (c *Client) Plan(m *Message) (Plan, error) {
	r, err := c.prepare(m)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{MessageID: r.m.MessageID, Links: make([]bool, len(r.m.Attachments))}
	p.Size, p.Known = EncodedSize(&r.m)
	if !r.shrinkable() {
		return p, nil
	}
	for i := range r.m.Attachments {
		if a := &r.m.Attachments[i]; a.Size < 0 {
			a.Size = 0 // not known
		}
	}
	for _, i := range r.choose(r.off.limit) {
		p.Links[i] = true
	}
	return p, nil
}

// Plan is what [Client.Plan] says.
type Plan struct {
	// MessageID is the id that the mail gets, without angle brackets. Without a
	// Key it is another one each time.
	MessageID string
	// Size is the mail's in bytes with everything inside, encoded; Known is
	// false when the size of an attachment is not known, which counts as
	// nothing.
	Size  int64
	Known bool
	// Links has one entry per attachment: whether it becomes a link.
	Links []bool
}

// Status returns a snapshot of every relay.
func (c *Client) Status() []waybill.Status { return c.set.Status() }

// Drain takes an instance out by hand until Restore; InvalidArgument if there is
// none of that name.
func (c *Client) Drain(instance string) error { return c.set.Drain(instance) }

// Restore puts a drained or ejected instance back, and makes its refused senders
// eligible again.
func (c *Client) Restore(instance string) error { return c.set.Restore(instance) }

// Close refuses new mails and waits for those under way, or for ctx. The relays
// stay open; they are their makers'.
func (c *Client) Close(ctx context.Context) error { return c.set.Close(ctx) }

var (
	_ Sender          = (*Client)(nil)
	_ waybill.Capable = (*Client)(nil)
)
