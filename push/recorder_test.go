package push_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

func TestRecords(t *testing.T) {
	rec := push.NewMemoryRecorder(0)
	f := &stub{name: "f", vendor: push.FCM, answer: failing(dead, "dead-token-value-1")}
	c := newClient(t, push.With(f, push.As("f-1")), push.WithRecorder(rec), push.WithDefaultRegion("SG"))
	n := note()
	n.Tenant, n.Lane = "acme", "fast"
	c.Send(t.Context(), n, append(fcm("good-token-value-1", "dead-token-value-1", "good-token-value-1"), of(push.OPPO, "nobody")...))
	got := rec.Records()
	if len(got) != 2 {
		t.Fatalf("%d records, want one for each token that was handed over", len(got))
	}
	r := got[0]
	if r.ID == "" || r.ID == got[1].ID || r.Key != "order-1" || r.Domain != "push" || r.Tenant != "acme" || r.Lane != "fast" || r.Kind != "order" || r.Region != "SG" ||
		r.Provider != "f" || r.Instance != "f-1" || r.VendorID != "id/good-token-value-1" || r.Delivery != waybill.Sent || r.Parts != 1 || r.Attempts != 1 || r.Ended.Before(r.Begun) {
		t.Errorf("%+v", r)
	}
	r = got[1]
	if r.Delivery != waybill.NotSent || r.Code != waybill.Unregistered || r.Provider != "f" || r.Instance != "f-1" || r.Parts != 0 || r.Attempts != 1 {
		t.Errorf("%+v", r)
	}
	for _, r := range got {
		if strings.Contains(r.Recipient, "token") || !strings.HasPrefix(r.Recipient, "fcm:") {
			t.Errorf("recipient %q", r.Recipient)
		}
	}
}

func TestARepeatIsRecorded(t *testing.T) {
	rec := push.NewMemoryRecorder(10)
	c := newClient(t, push.With(&stub{name: "f", vendor: push.FCM, answer: all(ambiguous)}), push.With(&stub{name: "g", vendor: push.FCM}), push.WithRecorder(rec))
	n := note()
	n.AllowDuplicates = true
	c.Send(t.Context(), n, fcm("a"))
	if r := rec.Records()[0]; !r.PossibleDuplicate || r.Attempts != 2 || r.Provider != "g" {
		t.Errorf("%+v", r)
	}
}

// broken is a recorder that cannot begin.
type broken struct{ err error }

func (b broken) Begin(context.Context, []waybill.Record) error { return b.err }
func (b broken) End(context.Context, []waybill.Record)         { panic("ended without a beginning") }

func TestARecorderThatFailsEndsTheSend(t *testing.T) {
	for want, err := range map[waybill.Code]error{
		waybill.Unavailable:    errors.New("the database is down"),
		waybill.QuotaExhausted: &waybill.Error{Code: waybill.QuotaExhausted},
	} {
		f := &stub{name: "f", vendor: push.FCM}
		c := newClient(t, push.With(f), push.WithRecorder(broken{err}))
		for _, r := range c.Send(t.Context(), note(), fcm("a", "b")) {
			if r.Err == nil || r.Err.Code != want || r.Err.Delivery != waybill.NotSent || r.Err.Ref != "order-1" {
				t.Errorf("got %v", r.Err)
			}
		}
		if f.batches() != 0 {
			t.Error("it was sent without a record")
		}
	}
}

// watching tells how a batch ended.
type watching struct {
	begun, ended []waybill.Record
	alive        bool
}

func (w *watching) Begin(_ context.Context, r []waybill.Record) error { w.begun = r; return nil }

func (w *watching) End(ctx context.Context, r []waybill.Record) {
	w.ended, w.alive = r, ctx.Err() == nil
}

func TestRecordsEndWhateverHappens(t *testing.T) {
	w := new(watching)
	ctx, cancel := context.WithCancel(t.Context())
	f := &stub{name: "f", vendor: push.FCM, answer: func(context.Context, *push.Notification, push.Token) push.Result {
		cancel()
		return push.Result{Err: &waybill.Error{Code: waybill.Canceled}}
	}}
	newClient(t, push.With(f), push.WithRecorder(w)).Send(ctx, note(), fcm("a"))
	if len(w.ended) != 1 || !w.alive || w.ended[0].Delivery != waybill.Ambiguous || w.begun[0].ID != w.ended[0].ID || !w.begun[0].Ended.IsZero() {
		t.Errorf("cancelled: %+v", w)
	}
	w = new(watching)
	c := newClient(t, push.With(&stub{name: "f", vendor: push.FCM}), push.WithRecorder(w), push.WithHooks(&waybill.Hooks{
		StartAttempt: func(context.Context, waybill.AttemptStart) (context.Context, func(waybill.AttemptEnd)) { panic("hook") },
	}))
	func() {
		defer func() { _ = recover() }()
		c.Send(t.Context(), note(), fcm("a"))
	}()
	if len(w.ended) != 1 || w.ended[0].Delivery != waybill.Ambiguous || w.ended[0].Code != waybill.Internal {
		t.Errorf("after a panic: %+v", w)
	}
}

func TestMemoryRecorderForgets(t *testing.T) {
	m := push.NewMemoryRecorder(2)
	c := newClient(t, push.With(&stub{name: "f", vendor: push.FCM}), push.WithRecorder(m))
	for _, v := range []string{"a", "b", "c"} {
		c.Send(t.Context(), note(), fcm(v))
	}
	got := m.Records()
	if len(got) != 2 || got[0].VendorID != "f/b" || got[1].VendorID != "f/c" {
		t.Errorf("%+v", got)
	}
}
