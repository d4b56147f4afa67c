package sqlrecords

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/waybill-go/waybill"
)

// Report is one report as it came.
type Report struct {
	// Gateway is a provider's name or an instance's.
	Gateway string
	// ID is the gateway's id of the message or part, Key the caller's key. One
	// of them is there.
	ID, Key string
	// Recipient is whom it is about, as the records have it, where an id or a key
	// stands for many; else "".
	Recipient string
	// Part counts from 1, 0 where not said.
	Part int
	// Status is the domain's word; Code and VendorCode say why.
	Status, Code, VendorCode string
	// At is when it happened, Received when it came.
	At, Received time.Time
}

// arrived are the words for a part that has arrived.
var arrived = []string{"delivered", "displayed", "clicked"}

// ranks orders the words of reports, which are those of packages sms and push: of
// one part the highest counts, and of the parts of a message the highest too, so
// that what is final comes after what is not, and what is bad last; but what a
// person has seen was seen.
var ranks = map[string]int{"accepted": 1, "buffered": 2, "unknown": 3, "delivered": 4, "expired": 5, "failed": 6, "rejected": 7, "dead": 8,
	"displayed": 9, "clicked": 10}

// of reports whether the report is about a record.
func (p *Report) of(r *waybill.Record) bool {
	return (p.Recipient == "" || p.Recipient == r.Recipient) && (p.ID == clip(r.VendorID) || p.Key != "" && p.Key == r.Key)
}

// Report writes a report down and, if its record is there, into it. found is
// false when no record has its id or key yet: End finds the report then. The
// same report twice is no error.
func (s *Store) Report(ctx context.Context, p Report) (found bool, err error) {
	id := clip(p.ID)
	if id == "" {
		id = clip("key:" + p.Key)
	}
	key := []any{clip(p.Gateway), id, p.Recipient, p.Part, p.Status}
	args := append(slices.Clone(key), clip(p.Key), clip(p.Code), clip(p.VendorCode), micros(p.At), micros(p.Received))
	_, err = s.db.ExecContext(ctx, s.d.Rebind("INSERT INTO waybill_reports (gateway, message_id, recipient, part, status, record_key, code, vendor_code, at, received) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"), args...)
	if err != nil {
		var n int
		row := s.db.QueryRowContext(ctx, s.d.Rebind("SELECT COUNT(*) FROM waybill_reports WHERE gateway = ? AND message_id = ? AND recipient = ? AND part = ? AND status = ?"), key...)
		if qerr := row.Scan(&n); qerr != nil || n == 0 {
			return false, s.failed(ctx, "report", err)
		}
	}
	ours, args := " AND domain = ? AND (instance = ? OR provider = ?)", []any{s.o.Domain, clip(p.Gateway), clip(p.Gateway)}
	if p.Recipient != "" {
		ours, args = " AND recipient = ?"+ours, append([]any{p.Recipient}, args...)
	}
	got, err := s.find(ctx, s.db, "vendor_id = ? AND vendor_id <> ''"+ours, append([]any{clip(p.ID)}, args...)...)
	if err == nil && len(got) == 0 && p.Key != "" {
		got, err = s.find(ctx, s.db, "record_key = ?"+ours+" AND delivery <> 'not_sent'", append([]any{p.Key}, args...)...)
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
		if _, err := tx.ExecContext(ctx, s.d.Rebind("UPDATE waybill_records SET reported = reported WHERE id = ?"), id); err != nil {
			return err
		}
		got, err := s.find(ctx, tx, "id = ?", id)
		if err != nil || len(got) == 0 {
			return err
		}
		events, err := s.reports(ctx, tx, []waybill.Record{got[0].Record})
		if err != nil || len(events) == 0 {
			return err
		}
		r := summary(events)
		_, err = tx.ExecContext(ctx, s.d.Rebind("UPDATE waybill_records SET report = ?, report_code = ?, report_vendor_code = ?, report_delivered = ?, reported = ? WHERE id = ?"),
			r.Status, r.Code, r.VendorCode, r.Delivered, micros(r.At), id)
		return err
	})
}

// reports returns the reports of records.
func (s *Store) reports(ctx context.Context, db querier, records []waybill.Record) ([]Report, error) {
	var gateways, ids, keys set
	recipients := set{""}
	for i := range records {
		r := &records[i]
		gateways.add(clip(r.Provider))
		gateways.add(clip(r.Instance))
		ids.add(clip(r.VendorID))
		if r.Key != "" {
			keys.add(clip(r.Key))
		}
		recipients.add(r.Recipient)
	}
	const columns = "gateway, message_id, recipient, part, status, record_key, code, vendor_code, at, received"
	ours := " AND recipient IN " + recipients.list() + " AND gateway IN " + gateways.list()
	query, args := "SELECT "+columns+" FROM waybill_reports WHERE message_id IN "+ids.list()+ours, slices.Concat(ids, recipients, gateways)
	if len(keys) > 0 {
		query += " UNION SELECT " + columns + " FROM waybill_reports WHERE record_key IN " + keys.list() + ours
		args = slices.Concat(args, keys, recipients, gateways)
	}
	rows, err := db.QueryContext(ctx, s.d.Rebind(query), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Report
	for rows.Next() {
		var p Report
		var at, received int64
		if err := rows.Scan(&p.Gateway, &p.ID, &p.Recipient, &p.Part, &p.Status, &p.Key, &p.Code, &p.VendorCode, &at, &received); err != nil {
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
		if slices.Contains(arrived, e.Status) {
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
