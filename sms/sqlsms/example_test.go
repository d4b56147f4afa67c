package sqlsms_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/sqlsms"
)

// nowhere stands for the driver that an application imports.
type nowhere struct{}

func (nowhere) Connect(context.Context) (driver.Conn, error) { return nil, errors.New("nobody there") }
func (nowhere) Driver() driver.Driver                        { return nil }

func ExampleNew() {
	db := sql.OpenDB(nowhere{})
	defer db.Close()
	recorder, err := sqlsms.New(db, sqlsms.PostgreSQL, &sqlsms.Options{Application: "orders"})
	if err != nil {
		fmt.Println(err)
		return
	}
	// What cannot be written down is not sent.
	err = recorder.Begin(context.Background(), waybill.Record{ID: "1", Key: "order-17"})
	fmt.Println(err, waybill.DeliveryOf(err))
	// Output: sms: begin: unavailable (the database did not do the statement) not_sent
}

func ExampleMigrations() {
	steps, err := sqlsms.Migrations(sqlsms.MySQL)
	fmt.Println(steps[0].Version, steps[0].Name, err)
	// Output: 1 0001_records.sql <nil>
}

func TestRecipient(t *testing.T) {
	db := sql.OpenDB(nowhere{})
	defer db.Close()
	n := sms.Number("+447700900123")
	for name, key := range map[string][]byte{"masked": nil, "hashed": []byte("k"), "with another key": []byte("l")} {
		r, err := sqlsms.New(db, sqlsms.SQLite, &sqlsms.Options{HashKey: key})
		if err != nil {
			t.Fatal(err)
		}
		got := r.Recipient(n)
		if key == nil && got != n.Masked() || key != nil && (len(got) != 64 || got == r.Recipient("+447700900124")) {
			t.Errorf("%s: %d characters", name, len(got))
		}
	}
	if _, err := sqlsms.New(nil, sqlsms.SQLite, nil); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Error(err)
	}
}

func TestReportsAreChecked(t *testing.T) {
	db := sql.OpenDB(nowhere{})
	defer db.Close()
	r, err := sqlsms.New(db, sqlsms.SQLite, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Report(t.Context(), sms.DeliveryReport{Gateway: "g"}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("neither id nor key: %v", err)
	}
	if err := r.Report(t.Context(), sms.DeliveryReport{Gateway: "g", ID: "1", At: time.Now()}); waybill.CodeOf(err) != waybill.Unavailable {
		t.Errorf("nobody there: %v", err)
	}
	if ok, err := r.Resolve(t.Context(), "1", sms.Outcome{}); ok || err != nil {
		t.Errorf("nothing to write: %v, %v", ok, err)
	}
	if _, err := r.Find(t.Context(), "", "k"); waybill.CodeOf(err) != waybill.Unavailable {
		t.Error(err)
	}
}
