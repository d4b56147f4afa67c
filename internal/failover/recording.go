package failover

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/waybill-go/waybill"
)

// Keeper is what a domain's recorder is to a [Recording].
type Keeper interface {
	// Begin is called before the network; its error ends the send.
	Begin(ctx context.Context, records []waybill.Record) error
	// End is called once for every Begin that succeeded, with a context that
	// lasts.
	End(ctx context.Context, records []waybill.Record)
}

// EachKeeper is a [Keeper] that can begin some records and refuse others.
type EachKeeper interface {
	// BeginEach returns one error for each record, in order, nil where it began.
	BeginEach(ctx context.Context, records []waybill.Record) []error
}

// Recording is the records of one send while it is under way. A nil one records
// nothing. It is for one goroutine.
type Recording struct {
	keeper  Keeper
	ctx     context.Context
	records []waybill.Record
	ended   bool
}

// Record begins the records, after giving each an id, its domain and its
// beginning. The error says that nothing may be sent: the keeper's own, or
// Unavailable, with Delivery NotSent. The caller defers Panicked.
func Record(ctx context.Context, k Keeper, domain string, op waybill.Verb, key string, records []waybill.Record) (*Recording, *waybill.Error) {
	name(records, domain, key)
	if err := k.Begin(ctx, slices.Clone(records)); err != nil {
		return nil, unbegun(err, domain, op, key)
	}
	return &Recording{keeper: k, ctx: context.WithoutCancel(ctx), records: records}, nil
}

// RecordEach is Record for records that may be refused one by one, if the keeper
// is an [EachKeeper]. It returns those that began, which may be none, and an error
// for each record, nil where it began.
func RecordEach(ctx context.Context, k Keeper, domain string, op waybill.Verb, key string, records []waybill.Record) (*Recording, []*waybill.Error) {
	refused := make([]*waybill.Error, len(records))
	each, ok := k.(EachKeeper)
	if !ok {
		w, err := Record(ctx, k, domain, op, key, records)
		for i := range refused {
			refused[i] = err
		}
		return w, refused
	}
	name(records, domain, key)
	errs := each.BeginEach(ctx, slices.Clone(records))
	w := &Recording{keeper: k, ctx: context.WithoutCancel(ctx)}
	for i := range records {
		switch {
		case len(errs) != len(records):
			refused[i] = unbegun(errAnswers, domain, op, key)
		case errs[i] != nil:
			refused[i] = unbegun(errs[i], domain, op, key)
		default:
			w.records = append(w.records, records[i])
		}
	}
	w.ended = len(w.records) == 0
	return w, refused
}

var errAnswers = errors.New("the recorder did not answer for every record")

// name gives records what they are known by.
func name(records []waybill.Record, domain, key string) {
	now := time.Now()
	for i := range records {
		r := &records[i]
		r.ID, r.Key, r.Domain, r.Begun = rand.Text(), key, domain, now
	}
}

// unbegun is the error of what could not begin.
func unbegun(err error, domain string, op waybill.Verb, key string) *waybill.Error {
	e := *waybill.AsError(err)
	if e.Code == waybill.Unknown {
		e.Code, e.Message = waybill.Unavailable, "the records could not be begun"
	}
	e.Delivery = waybill.NotSent
	return e.With(domain, string(op), key)
}

// Len returns how many records there are.
func (w *Recording) Len() int {
	if w == nil {
		return 0
	}
	return len(w.records)
}

// Finish writes the outcome into the i-th record and returns it for what else
// the domain knows: who served it under which id or, when nobody did, who was
// asked last according to the call's error; and what became of this recipient.
func (w *Recording) Finish(i int, s waybill.Served, id string, call, outcome error) *waybill.Record {
	r := &w.records[i]
	r.Ended = time.Now()
	r.Provider, r.Instance, r.Attempts, r.VendorID = s.Provider, s.Instance, s.Attempts, id
	if tries := waybill.Attempts(call); len(tries) > 0 && r.Provider == "" {
		last := tries[len(tries)-1]
		r.Provider, r.Instance, r.Attempts = last.Provider, last.Instance, len(tries)
		if r.Instance == "" {
			r.Instance = r.Provider
		}
	}
	r.Delivery = waybill.Sent
	if e := waybill.AsError(outcome); e != nil {
		r.Delivery, r.Code, r.VendorCode = e.Delivery, e.Code, e.VendorCode
	}
	return r
}

// End ends the records; all must be finished.
func (w *Recording) End() {
	if w == nil || w.ended {
		return
	}
	w.ended = true
	w.keeper.End(w.ctx, w.records)
}

// Panicked ends the records of a send that did not come to its End: it may have
// happened.
func (w *Recording) Panicked() {
	if w == nil || w.ended {
		return
	}
	for i := range w.records {
		r := &w.records[i]
		r.Ended, r.Delivery, r.Code = time.Now(), waybill.Ambiguous, waybill.Internal
	}
	w.End()
}

// GraceTime is how long a store has for what it is doing when its caller leaves.
const GraceTime = 2 * time.Second

// Grace returns a context that ends GraceTime after ctx, for one short write before
// the network that its server would go on with although the caller has left: broken
// off, nobody knows whether it was done, and nobody takes it back. The caller of
// Grace looks at ctx afterwards, and must call the function.
func Grace(ctx context.Context) (context.Context, context.CancelFunc) {
	long, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		t := time.NewTimer(GraceTime)
		defer t.Stop()
		select {
		case <-t.C:
			cancel()
		case <-long.Done():
		}
	})
	return long, func() { stop(); cancel() }
}
