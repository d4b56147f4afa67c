package sqlpush

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
)

func newRecorder(t *testing.T, o *RecorderOptions) *Recorder {
	t.Helper()
	db := sql.OpenDB(&broken{err: errors.New("no such table: secret-words")})
	t.Cleanup(func() { db.Close() })
	r, err := NewRecorder(db, SQLite, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What stands for a token tells one from another, does not hold it, and does not
// depend on what a receipt leaves out.
func TestRecipient(t *testing.T) {
	const value = "dGhpc-is-a-token:APA91b-0123456789"
	seen := map[string]string{}
	for name, key := range map[string]string{"masked": "", "hashed": "k", "with another key": "l"} {
		r := newRecorder(t, &RecorderOptions{HashKey: []byte(key)})
		got := r.Recipient(push.Token{Vendor: push.Huawei, App: "app", Value: value})
		if got != r.Recipient(push.Token{Vendor: push.HuaweiQuick, Value: value}) || got == r.Recipient(push.Token{Vendor: push.Huawei, App: "app", Value: value + "0"}) {
			t.Errorf("%s: not the value alone", name)
		}
		if strings.Contains(got, value[:8]) || len(got) > 80 || (key == "") != strings.HasPrefix(got, value[:4]+"…") || seen[got] != "" {
			t.Errorf("%s: %d bytes", name, len(got))
		}
		seen[got] = name
		if r.Recipient(push.Token{Vendor: push.FCM}) != "" {
			t.Errorf("%s: a topic's is not empty", name)
		}
	}
}

func TestRecorderWithoutADatabase(t *testing.T) {
	r := newRecorder(t, nil)
	ctx := t.Context()
	event := push.Event{Provider: "p", ID: "1", Token: push.Token{Vendor: push.OPPO, Value: "t"}, Status: push.EventDelivered}
	_, err1 := r.Find(ctx, "", "k", push.Token{})
	_, err2 := r.Counts(ctx, "", time.Time{}, time.Now())
	_, err3 := r.Open(ctx, time.Now(), 1)
	_, err4 := r.Resolve(ctx, "a", waybill.Sent, "")
	_, err5 := r.Purge(ctx, time.Now())
	begun := r.BeginEach(ctx, []waybill.Record{{ID: "a", Key: "k"}})
	for i, err := range []error{err1, err2, err3, err4, err5, begun[0], r.Begin(ctx, []waybill.Record{{ID: "a"}}), r.Migrate(ctx), r.Report(ctx, []push.Event{event})} {
		if waybill.CodeOf(err) != waybill.Unavailable || strings.Contains(err.Error(), "secret") {
			t.Errorf("%d: %v", i, err)
		}
	}
	if ok, err := r.Resolve(ctx, "a", waybill.Ambiguous, ""); ok || err != nil {
		t.Errorf("nothing to write: %v, %v", ok, err)
	}
	// These are nobody's: the database is not asked.
	nobodys := []push.Event{{Provider: "p", ID: "1"}, {Provider: "p", Token: event.Token}}
	if err := r.Report(ctx, nobodys); err != nil {
		t.Error(err)
	}
}

func TestRecorderThatCannotEnd(t *testing.T) {
	var lost []waybill.Record
	r := newRecorder(t, &RecorderOptions{OnError: func(_ context.Context, records []waybill.Record, err error) {
		lost = append(lost, records...)
		if waybill.CodeOf(err) != waybill.Unavailable {
			t.Error(err)
		}
	}})
	r.End(t.Context(), []waybill.Record{{ID: "a"}, {ID: "b"}})
	if len(lost) != 2 {
		t.Errorf("%d lost", len(lost))
	}
}

func TestNewRecorderRefuses(t *testing.T) {
	_, err1 := NewRecorder(nil, SQLite, nil)
	db := sql.OpenDB(&broken{})
	defer db.Close()
	_, err2 := NewRecorder(db, 0, nil)
	_, err3 := NewRecorder(db, SQLite, &RecorderOptions{EndTimeout: -1})
	_, err4 := Migrations(0)
	for i, err := range []error{err1, err2, err3} {
		if waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%d: %v", i, err)
		}
	}
	if err4 == nil {
		t.Error("a dialect without a schema")
	}
}

func TestStatus(t *testing.T) {
	for s := push.EventUnknown; s <= push.EventDead; s++ {
		if status(s.String()) != s {
			t.Errorf("%v", s)
		}
	}
	if status("buffered") != push.EventUnknown {
		t.Error("a word of another domain")
	}
}
