package sqlmail_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/mail/sqlmail"
)

// nowhere stands for the driver that an application imports.
type nowhere struct{}

func (nowhere) Connect(context.Context) (driver.Conn, error) { return nil, errors.New("nobody there") }
func (nowhere) Driver() driver.Driver                        { return nil }

func ExampleNew() {
	db := sql.OpenDB(nowhere{})
	defer db.Close()
	recorder, err := sqlmail.New(db, sqlmail.PostgreSQL, &sqlmail.Options{Application: "orders"})
	if err != nil {
		fmt.Println(err)
		return
	}
	// What cannot be written down is not sent.
	err = recorder.Begin(context.Background(), []waybill.Record{{ID: "1", Key: "order-17"}})
	fmt.Println(err, waybill.DeliveryOf(err))
	// Output: mail: begin: unavailable (the database did not do the statement) not_sent
}

func ExampleMigrations() {
	steps, err := sqlmail.Migrations(sqlmail.SQLite)
	fmt.Println(steps[0].Version, steps[0].Name, err)
	// Output: 1 0001_records.sql <nil>
}

func TestRecipient(t *testing.T) {
	db := sql.OpenDB(nowhere{})
	defer db.Close()
	a := mail.Address{Name: "Mei", Addr: "mei@example.com"}
	for name, key := range map[string][]byte{"masked": nil, "hashed": []byte("k"), "with another key": []byte("l")} {
		r, err := sqlmail.New(db, sqlmail.SQLite, &sqlmail.Options{HashKey: key})
		if err != nil {
			t.Fatal(err)
		}
		got := r.Recipient(a)
		if key == nil && got != "m…@example.com" || key != nil && (len(got) != 64 || got != r.Recipient(mail.Address{Addr: "Mei@Example.com"}) || got == r.Recipient(mail.Address{Addr: "mai@example.com"})) {
			t.Errorf("%s: %q", name, got)
		}
	}
	r, err := sqlmail.New(db, sqlmail.SQLite, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Recipient(mail.Address{Addr: "x@" + strings.Repeat("ü", 240)}); len([]rune(got)) != 190 {
		t.Errorf("%d characters", len([]rune(got)))
	}
	if _, err := sqlmail.New(nil, sqlmail.SQLite, nil); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Error(err)
	}
	if ok, err := r.Resolve(t.Context(), "1", waybill.Ambiguous, ""); ok || err != nil {
		t.Errorf("nothing to write: %v, %v", ok, err)
	}
	if _, err := r.Find(t.Context(), "", "k"); waybill.CodeOf(err) != waybill.Unavailable {
		t.Error(err)
	}
	if _, err := r.Open(t.Context(), time.Time{}, 1); waybill.CodeOf(err) != waybill.Unavailable {
		t.Error(err)
	}
	if _, err := r.Counts(t.Context(), "", time.Time{}, time.Time{}); waybill.CodeOf(err) != waybill.Unavailable {
		t.Error(err)
	}
	if _, err := r.Purge(t.Context(), time.Time{}); waybill.CodeOf(err) != waybill.Unavailable {
		t.Error(err)
	}
}
