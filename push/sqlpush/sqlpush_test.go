package sqlpush

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/sqlrecords"
	"github.com/waybill-go/waybill/push"
)

// broken is a driver whose every statement fails in the same way. The tests on
// real databases are in internal/dbtest.
type broken struct {
	err   error
	tries int
}

func (b *broken) Connect(context.Context) (driver.Conn, error) { return &brokenConn{b}, nil }
func (b *broken) Driver() driver.Driver                        { return nil }

type brokenConn struct{ b *broken }

func (c *brokenConn) Prepare(string) (driver.Stmt, error) { c.b.tries++; return nil, c.b.err }
func (c *brokenConn) Close() error                        { return nil }
func (c *brokenConn) Begin() (driver.Tx, error)           { return brokenTx{}, nil }

type brokenTx struct{}

func (brokenTx) Commit() error   { return nil }
func (brokenTx) Rollback() error { return nil }

// state is an error with an SQLSTATE, as PostgreSQL's drivers have it.
type state string

func (s state) Error() string    { return "secret-words of the server" }
func (s state) SQLState() string { return string(s) }

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		err   error
		tries int
	}{
		{state("40001"), sqlrecords.Tries}, {state("40P01"), sqlrecords.Tries}, {state("23505"), sqlrecords.Tries}, {state("42P01"), 1},
		{errors.New("Error 1213 (40001): Deadlock found when trying to get lock"), sqlrecords.Tries},
		{errors.New("Error 1062 (23000): Duplicate entry"), sqlrecords.Tries},
		{errors.New("database is locked (5) (SQLITE_BUSY)"), sqlrecords.Tries},
		{errors.New("constraint failed: UNIQUE constraint failed"), sqlrecords.Tries},
		{errors.New("no such table: secret-words"), 1},
	} {
		synctest.Test(t, func(t *testing.T) { failing(t, c.err, c.tries) })
	}
}

// failing tries a registry whose database has one word for everything.
func failing(t *testing.T, cause error, tries int) {
	b := &broken{err: cause}
	db := sql.OpenDB(b)
	defer db.Close()
	r, err := New(db, SQLite)
	if err != nil {
		t.Fatal(err)
	}
	x := push.Registration{User: "u", Token: push.Token{Vendor: push.FCM, Value: "secret-words"}, At: time.Now()}
	err = r.Report(t.Context(), x)
	if waybill.CodeOf(err) != waybill.Unavailable || strings.Contains(fmt.Sprintf("%+v", err), "secret") || b.tries != tries {
		t.Errorf("%v: %v after %d tries, want %d", cause, err, b.tries, tries)
	}
	if s := state(""); errors.As(cause, &s) && !errors.As(err, &s) {
		t.Error("the driver's error cannot be found")
	}
	b.tries = 0
	if ok, err := r.Remove(t.Context(), x.Token, time.Now()); ok || waybill.CodeOf(err) != waybill.Unavailable || b.tries != tries {
		t.Errorf("remove: %t, %v", ok, err)
	}
	if _, err := r.Tokens(t.Context(), []string{"u"}); waybill.CodeOf(err) != waybill.Unavailable {
		t.Errorf("tokens: %v", err)
	}
	if err := Migrate(t.Context(), db, SQLite); waybill.CodeOf(err) != waybill.Unavailable {
		t.Errorf("migrate: %v", err)
	}
}

func TestEndedContext(t *testing.T) {
	db := sql.OpenDB(&broken{err: state("40001")})
	defer db.Close()
	r, err := New(db, PostgreSQL)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Report(ctx, push.Registration{User: "u", Token: push.Token{Vendor: push.FCM, Value: "t"}, At: time.Now()}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := r.Report(t.Context(), push.Registration{}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("invalid: %v", err)
	}
	if lists, err := r.Tokens(t.Context(), nil); err != nil || len(lists) != 0 {
		t.Errorf("nobody asked for: %v", err)
	}
}

func TestDialects(t *testing.T) {
	for _, d := range []Dialect{PostgreSQL, MySQL, SQLite} {
		statements, err := Schema(d)
		if err != nil || len(statements) == 0 || !strings.Contains(statements[0], "IF NOT EXISTS") {
			t.Errorf("%s: %q, %v", d, statements, err)
		}
		if q := newQueries(d); (d == PostgreSQL) == strings.Contains(q.insert, "?") || strings.Count(q.insert, ",") < 20 {
			t.Errorf("%s: %q", d, q.insert)
		}
	}
	db := sql.OpenDB(&broken{})
	defer db.Close()
	_, err1 := New(nil, PostgreSQL)
	_, err2 := New(db, 9)
	_, err3 := Schema(9)
	for _, err := range []error{err1, err2, err3, Migrate(t.Context(), nil, PostgreSQL), Migrate(t.Context(), db, 0)} {
		if waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("got %v", err)
		}
	}
}
