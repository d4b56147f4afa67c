package failover

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// A request that can wait for its turn within an account's limits does, in the
// order of asking, and is not passed over to the next provider.
func TestWaitForATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a"), newFake("b")
		a.account = waybill.NewAccount("a", waybill.Limits{QPS: 2, Burst: 1})
		g := newRig(t, rigging{}, a, b)
		began := time.Now()
		for range 5 {
			if _, served, err := g.ask(t.Context(), &Select{Wait: 10 * time.Second}); err != nil || served.Instance != "a" {
				t.Errorf("%v %v", served, err)
			}
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("5 calls of 2 a second took %v", took)
		}
		// Whoever does not wait is passed over at once.
		if _, served, err := g.ask(t.Context(), nil); err != nil || served.Instance != "b" {
			t.Errorf("%v %v", served, err)
		}
		// So is whoever would have to wait too long.
		if _, served, err := g.ask(t.Context(), &Select{Wait: time.Millisecond}); err != nil || served.Instance != "b" {
			t.Errorf("%v %v", served, err)
		}
	})
}

// Time spent waiting is not the attempt's own.
func TestWaitingIsNoAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", slow(900*time.Millisecond, ok))
		a.account = waybill.NewAccount("a", waybill.Limits{QPS: 0.5, Burst: 1})
		g := newRig(t, rigging{policy: waybill.Policy{AttemptTimeout: time.Second}}, a)
		for range 2 {
			if _, _, err := g.ask(t.Context(), &Select{Wait: 10 * time.Second}); err != nil {
				t.Error(err)
			}
		}
	})
}

// The caller's end ends the wait and gives the places back.
func TestWaitEndsWithTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a")
		a.account = waybill.NewAccount("a", waybill.Limits{QPS: 0.1, Burst: 1, Concurrency: 1})
		g := newRig(t, rigging{}, a)
		g.must("a")
		ctx, cancel := context.WithCancel(t.Context())
		go func() { time.Sleep(time.Second); cancel() }()
		if _, _, err := g.ask(ctx, &Select{Wait: time.Minute}); waybill.CodeOf(err) != waybill.Canceled {
			t.Error(err)
		}
		time.Sleep(time.Hour)
		g.must("a") // the place under Concurrency is free again
	})
}

// A call under way is waited for where the account bounds those.
func TestWaitForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a", slow(time.Second, ok)), newFake("b")
		a.account = waybill.NewAccount("a", waybill.Limits{Concurrency: 1})
		g := newRig(t, rigging{policy: waybill.Policy{AttemptTimeout: -1}}, a, b)
		set, err := NewSet(Config{Domain: "test"}, g.set.Members()) // without the rig's hooks, which one goroutine may call
		if err != nil {
			t.Fatal(err)
		}
		lane := NewLane[asker](set, "ask", Read, waybill.Policy{AttemptTimeout: -1}, waybill.Policy{})
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, served, err := One(t.Context(), lane, &Select{Wait: 10 * time.Second}, "", asker.Ask); err != nil || served.Instance != "a" {
					t.Errorf("%v %v", served, err)
				}
			})
		}
		wg.Wait()
	})
}

// A request counts as several calls where its provider says so.
func TestCallsOfARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newFake("a"), newFake("b")
		a.account = waybill.NewAccount("a", waybill.Limits{QPS: 10, Burst: 10})
		g := newRig(t, rigging{}, a, b)
		sel := &Select{Calls: func(p waybill.Provider) int { return 8 }}
		for _, want := range []string{"a", "b"} {
			if _, served, err := g.ask(t.Context(), sel); err != nil || served.Instance != want {
				t.Errorf("%v %v, want %s", served, err, want)
			}
		}
	})
}
