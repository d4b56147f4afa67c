package mail

import (
	"context"
	"iter"

	"github.com/waybill-go/waybill"
)

// Result is what became of one mail of many.
type Result struct {
	Receipt Receipt
	Err     error
}

// DefaultConcurrency is how many mails [Client.SendAll] has under way when none
// is given: as many as a relay of smtpmail has connections.
const DefaultConcurrency = 4

// SendAll sends many mails, each with its own recipients, and yields each with
// its result in the order of the sequence. At most concurrency of them are under
// way at once (0 means DefaultConcurrency); as many relay connections are worth
// having. The sequence is read only as fast as mails go, so that it may be a
// database's rows; it is read by the calling goroutine.
//
// Every mail is a call of its own, with its own outcome: one that fails stops no
// other. Nothing is repeated, see [Client.Send]. A Key for each makes a
// repetition of the whole safe for those that receivers can tell by Message-ID.
//
// When the caller stops, or the context ends, no more mails are taken from the
// sequence; those under way are waited for. With an ended context they are still
// yielded; a caller who stops does not see them.
func (c *Client) SendAll(ctx context.Context, mails iter.Seq[*Message], concurrency int) iter.Seq2[*Message, Result] {
	if concurrency <= 0 {
		concurrency = DefaultConcurrency
	}
	return func(yield func(*Message, Result) bool) {
		type job struct {
			m      *Message
			result chan Result
		}
		var queue []job
		// Those under way are waited for, whatever ends this.
		defer func() {
			for _, j := range queue {
				<-j.result
			}
		}()
		first := func() bool {
			j := queue[0]
			r := <-j.result
			queue = queue[1:]
			return yield(j.m, r)
		}
		for m := range mails {
			if ctx.Err() != nil {
				break
			}
			j := job{m, make(chan Result, 1)}
			go func() { j.result <- c.sendOne(ctx, m) }()
			queue = append(queue, j)
			if len(queue) == concurrency && !first() {
				return
			}
		}
		for len(queue) > 0 {
			if !first() {
				return
			}
		}
	}
}

// sendOne makes a panic of a relay the result of its mail, since the goroutine
// is not the caller's: what it did is not known.
func (c *Client) sendOne(ctx context.Context, m *Message) (r Result) {
	defer func() {
		if recover() != nil {
			r = Result{Err: &waybill.Error{Code: waybill.Internal, Provider: c.Name(), Op: string(Send), Message: "a relay or a source panicked"}}
		}
	}()
	r.Receipt, r.Err = c.Send(ctx, m)
	return r
}
