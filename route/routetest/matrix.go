package routetest

import (
	"context"
	"slices"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/route"
)

// UnderstandingMatrix is implemented by a fake that tells which origins and
// destinations it read from the last table it served, tagged with the datum in
// which the vendor takes the numbers there.
type UnderstandingMatrix interface {
	AskedMatrix() (origins, destinations []geo.Point)
}

// matrixChecks are for an adapter that is a [route.Matrixer].
func (h Harness) matrixChecks() []check {
	list := []check{
		{"matrix/one_origin", false, func(b *bench) { b.matrixValues(1, 2) }},
		{"matrix/one_destination", false, func(b *bench) { b.matrixValues(2, 1) }},
		{"matrix/table", false, func(b *bench) { b.matrixValues(2, 3) }},
		{"matrix/direction", true, (*bench).matrixDirection},
		{"matrix/one_request", true, (*bench).matrixOneRequest},
		{"matrix/datums", false, (*bench).matrixDatums},
		{"matrix/pricing", false, (*bench).matrixPricing},
		{"matrix/no_way", false, (*bench).matrixNoWay},
		{"matrix/truck", false, (*bench).matrixTruck},
		{"matrix/modes", false, (*bench).matrixModes},
		{"matrix/avoid", false, (*bench).matrixAvoid},
		{"matrix/limits", true, (*bench).matrixLimits},
		{"matrix/invalid", true, (*bench).matrixInvalid},
		{"matrix/canceled_before", true, (*bench).matrixCanceled},
		{"matrix/concurrency", false, (*bench).matrixConcurrency},
	}
	for _, f := range fakehttp.AllFaults() {
		list = append(list, check{subtest("matrix_faults", f.String()), true, func(b *bench) { b.matrixFault(f, expectation(f)) }})
	}
	for _, f := range fakehttp.OddBodies("application/json") {
		list = append(list, check{subtest("matrix_odd", f.String()), true, func(b *bench) { b.matrixFault(f, oddReply()) }})
	}
	for _, c := range slices.Concat(h.Codes, h.MatrixCodes) {
		list = append(list, check{subtest("matrix_codes", c.Code), true, func(b *bench) { b.matrixCode(c) }})
	}
	return list
}

// matrixer returns the adapter's verb, or skips the subtest of one without.
func (b *bench) matrixer() route.Matrixer {
	b.Helper()
	m, ok := b.provider.(route.Matrixer)
	if !ok {
		b.Skip("no route.Matrixer, which is optional")
	}
	return m
}

// matrix asks the adapter and checks what holds of every answer.
func (b *bench) matrix(ctx context.Context, r route.MatrixRequest) (route.MatrixResult, error) {
	b.Helper()
	m := b.matrixer()
	res, err := suitetest.Within(b.TB, b.halt, b.h.patience, "Matrix", func() (route.MatrixResult, error) { return m.Matrix(ctx, r) })
	if err != nil {
		b.keep(err)
		suitetest.Error(b, err, b.name, route.Matrix, ref)
		return res, err
	}
	if res.Provider != b.name {
		b.Errorf("the table's provider is %q, want %q", res.Provider, b.name)
	}
	if len(res.Cells) != len(r.Origins) {
		b.Fatalf("%d rows for %d origins", len(res.Cells), len(r.Origins))
	}
	for _, row := range res.Cells {
		if len(row) != len(r.Destinations) {
			b.Fatalf("a row of %d cells for %d destinations", len(row), len(r.Destinations))
		}
		for _, c := range row {
			if c.Err != nil {
				b.keep(c.Err)
				suitetest.Error(b, c.Err, b.name, route.Matrix, ref)
			}
		}
	}
	return res, nil
}

// keep remembers an error for the search for leaks.
func (b *bench) keep(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.errs = append(b.errs, err)
}

// limits returns what the adapter declares.
func (b *bench) limits(r route.MatrixRequest) route.MatrixLimits {
	if l, ok := b.provider.(route.MatrixLimiter); ok {
		return l.MatrixLimits(&r)
	}
	return route.MatrixLimits{}
}

// whole asks for a table cell by cell where the vendor takes no more at once,
// else at once.
func (b *bench) mustMatrix(r route.MatrixRequest) [][]route.Cell {
	b.Helper()
	if b.limits(r).Exceeded(len(r.Origins), len(r.Destinations)) == "" {
		res, err := b.matrix(b.Context(), r)
		if err != nil {
			b.Fatalf("Matrix: %s", suitetest.Why(err))
		}
		return res.Cells
	}
	out := make([][]route.Cell, len(r.Origins))
	for _, to := range r.Destinations {
		column := r
		column.Destinations = []geo.Point{to}
		for i, row := range b.mustMatrix(column) {
			out[i] = append(out[i], row...)
		}
	}
	return out
}

func (b *bench) matrixPairs() route.MatrixRequest {
	return route.MatrixRequest{Origins: []geo.Point{b.trip.From, b.trip.Via}, Destinations: []geo.Point{b.trip.To, b.trip.Via, b.trip.From},
		Mode: b.matrixSupported()[0], Key: ref}
}

func (b *bench) matrixSupported() []route.Mode {
	if b.h.MatrixModes != nil {
		return b.h.MatrixModes
	}
	return b.modes()
}

// matrixValues compares a table with the ways of its pairs alone: the same to
// five per cent, each in its place, and nothing between a point and itself.
func (b *bench) matrixValues(rows, columns int) {
	r := b.matrixPairs()
	r.Origins, r.Destinations = r.Origins[:rows], r.Destinations[:columns]
	for i, row := range b.mustMatrix(r) {
		for j, c := range row {
			if c.Err != nil {
				b.Errorf("origin %d, destination %d: %v", i, j, c.Err)
				continue
			}
			if c.Provider != "" && c.Provider != b.name {
				b.Errorf("a cell's provider is %q, want %q", c.Provider, b.name)
			}
			if c.Substituted || c.Estimated != b.h.Estimates {
				b.Errorf("a cell is marked: %+v", c)
			}
			if r.Origins[i] == r.Destinations[j] {
				if c.Distance > 100 {
					b.Errorf("%.0f m from a point to itself", c.Distance)
				}
				continue
			}
			b.checkSpeed("a cell", c.Distance, c.Duration)
			alone := b.must(r.Pair(i, j)).Paths[0]
			if !near(c.Distance, alone.Distance, 0.05, 300) {
				b.Errorf("origin %d to destination %d is %.0f m, alone %.0f m: is the cell in its place?", i, j, c.Distance, alone.Distance)
			}
		}
	}
}

// matrixDirection: origins are origins. Most ways are as long back as forth, so
// what the server read is looked at.
func (b *bench) matrixDirection() {
	fake, ok := b.server.(UnderstandingMatrix)
	if !ok {
		b.Skip("the fake does not tell what it understood")
	}
	r := b.matrixPairs()
	r.Destinations = r.Destinations[:1]
	b.mustMatrix(r)
	origins, destinations := fake.AskedMatrix()
	if len(origins) != len(r.Origins) || len(destinations) != len(r.Destinations) {
		b.Fatalf("the server read %d origins and %d destinations, want %d and %d", len(origins), len(destinations), len(r.Origins), len(r.Destinations))
	}
	for i, p := range origins {
		if d := geo.Distance(p, r.Origins[i]); d > 2 {
			b.Errorf("origin %d arrived %.0f m away in the vendor's datum", i, d)
		}
	}
	if d := geo.Distance(destinations[0], r.Destinations[0]); d > 2 {
		b.Errorf("the destination arrived %.0f m away in the vendor's datum", d)
	}
}

// matrixOneRequest: twenty drivers and one pick-up are one request.
func (b *bench) matrixOneRequest() {
	r := b.matrixPairs()
	r.Destinations, r.Origins = r.Destinations[:1], nil
	for i := range 20 {
		p := b.trip.From
		p.Lat += float64(i) / 10000
		r.Origins = append(r.Origins, p)
	}
	if why := b.limits(r).Exceeded(20, 1); why != "" {
		b.Skip("the vendor takes fewer: " + why)
	}
	before := b.requests()
	if cells := b.mustMatrix(r); cells[0][0].Err != nil || cells[19][0].Err != nil {
		b.Errorf("%v, %v", cells[0][0].Err, cells[19][0].Err)
	}
	if n := b.requests() - before; n != 1 {
		b.Errorf("%d requests, want 1", n)
	}
}

func (b *bench) matrixDatums() {
	r := b.matrixPairs()
	want := b.mustMatrix(r)
	for _, d := range [...]geo.Datum{geo.GCJ02, geo.BD09} {
		q := b.matrixPairs()
		for _, list := range [...][]geo.Point{q.Origins, q.Destinations} {
			for i := range list {
				list[i] = list[i].To(d)
			}
		}
		for i, row := range b.mustMatrix(q) {
			for j, c := range row {
				if c.Err != nil || !near(c.Distance, want[i][j].Distance, 0.01, 20) {
					b.Errorf("a table given in %v has %.0f m (%v), in wgs84 %.0f m", d, c.Distance, c.Err, want[i][j].Distance)
				}
			}
		}
	}
}

// matrixPricing: no traffic and no estimate, or Unsupported before the network.
func (b *bench) matrixPricing() {
	r := b.matrixPairs()
	r.Destinations = r.Destinations[:1]
	r.Pricing = true
	before := b.requests()
	res, err := b.matrix(b.Context(), r)
	if err != nil {
		if waybill.CodeOf(err) != waybill.Unsupported || b.requests() != before {
			b.Errorf("a table for prices: %v, want a table or Unsupported before the network", err)
		}
		return
	}
	for _, row := range res.Cells {
		for _, c := range row {
			if c.Traffic || c.Estimated {
				b.Errorf("a price would rest on the traffic or an estimate: %+v", c)
			}
		}
	}
}

// matrixNoWay: a pair without a way is an error in its cell, and the others
// stay.
func (b *bench) matrixNoWay() {
	if b.h.Nowhere.IsZero() {
		b.Skip("the harness names no place without a way")
	}
	r := b.matrixPairs()
	r.Origins, r.Destinations = []geo.Point{b.trip.From, b.h.Nowhere, b.trip.Via}, r.Destinations[:1]
	cells := b.mustMatrix(r)
	for i, row := range cells {
		switch c := row[0]; {
		case i == 1 && waybill.CodeOf(c.Err) != waybill.NotFound:
			b.Errorf("no way: %v and %.0f m, want NotFound in the cell", c.Err, c.Distance)
		case i != 1 && c.Err != nil:
			b.Errorf("beside a pair without a way: %v", c.Err)
		}
	}
}

// matrixTruck: a lorry gets a lorry's way, or none, or a marked car's.
func (b *bench) matrixTruck() {
	r := b.matrixPairs()
	r.Destinations = r.Destinations[:1]
	r.Mode, r.Vehicle = route.Truck, route.Vehicle{Length: 12, Width: 2.5, Height: 4, Weight: 18, AxleLoad: 10, Axles: 3}
	real := slices.Contains(b.matrixSupported(), route.Truck)
	for _, allowed := range [...]bool{false, true} {
		r.AllowCarForTruck = allowed
		if !real && (!allowed || b.h.NoSubstitute || !slices.Contains(b.matrixSupported(), route.Car)) {
			b.matrixRefused("mode truck", r, waybill.Unsupported)
			continue
		}
		for _, row := range b.mustMatrix(r) {
			if c := row[0]; c.Err != nil || c.Substituted == real {
				b.Errorf("a truck's cell: %+v", c)
			}
		}
	}
}

func (b *bench) matrixModes() {
	for m := route.Car; m <= route.Walk; m++ {
		r := b.matrixPairs()
		r.Destinations = r.Destinations[:1]
		r.Mode = m
		if m == route.Truck {
			continue
		}
		if !slices.Contains(b.matrixSupported(), m) {
			b.matrixRefused("mode "+m.String(), r, waybill.Unsupported)
			continue
		}
		if m == route.Walk { // some vendors know short walks only
			r.Origins = slices.Clone(r.Origins)
			for i := range r.Origins {
				r.Origins[i] = b.trip.To
				r.Origins[i].Lat += float64(i+1) / 100
			}
		}
		for _, row := range b.mustMatrix(r) {
			switch c := row[0]; {
			case c.Err != nil:
				b.Errorf("mode %v: %v", m, c.Err)
			case m == route.Walk:
				b.walkable(c.Distance, c.Duration)
			}
		}
	}
}

func (b *bench) matrixAvoid() {
	r := b.matrixPairs()
	r.Destinations = r.Destinations[:1]
	r.Avoid = route.Avoid{Tolls: true, Motorways: true, Ferries: true}
	if _, err := b.matrix(b.Context(), r); err != nil && waybill.CodeOf(err) != waybill.Unsupported {
		b.Errorf("avoiding tolls, motorways and ferries: %v, want a table or Unsupported", err)
	}
	r.Avoid = route.Avoid{}
	r.Departure = time.Now().Add(24 * time.Hour)
	if _, err := b.matrix(b.Context(), r); err != nil && waybill.CodeOf(err) != waybill.Unsupported {
		b.Errorf("with a departure: %v, want a table or Unsupported", err)
	}
}

// matrixLimits: one more than what the adapter declares is Unsupported and never
// reaches the server.
func (b *bench) matrixLimits() {
	r := b.matrixPairs()
	l := b.limits(r)
	tried := false
	try := func(what string, origins, destinations int) {
		if origins*destinations > route.MaxCells {
			return
		}
		tried = true
		r.Origins = slices.Repeat([]geo.Point{b.trip.From}, origins)
		r.Destinations = slices.Repeat([]geo.Point{b.trip.To}, destinations)
		b.matrixRefused(what, r, waybill.Unsupported)
	}
	if l.Origins > 0 {
		try("one origin too many", l.Origins+1, 1)
	}
	if l.Destinations > 0 {
		try("one destination too many", 1, l.Destinations+1)
	}
	if l.Elements > 0 {
		try("too many pairs", l.Elements/10+1, 10)
	}
	if l.Points > 0 {
		try("too many points", l.Points, 1)
	}
	if !tried {
		b.Skip("the adapter declares no limits")
	}
}

// matrixRefused asks for what must fail before the network.
func (b *bench) matrixRefused(what string, r route.MatrixRequest, want waybill.Code) {
	b.Helper()
	before := b.requests()
	_, err := b.matrix(b.Context(), r)
	switch {
	case err == nil:
		b.Errorf("%s: the adapter reported success, want %v before the network", what, want)
	case waybill.CodeOf(err) != want || waybill.DeliveryOf(err) != waybill.NotSent:
		b.Errorf("%s: %v and %v, want %v and not_sent: %v", what, waybill.CodeOf(err), waybill.DeliveryOf(err), want, err)
	}
	if n := b.requests() - before; n != 0 {
		b.Errorf("%s: %d requests reached the server, want none", what, n)
	}
}
