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
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/payload"
	"github.com/sideshow/apns2/token"
	"golang.org/x/net/http2"

	"github.com/waybill-go/waybill/internal/bench/h2"
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

func ours(tb testing.TB, s *h2.Server) sender {
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
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.Roots}}}
			a, err = apnspush.New(key, topic, &apnspush.Options{BaseURL: s.URL, HTTPClient: client, Workers: inFlight})
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

func theirs(tb testing.TB, s *h2.Server) sender {
	tb.Helper()
	c := apns2.NewTokenClient(&token.Token{AuthKey: newKey(tb), KeyID: "ABC123DEFG", TeamID: "DEF123GHIJ"})
	c.Host = s.URL
	c.HTTPClient.Transport.(*http2.Transport).TLSClientConfig = &tls.Config{RootCAs: s.Roots}
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

// sending sends with so many in flight.
func sending(tb testing.TB, send sender, inFlight int) func(n int) {
	return func(n int) { send(tb, n, inFlight) }
}

func bench(b *testing.B, client func(testing.TB, *h2.Server) sender) {
	send := client(b, h2.Start(b))
	send(b, 200, 50)
	b.ReportAllocs()
	b.ResetTimer()
	from := h2.ProcessTime(b)
	send(b, b.N, 50)
	b.ReportMetric(float64((h2.ProcessTime(b)-from).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

func BenchmarkWaybill(b *testing.B) { bench(b, ours) }
func BenchmarkApns2(b *testing.B)   { bench(b, theirs) }

// TestBars holds apnspush to 0.9 of apns2's allocations and bytes, and logs its
// CPU time beside apns2's, of which 0.9 is asserted only when WAYBILL_BENCH_BARS is
// set. The two take turns, and the median of each counts.
func TestBars(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement")
	}
	assert, rounds, count := h2.Bars()
	a, b := ours(t, h2.Start(t)), theirs(t, h2.Start(t))
	for _, inFlight := range []int{50, 200} {
		got := h2.Rounds(t, rounds, count, sending(t, a, inFlight), sending(t, b, inFlight))
		for i, what := range h2.What {
			m, p := got[0][i], got[1][i]
			t.Logf("%d in flight: %s per push %.1f, apns2 %.1f, ratio %.2f", inFlight, what, m, p, m/p)
			if m/p > 0.9 && (i > 0 || assert) {
				t.Errorf("%d in flight: %.2f of apns2's %s, more than 0.90", inFlight, m/p, what)
			}
		}
	}
}

// TestOneConnection wants one connection for everything, counted by the server.
func TestOneConnection(t *testing.T) {
	s := h2.Start(t)
	send := ours(t, s)
	for range 3 {
		send(t, 2000, 200)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.Roots}}}
	if got := s.Connections(t, client); got != "2" { // and the one that asks
		t.Errorf("%s connections, want 1 and the one that asks", got)
	}
}
