package sqlrecords

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Options are what a domain's recorder chooses.
type Options struct {
	// Domain stands in errors and rows.
	Domain string
	// Application and ProductLine are written into every record that has none.
	Application, ProductLine string
	// Identity returns what a repeat is recognised by, such as the caller's key;
	// "" recognises none.
	Identity func(*waybill.Record) string
	// Together is set when the records of one Begin are one send: the first of
	// them holds the key, until none of them can have been sent.
	Together bool
	// Timeout bounds End, whose context has no end. Default 10 s.
	Timeout time.Duration
	// OnError hears what End could not write.
	OnError func(context.Context, []waybill.Record, error)
}

// Store keeps records. See the package.
type Store struct {
	db *sql.DB
	d  Dialect
	o  Options
}

// New returns a store in db, which stays the caller's. It does not use the
// network.
func New(db *sql.DB, d Dialect, o Options) (*Store, error) {
	switch {
	case db == nil:
		return nil, waybill.Invalid("new", "the database is nil").With(o.Domain, "", "")
	case d < PostgreSQL || d > SQLite:
		return nil, waybill.Invalid("new", "the dialect is unknown").With(o.Domain, "", "")
	case utf8.RuneCountInString(o.Application) > maxText || utf8.RuneCountInString(o.ProductLine) > maxText:
		return nil, waybill.Invalid("new", "a name is longer than 190 characters").With(o.Domain, "", "")
	case o.Timeout < 0:
		return nil, waybill.Invalid("new", "the time-out is negative").With(o.Domain, "", "")
	case o.Timeout == 0:
		o.Timeout = 10 * time.Second
	}
	if o.Identity == nil {
		o.Identity = func(r *waybill.Record) string { return r.Key }
	}
	return &Store{db: db, d: d, o: o}, nil
}

// Existing is the error behind AlreadyExists: a send of this key happened, or
// may have, or is under way.
type Existing struct {
	// Record is the earlier send's. Its Ended is zero while it is under way, or
	// if its process died.
	Record waybill.Record
}

// Error says what became of the earlier send, and nothing that is in it.
func (e *Existing) Error() string {
	if e.Record.Ended.IsZero() {
		return "a send of this key is under way or was never ended"
	}
	return "a send of this key is " + strings.ReplaceAll(e.Record.Delivery.String(), "_", " ")
}

const (
	maxText   = 190 // characters of a column
	chunk     = 100 // records of one INSERT
	underWay  = "under_way"
	allFields = "id, domain, application, product_line, tenant, lane, kind, template, record_key, held_key, region, recipient, " +
		"provider, instance, vendor_id, delivery, code, vendor_code, possible_duplicate, attempts, parts, price, currency, begun, ended, " +
		"report, report_code, report_vendor_code, report_delivered, reported"
	fieldCount = 30
)

// Begin writes records that begin. An error says that none was written, or that
// none may be sent: AlreadyExists with an [Existing] behind it where the caller's
// key is held.
func (s *Store) Begin(ctx context.Context, records []waybill.Record) error {
	if len(records) == 0 {
		return nil
	}
	for i := range records {
		if why := s.complete(&records[i]); why != "" {
			return waybill.Invalid("begin", why).With(s.o.Domain, "", records[i].Key)
		}
	}
	if ctx.Err() != nil {
		return s.failed(ctx, "begin", ctx.Err())
	}
	err := s.insertAll(ctx, records)
	if err == nil {
		return nil
	}
	look, cancel := lasting(ctx)
	defer cancel()
	for i := range records { // whose index refused? and was it ours, its answer lost?
		old, ferr := s.holder(look, &records[i])
		switch {
		case ferr != nil || old.ID == "":
		case old.ID == records[i].ID:
			return nil
		default:
			return &waybill.Error{Code: waybill.AlreadyExists, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: s.o.Domain,
				Op: "begin", Ref: records[i].Key, Message: (&Existing{old}).Error(), Err: &Existing{old}}
		}
	}
	return s.failed(ctx, "begin", err)
}

// insertAll writes records that begin. A caller who leaves meanwhile does not break
// it off at once: the server would go on with it, and the key be held by a record
// that nobody will ever end. So the send goes on, makes no attempt, and ends.
func (s *Store) insertAll(ctx context.Context, records []waybill.Record) error {
	ctx, cancel := failover.Grace(ctx)
	defer cancel()
	if len(records) <= chunk {
		return s.insert(ctx, s.db, records, true)
	}
	return s.together(ctx, func(tx *sql.Tx) error {
		for rest := records; len(rest) > 0; {
			n := min(chunk, len(rest))
			if err := s.insert(ctx, tx, rest[:n], len(rest) == len(records)); err != nil {
				return err
			}
			rest = rest[n:]
		}
		return nil
	})
}

// lasting returns ctx or, if it is over, one with a little time, for a look at what
// became of an INSERT.
func lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() == nil {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), failover.GraceTime)
}

// complete fills in what the store knows, and says what does not fit a column.
func (s *Store) complete(r *waybill.Record) string {
	if r.Application == "" {
		r.Application = s.o.Application
	}
	if r.ProductLine == "" {
		r.ProductLine = s.o.ProductLine
	}
	for _, f := range [...]struct{ name, value string }{
		{"the key", r.Key}, {"the application", r.Application}, {"the product line", r.ProductLine}, {"the tenant", r.Tenant},
		{"the lane", r.Lane}, {"the template", r.Template}, {"the recipient", r.Recipient}, {"the key", s.o.Identity(r)},
	} {
		if utf8.RuneCountInString(f.value) > maxText || !utf8.ValidString(f.value) || strings.ContainsRune(f.value, 0) {
			return f.name + " is no text of at most 190 characters"
		}
	}
	return ""
}

// execer is a database or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// insert writes records, which first says are the first of their send.
func (s *Store) insert(ctx context.Context, db execer, records []waybill.Record, first bool) error {
	row := "(?" + strings.Repeat(", ?", fieldCount-1) + ")"
	args := make([]any, 0, fieldCount*len(records))
	for i := range records {
		r := &records[i]
		var held any
		if id := s.o.Identity(r); id != "" && !r.AllowDuplicates && (!s.o.Together || first && i == 0) {
			held = id
		}
		args = append(args, r.ID, s.o.Domain, r.Application, r.ProductLine, r.Tenant, r.Lane, r.Kind, r.Template, r.Key, held, r.Region, r.Recipient,
			"", "", "", underWay, "", "", 0, 0, 0, "", "", micros(r.Begun), 0, "", "", "", 0, 0)
	}
	query := "INSERT INTO waybill_records (" + allFields + ") VALUES " + row + strings.Repeat(", "+row, len(records)-1)
	_, err := db.ExecContext(ctx, s.d.rebind(query), args...)
	return err
}

// End writes the outcomes. What cannot be written goes to OnError.
func (s *Store) End(ctx context.Context, records []waybill.Record) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.o.Timeout)
	defer cancel()
	var failed []waybill.Record
	var first error
	none := !slices.ContainsFunc(records, func(r waybill.Record) bool { return r.Delivery != waybill.NotSent })
	for i := range records {
		r := &records[i]
		release := r.Delivery == waybill.NotSent && (none || !s.o.Together)
		err := s.end(ctx, r, release)
		if err != nil && ctx.Err() == nil {
			err = s.end(ctx, r, release) // once more: a broken connection, a deadlock
		}
		if err != nil {
			failed = append(failed, *r)
			if first == nil {
				first = s.failed(ctx, "end", err)
			}
		}
	}
	if failed != nil && s.o.OnError != nil {
		s.o.OnError(ctx, failed, first)
	}
}

func (s *Store) end(ctx context.Context, r *waybill.Record, release bool) error {
	query := "UPDATE waybill_records SET provider = ?, instance = ?, vendor_id = ?, delivery = ?, code = ?, vendor_code = ?, " +
		"possible_duplicate = ?, attempts = ?, parts = ?, price = ?, currency = ?, ended = ?"
	if release {
		query += ", held_key = NULL"
	}
	args := []any{clip(r.Provider), clip(r.Instance), clip(r.VendorID), r.Delivery.String(), codeText(r), clip(r.VendorCode),
		flag(r.PossibleDuplicate), r.Attempts, r.Parts, clip(r.Price), clip(r.Currency), micros(r.Ended), r.ID}
	if _, err := s.db.ExecContext(ctx, s.d.rebind(query+" WHERE id = ?"), args...); err != nil {
		return err
	}
	if r.Delivery == waybill.NotSent || r.VendorID == "" && r.Key == "" {
		return nil
	}
	early, err := s.reports(ctx, s.db, &row{Record: *r})
	if err != nil || len(early) == 0 {
		return err
	}
	return s.apply(ctx, r.ID)
}

// together runs f in a transaction.
func (s *Store) together(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// failed makes an error of the database one of ours, without its text, which may
// hold values. errors.As finds the driver's.
func (s *Store) failed(ctx context.Context, op string, err error) error {
	if e := waybill.FromContext(ctx); e != nil {
		return e.With(s.o.Domain, op, "").Unsent()
	}
	var own *waybill.Error
	if errors.As(err, &own) {
		return err
	}
	return &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.NotSent, Provider: s.o.Domain, Op: op, Message: "the database did not do the statement", Err: err}
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// clip cuts what a vendor said to what a column takes.
func clip(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
	if len(s) <= maxText {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > maxText {
			return s[:i]
		}
	}
	return s
}

// codeText is the code of what failed.
func codeText(r *waybill.Record) string {
	if r.Delivery == waybill.Sent && r.Code == waybill.Unknown {
		return ""
	}
	return r.Code.String()
}
