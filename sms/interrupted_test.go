package sms_test

import (
	"context"
	"iter"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// raised calls f and returns what it panics with.
func raised(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

// panicking is a recorder whose calls for one key panic.
type panicking struct {
	*sms.MemoryRecorder
	begin, end string
}

func (r *panicking) Begin(ctx context.Context, w waybill.Record) error {
	if w.Key == r.begin {
		panic("at the beginning")
	}
	return r.MemoryRecorder.Begin(ctx, w)
}

func (r *panicking) End(ctx context.Context, w waybill.Record) {
	if w.Key == r.end {
		panic("at the end")
	}
	r.MemoryRecorder.End(ctx, w)
}

// A recorder that panics before a message of a batch keeps all of them from being
// sent: their records say so, and their places in the limits are given back.
func TestBatchWhoseRecorderPanicsAtTheBeginning(t *testing.T) {
	g := &batcher{gateway: gateway{name: "many"}, limit: 10}
	r := &panicking{MemoryRecorder: sms.NewMemoryRecorder(0), begin: "k-2"}
	u, store := spied(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})
	c := newClient(t, sms.With(g), sms.WithRecorder(r), sms.WithRules(u))
	if v := raised(func() { c.SendBatch(t.Context(), batchOf(4)) }); v != "at the beginning" {
		t.Fatalf("raised %v", v)
	}
	if len(g.batches)+len(g.seen) != 0 || store.released != 3 {
		t.Errorf("%d batches, %d sends, %d released", len(g.batches), len(g.seen), store.released)
	}
	for _, w := range r.Records() {
		if w.Delivery != waybill.NotSent || w.Ended.IsZero() || w.Code != waybill.Internal {
			t.Errorf("%s is recorded as %v, %v", w.Key, w.Delivery, w.Code)
		}
	}
}

// One that panics after a message leaves the others' records as they must be.
func TestBatchWhoseRecorderPanicsAtTheEnd(t *testing.T) {
	r := &panicking{MemoryRecorder: sms.NewMemoryRecorder(0), end: "k-1"}
	c := newClient(t, sms.With(&batcher{gateway: gateway{name: "many"}, limit: 10}), sms.WithRecorder(r))
	if v := raised(func() { c.SendBatch(t.Context(), batchOf(4)) }); v != "at the end" {
		t.Fatalf("raised %v", v)
	}
	for _, w := range r.Records() {
		if sent := w.Delivery == waybill.Sent && w.VendorID != ""; sent != (w.Key != "k-1") {
			t.Errorf("%s is recorded as %v", w.Key, w.Delivery)
		}
	}
}

// The same for a single message, whose place in the limits is settled too.
func TestSendWhoseRecorderPanics(t *testing.T) {
	for name, r := range map[string]*panicking{
		"begin": {MemoryRecorder: sms.NewMemoryRecorder(0), begin: "k-1"},
		"end":   {MemoryRecorder: sms.NewMemoryRecorder(0), end: "k-1"},
	} {
		u, store := spied(t, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})
		a := &gateway{name: "a", fail: always(waybill.Error{Code: waybill.Unsupported, Delivery: waybill.NotSent})}
		c := newClient(t, sms.With(a), sms.WithRecorder(r), sms.WithRules(u))
		if v := raised(func() { _, _ = c.Send(t.Context(), text(london)) }); v == nil {
			t.Errorf("%s: the panic was swallowed", name)
		}
		if store.released != 1 {
			t.Errorf("%s: released %d times", name, store.released)
		}
	}
}

// A gateway that panics in one exchange of a step loses nothing of the others, nor
// of those that it never got.
func TestBatchWhoseGatewayPanicsOnce(t *testing.T) {
	g := &batcher{gateway: gateway{name: "many"}, limit: 2}
	g.results = func(b sms.Batch) []sms.BatchResult {
		if b.Recipients[0].Key == "k-2" {
			panic("no")
		}
		return accepted("many", b)
	}
	for i, r := range newClient(t, sms.With(g)).SendBatch(t.Context(), batchOf(6)) {
		if lost := i == 2 || i == 3; lost != (r.Err != nil) || lost && (waybill.DeliveryOf(r.Err) != waybill.Ambiguous || waybill.AsError(r.Err).Ref == "") {
			t.Errorf("%d: %v", i, r.Err)
		}
	}
}

// An adapter that ends its goroutine has not said that it sent.
func TestBatchWhoseGatewayNeverReturns(t *testing.T) {
	g := &gateway{name: "single", fail: func(int, sms.Message) error { runtime.Goexit(); return nil }}
	for i, r := range newClient(t, sms.With(g)).SendBatch(t.Context(), batchOf(40)) {
		if r.Err == nil || waybill.DeliveryOf(r.Err) != waybill.Ambiguous {
			t.Errorf("%d: %v", i, r.Err)
		}
	}
}

// A sequence that panics does not leave goroutines behind, nor messages unfinished.
func TestBulkOfASequenceThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // fails if a goroutine is left
		seen := 0
		var messages iter.Seq2[sms.Message, error] = func(yield func(sms.Message, error) bool) {
			for m, err := range numbers(20) {
				yield(m, err)
			}
			panic("in the query")
		}
		v := raised(func() {
			_, _ = sms.Bulk(t.Context(), sender(func(context.Context, sms.Message) (sms.Receipt, error) {
				time.Sleep(time.Second)
				return sms.Receipt{}, nil
			}), messages, &sms.BulkOptions{Result: func(r sms.BulkResult) { seen++ }})
		})
		if v != "in the query" || seen != 20 {
			t.Errorf("raised %v after %d results", v, seen)
		}
	})
}

// A sender that ends its goroutine does not hang the call.
func TestBulkOfASenderThatNeverReturns(t *testing.T) {
	v := raised(func() {
		_, _ = sms.Bulk(t.Context(), sender(func(context.Context, sms.Message) (sms.Receipt, error) { runtime.Goexit(); return sms.Receipt{}, nil }),
			numbers(10), &sms.BulkOptions{Concurrency: 1})
	})
	if s, _ := v.(string); !strings.Contains(s, "goroutine") {
		t.Errorf("raised %v", v)
	}
}

// stuck is a store that answers nothing after a message.
type stuck struct{ sms.RuleStore }

func (stuck) Release(ctx context.Context, _ sms.RuleQuery, _ sms.RuleAnswer) error {
	<-ctx.Done()
	return ctx.Err()
}

// A store that hangs after a message does not hold its caller for ever.
func TestStoreHangsAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told error
		u, err := sms.NewRules(stuck{sms.NewMemoryRules()}, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}},
			OnError: func(_ context.Context, err error) { told = err }})
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, sms.With(&gateway{name: "a", fail: always(waybill.Error{Code: waybill.Unsupported, Delivery: waybill.NotSent})}), sms.WithRules(u))
		if _, err := c.Send(t.Context(), text(london)); waybill.CodeOf(err) != waybill.Unsupported || told == nil {
			t.Errorf("%v, told %v", err, told)
		}
	})
}

// leaving is a store whose caller leaves while it counts: the answer would be lost.
type leaving struct {
	sms.RuleStore
	leave context.CancelFunc
}

func (s *leaving) Reserve(ctx context.Context, q sms.RuleQuery) (sms.RuleAnswer, error) {
	a, err := s.RuleStore.Reserve(ctx, q)
	if s.leave(); ctx.Err() != nil {
		return sms.RuleAnswer{}, ctx.Err()
	}
	return a, err
}

// A caller who leaves while the message is counted has not used up the limit.
func TestCallerLeavesWhileItIsCounted(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	u, err := sms.NewRules(&leaving{sms.NewMemoryRules(), leave}, sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	a := &gateway{name: "a"}
	c := newClient(t, sms.With(a), sms.WithRules(u))
	if _, err := c.Send(ctx, text(london)); waybill.CodeOf(err) != waybill.Canceled || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("who left: %v", err)
	}
	if _, err := c.Send(t.Context(), text(london)); err != nil || len(a.seen) != 1 {
		t.Errorf("who comes again: %v, %d sent", err, len(a.seen))
	}
}

// What a nested client finds doubtful about a number reaches the caller.
func TestWarningOfANestedClient(t *testing.T) {
	inner := newClient(t, sms.With(&gateway{name: "a"}), sms.WithName("inner"),
		sms.WithCheck(func(sms.Number) (string, error) { return "an odd prefix", nil }))
	r, err := newClient(t, sms.With(inner)).Send(t.Context(), text(london))
	if err != nil || r.Warning != "an odd prefix" {
		t.Errorf("%q %v", r.Warning, err)
	}
}
