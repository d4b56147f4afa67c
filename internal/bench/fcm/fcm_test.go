package fcm

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"firebase.google.com/go/v4/messaging"
	"golang.org/x/oauth2"
	"google.golang.org/api/option"

	"github.com/waybill-go/waybill/internal/bench/h2"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// All send the same message to 500 tokens at a time, the most that SendEach takes,
// with the same 50 exchanges under way.

const (
	each    = 500
	workers = 50
)

func TestMain(m *testing.M) {
	h2.Main(m, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		_, _ = io.WriteString(w, `{"name":"projects/p/messages/0:1500415314455276%31bd1c9631bd1c96"}`)
	}))
}

// config is the shape of the SDK's configuration, whose type only the SDK may name.
type config interface {
	~struct {
		Opts      []option.ClientOption
		ProjectID string
		Version   string
	}
}

func newSDK[C config](tb testing.TB, newClient func(context.Context, *C) (*messaging.Client, error), url string, o option.ClientOption) *messaging.Client {
	tb.Helper()
	c, err := newClient(context.Background(), &C{Opts: []option.ClientOption{o, option.WithEndpoint(url + "/v1")}, ProjectID: "p", Version: "4"})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// message is by hand what fcmpush makes of the notification.
func message(token string, now time.Time) *messaging.Message {
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

var tokens = func() []push.Token {
	out := make([]push.Token, each)
	for i := range out {
		out[i] = push.Token{Vendor: push.FCM, Value: pushtest.FCMToken(i)}
	}
	return out
}()

// chunks sends n messages, 500 at a time.
func chunks(tb testing.TB, send func(tokens []push.Token) error) func(n int) {
	return func(n int) {
		for n > 0 {
			part := min(n, each)
			if err := send(tokens[:part]); err != nil {
				tb.Fatal(err)
			}
			n -= part
		}
	}
}

func sendEach(tb testing.TB, c *messaging.Client) func(n int) {
	return chunks(tb, func(tokens []push.Token) error {
		messages := make([]*messaging.Message, len(tokens))
		for i, t := range tokens {
			messages[i] = message(t.Value, time.Now())
		}
		r, err := c.SendEach(context.Background(), messages)
		if err == nil && r.FailureCount > 0 {
			err = r.Responses[slices.IndexFunc(r.Responses, func(r *messaging.SendResponse) bool { return !r.Success })].Error
		}
		return err
	})
}

func waybill(tb testing.TB, s *h2.Server) func(n int) {
	tb.Helper()
	a, err := fcmpush.New(nil, &fcmpush.Options{
		BaseURL: s.URL, ProjectID: "p", Workers: workers, HTTPClient: &http.Client{Transport: transport(s)},
		TokenSource: func(context.Context) (string, time.Time, error) { return "ya29.bench", time.Now().Add(time.Hour), nil },
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(a.Close)
	n := &push.Notification{Kind: push.KindOrder, Title: "Order on its way", Body: "The driver will be there in ten minutes.",
		Data: map[string]string{"order": "17", "screen": "track"}, Collapse: "order-17"}
	return chunks(tb, func(tokens []push.Token) error {
		for _, r := range a.Send(context.Background(), n, tokens) {
			if r.Err != nil {
				return r.Err
			}
		}
		return nil
	})
}

func transport(s *h2.Server) *http.Transport {
	return &http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 100, TLSClientConfig: &tls.Config{RootCAs: s.Roots}}
}

var source = oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "ya29.bench", Expiry: time.Now().Add(24 * time.Hour)})

// asItComes is SendEach on the SDK's own transport. That takes its roots from the
// system, which is read once in a process; nothing else here needs them.
func asItComes(tb testing.TB, s *h2.Server) func(n int) {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "roots.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate.Raw}), 0o600); err != nil {
		tb.Fatal(err)
	}
	tb.Setenv("SSL_CERT_FILE", file)
	return sendEach(tb, newSDK(tb, messaging.NewClient, s.URL, option.WithTokenSource(source)))
}

// withClient is SendEach on a transport as ours.
func withClient(tb testing.TB, s *h2.Server) func(n int) {
	tb.Helper()
	hc := &http.Client{Transport: &oauth2.Transport{Source: source, Base: transport(s)}}
	return sendEach(tb, newSDK(tb, messaging.NewClient, s.URL, option.WithHTTPClient(hc)))
}

// TestBars holds fcmpush to 1.15 of the allocations of SendEach with the same HTTP
// client, and logs its CPU time beside that of SendEach as it comes, of which 0.85 is
// asserted only when WAYBILL_BENCH_BARS is set. The senders take turns, and the
// median of each counts.
func TestBars(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement")
	}
	assert, rounds, count := h2.Bars()
	s := h2.Start(t)
	got := h2.Rounds(t, rounds, count, waybill(t, s), asItComes(t, s), withClient(t, s))
	for i, what := range h2.What {
		t.Logf("%s per push: %.1f, SendEach as it comes %.1f (ratio %.2f), with the same client %.1f (ratio %.2f)",
			what, got[0][i], got[1][i], got[0][i]/got[1][i], got[2][i], got[0][i]/got[2][i])
	}
	if ratio := got[0][0] / got[1][0]; assert && ratio > 0.85 {
		t.Errorf("%.2f of the CPU time of SendEach as it comes, more than 0.85", ratio)
	}
	if ratio := got[0][1] / got[2][1]; ratio > 1.15 {
		t.Errorf("%.2f of the allocations of SendEach with the same client, more than 1.15", ratio)
	}
}

func bench(b *testing.B, sender func(testing.TB, *h2.Server) func(n int)) {
	send := sender(b, h2.Start(b))
	send(each)
	b.ReportAllocs()
	b.ResetTimer()
	from := h2.ProcessTime(b)
	send(b.N)
	b.ReportMetric(float64((h2.ProcessTime(b)-from).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

func BenchmarkWaybill(b *testing.B)            { bench(b, waybill) }
func BenchmarkSendEachWithClient(b *testing.B) { bench(b, withClient) }
