package sqlpush_test

import (
	"fmt"

	"github.com/waybill-go/waybill/push/sqlpush"
)

// The statements of a migration, for those who keep theirs elsewhere.
func ExampleSchema() {
	statements, err := sqlpush.Schema(sqlpush.Postgres)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(statements[1])
	// Output: CREATE INDEX IF NOT EXISTS waybill_push_tokens_user ON waybill_push_tokens (user_id)
}
