// Package exchange runs the calls of a store's own library, each in one guarded
// exchange that we judge ourselves: what went wrong is read from the recorded
// reply, silence is bounded, keys that were refused are replaced once, and what
// was not handed out whole is known not to have been processed.
//
// A Client is safe for concurrent use.
package exchange

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/storage"
	"github.com/waybill-go/waybill/storage/internal/keyring"
	"github.com/waybill-go/waybill/wire"
)

// Client is how a bucket's calls are run.
type Client struct {
	// Name is the adapter's, Wire what the library sends through, Keys the keys.
	Name string
	Wire *wire.Client
	Keys *keyring.Ring
	// Idle bounds silence; 0 or less means no bound. Agent is put before the
	// library's own user agent.
	Idle  time.Duration
	Agent string
	// Refused maps a reply that is a refusal.
	Refused func(*wire.Reply, Call) *waybill.Error
}

// Call is one request of the library.
type Call struct {
	// Op is the verb, Ref the caller's key, Key the object's, which is scrubbed
	// from what the server echoes.
	Op       waybill.Verb
	Ref, Key string
	// Send is set for requests that must not be repeated, Stream for those
	// whose reply is read later.
	Send, Stream bool
	// Exclusive is set for a write that must not overwrite.
	Exclusive bool
	// Patience multiplies the idle time-out: an upload's end may take long.
	Patience int
	// Body is what the request's body is read from, byte for byte; it is rewound
	// to be sent again. nil where that is not so.
	Body io.ReadSeeker
	// Rewind makes another body ready to be sent again; nil when there is none.
	Rewind func() error
}

// rewind makes the call ready to be done again.
func (c *Call) rewind() bool {
	switch {
	case c.Rewind != nil:
		return c.Rewind() == nil
	case c.Body != nil:
		_, err := c.Body.Seek(0, io.SeekStart)
		return err == nil
	}
	return true
}

// Do runs one call of the library in one exchange. When keys that can be
// replaced were refused it does so once more with new ones. The reply is
// complete unless it is a stream.
func Do[O any](x *Client, ctx context.Context, c Call, f func(context.Context) (O, error)) (O, *wire.Reply, *waybill.Error) {
	for again := false; ; again = true {
		var none O
		keys, e := x.Keys.Get(ctx)
		if e != nil {
			return none, nil, e.With(x.Name, string(c.Op), c.Ref)
		}
		out, reply, e := once(x, keyring.In(ctx, keys), &c, f)
		if e == nil || again || e.Code != waybill.Unauthenticated || e.Delivery != waybill.NotSent || !x.Keys.Drop(keys) || !c.rewind() {
			return out, reply, e
		}
	}
}

func once[O any](x *Client, ctx context.Context, c *Call, f func(context.Context) (O, error)) (O, *wire.Reply, *waybill.Error) {
	var none O
	w := newWatch(ctx, x.Idle*time.Duration(max(c.Patience, 1)))
	w.agent, w.body = x.Agent, c.Body
	r := wire.Request{Op: string(c.Op), Ref: c.Ref, Send: c.Send, Streamed: c.Stream, Idle: x.Idle, Rewrite: w.guard}
	if c.Key != "" {
		r.Private = []string{c.Key}
	}
	bound := x.Wire.Bind(w.ctx, r)
	out, failed := f(bound.Context())
	reply, err := bound.Result()
	w.quiet()
	whole := w.seal()
	if c.Stream && err == nil && failed == nil && reply.OK() {
		return out, reply, nil // w ends with the stream
	}
	w.end()
	switch {
	case err != nil:
		e := waybill.AsError(err)
		if e.VendorCode == wire.CodeRefused && failed != nil {
			return none, nil, x.Library(*c, failed)
		}
		// What was not handed out whole cannot have been processed.
		if e.Delivery == waybill.Ambiguous && !whole {
			own := *e
			own.Delivery = waybill.NotSent
			e = &own
		}
		return none, nil, e
	case !reply.OK():
		return none, reply, x.Refused(reply, *c)
	case failed != nil:
		return none, reply, x.Inside(reply, *c)
	}
	return out, reply, nil
}

// Library is an error of the library before it sent anything.
func (x *Client) Library(c Call, err error) *waybill.Error {
	var own *waybill.Error
	if errors.As(err, &own) {
		return own.With(x.Name, string(c.Op), c.Ref)
	}
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: x.Name, Op: string(c.Op), Ref: c.Ref,
		Message: "the library refused the request: " + x.Wire.Scrub(err.Error(), c.Key)}
}

// Ended returns the caller's end, before anything was done.
func (x *Client) Ended(ctx context.Context, op waybill.Verb, ref string) *waybill.Error {
	e := waybill.FromContext(ctx)
	if e != nil {
		e.Delivery = waybill.NotSent
		e = e.With(x.Name, string(op), ref)
	}
	return e
}

// Unsupported is a limit of the store, found before any traffic.
func (x *Client) Unsupported(op waybill.Verb, ref, message string) *waybill.Error {
	return &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: x.Name, Op: string(op), Ref: ref, Message: message}
}

// Life is how long a signed URL lives, in whole seconds: what was asked, or the
// default, but no longer than the credentials.
func (x *Client) Life(asked, usual time.Duration, end time.Time) (time.Duration, *waybill.Error) {
	life := asked
	if life == 0 {
		life = usual
	}
	if !end.IsZero() {
		life = min(life, time.Until(end))
	}
	if life = life.Truncate(time.Second); life < time.Second {
		return 0, &waybill.Error{Code: waybill.Unauthenticated, Scope: waybill.ScopeAccount, Delivery: waybill.NotSent, Provider: x.Name,
			Op: string(storage.SignedURL), Message: "the credentials are about to expire"}
	}
	return life, nil
}

// buffers are what bodies are read through for their checksum.
var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// Drain reads a body into a hash.
func Drain(h io.Writer, r io.Reader) error {
	if small, ok := r.(*bytes.Reader); ok {
		_, err := small.WriteTo(h)
		return err
	}
	buf := buffers.Get().(*[64 << 10]byte)
	defer buffers.Put(buf)
	_, err := io.CopyBuffer(h, r, buf[:])
	return err
}

// Lost is a reply of the wrong shape.
func Lost(reply *wire.Reply, message string) *waybill.Error {
	return reply.Error(waybill.DataLoss, waybill.ScopeProvider, waybill.Ambiguous, wire.CodeReply, message)
}

// Sleep waits and reports whether ctx is still alive.
func Sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// The tries of a part, and the longest pause before the first repeat.
const (
	PartTries = 3
	partPause = 200 * time.Millisecond
	// longest is the longest wait that a part is worth.
	longest = 30 * time.Second
)

// Again waits before another try of what may be done twice, such as a part of an
// upload, and reports whether there should be one: not after the last try, a
// refusal that would come again, or the caller's end.
func Again(ctx context.Context, e *waybill.Error, try int) bool {
	if try >= PartTries || e.RetryAfter < 0 || e.RetryAfter > longest {
		return false
	}
	switch e.Code {
	case waybill.Unavailable, waybill.Internal, waybill.DataLoss, waybill.Unknown, waybill.DeadlineExceeded:
	case waybill.RateLimited:
		if e.RetryAfter == 0 {
			return false
		}
	default:
		return false
	}
	return Sleep(ctx, max(e.RetryAfter, rand.N(partPause<<(try-1))))
}
