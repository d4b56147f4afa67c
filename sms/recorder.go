package sms

import (
	"context"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
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

// RecipientWriter is implemented by a [Recorder] that wants the recipient in
// another form than masked, such as a keyed hash.
type RecipientWriter interface {
	// Recipient returns what the record holds of a number.
	Recipient(n Number) string
}

// keeper makes a failover.Keeper of a Recorder.
type keeper struct{ Recorder }

func (k keeper) Begin(ctx context.Context, records []waybill.Record) error {
	return k.Recorder.Begin(ctx, records[0])
}

func (k keeper) End(ctx context.Context, records []waybill.Record) { k.Recorder.End(ctx, records[0]) }

// begin opens the record, if there is a recorder.
func (r *request) begin(ctx context.Context) (*failover.Recording, error) {
	if r.c.recorder == nil {
		return nil, nil
	}
	m := &r.m
	recipient := m.To.Masked()
	if w, ok := r.c.recorder.(RecipientWriter); ok {
		recipient = w.Recipient(m.To)
	}
	w, e := failover.Record(ctx, keeper{r.c.recorder}, "sms", Send, m.Key, []waybill.Record{{
		Tenant: m.Tenant, Lane: r.lane, Kind: m.Kind.String(), Template: m.Template, Region: m.Region, Recipient: recipient,
		AllowDuplicates: m.AllowDuplicates,
	}})
	if e != nil {
		return nil, e
	}
	return w, nil
}

// end closes the record, if there is one, with the outcome.
func end(w *failover.Recording, res *Receipt, err error) {
	if w == nil {
		return
	}
	r := w.Finish(0, res.Served, res.ID, err, err)
	r.Parts, r.Price, r.Currency = len(res.Parts), res.Price, res.Currency
	r.PossibleDuplicate = res.PossibleDuplicate
	w.End()
}

// MemoryRecorder keeps the last records in memory, for tests, demonstrations
// and small tools. It is safe for concurrent use.
type MemoryRecorder struct{ kept *waybill.MemoryRecords }

// NewMemoryRecorder returns a recorder of the last limit sends; 1000 if limit is
// not positive.
func NewMemoryRecorder(limit int) *MemoryRecorder {
	return &MemoryRecorder{waybill.NewMemoryRecords(limit)}
}

// Begin implements [Recorder].
func (m *MemoryRecorder) Begin(ctx context.Context, r waybill.Record) error {
	return m.kept.Begin(ctx, []waybill.Record{r})
}

// End implements [Recorder].
func (m *MemoryRecorder) End(ctx context.Context, r waybill.Record) {
	m.kept.End(ctx, []waybill.Record{r})
}

// Records returns the records in the order of their beginning. Those of sends
// under way have no end.
func (m *MemoryRecorder) Records() []waybill.Record { return m.kept.Records() }

var _ Recorder = (*MemoryRecorder)(nil)
