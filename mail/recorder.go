package mail

import (
	"context"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
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

// RecipientWriter is implemented by a [Recorder] that wants the recipient in
// another form than masked, such as a keyed hash by which one person's mails can
// be found.
type RecipientWriter interface {
	// Recipient returns what stands in the records for an address.
	Recipient(a Address) string
}

// begin opens the records of the mail, if there is a recorder.
func (r *request) begin(ctx context.Context) (*failover.Recording, error) {
	if r.c.recorder == nil {
		return nil, nil
	}
	m := &r.m
	write := Address.String
	if w, ok := r.c.recorder.(RecipientWriter); ok {
		write = w.Recipient
	}
	var records []waybill.Record
	for _, a := range m.Recipients() {
		records = append(records, waybill.Record{Tenant: m.Tenant, Lane: m.Lane, Kind: m.Kind, Region: m.Region, Recipient: write(a),
			AllowDuplicates: m.AllowDuplicates})
	}
	w, e := failover.Record(ctx, r.c.recorder, "mail", Send, m.Key, records)
	if e != nil {
		return nil, e
	}
	return w, nil
}

// end closes the records, if there are any, with the outcomes.
func end(w *failover.Recording, res *Receipt, err error) {
	if w == nil {
		return
	}
	whole := waybill.AsError(err)
	for i := range w.Len() {
		e := whole
		if e != nil && e.Delivery == waybill.Sent {
			e = nil
		}
		// In a doubtful mail, too, who was refused is known.
		if i < len(res.Recipients) && (e == nil || e.Delivery == waybill.Ambiguous && res.Recipients[i].Err != nil) {
			e = res.Recipients[i].Err
		}
		r := w.Finish(i, res.Served, res.ID, err, e)
		r.PossibleDuplicate = res.PossibleDuplicate
		if e == nil {
			r.Parts = 1
		}
	}
	w.End()
}

// MemoryRecorder keeps the last records in memory, for tests, demonstrations
// and small tools: Begin and End implement [Recorder], Records returns what it
// has. It is safe for concurrent use.
type MemoryRecorder = waybill.MemoryRecords

// NewMemoryRecorder returns a recorder of the last limit recipients; 1000 if
// limit is not positive.
func NewMemoryRecorder(limit int) *MemoryRecorder { return waybill.NewMemoryRecords(limit) }

var _ Recorder = (*MemoryRecorder)(nil)
