package apnspush

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// Send sends the notification to each token by an exchange of its own; see
// [push.Sender] for the contract and the package comment for the mapping and the
// classes of errors.
func (a *Adapter) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	b := &batch{a: a, ctx: ctx, n: n, tokens: tokens, out: make([]push.Result, len(tokens))}
	if err := n.Validate(); err != nil {
		e := *waybill.AsError(err)
		e.Provider = name
		b.fill(&e)
		return b.out
	}
	if !b.sort() {
		return b.out
	}
	e := ended(ctx)
	if e == nil {
		b.session, e = a.current(ctx)
	}
	if e != nil {
		b.fill(e.With(name, string(push.Send), n.Key))
		return b.out
	}
	b.private = n.Private()
	now := time.Now()
	for _, part := range n.Localize(tokens, b.todo) {
		m, e := a.message(part.Notification, now)
		if e != nil {
			e = e.With(name, string(push.Send), n.Key)
			for _, i := range part.Tokens {
				b.out[i].Err = e
			}
			continue
		}
		b.jobs = append(b.jobs, job{m, part.Tokens})
		b.count += len(part.Tokens)
	}
	b.run()
	return b.out
}

// batch is one call of Send.
type batch struct {
	a       *Adapter
	ctx     context.Context
	n       *push.Notification
	tokens  []push.Token
	out     []push.Result
	session *session
	todo    []int
	jobs    []job
	count   int
	private []string
	next    atomic.Int64
	// brake is the refusal of the account after which the rest of the batch is
	// not asked.
	brake atomic.Pointer[waybill.Error]
}

// job is a message and the tokens that get it.
type job struct {
	message *message
	tokens  []int
}

// sort answers the tokens that cannot be sent to and lists the others. It
// reports whether there are any.
func (b *batch) sort() bool {
	b.todo = make([]int, 0, len(b.tokens))
	for i, t := range b.tokens {
		r := &b.out[i]
		r.Provider, r.Token = name, t
		if e := b.refuse(t); e != nil {
			own := *e
			own.Provider, own.Op, own.Ref = name, string(push.Send), b.n.Key
			r.Err = &own
			continue
		}
		b.todo = append(b.todo, i)
	}
	return len(b.todo) > 0
}

// refuse says why a token cannot be sent to, or nil.
func (b *batch) refuse(t push.Token) *waybill.Error {
	if err := t.Validate(); err != nil {
		return waybill.AsError(err)
	}
	if !b.a.Accepts(t) {
		return unsupported("the token is of another vendor, app or environment")
	}
	if !isHex(t.Value) {
		return &waybill.Error{Code: waybill.InvalidArgument, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, Message: "the token is not hexadecimal"}
	}
	if err := b.n.CheckToken(t); err != nil && b.background() {
		return waybill.AsError(err)
	}
	return nil
}

// background reports whether the notification becomes a background push.
func (b *batch) background() bool {
	o, _ := push.OverrideOf[Override](b.n)
	return b.n.Display == push.DataOnly && (o.Type == "" || o.Type == TypeBackground)
}

// isHex reports whether s is bytes in hexadecimal.
func isHex(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (s[i] < '0' || s[i] > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != "" && len(s)%2 == 0
}

// fill gives every token that has none yet the same error.
func (b *batch) fill(e *waybill.Error) {
	for i, t := range b.tokens {
		if r := &b.out[i]; r.Err == nil {
			r.Provider, r.Token, r.Err = name, t, e
		}
	}
}

// run sends on as many workers as there may be.
func (b *batch) run() {
	var wg sync.WaitGroup
	for range min(b.count, cap(b.a.slots)) - 1 {
		wg.Go(b.work)
	}
	if b.count > 0 {
		b.work()
	}
	wg.Wait()
}

// work takes one token after the other.
func (b *batch) work() {
	w := worker{b: b}
	for {
		k := int(b.next.Add(1)) - 1
		for _, j := range b.jobs {
			if k < len(j.tokens) {
				w.one(j.message, j.tokens[k])
				k = -1
				break
			}
			k -= len(j.tokens)
		}
		if k >= 0 {
			return
		}
	}
}

// worker sends to one token at a time, and uses its request again.
type worker struct {
	b       *batch
	message *message
	request wire.Request
}

// prepare makes the request of a message, for any token.
func (w *worker) prepare(m *message) {
	w.message = m
	header := make(map[string][]string, len(m.header)+2)
	for k, v := range m.header {
		header[k] = v
	}
	w.request = wire.Request{
		Op: string(push.Send), Ref: w.b.n.Key, Header: header, Body: m.body, Send: true,
		Private: append(w.b.private[:len(w.b.private):len(w.b.private)], ""),
	}
}

// one sends to one token, unless the batch is over.
func (w *worker) one(m *message, i int) {
	b := w.b
	r := &b.out[i]
	defer func() {
		if v := recover(); v != nil {
			// The caller's own transport runs here; the other tokens go on.
			r.Err = &waybill.Error{Code: waybill.Internal, Provider: name, Op: string(push.Send), Ref: b.n.Key,
				Message: fmt.Sprintf("panic with a %T", v)}
		}
	}()
	r.Adjusted = m.adjusted
	e := b.brake.Load()
	if e == nil {
		if e = b.enter(); e == nil {
			defer func() { <-b.a.slots }()
		}
	}
	if e == nil {
		if w.message != m {
			w.prepare(m)
		}
		var o outcome
		o, e = w.authorized(&r.Token)
		r.ID, r.Dead, r.Since = o.id, o.dead, o.since
	}
	if e == nil {
		return
	}
	r.Err = e.With(name, string(push.Send), b.n.Key)
	if e.Delivery == waybill.NotSent && e.Scope == waybill.ScopeAccount {
		b.brake.CompareAndSwap(nil, r.Err)
	}
}

// enter waits until one more exchange may be under way.
func (b *batch) enter() *waybill.Error {
	select {
	case b.a.slots <- struct{}{}:
	default:
		select {
		case b.a.slots <- struct{}{}:
		case <-b.ctx.Done():
			return ended(b.ctx)
		}
	}
	e := ended(b.ctx)
	if e != nil {
		<-b.a.slots
	}
	return e
}

// authorized sends with the present provider token, and once more with another
// if that one was refused: the refused exchange did not happen.
func (w *worker) authorized(t *push.Token) (outcome, *waybill.Error) {
	l := w.b.session.lines[environment(*t)]
	w.request.URL = l.base + strings.ToLower(t.Value)
	w.request.Private[len(w.request.Private)-1] = t.Value
	if id, ok := push.DeriveID("apns-id", w.b.n, *t); ok {
		w.request.Header["Apns-Id"] = []string{id.UUID()}
	}
	key := w.b.session.key
	if key == nil {
		return w.exchange(l)
	}
	bearer, e := key.bearer()
	if e != nil {
		return outcome{}, e
	}
	w.request.Header["Authorization"] = []string{bearer}
	o, e := w.exchange(l)
	if e == nil {
		return o, nil
	}
	again, ok := "", false
	switch e.VendorCode {
	case reasonExpiredProvider:
		again, ok = key.expired(bearer)
	case reasonTooManyUpdates:
		again, ok = key.tooMany(bearer)
	}
	if !ok {
		return o, e
	}
	w.request.Header["Authorization"] = []string{again}
	return w.exchange(l)
}

// exchange is exactly one request.
func (w *worker) exchange(l *line) (outcome, *waybill.Error) {
	reply, err := l.wire.Do(w.b.ctx, &w.request)
	if err != nil {
		return outcome{}, waybill.AsError(err)
	}
	o, e := judge(reply)
	if e != nil && (e.VendorCode == reasonShutdown || e.VendorCode == reasonIdleTimeout) {
		l.retire()
	}
	return o, e
}
