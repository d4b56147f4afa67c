package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/waybill-go/waybill"
)

// explanation is what -explain prints: every attempt of an order with what the
// library knows of it.
func (a *app) explanation(n int) []string {
	lines := []string{fmt.Sprintf("Every attempt of order %d", n)}
	r := a.results[n-1]
	if r == nil {
		return append(lines, "  there were none: the order was not processed", "")
	}
	row := func(cells ...any) {
		lines = append(lines, strings.TrimRight(fmt.Sprintf("  %-9s %-15s %3v %-14s %8v  %-18s %-10s %-10s %-8v %s", cells...), " "))
	}
	row("step", "verb", "try", "provider", "took", "code", "scope", "delivery", "wait", "the provider's words")
	for _, s := range r.steps {
		for _, c := range s.overtaken() {
			if s.asked(c.Instance) {
				continue
			}
			code, scope, wait := "–", "–", "–"
			if c.Err != nil {
				code, scope, wait = c.Err.Code.String(), c.Err.Scope.String(), waitText(c.Err)
			}
			row(s.name, "", "–", c.Instance, "–", code, scope, waybill.NotSent, wait, "passed over: "+c.Reason)
		}
		for _, t := range s.attempts {
			who, took := name(t.Instance, t.Provider), t.Duration.Round(100*time.Microsecond)
			if t.Err == nil {
				delivery := "–"
				if isSend(t.Op) {
					delivery = waybill.Sent.String()
				}
				row(s.name, t.Op, t.Number, who, took, "ok", "–", delivery, "–", "")
				continue
			}
			e := t.Err
			row(s.name, t.Op, t.Number, who, took, e.Code, e.Scope, e.Delivery, waitText(e), strings.TrimSpace(e.VendorCode+" "+e.Message))
		}
		if s.err != nil {
			row(s.name, s.err.Op, "=", "verdict", s.took.Round(100*time.Microsecond), s.err.Code, s.err.Scope, s.err.Delivery, waitText(s.err), s.err.Message)
		}
	}
	return append(lines, "")
}

func waitText(e *waybill.Error) string {
	switch {
	case e.RetryAfter > 0:
		return e.RetryAfter.Round(time.Millisecond).String()
	case e.RetryAfter < 0:
		return "unusable"
	}
	return "–"
}
