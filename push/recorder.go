package push

import (
	"context"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Recorder writes down what was sent to whom, with the token masked: one record
// per token, handed over a batch at a time, and one per send to a topic or to
// everybody. A Recorder must be safe for concurrent use and must not keep the
// slices.
//
// A notification's Key stands for its sends to all its tokens, so what a retry is
// recognised by is the record's Identity: a hash of verb, key and token, or topic.
// The same key to another token is another send.
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

// EachRecorder is implemented by a [Recorder] that can refuse some records of a
// batch, such as those of tokens that have the notification already, and begin
// the others. A [Client] then calls BeginEach in the place of Begin.
type EachRecorder interface {
	// BeginEach returns one error for each record, in order: nil where it began.
	// What has an error is not sent, gets it as Begin's, and gets no End.
	BeginEach(ctx context.Context, records []waybill.Record) []error
}

// RecipientWriter is implemented by a [Recorder] that wants the token in another
// form than masked, such as a keyed hash by which one device's notifications can
// be found.
type RecipientWriter interface {
	// Recipient returns what stands in the records for a token. A send to a topic
	// or to everybody has a token without Value.
	Recipient(t Token) string
}

// begin opens the records of a batch, if there is a recorder, and returns the
// indexes of those that began. The others have their error then. what is the
// topic, if it is one.
func (r *call) begin(ctx context.Context, indexes []int, verb waybill.Verb, what Topic) (*failover.Recording, []int) {
	if r.c.recorder == nil {
		return nil, indexes
	}
	n := r.n
	region := n.Region
	if region == "" {
		region = r.c.region
	}
	write := Token.String
	if w, ok := r.c.recorder.(RecipientWriter); ok {
		write = w.Recipient
	}
	records := make([]waybill.Record, len(indexes))
	for k, i := range indexes {
		t := r.out[i].Token
		records[k] = waybill.Record{Tenant: n.Tenant, Lane: n.Lane, Kind: n.Kind.String(), Region: region, Vendor: string(t.Vendor), Recipient: write(t),
			Identity: identity(verb, n.Key, t, what), AllowDuplicates: n.AllowDuplicates}
	}
	w, refused := failover.RecordEach(ctx, r.c.recorder, "push", verb, n.Key, records)
	begun := make([]int, 0, len(indexes))
	for k, i := range indexes {
		if refused[k] == nil {
			begun = append(begun, i)
			continue
		}
		r.out[i].Err = refused[k]
	}
	return w, begun
}

// identity is what a retry of a send is recognised by; "" without a key.
func identity(verb waybill.Verb, key string, t Token, what Topic) string {
	if key == "" {
		return ""
	}
	t = t.same()
	return Derive("record", string(verb), key, string(t.Vendor), t.App, t.Env, t.Value, what.Name, what.Condition).Hex(64)
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
