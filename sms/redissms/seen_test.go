package redissms_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/redissms"
)

// seenPrefix is a prefix of the test's own, whose keys go when it ends.
func seenPrefix(t testing.TB, c *redis.Client) string {
	p := strings.Trim(prefix(t, c), "{}:")
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if keys, err := c.Keys(ctx, p+":seen:*").Result(); err == nil && len(keys) > 0 {
			c.Del(ctx, keys...)
		}
	})
	return p
}

func seen(t testing.TB, o redissms.SeenOptions) *redissms.Seen {
	t.Helper()
	s, err := redissms.NewSeen(server(t), &o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// An event goes from fresh to handled through one process, and the other sees
// each step.
func TestSeen(t *testing.T) {
	c := server(t)
	p := seenPrefix(t, c)
	o := redissms.SeenOptions{Prefix: p, Keep: time.Hour}
	one, two := seen(t, o), seen(t, o)
	claims := func(s *redissms.Seen, key string, want sms.Claim) {
		t.Helper()
		if got, err := s.Claim(t.Context(), key); err != nil || got != want {
			t.Errorf("%s: %v %v, want %v", key, got, err, want)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	claims(one, "a", sms.Fresh)
	claims(one, "a", sms.Busy)
	claims(two, "a", sms.Busy)
	if ttl := c.PTTL(t.Context(), p+":seen:a").Val(); ttl <= 0 || ttl > time.Minute {
		t.Errorf("a claim lapses in %v", ttl)
	}
	do(two.Release(t.Context(), "a")) // it is not two's
	claims(two, "a", sms.Busy)
	do(one.Release(t.Context(), "a"))
	claims(two, "a", sms.Fresh)
	do(two.Keep(t.Context(), "a"))
	do(two.Keep(t.Context(), "a"))
	do(two.Release(t.Context(), "a")) // of what is kept: nothing
	claims(one, "a", sms.Handled)
	if ttl := c.PTTL(t.Context(), p+":seen:a").Val(); ttl <= 59*time.Minute || ttl > time.Hour {
		t.Errorf("it is forgotten in %v", ttl)
	}
	claims(one, "b", sms.Fresh)
	do(c.Del(t.Context(), p+":seen:b").Err()) // as if it had lapsed
	claims(two, "b", sms.Fresh)
	do(one.Release(t.Context(), "b")) // the claim is another's now
	claims(one, "b", sms.Busy)
}

// Of many that claim one event at once exactly one has it.
func TestSeenAtOnce(t *testing.T) {
	c := server(t)
	o := redissms.SeenOptions{Prefix: seenPrefix(t, c)}
	var fresh atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		s := seen(t, o)
		for range 10 {
			wg.Go(func() {
				switch got, err := s.Claim(t.Context(), "a"); {
				case err != nil:
					t.Error(err)
				case got == sms.Fresh:
					fresh.Add(1)
				}
			})
		}
	}
	wg.Wait()
	if n := fresh.Load(); n != 1 {
		t.Errorf("%d have it", n)
	}
}

// hooked is a gateway whose call names one report.
type hooked struct{}

func (hooked) Name() string { return "hooked" }

func (hooked) ReadWebhook(_ context.Context, call *sms.WebhookCall) (sms.Events, error) {
	p, err := call.Params()
	if err != nil {
		return sms.Events{}, err
	}
	return sms.Events{Signed: true, Reports: []sms.DeliveryReport{{Gateway: "hooked", ID: p.Get("id"), Status: sms.StatusDelivered}}}, nil
}

// A gateway that repeats its call to another process of the service is
// acknowledged, and the report is handed out once.
func TestReceiversInTwoProcesses(t *testing.T) {
	c := server(t)
	o := redissms.SeenOptions{Prefix: seenPrefix(t, c)}
	handled := 0
	var down bool
	call := func() int {
		v, err := sms.NewReceiver(hooked{}, sms.ReceiverOptions{Seen: seen(t, o), Report: func(context.Context, sms.DeliveryReport) error {
			if down {
				return errors.New("the database is away")
			}
			handled++
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		v.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?id=1", nil))
		return w.Code
	}
	down = true
	if code := call(); code != http.StatusServiceUnavailable || handled != 0 {
		t.Errorf("%d, %d handled", code, handled)
	}
	down = false
	for range 3 {
		if code := call(); code != http.StatusOK || handled != 1 {
			t.Errorf("%d, %d handled", code, handled)
		}
	}
}

func TestNewSeenRefuses(t *testing.T) {
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer c.Close()
	for name, f := range map[string]func() (*redissms.Seen, error){
		"no client": func() (*redissms.Seen, error) { return redissms.NewSeen(nil, nil) },
		"a brace":   func() (*redissms.Seen, error) { return redissms.NewSeen(c, &redissms.SeenOptions{Prefix: "a}"}) },
		"negative":  func() (*redissms.Seen, error) { return redissms.NewSeen(c, &redissms.SeenOptions{Keep: -time.Second}) },
		"a microsecond": func() (*redissms.Seen, error) {
			return redissms.NewSeen(c, &redissms.SeenOptions{Lapse: time.Microsecond})
		},
	} {
		if _, err := f(); waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := redissms.NewSeen(c, nil); err != nil {
		t.Error(err)
	}
}

// A server that is away makes the gateway repeat its call.
func TestSeenWithNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := redis.NewClient(&redis.Options{Addr: l.Addr().String(), MaxRetries: -1})
	defer c.Close()
	s, err := redissms.NewSeen(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err1 := s.Claim(t.Context(), "a")
	for i, err := range []error{err1, s.Keep(t.Context(), "a"), s.Release(t.Context(), "a")} {
		if waybill.CodeOf(err) != waybill.Unavailable || strings.Contains(err.Error(), l.Addr().String()) {
			t.Errorf("%d: %v", i, err)
		}
	}
	v, err := sms.NewReceiver(hooked{}, sms.ReceiverOptions{Seen: s, Report: func(context.Context, sms.DeliveryReport) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if v.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?id=1", nil)); w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d", w.Code)
	}
}

func ExampleNewSeen() {
	client := redis.NewClient(&redis.Options{Addr: "redis.internal:6379", MaxRetries: -1})
	defer client.Close()
	seen, err := redissms.NewSeen(client, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = sms.NewReceiver(hooked{}, sms.ReceiverOptions{Seen: seen, Report: func(context.Context, sms.DeliveryReport) error { return nil }})
	fmt.Println(err)
	// Output: <nil>
}
