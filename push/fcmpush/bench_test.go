package fcmpush_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"firebase.google.com/go/v4/messaging"
	"golang.org/x/oauth2"
	"google.golang.org/api/option"

	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

const benchServer = "FCMPUSH_BENCH_SERVER"

// TestBenchServer is no test: it is the process in which the benchmark's server
// runs, so that only the clients are measured.
func TestBenchServer(t *testing.T) {
	if os.Getenv(benchServer) == "" {
		t.Skip("runs for the benchmark only")
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		_, _ = io.WriteString(w, `{"name":"projects/p/messages/0:1500415314455276%31bd1c9631bd1c96"}`)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	fmt.Printf("server %s %s\n", s.URL, base64.StdEncoding.EncodeToString(s.Certificate().Raw))
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// startBenchServer starts that process and returns its URL and certificate.
func startBenchServer(b *testing.B) (string, *x509.Certificate) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestBenchServer$")
	cmd.Env = append(os.Environ(), benchServer+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) != 3 || f[0] != "server" {
			continue
		}
		der, err := base64.StdEncoding.DecodeString(f[2])
		if err != nil {
			b.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			b.Fatal(err)
		}
		return f[1], cert
	}
	b.Fatal("the server did not start")
	return "", nil
}

// contender sends one notification to many tokens.
type contender struct {
	name string
	send func(ctx context.Context, tokens []push.Token) error
}

const (
	benchTokens  = 500
	benchWorkers = 50
)

func benchNotification() *push.Notification {
	return &push.Notification{Kind: push.KindOrder, Title: "Order on its way", Body: "The driver will be there in ten minutes.",
		Data: map[string]string{"order": "17", "screen": "track"}, Collapse: "order-17"}
}

// benchMessage is the same by hand for the SDK.
func benchMessage(token string, now time.Time) *messaging.Message {
	life := push.DefaultTTL
	expires := fmt.Sprint(now.Add(life).Unix())
	return &messaging.Message{
		Token: token, Data: map[string]string{"order": "17", "screen": "track", push.Expiry: expires},
		Notification: &messaging.Notification{Title: "Order on its way", Body: "The driver will be there in ten minutes."},
		Android: &messaging.AndroidConfig{CollapseKey: "order-17", Priority: "high", TTL: &life,
			Notification: &messaging.AndroidNotification{Tag: "order-17", ChannelID: "order", DefaultSound: true}},
		APNS: &messaging.APNSConfig{
			Headers: map[string]string{"apns-expiration": expires, "apns-priority": "10", "apns-collapse-id": "order-17", "apns-push-type": "alert"},
			Payload: &messaging.APNSPayload{Aps: &messaging.Aps{Sound: "default"}},
		},
		Webpush: &messaging.WebpushConfig{Headers: map[string]string{"TTL": "86400", "Urgency": "high", "Topic": "order-17"}},
	}
}

func sendEach(c *messaging.Client) func(context.Context, []push.Token) error {
	return func(ctx context.Context, tokens []push.Token) error {
		messages := make([]*messaging.Message, len(tokens))
		for i, t := range tokens {
			messages[i] = benchMessage(t.Value, time.Now())
		}
		r, err := c.SendEach(ctx, messages)
		if err != nil {
			return err
		}
		if r.FailureCount > 0 {
			return r.Responses[slices.IndexFunc(r.Responses, func(r *messaging.SendResponse) bool { return !r.Success })].Error
		}
		return nil
	}
}

// contenders are the SDK as it comes, the SDK on a plain HTTP client, and ours.
func contenders(b *testing.B, url string, cert *x509.Certificate) []contender {
	// The SDK's own transport takes its roots from the system; this is read once
	// in a process, and nothing else here needs them.
	file := filepath.Join(b.TempDir(), "roots.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}), 0o600); err != nil {
		b.Fatal(err)
	}
	b.Setenv("SSL_CERT_FILE", file)
	source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "ya29.bench", Expiry: time.Now().Add(time.Hour)})
	bare, err := fcmpush.NewSDK(url+"/v1", "p", option.WithTokenSource(source))
	if err != nil {
		b.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	transport := func() *http.Transport {
		return &http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 100, TLSClientConfig: &tls.Config{RootCAs: pool}}
	}
	plain, err := fcmpush.NewSDK(url+"/v1", "p", option.WithHTTPClient(&http.Client{Transport: &oauth2.Transport{Source: source, Base: transport()}}))
	if err != nil {
		b.Fatal(err)
	}
	ours, err := fcmpush.New(nil, &fcmpush.Options{
		BaseURL: url, ProjectID: "p", Workers: benchWorkers, HTTPClient: &http.Client{Transport: transport()},
		TokenSource: func(context.Context) (string, time.Time, error) {
			return "ya29.bench", time.Now().Add(time.Hour), nil
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	return []contender{
		{"sendeach", sendEach(bare)},
		{"sendeach_client", sendEach(plain)},
		{"waybill", func(ctx context.Context, tokens []push.Token) error {
			for _, r := range ours.Send(ctx, benchNotification(), tokens) {
				if r.Err != nil {
					return r.Err
				}
			}
			return nil
		}},
	}
}

// cost is what one notification costs.
type cost struct{ cpu, wall, allocs, bytes float64 }

var benchLock sync.Mutex

func measure(f func() error) (cost, error) {
	benchLock.Lock()
	defer benchLock.Unlock()
	var m0, m1 runtime.MemStats
	var u0, u1 syscall.Rusage
	runtime.GC()
	runtime.ReadMemStats(&m0)
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u0)
	start := time.Now()
	err := f()
	wall := time.Since(start)
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u1)
	runtime.ReadMemStats(&m1)
	cpu := func(u *syscall.Rusage) float64 { return float64(u.Utime.Nano() + u.Stime.Nano()) }
	return cost{
		(cpu(&u1) - cpu(&u0)) / benchTokens, float64(wall) / benchTokens,
		float64(m1.Mallocs-m0.Mallocs) / benchTokens, float64(m1.TotalAlloc-m0.TotalAlloc) / benchTokens,
	}, err
}

// BenchmarkAgainstSendEach sends the same notification to 500 tokens with 50
// exchanges under way by each contender in turn, and reports the medians per
// notification and our share of the SDK's.
func BenchmarkAgainstSendEach(b *testing.B) {
	url, cert := startBenchServer(b)
	tokens := make([]push.Token, benchTokens)
	for i := range tokens {
		tokens[i] = push.Token{Vendor: push.FCM, Value: pushtest.FCMToken(i)}
	}
	all := contenders(b, url, cert)
	costs := make([][]cost, len(all))
	for _, c := range all { // connections are made before anything counts
		if err := c.send(b.Context(), tokens); err != nil {
			b.Fatalf("%s: %v", c.name, err)
		}
	}
	for b.Loop() {
		for i, c := range all {
			k, err := measure(func() error { return c.send(b.Context(), tokens) })
			if err != nil {
				b.Fatalf("%s: %v", c.name, err)
			}
			costs[i] = append(costs[i], k)
		}
	}
	median := func(i int, f func(cost) float64) float64 {
		v := make([]float64, len(costs[i]))
		for k, c := range costs[i] {
			v[k] = f(c)
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	for what, f := range map[string]func(cost) float64{
		"cpu":    func(c cost) float64 { return c.cpu },
		"wall":   func(c cost) float64 { return c.wall },
		"allocs": func(c cost) float64 { return c.allocs },
		"bytes":  func(c cost) float64 { return c.bytes },
	} {
		ours := median(2, f)
		for i, c := range all {
			b.ReportMetric(median(i, f), what+"_"+c.name)
		}
		b.ReportMetric(ours/median(0, f), what+"/sendeach")
		b.ReportMetric(ours/median(1, f), what+"/sendeach_client")
	}
	b.ReportMetric(0, "ns/op")
}
