// Route plans a trip through whichever map vendor serves its places, and ranks
// drivers by their way to its first point.
//
//	go run ./examples/route
//	go run ./examples/route -mode truck -height 4 -weight 18 -map out.html
//	go run ./examples/route -from 1.359,103.989 -to 1.265,103.822 -json
//
// Without keys in the environment it starts fakes of the vendors within the
// process; they speak the vendors' real protocols. -h lists the variables that
// make it use the real services.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/geo"
	"github.com/waybill-go/waybill/route"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // nobody knows a way
	exitUsage  = 2
)

// answer is what -json prints.
type answer struct {
	Route   route.Result         `json:"route"`
	Drivers []driver             `json:"drivers,omitempty"`
	Matrix  *route.MatrixResult  `json:"matrix,omitempty"`
	Asked   []waybill.Candidate  `json:"-"`
	Request route.Request        `json:"-"`
	Table   *route.MatrixRequest `json:"-"`
}

// driver is one who could take the trip.
type driver struct {
	Number int        `json:"number"`
	At     geo.Point  `json:"at"`
	Way    route.Cell `json:"way"`
}

// run is the whole program.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	cfg, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(stderr, "route: %v\nroute -h explains the flags.\n", err)
		return exitUsage
	}
	p, err := newProviders(getenv)
	if err != nil {
		fmt.Fprintln(stderr, "route:", err)
		return exitUsage
	}
	defer p.close()
	client, err := p.client(cfg.outages)
	if err != nil {
		fmt.Fprintln(stderr, "route:", err)
		return exitUsage
	}
	a, err := plan(ctx, client, cfg)
	if err != nil {
		fmt.Fprintln(stderr, "route:", err)
		for _, t := range waybill.Attempts(err) {
			fmt.Fprintf(stderr, "  %s: %v\n", t.Provider, t.Err)
		}
		if waybill.CodeOf(err) == waybill.InvalidArgument {
			return exitUsage
		}
		return exitFailed
	}
	if cfg.page != "" {
		text, err := page(a)
		if err == nil {
			err = os.WriteFile(cfg.page, text, 0o644)
		}
		if err != nil {
			fmt.Fprintln(stderr, "route:", err)
			return exitFailed
		}
	}
	if cfg.json {
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		if err := e.Encode(a); err != nil {
			fmt.Fprintln(stderr, "route:", err)
			return exitFailed
		}
		return exitOK
	}
	show(stdout, a, p, cfg)
	return exitOK
}

// plan asks for the trip and for the drivers' ways to its first point.
func plan(ctx context.Context, client *route.Client, cfg config) (*answer, error) {
	a := &answer{Request: cfg.request}
	var err error
	if a.Asked, err = client.Explain(cfg.request); err != nil {
		return nil, err
	}
	if a.Route, err = client.Route(ctx, cfg.request); err != nil {
		return nil, err
	}
	if cfg.drivers == 0 {
		return a, nil
	}
	// One request for all drivers, where the vendor has that.
	a.Table = &route.MatrixRequest{Origins: around(cfg.request.Points[0], cfg.drivers), Destinations: cfg.request.Points[:1]}
	m, err := client.Matrix(ctx, *a.Table)
	if err != nil {
		return nil, err
	}
	a.Matrix, a.Drivers = &m, rank(a.Table.Origins, m)
	return a, nil
}
