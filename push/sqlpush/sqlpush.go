// Package sqlpush keeps the registry of package push in a database, and writes down
// there what was sent to whom, through database/sql: PostgreSQL, MySQL or MariaDB,
// SQLite. It links no driver; the application opens the database with its own.
//
// # The registry
//
// [New] returns it. It has one table, waybill_push_tokens, made by [Migrate]: a row
// for each user, device, vendor, app and environment, with the token, which is
// personal data, and the time of its report. A row whose token was taken away stays,
// without the token, so that an older report cannot bring it back. A token stands in
// one row at most; an index holds that.
//
// A report is one transaction at the database's default isolation. When two
// collide (a deadlock, a serialization failure, a unique index, a busy file) it is
// tried again, at most 20 times with growing pauses of up to 50 ms. SQLite should be
// opened with a busy time-out, and in WAL mode. Whether a report that failed was
// kept is not known; repeating it does no harm.
//
// # The records
//
//	recorder, err := sqlpush.NewRecorder(db, sqlpush.PostgreSQL, &sqlpush.RecorderOptions{Application: "orders"})
//	err = recorder.Migrate(ctx)
//	client, err := push.New(push.With(fcm), push.WithRecorder(recorder))
//	receipts, err := push.NewReceiptHandler(reader, recorder.Report, nil)
//
// There is one row for each token and send, begun before the network and ended with
// the outcome, and one for each send to a topic or to everybody. A batch takes few
// statements: one for 250 tokens, before and after.
//
// # Never twice
//
// One key of the caller's covers all tokens of a notification, in as many batches and
// calls as it takes. So a retry is recognised by key and token together, within one
// application and tenant: the pair is held for as long as the notification may have
// been sent to the token. It was, or that is ambiguous, or it is under way, or its
// process died. Then that token is refused as AlreadyExists, and errors.As finds an
// [Existing] that says what became of the first; the other tokens of the batch go on.
// The same key to another token is another send, as is the same token with another
// vendor, app or environment. A topic, and everybody, count as a token does.
//
// So who does not know how far a send came repeats it whole, with the same key: those
// who have it, or may have, do not get it again. What was certainly not sent gives its
// pair back. AllowDuplicates passes over the pair. [push.Users] does not go on
// to a device's next token, or to another sender, when the first is refused so; but a
// device whose first token failed and whose second took it holds only the second, and
// a repeat tries the first anew.
//
// [Recorder.Open] lists what is ambiguous, and [Recorder.Resolve] writes down what
// somebody found.
//
// # Receipts
//
// [Recorder.Report] finds the row by the vendor's id and the token, as one id mostly
// stands for a batch, or by the caller's key and the token, where the answer with the
// id was lost; of two sends with both, such as two tenants', it is nobody's. A receipt
// that names no token is nobody's, as are those of the devices that a topic reached.
// What came before the end of its send is found then.
//
// # Personal data
//
// A token is written as its first four characters and a hash of it, or with
// RecorderOptions.HashKey as a keyed hash alone. Neither text nor data is stored.
// [Recorder.Purge] deletes what is old, and with it the keys.
//
// The two tables of the records, waybill_records and waybill_reports, are made by
// [Recorder.Migrate] or by hand from [Migrations]; sqlsms and sqlmail have the same
// ones, and they may be shared. Rows name their domain, push. Times are microseconds
// since 1970 in UTC.
//
// # Errors
//
// What the database refuses is Unavailable; the driver's error is found by
// errors.As, and its text is not in ours. A send whose record cannot begin is not
// made. What could not be ended goes to RecorderOptions.OnError; its records stay
// under way, which counts as ambiguous.
//
// # Concurrency
//
// A Registry and a Recorder are safe for concurrent use, by several processes too.
package sqlpush

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/sqlrecords"
	"github.com/waybill-go/waybill/push"
)

const name = "sqlpush"

// Dialect is the SQL that a database speaks.
type Dialect = sqlrecords.Dialect

// The dialects.
const (
	PostgreSQL = sqlrecords.PostgreSQL // from version 12 on
	MySQL      = sqlrecords.MySQL      // from version 8 on, and MariaDB from 10.6 on
	SQLite     = sqlrecords.SQLite     // from version 3.35 on
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
	return &Registry{db: db, q: newQueries(d)}, nil
}

func check(db *sql.DB, d Dialect) error {
	if db == nil {
		return waybill.Invalid("new", "the database is nil").With(name, "", "")
	}
	if d < PostgreSQL || d > SQLite {
		return waybill.Invalid("new", "the dialect is unknown").With(name, "", "")
	}
	return nil
}

// queries are the statements, with the dialect's placeholders.
type queries struct {
	d                                                      Dialect
	lock, leave, taken, newest, update, insert, dead, list string
}

func newQueries(d Dialect) queries {
	const columns = "user_id, device, vendor, app, env, token_value, os, language, reported"
	return queries{
		d: d,
		// A write at the very beginning: it locks the row, in SQLite the file.
		lock:   d.Rebind("UPDATE waybill_push_tokens SET version = version + 1 WHERE slot_id = ?"),
		newest: d.Rebind("SELECT reported, token_id IS NULL FROM waybill_push_tokens WHERE slot_id = ?"),
		leave: d.Rebind("UPDATE waybill_push_tokens SET token_id = NULL, token_value = '', version = version + 1" +
			" WHERE token_id = ? AND slot_id <> ? AND reported <= ?"),
		taken: d.Rebind("SELECT reported FROM waybill_push_tokens WHERE token_id = ? AND slot_id <> ?"),
		update: d.Rebind("UPDATE waybill_push_tokens SET token_id = ?, token_value = ?, os = ?, language = ?, reported = ?, version = version + 1" +
			" WHERE slot_id = ?"),
		insert: d.Rebind("INSERT INTO waybill_push_tokens (token_id, token_value, os, language, reported, slot_id, user_id, device, vendor, app, env, version)" +
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"),
		dead: d.Rebind("UPDATE waybill_push_tokens SET token_id = NULL, token_value = '', version = version + 1" +
			" WHERE token_id = ? AND reported <= ?"),
		list: "SELECT " + columns + " FROM waybill_push_tokens WHERE token_id IS NOT NULL AND user_id IN (",
	}
}

// text is an id as the dialect's column wants it: MySQL keeps ids as bytes, so
// that it compares them as we do.
func (q *queries) text(s string) any {
	if q.d == MySQL {
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
		args[i] = r.q.text(u)
	}
	query := r.q.d.Rebind(r.q.list + strings.Repeat("?, ", len(users)-1) + "?)")
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
	err := sqlrecords.Again(ctx, func() error {
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
