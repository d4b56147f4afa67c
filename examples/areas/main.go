// Areas serves service areas: the company's interface, and a page on which they are drawn.
//
//	go run ./examples/areas                          # asks its own interface a few questions, and ends
//	go run ./examples/areas -addr 127.0.0.1:8080     # serves until it is stopped; open the address in a browser
//	go run ./examples/areas -addr … -file my.geojson # keeps the areas in a file
//
// The page shows the areas on a plain canvas, without a map from anybody. On it one draws, edits and saves areas with
// their properties, and clicks a point to see what is allowed there.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func main() {
	addr := flag.String("addr", "", "serve at this address; without it a few questions are asked and answered")
	file := flag.String("file", "", "keep the areas in this file of GeoJSON; without it they are the built-in ones, in memory")
	flag.CommandLine.Init("areas", flag.ExitOnError)
	flag.Parse()
	if flag.NArg() != 0 {
		fmt.Fprintln(os.Stderr, "areas: there are arguments that are no flags; areas -h explains the flags")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *addr, *file, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "areas:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr, file string, out io.Writer) error {
	app, err := newApp(ctx, file)
	if err != nil {
		return err
	}
	listen := addr
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: app.routes(), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	if addr == "" {
		err = demonstrate(ctx, "http://"+l.Addr().String(), out)
	} else {
		fmt.Fprintf(out, "areas at http://%s/, the interface at /api/areas\n", l.Addr())
		select {
		case <-ctx.Done():
		case err = <-served:
		}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, server.Shutdown(end))
}

// demonstrate asks what a service would ask.
func demonstrate(ctx context.Context, base string, out io.Writer) error {
	for _, q := range []struct{ what, query string }{
		{"a pick-up at the Fort in Mumbai", "cityCode=MUM&lon=72.8295&lat=18.933&serviceType=van"},
		{"the same for an intercity trip", "cityCode=MUM&lon=72.8295&lat=18.933&serviceType=intercity"},
		{"the docks, denied to every service", "cityCode=MUM&lon=72.855&lat=18.96&serviceType=intercity"},
		{"a drop-off in Pune, from Mumbai", "cityCode=MUM&lon=73.85&lat=18.53&serviceType=intercity"},
		{"out at sea", "cityCode=MUM&lon=72.5&lat=19&serviceType=van"},
		{"too many decimals", "cityCode=MUM&lon=72.82951234&lat=18.933"},
	} {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/areas?"+q.query, nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		res.Body.Close()
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s:\n  %s\n", q.what, body)
	}
	fmt.Fprintln(out, "To draw areas: go run ./examples/areas -addr 127.0.0.1:8080")
	return nil
}
