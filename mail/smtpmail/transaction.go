package smtpmail

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// transaction is MAIL, RCPT and DATA for some of a mail's recipients.
type transaction struct {
	t  *transfer
	to []int // indexes into the receipt's recipients

	later    []int // recipients for a transaction of their own (too many)
	taken    []int // recipients that the relay accepted so far
	accepted bool  // the relay took the mail

	// asked: DATA went with the envelope; answer and answerErr are what came of
	// it.
	asked     bool
	answer    reply
	answerErr error
}

func (x *transaction) reset() {
	for _, i := range x.to {
		x.t.res.Recipients[i].Err = nil
	}
	x.later, x.taken, x.asked = nil, nil, false
}

// tried returns the recipients that are not for a later transaction.
func (x *transaction) tried() []int {
	return slices.DeleteFunc(slices.Clone(x.to), func(i int) bool { return slices.Contains(x.later, i) })
}

// run carries the transaction out.
func (x *transaction) run(s *session) *waybill.Error {
	t := x.t
	if s.size > 0 && t.size > s.size {
		return t.tooLarge()
	}
	if t.utf8 {
		if _, ok := s.ext["SMTPUTF8"]; !ok {
			return t.error(waybill.Unsupported, waybill.ScopeRequest, waybill.NotSent, "an address needs SMTPUTF8, which the relay does not offer")
		}
	}
	if e := t.sign(); e != nil {
		return e
	}
	if s.size > 0 && t.size > s.size {
		return t.tooLarge()
	}
	if e := x.envelope(s); e != nil {
		return e
	}
	return x.data(s)
}

// envelope says who sends and to whom: in one go where the relay pipelines, DATA
// included when the mail goes on with whatever recipients are accepted.
func (x *transaction) envelope(s *session) *waybill.Error {
	t := x.t
	var lines []string
	if s.dirty {
		lines = append(lines, "RSET")
	}
	lines = append(lines, x.mailFrom(s))
	first := len(lines)
	all := t.m.Recipients()
	for _, i := range x.to {
		lines = append(lines, "RCPT TO:<"+all[i].Spec()+">")
	}
	n := len(lines)
	if s.pipelines {
		if !t.m.AllOrNone || len(x.to) == 1 {
			lines = append(lines, "DATA")
		}
		if err := s.write(strings.Join(lines, "\r\n") + "\r\n"); err != nil {
			return t.broken(atMAIL, err, waybill.NotSent)
		}
	}
	s.dirty = true
	var refused *waybill.Error
	for i, line := range lines[:n] {
		if !s.pipelines {
			if err := s.write(line + "\r\n"); err != nil {
				return t.broken(atMAIL, err, waybill.NotSent)
			}
		}
		p, err := s.read(t.r.o.CommandTimeout)
		if e := x.envelopeReply(s, i-first, line, p, err, &refused); e != nil {
			return e
		}
		if refused != nil && !s.pipelines {
			return refused
		}
	}
	if refused == nil {
		refused = x.judge()
	}
	if len(lines) > n {
		x.early(s, refused != nil)
	}
	return refused
}

// early reads the reply to a DATA that went with the envelope. When nobody is
// there to get the mail, a relay refuses it; one that wants it all the same is
// left, since whatever it is told next it could take for a mail.
func (x *transaction) early(s *session, refused bool) {
	p, err := s.read(x.t.r.o.CommandTimeout)
	if !refused {
		x.asked, x.answer, x.answerErr = true, p, err
	} else if err == nil && p.code < 400 {
		s.lost = true
	}
}

// envelopeReply takes one reply in; nth is the recipient's place in x.to, -1 for
// the sender. What it returns ends the transaction at once; refused ends it
// after the replies that are still under way.
func (x *transaction) envelopeReply(s *session, nth int, line string, p reply, err error, refused **waybill.Error) *waybill.Error {
	t := x.t
	switch {
	case err != nil:
		if *refused != nil {
			return *refused
		}
		return t.broken(atMAIL, err, waybill.NotSent)
	case line == "RSET":
		if p.code != 250 {
			s.lost = true
			return t.refusal(atMAIL, p)
		}
		return nil
	case nth < 0:
		if p.code != 250 {
			*refused = t.refusal(atMAIL, p)
			s.dirty = false
			// A connection that has carried all it may is replaced.
			if p.code < 400 || s.mails > 0 && saysConnection.in(p.words()) {
				s.lost = true
			}
			return x.ifLost(s, *refused)
		}
		return nil
	case *refused != nil:
		return nil
	}
	to := x.to[nth]
	switch {
	case p.code == 250 || p.code == 251 || p.code == 252:
		x.taken = append(x.taken, to)
	case p.code < 400:
		s.lost = true
		return t.broken(atRCPT, errMalformed, waybill.NotSent)
	case p.code != 421 && tooMany(p) && len(x.taken) > 0 && !t.m.AllOrNone:
		x.later = append(x.later, to)
	default:
		e := t.refusal(atRCPT, p)
		t.res.Recipients[to].Err = e
		return x.ifLost(s, e)
	}
	return nil
}

// ifLost returns the error when the relay closes the connection with it (421).
func (x *transaction) ifLost(s *session, e *waybill.Error) *waybill.Error {
	if s.lost {
		return e
	}
	return nil
}

// tooMany reports whether a recipient is only one too many for the transaction.
func tooMany(p reply) bool {
	return p.detail() == "5.3" || p.enhanced == "" && (p.code == 452 || p.code == 556) || saysRecipients.in(p.words())
}

// judge decides after all recipients were named whether the mail goes on.
func (x *transaction) judge() *waybill.Error {
	t := x.t
	if len(x.taken) == len(x.to) {
		return nil
	}
	if len(x.taken) > 0 && !t.m.AllOrNone {
		return nil
	}
	var first *waybill.Error
	for _, i := range x.to {
		e := t.res.Recipients[i].Err
		if e != nil && (first == nil || first.Scope == waybill.ScopeRecipient && e.Scope != waybill.ScopeRecipient) {
			first = e
		}
	}
	if len(x.taken) > 0 {
		t.fail(x.taken, t.error(waybill.FailedPrecondition, waybill.ScopeRequest, waybill.NotSent, "another recipient was refused"))
	}
	return first
}

func (x *transaction) mailFrom(s *session) string {
	t := x.t
	line := "MAIL FROM:<" + t.m.From.Spec() + ">"
	if _, ok := s.ext["SIZE"]; ok && t.size > 0 {
		line += " SIZE=" + strconv.FormatInt(t.size, 10)
	}
	// Everything that Compose writes is ASCII but for such addresses, so that
	// neither extension is asked for without need.
	if t.utf8 {
		if _, ok := s.ext["8BITMIME"]; ok {
			line += " BODY=8BITMIME"
		}
		line += " SMTPUTF8"
	}
	return line
}

// data sends the mail itself. Until end reports that the final dot may have
// left, nothing can have been accepted; from then on only a reply tells.
func (x *transaction) data(s *session) *waybill.Error {
	t := x.t
	p, err := x.answer, x.answerErr
	if !x.asked {
		p, err = s.command("DATA")
	}
	if e := t.want(354, atDATA, p, err); e != nil {
		if err == nil && p.code < 400 {
			s.lost = true
		}
		return e
	}
	if s.in.Buffered() > 0 { // a reply to what was not said could pass for the last one
		s.lost = true
		return t.broken(atDATA, errMalformed, waybill.NotSent)
	}
	s.body = true
	w := newDotWriter(s)
	n, err := t.compose(w)
	if err != nil {
		if e := sourceFailed(err); e != nil && w.err == nil {
			s.cut()
			return e.With(name, "send", t.m.Key)
		}
		return x.cutShort(s, err)
	}
	left, err := w.end(t.ctx)
	switch {
	case err != nil && !left:
		return x.cutShort(s, err)
	case err != nil:
		s.cut()
		return t.broken(atDot, err, waybill.Ambiguous)
	}
	p, err = s.read(t.r.o.FinalTimeout)
	switch {
	case err != nil:
		s.cut()
		return t.broken(atDot, err, waybill.Ambiguous)
	case p.code < 300:
		x.success(s, p, n)
		return nil
	case p.code < 400:
		s.cut()
		return t.broken(atDot, errMalformed, waybill.Ambiguous)
	}
	s.dirty, s.body = false, false
	return t.refusal(atDot, p)
}

func (x *transaction) success(s *session, p reply, n int64) {
	t := x.t
	s.mails++
	s.dirty, s.body = false, false
	x.accepted = true
	if t.res.ID == "" {
		t.res.ID = p.queueID()
	}
	t.res.Size = n
}

// cutShort ends a mail in its middle. The relay may have said why before it
// closed the connection.
func (x *transaction) cutShort(s *session, err error) *waybill.Error {
	t := x.t
	if t.ctx.Err() == nil {
		_ = s.conn.SetDeadline(time.Now().Add(100 * time.Millisecond))
		if p, rerr := readReply(s.in); rerr == nil && p.code >= 400 {
			s.cut()
			return t.refusal(atDot, p)
		}
	}
	s.cut()
	return t.broken(atDATA, err, waybill.NotSent)
}
