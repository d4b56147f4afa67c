package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

// This file is package route at work: the way, and what it costs.

// crosses reports whether the trip leads from one region to another,
// crossesMainland whether from the mainland or to it.
func (r *result) crosses() bool { return r.pickup.Address.Region != r.dropoff.Address.Region }

func (r *result) crossesMainland() bool {
	return r.crosses() && (r.pickup.Address.Region == "CN" || r.dropoff.Address.Region == "CN")
}

// lane opens the providers of trips across borders to those; see maps.go.
func (r *result) lane() string {
	if r.crosses() {
		return borderLane
	}
	return ""
}

// measure finds the way and its price. Pricing keeps estimates and the traffic
// out of the fare.
func (a *app) measure(ctx context.Context, r *result) bool {
	q := route.Request{Points: []geo.Point{r.pickup.Point, r.dropoff.Point}, Pricing: true, Polyline: true, Key: r.ID, Lane: r.lane()}
	return r.step(ctx, stepWay, func() ([]waybill.Candidate, error) { return a.route.Explain(q) }, func(ctx context.Context) error {
		res, err := a.route.Route(ctx, q)
		if err != nil {
			return err
		}
		r.path, r.wayBy = res.Paths[0], res.Instance
		r.fare = tariffOf(r.pickup.Address.Region).fare(r.path, r.crosses())
		return nil
	})
}

func kilometres(metres float64) string { return fmt.Sprintf("%.1f", metres/1000) }

func minutes(d time.Duration) string { return fmt.Sprintf("%.0f", math.Ceil(d.Minutes())) }
