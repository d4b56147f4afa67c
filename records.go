package waybill

import (
	"context"
	"slices"
	"sync"
)

// MemoryRecords keeps the last records in memory, for tests, demonstrations and
// small tools. It is the Recorder of push and mail, and sms has one made of it.
// It is safe for concurrent use.
type MemoryRecords struct {
	limit int

	mu      sync.Mutex
	records []Record
}

// NewMemoryRecords returns room for the last limit records; 1000 if limit is not
// positive.
func NewMemoryRecords(limit int) *MemoryRecords {
	if limit <= 0 {
		limit = 1000
	}
	return &MemoryRecords{limit: limit}
}

// Begin keeps records of sends that begin, and forgets the oldest. It never
// fails.
func (m *MemoryRecords) Begin(_ context.Context, records []Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = append(m.records, records...)
	if more := len(m.records) - m.limit; more > 0 {
		m.records = slices.Delete(m.records, 0, more)
	}
	return nil
}

// End puts records in the place of those with their ids. What was forgotten
// stays so.
func (m *MemoryRecords) End(_ context.Context, records []Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := make(map[string]int, len(m.records))
	for i := range m.records {
		at[m.records[i].ID] = i
	}
	for _, r := range records {
		if i, ok := at[r.ID]; ok {
			m.records[i] = r
		}
	}
}

// Records returns a copy of the records in the order of their beginning. Those
// of sends under way have no end.
func (m *MemoryRecords) Records() []Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.records)
}
