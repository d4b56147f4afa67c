package fcmpush_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"firebase.google.com/go/v4/messaging"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/api/option"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/internal/fakehttp"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/fcmpush"
	"github.com/waybill-go/waybill/push/pushtest"
)

// The SDK by itself, to pin the faults that are guarded against: when one of
// these fails the SDK has changed and the guard may be reconsidered.
func TestFaultsOfTheSDK(t *testing.T) {
	status, body := atomic.Int64{}, atomic.Value{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(int(status.Load()))
		_, _ = io.WriteString(w, body.Load().(string))
	}))
	defer s.Close()
	c, err := fcmpush.NewSDK(s.URL+"/v1", "p", option.WithHTTPClient(s.Client()))
	if err != nil {
		t.Fatal(err)
	}
	send := func(code int, text string) (string, error) {
		status.Store(int64(code))
		body.Store(text)
		return c.Send(t.Context(), &messaging.Message{Token: "t"})
	}
	for _, code := range []int{200, 303} {
		if id, err := send(code, `{}`); id != "" || err != nil {
			t.Errorf("%d without an id: %q, %v; it was a success", code, id, err)
		}
	}
	_, err = send(429, `{"error":{"status":"RESOURCE_EXHAUSTED"}}`)
	if err == nil || messaging.IsQuotaExceeded(err) {
		t.Errorf("a project's quota was not seen as one: %v", err)
	}
	_, err = send(404, `{"error":{"status":"NOT_FOUND","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"UNREGISTERED"}]}}`)
	if !messaging.IsUnregistered(err) || messaging.IsUnregistered(fmt.Errorf("sending: %w", err)) {
		t.Errorf("a wrapped error was not recognised: %v", err)
	}
	if _, err = c.SendEach(t.Context(), []*messaging.Message{{Token: "t"}, {}}); err == nil {
		t.Error("one bad message failed the whole batch")
	}
	if _, err = c.SendEach(t.Context(), make([]*messaging.Message, 501)); err == nil {
		t.Error("501 messages were too many")
	}
}

// The SDK repeats after every failure of the connection and after 503.
func TestNothingIsSentTwice(t *testing.T) {
	for _, c := range []struct {
		fault    fakehttp.Fault
		code     waybill.Code
		delivery waybill.Delivery
		accepted int
	}{
		{fakehttp.After(fakehttp.ResetBeforeReply()), waybill.Unavailable, waybill.Ambiguous, 1},
		{fakehttp.After(fakehttp.ResetMidReply()), waybill.DataLoss, waybill.Ambiguous, 1},
		{fakehttp.After(fakehttp.CutBody()), waybill.DataLoss, waybill.Ambiguous, 1},
		{fakehttp.After(fakehttp.Overloaded("1")), waybill.Unavailable, waybill.Ambiguous, 1},
		{fakehttp.Overloaded(""), waybill.Unavailable, waybill.Ambiguous, 0},
		{pushtest.FCMReply("UNAVAILABLE", ""), waybill.Unavailable, waybill.NotSent, 0},
	} {
		t.Run(c.fault.String(), func(t *testing.T) {
			f, a := fake(t, fcmpush.Options{})
			f.Fail(c.fault)
			e := sendOne(t, a).Err
			if e == nil || e.Code != c.code || e.Delivery != c.delivery {
				t.Errorf("got %v, %v", e, waybill.DeliveryOf(e))
			}
			n := 0
			for _, x := range f.Log() {
				if x.Path != "/token" {
					n++
				}
			}
			if n != 1 || f.Accepted(token(1).Value) != c.accepted {
				t.Errorf("%d exchanges, %d accepted", n, f.Accepted(token(1).Value))
			}
		})
	}
}

func TestErrorsSurviveWrapping(t *testing.T) {
	f, a := fake(t, fcmpush.Options{})
	f.FailCode("RESOURCE_EXHAUSTED")
	err := fmt.Errorf("order 17: %w", sendOne(t, a).Err)
	if !errors.Is(err, waybill.ErrRateLimited) || waybill.RetryAfterOf(err) != time.Minute {
		t.Errorf("got %v", err)
	}
}

func TestMoreTokensThanTheSDKTakes(t *testing.T) {
	f, a := fake(t, fcmpush.Options{})
	tokens := make([]push.Token, 620)
	for i := range tokens {
		tokens[i] = token(i)
	}
	tokens[7].Value = "malformed"
	f.Kill(token(9).Value)
	for i, r := range a.Send(t.Context(), order(), tokens) {
		switch i {
		case 7, 9:
			if !r.Dead || r.Err == nil || r.Err.Code != waybill.Unregistered {
				t.Errorf("token %d: %v", i, r.Err)
			}
		default:
			if r.Err != nil || f.Accepted(r.Token.Value) != 1 {
				t.Fatalf("token %d: %v, accepted %d", i, r.Err, f.Accepted(r.Token.Value))
			}
		}
	}
}

func TestTracesStayHere(t *testing.T) {
	before := otel.GetTextMapPropagator()
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	defer otel.SetTextMapPropagator(before)
	f, a := fake(t, fcmpush.Options{})
	ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
	}))
	if r := a.Send(ctx, order(), []push.Token{token(1)}); r[0].Err != nil {
		t.Fatal(r[0].Err)
	}
	for _, x := range f.Log() {
		for _, h := range []string{"Traceparent", "Tracestate", "Baggage", "Idempotency-Key"} {
			if x.Header.Get(h) != "" {
				t.Errorf("%s went to %s", h, x.Path)
			}
		}
		if x.Proto != "HTTP/2.0" {
			t.Errorf("%s over %s", x.Path, x.Proto)
		}
	}
}

// counter is a server that counts connections and exchanges under way.
type counter struct {
	*httptest.Server
	conns, now, most, sends atomic.Int64
	hold, full              chan struct{}
}

// newCounter starts one that holds back all replies but the first, and closes
// full when so many exchanges are under way.
func newCounter(t *testing.T, workers int64) *counter {
	c := &counter{hold: make(chan struct{}), full: make(chan struct{})}
	var once sync.Once
	c.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := c.now.Add(1)
		defer c.now.Add(-1)
		for m := c.most.Load(); n > m && !c.most.CompareAndSwap(m, n); m = c.most.Load() {
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if n == workers {
			once.Do(func() { close(c.full) })
		}
		if c.sends.Add(1) > 1 {
			<-c.hold
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"name":"projects/p/messages/1"}`)
	}))
	c.EnableHTTP2 = true
	c.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			c.conns.Add(1)
		}
	}
	c.StartTLS()
	t.Cleanup(c.Close)
	return c
}

func TestOneConnectionAndBoundedWorkers(t *testing.T) {
	const workers = 20
	c := newCounter(t, workers)
	a, err := fcmpush.New(nil, &fcmpush.Options{BaseURL: c.URL, HTTPClient: c.Client(), ProjectID: "p", Workers: workers, TokenSource: static})
	if err != nil {
		t.Fatal(err)
	}
	tokens := make([]push.Token, 50)
	for i := range tokens {
		tokens[i] = token(i)
	}
	var wg sync.WaitGroup
	send := func() {
		for _, r := range a.Send(t.Context(), order(), tokens) {
			if r.Err != nil {
				t.Error(r.Err)
			}
		}
	}
	wg.Go(send)
	<-c.full // all workers are waiting for the server
	if n := c.conns.Load(); n != 1 {
		t.Errorf("%d connections for a cold start, want 1", n)
	}
	for range 4 { // further calls share the workers
		wg.Go(send)
	}
	close(c.hold)
	wg.Wait()
	if n := c.most.Load(); n != workers {
		t.Errorf("%d exchanges under way at once, want %d", n, workers)
	}
	if n := c.sends.Load(); n != 250 {
		t.Errorf("%d exchanges for 250 tokens", n)
	}
}

func static(context.Context) (string, time.Time, error) {
	return "ya29.static-token-of-a-test", time.Now().Add(time.Hour), nil
}

// After a refusal of the account the rest of a batch is not asked.
func TestBrake(t *testing.T) {
	for _, code := range []string{"RESOURCE_EXHAUSTED", "PERMISSION_DENIED", "UNAUTHENTICATED"} {
		t.Run(code, func(t *testing.T) {
			f, a := fake(t, fcmpush.Options{Workers: 2})
			f.FailCode(code)
			tokens := make([]push.Token, 100)
			for i := range tokens {
				tokens[i] = token(i)
			}
			for _, r := range a.Send(t.Context(), order(), tokens) {
				if r.Err == nil || r.Err.Delivery != waybill.NotSent || r.Err.VendorCode != code {
					t.Fatalf("got %v", r.Err)
				}
			}
			if n := f.Sends(); n > 2 {
				t.Errorf("%d exchanges after the refusal", n)
			}
			if n := f.Issued(); n > 2 {
				t.Errorf("%d access tokens", n)
			}
		})
	}
	// One token's platform, or one device, is no reason.
	for _, code := range []string{"THIRD_PARTY_AUTH_ERROR", "QUOTA_EXCEEDED/device", "UNREGISTERED", "INTERNAL"} {
		f, a := fake(t, fcmpush.Options{})
		f.FailToken(token(0).Value, f.Refusal(code))
		results := a.Send(t.Context(), order(), []push.Token{token(0), token(1), token(2)})
		if results[0].Err == nil || results[1].Err != nil || results[2].Err != nil {
			t.Errorf("%s: %v, %v, %v", code, results[0].Err, results[1].Err, results[2].Err)
		}
	}
}

func TestValidateOnly(t *testing.T) {
	f, a := fake(t, fcmpush.Options{ValidateOnly: true})
	r := sendOne(t, a)
	if r.Err != nil || !strings.HasSuffix(r.ID, "/fake_message_id") {
		t.Errorf("%q, %v", r.ID, r.Err)
	}
	if f.Count("validated") != 1 || f.Accepted(token(1).Value) != 0 {
		t.Error("a dry run was sent")
	}
}

func TestAPanicOfACredentialFunctionHurtsOneToken(t *testing.T) {
	f := pushtest.NewFCM(nil)
	t.Cleanup(f.Close)
	calls := 0
	a, err := fcmpush.New(nil, &fcmpush.Options{BaseURL: f.URL(), HTTPClient: f.Client(), ProjectID: f.Account().ProjectID,
		TokenSource: func(context.Context) (string, time.Time, error) {
			if calls++; calls == 2 {
				panic("no more")
			}
			return "unknown-token", time.Time{}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	r := sendOne(t, a)
	if r.Err == nil || r.Err.Code != waybill.Internal || strings.Contains(r.Err.Error(), "no more") {
		t.Errorf("got %v", r.Err)
	}
	if r = sendOne(t, a); r.Err == nil || r.Err.Code != waybill.Unauthenticated {
		t.Errorf("afterwards: %v", r.Err)
	}
}
