// Push sends one notification to the tokens of a file, and takes apps' reports of
// their tokens.
//
//	go run ./examples/push
//	go run ./examples/push -in tokens.txt -title "Depot closed" -json
//	go run ./examples/push -vendors huawei,fcm -dry-run
//	go run ./examples/push -serve 127.0.0.1:8080
//	go run ./examples/push -h
//
// Without credentials in the environment it starts fakes of the vendors within
// the process; they speak the vendors' real protocols.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/waybill-go/waybill/push"
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
	exitFailed = 1 // a token was not accepted
	exitUsage  = 2
)

// config is the command line.
type config struct {
	in, serve string
	n         push.Notification
	dry, json bool
	progress  bool
	batch     int
	vendors   []string
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
	v, err := newVendors(getenv, cfg.vendors, cfg.batch)
	if err != nil {
		return usageError(stderr, err)
	}
	defer v.close()
	if len(v.fakes) > 0 {
		fmt.Fprintf(stderr, "push: on fakes in this process: %s; see -h for real ones\n", strings.Join(v.fakes, ", "))
	}
	if cfg.serve != "" {
		return serve(ctx, cfg, v, stdout, stderr)
	}
	src, err := openTokens(cfg.in, stdin)
	if err != nil {
		return usageError(stderr, err)
	}
	defer src.close()
	return send(ctx, cfg, v, src, stdout, stderr)
}

// kinds are the kinds by name.
func kinds() map[string]push.Kind {
	out := map[string]push.Kind{}
	for _, k := range push.Kinds() {
		out[k.String()] = k
	}
	return out
}

// parse reads the command line. -h prints the usage to stdout.
func parse(args []string, stdout io.Writer) (config, error) {
	cfg := config{}
	var kind, data, vendors string
	f := flag.NewFlagSet("push", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&cfg.in, "in", "", "")
	f.StringVar(&cfg.serve, "serve", "", "")
	f.StringVar(&kind, "kind", "status", "")
	f.StringVar(&cfg.n.Title, "title", "Depot closed today", "")
	f.StringVar(&cfg.n.Body, "body", "Deliveries go on tomorrow.", "")
	f.StringVar(&data, "data", "", "")
	f.StringVar(&cfg.n.Key, "key", "", "")
	f.StringVar(&cfg.n.Collapse, "collapse", "", "")
	f.DurationVar(&cfg.n.TTL, "ttl", time.Hour, "")
	f.BoolVar(&cfg.dry, "dry-run", false, "")
	f.BoolVar(&cfg.json, "json", false, "")
	f.BoolVar(&cfg.progress, "progress", false, "")
	f.StringVar(&vendors, "vendors", "", "")
	f.IntVar(&cfg.batch, "batch", push.DefaultBatch, "")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			_, _ = io.WriteString(stdout, usage+variables())
		}
		return cfg, err
	}
	if f.NArg() > 0 {
		return cfg, fmt.Errorf("there is no argument %q; the file is given with -in", f.Arg(0))
	}
	cfg.vendors = strings.FieldsFunc(vendors, func(r rune) bool { return r == ',' })
	var ok bool
	if cfg.n.Kind, ok = kinds()[kind]; !ok {
		return cfg, errors.New("-kind is none of order, status, coupon, marketing")
	}
	for _, pair := range strings.FieldsFunc(data, func(r rune) bool { return r == ',' }) {
		k, v, ok := strings.Cut(pair, "=")
		if !ok {
			return cfg, errors.New("-data is not of the form key=value,key=value")
		}
		if cfg.n.Data == nil {
			cfg.n.Data = map[string]string{}
		}
		cfg.n.Data[k] = v
	}
	return cfg, cfg.n.Validate()
}

func usageError(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "push:", err)
	fmt.Fprintln(stderr, "push: -h prints the usage")
	return exitUsage
}

// send sends to every token and prints what became of it as it comes.
func send(ctx context.Context, cfg config, v *vendors, src *tokens, stdout, stderr io.Writer) int {
	out := newPrinter(cfg, stdout, stderr, src)
	if cfg.dry {
		for token := range src.all() {
			who, err := v.client.Explain(&cfg.n, token)
			out.explained(src.sentLine(), token, who, err)
		}
	} else {
		for token, r := range v.client.SendAll(ctx, &cfg.n, src.all()) {
			out.result(src.sentLine(), token, r)
		}
	}
	out.end()
	if err := src.failure(); err != nil {
		fmt.Fprintln(stderr, "push:", err)
		return exitUsage
	}
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "push: interrupted; what is not listed was not sent")
		return exitFailed
	}
	if out.failed > 0 {
		return exitFailed
	}
	return exitOK
}

// names are the vendors that a line of the file may begin with.
func names() string {
	var out []string
	for _, v := range push.Vendors() {
		out = append(out, string(v))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
