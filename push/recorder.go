package push

import (
	"context"

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

// begin opens the records of a batch, if there is a recorder.
func (r *call) begin(ctx context.Context, indexes []int, verb waybill.Verb) (*failover.Recording, *waybill.Error) {
	if r.c.recorder == nil {
		return nil, nil
	}
	n := r.n
	region := n.Region
	if region == "" {
		region = r.c.region
	}
	records := make([]waybill.Record, len(indexes))
	for k, i := range indexes {
		records[k] = waybill.Record{Tenant: n.Tenant, Lane: n.Lane, Kind: n.Kind.String(), Region: region, Recipient: r.out[i].Token.String()}
	}
	return failover.Record(ctx, r.c.recorder, "push", verb, n.Key, records)
}

// end closes the records, if there are any, with the outcomes.
func end(w *failover.Recording, out []Result, indexes []int, outcomes []failover.Outcome[Result]) {
	if w == nil {
		return
	}
	for k, i := range indexes {
		res := &out[i]
		r := w.Finish(k, res.Served, res.ID, res.Err, res.Err)
		r.PossibleDuplicate = outcomes[k].Served.PossibleDuplicate
		if r.Delivery == waybill.Sent {
			r.Parts = 1
		}
	}
	w.End()
}

// MemoryRecorder keeps the last records in memory, for tests, demonstrations
// and small tools: Begin and End implement [Recorder], Records returns what it
// has. It is safe for concurrent use.
type MemoryRecorder = waybill.MemoryRecords

// NewMemoryRecorder returns a recorder of the last limit tokens; 1000 if limit
// is not positive.
func NewMemoryRecorder(limit int) *MemoryRecorder { return waybill.NewMemoryRecords(limit) }

var _ Recorder = (*MemoryRecorder)(nil)
