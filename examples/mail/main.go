// Mail sends one mail with attachments: what is too large goes to a bucket and
// becomes a link.
//
//	go run ./examples/mail
//	go run ./examples/mail -from a@acme.example -to b@example.com -subject Report -text "Here it is." -attach report.pdf -relay smtp://user@smtp.acme.example:587
//	go run ./examples/mail … -attach video.mp4 -bucket 's3://bucket?region=eu-central-1' -limit 10000000
//	go run ./examples/mail … -send
//	go run ./examples/mail -h
//
// Nothing is sent without -send: the program says which relays would be asked,
// what would go inside the mail and what would become a link. Without arguments
// it shows itself on fakes within the process: one relay that is down, another
// one, and a bucket. URLs hold no secrets: passwords and keys come from the
// environment.
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

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/examples/internal/console"
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
	exitFailed = 1 // not sent, not to everybody, or doubtful
	exitUsage  = 2
)

// run is the whole program.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		return show(ctx, stdout, stderr)
	}
	c, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "mail:", err)
		return exitUsage
	}
	a, err := c.app(getenv)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "mail:", err)
		return exitUsage
	}
	defer a.close()
	return a.run(ctx, c, stdout, stderr)
}

// run plans the mail or sends it.
func (a *app) run(ctx context.Context, c *config, stdout, stderr io.Writer) int {
	progress := console.Bar(stderr)
	if c.asJSON {
		progress = io.Discard
	}
	m, err := c.message(progress)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "mail:", err)
		return exitUsage
	}
	report := &report{Outcome: "planned"}
	if !c.send {
		if err = a.plan(m, report); err == nil {
			err = report.write(stdout, c.asJSON)
		}
		if err != nil {
			_, _ = fmt.Fprintln(stderr, "mail:", err)
			return exitUsage
		}
		return exitOK
	}
	receipt, err := a.mails.Send(ctx, m)
	_, _ = fmt.Fprintln(progress)
	report.sent(m, receipt, err)
	if werr := report.write(stdout, c.asJSON); werr != nil {
		_, _ = fmt.Fprintln(stderr, "mail:", werr)
		return exitFailed
	}
	switch {
	case err == nil:
		return exitOK
	case waybill.CodeOf(err) == waybill.InvalidArgument:
		return exitUsage
	}
	return exitFailed
}
