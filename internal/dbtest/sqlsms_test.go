package dbtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/dbtest"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/sqlsms"
)

const (
	london   sms.Number = "+447700900123"
	hongKong sms.Number = "+85261234567"
)

// onEach runs a test on every database.
func onEach(t *testing.T, f func(t *testing.T, db *sql.DB, d sqlsms.Dialect)) {
	for _, one := range []struct {
		open func(testing.TB) *sql.DB
		d    sqlsms.Dialect
	}{{dbtest.Postgres, sqlsms.PostgreSQL}, {dbtest.MariaDB, sqlsms.MySQL}, {dbtest.SQLite, sqlsms.SQLite}} {
		t.Run(one.d.String(), func(t *testing.T) { f(t, one.open(t), one.d) })
	}
}

func recorder(t *testing.T, db *sql.DB, d sqlsms.Dialect, o *sqlsms.Options) *sqlsms.Recorder {
	t.Helper()
	if o == nil {
		o = &sqlsms.Options{Application: "orders", ProductLine: "line"}
	}
	if o.OnError == nil {
		o.OnError = func(_ context.Context, r []waybill.Record, err error) { t.Errorf("%d records: %v", len(r), err) }
	}
	r, err := sqlsms.New(db, d, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Migrate(t.Context()); err != nil {
		t.Fatal(err, errors.Unwrap(cause(err)))
	}
	return r
}

// cause returns the driver's error.
func cause(err error) error {
	if e := waybill.AsError(err); e != nil && e.Err != nil {
		return fmt.Errorf("%w", e.Err)
	}
	return err
}

// gateway answers as a test says.
type gateway struct {
	n    atomic.Int64
	fail func(n int64) error
	id   string
}

func (g *gateway) Name() string { return "gate" }

func (g *gateway) Send(context.Context, sms.Message) (sms.Receipt, error) {
	n := g.n.Add(1)
	if g.fail != nil {
		if err := g.fail(n); err != nil {
			return sms.Receipt{}, err
		}
	}
	id := g.id
	if id == "" {
		id = fmt.Sprint("m-", n)
	}
	return sms.Receipt{ID: id, Parts: []sms.Part{{ID: id}, {ID: id + "b"}}, Price: "0.07", Currency: "EUR"}, nil
}

func client(t *testing.T, g *gateway, r sms.Recorder) *sms.Client {
	t.Helper()
	c, err := sms.New(sms.With(g, sms.As("gate-1")), sms.WithRecorder(r), sms.WithTemplate("arrived", sms.Template{Texts: map[string]string{"en": "It is here."}}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func message(key string) sms.Message {
	return sms.Message{To: london, Template: "arrived", Key: key, Tenant: "acme", Kind: sms.Verification}
}

var (
	refused = func(int64) error {
		return &waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, VendorCode: "1"}
	}
	vanished = func(int64) error { return &waybill.Error{Code: waybill.Unavailable, Delivery: waybill.Ambiguous} }
)

func one(t *testing.T, r *sqlsms.Recorder, key string) sqlsms.Sent {
	t.Helper()
	got, err := r.Find(t.Context(), "acme", key)
	if err != nil || len(got) != 1 {
		t.Fatalf("%d records of %s: %v, %v", len(got), key, err, cause(err))
	}
	return got[0]
}

func TestSQLOutcomes(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := recorder(t, db, d, nil)
		before := time.Now().Add(-time.Second)
		for name, x := range map[string]struct {
			fail func(int64) error
			want waybill.Delivery
			code waybill.Code
		}{"sent": {nil, waybill.Sent, waybill.Unknown}, "refused": {refused, waybill.NotSent, waybill.RateLimited}, "vanished": {vanished, waybill.Ambiguous, waybill.Unavailable}} {
			_, _ = client(t, &gateway{fail: x.fail, id: "id-" + name}, r).Send(t.Context(), message("k-"+name))
			got := one(t, r, "k-"+name)
			if got.Delivery != x.want || got.Code != x.code || got.Instance != "gate-1" || got.Provider != "gate" || got.Attempts != 1 {
				t.Errorf("%s: %+v", name, got.Record)
			}
			if got.Application != "orders" || got.ProductLine != "line" || got.Tenant != "acme" || got.Template != "arrived" || got.Kind != "verification" || got.Region != "GB" ||
				got.Recipient != london.Masked() || got.Domain != "sms" || got.Lane == "x" {
				t.Errorf("%s: %+v", name, got.Record)
			}
			if got.Begun.Before(before) || got.Ended.Before(got.Begun) || got.Ended.After(time.Now()) {
				t.Errorf("%s: from %v to %v", name, got.Begun, got.Ended)
			}
			if name == "sent" && (got.VendorID != "id-sent" || got.Parts != 2 || got.Price != "0.07" || got.Currency != "EUR") || name == "refused" && got.VendorCode != "1" {
				t.Errorf("%s: %+v", name, got.Record)
			}
		}
	})
}

func TestSQLRecognisesTheCallersRetry(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := recorder(t, db, d, nil)
		for name, x := range map[string]struct {
			first func(int64) error
			again bool
		}{"sent": {nil, false}, "ambiguous": {vanished, false}, "not sent": {refused, true}} {
			g := &gateway{fail: func(n int64) error {
				if n == 1 && x.first != nil {
					return x.first(n)
				}
				return nil
			}}
			c := client(t, g, r)
			_, first := c.Send(t.Context(), message(name))
			_, err := c.Send(t.Context(), message(name))
			if x.again {
				if err != nil || g.n.Load() != 2 {
					t.Errorf("%s: %v after %d", name, err, g.n.Load())
				}
				continue
			}
			var old *sqlsms.Existing
			if !errors.Is(err, waybill.ErrAlreadyExists) || waybill.DeliveryOf(err) != waybill.NotSent || !errors.As(err, &old) || g.n.Load() != 1 {
				t.Fatalf("%s: %v after %d", name, err, g.n.Load())
			}
			if old.Record.Delivery != waybill.DeliveryOf(first) || old.Record.Key != name || old.Record.Ended.IsZero() {
				t.Errorf("%s: %+v", name, old.Record)
			}
			// Another tenant, another application and AllowDuplicates pass.
			m := message(name)
			m.Tenant = "other"
			if _, err := c.Send(t.Context(), m); err != nil {
				t.Errorf("%s: another tenant: %v", name, err)
			}
			m = message(name)
			m.AllowDuplicates = true
			if _, err := c.Send(t.Context(), m); err != nil {
				t.Errorf("%s: allowed: %v", name, err)
			}
			other := recorder(t, db, d, &sqlsms.Options{Application: "other"})
			if _, err := client(t, g, other).Send(t.Context(), message(name)); err != nil {
				t.Errorf("%s: another application: %v", name, err)
			}
		}
		for range 2 { // without a key nothing is recognised
			if _, err := client(t, &gateway{}, r).Send(t.Context(), message("")); err != nil {
				t.Error(err)
			}
		}
	})
}

// Of many who send with one key at once, one does.
func TestSQLOneOfMany(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		g := &gateway{}
		c := client(t, g, recorder(t, db, d, nil))
		var wg sync.WaitGroup
		var sent, exists atomic.Int64
		for range 20 {
			wg.Go(func() {
				switch _, err := c.Send(t.Context(), message("k")); {
				case err == nil:
					sent.Add(1)
				case errors.Is(err, waybill.ErrAlreadyExists):
					exists.Add(1)
				default:
					t.Error(err, cause(err))
				}
			})
		}
		wg.Wait()
		if sent.Load() != 1 || exists.Load() != 19 || g.n.Load() != 1 {
			t.Errorf("%d sent, %d exist, the gateway has %d", sent.Load(), exists.Load(), g.n.Load())
		}
	})
}

// Callers who leave at any moment leave no key behind: what was not sent can be
// sent, and is sent once.
func TestSQLCallersWhoLeave(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := recorder(t, db, d, nil)
		g := &gateway{}
		c := client(t, g, r)
		const total = 200
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := w; i < total; i += 8 {
					for try := 1; ; try++ {
						ctx, cancel := context.WithTimeout(t.Context(), time.Duration(try*(i%17+1))*50*time.Microsecond)
						if try > 5 {
							ctx = t.Context()
						}
						_, err := c.Send(ctx, message(fmt.Sprint("k", i)))
						cancel()
						if err == nil {
							break
						}
						if try > 5 || !errors.Is(err, context.DeadlineExceeded) || waybill.DeliveryOf(err) != waybill.NotSent {
							t.Errorf("k%d, %d: %v, %v", i, try, err, cause(err))
							break
						}
					}
				}
			})
		}
		wg.Wait()
		open, err := r.Open(t.Context(), time.Now().Add(time.Minute), total)
		if n := g.n.Load(); err != nil || n != total || len(open) != 0 {
			t.Errorf("%d sends of %d messages, %d open, %v", n, total, len(open), err)
		}
	})
}

func report(id string, s sms.Status, change func(*sms.DeliveryReport)) sms.DeliveryReport {
	p := sms.DeliveryReport{Gateway: "gate-1", ID: id, To: london, Status: s, At: time.Date(2026, 3, 1, 12, 0, int(s), 0, time.UTC)}
	if change != nil {
		change(&p)
	}
	return p
}

func TestSQLReports(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := recorder(t, db, d, nil)
		take := func(p sms.DeliveryReport) {
			t.Helper()
			if err := r.Report(t.Context(), p); err != nil {
				t.Fatal(err, cause(err))
			}
		}
		send := func(key, id string) {
			t.Helper()
			if _, err := client(t, &gateway{id: id}, r).Send(t.Context(), message(key)); err != nil {
				t.Fatal(err)
			}
		}
		// After the end; the last word is final whatever comes later, and twice.
		send("late", "a")
		for _, s := range []sms.Status{sms.StatusBuffered, sms.StatusDelivered, sms.StatusAccepted, sms.StatusDelivered} {
			take(report("a", s, nil))
		}
		if got := one(t, r, "late"); got.Status != sms.StatusDelivered || got.Delivered != 1 || got.Reported.Second() != int(sms.StatusDelivered) {
			t.Errorf("late: %v, %d parts, %v", got.Status, got.Delivered, got.Reported)
		}
		// Before the end, by id and by key; the adapter's name instead of the
		// instance's.
		take(report("b", sms.StatusDelivered, nil))
		send("early", "b")
		if got := one(t, r, "early"); got.Status != sms.StatusDelivered {
			t.Errorf("early: %v", got.Status)
		}
		take(report("", sms.StatusDelivered, func(p *sms.DeliveryReport) { p.Key, p.Gateway = "keyed", "gate" }))
		send("keyed", "c")
		if got := one(t, r, "keyed"); got.Status != sms.StatusDelivered {
			t.Errorf("by key: %v", got.Status)
		}
		// Parts with ids of their own, found by the key; the worst counts.
		send("parts", "d")
		key := func(p *sms.DeliveryReport) { p.Key = "parts" }
		take(report("d", sms.StatusDelivered, key))
		take(report("db", sms.StatusDelivered, key))
		if got := one(t, r, "parts"); got.Status != sms.StatusDelivered || got.Delivered != 2 {
			t.Errorf("parts: %v, %d", got.Status, got.Delivered)
		}
		take(report("dc", sms.StatusRejected, func(p *sms.DeliveryReport) {
			p.Key, p.Code, p.Scope, p.VendorCode = "parts", waybill.OptedOut, waybill.ScopeRecipient, "9"
		}))
		if got := one(t, r, "parts"); got.Status != sms.StatusRejected || got.Delivered != 2 || got.ReportCode != waybill.OptedOut || got.ReportVendorCode != "9" {
			t.Errorf("parts: %+v", got)
		}
		// Nobody's, another gateway's, and no report at all.
		take(report("zzz", sms.StatusDelivered, nil))
		send("alone", "e")
		take(report("e", sms.StatusFailed, func(p *sms.DeliveryReport) { p.Gateway = "another" }))
		if got := one(t, r, "alone"); !got.Reported.IsZero() || got.Status != sms.StatusUnknown {
			t.Errorf("alone: %+v", got)
		}
		if err := r.Report(t.Context(), sms.DeliveryReport{}); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("an empty report: %v", err)
		}
		long := strings.Repeat("号", 500)
		take(report(long, sms.StatusFailed, func(p *sms.DeliveryReport) { p.VendorCode = long + "\x00\xff" }))
	})
}

// crowd is a gateway whose batches have one id.
type crowd struct{ gateway }

func (g *crowd) BatchLimit() int { return 100 }

func (g *crowd) SendBatch(_ context.Context, b sms.Batch) []sms.BatchResult {
	out := make([]sms.BatchResult, len(b.Recipients))
	for i := range out {
		out[i].Receipt = sms.Receipt{Served: waybill.Served{Provider: "gate"}, ID: "batch-1", Parts: []sms.Part{{ID: "batch-1"}}}
	}
	return out
}

// Each recipient of a batch has a report of their own, although all have one id.
func TestSQLReportsOnABatch(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		for name, o := range map[string]*sqlsms.Options{"masked": {Application: "a"}, "hashed": {Application: "b", HashKey: []byte("k")}} {
			r := recorder(t, db, d, o)
			c, err := sms.New(sms.With(new(crowd), sms.As("gate-1")), sms.WithRecorder(r))
			if err != nil {
				t.Fatal(err)
			}
			m := message("")
			m.To, m.Template, m.Text = "", "", "Hello"
			to := []sms.Number{"+447700900111", "+447700900222", "+447700900333", "+447700900444", "+447711900555", "+447722900555"}
			b := sms.Batch{Message: m}
			for i, n := range to {
				b.Recipients = append(b.Recipients, sms.Recipient{To: n, Key: fmt.Sprint(name, i)})
			}
			early := report("batch-1", sms.StatusBuffered, func(p *sms.DeliveryReport) { p.To = to[0] })
			if err := r.Report(t.Context(), early); err != nil {
				t.Fatal(err, cause(err))
			}
			for _, x := range c.SendBatch(t.Context(), b) {
				if x.Err != nil {
					t.Fatal(x.Err)
				}
			}
			for i, s := range []sms.Status{sms.StatusDelivered, sms.StatusFailed, sms.StatusDelivered, sms.StatusUnknown, sms.StatusDelivered, sms.StatusExpired} {
				if i == 3 {
					continue // no report
				}
				if err := r.Report(t.Context(), report("batch-1", s, func(p *sms.DeliveryReport) { p.To = to[i] })); err != nil {
					t.Fatal(err, cause(err))
				}
			}
			// Of whom the gateway says nothing, nobody can tell.
			if err := r.Report(t.Context(), report("batch-1", sms.StatusRejected, func(p *sms.DeliveryReport) { p.To = "" })); err != nil {
				t.Fatal(err, cause(err))
			}
			want := []sms.Status{sms.StatusDelivered, sms.StatusFailed, sms.StatusDelivered, sms.StatusUnknown, sms.StatusDelivered, sms.StatusExpired}
			if name == "masked" { // the last two look alike
				want[4], want[5] = sms.StatusUnknown, sms.StatusUnknown
			}
			for i, want := range want {
				if got := one(t, r, fmt.Sprint(name, i)); got.Status != want || got.Reported.IsZero() != (want == sms.StatusUnknown) || got.Delivered != b2i(want == sms.StatusDelivered) {
					t.Errorf("%s %d: %v, %d delivered", name, i, got.Status, got.Delivered)
				}
			}
			if _, err := r.Purge(t.Context(), time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Two tenants with one key have their own reports, also on parts that only the
// key tells of.
func TestSQLReportsOnTwoTenants(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := recorder(t, db, d, nil)
		key := func(p *sms.DeliveryReport) { p.Key = "order-1" }
		take := func(p sms.DeliveryReport) {
			t.Helper()
			if err := r.Report(t.Context(), p); err != nil {
				t.Fatal(err, cause(err))
			}
		}
		send := func(tenant string, to sms.Number, id string) {
			t.Helper()
			m := message("order-1")
			m.Tenant, m.To = tenant, to
			if _, err := client(t, &gateway{id: id}, r).Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		send("acme", london, "a")
		for _, id := range []string{"a", "ab"} {
			take(report(id, sms.StatusDelivered, key))
		}
		theirs := func(p *sms.DeliveryReport) { p.Key, p.To = "order-1", hongKong }
		send("other", hongKong, "b")
		for _, id := range []string{"b", "bb"} {
			take(report(id, sms.StatusFailed, theirs))
		}
		if got := one(t, r, "order-1"); got.Status != sms.StatusDelivered || got.Delivered != 2 {
			t.Errorf("acme's: %v, %d delivered", got.Status, got.Delivered)
		}
		if got, err := r.Find(t.Context(), "other", "order-1"); err != nil || len(got) != 1 || got[0].Status != sms.StatusFailed || got[0].Delivered != 0 {
			t.Errorf("the other's: %+v, %v", got, err)
		}
		// A message that was sent twice on purpose has the second's reports apart.
		m := message("order-1")
		m.AllowDuplicates = true
		if _, err := client(t, &gateway{id: "again"}, r).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		take(report("again", sms.StatusExpired, key))
		if got, err := r.Find(t.Context(), "acme", "order-1"); err != nil || len(got) != 2 || got[0].Status != sms.StatusExpired || got[1].Status != sms.StatusDelivered {
			t.Errorf("twice: %+v, %v", got, err)
		}
		// Another instance of the provider, whose reports name the provider alone.
		m = message("order-1")
		m.Tenant, m.To = "third", "+6581234567"
		c, err := sms.New(sms.With(&gateway{id: "z"}, sms.As("gate-2")), sms.WithRecorder(r), sms.WithTemplate("arrived", sms.Template{Texts: map[string]string{"en": "It is here."}}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		take(report("zb", sms.StatusRejected, func(p *sms.DeliveryReport) { p.Key, p.To, p.Gateway = "order-1", m.To, "gate" }))
		if got, err := r.Find(t.Context(), "acme", "order-1"); err != nil || got[0].Status != sms.StatusExpired || got[1].Status != sms.StatusDelivered {
			t.Errorf("beside another instance: %+v, %v", got, err)
		}
		if got, err := r.Find(t.Context(), "third", "order-1"); err != nil || got[0].Status != sms.StatusRejected {
			t.Errorf("of another instance: %+v, %v", got, err)
		}
		// A number that the gateway writes in another way is still the sole one's.
		m = message("order-2")
		if _, err := client(t, &gateway{id: "c"}, r).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		take(report("c", sms.StatusDelivered, func(p *sms.DeliveryReport) { p.To = "+44700900123" }))
		take(report("cb", sms.StatusDelivered, func(p *sms.DeliveryReport) { p.To, p.Key = "", "order-2" }))
		if got := one(t, r, "order-2"); got.Status != sms.StatusDelivered || got.Delivered != 2 {
			t.Errorf("the sole one's: %v, %d delivered", got.Status, got.Delivered)
		}
	})
}

// Reports that come while the send ends are never lost.
func TestSQLReportsRaceWithTheEnd(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := recorder(t, db, d, nil)
		for i := range 10 {
			key := fmt.Sprint("k-", i)
			var wg sync.WaitGroup
			for _, id := range []string{key, key + "b"} {
				for _, s := range []sms.Status{sms.StatusBuffered, sms.StatusDelivered} {
					wg.Go(func() {
						if err := r.Report(t.Context(), report(id, s, func(p *sms.DeliveryReport) { p.Key = key })); err != nil {
							t.Error(err, cause(err))
						}
					})
				}
			}
			if _, err := client(t, &gateway{id: key}, r).Send(t.Context(), message(key)); err != nil {
				t.Fatal(err)
			}
			wg.Wait()
			if got := one(t, r, key); got.Status != sms.StatusDelivered || got.Delivered != 2 {
				t.Errorf("%s: %v, %d parts", key, got.Status, got.Delivered)
			}
		}
	})
}

func TestSQLOpenAndResolve(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := recorder(t, db, d, nil)
		_, _ = client(t, &gateway{fail: vanished}, r).Send(t.Context(), message("gone"))
		_, _ = client(t, &gateway{}, r).Send(t.Context(), message("fine"))
		if err := r.Begin(t.Context(), waybill.Record{ID: "dead", Key: "dead", Tenant: "acme", Begun: time.Now()}); err != nil {
			t.Fatal(err)
		}
		open, err := r.Open(t.Context(), time.Now().Add(time.Second), 10)
		if err != nil || len(open) != 2 || open[0].Key != "gone" || open[1].Key != "dead" || !open[1].Ended.IsZero() {
			t.Fatalf("%+v, %v", open, err)
		}
		if _, err := client(t, &gateway{}, r).Send(t.Context(), message("dead")); !errors.Is(err, waybill.ErrAlreadyExists) {
			t.Errorf("under way: %v", err)
		}
		if none, err := r.Open(t.Context(), time.Now().Add(-time.Hour), 10); err != nil || len(none) != 0 {
			t.Errorf("%v, %v", none, err)
		}
		if ok, err := r.Resolve(t.Context(), "dead", sms.Outcome{}); ok || err != nil {
			t.Errorf("an outcome that says nothing: %v, %v", ok, err)
		}
		if ok, err := r.Resolve(t.Context(), "dead", sms.Outcome{Delivery: waybill.NotSent}); !ok || err != nil {
			t.Errorf("%v, %v", ok, err)
		}
		if err := r.Report(t.Context(), report("found", sms.StatusDelivered, nil)); err != nil {
			t.Fatal(err)
		}
		for i, want := range []bool{true, false} { // the second time it is settled
			if ok, err := r.Resolve(t.Context(), open[0].ID, sms.Outcome{Delivery: waybill.Sent, ID: "found"}); ok != want || err != nil {
				t.Errorf("%d: %v, %v", i, ok, err)
			}
		}
		if got := one(t, r, "gone"); got.Delivery != waybill.Sent || got.VendorID != "found" || got.Status != sms.StatusDelivered {
			t.Errorf("%+v", got)
		}
		if _, err := client(t, &gateway{}, r).Send(t.Context(), message("dead")); err != nil {
			t.Errorf("after the proof: %v", err)
		}
		if n, err := r.Purge(t.Context(), time.Now().Add(time.Minute)); err != nil || n != 4 {
			t.Errorf("purged %d, %v", n, err)
		}
		if _, err := client(t, &gateway{}, r).Send(t.Context(), message("fine")); err != nil {
			t.Errorf("after the purge: %v", err)
		}
	})
}

func TestSQLCounts(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := recorder(t, db, d, nil)
		hour := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		write := func(n int, at time.Time, change func(*waybill.Record)) {
			for range n {
				rec := waybill.Record{ID: fmt.Sprint("id-", at.UnixNano(), "-", dbCount.Add(1)), Tenant: "acme", Template: "arrived", Region: "GB", Begun: at}
				if change != nil {
					change(&rec)
				}
				if err := r.Begin(t.Context(), rec); err != nil {
					t.Fatal(err, cause(err))
				}
				if rec.Instance != "" {
					rec.Ended = at.Add(time.Second)
					r.End(t.Context(), rec)
				}
			}
		}
		sent := func(rec *waybill.Record) {
			rec.Instance, rec.Provider, rec.Delivery, rec.Parts, rec.VendorID = "gate-1", "gate", waybill.Sent, 2, "v"+rec.ID
		}
		write(3, hour, sent)
		write(1, hour.Add(59*time.Minute+59*time.Second), sent)
		write(2, hour.Add(time.Hour), sent)
		write(1, hour, func(rec *waybill.Record) { rec.Instance, rec.Delivery = "gate-1", waybill.NotSent })
		write(1, hour, nil)
		write(5, hour.Add(-time.Hour), sent)
		got, err := r.Counts(t.Context(), "orders", hour, hour.Add(2*time.Hour))
		if err != nil {
			t.Fatal(err, cause(err))
		}
		want := []sqlsms.Count{
			{Application: "orders", Tenant: "acme", Template: "arrived", Region: "GB", Outcome: "under_way", Hour: hour, Records: 1},
			{Application: "orders", Tenant: "acme", Instance: "gate-1", Template: "arrived", Region: "GB", Outcome: "not_sent", Hour: hour, Records: 1},
			{Application: "orders", Tenant: "acme", Instance: "gate-1", Template: "arrived", Region: "GB", Outcome: "sent", Hour: hour, Records: 4, Parts: 8},
			{Application: "orders", Tenant: "acme", Instance: "gate-1", Template: "arrived", Region: "GB", Outcome: "sent", Hour: hour.Add(time.Hour), Records: 2, Parts: 4},
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v", got)
		}
		if all, err := r.Counts(t.Context(), "", hour, hour.Add(time.Hour)); err != nil || len(all) != 3 {
			t.Errorf("%v, %v", all, err)
		}
		if none, err := r.Counts(t.Context(), "another", hour, hour.Add(time.Hour)); err != nil || len(none) != 0 {
			t.Errorf("%v, %v", none, err)
		}
	})
}

var dbCount atomic.Int64

func TestSQLPrivacyAndLimits(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := recorder(t, db, d, &sqlsms.Options{HashKey: []byte("key")})
		c := client(t, &gateway{id: strings.Repeat("é", 300)}, r)
		if _, err := c.Send(t.Context(), message("a")); err != nil {
			t.Fatal(err)
		}
		m := message("b")
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		m.To, m.Key = hongKong, "c"
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		got, other := one(t, r, "a"), one(t, r, "c")
		if got.Recipient != one(t, r, "b").Recipient || got.Recipient == other.Recipient || len(got.Recipient) != 64 || strings.Contains(got.Recipient, "0900123") {
			t.Error("the recipient is no keyed hash")
		}
		if got.VendorID != strings.Repeat("é", 190) {
			t.Errorf("a vendor's id of %d bytes", len(got.VendorID))
		}
		m.Key, m.Tenant = "d", strings.Repeat("x", 200)
		if _, err := c.Send(t.Context(), m); waybill.CodeOf(err) != waybill.InvalidArgument || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("a tenant too long: %v", err)
		}
	})
}

// A database that is away stops the send, and an end that cannot be written is
// told.
func TestSQLDatabaseAway(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		var lost []waybill.Record
		r := recorder(t, db, d, &sqlsms.Options{OnError: func(_ context.Context, rec []waybill.Record, err error) {
			if waybill.CodeOf(err) != waybill.Unavailable {
				t.Error(err)
			}
			lost = append(lost, rec...)
		}})
		g := &gateway{fail: func(int64) error { return db.Close() }}
		c := client(t, g, r)
		if _, err := c.Send(t.Context(), message("a")); err != nil || len(lost) != 1 || lost[0].Delivery != waybill.Sent || lost[0].Key != "a" {
			t.Fatalf("%v, lost %+v", err, lost)
		}
		_, err := c.Send(t.Context(), message("b"))
		if waybill.CodeOf(err) != waybill.Unavailable || waybill.DeliveryOf(err) != waybill.NotSent || g.n.Load() != 1 {
			t.Errorf("%v after %d", err, g.n.Load())
		}
		_, err1 := r.Find(t.Context(), "", "a")
		_, err2 := r.Counts(t.Context(), "", time.Time{}, time.Now())
		_, err3 := r.Open(t.Context(), time.Now(), 1)
		_, err4 := r.Resolve(t.Context(), "a", sms.Outcome{Delivery: waybill.Sent})
		_, err5 := r.Purge(t.Context(), time.Now())
		for i, err := range []error{err1, err2, err3, err4, err5, r.Report(t.Context(), report("a", 1, nil)), r.Migrate(t.Context())} {
			if waybill.CodeOf(err) != waybill.Unavailable {
				t.Errorf("%d: %v", i, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.Begin(ctx, waybill.Record{ID: "x"}); !errors.Is(err, context.Canceled) || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("cancelled: %v", err)
		}
	})
}

// Several processes migrate at once, and again.
func TestSQLMigrate(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { recorder(t, db, d, nil) })
		}
		wg.Wait()
		r := recorder(t, db, d, nil)
		if _, err := r.Find(t.Context(), "", "a"); err != nil {
			t.Error(err)
		}
		steps, err := sqlsms.Migrations(d)
		if err != nil || len(steps) == 0 {
			t.Fatal(err)
		}
		for _, step := range steps { // each may be run twice
			for _, s := range step.Statements {
				if d == sqlsms.MySQL || strings.Contains(s, "IF NOT EXISTS") {
					if _, err := db.ExecContext(t.Context(), s); err != nil {
						t.Errorf("%s: %v", step.Name, err)
					}
				}
			}
		}
	})
}
