package dbtest_test

import (
	"database/sql"
	"testing"

	"github.com/waybill-go/waybill/internal/dbtest"
)

// TestServers proves that each database is there and empty.
func TestServers(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *sql.DB{"postgres": dbtest.Postgres, "mariadb": dbtest.MariaDB, "sqlite": dbtest.SQLite} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			if _, err := db.ExecContext(t.Context(), "CREATE TABLE one (n INTEGER)"); err != nil {
				t.Fatal(err)
			}
			if name != "postgres" {
				return
			}
			var version string
			if err := db.QueryRowContext(t.Context(), "SELECT PostGIS_Version()").Scan(&version); err != nil {
				t.Errorf("PostGIS: %v", err)
			}
		})
	}
}
