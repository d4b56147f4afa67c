package failover_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// keeper is a recorder that a test looks into.
type keeper struct {
	err          error
	begun, ended []waybill.Record
	ends         int
	alive        bool
}

func (k *keeper) Begin(_ context.Context, r []waybill.Record) error { k.begun = r; return k.err }

func (k *keeper) End(ctx context.Context, r []waybill.Record) {
	k.ended, k.alive = r, ctx.Err() == nil
	k.ends++
}

func TestRecordingOfASuccess(t *testing.T) {
	k := new(keeper)
	ctx, cancel := context.WithCancel(t.Context())
	w, e := failover.Record(ctx, k, "sms", "send", "key-1", make([]waybill.Record, 2))
	if e != nil {
		t.Fatal(e)
	}
	cancel()
	for i := range w.Len() {
		w.Finish(i, waybill.Served{Provider: "p", Instance: "p-1", Attempts: 2}, "id", nil, nil).Parts = 3
	}
	w.End()
	w.Panicked()
	if k.ends != 1 || !k.alive || len(k.ended) != 2 {
		t.Fatalf("%+v", k)
	}
	r := k.ended[1]
	if r.ID == "" || r.ID == k.ended[0].ID || r.Key != "key-1" || r.Domain != "sms" || r.Provider != "p" || r.Instance != "p-1" || r.Attempts != 2 ||
		r.VendorID != "id" || r.Delivery != waybill.Sent || r.Code != waybill.Unknown || r.Parts != 3 || r.Ended.Before(r.Begun) {
		t.Errorf("%+v", r)
	}
	if k.begun[0].Provider != "" || !k.begun[0].Ended.IsZero() || k.begun[0].ID != k.ended[0].ID {
		t.Errorf("what Begin was given changed: %+v", k.begun[0])
	}
}

func TestRecordingOfAFailure(t *testing.T) {
	k := new(keeper)
	w, e := failover.Record(t.Context(), k, "mail", "send", "", make([]waybill.Record, 1))
	if e != nil {
		t.Fatal(e)
	}
	w.Finish(0, waybill.Served{}, "", nil, &waybill.Error{Code: waybill.Unregistered, Delivery: waybill.NotSent, VendorCode: "550"})
	w.End()
	if r := k.ended[0]; r.Code != waybill.Unregistered || r.Delivery != waybill.NotSent || r.VendorCode != "550" || r.Provider != "" {
		t.Errorf("%+v", r)
	}
}

func TestRecordingThatCannotBegin(t *testing.T) {
	own := &waybill.Error{Code: waybill.AlreadyExists}
	for want, err := range map[waybill.Code]error{
		waybill.Unavailable: errors.New("disk full"), waybill.AlreadyExists: own, waybill.Canceled: context.Canceled,
	} {
		w, e := failover.Record(t.Context(), &keeper{err: err}, "push", "send", "k", make([]waybill.Record, 1))
		if w != nil || e == nil || e.Code != want || e.Delivery != waybill.NotSent || e.Provider != "push" || e.Op != "send" || e.Ref != "k" {
			t.Errorf("%v: %v", err, e)
		}
	}
	if own.Delivery != waybill.Ambiguous || own.Provider != "" {
		t.Error("the keeper's error was changed")
	}
}

func TestRecordingOfAPanic(t *testing.T) {
	k := new(keeper)
	w, _ := failover.Record(t.Context(), k, "sms", "send", "k", make([]waybill.Record, 1))
	w.Panicked()
	w.Panicked()
	if r := k.ended[0]; k.ends != 1 || r.Delivery != waybill.Ambiguous || r.Code != waybill.Internal || r.Ended.IsZero() {
		t.Errorf("%+v", k)
	}
}

func TestNoRecording(t *testing.T) {
	var w *failover.Recording
	w.End()
	w.Panicked()
	if w.Len() != 0 {
		t.Error("a nil recording has records")
	}
}

// choosy is a keeper that refuses some records.
type choosy struct {
	keeper
	errs []error
}

func (c *choosy) BeginEach(_ context.Context, r []waybill.Record) []error { c.begun = r; return c.errs }

func TestRecordingOfSome(t *testing.T) {
	k := &choosy{errs: []error{nil, &waybill.Error{Code: waybill.AlreadyExists}, errors.New("broken"), nil}}
	w, refused := failover.RecordEach(t.Context(), k, "push", "send", "key-1", make([]waybill.Record, 4))
	if refused[0] != nil || refused[3] != nil || w.Len() != 2 {
		t.Fatalf("%v, %d records", refused, w.Len())
	}
	for i, want := range map[int]waybill.Code{1: waybill.AlreadyExists, 2: waybill.Unavailable} {
		if e := refused[i]; e.Code != want || e.Delivery != waybill.NotSent || e.Ref != "key-1" || e.Provider != "push" {
			t.Errorf("%+v", e)
		}
	}
	for i := range w.Len() {
		w.Finish(i, waybill.Served{Provider: "p"}, "id", nil, nil)
	}
	w.End()
	if len(k.ended) != 2 || k.ended[0].ID != k.begun[0].ID || k.ended[1].ID != k.begun[3].ID {
		t.Errorf("%+v", k.ended)
	}
}

// Nothing that began ends nothing, whatever happens then.
func TestRecordingOfNone(t *testing.T) {
	for name, k := range map[string]*choosy{"refused": {errs: []error{errors.New("x"), errors.New("y")}}, "no answers": {}} {
		w, refused := failover.RecordEach(t.Context(), k, "push", "send", "", make([]waybill.Record, 2))
		w.End()
		w.Panicked()
		if w.Len() != 0 || refused[0] == nil || refused[1] == nil || k.ends != 0 {
			t.Errorf("%s: %v, %d ends", name, refused, k.ends)
		}
	}
	k := &keeper{err: errors.New("x")}
	if w, refused := failover.RecordEach(t.Context(), k, "push", "send", "", make([]waybill.Record, 2)); w != nil || refused[1] == nil {
		t.Errorf("a keeper of all or none: %v", refused)
	}
	k.err = nil
	if w, refused := failover.RecordEach(t.Context(), k, "push", "send", "", make([]waybill.Record, 2)); w.Len() != 2 || refused[0] != nil || refused[1] != nil {
		t.Errorf("a keeper of all or none: %v", refused)
	}
}

// A write goes on for a little when its caller leaves, and not for ever.
func TestGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // fails if a goroutine is left
		type key struct{}
		ctx, leave := context.WithCancel(context.WithValue(t.Context(), key{}, "v"))
		long, done := failover.Grace(ctx)
		if long.Err() != nil || long.Value(key{}) != "v" {
			t.Error("it is over, or has no values")
		}
		begun := time.Now()
		leave()
		synctest.Wait()
		if long.Err() != nil {
			t.Error("it ends with the caller")
		}
		<-long.Done()
		if got := time.Since(begun); got != failover.GraceTime {
			t.Errorf("it ends after %v", got)
		}
		done()
		ctx, leave = context.WithCancel(t.Context())
		_, done = failover.Grace(ctx)
		leave()
		done() // the write was done in time
		_, done = failover.Grace(t.Context())
		done()
	})
}
