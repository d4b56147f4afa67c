package sqlrecords

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed schema
var schema embed.FS

// Migration is one step of the schema.
type Migration struct {
	// Version counts from 1, Name is the file's.
	Version int
	Name    string
	// Statements are to be run in order, each by itself.
	Statements []string
}

// Migrations returns the steps of a dialect in order.
func Migrations(d Dialect) ([]Migration, error) {
	names, err := fs.Glob(schema, path.Join("schema", d.String(), "*.sql"))
	if err != nil || len(names) == 0 {
		return nil, errors.New("sqlrecords: there is no schema for this dialect")
	}
	slices.Sort(names)
	out := make([]Migration, len(names))
	for i, name := range names {
		b, err := schema.ReadFile(name)
		if err != nil {
			return nil, err
		}
		out[i] = Migration{Version: i + 1, Name: path.Base(name)}
		for s := range strings.SplitSeq(string(b), ";\n") {
			if s = strings.TrimSpace(s); s != "" {
				out[i].Statements = append(out[i].Statements, s)
			}
		}
	}
	return out, nil
}

// migrationLock is the number of the lock that keeps two processes from
// migrating at once.
const migrationLock = 0x7761797362 // "waysb"

// Migrate brings the schema up to date. Several processes may call it at once;
// every step may also be run by hand before.
func (s *Store) Migrate(ctx context.Context) error {
	steps, err := Migrations(s.d)
	if err != nil {
		return err
	}
	c, err := s.db.Conn(ctx) // locks belong to a session
	if err != nil {
		return s.failed(ctx, "migrate", err)
	}
	defer c.Close()
	unlock, err := s.lock(ctx, c)
	if err != nil {
		return s.failed(ctx, "migrate", err)
	}
	defer unlock()
	if _, err := c.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS waybill_schema (name VARCHAR(32) NOT NULL PRIMARY KEY, version INTEGER NOT NULL)"); err != nil {
		return s.failed(ctx, "migrate", err)
	}
	version := 0
	err = c.QueryRowContext(ctx, "SELECT version FROM waybill_schema WHERE name = 'records'").Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = c.ExecContext(ctx, "INSERT INTO waybill_schema (name, version) SELECT 'records', 0 WHERE NOT EXISTS (SELECT 1 FROM waybill_schema WHERE name = 'records')")
	}
	if err != nil {
		return s.failed(ctx, "migrate", err)
	}
	for _, step := range steps {
		if step.Version <= version {
			continue
		}
		for _, statement := range step.Statements {
			if _, err := c.ExecContext(ctx, statement); err != nil {
				return s.failed(ctx, "migrate", err)
			}
		}
		if _, err := c.ExecContext(ctx, s.d.Rebind("UPDATE waybill_schema SET version = ? WHERE name = 'records' AND version < ?"), step.Version, step.Version); err != nil {
			return s.failed(ctx, "migrate", err)
		}
	}
	return nil
}

// lock keeps other processes from migrating. SQLite needs none: every statement
// of the schema may be run twice.
func (s *Store) lock(ctx context.Context, c *sql.Conn) (unlock func(), err error) {
	lasting := context.WithoutCancel(ctx)
	switch s.d {
	case PostgreSQL:
		_, err = c.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock))
		return func() { _, _ = c.ExecContext(lasting, "SELECT pg_advisory_unlock($1)", int64(migrationLock)) }, err
	case MySQL:
		var got sql.NullInt64
		err = c.QueryRowContext(ctx, "SELECT GET_LOCK('waybill_schema', 60)").Scan(&got)
		if err == nil && got.Int64 != 1 {
			err = errors.New("the schema is locked")
		}
		return func() { _, _ = c.ExecContext(lasting, "DO RELEASE_LOCK('waybill_schema')") }, err
	}
	return func() {}, nil
}
