package bench

import (
	"context"
	"crypto/rand"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"github.com/waybill-go/waybill/sms"
	"github.com/waybill-go/waybill/sms/redissms"
)

// BenchmarkRuleDecisions compares decisions of sms.Rules in Redis with those of
// redis_rate, the common rate limiter on the same client. One decision of ours
// asks three lists and passes all limits of a message in one step; redis_rate
// has no lists, knows one limit a call, and a message that its third limit
// refuses has been counted by the first two. It keeps one time for each key, and
// ours every event of the window.
func BenchmarkRuleDecisions(b *testing.B) {
	addr := os.Getenv("WAYBILL_TEST_REDIS")
	if addr == "" {
		b.Skip("WAYBILL_TEST_REDIS is not set")
	}
	client := redis.NewClient(&redis.Options{Addr: addr})
	defer client.Close()
	prefix := "waybill-bench-" + rand.Text()
	defer func() {
		ctx := context.WithoutCancel(b.Context())
		for _, pattern := range []string{"{" + prefix + "}:*", "rate:" + prefix + "*"} {
			if keys, _ := client.Keys(ctx, pattern).Result(); len(keys) > 0 {
				client.Del(ctx, keys...)
			}
		}
	}()
	store, err := redissms.New(client, &redissms.Options{Prefix: prefix})
	if err != nil {
		b.Fatal(err)
	}
	limiter := redis_rate.NewLimiter(client)
	windows := []time.Duration{time.Minute, time.Hour, 24 * time.Hour}
	most := []int{10, 20, 30}
	ours := func(ctx context.Context, number string, limits int) error {
		q := sms.RuleQuery{Recipient: number, OptOut: true}
		for j := range limits {
			q.Counts = append(q.Counts, sms.RuleCount{Key: strconv.Itoa(j) + ":" + number, Window: windows[j], Step: time.Millisecond, Max: most[j]})
		}
		_, err := store.Reserve(ctx, q)
		return err
	}
	peer := func(ctx context.Context, number string, limits int) error {
		for j := range limits {
			l := redis_rate.Limit{Rate: most[j], Burst: most[j], Period: windows[j]}
			if r, err := limiter.Allow(ctx, prefix+strconv.Itoa(j)+":"+number, l); err != nil || r.Allowed == 0 {
				return err
			}
		}
		return nil
	}
	for _, limits := range []int{1, 3} {
		for name, decide := range map[string]func(context.Context, string, int) error{"redissms": ours, "redis_rate": peer} {
			b.Run(strconv.Itoa(limits)+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetParallelism(16)
				var turn atomic.Int64
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if err := decide(b.Context(), strconv.FormatInt(turn.Add(1)%5000, 10), limits); err != nil {
							b.Error(err)
							return
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
			})
		}
	}
}
