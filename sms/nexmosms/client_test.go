package nexmosms_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/nexmosms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// TestNeverTwiceNeverLost sends many messages at once through two gateways, the
// first of which gets a fault in the middle of the run, and counts at both.
func TestNeverTwiceNeverLost(t *testing.T) {
	for _, f := range smstest.Faults() {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			policy := waybill.Policy{Backoff: time.Millisecond}
			hangs := suitetest.Transport(f).Hangs
			if hangs {
				policy.AttemptTimeout = 250 * time.Millisecond
			}
			ledger := new(smstest.Ledger)
			first := nexmo(t, &smstest.NexmoOptions{Ledger: ledger})
			second := nexmo(t, &smstest.NexmoOptions{Ledger: ledger})
			records := sms.NewMemoryRecorder(0)
			c, err := sms.New(
				sms.With(newAdapter(t, first, nexmosms.Options{MaxReply: maxReply}), sms.As("first")),
				sms.With(newAdapter(t, second, nexmosms.Options{}), sms.As("second")),
				sms.WithSender(sms.SenderRule{From: "Waybill"}),
				sms.WithRecorder(records),
				sms.WithPolicy(policy),
			)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close(context.WithoutCancel(t.Context())) }()
			first.FailAfter(10, f)
			const n = 40
			var mu sync.Mutex
			var sent, ambiguous, refused []string
			var wg sync.WaitGroup
			for i := range n {
				wg.Go(func() {
					key := fmt.Sprintf("order-%d", i)
					_, err := c.Send(t.Context(), sms.Message{To: london, Text: "Order " + key + " has arrived.", Key: key})
					mu.Lock()
					defer mu.Unlock()
					switch waybill.DeliveryOf(err) {
					case waybill.Sent:
						sent = append(sent, key)
					case waybill.Ambiguous:
						ambiguous = append(ambiguous, key)
					default:
						refused = append(refused, key)
					}
				})
			}
			wg.Wait()
			all := smstest.TallyOf(append(append([]string(nil), sent...), ambiguous...), ledger)
			if all.Duplicates != 0 || all.Strangers != 0 {
				t.Errorf("duplicates %v, accepted but reported not sent %v", all.DuplicateKeys, all.StrangerKeys)
			}
			if lost := smstest.TallyOf(sent, ledger); lost.Lost != 0 {
				t.Errorf("reported sent and lost: %v", lost.LostKeys)
			}
			if len(refused) > 0 && !hangs { // on a busy machine the time-out strikes at the second, too
				t.Errorf("%d were refused although the second gateway was well", len(refused))
			}
			// Connections that stood when the port was closed may have carried
			// something; those that are refused have not.
			for i := range 5 {
				if _, err := c.Send(t.Context(), sms.Message{To: london, Text: "Later", Key: fmt.Sprintf("later-%d", i)}); err != nil && f.Unreached() {
					t.Errorf("nothing was sent, and the second gateway was not asked: %v", err)
				}
			}
			var recorded int
			for _, r := range records.Records() {
				if !r.Ended.IsZero() {
					recorded++
				}
			}
			if recorded != n+5 {
				t.Errorf("%d records of %d sends", recorded, n+5)
			}
		})
	}
}
