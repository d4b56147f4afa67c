package sqlrecords

import (
	"database/sql/driver"
	"strings"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
)

func TestSummary(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	for name, x := range map[string]struct {
		events    []Report
		status    string
		delivered int
		at        int
	}{
		"one":                    {[]Report{{ID: "a", Status: "delivered", At: at(1)}}, "delivered", 1, 1},
		"in another order":       {[]Report{{ID: "a", Status: "delivered", At: at(2)}, {ID: "a", Status: "buffered", At: at(1)}}, "delivered", 1, 2},
		"two parts of one id":    {[]Report{{ID: "a", Part: 1, Status: "delivered"}, {ID: "a", Part: 2, Status: "delivered"}}, "delivered", 2, 0},
		"one part failed":        {[]Report{{ID: "a", Status: "failed", At: at(5)}, {ID: "b", Status: "delivered", At: at(9)}}, "failed", 1, 5},
		"failed after delivered": {[]Report{{ID: "a", Status: "delivered"}, {ID: "a", Status: "failed"}}, "failed", 0, 0},
		"no time but its coming": {[]Report{{ID: "a", Status: "expired", Received: at(7)}}, "expired", 0, 7},
		"seen after failed":      {[]Report{{ID: "a", Status: "failed"}, {ID: "a", Status: "displayed"}, {ID: "a", Status: "delivered"}}, "displayed", 1, 0},
		"clicked":                {[]Report{{ID: "a", Status: "clicked"}, {ID: "a", Status: "displayed"}}, "clicked", 1, 0},
		"dead":                   {[]Report{{ID: "a", Status: "dead"}, {ID: "a", Status: "failed"}}, "dead", 0, 0},
		"unknown is final":       {[]Report{{ID: "a", Status: "buffered"}, {ID: "a", Status: "unknown", At: at(3)}}, "unknown", 0, 3},
	} {
		got := summary(x.events)
		if got.Status != x.status || got.Delivered != x.delivered || x.at > 0 && !got.At.Equal(at(x.at)) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestReportOfNobody(t *testing.T) {
	f := &fakeDB{}
	s := newStore(t, f, PostgreSQL, Options{})
	found, err := s.Report(t.Context(), Report{Gateway: "g", ID: "a", Key: "k", Status: "delivered", Received: time.Now()})
	if found || err != nil || f.seen("INSERT INTO waybill_reports") != 1 || f.seen("SELECT") != 2 || f.seen("UPDATE") != 0 {
		t.Errorf("%v, %v: %q", found, err, f.statements)
	}
}

// A second time is no error; another failure is.
func TestReportTwice(t *testing.T) {
	for n, want := range map[int64]waybill.Code{1: 0, 0: waybill.Unavailable} {
		f := &fakeDB{
			fail: func(q string) error {
				if strings.HasPrefix(q, "INSERT") {
					return errBroken
				}
				return nil
			},
			rows: func(q string) [][]driver.Value {
				if strings.HasPrefix(q, "SELECT COUNT") {
					return [][]driver.Value{{n}}
				}
				return nil
			},
		}
		_, err := newStore(t, f, MySQL, Options{}).Report(t.Context(), Report{Gateway: "g", ID: "a", Status: "delivered"})
		if (err == nil) != (want == 0) || err != nil && waybill.CodeOf(err) != want {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func TestReportLocksBeforeItReads(t *testing.T) {
	f := &fakeDB{rows: func(q string) [][]driver.Value {
		if strings.HasPrefix(q, "SELECT vendor_id") { // nobody else has the id
			return nil
		}
		if strings.Contains(q, "FROM waybill_records") {
			return [][]driver.Value{rowOf("id", "k", "sent", 1e15)}
		}
		return [][]driver.Value{{"g", "a", "", int64(0), "delivered", "", "", "", int64(0), int64(1)}}
	}}
	s := newStore(t, f, SQLite, Options{})
	if found, err := s.Report(t.Context(), Report{Gateway: "g", ID: "a", Status: "delivered"}); !found || err != nil {
		t.Fatal(found, err)
	}
	var order []string
	for _, q := range f.statements {
		order = append(order, strings.Fields(q)[0])
	}
	if got := strings.Join(order, " "); got != "INSERT SELECT UPDATE SELECT SELECT SELECT UPDATE" || len(f.ended) != 1 {
		t.Errorf("%s, %v", got, f.ended)
	}
}

func TestDialects(t *testing.T) {
	for d, want := range map[Dialect]string{PostgreSQL: "a = $1 AND b = $2", MySQL: "a = ? AND b = ?", SQLite: "a = ? AND b = ?"} {
		if got := d.Rebind("a = ? AND b = ?"); got != want {
			t.Errorf("%s: %q", d, got)
		}
	}
	if PostgreSQL.hours("b") != "b / 3600000000" || MySQL.hours("b") != "b DIV 3600000000" || Dialect(0).String() != "unknown" {
		t.Error("wrong words")
	}
}

// A report of a recipient is about that one of a message's where recipients are
// exact, any other about all.
func TestReportMay(t *testing.T) {
	r := waybill.Record{VendorID: "v", Key: "k", Recipient: "r"}
	for p, want := range map[Report]bool{
		{ID: "v"}: true, {ID: "v", Recipient: "r"}: true, {ID: "v", Recipient: "s"}: false, {ID: "w", Recipient: "r"}: false,
		{ID: "w", Key: "k", Recipient: "r"}: true, {ID: "w", Key: "k", Recipient: "s"}: false,
	} {
		if p.may(&r, true) != want || p.may(&r, false) != (p.ID == "v" || p.Key == "k") {
			t.Errorf("%+v", p)
		}
	}
}

// Each dialect has the same steps, tables and columns.
func TestMigrations(t *testing.T) {
	columns := func(s string) int {
		return strings.Count(s, "NOT NULL") + strings.Count(s, "held_key TEXT") + strings.Count(s, "held_key VARCHAR")
	}
	var first []Migration
	for _, d := range []Dialect{PostgreSQL, MySQL, SQLite} {
		steps, err := Migrations(d)
		if err != nil || len(steps) == 0 {
			t.Fatal(d, err)
		}
		if first == nil {
			first = steps
		}
		for i, step := range steps {
			if step.Version != i+1 || step.Name != first[i].Name {
				t.Errorf("%s: step %d is %s", d, step.Version, step.Name)
			}
			for _, s := range step.Statements {
				if strings.HasSuffix(s, ";") || !strings.Contains(s, "IF NOT EXISTS") {
					t.Errorf("%s: %.40q", d, s)
				}
			}
		}
		if got := columns(steps[0].Statements[0]); got != fieldCount {
			t.Errorf("%s: %d columns, want %d", d, got, fieldCount)
		}
	}
	if _, err := Migrations(9); err == nil {
		t.Error("a dialect without a schema")
	}
}

// Who is up to date changes nothing, who is not writes the version down.
func TestMigrate(t *testing.T) {
	for _, d := range []Dialect{PostgreSQL, MySQL, SQLite} {
		for version, changes := range map[int64]bool{0: true, 1000: false} {
			f := &fakeDB{rows: func(q string) [][]driver.Value {
				if strings.Contains(q, "LOCK") {
					return [][]driver.Value{{int64(1)}}
				}
				return [][]driver.Value{{version}}
			}}
			if err := newStore(t, f, d, Options{}).Migrate(t.Context()); err != nil {
				t.Fatal(d, err)
			}
			if (f.seen("UPDATE waybill_schema") > 0) != changes {
				t.Errorf("%s at %d: %q", d, version, f.statements)
			}
		}
		f := &fakeDB{fail: func(string) error { return errBroken }}
		if err := newStore(t, f, d, Options{}).Migrate(t.Context()); waybill.CodeOf(err) != waybill.Unavailable {
			t.Errorf("%s: %v", d, err)
		}
	}
	f := &fakeDB{rows: func(string) [][]driver.Value { return [][]driver.Value{{int64(0)}} }} // the lock is taken
	if err := newStore(t, f, MySQL, Options{}).Migrate(t.Context()); waybill.CodeOf(err) != waybill.Unavailable {
		t.Errorf("locked: %v", err)
	}
}
