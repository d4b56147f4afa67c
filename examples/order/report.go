package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/mail"
	"github.com/waybill-go/waybill/storage"
)

// heading is the first lines: who is real, who is a fake and what it speaks.
func (a *app) heading() []string {
	lines := []string{"Providers by step, in the order in which they are asked:"}
	domain := ""
	for _, e := range a.p.sorted(a.cfg.maps) {
		label := ""
		if e.domain != domain {
			label, domain = e.domain, e.domain
		}
		kind := "REAL"
		if e.fake {
			kind = "fake"
		} else if e.own {
			kind = "own"
		}
		lines = append(lines, strings.TrimRight(fmt.Sprintf("  %-8s %-9s %-5s %-27s %s", label, e.name, kind, e.url, e.speaks), " "))
	}
	if changed := changedLines(a.cfg.maps); changed != nil {
		lines = append(lines, "", "What -maps changes in the constructors (maps.go), and all that it changes:")
		for _, l := range changed {
			lines = append(lines, "  "+l)
		}
	}
	return append(lines, "")
}

// block is what is printed of one order.
func (a *app) block(r *result) []string {
	head := fmt.Sprintf("%2d  %-9s", r.N, r.ID)
	if r.fare.currency != "" {
		head += fmt.Sprintf("  %s → %s   %s km   %s min   %s   measured by %s", r.pickup.Address.Region, r.dropoff.Address.Region,
			kilometres(r.path.Distance), minutes(r.path.Duration), r.fare, r.wayBy)
	}
	lines := []string{a.out.bold(head)}
	add := func(label string, texts ...string) {
		for _, text := range texts {
			lines, label = append(lines, fmt.Sprintf("    %-9s %s", label, text)), ""
		}
	}
	for _, e := range []struct {
		label string
		found
		address
	}{{stepPickup, r.pickup, r.Pickup}, {stepDropoff, r.dropoff, r.Dropoff}} {
		if !e.found.Point.IsZero() {
			add(e.label, e.found.lines(e.address)...)
		}
	}
	if len(r.verdict.Stops) > 0 {
		add(stepArea, r.areaLines()...)
	}
	if r.driver != nil {
		add(stepDriver, r.driverLine())
	}
	for _, t := range r.texts {
		add(t.step, t.lines(a.journal)...)
	}
	if r.pushed.ID != "" {
		add(stepPush, fmt.Sprintf("%s   to %s by %s   %s", r.pushed.Token, r.pushed.User, r.pushed.Instance, r.pushed.ID))
	}
	add(stepMail, r.mailed.lines(r)...)
	var paths []string
	for _, s := range r.steps {
		for _, part := range s.split() {
			paths = append(paths, part.name+" "+part.path())
		}
	}
	add("attempts", strings.Join(paths, " │ "))
	for _, s := range r.failed() {
		add("", a.out.bold(failure(r, s)))
	}
	return append(lines, "")
}

// lines are what is printed of a place.
func (p found) lines(from address) []string {
	text := shown(p.Place, from.written())
	if text != from.written() {
		text += "   ← " + from.written()
	}
	if p.again != "" {
		text += fmt.Sprintf("   (found again by %s: %s, which had suggested it, is down)", p.again, p.lost)
	}
	lines := []string{fmt.Sprintf("%s  %s", p.Address.Region, text)}
	if p.reads != "" {
		lines = append(lines, "    the driver reads "+p.reads)
	}
	return lines
}

// split takes the mail's step apart: the link first, which is made of a put and a
// signature at a bucket, then the mail itself. That a bucket was asked first
// whether it has the key already is left out, unless it was asked no more.
func (s step) split() []step {
	if s.name != stepMail {
		return []step{s}
	}
	link, own := s, s
	link.name = "link"
	link.attempts, own.attempts, link.passed, own.passed = nil, nil, nil, nil
	for _, t := range s.attempts {
		written := slices.ContainsFunc(s.attempts, func(u waybill.Attempt) bool {
			return u.Op == string(storage.Put) && u.Instance == t.Instance
		})
		switch waybill.Verb(t.Op) {
		case mail.Send:
			own.attempts = append(own.attempts, t)
		case storage.Put:
			link.attempts = append(link.attempts, t)
		case storage.Head:
			if t.Err != nil && t.Err.Code != waybill.NotFound && !written {
				link.attempts = append(link.attempts, t)
			}
		}
	}
	for _, c := range s.passed {
		if family(c.Instance) == "smtp" {
			own.passed = append(own.passed, c)
		} else {
			link.passed = append(link.passed, c)
		}
	}
	return []step{link, own}
}

// path writes the attempts of a step, such as "amap ✗10021 → baidu ✓". In
// brackets stand those who were passed over, because they were ejected or had
// asked to wait.
func (s step) path() string {
	var parts []string
	for _, c := range s.overtaken() {
		if !s.asked(c.Instance) {
			word := "ejected"
			if c.Err != nil {
				word = "waiting"
			}
			parts = append(parts, c.Instance+" ("+word+")")
		}
	}
	repeated := false
	for _, t := range s.attempts {
		part := name(t.Instance, t.Provider) + " " + mark(t)
		switch n := len(parts); {
		case n > 0 && parts[n-1] == part:
			parts[n-1], repeated = part+" twice", true
		case repeated && parts[n-1] == part+" twice":
			parts[n-1] = part + " several times"
		case repeated && parts[n-1] == part+" several times":
		default:
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		if s.err == nil {
			return "✓ at no cost" // the suggestion had all that was wanted
		}
		return "✗ before the network"
	}
	return strings.Join(parts, " → ")
}

func (s step) asked(instance string) bool {
	for _, t := range s.attempts {
		if t.Instance == instance {
			return true
		}
	}
	return false
}

// mark is how an attempt ended in a word: the vendor's own code if it has one.
func mark(t waybill.Attempt) string {
	if t.Err == nil {
		return "✓"
	}
	code := strings.TrimPrefix(t.Err.VendorCode, "wire_")
	if code == "" {
		code = t.Err.Code.String()
	}
	if t.Err.Delivery == waybill.Ambiguous && isSend(t.Op) {
		return "✗" + code + " (ambiguous)"
	}
	return "✗" + code
}

func isSend(op string) bool { return op == "send" || op == "put" }

func name(instance, provider string) string {
	if instance != "" {
		return instance
	}
	return provider
}

// failure says what a failed step means for the people who run the service.
func failure(r *result, s step) string {
	text := fmt.Sprintf("✗ order %d (%s): %s: %v", r.N, r.ID, s.name, s.err)
	if isSend(s.err.Op) && s.err.Delivery == waybill.Ambiguous {
		text += " – it may have arrived, so it was not sent again"
	}
	return text
}

// badBlock is what is printed of an order that could not be used.
func badBlock(o *order) []string {
	return []string{fmt.Sprintf("%2d  %s", o.N, o.ID), fmt.Sprintf("    ✗ order %d (%s): %v", o.N, o.ID, o.bad), ""}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
