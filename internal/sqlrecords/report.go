package sqlrecords

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"
)

// Report is one report as it came.
type Report struct {
	// Gateway is a provider's name or an instance's.
	Gateway string
	// ID is the gateway's id of the message or part, Key the caller's key. One
	// of them is there.
	ID, Key string
	// Part counts from 1, 0 where not said.
	Part int
	// Recipient is written as in the records, "" where not said.
	Recipient string
	// Status is the domain's word; Code and VendorCode say why.
	Status, Code, VendorCode string
	// At is when it happened, Received when it came.
	At, Received time.Time
}

// delivered is the word for a part that has arrived.
const delivered = "delivered"

// ranks orders the words of reports, which are those of package sms: of one part
// the highest counts, and of the parts of a message the highest too, so that what
// is final comes after what is not, and what is bad last.
var ranks = map[string]int{"accepted": 1, "buffered": 2, "unknown": 3, delivered: 4, "expired": 5, "failed": 6, "rejected": 7}

// Report writes a report down and, if its record is there, into it. found is
// false when no record has its id or key yet: End finds the report then. The
// same report twice is no error.
//
// A batch may have one id, and two tenants one key. A report then belongs to the
// record with its recipient, and to none where that does not tell them apart.
func (s *Store) Report(ctx context.Context, p Report) (found bool, err error) {
	id := clip(p.ID)
	if id == "" {
		id = clip("key:" + p.Key)
	}
	key := []any{clip(p.Gateway), id, p.Part, p.Status, clip(p.Recipient)}
	args := append(slices.Clone(key), clip(p.Key), clip(p.Code), clip(p.VendorCode), micros(p.At), micros(p.Received))
	_, err = s.db.ExecContext(ctx, s.d.rebind("INSERT INTO waybill_reports (gateway, message_id, part, status, recipient, record_key, code, vendor_code, at, received) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"), args...)
	if err != nil {
		var n int
		row := s.db.QueryRowContext(ctx, s.d.rebind("SELECT COUNT(*) FROM waybill_reports WHERE gateway = ? AND message_id = ? AND part = ? AND status = ? AND recipient = ?"), key...)
		if qerr := row.Scan(&n); qerr != nil || n == 0 {
			return false, s.failed(ctx, "report", err)
		}
	}
	got, err := s.find(ctx, s.db, "domain = ? AND vendor_id = ? AND vendor_id <> '' AND (instance = ? OR provider = ?)", s.o.Domain, clip(p.ID), clip(p.Gateway), clip(p.Gateway))
	got = meant(got, p.Recipient)
	if err == nil && len(got) == 0 && p.Key != "" {
		got, err = s.find(ctx, s.db, "domain = ? AND record_key = ? AND (instance = ? OR provider = ?) AND delivery <> 'not_sent'", s.o.Domain, p.Key, clip(p.Gateway), clip(p.Gateway))
	}
	if err != nil {
		return false, s.failed(ctx, "report", err)
	}
	got = meant(got, p.Recipient)
	for i := range got {
		if err := s.apply(ctx, got[i].ID); err != nil {
			return true, s.failed(ctx, "report", err)
		}
	}
	return len(got) > 0, nil
}

// meant returns those of several rows that have the recipient.
func meant(rows []row, recipient string) []row {
	if len(rows) < 2 || recipient == "" {
		return rows
	}
	return slices.DeleteFunc(rows, func(r row) bool { return r.Recipient != recipient })
}

// apply locks a record and computes it anew from all its reports.
func (s *Store) apply(ctx context.Context, id string) error {
	return s.together(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, s.d.rebind("UPDATE waybill_records SET reported = reported WHERE id = ?"), id); err != nil {
			return err
		}
		got, err := s.find(ctx, tx, "id = ?", id)
		if err != nil || len(got) == 0 {
			return err
		}
		events, err := s.reports(ctx, tx, &got[0])
		if err != nil || len(events) == 0 {
			return err
		}
		r := summary(events)
		_, err = tx.ExecContext(ctx, s.d.rebind("UPDATE waybill_records SET report = ?, report_code = ?, report_vendor_code = ?, report_delivered = ?, reported = ? WHERE id = ?"),
			r.Status, r.Code, r.VendorCode, r.Delivered, micros(r.At), id)
		return err
	})
}

// reports returns the reports of a record: those with its id or key, but for those
// that are or may be of another record with the same. The recipient tells such
// records apart, if it is said and no two of them have it.
func (s *Store) reports(ctx context.Context, db querier, r *row) ([]Report, error) {
	id, key := clip(r.VendorID), clip(r.Key)
	where, args := "gateway IN (?, ?) AND (message_id = ?", []any{clip(r.Provider), clip(r.Instance), id}
	if key != "" {
		where, args = where+" OR record_key = ?", append(args, key)
	}
	out, err := s.events(ctx, db, where+")", args...)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	ofID := func(p Report) bool { return p.ID == id }
	var byID, byKey []twin
	if slices.ContainsFunc(out, ofID) {
		if byID, err = s.twins(ctx, db, r, "vendor_id", id); err != nil {
			return nil, err
		}
	}
	if key != "" && slices.ContainsFunc(out, func(p Report) bool { return !ofID(p) }) {
		if byKey, err = s.twins(ctx, db, r, "record_key", key); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(out, func(p Report) bool {
		twins := byID
		if !ofID(p) {
			twins = byKey
			if slices.ContainsFunc(twins, func(t twin) bool { return t.id == p.ID }) {
				return true
			}
		}
		return len(twins) > 0 && (p.Recipient != clip(r.Recipient) || slices.ContainsFunc(twins, func(t twin) bool { return t.recipient == p.Recipient }))
	}), nil
}

// events returns the reports that where selects.
func (s *Store) events(ctx context.Context, db querier, where string, args ...any) ([]Report, error) {
	rows, err := db.QueryContext(ctx, s.d.rebind("SELECT gateway, message_id, part, status, recipient, record_key, code, vendor_code, at, received FROM waybill_reports WHERE "+where), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Report
	for rows.Next() {
		var p Report
		var at, received int64
		if err := rows.Scan(&p.Gateway, &p.ID, &p.Part, &p.Status, &p.Recipient, &p.Key, &p.Code, &p.VendorCode, &at, &received); err != nil {
			return nil, err
		}
		p.At, p.Received = fromMicros(at), fromMicros(received)
		out = append(out, p)
	}
	return out, rows.Err()
}

// twin is another record with the same id or key.
type twin struct{ id, recipient string }

// twins returns the provider's other records, of whichever instance, and those
// under way, that have a value: the rest of a batch, another tenant's, the same
// message sent twice.
func (s *Store) twins(ctx context.Context, db querier, r *row, column, value string) ([]twin, error) {
	rows, err := db.QueryContext(ctx, s.d.rebind("SELECT vendor_id, recipient FROM waybill_records WHERE domain = ? AND "+column+" = ? AND id <> ? AND delivery <> 'not_sent' AND provider IN (?, '')"),
		s.o.Domain, value, r.ID, clip(r.Provider))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []twin
	for rows.Next() {
		var t twin
		if err := rows.Scan(&t.id, &t.recipient); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// summary makes one answer of all reports of a message: of each part the highest
// rank counts, and of the parts the highest.
func summary(events []Report) Reported {
	type part struct {
		id string
		n  int
	}
	best := make(map[part]Report)
	for _, e := range events {
		k := part{e.ID, e.Part}
		if old, ok := best[k]; !ok || ranks[e.Status] > ranks[old.Status] {
			best[k] = e
		}
	}
	var out Reported
	rank := -1
	parts := make([]Report, 0, len(best))
	for _, e := range best {
		parts = append(parts, e)
	}
	slices.SortFunc(parts, func(a, b Report) int { return cmp.Or(cmp.Compare(a.ID, b.ID), a.Part-b.Part) })
	for _, e := range parts {
		if e.Status == delivered {
			out.Delivered++
		}
		if n := ranks[e.Status]; n > rank {
			rank = n
			out.Status, out.Code, out.VendorCode, out.At = e.Status, e.Code, e.VendorCode, e.At
			if out.At.IsZero() {
				out.At = e.Received
			}
		}
	}
	return out
}
