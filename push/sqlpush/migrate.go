package sqlpush

import (
	"context"
	"database/sql"

	"github.com/waybill-go/waybill/internal/sqlrecords"
)

// columns is the table in the dialect's types. {id} is a text that compares byte
// by byte, of at most 255 bytes.
var columns = map[Dialect]map[string]string{
	PostgreSQL: {"id": "VARCHAR(255)", "hash": "CHAR(64)", "value": "VARCHAR(4096)"},
	MySQL:      {"id": "VARBINARY(255)", "hash": "CHAR(64) CHARACTER SET ascii", "value": "VARCHAR(4096) CHARACTER SET ascii"},
	SQLite:     {"id": "TEXT", "hash": "TEXT", "value": "TEXT"},
}

// steps are the migrations, each of statements that do no harm when they are run
// again.
func steps(d Dialect) []string {
	c := columns[d]
	table := `CREATE TABLE IF NOT EXISTS waybill_push_tokens (
	slot_id ` + c["hash"] + ` NOT NULL PRIMARY KEY,
	token_id ` + c["hash"] + ` NULL UNIQUE,
	user_id ` + c["id"] + ` NOT NULL,
	device ` + c["id"] + ` NOT NULL,
	vendor VARCHAR(32) NOT NULL,
	app ` + c["id"] + ` NOT NULL,
	env VARCHAR(16) NOT NULL,
	token_value ` + c["value"] + ` NOT NULL,
	os SMALLINT NOT NULL,
	language VARCHAR(35) NOT NULL,
	reported BIGINT NOT NULL,
	version BIGINT NOT NULL`
	if d == MySQL {
		return []string{table + `,
	INDEX waybill_push_tokens_user (user_id)
)`}
	}
	return []string{table + "\n)", "CREATE INDEX IF NOT EXISTS waybill_push_tokens_user ON waybill_push_tokens (user_id)"}
}

// Schema returns the statements that Migrate runs, for those who keep their
// migrations elsewhere; the records have [Migrations]. They are all of the kind that may be run again.
func Schema(d Dialect) ([]string, error) {
	if _, ok := columns[d]; !ok {
		return nil, check(new(sql.DB), d)
	}
	return steps(d), nil
}

// Migrate makes the tables of the registry, or leaves them as they are; those of the
// records are made by [Recorder.Migrate]. Several
// processes may call it at the same time, and at every start.
func Migrate(ctx context.Context, db *sql.DB, d Dialect) error {
	if err := check(db, d); err != nil {
		return err
	}
	for _, statement := range steps(d) {
		err := sqlrecords.Again(ctx, func() error {
			_, err := db.ExecContext(ctx, statement)
			return err
		})
		if err != nil {
			return failed(ctx, "migrate", err)
		}
	}
	return nil
}
