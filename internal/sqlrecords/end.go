package sqlrecords

import (
	"context"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
)

// End writes the outcomes, many in one statement. What cannot be written goes to
// OnError.
func (s *Store) End(ctx context.Context, records []waybill.Record) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.o.Timeout)
	defer cancel()
	var failed []waybill.Record
	var first error
	none := !slices.ContainsFunc(records, func(r waybill.Record) bool { return r.Delivery != waybill.NotSent })
	for part := range slices.Chunk(records, chunk) {
		end := func() error { return s.end(ctx, part, none) }
		err := Again(ctx, end)
		if err != nil && ctx.Err() == nil {
			err = end() // once more: a broken connection
		}
		if err != nil {
			failed = append(failed, part...)
			if first == nil {
				first = s.failed(ctx, "end", err)
			}
		}
	}
	if failed != nil && s.o.OnError != nil {
		s.o.OnError(ctx, failed, first)
	}
}

// outcome are the columns of an outcome.
var outcome = []string{"provider", "instance", "vendor_id", "delivery", "code", "vendor_code", "possible_duplicate", "attempts", "parts", "price", "currency", "ended"}

func outcomeOf(r *waybill.Record) []any {
	return []any{clip(r.Provider), clip(r.Instance), clip(r.VendorID), r.Delivery.String(), codeText(r), clip(r.VendorCode),
		flag(r.PossibleDuplicate), r.Attempts, r.Parts, clip(r.Price), clip(r.Currency), micros(r.Ended)}
}

// end writes outcomes, and takes the reports in that came before. none says that
// nothing of their send was sent.
func (s *Store) end(ctx context.Context, records []waybill.Record, none bool) error {
	var err error
	if len(records) == 1 {
		err = s.endOne(ctx, &records[0], none)
	} else {
		err = s.endMany(ctx, records, none)
	}
	if err != nil {
		return err
	}
	maybe := slices.DeleteFunc(slices.Clone(records), func(r waybill.Record) bool {
		return r.Delivery == waybill.NotSent || r.VendorID == "" && r.Key == ""
	})
	if len(maybe) == 0 {
		return nil
	}
	early, err := s.events(ctx, s.db, maybe)
	if err != nil {
		return err
	}
	for i := range maybe {
		if slices.ContainsFunc(early, func(p Report) bool { return p.may(&maybe[i], s.o.Exact) }) {
			if err := s.apply(ctx, maybe[i].ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) endOne(ctx context.Context, r *waybill.Record, none bool) error {
	query := "UPDATE waybill_records SET " + strings.Join(outcome, " = ?, ") + " = ?"
	if r.Delivery == waybill.NotSent && (none || !s.o.Together) {
		query += ", held_key = NULL"
	}
	_, err := s.db.ExecContext(ctx, s.d.Rebind(query+" WHERE id = ?"), append(outcomeOf(r), r.ID)...)
	return err
}

// endMany is an INSERT of rows that are there, with the outcomes in their place:
// the one form in which every dialect takes many different rows at once. A row
// that was purged meanwhile is there again.
func (s *Store) endMany(ctx context.Context, records []waybill.Record, none bool) error {
	args := make([]any, 0, fieldCount*len(records))
	for _, r := range records {
		if err := s.complete(&r); err != nil {
			return err
		}
		o := outcomeOf(&r)
		args = append(args, s.begun(&r, nil)...)
		args = append(args, o[:11]...)
		args = append(args, micros(r.Begun), o[11], "", "", "", 0, 0)
	}
	query := insertRows(len(records))
	value := func(column string) string { return "excluded." + column }
	if s.d == MySQL {
		value = func(column string) string { return "VALUES(" + column + ")" }
		query += " ON DUPLICATE KEY UPDATE "
	} else {
		query += " ON CONFLICT (id) DO UPDATE SET "
	}
	for _, column := range outcome {
		query += column + " = " + value(column) + ", "
	}
	switch {
	case none:
		query += "held_key = NULL"
	case s.o.Together:
		query += "held_key = waybill_records.held_key"
	default:
		query += "held_key = CASE WHEN " + value("delivery") + " = 'not_sent' THEN NULL ELSE waybill_records.held_key END"
	}
	_, err := s.db.ExecContext(ctx, s.d.Rebind(query), args...)
	return err
}
