package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// summary is the last lines.
func (a *app) summary(ctx context.Context, orders []*order, failed int) []string {
	bad, untouched, refused := 0, 0, 0
	for i, o := range orders {
		switch {
		case o.bad != nil:
			bad++
		case a.results[i] == nil:
			untouched++
		case a.results[i].refused():
			refused++
		}
	}
	text := fmt.Sprintf("%s: %d complete", plural(len(orders), "order"), len(orders)-failed-refused)
	for _, c := range []struct {
		n    int
		what string
	}{{refused, "refused by the service areas"}, {failed - bad - untouched, "with a failed step"}, {bad, "unusable"}, {untouched, "not begun"}} {
		if c.n > 0 {
			text += fmt.Sprintf(", %d %s", c.n, c.what)
		}
	}
	switched, by := a.failovers()
	text += fmt.Sprintf("; %s", plural(switched, "failover"))
	if by != "" {
		text += " (" + by + ")"
	}
	lines := append(a.tally(ctx), text)
	for _, err := range a.hooks.refusals() {
		lines = append(lines, fmt.Sprintf("WRONG: a call of a gateway or an app was refused: %v", err))
	}
	return lines
}

// failovers counts the steps that another served than the first who was asked or
// passed over.
func (a *app) failovers() (n int, by string) {
	counts := map[string]int{}
	for _, r := range a.results {
		if r == nil {
			continue
		}
		for _, whole := range r.steps {
			for _, s := range whole.split() {
				if s.switched() {
					counts[s.name]++
					n++
				}
			}
		}
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return n, strings.Join(parts, ", ")
}

// switched reports whether a step was served by another than the first.
func (s step) switched() bool {
	served := s.by()
	if served == "" {
		return false
	}
	if len(s.overtaken()) > 0 {
		return true
	}
	for _, t := range s.attempts {
		if t.Err != nil && name(t.Instance, t.Provider) != served {
			return true
		}
	}
	return false
}
