package sqlpush

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
	"github.com/waybill-go/waybill/push"
)

// Existing is the error behind AlreadyExists. Its Record is that of the earlier
// send of the same key to the same token.
type Existing = sqlrecords.Existing

// Migration is one step of the records' schema.
type Migration = sqlrecords.Migration

// Migrations returns the schema of the records in steps, for those who run theirs
// with a tool of their own.
func Migrations(d Dialect) ([]Migration, error) { return sqlrecords.Migrations(d) }

// RecorderOptions tune a Recorder; nil means the defaults.
type RecorderOptions struct {
	// Application and ProductLine are written into every record.
	Application, ProductLine string
	// HashKey, when set, has the token written as HMAC-SHA-256 of its value alone.
	// Receipts find only rows that were written with the same key.
	HashKey []byte
	// EndTimeout bounds the writing of outcomes, which outlives the call's
	// context. Default 10 s.
	EndTimeout time.Duration
	// OnError hears which outcomes could not be written. It may be called by
	// many goroutines at once.
	OnError func(context.Context, []waybill.Record, error)
}

// Format prints the type only, so that no log can show the secrets.
func (RecorderOptions) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "sqlpush.RecorderOptions")
}

// LogValue is what log/slog writes: the type only.
func (RecorderOptions) LogValue() slog.Value { return slog.StringValue("sqlpush.RecorderOptions") }

// Recorder is a [push.Recorder] in a database. It is safe for concurrent use.
type Recorder struct {
	store *sqlrecords.Store
	hash  []byte
}

// NewRecorder returns a recorder in db, which stays the caller's. A nil database,
// an unknown dialect and a negative time-out are InvalidArgument. It does not use
// the network.
func NewRecorder(db *sql.DB, d Dialect, o *RecorderOptions) (*Recorder, error) {
	if o == nil {
		o = new(RecorderOptions)
	}
	store, err := sqlrecords.New(db, d, sqlrecords.Options{
		Domain: "push", Application: o.Application, ProductLine: o.ProductLine, Timeout: o.EndTimeout, OnError: o.OnError, Exact: true,
	})
	if err != nil {
		return nil, err
	}
	return &Recorder{store: store, hash: slices.Clone(o.HashKey)}, nil
}

// Migrate brings the schema of the records up to date. Several processes may call
// it at once.
func (r *Recorder) Migrate(ctx context.Context) error { return r.store.Migrate(ctx) }

// Recipient implements [push.RecipientWriter]. What it returns depends on the
// token's value alone, as a receipt does not always name the app.
func (r *Recorder) Recipient(t push.Token) string {
	if t.Value == "" {
		return ""
	}
	if len(r.hash) > 0 {
		h := hmac.New(sha256.New, r.hash)
		h.Write([]byte(t.Value))
		return hex.EncodeToString(h.Sum(nil))
	}
	_, masked, _ := strings.Cut(t.String(), ":")
	return masked + push.Derive("recipient", t.Value).Hex(32)
}

// Begin implements [push.Recorder]: all of the records begin, or none.
func (r *Recorder) Begin(ctx context.Context, records []waybill.Record) error {
	return r.store.Begin(ctx, records)
}

// BeginEach implements [push.EachRecorder]: those begin whose keys nobody holds.
func (r *Recorder) BeginEach(ctx context.Context, records []waybill.Record) []error {
	return r.store.BeginEach(ctx, records)
}

// End implements [push.Recorder]. Receipts that came before it are taken into the
// records then.
func (r *Recorder) End(ctx context.Context, records []waybill.Record) { r.store.End(ctx, records) }

// Report writes receipts down and into their records. It is a [push.ReceiptFunc],
// to be called from one or used as one. Receipts may come in any order and more than
// once: what a person has seen counts most, then what failed, then what arrived. An
// event that names no token, or neither an id nor a key, is passed over. The first
// error ends it; then the vendor should tell again.
func (r *Recorder) Report(ctx context.Context, events []push.Event) error {
	for _, e := range events {
		if e.Token.Value == "" || e.ID == "" && e.Key == "" {
			continue
		}
		code := ""
		if e.Status == push.EventDead {
			code = waybill.Unregistered.String()
		}
		if _, err := r.store.Report(ctx, sqlrecords.Report{
			Gateway: e.Provider, ID: e.ID, Key: e.Key, Recipient: r.Recipient(e.Token), Status: e.Status.String(), Code: code, VendorCode: e.Code,
			At: e.Time, Received: time.Now(),
		}); err != nil {
			return err
		}
	}
	return nil
}

// Sent is a record with what was reported of it.
type Sent struct {
	waybill.Record
	// Status is what counts most of what was reported, and Reported when;
	// EventUnknown and the zero time while nothing was. ReportCode is the vendor's
	// word for it.
	Status     push.EventStatus
	Reported   time.Time
	ReportCode string
}

// Find returns the records of a caller's key to a token, the latest first: one, and
// more where earlier ones were not sent. Of the token only Value matters; without it
// they are those to any. At most 100.
func (r *Recorder) Find(ctx context.Context, tenant, key string, t push.Token) ([]Sent, error) {
	records, reported, err := r.store.Find(ctx, tenant, key, r.Recipient(t))
	if err != nil {
		return nil, err
	}
	out := make([]Sent, len(records))
	for i, p := range reported {
		out[i] = Sent{Record: records[i], Reported: p.At, ReportCode: p.VendorCode, Status: status(p.Status)}
	}
	return out, nil
}

// status reads what Report wrote.
func status(name string) push.EventStatus {
	for s := push.EventUnknown; s <= push.EventDead; s++ {
		if s.String() == name {
			return s
		}
	}
	return push.EventUnknown
}

// Open returns the records that began before a time and may have been sent: the
// ambiguous ones, and those of processes that died. The oldest come first, at
// most limit.
func (r *Recorder) Open(ctx context.Context, before time.Time, limit int) ([]waybill.Record, error) {
	return r.store.Open(ctx, before, limit)
}

// Resolve writes down what became of an open record after all, and reports
// whether it was open. Delivery NotSent gives the key back, so say it only with
// proof; vendorID may be empty. Ambiguous changes nothing.
func (r *Recorder) Resolve(ctx context.Context, id string, d waybill.Delivery, vendorID string) (bool, error) {
	if d == waybill.Ambiguous {
		return false, nil
	}
	return r.store.Resolve(ctx, id, d, vendorID)
}

// Count is how many notifications share what it names; Template is empty.
type Count = sqlrecords.Count

// Counts returns how many notifications began in [from, to), by application,
// tenant, provider instance, vendor, kind, region, outcome, report and hour. An empty
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
	_ push.Recorder        = (*Recorder)(nil)
	_ push.EachRecorder    = (*Recorder)(nil)
	_ push.RecipientWriter = (*Recorder)(nil)
	_ push.ReceiptFunc     = (*Recorder)(nil).Report
)
