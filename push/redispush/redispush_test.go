package redispush_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/waybill-go/waybill"
	"github.com/waybill-go/waybill/push"
	"github.com/waybill-go/waybill/push/pushtest"
	"github.com/waybill-go/waybill/push/redispush"
)

var count atomic.Int64

// server returns a client of the test's Redis and a prefix of the test's own,
// whose keys are removed at its end.
func server(t testing.TB) (*redis.Client, string) {
	t.Helper()
	addr := os.Getenv("WAYBILL_TEST_REDIS")
	if addr == "" {
		t.Skip("WAYBILL_TEST_REDIS is not set")
	}
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	prefix := fmt.Sprintf("waybill-test-push:%d:%d:%d", os.Getpid(), time.Now().UnixNano(), count.Add(1))
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		keys := rdb.Scan(ctx, 0, "{"+prefix+"}:*", 1000).Iterator()
		for keys.Next(ctx) {
			rdb.Del(ctx, keys.Val())
		}
		if err := errors.Join(keys.Err(), rdb.Close()); err != nil {
			t.Error(err)
		}
	})
	return rdb, prefix
}

func open(t testing.TB) *redispush.Registry {
	t.Helper()
	rdb, prefix := server(t)
	r, err := redispush.New(rdb, &redispush.Options{Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRegistry(t *testing.T) {
	if os.Getenv("WAYBILL_TEST_REDIS") == "" {
		t.Skip("WAYBILL_TEST_REDIS is not set")
	}
	pushtest.RunRegistry(t, pushtest.RegistryHarness{New: func(t testing.TB) push.Registry { return open(t) }})
}

func TestNoTokenIsLeftBehind(t *testing.T) {
	rdb, prefix := server(t)
	r, err := redispush.New(rdb, &redispush.Options{Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	for i, value := range []string{"first-secret-token", "second-secret-token", ""} {
		x := push.Registration{User: "u", Token: push.Token{Vendor: push.FCM, Value: value}, At: at.Add(time.Duration(i) * time.Second)}
		if err := r.Report(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	keys := rdb.Scan(t.Context(), 0, "{"+prefix+"}:*", 1000).Iterator()
	n := 0
	for keys.Next(t.Context()) {
		n++
		if strings.Contains(keys.Val(), "secret") {
			t.Error("a key holds a token")
		}
		for _, v := range rdb.HVals(t.Context(), keys.Val()).Val() {
			if strings.Contains(v, "secret") {
				t.Error("a token that was taken away is still there")
			}
		}
	}
	if n != 1 {
		t.Errorf("%d keys are left, want the user's", n)
	}
}

func TestFieldsOfOthers(t *testing.T) {
	rdb, prefix := server(t)
	r, err := redispush.New(rdb, &redispush.Options{Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	rdb.HSet(t.Context(), "{"+prefix+"}:user:u", "x", "7\nabc\n{}")
	if _, err := r.Tokens(t.Context(), []string{"u"}); waybill.CodeOf(err) != waybill.DataLoss {
		t.Errorf("a strange field: %v", err)
	}
	rdb.Set(t.Context(), "{"+prefix+"}:user:v", "x", 0)
	if _, err := r.Tokens(t.Context(), []string{"v"}); waybill.CodeOf(err) != waybill.Unavailable {
		t.Errorf("a strange key: %v", err)
	}
}

func TestUnreachable(t *testing.T) {
	rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	defer rdb.Close()
	r, err := redispush.New(rdb, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := push.Registration{User: "u", Token: push.Token{Vendor: push.FCM, Value: "a-secret-token-value"}, At: time.Now()}
	_, err1 := r.Tokens(t.Context(), []string{"u"})
	_, err2 := r.Remove(t.Context(), x.Token, time.Now())
	for _, err := range []error{r.Report(t.Context(), x), err1, err2} {
		if waybill.CodeOf(err) != waybill.Unavailable || strings.Contains(fmt.Sprintf("%+v", err), "secret") {
			t.Errorf("got %v", err)
		}
	}
	if lists, err := r.Tokens(t.Context(), nil); err != nil || len(lists) != 0 {
		t.Errorf("nobody asked for: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	rdb := redis.NewClient(&redis.Options{})
	defer rdb.Close()
	_, err1 := redispush.New(nil, nil)
	_, err2 := redispush.New(rdb, &redispush.Options{Prefix: "a{b}"})
	for _, err := range []error{err1, err2} {
		if waybill.CodeOf(err) != waybill.InvalidArgument {
			t.Errorf("got %v", err)
		}
	}
}
