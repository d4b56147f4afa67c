package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
)

// journal is a recorder in a file of JSON lines, all of which it also keeps in
// memory: enough for a demonstration. A service uses package sms/sqlsms.
type journal struct {
	mu      sync.Mutex
	file    *os.File // nil: in memory alone
	records map[string]*entry
	held    map[string]string // the id of the record that holds a key
	order   []string
	marks   []mark // of the lists of the rules, the oldest first
}

// entry is a record with the last word of its receipts.
type entry struct {
	waybill.Record
	Status sms.Status `json:",omitzero"`
}

// line is a line of the file. It holds no number and no text.
type line struct {
	Record *waybill.Record `json:"record,omitempty"`
	Report *receipt        `json:"report,omitempty"`
	Mark   *mark           `json:"mark,omitempty"`
}

// mark is an entry of a list, such as somebody who has opted out: a keyed hash.
type mark struct {
	List      sms.RuleList
	Recipient string
	On        bool
}

// receipt is what is kept of a delivery report.
type receipt struct {
	Gateway, ID, Key string
	Status           sms.Status
}

func openJournal(name string) (*journal, error) {
	j := &journal{records: map[string]*entry{}, held: map[string]string{}}
	if name == "" {
		return j, nil
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, errors.New("the journal cannot be opened")
	}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			f.Close()
			return nil, fmt.Errorf("line %d of the journal cannot be read", n)
		}
		j.take(l)
	}
	if err := lines.Err(); err != nil {
		f.Close()
		return nil, err
	}
	j.file = f
	return j, nil
}

// take applies a line to what is in memory.
func (j *journal) take(l line) {
	if r := l.Record; r != nil {
		e := j.records[r.ID]
		if e == nil {
			e = new(entry)
			j.records[r.ID] = e
			j.order = append(j.order, r.ID)
		}
		e.Record = *r
		switch {
		case r.Key == "":
		case !r.Ended.IsZero() && r.Delivery == waybill.NotSent:
			delete(j.held, r.Key)
		default:
			j.held[r.Key] = r.ID
		}
	}
	if l.Mark != nil {
		j.marks = append(j.marks, *l.Mark)
	}
	if p := l.Report; p != nil {
		for _, id := range j.order {
			e := j.records[id]
			if (p.ID != "" && e.VendorID == p.ID || p.Key != "" && e.Key == p.Key) && (e.Instance == p.Gateway || e.Provider == p.Gateway) &&
				(e.Status == sms.StatusUnknown || !e.Status.Final()) {
				e.Status = p.Status
			}
		}
	}
}

// write appends a line and takes it.
func (j *journal) write(l line) error {
	if j.file != nil {
		b, err := json.Marshal(l)
		if err == nil {
			_, err = j.file.Write(append(b, '\n'))
		}
		if err != nil {
			return err
		}
	}
	j.take(l)
	return nil
}

// Begin implements sms.Recorder: a key that may have been sent begins no more.
func (j *journal) Begin(_ context.Context, r waybill.Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, ok := j.held[r.Key]; ok && !r.AllowDuplicates {
		return &waybill.Error{Code: waybill.AlreadyExists, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Message: "a message of this key was sent, or may have been"}
	}
	return j.write(line{Record: &r})
}

// End implements sms.Recorder.
func (j *journal) End(_ context.Context, r waybill.Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.write(line{Record: &r}); err != nil {
		fmt.Fprintln(os.Stderr, "sms: the journal is full or broken; an outcome was not written")
	}
}

// report takes a delivery report.
func (j *journal) report(_ context.Context, p sms.DeliveryReport) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.write(line{Report: &receipt{p.Gateway, p.ID, p.Key, p.Status}})
}

// ruleStore is a store of rules whose lists are in the journal, so that who has
// opted out is known to the next run. A service uses package sms/redissms.
type ruleStore struct {
	*sms.MemoryRules
	journal *journal
}

func newRuleStore(ctx context.Context, j *journal) (*ruleStore, error) {
	s := &ruleStore{sms.NewMemoryRules(), j}
	for _, m := range j.marks {
		if err := s.MemoryRules.Mark(ctx, m.List, m.Recipient, m.On); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Mark implements sms.RuleStore.
func (s *ruleStore) Mark(ctx context.Context, l sms.RuleList, recipient string, on bool) error {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	if err := s.journal.write(line{Mark: &mark{l, recipient, on}}); err != nil {
		return err
	}
	return s.MemoryRules.Mark(ctx, l, recipient, on)
}

// all returns the entries in order.
func (j *journal) all() []entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := make([]entry, len(j.order))
	for i, id := range j.order {
		out[i] = *j.records[id]
	}
	return out
}

// Close closes the file.
func (j *journal) Close() {
	if j.file != nil {
		j.file.Close()
	}
}

// statistics prints how many records share application, tenant, gateway,
// template, region, outcome, receipt and hour.
func statistics(j *journal, out io.Writer) {
	type group struct {
		hour                                               time.Time
		tenant, gateway, template, region, outcome, status string
	}
	counts := map[group]int{}
	var order []group
	for _, e := range j.all() {
		g := group{e.Begun.UTC().Truncate(time.Hour), e.Tenant, e.Instance, e.Template, e.Region, e.Delivery.String(), "-"}
		if e.Ended.IsZero() {
			g.outcome = "under_way"
		}
		if e.Status != sms.StatusUnknown {
			g.status = e.Status.String()
		}
		if counts[g] == 0 {
			order = append(order, g)
		}
		counts[g]++
	}
	fmt.Fprintf(out, "%-16s %-10s %-10s %-10s %-6s %-10s %-10s %s\n", "hour (UTC)", "tenant", "gateway", "template", "region", "outcome", "receipt", "messages")
	for _, g := range order {
		fmt.Fprintf(out, "%-16s %-10s %-10s %-10s %-6s %-10s %-10s %d\n", g.hour.Format("2006-01-02 15:04"), dash(g.tenant), dash(g.gateway), dash(g.template), dash(g.region), g.outcome, g.status, counts[g])
	}
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
