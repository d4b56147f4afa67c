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
	// Recipient is whom it is about, written as in the records; "" where not said.
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
	key := []any{clip(p.Gateway), id, clip(p.Recipient), p.Part, p.Status}
	args := append(slices.Clone(key), clip(p.Key), clip(p.Code), clip(p.VendorCode), micros(p.At), micros(p.Received))
	_, err = s.db.ExecContext(ctx, s.d.Rebind("INSERT INTO waybill_reports (gateway, message_id, recipient, part, status, record_key, code, vendor_code, at, received) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"), args...)
	if err != nil {
		var n int
		row := s.db.QueryRowContext(ctx, s.d.Rebind("SELECT COUNT(*) FROM waybill_reports WHERE gateway = ? AND message_id = ? AND recipient = ? AND part = ? AND status = ?"), key...)
		if qerr := row.Scan(&n); qerr != nil || n == 0 {
			return false, s.failed(ctx, "report", err)
		}
	}
	got, err := s.about(ctx, &p, "vendor_id = ? AND vendor_id <> ''", clip(p.ID))
	if err == nil && len(got) == 0 && p.Key != "" {
		got, err = s.about(ctx, &p, "record_key = ? AND delivery <> 'not_sent'", p.Key)
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

// about returns the records with an id or a key that may be meant: those with the
// report's recipient, else the only one, whatever its recipient; and all where the
// report says none.
func (s *Store) about(ctx context.Context, p *Report, where, value string) ([]row, error) {
	where += " AND domain = ? AND (instance = ? OR provider = ?)"
	args := []any{value, s.o.Domain, clip(p.Gateway), clip(p.Gateway)}
	if p.Recipient == "" {
		return s.find(ctx, s.db, where, args...)
	}
	got, err := s.find(ctx, s.db, where+" AND recipient = ?", append(args, clip(p.Recipient))...)
	if err != nil || len(got) > 0 || s.o.Exact {
		return got, err
	}
	if got, err = s.find(ctx, s.db, where+" LIMIT 2", args...); len(got) > 1 {
		return nil, err
	}
	return got, err
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
		events, err := s.reports(ctx, tx, &got[0])
		if err != nil || len(events) == 0 {
			return err
		}
		r := summary(events)
		_, err = tx.ExecContext(ctx, s.d.Rebind("UPDATE waybill_records SET report = ?, report_code = ?, report_vendor_code = ?, report_delivered = ?, reported = ? WHERE id = ?"),
			r.Status, r.Code, r.VendorCode, r.Delivered, micros(r.At), id)
		return err
	})
}

// reports returns the reports of a record: those with its id or key, but for those
// that are or may be of another record with the same. The recipient tells such
// records apart, if it is said and no two of them have it.
func (s *Store) reports(ctx context.Context, db querier, r *row) ([]Report, error) {
	id, key := clip(r.VendorID), clip(r.Key)
	out, err := s.events(ctx, db, []waybill.Record{r.Record})
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

// events returns the reports with the ids or the keys of records and, if those are
// exact, with their recipients or none.
func (s *Store) events(ctx context.Context, db querier, records []waybill.Record) ([]Report, error) {
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
		recipients.add(clip(r.Recipient))
	}
	const columns = "gateway, message_id, recipient, part, status, record_key, code, vendor_code, at, received"
	ours, more := " AND gateway IN "+gateways.list(), gateways
	if s.o.Exact {
		ours, more = " AND recipient IN "+recipients.list()+ours, slices.Concat(recipients, gateways)
	}
	query, args := "SELECT "+columns+" FROM waybill_reports WHERE message_id IN "+ids.list()+ours, slices.Concat(ids, more)
	if len(keys) > 0 {
		query += " UNION SELECT " + columns + " FROM waybill_reports WHERE record_key IN " + keys.list() + ours
		args = slices.Concat(args, keys, more)
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

// may reports whether the report has a record's id or key and, if it is exact, its
// recipient or none.
func (p *Report) may(r *waybill.Record, exact bool) bool {
	return (p.ID == clip(r.VendorID) || p.Key != "" && p.Key == clip(r.Key)) && (!exact || p.Recipient == "" || p.Recipient == clip(r.Recipient))
}

// twin is another record with the same id or key.
type twin struct{ id, recipient string }

// twins returns the provider's other records, of whichever instance, and those
// under way, that have a value: the rest of a batch, another tenant's, the same
// message sent twice. Where recipients are exact, only those with the same count.
func (s *Store) twins(ctx context.Context, db querier, r *row, column, value string) ([]twin, error) {
	query := "SELECT vendor_id, recipient FROM waybill_records WHERE domain = ? AND " + column + " = ? AND id <> ? AND delivery <> 'not_sent' AND provider IN (?, '')"
	args := []any{s.o.Domain, value, r.ID, clip(r.Provider)}
	if s.o.Exact {
		query, args = query+" AND recipient = ?", append(args, r.Recipient)
	}
	rows, err := db.QueryContext(ctx, s.d.Rebind(query), args...)
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
