// Order takes the orders of a delivery company through every step that this
// library serves: what a customer types becomes a place, the service areas say
// whether it is served, the nearest free driver is found, the way is measured and
// priced; the driver gets an SMS and a push in a language of his own, the customer
// a code and a mail whose large attachment became an expiring link.
//
// Read address.go, areas.go, dispatch.go, way.go, texts.go with senders.go and
// receipts.go, devices.go, and post.go: each is one domain of the library at work.
// steps.go puts them together. The rest builds the providers, and prints.
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
	p := program{getenv: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	code := p.run(ctx, os.Args[1:])
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
	drivers string
	areas   string
	cities  string
	jobs    int
	maps    []string
	outages []outage
	explain int
	wire    int

	points    int   // of an itinerary
	mailLimit int64 // the largest mail in bytes that is sent whole
}

// program is what the process is given. tune and after, if set, may change the
// configuration, and look at everything before the fakes are stopped.
type program struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	tune           func(*config)
	after          func(*app)
}

// run is the whole program.
func (g program) run(ctx context.Context, args []string) int {
	cfg, err := parse(args, g.stdout)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		return usageError(g.stderr, err)
	}
	if g.tune != nil {
		g.tune(&cfg)
	}
	data, err := input(cfg.in, g.stdin)
	if err != nil {
		return usageError(g.stderr, err)
	}
	orders, err := readOrders(data)
	if err != nil {
		return usageError(g.stderr, fmt.Errorf("-in: %w", err))
	}
	for _, n := range []int{cfg.explain, cfg.wire} {
		if n > len(orders) {
			return usageError(g.stderr, fmt.Errorf("there are %d orders and no order %d", len(orders), n))
		}
	}
	p, err := newProviders(g.getenv)
	if err != nil {
		return usageError(g.stderr, err)
	}
	defer p.close()
	if err := p.check(cfg); err != nil {
		return usageError(g.stderr, err)
	}
	a, err := newApp(ctx, cfg, p, newPrinter(g.stdout, g.stderr, g.getenv))
	if err != nil {
		return usageError(g.stderr, err)
	}
	defer a.hooks.close()
	return g.process(ctx, a, orders)
}

// process runs the orders and prints everything.
func (g program) process(ctx context.Context, a *app, orders []*order) int {
	a.out.print(a.heading())
	a.out.print(approvals(ctx, a.sms))
	a.out.print(a.signIn(ctx, orders))
	failed := a.run(ctx, orders)
	a.out.print(a.changes())
	if n := a.cfg.explain; n > 0 {
		a.out.print(a.explanation(n))
	}
	if n := a.cfg.wire; n > 0 {
		a.out.print(a.wireLines(n))
	}
	a.out.print(a.summary(context.WithoutCancel(ctx), orders, failed))
	if g.after != nil {
		g.after(a)
	}
	if err := a.close(); err != nil {
		fmt.Fprintln(g.stderr, "order:", err)
		return exitFailed
	}
	if ctx.Err() != nil {
		fmt.Fprintln(g.stderr, "order: interrupted; what was under way is accounted for above")
		return exitFailed
	}
	if failed > 0 {
		return exitFailed
	}
	return exitOK
}

// parse reads the command line. -h prints the usage to stdout.
func parse(args []string, stdout io.Writer) (config, error) {
	cfg := config{points: trackPoints, mailLimit: 1 << 20}
	var mapsFlag, outageFlag string
	f := flag.NewFlagSet("order", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&cfg.in, "in", "", "")
	f.StringVar(&cfg.drivers, "drivers", "", "")
	f.StringVar(&cfg.areas, "areas", "", "")
	f.StringVar(&cfg.cities, "cities", "", "")
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
