package sms

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
)

// Recorder writes down what was sent to whom, masked. A Recorder must be safe
// for concurrent use.
//
// Application and ProductLine of the record are left empty: a Recorder belongs
// to one application and knows them.
type Recorder interface {
	// Begin is called before the network. An error ends the send: nothing is
	// sent, and the caller gets it (as Unavailable, unless it is a
	// *waybill.Error). The record has no outcome yet.
	Begin(ctx context.Context, r waybill.Record) error
	// End is called once for every Begin that succeeded, also when the call was
	// cancelled; its context is not. It cannot change the outcome: a Recorder
	// that fails to write must make that known by itself. A record that was
	// begun and never ended is one of a process that died, and is ambiguous.
	End(ctx context.Context, r waybill.Record)
}

// record is one send's record while it is under way.
type record struct {
	to    Recorder
	r     waybill.Record
	ctx   context.Context
	ended bool
}

// begin opens the record, if there is a recorder.
func (r *request) begin(ctx context.Context) (*record, error) {
	if r.c.recorder == nil {
		return nil, nil
	}
	m := &r.m
	w := &record{to: r.c.recorder, ctx: context.WithoutCancel(ctx), r: waybill.Record{
		ID: rand.Text(), Key: m.Key, Domain: "sms", Tenant: m.Tenant, Lane: m.Lane,
		Kind: m.Kind.String(), Template: m.Template, Region: m.Region, Recipient: m.To.Masked(),
		Begun: time.Now(),
	}}
	err := w.to.Begin(ctx, w.r)
	if err == nil {
		return w, nil
	}
	e := *waybill.AsError(err)
	if e.Code == waybill.Unknown {
		e.Code, e.Message = waybill.Unavailable, "the record could not be begun"
	}
	e.Delivery = waybill.NotSent
	return nil, e.With("sms", string(Send), m.Key)
}

// end closes the record with the outcome.
func (w *record) end(res *Receipt, err error) {
	if w == nil {
		return
	}
	w.ended = true
	r := &w.r
	r.Ended = time.Now()
	r.Provider, r.Instance, r.Attempts = res.Provider, res.Instance, res.Attempts
	r.VendorID, r.Parts, r.Price, r.Currency = res.ID, len(res.Parts), res.Price, res.Currency
	r.PossibleDuplicate = res.PossibleDuplicate
	r.Delivery = waybill.Sent
	if e := waybill.AsError(err); e != nil {
		r.Delivery, r.Code, r.VendorCode = e.Delivery, e.Code, e.VendorCode
		if tries := waybill.Attempts(e); len(tries) > 0 && r.Provider == "" {
			last := tries[len(tries)-1]
			r.Provider, r.Instance, r.Attempts = last.Provider, last.Instance, len(tries)
			if r.Instance == "" {
				r.Instance = r.Provider
			}
		}
	}
	w.to.End(w.ctx, *r)
}

// panicked closes the record of a send that panicked: it may have happened.
func (w *record) panicked() {
	if w == nil || w.ended {
		return
	}
	w.r.Ended, w.r.Delivery, w.r.Code = time.Now(), waybill.Ambiguous, waybill.Internal
	w.to.End(w.ctx, w.r)
}

// MemoryRecorder keeps the last records in memory, for tests, demonstrations
// and small tools. It is safe for concurrent use.
type MemoryRecorder struct {
	limit int

	mu      sync.Mutex
	records []waybill.Record
}

// NewMemoryRecorder returns a recorder of the last limit sends; 1000 if limit is
// not positive.
func NewMemoryRecorder(limit int) *MemoryRecorder {
	if limit <= 0 {
		limit = 1000
	}
	return &MemoryRecorder{limit: limit}
}

// Begin implements [Recorder].
func (m *MemoryRecorder) Begin(_ context.Context, r waybill.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.records) == m.limit {
		m.records = slices.Delete(m.records, 0, 1)
	}
	m.records = append(m.records, r)
	return nil
}

// End implements [Recorder].
func (m *MemoryRecorder) End(_ context.Context, r waybill.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := len(m.records) - 1; i >= 0; i-- {
		if m.records[i].ID == r.ID {
			m.records[i] = r
			return
		}
	}
}

// Records returns the records in the order of their beginning. Those of sends
// under way have no end.
func (m *MemoryRecorder) Records() []waybill.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.records)
}

var _ Recorder = (*MemoryRecorder)(nil)
