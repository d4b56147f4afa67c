package sqlrecords

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// row is a record with what reports said of it, and the key that it holds.
type row struct {
	waybill.Record
	Reported
	held string
}

// Reported is what the gateway's reports say of a record, as a whole.
type Reported struct {
	// Status is the report's word, "" while none came; Code and VendorCode say
	// why it did not arrive.
	Status, Code, VendorCode string
	// Delivered is how many parts have arrived.
	Delivered int
	// At is when the status was reported last.
	At time.Time
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// find returns the rows that where selects.
func (s *Store) find(ctx context.Context, db querier, where string, args ...any) ([]row, error) {
	rows, err := db.QueryContext(ctx, s.d.Rebind("SELECT "+allFields+" FROM waybill_records WHERE "+where), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []row
	for rows.Next() {
		var r row
		var held sql.NullString
		var delivery, code string
		var duplicate int
		var begun, ended, reported int64
		if err := rows.Scan(&r.ID, &r.Domain, &r.Application, &r.ProductLine, &r.Tenant, &r.Lane, &r.Kind, &r.Template, &r.Key, &held, &r.Region, &r.Vendor, &r.Recipient,
			&r.Provider, &r.Instance, &r.VendorID, &delivery, &code, &r.Record.VendorCode, &duplicate, &r.Attempts, &r.Parts, &r.Price, &r.Currency, &begun, &ended,
			&r.Reported.Status, &r.Reported.Code, &r.Reported.VendorCode, &r.Delivered, &reported); err != nil {
			return nil, err
		}
		_ = r.Delivery.UnmarshalText([]byte(delivery)) // under way stays ambiguous
		_ = r.Record.Code.UnmarshalText([]byte(code))
		r.PossibleDuplicate, r.held = duplicate != 0, held.String
		r.Begun, r.Ended, r.At = fromMicros(begun), fromMicros(ended), fromMicros(reported)
		out = append(out, r)
	}
	return out, rows.Err()
}

// where is what makes two sends of one identity the same.
type where struct{ application, tenant, identity string }

func place(r *waybill.Record) where { return where{r.Application, r.Tenant, identity(r)} }

// holders returns the records that hold the keys of others, by their places.
func (s *Store) holders(ctx context.Context, records []waybill.Record) (map[where]waybill.Record, error) {
	var applications, tenants, keys set
	for i := range records {
		if id := identity(&records[i]); id != "" && !records[i].AllowDuplicates {
			applications.add(records[i].Application)
			tenants.add(records[i].Tenant)
			keys.add(id)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	got, err := s.find(ctx, s.db, "domain = ? AND application IN "+applications.list()+" AND tenant IN "+tenants.list()+" AND held_key IN "+keys.list(),
		slices.Concat([]any{s.o.Domain}, applications, tenants, keys)...)
	if err != nil {
		return nil, err
	}
	held := make(map[where]waybill.Record, len(got))
	for _, r := range got {
		held[where{r.Application, r.Tenant, r.held}] = r.Record
	}
	return held, nil
}

// set is different texts, as arguments.
type set []any

func (s *set) add(text string) {
	if !slices.Contains(*s, any(text)) {
		*s = append(*s, text)
	}
}

// list is the brackets for them.
func (s set) list() string { return "(?" + strings.Repeat(", ?", len(s)-1) + ")" }

// Find returns the records of a caller's key, the latest first, with what was
// reported of each; only those to a recipient, as it is written, unless that is
// "". At most 100.
func (s *Store) Find(ctx context.Context, tenant, key, recipient string) ([]waybill.Record, []Reported, error) {
	query, args := "domain = ? AND record_key = ? AND application = ? AND tenant = ?", []any{s.o.Domain, key, s.o.Application, tenant}
	if recipient != "" {
		query, args = query+" AND recipient = ?", append(args, recipient)
	}
	got, err := s.find(ctx, s.db, query+" ORDER BY begun DESC, id LIMIT 100", args...)
	if err != nil {
		return nil, nil, s.failed(ctx, "find", err)
	}
	records, reported := make([]waybill.Record, len(got)), make([]Reported, len(got))
	for i, r := range got {
		records[i], reported[i] = r.Record, r.Reported
	}
	return records, reported, nil
}

// Open returns records that began before a time and may have been sent: the
// ambiguous ones, and those that were never ended; the oldest first.
func (s *Store) Open(ctx context.Context, before time.Time, limit int) ([]waybill.Record, error) {
	got, err := s.find(ctx, s.db, "domain = ? AND application = ? AND begun < ? AND delivery IN ('under_way', 'ambiguous') ORDER BY begun, id LIMIT ?",
		s.o.Domain, s.o.Application, micros(before), max(limit, 0))
	if err != nil {
		return nil, s.failed(ctx, "open", err)
	}
	out := make([]waybill.Record, len(got))
	for i := range got {
		out[i] = got[i].Record
	}
	return out, nil
}

// Resolve writes down what became of an open record after all, and reports
// whether it was open.
func (s *Store) Resolve(ctx context.Context, id string, delivery waybill.Delivery, vendorID string) (bool, error) {
	query, args := "UPDATE waybill_records SET delivery = ?, ended = CASE WHEN ended = 0 THEN ? ELSE ended END", []any{delivery.String(), micros(time.Now())}
	if vendorID != "" {
		query, args = query+", vendor_id = ?", append(args, clip(vendorID))
	}
	if delivery == waybill.NotSent && !s.o.Together {
		query += ", held_key = NULL"
	}
	res, err := s.db.ExecContext(ctx, s.d.Rebind(query+" WHERE id = ? AND domain = ? AND delivery IN ('under_way', 'ambiguous')"), append(args, id, s.o.Domain)...)
	if err != nil {
		return false, s.failed(ctx, "resolve", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return false, s.failed(ctx, "resolve", err)
	}
	if n > 0 && vendorID != "" && delivery == waybill.Sent {
		return true, s.apply(ctx, id)
	}
	if n > 0 && delivery == waybill.NotSent && s.o.Together {
		return true, s.release(ctx, id)
	}
	return n > 0, nil
}

// release gives the key of a record's send back, if none of its records can have
// been sent.
func (s *Store) release(ctx context.Context, id string) error {
	const send = "domain = ? AND application = ? AND tenant = ? AND record_key = ? AND begun = ?"
	one, err := s.find(ctx, s.db, "id = ?", id)
	if err != nil || len(one) == 0 {
		return s.ifFailed(ctx, err)
	}
	r := &one[0]
	args := []any{s.o.Domain, r.Application, r.Tenant, r.Key, micros(r.Begun)}
	all, err := s.find(ctx, s.db, send, args...)
	if err != nil || slices.ContainsFunc(all, func(r row) bool { return r.Delivery != waybill.NotSent }) {
		return s.ifFailed(ctx, err)
	}
	_, err = s.db.ExecContext(ctx, s.d.Rebind("UPDATE waybill_records SET held_key = NULL WHERE "+send), args...)
	return s.ifFailed(ctx, err)
}

func (s *Store) ifFailed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return s.failed(ctx, "resolve", err)
}

// Count is how many records share these values.
type Count struct {
	// Application and the others are the records'.
	Application, Tenant, Instance, Vendor, Kind, Template, Region string
	// Outcome is "sent", "not_sent", "ambiguous" or "under_way"; Status the
	// report's word, "" where none came.
	Outcome, Status string
	// Hour is when the hour of their beginning began, in UTC.
	Hour time.Time
	// Records is how many there are, Parts the sum of their parts.
	Records, Parts int64
}

// Counts returns the counts of the records that began in [from, to), in order.
// An empty application means all.
func (s *Store) Counts(ctx context.Context, application string, from, to time.Time) ([]Count, error) {
	const by = "application, tenant, instance, vendor, kind, template, region, delivery, report"
	query := "SELECT " + by + ", " + s.d.hours("begun") + " AS h, COUNT(*), SUM(parts) FROM waybill_records WHERE domain = ? AND begun >= ? AND begun < ?"
	args := []any{s.o.Domain, micros(from), micros(to)}
	if application != "" {
		query, args = query+" AND application = ?", append(args, application)
	}
	rows, err := s.db.QueryContext(ctx, s.d.Rebind(query+" GROUP BY "+by+", h ORDER BY h, "+by), args...)
	if err != nil {
		return nil, s.failed(ctx, "counts", err)
	}
	defer rows.Close()
	var out []Count
	for rows.Next() {
		var c Count
		var hour int64
		if err := rows.Scan(&c.Application, &c.Tenant, &c.Instance, &c.Vendor, &c.Kind, &c.Template, &c.Region, &c.Outcome, &c.Status, &hour, &c.Records, &c.Parts); err != nil {
			return nil, s.failed(ctx, "counts", err)
		}
		c.Hour = time.Unix(hour*3600, 0).UTC()
		out = append(out, c)
	}
	if err := rows.Err(); err != nil {
		return nil, s.failed(ctx, "counts", err)
	}
	return out, nil
}

// Purge deletes what began or came before a time, and returns how many records
// went. Their keys are forgotten too.
func (s *Store) Purge(ctx context.Context, before time.Time) (int64, error) {
	res, err := s.db.ExecContext(ctx, s.d.Rebind("DELETE FROM waybill_records WHERE domain = ? AND application = ? AND begun < ?"), s.o.Domain, s.o.Application, micros(before))
	if err != nil {
		return 0, s.failed(ctx, "purge", err)
	}
	n, err := res.RowsAffected()
	if err == nil {
		_, err = s.db.ExecContext(ctx, s.d.Rebind("DELETE FROM waybill_reports WHERE received < ?"), micros(before))
	}
	if err != nil {
		return n, s.failed(ctx, "purge", err)
	}
	return n, nil
}
