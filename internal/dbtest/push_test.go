package dbtest

import (
	"context"
	"database/sql"
	"sync"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/push/sqlpush"
)

var pushDatabases = map[sqlpush.Dialect]func(testing.TB) *sql.DB{
	sqlpush.PostgreSQL: Postgres, sqlpush.MySQL: MariaDB, sqlpush.SQLite: SQLite,
}

func TestPushRegistry(t *testing.T) {
	for dialect, open := range pushDatabases {
		t.Run(dialect.String(), func(t *testing.T) {
			t.Parallel()
			db := open(t)
			if err := sqlpush.Migrate(t.Context(), db, dialect); err != nil {
				t.Fatal(err)
			}
			make := func(t testing.TB) push.Registry {
				r, err := sqlpush.New(db, dialect)
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			pushtest.RunRegistry(t, pushtest.RegistryHarness{
				New: func(t testing.TB) push.Registry {
					exec(t, db, "DELETE FROM waybill_push_tokens")
					return make(t)
				},
				Again: func(t testing.TB, _ push.Registry) push.Registry { return make(t) },
			})
		})
	}
}

// Several processes start at the same time, and again.
func TestPushMigrations(t *testing.T) {
	for dialect, open := range pushDatabases {
		t.Run(dialect.String(), func(t *testing.T) {
			t.Parallel()
			db := open(t)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if err := sqlpush.Migrate(t.Context(), db, dialect); err != nil {
						t.Errorf("migrate: %v: %v", err, cause(err))
					}
				})
			}
			wg.Wait()
			if err := sqlpush.Migrate(t.Context(), db, dialect); err != nil {
				t.Error(err)
			}
		})
	}
}

func cause(err error) error {
	if e := waybill.AsError(err); e != nil {
		return e.Err
	}
	return nil
}

func TestPushWithoutTables(t *testing.T) {
	db := SQLite(t)
	r, err := sqlpush.New(db, sqlpush.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Tokens(context.Background(), []string{"u"}); waybill.CodeOf(err) != waybill.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestPushManyUsers(t *testing.T) {
	db := SQLite(t)
	if err := sqlpush.Migrate(t.Context(), db, sqlpush.SQLite); err != nil {
		t.Fatal(err)
	}
	r, err := sqlpush.New(db, sqlpush.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	users := make([]string, 450)
	for i := range users {
		users[i] = string(rune('a'+i%26)) + string(rune('a'+i/26))
		if err := r.Report(t.Context(), push.Registration{User: users[i], Token: push.Token{Vendor: push.FCM, Value: "t" + users[i]}, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	lists, err := r.Tokens(t.Context(), users)
	if err != nil {
		t.Fatal(err)
	}
	for i := range lists {
		if len(lists[i]) != 1 || lists[i][0].Token.Value != "t"+users[i] {
			t.Fatalf("user %d has %v", i, lists[i])
		}
	}
}
