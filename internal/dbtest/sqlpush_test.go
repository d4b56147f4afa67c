package dbtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/sqlpush"
	"github.com/waybill-go/waybill/sms/sqlsms"
)

// maker is a vendor that gives a batch one id, and answers each token as a test
// says.
type maker struct {
	mu   sync.Mutex
	sent map[string]int
	id   string
	fail map[string]waybill.Error
}

func (*maker) Name() string { return "maker" }

func (m *maker) Send(_ context.Context, _ *push.Notification, tokens []push.Token) []push.Result {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]push.Result, len(tokens))
	for i, t := range tokens {
		out[i] = push.Result{Token: t, ID: m.id}
		out[i].Provider = "maker"
		if e, ok := m.fail[t.Value]; ok {
			out[i].ID, out[i].Err = "", &e
			continue
		}
		if m.sent == nil {
			m.sent = map[string]int{}
		}
		m.sent[t.Value]++
	}
	return out
}

func pushRecorder(t *testing.T, db *sql.DB, d sqlpush.Dialect, o *sqlpush.RecorderOptions) *sqlpush.Recorder {
	t.Helper()
	if o == nil {
		o = &sqlpush.RecorderOptions{Application: "orders", ProductLine: "line"}
	}
	if o.OnError == nil {
		o.OnError = func(_ context.Context, r []waybill.Record, err error) {
			t.Errorf("%d records: %v, %v", len(r), err, cause(err))
		}
	}
	r, err := sqlpush.NewRecorder(db, d, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Migrate(t.Context()); err != nil {
		t.Fatal(err, cause(err))
	}
	return r
}

func pushClient(t *testing.T, m *maker, r push.Recorder, o ...push.Option) *push.Client {
	t.Helper()
	c, err := push.New(append(o, push.With(m, push.As("maker-1")), push.WithRecorder(r), push.WithPolicy(waybill.Policy{Backoff: -1}))...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func phones(from, to int) []push.Token {
	var out []push.Token
	for i := from; i < to; i++ {
		out = append(out, push.Token{Vendor: push.Huawei, App: "com.acme", Value: fmt.Sprintf("registration-%05d", i)})
	}
	return out
}

func arrival(key string) *push.Notification {
	return &push.Notification{Kind: push.KindOrder, Title: "Your driver is here", Key: key, Tenant: "acme", Region: "CN"}
}

// outcomes counts results by code, "" for what was accepted.
func outcomes(results []push.Result) map[string]int {
	out := map[string]int{}
	for _, r := range results {
		code := ""
		if r.Err != nil {
			code = r.Err.Code.String()
		}
		out[code]++
	}
	return out
}

// The pair of key and token is held for as long as the token may have the
// notification, and each token of a batch for itself.
func TestSQLPush(t *testing.T) {
	refusal := waybill.Error{Code: waybill.RateLimited, Scope: waybill.ScopeService, Delivery: waybill.NotSent, VendorCode: "503"}
	lost := waybill.Error{Code: waybill.Unavailable, Delivery: waybill.Ambiguous}
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := pushRecorder(t, db, d, nil)
		p := phones(0, 4)
		sent, refused, vanished, later := p[0], p[1], p[2], p[3]
		m := &maker{id: "batch-1", fail: map[string]waybill.Error{refused.Value: refusal, vanished.Value: lost}}
		c := pushClient(t, m, r)
		c.Send(t.Context(), arrival("k"), []push.Token{sent, refused, vanished})
		for i, want := range []waybill.Delivery{waybill.Sent, waybill.NotSent, waybill.Ambiguous} {
			got, err := r.Find(t.Context(), "acme", "k", p[i])
			if err != nil || len(got) != 1 {
				t.Fatalf("%d: %d records, %v", i, len(got), cause(err))
			}
			one := got[0]
			if one.Delivery != want || one.Application != "orders" || one.ProductLine != "line" || one.Tenant != "acme" || one.Vendor != "huawei" || one.Kind != "order" ||
				one.Region != "CN" || one.Instance != "maker-1" || one.Recipient != r.Recipient(p[i]) || one.Ended.IsZero() || one.Domain != "push" {
				t.Errorf("%d: %+v", i, one)
			}
			if want == waybill.Sent && one.VendorID != "batch-1" || want == waybill.NotSent && one.VendorCode != "503" {
				t.Errorf("%d: %+v", i, one)
			}
		}
		// The retry of all of them, and of one more: those go that did not.
		m.fail, m.id = nil, "batch-2"
		results := c.Send(t.Context(), arrival("k"), p)
		for i, want := range []waybill.Delivery{waybill.Sent, waybill.Sent, waybill.Ambiguous, waybill.Sent} {
			var old *sqlpush.Existing
			switch e := results[i].Err; {
			case i == 1 || i == 3:
				if e != nil {
					t.Errorf("%d: %v, %v", i, e, cause(e))
				}
			case !errors.Is(e, waybill.ErrAlreadyExists) || !errors.As(e, &old) || old.Record.Delivery != want || old.Record.Recipient != r.Recipient(p[i]):
				t.Errorf("%d: %v", i, e)
			}
		}
		if m.sent[sent.Value] != 1 || m.sent[refused.Value] != 1 || m.sent[vanished.Value] != 0 || m.sent[later.Value] != 1 {
			t.Errorf("%v", m.sent)
		}
		if all, err := r.Find(t.Context(), "acme", "k", push.Token{}); err != nil || len(all) != 5 {
			t.Errorf("%d records, %v", len(all), err)
		}
		// The ambiguous one is open until somebody knows, and then free.
		open, err := r.Open(t.Context(), time.Now().Add(time.Second), 10)
		if err != nil || len(open) != 1 || open[0].Recipient != r.Recipient(vanished) {
			t.Fatalf("%+v, %v", open, cause(err))
		}
		if ok, err := r.Resolve(t.Context(), open[0].ID, waybill.NotSent, ""); !ok || err != nil {
			t.Errorf("%v, %v", ok, cause(err))
		}
		// So are another key, tenant and application, another app's token of the same
		// value, and what may come twice.
		other := *arrival("k")
		other.Tenant = "other"
		twice := *arrival("k")
		twice.AllowDuplicates = true
		foreign := sent
		foreign.App = "com.acme.driver"
		elsewhere := pushClient(t, m, pushRecorder(t, db, d, &sqlpush.RecorderOptions{Application: "other"}))
		for name, got := range map[string][]push.Result{
			"resolved": c.Send(t.Context(), arrival("k"), []push.Token{vanished}), "another key": c.Send(t.Context(), arrival("l"), p),
			"another tenant": c.Send(t.Context(), &other, p), "duplicates": c.Send(t.Context(), &twice, p), "another app": c.Send(t.Context(), arrival("k"), []push.Token{foreign}),
			"another application": elsewhere.Send(t.Context(), arrival("k"), p), "no key": c.Send(t.Context(), arrival(""), p), "no key again": c.Send(t.Context(), arrival(""), p),
		} {
			if n := outcomes(got); n[""] != len(got) {
				t.Errorf("%s: %v", name, n)
			}
		}
	})
}

// A thousand tokens, of which some have it; and many callers at once, whose batches
// overlap in other orders: each token gets it once.
func TestSQLPushOnceEach(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := pushRecorder(t, db, d, nil)
		m := &maker{id: "b"}
		c := pushClient(t, m, r, push.WithMaxBatch(1000))
		if n := outcomes(c.Send(t.Context(), arrival("k"), phones(0, 600))); n[""] != 600 {
			t.Fatal(n)
		}
		if n := outcomes(c.Send(t.Context(), arrival("k"), phones(300, 1300))); n[""] != 700 || n["already_exists"] != 300 {
			t.Fatal(n)
		}
		var wg sync.WaitGroup
		var accepted, exist atomic.Int64
		for i := range 8 {
			wg.Go(func() {
				tokens := phones(20*i, 20*i+200)
				if i%2 == 1 {
					for a, b := 0, len(tokens)-1; a < b; a, b = a+1, b-1 {
						tokens[a], tokens[b] = tokens[b], tokens[a]
					}
				}
				for _, res := range c.Send(t.Context(), arrival("race"), tokens) {
					switch {
					case res.Err == nil:
						accepted.Add(1)
					case errors.Is(res.Err, waybill.ErrAlreadyExists):
						exist.Add(1)
					default:
						t.Error(res.Err, cause(res.Err))
						return
					}
				}
			})
		}
		wg.Wait()
		if accepted.Load() != 340 || exist.Load() != 8*200-340 {
			t.Errorf("%d accepted, %d exist", accepted.Load(), exist.Load())
		}
		for value, n := range m.sent {
			if want := 1; n != want && !(n == 2 && value < "registration-00340") {
				t.Errorf("%s was sent %d times", value, n)
			}
		}
		hour := time.Now().UTC().Truncate(time.Hour)
		counts, err := r.Counts(t.Context(), "orders", hour.Add(-time.Hour), hour.Add(2*time.Hour))
		var all int64
		for _, one := range counts {
			if one.Vendor != "huawei" || one.Kind != "order" || one.Tenant != "acme" || one.Outcome != "sent" || one.Instance != "maker-1" || one.Hour.Sub(hour).Abs() > time.Hour {
				t.Errorf("%+v", one)
			}
			all += one.Records
		}
		if err != nil || all != 1300+340 {
			t.Errorf("%d counted, %v", all, cause(err))
		}
	})
}

// Receipts find their token's row among those of a batch, before and after its end,
// by the vendor's id, or by the key where the answer was lost.
func TestSQLPushReceipts(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		for name, key := range map[string]string{"masked": "", "hashed": "secret"} {
			r := pushRecorder(t, db, d, &sqlpush.RecorderOptions{Application: name, HashKey: []byte(key)})
			p := phones(0, 4)
			at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
			event := func(id string, i int, s push.EventStatus, change func(*push.Event)) push.Event {
				e := push.Event{Provider: "maker", ID: id, Token: push.Token{Vendor: push.Huawei, Value: p[i].Value}, Status: s, Code: fmt.Sprint("c", s), Time: at}
				if change != nil {
					change(&e)
				}
				return e
			}
			take := func(events ...push.Event) {
				t.Helper()
				if err := r.Report(t.Context(), events); err != nil {
					t.Fatal(err, cause(err))
				}
			}
			m := &maker{id: "batch-" + name, fail: map[string]waybill.Error{p[3].Value: {Code: waybill.Unavailable, Delivery: waybill.Ambiguous}}}
			keyed := func(e *push.Event) { e.Key = "k" }
			take(event(m.id, 0, push.EventDelivered, nil), event("of another", 1, push.EventDelivered, nil))
			take(event("lost-"+name, 3, push.EventDelivered, keyed))
			pushClient(t, m, r).Send(t.Context(), arrival("k"), p)
			want := func(when string, statuses ...push.EventStatus) {
				t.Helper()
				for i, status := range statuses {
					got, err := r.Find(t.Context(), "acme", "k", p[i])
					if err != nil || len(got) != 1 || got[0].Status != status || (status != 0) == got[0].Reported.IsZero() || status != 0 && got[0].ReportCode != fmt.Sprint("c", status) {
						t.Errorf("%s, %s, %d: %+v, %v", name, when, i, got, cause(err))
					}
				}
			}
			want("at the end", push.EventDelivered, 0, 0, push.EventDelivered)
			take(event(m.id, 1, push.EventDead, nil), event(m.id, 0, push.EventClicked, nil), event(m.id, 0, push.EventDisplayed, nil), event(m.id, 0, push.EventClicked, nil))
			take(push.Event{Provider: "maker", ID: m.id, Token: push.Token{Vendor: push.Huawei}, Status: push.EventFailed})
			take(event(m.id, 2, push.EventFailed, func(e *push.Event) { e.Provider = "another" }))
			take(event("lost-"+name, 3, push.EventDisplayed, keyed))
			want("after it", push.EventClicked, push.EventDead, 0, push.EventDisplayed)
			counts, err := r.Counts(t.Context(), name, time.Now().Add(-2*time.Hour), time.Now().Add(time.Hour))
			if err != nil || len(counts) != 4 {
				t.Errorf("%s: %+v, %v", name, counts, cause(err))
			}
			if n, err := r.Purge(t.Context(), time.Now().Add(time.Minute)); err != nil || n != 4 {
				t.Errorf("%s: %d went, %v", name, n, cause(err))
			}
		}
	})
}

// Two tenants may send to one token with the same key. A receipt with the id is one's
// own, and with the key alone nobody's.
func TestSQLPushReceiptsOfTenants(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := pushRecorder(t, db, d, nil)
		p := phones(0, 2)
		for _, tenant := range []string{"acme", "other"} {
			n := arrival("k")
			n.Tenant = tenant
			if got := outcomes(pushClient(t, &maker{id: "of " + tenant}, r).Send(t.Context(), n, p)); got[""] != 2 {
				t.Fatal(got)
			}
		}
		events := []push.Event{
			{Provider: "maker", Key: "k", Token: p[0], Status: push.EventFailed},
			{Provider: "maker", ID: "of other", Key: "k", Token: p[1], Status: push.EventDelivered},
		}
		if err := r.Report(t.Context(), events); err != nil {
			t.Fatal(err, cause(err))
		}
		for tenant, second := range map[string]push.EventStatus{"acme": 0, "other": push.EventDelivered} {
			for i, want := range []push.EventStatus{0, second} {
				if got, err := r.Find(t.Context(), tenant, "k", p[i]); err != nil || len(got) != 1 || got[0].Status != want {
					t.Errorf("%s, %d: %+v, %v", tenant, i, got, cause(err))
				}
			}
		}
	})
}

// Receipts that come while a batch ends are never lost.
func TestSQLPushReceiptsRaceWithTheEnd(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		r := pushRecorder(t, db, d, nil)
		for round := range 3 {
			key := fmt.Sprint("k-", round)
			p := phones(0, 20)
			var wg sync.WaitGroup
			for _, one := range p {
				wg.Go(func() {
					e := push.Event{Provider: "maker", ID: key, Token: one, Status: push.EventDelivered}
					if err := r.Report(t.Context(), []push.Event{e}); err != nil {
						t.Error(err, cause(err))
					}
				})
			}
			pushClient(t, &maker{id: key}, r).Send(t.Context(), arrival(key), p)
			wg.Wait()
			for _, one := range p {
				if got, err := r.Find(t.Context(), "acme", key, one); err != nil || len(got) != 1 || got[0].Status != push.EventDelivered {
					t.Fatalf("%+v, %v", got, cause(err))
				}
			}
		}
	})
}

// The tables of the records are those of sms: both may live in one database, and
// hold the same key.
func TestSQLPushBesideSMS(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		p := pushClient(t, &maker{id: "b"}, pushRecorder(t, db, d, nil))
		s := client(t, &gateway{}, recorder(t, db, d, nil))
		if _, err := s.Send(t.Context(), message("k")); err != nil {
			t.Error(err, cause(err))
		}
		if n := outcomes(p.Send(t.Context(), arrival("k"), phones(0, 2))); n[""] != 2 {
			t.Error(n)
		}
	})
}

// A database that goes away stops the next batch and says what was not ended.
func TestSQLPushDatabaseAway(t *testing.T) {
	onEach(t, func(t *testing.T, db *sql.DB, d sqlsms.Dialect) {
		var lost []waybill.Record
		r := pushRecorder(t, db, d, &sqlpush.RecorderOptions{OnError: func(_ context.Context, rec []waybill.Record, err error) {
			if waybill.CodeOf(err) != waybill.Unavailable {
				t.Error(err)
			}
			lost = append(lost, rec...)
		}})
		closing := &closer{maker: maker{id: "b"}, db: db}
		c, err := push.New(push.With(closing), push.WithRecorder(r))
		if err != nil {
			t.Fatal(err)
		}
		if n := outcomes(c.Send(t.Context(), arrival("k"), phones(0, 3))); n[""] != 3 || len(lost) != 3 || lost[0].Delivery != waybill.Sent {
			t.Errorf("%v, lost %d", n, len(lost))
		}
		for _, res := range c.Send(t.Context(), arrival("l"), phones(0, 3)) {
			if res.Err == nil || res.Err.Code != waybill.Unavailable || res.Err.Delivery != waybill.NotSent {
				t.Error(res.Err)
			}
		}
		if closing.sent[phones(0, 1)[0].Value] != 1 {
			t.Errorf("%v", closing.sent)
		}
	})
}

// closer closes the database while it sends.
type closer struct {
	maker
	db *sql.DB
}

func (c *closer) Send(ctx context.Context, n *push.Notification, tokens []push.Token) []push.Result {
	c.db.Close()
	return c.maker.Send(ctx, n, tokens)
}
