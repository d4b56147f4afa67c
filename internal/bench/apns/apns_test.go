package apns

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/payload"
	"github.com/sideshow/apns2/token"
	"golang.org/x/net/http2"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/apnspush"
)

// Both send the same push, by as many at once, over TLS and HTTP/2 with the same
// headers. apns2 is as it comes: a payload that is marshalled for each push.

const topic = "com.example.waybill"

// tokens and ids are those of the pushes, made beforehand.
var tokens, ids = func() (tokens []string, ids []string) {
	for n := range uint64(1 << 14) {
		x := (n + 1) * 0x9e3779b97f4a7c15
		tokens = append(tokens, fmt.Sprintf("%064x", x))
		ids = append(ids, fmt.Sprintf("%08x-1b2c-4d3e-8f4a-%012x", x>>32, n))
	}
	return tokens, ids
}()

func deviceToken(n int) string { return tokens[n%len(tokens)] }

// sender sends n pushes, at most inFlight at once.
type sender func(tb testing.TB, n, inFlight int)

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func ours(tb testing.TB, s *server) sender {
	tb.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(newKey(tb))
	if err != nil {
		tb.Fatal(err)
	}
	key, err := apnspush.NewKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), "ABC123DEFG", "DEF123GHIJ")
	if err != nil {
		tb.Fatal(err)
	}
	n := &push.Notification{Kind: push.KindOrder, Title: "New order", Body: "Pick up in ten minutes", Data: map[string]string{"order": "17"}, Collapse: "order-17", Key: "order-17"}
	adapters := map[int]*apnspush.Adapter{}
	return func(tb testing.TB, count, inFlight int) {
		a := adapters[inFlight]
		if a == nil {
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots}}}
			a, err = apnspush.New(key, topic, &apnspush.Options{BaseURL: s.url, HTTPClient: client, Workers: inFlight})
			if err != nil {
				tb.Fatal(err)
			}
			tb.Cleanup(a.Close)
			adapters[inFlight] = a
		}
		to := make([]push.Token, count)
		for i := range to {
			to[i] = push.Token{Vendor: push.APNs, Value: deviceToken(i)}
		}
		for _, r := range a.Send(context.Background(), n, to) {
			if r.Err != nil {
				tb.Fatal(r.Err)
			}
		}
	}
}

func theirs(tb testing.TB, s *server) sender {
	tb.Helper()
	c := apns2.NewTokenClient(&token.Token{AuthKey: newKey(tb), KeyID: "ABC123DEFG", TeamID: "DEF123GHIJ"})
	c.Host = s.url
	c.HTTPClient.Transport.(*http2.Transport).TLSClientConfig = &tls.Config{RootCAs: s.roots}
	tb.Cleanup(c.CloseIdleConnections)
	expires := time.Now().Add(24 * time.Hour)
	p := payload.NewPayload().AlertTitle("New order").AlertBody("Pick up in ten minutes").Sound("default").
		InterruptionLevel(payload.InterruptionLevelTimeSensitive).Custom("order", "17").Custom("waybill_expires", fmt.Sprint(expires.Unix()))
	return func(tb testing.TB, count, inFlight int) {
		var next atomic.Int64
		var wg sync.WaitGroup
		var failed atomic.Pointer[error]
		for range inFlight {
			wg.Go(func() {
				for {
					i := int(next.Add(1)) - 1
					if i >= count {
						return
					}
					r, err := c.PushWithContext(context.Background(), &apns2.Notification{
						ApnsID: ids[i%len(ids)], DeviceToken: deviceToken(i), Topic: topic, CollapseID: "order-17",
						Expiration: expires, Priority: apns2.PriorityHigh, PushType: apns2.PushTypeAlert, Payload: p,
					})
					if err == nil && !r.Sent() {
						err = fmt.Errorf("refused: %d %s", r.StatusCode, r.Reason)
					}
					if err != nil {
						failed.Store(&err)
						return
					}
				}
			})
		}
		wg.Wait()
		if err := failed.Load(); err != nil {
			tb.Fatal(*err)
		}
	}
}

// cost is what one push takes of the client's process.
type cost struct{ cpu, allocs, bytes float64 }

// measure sends n pushes.
func measure(tb testing.TB, send sender, n, inFlight int) cost {
	tb.Helper()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := processTime(tb)
	send(tb, n, inFlight)
	cpu := processTime(tb) - start
	runtime.ReadMemStats(&after)
	per := 1 / float64(n)
	return cost{float64(cpu.Nanoseconds()) / 1000 * per, float64(after.Mallocs-before.Mallocs) * per, float64(after.TotalAlloc-before.TotalAlloc) * per}
}

func processTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func bench(b *testing.B, client func(testing.TB, *server) sender) {
	send := client(b, start(b))
	send(b, 200, 50)
	b.ReportAllocs()
	b.ResetTimer()
	from := processTime(b)
	send(b, b.N, 50)
	b.ReportMetric(float64((processTime(b)-from).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

func BenchmarkWaybill(b *testing.B) { bench(b, ours) }
func BenchmarkApns2(b *testing.B)   { bench(b, theirs) }

// TestBars holds apnspush to 0.9 of apns2's allocations and bytes, and logs its
// CPU time beside apns2's: rounds of the two are interleaved, and the median of
// each counts. 0.9 of the CPU time is asserted only when WAYBILL_BENCH_BARS is
// set, on a machine that has nothing else to do.
func TestBars(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement")
	}
	rounds, count := 3, 1000
	assert := os.Getenv("WAYBILL_BENCH_BARS") != ""
	if assert {
		rounds, count = 11, 4000
	}
	a, b := ours(t, start(t)), theirs(t, start(t))
	for _, inFlight := range []int{50, 200} {
		var mine, peer [3][]float64
		add := func(to *[3][]float64, c cost) {
			for i, v := range []float64{c.cpu, c.allocs, c.bytes} {
				to[i] = append(to[i], v)
			}
		}
		a(t, 200, inFlight)
		b(t, 200, inFlight)
		for range rounds {
			add(&mine, measure(t, a, count, inFlight))
			add(&peer, measure(t, b, count, inFlight))
		}
		for i, what := range []string{"CPU (µs)", "allocations", "bytes"} {
			m, p := median(mine[i]), median(peer[i])
			t.Logf("%d in flight: %s per push %.1f, apns2 %.1f, ratio %.2f", inFlight, what, m, p, m/p)
			if m/p > 0.9 && (i > 0 || assert) {
				t.Errorf("%d in flight: %.2f of apns2's %s, more than 0.90", inFlight, m/p, what)
			}
		}
	}
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// TestOneConnection wants one connection for everything, counted by the server.
func TestOneConnection(t *testing.T) {
	s := start(t)
	send := ours(t, s)
	for range 3 {
		send(t, 2000, 200)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots}}}
	resp, err := client.Get(s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if got := strings.TrimSpace(string(text)); err != nil || got != "2" { // and the one that asks
		t.Errorf("%s connections, want 1 and the one that asks", got)
	}
}
