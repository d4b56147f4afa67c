package aliyunsms_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/aliyunsms"
	"github.com/waybill-go/waybill/sms/smstest"
)

func batch(n int) sms.Batch {
	b := sms.Batch{Message: order("")}
	b.Message.To = ""
	for i := range n {
		b.Recipients = append(b.Recipients, sms.Recipient{To: sms.Number(fmt.Sprintf("+861380013%04d", i)), Key: fmt.Sprintf("k-%d", i)})
	}
	return b
}

func TestSendBatch(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, aliyunsms.Options{ExtendCode: "88"})
	b := batch(100)
	b.Recipients[7].Gateway.Params = []sms.Param{{Name: "order", Value: "B-18"}, {Name: "state", Value: "延误"}}
	got := a.SendBatch(t.Context(), b)
	if len(got) != 100 || s.Count("") != 1 {
		t.Fatalf("%d results of %d requests", len(got), s.Count(""))
	}
	for i, r := range got {
		if r.Err != nil || r.Receipt.ID == "" || s.Accepted(fmt.Sprintf("1380013%04d", i)) != 1 {
			t.Fatalf("%d: %+v", i, r)
		}
	}
	if m := s.Messages(); m[7].Text != "您的订单B-18延误。" || m[8].Text != "您的订单A-17已送达。" {
		t.Errorf("%q %q", m[7].Text, m[8].Text)
	}
}

// A number that cannot be is refused by itself, before the network, and the
// others are sent; what only the service finds out does not harm them either.
func TestOneNumberDoesNotStopTheBatch(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, aliyunsms.Options{})
	b := batch(5)
	b.Recipients[1].To = "+861"
	b.Recipients[2].To = b.Recipients[0].To
	b.Recipients[3].To = "+861080013800" // the service alone knows
	got := a.SendBatch(t.Context(), b)
	for i, want := range []waybill.Code{0, waybill.InvalidArgument, waybill.Unsupported, waybill.InvalidArgument, 0} {
		if (got[i].Err == nil) != (want == 0) || want != 0 && (waybill.CodeOf(got[i].Err) != want || waybill.DeliveryOf(got[i].Err) != waybill.NotSent) {
			t.Errorf("%d: %v", i, got[i].Err)
		}
		if e := waybill.AsError(got[i].Err); e != nil && e.Ref != fmt.Sprintf("k-%d", i) {
			t.Errorf("%d: the error is of %q", i, e.Ref)
		}
	}
	if len(s.Messages()) != 2 {
		t.Errorf("%d messages", len(s.Messages()))
	}
}

// What goes wrong with the exchange is every number's error.
func TestBatchFaults(t *testing.T) {
	for _, f := range smstest.Faults() {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			s := fake(t, nil)
			a := adapter(t, s, aliyunsms.Options{MaxReply: maxReply})
			s.Fail(f)
			ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, waybill.ErrAttemptTimeout)
			defer cancel()
			for i, r := range a.SendBatch(ctx, batch(3)) {
				n := s.Accepted(fmt.Sprintf("1380013%04d", i)) + s.Accepted(fmt.Sprintf("k-%d", i))
				d := waybill.DeliveryOf(r.Err)
				if r.Err == nil && n != 1 || d == waybill.NotSent && n != 0 || n > 1 {
					t.Errorf("%d: accepted %d times, reported %v %v", i, n, d, r.Err)
				}
			}
		})
	}
}

func TestBatchTooLarge(t *testing.T) {
	s := fake(t, nil)
	a := adapter(t, s, aliyunsms.Options{})
	for _, r := range a.SendBatch(t.Context(), batch(101)) {
		if waybill.CodeOf(r.Err) != waybill.Unsupported {
			t.Fatal(r.Err)
		}
	}
	if s.Count("") != 0 || a.BatchLimit() != 100 {
		t.Error("the service was asked")
	}
}
