package redissms_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/redissms"
	"github.com/waybill-go/waybill/sms/smstest"
)

// server returns a client of the Redis server of the environment.
func server(t testing.TB) *redis.Client {
	t.Helper()
	addr := os.Getenv("WAYBILL_TEST_REDIS")
	if addr == "" {
		t.Skip("WAYBILL_TEST_REDIS is not set")
	}
	c := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { c.Close() })
	return c
}

// prefix returns a prefix of the test's own, whose keys go when it ends.
func prefix(t testing.TB, c *redis.Client) string {
	p := "waybill-test-" + rand.Text()
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		keys, err := c.Keys(ctx, "{"+p+"}:*").Result()
		if err == nil && len(keys) > 0 {
			err = c.Del(ctx, keys...).Err()
		}
		if err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestRules(t *testing.T) {
	cleaner := server(t)
	run := prefix(t, cleaner)
	smstest.RunRules(t, smstest.RuleHarness{New: func(t testing.TB, name string, clock func() time.Time) sms.RuleStore {
		s, err := redissms.New(server(t), &redissms.Options{Prefix: run + name, Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			ctx := context.WithoutCancel(t.Context())
			if keys, _ := cleaner.Keys(ctx, "{"+run+name+"}:*").Result(); len(keys) > 0 {
				cleaner.Del(ctx, keys...)
			}
		})
		return s
	}})
}

func store(t testing.TB, c redis.UniversalClient, p string) *redissms.Store {
	t.Helper()
	s, err := redissms.New(c, &redissms.Options{Prefix: p})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// By the server's own time, too, exactly N get through, over several clients.
func TestServerTime(t *testing.T) {
	c := server(t)
	p := prefix(t, c)
	q := sms.RuleQuery{Recipient: "r", Counts: []sms.RuleCount{{Key: "a", Window: time.Hour, Step: time.Millisecond, Max: 10}}}
	var wg sync.WaitGroup
	var mu sync.Mutex
	passed, refused := 0, 0
	for range 5 {
		s := store(t, server(t), p)
		for range 20 {
			wg.Go(func() {
				a, err := s.Reserve(t.Context(), q)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err != nil:
					t.Error(err)
				case a.Refused == 0:
					passed++
				case a.Refused == sms.RuleFrequency && a.Wait > 59*time.Minute && a.Wait <= time.Hour:
					refused++
				}
			})
		}
	}
	wg.Wait()
	if passed != 10 || refused != 90 {
		t.Errorf("%d passed, %d were refused", passed, refused)
	}
	if ttl := c.PTTL(t.Context(), "{"+p+"}:count:a").Val(); ttl <= 59*time.Minute || ttl > time.Hour+time.Millisecond {
		t.Errorf("the count expires in %v", ttl)
	}
}

// All keys of a store lie in one slot of a cluster.
func TestOneSlot(t *testing.T) {
	c := server(t)
	p := prefix(t, c)
	s := store(t, c, p)
	var q sms.RuleQuery
	for _, key := range []string{"number:{a}", "tenant:b"} {
		q.Counts = append(q.Counts, sms.RuleCount{Key: key, Window: time.Hour, Step: time.Millisecond, Max: 10})
	}
	q.Recipient = "{r}"
	for _, l := range []sms.RuleList{sms.BlockList, sms.OptOutList, sms.AllowList} {
		if err := s.Mark(t.Context(), l, "other", true); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Reserve(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	keys, err := c.Keys(t.Context(), "*"+p+"*").Result()
	if err != nil || len(keys) != 5 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, k := range keys {
		if !strings.HasPrefix(k, "{"+p+"}:") {
			t.Error("a key has another hash tag")
		}
	}
}

func TestClientRefusesByTheRules(t *testing.T) {
	c := server(t)
	rules, err := sms.NewRules(store(t, c, prefix(t, c)), sms.RuleSet{Limits: sms.VerificationLimits(), HashKey: []byte("k")})
	if err != nil {
		t.Fatal(err)
	}
	var sent int
	client, err := sms.New(sms.With(counter{&sent}), sms.WithRules(rules))
	if err != nil {
		t.Fatal(err)
	}
	m := sms.Message{To: "+447700900123", Text: "1234", Kind: sms.Verification}
	if _, err := client.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	_, err = client.Send(t.Context(), m)
	if waybill.CodeOf(err) != waybill.RecipientLimited || !errors.Is(err, waybill.ErrRecipientLimited) || sent != 1 {
		t.Errorf("%v after %d", err, sent)
	}
	if w := waybill.RetryAfterOf(err); w <= 50*time.Second || w > time.Minute {
		t.Errorf("to wait %v", w)
	}
}

// Several processes of a service send to one number at once, and half of what
// they send nobody takes: at no time were more accepted than allowed, and in the
// end exactly so many.
func TestProcessesTogetherKeepTheLimit(t *testing.T) {
	const most, processes = 25, 4
	cleaner := server(t)
	p := prefix(t, cleaner)
	var accepted, turn atomic.Int64
	clients := make([]*sms.Client, processes)
	for i := range clients {
		rules, err := sms.NewRules(store(t, server(t), p), sms.RuleSet{Limits: []sms.Limit{
			{Window: time.Hour, Max: most}, {Per: sms.PerTenant, Window: time.Hour, Max: 1000}, {Per: sms.PerTenant, Window: time.Hour, Max: 900},
		}})
		if err != nil {
			t.Fatal(err)
		}
		clients[i], err = sms.New(sms.With(fickle{&accepted, &turn}), sms.WithRules(rules),
			sms.WithPolicy(waybill.Policy{TriesPerProvider: 1, ConsecutiveFailures: -1, FailureShare: -1}))
		if err != nil {
			t.Fatal(err)
		}
	}
	m := sms.Message{To: "+447700900123", Text: "Hello"}
	for accepted.Load() < most {
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				_, err := clients[i%processes].Send(t.Context(), m)
				if code := waybill.CodeOf(err); err != nil && code != waybill.RecipientLimited && code != waybill.Unsupported {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := accepted.Load(); n > most || t.Failed() {
			t.Fatalf("%d were accepted, allowed are %d", n, most)
		}
	}
	for _, c := range clients {
		if _, err := c.Send(t.Context(), m); waybill.CodeOf(err) != waybill.RecipientLimited {
			t.Errorf("one more: %v", err)
		}
	}
	if n := cleaner.HLen(t.Context(), "{"+p+"}:count:tenant:0:3600000:60000:").Val(); n < 1 || n > 2 {
		t.Errorf("a tenant's count has %d steps", n)
	}
}

// fickle takes every second message and refuses the others with proof.
type fickle struct{ accepted, turn *atomic.Int64 }

func (fickle) Name() string { return "fickle" }

func (f fickle) Send(context.Context, sms.Message) (sms.Receipt, error) {
	if f.turn.Add(1)%2 == 0 {
		return sms.Receipt{}, &waybill.Error{Code: waybill.Unsupported, Scope: waybill.ScopeRequest, Delivery: waybill.NotSent}
	}
	f.accepted.Add(1)
	return sms.Receipt{ID: "1"}, nil
}

// An opt-out that one process hears holds in another, and START undoes it there.
func TestOptOutsAreShared(t *testing.T) {
	p := prefix(t, server(t))
	var rules [2]*sms.Rules
	var sent int
	for i := range rules {
		var err error
		if rules[i], err = sms.NewRules(store(t, server(t), p), sms.RuleSet{HashKey: []byte("k")}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := sms.New(sms.With(counter{&sent}), sms.WithRules(rules[1]))
	if err != nil {
		t.Fatal(err)
	}
	m := sms.Message{To: "+447700900123", Text: "Hello"}
	for i, word := range []string{"STOP", "start", "退订", "Unstop"} {
		if _, err := rules[0].Hear(t.Context(), sms.Inbound{Gateway: "g", From: m.To, Text: word}); err != nil {
			t.Fatal(err)
		}
		_, err := c.Send(t.Context(), m)
		if out := waybill.CodeOf(err) == waybill.OptedOut; err != nil && !out || out != (i%2 == 0) {
			t.Errorf("after %q: %v", word, err)
		}
	}
	if sent != 2 {
		t.Errorf("%d were sent", sent)
	}
}

type counter struct{ n *int }

func (counter) Name() string { return "counter" }

func (c counter) Send(context.Context, sms.Message) (sms.Receipt, error) {
	*c.n++
	return sms.Receipt{ID: "1"}, nil
}

// A server that is away is Unavailable, and no text of its client shows.
func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := redis.NewClient(&redis.Options{Addr: l.Addr().String(), MaxRetries: -1})
	defer c.Close()
	s := store(t, c, "p")
	q := sms.RuleQuery{Recipient: "+447700900123", Counts: []sms.RuleCount{{Key: "+447700900123", Window: time.Hour, Step: time.Millisecond, Max: 10}}}
	_, err1 := s.Reserve(t.Context(), q)
	err2 := s.Release(t.Context(), q, sms.RuleAnswer{Counted: true, At: time.Now()})
	err3 := s.Mark(t.Context(), sms.BlockList, "+447700900123", true)
	err4 := s.Mark(t.Context(), sms.BlockList, "+447700900123", false)
	for i, err := range []error{err1, err2, err3, err4} {
		if waybill.CodeOf(err) != waybill.Unavailable || waybill.DeliveryOf(err) != waybill.NotSent {
			t.Errorf("%d: %v", i, err)
		}
		if text := fmt.Sprintf("%+v %#v", err, err); strings.Contains(text, "7700900") || strings.Contains(text, l.Addr().String()) {
			t.Errorf("%d: the error holds too much", i)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Reserve(ctx, q); !errors.Is(err, context.Canceled) || waybill.DeliveryOf(err) != waybill.NotSent {
		t.Errorf("%v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := redissms.New(nil, nil); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("no client: %v", err)
	}
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer c.Close()
	if _, err := redissms.New(c, &redissms.Options{Prefix: "a{b"}); waybill.CodeOf(err) != waybill.InvalidArgument {
		t.Errorf("a brace: %v", err)
	}
	if _, err := redissms.New(c, nil); err != nil {
		t.Error(err)
	}
}

// Decisions within three limits each, over a thousand numbers, by one goroutine
// and by many. Redis decides alone, so that more than it can serve only wait.
func BenchmarkReserve(b *testing.B) {
	c := server(b)
	s := store(b, c, prefix(b, c))
	query := func(i int) sms.RuleQuery {
		q := sms.RuleQuery{OptOut: true, Recipient: strconv.Itoa(i % 1000)}
		for j, window := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour} {
			q.Counts = append(q.Counts, sms.RuleCount{Key: strconv.Itoa(j) + ":" + q.Recipient, Window: window, Step: time.Millisecond, Max: 10 * (j + 1)})
		}
		return q
	}
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			i++
			if _, err := s.Reserve(b.Context(), query(i)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
	})
	b.Run("many", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(32)
		var turn atomic.Int64
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := s.Reserve(b.Context(), query(int(turn.Add(1)))); err != nil {
					b.Error(err)
					return
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
	})
}

// taking is a gateway that takes everything.
type taking struct{ n atomic.Int64 }

func (*taking) Name() string { return "taking" }

func (g *taking) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	if e := waybill.FromContext(ctx); e != nil {
		return sms.Receipt{}, e.Unsent()
	}
	g.n.Add(1)
	return sms.Receipt{ID: m.Key, Parts: []sms.Part{{}}}, nil
}

// Callers who leave at any moment have not used up a limit, even where the client
// breaks off its commands with them.
func TestCallersWhoLeave(t *testing.T) {
	o := *server(t).Options()
	o.ContextTimeoutEnabled = true
	c := redis.NewClient(&o)
	t.Cleanup(func() { c.Close() })
	rules, err := sms.NewRules(store(t, c, prefix(t, c)), sms.RuleSet{Limits: []sms.Limit{{Window: time.Hour, Max: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	g := new(taking)
	client, err := sms.New(sms.With(g), sms.WithRules(rules))
	if err != nil {
		t.Fatal(err)
	}
	const total = 200
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := w; i < total; i += 8 {
				m := sms.Message{To: sms.Number(fmt.Sprintf("+4477009%05d", i)), Text: "Hello"}
				for try := 1; ; try++ {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(try*(i%17+1))*20*time.Microsecond)
					if try > 5 {
						ctx = t.Context()
					}
					_, err := client.Send(ctx, m)
					cancel()
					if err == nil {
						break
					}
					if try > 5 || !errors.Is(err, context.DeadlineExceeded) || waybill.DeliveryOf(err) != waybill.NotSent {
						t.Errorf("%d, %d: %v", i, try, err)
						break
					}
				}
			}
		})
	}
	wg.Wait()
	if n := g.n.Load(); n != total {
		t.Errorf("%d sends of %d messages", n, total)
	}
}
