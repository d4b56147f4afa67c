package fcmpush

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"firebase.google.com/go/v4/messaging"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/wire"
)

// warm is how long a connection may be relied on after the vendor's last
// answer; idle ones are closed after 90 s.
const warm = 60 * time.Second

// Send sends the notification to each token by an exchange of its own; see
// [push.Sender] for the contract and the package comment for the classes of
// errors.
func (a *Adapter) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	b := &batch{a: a, ctx: ctx, op: string(push.Send), tokens: tokens, out: make([]push.Result, len(tokens))}
	if err := n.Validate(); err != nil {
		e := *waybill.AsError(err)
		e.Provider = name
		b.fill(&e)
		return b.out
	}
	b.ref = n.Key
	if !b.sort(n) {
		return b.out
	}
	e := ended(ctx)
	if e == nil {
		b.private, e = n.Private(), b.compose(n)
	}
	if e == nil {
		// One token exchange for the batch, and one failure when it fails.
		_, e = a.tokens.get(ctx)
	}
	if e != nil {
		b.fill(e.With(name, string(push.Send), n.Key))
		return b.out
	}
	b.run()
	return b.out
}

// batch is one call of Send.
type batch struct {
	a         *Adapter
	ctx       context.Context
	op, ref   string
	topic     string // in the place of tokens
	condition string // in the place of a topic
	tokens    []push.Token
	out       []push.Result
	todo      []int
	// bodies are the messages, one for each text, and text which of them each
	// token gets; nil when there is one.
	bodies  []composed
	text    []int
	private []string
	next    atomic.Int64
	// brake is the refusal of the service or account after which the rest of
	// the batch is not asked.
	brake atomic.Pointer[waybill.Error]
}

// sort answers the tokens that cannot be sent to and lists the others. It
// reports whether there are any.
func (b *batch) sort(n *push.Notification) bool {
	b.todo = make([]int, 0, len(b.tokens))
	for i, t := range b.tokens {
		r := &b.out[i]
		r.Provider, r.Token = name, t
		if err := t.Validate(); err != nil {
			e := *waybill.AsError(err)
			e.Provider, e.Op, e.Ref = name, b.op, b.ref
			r.Err = &e
			continue
		}
		if !b.a.Accepts(t) {
			r.Err = &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent,
				Provider: name, Op: b.op, Ref: b.ref, Message: "the token is of another vendor, app or environment"}
			continue
		}
		if n == nil { // a subscription
			b.todo = append(b.todo, i)
			continue
		}
		if err := n.CheckToken(t); err != nil {
			e := *waybill.AsError(err)
			e.Provider = name
			r.Err = &e
			continue
		}
		b.todo = append(b.todo, i)
	}
	return len(b.todo) > 0
}

// compose maps the notification once for each text that the tokens get.
func (b *batch) compose(n *push.Notification) *waybill.Error {
	groups := n.Localize(b.tokens, b.todo)
	if len(groups) > 1 {
		b.text = make([]int, len(b.tokens))
	}
	now := time.Now()
	b.bodies = make([]composed, len(groups))
	for k, g := range groups {
		c, e := b.a.body(g.Notification, now)
		if e != nil {
			return e
		}
		b.bodies[k] = c
		if b.text != nil {
			for _, i := range g.Tokens {
				b.text[i] = k
			}
		}
	}
	return nil
}

// bodyOf is the message of token i.
func (b *batch) bodyOf(i int) *composed {
	if b.text == nil {
		return &b.bodies[0]
	}
	return &b.bodies[b.text[i]]
}

// fill gives every token that has none yet the same error.
func (b *batch) fill(e *waybill.Error) {
	for i, t := range b.tokens {
		if r := &b.out[i]; r.Err == nil {
			r.Provider, r.Token, r.Err = name, t, e
		}
	}
}

// run sends on as many workers as there may be. Without a connection to share
// the first token goes alone: net/http cannot know that the server speaks
// HTTP/2, and would open one connection per worker.
func (b *batch) run() {
	workers := min(len(b.todo), cap(b.a.slots))
	if workers > 1 && time.Since(time.Unix(0, b.a.answered.Load())) > warm {
		b.one(b.todo[b.next.Add(1)-1])
		workers = min(workers, len(b.todo)-1)
	}
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(b.work)
	}
	b.work()
	wg.Wait()
}

func (b *batch) work() {
	for {
		k := int(b.next.Add(1)) - 1
		if k >= len(b.todo) {
			return
		}
		b.one(b.todo[k])
	}
}

// one sends to one token, unless the batch is over.
func (b *batch) one(i int) {
	r := &b.out[i]
	defer func() {
		if v := recover(); v != nil {
			// The caller's own functions run here; the other tokens go on.
			r.Err = &waybill.Error{Code: waybill.Internal, Provider: name, Op: string(push.Send), Ref: b.ref,
				Message: fmt.Sprintf("panic with a %T", v)}
		}
	}()
	e := b.brake.Load()
	if e == nil {
		select {
		case b.a.slots <- struct{}{}:
			defer func() { <-b.a.slots }()
			e = ended(b.ctx)
		case <-b.ctx.Done():
			e = ended(b.ctx)
		}
	}
	if e == nil {
		var o outcome
		c := b.bodyOf(i)
		o, e = b.authorized(c, r.Token.Value)
		r.ID, r.Dead, r.Adjusted = o.id, o.dead, c.adjusted
	}
	if e == nil {
		return
	}
	r.Err = e.With(name, string(push.Send), b.ref)
	if e.Delivery == waybill.NotSent && (e.Scope == waybill.ScopeAccount || e.Scope == waybill.ScopeService) {
		b.brake.CompareAndSwap(nil, r.Err)
	}
}

// ended is the end of the context before anything was sent, or nil.
func ended(ctx context.Context) *waybill.Error {
	e := waybill.FromContext(ctx)
	if e != nil {
		e.Delivery = waybill.NotSent
	}
	return e
}

// outcome is what an exchange brought beside an error.
type outcome struct {
	id   string
	dead bool
}

// authorized sends with the present access token, and once more with a new one
// if that was refused: the refused exchange did not happen.
func (b *batch) authorized(c *composed, token string) (outcome, *waybill.Error) {
	access, e := b.a.tokens.get(b.ctx)
	if e != nil {
		return outcome{}, e
	}
	o, e := b.exchange(access, c, token)
	if e == nil || e.Code != waybill.Unauthenticated {
		return o, e
	}
	b.a.tokens.drop(access)
	if access, e = b.a.tokens.get(b.ctx); e != nil {
		return outcome{}, e
	}
	return b.exchange(access, c, token)
}

// exchange is exactly one request of the SDK, judged by our record of it.
func (b *batch) exchange(access string, c *composed, token string) (outcome, *waybill.Error) {
	x := b.a.wire.Bind(b.ctx, wire.Request{
		Op: b.op, Ref: b.ref, Send: true, Private: append(b.private[:len(b.private):len(b.private)], token),
		Rewrite: func(r *http.Request) error {
			r.Header["Authorization"] = []string{"Bearer " + access}
			c.put(r, token)
			return nil
		},
	})
	// What the SDK returns is not looked at: it takes some failures for success.
	_, _ = b.a.sdk.Send(x.Context(), &messaging.Message{Token: token, Topic: b.topic, Condition: b.condition})
	reply, err := x.Result()
	if err != nil {
		return outcome{}, waybill.AsError(err)
	}
	b.a.answered.Store(time.Now().UnixNano())
	return judge(reply)
}
