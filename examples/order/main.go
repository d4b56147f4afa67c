// Order takes the orders of a delivery company through every step that this
// library serves: addresses become points, the way is measured and priced, the
// driver gets an SMS and a push, and the customer a mail whose large attachment
// became an expiring link.
//
//	go run ./examples/order
//	go run ./examples/order -outage amap,nexmo
//	go run ./examples/order -h
//
// Without credentials in the environment it starts fakes of the vendors within
// the process; they speak the vendors' real protocols. See the usage for the
// variables that make it use the real services.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // an order failed
	exitUsage  = 2
)

// config is the command line.
type config struct {
	in      string
	jobs    int
	maps    []string
	outages []outage
	explain int
	wire    int
}

// run is the whole program.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	cfg, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		return usageError(stderr, err)
	}
	data, err := input(cfg.in, stdin)
	if err != nil {
		return usageError(stderr, err)
	}
	orders, err := readOrders(data)
	if err != nil {
		return usageError(stderr, fmt.Errorf("-in: %w", err))
	}
	for _, n := range []int{cfg.explain, cfg.wire} {
		if n > len(orders) {
			return usageError(stderr, fmt.Errorf("there are %d orders and no order %d", len(orders), n))
		}
	}
	p, err := newProviders(getenv)
	if err != nil {
		return usageError(stderr, err)
	}
	defer p.close()
	if err := p.check(cfg); err != nil {
		return usageError(stderr, err)
	}
	a, err := newApp(cfg, p, newPrinter(stdout, stderr, getenv))
	if err != nil {
		return usageError(stderr, err)
	}
	a.out.print(a.heading())
	failed := a.run(ctx, orders)
	a.out.print(a.changes())
	if cfg.explain > 0 {
		a.out.print(a.explanation(cfg.explain))
	}
	if cfg.wire > 0 {
		a.out.print(a.wireLines(cfg.wire))
	}
	a.out.print(a.summary(orders, failed))
	if err := a.close(); err != nil {
		fmt.Fprintln(stderr, "order:", err)
		return exitFailed
	}
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "order: interrupted; what was under way is accounted for above")
		return exitFailed
	}
	if failed > 0 {
		return exitFailed
	}
	return exitOK
}

// parse reads the command line. -h prints the usage to stdout.
func parse(args []string, stdout io.Writer) (config, error) {
	cfg := config{}
	var mapsFlag, outageFlag string
	f := flag.NewFlagSet("order", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&cfg.in, "in", "", "")
	f.IntVar(&cfg.jobs, "jobs", 4, "")
	f.StringVar(&mapsFlag, "maps", "", "")
	f.StringVar(&outageFlag, "outage", "", "")
	f.IntVar(&cfg.explain, "explain", 0, "")
	f.IntVar(&cfg.wire, "wire", 0, "")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(stdout, usage)
		}
		return cfg, err
	}
	switch {
	case f.NArg() > 0:
		return cfg, fmt.Errorf("%q is no flag", f.Arg(0))
	case cfg.jobs < 1 || cfg.jobs > 64:
		return cfg, errors.New("-jobs is not between 1 and 64")
	case cfg.explain < 0 || cfg.wire < 0:
		return cfg, errors.New("-explain and -wire take the number of an order, from 1")
	}
	var err error
	if cfg.maps, err = parseMaps(mapsFlag); err != nil {
		return cfg, err
	}
	cfg.outages, err = parseOutages(outageFlag)
	return cfg, err
}

// input reads the orders' file, standard input for "-", or the embedded dozen.
func input(name string, stdin io.Reader) ([]byte, error) {
	switch name {
	case "":
		return dozen, nil
	case "-":
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}

// check holds what the command line and the environment must agree on: invented
// orders never go to real people.
func (p *providers) check(cfg config) error {
	if cfg.in == "" && len(p.realSenders) > 0 {
		return fmt.Errorf("%v would send the invented orders to real numbers: give your own with -in", p.realSenders)
	}
	return p.checkOutages(cfg.outages)
}

func usageError(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "order: %v\nRun it with -h for the usage.\n", err)
	return exitUsage
}
