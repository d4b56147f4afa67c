package route

import (
	"context"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/failover"
)

// Trip is what became of one request of [Client.Many]: a Result, or an error.
type Trip struct {
	Result
	// Err is nil for a Result, else a *[waybill.Error] as from [Client.Route].
	Err error `json:"-"`
}

// Many finds the ways of independent trips, several at a time. It returns one
// Trip for each request, in their order; one that fails does not touch the
// others, and each fails over by itself.
//
// Many stays within the rate that an account was given: a trip waits for its
// turn at its provider instead of being passed over to the next, at most as long
// as [WithWait] says. A provider that itself asks for a pause, when nobody else
// can serve, is waited for as long.
func (c *Client) Many(ctx context.Context, requests []Request) []Trip {
	out := make([]Trip, len(requests))
	inParallel(len(requests), manyAtOnce, func(i int) {
		out[i].Result, out[i].Err = c.patient(ctx, requests[i])
	})
	return out
}

// patient is Route for a trip that can wait.
func (c *Client) patient(ctx context.Context, r Request) (Result, error) {
	if err := r.Validate(); err != nil {
		return Result{}, err
	}
	sel := c.selection(&r)
	sel.Wait = c.wait
	for left := c.wait; ; {
		res, served, err := failover.One(ctx, c.route, sel, r, routeAsAsked)
		if err == nil {
			res.Served = served.Served
			return res, nil
		}
		pause := waybill.RetryAfterOf(err)
		if waybill.CodeOf(err) != waybill.RateLimited || pause <= 0 || pause > left || !sleep(ctx, pause) {
			return Result{}, err
		}
		left -= pause
	}
}

// sleep waits, or returns false when ctx ends or would end first.
func sleep(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
