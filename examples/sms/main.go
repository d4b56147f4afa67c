// Sms is a message centre in one program: it sends one message or many through
// several gateways, takes receipts and inbound messages, counts what became of
// everything, and turns old columns of numbers into E.164.
//
//	go run ./examples/sms
//	go run ./examples/sms -to +447700900123 -text "Your parcel is here."
//	go run ./examples/sms -to +447700900123 -text "Your parcel is here." -send
//	go run ./examples/sms -bulk customers.csv -text "Hello {name}" -send
//	go run ./examples/sms -serve localhost:8080
//	go run ./examples/sms -stats
//	go run ./examples/sms -migrate old.csv > new.csv
//
// Nothing is sent without -send: the program says what it would do, without
// arguments for a message of its own. Without NEXMO_KEY and NEXMO_SECRET in the
// environment it starts fakes of the gateway within the process. What was sent is
// written into the file of -journal, by which a second run of the same bulk knows
// what the first one sent, and who has sent STOP to -serve (as a hash, whose key
// is SMS_HASH_KEY).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/waybill-go/waybill/sms"
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
	exitFailed = 1 // something was not sent, or is doubtful
	exitUsage  = 2
)

// config is the command line.
type config struct {
	to, region, text, language, key, tenant string
	kind                                    sms.Kind
	send                                    bool
	bulk                                    string
	concurrency                             int
	rate                                    float64
	serve                                   string
	stats                                   bool
	migrate, column                         string
	journal                                 string
}

// demonstration is what the program does without arguments.
var demonstration = []string{"-to", "+447400123456", "-text", "Your parcel is here."}

func parse(args []string, out io.Writer) (*config, error) {
	if len(args) == 0 {
		args = demonstration
	}
	c := new(config)
	f := flag.NewFlagSet("sms", flag.ContinueOnError)
	f.SetOutput(out)
	kind := ""
	f.StringVar(&c.to, "to", "", "the `number` to send one message to, as people write it")
	f.StringVar(&c.region, "region", "CN", "the `region` of numbers without a country calling code")
	f.StringVar(&c.text, "text", "", "the `text`; in a bulk {name} is the column name")
	f.StringVar(&c.language, "language", "en", "the text's `language`")
	f.StringVar(&c.key, "key", "", "the message's own `key`, or the beginning of a bulk's keys")
	f.StringVar(&c.tenant, "tenant", "", "the `tenant`")
	f.StringVar(&kind, "kind", "notification", "notification, verification or marketing")
	f.BoolVar(&c.send, "send", false, "send; without it the program says what it would do")
	f.StringVar(&c.bulk, "bulk", "", "a CSV `file` with a column \"to\"")
	f.IntVar(&c.concurrency, "concurrency", 16, "messages under way at once in a bulk")
	f.Float64Var(&c.rate, "rate", 0, "messages a second in a bulk, 0 for no bound")
	f.StringVar(&c.serve, "serve", "", "take receipts and inbound messages at this `address`")
	f.BoolVar(&c.stats, "stats", false, "count what the journal holds")
	f.StringVar(&c.migrate, "migrate", "", "a CSV `file` whose numbers become E.164 on the standard output")
	f.StringVar(&c.column, "column", "mobile", "the `name` of the column of numbers of -migrate")
	f.StringVar(&c.journal, "journal", "", "the `file` that sends and receipts are written to")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	tasks := 0
	for _, on := range []bool{c.to != "", c.bulk != "", c.serve != "", c.stats, c.migrate != ""} {
		if on {
			tasks++
		}
	}
	known := false
	for k := range sms.Marketing + 1 {
		if k.String() == kind {
			c.kind, known = k, true
		}
	}
	switch {
	case f.NArg() > 0:
		return nil, errors.New("there are arguments that are no flags")
	case tasks != 1:
		return nil, errors.New("give one of -to, -bulk, -serve, -stats and -migrate")
	case !known:
		return nil, errors.New("-kind is notification, verification or marketing")
	case (c.to != "" || c.bulk != "") && c.text == "":
		return nil, errors.New("-text is missing")
	case c.stats && c.journal == "":
		return nil, errors.New("-stats counts what -journal holds")
	case c.concurrency < 1 || c.rate < 0:
		return nil, errors.New("-concurrency and -rate are positive")
	}
	return c, nil
}

// run is the whole program.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	c, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintln(stderr, "sms:", strings.TrimPrefix(err.Error(), "sms: "))
		return exitUsage
	}
	if c.migrate != "" {
		return fileTask(c.migrate, stderr, func(r io.ReadSeeker) (bool, error) { return migrate(r, c.column, c.region, stdout, stderr) })
	}
	j, err := openJournal(c.journal)
	if err != nil {
		return failed(stderr, err)
	}
	defer j.Close()
	if c.stats {
		statistics(j, stdout)
		return exitOK
	}
	a, err := newApp(c, getenv, j)
	if err != nil {
		return failed(stderr, err)
	}
	defer a.close()
	switch {
	case c.serve != "":
		return status(true, a.serve(ctx, stdout, stderr), stderr)
	case c.bulk != "":
		return fileTask(c.bulk, stderr, func(r io.ReadSeeker) (bool, error) { return a.sendMany(ctx, r, stdout, stderr) })
	}
	fine, err := a.sendOne(ctx, stdout)
	return status(fine, err, stderr)
}

// fileTask runs what reads a file. fine is false when something in it was not.
func fileTask(name string, stderr io.Writer, f func(io.ReadSeeker) (fine bool, err error)) int {
	file, err := os.Open(name)
	if err != nil {
		return failed(stderr, errors.New("the file cannot be opened"))
	}
	defer file.Close()
	fine, err := f(file)
	return status(fine, err, stderr)
}

// status is the exit status of a task.
func status(fine bool, err error, stderr io.Writer) int {
	switch {
	case err != nil:
		return failed(stderr, err)
	case !fine:
		return exitFailed
	}
	return exitOK
}

func failed(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, err)
	return exitFailed
}
