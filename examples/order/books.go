package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms/smstest"
)

// book is what this program believes of the sends of one kind, by key.
type book struct {
	intended, notSent, ambiguous []string
}

// intend notes that a send is about to be made.
func (a *app) intend(kind, key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.books[kind].intended = append(a.books[kind].intended, key)
}

// conclude notes what the library said of the send that was just made.
func (a *app) conclude(r *result, ok bool, key string) {
	if ok {
		return
	}
	last := r.steps[len(r.steps)-1] // the send, which has failed
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.books[last.name]
	switch last.err.Delivery {
	case waybill.NotSent:
		b.notSent = append(b.notSent, key)
	case waybill.Ambiguous:
		b.ambiguous = append(b.ambiguous, key)
	}
}

// count is one line of the last table.
type count struct {
	kind       string
	where      string // the fakes that were asked, "" when the services are real
	intended   int
	notSent    int // and reported so
	ambiguous  int // and reported so
	arrived    int // of the ambiguous, at the fakes
	accepted   int // at the fakes
	duplicates int // at the fakes
	lost       int // neither accepted nor reported
	wrong      int // accepted although reported as not sent
}

// counts compares what was believed with what the fakes' ledgers say.
func (a *app) counts() []count {
	var out []count
	for _, k := range []struct{ kind, family string }{{stepSMS, "nexmo"}, {stepPush, "fcm"}, {stepMail, "smtp"}} {
		b := a.books[k.kind]
		c := count{kind: k.kind, intended: len(b.intended), notSent: len(b.notSent), ambiguous: len(b.ambiguous)}
		ledgers := a.p.ledgers(k.family)
		if len(ledgers) == 0 {
			out = append(out, c)
			continue
		}
		var names []string
		for _, name := range a.p.fakeNames() {
			if family(name) == k.family {
				names = append(names, name)
			}
		}
		c.where = strings.Join(names, ", ")
		expected := slices.DeleteFunc(slices.Clone(b.intended), func(key string) bool { return slices.Contains(b.notSent, key) })
		t := smstest.TallyOf(expected, ledgers...)
		c.accepted, c.duplicates, c.wrong = t.Accepted, t.Duplicates, t.Strangers
		c.arrived = c.ambiguous
		for _, key := range t.LostKeys {
			if slices.Contains(b.ambiguous, key) {
				c.arrived--
			} else {
				c.lost++
			}
		}
		out = append(out, c)
	}
	return out
}

// tally is the last table.
func (a *app) tally() []string {
	lines := []string{fmt.Sprintf("%-34s %8s %8s %9s %8s %10s %4s", "Counted at the fakes", "intended", "accepted", "ambiguous", "not sent", "duplicates", "lost")}
	for _, c := range a.counts() {
		if c.where == "" {
			lines = append(lines, fmt.Sprintf("  %-32s %8d %8s %9d %8d %10s %4s", c.kind+" (real services)", c.intended, "–", c.ambiguous, c.notSent, "–", "–"))
			continue
		}
		line := fmt.Sprintf("  %-32s %8d %8d %9d %8d %10d %4d", c.kind+" ("+c.where+")", c.intended, c.accepted, c.ambiguous, c.notSent, c.duplicates, c.lost)
		if c.ambiguous > 0 {
			line += fmt.Sprintf("   of the ambiguous %d arrived", c.arrived)
		}
		if c.wrong > 0 {
			line += fmt.Sprintf("   WRONG: %d accepted though reported as not sent", c.wrong)
		}
		lines = append(lines, line)
	}
	return lines
}
