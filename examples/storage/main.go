// Storage copies an object between any two buckets, each named by a URL, with a
// progress bar, and shows the checksums of both sides:
//
//	go run ./examples/storage                                       on fakes in the process
//	go run ./examples/storage file:///tmp/report.pdf s3://bucket/reports/1.pdf?region=eu-central-1
//	go run ./examples/storage s3://bucket/reports/1.pdf 'oss://other/1.pdf?region=cn-hangzhou'
//	go run ./examples/storage -h
//
// URLs hold no secrets: keys come from the environment.
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
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `usage: storage [-new] FROM TO

Copies the object FROM to TO. Without arguments it shows itself on fakes.

  s3://BUCKET/KEY?region=R&endpoint=URL&path-style=true
      keys: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
  oss://BUCKET/KEY?region=R&endpoint=URL&internal=true
      keys: OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, OSS_SESSION_TOKEN
  file:///FOLDER/KEY    the key is the last part
  mem://BUCKET/KEY      in this process

  -new  refuse to overwrite
`

// run is the whole program.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("storage", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	fresh := flags.Bool("new", false, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(stdout, usage)
		return exitOK
	case err != nil:
		_, _ = fmt.Fprintf(stderr, "storage: %v\n%s", err, usage)
		return exitUsage
	case flags.NArg() != 0 && flags.NArg() != 2:
		_, _ = fmt.Fprintf(stderr, "storage: there are %d arguments, want FROM and TO or none\n%s", flags.NArg(), usage)
		return exitUsage
	}
	b := buckets{getenv: getenv}
	if flags.NArg() == 0 {
		if err := show(ctx, &b, stdout); err != nil {
			_, _ = fmt.Fprintln(stderr, "storage:", err)
			return exitFailed
		}
		return exitOK
	}
	from, err1 := b.open(flags.Arg(0))
	to, err2 := b.open(flags.Arg(1))
	for i, err := range []error{err1, err2} {
		if err != nil {
			_, _ = fmt.Fprintf(stderr, "storage: %s: %v\n", [...]string{"FROM", "TO"}[i], err)
			return exitUsage
		}
	}
	if err := transfer(ctx, from, to, *fresh, stdout); err != nil {
		_, _ = fmt.Fprintln(stderr, "storage:", err)
		return exitFailed
	}
	return exitOK
}
