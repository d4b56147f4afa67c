package mail

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Limited is implemented by relays that know how large a mail they take. The
// client asks before each attempt, so that what is too large becomes a link
// before it is uploaded in vain.
type Limited interface {
	// MaxSize returns the largest mail in bytes, everything encoded, that the
	// relay is known to take, 0 when it is not known (yet). It makes no traffic.
	MaxSize() int64
}

// Checker is implemented by relays that find faults of a mail which Validate does
// not look for, such as a domain that has no form in ASCII. The client asks before
// anything is uploaded, and passes over a relay that could only refuse.
type Checker interface {
	// Check returns nil, or why the relay cannot take the mail. Size and sources
	// of attachments are not looked at. It makes no traffic.
	Check(m *Message) error
}

// request is one mail on its way through the client. It is used by the calling
// goroutine alone.
type request struct {
	c     *Client
	m     Message // stamped, its Region resolved, its sources wrapped
	off   *offload
	src   []*source // of each attachment, nil for an object
	links []Link
	own   []string // objects that were uploaded for this mail
	text  string   // the bodies without it
	html  string

	fatal    *waybill.Error // a source or a bucket failed: no relay's fault
	tooLarge *waybill.Error // what a relay said before the chain went on
	refused  Receipt        // what the attempts that failed found of the recipients
}

// prepare checks and completes a mail. It does not use the network.
func (c *Client) prepare(m *Message) (*request, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	r := &request{c: c, m: *m.Stamp(), text: m.Text, html: m.HTML}
	if r.m.Region == "" {
		r.m.Region = c.region
	}
	r.off = c.offloadFor(r.m.Region)
	r.m.Attachments = make([]Attachment, len(m.Attachments))
	r.src = make([]*source, len(m.Attachments))
	for i, a := range m.Attachments {
		if a.Open != nil {
			r.src[i] = &source{from: a.Open}
			a.Open = r.src[i].open
		}
		r.m.Attachments[i] = a
	}
	return r, nil
}

func (c *Client) offloadFor(region string) *offload {
	for _, o := range c.offloads {
		if o.covers(region) {
			return o
		}
	}
	return &offload{limit: math.MaxInt64}
}

// selection is what the engine needs to know. The first recipient sticks to its
// relay among those with weights; a refused sender makes just this one
// ineligible.
func (r *request) selection() *failover.Select {
	m := &r.m
	s := &failover.Select{
		Key: m.Recipients()[0].Addr, Ref: m.Key, Tenant: m.Tenant, Lane: m.Lane, Sender: m.From.Addr,
		AllowDuplicates: m.AllowDuplicates, Eligible: r, Rewind: r.rewind, Missing: "Region",
	}
	if m.Region != "" {
		s.Regions = []string{m.Region}
		s.Where = func() string { return "mails of " + m.Region }
	}
	return s
}

// Eligible passes a relay over that cannot take the mail, or is known to take none
// of this size when nothing can become a link. It is for the engine.
func (r *request) Eligible(_ string, p waybill.Provider) *waybill.Error {
	if c, ok := p.(Checker); ok {
		if err := c.Check(&r.m); err != nil {
			return waybill.AsError(err)
		}
	}
	l, ok := p.(Limited)
	if !ok || r.shrinkable() {
		return nil
	}
	limit := l.MaxSize()
	if limit <= 0 {
		return nil
	}
	if atMost(&r.m) <= limit {
		return nil
	}
	if size, _ := EncodedSize(&r.m); size <= limit {
		return nil
	}
	e := &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: p.Name(),
		Op: string(Send), Ref: r.m.Key, Message: "the mail is larger than the " + strconv.FormatInt(limit, 10) + " bytes that the relay takes"}
	r.tooLarge = e
	return e
}

// send uploads what must be, and asks the relays.
func (r *request) send(ctx context.Context) (Receipt, error) {
	sel := r.selection()
	if r.shrinkable() && r.mayBeServed(sel) {
		if err := r.fit(ctx, r.off.limit); err != nil {
			return Receipt{MessageID: r.m.MessageID}, err
		}
	}
	res, served, err := failover.One(ctx, r.c.send, sel, r, sendThrough)
	if waybill.DeliveryOf(err) == waybill.Sent {
		res.Served = served.Served
		res.PossibleDuplicate = res.PossibleDuplicate || served.PossibleDuplicate
		res.Links = append(r.links, res.Links...)
		return res, err
	}
	return Receipt{MessageID: r.m.MessageID, Recipients: r.refused.Recipients}, r.verdict(err)
}

// mayBeServed reports whether any relay would be asked, so that nothing is
// uploaded for nobody.
func (r *request) mayBeServed(sel *failover.Select) bool {
	for _, c := range r.c.send.Explain(sel) {
		if c.Order > 0 {
			return true
		}
	}
	return false
}

// verdict puts right what the engine was told instead of the truth, so that a
// failing source or bucket was no relay's fault and a mail too large for one
// relay could go to the next.
func (r *request) verdict(err error) error {
	e := waybill.AsError(err)
	switch {
	case r.fatal != nil && e.Code == waybill.FailedPrecondition:
		v := *e
		v.Code, v.Scope, v.RetryAfter, v.Provider, v.VendorCode, v.Message = r.fatal.Code, r.fatal.Scope, r.fatal.RetryAfter, r.fatal.Provider, r.fatal.VendorCode, r.fatal.Message
		return &v
	case r.tooLarge != nil && e.Code == waybill.Unsupported:
		v := *e
		v.Code, v.VendorCode, v.Message, v.Provider = waybill.TooLarge, r.tooLarge.VendorCode, r.tooLarge.Message, r.tooLarge.Provider
		return &v
	}
	return err
}

// sendThrough makes one attempt. A relay that calls the mail too large gets it
// once more with links, if that is possible: it has taken nothing.
func sendThrough(s Sender, ctx context.Context, r *request) (Receipt, error) {
	if l, ok := s.(Limited); ok {
		if err := r.fit(ctx, within(l.MaxSize())); err != nil {
			return Receipt{}, r.giveUp(err)
		}
	}
	res, err := s.Send(ctx, &r.m)
	e := waybill.AsError(err)
	if tooLarge(e) && r.shrinkable() {
		limit := int64(0)
		if l, ok := s.(Limited); ok {
			if size, _ := EncodedSize(&r.m); within(l.MaxSize()) < size {
				limit = within(l.MaxSize())
			}
		}
		if err := r.fit(ctx, limit); err != nil {
			return Receipt{}, r.giveUp(err)
		}
		if r.rewind() == nil {
			res, err = s.Send(ctx, &r.m)
			e = waybill.AsError(err)
		}
	}
	if e == nil || e.Delivery == waybill.Sent {
		return res, err
	}
	r.note(res)
	if tooLarge(e) {
		r.tooLarge = e
		next := *e
		next.Code = waybill.Unsupported
		return res, &next
	}
	var own *waybill.Error
	if e.Code == waybill.FailedPrecondition && e.Err != nil && errors.As(e.Err, &own) && own.Code != waybill.Unknown {
		r.fatal = own
	}
	return res, err
}

// note keeps what the last attempt found of each recipient, but that one of them
// may have got the mail in an earlier one.
func (r *request) note(res Receipt) {
	before := r.refused.Recipients
	r.refused = res
	if len(before) != len(res.Recipients) {
		return
	}
	r.refused.Recipients = slices.Clone(res.Recipients)
	for i, b := range before {
		if b.Err != nil && b.Err.Delivery == waybill.Ambiguous {
			r.refused.Recipients[i] = b
		}
	}
}

func tooLarge(e *waybill.Error) bool {
	return e != nil && e.Code == waybill.TooLarge && e.Delivery == waybill.NotSent
}

// within leaves a margin of 2 % for what relays add and count.
func within(size int64) int64 {
	if size <= 0 {
		return math.MaxInt64
	}
	return size - size/50
}

// giveUp ends the call by a failure that is no relay's.
func (r *request) giveUp(err error) error {
	r.fatal = waybill.AsError(err)
	return &waybill.Error{Code: waybill.FailedPrecondition, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
		Provider: "mail", Op: string(Send), Ref: r.m.Key, Message: "an attachment could not be made a link", Err: err}
}

// source is an attachment's content, which knows whether it was opened.
type source struct {
	from   func() (io.ReadCloser, error)
	opened bool
	ready  io.ReadCloser // opened again by rewind
}

func (s *source) open() (io.ReadCloser, error) {
	if r := s.ready; r != nil {
		s.ready = nil
		return r, nil
	}
	s.opened = true
	return s.from()
}

// close closes what was opened in vain.
func (s *source) close() {
	if s != nil && s.ready != nil {
		_ = s.ready.Close()
		s.ready = nil
	}
}

// rewind opens again what an attempt has read, so that a source that cannot be
// read twice ends the call with what the attempt found.
func (r *request) rewind() error {
	for _, s := range r.src {
		if s == nil || !s.opened || s.ready != nil {
			continue
		}
		again, err := s.from()
		if err != nil {
			return err
		}
		if again == nil {
			return errors.New("mail: Open returned nothing")
		}
		s.ready = again
	}
	return nil
}

// closeReady closes what was opened in vain.
func (r *request) closeReady() {
	for _, s := range r.src {
		s.close()
	}
}
