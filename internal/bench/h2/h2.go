// Package h2 is what the comparisons of push clients share: a server over TLS and
// HTTP/2 in a process of its own, so that what a client costs is not mixed with what
// its server does, and the measuring.
package h2

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// serverEnv makes the test binary a server.
const serverEnv = "WAYBILL_BENCH_SERVER"

// Main is a package's TestMain: it runs its tests, or the server that they start. A
// GET is answered with the number of connections so far.
func Main(m *testing.M, h http.Handler) {
	if os.Getenv(serverEnv) == "" {
		os.Exit(m.Run())
	}
	serve(h)
}

// hello is what the server says of itself.
type hello struct {
	URL         string
	Certificate []byte
}

// serve answers until its standard input ends.
func serve(h http.Handler) {
	var conns atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprint(w, conns.Load())
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		h.ServeHTTP(w, r)
	}))
	s.EnableHTTP2 = true
	s.Config.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 1000}
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	s.StartTLS()
	defer s.Close()
	_ = json.NewEncoder(os.Stdout).Encode(hello{s.URL, s.Certificate().Raw})
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// Server is a started server.
type Server struct {
	URL         string
	Certificate *x509.Certificate
	Roots       *x509.CertPool
}

// Start starts a server, until the test ends.
func Start(tb testing.TB) *Server {
	tb.Helper()
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), serverEnv+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var h hello
	if err != nil || json.Unmarshal(line, &h) != nil {
		tb.Fatalf("the server did not start: %v", err)
	}
	s := &Server{URL: h.URL, Roots: x509.NewCertPool()}
	if s.Certificate, err = x509.ParseCertificate(h.Certificate); err != nil {
		tb.Fatal(err)
	}
	s.Roots.AddCert(s.Certificate)
	return s
}

// Connections asks the server how many connections it has seen, this one too.
func (s *Server) Connections(tb testing.TB, hc *http.Client) string {
	tb.Helper()
	resp, err := hc.Get(s.URL)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// Cost is what one push takes of the client's process: CPU time (user and system, by
// getrusage) in microseconds, allocations, and their bytes.
type Cost [3]float64

// What are the names of a Cost's parts.
var What = [...]string{"CPU (µs)", "allocations", "bytes"}

// Measure runs f, which sends n pushes.
func Measure(tb testing.TB, n int, f func()) Cost {
	tb.Helper()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := ProcessTime(tb)
	f()
	cpu := ProcessTime(tb) - start
	runtime.ReadMemStats(&after)
	per := 1 / float64(n)
	return Cost{float64(cpu.Nanoseconds()) / 1000 * per, float64(after.Mallocs-before.Mallocs) * per, float64(after.TotalAlloc-before.TotalAlloc) * per}
}

// ProcessTime is the CPU time of this process so far.
func ProcessTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Rounds has each sender send in turn, as often as it is told, and returns the
// medians of what a push cost each. Each round begins with another sender, so that
// none is always the one after.
func Rounds(tb testing.TB, rounds, count int, senders ...func(n int)) []Cost {
	tb.Helper()
	seen := make([][]Cost, len(senders))
	for _, send := range senders {
		send(min(count, 500)) // connections are made before anything counts
	}
	for r := range rounds {
		for k := range senders {
			i := (r + k) % len(senders)
			seen[i] = append(seen[i], Measure(tb, count, func() { senders[i](count) }))
		}
	}
	out := make([]Cost, len(senders))
	for i := range senders {
		for part := range What {
			v := make([]float64, rounds)
			for r := range rounds {
				v[r] = seen[i][r][part]
			}
			slices.Sort(v)
			out[i][part] = v[rounds/2]
		}
	}
	return out
}

// Bars says whether bars of CPU time are asserted, and how much is measured: much
// when WAYBILL_BENCH_BARS is set, on a machine that has nothing else to do.
func Bars() (assert bool, rounds, count int) {
	if os.Getenv("WAYBILL_BENCH_BARS") != "" {
		return true, 15, 4000
	}
	return false, 3, 1000
}
