package routetest

import (
	"context"
	"slices"
	"sync"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/route"
)

// matrixInvalid: what nobody could serve never leaves.
func (b *bench) matrixInvalid() {
	change := func(f func(*route.MatrixRequest)) route.MatrixRequest {
		r := b.matrixPairs()
		f(&r)
		return r
	}
	for name, r := range map[string]route.MatrixRequest{
		"no origins":            change(func(r *route.MatrixRequest) { r.Origins = nil }),
		"no destinations":       change(func(r *route.MatrixRequest) { r.Destinations = nil }),
		"too many pairs":        change(func(r *route.MatrixRequest) { r.Origins = slices.Repeat(r.Origins, route.MaxCells/4) }),
		"zero origin":           change(func(r *route.MatrixRequest) { r.Origins[1] = geo.Point{} }),
		"latitude out of range": change(func(r *route.MatrixRequest) { r.Destinations[0].Lat = 91 }),
		"unknown datum":         change(func(r *route.MatrixRequest) { r.Destinations[0].Datum = 77 }),
		"unknown mode":          change(func(r *route.MatrixRequest) { r.Mode = 77 }),
		"region":                change(func(r *route.MatrixRequest) { r.Region = "China" }),
		"vehicle of a car":      change(func(r *route.MatrixRequest) { r.Mode, r.Vehicle = route.Car, route.Vehicle{Weight: 7} }),
	} {
		b.matrixRefused(name, r, waybill.InvalidArgument)
	}
}

// matrixCanceled: a call that is over before it begins sends nothing.
func (b *bench) matrixCanceled() {
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	before := b.requests()
	r := b.matrixPairs()
	r.Destinations = r.Destinations[:1]
	_, err := b.matrix(ctx, r)
	suitetest.Ended(b, err, context.Canceled, waybill.Canceled)
	if n := b.requests() - before; n != 0 {
		b.Errorf("%d requests of a cancelled call reached the server", n)
	}
}

func (b *bench) matrixConcurrency() {
	r := b.matrixPairs()
	r.Destinations = r.Destinations[:1]
	want := b.mustMatrix(r)
	back := r
	back.Origins = []geo.Point{r.Origins[1], r.Origins[0]}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			q, flip := r, 0
			if i%2 == 1 {
				q, flip = back, 1
			}
			res, err := b.matrix(b.Context(), q)
			if err != nil {
				b.Errorf("in parallel: %v", err)
				return
			}
			if got := res.Cells[0][0].Distance; got != want[flip][0].Distance {
				b.Errorf("in parallel %.0f m, alone %.0f m", got, want[flip][0].Distance)
			}
		})
	}
	wg.Wait()
}

// matrixFault wants a broken exchange to become the error that it is. Where a
// reply was complete, though of no sense, the error may stand in the cells.
func (b *bench) matrixFault(f Fault, want suitetest.Expect) {
	b.server.Fail(f)
	ctx, end := want.UntilSeen(b.Context(), b.seen)
	defer end()
	r := b.matrixPairs()
	r.Destinations = r.Destinations[:1]
	res, err := b.matrix(ctx, r)
	if err = everywhere(res, err); err == nil {
		b.Fatalf("the vendor failed with %s and the adapter reported a way", f)
	}
	e := new(waybill.Error)
	if !asOwn(err, &e) {
		return // the shape was complained of
	}
	want.Check(b, e)
	b.server.Heal()
	if !f.Unreached() {
		b.mustMatrix(r)
	}
}

// everywhere returns the error of a table, or of its cells when all have one.
func everywhere(res route.MatrixResult, err error) error {
	if err != nil {
		return err
	}
	for _, row := range res.Cells {
		for i := range row {
			if row[i].Err == nil {
				return nil
			}
		}
	}
	return res.Cells[0][0].Err
}

// matrixCode wants one of the vendor's codes mapped to its class.
func (b *bench) matrixCode(c CodeCase) {
	b.server.FailCode(c.Code)
	r := b.matrixPairs()
	r.Destinations = r.Destinations[:1]
	res, err := b.matrix(b.Context(), r)
	e := new(waybill.Error)
	if err = everywhere(res, err); err == nil {
		b.Fatalf("the vendor refused with code %s and the adapter reported success", c.Code)
	} else if !asOwn(err, &e) {
		return
	}
	suitetest.Class{Code: c.Want, Scope: c.Scope, Delivery: c.Delivery, RetryAfter: c.RetryAfter}.Check(b, e)
	b.server.Heal()
	b.mustMatrix(r)
}
