package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms/smstest"
)

// book is what this program believes of the sends of one kind, by key.
type book struct {
	intended, notSent, ambiguous []string
	aliases                      map[string][]string // a key, as the fakes know it
}

// intend notes that a send is about to be made. The aliases are the names by which
// the fakes count it.
func (a *app) intend(kind, key string, aliases ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.books[kind]
	if b == nil {
		b = &book{aliases: map[string][]string{}}
		a.books[kind] = b
	}
	b.intended = append(b.intended, key)
	b.aliases[key] = aliases
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
	strayed    int // files in a bucket outside the regions declared for them
}

// counts compares what was believed with what the fakes' ledgers say.
func (a *app) counts() []count {
	var out []count
	for _, k := range []struct{ kind, domain string }{{stepSMS, "sms"}, {stepCode, "sms"}, {stepOffer, "sms"}, {stepPush, "push"}, {stepMail, "mail"}} {
		b := a.books[k.kind]
		if b == nil {
			b = &book{}
		}
		ledgers, names := a.p.ledgers(k.domain)
		c := count{kind: k.kind, where: strings.Join(names, ", "), intended: len(b.intended), notSent: len(b.notSent), ambiguous: len(b.ambiguous)}
		for _, key := range b.intended {
			n := 0
			for _, l := range ledgers {
				for _, alias := range b.aliases[key] {
					n += l.Count(alias)
				}
			}
			c.tally(n, slices.Contains(b.notSent, key), slices.Contains(b.ambiguous, key))
		}
		out = append(out, c)
	}
	return out
}

// tally counts one key that the fakes accepted n times.
func (c *count) tally(n int, notSent, ambiguous bool) {
	switch {
	case notSent && n > 0:
		c.wrong++
	case ambiguous && n > 0:
		c.arrived++
	case n == 0 && !notSent && !ambiguous:
		c.lost++
	}
	c.accepted += n
	c.duplicates += max(0, n-1)
}

// strangers is how many sends the fakes accepted that nobody intended.
func (a *app) strangers() int {
	var known []string
	for _, b := range a.books {
		for _, aliases := range b.aliases {
			known = append(known, aliases...)
		}
	}
	var all []*smstest.Ledger
	for _, domain := range []string{"sms", "push", "mail"} {
		ledgers, _ := a.p.ledgers(domain)
		all = append(all, ledgers...)
	}
	n := 0
	for _, key := range smstest.TallyOf(known, all...).StrangerKeys {
		for _, l := range all {
			n += l.Count(key)
		}
	}
	return n
}

// files counts where the attachments of one side lie: in which buckets, and
// whether in any where they may not.
func (a *app) files(ctx context.Context, kind string, home bool) (count, bool) {
	c := count{kind: kind}
	var names []string
	fakes := true
	for _, s := range a.p.buckets {
		if s.holds(home) {
			names, fakes = append(names, s.name), fakes && s.has != nil
		}
	}
	for _, r := range a.results {
		if r == nil || (r.pickup.Address.Region == "CN") != home {
			continue
		}
		for _, l := range r.mailed.receipt.Links {
			c.intended++
			_, key, _ := strings.Cut(l.Key, ":")
			n := 0
			for _, s := range a.p.buckets {
				switch {
				case s.has == nil || !s.has(ctx, key):
				case s.holds(home):
					n++
				default:
					c.strayed++
				}
			}
			c.tally(n, false, false)
		}
	}
	if fakes {
		c.where = strings.Join(names, ", ")
	}
	return c, len(names) > 0
}

// tally is the last table.
func (a *app) tally(ctx context.Context) []string {
	lines := []string{fmt.Sprintf("%-42s %8s %8s %9s %8s %10s %4s", "Counted at the fakes", "intended", "accepted", "ambiguous", "not sent", "duplicates", "lost")}
	list := a.counts()
	for _, side := range []struct {
		kind string
		home bool
	}{{"files, mainland", true}, {"files, abroad", false}} {
		if c, ok := a.files(ctx, side.kind, side.home); ok {
			list = append(list, c)
		}
	}
	for _, c := range list {
		lines = append(lines, c.line())
	}
	if n := a.strangers(); n > 0 {
		lines = append(lines, fmt.Sprintf("  WRONG: %d accepted that nobody intended", n))
	}
	return lines
}

// line is the row of the table.
func (c count) line() string {
	if c.where == "" {
		return fmt.Sprintf("  %-40s %8d %8s %9d %8d %10s %4s", c.kind+" (real services)", c.intended, "–", c.ambiguous, c.notSent, "–", "–")
	}
	line := fmt.Sprintf("  %-40s %8d %8d %9d %8d %10d %4d", c.kind+" ("+c.where+")", c.intended, c.accepted, c.ambiguous, c.notSent, c.duplicates, c.lost)
	if c.ambiguous > 0 {
		line += fmt.Sprintf("   of the ambiguous %d arrived", c.arrived)
	}
	if c.wrong > 0 {
		line += fmt.Sprintf("   WRONG: %d accepted though reported as not sent", c.wrong)
	}
	if c.duplicates > 0 && strings.HasPrefix(c.kind, "files") {
		line += "   a bucket took them whose replies were lost: nothing links to these copies"
	}
	if c.strayed > 0 {
		line += fmt.Sprintf("   WRONG: %d outside their region", c.strayed)
	}
	return line
}
