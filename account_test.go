package waybill_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-go/waybill"
)

// A service's idling is its own, the account's everybody's; earlier times change
// nothing.
func TestAccountIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := waybill.NewAccount("main", waybill.Limits{})
		now := time.Now()
		if !a.NotBefore("x").IsZero() || !a.Idle("x", now.Add(time.Minute)) || a.Idle("x", now.Add(time.Second)) {
			t.Fatal("x's time is wrong")
		}
		if !a.NotBefore("y").IsZero() || !a.NotBefore("x").Equal(now.Add(time.Minute)) {
			t.Fatal("x's time is y's too")
		}
		if wait, ok := a.Admit("x"); ok || wait != time.Minute {
			t.Fatalf("x was admitted, wait %v", wait)
		}
		if _, ok := a.Admit("y"); !ok {
			t.Fatal("y was not admitted")
		}
		a.Idle("", now.Add(2*time.Minute))
		if wait, ok := a.Admit("y"); ok || wait != 2*time.Minute {
			t.Fatalf("y was admitted, wait %v", wait)
		}
		a.Restore("")
		if _, ok := a.Admit("x"); !ok {
			t.Fatal("Restore ended nothing")
		}
		a.Idle("x", now.Add(time.Hour))
		a.Restore("x")
		if !a.NotBefore("x").IsZero() {
			t.Fatal("Restore of a service ended nothing")
		}
	})
}

func TestAccountQPS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := waybill.NewAccount("main", waybill.Limits{QPS: 10})
		if a.Limits().Burst != 10 || a.Name() != "main" {
			t.Fatalf("limits %+v", a.Limits())
		}
		start, admitted := time.Now(), 0
		for time.Since(start) < 5*time.Second {
			wait, ok := a.Admit("x")
			if !ok {
				time.Sleep(wait)
				continue
			}
			admitted++
			a.Done()
		}
		if admitted < 58 || admitted > 61 {
			t.Fatalf("%d calls in 5 s; want the burst of 10 and 10 a second", admitted)
		}
	})
}

func TestAccountPerDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zone := time.FixedZone("UTC+8", 8*3600)
		a := waybill.NewAccount("main", waybill.Limits{PerDay: 3, ResetZone: zone})
		for range 3 {
			if _, ok := a.Admit("x"); !ok {
				t.Fatal("not admitted")
			}
		}
		wait, ok := a.Admit("x")
		if ok || !time.Now().Add(wait).Equal(waybill.Midnight(time.Now(), zone)) {
			t.Fatalf("wait %v", wait)
		}
		time.Sleep(wait)
		if _, ok := a.Admit("x"); !ok {
			t.Fatal("not admitted on the next day")
		}
	})
}

func TestAccountConcurrencyBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := waybill.NewAccount("main", waybill.Limits{Concurrency: 5})
		var inUse, most, refused atomic.Int64
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if wait, ok := a.Admit("x"); !ok {
					if refused.Add(1); wait != 0 {
						t.Errorf("wait %v", wait)
					}
					return
				}
				n := inUse.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				time.Sleep(time.Second)
				inUse.Add(-1)
				a.Done()
			})
		}
		wg.Wait()
		if most.Load() > 5 || refused.Load() < 90 {
			t.Fatalf("%d at once, %d refused", most.Load(), refused.Load())
		}
		if _, ok := a.Admit("x"); !ok {
			t.Fatal("places were lost")
		}
	})
}

func ExampleNewAccount() {
	a := waybill.NewAccount("amap-main", waybill.Limits{QPS: 50, PerDay: 300_000})
	a.Idle("geo.geocode", time.Now().Add(time.Hour))
	_, geocode := a.Admit("geo.geocode")
	_, route := a.Admit("route.route")
	fmt.Println(a.Name(), geocode, route)
	// Output: amap-main false true
}

// Whoever can wait gets a turn ahead of time, in the order of asking; whoever
// cannot is told how long it would be, behind those.
func TestAccountReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := waybill.NewAccount("a", waybill.Limits{QPS: 2, Burst: 1})
		for i, want := range []time.Duration{0, 500 * time.Millisecond, time.Second, 1500 * time.Millisecond} {
			if wait, ok := a.Reserve("x", 1, 2*time.Second); !ok || wait != want {
				t.Errorf("turn %d: %v %t, want %v", i, wait, ok, want)
			}
		}
		if wait, ok := a.Admit("x"); ok || wait != 2*time.Second {
			t.Errorf("without waiting: %v %t", wait, ok)
		}
		if wait, ok := a.Reserve("x", 1, time.Second); ok || wait != 2*time.Second {
			t.Errorf("waiting too short: %v %t", wait, ok)
		}
		time.Sleep(2 * time.Second)
		if wait, ok := a.Admit("x"); !ok || wait != 0 {
			t.Errorf("later: %v %t", wait, ok)
		}
		// A table of 5 pairs counts as 5 calls.
		if wait, ok := a.Reserve("x", 5, 10*time.Second); !ok || wait != 2500*time.Millisecond {
			t.Errorf("five at once: %v %t", wait, ok)
		}
	})
}

// A call that counts as more than may begin at once does begin, for those who
// cannot wait too, and what it owes is paid before the next.
func TestAccountReserveMoreThanBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := waybill.NewAccount("a", waybill.Limits{QPS: 10})
		if wait, ok := a.Reserve("x", 25, 0); !ok || wait != 0 {
			t.Fatalf("25 with a burst of 10: %v %t", wait, ok)
		}
		if wait, ok := a.Admit("x"); ok || wait != 1600*time.Millisecond {
			t.Errorf("the next: %v %t", wait, ok)
		}
		if wait, ok := a.Reserve("x", 25, 0); ok || wait != 2500*time.Millisecond {
			t.Errorf("25 more: %v %t", wait, ok)
		}
		time.Sleep(2500 * time.Millisecond)
		if _, ok := a.Reserve("x", 25, 0); !ok {
			t.Error("25 more were refused")
		}
	})
}

func TestAccountReserveCountsTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := waybill.NewAccount("a", waybill.Limits{PerDay: 10})
		if _, ok := a.Reserve("x", 8, time.Hour); !ok {
			t.Error("8 of 10 were refused")
		}
		if wait, ok := a.Reserve("x", 3, time.Hour); ok || wait <= 0 {
			t.Errorf("3 of the 2 left: %v %t", wait, ok)
		}
		if _, ok := a.Reserve("x", 2, 0); !ok {
			t.Error("the last 2 were refused")
		}
	})
}
