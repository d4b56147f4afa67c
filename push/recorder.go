package push

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Recorder writes down what was sent to whom, with the token masked: one record
// per token, handed over a batch at a time. A Recorder must be safe for
// concurrent use and must not keep the slices.
//
// Application and ProductLine of the records are left empty: a Recorder belongs
// to one application and knows them.
type Recorder interface {
	// Begin is called before the network. An error ends the batch: nothing is
	// sent, and its tokens get it (as Unavailable, unless it is a
	// *waybill.Error). The records have no outcome yet.
	Begin(ctx context.Context, records []waybill.Record) error
	// End is called once for every Begin that succeeded, also when the call was
	// cancelled; its context is not. It cannot change the outcome: a Recorder
	// that fails to write must make that known by itself. A record that was
	// begun and never ended is one of a process that died, and is ambiguous.
	End(ctx context.Context, records []waybill.Record)
}

// recording is the records of one batch while it is under way.
type recording struct {
	to      Recorder
	ctx     context.Context
	records []waybill.Record
	ended   bool
}

// begin opens the records of a batch, if there is a recorder.
func (r *call) begin(ctx context.Context, indexes []int) (*recording, *waybill.Error) {
	if r.c.recorder == nil {
		return nil, nil
	}
	n := r.n
	w := &recording{to: r.c.recorder, ctx: context.WithoutCancel(ctx), records: make([]waybill.Record, len(indexes))}
	region := n.Region
	if region == "" {
		region = r.c.region
	}
	now := time.Now()
	for k, i := range indexes {
		w.records[k] = waybill.Record{
			ID: rand.Text(), Key: n.Key, Domain: "push", Tenant: n.Tenant, Lane: n.Lane, Kind: n.Kind.String(),
			Region: region, Recipient: r.out[i].Token.String(), Begun: now,
		}
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
	return nil, e.With("push", string(Send), n.Key)
}

// end closes the records with the outcomes.
func (w *recording) end(out []Result, indexes []int, outcomes []failover.Outcome[Result]) {
	if w == nil {
		return
	}
	w.ended = true
	now := time.Now()
	for k, i := range indexes {
		rec, res := &w.records[k], &out[i]
		rec.Ended = now
		rec.Provider, rec.Instance, rec.Attempts, rec.VendorID = res.Provider, res.Instance, res.Attempts, res.ID
		rec.PossibleDuplicate = outcomes[k].Served.PossibleDuplicate
		rec.Delivery, rec.Parts = waybill.Sent, 1
		e := res.Err
		if e == nil {
			continue
		}
		rec.Delivery, rec.Code, rec.VendorCode = e.Delivery, e.Code, e.VendorCode
		if e.Delivery != waybill.Sent {
			rec.Parts = 0
		}
		if tries := waybill.Attempts(e); len(tries) > 0 && rec.Provider == "" {
			last := tries[len(tries)-1]
			rec.Provider, rec.Instance, rec.Attempts = last.Provider, last.Instance, len(tries)
			if rec.Instance == "" {
				rec.Instance = rec.Provider
			}
		}
	}
	w.to.End(w.ctx, w.records)
}

// panicked closes the records of a batch that panicked: it may have been sent.
func (w *recording) panicked() {
	if w == nil || w.ended {
		return
	}
	w.ended = true
	for k := range w.records {
		w.records[k].Ended, w.records[k].Delivery, w.records[k].Code = time.Now(), waybill.Ambiguous, waybill.Internal
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

// NewMemoryRecorder returns a recorder of the last limit tokens; 1000 if limit
// is not positive.
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
