// Package sqlmail writes down in a relational database what was sent to whom, over
// database/sql with the application's own driver: PostgreSQL, MySQL or MariaDB,
// SQLite.
//
// # Use
//
//	recorder, err := sqlmail.New(db, sqlmail.PostgreSQL, &sqlmail.Options{Application: "orders"})
//	err = recorder.Migrate(ctx)
//	client, err := mail.New(mail.With(relay), mail.WithRecorder(recorder))
//
// # Never twice
//
// A mail has one record per recipient. Its Key, within one application and tenant,
// is held for as long as any of them may have got it: one did, or that is
// ambiguous, or the mail is under way, or its process died. A second Begin with
// it is refused as AlreadyExists, and errors.As finds an [Existing] with the first
// recipient's record. So a caller that does not know what happened sends again
// with the same key; a mail to only those whom a relay refused is another mail,
// with a key of its own. A mail that was certainly sent to nobody gives its key
// back; AllowDuplicates passes over it.
//
// [Recorder.Open] lists what is ambiguous, and [Recorder.Resolve] writes down what
// somebody found, in a relay's log by the Message-ID or the queue's id.
//
// # Personal data
//
// The recipient is masked, or a keyed hash with Options.HashKey; neither subject
// nor text is stored. [Recorder.Purge] deletes what is old, and with it the keys.
//
// # Schema
//
// Two tables, waybill_records and waybill_reports, made by [Recorder.Migrate] or
// by hand from [Migrations]; sqlsms has the same ones, and they may be shared.
// Rows name their domain, mail. Times are microseconds since 1970 in UTC.
//
// # Errors
//
// A database that does not answer is Unavailable before the network, so that
// nothing is sent unrecorded. What could not be ended goes to Options.OnError; its
// records stay under way, which counts as ambiguous.
package sqlmail

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/sqlrecords"
	"github.com/waybill-go/waybill/mail"
)

// Dialect is the SQL that a database speaks.
type Dialect = sqlrecords.Dialect

// The dialects.
const (
	PostgreSQL = sqlrecords.PostgreSQL // from version 12 on
	MySQL      = sqlrecords.MySQL      // from version 8 on, and MariaDB from 10.6 on
	SQLite     = sqlrecords.SQLite     // from version 3.35 on
)

// Existing is the error behind AlreadyExists. Its Record is that of the first
// recipient of the earlier mail with the same key.
type Existing = sqlrecords.Existing

// Migration is one step of the schema.
type Migration = sqlrecords.Migration

// Migrations returns the schema of a dialect in steps, for those who run theirs
// with a tool of their own.
func Migrations(d Dialect) ([]Migration, error) { return sqlrecords.Migrations(d) }

// Options tune a Recorder; nil means the defaults.
type Options struct {
	// Application and ProductLine are written into every record.
	Application, ProductLine string
	// HashKey, when set, has the recipient written as HMAC-SHA-256 of the
	// address in small letters in the place of a masked one, so that one
	// person's mails can be found.
	HashKey []byte
	// EndTimeout bounds the writing of outcomes, which outlives the call's
	// context. Default 10 s.
	EndTimeout time.Duration
	// OnError hears which outcomes could not be written. It may be called by
	// many goroutines at once.
	OnError func(context.Context, []waybill.Record, error)
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "sqlmail.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("sqlmail.Options") }

// Recorder is a [mail.Recorder] in a database. It is safe for concurrent use.
type Recorder struct {
	store *sqlrecords.Store
	hash  []byte
}

// New returns a recorder in db, which stays the caller's. It does not use the
// network.
func New(db *sql.DB, d Dialect, o *Options) (*Recorder, error) {
	if o == nil {
		o = new(Options)
	}
	store, err := sqlrecords.New(db, d, sqlrecords.Options{
		Domain: "mail", Application: o.Application, ProductLine: o.ProductLine, Together: true, Timeout: o.EndTimeout, OnError: o.OnError,
	})
	if err != nil {
		return nil, err
	}
	return &Recorder{store: store, hash: slices.Clone(o.HashKey)}, nil
}

// Migrate brings the schema up to date. Several processes may call it at once.
func (r *Recorder) Migrate(ctx context.Context) error { return r.store.Migrate(ctx) }

// maxRecipient is what a column takes of a masked address, in characters.
const maxRecipient = 190

// Recipient implements [mail.RecipientWriter].
func (r *Recorder) Recipient(a mail.Address) string {
	if len(r.hash) > 0 {
		h := hmac.New(sha256.New, r.hash)
		h.Write([]byte(strings.ToLower(a.Addr)))
		return hex.EncodeToString(h.Sum(nil))
	}
	masked := []rune(a.String())
	return string(masked[:min(len(masked), maxRecipient)])
}

// Begin implements [mail.Recorder] by one INSERT, or by one for each 250
// recipients in a transaction.
func (r *Recorder) Begin(ctx context.Context, records []waybill.Record) error {
	return r.store.Begin(ctx, records)
}

// End implements [mail.Recorder] by one statement for each 250 recipients.
func (r *Recorder) End(ctx context.Context, records []waybill.Record) { r.store.End(ctx, records) }

// Find returns the records of a caller's key, the latest mail's first. At most
// 100.
func (r *Recorder) Find(ctx context.Context, tenant, key string) ([]waybill.Record, error) {
	records, _, err := r.store.Find(ctx, tenant, key, "")
	return records, err
}

// Open returns the records that began before a time and may have been sent: the
// ambiguous ones, and those of processes that died. The oldest come first, at
// most limit.
func (r *Recorder) Open(ctx context.Context, before time.Time, limit int) ([]waybill.Record, error) {
	return r.store.Open(ctx, before, limit)
}

// Resolve writes down what became of an open record after all, under the relay's
// id if that is known, and reports whether it was open. When all records of a
// mail are NotSent, its key can be used again, so say it only with proof. An
// Ambiguous outcome changes nothing.
func (r *Recorder) Resolve(ctx context.Context, id string, outcome waybill.Delivery, queueID string) (bool, error) {
	if outcome == waybill.Ambiguous {
		return false, nil
	}
	return r.store.Resolve(ctx, id, outcome, queueID)
}

// Count is how many recipients share what it names.
type Count = sqlrecords.Count

// Counts returns how many records began in [from, to), by application, tenant,
// relay instance, kind, template, region, outcome and hour. An empty application
// means all.
func (r *Recorder) Counts(ctx context.Context, application string, from, to time.Time) ([]Count, error) {
	return r.store.Counts(ctx, application, from, to)
}

// Purge deletes this application's records that began before a time, and returns
// how many went. Their keys can then be used again.
func (r *Recorder) Purge(ctx context.Context, before time.Time) (int64, error) {
	return r.store.Purge(ctx, before)
}

var (
	_ mail.Recorder        = (*Recorder)(nil)
	_ mail.RecipientWriter = (*Recorder)(nil)
)
