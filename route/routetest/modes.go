package routetest

import (
	"slices"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

func modeChecks() []check {
	list := []check{
		{"truck/refused_or_real", false, (*bench).truck},
		{"truck/car_if_allowed", false, (*bench).truckAsCar},
		{"pricing", false, (*bench).pricing},
		{"too_many_points", true, (*bench).tooManyPoints},
		{"invalid", true, (*bench).invalid},
	}
	for m := route.Car; m <= route.Walk; m++ {
		if m != route.Truck {
			list = append(list, check{subtest("mode", m.String()), false, func(b *bench) { b.mode(m) }})
		}
	}
	return list
}

// mode asks for a way in one mode: a path where the harness says so, else
// Unsupported without a request.
func (b *bench) mode(m route.Mode) {
	r := b.pair()
	r.Mode = m
	if !slices.Contains(b.modes(), m) {
		b.refused("mode "+m.String(), r, waybill.Unsupported)
		return
	}
	p := b.must(r).Paths[0]
	if p.Substituted {
		b.Errorf("mode %v: the path is Substituted", m)
	}
	if m == route.Walk {
		b.walkable(p.Distance, p.Duration)
	}
}

// walkable wants a way on foot to be as slow as people are.
func (b *bench) walkable(metres float64, d time.Duration) {
	b.Helper()
	if metres/d.Seconds() > 4 {
		b.Errorf("walking %.0f m in %v: is the mode sent, and does the server heed it?", metres, d)
	}
}

// truck: a lorry gets a lorry's route or none.
func (b *bench) truck() {
	r := b.pair()
	r.Mode = route.Truck
	r.Vehicle = route.Vehicle{Length: 12, Width: 2.5, Height: 4, Weight: 18, AxleLoad: 10, Axles: 3}
	if !slices.Contains(b.modes(), route.Truck) {
		b.refused("mode truck", r, waybill.Unsupported)
		return
	}
	for _, p := range b.must(r).Paths {
		if p.Substituted {
			b.Error("a truck got a car's route that was not allowed")
		}
	}
}

// truckAsCar: where a car's route is allowed for a lorry, it is marked.
func (b *bench) truckAsCar() {
	r := b.pair()
	r.Mode, r.AllowCarForTruck = route.Truck, true
	r.Vehicle = route.Vehicle{Weight: 18}
	real := slices.Contains(b.modes(), route.Truck)
	if !real && (b.h.NoSubstitute || !slices.Contains(b.modes(), route.Car)) {
		b.refused("mode truck", r, waybill.Unsupported)
		return
	}
	res, err := b.route(b.Context(), r)
	if err != nil {
		b.Fatalf("a truck that may take a car's route: %v (see Harness.NoSubstitute)", err)
	}
	for _, p := range res.Paths {
		if !real && !p.Substituted {
			b.Error("a truck got a car's route that is not marked Substituted")
		}
	}
}

// pricing: no traffic, no estimate, and the same answer every time.
func (b *bench) pricing() {
	r := b.whole()
	r.Pricing = true
	if b.h.Estimates {
		b.refused("pricing", r, waybill.Unsupported)
		return
	}
	first := b.must(r).Paths[0]
	again := b.must(r).Paths[0]
	for _, p := range [...]route.Path{first, again} {
		if p.Estimated {
			b.Error("a price would rest on an estimate")
		}
		if p.Traffic {
			b.Error("a price would depend on the traffic")
		}
	}
	if first.Distance != again.Distance {
		b.Errorf("one trip, two distances: %.0f m and %.0f m", first.Distance, again.Distance)
	}
}

func (b *bench) tooManyPoints() {
	if b.h.MaxPoints == 0 {
		b.Skip("the harness names no limit")
	}
	r := b.pair()
	for len(r.Points) <= b.h.MaxPoints {
		r.Points = append(r.Points, b.trip.Points()[len(r.Points)%3])
	}
	b.refused("more points than the vendor takes", r, waybill.Unsupported)
	r.Points = r.Points[:b.h.MaxPoints]
	b.must(r)
}

// invalid: what nobody could serve never leaves.
func (b *bench) invalid() {
	change := func(f func(*route.Request)) route.Request {
		r := b.pair()
		r.Points = slices.Clone(r.Points)
		f(&r)
		return r
	}
	for name, r := range map[string]route.Request{
		"no points":              change(func(r *route.Request) { r.Points = nil }),
		"one point":              change(func(r *route.Request) { r.Points = r.Points[:1] }),
		"too many points":        change(func(r *route.Request) { r.Points = slices.Repeat(r.Points, route.MaxPoints/2+1) }),
		"zero point":             change(func(r *route.Request) { r.Points[1] = geo.Point{} }),
		"latitude out of range":  change(func(r *route.Request) { r.Points[0].Lat = 91 }),
		"longitude out of range": change(func(r *route.Request) { r.Points[0].Lng = -181 }),
		"unknown datum":          change(func(r *route.Request) { r.Points[0].Datum = 77 }),
		"unknown mode":           change(func(r *route.Request) { r.Mode = 77 }),
		"alternatives":           change(func(r *route.Request) { r.Alternatives = 4 }),
		"negative alternatives":  change(func(r *route.Request) { r.Alternatives = -1 }),
		"region":                 change(func(r *route.Request) { r.Region = "China" }),
		"vehicle of a car":       change(func(r *route.Request) { r.Mode, r.Vehicle = route.Car, route.Vehicle{Weight: 7} }),
	} {
		b.refused(name, r, waybill.InvalidArgument)
	}
}
