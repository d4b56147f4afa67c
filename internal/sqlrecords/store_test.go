package sqlrecords

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

func newStore(t *testing.T, f *fakeDB, d Dialect, o Options) *Store {
	t.Helper()
	db := f.open()
	t.Cleanup(func() { db.Close() })
	if o.Domain == "" {
		o.Domain = "sms"
	}
	s, err := New(db, d, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func records(n int) []waybill.Record {
	out := make([]waybill.Record, n)
	for i := range out {
		out[i] = waybill.Record{ID: fmt.Sprint("id-", i), Key: fmt.Sprint("k-", i), Begun: time.UnixMicro(1e15)}
	}
	return out
}

func TestBeginIsOneStatement(t *testing.T) {
	for _, n := range []int{1, 2, chunk} {
		f := &fakeDB{}
		s := newStore(t, f, PostgreSQL, Options{Application: "app", ProductLine: "line"})
		if err := s.Begin(t.Context(), records(n)); err != nil {
			t.Fatal(err)
		}
		if len(f.statements) != 1 || len(f.args) != n*fieldCount || len(f.ended) != 0 {
			t.Errorf("%d records: %d statements, %d arguments, %v", n, len(f.statements), len(f.args), f.ended)
		}
		if q := f.statements[0]; strings.Contains(q, "?") || !strings.Contains(q, fmt.Sprintf("$%d)", n*fieldCount)) {
			t.Error("the placeholders are not PostgreSQL's")
		}
		if f.args[2].Value != "app" || f.args[3].Value != "line" || f.args[9].Value != "k-0" || f.args[16].Value != "under_way" {
			t.Errorf("%v", f.args[:fieldCount])
		}
	}
	f := &fakeDB{}
	if err := newStore(t, f, MySQL, Options{}).Begin(t.Context(), nil); err != nil || len(f.statements) != 0 {
		t.Errorf("no records: %v, %d statements", err, len(f.statements))
	}
}

func TestBeginInATransaction(t *testing.T) {
	f := &fakeDB{}
	s := newStore(t, f, SQLite, Options{})
	if err := s.Begin(t.Context(), records(2*chunk+1)); err != nil {
		t.Fatal(err)
	}
	if f.seen("INSERT") != 3 || !slices.Equal(f.ended, []string{"commit"}) {
		t.Errorf("%d statements, %v", f.seen("INSERT"), f.ended)
	}
	n := 0
	f = &fakeDB{fail: func(q string) error {
		if n++; n == 2 {
			return errBroken
		}
		return nil
	}}
	s = newStore(t, f, SQLite, Options{})
	err := s.Begin(t.Context(), records(2*chunk+1))
	if waybill.CodeOf(err) != waybill.Unavailable || !slices.Equal(f.ended, []string{"rollback"}) {
		t.Errorf("%v, %v", err, f.ended)
	}
}

// rowOf is a stored record as a query returns it.
func rowOf(id, key, delivery string, ended int64) []driver.Value {
	return []driver.Value{id, "sms", "", "", "", "", "", "", key, key, "", "", "", "", "gate", "", delivery, "", "", int64(0), int64(1), int64(1), "", "", int64(1e15), ended,
		"", "", "", int64(0), int64(0)}
}

func TestBeginExplainsAFailure(t *testing.T) {
	for name, x := range map[string]struct {
		rows [][]driver.Value
		want waybill.Code
		text string
	}{
		"nobody holds the key": {nil, waybill.Unavailable, ""},
		"sent":                 {[][]driver.Value{rowOf("other", "k-0", "sent", 1e15)}, waybill.AlreadyExists, "a send of this key is sent"},
		"ambiguous":            {[][]driver.Value{rowOf("other", "k-0", "ambiguous", 1e15)}, waybill.AlreadyExists, "a send of this key is ambiguous"},
		"under way":            {[][]driver.Value{rowOf("other", "k-0", "under_way", 0)}, waybill.AlreadyExists, "a send of this key is under way or was never ended"},
		"it was written":       {[][]driver.Value{rowOf("id-0", "k-0", "under_way", 0)}, waybill.Unknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeDB{rows: func(string) [][]driver.Value { return x.rows }, fail: func(q string) error {
				if strings.HasPrefix(q, "INSERT") {
					return errBroken
				}
				return nil
			}}
			err := newStore(t, f, MySQL, Options{}).Begin(t.Context(), records(1))
			if x.want == waybill.Unknown {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var old *Existing
			if waybill.CodeOf(err) != x.want || waybill.DeliveryOf(err) != waybill.NotSent || strings.Contains(fmt.Sprintf("%+v", err), "7700900") {
				t.Fatalf("%v", err)
			}
			if errors.As(err, &old) != (x.text != "") || x.text != "" && old.Error() != x.text {
				t.Errorf("%v", old)
			}
			if x.text == "" && !errors.Is(waybill.AsError(err).Err, errBroken) {
				t.Error("the driver's error is lost")
			}
		})
	}
}

// A caller that leaves during the INSERT leaves no key behind: if it was written,
// the send goes on to its end, where the key is given back.
func TestBeginOfACallerThatLeaves(t *testing.T) {
	for name, x := range map[string]struct {
		rows [][]driver.Value
		want waybill.Code
	}{
		"it was written":     {[][]driver.Value{rowOf("id-0", "k-0", "under_way", 0)}, 0},
		"it was not written": {nil, waybill.Canceled},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		f := &fakeDB{rows: func(string) [][]driver.Value { return x.rows }, fail: func(q string) error {
			if strings.HasPrefix(q, "INSERT") {
				cancel()
				return ctx.Err()
			}
			return nil
		}}
		if err := newStore(t, f, MySQL, Options{}).Begin(ctx, records(1)); (err == nil) != (x.want == 0) || err != nil && waybill.CodeOf(err) != x.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Nor does one that leaves while the store looks what became of an INSERT.
func TestBeginOfACallerThatLeavesDuringTheLook(t *testing.T) {
	for name, begin := range map[string]func(*Store, context.Context, []waybill.Record) error{
		"together": (*Store).Begin,
		"each":     func(s *Store, ctx context.Context, r []waybill.Record) error { return s.BeginEach(ctx, r)[0] },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		f := &fakeDB{rows: func(string) [][]driver.Value { return [][]driver.Value{rowOf("id-0", "k-0", "under_way", 0)} }}
		f.fail = func(q string) error {
			if strings.HasPrefix(q, "INSERT") {
				return errBroken // its answer lost
			}
			cancel()
			return f.ctx.Err() // as a driver breaks off
		}
		if err := begin(newStore(t, f, MySQL, Options{}), ctx, records(1)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Nothing is written for a caller who has left before.
func TestBeginOfACallerWhoHasLeft(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := &fakeDB{}
	s := newStore(t, f, SQLite, Options{})
	for _, err := range append(s.BeginEach(ctx, records(2)), s.Begin(ctx, records(2))) {
		if waybill.CodeOf(err) != waybill.Canceled || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Error(err)
		}
	}
	if len(f.statements) != 0 {
		t.Errorf("%d statements", len(f.statements))
	}
}

// Who allows duplicates is not told of another send with the key.
func TestBeginWithDuplicatesAllowed(t *testing.T) {
	f := &fakeDB{rows: func(q string) [][]driver.Value {
		if strings.Contains(q, "WHERE id =") {
			return nil
		}
		return [][]driver.Value{rowOf("other", "k-0", "sent", 1e15)}
	}, fail: func(q string) error {
		if strings.HasPrefix(q, "INSERT") {
			return errBroken
		}
		return nil
	}}
	r := records(1)
	r[0].AllowDuplicates = true
	if err := newStore(t, f, MySQL, Options{}).Begin(t.Context(), r); waybill.CodeOf(err) != waybill.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestBeginRefusesWhatDoesNotFit(t *testing.T) {
	long := strings.Repeat("x", 191)
	for name, r := range map[string]waybill.Record{
		"key": {Key: long}, "tenant": {Tenant: long}, "lane": {Lane: long}, "template": {Template: long}, "application": {Application: long},
		"no UTF-8": {Tenant: "\xff"}, "a zero": {Key: "a\x00"},
	} {
		f := &fakeDB{}
		err := newStore(t, f, SQLite, Options{}).Begin(t.Context(), []waybill.Record{r})
		if waybill.CodeOf(err) != waybill.InvalidArgument || len(f.statements) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := &fakeDB{}
	if err := newStore(t, f, SQLite, Options{}).Begin(t.Context(), []waybill.Record{{Tenant: strings.Repeat("号", 190)}}); err != nil {
		t.Errorf("190 characters: %v", err)
	}
}

func TestWhoHoldsTheKey(t *testing.T) {
	for name, x := range map[string]struct {
		r    waybill.Record
		want driver.Value
	}{
		"the key":    {waybill.Record{Key: "k"}, "k"},
		"none":       {waybill.Record{}, nil},
		"duplicates": {waybill.Record{Key: "k", AllowDuplicates: true}, nil},
		"its own":    {waybill.Record{Key: "k", Identity: "k/r"}, "k/r"},
	} {
		f := &fakeDB{}
		if err := newStore(t, f, MySQL, Options{}).Begin(t.Context(), []waybill.Record{x.r}); err != nil || f.args[9].Value != x.want {
			t.Errorf("%s: %v, %v", name, f.args[9].Value, err)
		}
	}
}

func TestEnd(t *testing.T) {
	for name, x := range map[string]struct {
		r        waybill.Record
		released bool
		looks    int
	}{
		"sent":      {waybill.Record{Delivery: waybill.Sent, VendorID: "v"}, false, 1},
		"ambiguous": {waybill.Record{Delivery: waybill.Ambiguous, Key: "k"}, false, 1},
		"not sent":  {waybill.Record{Delivery: waybill.NotSent, Key: "k", VendorID: "v"}, true, 0},
		"no name":   {waybill.Record{Delivery: waybill.Sent}, false, 0},
	} {
		f := &fakeDB{}
		newStore(t, f, SQLite, Options{}).End(t.Context(), []waybill.Record{x.r})
		if f.seen("UPDATE") != 1 || strings.Contains(f.statements[0], "held_key = NULL") != x.released || f.seen("SELECT") != x.looks {
			t.Errorf("%s: %q", name, f.statements)
		}
	}
}

// End tries twice, and then says what it could not write; its context is its own.
func TestEndFails(t *testing.T) {
	var lost []waybill.Record
	f := &fakeDB{fail: func(string) error { return errBroken }}
	s := newStore(t, f, SQLite, Options{OnError: func(_ context.Context, r []waybill.Record, err error) {
		lost = append(lost, r...)
		if waybill.CodeOf(err) != waybill.Unavailable {
			t.Error(err)
		}
	}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.End(ctx, records(2))
	if f.seen("INSERT") != 2 || len(lost) != 2 {
		t.Errorf("%d statements, %d lost", f.seen("INSERT"), len(lost))
	}
	newStore(t, f, SQLite, Options{}).End(t.Context(), records(1)) // nobody listens
}

// Many end in few statements, with the keys of those given back that were not sent:
// of each for itself, or of all together.
func TestEndOfMany(t *testing.T) {
	for name, x := range map[string]struct {
		d        Dialect
		together bool
		outcome  waybill.Delivery
		want     string
	}{
		"each":          {PostgreSQL, false, waybill.Sent, "held_key = CASE WHEN excluded.delivery = 'not_sent' THEN NULL ELSE waybill_records.held_key END"},
		"each, MySQL":   {MySQL, false, waybill.Sent, "ON DUPLICATE KEY UPDATE provider = VALUES(provider), "},
		"none":          {SQLite, false, waybill.NotSent, "held_key = NULL"},
		"together":      {SQLite, true, waybill.Sent, "held_key = waybill_records.held_key"},
		"together none": {SQLite, true, waybill.NotSent, "held_key = NULL"},
	} {
		f := &fakeDB{}
		all := records(1000)
		for i := range all {
			all[i].Delivery = waybill.NotSent
		}
		all[3].Delivery = x.outcome
		newStore(t, f, x.d, Options{Together: x.together}).End(t.Context(), all)
		looks := 0
		if x.outcome == waybill.Sent {
			looks = 1
		}
		if f.seen("INSERT") != 1000/chunk || f.seen("SELECT") != looks || len(f.statements) != 1000/chunk+looks {
			t.Errorf("%s: %d statements", name, len(f.statements))
		}
		if !strings.Contains(f.statements[0], x.want) {
			t.Errorf("%s: …%s", name, f.statements[0][len(f.statements[0])-800:])
		}
	}
}

func TestNewRefuses(t *testing.T) {
	db := (&fakeDB{}).open()
	defer db.Close()
	_, err1 := New(nil, SQLite, Options{})
	_, err2 := New(db, 0, Options{})
	_, err3 := New(db, SQLite, Options{Application: strings.Repeat("x", 191)})
	_, err4 := New(db, SQLite, Options{Timeout: -1})
	for i, err := range []error{err1, err2, err3, err4} {
		if waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestClip(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "abc": "abc", "a\x00b": "a?b", "a\xffb": "a?b", strings.Repeat("é", 300): strings.Repeat("é", 190), strings.Repeat("é", 100): strings.Repeat("é", 100),
	} {
		if got := clip(in); got != want {
			t.Errorf("%.20q became %.20q", in, got)
		}
	}
}
