package apnspush_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/internal/makertest"
	"github.com/waybill-go/waybill/internal/suitetest"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/apnspush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// key makes a signing key from one of a fake's.
func key(t testing.TB, k *pushtest.APNsKey) *apnspush.Key {
	t.Helper()
	own, err := apnspush.NewKey(k.P8(), k.KeyID, k.TeamID)
	if err != nil {
		t.Fatal(err)
	}
	return own
}

// fake is a fake APNs and an adapter on it.
func fake(t testing.TB, o apnspush.Options, fo pushtest.APNsOptions) (*pushtest.APNs, *apnspush.Adapter) {
	t.Helper()
	f := pushtest.NewAPNs(&fo)
	t.Cleanup(f.Close)
	o.BaseURL = f.URL()
	if o.HTTPClient == nil {
		o.HTTPClient = f.Client()
	}
	a, err := apnspush.New(key(t, f.Key()), pushtest.APNsTopic, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return f, a
}

func tokens(from, n int) []push.Token {
	out := make([]push.Token, n)
	for i := range out {
		out[i] = token(from + i)
	}
	return out
}

var order = makertest.Order

// allSent wants every result accepted, and every token accepted once.
func allSent(t testing.TB, f *pushtest.APNs, results []push.Result) {
	t.Helper()
	for i := range results {
		if results[i].Err != nil {
			t.Fatalf("token %d: %v", i, results[i].Err)
		}
		if n := f.Accepted(results[i].Token.Value); n != 1 {
			t.Fatalf("token %d was accepted %d times", i, n)
		}
	}
}

// One connection carries everything, however many ask at once, before and after
// the server says how many streams it may have.
func TestOneConnection(t *testing.T) {
	for _, limit := range []int{1, 2, 7, 1000} {
		t.Run("", func(t *testing.T) {
			f, a := fake(t, apnspush.Options{Workers: 32}, pushtest.APNsOptions{Streams: limit})
			var wg sync.WaitGroup
			for call := range 4 {
				wg.Go(func() { allSent(t, f, a.Send(t.Context(), order(), tokens(1000*call, 30))) })
			}
			wg.Wait()
			if n := f.Conns(); n != 1 {
				t.Errorf("%d connections", n)
			}
			if n := f.TooManyStreams(); n != 0 {
				t.Errorf("%d streams beyond the limit", n)
			}
		})
	}
}

// After GOAWAY, what was accepted is not repeated, and one new connection, primed
// again, takes the rest.
func TestGoAway(t *testing.T) {
	f, a := fake(t, apnspush.Options{Workers: 16}, pushtest.APNsOptions{})
	allSent(t, f, a.Send(t.Context(), order(), tokens(0, 20)))
	f.GoAway()
	allSent(t, f, a.Send(t.Context(), order(), tokens(100, 20)))
	if n := f.Conns(); n != 2 {
		t.Errorf("%d connections", n)
	}
	// The second connection was primed, too: it began with one stream.
	if n := f.TooManyStreams(); n != 0 {
		t.Errorf("%d streams beyond the limit", n)
	}
}

func TestGoAwayInTheMiddle(t *testing.T) {
	f, a := fake(t, apnspush.Options{Workers: 16}, pushtest.APNsOptions{})
	var wg sync.WaitGroup
	for call := range 4 {
		wg.Go(func() {
			for n := range 4 {
				allSent(t, f, a.Send(t.Context(), order(), tokens(10000*call+100*n, 30)))
				f.GoAway() // while the others are sending
			}
		})
	}
	wg.Wait()
	if n := f.Conns(); n > 17 {
		t.Errorf("%d connections for 16 times GOAWAY", n)
	}
	if n := f.TooManyStreams(); n != 0 {
		t.Errorf("%d streams beyond the limit", n)
	}
}

// Streams that the server refused unseen go out again, and cost nothing.
func TestRefusedStreams(t *testing.T) {
	f, a := fake(t, apnspush.Options{Workers: 8}, pushtest.APNsOptions{})
	f.RefuseStreams(2)
	allSent(t, f, a.Send(t.Context(), order(), tokens(0, 1)))
	f.RefuseStreams(3)
	allSent(t, f, a.Send(t.Context(), order(), tokens(10, 30)))
	f.RefuseStreams(1000)
	for _, r := range a.Send(t.Context(), order(), tokens(100, 3)) {
		if r.Err == nil || r.Err.Code != waybill.Unavailable || r.Err.Delivery != waybill.NotSent || r.Err.VendorCode != waybill.CodeRefusedStream {
			t.Errorf("got %v", r.Err)
		}
	}
	if n := f.Conns(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// A connection on which nothing comes back is given up when a request runs out
// of time on it, and the next call works.
func TestSilentConnectionIsReplaced(t *testing.T) {
	f, a := fake(t, apnspush.Options{}, pushtest.APNsOptions{})
	allSent(t, f, a.Send(t.Context(), order(), tokens(0, 3)))
	f.Freeze()
	ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, waybill.ErrAttemptTimeout)
	defer cancel()
	for _, r := range a.Send(ctx, order(), tokens(10, 3)) {
		if r.Err == nil || r.Err.Code != waybill.DeadlineExceeded || r.Err.Delivery != waybill.Ambiguous {
			t.Errorf("got %v", r.Err)
		}
	}
	allSent(t, f, a.Send(t.Context(), order(), tokens(20, 3)))
	if n := f.Conns(); n != 2 {
		t.Errorf("%d connections", n)
	}
}

// Pings find a silent connection without any request running out of time.
func TestPings(t *testing.T) {
	f := pushtest.NewAPNs(nil)
	t.Cleanup(f.Close)
	transport := f.Client().Transport.(*http.Transport).Clone()
	transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: 20 * time.Millisecond, PingTimeout: 50 * time.Millisecond}
	a, err := apnspush.New(key(t, f.Key()), pushtest.APNsTopic, &apnspush.Options{BaseURL: f.URL(), HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	allSent(t, f, a.Send(t.Context(), order(), tokens(0, 3)))
	f.Freeze()
	for _, r := range a.Send(t.Context(), order(), tokens(10, 3)) {
		if r.Err == nil || r.Err.Code != waybill.Unavailable || r.Err.Delivery != waybill.Ambiguous {
			t.Errorf("got %v", r.Err)
		}
	}
	allSent(t, f, a.Send(t.Context(), order(), tokens(20, 3)))
}

// Shutdown makes the next request open a connection; the refused one was not
// processed.
func TestShutdownIsLeft(t *testing.T) {
	for _, reason := range []string{"Shutdown", "IdleTimeout"} {
		f, a := fake(t, apnspush.Options{}, pushtest.APNsOptions{})
		allSent(t, f, a.Send(t.Context(), order(), tokens(0, 1)))
		f.FailSends(1, f.Refusal(reason))
		if e := a.Send(t.Context(), order(), tokens(1, 1))[0].Err; e == nil || e.Delivery != waybill.NotSent || e.VendorCode != reason {
			t.Errorf("got %v", e)
		}
		allSent(t, f, a.Send(t.Context(), order(), tokens(2, 1)))
		if n := f.Conns(); n != 2 {
			t.Errorf("%s: %d connections", reason, n)
		}
	}
}

// Close lets the connection go; the adapter stays usable.
func TestClose(t *testing.T) {
	f, a := fake(t, apnspush.Options{}, pushtest.APNsOptions{})
	allSent(t, f, a.Send(t.Context(), order(), tokens(0, 3)))
	a.Close()
	a.Close()
	allSent(t, f, a.Send(t.Context(), order(), tokens(10, 3)))
	if n := f.Conns(); n != 2 {
		t.Errorf("%d connections", n)
	}
}

// Whoever waits for a dial shares its failure, rather than dialling in turn.
func TestFailedDialIsShared(t *testing.T) {
	f := pushtest.NewAPNs(nil)
	t.Cleanup(f.Close)
	var dials atomic.Int64
	arrived := make(chan struct{})
	transport := f.Client().Transport.(*http.Transport).Clone()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		dials.Add(1)
		<-arrived
		return nil, &net.DNSError{Err: "no such host", Name: address, IsNotFound: true}
	}
	a, err := apnspush.New(key(t, f.Key()), pushtest.APNsTopic, &apnspush.Options{BaseURL: f.URL(), HTTPClient: &http.Client{Transport: transport}, Workers: 50})
	if err != nil {
		t.Fatal(err)
	}
	go suitetest.When(t.Context(), func() bool { return dials.Load() > 0 }, func() { close(arrived) })
	for _, r := range a.Send(t.Context(), order(), tokens(0, 50)) {
		if r.Err == nil || r.Err.VendorCode != waybill.CodeDNS || r.Err.Delivery != waybill.NotSent {
			t.Errorf("got %v", r.Err)
		}
	}
}

// A RoundTripper of somebody else's is used as it is: one request goes first.
func TestForeignTransport(t *testing.T) {
	f := pushtest.NewAPNs(nil)
	t.Cleanup(f.Close)
	a, err := apnspush.New(key(t, f.Key()), pushtest.APNsTopic, &apnspush.Options{BaseURL: f.URL(), HTTPClient: &http.Client{Transport: wrapped{f.Client().Transport}}, Workers: 50})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for call := range 3 {
		wg.Go(func() { allSent(t, f, a.Send(t.Context(), order(), tokens(1000*call, 40))) })
	}
	wg.Wait()
	if n := f.Conns(); n != 1 {
		t.Errorf("%d connections", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range a.Send(ctx, order(), tokens(5000, 3)) {
		if r.Err == nil || r.Err.Code != waybill.Canceled || r.Err.Delivery != waybill.NotSent {
			t.Errorf("got %v", r.Err)
		}
	}
	a.Close()
	allSent(t, f, a.Send(t.Context(), order(), tokens(6000, 5)))
}

type wrapped struct{ http.RoundTripper }

// Calls that are given up while they wait for a stream have sent nothing, and
// take nobody's turn away.
func TestGivenUpWhileWaiting(t *testing.T) {
	f, a := fake(t, apnspush.Options{Workers: 64}, pushtest.APNsOptions{Streams: 1})
	allSent(t, f, a.Send(t.Context(), order(), tokens(0, 1)))
	f.FailToken(token(1).Value, fakehttp.HangAfterRead())
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { a.Send(ctx, order(), tokens(1, 1)) }) // holds the only stream
	suitetest.When(t.Context(), func() bool { return f.Sends() == 2 }, func() {})
	waiting, leave := context.WithCancel(t.Context())
	wg.Go(func() {
		for _, r := range a.Send(waiting, order(), tokens(10, 20)) {
			if r.Err == nil || r.Err.Code != waybill.Canceled || r.Err.Delivery != waybill.NotSent {
				t.Errorf("got %v", r.Err)
			}
		}
	})
	wg.Go(func() { allSent(t, f, a.Send(t.Context(), order(), tokens(100, 20))) })
	leave()
	cancel()
	wg.Wait()
	if n := f.Conns(); n > 2 {
		t.Errorf("%d connections", n)
	}
}

// A server without HTTP/2, such as a proxy of one's own, is served too, one
// request after the other.
func TestWithoutHTTP2(t *testing.T) {
	for _, start := range []func(http.Handler) *httptest.Server{httptest.NewServer, httptest.NewTLSServer} {
		var seen atomic.Int64
		s := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen.Add(1)
			w.Header().Set("apns-id", "an-id")
		}))
		t.Cleanup(s.Close)
		a, err := apnspush.New(key(t, pushtest.NewAPNsKey()), pushtest.APNsTopic, &apnspush.Options{BaseURL: s.URL, HTTPClient: s.Client()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.Close)
		for _, r := range a.Send(t.Context(), order(), tokens(0, 20)) {
			if r.Err != nil || r.ID != "an-id" {
				t.Fatalf("got %q, %v", r.ID, r.Err)
			}
		}
		if n := seen.Load(); n != 20 {
			t.Errorf("%d requests", n)
		}
	}
}
