package mail

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
)

// Recorder writes down what was sent to whom, masked: one record per recipient,
// those of a mail handed over together. A Recorder must be safe for concurrent
// use and must not keep the slices.
//
// Application and ProductLine of the records are left empty: a Recorder belongs
// to one application and knows them.
type Recorder interface {
	// Begin is called before the network, uploads included. An error ends the
	// send: nothing is sent, and the caller gets it (as Unavailable, unless it
	// is a *waybill.Error). The records have no outcome yet.
	Begin(ctx context.Context, records []waybill.Record) error
	// End is called once for every Begin that succeeded, also when the call was
	// cancelled; its context is not. It cannot change the outcome: a Recorder
	// that fails to write must make that known by itself. A record that was
	// begun and never ended is one of a process that died, and is ambiguous.
	End(ctx context.Context, records []waybill.Record)
}

// recording is the records of one mail while it is under way.
type recording struct {
	to      Recorder
	ctx     context.Context
	records []waybill.Record
	ended   bool
}

// begin opens the records of the mail, if there is a recorder.
func (r *request) begin(ctx context.Context) (*recording, error) {
	if r.c.recorder == nil {
		return nil, nil
	}
	m := &r.m
	all := m.Recipients()
	w := &recording{to: r.c.recorder, ctx: context.WithoutCancel(ctx), records: make([]waybill.Record, len(all))}
	now := time.Now()
	for i, a := range all {
		w.records[i] = waybill.Record{ID: rand.Text(), Key: m.Key, Domain: "mail", Tenant: m.Tenant, Lane: m.Lane,
			Kind: m.Kind, Region: m.Region, Recipient: a.String(), Begun: now}
	}
	err := w.to.Begin(ctx, slices.Clone(w.records))
	if err == nil {
		return w, nil
	}
	e := *waybill.AsError(err)
	if e.Code == waybill.Unknown {
		e.Code, e.Message = waybill.Unavailable, "the records could not be begun"
	}
	e.Delivery = waybill.NotSent
	return nil, e.With("mail", string(Send), m.Key)
}

// end closes the records with the outcomes.
func (w *recording) end(res *Receipt, err error) {
	if w == nil {
		return
	}
	w.ended = true
	now := time.Now()
	whole := waybill.AsError(err)
	for i := range w.records {
		r := &w.records[i]
		r.Ended, r.Provider, r.Instance, r.Attempts, r.VendorID = now, res.Provider, res.Instance, res.Attempts, res.ID
		r.PossibleDuplicate = res.PossibleDuplicate
		if tries := waybill.Attempts(err); len(tries) > 0 && r.Provider == "" {
			last := tries[len(tries)-1]
			r.Provider, r.Instance, r.Attempts = last.Provider, last.Instance, len(tries)
			if r.Instance == "" {
				r.Instance = r.Provider
			}
		}
		e := whole
		if e == nil || e.Delivery == waybill.Sent {
			e = nil
			if i < len(res.Recipients) {
				e = res.Recipients[i].Err
			}
		}
		if e == nil {
			r.Delivery, r.Parts = waybill.Sent, 1
			continue
		}
		r.Delivery, r.Code, r.VendorCode = e.Delivery, e.Code, e.VendorCode
	}
	w.to.End(w.ctx, w.records)
}

// panicked closes the records of a send that panicked: it may have happened.
func (w *recording) panicked() {
	if w == nil || w.ended {
		return
	}
	w.ended = true
	for i := range w.records {
		w.records[i].Ended, w.records[i].Delivery, w.records[i].Code = time.Now(), waybill.Ambiguous, waybill.Internal
	}
	w.to.End(w.ctx, w.records)
}

// MemoryRecorder keeps the last records in memory, for tests, demonstrations
// and small tools. It is safe for concurrent use.
type MemoryRecorder struct {
	limit int

	mu      sync.Mutex
	records []waybill.Record
}

// NewMemoryRecorder returns a recorder of the last limit recipients; 1000 if
// limit is not positive.
func NewMemoryRecorder(limit int) *MemoryRecorder {
	if limit <= 0 {
		limit = 1000
	}
	return &MemoryRecorder{limit: limit}
}

// Begin implements [Recorder].
func (m *MemoryRecorder) Begin(_ context.Context, records []waybill.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = append(m.records, records...)
	if more := len(m.records) - m.limit; more > 0 {
		m.records = slices.Delete(m.records, 0, more)
	}
	return nil
}

// End implements [Recorder].
func (m *MemoryRecorder) End(_ context.Context, records []waybill.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := make(map[string]int, len(m.records))
	for i := range m.records {
		at[m.records[i].ID] = i
	}
	for _, r := range records {
		if i, ok := at[r.ID]; ok {
			m.records[i] = r
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
