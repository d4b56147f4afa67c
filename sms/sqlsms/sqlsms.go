// Package sqlsms writes down in a relational database what was sent to whom, over
// database/sql with the application's own driver: PostgreSQL, MySQL or MariaDB,
// SQLite.
//
// # Use
//
//	recorder, err := sqlsms.New(db, sqlsms.PostgreSQL, &sqlsms.Options{Application: "orders"})
//	err = recorder.Migrate(ctx)
//	client, err := sms.New(sms.With(gateway), sms.WithRecorder(recorder))
//	receiver, err := sms.NewReceiver(gateway, sms.ReceiverOptions{Report: recorder.Report})
//
// # Never twice
//
// A message's Key, within one application and tenant, is held for as long as the
// message may have been sent: it was, or that is ambiguous, or it is under way,
// or its process died. A second Begin with it is refused as AlreadyExists, and
// errors.As finds an [Existing] that says what became of the first. So a caller
// that does not know what happened sends again with the same key. A message that
// was certainly not sent gives its key back; AllowDuplicates passes over it.
//
// [Recorder.Open] lists what is ambiguous, and [Recorder.Resolve] writes down what
// a [sms.Reconciler] found.
//
// # Personal data
//
// The recipient is masked, or a keyed hash with Options.HashKey; no text is
// stored. [Recorder.Purge] deletes what is old, and with it the keys.
//
// # Schema
//
// Two tables, waybill_records and waybill_reports, made by [Recorder.Migrate] or
// by hand from [Migrations]. Rows name their domain, sms. Times are
// microseconds since 1970 in UTC.
//
// # Errors
//
// A database that does not answer is Unavailable before the network, so that
// nothing is sent unrecorded. What could not be ended goes to Options.OnError; its
// record stays under way, which counts as ambiguous.
package sqlsms

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
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/sqlrecords"
	"github.com/waybill-go/waybill/sms"
)

// Dialect is the SQL that a database speaks.
type Dialect = sqlrecords.Dialect

// The dialects.
const (
	PostgreSQL = sqlrecords.PostgreSQL // from version 12 on
	MySQL      = sqlrecords.MySQL      // from version 8 on, and MariaDB from 10.6 on
	SQLite     = sqlrecords.SQLite     // from version 3.35 on
)

// Existing is the error behind AlreadyExists. Its Record is that of the earlier
// send with the same key.
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
	// HashKey, when set, has the recipient written as HMAC-SHA-256 in the place
	// of a masked number, so that one person's messages can be found.
	HashKey []byte
	// EndTimeout bounds the writing of an outcome, which outlives the call's
	// context. Default 10 s.
	EndTimeout time.Duration
	// OnError hears which outcomes could not be written. It may be called by
	// many goroutines at once.
	OnError func(context.Context, []waybill.Record, error)
}

// Format prints the type only, so that no log can show the secrets.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "sqlsms.Options") }

// LogValue is what log/slog writes: the type only.
func (Options) LogValue() slog.Value { return slog.StringValue("sqlsms.Options") }

// Recorder is an [sms.Recorder] in a database. It is safe for concurrent use.
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
		Domain: "sms", Application: o.Application, ProductLine: o.ProductLine, Timeout: o.EndTimeout, OnError: o.OnError,
	})
	if err != nil {
		return nil, err
	}
	return &Recorder{store: store, hash: slices.Clone(o.HashKey)}, nil
}

// Migrate brings the schema up to date. Several processes may call it at once.
func (r *Recorder) Migrate(ctx context.Context) error { return r.store.Migrate(ctx) }

// Recipient implements [sms.RecipientWriter].
func (r *Recorder) Recipient(n sms.Number) string {
	if len(r.hash) == 0 {
		return n.Masked()
	}
	h := hmac.New(sha256.New, r.hash)
	h.Write([]byte(n))
	return hex.EncodeToString(h.Sum(nil))
}

// Begin implements [sms.Recorder] by one INSERT.
func (r *Recorder) Begin(ctx context.Context, record waybill.Record) error {
	return r.store.Begin(ctx, []waybill.Record{record})
}

// End implements [sms.Recorder] by one UPDATE. Reports that came before it are
// taken into the record then.
func (r *Recorder) End(ctx context.Context, record waybill.Record) {
	r.store.End(ctx, []waybill.Record{record})
}

// Report writes a delivery report down and into its record, which it finds by the
// gateway's id or by the caller's key. Where several records have these, as those
// of a batch may, the recipient tells them apart; two that look alike masked get
// none, which Options.HashKey avoids. Where the send has not ended yet, End
// finds the report. It is fit for [sms.ReceiverOptions]. Reports may come in any
// order and more than once: what is final counts more than what is not.
func (r *Recorder) Report(ctx context.Context, p sms.DeliveryReport) error {
	if err := p.Validate(); err != nil {
		return err
	}
	code := ""
	if p.Err() != nil {
		code = p.Code.String()
	}
	received := p.Received
	if received.IsZero() {
		received = time.Now()
	}
	recipient := ""
	if p.To != "" {
		recipient = r.Recipient(p.To)
	}
	_, err := r.store.Report(ctx, sqlrecords.Report{
		Gateway: p.Gateway, ID: p.ID, Key: p.Key, Part: p.Part, Recipient: recipient, Status: p.Status.String(), Code: code, VendorCode: p.VendorCode,
		At: p.At, Received: received,
	})
	return err
}

// Sent is a record with what was reported of it.
type Sent struct {
	waybill.Record
	// Status is the worst that was reported of any part, StatusUnknown while
	// nothing was, and Reported when; the zero time means never.
	Status   sms.Status
	Reported time.Time
	// ReportCode and ReportVendorCode say why it did not arrive.
	ReportCode       waybill.Code
	ReportVendorCode string
	// Delivered is how many parts have arrived.
	Delivered int
}

// Find returns the records of a caller's key, the latest first: one, and more
// where earlier ones were not sent. At most 100.
func (r *Recorder) Find(ctx context.Context, tenant, key string) ([]Sent, error) {
	records, reported, err := r.store.Find(ctx, tenant, key, "")
	if err != nil {
		return nil, err
	}
	out := make([]Sent, len(records))
	for i, p := range reported {
		out[i] = Sent{Record: records[i], Reported: p.At, ReportVendorCode: p.VendorCode, Delivered: p.Delivered}
		_ = out[i].Status.UnmarshalText([]byte(p.Status)) // written by Report
		_ = out[i].ReportCode.UnmarshalText([]byte(p.Code))
	}
	return out, nil
}

// Open returns the records that began before a time and may have been sent: the
// ambiguous ones, and those of processes that died. The oldest come first, at
// most limit.
func (r *Recorder) Open(ctx context.Context, before time.Time, limit int) ([]waybill.Record, error) {
	return r.store.Open(ctx, before, limit)
}

// Resolve writes down what became of an open record after all, and reports
// whether it was open. Delivery NotSent gives the key back, so say it only with
// proof. An Ambiguous outcome changes nothing.
func (r *Recorder) Resolve(ctx context.Context, id string, o sms.Outcome) (bool, error) {
	if o.Delivery == waybill.Ambiguous {
		return false, nil
	}
	return r.store.Resolve(ctx, id, o.Delivery, o.ID)
}

// Count is how many messages share what it names.
type Count = sqlrecords.Count

// Counts returns how many messages began in [from, to), by application, tenant,
// gateway instance, kind, template, region, outcome, report and hour. An empty
// application means all.
func (r *Recorder) Counts(ctx context.Context, application string, from, to time.Time) ([]Count, error) {
	return r.store.Counts(ctx, application, from, to)
}

// Purge deletes this application's records that began before a time, and all
// reports that came before it, and returns how many records went. Their keys can
// then be used again.
func (r *Recorder) Purge(ctx context.Context, before time.Time) (int64, error) {
	return r.store.Purge(ctx, before)
}

var (
	_ sms.Recorder        = (*Recorder)(nil)
	_ sms.RecipientWriter = (*Recorder)(nil)
)
