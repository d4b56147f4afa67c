package sqlpush

import (
	"context"
	"database/sql"
	"errors"

	"github.com/waybill-go/waybill/internal/sqlrecords"
	"github.com/waybill-go/waybill/push"
)

// Report implements [push.Registry].
func (r *Registry) Report(ctx context.Context, x push.Registration) error {
	if err := x.Validate(); err != nil {
		return err
	}
	x = x.Normal()
	return failed(ctx, "report", sqlrecords.Again(ctx, func() error { return r.report(ctx, x) }))
}

// report is one try, in a transaction.
func (r *Registry) report(ctx context.Context, x push.Registration) (err error) {
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback()
		}
	}()
	slot, at := x.Slot(), x.At.UnixMilli()
	if _, err = tx.ExecContext(ctx, r.q.lock, slot); err != nil {
		return err
	}
	var last int64
	var emptied bool
	known := true
	switch err = tx.QueryRowContext(ctx, r.q.newest, slot).Scan(&last, &emptied); {
	case errors.Is(err, sql.ErrNoRows):
		known = false
	case err != nil:
		return err
	case at < last || emptied && at == last:
		return tx.Commit()
	}
	if x.Token.Value != "" {
		var later bool
		if later, err = r.take(ctx, tx, x.Token.ID(), slot, at); err != nil {
			return err
		}
		if later {
			return tx.Commit()
		}
	}
	if err = r.put(ctx, tx, x, slot, at, known); err != nil {
		return err
	}
	return tx.Commit()
}

// take makes the token leave whoever has it, and reports whether that one
// reported it later.
func (r *Registry) take(ctx context.Context, tx *sql.Tx, id, slot string, at int64) (later bool, err error) {
	if _, err := tx.ExecContext(ctx, r.q.leave, id, slot, at); err != nil {
		return false, err
	}
	var theirs int64
	switch err := tx.QueryRowContext(ctx, r.q.taken, id, slot).Scan(&theirs); {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case theirs > at:
		return true, nil
	}
	return false, sqlrecords.ErrCollision // which no database reported: the token moved meanwhile
}

// put writes the row.
func (r *Registry) put(ctx context.Context, tx *sql.Tx, x push.Registration, slot string, at int64, known bool) error {
	t := x.Token
	var id any
	if t.Value != "" {
		id = t.ID()
	}
	text := r.q.text
	args := []any{id, t.Value, int64(t.OS), t.Language, at, slot}
	if known {
		_, err := tx.ExecContext(ctx, r.q.update, args...)
		return err
	}
	_, err := tx.ExecContext(ctx, r.q.insert, append(args, text(x.User), text(x.Device), string(t.Vendor), text(t.App), t.Env)...)
	return err
}
