package sms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

func TestRecordsOfEveryOutcome(t *testing.T) {
	for name, x := range map[string]struct {
		fail     func(int, sms.Message) error
		delivery waybill.Delivery
		code     waybill.Code
		provider string
		attempts int
		parts    int
	}{
		"sent":      {nil, waybill.Sent, waybill.Unknown, "a", 1, 1},
		"refused":   {always(waybill.Error{Code: waybill.OptedOut, Scope: waybill.ScopeRecipient, Delivery: waybill.NotSent, VendorCode: "7"}), waybill.NotSent, waybill.OptedOut, "a", 1, 0},
		"ambiguous": {always(vanished), waybill.Ambiguous, waybill.Unavailable, "a", 1, 0},
		"partly":    {always(waybill.Error{Code: waybill.RateLimited, Delivery: waybill.Sent}), waybill.Sent, waybill.RateLimited, "a", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			rec := sms.NewMemoryRecorder(10)
			a := &gateway{name: "a", fail: x.fail}
			c := newClient(t, sms.With(a, sms.As("first")), sms.WithRecorder(rec))
			m := sms.Message{To: london, Text: "secret words", Key: "k-1", Tenant: "t", Lane: "l", Kind: sms.Verification}
			_, _ = c.Send(t.Context(), m)
			all := rec.Records()
			if len(all) != 1 {
				t.Fatalf("%d records", len(all))
			}
			r := all[0]
			if r.Delivery != x.delivery || r.Code != x.code || r.Provider != x.provider || r.Instance != "first" || r.Attempts != x.attempts || r.Parts != x.parts {
				t.Errorf("%+v", r)
			}
			if r.ID == "" || r.Key != "k-1" || r.Domain != "sms" || r.Tenant != "t" || r.Lane != "l" || r.Kind != "verification" || r.Region != "GB" {
				t.Errorf("%+v", r)
			}
			if r.Begun.IsZero() || r.Ended.Before(r.Begun) {
				t.Errorf("from %v to %v", r.Begun, r.Ended)
			}
			if text := fmt.Sprintf("%+v", r); strings.Contains(text, "7700900") || strings.Contains(text, "secret") || r.Recipient != london.Masked() {
				t.Error("the record holds personal data")
			}
			if x.parts > 0 && (r.VendorID != "a-1" || r.Price != "0.03" || r.Currency != "EUR") {
				t.Errorf("%+v", r)
			}
		})
	}
}

// recorder is written down by a test.
type recorder struct {
	begin func(waybill.Record) error
	order []string
	ended []waybill.Record
	ctx   context.Context
}

func (r *recorder) Begin(_ context.Context, w waybill.Record) error {
	r.order = append(r.order, "begin")
	if r.begin != nil {
		return r.begin(w)
	}
	return nil
}

func (r *recorder) End(ctx context.Context, w waybill.Record) {
	r.order, r.ended, r.ctx = append(r.order, "end"), append(r.ended, w), ctx
}

func TestNothingIsSentWithoutARecord(t *testing.T) {
	own := &waybill.Error{Code: waybill.AlreadyExists, Scope: waybill.ScopeRequest, Message: "this key was sent before"}
	for name, x := range map[string]struct {
		err  error
		want waybill.Code
	}{
		"foreign":  {errors.New("disk full"), waybill.Unavailable},
		"own code": {own, waybill.AlreadyExists},
		"canceled": {context.Canceled, waybill.Canceled},
	} {
		a := &gateway{name: "a"}
		r := &recorder{begin: func(waybill.Record) error { return x.err }}
		c := newClient(t, sms.With(a), sms.WithRecorder(r))
		_, err := c.Send(t.Context(), text(london))
		e := waybill.AsError(err)
		if e == nil || e.Code != x.want || e.Delivery != waybill.NotSent || e.Ref != "k-1" || e.Op != "send" {
			t.Errorf("%s: %v", name, err)
		}
		if len(a.seen) != 0 || len(r.ended) != 0 {
			t.Errorf("%s: %d sends, %d ends", name, len(a.seen), len(r.ended))
		}
	}
	if own.Delivery != waybill.Ambiguous {
		t.Error("the recorder's error was changed")
	}
}

func TestRecordOrderAndContext(t *testing.T) {
	r := new(recorder)
	ctx, cancel := context.WithCancel(t.Context())
	a := &gateway{name: "a", fail: func(int, sms.Message) error {
		r.order = append(r.order, "send")
		cancel()
		return waybill.FromContext(ctx)
	}}
	c := newClient(t, sms.With(a), sms.WithRecorder(r))
	if _, err := c.Send(ctx, text(london)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := strings.Join(r.order, " "); got != "begin send end" {
		t.Errorf("order: %s", got)
	}
	if r.ctx.Err() != nil {
		t.Error("End was given a context that is over")
	}
	// What is refused at once leaves no record.
	if _, err := c.Send(t.Context(), sms.Message{}); err == nil || len(r.order) != 3 {
		t.Errorf("%v, %v", err, r.order)
	}
}

func TestRecordOfAPanic(t *testing.T) {
	r := new(recorder)
	c := newClient(t, sms.With(&gateway{name: "a", fail: func(int, sms.Message) error { panic("oh") }}), sms.WithRecorder(r))
	func() {
		defer func() { _ = recover() }()
		_, _ = c.Send(t.Context(), text(london))
	}()
	if len(r.ended) != 1 || r.ended[0].Delivery != waybill.Ambiguous || r.ended[0].Code != waybill.Internal {
		t.Errorf("%+v", r.ended)
	}
}

func TestMemoryRecorderForgets(t *testing.T) {
	m := sms.NewMemoryRecorder(2)
	for i := range 3 {
		if err := m.Begin(t.Context(), waybill.Record{ID: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	m.End(t.Context(), waybill.Record{ID: "0", Parts: 1}) // long gone
	m.End(t.Context(), waybill.Record{ID: "1", Parts: 1})
	if all := m.Records(); len(all) != 2 || all[0].ID != "1" || all[0].Parts != 1 || all[1].ID != "2" {
		t.Errorf("%+v", all)
	}
	if all := sms.NewMemoryRecorder(0).Records(); len(all) != 0 {
		t.Errorf("%+v", all)
	}
}
