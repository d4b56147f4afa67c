// Geocode asks whichever map vendor serves a place: for addresses, suggestions,
// places of a kind, one place in several languages, and divisions.
//
//	go run ./examples/geocode
//	go run ./examples/geocode geocode 深圳北站 -region CN
//	go run ./examples/geocode reverse -at 22.5431,114.0579 -nearby 5 -map out.html
//	go run ./examples/geocode suggest Marina Bay S -region SG -choose 1 -json
//
// Without keys in the environment it starts fakes of the vendors within the
// process; they speak the vendors' real protocols. -h lists the verbs, and the
// variables that make it use the real services.
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
	exitFailed = 1 // nobody knows the place or can serve
	exitUsage  = 2
)

// run is the whole program.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	cfg, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(stderr, "geocode: %v\ngeocode -h explains the flags.\n", err)
		return exitUsage
	}
	p, err := newProviders(getenv, cfg.fake)
	if err != nil {
		fmt.Fprintln(stderr, "geocode:", err)
		return exitUsage
	}
	defer p.close()
	client, err := p.client(cfg.providers, cfg.outages)
	if err != nil {
		fmt.Fprintln(stderr, "geocode:", err)
		return exitUsage
	}
	a, err := serve(ctx, client, p, cfg, stdin)
	if err != nil {
		fmt.Fprintln(stderr, "geocode:", err)
		for _, t := range waybill.Attempts(err) {
			fmt.Fprintf(stderr, "  %s: %v\n", t.Provider, t.Err)
		}
		if waybill.CodeOf(err) == waybill.InvalidArgument || errors.Is(err, errUsage) {
			return exitUsage
		}
		return exitFailed
	}
	if err := write(stdout, a, p, cfg); err != nil {
		fmt.Fprintln(stderr, "geocode:", err)
		return exitFailed
	}
	return exitOK
}

// errUsage marks what is wrong with the command line or the input.
var errUsage = errors.New("geocode -h explains the verbs")

// serve does the verb, or without one the tour.
func serve(ctx context.Context, client *geo.Client, p *providers, cfg config, stdin io.Reader) (*answer, error) {
	a := &answer{at: cfg.at, asked: map[string][]waybill.Candidate{}}
	if cfg.verb != "" {
		return a, a.ask(ctx, client, cfg, stdin)
	}
	if len(p.fakes) == 0 {
		return nil, fmt.Errorf("without a verb only the fakes are asked (-fake): %w", errUsage)
	}
	return a, a.tour(ctx, client, cfg)
}

// write draws the page if one is wanted, and prints the answer.
func write(w io.Writer, a *answer, p *providers, cfg config) error {
	if cfg.page != "" {
		text, err := page(a)
		if err != nil {
			return err
		}
		if err := os.WriteFile(cfg.page, text, 0o644); err != nil {
			return err
		}
	}
	if cfg.json {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(a)
	}
	show(w, a, p, cfg)
	return nil
}
