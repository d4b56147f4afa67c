package sms

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// handle hands out everything of a call. Its error is the first that came; the
// others are tried all the same, so that a repeat has less to do.
func (v *Receiver) handle(ctx context.Context, events Events) error {
	var first error
	note := func(err error) {
		if err != nil && (first == nil || first == errAgain) {
			first = err
		}
	}
	now := time.Now()
	if events.Unread > 0 {
		v.tell(ctx, &callError{http.StatusOK, "members of the gateway's list could not be read"})
	}
	for _, r := range events.Reports {
		r.Gateway, r.Received = v.name, now.UTC()
		if r.Recipient == "" {
			r.Recipient = r.To.Masked()
		}
		if v.opts.Report == nil {
			continue
		}
		note(v.once(ctx, r.eventKey(), func() error { return v.opts.Report(ctx, r) }))
	}
	for _, m := range events.Inbound {
		m.Gateway, m.Received = v.name, now.UTC()
		if v.opts.Inbound == nil {
			continue
		}
		if v.opts.JoinFor > 0 && m.joins() {
			note(v.part(ctx, m, now))
			continue
		}
		m.finish()
		note(v.once(ctx, m.eventKey(), func() error { return v.opts.Inbound(ctx, m) }))
	}
	if v.opts.Inbound != nil {
		for _, g := range v.joiner.expired(now, false) {
			if err := v.deliver(ctx, g); err != nil {
				v.tell(ctx, err) // not this call's business
			}
		}
	}
	return first
}

// finish completes a message that is not joined.
func (m *Inbound) finish() {
	if m.Part > 1 {
		m.Keyword = ""
		m.Incomplete = true
		return
	}
	if m.Keyword == "" {
		m.Keyword = keyword(m.Text)
	}
}

// keyword returns the first word in capitals.
func keyword(text string) string {
	if f := strings.Fields(text); len(f) > 0 {
		return strings.ToUpper(f[0])
	}
	return ""
}

// once calls f unless the event was handled before, and remembers that it was.
func (v *Receiver) once(ctx context.Context, key string, f func() error) error {
	claim, err := v.opts.Seen.Claim(ctx, key)
	switch {
	case err != nil:
		return unavailable("events cannot be remembered", err)
	case claim == Handled:
		return nil
	case claim == Busy:
		return errAgain
	}
	kept := false
	lasting := context.WithoutCancel(ctx)
	defer func() {
		if !kept { // also after a panic, which goes on
			_ = v.opts.Seen.Release(lasting, key)
		}
	}()
	if err := f(); err != nil {
		return unavailable("the callback did not take the event", err)
	}
	kept = true
	v.keep(lasting, key)
	return nil
}

// keep remembers a handled event. Where that fails the call is acknowledged all
// the same: a repeat would be handed out again.
func (v *Receiver) keep(ctx context.Context, key string) {
	if err := v.opts.Seen.Keep(ctx, key); err != nil {
		v.tell(ctx, unavailable("a handled event could not be remembered", err))
	}
}

// unavailable hides an application's own error, which may hold anything, from
// the text; errors.As finds it.
func unavailable(why string, err error) error {
	return (&waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent, Message: why, Err: err}).With("sms", "webhook", "")
}

// part takes one part of a long message.
func (v *Receiver) part(ctx context.Context, m Inbound, now time.Time) error {
	key := m.eventKey()
	claim, err := v.opts.Seen.Claim(ctx, key)
	switch {
	case err != nil:
		return unavailable("events cannot be remembered", err)
	case claim == Handled:
		return nil
	case claim == Busy:
		return errAgain
	}
	defer func() { _ = v.opts.Seen.Release(context.WithoutCancel(ctx), key) }()
	g, p := v.joiner.add(m, key, now)
	switch p {
	case complete:
		return v.deliver(ctx, g)
	case noRoom:
		for _, old := range v.joiner.expired(now, false) {
			if err := v.deliver(ctx, old); err != nil {
				v.tell(ctx, err)
			}
		}
		return &callError{http.StatusServiceUnavailable, "too many parts of long messages are waiting"}
	case held:
		if v.opts.AcknowledgeParts {
			return nil
		}
	}
	return errAgain
}

// deliver hands out a long message that is whole, or has waited long enough.
func (v *Receiver) deliver(ctx context.Context, g *group) (err error) {
	delivered := false
	defer func() { v.joiner.done(g, delivered) }()
	m := g.message()
	if m.Keyword == "" && g.seen[0] != "" {
		m.Keyword = keyword(m.Text)
	}
	if err := v.opts.Inbound(ctx, m); err != nil {
		return unavailable("the callback did not take the event", err)
	}
	lasting := context.WithoutCancel(ctx)
	for _, key := range g.seen {
		if key != "" {
			v.keep(lasting, key)
		}
	}
	delivered = true
	return nil
}

// Flush hands out all parts that wait for others, marked Incomplete, such as
// before the process ends. Its error is the first of a callback's; what was not
// taken stays.
func (v *Receiver) Flush(ctx context.Context) error {
	var first error
	for _, g := range v.joiner.expired(time.Now(), true) {
		if err := v.deliver(ctx, g); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Waiting returns how many long inbound messages wait for parts, and their size
// in bytes.
func (v *Receiver) Waiting() (messages, octets int) { return v.joiner.waiting() }
