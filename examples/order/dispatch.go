package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/nearby"
	"github.com/waybill-go/waybill/route"
)

// This file is package geo/nearby at work, with the tables of package route: the
// nearest free drivers, how long each would need, and who is sent.

// The bits that a position may carry. What they mean is this program's affair.
const (
	attrFree       nearby.Attr = 1 << iota
	attrBothPlates             // may drive on both sides of the mainland's border
)

// How many drivers are looked at, and how far away.
const (
	dispatchDrivers = 5
	dispatchRadius  = 12_000 // metres
)

// dispatcher knows where the drivers are.
type dispatcher struct {
	index   *nearby.Index[string]
	drivers map[string]*driver

	mu   sync.Mutex
	sent map[string]int // the order that a driver has
}

// newDispatcher takes in the fleet's positions. They stand still for the run, and
// so does the index's clock.
func newDispatcher(fleet []*driver) (*dispatcher, error) {
	now := time.Now()
	index, err := nearby.New[string](&nearby.Options{Now: func() time.Time { return now }})
	if err != nil {
		return nil, err
	}
	d := &dispatcher{index: index, drivers: map[string]*driver{}, sent: map[string]int{}}
	var positions []nearby.Position[string]
	for _, v := range fleet {
		d.drivers[v.ID] = v
		p := nearby.Position[string]{ID: v.ID, Point: geo.Point{Lat: v.Lat, Lng: v.Lng}, At: now}
		if v.State != "busy" {
			p.Attr |= attrFree
		}
		if v.State == "silent" {
			p.At = now.Add(-5 * time.Minute)
		}
		if v.Plates == "both" {
			p.Attr |= attrBothPlates
		}
		positions = append(positions, p)
	}
	_, err = index.Update(positions)
	return d, err
}

// nearest finds the free drivers around a point. Trips across the mainland's
// border want vehicles that may cross it, which others leave to them.
func (d *dispatcher) nearest(p geo.Point, crosses bool) ([]nearby.Found[string], error) {
	q := nearby.Query{Point: p, K: dispatchDrivers, Radius: dispatchRadius, All: attrFree, None: attrBothPlates}
	if crosses {
		q.All, q.None = attrFree|attrBothPlates, 0
	}
	return d.index.Nearest(nil, q)
}

// claim gives a driver an order, unless another order has him already. In a
// service of several processes the database decides that.
func (d *dispatcher) claim(id string, n int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, taken := d.sent[id]; taken {
		return false
	}
	d.sent[id] = n
	d.index.Mark(id, 0, attrFree)
	return true
}

// approach is a driver's way to the pick-up.
type approach struct {
	air  float64 // metres, as the crow flies
	cell route.Cell
	of   int // among how many drivers
	rank int // his place among them by air, from 1
}

// dispatch chooses the driver: of the nearest free ones the one who is there
// first. All their ways to the pick-up are one request.
func (a *app) dispatch(ctx context.Context, r *result) bool {
	if r.Driver != nil {
		r.driver = r.Driver
		return true
	}
	near, err := a.drivers.nearest(r.pickup.Point, r.crossesMainland())
	if err == nil && len(near) == 0 {
		err = nobodyNear(r.ID)
	}
	if err != nil {
		return r.fail(stepDriver, err)
	}
	q := route.MatrixRequest{Destinations: []geo.Point{r.pickup.Point}, Key: r.ID, Lane: r.lane()}
	for _, d := range near {
		q.Origins = append(q.Origins, d.Point)
	}
	explain := func() ([]waybill.Candidate, error) { return a.route.ExplainMatrix(q) }
	return r.step(ctx, stepDriver, explain, func(ctx context.Context) error {
		table, err := a.route.Matrix(ctx, q)
		if err != nil {
			return err
		}
		if r.rehearsal {
			return nil
		}
		return a.assign(r, near, table.Cells)
	})
}

// assign gives the order to the driver who is there first.
func (a *app) assign(r *result, near []nearby.Found[string], cells [][]route.Cell) error {
	ranks := make([]int, 0, len(near))
	for i := range near {
		if cells[i][0].Err == nil { // there is a way
			ranks = append(ranks, i)
		}
	}
	slices.SortStableFunc(ranks, func(i, j int) int { return cmp.Compare(cells[i][0].Duration, cells[j][0].Duration) })
	for _, i := range ranks {
		if a.drivers.claim(near[i].ID, r.N) {
			r.driver = a.drivers.drivers[near[i].ID]
			r.approach = approach{near[i].Distance, cells[i][0], len(near), i + 1}
			return nil
		}
	}
	return nobodyNear(r.ID)
}

func nobodyNear(id string) error {
	return &waybill.Error{Code: waybill.NotFound, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent, Provider: "order", Op: "dispatch", Ref: id,
		Message: fmt.Sprintf("no free driver within %d km of the pick-up", dispatchRadius/1000)}
}

// driverLine is what is printed of the choice.
func (r *result) driverLine() string {
	if r.Driver != nil {
		return firstOf(r.driver.ID, "the order's own") + "   assigned already"
	}
	text := fmt.Sprintf("%s   %.1f km by air, there in %s min", r.driver.ID, r.approach.air/1000, minutes(r.approach.cell.Duration))
	switch {
	case r.approach.of == 1:
		return text + "   the only free one around"
	case r.approach.rank > 1:
		return fmt.Sprintf("%s   first of %d free ones, though %d. by air", text, r.approach.of, r.approach.rank)
	}
	return fmt.Sprintf("%s   first of %d free ones", text, r.approach.of)
}
