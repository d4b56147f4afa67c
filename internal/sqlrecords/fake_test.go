package sqlrecords

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync"
)

// fakeDB is a database that keeps the statements it was given and answers as a
// test says.
type fakeDB struct {
	mu sync.Mutex
	// statements are those that came, args those of the last.
	statements []string
	args       []driver.NamedValue
	// ctx is that of the last statement.
	ctx context.Context
	// fail returns the error of a statement, rows the answer to a query.
	fail func(query string) error
	rows func(query string) [][]driver.Value
	// ended is how transactions ended.
	ended []string
}

var errBroken = errors.New("broken: +447700900123")

func (f *fakeDB) open() *sql.DB { return sql.OpenDB(f) }

// seen returns how many statements began with a text.
func (f *fakeDB) seen(prefix string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, s := range f.statements {
		if strings.HasPrefix(s, prefix) {
			n++
		}
	}
	return n
}

func (f *fakeDB) take(ctx context.Context, query string, args []driver.NamedValue) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.statements, f.args, f.ctx = append(f.statements, query), args, ctx
	if f.fail != nil {
		return f.fail(query)
	}
	return nil
}

// Connect implements driver.Connector.
func (f *fakeDB) Connect(context.Context) (driver.Conn, error) { return fakeConn{f}, nil }

// Driver implements driver.Connector.
func (f *fakeDB) Driver() driver.Driver { return nil }

type fakeConn struct{ f *fakeDB }

func (c fakeConn) Prepare(string) (driver.Stmt, error) { return nil, errors.New("not prepared") }
func (c fakeConn) Close() error                        { return nil }
func (c fakeConn) Begin() (driver.Tx, error)           { return fakeTx(c), nil }

func (c fakeConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return driver.RowsAffected(1), c.f.take(ctx, query, args)
}

func (c fakeConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.f.take(ctx, query, args); err != nil {
		return nil, err
	}
	if c.f.rows == nil {
		return &fakeRows{}, nil
	}
	return &fakeRows{rows: c.f.rows(query)}, nil
}

type fakeTx struct{ f *fakeDB }

func (t fakeTx) Commit() error   { t.f.ended = append(t.f.ended, "commit"); return nil }
func (t fakeTx) Rollback() error { t.f.ended = append(t.f.ended, "rollback"); return nil }

type fakeRows struct{ rows [][]driver.Value }

func (r *fakeRows) Columns() []string {
	if len(r.rows) == 0 {
		return []string{"a"}
	}
	return make([]string, len(r.rows[0]))
}

func (r *fakeRows) Close() error { return nil }

func (r *fakeRows) Next(dest []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}
	copy(dest, r.rows[0])
	r.rows = r.rows[1:]
	return nil
}
