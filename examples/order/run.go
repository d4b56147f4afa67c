package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/geo/area"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/route"
	"github.com/waybill-go/waybill/sms"
)

// app is the program between its first and its last line.
type app struct {
	cfg      config
	out      *printer
	p        *providers
	geo      *geo.Client
	areas    area.Checker
	fleet    []*driver
	drivers  *dispatcher
	route    *route.Client
	sms      *sms.Client
	journal  *journal
	push     *push.Client
	registry push.Registry
	users    *push.Users
	post     *post
	hooks    *hooks

	ranks   map[string]int // of the providers, in the order in which they are asked
	results []*result      // by place in the file; nil while not processed
	books   map[string]*book
	before  map[int]*result      // what healthy providers said, for -outage
	choices map[choiceKey]choice // what was typed before it
	wires   []exchange
	marks   map[string]int // where the fakes' logs were before the order of -wire

	mu sync.Mutex // guards books, before and choices
}

// newApp builds the clients.
func newApp(ctx context.Context, cfg config, p *providers, out *printer) (*app, error) {
	a := &app{cfg: cfg, p: p, out: out, before: map[int]*result{}, choices: map[choiceKey]choice{}, books: map[string]*book{},
		journal: newJournal(), registry: push.NewMemoryRegistry()}
	a.ranks = p.ranks(cfg.maps)
	var err error
	for _, build := range []func() error{
		func() error { a.geo, a.route, err = newMaps(p, cfg.maps); return err },
		func() error { a.areas, err = newAreas(context.WithoutCancel(ctx), cfg); return err },
		func() error { a.fleet, err = fleetOf(cfg, p); return err },
		func() error { a.drivers, err = newDispatcher(a.fleet); return err },
		func() error { a.sms, err = newSMS(p, a.journal); return err },
		func() error { a.push, err = newPush(p); return err },
		func() error { a.users, err = push.NewUsers(a.push, a.registry, nil); return err },
		func() error { a.post, err = newPost(p, cfg.mailLimit); return err },
		func() error { a.hooks, err = newHooks(p, a.journal, a.registry); return err }, // the last: it listens
	} {
		if err := build(); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// signIn is the morning: the drivers' apps report their tokens.
func (a *app) signIn(ctx context.Context, orders []*order) []string {
	drivers, free := slices.Clone(a.fleet), 0
	for _, d := range a.fleet {
		if d.State == "" || d.State == "free" {
			free++
		}
	}
	for _, o := range orders {
		if o.bad == nil && o.Driver != nil {
			o.Driver.ID = firstOf(o.Driver.ID, "driver-of-"+o.ID)
			drivers = append(drivers, o.Driver)
		}
	}
	tokens := 0
	for i, d := range drivers {
		a.p.equip(d, i)
		n, err := a.hooks.reportTokens(ctx, d)
		if err != nil {
			a.hooks.refused(err)
		}
		tokens += n
	}
	return []string{fmt.Sprintf("Drivers: %d on the road, %d of them free; their apps reported %s.", len(a.fleet), free, plural(tokens, "push token")), ""}
}

// run processes the orders and prints each in the order of the file. It returns
// how many failed.
func (a *app) run(ctx context.Context, orders []*order) int {
	a.results = make([]*result, len(orders))
	var good []*order
	for _, o := range orders {
		if o.bad == nil {
			good = append(good, o)
		}
	}
	a.out.begin(orders)
	for _, part := range a.plan(good) {
		if part.before != nil && ctx.Err() == nil {
			part.before(ctx, part.orders)
		}
		a.pool(ctx, part.orders)
		if part.after != nil {
			part.after()
		}
	}
	a.out.end()
	failed := 0
	for i, o := range orders {
		if r := a.results[i]; o.bad != nil || r == nil || len(r.failed()) > 0 {
			failed++
		}
	}
	return failed
}

// part is a run of orders that are processed side by side. What happens between
// the parts happens while nothing is under way.
type part struct {
	orders []*order
	before func(context.Context, []*order)
	after  func()
}

// plan cuts the orders into parts: the providers of -outage go down in the
// middle, and the order of -wire is alone, so that all traffic is its own.
func (a *app) plan(orders []*order) []part {
	parts := []part{{orders: orders}}
	if len(a.cfg.outages) > 0 {
		half := (len(orders) - 1) / 2
		parts = []part{{orders: orders[:half]}, {orders: orders[half:], before: a.takeDown}}
	}
	if a.cfg.wire == 0 {
		return parts
	}
	var out []part
	for _, p := range parts {
		i := slices.IndexFunc(p.orders, func(o *order) bool { return o.N == a.cfg.wire })
		if i < 0 {
			out = append(out, p)
			continue
		}
		out = append(out, part{orders: p.orders[:i], before: p.before},
			part{orders: p.orders[i : i+1], before: func(context.Context, []*order) { a.startWire() }, after: a.stopWire},
			part{orders: p.orders[i+1:]})
		if i == 0 && p.before != nil { // the outage begins with this very order
			out[len(out)-3].orders = nil
		}
	}
	return out
}

// pool processes orders with at most -jobs at a time.
func (a *app) pool(ctx context.Context, orders []*order) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, a.cfg.jobs)
	for _, o := range orders {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break // the rest was not begun
		}
		wg.Go(func() {
			defer func() { <-slots }()
			r := a.process(ctx, o)
			a.results[o.N-1] = r
			a.out.finished(o, func() []string { return a.block(r) }, len(r.failed()) > 0)
		})
	}
	wg.Wait()
}

// close ends the clients: they wait for what is under way, and nothing is.
func (a *app) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := errors.Join(a.geo.Close(ctx), a.route.Close(ctx), a.sms.Close(ctx), a.push.Close(ctx), a.post.close(ctx))
	if err != nil {
		return fmt.Errorf("closing: %w", err)
	}
	return nil
}
