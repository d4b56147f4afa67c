package fakehttp

import (
	"maps"
	"slices"
	"sync"
)

// Ledger counts what a fake accepted, by a key that says which business thing it was (say recipient and text, or the
// caller's reference). A fake calls Accept at the moment a real vendor would have taken the request on, before any
// reply. The zero value is ready. It is safe for concurrent use.
type Ledger struct {
	mu     sync.Mutex
	counts map[string]int
	order  []string
}

// Accept counts one acceptance of key and returns how often key has been accepted by now.
func (l *Ledger) Accept(key string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[key]++
	l.order = append(l.order, key)
	return l.counts[key]
}

// Count returns how often key was accepted.
func (l *Ledger) Count(key string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[key]
}

// Accepted returns every acceptance in its order; a key accepted twice is there twice.
func (l *Ledger) Accepted() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.order)
}

// Reset forgets everything.
func (l *Ledger) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts, l.order = nil, nil
}

// Tally is what came of a number of intentions, counted at the fakes.
type Tally struct {
	Intended   int // keys meant to be accepted once each
	Accepted   int // acceptances in all
	Duplicates int // acceptances of an intended key beyond as many as were intended
	Lost       int // intentions never accepted
	Strangers  int // acceptances of keys that nobody intended
	// DuplicateKeys, LostKeys and StrangerKeys name them, sorted, each once.
	DuplicateKeys, LostKeys, StrangerKeys []string
}

// TallyOf compares what was intended (a key may be there several times, if it is to be accepted that often) with what
// the ledgers accepted together. A ledger given twice counts once.
func TallyOf(intended []string, ledgers ...*Ledger) Tally {
	want, got := map[string]int{}, map[string]int{}
	for _, key := range intended {
		want[key]++
	}
	t := Tally{Intended: len(intended)}
	seen := map[*Ledger]bool{}
	for _, l := range ledgers {
		if l == nil || seen[l] {
			continue
		}
		seen[l] = true
		for _, key := range l.Accepted() {
			got[key]++
			t.Accepted++
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		switch n := got[key] - want[key]; {
		case n > 0:
			t.Duplicates += n
			t.DuplicateKeys = append(t.DuplicateKeys, key)
		case n < 0:
			t.Lost -= n
			t.LostKeys = append(t.LostKeys, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if want[key] == 0 {
			t.Strangers += got[key]
			t.StrangerKeys = append(t.StrangerKeys, key)
		}
	}
	return t
}
