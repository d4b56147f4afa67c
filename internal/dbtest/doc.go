// Package dbtest holds the tests that need a database and its driver: the
// packages for database/sql know no driver, so their tests against PostgreSQL
// with PostGIS, MariaDB and SQLite live here, in a module of their own.
//
// A database server is found by an environment variable, WAYBILL_TEST_POSTGRES
// or WAYBILL_TEST_MARIADB, that holds the driver's data source name; a test
// without it is skipped with that reason. SQLite needs nothing.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql" // the driver "mysql"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

var count atomic.Int64

func unique() string {
	return fmt.Sprintf("waybill_%d_%d_%d", os.Getpid(), time.Now().UnixNano()%1e9, count.Add(1))
}

// PostgresDSN returns the data source name of a fresh schema of the PostgreSQL
// server, with PostGIS's functions in reach, for drivers that are opened by
// hand. The schema is dropped when the test ends.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv("WAYBILL_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("WAYBILL_TEST_POSTGRES is not set")
	}
	admin := open(t, "pgx", dsn)
	schema := unique()
	exec(t, admin, "CREATE SCHEMA "+schema)
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.WithoutCancel(t.Context()), "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			t.Errorf("drop schema: %v", err)
		}
	})
	sep := "?"
	if strings.Contains(dsn, "?") {
		sep = "&"
	}
	return dsn + sep + "search_path=" + url.QueryEscape(schema+",public")
}

// Postgres returns an empty schema of the PostgreSQL server.
func Postgres(t testing.TB) *sql.DB {
	t.Helper()
	return open(t, "pgx", PostgresDSN(t))
}

// MariaDB returns an empty database of the MariaDB server.
func MariaDB(t testing.TB) *sql.DB {
	t.Helper()
	dsn := os.Getenv("WAYBILL_TEST_MARIADB")
	if dsn == "" {
		t.Skip("WAYBILL_TEST_MARIADB is not set")
	}
	admin := open(t, "mysql", dsn)
	name := unique()
	exec(t, admin, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4")
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.WithoutCancel(t.Context()), "DROP DATABASE "+name); err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	at := strings.LastIndexByte(dsn, '/') + 1
	_, params, _ := strings.Cut(dsn[at:], "?")
	return open(t, "mysql", dsn[:at]+name+"?"+params)
}

// SQLite returns an empty database in a file of its own, in WAL mode with a busy
// time-out, as a service would open it.
func SQLite(t testing.TB) *sql.DB {
	t.Helper()
	return open(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "test.db")+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)")
}

func open(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatalf("open %s: %v", driver, err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.PingContext(t.Context()); err != nil {
		t.Fatalf("reach %s: %v", driver, err)
	}
	return db
}

func exec(t testing.TB, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
