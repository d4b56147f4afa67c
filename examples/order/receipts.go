package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// journal writes down what was sent by SMS, and what the gateways then reported.
// It is in memory; a service has package sms/sqlsms in its place.
type journal struct {
	mu      sync.Mutex
	entries map[string]*entry // by the caller's key
}

// entry is a record with the last word of its receipts.
type entry struct {
	waybill.Record
	status    sms.Status
	delivered int // parts
	reports   int // that were taken
}

func newJournal() *journal { return &journal{entries: map[string]*entry{}} }

// Begin implements sms.Recorder: a key that may have been sent begins no more.
func (j *journal) Begin(_ context.Context, r waybill.Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if e := j.entries[r.Key]; e != nil && (e.Ended.IsZero() || e.Delivery != waybill.NotSent) {
		return &waybill.Error{Code: waybill.AlreadyExists, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Message: "a message of this key was sent, or may have been"}
	}
	j.entries[r.Key] = &entry{Record: r}
	return nil
}

// End implements sms.Recorder. The receipts may have come before it.
func (j *journal) End(_ context.Context, r waybill.Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if e := j.entries[r.Key]; e != nil {
		e.Record = r
	}
}

// report takes a delivery report, of a message or of one of its parts. It finds
// the record by the caller's key, else by the gateway's id. The arrival of a
// message is also the proof that an ambiguous send had sent it.
func (j *journal) report(_ context.Context, p sms.DeliveryReport) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := j.entries[p.Key]
	for _, other := range j.entries {
		if e == nil && p.ID != "" && other.VendorID == p.ID {
			e = other
		}
	}
	if e == nil {
		return nil // not ours: taken all the same, or the gateway would go on calling
	}
	e.reports++
	if p.Status == sms.StatusDelivered {
		e.delivered++
	}
	if e.status == sms.StatusUnknown || !e.status.Final() {
		e.status = p.Status
	}
	return nil
}

// of returns what is written of a key.
func (j *journal) of(key string) (entry, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if e := j.entries[key]; e != nil {
		return *e, true
	}
	return entry{}, false
}

// String is what is printed of a record that was reported on.
func (e entry) String() string {
	text := e.status.String()
	if e.Parts > 1 {
		text += fmt.Sprintf(", %d of %d parts", e.delivered, e.Parts)
	}
	if e.Delivery == waybill.Ambiguous {
		text += ": so it had been sent"
	}
	return text
}
