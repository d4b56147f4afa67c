package sms

import (
	"context"
	"iter"
	"strconv"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
)

// BulkOptions tune [Bulk]; nil means the defaults.
type BulkOptions struct {
	// Concurrency is how many messages are under way at once. Default 16.
	Concurrency int
	// Rate bounds the sends a second, repeated ones among them; 0 means no
	// bound.
	Rate float64
	// Tries is how often a message is sent that was certainly not sent and may
	// succeed later; see [waybill.Retryable]. A message that its recipient's
	// limits hold back is not tried again. Default 3, negative means once.
	Tries int
	// Wait is the pause before a second try, doubled for each further one, when
	// nobody says how long to wait; default 1 s. MaxWait is the longest pause; who
	// asks for a longer one is not tried again. Default 1 min.
	Wait, MaxWait time.Duration
	// KeyPrefix gives messages without a Key one: the prefix and their place,
	// from 1. The same list with the same prefix has the same keys.
	KeyPrefix string
	// Result gets what became of each message, Progress the counts, after every
	// message and at the end. They are called one at a time, and hold up the
	// sending.
	Result   func(BulkResult)
	Progress func(BulkCounts)
}

// BulkResult is what became of one message of [Bulk].
type BulkResult struct {
	// Place is the message's in the sequence, from 1, Key its key.
	Place int
	Key   string
	// Receipt and Err are what the last Send returned, or the error that came in
	// the place of a message.
	Receipt Receipt
	Err     error
	// Outcome is where it is counted.
	Outcome BulkOutcome
}

// BulkOutcome is what became of a message. The numbers are frozen.
type BulkOutcome uint8

// The outcomes.
const (
	// BulkSent: accepted, or accepted in part.
	BulkSent BulkOutcome = 0
	// BulkNotSent: certainly not.
	BulkNotSent BulkOutcome = 1
	// BulkAmbiguous: perhaps.
	BulkAmbiguous BulkOutcome = 2
	// BulkExisting: the recorder knows the key, of an earlier run.
	BulkExisting BulkOutcome = 3
	// BulkUnread: an error came in the place of a message.
	BulkUnread BulkOutcome = 4
)

// String returns the outcome's frozen name.
func (o BulkOutcome) String() string {
	switch o {
	case BulkSent:
		return "sent"
	case BulkNotSent:
		return "not_sent"
	case BulkAmbiguous:
		return "ambiguous"
	case BulkExisting:
		return "existing"
	case BulkUnread:
		return "unread"
	}
	return "unknown"
}

// BulkCounts is how many messages of a [Bulk] ended in which way. Done is their
// sum.
type BulkCounts struct {
	Done, Sent, NotSent, Ambiguous, Existing, Unread int
}

func (c *BulkCounts) add(o BulkOutcome) {
	c.Done++
	switch o {
	case BulkSent:
		c.Sent++
	case BulkNotSent:
		c.NotSent++
	case BulkAmbiguous:
		c.Ambiguous++
	case BulkExisting:
		c.Existing++
	case BulkUnread:
		c.Unread++
	}
}

// Bulk sends a sequence of messages, such as [CSV] reads, a slice's or a query's
// rows, and counts what became of them. A few are in memory at a time, however
// long the sequence is: less than 2 MiB in all, beside what the recorder and the
// callbacks keep. An error in the place of a message is counted as unread, and
// the next one read.
//
// With a recorder that recognises keys (package sms/sqlsms) it can be repeated
// after whatever interrupted it: what was sent or may have been sent before is
// counted as existing and not sent again, so keys, or KeyPrefix, must be the
// same.
//
// When ctx ends, no further message is begun; those under way end in their own
// time, so that an interruption makes nothing ambiguous. The error then is the
// context's, with Delivery Sent if something was sent; otherwise it is nil,
// whatever became of the messages. All goroutines end with the call; a panic of s
// is raised again by it.
func Bulk(ctx context.Context, s Sender, messages iter.Seq2[Message, error], o *BulkOptions) (BulkCounts, error) {
	b := bulk{ctx: ctx, s: s}
	if o != nil {
		b.o = *o
	}
	if why := b.defaults(); why != "" {
		return BulkCounts{}, waybill.Invalid("bulk", why).With("sms", "", "")
	}
	var stop context.CancelFunc
	b.ctx, stop = context.WithCancel(ctx)
	defer stop()
	b.stop = stop
	jobs := make(chan bulkJob)
	var wg sync.WaitGroup
	for range b.o.Concurrency {
		wg.Go(func() {
			for j := range jobs {
				b.work(j)
			}
		})
	}
	func() {
		defer wg.Wait() // also when the sequence panics
		defer close(jobs)
		b.feed(messages, jobs)
	}()
	if b.panicked != nil {
		panic(b.panicked)
	}
	if e := waybill.FromContext(ctx); e != nil {
		e.Delivery = waybill.NotSent
		if b.counts.Sent > 0 {
			e.Delivery = waybill.Sent
		}
		return b.counts, e.With("sms", "bulk", "")
	}
	return b.counts, nil
}

// bulk is one call of Bulk.
type bulk struct {
	ctx  context.Context
	stop context.CancelFunc
	s    Sender
	o    BulkOptions

	mu       sync.Mutex
	counts   BulkCounts
	panicked any
	next     time.Time // when the rate admits another
}

type bulkJob struct {
	place int
	m     Message
	err   error
}

func (b *bulk) defaults() string {
	o := &b.o
	switch {
	case b.s == nil:
		return "the sender is nil"
	case o.Concurrency < 0 || o.Rate < 0 || o.Wait < 0 || o.MaxWait < 0:
		return "a bound is negative"
	case len(o.KeyPrefix) > 30 || !ValidKey(o.KeyPrefix):
		return "the key prefix is not at most 30 printable ASCII characters"
	}
	o.Concurrency, o.Wait, o.MaxWait = orDefault(o.Concurrency, 16), orDefault(o.Wait, time.Second), orDefault(o.MaxWait, time.Minute)
	o.Tries = max(orDefault(o.Tries, 3), 1)
	return ""
}

// feed hands the messages out. It stays behind when workers are busy.
func (b *bulk) feed(messages iter.Seq2[Message, error], jobs chan<- bulkJob) {
	place := 0
	for m, err := range messages {
		if b.ctx.Err() != nil {
			return
		}
		place++
		if m.Key == "" && b.o.KeyPrefix != "" {
			m.Key = b.o.KeyPrefix + strconv.Itoa(place)
		}
		select {
		case jobs <- bulkJob{place, m, err}:
		case <-b.ctx.Done():
			return
		}
	}
}

func (b *bulk) work(j bulkJob) {
	done := false
	defer func() {
		if v := recover(); v != nil || !done {
			if v == nil { // runtime.Goexit
				v = "the sender ended its goroutine"
			}
			b.mu.Lock()
			if b.panicked == nil {
				b.panicked = v
			}
			b.mu.Unlock()
			b.stop()
		}
	}()
	r := BulkResult{Place: j.place, Key: j.m.Key, Err: j.err, Outcome: BulkUnread}
	if j.err == nil {
		r.Receipt, r.Err = b.send(j.m)
		r.Outcome = outcomeOf(r.Err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts.add(r.Outcome)
	if b.o.Result != nil {
		b.o.Result(r)
	}
	if b.o.Progress != nil {
		b.o.Progress(b.counts)
	}
	done = true
}

func outcomeOf(err error) BulkOutcome {
	switch {
	case err == nil:
		return BulkSent
	case waybill.CodeOf(err) == waybill.AlreadyExists && waybill.DeliveryOf(err) == waybill.NotSent:
		return BulkExisting
	}
	switch waybill.DeliveryOf(err) {
	case waybill.Sent:
		return BulkSent
	case waybill.NotSent:
		return BulkNotSent
	}
	return BulkAmbiguous
}

// send sends a message, and again while that is safe and of use.
func (b *bulk) send(m Message) (r Receipt, err error) {
	pause := b.o.Wait
	for try := 1; ; try++ {
		if !b.pace() { // not begun, or not begun again
			if err == nil {
				err = waybill.FromContext(b.ctx).Unsent().With("sms", string(Send), m.Key)
			}
			return r, err
		}
		r, err = b.s.Send(context.WithoutCancel(b.ctx), m)
		wait := waybill.RetryAfterOf(err)
		if wait == 0 {
			wait = pause
			pause *= 2
		}
		if err == nil || try >= b.o.Tries || !waybill.Retryable(err) || waybill.CodeOf(err) == waybill.RecipientLimited ||
			wait < 0 || wait > b.o.MaxWait || !b.sleep(wait) {
			return r, err
		}
	}
}

// pace waits for the rate, and reports whether there is still time.
func (b *bulk) pace() bool {
	if b.o.Rate == 0 {
		return b.ctx.Err() == nil
	}
	b.mu.Lock()
	now := time.Now()
	if b.next.Before(now) {
		b.next = now
	}
	wait := b.next.Sub(now)
	b.next = b.next.Add(time.Duration(float64(time.Second) / b.o.Rate))
	b.mu.Unlock()
	return b.sleep(wait)
}

// sleep reports whether the time passed before the context ended.
func (b *bulk) sleep(d time.Duration) bool {
	if d <= 0 {
		return b.ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-b.ctx.Done():
		return false
	}
}
