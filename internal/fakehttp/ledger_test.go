package fakehttp

import (
	"reflect"
	"sync"
	"testing"
)

func TestLedger(t *testing.T) {
	var l Ledger
	if l.Count("a") != 0 || len(l.Accepted()) != 0 {
		t.Error("the zero ledger is not empty")
	}
	if l.Accept("a") != 1 || l.Accept("b") != 1 || l.Accept("a") != 2 {
		t.Error("Accept counts wrongly")
	}
	if got := l.Accepted(); !reflect.DeepEqual(got, []string{"a", "b", "a"}) || l.Count("a") != 2 {
		t.Errorf("%q", got)
	}
	l.Reset()
	if l.Count("a") != 0 || len(l.Accepted()) != 0 {
		t.Error("Reset leaves something")
	}
}

func TestTally(t *testing.T) {
	nexmo, twilio := new(Ledger), new(Ledger)
	for _, key := range []string{"a", "b", "b", "x"} {
		nexmo.Accept(key)
	}
	for _, key := range []string{"a", "twice", "twice"} {
		twilio.Accept(key)
	}
	got := TallyOf([]string{"a", "b", "c", "twice", "twice", "half", "half"}, nexmo, twilio, nexmo, nil)
	want := Tally{Intended: 7, Accepted: 7, Duplicates: 2, Lost: 3, Strangers: 1,
		DuplicateKeys: []string{"a", "b"}, LostKeys: []string{"c", "half"}, StrangerKeys: []string{"x"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := TallyOf(nil); !reflect.DeepEqual(got, Tally{}) {
		t.Errorf("%+v", got)
	}
}

func TestSharedLedgerSeesDuplicatesAcrossFakes(t *testing.T) {
	l := new(Ledger)
	a, b := accepting(t, WithLedger(l)), accepting(t, WithLedger(l))
	mustSend(t, a, "order 1")
	mustSend(t, b, "order 1")
	if tally := TallyOf([]string{"order 1"}, a.Ledger(), b.Ledger()); tally.Duplicates != 1 || tally.Accepted != 2 {
		t.Errorf("%+v", tally)
	}
}

func TestLedgerConcurrently(t *testing.T) {
	var l Ledger
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				l.Accept("a")
				l.Count("a")
			}
		})
	}
	group.Wait()
	if l.Count("a") != 800 {
		t.Errorf("%d", l.Count("a"))
	}
}
