package sqlpush_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/sqlpush"
)

// The statements of a migration, for those who keep theirs elsewhere.
func ExampleSchema() {
	statements, err := sqlpush.Schema(sqlpush.PostgreSQL)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(statements[1])
	// Output: CREATE INDEX IF NOT EXISTS waybill_push_tokens_user ON waybill_push_tokens (user_id)
}

func ExampleMigrations() {
	steps, err := sqlpush.Migrations(sqlpush.MySQL)
	fmt.Println(steps[0].Version, steps[0].Name, err)
	// Output: 1 0001_records.sql <nil>
}

// nowhere stands for the driver that an application imports.
type nowhere struct{}

func (nowhere) Connect(context.Context) (driver.Conn, error) { return nil, errors.New("nobody there") }
func (nowhere) Driver() driver.Driver                        { return nil }

// maker stands for an adapter, such as huaweipush.
type maker struct{}

func (maker) Name() string { return "maker" }

func (maker) Send(_ context.Context, _ *push.Notification, tokens []push.Token) []push.Result {
	fmt.Println("the network was used")
	return make([]push.Result, len(tokens))
}

// What cannot be written down is not sent; and a repeat with the same key reaches
// those only who certainly have nothing yet.
func ExampleNewRecorder() {
	db := sql.OpenDB(nowhere{})
	defer db.Close()
	recorder, err := sqlpush.NewRecorder(db, sqlpush.PostgreSQL, &sqlpush.RecorderOptions{Application: "orders"})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := push.New(push.With(maker{}), push.WithRecorder(recorder))
	if err != nil {
		fmt.Println(err)
		return
	}
	n := &push.Notification{Kind: push.KindOrder, Title: "Your driver is here", Key: "order-17-arrived"}
	for _, r := range client.Send(context.Background(), n, []push.Token{{Vendor: push.Huawei, Value: "token-of-a-phone"}}) {
		var held *sqlpush.Existing
		switch {
		case errors.As(r.Err, &held):
			fmt.Println("it has it already:", held.Record.Delivery)
		case r.Err != nil:
			fmt.Println(r.Err.Code, waybill.DeliveryOf(r.Err))
		}
	}
	// Output: unavailable not_sent
}
