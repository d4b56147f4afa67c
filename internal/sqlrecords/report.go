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
func (s *Store) Report(ctx context.Context, p Report) (found bool, err error) {
	id := clip(p.ID)
	if id == "" {
		id = clip("key:" + p.Key)
	}
	key := []any{clip(p.Gateway), id, p.Part, p.Status}
	args := append(slices.Clone(key), clip(p.Key), clip(p.Code), clip(p.VendorCode), micros(p.At), micros(p.Received))
	_, err = s.db.ExecContext(ctx, s.d.rebind("INSERT INTO waybill_reports (gateway, message_id, part, status, record_key, code, vendor_code, at, received) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"), args...)
	if err != nil {
		var n int
		row := s.db.QueryRowContext(ctx, s.d.rebind("SELECT COUNT(*) FROM waybill_reports WHERE gateway = ? AND message_id = ? AND part = ? AND status = ?"), key...)
		if qerr := row.Scan(&n); qerr != nil || n == 0 {
			return false, s.failed(ctx, "report", err)
		}
	}
	got, err := s.find(ctx, s.db, "domain = ? AND vendor_id = ? AND vendor_id <> '' AND (instance = ? OR provider = ?)", s.o.Domain, clip(p.ID), clip(p.Gateway), clip(p.Gateway))
	if err == nil && len(got) == 0 && p.Key != "" {
		got, err = s.find(ctx, s.db, "domain = ? AND record_key = ? AND (instance = ? OR provider = ?) AND delivery <> 'not_sent'", s.o.Domain, p.Key, clip(p.Gateway), clip(p.Gateway))
	}
	if err != nil {
		return false, s.failed(ctx, "report", err)
	}
	for i := range got {
		if err := s.apply(ctx, got[i].ID); err != nil {
			return true, s.failed(ctx, "report", err)
		}
	}
	return len(got) > 0, nil
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

// reports returns the reports of a record.
func (s *Store) reports(ctx context.Context, db querier, r *row) ([]Report, error) {
	where, args := "gateway IN (?, ?) AND (message_id = ?", []any{clip(r.Provider), clip(r.Instance), clip(r.VendorID)}
	if r.Key != "" {
		where, args = where+" OR record_key = ?", append(args, clip(r.Key))
	}
	rows, err := db.QueryContext(ctx, s.d.rebind("SELECT gateway, message_id, part, status, record_key, code, vendor_code, at, received FROM waybill_reports WHERE "+where+")"), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Report
	for rows.Next() {
		var p Report
		var at, received int64
		if err := rows.Scan(&p.Gateway, &p.ID, &p.Part, &p.Status, &p.Key, &p.Code, &p.VendorCode, &at, &received); err != nil {
			return nil, err
		}
		p.At, p.Received = fromMicros(at), fromMicros(received)
		out = append(out, p)
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
