package nexmosms_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// keeper is a recorder that recognises keys, as one in a database does, and
// keeps nothing else.
type keeper struct {
	mu   sync.Mutex
	held map[string]waybill.Delivery
}

func (k *keeper) Begin(_ context.Context, r waybill.Record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.held[r.Key]; ok {
		return &waybill.Error{Code: waybill.AlreadyExists, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent}
	}
	k.held[r.Key] = waybill.Ambiguous
	return nil
}

func (k *keeper) End(_ context.Context, r waybill.Record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r.Delivery == waybill.NotSent {
		delete(k.held, r.Key)
		return
	}
	k.held[r.Key] = r.Delivery
}

func bulkNumbers(n int) iter.Seq2[sms.Message, error] {
	return func(yield func(sms.Message, error) bool) {
		for i := range n {
			if !yield(sms.Message{To: sms.Number(fmt.Sprintf("+4477%08d", i)), Text: "Your parcel has arrived."}, nil) {
				return
			}
		}
	}
}

// A bulk ends with exact counts while each of its two gateways is killed and
// restored in its midst, and a second run sends what is left and nothing twice.
// WAYBILL_TEST_BULK sets the number of messages, else it is one that takes a
// second.
func TestBulkThroughOutages(t *testing.T) {
	n := 1500
	if s := os.Getenv("WAYBILL_TEST_BULK"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	fakes := [2]*smstest.Nexmo{smstest.NewNexmo(nil), smstest.NewNexmo(nil)}
	options := []sms.Option{sms.WithSender(sms.SenderRule{From: "Acme"}), sms.WithPolicy(waybill.Policy{Backoff: time.Millisecond, Ejection: 50 * time.Millisecond})}
	for i, f := range fakes {
		t.Cleanup(f.Close)
		options = append(options, sms.With(newAdapter(t, f, nexmosms.Options{}), sms.As(fmt.Sprint("nexmo-", i)), waybill.Weight(1)))
	}
	rec := &keeper{held: make(map[string]waybill.Delivery, n)}
	c, err := sms.New(append(options, sms.WithRecorder(rec))...)
	if err != nil {
		t.Fatal(err)
	}
	kill := func(i int, on bool) {
		if on {
			fakes[i].Fail(smstest.Outage())
		} else {
			fakes[i].Heal()
		}
	}
	var base, most uint64
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	base = heap()
	outcomes := map[string]sms.BulkOutcome{}
	run := func(outages bool) sms.BulkCounts {
		begun := time.Now()
		counts, err := sms.Bulk(t.Context(), c, bulkNumbers(n), &sms.BulkOptions{Concurrency: 16, KeyPrefix: "b-", Wait: time.Millisecond, Tries: 2,
			Result: func(r sms.BulkResult) { outcomes[r.Key] = r.Outcome },
			Progress: func(c sms.BulkCounts) {
				if c.Done%max(n/8, 1) == 0 {
					most = max(most, heap())
				}
				if !outages {
					return
				}
				switch c.Done { // each gateway twice, and for a while both
				case n * 1 / 10, n * 5 / 10:
					kill(0, true)
				case n * 2 / 10, n * 6 / 10:
					kill(0, false)
				case n * 3 / 10, n * 7 / 10:
					kill(1, true)
				case n * 4 / 10, n * 9 / 10:
					kill(1, false)
				}
			}})
		if err != nil {
			t.Fatal(err)
		}
		if counts.Done != n || counts.Done != counts.Sent+counts.NotSent+counts.Ambiguous+counts.Existing+counts.Unread {
			t.Errorf("%+v of %d", counts, n)
		}
		t.Logf("%d messages in %v: %+v, the heap at most %d KiB above the beginning", n, time.Since(begun).Round(time.Millisecond), counts, (max(most, base)-base)>>10)
		return counts
	}
	check := func(counts sms.BulkCounts) {
		t.Helper()
		accepted := 0
		for key, o := range outcomes {
			got := fakes[0].Accepted(key) + fakes[1].Accepted(key)
			accepted += got
			if got > 1 || o == sms.BulkSent && got != 1 || o == sms.BulkNotSent && got != 0 {
				t.Fatalf("%s: %v, and the gateways have it %d times", key, o, got)
			}
		}
		if accepted < counts.Sent || accepted > counts.Sent+counts.Ambiguous+counts.Existing {
			t.Errorf("the gateways have %d, counted are %+v", accepted, counts)
		}
	}
	first := run(true)
	check(first)
	if first.Sent < n*9/10 {
		t.Errorf("only %d of %d were sent", first.Sent, n)
	}
	_ = c.Restore("nexmo-0")
	_ = c.Restore("nexmo-1")
	second := run(false)
	if second.Existing != first.Sent+first.Ambiguous || second.Sent != first.NotSent {
		t.Errorf("%+v after %+v", second, first)
	}
	check(second)
}
