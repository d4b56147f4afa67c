// Package sqlpush keeps the registry of package push in a database, through
// database/sql: PostgreSQL, MySQL or MariaDB, SQLite. It links no driver; the
// application opens the database with its own.
//
// # What is kept
//
// One table, waybill_push_tokens, made by [Migrate]: a row for each user, device,
// vendor, app and environment, with the token, which is personal data, and the
// time of its report. A row whose token was taken away stays, without the token,
// so that an older report cannot bring it back. A token stands in one row at most;
// an index holds that.
//
// # Transactions
//
// A report is one transaction at the database's default isolation. When two
// collide (a deadlock, a serialization failure, a unique index, a busy file) it is
// tried again, at most 20 times with growing pauses of up to 50 ms. SQLite should be
// opened with a busy time-out, and in WAL mode.
//
// # Errors
//
// What the database refuses is Unavailable; the driver's error is found by
// errors.As, and its text is not in ours. Whether a report that failed was kept is
// not known; repeating it does no harm.
//
// # Concurrency
//
// A Registry is safe for concurrent use.
package sqlpush

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

const name = "sqlpush"

// Dialect is the database's way of speaking SQL.
type Dialect string

// The dialects. MySQL is MariaDB's too.
const (
	Postgres Dialect = "postgres"
	MySQL    Dialect = "mysql"
	SQLite   Dialect = "sqlite"
)

// Registry implements [push.Registry] on database/sql.
type Registry struct {
	db *sql.DB
	q  queries
}

// New returns a registry on a database, which stays the caller's to close. Its
// tables are made by [Migrate]. A nil database and an unknown dialect are
// InvalidArgument. New does not use the database.
func New(db *sql.DB, d Dialect) (*Registry, error) {
	if err := check(db, d); err != nil {
		return nil, err
	}
	return &Registry{db: db, q: d.queries()}, nil
}

func check(db *sql.DB, d Dialect) error {
	if db == nil {
		return waybill.Invalid("new", "the database is nil").With(name, "", "")
	}
	switch d {
	case Postgres, MySQL, SQLite:
		return nil
	}
	return waybill.Invalid("new", "the dialect is unknown").With(name, "", "")
}

// queries are the statements, with the dialect's placeholders.
type queries struct {
	d                                                      Dialect
	lock, leave, taken, newest, update, insert, dead, list string
}

func (d Dialect) queries() queries {
	const columns = "user_id, device, vendor, app, env, token_value, os, language, reported"
	return queries{
		d: d,
		// A write at the very beginning: it locks the row, in SQLite the file.
		lock:   d.bind("UPDATE waybill_push_tokens SET version = version + 1 WHERE slot_id = ?"),
		newest: d.bind("SELECT reported, token_id IS NULL FROM waybill_push_tokens WHERE slot_id = ?"),
		leave: d.bind("UPDATE waybill_push_tokens SET token_id = NULL, token_value = '', version = version + 1" +
			" WHERE token_id = ? AND slot_id <> ? AND reported <= ?"),
		taken: d.bind("SELECT reported FROM waybill_push_tokens WHERE token_id = ? AND slot_id <> ?"),
		update: d.bind("UPDATE waybill_push_tokens SET token_id = ?, token_value = ?, os = ?, language = ?, reported = ?, version = version + 1" +
			" WHERE slot_id = ?"),
		insert: d.bind("INSERT INTO waybill_push_tokens (token_id, token_value, os, language, reported, slot_id, user_id, device, vendor, app, env, version)" +
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"),
		dead: d.bind("UPDATE waybill_push_tokens SET token_id = NULL, token_value = '', version = version + 1" +
			" WHERE token_id = ? AND reported <= ?"),
		list: "SELECT " + columns + " FROM waybill_push_tokens WHERE token_id IS NOT NULL AND user_id IN (",
	}
}

// bind puts in the dialect's placeholders.
func (d Dialect) bind(query string) string {
	if d != Postgres {
		return query
	}
	var b strings.Builder
	n := 0
	for _, c := range query {
		if c != '?' {
			b.WriteRune(c)
			continue
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
	}
	return b.String()
}

// text is an id as the dialect's column wants it: MySQL keeps ids as bytes, so
// that it compares them as we do.
func (d Dialect) text(s string) any {
	if d == MySQL {
		return []byte(s)
	}
	return s
}

// listed is how many users one query asks for.
const listed = 200

// Tokens implements [push.Registry].
func (r *Registry) Tokens(ctx context.Context, users []string) ([][]push.Registration, error) {
	out := make([][]push.Registration, len(users))
	at := make(map[string][]int, len(users))
	var distinct []string
	for i, u := range users {
		if at[u] == nil {
			distinct = append(distinct, u)
		}
		at[u] = append(at[u], i)
	}
	for from := 0; from < len(distinct); from += listed {
		part := distinct[from:min(from+listed, len(distinct))]
		if err := r.list(ctx, part, func(x push.Registration) {
			for _, i := range at[x.User] {
				out[i] = append(out[i], x)
			}
		}); err != nil {
			return nil, failed(ctx, "tokens", err)
		}
	}
	for i := range out {
		push.SortRegistrations(out[i])
	}
	return out, nil
}

func (r *Registry) list(ctx context.Context, users []string, each func(push.Registration)) error {
	args := make([]any, len(users))
	for i, u := range users {
		args[i] = r.q.d.text(u)
	}
	query := r.q.d.bind(r.q.list + strings.Repeat("?, ", len(users)-1) + "?)")
	rows, err := r.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var x push.Registration
		var ms int64
		t := &x.Token
		if err := rows.Scan(&x.User, &x.Device, &t.Vendor, &t.App, &t.Env, &t.Value, &t.OS, &t.Language, &ms); err != nil {
			return err
		}
		x.At = time.UnixMilli(ms).UTC()
		each(x)
	}
	return rows.Err()
}

// Remove implements [push.Registry].
func (r *Registry) Remove(ctx context.Context, t push.Token, notAfter time.Time) (bool, error) {
	removed := false
	err := again(ctx, func() error {
		res, err := r.db.ExecContext(ctx, r.q.dead, t.ID(), notAfter.UnixMilli())
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		removed = n > 0
		return err
	})
	return removed, failed(ctx, "remove", err)
}

// failed is the error of the database, nil for nil.
func failed(ctx context.Context, op string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return waybill.FromContext(ctx).With(name, op, "")
	}
	return &waybill.Error{Code: waybill.Unavailable, Scope: waybill.ScopeProvider, Provider: name, Op: op, Message: "the database refused or did not answer", Err: err}
}

var _ push.Registry = (*Registry)(nil)
