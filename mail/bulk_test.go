package mail_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
)

// letters are n mails, and how many were taken from the sequence.
func letters(n int, taken *int) iter.Seq[*mail.Message] {
	return func(yield func(*mail.Message) bool) {
		for i := range n {
			m := note()
			m.Key = fmt.Sprintf("order-%03d", i)
			if taken != nil {
				*taken++
			}
			if !yield(m) {
				return
			}
		}
	}
}

func TestSendAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under, most atomic.Int64
		one := &relay{name: "one", steps: []func(context.Context, *mail.Message) error{func(ctx context.Context, m *mail.Message) error {
			most.Store(max(most.Load(), under.Add(1)))
			defer under.Add(-1)
			time.Sleep(time.Second)
			switch m.Key {
			case "order-007":
				return &waybill.Error{Code: waybill.PermissionDenied, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent}
			}
			return nil
		}}}
		c := client(t, mail.With(one))
		var keys []string
		failed := 0
		for m, r := range c.SendAll(t.Context(), letters(30, nil), 3) {
			keys = append(keys, m.Key)
			if r.Err != nil {
				failed++
			}
			if (r.Err != nil) != (m.Key == "order-007") || r.Receipt.MessageID == "" {
				t.Errorf("%s: %v", m.Key, r.Err)
			}
		}
		if len(keys) != 30 || !slices.IsSorted(keys) || failed != 1 || most.Load() != 3 {
			t.Errorf("%d mails, %d failed, %d at once", len(keys), failed, most.Load())
		}
	})
}

// TestSendAllStops holds that nothing is taken after an end, and nobody is left
// behind.
func TestSendAllStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := &relay{name: "one"}
		c := client(t, mail.With(one))
		taken := 0
		for range c.SendAll(t.Context(), letters(30, &taken), 0) {
			break
		}
		if taken != mail.DefaultConcurrency || one.calls != taken {
			t.Errorf("the caller stopped: %d taken, %d sent", taken, one.calls)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		taken = 0
		seen := 0
		for range c.SendAll(ctx, letters(30, &taken), 2) {
			cancel()
			seen++
		}
		if taken != 3 || seen != 2 {
			t.Errorf("the context ended: %d taken, %d seen", taken, seen)
		}
	})
}

func TestSendAllSurvivesAPanic(t *testing.T) {
	one := &relay{name: "one", steps: []func(context.Context, *mail.Message) error{func(context.Context, *mail.Message) error { panic("private") }}}
	for _, r := range client(t, mail.With(one)).SendAll(t.Context(), letters(1, nil), 1) {
		if e := waybill.AsError(r.Err); e == nil || e.Delivery != waybill.Ambiguous {
			t.Errorf("%v", r.Err)
		}
	}
}

func ExampleClient_SendAll() {
	client, err := mail.New(mail.With(printer{"relay"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	for m, r := range client.SendAll(context.Background(), letters(2, nil), 1) {
		fmt.Println(m.Key, r.Err)
	}
	// Output:
	// relay: "Note" to 1, 0 files
	// order-000 <nil>
	// relay: "Note" to 1, 0 files
	// order-001 <nil>
}
