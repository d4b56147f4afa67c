package sqlrecords

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/waybill-go/waybill"
)

func TestBeginEachIsAsBegin(t *testing.T) {
	f := &fakeDB{}
	for _, err := range newStore(t, f, PostgreSQL, Options{}).BeginEach(t.Context(), records(1000)) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if f.seen("INSERT") != 1000/chunk || len(f.statements) != 1000/chunk {
		t.Errorf("%d statements", len(f.statements))
	}
	if errs := newStore(t, f, SQLite, Options{}).BeginEach(t.Context(), nil); len(errs) != 0 {
		t.Error(errs)
	}
}

// errDuplicate is what a unique index says.
var errDuplicate = errors.New("UNIQUE constraint failed")

// Those whose keys are held are refused, and the others inserted.
func TestBeginEachRefusesSome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeDB{rows: func(string) [][]driver.Value { return [][]driver.Value{rowOf("other", "k-1", "ambiguous", 1e15)} }}
		f.fail = func(q string) error {
			if strings.HasPrefix(q, "INSERT") && strings.Count(q, "(?") == 3 {
				return errDuplicate
			}
			return nil
		}
		all := append(records(3), waybill.Record{ID: "id-3", Key: strings.Repeat("x", 191)})
		errs := newStore(t, f, SQLite, Options{}).BeginEach(t.Context(), all)
		var old *Existing
		if errs[0] != nil || errs[2] != nil || !errors.Is(errs[1], waybill.ErrAlreadyExists) || !errors.As(errs[1], &old) || waybill.CodeOf(errs[3]) != waybill.InvalidArgument {
			t.Fatal(errs)
		}
		if old.Record.ID != "other" || f.seen("INSERT") != 2 || f.seen("SELECT") != 1 || len(f.args) != 2*fieldCount {
			t.Errorf("%+v: %d statements", old.Record, len(f.statements))
		}
	})
}

func TestBeginEachFails(t *testing.T) {
	for name, x := range map[string]struct {
		insert, look error
		holder       string
		tries        int
		want         waybill.Code
	}{
		"broken":                    {errBroken, nil, "", 1, waybill.Unavailable},
		"broken, nobody answers":    {errBroken, errBroken, "", 1, waybill.Unavailable},
		"deadlock":                  {errors.New("Deadlock found"), nil, "", Tries, waybill.Unavailable},
		"held, nobody answers":      {errDuplicate, errBroken, "", Tries, waybill.Unavailable},
		"it was given back at once": {errDuplicate, nil, "", Tries, waybill.Unavailable},
		"it was written":            {errBroken, nil, "id-0", 1, waybill.Unknown},
		"all are held":              {errDuplicate, nil, "other", 1, waybill.AlreadyExists},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeDB{rows: func(string) [][]driver.Value {
				if x.holder == "" {
					return nil
				}
				return [][]driver.Value{rowOf(x.holder, "k-0", "under_way", 0)}
			}}
			f.fail = func(q string) error {
				if strings.HasPrefix(q, "INSERT") {
					return x.insert
				}
				return x.look
			}
			err := newStore(t, f, MySQL, Options{}).BeginEach(t.Context(), records(1))[0]
			if waybill.CodeOf(err) != x.want || (err == nil) != (x.want == waybill.Unknown) || err != nil && waybill.DeliveryOf(err) != waybill.NotSent {
				t.Errorf("%s: %v", name, err)
			}
			if f.seen("INSERT") != x.tries || strings.Contains(fmt.Sprintf("%+v", err), "7700900") {
				t.Errorf("%s: %d tries", name, f.seen("INSERT"))
			}
		})
	}
}

// The same key twice in one batch begins once.
func TestBeginEachOfTwins(t *testing.T) {
	f := &fakeDB{}
	all := records(3)
	all[2].Key = all[0].Key
	errs := newStore(t, f, SQLite, Options{}).BeginEach(t.Context(), all)
	if errs[0] != nil || errs[1] != nil || !errors.Is(errs[2], waybill.ErrAlreadyExists) || len(f.args) != 2*fieldCount {
		t.Errorf("%v", errs)
	}
	all[2].AllowDuplicates = true
	if errs := newStore(t, f, SQLite, Options{}).BeginEach(t.Context(), all); errors.Join(errs...) != nil {
		t.Error(errs)
	}
}
