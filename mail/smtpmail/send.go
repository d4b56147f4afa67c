package smtpmail

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

// transfer is one mail at this relay.
type transfer struct {
	r    *Relay
	ctx  context.Context
	m    *mail.Message // stamped, domains in ASCII
	size int64         // of the whole mail, 0 when it is not known
	utf8 bool          // an address needs SMTPUTF8

	signed *mail.Signed // when the relay signs for the sender

	user, password string // of Credentials, to be kept out of errors
	res            mail.Receipt
}

// Send sends the mail; see [mail.Sender] for the outcomes.
//
// Before the network: what is wrong with the mail is InvalidArgument, a mail
// larger than MaxSize is TooLarge. A recipient that the relay refuses has its
// error in the receipt while the others get the mail, unless AllOrNone is set.
// A mail with more recipients than fit one transaction goes in several, for
// which the attachments are opened anew; AllOrNone is Unsupported then. So does
// one of which the relay says only at its end that a recipient is bad, since it
// does not say which.
func (r *Relay) Send(ctx context.Context, m *mail.Message) (mail.Receipt, error) {
	if err := m.Validate(); err != nil {
		return mail.Receipt{}, waybill.AsError(err)
	}
	t := &transfer{r: r, ctx: ctx, m: m.Stamp()}
	if e := t.prepare(); e != nil {
		return mail.Receipt{}, e
	}
	if e := t.run(); e != nil {
		return t.res, e
	}
	return t.res, nil
}

// prepare checks what can be checked before the network.
func (t *transfer) prepare() *waybill.Error {
	if e := waybill.FromContext(t.ctx); e != nil {
		e.Delivery = waybill.NotSent
		return t.complete(e)
	}
	all := t.m.Recipients()
	t.res = mail.Receipt{Served: waybill.Served{Provider: name}, MessageID: t.m.MessageID, Recipients: make([]mail.Recipient, len(all))}
	for i, a := range all {
		t.res.Recipients[i].Address = a
	}
	if e := t.check(); e != nil {
		return e
	}
	size, known := mail.EncodedSize(t.m)
	if most := t.r.o.MaxSize; most > 0 && size > most {
		return t.tooLarge()
	}
	if known {
		t.size = size
	}
	return nil
}

// Check implements [mail.Checker]: InvalidArgument for an address whose domain has
// no form in ASCII, Unsupported for AllOrNone with more recipients than fit one
// transaction.
func (r *Relay) Check(m *mail.Message) error {
	t := transfer{r: r, m: m}
	if e := t.check(); e != nil {
		return e
	}
	return nil
}

// check looks at the addresses, and writes their domains in ASCII.
func (t *transfer) check() *waybill.Error {
	if t.m.AllOrNone && len(t.m.To)+len(t.m.Cc)+len(t.m.Bcc) > t.r.o.MaxRecipients {
		return t.error(waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, "AllOrNone with more recipients than fit one transaction")
	}
	return t.internationalize()
}

func (t *transfer) tooLarge() *waybill.Error {
	return t.error(waybill.TooLarge, waybill.ScopeRequest, waybill.NotSent, largeMail.message(atMAIL))
}

// sign reads the mail once for its signatures, on a connection that is there to
// take it then.
func (t *transfer) sign() *waybill.Error {
	if t.signed != nil || !slices.ContainsFunc(t.r.o.DKIM, func(s *mail.Signer) bool { return s.Signs(t.m.From) }) {
		return nil
	}
	signed, err := mail.Sign(t.ctx, t.m, t.r.o.DKIM...)
	if err != nil {
		return t.complete(waybill.AsError(err))
	}
	t.signed, t.size = signed, signed.Size()
	return nil
}

// compose writes the mail, signed or not.
func (t *transfer) compose(w io.Writer) (int64, error) {
	if t.signed != nil {
		return t.signed.Compose(t.ctx, w)
	}
	return mail.Compose(t.ctx, w, t.m)
}

// run carries the mail to all recipients, in as many transactions as it takes.
func (t *transfer) run() *waybill.Error {
	pending, same := t.distinct()
	defer func() {
		for i, first := range same {
			t.res.Recipients[i].Err = t.res.Recipients[first].Err
		}
	}()
	sent, most := false, t.r.o.MaxRecipients
	for len(pending) > 0 {
		n := min(len(pending), most)
		x := &transaction{t: t, to: pending[:n:n]}
		e := x.deliver()
		sent = sent || x.accepted
		rest := append(x.later, pending[n:]...)
		if e != nil && (e.Scope != waybill.ScopeRecipient || e.Delivery != waybill.NotSent) {
			untried := *e
			untried.Delivery = waybill.NotSent
			t.fail(rest, &untried)
			t.fail(x.to, e)
			if !sent {
				return e
			}
			break
		}
		switch {
		case e == nil:
		case len(x.taken) > 1 && !t.m.AllOrNone: // one of them is bad: each gets a mail of their own
			rest, most = append(slices.Clone(x.taken), rest...), 1
		default: // these recipients are bad, others may be good
			t.fail(x.tried(), e)
		}
		pending = rest
	}
	return t.outcome(sent)
}

// distinct returns the recipients that are named for the first time, and for the
// others who they are: a mail of several transactions would come twice.
func (t *transfer) distinct() (first []int, same map[int]int) {
	seen := make(map[string]int)
	for i, a := range t.m.Recipients() {
		local, domain := domainOf(a.Addr)
		addr := local + "@" + strings.ToLower(domain)
		if before, again := seen[addr]; again {
			if same == nil {
				same = make(map[int]int)
			}
			same[i] = before
			continue
		}
		seen[addr] = i
		first = append(first, i)
	}
	return first, same
}

// fail notes an error for those recipients that have none yet.
func (t *transfer) fail(of []int, e *waybill.Error) {
	for _, i := range of {
		if r := &t.res.Recipients[i]; r.Err == nil {
			r.Err = e
		}
	}
}

// outcome is the error of a mail that some recipients, or all, did not get.
func (t *transfer) outcome(sent bool) *waybill.Error {
	var worst *waybill.Error
	for i := range t.res.Recipients {
		e := t.res.Recipients[i].Err
		switch {
		case e == nil:
		case worst == nil, worst.Delivery == waybill.NotSent && e.Delivery == waybill.Ambiguous,
			worst.Code == waybill.FailedPrecondition && worst.Delivery == e.Delivery: // for the sake of another recipient
			worst = e
		}
	}
	if worst == nil || !sent {
		return worst
	}
	e := *worst
	e.Delivery = waybill.Sent
	e.Message = "not all recipients were accepted: " + e.Message
	return &e
}

// deliver finds a connection for a transaction and runs it. A connection that
// waited for its mail may have been closed meanwhile: when it breaks before the
// body was begun, a new one is tried.
func (x *transaction) deliver() *waybill.Error {
	t := x.t
	if e := t.place(); e != nil {
		return e
	}
	defer t.leave()
	for {
		s, open := t.r.pool.take()
		if !open {
			return t.error(waybill.Unavailable, waybill.ScopeRequest, waybill.NotSent, "the relay was closed")
		}
		waited := s != nil
		if !waited {
			fresh, e := t.connect()
			if e != nil {
				return e
			}
			s = fresh
		}
		e := x.over(s)
		if waited && e != nil && s.lost && !s.body && t.ctx.Err() == nil {
			x.reset()
			continue
		}
		return e
	}
}

// over runs the transaction over a session, which is cut when something goes
// wrong that the relay could take for the end of the mail: a panic, too.
func (x *transaction) over(s *session) *waybill.Error {
	done := false
	lift := s.guard(x.t.ctx)
	defer func() {
		lift()
		if !done {
			s.cut()
			return
		}
		x.t.r.pool.give(s)
	}()
	e := x.run(s)
	done = true
	return e
}

// sourceFailed tells a source's failure, which mail.Compose reports, from the
// connection's.
func sourceFailed(err error) *waybill.Error {
	var e *waybill.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

func domainOf(addr string) (local, domain string) {
	i := strings.LastIndexByte(addr, '@')
	return addr[:i], addr[i+1:]
}
