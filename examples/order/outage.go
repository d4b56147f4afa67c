package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/sms/smstest"
)

// outage is a provider that goes down in the middle of the run, and how.
type outage struct{ name, flavour string }

// The flavours that have a name of their own; others are faults of the transport
// ("html_200") or one of the vendor's codes ("10021").
const (
	flavourDown = "down"         // connections are refused
	flavourLost = "lost-replies" // the request is processed, the reply lost
)

func (o outage) String() string {
	if o.flavour == flavourDown {
		return o.name
	}
	return o.name + ":" + o.flavour
}

// parseOutages reads -outage: provider[:flavour], separated by commas.
func parseOutages(flag string) ([]outage, error) {
	var out []outage
	for one := range strings.SplitSeq(flag, ",") {
		name, flavour, _ := strings.Cut(strings.TrimSpace(one), ":")
		switch {
		case name == "" && flavour == "":
			continue
		case slices.ContainsFunc(out, func(o outage) bool { return o.name == name }):
			return nil, fmt.Errorf("-outage: %s is there twice", name)
		case flavour == "":
			flavour = flavourDown
		}
		out = append(out, outage{name, flavour})
	}
	return out, nil
}

// checkOutages holds that the providers named are fakes that can fail so.
func (p *providers) checkOutages(outages []outage) error {
	for _, o := range outages {
		f, ok := p.fakes[o.name]
		if !ok {
			return fmt.Errorf("-outage: %s is no fake of this run; there are %s", o.name, strings.Join(p.fakeNames(), ", "))
		}
		if !f.knows(o.flavour) {
			return fmt.Errorf("-outage: %s cannot fail with %q: say down, lost-replies, one of the vendor's codes, or a fault of the transport such as html_200", o.name, o.flavour)
		}
	}
	return nil
}

// faultOf finds a fault of the transport by its name.
func faultOf(flavour string) (smstest.Fault, bool) {
	switch flavour {
	case flavourDown:
		return smstest.Outage(), true
	case flavourLost:
		flavour = "reset_before_reply_processed"
	}
	for _, f := range smstest.Faults() {
		if f.String() == flavour {
			return f, true
		}
	}
	return smstest.Fault{}, false
}

// takeDown is what happens in the middle of the run: while all are well, the
// orders that are still to come are asked about once, to compare; then the
// providers go down.
func (a *app) takeDown(ctx context.Context, orders []*order) {
	if slices.ContainsFunc(a.cfg.outages, func(o outage) bool { return a.p.domainOf(o.name) == "maps" }) {
		a.ask(ctx, orders)
	}
	var names []string
	for _, o := range a.cfg.outages {
		a.p.fakes[o.name].fail(o.flavour)
		names = append(names, o.String())
	}
	last := 0
	if len(orders) > 0 {
		last = orders[0].N
	}
	a.out.print([]string{a.out.bold(fmt.Sprintf("── outage before order %d: %s ──", last, strings.Join(names, ", "))), ""})
}

// ask has the orders that are to come rehearsed, and their customers type: their
// apps then hold suggestions of a vendor that goes down.
func (a *app) ask(ctx context.Context, orders []*order) {
	var wg sync.WaitGroup
	for _, o := range orders {
		wg.Go(func() {
			r := a.rehearse(ctx, o)
			choices := map[choiceKey]choice{}
			for name, from := range map[string]address{stepPickup: o.Pickup, stepDropoff: o.Dropoff} {
				if from.Typed != "" {
					choices[choiceKey{o.N, name}] = a.typing(ctx, o, from)
				}
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			a.before[o.N] = r
			maps.Copy(a.choices, choices)
		})
	}
	wg.Wait()
}

// changes says what the outage changed: who served instead, how far the points
// moved, and by how much the distance differs.
func (a *app) changes() []string {
	if len(a.cfg.outages) == 0 {
		return nil
	}
	down := map[string]bool{}
	for _, o := range a.cfg.outages {
		down[o.name] = true
	}
	lines := []string{"What the outage changed (before: as the healthy provider answered for the same order)"}
	moved := map[string][]int{} // "SMS nexmo → nexmo-b" and the orders
	for _, r := range a.results {
		if r == nil {
			continue
		}
		if was := a.before[r.N]; was != nil {
			lines = append(lines, a.mapChanges(was, r)...)
		}
		for _, whole := range r.steps {
			for _, s := range whole.split() {
				if m := s.move(down); m != "" && !isMap(s.name) {
					moved[s.name+" "+m] = append(moved[s.name+" "+m], r.N)
				}
			}
		}
	}
	for _, m := range slices.Sorted(maps.Keys(moved)) {
		lines = append(lines, fmt.Sprintf("  %-34s orders %s", m, numbers(moved[m])))
	}
	if len(lines) == 1 {
		lines = append(lines, "  nothing: no order needed the providers that were down")
	}
	return append(lines, "")
}

// isMap reports whether changes of a step are told order by order.
func isMap(step string) bool { return step == stepPickup || step == stepDropoff || step == stepWay }

// move is the change from a provider that was down to the one that served, "" if
// there was none.
func (s step) move(down map[string]bool) string {
	served := s.by()
	if served == "" {
		return ""
	}
	for _, c := range s.overtaken() {
		if down[c.Instance] {
			return c.Instance + " → " + served
		}
	}
	for _, t := range s.attempts {
		if who := name(t.Instance, t.Provider); t.Err != nil && down[who] && who != served {
			return who + " → " + served
		}
	}
	return ""
}

// by is who served a step in the end, "" if nobody did.
func (s step) by() string {
	for _, t := range s.attempts {
		if t.Err == nil {
			return name(t.Instance, t.Provider)
		}
	}
	return ""
}

// mapChanges compares an order with what healthy providers said of it.
func (a *app) mapChanges(was, is *result) []string {
	var lines []string
	for _, e := range []struct {
		step     string
		from, to found
	}{{stepPickup, was.pickup, is.pickup}, {stepDropoff, was.dropoff, is.dropoff}} {
		from, to := was.by(e.step), is.by(e.step)
		if from == to || to == "" {
			continue
		}
		lines = append(lines, fmt.Sprintf("  %2d %-9s %-9s %-22s the point moved by %.2f m", is.N, is.ID, e.step, from+" → "+to, geo.Distance(e.from.Point, e.to.Point)))
	}
	from, to := was.by(stepWay), is.by(stepWay)
	if to == "" || from == to && was.path.Distance == is.path.Distance {
		return lines
	}
	fare := "the fare stays"
	if was.fare != is.fare {
		fare = fmt.Sprintf("%s → %s", was.fare, is.fare)
	}
	who := from + " → " + to
	if from == to {
		who = from + ", other points"
	}
	percent := 100 * (is.path.Distance - was.path.Distance) / was.path.Distance
	return append(lines, fmt.Sprintf("  %2d %-9s %-9s %-22s %.2f km → %.2f km (%+.2f %%), %s", is.N, is.ID, stepWay, who,
		was.path.Distance/1000, is.path.Distance/1000, round(percent), fare))
}

func round(percent float64) float64 { return math.Round(percent*100)/100 + 0 } // no "-0.00"

// by is who served a step of the order, "" if nobody did.
func (r *result) by(name string) string {
	for _, s := range r.steps {
		if s.name == name {
			return s.by()
		}
	}
	return ""
}

func numbers(list []int) string {
	list = slices.Compact(list) // an order may have two such steps
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = fmt.Sprint(n)
	}
	return strings.Join(parts, ", ")
}
